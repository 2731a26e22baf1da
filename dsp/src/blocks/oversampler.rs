//! Oversampling by a power of two for memoryless curves, in residual form.
//!
//! A cascade of linear-phase half-bands takes the signal up, a curve's residual f(x) - x is computed there, and a mirrored
//! cascade brings it down again. Odd taps of a half-band but the centre are zero: going up, one of two samples is the
//! input itself and the other a FIR of K + K taps. Windowed by Kaiser (J. F. Kaiser, 1974). The curve sees two frames of
//! history, as second-order antiderivative antialiasing needs, which delays it by one oversampled frame; the round trip
//! with that frame is padded to whole frames.
//!
//! Stop band of the first half-band at 44.1 kHz, 20 kHz pass band: 60 dB live (63 taps), 99 dB standard (139), 135 dB
//! finest (191); beyond 105 dB in the later ones.

use super::fir::{Fir, Frame32};
use super::window::kaiser;
use crate::blocks::math;
use crate::processor::{CONTROL_PERIOD, ProcessSpec, Quality};
use std::f64::consts::PI;

/// Frames of history that the curve sees before its first output.
pub const CURVE_HISTORY: usize = 2;

/// Highest frequency in hertz that is taken up and brought down unharmed at 44.1 and 48 kHz.
const PASS_BAND_HZ: f64 = 20_000.0;

/// A half-band low-pass: the 2 K taps off its centre, in any direction (they are symmetric), of unit sum.
struct HalfBand {
    taps: Vec<f32>,
}

impl HalfBand {
    /// `half` is K; `rate` the higher of its two sample rates.
    fn new(half: usize, rate: f64, pass_band_hz: f64) -> Self {
        // Kaiser's rule: length N and transition band give the attenuation, and that the window's beta.
        let transition = 2.0 * PI * (0.5 * rate - 2.0 * pass_band_hz) / rate;
        let attenuation_db = (8.0 + 2.285 * (4 * half - 2) as f64 * transition).clamp(60.0, 150.0);
        let beta = 0.1102 * (attenuation_db - 8.7);
        let taps: Vec<f64> = (0..2 * half)
            .map(|k| {
                let offset = 2.0 * k as f64 - (2 * half - 1) as f64;
                let position = offset / (2 * half) as f64;
                math::sin(PI * offset / 2.0) / (PI * offset / 2.0) * kaiser(position, beta)
            })
            .collect();
        let sum: f64 = taps.iter().sum();
        Self { taps: taps.iter().map(|tap| (tap / sum) as f32).collect() }
    }

    fn half(&self) -> usize {
        self.taps.len() / 2
    }

    /// Delay in samples of the higher rate, in either direction.
    fn delay(&self) -> usize {
        self.taps.len() - 1
    }
}

/// One doubling on the way up.
struct Up {
    line: Vec<Frame32>,
    filtered: Vec<Frame32>,
}

impl Up {
    fn new(filter: &HalfBand, longest: usize) -> Self {
        Self { line: vec![[0.0; 2]; filter.delay() + longest], filtered: vec![[0.0; 2]; longest] }
    }

    /// Writes `2 * input.len()` frames.
    fn process(&mut self, fir: Fir, filter: &HalfBand, input: &[Frame32], output: &mut [Frame32]) {
        let (history, length) = (filter.delay(), input.len());
        self.line[history..history + length].copy_from_slice(input);
        fir.convolve(&filter.taps, &self.line[..history + length], &mut self.filtered[..length]);
        let exact = &self.line[filter.half()..];
        for ((pair, filtered), exact) in output.chunks_exact_mut(2).zip(&self.filtered).zip(exact) {
            pair[0] = *filtered;
            pair[1] = *exact;
        }
        self.line.copy_within(length..length + history, 0);
    }
}

/// One halving on the way down.
struct Down {
    even: Vec<Frame32>,
    odd: Vec<Frame32>,
}

impl Down {
    fn new(filter: &HalfBand, longest: usize) -> Self {
        Self { even: vec![[0.0; 2]; filter.delay() + longest], odd: vec![[0.0; 2]; filter.half() + longest] }
    }

    /// Reads `2 * output.len()` frames.
    fn process(&mut self, fir: Fir, filter: &HalfBand, input: &[Frame32], output: &mut [Frame32]) {
        let (history, half, length) = (filter.delay(), filter.half(), output.len());
        let even = &mut self.even[history..history + length];
        let odd = &mut self.odd[half..half + length];
        for ((pair, even), odd) in input.chunks_exact(2).zip(even).zip(odd) {
            *even = pair[0];
            *odd = pair[1];
        }
        fir.convolve(&filter.taps, &self.even[..history + length], output);
        for (output, odd) in output.iter_mut().zip(&self.odd) {
            *output = [0.5 * (output[0] + odd[0]), 0.5 * (output[1] + odd[1])];
        }
        self.even.copy_within(length..length + history, 0);
        self.odd.copy_within(length..length + half, 0);
    }
}

/// Takes a signal up, lets a curve give its residual, and brings that down.
#[derive(Default)]
pub struct Oversampler {
    fir: Fir,
    factor: usize,
    filters: Vec<HalfBand>,
    ups: Vec<Up>,
    downs: Vec<Down>,
    /// Two buffers that the cascade writes in turn.
    scratch: [Vec<Frame32>; 2],
    /// The oversampled signal behind [`CURVE_HISTORY`] frames of its past.
    high: Vec<Frame32>,
    /// The residual behind `pad` frames of its past.
    residual: Vec<Frame32>,
    pad: usize,
    latency: usize,
    /// Frames since the residual was last other than zero, up to `memory`.
    quiet: usize,
    memory: usize,
}

impl Oversampler {
    /// Oversampling by `factor_at_48_khz` (a power of two from 2 to 16), halved from 88.2 kHz and once more from
    /// 176.4 kHz but never below 2. Allocates.
    pub fn new(spec: &ProcessSpec, factor_at_48_khz: usize) -> Self {
        let octaves_above = [50_000.0, 100_000.0].iter().filter(|limit| spec.sample_rate > **limit).count();
        let factor = (factor_at_48_khz >> octaves_above).clamp(2, 16);
        let stages = factor.ilog2() as usize;
        let wide = spec.sample_rate > 50_000.0;
        // Above 50 kHz the first half-band has room for its transition, and the pass band is widened.
        let (first, second) = match spec.quality {
            _ if wide => (12, 8),
            Quality::Live => (16, 8),
            // 79 frames of latency at 16x.
            Quality::Standard => (35, 7),
            Quality::Finest => (48, 8),
        };
        let pass_band_hz = if wide { 30_000.0 } else { PASS_BAND_HZ.min(0.4535 * spec.sample_rate) };
        let filters: Vec<HalfBand> = [first, second, 5, 5][..stages]
            .iter()
            .enumerate()
            .map(|(n, half)| HalfBand::new(*half, spec.sample_rate * (2 << n) as f64, pass_band_hz))
            .collect();
        let round_trip: usize =
            1 + filters.iter().enumerate().map(|(n, f)| 2 * f.delay() * (factor >> (n + 1))).sum::<usize>();
        let pad = (factor - round_trip % factor) % factor;
        let longest = factor * CONTROL_PERIOD;
        let latency = (round_trip + pad) / factor;
        Self {
            fir: Fir::default(),
            factor,
            ups: filters.iter().enumerate().map(|(n, f)| Up::new(f, CONTROL_PERIOD << n)).collect(),
            downs: filters.iter().enumerate().map(|(n, f)| Down::new(f, CONTROL_PERIOD << n)).collect(),
            scratch: [vec![[0.0; 2]; longest], vec![[0.0; 2]; longest]],
            high: vec![[0.0; 2]; CURVE_HISTORY + longest],
            residual: vec![[0.0; 2]; pad + longest],
            pad,
            latency,
            quiet: 2 * latency,
            memory: 2 * latency,
            filters,
        }
    }

    /// Oversampled frames per frame.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Delay of the round trip in frames.
    pub fn latency_samples(&self) -> usize {
        self.latency
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        for line in self
            .ups
            .iter_mut()
            .map(|up| &mut up.line)
            .chain(self.downs.iter_mut().flat_map(|down| [&mut down.even, &mut down.odd]))
            .chain([&mut self.high, &mut self.residual])
        {
            line.fill([0.0; 2]);
        }
        self.quiet = self.memory;
    }

    /// Processes at most [`CONTROL_PERIOD`] frames. `curve` is given the oversampled input, `factor * n` frames behind
    /// [`CURVE_HISTORY`] earlier ones, and writes as many frames of residual, each for the window of three frames that
    /// begins at its own index; it returns whether any of them is other than zero. Returns the same for `output`.
    pub fn process(
        &mut self,
        input: &[Frame32],
        output: &mut [Frame32],
        curve: impl FnOnce(&[Frame32], &mut [Frame32]) -> bool,
    ) -> bool {
        let length = input.len();
        let high_length = length * self.factor;
        let [from, to] = &mut self.scratch;
        from[..length].copy_from_slice(input);
        for (n, (up, filter)) in self.ups.iter_mut().zip(&self.filters).enumerate() {
            up.process(self.fir, filter, &from[..length << n], &mut to[..length << (n + 1)]);
            std::mem::swap(from, to);
        }
        self.high[CURVE_HISTORY..CURVE_HISTORY + high_length].copy_from_slice(&from[..high_length]);
        let window = &self.high[..CURVE_HISTORY + high_length];
        let sounds = curve(window, &mut self.residual[self.pad..self.pad + high_length]);
        self.high.copy_within(high_length..high_length + CURVE_HISTORY, 0);
        if !sounds && self.quiet == self.memory {
            // Every line on the way down holds zeros already.
            output.fill([0.0; 2]);
            return false;
        }
        self.quiet = if sounds { 0 } else { (self.quiet + length).min(self.memory) };
        from[..high_length].copy_from_slice(&self.residual[..high_length]);
        self.residual.copy_within(high_length..high_length + self.pad, 0);
        for (n, (down, filter)) in self.downs.iter_mut().zip(&self.filters).enumerate().rev() {
            let target = if n == 0 { &mut output[..length] } else { &mut to[..length << n] };
            down.process(self.fir, filter, &from[..length << (n + 1)], target);
            std::mem::swap(from, to);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The identity as a "residual": the centre of each window.
    fn through(spec: &ProcessSpec, factor: usize, input: &[Frame32]) -> (usize, Vec<Frame32>) {
        let mut oversampler = Oversampler::new(spec, factor);
        let mut output = vec![[0.0; 2]; input.len()];
        for (input, output) in input.chunks(CONTROL_PERIOD).zip(output.chunks_mut(CONTROL_PERIOD)) {
            oversampler.process(input, output, |window, residual| {
                residual.copy_from_slice(&window[1..window.len() - 1]);
                true
            });
        }
        (oversampler.latency_samples(), output)
    }

    #[test]
    fn round_trip_is_flat_and_delays_by_its_latency() {
        for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
            for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
                for factor in [2, 4, 8, 16] {
                    let spec = ProcessSpec { quality, ..ProcessSpec::stereo(rate) };
                    for hz in [100.0, 5000.0, 16_000.0, 19_000.0] {
                        let tone = |n: f64| math::sin(2.0 * PI * hz * n / rate) as f32;
                        let input: Vec<Frame32> = (0..2000).map(|n| [tone(n as f64), 0.5]).collect();
                        let (latency, output) = through(&spec, factor, &input);
                        // Ripple twice over: 60 dB down live, 100 dB otherwise.
                        let bound = if quality == Quality::Live { 2e-3 } else { 5e-5 };
                        for n in 1000..2000 {
                            let error = (output[n][0] - input[n - latency][0]).abs();
                            assert!(error < bound, "{quality:?} {rate} {factor}x {hz} Hz: {error} at {n}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn images_and_aliases_are_stopped() {
        // A tone at 25 kHz of 88.2 kHz must not come down to 19.1 kHz of 44.1 kHz.
        let spec = ProcessSpec::stereo(44_100.0);
        let mut oversampler = Oversampler::new(&spec, 2);
        let mut worst = 0.0f32;
        let mut position = 0;
        for block in 0..60 {
            let mut output = [[0.0; 2]; CONTROL_PERIOD];
            oversampler.process(&[[0.0; 2]; CONTROL_PERIOD], &mut output, |_, residual| {
                for frame in residual.iter_mut() {
                    *frame = [math::sin(2.0 * PI * 25_000.0 * position as f64 / 88_200.0) as f32; 2];
                    position += 1;
                }
                true
            });
            if block > 10 {
                worst = output.iter().fold(worst, |worst, frame| worst.max(frame[0].abs()));
            }
        }
        // 99 dB by design, with f32 rounding.
        assert!(worst < 1.2e-5, "alias at {:.1} dB", 20.0 * math::log10(f64::from(worst)));
    }
}
