//! The curve, its anti-aliased residual, and the makeup that keeps pink noise as loud as it was.

use super::{CALIBRATION_DBFS, SaturatorCharacter};
use crate::blocks::decibel::db_to_gain;
use crate::blocks::math;
use crate::blocks::simd::{Simd, in_lanes};

/// Half the width of the curve: p(1) = 128/315, so that S = 315/128 puts the limit at full scale.
const SCALE: f64 = 315.0 / 128.0;

/// p(u) = u + u^3 (C3 + C5 u^2 + C7 u^4 + C9 u^6), the integral of (1 - u^2)^4.
const C3: f64 = -4.0 / 3.0;
const C5: f64 = 6.0 / 5.0;
const C7: f64 = -4.0 / 7.0;
const C9: f64 = 1.0 / 9.0;

/// Points between two frames.
const POINTS: usize = 4;
/// Values at once; a multiple of every block's length at 4x and above, and what is left over goes one by one.
const LANES: usize = 16;
/// Values from one frame to the next.
const NEXT: usize = 2;

/// Highest drive in dB, and entries of the makeup's table: one for each dB.
const DRIVES: usize = 25;

/// f(v) for a single value.
fn curve(v: f64) -> f64 {
    let u = (v / SCALE).clamp(-1.0, 1.0);
    let square = u * u;
    SCALE * u * (1.0 + square * (C3 + square * (C5 + square * (C7 + square * C9))))
}

/// How the residual is averaged over three frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mean {
    /// Over the triangle that they span, by six points: the better one where frames are few.
    #[default]
    Cubature,
    /// Along the lines between them, by [`POINTS`] points each: the better one far above the audio.
    Midpoints,
}

/// Evaluates the residual of blocks, and knows the makeup of each character and drive.
pub struct Shaper {
    /// Makeup as a gain for each character and whole dB of drive.
    makeup: [[f64; DRIVES]; 4],
    simd: Simd,
}

impl Default for Shaper {
    fn default() -> Self {
        Self { makeup: [[1.0; DRIVES]; 4], simd: Simd::default() }
    }
}

impl Shaper {
    /// Calibrates the makeup and looks at the CPU.
    pub fn new() -> Self {
        let mut makeup = [[1.0; DRIVES]; 4];
        for (character, row) in [
            SaturatorCharacter::Clean,
            SaturatorCharacter::Tape,
            SaturatorCharacter::Tube,
            SaturatorCharacter::Transformer,
        ]
        .into_iter()
        .zip(&mut makeup)
        {
            for (drive_db, makeup) in row.iter_mut().enumerate() {
                *makeup = calibrate(character, drive_db as f64);
            }
        }
        Self { makeup, simd: Simd::detect() }
    }

    /// Gain that restores the loudness at `drive_db`, 0 to 24.
    pub fn makeup(&self, character: SaturatorCharacter, drive_db: f64) -> f64 {
        let row = &self.makeup[character as usize];
        let position = drive_db.clamp(0.0, (DRIVES - 1) as f64);
        let index = (position as usize).min(DRIVES - 2);
        row[index] + (position - index as f64) * (row[index + 1] - row[index])
    }

    /// Writes r(v + bias) - r(bias), averaged over the triangle of each window of three frames, for interleaved stereo values. Returns
    /// whether any is other than zero.
    pub fn residual(&self, mean: Mean, window: &[f32], residual: &mut [f32], bias: f32) -> bool {
        averaged(self.simd, mean, window, residual, bias)
    }
}

in_lanes! {
    /// See [`Shaper::residual`].
    fn averaged(mean: Mean, window: &[f32], residual: &mut [f32], bias: f32) -> bool = residual_in
}

#[inline(always)]
fn residual_in(mean: Mean, window: &[f32], residual: &mut [f32], bias: f32) -> bool {
    match mean {
        Mean::Cubature => by_cubature(window, residual, bias),
        Mean::Midpoints => by_midpoints(window, residual, bias),
    }
    residual.iter().any(|r| *r != 0.0)
}

#[inline(always)]
fn by_cubature(window: &[f32], residual: &mut [f32], bias: f32) {
    let rest = bend(bias);
    let windows = window.iter().zip(&window[NEXT..]).zip(&window[2 * NEXT..]);
    for (residual, ((a, b), c)) in residual.iter_mut().zip(windows) {
        *residual = mean_over_triangle(*a, *b, *c, bias, rest);
    }
}

/// Every segment between two samples gives a part to the output that it rises towards and one to that which it falls from.
#[inline(always)]
fn by_midpoints(window: &[f32], residual: &mut [f32], bias: f32) {
    let length = residual.len();
    let rest = bend(bias);
    let whole = length - length % LANES;
    for start in (0..whole).step_by(LANES) {
        let [rising, falling] = moments::<LANES>(&window[start..start + LANES + NEXT], bias, rest);
        residual[start..start + LANES].copy_from_slice(&rising);
        if start == 0 {
            // The first frame falls from outputs that are gone.
            for l in NEXT..LANES {
                residual[l - NEXT] += falling[l];
            }
        } else {
            for (residual, falling) in residual[start - NEXT..].iter_mut().zip(falling) {
                *residual += falling;
            }
        }
    }
    for n in whole..length {
        let [rising, falling] = moments::<1>(&window[n..n + 1 + NEXT], bias, rest);
        residual[n] = rising[0];
        if n >= NEXT {
            residual[n - NEXT] += falling[0];
        }
    }
    for n in length..length + NEXT {
        let [_, falling] = moments::<1>(&window[n..n + 1 + NEXT], bias, rest);
        residual[n - NEXT] += falling[0];
    }
}

/// r(v) = f(v) - v.
#[inline(always)]
fn bend(v: f32) -> f32 {
    const INVERSE: f32 = (1.0 / SCALE) as f32;
    const S: f32 = SCALE as f32;
    let u = v * INVERSE;
    let inside = u.clamp(-1.0, 1.0);
    let square = inside * inside;
    // The straight part cancels exactly inside: inside - u is 0 there.
    let series = C3 as f32 + square * (C5 as f32 + square * (C7 as f32 + square * C9 as f32));
    S * (inside * square * series + (inside - u))
}

/// The residual on the straight line from one frame to the next, weighted by t and by 1 - t: midpoints of [`POINTS`] parts, for `N`
/// values and those a frame later. Point by point, so that the values go in lanes.
#[inline(always)]
fn moments<const N: usize>(window: &[f32], bias: f32, rest: f32) -> [[f32; N]; 2] {
    const PART: f32 = 1.0 / POINTS as f32;
    let (mut sum, mut rising, mut step, mut at) = ([0.0f32; N], [0.0f32; N], [0.0f32; N], [0.0f32; N]);
    for l in 0..N {
        step[l] = PART * (window[l + NEXT] - window[l]);
        at[l] = window[l] + 0.5 * step[l] + bias;
    }
    for n in 0..POINTS {
        let weight = (n as f32 + 0.5) * PART * PART;
        for l in 0..N {
            let r = bend(at[l]) - rest;
            at[l] += step[l];
            sum[l] += PART * r;
            rising[l] += weight * r;
        }
    }
    let falling = std::array::from_fn(|l| sum[l] - rising[l]);
    [rising, falling]
}

/// Mean of the residual over the triangle of a, b and c, shifted by `bias`, by the rule of two rings of three points each.
#[inline(always)]
fn mean_over_triangle(a: f32, b: f32, c: f32, bias: f32, rest: f32) -> f32 {
    // Barycentric coordinates twice the constant and once the rest of 1.
    const NEAR_WEIGHT: f32 = 0.223_381_6;
    const NEAR: f32 = 0.445_948_5;
    const FAR_WEIGHT: f32 = 0.109_951_74;
    const FAR: f32 = 0.091_576_21;
    let sum = a + b + c;
    let near = NEAR * sum + bias;
    let far = FAR * sum + bias;
    let near_point = |x: f32| bend(near + (1.0 - 3.0 * NEAR) * x);
    let far_point = |x: f32| bend(far + (1.0 - 3.0 * FAR) * x);
    let near_sum = near_point(a) + near_point(b) + near_point(c);
    let far_sum = far_point(a) + far_point(b) + far_point(c);
    NEAR_WEIGHT * near_sum + FAR_WEIGHT * far_sum - rest
}

/// Makeup of one character at one drive: sigma / sqrt(E[(f(d sigma z) / d)^2]) for Gaussian z, mean taken out.
fn calibrate(character: SaturatorCharacter, drive_db: f64) -> f64 {
    let bias = character.colour().bias;
    let drive = db_to_gain(drive_db);
    let sigma = db_to_gain(CALIBRATION_DBFS);
    let (mut weights, mut mean, mut square) = (0.0, 0.0, 0.0);
    // Trapezoids over +-6 sigma converge to rounding for so smooth an integrand.
    for n in -60..=60 {
        let z = f64::from(n) * 0.1;
        let weight = math::exp(-0.5 * z * z);
        let y = (curve(drive * sigma * z + bias) - curve(bias)) / drive;
        weights += weight;
        mean += weight * y;
        square += weight * y * y;
    }
    let variance = square / weights - (mean / weights).powi(2);
    sigma / variance.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residual_is_the_mean_over_the_triangle() {
        // The lines from a over b to c, weighted by a triangle about b, by a fine sum.
        let reference = |a: f64, b: f64, c: f64| {
            let steps = 10_000;
            let part = |from: f64, to: f64| {
                (0..steps)
                    .map(|n| {
                        let t = (f64::from(n) + 0.5) / f64::from(steps);
                        let v = from + t * (to - from);
                        t * (curve(v) - v) / f64::from(steps)
                    })
                    .sum::<f64>()
            };
            part(a, b) + part(c, b)
        };
        let triples = [(0.1, 0.5, 0.9), (-0.6, 0.1, 0.5), (1.0, 1.9, 1.4), (2.2, 2.6, 3.0)];
        // Enough frames for whole lanes and some that are left over.
        let mut window = Vec::new();
        triples.iter().for_each(|(a, b, c)| window.extend([a, a, b, b, c, c].map(|v: &f64| *v as f32)));
        let mut residual = vec![0.0f32; window.len() - 2 * NEXT];
        assert!(Shaper::new().residual(Mean::Midpoints, &window, &mut residual, 0.0));
        for (n, (a, b, c)) in triples.into_iter().enumerate() {
            let expected = reference(a, b, c);
            for found in &residual[6 * n..6 * n + NEXT] {
                // The midpoints' triangle is a little wider than the true one: some thousandths of the residual's bend.
                assert!((f64::from(*found) - expected).abs() < 1e-2, "{a} {b} {c}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn cubature_agrees_with_the_mean_over_the_triangle() {
        // The mean over the triangle, by a fine sum over barycentric coordinates.
        let reference = |a: f64, b: f64, c: f64| {
            let steps = 400;
            let (mut sum, mut count) = (0.0, 0.0);
            for i in 0..steps {
                for j in 0..steps - i {
                    for (third, most) in [(1.0 / 3.0, 1), (2.0 / 3.0, 2)] {
                        if i + j + most <= steps {
                            let (p, q) =
                                ((i as f64 + third) / steps as f64, (j as f64 + third) / steps as f64);
                            let v = p * a + q * b + (1.0 - p - q) * c;
                            sum += curve(v) - v;
                            count += 1.0;
                        }
                    }
                }
            }
            sum / count
        };
        for (a, b, c) in [(0.1, 0.5, 0.9), (-0.6, 0.1, 0.5), (1.0, 1.9, 1.4), (2.2, 2.6, 3.0)] {
            let found = f64::from(mean_over_triangle(a as f32, b as f32, c as f32, 0.0, 0.0));
            let expected = reference(a, b, c);
            // Degrees above the fourth, the reference's grid and single precision.
            assert!((found - expected).abs() < 1e-4, "{a} {b} {c}: {found} against {expected}");
        }
    }

    #[test]
    fn curve_is_straight_at_the_origin_and_flat_at_full_scale() {
        assert!((curve(1e-4) / 1e-4 - 1.0).abs() < 1e-8);
        assert!((curve(SCALE) - 1.0).abs() < 1e-12);
        assert!((curve(50.0) - 1.0).abs() < 1e-12);
        assert_eq!(bend(0.0), 0.0);
    }
}
