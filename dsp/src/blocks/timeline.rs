//! What is set now and meant for audio that arrives later.
//!
//! A value comes with the frame from which it is meant, and is taken at the control period nearest to that frame: at most half
//! a period early or late. Two values that fall into the same period are one, the later. So the line never holds more than its
//! span in periods, whatever the host sends.

use crate::processor::CONTROL_PERIOD;
use std::collections::VecDeque;

/// Values on their way; see the module.
#[derive(Debug, Clone)]
pub struct Timeline<T> {
    /// First frame of the control period and the value that is taken there, the earliest first.
    coming: VecDeque<(u64, T)>,
    capacity: usize,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { coming: VecDeque::new(), capacity: 0 }
    }
}

impl<T> Timeline<T> {
    /// For values that are set at most `frames` frames before they are taken. Allocates.
    pub fn new(frames: usize) -> Self {
        // One for each period begun, the one under way, and the one that rounding adds.
        let capacity = frames.div_ceil(CONTROL_PERIOD) + 2;
        Self { coming: VecDeque::with_capacity(capacity), capacity }
    }

    /// Forgets what has not been taken.
    pub fn clear(&mut self) {
        self.coming.clear();
    }

    /// Sets what is meant from `frame` on; frames never go back.
    pub fn set(&mut self, frame: u64, value: T) {
        let period = CONTROL_PERIOD as u64;
        let start = (frame + period / 2) / period * period;
        let is_full = self.coming.len() >= self.capacity;
        match self.coming.back_mut() {
            // A full line would have to allocate; it cannot be full, and if it were its newest value counts.
            Some(last) if last.0 >= start || is_full => last.1 = value,
            _ if self.capacity > 0 => self.coming.push_back((start, value)),
            _ => {}
        }
    }

    /// The newest value that is due at the control period that begins at `position`.
    pub fn take(&mut self, position: u64) -> Option<T> {
        let mut newest = None;
        while self.coming.front().is_some_and(|(start, _)| *start <= position) {
            newest = self.coming.pop_front().map(|(_, value)| value);
        }
        newest
    }

    /// The value that was set last, if it has not been taken.
    pub fn newest(&self) -> Option<&T> {
        self.coming.back().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_at_the_nearest_period() {
        for frame in 0..200 {
            let mut line = Timeline::new(200);
            line.set(frame, frame);
            let taken = (0..20).map(|n| 32 * n).find(|position| line.take(*position).is_some());
            let taken = taken.expect("it is due some time");
            assert!(taken.abs_diff(frame) <= 16, "{frame} at {taken}");
            assert!(line.newest().is_none());
        }
    }

    #[test]
    fn it_neither_grows_nor_forgets_the_last_value() {
        for span in [0, 1, 31, 32, 100] {
            let mut line = Timeline::new(span);
            let room = line.coming.capacity();
            let mut last = None;
            for position in 0..5000u64 {
                line.set(position + span as u64, position);
                if position.is_multiple_of(32) {
                    last = line.take(position).or(last);
                }
            }
            assert_eq!(line.coming.capacity(), room, "span {span}");
            assert_eq!(line.take(u64::MAX), Some(4999));
            assert!(last.is_some());
        }
    }
}
