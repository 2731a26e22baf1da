//! What platforms do to a master when they play it.

use crate::blocks::decibel::db_to_gain;
use crate::blocks::math;
use crate::processor::Frame;
use crate::targets::{self, Miss, Quieter, Target};
use std::fmt;

/// Threshold of a platform's limiter, dBFS, and its times, ms: what Spotify says of its Loud setting.
const THRESHOLD_DB: f64 = -1.0;
const ATTACK_MS: f64 = 5.0;
const DECAY_MS: f64 = 100.0;

/// A limiter as platforms describe theirs: peaks, attack, decay, no look-ahead. A model of what is published.
#[derive(Debug, Clone)]
pub struct PlatformLimiter {
    threshold: f64,
    attack: f64,
    decay: f64,
    level: f64,
}

impl PlatformLimiter {
    /// At `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        let coefficient = |ms: f64| 1.0 - math::exp(-1000.0 / (ms * sample_rate));
        Self {
            threshold: db_to_gain(THRESHOLD_DB),
            attack: coefficient(ATTACK_MS),
            decay: coefficient(DECAY_MS),
            level: 0.0,
        }
    }

    /// One frame.
    pub fn tick(&mut self, x: Frame) -> Frame {
        let peak = x[0].abs().max(x[1].abs());
        let coefficient = if peak > self.level { self.attack } else { self.decay };
        self.level += coefficient * (peak - self.level);
        let gain = if self.level > self.threshold { self.threshold / self.level } else { 1.0 };
        x.map(|x| x * gain)
    }
}

/// What a target makes of a master.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Gain that it applies, dB.
    pub gain_db: f64,
    /// Loudness that it plays at, LUFS.
    pub integrated_lufs: f64,
    /// True peak after the gain and before any limiter of its own, dBTP.
    pub true_peak_dbtp: f64,
    /// Whether its own limiter acts.
    pub limits: bool,
    /// Whether the master is quieter than the target's level in the end.
    pub stays_quiet: bool,
    /// The highest true peak that the target asks for from this master, dBTP.
    pub asked_dbtp: f64,
    /// Whether it asks for less because the master is loud.
    pub is_loud: bool,
    /// Whether the master is above what is asked for.
    pub is_over: bool,
    /// Whether the loudness lies within the target's tolerance; targets without a level accept any.
    pub is_on_level: bool,
    /// Why a delivery specification refuses the master; none if it takes it, or is none.
    pub rejection: Option<Rejection>,
}

/// Why a master is refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rejection {
    /// Its loudness lies beyond the tolerance: how far from the level, LU, above 0 if it is too loud.
    OffLevel(f64),
    /// Its true peak is too high: by how much, dB.
    Over(f64),
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::OffLevel(off_lu) if *off_lu > 0.0 => write!(f, "rejected: {off_lu:.1} LU too loud"),
            Self::OffLevel(off_lu) => write!(f, "rejected: {:.1} LU too quiet", -off_lu),
            Self::Over(over_db) => write!(f, "rejected: true peak {over_db:.1} dB too high"),
        }
    }
}

/// What `target` does to a master of this loudness and true peak.
pub fn outcome(target: &Target, integrated_lufs: f64, true_peak_dbtp: f64) -> Outcome {
    let wanted_db = target.integrated_lufs.map_or(0.0, |level| level - integrated_lufs);
    let wanted_db = if wanted_db.is_finite() { wanted_db } else { 0.0 };
    let (gain_db, limits) = match target.quieter {
        _ if wanted_db <= 0.0 && target.quieter != Quieter::Unspecified => (wanted_db, false),
        Quieter::RaisedToPeak => {
            let room_db = (target.true_peak_dbtp - true_peak_dbtp).max(0.0);
            (wanted_db.min(room_db), false)
        }
        Quieter::RaisedThroughLimiter => (wanted_db, true_peak_dbtp + wanted_db > target.true_peak_dbtp),
        Quieter::Kept | Quieter::Unspecified => (0.0, false),
    };
    let [of_any_dbtp, of_loud_dbtp] = target.asked_dbtp();
    let is_loud = of_loud_dbtp < of_any_dbtp && targets::is_loud(integrated_lufs);
    let asked_dbtp = if is_loud { of_loud_dbtp } else { of_any_dbtp };
    let played = integrated_lufs + gain_db;
    let is_on_level =
        target.integrated_lufs.is_none_or(|level| (integrated_lufs - level).abs() <= target.tolerance_lu);
    let is_over = true_peak_dbtp > asked_dbtp;
    let rejection = match target.miss {
        Miss::Rejected if integrated_lufs.is_finite() && !is_on_level => {
            Some(Rejection::OffLevel(-wanted_db))
        }
        Miss::Rejected if is_over => Some(Rejection::Over(true_peak_dbtp - asked_dbtp)),
        _ => None,
    };
    Outcome {
        gain_db,
        integrated_lufs: played,
        true_peak_dbtp: true_peak_dbtp + gain_db,
        limits,
        stays_quiet: target.integrated_lufs.is_some_and(|level| played < level - target.tolerance_lu),
        asked_dbtp,
        is_loud,
        is_over,
        is_on_level,
        rejection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::find;

    #[test]
    fn platforms_do_what_they_publish() {
        let of = |id: &str, lufs, dbtp| outcome(find(id).expect("a target"), lufs, dbtp);
        // A loud master is turned down, and asked for -2 dBTP.
        let loud = of("spotify", -9.0, -1.0);
        assert_eq!(
            (loud.gain_db, loud.integrated_lufs, loud.asked_dbtp, loud.is_over),
            (-5.0, -14.0, -2.0, true)
        );
        // Spotify's own example: -20 LUFS with peaks at -5 dBTP is raised to -16.
        let quiet = of("spotify", -20.0, -5.0);
        assert_eq!((quiet.gain_db, quiet.integrated_lufs, quiet.stays_quiet), (4.0, -16.0, true));
        let limited = of("spotify_loud", -16.0, -2.0);
        assert_eq!((limited.gain_db, limited.limits), (5.0, true));
        assert_eq!(of("youtube", -20.0, -5.0).gain_db, 0.0);
        assert_eq!(of("soundcloud", -7.0, -0.2).gain_db, 0.0);
        assert_eq!(of("spotify", f64::NEG_INFINITY, f64::NEG_INFINITY).gain_db, 0.0);
    }

    #[test]
    fn a_master_made_for_a_target_is_what_it_asks_for() {
        for target in targets::TARGETS {
            let Some(lufs) = target.integrated_lufs else { continue };
            // As near as the drive's search comes, on either side.
            for off_lu in [-0.05, 0.05] {
                let made = outcome(target, lufs + off_lu, target.ceiling_dbtp());
                assert!(
                    made.is_on_level && !made.is_over && made.rejection.is_none(),
                    "{}: {made:?}",
                    target.id
                );
            }
        }
    }

    #[test]
    fn delivery_specifications_refuse_where_players_turn() {
        let of = |id: &str, lufs, dbtp| {
            outcome(find(id).expect("a target"), lufs, dbtp).rejection.map(|rejection| rejection.to_string())
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(of("ebu_r128", -11.5, -1.5), text("rejected: 11.5 LU too loud"));
        assert_eq!(of("atsc_a85", -29.0, -3.0), text("rejected: 5.0 LU too quiet"));
        assert_eq!(of("netflix", -27.5, -1.5), text("rejected: true peak 0.5 dB too high"));
        assert_eq!(of("ebu_r128", -23.1, -1.5), None);
        assert_eq!(of("ebu_r128", f64::NEG_INFINITY, f64::NEG_INFINITY), None);
        for player in ["spotify", "youtube", "apple_music", "cd", "club"] {
            assert_eq!(of(player, -11.5, -0.1), None, "{player} plays it");
        }
    }

    #[test]
    fn the_limiter_holds_what_lasts() {
        let mut limiter = PlatformLimiter::new(48_000.0);
        let last = (0..48_000).map(|_| limiter.tick([1.5, 0.1])[0]).fold(0.0, |_, x| x);
        assert!((last - db_to_gain(-1.0)).abs() < 1e-3, "{last}");
        let mut limiter = PlatformLimiter::new(48_000.0);
        assert_eq!(limiter.tick([0.5, -0.5]), [0.5, -0.5]);
    }
}
