//! Still sections in series, run at the same time: while one is at a frame, the one before it is some frames on.
//!
//! A recursion waits for itself; in a vector, two sections and both their channels wait together. Each section of a cascade is [`LAG`] frames
//! behind the one before, and takes in what that gave so many steps ago. It begins and ends as many steps later: in the steps at both ends
//! the memory of those that have no frame stands still. Bits are those of one section after the other.

use super::band::Section;
use crate::blocks::simd::{Lanes, in_lanes};
use crate::blocks::svf::{Memories, Recursions};
use crate::processor::Frame;

/// Two sections that run together: both channels of the one, then of the other.
#[derive(Clone, Copy)]
struct Pair<V> {
    recursions: Recursions<V>,
    memories: Memories<V>,
    /// Weights of the input, the band-pass and the low-pass in what is added to the input.
    e: [V; 3],
}

impl<V: Lanes> Pair<V> {
    #[inline(always)]
    fn new([first, second]: [&Section; 2]) -> Self {
        let ([a1, a2, a3], [b1, b2, b3]) = (first.recursion(), second.recursion());
        let [of_first, of_second] = [first.weights(), second.weights()];
        Self {
            recursions: Recursions::new([V::pairs(a1, b1), V::pairs(a2, b2), V::pairs(a3, b3)]),
            memories: Memories::new([&first.state, &second.state]),
            e: [
                V::of_halves(of_first[0], of_second[0]),
                V::of_halves(of_first[1], of_second[1]),
                V::of_halves(of_first[2], of_second[2]),
            ],
        }
    }

    /// What comes out for `x`. Where `at_work` is given, what is not set in it keeps what it holds.
    #[inline(always)]
    fn tick(&mut self, x: V, at_work: Option<V>) -> V {
        let before = self.memories;
        let (v1, v2) = self.memories.advance(&self.recursions, x);
        if let Some(mask) = at_work {
            self.memories = self.memories.where_set(mask, before);
        }
        x + ((self.e[0] * x + self.e[1] * v1) + self.e[2] * v2)
    }
}

/// Steps that a section is behind the one before. One lane of a vector waits for the others: what comes out takes twice as long as what is
/// kept for the next frame, and would be waited for in the next step.
const LAG: usize = 2;
/// Sections that run together: their recursions take all registers of AVX2, and few steps are not whole.
pub const TOGETHER: usize = 4;
/// Numbers of a mask for all of them.
const WIDTH: usize = 2 * TOGETHER;

/// All bits set.
const SET: f64 = f64::from_bits(u64::MAX);
/// Read from [`WIDTH`] - 2 n - 2 on: the sections up to n, which have begun.
const BEGUN: [f64; 2 * WIDTH] =
    [SET, SET, SET, SET, SET, SET, SET, SET, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
/// Read from [`WIDTH`] - 2 n on: the sections from n on, which have not ended.
const GOING_ON: [f64; 2 * WIDTH] =
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, SET, SET, SET, SET, SET, SET, SET, SET];

in_lanes! {
    /// Runs up to [`TOGETHER`] sections in series over frames in place.
    pub fn run(sections: &mut [Option<&mut Section>], frames: &mut [Frame]) = run_in::<_>
}

/// A cascade at work: its pairs, and what each gave [`LAG`] steps ago and in the last one.
struct Cascade<V, const PAIRS: usize> {
    pairs: [Pair<V>; PAIRS],
    given: [[V; LAG]; PAIRS],
}

impl<V: Lanes, const PAIRS: usize> Cascade<V, PAIRS> {
    /// Lets the next frame in; what is not set in both parts of `guard` stands still.
    #[inline(always)]
    fn step(&mut self, frame: Frame, guard: Option<[&[f64]; 2]>) {
        let mut before = V::of_halves(frame, frame);
        for n in 0..PAIRS {
            let [oldest, newest] = self.given[n];
            let x = before.high_then_low(oldest);
            before = oldest;
            // Not `map`, whose closure would be compiled for the baseline.
            let mut at_work = None;
            if let Some([begun, going_on]) = guard {
                at_work = Some(V::load(begun, 4 * n).both_set(V::load(going_on, 4 * n)));
            }
            self.given[n] = [newest, self.pairs[n].tick(x, at_work)];
        }
    }
}

#[inline(always)]
fn run_in<V: Lanes>(sections: &mut [Option<&mut Section>], frames: &mut [Frame]) {
    match sections.len() {
        0 => {}
        1 => run_count::<V, 1, 1>(sections, frames),
        2 => run_count::<V, 2, 1>(sections, frames),
        3 => run_count::<V, 3, 2>(sections, frames),
        _ => run_count::<V, 4, 2>(sections, frames),
    }
}

#[inline(always)]
fn run_count<V: Lanes, const COUNT: usize, const PAIRS: usize>(
    sections: &mut [Option<&mut Section>],
    frames: &mut [Frame],
) {
    let (behind, length) = (LAG * (COUNT - 1), frames.len());
    let idle = Section::default();
    let mut pairs = [Pair::<V>::new([&idle, &idle]); PAIRS];
    for (pair, sections) in pairs.iter_mut().zip(sections.chunks(2)) {
        if let Some(Some(first)) = sections.first() {
            let second = match sections.get(1) {
                Some(Some(second)) => second,
                _ => &idle,
            };
            *pair = Pair::new([first, second]);
        }
    }
    let mut cascade = Cascade { pairs, given: [[V::pairs(0.0, 0.0); LAG]; PAIRS] };
    let begun = |t: usize| &BEGUN[WIDTH - 2 - 2 * (t / LAG).min(TOGETHER - 1)..];
    let going_on = |t: usize| {
        let ended = if t < length { 0 } else { (t - length) / LAG + 1 };
        &GOING_ON[WIDTH - 2 * ended.min(TOGETHER)..]
    };
    // All are at work from the step in which the last one begins to that in which the first one ends.
    let whole = if length > behind { behind..length } else { 0..0 };
    for (t, frame) in frames.iter().enumerate().take(whole.start) {
        cascade.step(*frame, Some([begun(t), going_on(t)]));
    }
    for t in whole.clone() {
        cascade.step(frames[t], None);
        let [_, last] = cascade.given[PAIRS - 1];
        frames[t - behind] = if COUNT % 2 == 1 { last.low() } else { last.high() };
    }
    for t in whole.end..length + behind {
        let frame = frames.get(t).copied().unwrap_or_default();
        cascade.step(frame, Some([begun(t), going_on(t)]));
        if t >= behind {
            let [_, last] = cascade.given[PAIRS - 1];
            frames[t - behind] = if COUNT % 2 == 1 { last.low() } else { last.high() };
        }
    }
    for (pair, sections) in cascade.pairs.iter().zip(sections.chunks_mut(2)) {
        for (section, state) in sections.iter_mut().flatten().zip(pair.memories.states()) {
            section.state = state;
        }
    }
}
