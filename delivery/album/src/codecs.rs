//! What lossy encoding does to an album's peaks: each track encoded as its own file, decoded, measured; and one trim for all tracks of an
//! output, so that their distances stay.

use super::cache::{Cache, reading_key};
use super::error::AlbumError;
use super::file::Output;
use super::variant::Variant;
use lacquer_files::audio::Gained;
use lacquer_song::codec::Codec;
use lacquer_song::codec::overs::{CodecReport, overs};
use serde::Serialize;

/// Highest true peak that decoded tracks may have, dBTP: what a converter can still play.
const CEILING_DBTP: f64 = 0.0;
/// Trims that are tried after the first; each moves the peaks a little.
const MOST_DEEPENINGS: usize = 5;
/// How much further each goes than what was over, dB.
const DEEPENING_DB: f64 = 0.02;

/// A lossy output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodecOutcome {
    /// Which one.
    pub output: Output,
    /// Gain that its files were encoded with, dB, 0 or less.
    pub applied_db: f64,
    /// Whether every track decodes without an over as it was written.
    pub is_cleared: bool,
    /// What encoding does to each track without that gain, in order.
    pub tracks: Vec<CodecReport>,
}

impl CodecOutcome {
    /// What is over, and what to do.
    pub fn over_warning(&self) -> String {
        let over: Vec<String> = self
            .tracks
            .iter()
            .zip(1..)
            .filter(|(report, _)| report.trim_db < 0.0)
            .map(|(_, number): (_, usize)| number.to_string())
            .collect();
        let trim_db = self.tracks.iter().map(|report| report.trim_db).fold(0.0, f64::min);
        format!(
            "{}: peaks over full scale after decoding in track {}; --fix encodes with about {trim_db:.2} dB, or lower loudness.ceiling.",
            self.output.name(),
            over.join(", ")
        )
    }
}

/// The codec of an output; none for what loses nothing.
pub fn codec_of(output: Output) -> Option<Codec> {
    match output {
        Output::Opus128 => Some(Codec::Opus { kbps: 128 }),
        Output::Vorbis => Some(Codec::Vorbis { quality: 8.0 }),
        Output::Mp3 => Some(Codec::Mp3 { kbps: 320 }),
        _ => None,
    }
}

/// Encodes and measures every track of an output. With `fix`, finds the gain that clears all of them.
pub fn examine(
    output: Output,
    codec: Codec,
    joined: &Variant,
    cache: &Cache,
    fix: bool,
    progress: &dyn Fn(f64),
) -> Result<CodecOutcome, AlbumError> {
    let count = joined.timeline.marks.len();
    let all = |gain_db: f64| -> Result<Vec<CodecReport>, AlbumError> {
        (0..count)
            .map(|track| {
                progress(track as f64 / count as f64);
                let file = joined.timeline.sound_of(track);
                let name = codec.format().id();
                let key = reading_key(&["overs", &name, &format!("{gain_db:?}"), &joined.key_of(&file)]);
                cache.value_or(&key, || {
                    let gained = Gained { of: &joined.cut(file)?, gain: 10f64.powf(gain_db / 20.0) };
                    Ok(overs(&gained, codec, CEILING_DBTP, &cache.scratch())?)
                })
            })
            .collect()
    };
    let deepest = |reports: &[CodecReport]| reports.iter().map(|report| report.trim_db).fold(0.0, f64::min);
    let tracks = all(0.0)?;
    let mut rest_db = deepest(&tracks);
    let mut applied_db = 0.0;
    if fix {
        for _ in 0..=MOST_DEEPENINGS {
            if rest_db >= 0.0 {
                break;
            }
            applied_db += if applied_db == 0.0 { rest_db } else { rest_db - DEEPENING_DB };
            rest_db = deepest(&all(applied_db)?);
        }
    }
    Ok(CodecOutcome { output, applied_db, is_cleared: rest_db >= 0.0, tracks })
}
