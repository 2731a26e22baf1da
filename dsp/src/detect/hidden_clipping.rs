//! Clipping that was turned down afterwards: flat tops below full scale, all of them at the very edge of what the channel reaches.
//!
//! The edge of the amplitude's distribution carries a spike there, which no unclipped programme has (C. Laguna, A. Lerch, "An Efficient
//! Algorithm for Clipping Detection and Declipping Audio", AES 141, 2016). Both directions are looked at apart: an offset moves them.

use super::detector::{Detector, Programme};
use super::edge_pile::{EdgePile, SURE};
use super::evidence::{Evidence, counted};
use super::hop::Hop;
use super::places::{Places, channel};
use super::straight_tops::StraightTops;
use super::surrogates::{Comparison, Surrogates};
use super::{Check, Finding, Place, Severity, StoredWords};
use crate::processor::Frame;

/// Above -1 dBFS it is plain clipping.
const HIGHEST: f64 = 0.891_250_938_133_745_6;
/// Tops lie at the edge within this share.
const EDGE: f64 = 0.995;
/// Edges below this are no programme's: -40 dBFS.
const QUIET: f64 = 0.01;
/// Fewer may be chance.
const FEWEST: u64 = 5;
/// From so many a minute on it is heard.
const MANY_PER_MINUTE: f64 = 60.0;
/// Share of time spent at the edge from which on it is a square wave that was meant to be one.
const SQUARE: f64 = 0.5;

/// A pair at the edge lies within so many steps of the word; its corners are at least so many steps high, and one of them so many; and as
/// shares of the edge, which shaped dither of 16 bits does not reach.
const PAIR_STEPS: f64 = 3.0;
const CORNER_STEPS: [f64; 2] = [12.0, 30.0];
const CORNER_SHARES: [f64; 2] = [0.002, 0.005];
/// Fewest pairs: two of 24 bits are no chance, of 16 it takes one more.
const FEWEST_PAIRS: u64 = 2;
/// Fewest straight tops, and a minute: of songs and renders that were never clipped none has more than 6 a minute.
const FEWEST_STRAIGHT: u64 = 4;
const STRAIGHT_PER_MINUTE: f64 = 10.0;
/// So many times as many in what was encoded: of 39 programmes AAC at 256 kbit/s straightened four tops in 20 s of three.
const ENCODED_TIMES: u64 = 2;
/// Share of time in straight tops from which on it is a wave that was meant so.
const STRAIGHT_SHARE: f64 = 0.1;

/// Tops of what was encoded against those of surrogates, standard deviations: how far at the least they stop lower and stay longer, and both together.
/// Of 50 encodings of programmes that were never clipped none stays longer by more than 1.8; of 49 of the same, clipped by 3 dB, all do by more than
/// 2.5, and all but three reach the sum. And the least of a bump of levels at the edge, standard deviations: a bass with broad waves has none.
const LEAST_HEIGHT: f64 = 0.9;
const LEAST_WIDTH: f64 = 2.5;
const BLURRED: f64 = 5.0;
const LEAST_PILE: f32 = 0.7;
/// Where tops stay no longer than those of surrogates by this, a bump of levels proves nothing up to that.
const DOUBTFUL_WIDTH: f64 = 1.5;
const DOUBTFUL_PILE: f32 = 3.0;

/// See the module.
pub(super) struct HiddenClipping {
    /// Highest sample of each channel, downwards and upwards, and the flat tops there.
    edges: [[f64; 2]; 2],
    tops: [[Places; 2]; 2],
    /// A step of the words, an amplitude, and the pairs that are two or more samples at the edge.
    step: f64,
    fewest_pairs: u64,
    pairs: [[Places; 2]; 2],
    last: Frame,
    straight_tops: StraightTops,
    straight: Places,
    pile: EdgePile,
    surrogates: Surrogates,
    /// Made once, at the end, of what an encoder has left its trace in.
    comparison: Option<Comparison>,
}

impl Detector for HiddenClipping {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, channels, words } = *programme;
        let bits = match words {
            StoredWords::Integer(bits) => bits.clamp(8, 24),
            StoredWords::Float(_) | StoredWords::Lossy => 24,
        };
        let step = 2f64.powi(1 - bits as i32);
        Self {
            edges: Default::default(),
            tops: Default::default(),
            step,
            fewest_pairs: FEWEST_PAIRS + u64::from(bits < 20),
            pairs: Default::default(),
            last: [0.0; 2],
            straight_tops: StraightTops::new(sample_rate_hz, channels, step),
            straight: Places::default(),
            pile: EdgePile::new(),
            surrogates: Surrogates::new(sample_rate_hz, channels),
            comparison: None,
        }
    }

    fn push(&mut self, hop: &Hop) {
        let Hop { start_frame, frames, .. } = *hop;
        for place in self.straight_tops.push(start_frame, frames) {
            self.straight.add(*place);
        }
        self.pile.push(frames);
        self.surrogates.push(frames);
        let tolerance = PAIR_STEPS * self.step;
        let mut reached = [[0.0f64; 2]; 2];
        for frame in frames {
            for c in 0..2 {
                for (reached, x) in reached[c].iter_mut().zip([-frame[c], frame[c]]) {
                    *reached = if x > *reached { x } else { *reached };
                }
            }
        }
        for (c, reached) in reached.into_iter().enumerate() {
            for (direction, new) in reached.into_iter().enumerate() {
                let edge = &mut self.edges[c][direction];
                // What the channel goes beyond was no edge.
                if new * EDGE > *edge {
                    self.tops[c][direction].clear();
                }
                if new > *edge + tolerance {
                    self.pairs[c][direction].clear();
                }
                *edge = edge.max(new);
                // Few hops reach it.
                if new >= *edge - tolerance && new > QUIET {
                    let sign = if direction == 1 { 1.0 } else { -1.0 };
                    let lowest = *edge - tolerance;
                    self.find_pairs(c, sign, lowest, start_frame, frames);
                }
            }
        }
        self.last = frames.last().copied().unwrap_or(self.last);
        for top in hop.flat_tops {
            let direction = usize::from(top.is_positive);
            if top.peak >= EDGE * self.edges[top.c][direction] {
                self.tops[top.c][direction].add(top.place());
            }
        }
    }

    fn leave_out_comparison(&mut self) {
        self.surrogates.leave_out();
    }

    /// Compares the tops with those of surrogates, of a programme that went through a lossy encoder. Takes about a tenth of a second.
    fn end(&mut self, evidence: &Evidence) {
        // A hint of an encoder is reason enough to look.
        if evidence.programme.words == StoredWords::Lossy || evidence.codec_trace.is_some() {
            self.comparison = self.surrogates.comparison();
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let mut all = Places::default();
        let (mut count, mut frames, mut level) = (0, 0, 0.0f64);
        for (edges, tops) in self.edges.iter().zip(&self.tops) {
            for (edge, tops) in edges.iter().zip(tops) {
                if *edge < HIGHEST && tops.count() >= FEWEST {
                    count += tops.count();
                    frames += tops.frames();
                    level = level.max(*edge);
                    tops.in_time().into_iter().for_each(|place| all.add(place));
                }
            }
        }
        if count == 0 {
            return self
                .few(evidence)
                .or_else(|| self.bent(evidence))
                .or_else(|| self.piled(evidence))
                .or_else(|| self.blurred(evidence));
        }
        let seconds = evidence.seconds(evidence.frames).max(1.0);
        let is_square =
            frames as f64 / (evidence.frames.max(1) * evidence.programme.channels as u64) as f64 > SQUARE;
        let severity = match count as f64 * 60.0 / seconds {
            _ if is_square => Severity::Note,
            per_minute if per_minute >= MANY_PER_MINUTE => Severity::Fail,
            _ => Severity::Warn,
        };
        let level_db = 20.0 * level.log10();
        let fact = format!(
            "{} at {level_db:.1} dBFS, the highest level that the file reaches, first at {}.",
            counted(count, "flat top"),
            evidence.time(all.first_frame())
        );
        let advice = if is_square {
            "This much of it is a square wave rather than clipping; if it is not meant to be one, look for the overloaded plugin."
        } else {
            "The mix was clipped and then turned down: take the clipper or limiter off the mix bus, or lower what feeds it, and export again."
        };
        Some(Finding {
            check: Check::HiddenClipping,
            severity,
            figure: count as f64 * 60.0 / seconds,
            unit: "per minute",
            threshold: FEWEST as f64 * 60.0 / seconds,
            confidence: None,
            fact,
            advice: advice.to_owned(),
            places: all.in_time(),
            place_count: count,
        })
    }
}

impl HiddenClipping {
    /// Two and more samples in a row above `lowest`, with a corner on either side. One that goes on in the next frames is left out.
    fn find_pairs(&mut self, c: usize, sign: f64, lowest: f64, start_frame: u64, frames: &[Frame]) {
        let mut before = sign * self.last[c];
        let mut n = 0;
        while n < frames.len() {
            let x = sign * frames[n][c];
            if x < lowest {
                before = x;
                n += 1;
                continue;
            }
            let length = frames[n..].iter().take_while(|frame| sign * frame[c] >= lowest).count();
            let Some(after) = frames.get(n + length).map(|frame| sign * frame[c]) else { break };
            let mut corners = [x - before, sign * frames[n + length - 1][c] - after];
            corners.sort_by(f64::total_cmp);
            let is_corner =
                |n: usize| corners[n] > (CORNER_STEPS[n] * self.step).max(CORNER_SHARES[n] * lowest);
            if length >= 2 && is_corner(0) && is_corner(1) {
                self.pairs[c][usize::from(sign > 0.0)].add(Place {
                    start_frame: start_frame + n as u64,
                    frames: length as u64,
                    channels: channel(c),
                    figure: length as f64,
                });
            }
            before = after;
            n += length;
        }
    }

    /// Few and short tops: pairs at the edge.
    fn few(&self, evidence: &Evidence) -> Option<Finding> {
        let mut all = Places::default();
        let mut level = 0.0f64;
        for (edges, pairs) in self.edges.iter().zip(&self.pairs).take(evidence.programme.channels) {
            for (edge, pairs) in edges.iter().zip(pairs).filter(|(edge, _)| **edge < HIGHEST) {
                level = level.max(if pairs.count() > 0 { *edge } else { 0.0 });
                pairs.in_time().into_iter().for_each(|place| all.add(place));
            }
        }
        (all.count() >= self.fewest_pairs).then(|| {
            let fact = format!(
                "{} of samples equal to the last bits at {:.1} dBFS, the highest level that the file reaches, first at {}.",
                counted(all.count(), "row"),
                20.0 * level.log10(),
                evidence.time(all.first_frame())
            );
            self.told(evidence, &all, fact, "The mix was clipped by a little and then turned down: lower what feeds the clipper, and export again.")
        })
    }

    /// Tops that are straight and no edge's.
    fn bent(&self, evidence: &Evidence) -> Option<Finding> {
        let (count, all) = (self.straight.count(), &self.straight);
        let per_minute = count as f64 * 60.0 / evidence.seconds(evidence.frames).max(1.0);
        let share =
            all.frames() as f64 / (evidence.frames.max(1) * evidence.programme.channels as u64) as f64;
        let times = if self.comparison.is_some() { ENCODED_TIMES } else { 1 };
        let is_enough = count >= times * FEWEST_STRAIGHT && per_minute >= times as f64 * STRAIGHT_PER_MINUTE;
        (is_enough && share < STRAIGHT_SHARE).then(|| {
            let fact = format!(
                "{} between two corners where a wave is bent most, first at {}.",
                counted(count, "straight top"),
                evidence.time(all.first_frame())
            );
            self.told(
                evidence,
                all,
                fact,
                "The mix was clipped and filtered afterwards: take the clipper or limiter off the tracks and the mix bus, or lower what feeds \
                 it, and export again.",
            )
        })
    }

    /// Levels that pile up where no top is flat or straight any more.
    fn piled(&self, evidence: &Evidence) -> Option<Finding> {
        let is_doubtful = self.comparison.is_some_and(|tops| tops.width < DOUBTFUL_WIDTH);
        let least = if is_doubtful { DOUBTFUL_PILE } else { SURE };
        let bump = self
            .pile
            .bump(evidence.programme.channels)
            .filter(|bump| bump.deviations > least && bump.level < HIGHEST)?;
        let fact = format!(
            "Levels pile up at {:.1} dBFS: {} samples lie there and {} just below, where there are more of them in what was never held down.",
            20.0 * bump.level.log10(),
            bump.samples,
            bump.below
        );
        Some(Finding {
            check: Check::HiddenClipping,
            severity: Severity::Warn,
            figure: f64::from(bump.deviations),
            unit: "",
            threshold: f64::from(SURE),
            confidence: Some(0.7),
            fact,
            advice: "The mix was clipped, or limited hard, and then converted, filtered or encoded: take the clipper or limiter off the mix bus, and \
                     export again."
                .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }

    /// Tops that an encoder has blurred.
    fn blurred(&self, evidence: &Evidence) -> Option<Finding> {
        let Comparison { height, width, level } = self.comparison?;
        let pile = self.pile.bump(evidence.programme.channels).map_or(0.0, |bump| bump.deviations);
        let is_held = height >= LEAST_HEIGHT && width >= LEAST_WIDTH && height + width >= BLURRED;
        (is_held && pile >= LEAST_PILE && level < HIGHEST).then(|| Finding {
            check: Check::HiddenClipping,
            severity: Severity::Warn,
            figure: height + width,
            unit: "",
            threshold: BLURRED,
            confidence: Some(0.6),
            fact: format!(
                "The highest tops, at {:.1} dBFS, are held down and wide: they stop by {height:.1} standard deviations lower, and stay by {width:.1} \
                 longer, than those of the same sound with its bands moved.",
                20.0 * level.log10()
            ),
            advice: "The mix was clipped, or limited hard, before it was encoded: take the clipper or limiter off the mix bus, and export again, \
                     unencoded."
                .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }

    fn told(&self, evidence: &Evidence, places: &Places, fact: String, advice: &str) -> Finding {
        let per_minute = 60.0 / evidence.seconds(evidence.frames).max(1.0);
        Finding {
            check: Check::HiddenClipping,
            severity: Severity::Warn,
            figure: places.count() as f64 * per_minute,
            unit: "per minute",
            threshold: FEWEST_STRAIGHT as f64 * per_minute,
            confidence: Some(0.8),
            fact,
            advice: advice.to_owned(),
            places: places.in_time(),
            place_count: places.count(),
        }
    }
}
