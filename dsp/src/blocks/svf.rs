//! State-variable filter in the topology-preserving form, two channels in lanes, f64 throughout.
//!
//! v1 = (ic1 + g (x - ic2)) a1, v2 = ic2 + g v1, ic1' = 2 v1 - ic1, ic2' = 2 v2 - ic2 with a1 = 1 / (1 + g (g + k)):
//! v1 is the band-pass, v2 the low-pass, x - k v1 - v2 the high-pass. Source: A. Simper, "Linear Trapezoidal
//! Integrated State Variable Filter With Low Noise Optimisation", 2013; V. Zavalishin, "The Art of VA Filter
//! Design", 2018, chapter 4. Safe under modulation; an error of f64 rounding only, down to the lowest frequencies.

use crate::blocks::math;
use crate::blocks::simd::Lanes;
use crate::processor::Frame;

/// Pre-warped frequency and damping of a section, with the output mix y = m0 x + m1 v1 + m2 v2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SvfCoefficients {
    /// tan(pi f / fs).
    pub g: f64,
    /// Damping 1 / Q.
    pub k: f64,
    /// Weight of the input.
    pub m0: f64,
    /// Weight of the band-pass v1.
    pub m1: f64,
    /// Weight of the low-pass v2.
    pub m2: f64,
}

impl Default for SvfCoefficients {
    fn default() -> Self {
        Self::IDENTITY
    }
}

impl SvfCoefficients {
    /// Passes the input unchanged.
    pub const IDENTITY: Self = Self { g: 0.1, k: 1.4, m0: 1.0, m1: 0.0, m2: 0.0 };

    fn warped(frequency_hz: f64, sample_rate: f64) -> f64 {
        math::tan(std::f64::consts::PI * (frequency_hz / sample_rate).clamp(1e-7, 0.4999))
    }

    /// Low-pass, 12 dB per octave, by the bilinear transform.
    pub fn low_pass(frequency_hz: f64, q: f64, sample_rate: f64) -> Self {
        Self { g: Self::warped(frequency_hz, sample_rate), k: 1.0 / q, m0: 0.0, m1: 0.0, m2: 1.0 }
    }

    /// High-pass, 12 dB per octave, by the bilinear transform.
    pub fn high_pass(frequency_hz: f64, q: f64, sample_rate: f64) -> Self {
        Self { g: Self::warped(frequency_hz, sample_rate), k: 1.0 / q, m0: 1.0, m1: -1.0 / q, m2: -1.0 }
    }

    /// Band-pass with unity gain at its centre, by the bilinear transform.
    pub fn band_pass(frequency_hz: f64, q: f64, sample_rate: f64) -> Self {
        Self { g: Self::warped(frequency_hz, sample_rate), k: 1.0 / q, m0: 0.0, m1: 1.0 / q, m2: 0.0 }
    }

    /// Second-order all-pass, by the bilinear transform.
    pub fn all_pass(frequency_hz: f64, q: f64, sample_rate: f64) -> Self {
        Self { g: Self::warped(frequency_hz, sample_rate), k: 1.0 / q, m0: 1.0, m1: -2.0 / q, m2: 0.0 }
    }

    /// The section with the transfer function (b0 + b1/z + b2/z2) / (1 + a1/z + a2/z2); its poles must lie inside the
    /// unit circle and away from z = +-1.
    pub fn from_biquad(b: [f64; 3], a1: f64, a2: f64) -> Self {
        let at_dc = 1.0 + a1 + a2;
        let at_nyquist = 1.0 - a1 + a2;
        let g = (at_dc / at_nyquist).sqrt();
        let k = 2.0 * (1.0 - a2) / (g * at_nyquist);
        let c0 = (b[0] + b[1] + b[2]) / at_dc;
        let c1 = 2.0 * (b[0] - b[2]) / (g * at_nyquist);
        let c2 = (b[0] - b[1] + b[2]) / at_nyquist;
        Self { g, k, m0: c2, m1: c1 - k * c2, m2: c0 - c2 }
    }

    /// 1 / (1 + g (g + k)), which the recursion needs once per coefficient change.
    #[inline(always)]
    pub fn a1(&self) -> f64 {
        1.0 / (1.0 + self.g * (self.g + self.k))
    }

    /// Complex response at `frequency_hz`, as (real, imaginary).
    pub fn response(&self, frequency_hz: f64, sample_rate: f64) -> (f64, f64) {
        // s = j tan(w/2) / g on the pre-warped axis: v1 = s / D, v2 = 1 / D, D = s^2 + k s + 1.
        let s = math::tan(std::f64::consts::PI * frequency_hz / sample_rate) / self.g;
        let (dr, di) = (1.0 - s * s, self.k * s);
        let norm = dr * dr + di * di;
        let (nr, ni) = (self.m0 * dr + self.m2, self.m0 * di + self.m1 * s);
        ((nr * dr + ni * di) / norm, (ni * dr - nr * di) / norm)
    }

    /// |H| at `frequency_hz`.
    pub fn magnitude(&self, frequency_hz: f64, sample_rate: f64) -> f64 {
        let (re, im) = self.response(frequency_hz, sample_rate);
        math::hypot(re, im)
    }
}

/// Memory of one stereo section.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SvfState {
    ic1: Frame,
    ic2: Frame,
}

impl SvfState {
    /// Forgets the audio.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Band-pass v1 and low-pass v2 for one frame; `a1` is [`SvfCoefficients::a1`].
    #[inline(always)]
    pub fn tick(&mut self, g: f64, a1: f64, x: Frame) -> (Frame, Frame) {
        self.advance(a1, g * a1, g * g * a1, x)
    }

    /// As [`SvfState::tick`], with a2 = g a1 and a3 = g a2 given.
    #[inline(always)]
    pub fn advance(&mut self, a1: f64, a2: f64, a3: f64, x: Frame) -> (Frame, Frame) {
        // Solved for the new states, so that each waits for a subtraction, a product and a sum of the last ones alone.
        let (b1, b2, b3) = (2.0 * a1 - 1.0, 2.0 * a2, 2.0 * a3);
        let mut v1 = [0.0; 2];
        let mut v2 = [0.0; 2];
        for c in 0..2 {
            let (ic1, ic2) = (self.ic1[c], self.ic2[c]);
            let difference = x[c] - ic2;
            v1[c] = a1 * ic1 + a2 * difference;
            v2[c] = ic2 + (a2 * ic1 + a3 * difference);
            self.ic1[c] = b1 * ic1 + b2 * difference;
            self.ic2[c] = ic2 + (b2 * ic1 + b3 * difference);
        }
        (v1, v2)
    }

    /// Filters frames in place with constant coefficients.
    pub fn process(&mut self, coefficients: &SvfCoefficients, frames: &mut [Frame]) {
        let a1 = coefficients.a1();
        for frame in frames {
            let (v1, v2) = self.tick(coefficients.g, a1, *frame);
            for c in 0..2 {
                frame[c] = coefficients.m0 * frame[c] + coefficients.m1 * v1[c] + coefficients.m2 * v2[c];
            }
        }
    }
}

/// Recursions of two stereo sections, in the form of [`SvfState::advance`].
#[derive(Clone, Copy)]
pub(crate) struct Recursions<V> {
    a: [V; 3],
    b: [V; 3],
}

impl<V: Lanes> Recursions<V> {
    /// From a1, a2 = g a1 and a3 = g a2 in lanes.
    #[inline(always)]
    pub fn new(a: [V; 3]) -> Self {
        Self { a, b: [(a[0] + a[0]) - V::all(1.0), a[1] + a[1], a[2] + a[2]] }
    }

    /// From the pre-warped frequencies and a1 of both.
    #[inline(always)]
    pub fn of(g: [f64; 2], a1: [f64; 2]) -> Self {
        let (g, a1) = (V::pairs(g[0], g[1]), V::pairs(a1[0], a1[1]));
        Self::new([a1, g * a1, (g * g) * a1])
    }
}

/// Memories of two stereo sections, to the bit as one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Memories<V> {
    ic1: V,
    ic2: V,
}

impl<V: Lanes> Memories<V> {
    /// Those of these sections.
    #[inline(always)]
    pub fn new([first, second]: [&SvfState; 2]) -> Self {
        Self { ic1: V::of_halves(first.ic1, second.ic1), ic2: V::of_halves(first.ic2, second.ic2) }
    }

    /// What they have come to.
    #[inline(always)]
    pub fn states(self) -> [SvfState; 2] {
        [
            SvfState { ic1: self.ic1.low(), ic2: self.ic2.low() },
            SvfState { ic1: self.ic1.high(), ic2: self.ic2.high() },
        ]
    }

    /// Band-passes v1 and low-passes v2.
    #[inline(always)]
    pub fn advance(&mut self, Recursions { a, b }: &Recursions<V>, x: V) -> (V, V) {
        let (ic1, ic2) = (self.ic1, self.ic2);
        let difference = x - ic2;
        let v1 = a[0] * ic1 + a[1] * difference;
        let v2 = ic2 + (a[1] * ic1 + a[2] * difference);
        self.ic1 = b[0] * ic1 + b[1] * difference;
        self.ic2 = ic2 + (b[1] * ic1 + b[2] * difference);
        (v1, v2)
    }

    /// These where `mask` is set, `others` where it is not.
    #[inline(always)]
    pub fn where_set(self, mask: V, others: Self) -> Self {
        Self { ic1: self.ic1.where_set(mask, others.ic1), ic2: self.ic2.where_set(mask, others.ic2) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn biquad_conversion_keeps_the_response() {
        let (b, a1, a2) = ([0.8, -0.3, 0.2], -1.2, 0.5);
        let section = SvfCoefficients::from_biquad(b, a1, a2);
        for hz in [20.0, 500.0, 3000.0, 12_000.0, 20_000.0] {
            let w: f64 = std::f64::consts::TAU * hz / 48_000.0;
            let at = |c: [f64; 3]| {
                math::hypot(
                    c[0] + c[1] * math::cos(w) + c[2] * math::cos(2.0 * w),
                    c[1] * math::sin(w) + c[2] * math::sin(2.0 * w),
                )
            };
            let expected = at(b) / at([1.0, a1, a2]);
            assert!((section.magnitude(hz, 48_000.0) - expected).abs() < 1e-12, "{hz} Hz");
        }
    }
}
