//! Convolution of a stereo signal with long kernels at a flat cost per control period.
//!
//! Uniformly partitioned overlap-save: the kernel in P partitions of B taps, each as the spectrum of 2 B points, meets the
//! spectra of the last P blocks of input (W. G. Gardner, "Efficient Convolution without Input-Output Delay", JAES 43(3), 1995,
//! section 2). A block of input is transformed, multiplied and transformed back during the B frames after it, a share in each
//! control period, and heard in the B frames after those: a delay of 2 B frames to the kernel's first tap.
//!
//! A new kernel takes over from any frame on, in 2 D frames, along the integral S of the linear B-spline: with the kernels 0, 1, 2 ...
//! from the frames T_1, T_2 ... on, at least D apart, D being a multiple of B,
//!
//! ```text
//! y = y_0 + sum S((t - T_k) / D) (y_k - y_k-1),   S(u) = u^2 / 2 to u = 1, then 1 - (2 - u)^2 / 2
//! ```
//!
//! Value and slope are continuous, so that a sweep leaves images of the kernels' rate at -100 dB where a linear crossfade leaves -80.
//! Within a block that is at most four kernels, each a branch of products and transforms of its own; at rest it is one.

mod kernel;

use crate::processor::{Block, CONTROL_PERIOD, Frame};
use kernel::Spectrum;
pub use kernel::{Kernel, KernelWriter, RESPONSES, Route};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::ops::Range;
use std::sync::Arc;

/// Taps of a kernel per partition.
pub const PARTITIONS: usize = 16;

/// Transforms back in a block: for two channels of each kernel.
const TRANSFORMS_BACK: usize = 2 * BRANCHES;

/// Fewest taps: two control periods for each pair of transforms, and four for the products.
pub const LEAST_TAPS: usize = 8 * CONTROL_PERIOD * PARTITIONS;

/// Kernels that sound together in a block, at most: one that was, and three that begin in it or in the two blocks before.
const BRANCHES: usize = 4;

/// Kernels that there are: those that sound, and one that is being made.
const KERNELS: usize = BRANCHES + 1;

/// Products of one kernel with the input, and the samples that they become.
#[derive(Debug, Clone, Default)]
struct Branch {
    sums: [Spectrum; 2],
    output: [Vec<f64>; 2],
}

/// A kernel and the frame from which it takes over.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    kernel: usize,
    start: u64,
}

/// The kernels of a block, in order.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    parts: [Part; BRANCHES],
    count: usize,
}

impl Score {
    fn parts(&self) -> &[Part] {
        &self.parts[..self.count]
    }

    /// Leaves out what has been taken over from before `frame`.
    fn forget_before(&mut self, frame: u64, change: u64) {
        while self.count > 1 && self.parts[1].start + change <= frame {
            self.parts.copy_within(1.., 0);
            self.count -= 1;
        }
    }
}

/// The convolver; see the module.
pub struct Convolver {
    block: usize,
    /// Cycles of half a change: D of the module over B.
    pace: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    scratch: Vec<Complex<f64>>,
    time: Vec<f64>,
    bins: Vec<Complex<f64>>,
    /// Spectra of the last blocks of input, the newest at `newest`.
    history: Vec<[Spectrum; 2]>,
    newest: usize,
    /// The block under way, and the two before it.
    collecting: [Vec<f64>; 2],
    collected: [Vec<f64>; 2],
    before: [Vec<f64>; 2],
    playing: [Vec<f64>; 2],
    /// Frames since the last reset at which this cycle began, and those in it.
    cycle: u64,
    offset: usize,
    branches: [Branch; BRANCHES],
    kernels: [Box<Kernel>; KERNELS],
    /// What is computed in this cycle and heard in the next.
    score: Score,
    /// The kernel that is being made.
    spare: usize,
    coming: Option<u64>,
}

impl Convolver {
    /// For kernels of `taps` taps: a power of two, at least [`LEAST_TAPS`], that come at least `pace` cycles apart and take over in twice
    /// that. Silent at first. Allocates.
    pub fn new(taps: usize, pace: usize) -> Self {
        debug_assert!(taps.is_power_of_two() && taps >= LEAST_TAPS, "{taps} taps");
        let block = taps / PARTITIONS;
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(2 * block);
        let inverse = planner.plan_fft_inverse(2 * block);
        let channels = || [vec![0.0; block], vec![0.0; block]];
        let spectra = || [Spectrum::new(block + 1), Spectrum::new(block + 1)];
        Self {
            block,
            pace: pace.max(1),
            scratch: vec![Complex::default(); forward.get_scratch_len().max(inverse.get_scratch_len())],
            time: vec![0.0; 2 * block],
            bins: vec![Complex::default(); block + 1],
            forward,
            inverse,
            history: (0..PARTITIONS).map(|_| spectra()).collect(),
            newest: 0,
            collecting: channels(),
            collected: channels(),
            before: channels(),
            playing: channels(),
            cycle: 0,
            offset: 0,
            branches: [(); BRANCHES].map(|()| Branch { sums: spectra(), output: channels() }),
            kernels: [(); KERNELS].map(|()| Box::new(Kernel::new(taps))),
            score: Score { count: 1, ..Score::default() },
            spare: 1,
            coming: None,
        }
    }

    /// Delay in frames to the kernel's first tap.
    pub fn latency_samples(&self) -> usize {
        2 * self.block
    }

    /// Frames of a cycle, in which a block is made.
    pub fn cycle_frames(&self) -> usize {
        self.block
    }

    /// Forgets the audio; the newest kernel is in force.
    pub fn reset(&mut self) {
        for [left, right] in &mut self.history {
            left.fill_zero(0..self.block + 1);
            right.fill_zero(0..self.block + 1);
        }
        for channels in [&mut self.collecting, &mut self.collected, &mut self.before, &mut self.playing] {
            channels.iter_mut().for_each(|channel| channel.fill(0.0));
        }
        for branch in &mut self.branches {
            branch.output.iter_mut().for_each(|channel| channel.fill(0.0));
        }
        (self.newest, self.cycle, self.offset) = (0, 0, 0);
        if self.coming.take().is_some() {
            self.adopt(0);
        }
        self.score.parts[0] = Part { start: 0, ..self.score.parts[self.score.count - 1] };
        self.score.count = 1;
    }

    /// Whether the next block begins a new cycle.
    pub fn begins_cycle(&self) -> bool {
        self.offset == 0
    }

    /// The kernel that is to be written next. It is not heard before [`Convolver::start`] or [`Convolver::snap`].
    pub fn spare(&mut self) -> &mut Kernel {
        &mut self.kernels[self.spare]
    }

    /// Lets the spare kernel take over from an output frame on, counted from the last reset: one that the next cycle or a later one
    /// makes, and at least the pace after the last. Call where [`Convolver::begins_cycle`].
    pub fn start(&mut self, frame: u64) {
        self.coming = Some(frame);
    }

    /// Puts the spare kernel in force at once, before the first block.
    pub fn snap(&mut self) {
        self.score.count = 0;
        self.adopt(0);
    }

    /// Adds the spare kernel to the score and finds another one to be spare.
    fn adopt(&mut self, start: u64) {
        if self.score.count == BRANCHES {
            // Kernels at their pace never get here; if they did, the oldest would be cut short.
            self.score.parts.copy_within(1.., 0);
            self.score.count -= 1;
        }
        self.score.parts[self.score.count] = Part { kernel: self.spare, start };
        self.score.count += 1;
        let sounds = |n: &usize| self.score.parts().iter().any(|part| part.kernel == *n);
        self.spare = (0..KERNELS).find(|n| !sounds(n)).unwrap_or(0);
    }

    /// Takes in a block and gives the convolved one.
    pub fn process(&mut self, block: &Block, output: &mut [Frame]) {
        if block.starts_control_period() {
            self.work();
        }
        for (x, y) in block.frames.iter().zip(output) {
            self.collecting[0][self.offset] = x[0];
            self.collecting[1][self.offset] = x[1];
            *y = [self.playing[0][self.offset], self.playing[1][self.offset]];
            self.offset += 1;
        }
        if self.offset == self.block {
            self.offset = 0;
            self.cycle += self.block as u64;
        }
    }

    /// This control period's share of a cycle: transforms at both ends, products in between.
    fn work(&mut self) {
        let steps = self.block / CONTROL_PERIOD;
        let step = self.offset / CONTROL_PERIOD;
        // Where the cycle has room for it, transforms, which are long there, are two periods apart.
        let (apart, last) =
            if steps >= 4 * TRANSFORMS_BACK { (2, 2 * TRANSFORMS_BACK) } else { (1, steps / 4) };
        if step == 0 {
            self.begin_cycle();
        }
        if step < 2 * apart {
            if step.is_multiple_of(apart) {
                self.transform_input(step / apart);
            }
        } else if step + last >= steps {
            let first = |step: usize| TRANSFORMS_BACK * (step + last - steps) / last;
            (first(step)..first(step + 1)).for_each(|n| self.transform_output(n / 2, n % 2));
        } else {
            let bin = |step: usize| (self.block + 1) * (step - 2 * apart) / (steps - 2 * apart - last);
            self.multiply(bin(step)..bin(step + 1));
        }
    }

    fn begin_cycle(&mut self) {
        self.play();
        let block = self.block as u64;
        let heard = self.cycle + block;
        self.score.forget_before(heard, 2 * self.pace as u64 * block);
        if let Some(start) = self.coming.take() {
            self.adopt(start);
        }
        std::mem::swap(&mut self.before, &mut self.collected);
        std::mem::swap(&mut self.collected, &mut self.collecting);
        self.newest = (self.newest + PARTITIONS - 1) % PARTITIONS;
    }

    /// What the last cycle made is heard now.
    fn play(&mut self) {
        let step = 1.0 / (self.pace * self.block) as f64;
        let parts = self.score.parts();
        for c in 0..2 {
            let playing = &mut self.playing[c];
            playing.copy_from_slice(&self.branches[0].output[c]);
            for (k, part) in parts.iter().enumerate().skip(1) {
                let (from, to) = (&self.branches[k - 1].output[c], &self.branches[k].output[c]);
                // The first frame of the change that lies in this block, and how far the change is there.
                let first = part.start.saturating_sub(self.cycle) as usize;
                let gone = self.cycle as f64 - part.start as f64;
                for n in first.min(self.block)..self.block {
                    let share = share((gone + n as f64 + 0.5) * step);
                    // All of the new kernel is that kernel's bits.
                    playing[n] = if share == 1.0 { to[n] } else { playing[n] + share * (to[n] - from[n]) };
                }
            }
        }
    }

    fn transform_input(&mut self, channel: usize) {
        let (first, second) = self.time.split_at_mut(self.block);
        first.copy_from_slice(&self.before[channel]);
        second.copy_from_slice(&self.collected[channel]);
        // The lengths are the plan's own: nothing can fail.
        if self.forward.process_with_scratch(&mut self.time, &mut self.bins, &mut self.scratch).is_ok() {
            self.history[self.newest][channel].copy_from(&self.bins);
        }
    }

    fn multiply(&mut self, bins: Range<usize>) {
        for (branch, part) in self.branches.iter_mut().zip(self.score.parts()) {
            let kernel = &self.kernels[part.kernel];
            branch.sums.iter_mut().for_each(|sum| sum.fill_zero(bins.clone()));
            for route in kernel.routes() {
                for (age, h) in kernel.responses[route.response].iter().enumerate() {
                    let x = &self.history[(self.newest + age) % PARTITIONS][route.from];
                    branch.sums[route.to].add_product(x, h, bins.clone());
                }
            }
        }
    }

    fn transform_output(&mut self, branch: usize, channel: usize) {
        let (Some(part), branch) = (self.score.parts().get(branch), &mut self.branches[branch]) else {
            return;
        };
        if self.kernels[part.kernel].routes().is_empty() {
            branch.output[channel].fill(0.0);
            return;
        }
        branch.sums[channel].copy_to(&mut self.bins);
        // A real signal's spectrum is real at both ends.
        self.bins[0].im = 0.0;
        self.bins[self.block].im = 0.0;
        if self.inverse.process_with_scratch(&mut self.bins, &mut self.time, &mut self.scratch).is_ok() {
            branch.output[channel].copy_from_slice(&self.time[self.block..]);
        }
    }
}

/// S of the module: how far a change is, `u` times its pace after it began.
fn share(u: f64) -> f64 {
    if u < 1.0 {
        0.5 * u.max(0.0) * u.max(0.0)
    } else {
        let left = (2.0 - u).max(0.0);
        1.0 - 0.5 * left * left
    }
}

#[cfg(test)]
mod tests;
