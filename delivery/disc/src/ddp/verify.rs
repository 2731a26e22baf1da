//! Verifies a fileset from disk, whoever wrote it. Nothing in it is trusted: names are looked up in the folder's own list, sizes are
//! looked at before a file is read, and only the image is ever read beyond a few kilobytes, in pieces.
//!
//! ```text
//! folder -> DDPID -> DDPMS -> PQDESCR -> CDTEXT.BIN -> rules of a disc -> CHECKSUM.MD5 -> what nobody names
//! ```

mod cd_text;
mod checksum;
mod folder;
mod id;
mod map;
mod pq;

use super::report::Findings;
use super::{CD_TEXT_FILE, DdpError, DdpReport, ID_FILE, MAP_FILE, PQ_FILE, TrackRow};
use crate::cd_text::Kind;
use crate::latin::one_line;
use crate::rules::{Breach, check};
use crate::time::Time;
use crate::{BYTES_PER_FRAME, Disc, upc};
use folder::Folder;
use std::path::Path;

/// Reads a fileset and reports every inconsistency in it.
///
/// # Errors
/// Where the folder cannot be read or holds no fileset at all. Everything else is a finding.
pub fn verify(folder: &Path) -> Result<DdpReport, DdpError> {
    let folder = Folder::read(folder)?;
    let mut findings = Findings::default();
    folder.check_names(&mut findings);
    let id = id::verify(&folder, &mut findings);
    let map = map::verify(&folder, &mut findings);
    let mut disc = match map.pq {
        Some(entry) => pq::verify(&folder, entry, &mut findings),
        // A map that is missing or damaged need not keep the codes from being read.
        None => folder
            .find(PQ_FILE)
            .map_or_else(pq::Codes::default, |entry| pq::verify(&folder, entry, &mut findings)),
    };
    compare(&map, &disc, id.upc.as_deref(), &mut findings);
    if let (None, Some(entry)) = (map.cd_text, folder.find(CD_TEXT_FILE)) {
        findings.warning(
            &folder.entry(entry).name,
            "",
            "CD-Text that DDPMS does not name: it is lost",
            "a packet in DDPMS",
        );
    }
    if let Some(entry) = map.cd_text {
        let texts = cd_text::verify(&folder, entry, disc.disc.tracks.len(), &mut findings);
        name(&mut disc.disc, &texts);
    }
    if disc.read {
        disc.disc.upc = normal(disc.upc.as_deref()).or(normal(id.upc.as_deref()));
        let checked = check(&disc.disc);
        for breach in &checked.errors {
            let (place, what) = parts(breach);
            findings.error(PQ_FILE, place, what, "");
        }
        for breach in &checked.warnings {
            let (place, what) = parts(breach);
            findings.warning(PQ_FILE, place, what, "");
        }
    }
    let named =
        map.entries.iter().copied().chain(folder.find(ID_FILE)).chain(folder.find(MAP_FILE)).collect();
    checksum::verify(&folder, named, &mut findings);
    let (findings, consistent) = findings.finish();
    Ok(DdpReport {
        consistent,
        findings,
        title: disc.disc.title.clone(),
        performer: disc.disc.performer.clone(),
        upc: disc.disc.upc.clone(),
        master_id: id.master_id,
        tracks: rows(&disc.disc),
        lead_out: Time(disc.disc.lead_out_frame).to_string(),
        image_frames: map.image_bytes / BYTES_PER_FRAME as u64,
        disc: disc.disc,
    })
}

/// A UPC in 13 digits; none where it is none, which has been reported.
fn normal(text: Option<&str>) -> Option<String> {
    text.and_then(|text| upc::parse(text).ok())
}

fn parts(breach: &Breach) -> (String, String) {
    let place = match (breach.track, breach.frame) {
        (Some(track), Some(frame)) => format!("track {track} at {}", Time(frame)),
        (Some(track), None) => format!("track {track}"),
        (None, Some(frame)) => format!("disc at {}", Time(frame)),
        (None, None) => "disc".to_owned(),
    };
    (place, breach.what.clone())
}

/// Compares what is said twice: UPC, lead-out and length, first pregap.
fn compare(map: &map::Map, codes: &pq::Codes, id_upc: Option<&str>, findings: &mut Findings) {
    if !codes.read {
        return;
    }
    if let (Some(id_upc), Some(upc)) = (id_upc, &codes.upc)
        && id_upc != upc
    {
        findings.error(
            PQ_FILE,
            "packet 1 (byte 32), UPC",
            format!("{upc:?}"),
            format!("{id_upc:?}, as DDPID says"),
        );
    } else if let (Some(id_upc), None) = (id_upc, &codes.upc) {
        findings.warning(PQ_FILE, "packet 1 (byte 32), UPC", "none", format!("{id_upc:?}, as DDPID says"));
    } else if let (None, Some(upc)) = (id_upc, &codes.upc) {
        findings.warning(ID_FILE, "byte 8, UPC", "none", format!("{upc:?}, as PQDESCR says"));
    }
    let lead_out = codes.disc.lead_out_frame;
    if let Some(sectors) = map.sectors
        && sectors != u64::from(lead_out)
    {
        let expected = format!("{} ({lead_out} sectors), as PQDESCR's lead-out", Time(lead_out));
        findings.error(MAP_FILE, "audio, DSL", format!("{sectors} sectors"), expected);
    }
    if let (Some(pregap), Some(first)) = (map.pregap, codes.disc.tracks.first())
        && pregap != u64::from(first.start_frame)
    {
        let expected = format!("{}, as track 1 begins in PQDESCR", first.start_frame);
        findings.error(MAP_FILE, "audio, PRE2", pregap.to_string(), expected);
    }
}

fn name(disc: &mut Disc, texts: &crate::cd_text::Decoded) {
    let text =
        |kind, index: usize| texts.texts(kind).get(index).map_or_else(String::new, |text| one_line(text));
    disc.title = text(Kind::Title, 0);
    disc.performer = text(Kind::Performer, 0);
    for (track, index) in disc.tracks.iter_mut().zip(1..) {
        track.title = text(Kind::Title, index);
        track.performer = text(Kind::Performer, index);
        track.composer = text(Kind::Composer, index);
    }
}

fn rows(disc: &Disc) -> Vec<TrackRow> {
    let row = |(index, track): (usize, &crate::DiscTrack)| TrackRow {
        track: index as u32 + 1,
        start: Time(track.start_frame).to_string(),
        length: Time(disc.end_frame(index).saturating_sub(track.start_frame)).to_string(),
        pregap: Time(track.pregap_length_frames()).to_string(),
        isrc: track.isrc.map_or_else(String::new, |isrc| isrc.to_string()),
        title: track.title.clone(),
        performer: track.performer.clone(),
    };
    disc.tracks.iter().enumerate().map(row).collect()
}
