//! Measurements of whole programmes, with names for machines and for people.

use crate::jobs;
use lacquer_dsp::Frame;
use lacquer_dsp::metering::true_peak::{HALF, Reference};
use lacquer_dsp::metering::{Measurement, Meter};
use lacquer_dsp::programme::{CHUNK_FRAMES, Source, piece, visit};
use lacquer_files::audio::{Audio, Programme, push_all, widen};
use lacquer_files::decode::Reader;
use lacquer_files::error::Error;
use serde::{Deserialize, Serialize};
use std::io;

/// Measures a programme in memory.
pub fn measure(audio: &Audio) -> Measurement {
    let mut meter = Meter::new(f64::from(audio.sample_rate), audio.channels);
    let mut frames: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
    for chunk in audio.frames.chunks(CHUNK_FRAMES) {
        frames.clear();
        frames.extend(chunk.iter().map(widen));
        meter.push(&frames);
    }
    meter.finish()
}

/// Measures a programme.
///
/// # Errors
/// As [`Source::read`].
pub fn measure_programme(programme: &dyn Programme) -> io::Result<Measurement> {
    let mut meter = Meter::new(f64::from(programme.sample_rate()), programme.channels());
    push_all(programme, |frames| meter.push(frames))?;
    Ok(meter.finish())
}

/// Measures what a reader gives, block by block.
///
/// # Errors
/// As [`Reader::next_block`].
pub fn measure_blocks(reader: &mut Reader) -> Result<Measurement, Error> {
    let mut meter = Meter::new(f64::from(reader.sample_rate()), reader.channels());
    let mut block = Vec::new();
    let mut frames: Vec<Frame> = Vec::new();
    while reader.next_block(&mut block)? {
        frames.clear();
        frames.extend(block.iter().map(widen));
        meter.push(&frames);
    }
    Ok(meter.finish())
}

/// Frames that one thread looks at for [`highest_peak`].
const STRETCH_FRAMES: usize = 1 << 16;

/// Highest level of the waveform as an amplitude; see [`highest_peak`].
///
/// # Errors
/// As [`Source::read`].
pub fn true_peak(frames: &dyn Source<[f32; 2]>) -> io::Result<f64> {
    Ok(highest_peak(frames)?.level)
}

/// The highest level of a programme.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HighestPeak {
    /// An amplitude.
    pub level: f64,
    /// The frame at or before it.
    pub frame: usize,
}

impl HighestPeak {
    /// The higher of two, and the earlier of equal ones.
    fn or(self, other: Self) -> Self {
        if other.level > self.level || other.level == self.level && other.frame < self.frame {
            other
        } else {
            self
        }
    }
}

/// The true peak of a file: the highest level of its waveform, looked for at 32 points a frame on every core that there is, with silence
/// before its first and after its last frame. It covers what lies below 0.48 of the sample rate
/// ([`COVERED`](lacquer_dsp::metering::true_peak::COVERED)).
///
/// Every verification of a master, a run, a side or a decoded stream is this one.
///
/// # Errors
/// As [`Source::read`].
pub fn highest_peak(frames: &dyn Source<[f32; 2]>) -> io::Result<HighestPeak> {
    highest_peak_by(frames, STRETCH_FRAMES)
}

/// [`highest_peak`] in stretches of so many frames. Each is looked at with as much around it as the interpolation sees, so that
/// the result does not depend on where they begin.
fn highest_peak_by(frames: &dyn Source<[f32; 2]>, stretch_frames: usize) -> io::Result<HighestPeak> {
    let reference = Reference::new();
    let length = frames.length();
    let (mut highest_sample, mut position) = (HighestPeak::default(), 0);
    visit(frames, 0..length, |chunk| -> io::Result<()> {
        for (n, [left, right]) in chunk.iter().enumerate() {
            let level = f64::from(left.abs().max(right.abs()));
            highest_sample = highest_sample.or(HighestPeak { level, frame: position + n });
        }
        position += chunk.len();
        Ok(())
    })?;
    let starts: Vec<usize> = (0..length).step_by(stretch_frames.max(1)).collect();
    let peak_from = |start: usize| -> io::Result<HighestPeak> {
        let end = (start + stretch_frames.max(1)).min(length);
        let (from, to) = (start.saturating_sub(HALF), (end + HALF).min(length));
        let stretch: Vec<Frame> = piece(frames, from..to)?.iter().map(widen).collect();
        let found = reference.peak_within(&stretch, start - from..end - from, highest_sample.level);
        Ok(found
            .frame
            .map_or(highest_sample, |frame| HighestPeak { level: found.level, frame: from + frame }))
    };
    let found = jobs::each(&starts, jobs::at_a_time(starts.len()), |_, start| peak_from(*start));
    found.into_iter().try_fold(highest_sample, |highest, found| Ok(highest.or(found?)))
}

/// A measurement as it is printed: levels that do not exist are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// Gated loudness, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Highest loudness of any 400 ms, LUFS.
    pub momentary_max_lufs: Option<f64>,
    /// Highest loudness of any 3 s, LUFS.
    pub short_term_max_lufs: Option<f64>,
    /// Loudness range, LU.
    pub loudness_range_lu: Option<f64>,
    /// True peak, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Sample peak, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// True peak less integrated loudness, dB.
    pub plr_db: Option<f64>,
    /// TT dynamic range, dB.
    pub dynamic_range_db: Option<f64>,
    /// Correlation, -1 to +1.
    pub correlation: Option<f64>,
    /// What the sum to mono loses, dB.
    pub mono_loss_db: Option<f64>,
}

impl From<&Measurement> for Readings {
    fn from(m: &Measurement) -> Self {
        // A thousandth is more than any of them is exact to.
        let shown = |value: f64| value.is_finite().then(|| (value * 1000.0).round() / 1000.0 + 0.0);
        Self {
            integrated_lufs: shown(m.integrated_lufs),
            momentary_max_lufs: shown(m.momentary_max_lufs),
            short_term_max_lufs: shown(m.short_term_max_lufs),
            loudness_range_lu: shown(m.loudness_range_lu),
            true_peak_dbtp: shown(m.true_peak_dbtp),
            sample_peak_dbfs: shown(m.sample_peak_dbfs),
            plr_db: shown(m.plr_db),
            dynamic_range_db: shown(m.dynamic_range_db),
            correlation: shown(m.correlation),
            mono_loss_db: shown(m.mono_loss_db),
        }
    }
}

impl Readings {
    /// As [`Readings::rows`]; one channel has no correlation and nothing to lose in mono.
    pub fn rows_of(&self, channels: usize) -> Vec<(&'static str, String, &'static str)> {
        let rows = self.rows();
        let count = if channels == 1 { rows.len() - 2 } else { rows.len() };
        rows.into_iter().take(count).collect()
    }

    /// Name, value and unit of each reading, with the decimals that mean something; the last two are of two channels.
    pub fn rows(&self) -> [(&'static str, String, &'static str); 10] {
        let text = |value: Option<f64>, decimals: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
        };
        [
            ("Integrated loudness", text(self.integrated_lufs, 1), "LUFS"),
            ("Momentary maximum", text(self.momentary_max_lufs, 1), "LUFS"),
            ("Short-term maximum", text(self.short_term_max_lufs, 1), "LUFS"),
            ("Loudness range", text(self.loudness_range_lu, 1), "LU"),
            ("True peak", text(self.true_peak_dbtp, 2), "dBTP"),
            ("Sample peak", text(self.sample_peak_dbfs, 2), "dBFS"),
            ("Peak to loudness", text(self.plr_db, 1), "dB"),
            ("Dynamic range", text(self.dynamic_range_db, 1), "dB"),
            ("Correlation", text(self.correlation, 2), ""),
            ("Loss in mono", text(self.mono_loss_db, 1), "dB"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A programme in which every cut would make an edge: loud at random places, with content up to half of the rate.
    fn programme(length: usize, seed: u64, highest: f64) -> Vec<[f32; 2]> {
        let mut state = seed | 1;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        let tones: Vec<[f64; 3]> =
            (0..6).map(|_| [highest * (0.5 + 0.5 * random()), 3.0 * random(), random()]).collect();
        (0..length)
            .map(|n| {
                let at = |shift: f64| {
                    let tone = |[pitch, phase, level]: &[f64; 3]| {
                        level * (std::f64::consts::TAU * pitch * (n as f64 + shift) + phase).sin()
                    };
                    tones.iter().map(tone).sum::<f64>().clamp(-1.0, 1.0) as f32
                };
                [at(0.0), at(0.3)]
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn the_peak_does_not_depend_on_the_cut(
            seed in any::<u64>(),
            length in 1usize..3000,
            stretch in 1usize..1500,
            highest in 0.001f64..0.5,
        ) {
            let frames = programme(length, seed, highest);
            let (whole, cut) = (highest_peak_by(&frames, length)?, highest_peak_by(&frames, stretch)?);
            // The figure is a measurement of the same samples: nothing but the order of a maximum may differ.
            prop_assert!((20.0 * (cut.level / whole.level).log10()).abs() < 0.001, "{whole:?} in one, {cut:?} cut by {stretch}");
        }
    }

    #[test]
    fn a_loud_sample_at_a_cut_is_no_peak() {
        // A slow cosine whose top lies where the second stretch begins: cut there, its edge would overshoot by 1.1 dB.
        let stretch = 1usize << 12;
        let frames: Vec<[f32; 2]> = (0..3 * stretch)
            .map(|n| {
                let t = n as f64 - (stretch + 128) as f64;
                [(0.999 * (std::f64::consts::TAU * 20.0 * t / stretch as f64).cos()) as f32; 2]
            })
            .collect();
        let ends_db = 20.0 * highest_peak_by(&&frames[..stretch], stretch).unwrap().level.log10();
        let found_db = 20.0 * highest_peak_by(&frames, stretch).unwrap().level.log10();
        let whole_db = 20.0 * highest_peak_by(&frames, frames.len()).unwrap().level.log10();
        assert!(
            (found_db - whole_db).abs() < 1e-9,
            "{found_db} dB, in one {whole_db}; {ends_db} at the ends"
        );
    }
}
