//! What a limiter costs: the noise that it adds, against what the music masks, and how its gain moves.
//!
//! ```text
//! input, output -- spectra of 43 ms -- in each critical band the best gain -- what no gain explains, over the mask: distortion
//!                                   +- in each octave the gain, over time: its standard deviation: pumping
//! ```

use super::masking::{Masking, bands};
use crate::blocks::math;
use crate::processor::Frame;
use crate::programme::{Tape, visit};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Time that a spectrum spans at least, s; its length is a power of two.
const LENGTH_S: f64 = 0.04;
/// Power of an octave below its mean whose gain is not looked at: -30 dB.
const HEARD: f64 = 1e-3;

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Noise over mask, dB: the mean over moments and bands; below about -20 nothing of it is heard.
    pub distortion_db: f64,
    /// Standard deviation of the gain in each octave, dB: their mean.
    pub pumping_db: f64,
}

/// Measures it as frames come.
pub struct CostMeter {
    masking: Masking,
    octaves: Vec<Range<usize>>,
    transform: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    /// Input and output that no spectrum has had.
    waiting: [Vec<Frame>; 2],
    buffer: Vec<f64>,
    bins: [Vec<Complex<f64>>; 2],
    noise: f64,
    moments: usize,
    /// Gain in dB and power of each octave, moment by moment.
    gains: Box<dyn Tape>,
}

impl CostMeter {
    /// For a rate in hertz. Allocates. How the gain moved is told by a gain's distance from its mean: `gains`, which is empty, keeps 50 MB an
    /// hour until then.
    pub fn new(rate: f64, gains: Box<dyn Tape>) -> Self {
        let length = ((LENGTH_S * rate) as usize).next_power_of_two();
        let octave: fn(f64) -> f64 = |hz| math::log2((hz / 62.5).max(1.0));
        let octaves = bands(length, rate, octave, 1.0);
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        Self {
            masking: Masking::new(length, rate),
            gains,
            octaves,
            window: (0..length)
                .map(|n| 0.5 - 0.5 * math::cos(TAU * (n as f64 + 0.5) / length as f64))
                .collect(),
            waiting: Default::default(),
            buffer: transform.make_input_vec(),
            bins: [transform.make_output_vec(), transform.make_output_vec()],
            transform,
            noise: 0.0,
            moments: 0,
        }
    }

    /// Takes frames that go into the limiter, with its drive, and what comes out, in time with them.
    ///
    /// # Errors
    /// As [`Tape::push`].
    pub fn push(&mut self, input: &[Frame], output: &[Frame]) -> io::Result<()> {
        self.waiting[0].extend_from_slice(input);
        self.waiting[1].extend_from_slice(output);
        let length = self.window.len();
        let mut start = 0;
        while start + length <= self.waiting[0].len().min(self.waiting[1].len()) {
            (0..2).try_for_each(|channel| self.moment(start, channel))?;
            start += length / 2;
        }
        self.waiting.iter_mut().for_each(|frames| drop(frames.drain(..start)));
        Ok(())
    }

    fn moment(&mut self, start: usize, channel: usize) -> io::Result<()> {
        for (frames, bins) in self.waiting.iter().zip(&mut self.bins) {
            for ((x, frame), window) in self.buffer.iter_mut().zip(&frames[start..]).zip(&self.window) {
                *x = frame[channel] * window;
            }
            let done = self.transform.process(&mut self.buffer, bins);
            debug_assert!(done.is_ok());
        }
        let [x, y] = &self.bins;
        let bands: Vec<(f64, f64)> = self
            .masking
            .bands
            .iter()
            .map(|band| gain_and_power(&x[band.clone()], &y[band.clone()]))
            .collect();
        let heard: Vec<f64> = bands.iter().map(|(gain, power)| gain * gain * power).collect();
        let mask = self.masking.mask(&heard);
        for (((gain, _), band), mask) in bands.iter().zip(&self.masking.bands).zip(mask) {
            let noise: f64 =
                x[band.clone()].iter().zip(&y[band.clone()]).map(|(x, y)| (y - x * gain).norm_sqr()).sum();
            self.noise += noise / mask / self.masking.bands.len() as f64;
        }
        self.moments += 1;
        let of_octave = |band: &Range<usize>| {
            let (gain, power) = gain_and_power(&x[band.clone()], &y[band.clone()]);
            [f64::from(20.0 * math::log10(gain.max(1e-3)) as f32), f64::from(power as f32)]
        };
        self.gains.push(&self.octaves.iter().map(of_octave).collect::<Vec<Frame>>())
    }

    /// What it came to so far; nothing is lost in silence.
    ///
    /// # Errors
    /// As [`Source::read`](crate::programme::Source::read).
    pub fn cost(&self) -> io::Result<Cost> {
        let mean_powers = self.means(|_, [_, power]| Some(power))?;
        let is_heard = |octave: usize, power: f64| power > HEARD * mean_powers[octave];
        let middles = self.means(|n, [gain, power]| is_heard(n, power).then_some(gain))?;
        let spread = |n: usize, [gain, power]: Frame| is_heard(n, power).then(|| (gain - middles[n]).powi(2));
        let deviations: Vec<f64> = self.means(spread)?.iter().map(|square| square.sqrt()).collect();
        Ok(Cost {
            distortion_db: 10.0 * math::log10((self.noise / self.moments.max(1) as f64).max(1e-12)),
            pumping_db: deviations.iter().sum::<f64>() / deviations.len().max(1) as f64,
        })
    }

    /// The mean of each octave's values that `of` gives, 0 where it gives none.
    fn means(&self, of: impl Fn(usize, Frame) -> Option<f64>) -> io::Result<Vec<f64>> {
        let octaves = self.octaves.len();
        let mut sums = vec![(0.0, 0.0); octaves];
        let mut position = 0;
        visit(&*self.gains, 0..self.gains.length(), |gains| -> io::Result<()> {
            for gain in gains {
                let octave = position % octaves;
                position += 1;
                if let Some(value) = of(octave, *gain) {
                    let (sum, count) = &mut sums[octave];
                    (*sum, *count) = (*sum + value, *count + 1.0);
                }
            }
            Ok(())
        })?;
        let mean = |(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { 0.0 };
        Ok(sums.into_iter().map(mean).collect())
    }
}

/// The gain from input to output within a band by least squares, and the power of the input.
fn gain_and_power(x: &[Complex<f64>], y: &[Complex<f64>]) -> (f64, f64) {
    let power: f64 = x.iter().map(Complex::norm_sqr).sum();
    let cross: f64 = x.iter().zip(y).map(|(x, y)| (x * y.conj()).re).sum();
    (cross / power.max(1e-12), power)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn chord(n: usize) -> f64 {
        let t = n as f64 / RATE;
        [110.0, 277.2, 659.3, 1975.5, 5274.0].iter().map(|hz| 0.15 * math::sin(TAU * hz * t)).sum()
    }

    fn cost(change: impl Fn(usize, f64) -> f64) -> Cost {
        let input: Vec<Frame> = (0..96_000).map(|n| [chord(n); 2]).collect();
        let output: Vec<Frame> = (0..96_000).map(|n| [change(n, chord(n)); 2]).collect();
        let mut meter = CostMeter::new(RATE, Box::new(Vec::new()));
        for (input, output) in input.chunks(1000).zip(output.chunks(1000)) {
            meter.push(input, output).unwrap();
        }
        meter.cost().unwrap()
    }

    #[test]
    fn a_gain_costs_nothing_a_clip_distorts_and_a_moving_gain_pumps() {
        let gain = cost(|_, x| 0.5 * x);
        assert!(gain.distortion_db < -100.0 && gain.pumping_db < 1e-6, "{gain:?}");
        let clip = cost(|_, x| x.clamp(-0.25, 0.25));
        assert!(clip.distortion_db > -10.0, "{clip:?}");
        // A sine of 3 dB: its standard deviation is 2.1 dB; octaves without a tone of their own see the flanks of others'.
        let moving = cost(|n, x| x * math::powf(10.0, 0.15 * math::sin(TAU * 1.5 * n as f64 / RATE)));
        assert!((moving.pumping_db - 2.12).abs() < 0.5, "{moving:?}");
        assert!(moving.distortion_db < clip.distortion_db - 15.0, "{moving:?}");
    }

    #[test]
    fn silence_costs_nothing() {
        let mut meter = CostMeter::new(RATE, Box::new(Vec::new()));
        meter.push(&[[0.0; 2]; 10_000], &[[0.0; 2]; 10_000]).unwrap();
        let cost = meter.cost().unwrap();
        assert_eq!(cost.pumping_db, 0.0);
        assert!(cost.distortion_db <= -100.0);
    }
}
