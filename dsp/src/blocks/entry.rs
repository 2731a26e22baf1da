//! How a sound enters a filter that begins in its midst.
//!
//! A filter that is switched on has no past. What it makes of a sound that begins abruptly is a click, and where its memory is
//! longer than its latency no waiting makes it go away. So the sound enters it over some ms, along a curve whose spectrum falls
//! so fast that nothing of it is heard: t^4 (35 - 84 t + 70 t^2 - 20 t^3), with three continuous derivatives.

/// Length of the entry in ms: 4 kHz away from a tone nothing is left of it above -110 dB.
const ENTRY_MS: f64 = 3.0;

/// Gain of what enters; see the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry {
    age: usize,
    length: usize,
}

impl Entry {
    /// Complete, at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        let length = (ENTRY_MS * 1e-3 * sample_rate).ceil() as usize;
        Self { age: length, length }
    }

    /// Everything is in.
    pub fn complete(&mut self) {
        self.age = self.length;
    }

    /// Nothing is in.
    pub fn begin(&mut self) {
        self.age = 0;
    }

    /// Whether everything is in.
    pub fn is_complete(&self) -> bool {
        self.age >= self.length
    }

    /// Gain of the next frame, 0 to exactly 1.
    #[inline]
    pub fn next_gain(&mut self) -> f64 {
        let gain = self.gain_at(self.age);
        self.age = (self.age + 1).min(self.length);
        gain
    }

    /// Gain of the frame after `frames` others.
    pub fn gain_after(&self, frames: usize) -> f64 {
        self.gain_at(self.age + frames)
    }

    /// Goes on by `frames` frames.
    pub fn advance(&mut self, frames: usize) {
        self.age = (self.age + frames).min(self.length);
    }

    /// Gain of a frame that came `age` frames after the beginning.
    pub fn gain_at(&self, age: usize) -> f64 {
        if age >= self.length {
            return 1.0;
        }
        let t = age as f64 / self.length as f64;
        t * t * t * t * (35.0 - t * (84.0 - t * (70.0 - 20.0 * t)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_from_nothing_to_exactly_all() {
        let mut entry = Entry::new(48_000.0);
        assert!(entry.is_complete() && entry.next_gain() == 1.0);
        entry.begin();
        let gains: Vec<f64> = (0..200).map(|_| entry.next_gain()).collect();
        assert_eq!((gains[0], gains[72], gains[144]), (0.0, 0.5, 1.0));
        assert!(gains.windows(2).all(|pair| pair[0] <= pair[1]) && entry.is_complete());
    }
}
