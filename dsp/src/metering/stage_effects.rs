//! What each stage does to loudness, loudness range and width now: the same part of the song before and after it.
//!
//! Loudness and width are of the last 3 s; the loudness range (EBU Tech 3342, on 3 s every tenth of a second) is of the last minute.
//! The audio thread writes energies of tenths of a second ([`MeterBank::stage_hops`]); everything else is reckoned here, by the reader.

use super::loudness::{ABSOLUTE_GATE, RANGE_GATE, lufs};
use crate::blocks::math;
use crate::chain::StageId;
use crate::shared::meter_bank::{MeterBank, STAGE_HOP_WORDS, STAGES};
use crate::shared::ring::unpack;
use std::collections::VecDeque;

/// Hops of a short-term value, 3 s.
const SHORT_TERM: usize = 30;
/// Short-term values of a loudness range: a minute's.
const RANGE: usize = 600;
/// Hops from one reading of the ranges to the next: they change slowly.
const RANGE_STEP: u64 = 10;
/// Width of what has no side, dB; what has no middle reads as far above.
const MONO_DB: f64 = -99.0;

/// What the signal reads at a point of the chain. What is too short or too soft is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// Loudness of the last 3 s, LUFS.
    pub short_term_lufs: Option<f64>,
    /// Loudness range of the last minute, LU.
    pub range_lu: Option<f64>,
    /// Power of side over mid in the last 3 s, dB; -99 for mono.
    pub width_db: Option<f64>,
}

/// Readings before and after a stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Effect {
    /// What goes into it.
    pub before: Reading,
    /// What comes out.
    pub after: Reading,
}

impl Effect {
    /// How much louder it makes the song, LU.
    pub fn louder_lu(&self) -> Option<f64> {
        Some(self.after.short_term_lufs? - self.before.short_term_lufs?)
    }

    /// How much it widens the loudness range, LU.
    pub fn wider_range_lu(&self) -> Option<f64> {
        Some(self.after.range_lu? - self.before.range_lu?)
    }

    /// How much wider it makes the stereo, dB of side over mid.
    pub fn wider_db(&self) -> Option<f64> {
        Some(self.after.width_db? - self.before.width_db?)
    }
}

/// What one point has read.
#[derive(Debug, Default)]
struct Point {
    /// Mean squares of the last 3 s of hops: weighted, mid, side.
    hops: VecDeque<[f64; 3]>,
    /// Short-term loudness of each hop of the last minute, LUFS.
    short_terms: VecDeque<f64>,
    reading: Reading,
}

impl Point {
    fn push(&mut self, hop: [f64; 3]) {
        self.hops.push_back(hop);
        if self.hops.len() > SHORT_TERM {
            self.hops.pop_front();
        }
        if self.hops.len() < SHORT_TERM {
            return;
        }
        let mean = |n: usize| self.hops.iter().map(|hop| hop[n]).sum::<f64>() / SHORT_TERM as f64;
        let [weighted, mid, side] = [0, 1, 2].map(mean);
        let loudness = lufs(weighted);
        self.short_terms.push_back(loudness);
        if self.short_terms.len() > RANGE {
            self.short_terms.pop_front();
        }
        let is_heard = loudness > ABSOLUTE_GATE;
        self.reading.short_term_lufs = is_heard.then_some(loudness);
        self.reading.width_db = is_heard.then(|| (10.0 * math::log10(side / mid)).clamp(MONO_DB, -MONO_DB));
    }

    fn read_range(&mut self) {
        self.reading.range_lu = range_lu(&self.short_terms);
    }
}

/// Loudness range of short-term values in LUFS (EBU Tech 3342), LU.
fn range_lu(short_terms: &VecDeque<f64>) -> Option<f64> {
    let mut heard: Vec<f64> = short_terms.iter().copied().filter(|value| *value > ABSOLUTE_GATE).collect();
    let power = heard.iter().map(|value| math::powf(10.0, value / 10.0)).sum::<f64>() / heard.len() as f64;
    let gate = 10.0 * math::log10(power) + RANGE_GATE;
    heard.retain(|value| *value >= gate);
    heard.sort_by(f64::total_cmp);
    let at = |fraction: f64| heard.get((heard.len().saturating_sub(1) as f64 * fraction).round() as usize);
    Some(at(0.95)? - at(0.10)?)
}

/// Reads a [`MeterBank`]; see the module.
#[derive(Debug, Default)]
pub struct StageEffects {
    next: u64,
    hops: u64,
    entries: Vec<[u64; STAGE_HOP_WORDS]>,
    points: [Point; STAGES + 1],
}

impl StageEffects {
    /// Takes what is new. Call it once a picture, or at least every 20 s.
    pub fn update(&mut self, bank: &MeterBank) {
        self.next = bank.stage_hops.read(self.next, &mut self.entries).next;
        for n in 0..self.entries.len() {
            let [number, words @ ..] = &self.entries[n];
            if *number != self.hops {
                // Begun anew, or missed: what was read is no part of the same stretch.
                self.points = Default::default();
            }
            self.hops = *number + 1;
            for (point, words) in self.points.iter_mut().zip(words.as_chunks::<2>().0) {
                let ((weighted, mid), (side, _)) = (unpack(words[0]), unpack(words[1]));
                point.push([weighted, mid, side].map(f64::from));
            }
            if self.hops.is_multiple_of(RANGE_STEP) {
                self.points.iter_mut().for_each(Point::read_range);
            }
        }
    }

    /// Begins the ranges anew: what was heard before came out of other settings.
    pub fn forget_ranges(&mut self) {
        for point in &mut self.points {
            point.short_terms.clear();
            point.reading.range_lu = None;
        }
    }

    /// What a stage does.
    pub fn of(&self, stage: StageId) -> Effect {
        let [before, after] = [stage as usize, stage as usize + 1].map(|n| self.points[n].reading);
        Effect { before, after }
    }

    /// What the whole chain does.
    pub fn of_chain(&self) -> Effect {
        Effect { before: self.points[0].reading, after: self.points[STAGES].reading }
    }

    /// Length of what the ranges are read from, s: at most a minute.
    pub fn range_heard_s(&self) -> f64 {
        self.points[0].short_terms.len() as f64 / 10.0
    }
}
