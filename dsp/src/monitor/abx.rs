//! The blind test: is X the mix or the master? With the score, and how likely that score is by guessing.

use super::Compare;
use crate::blocks::math;

/// A blind test under way.
#[derive(Debug, Clone)]
pub struct Abx {
    seed: u64,
    x: Compare,
    trials: u32,
    right: u32,
}

impl Abx {
    /// A test; `seed` decides what its X are.
    pub fn new(seed: u64) -> Self {
        let mut this = Self { seed, x: Compare::Mix, trials: 0, right: 0 };
        this.choose();
        this
    }

    fn choose(&mut self) {
        // S. Vigna, SplitMix64.
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.x = if (z ^ (z >> 31)) & 1 == 0 { Compare::Mix } else { Compare::Master };
    }

    /// What X is in this trial: for the monitor, not for the eye.
    pub fn x(&self) -> Compare {
        self.x
    }

    /// Takes an answer, and says whether it was right; another X follows.
    pub fn answer(&mut self, guess: Compare) -> bool {
        let is_right = guess == self.x;
        self.trials += 1;
        self.right += u32::from(is_right);
        self.choose();
        is_right
    }

    /// Right answers, and trials.
    pub fn score(&self) -> (u32, u32) {
        (self.right, self.trials)
    }

    /// How likely as many right answers or more are by guessing, 0 to 1.
    pub fn p_value(&self) -> f64 {
        p_value(self.right, self.trials)
    }
}

/// Probability of at least `right` heads in `trials` throws of a fair coin.
pub fn p_value(right: u32, trials: u32) -> f64 {
    // Terms by their ratio, from the logarithm of the first: no factorial overflows.
    let mut term = math::exp(-f64::from(trials) * std::f64::consts::LN_2);
    let mut sum = 0.0;
    for k in 0..=trials {
        if k >= right {
            sum += term;
        }
        term *= f64::from(trials - k) / f64::from(k + 1);
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_those_of_the_binomial_distribution() {
        for (right, trials, expected) in
            [(0, 0, 1.0), (0, 10, 1.0), (5, 5, 1.0 / 32.0), (9, 10, 11.0 / 1024.0), (12, 16, 0.038_406_37)]
        {
            assert!(
                (p_value(right, trials) - expected).abs() < 1e-8,
                "{right} of {trials}: {}",
                p_value(right, trials)
            );
        }
    }

    #[test]
    fn guesses_are_scored_and_x_is_fair() {
        let mut abx = Abx::new(5);
        let mut mixes = 0;
        for _ in 0..1000 {
            mixes += u32::from(abx.x() == Compare::Mix);
            assert!(abx.answer(abx.x()));
        }
        assert_eq!(abx.score(), (1000, 1000));
        assert!(abx.p_value() < 1e-6);
        // Four standard deviations of a fair coin.
        assert!(mixes.abs_diff(500) < 64, "{mixes}");
    }
}
