//! Whole-sample delay of stereo frames.

use crate::processor::Frame;

/// Delays frames by a fixed number of samples, bit-exactly.
#[derive(Debug, Clone, Default)]
pub struct Delay {
    ring: Vec<Frame>,
    write: usize,
}

impl Delay {
    /// A delay of `samples` frames, silent. Allocates.
    pub fn new(samples: usize) -> Self {
        Self { ring: vec![[0.0; 2]; samples], write: 0 }
    }

    /// The delay in frames.
    pub fn samples(&self) -> usize {
        self.ring.len()
    }

    /// Fills the line with silence.
    pub fn reset(&mut self) {
        self.ring.fill([0.0; 2]);
        self.write = 0;
    }

    /// Replaces each frame by the one that came in `samples` frames ago.
    pub fn process(&mut self, frames: &mut [Frame]) {
        let length = self.ring.len();
        if length == 0 {
            return;
        }
        let mut rest = frames;
        while !rest.is_empty() {
            let run = rest.len().min(length - self.write);
            let (head, tail) = rest.split_at_mut(run);
            head.swap_with_slice(&mut self.ring[self.write..self.write + run]);
            self.write += run;
            if self.write == length {
                self.write = 0;
            }
            rest = tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_by_exactly_its_length_in_any_split() {
        for length in [0, 1, 5, 32, 100] {
            for split in [1, 3, 32, 64] {
                let mut delay = Delay::new(length);
                let input: Vec<Frame> = (0..256).map(|n| [n as f64, -(n as f64)]).collect();
                let mut output = input.clone();
                output.chunks_mut(split).for_each(|chunk| delay.process(chunk));
                for n in 0..256 {
                    let expected = if n < length { [0.0; 2] } else { input[n - length] };
                    assert_eq!(output[n], expected, "length {length}, split {split}, frame {n}");
                }
            }
        }
    }
}
