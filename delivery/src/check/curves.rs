//! What a report draws: waveform, loudness, correlation and spectrum, in as many points as a page shows.

use crate::audio::{Audio, widen};
use lacquer_dsp::Frame;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::metering::spectrum::{Analyser, Averaging, Band, MonoFold, Part, mono_fold};
use lacquer_dsp::metering::stereo::StereoSums;

/// Columns of a waveform: about one a pixel.
const COLUMNS: usize = 944;
/// Points of a loudness history at most, and the shortest time between two, s.
const LOUDNESS_POINTS: f64 = 944.0;
const LOUDNESS_STEP_S: f64 = 0.1;
/// Windows of the correlation at most, and the shortest, s: shorter ones follow single notes.
const CORRELATION_POINTS: f64 = 472.0;
const CORRELATION_WINDOW_S: f64 = 0.4;
/// Highest sample of what counts as silence: -90 dBFS, the last bit of 16.
const SILENCE: f32 = 3.2e-5;
/// Points of a spectrum's line, and its ends, Hz.
const SPECTRUM_POINTS: usize = 400;
const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 48_000.0;
/// Points of a transform: bins of 3 Hz at 48 kHz, narrow enough for the lowest third of an octave.
const TRANSFORM: usize = 16_384;
/// Frames that are widened at a time.
const CHUNK_FRAMES: usize = 4096;

/// A column of the waveform: of each channel the lowest and highest sample and the root of the mean square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Middle, s.
    pub time_s: f64,
    /// Lowest sample of left and right.
    pub low: [f64; 2],
    /// Highest.
    pub high: [f64; 2],
    /// Root mean square.
    pub rms: [f64; 2],
}

/// A point of the loudness history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoudnessPoint {
    /// End of the windows, s.
    pub time_s: f64,
    /// Highest momentary loudness since the point before, LUFS; -infinity in silence.
    pub momentary_lufs: f64,
    /// Short-term loudness, LUFS; -infinity in silence and in the first 3 s.
    pub short_term_lufs: f64,
}

/// Everything that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// The waveform.
    pub columns: Vec<Column>,
    /// The loudness history.
    pub loudness: Vec<LoudnessPoint>,
    /// Time in the middle of a window, s, and correlation there; NaN in silence, which has none.
    pub correlation: Vec<(f64, f64)>,
    /// Frequency, Hz, and level of the long-term spectrum, dB.
    pub spectrum: Vec<(f64, f64)>,
    /// Thirds of an octave.
    pub bands: Vec<Band>,
    /// What mono takes of each.
    pub folds: Vec<MonoFold>,
}

/// Draws a programme.
pub fn curves(audio: &Audio) -> Curves {
    let sample_rate_hz = f64::from(audio.sample_rate);
    let mut loudness = LoudnessHistory::new(audio);
    let mut analyser = Analyser::new(sample_rate_hz, TRANSFORM, Averaging::Endless);
    let mut frames: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
    for chunk in audio.frames.chunks(CHUNK_FRAMES) {
        frames.clear();
        frames.extend(chunk.iter().map(|frame| widen(frame).map(finite)));
        loudness.push(&frames);
        analyser.push(&frames);
    }
    if audio.frames.len() < TRANSFORM {
        // What is shorter than a transform is looked at with the silence after it.
        analyser.push(&vec![[0.0; 2]; TRANSFORM - audio.frames.len()]);
    }
    let highest_hz = HIGHEST_HZ.min(0.5 * sample_rate_hz);
    let ratio = (highest_hz / LOWEST_HZ).powf(1.0 / (SPECTRUM_POINTS - 1) as f64);
    let places: Vec<f64> = (0..SPECTRUM_POINTS).map(|n| LOWEST_HZ * ratio.powi(n as i32)).collect();
    let levels = analyser.levels_db(Part::Both, &places);
    Curves {
        columns: columns(audio),
        loudness: loudness.points,
        correlation: correlation(audio),
        spectrum: places.into_iter().zip(levels).collect(),
        bands: analyser.bands(3),
        folds: mono_fold(&analyser),
    }
}

/// A float file may hold anything.
fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { 0.0 }
}

/// Cuts frames into at most `most` stretches of equal length but for a frame.
fn stretches(frames: usize, most: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let count = most.min(frames).max(1);
    (0..count).map(move |n| n * frames / count..(n + 1) * frames / count)
}

fn columns(audio: &Audio) -> Vec<Column> {
    let rate = f64::from(audio.sample_rate);
    stretches(audio.frames.len(), COLUMNS)
        .map(|range| {
            let frames = &audio.frames[range.clone()];
            let of = |fold: &dyn Fn(f64, f64) -> f64, first: f64| {
                [0, 1].map(|c| {
                    frames.iter().fold(first, |so_far, frame| fold(so_far, finite(f64::from(frame[c]))))
                })
            };
            let squares = of(&|sum, x| sum + x * x, 0.0);
            Column {
                time_s: 0.5 * (range.start + range.end) as f64 / rate,
                low: of(&f64::min, f64::INFINITY),
                high: of(&f64::max, f64::NEG_INFINITY),
                rms: squares.map(|sum| (sum / frames.len().max(1) as f64).sqrt()),
            }
        })
        .collect()
}

fn correlation(audio: &Audio) -> Vec<(f64, f64)> {
    let rate = f64::from(audio.sample_rate);
    let windows = (audio.duration_s() / CORRELATION_WINDOW_S).floor().clamp(1.0, CORRELATION_POINTS) as usize;
    stretches(audio.frames.len(), windows)
        .map(|range| {
            let mut sums = StereoSums::default();
            let mut peak = 0.0f32;
            for chunk in audio.frames[range.clone()].chunks(CHUNK_FRAMES) {
                let frames: Vec<Frame> = chunk.iter().map(|frame| widen(frame).map(finite)).collect();
                sums.push(&frames);
                peak = chunk.as_flattened().iter().fold(peak, |peak, x| peak.max(x.abs()));
            }
            let correlation = if peak > SILENCE { sums.correlation() } else { f64::NAN };
            (0.5 * (range.start + range.end) as f64 / rate, correlation)
        })
        .collect()
}

/// Reads a loudness meter at every hop and keeps a point every so many.
struct LoudnessHistory {
    meter: Loudness,
    hops_a_point: u64,
    momentary_lufs: f64,
    points: Vec<LoudnessPoint>,
}

impl LoudnessHistory {
    fn new(audio: &Audio) -> Self {
        let step_s = (audio.duration_s() / LOUDNESS_POINTS).max(LOUDNESS_STEP_S);
        Self {
            meter: Loudness::new(f64::from(audio.sample_rate), audio.channels),
            // A hop lasts 10 ms.
            hops_a_point: (step_s * 100.0).ceil() as u64,
            momentary_lufs: f64::NEG_INFINITY,
            points: Vec::new(),
        }
    }

    fn push(&mut self, frames: &[Frame]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let to_hop = self.meter.frames_to_hop();
            let (part, tail) = rest.split_at(to_hop.min(rest.len()));
            self.meter.push(part);
            if part.len() == to_hop {
                self.momentary_lufs = self.momentary_lufs.max(self.meter.momentary_lufs());
                if self.meter.hops().is_multiple_of(self.hops_a_point) {
                    self.points.push(LoudnessPoint {
                        time_s: self.meter.hops() as f64 / 100.0,
                        momentary_lufs: self.momentary_lufs,
                        short_term_lufs: self.meter.short_term_lufs(),
                    });
                    self.momentary_lufs = f64::NEG_INFINITY;
                }
            }
            rest = tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    fn tone(frames: usize, right: f32) -> Audio {
        let frames = (0..frames)
            .map(|n| {
                let x = 0.5 * (TAU * 1000.0 * n as f32 / 48_000.0).sin();
                [x, right * x]
            })
            .collect();
        Audio { sample_rate: 48_000, channels: 2, frames }
    }

    #[test]
    fn curves_show_what_is_there() {
        let drawn = curves(&tone(480_000, -1.0));
        assert_eq!((drawn.columns.len(), drawn.loudness.len(), drawn.correlation.len()), (944, 100, 25));
        // 508 frames are ten periods, whose highest sample is within 0.01 of the peak.
        assert!(
            drawn.columns.iter().all(|column| (column.high[0] - 0.5).abs() < 0.01 && column.low[1] < -0.49)
        );
        assert!(drawn.correlation.iter().all(|(_, r)| (r + 1.0).abs() < 1e-6));
        // Both channels of a sine of -6.02 dBFS: -0.691 + 10 log10(2 * 0.125) plus 0.69 dB of weighting at 1 kHz.
        let last = drawn.loudness.last().unwrap();
        assert!((last.short_term_lufs + 6.02).abs() < 0.05, "{}", last.short_term_lufs);
        let top = drawn.bands.iter().max_by(|a, b| a.powers.left.total_cmp(&b.powers.left)).unwrap();
        assert!((top.centre_hz - 1000.0).abs() < 1.0);
        assert!(drawn.folds.iter().any(|fold| fold.alarm && fold.loss_db < -40.0));
    }

    #[test]
    fn the_shortest_programme_and_the_oddest_samples_are_drawn() {
        for frames in [1, 2, 900, 1000] {
            let mut audio = tone(frames, 1.0);
            audio.frames[0] = [f32::NAN, f32::INFINITY];
            let drawn = curves(&audio);
            assert!(
                drawn.columns.iter().all(|column| column.rms[0].is_finite() && column.low[1].is_finite())
            );
            assert!(drawn.spectrum.iter().all(|(_, db)| db.is_finite()));
        }
    }
}
