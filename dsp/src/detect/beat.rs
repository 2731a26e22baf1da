//! Which events are played: each like the others, and all of them on the steps of one beat.
//!
//! A sequencer sends its notes at multiples of a step, and an instrument that begins them with a jump makes the same jump each time. Damage keeps
//! no time, and what is lost at a buffer's end differs each time by what happens to be there. The step is one of the intervals, or an equal part
//! of it, and grows more exact with each longer interval that it explains (least squares through the origin).

/// An event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Event {
    /// When, in seconds.
    pub at_s: f64,
    /// How high it jumps, with its sign.
    pub jump: f64,
}

/// Fewest events that tell.
const FEWEST: usize = 8;
/// Shortest step, s: a sixteenth of a triplet at 200 beats a minute. Longest that is looked for, s: a bar of six beats at 60.
const STEPS_S: [f64; 2] = [0.05, 6.0];
/// Steps may be this many in the interval that gives them.
const PARTS: usize = 8;
/// An event is on a step if it is off by no more than this, s: a sequencer's own raster is 1 ms (General MIDI's 31 250 baud send a note in that).
/// By chance four of a hundred are so at the median step of 0.1 s.
const OFF_S: f64 = 0.002;
/// Alike are jumps of one sign and within this ratio of their median: 3 dB, as far as accents and what else plays move them.
const ALIKE: f64 = 1.41;
/// So many have to be alike, as a share: of heights that are chance half may be.
const MOST: f64 = 0.7;
/// Share of the intervals that are whole steps: others begin or end at damage that is alike by chance.
const SHARE: f64 = 0.9;

/// What is played among events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Played {
    /// How many.
    pub count: usize,
    /// The step that they keep, in seconds.
    pub step_s: f64,
}

/// Those of the events, which are in order of time, that are alike, if they keep a step.
pub(super) fn played(events: &[Event]) -> Option<Played> {
    let alike = alike(events);
    if alike.len() < FEWEST || (alike.len() as f64) < MOST * events.len() as f64 {
        return None;
    }
    let mut intervals: Vec<f64> = alike.windows(2).map(|pair| pair[1].at_s - pair[0].at_s).collect();
    intervals.sort_by(f64::total_cmp);
    let short = intervals.iter().copied().filter(|interval| (STEPS_S[0]..=STEPS_S[1]).contains(interval));
    // The shortest, as a long one tells no step.
    let starts =
        short.take(FEWEST).flat_map(|interval| (1..=PARTS).map(move |parts| interval / parts as f64));
    let step_s = starts.filter(|step_s| *step_s >= STEPS_S[0]).find_map(|step_s| kept(&intervals, step_s))?;
    Some(Played { count: alike.len(), step_s })
}

/// Those that jump as the median does.
fn alike(events: &[Event]) -> Vec<Event> {
    let mut jumps: Vec<f64> = events.iter().map(|event| event.jump).collect();
    jumps.sort_by(f64::total_cmp);
    let median = jumps.get(jumps.len() / 2).copied().unwrap_or(1.0);
    let is_like = |event: &Event| (1.0 / ALIKE..=ALIKE).contains(&(event.jump / median));
    events.iter().copied().filter(is_like).collect()
}

/// The step made exact, if it explains enough of the intervals, which are in order of length.
fn kept(intervals: &[f64], start: f64) -> Option<f64> {
    let (mut step, mut product, mut square, mut count) = (start, 0.0, 0.0, 0usize);
    for interval in intervals {
        let steps = (interval / step).round();
        if steps >= 1.0 && (interval - steps * step).abs() <= OFF_S {
            (product, square) = (product + steps * interval, square + steps * steps);
            step = product / square;
            count += 1;
        }
    }
    (count as f64 >= SHARE * intervals.len() as f64).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::beat;

    /// Events some steps of a sixteenth at 140 beats a minute apart, each later by `late` of a random number and as high as `high` makes of another.
    fn events(late: impl Fn(f64) -> f64, high: impl Fn(f64) -> f64) -> Vec<Event> {
        let mut state = 3u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut steps = 0.0;
        (0..60)
            .map(|_| {
                steps += 1.0 + (12.0 * random()).floor();
                Event { at_s: steps * 60.0 / 140.0 / 4.0 + late(random()), jump: high(random()) }
            })
            .collect()
    }

    #[test]
    fn events_on_sixteenths_that_are_alike_keep_their_step() {
        let mut events = events(|x| 5e-4 * x, |x| 0.4 + 0.04 * x);
        // Damage in between is none of them.
        events.insert(30, Event { at_s: 0.5 * (events[29].at_s + events[30].at_s) + 0.013, jump: -0.3 });
        let played = beat::played(&events).expect("a step");
        assert_eq!(played.count, 60);
        let steps = 60.0 / 140.0 / 4.0 / played.step_s;
        // Or a whole part of it, where no interval was a single one.
        assert!((steps - steps.round()).abs() < 1e-3 && steps < 2.5, "{played:?}");
    }

    #[test]
    fn events_at_any_time_or_of_any_height_are_not_played() {
        assert_eq!(beat::played(&events(|x| x, |_| 0.4)), None);
        assert_eq!(beat::played(&events(|_| 0.0, |x| x - 0.5)), None);
        assert_eq!(beat::played(&events(|_| 0.0, |x| 0.1 + 0.8 * x)), None);
        // Too few to tell.
        assert_eq!(beat::played(&events(|_| 0.0, |_| 0.4)[..5]), None);
    }
}
