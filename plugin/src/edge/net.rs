//! What is heard after a panic on the audio thread: the input, bit for bit, as late as the chain would have been.
//!
//! The net keeps the last `latency + block` frames of the input. A panic of the chain is caught within `Plugin::process`, because
//! behind it stand functions of the C ABI, through which no panic can be unwound: the host would be aborted. In a build with debug
//! assertions nothing is caught: a defect is to be loud there.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most channels of a layout.
const CHANNELS: usize = 2;

/// Who is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The chain.
    Whole,
    /// The input. The chain has panicked and is not called again.
    Broken,
    /// The input, until the new chain has run for so many frames that its delays are full.
    Filling(usize),
}

/// See the module. One for each activation.
pub(crate) struct Net {
    rings: [Vec<f32>; CHANNELS],
    /// Frames taken since the start, and how many of them count: those since the last reset.
    taken: usize,
    valid: usize,
    latency: usize,
    state: State,
}

#[cfg(test)]
thread_local! {
    /// Which of the things to be caught on this thread, counted from 1, is to panic; 0: none.
    pub(crate) static SABOTAGE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
fn sabotage() {
    let left = SABOTAGE.get();
    SABOTAGE.set(left.saturating_sub(1));
    assert_ne!(left, 1, "sabotage");
}

/// Runs `work`; whether it came to its end. What it has touched must not be used again if it did not.
pub(crate) fn caught(work: impl FnOnce()) -> bool {
    let work = || {
        #[cfg(test)]
        sabotage();
        work();
    };
    if cfg!(debug_assertions) {
        work();
        return true;
    }
    // The message is the panic hook's business; the payload goes.
    catch_unwind(AssertUnwindSafe(work)).is_ok()
}

impl Net {
    /// A net for blocks of up to `max_block` frames in front of a chain that is `latency` frames late. Allocates.
    pub(crate) fn new(latency: usize, max_block: usize) -> Self {
        let length = (latency + max_block).next_power_of_two();
        Self {
            rings: [vec![0.0; length], vec![0.0; length]],
            taken: 0,
            valid: 0,
            latency,
            state: State::Whole,
        }
    }

    /// Whether the chain is not to be called.
    pub(crate) fn is_broken(&self) -> bool {
        self.state == State::Broken
    }

    /// [audio-thread] The chain has panicked.
    pub(crate) fn tear(&mut self) {
        self.state = State::Broken;
    }

    /// [audio-thread] A new chain has come: it takes over when it has seen as much of the input as it delays.
    pub(crate) fn mend(&mut self) {
        self.state = State::Filling(self.latency);
    }

    /// [audio-thread] Forgets the input.
    pub(crate) fn reset(&mut self) {
        self.valid = 0;
        if let State::Filling(_) = self.state {
            self.state = State::Whole;
        }
    }

    /// [audio-thread] Takes a block before it is processed in place.
    pub(crate) fn take(&mut self, channels: &[&mut [f32]]) {
        let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or_default();
        let Some(length) = self.rings.first().map(Vec::len) else { return };
        // A block that is longer than was agreed on keeps its end.
        let skipped = frames.saturating_sub(length);
        for (ring, channel) in self.rings.iter_mut().zip(channels) {
            let block = &channel[skipped..frames];
            let at = self.taken.wrapping_add(skipped) & (length - 1);
            let first = block.len().min(length - at);
            ring[at..at + first].copy_from_slice(&block[..first]);
            ring[..block.len() - first].copy_from_slice(&block[first..]);
        }
        self.taken = self.taken.wrapping_add(frames);
        self.valid = self.valid.saturating_add(frames);
    }

    /// [audio-thread] After a block was taken and processed: puts the late input in its place if the chain is not to be heard.
    pub(crate) fn give(&mut self, channels: &mut [&mut [f32]]) {
        let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or_default();
        match self.state {
            State::Whole => return,
            State::Broken => {}
            State::Filling(left) if left > frames => self.state = State::Filling(left - frames),
            // The block within which the delays get full is still the net's: it is the same to the last bit wherever the
            // chain is neutral, and a crossing within a block would be heard no less.
            State::Filling(_) => self.state = State::Whole,
        }
        let late = frames + self.latency;
        for (ring, channel) in self.rings.iter().zip(channels) {
            let (length, start) = (ring.len(), self.taken.wrapping_sub(late));
            for (n, sample) in channel.iter_mut().enumerate() {
                // Frames since the one that is due: older ones than the ring holds, or than the last reset, are silence.
                let age = late - n.min(late);
                let known = age <= length && age <= self.valid;
                let due = if known { ring[start.wrapping_add(n) & (length - 1)] } else { 0.0 };
                *sample = if due.is_finite() { due } else { 0.0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(net: &mut Net, blocks: &[usize], from: usize) -> (Vec<f32>, Vec<f32>) {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        for frames in blocks {
            let start = from + input.len();
            let mut left: Vec<f32> = (start..start + frames).map(|n| n as f32 + 0.25).collect();
            let mut right: Vec<f32> = left.iter().map(|x| -x).collect();
            input.extend_from_slice(&left);
            net.take(&[&mut left, &mut right]);
            // A chain that breaks off half-way.
            left[..frames / 2].fill(7.0);
            net.give(&mut [&mut left, &mut right]);
            if net.is_broken() {
                assert!(left.iter().zip(&right).all(|(left, right)| *left == -right));
            }
            output.extend_from_slice(&left);
        }
        (input, output)
    }

    #[test]
    fn the_input_comes_late_by_the_latency_bit_for_bit_in_any_blocks() {
        for (latency, blocks) in
            [(0, &[64; 8][..]), (100, &[64; 8]), (369, &[1, 7, 64, 33, 64, 64, 2, 64, 64, 64, 64])]
        {
            let mut net = Net::new(latency, 64);
            net.tear();
            let (input, output) = pass(&mut net, blocks, 0);
            assert!(output[..latency].iter().all(|x| *x == 0.0));
            assert_eq!(output[latency..], input[..input.len() - latency], "{latency}");
        }
    }

    #[test]
    fn what_was_before_a_reset_is_silence() {
        let mut net = Net::new(50, 64);
        net.tear();
        pass(&mut net, &[64, 64], 0);
        net.reset();
        let (input, output) = pass(&mut net, &[64, 64], 500);
        assert!(output[..50].iter().all(|x| *x == 0.0));
        assert_eq!(output[50..], input[..78]);
    }

    #[test]
    fn a_whole_chain_is_let_alone_and_a_new_one_takes_over_when_it_is_full() {
        let mut net = Net::new(100, 64);
        assert_eq!(pass(&mut net, &[64], 0).1[..32], [7.0; 32]);
        net.tear();
        net.mend();
        assert!(!net.is_broken());
        let output = pass(&mut net, &[64, 64, 64], 64).1;
        assert!(output[..128].iter().all(|x| *x != 7.0), "the net's, until 100 frames are in");
        assert_eq!(output[128..160], [7.0; 32], "the chain's");
    }

    #[test]
    fn no_block_is_too_long_and_no_sample_too_bad() {
        let mut net = Net::new(10, 16);
        net.tear();
        let (mut left, mut right) = (vec![f32::NAN; 1000], vec![f32::INFINITY; 1000]);
        net.take(&[&mut left, &mut right]);
        net.give(&mut [&mut left, &mut right]);
        assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        net.take(&[]);
        net.give(&mut []);
    }

    #[test]
    #[cfg(not(debug_assertions))]
    fn a_panic_is_caught() {
        assert!(caught(|| {}));
        assert!(!caught(|| panic!("on purpose")));
    }
}
