//! What a report draws: waveform, loudness, correlation and spectrum, in as many points as a page shows.

use lacquer_dsp::Frame;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::metering::spectrum::{Analyser, Averaging, Band, MonoFold, Part, mono_fold};
use lacquer_dsp::metering::stereo::StereoSums;
use lacquer_files::audio::widen;
use std::ops::Range;

/// Columns of a waveform: about one a pixel.
const COLUMNS: usize = 944;
/// Points of a loudness history at most, and the shortest time between two, s.
const LOUDNESS_POINTS: f64 = 944.0;
const LOUDNESS_STEP_S: f64 = 0.1;
/// Windows of the correlation at most, and the shortest, s: shorter ones follow single notes.
const CORRELATION_POINTS: f64 = 472.0;
const CORRELATION_WINDOW_S: f64 = 0.4;
/// Highest sample of what counts as silence: -90 dBFS, the last bit of 16.
const SILENCE: f64 = 3.2e-5;
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

/// Draws a programme whose length is known, block by block.
pub struct Drawing {
    sample_rate_hz: f64,
    given: usize,
    columns: Stretches<Peaks>,
    correlation: Stretches<Stereo>,
    loudness: LoudnessHistory,
    analyser: Analyser,
    frames: Vec<Frame>,
}

impl Drawing {
    /// A programme of `frames` frames at `sample_rate_hz`, of 1 or 2 channels.
    pub fn new(sample_rate_hz: u32, channels: usize, frames: usize) -> Self {
        let rate = f64::from(sample_rate_hz);
        let duration_s = frames as f64 / rate;
        let windows = (duration_s / CORRELATION_WINDOW_S).floor().clamp(1.0, CORRELATION_POINTS) as usize;
        Self {
            sample_rate_hz: rate,
            given: 0,
            columns: Stretches::new(frames, COLUMNS),
            correlation: Stretches::new(frames, windows),
            loudness: LoudnessHistory::new(rate, channels, duration_s),
            analyser: Analyser::new(rate, TRANSFORM, Averaging::Endless),
            frames: Vec::with_capacity(CHUNK_FRAMES),
        }
    }

    /// Takes the next frames, any number.
    pub fn push(&mut self, block: &[[f32; 2]]) {
        for chunk in block.chunks(CHUNK_FRAMES) {
            self.frames.clear();
            self.frames.extend(chunk.iter().map(|frame| widen(frame).map(finite)));
            self.loudness.push(&self.frames);
            self.analyser.push(&self.frames);
            self.columns.push(&self.frames, Peaks::push);
            self.correlation.push(&self.frames, Stereo::push);
            self.given += chunk.len();
        }
    }

    /// What is drawn.
    pub fn finish(mut self) -> Curves {
        if self.given < TRANSFORM {
            // What is shorter than a transform is looked at with the silence after it.
            self.analyser.push(&vec![[0.0; 2]; TRANSFORM - self.given]);
        }
        let rate = self.sample_rate_hz;
        let highest_hz = HIGHEST_HZ.min(0.5 * rate);
        let ratio = (highest_hz / LOWEST_HZ).powf(1.0 / (SPECTRUM_POINTS - 1) as f64);
        let places: Vec<f64> = (0..SPECTRUM_POINTS).map(|n| LOWEST_HZ * ratio.powi(n as i32)).collect();
        let levels = self.analyser.spectrum().levels_db(Part::Both, &places);
        let columns = self.columns.finish().map(|(range, peaks)| peaks.column(range, rate));
        let correlation =
            self.correlation.finish().map(|(range, stereo)| (middle_s(&range, rate), stereo.correlation()));
        Curves {
            columns: columns.collect(),
            loudness: self.loudness.points,
            correlation: correlation.collect(),
            spectrum: places.into_iter().zip(levels).collect(),
            bands: self.analyser.spectrum().bands(3),
            folds: mono_fold(self.analyser.spectrum()),
        }
    }
}

/// A float file may hold anything.
fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { 0.0 }
}

fn middle_s(range: &Range<usize>, sample_rate_hz: f64) -> f64 {
    0.5 * (range.start + range.end) as f64 / sample_rate_hz
}

/// A programme in at most `most` stretches of equal length but for a frame, and what is gathered of each.
struct Stretches<T> {
    frames: usize,
    count: usize,
    given: usize,
    gathered: Vec<T>,
}

impl<T: Default> Stretches<T> {
    fn new(frames: usize, most: usize) -> Self {
        Self { frames, count: most.min(frames).max(1), given: 0, gathered: Vec::new() }
    }

    fn range(&self, n: usize) -> Range<usize> {
        n * self.frames / self.count..(n + 1) * self.frames / self.count
    }

    fn push(&mut self, mut frames: &[Frame], take: fn(&mut T, &[Frame])) {
        while !frames.is_empty() {
            // What is more than was said belongs to the last one.
            while self.gathered.is_empty()
                || self.gathered.len() < self.count && self.given >= self.range(self.gathered.len() - 1).end
            {
                self.gathered.push(T::default());
            }
            let last = self.gathered.len() - 1;
            let room = if last + 1 == self.count { frames.len() } else { self.range(last).end - self.given };
            let (own, rest) = frames.split_at(room.min(frames.len()));
            take(&mut self.gathered[last], own);
            self.given += own.len();
            frames = rest;
        }
    }

    fn finish(self) -> impl Iterator<Item = (Range<usize>, T)> {
        let (frames, count) = (self.frames, self.count);
        let range = move |n: usize| n * frames / count..(n + 1) * frames / count;
        self.gathered.into_iter().enumerate().map(move |(n, gathered)| (range(n), gathered))
    }
}

/// What a column is drawn from.
struct Peaks {
    low: [f64; 2],
    high: [f64; 2],
    squares: [f64; 2],
    frames: usize,
}

impl Default for Peaks {
    fn default() -> Self {
        Self { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2], squares: [0.0; 2], frames: 0 }
    }
}

impl Peaks {
    fn push(&mut self, frames: &[Frame]) {
        for frame in frames {
            for (c, x) in frame.iter().enumerate() {
                self.low[c] = self.low[c].min(*x);
                self.high[c] = self.high[c].max(*x);
                self.squares[c] += x * x;
            }
        }
        self.frames += frames.len();
    }

    fn column(&self, range: Range<usize>, sample_rate_hz: f64) -> Column {
        Column {
            time_s: middle_s(&range, sample_rate_hz),
            low: self.low,
            high: self.high,
            rms: self.squares.map(|sum| (sum / self.frames.max(1) as f64).sqrt()),
        }
    }
}

/// What a correlation is computed from.
#[derive(Default)]
struct Stereo {
    sums: StereoSums,
    peak: f64,
}

impl Stereo {
    fn push(&mut self, frames: &[Frame]) {
        self.sums.push(frames);
        self.peak = frames.as_flattened().iter().fold(self.peak, |peak, x| peak.max(x.abs()));
    }

    fn correlation(&self) -> f64 {
        if self.peak > SILENCE { self.sums.correlation() } else { f64::NAN }
    }
}

/// Reads a loudness meter at every hop and keeps a point every so many.
struct LoudnessHistory {
    meter: Loudness,
    hops_a_point: u64,
    momentary_lufs: f64,
    points: Vec<LoudnessPoint>,
}

impl LoudnessHistory {
    fn new(sample_rate_hz: f64, channels: usize, duration_s: f64) -> Self {
        let step_s = (duration_s / LOUDNESS_POINTS).max(LOUDNESS_STEP_S);
        Self {
            meter: Loudness::new(sample_rate_hz, channels),
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
    use lacquer_files::audio::Audio;
    use std::f32::consts::TAU;

    fn curves(audio: &Audio) -> Curves {
        let mut drawing = Drawing::new(audio.sample_rate, audio.channels, audio.frames.len());
        // Blocks of lengths that fit nothing.
        audio.frames.chunks(1237).for_each(|block| drawing.push(block));
        drawing.finish()
    }

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
