//! Short spectra of input and output side by side, and bands that are as wide as the ear's.

use lacquer_dsp::Frame;
pub use lacquer_dsp::metering::masking::bands;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use std::f64::consts::TAU;
use std::ops::Range;

/// The spectra of one moment: of a channel's input and of its output.
pub type Pair = [Vec<Complex<f64>>; 2];

/// Spectra of `length` frames under a Hann window every half of it, of either channel.
pub fn pairs(input: &[Frame], output: &[Frame], length: usize) -> Vec<Pair> {
    let transform = RealFftPlanner::new().plan_fft_forward(length);
    // Its mean square is 3/8: spectra add up to power.
    let window: Vec<f64> =
        (0..length).map(|n| 0.5 - 0.5 * (TAU * (n as f64 + 0.5) / length as f64).cos()).collect();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut buffer = transform.make_input_vec();
    for start in (0..input.len().saturating_sub(length)).step_by(length / 2) {
        for channel in 0..2 {
            let pair = [input, output].map(|frames| {
                let mut bins = transform.make_output_vec();
                for ((x, frame), window) in buffer.iter_mut().zip(&frames[start..]).zip(&window) {
                    *x = frame[channel] * window;
                }
                let done = transform.process(&mut buffer, &mut bins);
                debug_assert!(done.is_ok());
                bins
            });
            pairs.push(pair);
        }
    }
    turn(&mut pairs);
    pairs
}

/// Turns the input's phase in each bin to what the output's is on the whole: a delay by parts of a frame, and the phase of a resampler,
/// are no distortion.
fn turn(pairs: &mut [Pair]) {
    let bins = pairs.first().map_or(0, |[x, _]| x.len());
    for k in 0..bins {
        let cross: Complex<f64> = pairs.iter().map(|[x, y]| y[k] * x[k].conj()).sum();
        if cross.norm() > 0.0 {
            let phase = cross / cross.norm();
            pairs.iter_mut().for_each(|[x, _]| x[k] *= phase);
        }
    }
}

/// Number of equivalent rectangular bandwidths below a frequency (B. C. J. Moore, B. R. Glasberg, 1996).
pub fn erb(hz: f64) -> f64 {
    21.366 * (0.004368 * hz + 1.0).log10()
}

/// The gain from input to output within a band by least squares, and the power of the input.
pub fn gain_and_power(pair: &Pair, band: &Range<usize>) -> (f64, f64) {
    let [x, y] = pair;
    let power: f64 = x[band.clone()].iter().map(Complex::norm_sqr).sum();
    let cross: f64 = x[band.clone()].iter().zip(&y[band.clone()]).map(|(x, y)| (x * y.conj()).re).sum();
    (cross / power.max(1e-12), power)
}
