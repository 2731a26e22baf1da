//! Brick walls in the mean spectrum: a frequency above which there is nothing though there is much just below it.
//!
//! The mean of powers shows what any moment of the programme had: a wall in it was never crossed. What nearly all bins below reach is compared
//! with what nearly none above does, so that single lines count for nothing: the harmonics of few notes are no wall when they end.

use super::heard::power_db;
use crate::metering::spectrum::{Analyser, Part};

/// A wall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wall {
    /// Where it is half as high, hertz.
    pub hz: f64,
    /// How far the spectrum falls, dB.
    pub height_db: f64,
}

/// How a wall is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// From and to, hertz.
    pub range_hz: [f64; 2],
    /// Its steepness: in so many hertz it has fallen.
    pub width_hz: f64,
    /// Width of what is compared on either side, hertz.
    pub side_hz: f64,
    /// Least height, dB.
    pub height_db: f64,
}

/// Shares of the bins that lie lower: of those below the wall and of those above.
const BELOW: f64 = 0.15;
const ABOVE: f64 = 0.8;
/// A wall is placed to so many hertz.
const EDGE_HZ: f64 = 40.0;
/// Step of the search, hertz.
const STEP_HZ: f64 = 50.0;
/// Above a wall the spectrum keeps at least this share of its height below, dB for dB.
const KEPT: f64 = 0.6;
/// The last of the spectrum, where converters' own filters act.
const USEFUL: f64 = 0.98;

/// The highest wall of a spectrum that fits, if there is one.
pub(super) fn find(spectrum: &Analyser, search: &Search) -> Option<Wall> {
    let bin_hz = spectrum.frequency_hz(1);
    let levels_db: Vec<f64> = spectrum.bins().iter().map(|bin| power_db(bin.of(Part::Both))).collect();
    let nyquist_hz = bin_hz * (levels_db.len() - 1) as f64;
    let mut sorted = Vec::new();
    let mut level_db = |from_hz: f64, to_hz: f64, share: f64| -> Option<f64> {
        let (from, to) = ((from_hz / bin_hz).ceil() as usize, (to_hz / bin_hz).floor() as usize);
        sorted.clear();
        sorted.extend_from_slice(levels_db.get(from..=to)?);
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get((share * sorted.len() as f64) as usize).copied()
    };
    let [lowest, highest] = search.range_hz;
    let mut best: Option<Wall> = None;
    let mut hz = lowest;
    while hz <= highest && hz + search.width_hz + search.side_hz <= nyquist_hz {
        let foot = hz + search.width_hz;
        if let (Some(below), Some(above)) =
            (level_db(hz - search.side_hz, hz, BELOW), level_db(foot, foot + search.side_hz, ABOVE))
        {
            let height_db = below - above;
            if height_db >= search.height_db && best.is_none_or(|best| height_db > best.height_db) {
                best = Some(Wall { hz, height_db });
            }
        }
        hz += STEP_HZ;
    }
    let wall = best?;
    // Nothing comes back further up.
    let below = level_db(wall.hz - search.side_hz, wall.hz, BELOW)?;
    let mut from = wall.hz + search.width_hz;
    while from + search.side_hz <= USEFUL * nyquist_hz {
        if level_db(from, from + search.side_hz, ABOVE)? > below - KEPT * wall.height_db {
            return None;
        }
        from += search.side_hz;
    }
    // Where it is: the last stretch that reaches half of its height.
    let half_db = below - 0.5 * wall.height_db;
    let (mut at, mut edge_hz) = (wall.hz, wall.hz);
    while at <= wall.hz + search.width_hz {
        if level_db(at - EDGE_HZ, at, 0.5)? > half_db {
            edge_hz = at;
        }
        at += EDGE_HZ;
    }
    Some(Wall { hz: edge_hz, ..wall })
}
