//! A buffer that was played again and again, as a driver does that got no new one: frames that repeat those before them bit for bit.
//!
//! Every 16 frames a fingerprint of the last 16 is kept; where a later one is the same, the frames are compared one by one until they differ. Any
//! length of buffer is found. No instrument repeats itself to the last bit but a synthesizer that stands still: what stands still for
//! long, or often, is one.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, counted};
use super::hop::Hop;
use super::places::Places;
use super::{Channels, Check, Finding, Place, Severity};

/// Frames of a fingerprint, and between two that are kept.
const WIDTH: usize = 16;
/// Of those so many differ from the one before: words that stand still repeat themselves as well.
const MOVING: u32 = 8;
/// Lengths of a buffer, frames.
const BUFFERS: std::ops::RangeInclusive<u64> = 32..=4096;
/// Frames that are known back to: a power of two.
const HISTORY: usize = 8192;
/// Fingerprints that are kept: as many as there are in the history, with room for those that fall into the same place.
const SLOTS: usize = 1024;
/// Least level of what repeats: -60 dBFS. The last bits of what is silent otherwise have few patterns, and the same ones again and again.
const HEARD: f64 = 1e-3;
/// Longer than this, and more often a minute, it is a synthesizer's wave.
const LONGEST_S: f64 = 1.5;
const MOST_PER_MINUTE: f64 = 30.0;
/// Odd, and so a permutation of the numbers: the fingerprint is a polynomial in it.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A repetition under way.
#[derive(Debug, Clone, Copy)]
struct Run {
    lag: u64,
    start: u64,
    /// The last frame that differs from the one before, and how many do.
    last_moving: u64,
    moving: u64,
    /// Highest level.
    peak: f64,
}

/// See the module.
pub(super) struct StuckBuffer {
    keys: Vec<u64>,
    slots: Vec<(u64, u64)>,
    frame: u64,
    print: u64,
    /// `BASE` to the power of the width: what the oldest key of a fingerprint is multiplied with.
    oldest: u64,
    /// One bit for each of the last frames that differed from the one before.
    moving: u32,
    run: Option<Run>,
    places: Places,
}

impl Detector for StuckBuffer {
    fn new(_programme: &Programme) -> Self {
        Self {
            keys: vec![0; HISTORY],
            slots: vec![(0, 0); SLOTS],
            frame: 0,
            print: 0,
            oldest: BASE.wrapping_pow(WIDTH as u32),
            moving: 0,
            run: None,
            places: Places::default(),
        }
    }

    fn push(&mut self, hop: &Hop) {
        const MASK: usize = HISTORY - 1;
        for [left, right] in hop.frames {
            let n = self.frame;
            self.frame += 1;
            let level = left.abs().max(right.abs());
            // A sum with +0 has no -0: silence that changes its sign, as transforms leave it, stands still.
            let [left, right] = [left + 0.0, right + 0.0].map(f64::to_bits);
            let key = (left ^ right.rotate_left(29)).wrapping_mul(BASE);
            let key = key ^ (key >> 31);
            let at = |frame: u64| frame as usize & MASK;
            let before = self.keys[at(n.wrapping_sub(1))];
            let leaving = self.keys[at(n.wrapping_sub(WIDTH as u64))];
            self.moving = (self.moving << 1) | u32::from(key != before);
            self.print = self
                .print
                .wrapping_mul(BASE)
                .wrapping_add(key)
                .wrapping_sub(leaving.wrapping_mul(self.oldest));
            self.keys[at(n)] = key;
            if let Some(run) = &mut self.run {
                if key == self.keys[at(n - run.lag)] {
                    if key != before {
                        run.last_moving = n;
                        run.moving += 1;
                        run.peak = run.peak.max(level);
                    }
                    continue;
                }
                let ended = *run;
                self.run = None;
                self.end_run(ended);
            }
            let slot = &mut self.slots[(self.print >> 54) as usize % SLOTS];
            let is_moving = (self.moving & ((1 << WIDTH) - 1)).count_ones() >= MOVING;
            if is_moving && slot.0 == self.print && BUFFERS.contains(&(n - slot.1)) {
                self.run = Some(Run {
                    lag: n - slot.1,
                    start: n + 1 - WIDTH as u64,
                    last_moving: n,
                    moving: u64::from(MOVING),
                    peak: level,
                });
            } else if n.is_multiple_of(WIDTH as u64) {
                *slot = (self.print, n);
            }
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let count = self.places.count();
        let longest_s = evidence.seconds(self.places.longest_frames());
        let per_minute = count as f64 * 60.0 / evidence.seconds(evidence.frames).max(10.0);
        if count == 0 || longest_s > LONGEST_S || per_minute > MOST_PER_MINUTE {
            return None;
        }
        let mut places = self.places.in_time();
        places.iter_mut().for_each(|place| place.figure = 1000.0 * evidence.seconds(place.frames));
        Some(Finding {
            check: Check::Gaps,
            severity: Severity::Fail,
            figure: 1000.0 * longest_s,
            unit: "ms",
            threshold: 1000.0 * evidence.seconds(*BUFFERS.start()),
            confidence: None,
            fact: format!(
                "{} of {:.0} ms at most, in which what was before is repeated to the last bit, first at {}.",
                counted(count, "stretch").replace("stretchs", "stretches"),
                1000.0 * longest_s,
                evidence.time(self.places.first_frame())
            ),
            advice: "A driver or a stream got no new buffer in time and played the last one again: export again offline, or record again with a \
                     larger buffer."
                .to_owned(),
            places,
            place_count: count,
        })
    }
}

impl StuckBuffer {
    fn end_run(&mut self, run: Run) {
        // Silence after it repeats itself whatever was before: it is no part of it.
        let frames = run.last_moving + 1 - run.start;
        // The first frames that repeat lie before the fingerprint that told.
        let is_whole = frames + WIDTH as u64 >= run.lag && frames >= *BUFFERS.start();
        if is_whole && 2 * run.moving >= frames && run.peak >= HEARD {
            self.places.add(Place {
                start_frame: run.start,
                frames,
                channels: Channels::Both,
                figure: frames as f64,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::StoredWords;
    use crate::processor::Frame;

    /// Places in noise of which the frames from 4800 on are replaced, for 0.3 s at 48 kHz.
    fn found(replaced: impl Fn(u32) -> f64) -> u64 {
        let mut state = 3u64;
        let programme = Programme { sample_rate_hz: 48_000.0, channels: 2, words: StoredWords::Float(64) };
        let mut stuck = StuckBuffer::new(&programme);
        let frames: Vec<Frame> = (0..48_000u32)
            .map(|n| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let noise = (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
                [if (4800..19_200).contains(&n) { replaced(n - 4800) } else { noise }; 2]
            })
            .collect();
        frames.chunks(480).for_each(|frames| stuck.push(&Hop::of(0, frames)));
        stuck.places.count()
    }

    #[test]
    fn a_buffer_that_comes_again_is_found_and_silence_of_either_sign_is_none() {
        assert_eq!(found(|n| (0.7 * f64::from(n % 512)).sin() + 0.1 * f64::from(n % 512 % 7)), 1);
        assert_eq!(found(|_| 0.0), 0);
        assert_eq!(found(|n| if n % 2 == 0 { -0.0 } else { 0.0 }), 0, "zeros of both signs");
        // Two short sounds that happen to be alike, with silence after each.
        let pulses = |n: u32| if n < 160 && n % 80 < 16 { 0.1 * f64::from(n % 80 % 3) } else { 0.0 };
        assert_eq!(found(pulses), 0, "silence after pulses");
        assert_eq!(found(|n| f64::from(n % 3) / 32_768.0), 0, "the last bits of silence");
    }
}
