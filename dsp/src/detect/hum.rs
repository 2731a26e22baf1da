//! Mains hum: lines at 50 or 60 Hz and their multiples that stand over everything near them, in most of the programme.
//!
//! Music moves and hum does not: lines count that stand out in most windows of [`super::lows`], or in the lowest power that each bin had in any. A
//! loop of music has lines of its own, as far apart as its beats: a hum's has to stand over the highest within 5 Hz, not over their mean. What
//! music covers all the time is looked for once more over all of it, in step ([`super::steady_lines`]).

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, power_db};
use super::hop::Hop;
use super::lows::{self, SCALE};
use super::steady_lines::{Steady, SteadyLines};
use super::{Check, Finding, Severity};

/// Frequencies of mains, hertz.
const MAINS_HZ: [f64; 2] = [50.0, 60.0];
/// Multiples that are looked at: beyond the sixth music is too dense.
const MULTIPLES: usize = 6;
/// Lines that stand out, of these.
const LINES: usize = 3;
/// So far over the highest neighbour, dB.
const ABOVE_DB: f64 = 6.0;
/// Share of windows in which they do.
const SHARE: f64 = 0.5;
/// Fewest windows, and fewest for the lowest powers: those of less are chance.
const FEWEST: u64 = 2;
const FEWEST_FOR_LOWEST: u64 = 4;
/// Mains are off by at most this share of the frequency.
const DRIFT: f64 = 0.003;
/// Neighbours lie as far away, hertz.
const NEAR_HZ: [f64; 2] = [1.0, 5.0];
/// Lowest hum of a finding, and from where on no de-hummer takes it without a trace, dBFS.
const LOWEST_DB: f64 = -80.0;
const FAIL_DB: f64 = -40.0;

/// What the windows said of one frequency of mains.
#[derive(Debug, Clone, Copy, Default)]
struct Vote {
    windows: u64,
    power: f64,
}

/// See the module.
pub(super) struct Hum {
    channels: usize,
    bin_hz: f64,
    powers: Vec<f64>,
    lowest: [Vec<f64>; 2],
    windows: u64,
    votes: [[Vote; 2]; 2],
    /// At each frequency of mains; and what was found in them, once, at the end.
    steady_lines: SteadyLines<2>,
    steady: Option<Steady>,
}

impl Detector for Hum {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, channels, .. } = *programme;
        Self {
            channels,
            bin_hz: lows::bin_hz(sample_rate_hz),
            powers: vec![0.0; lows::BINS],
            lowest: [vec![f64::MAX; lows::BINS], vec![f64::MAX; lows::BINS]],
            windows: 0,
            votes: Default::default(),
            steady_lines: SteadyLines::new(MAINS_HZ, lows::rate_hz(sample_rate_hz)),
            steady: None,
        }
    }

    fn push(&mut self, hop: &Hop) {
        self.steady_lines.push(hop.low_samples);
        let Some(channels) = hop.lows else { return };
        self.windows += 1;
        for (c, bins) in channels.iter().enumerate() {
            for (power, bin) in self.powers.iter_mut().zip(bins) {
                *power = bin.norm_sqr() * SCALE;
            }
            for (lowest, power) in self.lowest[c].iter_mut().zip(&self.powers) {
                *lowest = lowest.min(*power);
            }
            for (vote, mains_hz) in self.votes[c].iter_mut().zip(MAINS_HZ) {
                if let Some(power) = hum(&self.powers, self.bin_hz, mains_hz) {
                    vote.windows += 1;
                    vote.power += power;
                }
            }
        }
    }

    fn leave_out_comparison(&mut self) {
        self.steady_lines.leave_out();
    }

    /// Looks for lines in step over all that was heard. Takes about a fiftieth of a second.
    fn end(&mut self, _evidence: &Evidence) {
        self.steady = self.steady_lines.hum();
    }

    fn findings(&self, _evidence: &Evidence) -> Option<Finding> {
        self.plain().or_else(|| self.covered())
    }
}

impl Hum {
    /// A hum under music.
    fn covered(&self) -> Option<Finding> {
        let Steady { hz, power } = self.steady?;
        let level_db = power_db(power);
        let mains_hz = hz.round();
        // What is louder is seen without this, or is a drone.
        (LOWEST_DB..FAIL_DB).contains(&level_db).then(|| Finding {
            check: Check::Hum,
            severity: Severity::Warn,
            figure: level_db,
            unit: "dBFS",
            threshold: LOWEST_DB,
            confidence: Some(0.7),
            fact: format!(
                "Hum at {hz:.2} Hz and its multiples, {level_db:.0} dBFS in all, under the music: lines that stay in step all the time."
            ),
            advice: advice(mains_hz),
            places: Vec::new(),
            place_count: 0,
        })
    }

    /// A hum that stands out.
    fn plain(&self) -> Option<Finding> {
        let mut worst: Option<(f64, f64, f64)> = None;
        for (votes, lowest) in self.votes.iter().zip(&self.lowest).take(self.channels) {
            for (vote, mains_hz) in votes.iter().zip(MAINS_HZ) {
                let share = vote.windows as f64 / self.windows.max(1) as f64;
                let power = if self.windows >= FEWEST && share >= SHARE {
                    Some(vote.power / vote.windows.max(1) as f64)
                } else {
                    hum(lowest, self.bin_hz, mains_hz).filter(|_| self.windows >= FEWEST_FOR_LOWEST)
                };
                let level_db = power_db(power.unwrap_or(0.0));
                if level_db > LOWEST_DB && worst.is_none_or(|(_, worst_db, _)| level_db > worst_db) {
                    worst = Some((mains_hz, level_db, share));
                }
            }
        }
        worst.map(|(mains_hz, level_db, share)| Finding {
            check: Check::Hum,
            severity: if level_db > FAIL_DB { Severity::Fail } else { Severity::Warn },
            figure: level_db,
            unit: "dBFS",
            threshold: LOWEST_DB,
            // What stands out in no single window may be a drone that is tuned so.
            confidence: Some((0.6 + 0.4 * share).min(1.0)),
            fact: format!(
                "Hum at {mains_hz:.0} Hz and its multiples, {level_db:.0} dBFS in all, plain to see in {:.0} % of the time.",
                100.0 * share
            ),
            advice: advice(mains_hz),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

fn advice(mains_hz: f64) -> String {
    format!(
        "Mute the tracks one by one in a quiet passage: the one that hums has a ground loop or an unshielded pickup. Notch {mains_hz:.0} Hz \
         and its multiples on that track, not on the mix."
    )
}

/// Power of a hum's lines, if enough of them stand out.
fn hum(powers: &[f64], bin_hz: f64, mains_hz: f64) -> Option<f64> {
    let lines = (1..=MULTIPLES).filter_map(|multiple| line(powers, bin_hz, mains_hz * multiple as f64));
    let (count, power) = lines.fold((0, 0.0), |(count, power), line| (count + 1, power + line));
    (count >= LINES).then_some(power)
}

/// Power of the line at a frequency, if it stands over everything near it.
fn line(powers: &[f64], bin_hz: f64, hz: f64) -> Option<f64> {
    let highest = |from_hz: f64, to_hz: f64| {
        let (from, to) = ((from_hz / bin_hz).round() as usize, (to_hz / bin_hz).round() as usize);
        powers.get(from..=to).map_or(f64::INFINITY, |bins| bins.iter().copied().fold(0.0, f64::max))
    };
    let drift = hz * DRIFT;
    let line = highest(hz - drift, hz + drift);
    let [near, far] = NEAR_HZ.map(|away| away + drift);
    let neighbours = highest(hz - far, hz - near).max(highest(hz + near, hz + far));
    (line.is_finite() && line > 1e-14 && line > neighbours * 10f64.powf(0.1 * ABOVE_DB)).then_some(line)
}
