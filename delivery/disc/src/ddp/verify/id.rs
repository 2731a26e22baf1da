//! DDPID against the standard.

use super::super::fields::Field;
use super::super::report::Findings;
use super::super::{ID_FILE, id};
use super::folder::Folder;
use crate::upc;

/// What DDPID says.
#[derive(Default)]
pub struct Id {
    /// UPC or EAN as it stands there.
    pub upc: Option<String>,
    /// The master's name.
    pub master_id: String,
}

pub fn verify(folder: &Folder, findings: &mut Findings) -> Id {
    let Some(entry) = folder.find(ID_FILE) else {
        findings.error(ID_FILE, "", "missing", "a file of 128 bytes");
        return Id::default();
    };
    // A little more than a packet shows what is too long.
    let Some(packet) = folder.small(entry, 2 * id::BYTES, findings) else { return Id::default() };
    let file = folder.entry(entry).name.as_str();
    if packet.len() != id::BYTES {
        findings.error(file, "", format!("{} bytes", packet.len()), "128 bytes");
    }
    let place = |field: Field| format!("byte {}, {}", field.offset, field.name);
    if id::DDPID.bytes(&packet) != id::LEVEL.as_bytes() {
        findings.error(file, place(id::DDPID), id::DDPID.text(&packet), id::LEVEL);
    }
    if id::TYPE.bytes(&packet) != b"CD" {
        findings.error(file, place(id::TYPE), id::TYPE.text(&packet), "CD");
    }
    for field in [id::MSS, id::MSL, id::MED, id::BK, id::SIDES, id::TEXT] {
        if !field.bytes(&packet).is_empty() && !field.is_blank(&packet) {
            findings.warning(file, place(field), field.text(&packet), "blank on an audio disc");
        }
    }
    if !id::MID.bytes(&packet).iter().all(|byte| matches!(byte, b' '..=b'~')) {
        findings.error(file, place(id::MID), id::MID.text(&packet), "ASCII without control characters");
    }
    let upc =
        (!id::UPC.bytes(&packet).is_empty() && !id::UPC.is_blank(&packet)).then(|| id::UPC.text(&packet));
    if let Some(upc) = &upc {
        check_upc(file, place(id::UPC), upc, findings);
    }
    Id { upc, master_id: id::MID.text(&packet) }
}

/// Reports a UPC that is none or is written with other than 13 digits.
pub fn check_upc(file: &str, place: String, text: &str, findings: &mut Findings) {
    match upc::parse(text) {
        Ok(digits) if digits == text => {}
        Ok(digits) => findings.error(file, place, format!("{text:?}"), digits),
        Err(error) => {
            findings.error(file, place, error.to_string(), "13 digits with their check digit, or blank")
        }
    }
}
