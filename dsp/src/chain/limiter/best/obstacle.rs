//! The smoothest curve under an obstacle.
//!
//! ```text
//! minimise  sum w_i c_i^2 + lambda sum (c_(i-1) - 2 c_i + c_(i+1))^2    subject to  c_i <= m_i
//! ```
//!
//! Convex, so that there is one best curve; found by a primal-dual interior-point method (S. Boyd, L. Vandenberghe, *Convex
//! Optimization*, 2004, section 11.7) whose steps solve a matrix of five diagonals.

use crate::chain::limiter::bending;

/// Rounds at most; 15 to 25 are usual.
const MOST_ROUNDS: usize = 40;
/// Mean product of slack and multiplier at which it is solved: the curve then lies within a thousandth of a dB.
const GAP: f64 = 1e-7;
/// Largest residual of the gradient at which it is solved.
const RESIDUAL: f64 = 1e-4;
/// Slack and multiplier to begin with.
const START: f64 = 0.5;

/// The curve; `obstacle` and `weights` are as long as each other, at least 3. It never passes the obstacle, solved or not.
pub fn smoothest_below(obstacle: &[f64], weights: &[f64], lambda: f64) -> Vec<f64> {
    let length = obstacle.len();
    let mut curve: Vec<f64> = obstacle.iter().map(|m| m - START).collect();
    let mut multipliers = vec![START; length];
    let (mut slope, mut step, mut multiplier_step) =
        (vec![0.0; length], vec![0.0; length], vec![0.0; length]);
    let mut diagonals = [vec![0.0; length], vec![0.0; length], vec![0.0; length]];
    for round in 0..MOST_ROUNDS {
        slope.iter_mut().zip(curve.iter().zip(weights)).for_each(|(slope, (c, w))| *slope = w * c);
        bending::add_gradient(&curve, lambda, &mut slope);
        let slack = |i: usize, curve: &[f64]| obstacle[i] - curve[i];
        let gap = (0..length).map(|i| slack(i, &curve) * multipliers[i]).sum::<f64>() / length as f64;
        let residual = slope.iter().zip(&multipliers).fold(0.0f64, |most, (g, z)| most.max((g + z).abs()));
        if gap < GAP && residual < RESIDUAL {
            break;
        }
        let aim = gap * if round < 3 { 0.3 } else { 0.12 };
        let [d0, d1, d2] = &mut diagonals;
        for i in 0..length {
            (d0[i], d1[i], d2[i]) = (weights[i] + multipliers[i] / slack(i, &curve), 0.0, 0.0);
            step[i] = -slope[i] - aim / slack(i, &curve);
        }
        bending::add_matrix(lambda, [d0, d1, d2]);
        bending::solve([d0, d1, d2], &mut step);
        // As far as slacks and multipliers stay positive.
        let mut lengths = [1.0f64; 2];
        for i in 0..length {
            let (slack, z) = (slack(i, &curve), multipliers[i]);
            multiplier_step[i] = (aim - slack * z + z * step[i]) / slack;
            if step[i] > 0.0 {
                lengths[0] = lengths[0].min(0.97 * slack / step[i]);
            }
            if multiplier_step[i] < 0.0 {
                lengths[1] = lengths[1].min(-0.97 * z / multiplier_step[i]);
            }
        }
        for i in 0..length {
            curve[i] += lengths[0] * step[i];
            multipliers[i] += lengths[1] * multiplier_step[i];
        }
    }
    curve.iter_mut().zip(obstacle).for_each(|(c, m)| *c = c.min(*m));
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curve_stays_below_and_no_small_change_is_better() {
        let obstacle: Vec<f64> = (0..400).map(|i| if i % 97 == 60 { -6.0 } else { 0.0 }).collect();
        let weights = vec![1.0; 400];
        let curve = smoothest_below(&obstacle, &weights, 1e3);
        let cost = |c: &[f64]| {
            let bend: f64 = c.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).powi(2)).sum();
            c.iter().map(|c| c * c).sum::<f64>() + 1e3 * bend
        };
        let least = cost(&curve);
        assert!(curve.iter().zip(&obstacle).all(|(c, m)| c <= m));
        for i in 0..400 {
            for change in [-1e-2, 1e-2] {
                let mut other = curve.clone();
                other[i] = (other[i] + change).min(obstacle[i]);
                // A thousandth of the cost is what an interior point is away from the edge.
                assert!(cost(&other) > least * (1.0 - 1e-3), "point {i}");
            }
        }
    }
}
