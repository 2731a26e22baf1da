//! The codes of an album's recordings: those that they have, and those that its ledger gives.

use super::error::AlbumError;
use super::file::{Album, IsrcWish};
use super::unit::Source;
use crate::isrc::Isrc;
use crate::isrc::ledger::{Ledger, Request};

/// The code of each track, and what a person has to decide on. A recording is known by its mix: made again from the same file it has the code
/// that it was given.
pub fn codes(album: &Album, sources: &[Source]) -> Result<(Vec<Option<Isrc>>, Vec<String>), AlbumError> {
    let mut ledger = Ledger::new(&album.ledger);
    let mut warnings = Vec::new();
    let mut codes = Vec::with_capacity(album.tracks.len());
    for (n, (track, source)) in album.tracks.iter().zip(sources).enumerate() {
        let code = match track.isrc {
            None => None,
            Some(IsrcWish::Code(code)) => Some(code),
            Some(IsrcWish::New) => {
                let request = Request {
                    prefix: album.isrc_prefix.clone(),
                    range: album.isrc_range,
                    title: track.title.clone(),
                    artist: track.performer.clone(),
                    sha256: Some(source.sha256.clone()),
                    ..Request::default()
                };
                let known = ledger.find_by_hash(&source.sha256)?;
                let issued = ledger.issue(&request, 1)?.into_iter().next();
                // The same mix under the same title has its code for good reason.
                if known.is_none_or(|entry| entry.title != track.title) {
                    let said = issued.iter().flat_map(|issued| &issued.warnings);
                    warnings.extend(said.map(|text| format!("Track {}: {text}", n + 1)));
                }
                issued.map(|issued| issued.isrc)
            }
        };
        codes.push(code);
    }
    Ok((codes, warnings))
}
