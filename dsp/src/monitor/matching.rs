//! How much louder the master is than the mix, for a comparison in which louder cannot pass for better.
//!
//! Energies of the K-weighted mix and master are summed over hops of 10 ms in which both sound: above -70 LUFS, and no more than 10 LU
//! below the running mean. The sums forget with a time constant of 30 s. Where a setting changed, the last 3 s tell another story
//! by more than 1 LU, and the sums begin anew from those. In silence everything stands still.

use crate::blocks::math;
use crate::metering::loudness::lufs;

/// Hops a second.
const HOPS_HZ: f64 = 100.0;
/// Time constant of forgetting, s.
const MEMORY_S: f64 = 30.0;
/// Gates, LUFS and LU.
const ABSOLUTE_GATE: f64 = -70.0;
const RELATIVE_GATE: f64 = -10.0;
/// Difference of the last 3 s from the sums that means a change, LU, and for how many hops it has to last.
const CHANGE_LU: f64 = 1.0;
const CHANGE_HOPS: u32 = 150;
/// Hops of the last 3 s.
const SHORT_TERM_HOPS: u32 = 300;
/// Hops before there is anything to say: 0.4 s.
const FIRST_HOPS: u32 = 40;
/// Fastest movement of what is levelled out, LU a hop: 2 dB a second.
const SLEW_LU: f64 = 2.0 / HOPS_HZ;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    seen: u64,
    sums: [f64; 2],
    weight: f64,
    count: u32,
    changed: u32,
    /// Hops for which the last 3 s are still of other settings.
    stale: u32,
    target_lu: f64,
    difference_lu: f64,
    settled: bool,
}

impl Matching {
    /// Loudness of the master over the mix, LU.
    pub fn difference_lu(&self) -> f64 {
        self.difference_lu
    }

    /// The master is known to be `difference_lu` LU louder from here on: settings come back that were heard before. It is levelled out at
    /// once, and what was gathered of the settings before is no longer asked.
    pub fn know(&mut self, difference_lu: f64) {
        let mix = if self.weight > 0.0 { self.sums[0] / self.weight } else { 0.0 };
        let weight = f64::from(SHORT_TERM_HOPS);
        self.sums = [mix, mix * math::powf(10.0, 0.1 * difference_lu)].map(|energy| weight * energy);
        self.weight = if mix > 0.0 { weight } else { 0.0 };
        (self.changed, self.stale) = (0, SHORT_TERM_HOPS);
        (self.target_lu, self.difference_lu, self.settled) = (difference_lu, difference_lu, true);
    }

    /// Takes a hop if it is new: number, energies per frame of mix and master, and their loudness over the last 3 s in LUFS.
    pub fn follow(&mut self, hops: u64, energies: [f64; 2], short_term_lufs: [f64; 2]) {
        if hops == self.seen {
            return;
        }
        if hops < self.seen {
            // The measurement began anew; what is levelled out stays until it knows better.
            *self = Self { difference_lu: self.difference_lu, settled: self.settled, ..Self::default() };
        }
        self.seen = hops;
        self.sum(energies);
        self.stale = self.stale.saturating_sub(1);
        if self.stale == 0 {
            self.notice_change(short_term_lufs);
        }
        if self.count >= FIRST_HOPS {
            self.target_lu = lufs(self.sums[1]) - lufs(self.sums[0]);
            if !self.settled {
                // Nothing was levelled out yet that could jump.
                (self.difference_lu, self.settled) = (self.target_lu, true);
            }
        }
        if self.settled && self.count >= FIRST_HOPS {
            self.difference_lu += (self.target_lu - self.difference_lu).clamp(-SLEW_LU, SLEW_LU);
        }
    }

    fn sum(&mut self, energies: [f64; 2]) {
        let sounds = |n: usize| {
            let mean = if self.weight > 0.0 { lufs(self.sums[n] / self.weight) } else { f64::NEG_INFINITY };
            lufs(energies[n]) > ABSOLUTE_GATE.max(mean + RELATIVE_GATE)
        };
        if !(sounds(0) && sounds(1)) {
            return;
        }
        let keep = math::exp(-1.0 / (HOPS_HZ * MEMORY_S));
        self.weight = keep * self.weight + 1.0;
        for (sum, energy) in self.sums.iter_mut().zip(energies) {
            *sum = keep * *sum + energy;
        }
        self.count = self.count.saturating_add(1);
    }

    fn notice_change(&mut self, [mix_lufs, master_lufs]: [f64; 2]) {
        let recent_lu = master_lufs - mix_lufs;
        let sounds = mix_lufs > ABSOLUTE_GATE && master_lufs > ABSOLUTE_GATE;
        if !sounds || self.count < FIRST_HOPS || (recent_lu - self.target_lu).abs() < CHANGE_LU {
            self.changed = 0;
            return;
        }
        self.changed += 1;
        if self.changed >= CHANGE_HOPS {
            // As many hops as the last 3 s have, with their ratio.
            let weight = f64::from(SHORT_TERM_HOPS);
            let energy = |lufs: f64| weight * math::powf(10.0, 0.1 * (lufs + 0.691));
            (self.sums, self.weight, self.changed) = ([energy(mix_lufs), energy(master_lufs)], weight, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn energy(lufs: f64) -> f64 {
        math::powf(10.0, 0.1 * (lufs + 0.691))
    }

    #[test]
    fn a_steady_difference_is_found_and_kept_in_silence() {
        let mut matching = Matching::default();
        for hop in 1..=1000 {
            matching.follow(hop, [energy(-18.0), energy(-11.5)], [-18.0, -11.5]);
        }
        assert!((matching.difference_lu() - 6.5).abs() < 1e-9);
        for hop in 1001..=3000 {
            matching.follow(hop, [0.0, 0.0], [f64::NEG_INFINITY; 2]);
        }
        assert!((matching.difference_lu() - 6.5).abs() < 1e-9);
    }

    #[test]
    fn a_changed_setting_is_followed_at_two_decibels_a_second() {
        let mut matching = Matching::default();
        let mut hop = 0;
        let mut play = |matching: &mut Matching, master: f64, hops: u64| {
            for _ in 0..hops {
                hop += 1;
                matching.follow(hop, [energy(-18.0), energy(master)], [-18.0, master]);
            }
        };
        play(&mut matching, -12.0, 6000);
        let before = matching.difference_lu();
        play(&mut matching, -9.0, 100);
        assert!((matching.difference_lu() - before).abs() <= 2.0 + 1e-9);
        play(&mut matching, -9.0, 400);
        assert!((matching.difference_lu() - 9.0).abs() < 0.1, "{}", matching.difference_lu());
    }

    #[test]
    fn settings_that_come_back_are_levelled_out_at_once() {
        let mut matching = Matching::default();
        for hop in 1..=1000 {
            matching.follow(hop, [energy(-18.0), energy(-12.0)], [-18.0, -12.0]);
        }
        matching.know(3.0);
        for hop in 1001..=2000 {
            // The last 3 s remember the settings before.
            let short_term = if hop < 1300 { -12.0 } else { -15.0 };
            matching.follow(hop, [energy(-18.0), energy(-15.0)], [-18.0, short_term]);
            assert!((matching.difference_lu() - 3.0).abs() < 1e-6, "{} at {hop}", matching.difference_lu());
        }
    }

    #[test]
    fn half_a_minute_is_remembered() {
        let mut matching = Matching::default();
        for hop in 1..=6000 {
            matching.follow(hop, [energy(-18.0), energy(-12.0)], [-18.0, -12.0]);
        }
        // Less than what means that a setting changed: a verse that the master lifts a little more.
        for hop in 6001..=6300 {
            matching.follow(hop, [energy(-18.0), energy(-11.2)], [-18.0, -11.2]);
        }
        // Three of thirty seconds weigh a tenth.
        let moved = matching.difference_lu() - 6.0;
        assert!((0.05..0.12).contains(&moved), "{moved} LU");
    }
}
