//! A finished master at another level.

use super::{Codec, overs};
use crate::render::render;
use lacquer_dsp::programme::{Louder, visit};
use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_files::audio::{Gained, Programme, SpilledAudio, Widened};
use lacquer_files::encode::{EncodeError, WordLength};
use lacquer_files::spill::Scratch;
use std::io;

/// Deeper trims that are tried after the dither has moved the peaks.
const MOST_DEEPENINGS: usize = 5;
/// Their step, dB: more than dither of 16 bits can add to a peak near full scale.
const DEEPENING_DB: f64 = 0.02;

/// The programme with a gain in dB at a word length, dithered as a master is.
///
/// # Errors
/// As [`Source::read`](lacquer_dsp::programme::Source::read), and where `scratch` has no room.
pub fn trimmed(
    programme: &dyn Programme,
    gain_db: f64,
    word_length: WordLength,
    scratch: &Scratch,
) -> io::Result<SpilledAudio> {
    let gain = 10f64.powf(gain_db / 20.0);
    let Some(bits) = word_length.dither() else {
        return SpilledAudio::copy(&Gained { of: programme, gain }, scratch);
    };
    // A gain and nothing else: the limiter's own ceiling would act on what lies above it.
    let mut settings = ChainSettings::default();
    settings.input_trim.on = false;
    settings.limiter.on = false;
    settings.dither.on = true;
    settings.dither.word_length = bits;
    let (sample_rate, channels) = (programme.sample_rate(), programme.channels());
    let spec = ProcessSpec { channels, ..ProcessSpec::stereo(f64::from(sample_rate)) };
    let mut made = SpilledAudio::new(sample_rate, channels, scratch);
    let wide = Widened(programme);
    render(&spec, &settings, &Louder { of: &wide, gain }, |frames| made.push(frames), &|_| {})?;
    Ok(made)
}

/// A programme whose overs are cleared.
#[derive(Debug)]
pub struct Fixed {
    /// The programme.
    pub audio: SpilledAudio,
    /// Its gain against what it was, dB, 0 or less.
    pub trim_db: f64,
    /// Whether every codec decodes it without a peak over the ceiling: measured on this very audio.
    pub is_cleared: bool,
}

/// Whether every sample is a multiple of the word's last bit.
fn fits(programme: &dyn Programme, word_length: WordLength) -> io::Result<bool> {
    let Some(bits) = word_length.dither() else { return Ok(true) };
    let steps = 1.0 / bits.lsb();
    let mut fits = true;
    visit(programme, 0..programme.length(), |frames| {
        fits &= frames.as_flattened().iter().all(|x| (f64::from(*x) * steps).fract() == 0.0);
        Ok::<_, io::Error>(())
    })?;
    Ok(fits)
}

/// Trims a programme by what the worst of the codecs needs, `trim_db`, dithers it to its word length, and encodes the result again to be sure.
/// A programme that needs no trim is given back as it is. What is worked on lies in `scratch`.
///
/// # Errors
/// [`EncodeError`].
pub fn fixed(
    programme: &dyn Programme,
    codecs: &[Codec],
    ceiling_dbtp: f64,
    trim_db: f64,
    word_length: WordLength,
    scratch: &Scratch,
) -> Result<Fixed, EncodeError> {
    if trim_db >= 0.0 {
        // Longer words than the file will have are dithered all the same.
        let audio = if fits(programme, word_length)? {
            SpilledAudio::copy(programme, scratch)?
        } else {
            trimmed(programme, 0.0, word_length, scratch)?
        };
        return Ok(Fixed { audio, trim_db: 0.0, is_cleared: true });
    }
    let mut deepest_db = trim_db;
    let mut tries = 0;
    loop {
        let made = trimmed(programme, deepest_db, word_length, scratch)?;
        let mut rest_db = 0.0f64;
        for codec in codecs {
            rest_db = rest_db.min(overs(&made, *codec, ceiling_dbtp, scratch)?.trim_db);
        }
        if rest_db >= 0.0 || tries == MOST_DEEPENINGS {
            return Ok(Fixed { audio: made, trim_db: deepest_db, is_cleared: rest_db >= 0.0 });
        }
        deepest_db += rest_db - DEEPENING_DB;
        tries += 1;
    }
}
