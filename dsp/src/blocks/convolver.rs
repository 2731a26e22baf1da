//! Convolution of a stereo signal with long kernels at a flat cost per control period.
//!
//! Uniformly partitioned overlap-save: the kernel in P partitions of B taps, each as the spectrum of 2 B points, meets the
//! spectra of the last P blocks of input (W. G. Gardner, "Efficient Convolution without Input-Output Delay", JAES 43(3), 1995,
//! section 2). A block of input is transformed, multiplied and transformed back during the B frames after it, a share in each
//! control period, and heard in the B frames after those: a delay of 2 B frames to the kernel's first tap.
//!
//! A new kernel takes over in 3 B frames: the output is that of the last three kernels, one a block, weighted by the quadratic
//! B-spline ((1 - t)^2 / 2, 1/2 + t - t^2, t^2 / 2). Value and slope are continuous, so that a sweep leaves images of the block's
//! rate at -100 dB where a linear crossfade leaves -80.

use crate::processor::{Block, CONTROL_PERIOD, Frame};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::ops::Range;
use std::sync::Arc;

/// Taps of a kernel per partition.
pub const PARTITIONS: usize = 16;

/// Fewest taps: two control periods for each pair of transforms, and four for the products.
pub const LEAST_TAPS: usize = 8 * CONTROL_PERIOD * PARTITIONS;

/// A path through a kernel: which channel it reads, which it adds to, and by which of the kernel's responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Channel that is read.
    pub from: usize,
    /// Channel that is added to.
    pub to: usize,
    /// Index of the impulse response.
    pub response: usize,
}

/// A spectrum with its parts in arrays of their own, which the inner loop can run in lanes.
#[derive(Debug, Clone, Default)]
struct Spectrum {
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Spectrum {
    fn new(bins: usize) -> Self {
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }

    fn fill_zero(&mut self, bins: Range<usize>) {
        self.re[bins.clone()].fill(0.0);
        self.im[bins].fill(0.0);
    }

    fn copy_from(&mut self, bins: &[Complex<f64>]) {
        for ((re, im), bin) in self.re.iter_mut().zip(&mut self.im).zip(bins) {
            (*re, *im) = (bin.re, bin.im);
        }
    }

    fn copy_to(&self, bins: &mut [Complex<f64>]) {
        for ((bin, re), im) in bins.iter_mut().zip(&self.re).zip(&self.im) {
            *bin = Complex::new(*re, *im);
        }
    }

    /// Adds the product of `x` and `h` in a range of bins.
    fn add_product(&mut self, x: &Self, h: &Self, bins: Range<usize>) {
        let (re, im) = (&mut self.re[bins.clone()], &mut self.im[bins.clone()]);
        let (x_re, x_im) = (&x.re[bins.clone()], &x.im[bins.clone()]);
        let (h_re, h_im) = (&h.re[bins.clone()], &h.im[bins]);
        for n in 0..re.len() {
            re[n] += x_re[n] * h_re[n] - x_im[n] * h_im[n];
            im[n] += x_re[n] * h_im[n] + x_im[n] * h_re[n];
        }
    }
}

/// Impulse responses made ready for a [`Convolver`], and the routes through them. Without routes it is silence.
#[derive(Debug, Clone, Default)]
pub struct Kernel {
    responses: Vec<Vec<Spectrum>>,
    routes: Vec<Route>,
}

/// Makes [`Kernel`]s; holds the transform.
pub struct KernelMaker {
    forward: Arc<dyn RealToComplex<f64>>,
    taps: usize,
}

impl KernelMaker {
    /// For kernels of `taps` taps, a power of two.
    pub fn new(taps: usize) -> Self {
        Self { forward: RealFftPlanner::new().plan_fft_forward(2 * taps / PARTITIONS), taps }
    }

    /// The kernel of impulse responses of as many taps as the maker is for. Allocates.
    pub fn kernel(&self, responses: &[Vec<f64>], routes: Vec<Route>) -> Kernel {
        let block = self.taps / PARTITIONS;
        let mut time = self.forward.make_input_vec();
        let mut bins = self.forward.make_output_vec();
        let partitioned = |response: &Vec<f64>| {
            let partition = |taps: &[f64]| {
                time.fill(0.0);
                for (time, tap) in time.iter_mut().zip(taps) {
                    // The transforms there and back multiply by 2 B.
                    *time = tap / (2 * block) as f64;
                }
                let mut spectrum = Spectrum::new(bins.len());
                // The lengths are the plan's own: nothing can fail.
                if self.forward.process(&mut time, &mut bins).is_ok() {
                    spectrum.copy_from(&bins);
                }
                spectrum
            };
            response.chunks(block).map(partition).collect()
        };
        Kernel { responses: responses.iter().map(partitioned).collect(), routes }
    }
}

/// Kernels that sound together while they change.
const SPLINE: usize = 3;

/// Products of one kernel with the input, and the samples that they become.
#[derive(Debug, Clone, Default)]
struct Branch {
    sums: [Spectrum; 2],
    output: [Vec<f64>; 2],
}

/// The convolver; see the module.
pub struct Convolver {
    block: usize,
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
    offset: usize,
    branches: [Branch; SPLINE],
    /// The kernels that sound, one that has served, and room for one to come.
    kernels: [Option<Box<Kernel>>; SPLINE + 1],
    /// Which of them sound in this cycle, the newest last.
    sequence: [usize; SPLINE],
    waiting: Option<Box<Kernel>>,
}

impl Convolver {
    /// For kernels of `taps` taps: a power of two, at least [`LEAST_TAPS`]. Silent at first. Allocates.
    pub fn new(taps: usize) -> Self {
        debug_assert!(taps.is_power_of_two() && taps >= LEAST_TAPS, "{taps} taps");
        let block = taps / PARTITIONS;
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(2 * block);
        let inverse = planner.plan_fft_inverse(2 * block);
        let channels = || [vec![0.0; block], vec![0.0; block]];
        let spectra = || [Spectrum::new(block + 1), Spectrum::new(block + 1)];
        Self {
            block,
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
            offset: 0,
            branches: [(); SPLINE].map(|()| Branch { sums: spectra(), output: channels() }),
            kernels: [Some(Box::default()), None, None, None],
            sequence: [0; SPLINE],
            waiting: None,
        }
    }

    /// Delay in frames to the kernel's first tap.
    pub fn latency_samples(&self) -> usize {
        2 * self.block
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
        (self.newest, self.offset) = (0, 0);
        self.sequence = [self.sequence[SPLINE - 1]; SPLINE];
    }

    /// Whether [`Convolver::offer`] would take a kernel.
    pub fn is_free(&self) -> bool {
        self.waiting.is_none() && self.kernels.iter().any(Option::is_none)
    }

    /// Whether the next block begins a new cycle, in which a kernel that is offered now comes into force.
    pub fn begins_cycle(&self) -> bool {
        self.offset == 0
    }

    /// Gives a kernel that takes over with the next cycle; call only if [`Convolver::is_free`].
    pub fn offer(&mut self, kernel: Box<Kernel>) {
        debug_assert!(self.is_free(), "a kernel is already waiting");
        self.waiting = Some(kernel);
    }

    /// Puts a kernel that was offered in force at once, before the first block.
    pub fn snap(&mut self) {
        self.sequence = [self.take_waiting(); SPLINE];
    }

    /// A kernel that is no longer needed, to be freed elsewhere.
    pub fn take_retired(&mut self) -> Option<Box<Kernel>> {
        let served =
            (0..self.kernels.len()).find(|n| self.kernels[*n].is_some() && !self.sequence.contains(n))?;
        self.kernels[served].take()
    }

    /// The place of the kernel that waits, or of the newest.
    fn take_waiting(&mut self) -> usize {
        let newest = self.sequence[SPLINE - 1];
        match self.kernels.iter().position(Option::is_none) {
            Some(empty) if self.waiting.is_some() => {
                self.kernels[empty] = self.waiting.take();
                empty
            }
            _ => newest,
        }
    }

    /// The branches that are computed in this cycle, with their kernels: one for each kernel that sounds.
    fn sounding(&self) -> [Option<usize>; SPLINE] {
        let sequence = self.sequence;
        std::array::from_fn(|n| (!sequence[n + 1..].contains(&sequence[n])).then_some(sequence[n]))
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
        }
    }

    /// This control period's share of a cycle: transforms at both ends, products in between.
    fn work(&mut self) {
        let steps = self.block / CONTROL_PERIOD;
        let step = self.offset / CONTROL_PERIOD;
        if step == 0 {
            self.begin_cycle();
        }
        match step {
            0 | 1 => self.transform_input(step),
            _ if step + 2 >= steps => self.transform_output(step + 2 - steps),
            _ => {
                let bin = |step: usize| (self.block + 1) * step / (steps - 4);
                self.multiply(bin(step - 2)..bin(step - 1));
            }
        }
    }

    fn begin_cycle(&mut self) {
        self.play();
        let newest = self.take_waiting();
        self.sequence.rotate_left(1);
        self.sequence[SPLINE - 1] = newest;
        std::mem::swap(&mut self.before, &mut self.collected);
        std::mem::swap(&mut self.collected, &mut self.collecting);
        self.newest = (self.newest + PARTITIONS - 1) % PARTITIONS;
    }

    /// What the last cycle made is heard now.
    fn play(&mut self) {
        let [oldest, middle, newest] = &self.branches;
        let sounding = self.sounding();
        for c in 0..2 {
            let playing = &mut self.playing[c];
            match sounding {
                [None, None, _] => playing.copy_from_slice(&newest.output[c]),
                _ => {
                    // A kernel that sounds twice was computed at its last place.
                    let middle = if sounding[1].is_some() { middle } else { newest };
                    let oldest = if sounding[0].is_some() { oldest } else { middle };
                    let step = 1.0 / self.block as f64;
                    for (n, playing) in playing.iter_mut().enumerate() {
                        let t = (n as f64 + 0.5) * step;
                        let weights = [0.5 * (1.0 - t) * (1.0 - t), 0.5 + t - t * t, 0.5 * t * t];
                        *playing = weights[0] * oldest.output[c][n]
                            + weights[1] * middle.output[c][n]
                            + weights[2] * newest.output[c][n];
                    }
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
        let sounding = self.sounding();
        for (branch, kernel) in self.branches.iter_mut().zip(sounding) {
            let Some(kernel) = kernel.and_then(|n| self.kernels[n].as_ref()) else { continue };
            branch.sums.iter_mut().for_each(|sum| sum.fill_zero(bins.clone()));
            for route in &kernel.routes {
                for (age, h) in kernel.responses[route.response].iter().enumerate() {
                    let x = &self.history[(self.newest + age) % PARTITIONS][route.from];
                    branch.sums[route.to].add_product(x, h, bins.clone());
                }
            }
        }
    }

    fn transform_output(&mut self, channel: usize) {
        let sounding = self.sounding();
        for (branch, kernel) in self.branches.iter_mut().zip(sounding) {
            let Some(kernel) = kernel.and_then(|n| self.kernels[n].as_ref()) else { continue };
            if kernel.routes.is_empty() {
                branch.output[channel].fill(0.0);
                continue;
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::for_each_block;

    #[test]
    fn convolves_as_by_definition_through_both_routes() {
        let taps = LEAST_TAPS;
        let response =
            |seed: usize| (0..taps).map(|n| ((n * seed) as f64).sin() / (1 + n) as f64).collect::<Vec<_>>();
        let responses = [response(3), response(7)];
        let routes = vec![
            Route { from: 0, to: 0, response: 0 },
            Route { from: 1, to: 0, response: 1 },
            Route { from: 1, to: 1, response: 0 },
        ];
        let mut convolver = Convolver::new(taps);
        convolver.offer(Box::new(KernelMaker::new(taps).kernel(&responses, routes)));
        convolver.snap();
        let input: Vec<Frame> =
            (0..12_000).map(|n| [(n as f64 * 0.7).sin(), (n as f64 * n as f64 * 0.01).cos()]).collect();
        let (mut frames, mut output) = (input.clone(), Vec::new());
        for_each_block(&mut frames, 0, |block| {
            let mut y = [[0.0; 2]; CONTROL_PERIOD];
            convolver.process(block, &mut y[..block.frames.len()]);
            output.extend_from_slice(&y[..block.frames.len()]);
        });
        let latency = convolver.latency_samples();
        for n in (0..12_000 - latency).step_by(97) {
            let by_definition = |channel: usize, response: &[f64]| -> f64 {
                (0..taps.min(n + 1)).map(|k| response[k] * input[n - k][channel]).sum()
            };
            let left = by_definition(0, &responses[0]) + by_definition(1, &responses[1]);
            let right = by_definition(1, &responses[0]);
            let found = output[n + latency];
            assert!((found[0] - left).abs() < 1e-12 && (found[1] - right).abs() < 1e-12, "frame {n}");
        }
    }
}
