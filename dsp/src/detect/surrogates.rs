//! Tops against those of surrogates: what a clipper leaves when a lossy encoder has moved every sample since.
//!
//! An encoder keeps the spectrum and blurs levels by a hundredth or two, so that no top is flat and no level sharp any more. But clipped tops are still
//! where all bands add up to one level, and no other mixture of the same bands does that. Surrogates are such mixtures: the same stretch in four
//! bands, each turned over or not and moved by up to 3 ms (in the manner of J. Theiler et al., "Testing for nonlinearity in time series: the method of
//! surrogate data", Physica D 58, 1992). They have the spectrum and the envelope of the sound and tops that nobody held down. Two things are compared:
//! how far the highest tops stand over lower ones, and for how long a top stays near its height. Of what was clipped tops go less far and
//! stay longer than in nearly all surrogates; a limiter makes the first alone, a bass with broad waves the second alone.

use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Frames of a stretch, and stretches that are kept: 18 s at 44.1 kHz.
const LENGTH: usize = 1 << 15;
const STRETCHES: usize = 24;
/// Rates of which encoders are known, hertz.
const RATES_HZ: std::ops::RangeInclusive<f64> = 32_000.0..=48_000.0;
/// Left out at either end of a stretch, where its transform takes the end for what precedes the beginning, s; and a hop, s.
const EDGE_S: f64 = 0.016;
const HOP_S: f64 = 0.01;
/// A stretch is as telling as its hop of this rank is high: one overshoot of an encoder makes none.
const RANK: usize = 3;
/// Limits between the bands, hertz, and the width of each limit, octaves.
const LIMITS_HZ: [f64; BANDS - 1] = [300.0, 1200.0, 4000.0];
const BANDS: usize = 4;
const WIDTH_OCT: f64 = 0.8;
/// Surrogates, and how far their bands move at the most, s: less than an envelope changes in.
const SURROGATES: usize = 16;
const MOVE_S: f64 = 0.003;
/// Tops are compared from these ranks on, as many as the rank, with those so many times lower.
const RANKS: [usize; 5] = [3, 6, 12, 25, 50];
const LOWER: [usize; 2] = [4, 10];
/// So many of the highest tops are compared in width, at these shares of their height.
const TOPS: [usize; 4] = [8, 16, 32, 64];
const SHARES: [f32; 3] = [0.97, 0.94, 0.88];
/// What is added to a standard deviation of sixteen, so that a small one proves nothing: logarithms of heights and of widths.
const LEAST_SPREAD: [f64; 2] = [0.004, 0.02];
/// Tops below -40 dBFS are no programme's.
const QUIET: f64 = 0.01;

/// How far the tops lie from those of surrogates, in standard deviations of these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    /// How much less far the highest go.
    pub height: f64,
    /// How much longer they stay near their height.
    pub width: f64,
    /// Height of the highest, an amplitude.
    pub level: f64,
}

/// A stretch that is kept.
struct Stretch {
    telling: f32,
    frames: Vec<[f32; 2]>,
}

/// A hop of a channel: its top, and the logarithm of how many samples lie near it, for each share.
#[derive(Debug, Clone, Copy)]
struct Top {
    height: f32,
    widths: [f32; SHARES.len()],
}

/// Keeps the stretches with the highest tops and compares them; see the module.
pub(super) struct Surrogates {
    is_wanted: bool,
    channels: usize,
    hop: usize,
    edge: usize,
    most_moved: usize,
    sample_rate_hz: f64,
    line: Vec<[f32; 2]>,
    kept: Vec<Stretch>,
}

impl Surrogates {
    /// At `sample_rate_hz` with 1 or 2 channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let frames = |seconds: f64| (seconds * sample_rate_hz) as usize;
        Self {
            is_wanted: RATES_HZ.contains(&sample_rate_hz),
            channels,
            hop: frames(HOP_S),
            edge: frames(EDGE_S),
            most_moved: frames(MOVE_S),
            sample_rate_hz,
            line: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Keeps nothing from now on: no comparison is asked for.
    pub fn leave_out(&mut self) {
        self.is_wanted = false;
    }

    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        if !self.is_wanted {
            return;
        }
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((LENGTH - self.line.len()).min(rest.len()));
            self.line.extend(part.iter().map(|[left, right]| [*left as f32, *right as f32]));
            if self.line.len() == LENGTH {
                self.keep();
            }
            rest = tail;
        }
    }

    /// Keeps the stretch if it tells more than one that is kept.
    fn keep(&mut self) {
        let mut tops: Vec<f32> = self
            .middle()
            .step_by(self.hop)
            .map(|start| {
                let hop = self.line[start..start + self.hop].as_flattened();
                hop.iter().fold(0.0, |top: f32, x| if x.abs() > top { x.abs() } else { top })
            })
            .collect();
        tops.sort_unstable_by(|one, other| other.total_cmp(one));
        let telling = tops.get(RANK).copied().unwrap_or(0.0);
        let frames = if self.kept.len() < STRETCHES {
            std::mem::take(&mut self.line)
        } else {
            let least = self.kept.iter().enumerate().min_by(|(_, a), (_, b)| a.telling.total_cmp(&b.telling));
            let Some((least, _)) = least.filter(|(_, least)| telling > least.telling) else {
                self.line.clear();
                return;
            };
            let freed = self.kept.swap_remove(least).frames;
            std::mem::replace(&mut self.line, freed)
        };
        self.kept.push(Stretch { telling, frames });
        self.line.clear();
        self.line.reserve(LENGTH);
    }

    /// The first frames of hops that are looked at, if it is stepped through by hops.
    fn middle(&self) -> std::ops::Range<usize> {
        let hops = (LENGTH - 2 * self.edge) / self.hop;
        self.edge..self.edge + hops * self.hop
    }

    /// The comparison, if there is enough to compare. Takes about a tenth of a second.
    pub fn comparison(&self) -> Option<Comparison> {
        let mut bands = Bands::new(self.sample_rate_hz);
        let moves = moves(self.most_moved as i64);
        let mut sound: Vec<Top> = Vec::new();
        let mut surrogates: Vec<Vec<Top>> = vec![Vec::new(); SURROGATES];
        let middle = self.middle();
        let mut line = vec![0.0f32; middle.len()];
        for stretch in &self.kept {
            // The tops of channels follow one another: hop by hop within one stretch and channel.
            for c in 0..self.channels {
                let samples: Vec<f32> = stretch.frames.iter().map(|frame| frame[c]).collect();
                tops(&samples[middle.clone()], self.hop, &mut sound);
                bands.split(&samples);
                for (moves, tops_of) in moves.iter().zip(&mut surrogates) {
                    line.fill(0.0);
                    for ((moved, sign), band) in moves.iter().zip(&bands.lines) {
                        let from = (middle.start as i64 - moved) as usize;
                        for (to, x) in line.iter_mut().zip(&band[from..]) {
                            *to += sign * x;
                        }
                    }
                    tops(&line, self.hop, tops_of);
                }
            }
        }
        let hops = middle.len() / self.hop;
        let sound = Figures::of(&sound, hops, self.channels)?;
        let surrogates: Vec<Figures> =
            surrogates.iter().filter_map(|tops| Figures::of(tops, hops, self.channels)).collect();
        if surrogates.len() < SURROGATES {
            return None;
        }
        let deviations = |figure: &dyn Fn(&Figures) -> Option<f64>, least: f64| -> Option<f64> {
            let others: Option<Vec<f64>> = surrogates.iter().map(figure).collect();
            let others = others?;
            let mean = others.iter().sum::<f64>() / others.len() as f64;
            let square = others.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / others.len() as f64;
            Some((figure(&sound)? - mean) / (square.sqrt() + least))
        };
        let height = (0..RANKS.len() * LOWER.len())
            .filter_map(|n| deviations(&|figures: &Figures| figures.heights[n], LEAST_SPREAD[0]))
            .map(|deviations| -deviations)
            .fold(f64::NEG_INFINITY, f64::max);
        let width = (0..TOPS.len())
            .filter_map(|n| {
                let of = |share: usize| {
                    deviations(&|figures: &Figures| figures.widths[n].map(|w| w[share]), LEAST_SPREAD[1])
                };
                let all: Option<Vec<f64>> = (0..SHARES.len()).map(of).collect();
                all.map(|all| all.iter().sum::<f64>() / all.len() as f64)
            })
            .fold(f64::NEG_INFINITY, f64::max);
        (height.is_finite() && width.is_finite()).then_some(Comparison { height, width, level: sound.level })
    }
}

/// What each surrogate does to its bands: by how many frames it moves each, and its sign. Always the same.
fn moves(most: i64) -> Vec<[(i64, f32); BANDS]> {
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut band = || {
        let moved = (random() % (2 * most as u64 + 1)) as i64 - most;
        (moved, if random() % 2 == 0 { 1.0 } else { -1.0 })
    };
    (0..SURROGATES).map(|_| std::array::from_fn(|_| band())).collect()
}

/// Adds the top of each hop.
fn tops(samples: &[f32], hop: usize, tops: &mut Vec<Top>) {
    for part in samples.chunks_exact(hop) {
        let height = part.iter().fold(0.0, |top: f32, x| if x.abs() > top { x.abs() } else { top });
        let widths = SHARES.map(|share| {
            let near = share * height;
            let count: u32 = part.iter().map(|x| u32::from(x.abs() >= near)).sum();
            (count.max(1) as f32).ln()
        });
        tops.push(Top { height, widths });
    }
}

/// What is compared.
struct Figures {
    /// Logarithms of how far tops stand over lower ones, for each rank and each of [`LOWER`].
    heights: Vec<Option<f64>>,
    /// Mean logarithms of the widths of so many tops, for each share.
    widths: Vec<Option<[f64; SHARES.len()]>>,
    level: f64,
}

impl Figures {
    /// Of tops of hops of channels, in runs of `hops` a channel; none for silence.
    fn of(tops: &[Top], hops: usize, channels: usize) -> Option<Self> {
        let mut heights: Vec<f64> = tops
            .chunks_exact(hops * channels)
            .flat_map(|stretch| {
                (0..hops).map(move |hop| {
                    let of = |c: usize| f64::from(stretch[c * hops + hop].height);
                    (0..channels).map(of).fold(0.0, f64::max)
                })
            })
            .collect();
        heights.sort_unstable_by(|one, other| other.total_cmp(one));
        let mean = |from: usize, count: usize| -> Option<f64> {
            Some(heights.get(from..from + count)?.iter().sum::<f64>() / count as f64)
        };
        let level = mean(0, RANKS[0])?;
        let over = |rank: usize, lower: usize| -> Option<f64> {
            let low = mean(rank * lower, rank)?;
            (low > QUIET).then_some((mean(rank, rank)? / low).ln())
        };
        let mut order: Vec<&Top> = tops.iter().collect();
        order.sort_by(|one, other| other.height.total_cmp(&one.height));
        let width = |count: usize| -> Option<[f64; SHARES.len()]> {
            let highest = order.get(..count)?;
            Some(std::array::from_fn(|share| {
                highest.iter().map(|top| f64::from(top.widths[share])).sum::<f64>() / count as f64
            }))
        };
        (level > QUIET).then(|| Self {
            heights: RANKS.iter().flat_map(|rank| LOWER.map(|lower| over(*rank, lower))).collect(),
            widths: TOPS.map(width).to_vec(),
            level,
        })
    }
}

/// Splits a stretch into bands that add up to it.
struct Bands {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// Share of each bin that each band but the last has.
    shares: Vec<[f32; BANDS - 1]>,
    buffer: Vec<f32>,
    bins: Vec<Complex<f32>>,
    part: Vec<Complex<f32>>,
    lines: [Vec<f32>; BANDS],
}

impl Bands {
    fn new(sample_rate_hz: f64) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(LENGTH), planner.plan_fft_inverse(LENGTH));
        let below = |bin: usize, limit_hz: f64| {
            let hz = (bin as f64 * sample_rate_hz / LENGTH as f64).max(1.0);
            let at = (0.5 - (hz / limit_hz).log2() / WIDTH_OCT).clamp(0.0, 1.0);
            0.5 - 0.5 * (std::f64::consts::PI * at).cos()
        };
        let shares = (0..LENGTH / 2 + 1)
            .map(|bin| {
                let mut known = 0.0;
                LIMITS_HZ.map(|limit_hz| {
                    let all = below(bin, limit_hz);
                    let share = all - known;
                    known = all;
                    // The transforms back and forth make it this much larger.
                    (share / LENGTH as f64) as f32
                })
            })
            .collect();
        Self {
            buffer: forward.make_input_vec(),
            bins: forward.make_output_vec(),
            part: forward.make_output_vec(),
            forward,
            inverse,
            shares,
            lines: std::array::from_fn(|_| vec![0.0; LENGTH]),
        }
    }

    fn split(&mut self, samples: &[f32]) {
        self.buffer.copy_from_slice(samples);
        let done = self.forward.process(&mut self.buffer, &mut self.bins);
        debug_assert!(done.is_ok(), "the buffers were made for this transform");
        let (last, lines) = match &mut self.lines {
            [lines @ .., last] => (last, lines),
        };
        last.copy_from_slice(samples);
        for (band, line) in lines.iter_mut().enumerate() {
            for ((to, bin), shares) in self.part.iter_mut().zip(&self.bins).zip(&self.shares) {
                *to = bin * shares[band];
            }
            // The first and the last bin have no imaginary part, scaled or not.
            let done = self.inverse.process(&mut self.part, line);
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
            for (rest, x) in last.iter_mut().zip(line.iter()) {
                *rest -= x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// The comparison of 9 s of notes that `shape` changes, after an encoder's blur of 1 % of the highest.
    fn compared(shape: impl Fn(f64) -> f64) -> Comparison {
        const RATE_HZ: f64 = 44_100.0;
        let mut state = 5u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        // Notes that begin at any time and die away, from bass to treble, each of a loudness of its own.
        let mut sound = vec![0.0f64; 13 * LENGTH];
        for _ in 0..400 {
            let start = (random() * sound.len() as f64) as usize;
            let hz = 60.0 * 2f64.powf(7.0 * random());
            let level = 0.15 * random() * (200.0 / hz).min(1.0).sqrt();
            let (step, phase, decay) = (TAU * hz / RATE_HZ, TAU * random(), (0.1 + 0.5 * random()) * RATE_HZ);
            for (n, x) in sound[start..].iter_mut().take(2 * decay as usize).enumerate() {
                let n = n as f64;
                *x += level * (-n / decay).exp() * (n * step + phase).sin();
            }
        }
        let highest = sound.iter().fold(0.0f64, |highest, x| highest.max(x.abs()));
        let frames: Vec<Frame> =
            sound.iter().map(|x| [shape(x / highest) + 0.02 * (random() - 0.5); 2]).collect();
        let mut surrogates = Surrogates::new(RATE_HZ, 1);
        frames.chunks(441).for_each(|frames| surrogates.push(frames));
        surrogates.comparison().expect("a comparison")
    }

    #[test]
    fn clipped_tops_stop_lower_and_stay_longer_than_those_of_surrogates() {
        let (clean, clipped) = (compared(|x| x), compared(|x| x.clamp(-0.7, 0.7)));
        assert!(clean.height < 2.5 && clean.width < 2.0, "{clean:?}");
        assert!(clipped.height > 2.5 && clipped.width > 2.5, "{clipped:?}");
    }

    #[test]
    fn bands_add_up_to_what_they_were_split_from() {
        let samples: Vec<f32> = (0..LENGTH)
            .map(|n| ((n * n) as f32 * 1e-4).sin() * 0.5 + if n % 97 == 0 { 0.3 } else { 0.0 })
            .collect();
        let mut bands = Bands::new(44_100.0);
        bands.split(&samples);
        for (n, x) in samples.iter().enumerate() {
            let sum: f32 = bands.lines.iter().map(|line| line[n]).sum();
            assert!((sum - x).abs() < 1e-5, "{sum} for {x} at {n}");
        }
        assert!(bands.lines.iter().all(|line| line.iter().map(|x| x * x).sum::<f32>() > 1.0));
    }
}
