//! A finished master at another level.

use super::{Codec, overs};
use crate::render::render;
use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_files::audio::Audio;
use lacquer_files::encode::{EncodeError, WordLength};

/// Deeper trims that are tried after the dither has moved the peaks.
const MOST_DEEPENINGS: usize = 5;
/// Their step, dB: more than dither of 16 bits can add to a peak near full scale.
const DEEPENING_DB: f64 = 0.02;

/// The programme with a gain in dB, not rounded to any word length.
pub fn gained(audio: &Audio, gain_db: f64) -> Audio {
    let gain = 10f64.powf(gain_db / 20.0);
    let frames = audio.frames.iter().map(|frame| frame.map(|x| (f64::from(x) * gain) as f32)).collect();
    Audio { frames, ..audio.clone() }
}

/// The programme with a gain in dB at a word length, dithered as a master is.
pub fn trimmed(audio: &Audio, gain_db: f64, word_length: WordLength) -> Audio {
    let Some(bits) = word_length.dither() else { return gained(audio, gain_db) };
    let mut settings = ChainSettings::default();
    // A gain and nothing else: the limiter's own ceiling would act on what lies above it.
    settings.input_trim.on = false;
    settings.limiter.on = false;
    settings.dither.on = true;
    settings.dither.word_length = bits;
    let spec = ProcessSpec { channels: audio.channels, ..ProcessSpec::stereo(f64::from(audio.sample_rate)) };
    let gain = 10f64.powf(gain_db / 20.0);
    let input = audio.frames.iter().map(|frame| frame.map(|x| f64::from(x) * gain));
    let frames = render(&spec, &settings, input, &|_| {});
    Audio { frames: frames.iter().map(|frame| frame.map(|x| x as f32)).collect(), ..audio.clone() }
}

/// A programme whose overs are cleared.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixed {
    /// The programme.
    pub audio: Audio,
    /// Its gain against what it was, dB, 0 or less.
    pub trim_db: f64,
    /// Whether every codec decodes it without a peak over the ceiling: measured on this very audio.
    pub is_cleared: bool,
}

/// Whether every sample is a multiple of the word's last bit.
fn fits(audio: &Audio, word_length: WordLength) -> bool {
    let Some(bits) = word_length.dither() else { return true };
    let steps = 1.0 / bits.lsb();
    audio.frames.as_flattened().iter().all(|x| (f64::from(*x) * steps).fract() == 0.0)
}

/// Trims a programme by what the worst of the codecs needs, `trim_db`, dithers it to its word length, and encodes the result again to be sure.
/// A programme that needs no trim is given back as it is.
///
/// # Errors
/// [`EncodeError`].
pub fn fixed(
    audio: &Audio,
    codecs: &[Codec],
    ceiling_dbtp: f64,
    trim_db: f64,
    word_length: WordLength,
) -> Result<Fixed, EncodeError> {
    if trim_db >= 0.0 {
        // Longer words than the file will have are dithered all the same.
        let audio = if fits(audio, word_length) { audio.clone() } else { trimmed(audio, 0.0, word_length) };
        return Ok(Fixed { audio, trim_db: 0.0, is_cleared: true });
    }
    let mut deepest_db = trim_db;
    let mut tries = 0;
    loop {
        let made = trimmed(audio, deepest_db, word_length);
        let mut rest_db = 0.0f64;
        for codec in codecs {
            rest_db = rest_db.min(overs(&made, *codec, ceiling_dbtp)?.trim_db);
        }
        if rest_db >= 0.0 || tries == MOST_DEEPENINGS {
            return Ok(Fixed { audio: made, trim_db: deepest_db, is_cleared: rest_db >= 0.0 });
        }
        deepest_db += rest_db - DEEPENING_DB;
        tries += 1;
    }
}
