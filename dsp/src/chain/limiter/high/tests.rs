//! Settings are heard with the frames that they are meant for.

use super::*;
use crate::processor::CONTROL_PERIOD;

const RATE: f64 = 48_000.0;
/// The period with which a setting changes: in the midst of a hop, and of the envelope's blocks that are solved together.
const CHANGED: usize = 1203;
const PERIODS: usize = 1400;

fn values() -> Values {
    Values {
        ceiling: 0.3,
        transient_link: 0.5,
        release_link: 0.5,
        release: 2400.0,
        automatic: 1.0,
        true_peak: 1.0,
        slow_share: 1.25,
        whole: 0.0,
    }
}

/// What each part takes in each period, dB, where the values are `other` from [`CHANGED`] on.
fn reductions(other: Values) -> Vec<Reductions> {
    let mut high = High::new(2, RATE);
    high.reset();
    high.snap(&values());
    let before = values();
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state) / f64::from(u32::MAX) - 0.5
    };
    (0..PERIODS)
        .map(|period| {
            if period > 0 {
                high.push(if period < CHANGED { &before } else { &other });
            }
            high.begin_period((period * CONTROL_PERIOD) as u64);
            let mut frames: Vec<Frame> =
                (0..CONTROL_PERIOD).map(|_| [2.0 * noise(), 1.4 * noise()]).collect();
            high.process(&mut frames, 0);
            high.reductions()
        })
        .collect()
}

/// The first period in which a part takes another reduction.
fn first_change(other: Values, part: fn(&Reductions) -> f64) -> usize {
    let (before, after) = (reductions(values()), reductions(other));
    before.iter().zip(&after).position(|(a, b)| part(a) != part(b)).unwrap_or(PERIODS)
}

#[test]
fn the_slow_gain_takes_share_and_link_with_their_frames() {
    let periods = Scale::new(RATE).slow_grid / CONTROL_PERIOD;
    for other in [
        Values { slow_share: 0.0, ..values() },
        Values { slow_share: 2.5, ..values() },
        Values { release_link: 1.0, ..values() },
    ] {
        let first = first_change(other, |reductions| reductions.slow_db);
        // To a period: the maximum of one is compared.
        assert!(first.abs_diff(CHANGED + periods) <= 1, "{other:?}: {first}");
    }
}

#[test]
fn the_envelope_foresees_a_style_no_further_than_its_window() {
    let scale = Scale::new(RATE);
    let heard = CHANGED + (scale.slow_grid + Envelope::new(scale.grid, RATE).delay()) / CONTROL_PERIOD;
    let window = solve::POINTS * scale.grid / CONTROL_PERIOD;
    let first = first_change(Values { whole: 1.0, ..values() }, |reductions| reductions.envelope_db);
    // A point is heard from a block before its own on, as far as its spline reaches.
    assert!(
        first + window + scale.grid / CONTROL_PERIOD >= heard && first <= heard + 1,
        "{first}, heard at {heard}, window {window}"
    );
}
