//! What a clip would be heard on goes to the envelope: steady tones whole, and long runs over the ceiling by half.

use super::envelope;
use super::load::smoothed;
use super::runs::length_of_runs;
use super::scale::Scale;
use super::spline::Curve;
use super::steady::Steadiness;
use crate::programme::{Along, Source, Store};
use std::io;

/// Share of the reduction that the envelope takes of the longest runs: more pumps, less distorts.
const SHARE_OF_LONG_RUNS: f64 = 0.5;
/// Crossfade between clip and envelope, ms.
const FADE_MS: f64 = 100.0;
/// How far around it the reduction of a long run lasts: half a period of 48 Hz.
const REACH_MS: f64 = 10.5;
/// How far around it the reduction of a steady tone lasts: its gain stands still down to 15 Hz.
const STEADY_REACH_MS: f64 = 35.0;
/// Lambda of the envelope: 22 Hz on its grid.
const LAMBDA: f64 = 1e4;
/// A share below this is none.
const LEAST_SHARE: f64 = 1e-3;

/// The gain that turns down what is steady or long, as far as it is, to `ceiling`, and of long runs at least `whole`; none where nothing is.
///
/// # Errors
/// As [`Source::read`], and where `store` has no room.
pub fn hold_steady(
    frames: &dyn Source,
    steady: &Steadiness,
    whole: f64,
    (ceiling, true_peak): (f64, bool),
    scale: &Scale,
    store: &dyn Store,
) -> io::Result<Option<Curve>> {
    // Of what is steady and of long runs, on the slow grid.
    let mut shares = store.tape();
    let mut highest = 0.0f64;
    length_of_runs(frames, ceiling, scale, store, |long| {
        let steady = steady.at(shares.length());
        highest = highest.max(steady).max(long);
        shares.push(&[[steady, long]])
    })?;
    if highest < LEAST_SHARE {
        return Ok(None);
    }
    let mut faded = store.tape();
    let most = SHARE_OF_LONG_RUNS.max(whole);
    smoothed(&*shares, FADE_MS, scale, |[steady, long], window| {
        faded.push(&[[steady / window, most * long / window]])
    })?;
    let Some(needs) = envelope::needs_db(frames, ceiling, true_peak, scale.grid, store)? else {
        return Ok(None);
    };
    let [near, far] = [REACH_MS, STEADY_REACH_MS].map(|reach_ms| scale.points(reach_ms, scale.grid));
    let (mut needs_along, mut faded_along) = (Along::new(&*needs), Along::new(&*faded));
    let (mut shared, mut is_shared) = (store.tape(), false);
    for point in 0..needs.length() {
        let from = point.saturating_sub(near.max(far));
        let around = needs_along.stretch(from..(point + near.max(far) + 1).min(needs.length()))?;
        let lowest = |reach: usize| {
            let within = point.saturating_sub(reach) - from..(point + reach + 1 - from).min(around.len());
            around[within].iter().map(|need| need[0]).fold(0.0, f64::min)
        };
        let (near, far) = (lowest(near), lowest(far));
        let place = (point * scale.grid) as f64 / scale.slow_grid as f64;
        let first = (place as usize).min(faded.length() - 1);
        let ends = faded_along.stretch(first..(first + 2).min(faded.length()))?;
        let share = |of: usize| {
            let (first_share, second) = (ends[0][of], ends[ends.len() - 1][of]);
            let share = first_share + (place - first as f64).min(1.0) * (second - first_share);
            if share < LEAST_SHARE { 0.0 } else { share }
        };
        let need = (near * share(1)).min(far * share(0));
        is_shared |= need < 0.0;
        shared.push(&[[need, 0.0]])?;
    }
    if !is_shared {
        return Ok(None);
    }
    envelope::smoothest(frames, &*shared, LAMBDA, scale.grid, scale.rate, store).map(Some)
}
