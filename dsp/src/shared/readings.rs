//! Single numbers from the audio thread to whoever looks.
//!
//! Each stands for itself, so that relaxed loads and stores are enough: nobody infers one from another.

use atomic_float::AtomicF32;
use std::sync::atomic::Ordering::Relaxed;

/// The newest value of something.
#[derive(Debug)]
pub struct Value(AtomicF32);

impl Value {
    /// A value to begin with.
    pub fn new(value: f32) -> Self {
        Self(AtomicF32::new(value))
    }

    /// Publishes a value.
    pub fn set(&self, value: f32) {
        self.0.store(value, Relaxed);
    }

    /// The newest value.
    pub fn get(&self) -> f32 {
        self.0.load(Relaxed)
    }
}

/// The highest of all values since somebody looked: none is lost, however seldom that is.
#[derive(Debug, Default)]
pub struct Peak(AtomicF32);

impl Peak {
    /// [audio-thread] Takes a value of 0 or more.
    pub fn raise(&self, value: f32) {
        // Nearly always lower: a look costs less than an exchange, and is no number's way in.
        if value > self.0.load(Relaxed) {
            self.0.fetch_max(value, Relaxed);
        }
    }

    /// The highest value since the last call; for one reader.
    pub fn take(&self) -> f32 {
        self.0.swap(0.0, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_held_until_it_is_taken() {
        let peak = Peak::default();
        for value in [0.1, 0.7, 0.3, f32::NAN, -1.0] {
            peak.raise(value);
        }
        assert_eq!((peak.take(), peak.take()), (0.7, 0.0));
    }

    #[test]
    fn no_peak_is_lost_between_threads() {
        let peak = Peak::default();
        let highest = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 0..1_000_000u32 {
                    peak.raise(if n == 654_321 { 2.0 } else { 1.0 / (1 + n % 7) as f32 });
                }
            });
            let mut highest = 0.0f32;
            while !writer.is_finished() {
                highest = highest.max(peak.take());
            }
            highest.max(peak.take())
        });
        assert_eq!(highest, 2.0);
    }
}
