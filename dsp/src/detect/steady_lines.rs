//! Lines of mains that stay in step for minutes: hum that lies below the music all the time.
//!
//! In no window does such a line stand out, but its phase goes on from window to window, and no note's does. The bins of short windows, whitened by what
//! is beside them at that moment ([`super::whitened`]), are added up in step with each frequency that mains may have. With R(t) the covariance of both
//! channels beside the bin x(t), y = sum R^-1 x e^(-i w t) and W = sum R^-1, the height y^H W^-1 y is the generalised likelihood ratio of a line
//! whose share of either channel is not known (H. L. Van Trees, "Optimum Array Processing", 2002, 7.3; E. J. Kelly, "An Adaptive Detection
//! Algorithm", IEEE AES 22(2), 1986). The third highest of eight multiples counts: a note that happens to lie at one or two of them is no hum.
//!
//! Loops have lines that stay in step as well, at multiples of their own frequency: what is found at mains has to stand over all that is found
//! beside them. As weights follow the music, each line of a hum has lesser ones at the beats beside it: they are taken out first, with the line.

use super::covariance::{Covariance, Pair};
use super::whitened::{Line, Whitened};
use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Multiples that are looked at, and the one of them, by height, that counts.
const MULTIPLES: usize = 8;
const COUNTS: usize = 2;
/// How far mains are looked for, how far what they are compared with begins, and how far that goes, as shares of their frequency.
const NEAR: f64 = 0.003;
const BESIDE: f64 = 0.006;
const FAR: f64 = 0.03;
/// Fewest windows, half a minute.
const FEWEST: usize = 375;
/// Steps of the frequency in one over the length of the programme, at the fundamental: 1.5 at the highest multiple.
const STEPS: f64 = 1.5 * MULTIPLES as f64;
/// Least height. Of 31 songs without a hum one has more near mains, a loop with as much beside them, and the next one has 4.8.
const HEIGHT: f64 = 5.0;
/// Over the highest beside it, as a ratio: where that is no more than the highest that chance makes of thousands, and where a loop has lines there.
const OVER_CHANCE: f64 = 1.3;
const OVER_LOOP: f64 = 1.7;
const CHANCE: f64 = 5.0;
/// Lines from this height on are counted into the power: by chance about one in seven is as high.
const COUNTED: f32 = 2.0;
/// Least 1 - g of [`amplitude`]: a single window counts for ten at the most.
const LEAST_REST: f64 = 0.1;

/// A hum that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steady {
    /// Its fundamental, hertz.
    pub hz: f64,
    /// Power of its lines, in the channel that has more of it.
    pub power: f64,
}

/// See the module.
pub(super) struct SteadyLines<const MAINS: usize> {
    mains_hz: [f64; MAINS],
    whitened: Whitened,
}

impl<const MAINS: usize> SteadyLines<MAINS> {
    /// For multiples of `mains_hz` in the lows, of which there are `rate_hz` samples a second. Allocates.
    pub fn new(mains_hz: [f64; MAINS], rate_hz: f64) -> Self {
        // As close together as any two bins.
        let shares = || (-100..=100).map(|n| 1.0 + FAR * f64::from(n) / 100.0);
        let wanted = mains_hz.into_iter().flat_map(|hz| {
            (1..=MULTIPLES).flat_map(move |multiple| shares().map(move |share| hz * multiple as f64 * share))
        });
        Self { mains_hz, whitened: Whitened::new(rate_hz, wanted) }
    }

    /// Keeps nothing from now on.
    pub fn leave_out(&mut self) {
        self.whitened.leave_out();
    }

    /// Takes the next samples of both channels.
    pub fn push(&mut self, samples: [&[f64]; 2]) {
        self.whitened.push(samples);
    }

    /// The loudest hum, if there is one. Takes some hundredths of a second.
    pub fn hum(&self) -> Option<Steady> {
        if self.whitened.windows() < FEWEST || self.whitened.lines().is_empty() {
            return None;
        }
        let found = self.mains_hz.iter().filter_map(|mains_hz| Search::new(&self.whitened, *mains_hz).hum());
        found.max_by(|one, other| one.power.total_cmp(&other.power))
    }
}

/// The search near one frequency of mains.
struct Search<'a> {
    whitened: &'a Whitened,
    mains_hz: f64,
    step_hz: f64,
    count: usize,
}

/// Heights of each multiple.
type Heights = [f32; MULTIPLES];

impl<'a> Search<'a> {
    fn new(whitened: &'a Whitened, mains_hz: f64) -> Self {
        let step_hz = 1.0 / (STEPS * whitened.windows() as f64 * whitened.window_s());
        Self { whitened, mains_hz, step_hz, count: (2.0 * FAR * mains_hz / step_hz) as usize }
    }

    fn hz(&self, n: usize) -> f64 {
        self.mains_hz * (1.0 - FAR) + n as f64 * self.step_hz
    }

    /// How far a frequency is from mains, as a share.
    fn away(&self, n: usize) -> f64 {
        (self.hz(n) / self.mains_hz - 1.0).abs()
    }

    fn hum(&self) -> Option<Steady> {
        let heights = self.heights(None);
        let near = (0..self.count).filter(|n| self.away(*n) <= NEAR);
        let best = near.max_by(|one, other| third(&heights[*one]).total_cmp(&third(&heights[*other])))?;
        let height = third(&heights[best]);
        if f64::from(height) < HEIGHT {
            return None;
        }
        let stands_out = |heights: &[Heights]| {
            let beside = (0..self.count).filter(|n| self.away(*n) > BESIDE);
            let beside = f64::from(beside.map(|n| third(&heights[n])).fold(0.0, f32::max));
            let over = if beside < CHANCE { OVER_CHANCE } else { OVER_LOOP };
            f64::from(height) >= over * beside
        };
        let hz = self.hz(best);
        let is_hum = stands_out(&heights) || stands_out(&self.heights(Some(hz)));
        is_hum.then(|| Steady { hz, power: self.power(hz, &heights[best]) })
    }

    /// Heights at all frequencies, without a hum at `without_hz` and its multiples.
    fn heights(&self, without_hz: Option<f64>) -> Vec<Heights> {
        let mut heights = vec![Heights::default(); self.count];
        let mut sums = Sums::new(self.whitened.windows());
        for multiple in 0..MULTIPLES {
            let times = (multiple + 1) as f64;
            let mut known = usize::MAX;
            let mut inverse = Covariance::default();
            for (n, heights) in heights.iter_mut().enumerate() {
                let hz = times * self.hz(n);
                let (at, _) = self.whitened.nearest(hz);
                let line = &self.whitened.lines()[at];
                if at != known {
                    known = at;
                    inverse = line.sum.inverse();
                    sums.of(line, without_hz.map(|hz| self.turns(times * hz)), inverse);
                }
                heights[multiple] = inverse.form(sums.at(self.turns(hz))) as f32;
            }
        }
        heights
    }

    /// Turns of a frequency from one window to the next.
    fn turns(&self, hz: f64) -> f64 {
        (hz * self.whitened.window_s()).fract()
    }

    /// Power of the lines of a hum.
    fn power(&self, hz: f64, heights: &Heights) -> f64 {
        let mut powers = [0.0; 2];
        for (multiple, _) in heights.iter().enumerate().filter(|(_, line)| **line >= COUNTED) {
            let hz = (multiple + 1) as f64 * hz;
            let (at, share) = self.whitened.nearest(hz);
            let line = &self.whitened.lines()[at];
            let amplitude = amplitude(line, self.turns(hz));
            for (power, amplitude) in powers.iter_mut().zip(amplitude) {
                *power += amplitude.norm_sqr() / share;
            }
        }
        powers[0].max(powers[1])
    }
}

/// The height that counts.
fn third(heights: &Heights) -> f32 {
    let mut heights = *heights;
    heights.sort_unstable_by(|one, other| other.total_cmp(one));
    heights[COUNTS]
}

/// A rotation that goes on by so many turns a window.
fn rotation(turns: f64) -> impl Iterator<Item = Complex<f32>> {
    (0..).map(move |n| {
        let angle = TAU * (turns * f64::from(n)).fract();
        Complex::new(angle.cos() as f32, angle.sin() as f32)
    })
}

/// Sum of a line in step with a frequency of so many turns a window.
fn in_step(line: &Line, turns: f64) -> Pair {
    let mut sums = [Complex::<f64>::default(); 2];
    for (weighted, turned) in line.weighted.iter().zip(rotation(turns)) {
        for (sum, x) in sums.iter_mut().zip(weighted) {
            let x = x * turned.conj();
            *sum += Complex::new(f64::from(x.re), f64::from(x.im));
        }
    }
    sums
}

/// What is in step with so many turns a window, in both channels. A bin's own product in its covariance would favour the windows in which a note
/// takes the line away: R = S + x x^H is led back to S, with g = x^H R^-1 x: S^-1 x = R^-1 x / (1 - g), S^-1 = R^-1 + R^-1 x x^H R^-1 / (1 - g).
fn amplitude(line: &Line, turns: f64) -> Pair {
    let (mut sum, mut inverses) = (Pair::default(), Covariance::default());
    for ((weighted, inverse), turned) in line.weighted.iter().zip(&line.inverses).zip(rotation(turns)) {
        let inverse = Covariance::from(*inverse);
        let wide = |x: Complex<f32>| Complex::new(f64::from(x.re), f64::from(x.im));
        let weighted = weighted.map(wide);
        let rest = (1.0 - inverse.inverse().form(weighted)).max(LEAST_REST);
        inverses = inverses.plus(inverse, 1.0).plus(Covariance::of(weighted), 1.0 / rest);
        for (sum, x) in sum.iter_mut().zip(weighted) {
            *sum += x * wide(turned).conj() / rest;
        }
    }
    inverses.inverse().times(sum)
}

/// Sums of a line in step with every frequency.
struct Sums {
    transform: Arc<dyn Fft<f32>>,
    channels: [Vec<Complex<f32>>; 2],
    scratch: Vec<Complex<f32>>,
}

impl Sums {
    fn new(windows: usize) -> Self {
        // Half of a bin's width apart.
        let length = (2 * windows).next_power_of_two();
        let transform = FftPlanner::new().plan_fft_forward(length);
        let zero = Complex::default();
        Self {
            channels: [vec![zero; length], vec![zero; length]],
            scratch: vec![zero; transform.get_inplace_scratch_len()],
            transform,
        }
    }

    /// Takes a line, without what is in step with so many turns a window. `inverse` is that of its sum.
    fn of(&mut self, line: &Line, without: Option<f64>, inverse: Covariance) {
        for (c, channel) in self.channels.iter_mut().enumerate() {
            channel.fill(Complex::default());
            for (to, weighted) in channel.iter_mut().zip(&line.weighted) {
                *to = weighted[c];
            }
        }
        if let Some(turns) = without {
            let amplitude =
                inverse.times(in_step(line, turns)).map(|a| Complex::new(a.re as f32, a.im as f32));
            for (n, (inverse, turned)) in line.inverses.iter().zip(rotation(turns)).enumerate() {
                let part = inverse.times(amplitude.map(|a| a * turned));
                self.channels[0][n] -= part[0];
                self.channels[1][n] -= part[1];
            }
        }
        for channel in &mut self.channels {
            self.transform.process_with_scratch(channel, &mut self.scratch);
        }
    }

    /// The sum in step with so many turns a window.
    fn at(&self, turns: f64) -> Pair {
        let length = self.channels[0].len();
        let at = (turns * length as f64).round() as usize % length;
        [&self.channels[0], &self.channels[1]].map(|channel| {
            let sum = channel[at];
            Complex::new(f64::from(sum.re), f64::from(sum.im))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 1600.0;

    /// What is found in three minutes of notes of a bass and of chords in both channels, one to two a second and each somewhere else in the scale, with a
    /// hum of a level of its own in either channel.
    fn found(hz: f64, levels: [f64; 2]) -> Option<Steady> {
        let mut state = 11u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut sound = vec![0.0; 180 * RATE_HZ as usize];
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
        let hummed = levels.map(|level| -> Vec<f64> {
            let hum = |n: usize| {
                let turn = TAU * hz * n as f64 / RATE_HZ;
                level * (1..=4).map(|k| (f64::from(k) * turn).sin() / f64::from(k)).sum::<f64>()
            };
            sound.iter().enumerate().map(|(n, x)| x + hum(n)).collect()
        });
        let mut lines = SteadyLines::new([50.0, 60.0], RATE_HZ);
        let [left, right] = &hummed;
        // In pieces of any length.
        left.chunks(17).zip(right.chunks(17)).for_each(|(left, right)| lines.push([left, right]));
        lines.hum()
    }

    #[test]
    fn a_hum_under_notes_is_found_with_its_frequency_and_level_and_notes_alone_are_none() {
        assert_eq!(found(50.0, [0.0; 2]), None);
        // 40 dB below the notes.
        for (hz, levels) in [(50.03, [1e-3; 2]), (59.97, [1e-3; 2]), (50.03, [0.0, 1e-3])] {
            let hum = found(hz, levels).expect("a hum");
            assert!((hum.hz - hz).abs() < 0.005, "{hum:?}");
            // Four lines, of which at least three count: 1 + 1/4 + 1/9 + 1/16 halves of a square.
            let level_db = 10.0 * (hum.power / (0.5 * 1.424e-6)).log10();
            assert!(level_db.abs() < 1.5, "{level_db} dB off: {hum:?}");
        }
        // Between two of mains it is no mains'.
        assert_eq!(found(51.0, [1e-3; 2]), None);
    }

    #[test]
    fn a_hum_of_one_channel_is_found_below_what_both_share() {
        // 66 dB below the notes, which both channels share to the last bit.
        let hum = found(50.03, [5e-5, 0.0]).expect("a hum");
        assert!((hum.hz - 50.03).abs() < 0.005, "{hum:?}");
    }
}
