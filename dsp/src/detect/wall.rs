//! Brick walls in the mean spectrum: a frequency above which there is nothing though there is much just below it.
//!
//! The mean of powers shows what any moment of the programme had: a wall in it was never crossed. What nearly all bins below reach is compared
//! with what nearly none above does, so that single lines count for nothing: the harmonics of few notes are no wall when they end.

use super::evidence::power_db;
use crate::metering::spectrum::{Part, Spectrum};

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
pub(super) fn find(spectrum: &Spectrum, search: &Search) -> Option<Wall> {
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
    // Where it is: the last stretch above the middle of its top and its bottom.
    let foot = wall.hz + search.width_hz;
    let top_db = level_db(wall.hz - search.side_hz, wall.hz, 0.5)?;
    let half_db = 0.5 * (top_db + level_db(foot, foot + search.side_hz, 0.5)?);
    let (mut at, mut edge_hz) = (wall.hz, wall.hz);
    while at <= wall.hz + search.width_hz {
        if level_db(at - EDGE_HZ, at, 0.5)? > half_db {
            edge_hz = at;
        }
        at += EDGE_HZ;
    }
    Some(Wall { hz: edge_hz, ..wall })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::spectrum::{Analyser, Averaging};
    use crate::processor::Frame;
    use realfft::RealFftPlanner;

    /// White noise of 24 bits with nothing above a frequency, at 48 kHz.
    fn noise(wall_hz: f64) -> Analyser {
        const LENGTH: usize = 1 << 17;
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut planner = RealFftPlanner::<f64>::new();
        let (forward, inverse) = (planner.plan_fft_forward(LENGTH), planner.plan_fft_inverse(LENGTH));
        let mut samples: Vec<f64> = (0..LENGTH).map(|_| random()).collect();
        let mut bins = forward.make_output_vec();
        forward.process(&mut samples, &mut bins).unwrap();
        for (n, bin) in bins.iter_mut().enumerate() {
            let is_below = n as f64 * 48_000.0 / LENGTH as f64 <= wall_hz;
            *bin *= if is_below { 0.5 / LENGTH as f64 } else { 0.0 };
        }
        inverse.process(&mut bins, &mut samples).unwrap();
        let frames: Vec<Frame> = samples.iter().map(|x| [x + 1e-7 * random(); 2]).collect();
        let mut analyser = Analyser::new(48_000.0, 8192, Averaging::Endless);
        analyser.push(&frames);
        analyser
    }

    #[test]
    fn a_wall_is_found_where_it_is_and_open_noise_has_none() {
        let search =
            Search { range_hz: [13_000.0, 19_500.0], width_hz: 300.0, side_hz: 500.0, height_db: 18.0 };
        for wall_hz in [14_123.0, 16_000.0, 18_777.0] {
            let wall = find(noise(wall_hz).spectrum(), &search).expect("a wall");
            assert!((wall.hz - wall_hz).abs() < 60.0 && wall.height_db > 60.0, "{wall_hz}: {wall:?}");
        }
        assert_eq!(find(noise(24_000.0).spectrum(), &search), None);
    }
}
