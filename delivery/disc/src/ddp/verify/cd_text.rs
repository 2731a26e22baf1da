//! CDTEXT.BIN against the standard and against the tracks of the PQ codes.

use super::super::report::Findings;
use super::folder::Folder;
use crate::cd_text::{Decoded, MAX_PACKS, PACK_BYTES, decode};

/// Most blocks: one a language.
const MAX_BLOCKS: usize = 8;

pub fn verify(folder: &Folder, entry: usize, tracks: usize, findings: &mut Findings) -> Decoded {
    let most = MAX_BLOCKS * MAX_PACKS * PACK_BYTES;
    let Some(bytes) = folder.small(entry, most, findings) else { return Decoded::default() };
    let file = folder.entry(entry).name.as_str();
    let decoded = decode(&bytes);
    for fault in &decoded.faults {
        let place = fault
            .pack
            .map_or_else(String::new, |pack| format!("pack {} (byte {})", pack + 1, pack * PACK_BYTES));
        findings.error(file, place, fault.found.clone(), fault.expected.clone());
    }
    if let Some((first, last)) = decoded.tracks {
        let said = usize::from(last.saturating_sub(first)) + 1;
        if said != tracks || first != 1 {
            let found = format!("tracks {first} to {last}");
            findings.error(file, "size information", found, format!("1 to {tracks}, as PQDESCR has"));
        }
    } else if bytes.is_empty() {
        findings.error(file, "", "0 bytes", "packs of 18 bytes, or no such stream in DDPMS");
    }
    decoded
}
