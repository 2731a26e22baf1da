//! Clipping that was turned down afterwards: flat tops below full scale, all of them at the very edge of what the channel reaches.
//!
//! The edge of the amplitude's distribution carries a spike there, which no unclipped programme has (C. Laguna, A. Lerch, "An Efficient
//! Algorithm for Clipping Detection and Declipping Audio", AES 141, 2016). Both directions are looked at apart: an offset moves them.

use super::flat_tops::FlatTop;
use super::heard::{Heard, counted};
use super::places::Places;
use super::{Check, Finding, Severity};
use crate::processor::Frame;

/// Above -1 dBFS it is plain clipping.
const HIGHEST: f64 = 0.891_250_938_133_745_6;
/// Tops lie at the edge within this share.
const EDGE: f64 = 0.995;
/// Fewer may be chance.
const FEWEST: u64 = 5;
/// From so many a minute on it is heard.
const MANY_PER_MINUTE: f64 = 60.0;
/// Share of time spent at the edge from which on it is a square wave that was meant to be one.
const SQUARE: f64 = 0.5;

/// See the module.
#[derive(Default)]
pub(super) struct HiddenClipping {
    /// Highest sample of each channel, downwards and upwards, and the flat tops there.
    edges: [[f64; 2]; 2],
    tops: [[Places; 2]; 2],
}

impl HiddenClipping {
    /// Takes the next frames and then, with [`HiddenClipping::add`], their flat tops.
    pub fn push(&mut self, frames: &[Frame]) {
        let mut reached = [[0.0f64; 2]; 2];
        for frame in frames {
            for c in 0..2 {
                reached[c][0] = reached[c][0].max(-frame[c]);
                reached[c][1] = reached[c][1].max(frame[c]);
            }
        }
        let edges = self.edges.iter_mut().zip(&mut self.tops).zip(reached);
        for ((edges, tops), reached) in edges {
            for ((edge, tops), new) in edges.iter_mut().zip(tops).zip(reached) {
                // What the channel goes beyond was no edge.
                if new * EDGE > *edge {
                    tops.clear();
                }
                *edge = edge.max(new);
            }
        }
    }

    /// Takes a flat top.
    pub fn add(&mut self, top: &FlatTop) {
        let direction = usize::from(top.is_positive);
        if top.peak >= EDGE * self.edges[top.c][direction] {
            self.tops[top.c][direction].add(top.place());
        }
    }

    /// What was found.
    pub fn finding(&self, heard: &Heard) -> Option<Finding> {
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
            return None;
        }
        let seconds = heard.seconds(heard.frames).max(1.0);
        let is_square = frames as f64 / (heard.frames.max(1) * heard.channels as u64) as f64 > SQUARE;
        let severity = match count as f64 * 60.0 / seconds {
            _ if is_square => Severity::Note,
            per_minute if per_minute >= MANY_PER_MINUTE => Severity::Fail,
            _ => Severity::Warn,
        };
        let level_db = 20.0 * level.log10();
        let fact = format!(
            "{} at {level_db:.1} dBFS, the highest level that the file reaches, first at {}.",
            counted(count, "flat top"),
            heard.time(all.first_frame())
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
