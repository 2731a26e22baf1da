//! The smoothest curve under an obstacle ([`super::super::best`]) in a window of a few points, exactly and in fixed time,
//! which is spread over the frames that come meanwhile.
//!
//! The two points before the window are given, its right end is free. Some rounds of the primal-dual interior-point method, of which
//! each solves a matrix of five diagonals, leave less than a thousandth of a dB.

use super::super::bending;

/// Points of the window.
pub const POINTS: usize = 12;
/// Rounds: the gap is then 1e-8 of what it was.
pub const ROUNDS: usize = 14;
/// Slack and multiplier to begin with.
const START: f64 = 0.5;

/// One value for each point.
pub type Points = [f64; POINTS];

/// Gradient and diagonals of half the cost of `sum c^2 + lambda sum (c_(i-1) - 2 c_i + c_(i+1))^2`.
struct Cost {
    gradient: Points,
    diagonals: [Points; 3],
}

impl Cost {
    fn new(curve: &Points, before: [f64; 2], lambda: f64) -> Self {
        let mut cost = Self { gradient: *curve, diagonals: [[1.0; POINTS], [0.0; POINTS], [0.0; POINTS]] };
        let gradient = &mut cost.gradient;
        let [d0, d1, d2] = &mut cost.diagonals;
        // The bends at the point before the window, and at its first.
        let bend = lambda * (before[1] - 2.0 * before[0] + curve[0]);
        gradient[0] += bend;
        d0[0] += lambda;
        let bend = lambda * (before[0] - 2.0 * curve[0] + curve[1]);
        gradient[0] -= 2.0 * bend;
        gradient[1] += bend;
        d0[0] += 4.0 * lambda;
        d0[1] += lambda;
        d1[0] -= 2.0 * lambda;
        bending::add_gradient(curve, lambda, gradient);
        bending::add_matrix(lambda, [d0, d1, d2]);
        cost
    }
}

/// The search for the curve under an obstacle that goes on from the two points before. It never passes the obstacle.
pub struct Search {
    obstacle: Points,
    before: [f64; 2],
    lambda: f64,
    curve: Points,
    multipliers: Points,
    round: usize,
}

impl Search {
    /// Looks for the curve under `obstacle`, 0 or below, after the points `before`, the nearest first. With neither there is nothing to
    /// be done.
    pub fn new(obstacle: Points, before: [f64; 2], lambda: f64) -> Self {
        let is_flat = obstacle == [0.0; POINTS] && before == [0.0; 2];
        Self {
            curve: if is_flat { obstacle } else { obstacle.map(|m| m - START) },
            multipliers: [START; POINTS],
            round: if is_flat { ROUNDS } else { 0 },
            obstacle,
            before,
            lambda,
        }
    }

    /// The curve, after [`ROUNDS`] rounds.
    pub fn curve(&self) -> Points {
        std::array::from_fn(|i| self.curve[i].min(self.obstacle[i]))
    }

    /// Whether another search has the same to find.
    pub fn begins_as(&self, other: &Self) -> bool {
        self.obstacle == other.obstacle && self.before == other.before
    }

    /// Whether a point may be as high as 0.
    pub fn needs_nothing(&self, point: usize) -> bool {
        self.obstacle[point] == 0.0
    }

    /// Goes on until this many rounds are done.
    pub fn advance(&mut self, rounds: usize) {
        while self.round < rounds.min(ROUNDS) {
            self.advance_round();
            self.round += 1;
        }
    }

    fn advance_round(&mut self) {
        let Self { obstacle, curve, multipliers, .. } = self;
        let mut cost = Cost::new(curve, self.before, self.lambda);
        let slacks: Points = std::array::from_fn(|i| obstacle[i] - curve[i]);
        let gap = slacks.iter().zip(multipliers.iter()).map(|(s, z)| s * z).sum::<f64>() / POINTS as f64;
        let aim = gap * if self.round < 2 { 0.3 } else { 0.1 };
        let inverse = slacks.map(|slack| 1.0 / slack);
        let mut step = [0.0; POINTS];
        for i in 0..POINTS {
            cost.diagonals[0][i] += multipliers[i] * inverse[i];
            step[i] = -cost.gradient[i] - aim * inverse[i];
        }
        let [d0, d1, d2] = &mut cost.diagonals;
        bending::solve([d0, d1, d2], &mut step);
        // As far as slacks and multipliers stay positive.
        let mut lengths = [1.0f64; 2];
        let mut multiplier_step = [0.0; POINTS];
        for i in 0..POINTS {
            let z = multipliers[i];
            multiplier_step[i] = (aim - slacks[i] * z + z * step[i]) * inverse[i];
            if step[i] > 0.0 {
                lengths[0] = lengths[0].min(0.97 * slacks[i] / step[i]);
            }
            if multiplier_step[i] < 0.0 {
                lengths[1] = lengths[1].min(-0.97 * z / multiplier_step[i]);
            }
        }
        for i in 0..POINTS {
            // Rounding may take up a slack of next to nothing.
            curve[i] = (curve[i] + lengths[0] * step[i]).min(obstacle[i] - 1e-12);
            multipliers[i] = (multipliers[i] + lengths[1] * multiplier_step[i]).max(1e-12);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smoothest_below(obstacle: &Points, before: [f64; 2], lambda: f64) -> Points {
        let mut search = Search::new(*obstacle, before, lambda);
        // In uneven parts, as frames come.
        (0..=ROUNDS).step_by(3).chain([ROUNDS]).for_each(|rounds| search.advance(rounds));
        search.curve()
    }

    #[test]
    fn no_small_change_is_better() {
        let obstacle: Points = std::array::from_fn(|i| if i == 5 { -6.0 } else { 0.0 });
        let (before, lambda) = ([-0.5, -0.3], 100.0);
        let cost = |c: &Points| {
            let mut all = vec![before[1], before[0]];
            all.extend(c);
            let bend: f64 = all.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).powi(2)).sum();
            c.iter().map(|c| c * c).sum::<f64>() + lambda * bend
        };
        let curve = smoothest_below(&obstacle, before, lambda);
        assert!(curve.iter().zip(&obstacle).all(|(c, m)| c <= m));
        for i in 0..POINTS {
            for change in [-1e-2, 1e-2] {
                let mut other = curve;
                other[i] = (other[i] + change).min(obstacle[i]);
                // A thousandth of the cost is what an interior point is away from the edge.
                assert!(cost(&other) > cost(&curve) * (1.0 - 1e-3), "point {i}");
            }
        }
    }

    #[test]
    fn extremes_stay_finite() {
        for level in [0.0, -1e-6, -100.0] {
            for lambda in [1.0, 1e4, 1e6] {
                let curve = smoothest_below(&[level; POINTS], [-90.0, 0.0], lambda);
                assert!(curve.iter().all(|c| c.is_finite() && *c <= level), "{level}, {lambda}: {curve:?}");
            }
        }
    }
}
