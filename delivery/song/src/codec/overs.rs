//! Peaks that a codec adds, and the trim that clears them.

use super::{Codec, round_trip};
use crate::measure::true_peak;
use lacquer_dsp::programme::visit;
use lacquer_files::audio::{Gained, Programme};
use lacquer_files::encode::EncodeError;
use lacquer_files::spill::Scratch;
use serde::{Deserialize, Serialize};
use std::io;

/// Seconds between two samples over full scale that are told apart as two overs.
const APART_S: f64 = 0.01;
/// Overs that are listed; their number and samples count all of them.
const MOST_LISTED: usize = 1000;
/// Trials of a trim: the peaks move by some tenths of a decibel with every change of level.
const MOST_TRIALS: usize = 10;
/// Steps of a trim, dB.
const STEP_DB: f64 = 0.01;
/// A trim beyond which something else is wrong, dB.
const MOST_TRIM_DB: f64 = 24.0;

/// A stretch of samples over full scale, after decoding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Over {
    /// Where it begins, seconds.
    pub time_s: f64,
    /// Samples over full scale in it, of both channels.
    pub samples: usize,
    /// Its highest sample, dBFS.
    pub peak_dbfs: f64,
}

/// What a codec does to a programme's peaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodecReport {
    /// The encoding's name, for instance `opus128`.
    pub codec: String,
    /// The true peak that is allowed after decoding, dBTP.
    pub ceiling_dbtp: f64,
    /// True peak of the programme, dBTP; absent for silence.
    pub true_peak_before_dbtp: Option<f64>,
    /// True peak after decoding, dBTP; absent for silence.
    pub true_peak_after_dbtp: Option<f64>,
    /// Samples over 0 dBFS after decoding, of both channels.
    pub over_samples: usize,
    /// Stretches of them.
    pub over_count: usize,
    /// The first 1000 stretches.
    pub overs: Vec<Over>,
    /// The gain that clears them, dB, 0 or less.
    pub trim_db: f64,
    /// True peak after decoding with the trim, dBTP: measured, not computed.
    pub true_peak_trimmed_dbtp: Option<f64>,
    /// Whether that holds the ceiling without a sample over 0 dBFS.
    pub is_cleared: bool,
}

/// Encodes, decodes and measures a programme, and finds the trim with which the decoded programme has no sample over 0 dBFS and no true peak
/// over `ceiling_dbtp`. Each trial is encoded anew; what is worked on lies in `scratch`.
///
/// # Errors
/// [`EncodeError`].
pub fn overs(
    programme: &dyn Programme,
    codec: Codec,
    ceiling_dbtp: f64,
    scratch: &Scratch,
) -> Result<CodecReport, EncodeError> {
    let decoded = round_trip(programme, codec, scratch)?;
    let (count, over_samples, listed) = list(&decoded)?;
    let after_dbtp = peak_dbtp(&decoded)?;
    let mut trim_db = 0.0;
    let (mut peak, mut samples) = (after_dbtp, over_samples);
    for _ in 0..MOST_TRIALS {
        let excess_db = excess_db(peak, samples, ceiling_dbtp);
        if excess_db <= 0.0 || trim_db <= -MOST_TRIM_DB {
            break;
        }
        trim_db = (((trim_db - excess_db) / STEP_DB).floor() * STEP_DB).max(-MOST_TRIM_DB);
        let gained = Gained { of: programme, gain: 10f64.powf(trim_db / 20.0) };
        let trimmed = round_trip(&gained, codec, scratch)?;
        (peak, samples) = (peak_dbtp(&trimmed)?, list(&trimmed)?.1);
    }
    Ok(CodecReport {
        codec: codec.format().id(),
        ceiling_dbtp,
        true_peak_before_dbtp: thousandths(peak_dbtp(programme)?),
        true_peak_after_dbtp: thousandths(after_dbtp),
        over_samples,
        over_count: count,
        overs: listed,
        trim_db: (trim_db / STEP_DB).round() * STEP_DB + 0.0,
        true_peak_trimmed_dbtp: thousandths(peak),
        is_cleared: excess_db(peak, samples, ceiling_dbtp) <= 0.0,
    })
}

/// Decibels by which a decoded programme is too loud.
fn excess_db(peak_dbtp: f64, over_samples: usize, ceiling_dbtp: f64) -> f64 {
    // With a ceiling above 0 dBTP the samples still have to fit.
    let over_full_scale = if over_samples > 0 { peak_dbtp.max(STEP_DB) } else { 0.0 };
    (peak_dbtp - ceiling_dbtp).max(over_full_scale)
}

fn peak_dbtp(programme: &dyn Programme) -> io::Result<f64> {
    Ok(20.0 * true_peak(programme)?.log10())
}

/// A level to the digits that mean something; none for silence.
fn thousandths(level: f64) -> Option<f64> {
    level.is_finite().then(|| (level * 1000.0).round() / 1000.0 + 0.0)
}

/// Number of overs, samples in them, and the first of them.
fn list(programme: &dyn Programme) -> io::Result<(usize, usize, Vec<Over>)> {
    let rate = f64::from(programme.sample_rate());
    let apart = (APART_S * rate) as usize;
    let (mut count, mut samples, mut position) = (0, 0, 0);
    let mut listed: Vec<Over> = Vec::new();
    let mut last: Option<usize> = None;
    visit(programme, 0..programme.length(), |frames| -> io::Result<()> {
        for (n, frame) in (position..).zip(frames) {
            let over = frame[..programme.channels()].iter().filter(|x| x.abs() > 1.0);
            let (found, peak) = over.fold((0, 0.0f32), |(found, peak), x| (found + 1, peak.max(x.abs())));
            if found == 0 {
                continue;
            }
            samples += found;
            let peak_dbfs = 20.0 * f64::from(peak).log10();
            let is_new = last.is_none_or(|last| n - last > apart);
            last = Some(n);
            count += usize::from(is_new);
            if is_new && listed.len() < MOST_LISTED {
                listed.push(Over { time_s: n as f64 / rate, samples: found, peak_dbfs });
            } else if let Some(over) = listed.last_mut().filter(|_| !is_new && count <= MOST_LISTED) {
                over.samples += found;
                over.peak_dbfs = over.peak_dbfs.max(peak_dbfs);
            }
        }
        position += frames.len();
        Ok(())
    })?;
    Ok((count, samples, listed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_files::Audio;

    #[test]
    fn overs_are_told_apart_by_ten_milliseconds() {
        let mut audio = Audio { sample_rate: 48_000, channels: 2, frames: vec![[0.0; 2]; 2000] };
        audio.frames[100] = [1.5, -1.25];
        audio.frames[101] = [2.0, 1.0];
        audio.frames[1000] = [0.0, -1.1];
        let (count, samples, overs) = list(&audio).unwrap();
        assert_eq!((count, samples, overs.len()), (2, 4, 2));
        assert_eq!((overs[0].samples, overs[0].time_s), (3, 100.0 / 48_000.0));
        // Of a factor of 2; f32 holds it exactly.
        assert!((overs[0].peak_dbfs - 20.0 * 2f64.log10()).abs() < 1e-12);
    }
}
