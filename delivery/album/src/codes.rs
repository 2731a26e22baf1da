//! The codes of an album's recordings: those that they have, and those that its ledger gives.

use super::error::AlbumError;
use super::file::{Album, IsrcRequest};
use super::segment::Source;
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::{Ledger, Request};
use std::collections::HashMap;

/// Refuses two tracks of one file that both want a new code, before any is given: a recording is known by its file, and both would get
/// the same.
pub fn check(album: &Album, sources: &[Source]) -> Result<(), AlbumError> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (n, (track, source)) in album.tracks.iter().zip(sources).enumerate() {
        if track.isrc != Some(IsrcRequest::New) {
            continue;
        }
        if let Some(earlier) = seen.insert(&source.sha256, n + 1) {
            return Err(AlbumError::Track {
                track: n + 1,
                path: track.file.clone(),
                reason: format!(
                    "has the same bytes as the file of track {earlier}, and a new code is a file's; give both their codes (`lacquer isrc new --again` gives a second one)"
                ),
            });
        }
    }
    Ok(())
}

/// The code of each track, and what a person has to decide on. A recording is known by its mix: made again from the same file it has the code
/// that it was given. `year` is that of new codes, 0 to 99; without it the clock's.
pub fn codes(
    album: &Album,
    sources: &[Source],
    year: Option<u32>,
) -> Result<(Vec<Option<Isrc>>, Vec<String>), AlbumError> {
    let mut ledger = Ledger::new(&album.ledger);
    let mut warnings = Vec::new();
    let mut codes: Vec<Option<Isrc>> = Vec::with_capacity(album.tracks.len());
    for (n, (track, source)) in album.tracks.iter().zip(sources).enumerate() {
        let code = match track.isrc {
            None => None,
            Some(IsrcRequest::Code(code)) => Some(code),
            Some(IsrcRequest::New) => {
                let request = Request {
                    prefix: album.isrc_prefix.clone(),
                    year,
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
        // What one track names, the ledger may have for another's file.
        if let Some(code) = code
            && let Some(earlier) = codes.iter().position(|earlier| *earlier == Some(code))
        {
            return Err(AlbumError::Track {
                track: n + 1,
                path: track.file.clone(),
                reason: format!("has the code of track {}, {code}; a code is one recording's", earlier + 1),
            });
        }
        codes.push(code);
    }
    Ok((codes, warnings))
}
