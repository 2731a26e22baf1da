//! Lines of mains that stay in step for minutes: hum that lies below the music all the time.
//!
//! In no window does such a line stand out, but its phase goes on from window to window, and no note's does. Each window's bin is weighted with the
//! inverse of the power beside it, so that the moments in which nothing plays near the line tell most, and all of them are added up in step with each
//! frequency that mains may have: the matched filter for a sine in noise that changes (H. L. Van Trees, "Detection, Estimation, and Modulation Theory",
//! Part I, 1968, 4.3). The third highest of eight multiples counts: a note that happens to lie at one or two of them is no hum. Loops have lines
//! that stay in step as well, at multiples of their own frequency: what is found at mains has to stand over all that is found beside them.

use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Multiples that are looked at, and the one of them, by height, that counts.
const MULTIPLES: usize = 8;
const COUNTS: usize = 2;
/// How far mains are looked for, how far what they are compared with begins, and how far that goes, as shares of their frequency.
const NEAR: f64 = 0.003;
const BESIDE: f64 = 0.006;
const FAR: f64 = 0.03;
/// The power beside a bin is that of so many bins on either side, whichever is the higher; the nearest hold the line's own lobe.
const NEIGHBOURS: RangeInclusive<usize> = 3..=7;
/// Least power beside a bin: that of dither of 16 bits. What is softer tells no more.
const LEAST: f32 = 5e-15;
/// Windows in which all lines together are softer than this are silence, as a power: -100 dBFS.
const SILENT: f32 = 1e-10;
/// Fewest windows, half a minute, and most, eight minutes: more of them tell no more, and mains drift.
const FEWEST: usize = 24;
const MOST: usize = 384;
/// Steps of the frequency in one over the length of the programme, at the fundamental.
const STEPS: f64 = 12.0;
/// Least height over what chance makes, as a ratio of powers: 14 dB.
const HEIGHT: f32 = 25.0;
/// And over the highest beside it: 8.5 dB. Of 83 songs that nothing was added to one has more, for lines at 50.00, 100.02 and 300.06 Hz that may be mains.
const OVER_BESIDE: f32 = 7.1;

/// A hum that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steady {
    /// Its fundamental, hertz.
    pub hz: f64,
    /// Power of its lines.
    pub power: f64,
}

/// Bins around one multiple.
struct Band {
    first: usize,
    /// Window by window, each bin over the power beside it.
    weighted: Vec<Vec<Complex<f32>>>,
    /// Sums of one over that power.
    weights: Vec<f32>,
}

/// Keeps the bins around the multiples of one frequency of mains; see the module.
pub(super) struct SteadyLines {
    mains_hz: f64,
    bin_hz: f64,
    window_s: f64,
    /// Power of a sine's bin against its own.
    scale: f64,
    bands: Vec<Band>,
    windows: usize,
    is_wanted: bool,
}

impl SteadyLines {
    /// For multiples of `mains_hz` in transforms of bins of `bin_hz`, one every `window_s`, in which a sine's power is its bin's times `scale`.
    pub fn new(mains_hz: f64, bin_hz: f64, window_s: f64, scale: f64) -> Self {
        let band = |multiple: usize| {
            let [from, to] = [-FAR, FAR]
                .map(|share| (mains_hz * multiple as f64 * (1.0 + share) / bin_hz).round() as usize);
            Band { first: from, weighted: vec![Vec::new(); to - from + 1], weights: vec![0.0; to - from + 1] }
        };
        Self {
            mains_hz,
            bin_hz,
            window_s,
            scale,
            bands: (1..=MULTIPLES).map(band).collect(),
            windows: 0,
            is_wanted: true,
        }
    }

    /// Keeps nothing from now on.
    pub fn leave_out(&mut self) {
        self.is_wanted = false;
        for band in &mut self.bands {
            band.weighted.iter_mut().for_each(|line| *line = Vec::new());
        }
    }

    /// Takes the next window's bins and their powers.
    pub fn push(&mut self, bins: &[Complex<f64>], powers: &[f64]) {
        if !self.is_wanted || self.windows == MOST {
            return;
        }
        self.windows += 1;
        let [nearest, farthest] = [*NEIGHBOURS.start(), *NEIGHBOURS.end()];
        let count = (farthest - nearest + 1) as f64;
        let mean = |from: usize, to: usize| {
            powers.get(from..=to).map_or(0.0, |near| near.iter().sum::<f64>() / count) as f32
        };
        let all: f64 = self
            .bands
            .iter()
            .filter_map(|band| powers.get(band.first..band.first + band.weights.len()))
            .flatten()
            .sum();
        let sounds = all as f32 > SILENT;
        for band in &mut self.bands {
            for (n, (line, weights)) in band.weighted.iter_mut().zip(&mut band.weights).enumerate() {
                let at = band.first + n;
                let (Some(bin), true) = (bins.get(at), sounds) else {
                    line.push(Complex::default());
                    continue;
                };
                let below = mean(at.saturating_sub(farthest), at.saturating_sub(nearest));
                let beside = below.max(mean(at + nearest, at + farthest)).max(LEAST);
                line.push(Complex::new(bin.re as f32 / beside, bin.im as f32 / beside));
                *weights += 1.0 / beside;
            }
        }
    }

    /// The hum, if there is one.
    pub fn hum(&self) -> Option<Steady> {
        if self.windows < FEWEST {
            return None;
        }
        let step = 1.0 / (STEPS * self.windows as f64 * self.window_s);
        let count = (2.0 * FAR * self.mains_hz / step) as usize;
        let hz = |n: usize| self.mains_hz * (1.0 - FAR) + n as f64 * step;
        let length = (4 * self.windows).next_power_of_two();
        let transform = FftPlanner::new().plan_fft_forward(length);
        let mut turned = Turned::new(transform, length);
        // Heights over chance, and powers, of each multiple at each frequency.
        let lines: Vec<Vec<[f32; 2]>> = (1..=MULTIPLES)
            .zip(&self.bands)
            .map(|(multiple, band)| {
                let mut known = usize::MAX;
                (0..count)
                    .map(|n| {
                        let hz = hz(n) * multiple as f64;
                        let bin = ((hz / self.bin_hz).round() as usize)
                            .saturating_sub(band.first)
                            .min(band.weights.len() - 1);
                        if bin != known {
                            turned.turn(&band.weighted[bin]);
                            known = bin;
                        }
                        let power = turned.power(hz * self.window_s);
                        let weights = band.weights[bin].max(f32::MIN_POSITIVE);
                        [self.scale as f32 * power / weights, power / weights / weights]
                    })
                    .collect()
            })
            .collect();
        let third = |n: usize| {
            let mut heights: [f32; MULTIPLES] = std::array::from_fn(|line| lines[line][n][0]);
            heights.sort_unstable_by(|one, other| other.total_cmp(one));
            heights[COUNTS]
        };
        let (mut best, mut beside) = ((0.0, 0), 0.0f32);
        for (n, height) in (0..count).map(third).enumerate() {
            let away = (hz(n) / self.mains_hz - 1.0).abs();
            if away <= NEAR && height > best.0 {
                best = (height, n);
            } else if away > BESIDE {
                beside = beside.max(height);
            }
        }
        let (height, at) = best;
        (height >= HEIGHT && height >= OVER_BESIDE * beside).then(|| Steady {
            hz: hz(at),
            power: lines
                .iter()
                .filter(|line| line[at][0] >= height)
                .map(|line| self.scale * f64::from(line[at][1]))
                .sum(),
        })
    }
}

/// The transform of a bin over the windows.
struct Turned {
    transform: Arc<dyn Fft<f32>>,
    line: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Turned {
    fn new(transform: Arc<dyn Fft<f32>>, length: usize) -> Self {
        let zero = Complex::default();
        Self { line: vec![zero; length], scratch: vec![zero; transform.get_inplace_scratch_len()], transform }
    }

    fn turn(&mut self, line: &[Complex<f32>]) {
        self.line.fill(Complex::default());
        self.line[..line.len()].copy_from_slice(line);
        self.transform.process_with_scratch(&mut self.line, &mut self.scratch);
    }

    /// Power of the sum in step with so many turns a window.
    fn power(&self, turns: f64) -> f32 {
        let at = ((turns - turns.floor()) * self.line.len() as f64).round() as usize;
        self.line[at % self.line.len()].norm_sqr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use realfft::RealFftPlanner;
    use std::f64::consts::TAU;

    const RATE_HZ: f64 = 1600.0;
    const LENGTH: usize = 4096;

    /// What is found in three minutes of notes of a bass and of chords, one to two a second and each somewhere else in the scale, with a hum of `level`.
    fn found(hz: f64, level: f64) -> Option<Steady> {
        let mut state = 11u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut sound: Vec<f64> = (0..180 * RATE_HZ as usize)
            .map(|n| {
                let turn = TAU * hz * n as f64 / RATE_HZ;
                level * (1..=4).map(|k| (f64::from(k) * turn).sin() / f64::from(k)).sum::<f64>()
            })
            .collect();
        let mut at = 0.0;
        while at < 178.0 {
            let start = (at * RATE_HZ) as usize;
            let octave = [41.2, 41.2, 82.4, 164.8][(4.0 * random()) as usize % 4];
            let note = octave * 2f64.powf([0.0, 3.0, 5.0, 7.0, 10.0][(5.0 * random()) as usize % 5] / 12.0);
            for (n, x) in sound[start..].iter_mut().take(2400).enumerate() {
                let t = n as f64 / RATE_HZ;
                *x += 0.1 * (-4.0 * t).exp() * (TAU * note * t).sin();
            }
            at += 0.5 + 0.5 * random();
        }
        let window: Vec<f64> =
            (0..LENGTH).map(|n| 0.5 - 0.5 * (TAU * n as f64 / LENGTH as f64).cos()).collect();
        let transform = RealFftPlanner::new().plan_fft_forward(LENGTH);
        let scale = 0.5 * (4.0 / LENGTH as f64).powi(2);
        let window_s = 0.5 * LENGTH as f64 / RATE_HZ;
        let mut lines = SteadyLines::new(50.0, RATE_HZ / LENGTH as f64, window_s, scale);
        for start in (0..sound.len() - LENGTH).step_by(LENGTH / 2) {
            let mut line: Vec<f64> =
                sound[start..][..LENGTH].iter().zip(&window).map(|(x, window)| x * window).collect();
            let mut bins = transform.make_output_vec();
            transform.process(&mut line, &mut bins).expect("buffers of these lengths");
            let powers: Vec<f64> = bins.iter().map(|bin| bin.norm_sqr() * scale).collect();
            lines.push(&bins, &powers);
        }
        lines.hum()
    }

    #[test]
    fn a_hum_under_notes_is_found_with_its_frequency_and_level_and_notes_alone_are_none() {
        assert_eq!(found(50.0, 0.0), None);
        // 40 dB below the notes.
        let hum = found(50.03, 1e-3).expect("a hum");
        assert!((hum.hz - 50.03).abs() < 0.005, "{hum:?}");
        // Four lines, of which at least three count: 1 + 1/4 + 1/9 + 1/16 halves of a square.
        let level_db = 10.0 * (hum.power / (0.5 * 1.424e-6)).log10();
        assert!(level_db.abs() < 1.5, "{level_db} dB off: {hum:?}");
        // Between two of mains it is no mains'.
        assert_eq!(found(51.0, 1e-3), None);
    }
}
