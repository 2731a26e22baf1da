//! One filter of the fourth order that brings any number of matched sections onto their analogue prototypes.
//!
//! What the sections deviate by is smooth and close to 1, so that one rational function fits the deviations of all bands at
//! once: |C|^2 = N / D with N and D sums of cos kw, by least squares in relative error with one reweighting (C. Sanathanan,
//! J. Koerner, "Transfer Function Synthesis as a Ratio of Two Complex Polynomials", IEEE TAC 8(1), 1963). N and D are split
//! into filters of minimum phase by G. Wilson's iteration ("Factorization of the Covariance Generating Function of a Pure
//! Moving Average Process", SIAM J. Numer. Anal. 6(1), 1969), which needs no roots and so moves smoothly with the bands.
//!
//! Within 0.014 dB up to 0.907 of the Nyquist frequency for any single band.

mod exchange;
mod filter;

pub use exchange::Exchange;

use crate::blocks::matched::GridPoint;
use crate::blocks::math;
use std::f64::consts::PI;

/// Order of the filter.
const ORDER: usize = 4;
/// Unknowns of the fit: N, and D but for its constant 1.
const UNKNOWNS: usize = 2 * ORDER + 1;
/// Points that are fitted, and further ones up to the Nyquist frequency, which only keep the fit sane there.
const FITTED: usize = 48;
const BEYOND: usize = 8;
/// Points of the grid.
pub const GRID: usize = FITTED + BEYOND;
/// Highest fitted frequency against the Nyquist frequency: 20 kHz of 44.1 kHz.
const FITTED_UP_TO: f64 = 0.907;
/// Weight of the points beyond.
const BEYOND_WEIGHT: f64 = 0.02;
/// Deviation that needs no correction: 0.0004 dB.
const NEGLIGIBLE: f64 = 1e-4;

/// The grid on which deviations are given.
pub fn grid() -> [GridPoint; GRID] {
    let top = FITTED_UP_TO * PI;
    std::array::from_fn(|n| {
        if n < FITTED {
            // Off the middle of the cells, so that no round frequency falls on a point.
            GridPoint::new(top * (n as f64 + 0.4871) / FITTED as f64)
        } else {
            GridPoint::new(top + (PI - top) * (n - FITTED + 1) as f64 / BEYOND as f64)
        }
    })
}

/// Numerator and denominator of the filter; the denominator's constant is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorrectionCoefficients {
    b: [f64; ORDER + 1],
    a: [f64; ORDER + 1],
}

impl CorrectionCoefficients {
    /// Passes the signal unchanged.
    pub const IDENTITY: Self = Self { b: [1.0, 0.0, 0.0, 0.0, 0.0], a: [1.0, 0.0, 0.0, 0.0, 0.0] };

    /// Fits the logarithms of the wanted powers on the grid.
    pub fn fit(grid: &[GridPoint; GRID], deviation: &[f64; GRID]) -> Self {
        if deviation[..FITTED].iter().all(|d| d.abs() < NEGLIGIBLE) {
            return Self::IDENTITY;
        }
        let mut cosines = [[1.0; ORDER + 1]; GRID];
        let mut power = [1.0; GRID];
        for n in 0..GRID {
            let twice = 2.0 * grid[n].cos;
            cosines[n][1] = grid[n].cos;
            for k in 2..=ORDER {
                cosines[n][k] = twice * cosines[n][k - 1] - cosines[n][k - 2];
            }
            power[n] = math::exp(deviation[n].clamp(-20.0, 20.0));
        }
        let mut previous = [1.0; GRID];
        let mut best = Self::IDENTITY;
        for _ in 0..2 {
            let Some(solution) = least_squares(&cosines, &power, &previous) else { break };
            let at = |c: &[f64; ORDER + 1], first: f64, rest: &[f64]| {
                first + rest.iter().zip(&c[1..]).map(|(x, c)| x * c).sum::<f64>()
            };
            let (numerator, denominator) = solution.split_at(ORDER + 1);
            let mut positive = true;
            for n in 0..GRID {
                previous[n] = at(&cosines[n], 1.0, denominator);
                positive &= previous[n] > 1e-3 && at(&cosines[n], numerator[0], &numerator[1..]) > 1e-6;
            }
            if !positive {
                break;
            }
            let mut d = [1.0; ORDER + 1];
            d[1..].copy_from_slice(denominator);
            let mut n = [0.0; ORDER + 1];
            n.copy_from_slice(numerator);
            let (Some(b), Some(a)) = (minimum_phase(&n), minimum_phase(&d)) else { break };
            best = Self { b: b.map(|x| x / a[0]), a: a.map(|x| x / a[0]) };
        }
        best
    }

    /// |H|^2 at `w` radians per sample.
    #[cfg(test)]
    fn power(&self, w: f64) -> f64 {
        let at = |c: &[f64; ORDER + 1]| {
            let (mut re, mut im) = (0.0, 0.0);
            for (k, c) in c.iter().enumerate() {
                re += c * math::cos(w * k as f64);
                im -= c * math::sin(w * k as f64);
            }
            re * re + im * im
        };
        at(&self.b) / at(&self.a)
    }
}

/// Least squares of N - R D in units of R times the last D.
fn least_squares(
    cosines: &[[f64; ORDER + 1]; GRID],
    power: &[f64; GRID],
    previous: &[f64; GRID],
) -> Option<[f64; UNKNOWNS]> {
    let mut normal = [[0.0; UNKNOWNS]; UNKNOWNS];
    let mut right = [0.0; UNKNOWNS];
    for n in 0..GRID {
        let weight = if n < FITTED { 1.0 } else { BEYOND_WEIGHT } / previous[n];
        let by_power = weight / power[n];
        let mut row = [0.0; UNKNOWNS];
        for k in 0..=ORDER {
            row[k] = cosines[n][k] * by_power;
        }
        for k in 1..=ORDER {
            row[ORDER + k] = -cosines[n][k] * weight;
        }
        for i in 0..UNKNOWNS {
            for j in 0..UNKNOWNS {
                normal[i][j] += row[i] * row[j];
            }
            right[i] += row[i] * weight;
        }
    }
    // Where the deviation is nearly 1 many N and D serve; the least of them is meant.
    let trace: f64 = (0..UNKNOWNS).map(|i| normal[i][i]).sum();
    for (i, row) in normal.iter_mut().enumerate() {
        row[i] += 1e-12 * trace;
    }
    solve(normal, right)
}

/// The polynomial of minimum phase whose power is c0 + c1 cos w + c2 cos 2w ...
fn minimum_phase(cosine_sum: &[f64; ORDER + 1]) -> Option<[f64; ORDER + 1]> {
    /// Convergence is quadratic; functions as smooth as these need five or six.
    const ITERATIONS: usize = 12;
    let mut correlation = cosine_sum.map(|c| 0.5 * c);
    correlation[0] = cosine_sum[0];
    let mut filter = [0.0; ORDER + 1];
    filter[0] = (correlation[0] + 2.0 * correlation[1..].iter().map(|r| r.abs()).sum::<f64>()).sqrt();
    for _ in 0..ITERATIONS {
        let mut matrix = [[0.0; ORDER + 1]; ORDER + 1];
        let mut right = correlation;
        for k in 0..=ORDER {
            for j in 0..=ORDER {
                if j >= k {
                    matrix[k][j] += filter[j - k];
                    right[k] += filter[j - k] * filter[j];
                }
                if j + k <= ORDER {
                    matrix[k][j] += filter[j + k];
                }
            }
        }
        let next = solve(matrix, right)?;
        let change = next.iter().zip(&filter).fold(0.0f64, |most, (a, b)| most.max((a - b).abs()));
        filter = next;
        if change < 1e-13 * filter[0].abs() {
            break;
        }
    }
    (filter.iter().all(|x| x.is_finite()) && filter[0] > 0.0).then_some(filter)
}

/// Gauss elimination with row pivots.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let inverse = 1.0 / matrix[column][column];
        if !inverse.is_finite() {
            return None;
        }
        for row in column + 1..N {
            let factor = matrix[row][column] * inverse;
            let pivot_row = matrix[column];
            for (x, pivot) in matrix[row].iter_mut().zip(pivot_row).skip(column) {
                *x -= factor * pivot;
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_follows_a_smooth_deviation() {
        let grid = grid();
        // As of a bell near the top: rising to some dB with the square of the frequency and more.
        let wanted = |w: f64| 0.02 * w.powi(2) + 0.004 * w.powi(5);
        let deviation = std::array::from_fn(|n| wanted(grid[n].w));
        let fitted = CorrectionCoefficients::fit(&grid, &deviation);
        for n in 1..90 {
            let w = FITTED_UP_TO * PI * f64::from(n) / 90.0;
            let error_db = 10.0 * (math::ln(fitted.power(w)) - wanted(w)) / std::f64::consts::LN_10;
            assert!(error_db.abs() < 0.005, "{error_db} dB at {w}");
        }
    }

    #[test]
    fn factor_is_of_minimum_phase() {
        // (1 - 0.5/z)(1 + 0.3/z) has the power 1.0609... as a cosine sum.
        let b = [1.0, -0.2, -0.15, 0.0, 0.0];
        let mut sum = [0.0; ORDER + 1];
        for k in 0..=ORDER {
            let r: f64 = (0..=ORDER - k).map(|i| b[i] * b[i + k]).sum();
            sum[k] = if k == 0 { r } else { 2.0 * r };
        }
        let found = minimum_phase(&sum).expect("a positive sum");
        for (found, expected) in found.iter().zip(b) {
            assert!((found - expected).abs() < 1e-9, "{found} against {expected}");
        }
    }
}
