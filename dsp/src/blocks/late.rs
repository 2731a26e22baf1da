//! Control values of some periods ago, for the parts of a stage that its audio reaches later than its input.

use crate::processor::CONTROL_PERIOD;

/// A delay of whole control periods, the nearest to a number of frames.
#[derive(Debug, Clone, Default)]
pub struct Late<T> {
    ring: Vec<T>,
    place: usize,
}

impl<T: Copy + Default> Late<T> {
    /// A delay of `frames` frames, rounded. Allocates.
    pub fn new(frames: usize) -> Self {
        Self { ring: vec![T::default(); (frames + CONTROL_PERIOD / 2) / CONTROL_PERIOD], place: 0 }
    }

    /// The delay in control periods.
    pub fn periods(&self) -> usize {
        self.ring.len()
    }

    /// Fills the past with a value.
    pub fn snap(&mut self, value: T) {
        self.ring.fill(value);
    }

    /// Takes this period's value and gives the one of [`Late::periods`] ago.
    pub fn push(&mut self, value: T) -> T {
        let length = self.ring.len();
        match self.ring.get_mut(self.place) {
            Some(slot) => {
                self.place = (self.place + 1) % length;
                std::mem::replace(slot, value)
            }
            None => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_as_many_periods_later() {
        for (frames, periods) in [(0, 0), (15, 0), (16, 1), (76, 2), (216, 7)] {
            let mut late = Late::new(frames);
            assert_eq!(late.periods(), periods);
            late.snap(-1);
            for n in 0..40 {
                let expected = if n < periods as i32 { -1 } else { n - periods as i32 };
                assert_eq!(late.push(n), expected);
            }
        }
    }
}
