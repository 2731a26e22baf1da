//! The smoothest curve under an obstacle.
//!
//! ```text
//! minimise  sum w_i c_i^2 + lambda sum (c_(i-1) - 2 c_i + c_(i+1))^2    subject to  c_i <= m_i
//! ```
//!
//! Convex, so that there is one best curve; found by a primal-dual interior-point method (S. Boyd, L. Vandenberghe, *Convex
//! Optimization*, 2004, section 11.7) whose steps solve a matrix of five diagonals.

/// Rounds at most; 15 to 25 are usual.
const MOST_ROUNDS: usize = 40;
/// Mean product of slack and multiplier at which it is solved: the curve then lies within a thousandth of a dB.
const GAP: f64 = 1e-7;
/// Largest residual of the gradient at which it is solved.
const RESIDUAL: f64 = 1e-4;
/// Slack and multiplier to begin with.
const START: f64 = 0.5;

/// The gradient of half the cost.
fn gradient(curve: &[f64], weights: &[f64], lambda: f64, out: &mut [f64]) {
    for ((out, c), w) in out.iter_mut().zip(curve).zip(weights) {
        *out = w * c;
    }
    for i in 1..curve.len() - 1 {
        let bend = lambda * (curve[i - 1] - 2.0 * curve[i] + curve[i + 1]);
        out[i - 1] += bend;
        out[i] -= 2.0 * bend;
        out[i + 1] += bend;
    }
}

/// The matrix of the cost and its factors.
struct Matrix {
    diagonals: [Vec<f64>; 3],
}

impl Matrix {
    fn fill(&mut self, lambda: f64, main: impl Fn(usize) -> f64) {
        let [d0, d1, d2] = &mut self.diagonals;
        let length = d0.len();
        for i in 0..length {
            (d0[i], d1[i], d2[i]) = (main(i), 0.0, 0.0);
        }
        for i in 1..length - 1 {
            d0[i - 1] += lambda;
            d0[i] += 4.0 * lambda;
            d0[i + 1] += lambda;
            d1[i - 1] -= 2.0 * lambda;
            d1[i] -= 2.0 * lambda;
            d2[i - 1] += lambda;
        }
    }

    /// Solves for `r` in place; the matrix is lost.
    fn solve(&mut self, r: &mut [f64]) {
        let [d0, d1, d2] = &mut self.diagonals;
        let length = r.len();
        for i in 0..length {
            let (a, b) = (d1[i] / d0[i], d2[i] / d0[i]);
            if i + 1 < length {
                d0[i + 1] -= a * d1[i];
                r[i + 1] -= a * r[i];
            }
            if i + 2 < length {
                d1[i + 1] -= a * d2[i];
                d0[i + 2] -= b * d2[i];
                r[i + 2] -= b * r[i];
            }
            (d1[i], d2[i]) = (a, b);
        }
        for i in (0..length).rev() {
            let mut value = r[i] / d0[i];
            if i + 1 < length {
                value -= d1[i] * r[i + 1];
            }
            if i + 2 < length {
                value -= d2[i] * r[i + 2];
            }
            r[i] = value;
        }
    }
}

/// The curve; `obstacle` and `weights` are as long as each other, at least 3. It never passes the obstacle, solved or not.
pub fn smoothest_below(obstacle: &[f64], weights: &[f64], lambda: f64) -> Vec<f64> {
    let length = obstacle.len();
    let mut curve: Vec<f64> = obstacle.iter().map(|m| m - START).collect();
    let mut multipliers = vec![START; length];
    let (mut slope, mut step, mut multiplier_step) =
        (vec![0.0; length], vec![0.0; length], vec![0.0; length]);
    let mut matrix = Matrix { diagonals: [vec![0.0; length], vec![0.0; length], vec![0.0; length]] };
    for round in 0..MOST_ROUNDS {
        gradient(&curve, weights, lambda, &mut slope);
        let slack = |i: usize, curve: &[f64]| obstacle[i] - curve[i];
        let gap = (0..length).map(|i| slack(i, &curve) * multipliers[i]).sum::<f64>() / length as f64;
        let residual = slope.iter().zip(&multipliers).fold(0.0f64, |most, (g, z)| most.max((g + z).abs()));
        if gap < GAP && residual < RESIDUAL {
            break;
        }
        let aim = gap * if round < 3 { 0.3 } else { 0.12 };
        matrix.fill(lambda, |i| weights[i] + multipliers[i] / slack(i, &curve));
        for i in 0..length {
            step[i] = -slope[i] - aim / slack(i, &curve);
        }
        matrix.solve(&mut step);
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
