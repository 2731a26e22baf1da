//! The clip whose error lies where the programme masks it ([`super::super::best`]), as a stream.
//!
//! ```text
//! hops      committed | free ... free | what comes
//! moments   [--------- 0 ---------]
//!                     [--- 1 ---] ... [--- last ---]
//! ```
//!
//! The last hops are free; while the next one comes in, a fixed number of iterations is done on them, some in each control period, and
//! the oldest is committed. Error and momentum are carried on from hop to hop (with a momentum of 0.9, in place of FISTA's, which would
//! begin anew), so that each hop is iterated as often as it is free: eight iterations a hop are nearly what a hundred are on the
//! whole. The moment that reaches into what comes has the weights of the one before.
//!
//! Left and right are one complex signal ([`super::bins`]).

use super::super::best::mask::Mask;
use super::bins::{LANES, Lanes, Weights, flat, flat_mut, weigh_bins};
use crate::processor::Frame;
use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Momentum: 0.8 is 0.4 dB worse, 0.93 not better.
const MOMENTUM: f32 = 0.9;
/// A bound is lowered where the waveform passes it by this factor between the samples, and at most to [`LOWEST_BOUND`].
const OVER: f32 = 1.001;
/// See [`OVER`].
const LOWEST_BOUND: f32 = 0.8;
/// Hops behind the free ones whose overs still matter: as far as an error spreads.
const BEHIND: usize = 2;
/// Keeps a step finite where nothing weighs.
const TINY: f32 = 1e-30;

/// The committed hop, the free ones, and a hop of zeros for what comes.
struct Window {
    x: Vec<Complex<f32>>,
    bounds: Vec<Frame32>,
    error: Vec<Complex<f32>>,
    /// Where the next step begins: beyond the error by the momentum.
    ahead: Vec<Complex<f32>>,
}

/// Left and right.
type Frame32 = [f32; 2];

/// The clip; see the module.
pub struct Clip {
    hop: usize,
    free: usize,
    iterations: usize,
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    mask: Mask,
    /// Windows, twice for each frame: for left and right.
    hann: Vec<f32>,
    sine: Vec<f32>,
    window: Window,
    gradient: Vec<Complex<f32>>,
    steps: Vec<Frame32>,
    /// For each moment the [`Weights`] of its bins from 0 to half the length.
    weights: Vec<Weights>,
    /// Highest weight of each channel in each moment.
    highest: Vec<Frame32>,
    buffer: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    spectra: [Vec<Complex<f32>>; 2],
    channel_weights: [Vec<f32>; 2],
    /// The hop that comes in.
    incoming: Vec<Complex<f32>>,
    incoming_bounds: Vec<Frame32>,
    incoming_over: [bool; 2],
    /// The hop that goes out.
    outgoing: Vec<Complex<f32>>,
    /// Hops since each channel was over its bound, in the hop that came in last.
    age: [usize; 2],
    active: [bool; 2],
    was_active: bool,
    next_unit: usize,
    #[cfg(target_arch = "x86_64")]
    avx2: bool,
}

impl Clip {
    /// With transforms of `length` frames, `free` hops of half of it, and `iterations` for each. Allocates.
    pub fn new(length: usize, free: usize, iterations: usize, rate: f64) -> Self {
        let hop = length / 2;
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let phase = |n: usize| (n as f64 + 0.5) / length as f64;
        let twice = |window: &dyn Fn(usize) -> f64| -> Vec<f32> {
            (0..2 * length).map(|n| window(n / 2) as f32).collect()
        };
        let zeros = |length: usize| vec![Complex::new(0.0f32, 0.0); length];
        let scratch = forward.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        let all = (free + 2) * hop;
        Self {
            hop,
            free,
            iterations,
            mask: Mask::new(length, rate),
            hann: twice(&|n| 0.5 - 0.5 * crate::blocks::math::cos(TAU * phase(n))),
            sine: twice(&|n| crate::blocks::math::sin(PI * phase(n))),
            window: Window {
                x: zeros(all),
                bounds: vec![[0.0; 2]; all],
                error: zeros(all),
                ahead: zeros(all),
            },
            gradient: zeros(all),
            steps: vec![[0.0; 2]; all],
            weights: vec![
                Weights { own: vec![0.0; 2 * hop + 2], mirrored: vec![0.0; 2 * hop + 2] };
                free + 1
            ],
            highest: vec![[0.0; 2]; free + 1],
            buffer: zeros(length),
            scratch: zeros(scratch),
            spectra: [zeros(hop + 1), zeros(hop + 1)],
            channel_weights: [vec![0.0; hop + 1], vec![0.0; hop + 1]],
            incoming: zeros(hop),
            incoming_bounds: vec![[0.0; 2]; hop],
            incoming_over: [false; 2],
            outgoing: zeros(hop),
            age: [usize::MAX / 2; 2],
            active: [false; 2],
            was_active: false,
            next_unit: 0,
            forward,
            inverse,
            #[cfg(target_arch = "x86_64")]
            avx2: std::arch::is_x86_feature_detected!("avx2"),
        }
    }

    /// Delay in frames from a frame to its error.
    pub fn delay(&self) -> usize {
        (self.free + 1) * self.hop
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        let zero = Complex::new(0.0, 0.0);
        let window = &mut self.window;
        for values in
            [&mut window.x, &mut window.error, &mut window.ahead, &mut self.outgoing, &mut self.incoming]
        {
            values.fill(zero);
        }
        window.bounds.fill([0.0; 2]);
        self.incoming_bounds.fill([0.0; 2]);
        for weights in &mut self.weights {
            weights.own.fill(0.0);
            weights.mirrored.fill(0.0);
        }
        self.highest.fill([0.0; 2]);
        (self.incoming_over, self.age) = ([false; 2], [usize::MAX / 2; 2]);
        (self.active, self.was_active, self.next_unit) = ([false; 2], false, 0);
    }

    /// Takes frame `n` of the hop that comes in, the level of its waveform, and the bound; gives the error of the frame [`Clip::delay`] earlier.
    #[inline]
    pub fn tick(&mut self, n: usize, x: Frame, level: Frame, bound: f64) -> Frame {
        let error = self.outgoing[n];
        let sample = [x[0] as f32, x[1] as f32];
        let mut bounds = [bound as f32; 2];
        for c in 0..2 {
            let level = level[c] as f32;
            // Beside a peak between the samples, as much lower as it passes them.
            let sampled = sample[c].abs().max(bounds[c]);
            if level > OVER * sampled {
                bounds[c] = (bounds[c] * sampled / level).max(LOWEST_BOUND * bounds[c]);
            }
            self.incoming_over[c] |= sample[c].abs() > bounds[c];
        }
        self.incoming[n] = Complex::new(sample[0], sample[1]);
        self.incoming_bounds[n] = bounds;
        [f64::from(error.re), f64::from(error.im)]
    }

    /// Ends a hop: the oldest free one goes out, the one that came in is free.
    pub fn finish_hop(&mut self) {
        self.run_units(usize::MAX);
        let (hop, free) = (self.hop, self.free);
        self.outgoing.copy_from_slice(&self.window.error[hop..2 * hop]);
        // What is committed stays where it is for the next ones.
        let window = &mut self.window;
        window.ahead.copy_within(hop..(free + 1) * hop, 0);
        window.ahead[..hop].copy_from_slice(&self.outgoing);
        window.error.copy_within(hop..(free + 1) * hop, 0);
        window.x.copy_within(hop..(free + 1) * hop, 0);
        window.bounds.copy_within(hop..(free + 1) * hop, 0);
        let newest = free * hop;
        window.x[newest..newest + hop].copy_from_slice(&self.incoming);
        window.bounds[newest..newest + hop].copy_from_slice(&self.incoming_bounds);
        for n in newest..newest + hop {
            // Plainly clipped.
            let (x, bounds) = (window.x[n], window.bounds[n]);
            let error = Complex::new(
                x.re.clamp(-bounds[0], bounds[0]) - x.re,
                x.im.clamp(-bounds[1], bounds[1]) - x.im,
            );
            (window.error[n], window.ahead[n]) = (error, error);
        }
        for c in 0..2 {
            self.age[c] = if self.incoming_over[c] { 0 } else { self.age[c] + 1 };
            self.active[c] = self.age[c] < self.free + BEHIND;
        }
        self.incoming_over = [false; 2];
        self.next_unit = 0;
    }

    /// Pieces of work of a hop.
    fn units(&self) -> usize {
        1 + self.iterations * (self.free + 1)
    }

    /// Does the work that is due in control period `period` of `periods` in a hop.
    pub fn work(&mut self, period: usize, periods: usize) {
        self.run_units((period + 1) * self.units() / periods);
    }

    fn run_units(&mut self, end: usize) {
        let end = end.min(self.units());
        while self.next_unit < end {
            let unit = self.next_unit;
            self.next_unit += 1;
            #[cfg(target_arch = "x86_64")]
            if self.avx2 {
                // SAFETY: the CPU has AVX2, as `new` found out.
                unsafe { self.run_unit_avx2(unit) };
                continue;
            }
            self.run_unit(unit);
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn run_unit_avx2(&mut self, unit: usize) {
        self.run_unit(unit);
    }

    #[inline(always)]
    fn run_unit(&mut self, unit: usize) {
        if unit == 0 {
            self.begin();
        } else if self.active != [false; 2] {
            self.iterate((unit - 1) % (self.free + 1));
        }
    }

    /// Weighs the newest moment and sets the step of each frame.
    #[inline(always)]
    fn begin(&mut self) {
        let is_active = self.active != [false; 2];
        if is_active && !self.was_active {
            // Nothing was iterated: the older moments' weights are not there.
            let length = (self.free + 1) * self.hop;
            self.window.ahead[..length].copy_from_slice(&self.window.error[..length]);
            (0..self.free).for_each(|moment| self.weigh(moment));
        } else if is_active {
            self.weights.rotate_left(1);
            self.highest.rotate_left(1);
            self.weigh(self.free - 1);
        }
        self.was_active = is_active;
        if !is_active {
            return;
        }
        let (known, last) = self.weights.split_at_mut(self.free);
        last[0].own.copy_from_slice(&known[self.free - 1].own);
        last[0].mirrored.copy_from_slice(&known[self.free - 1].mirrored);
        self.highest[self.free] = self.highest[self.free - 1];
        let hop = self.hop;
        for n in hop..(self.free + 1) * hop {
            let (moment, at) = (n / hop, n % hop);
            let (falling, rising) = (self.sine[2 * (hop + at)], self.sine[2 * at]);
            let (older, newer) = (self.highest[moment - 1], self.highest[moment]);
            for c in 0..2 {
                let most = older[c] * falling * falling + newer[c] * rising * rising;
                self.steps[n][c] = 1.0 / (TINY + most);
            }
        }
    }

    /// Finds the weights of a moment.
    #[inline(always)]
    fn weigh(&mut self, moment: usize) {
        let (length, hop) = (2 * self.hop, self.hop);
        let x = flat(&self.window.x[moment * hop..moment * hop + length]);
        for ((value, x), window) in flat_mut(&mut self.buffer).iter_mut().zip(x).zip(&self.hann) {
            *value = x * window;
        }
        self.forward.process_with_scratch(&mut self.buffer, &mut self.scratch);
        let [left, right] = &mut self.spectra;
        for k in 0..=hop {
            let (z, mirror) = (self.buffer[k], self.buffer[(length - k) % length].conj());
            left[k] = (z + mirror) * 0.5;
            right[k] = (z - mirror) * 0.5;
        }
        let [of_left, of_right] = &mut self.channel_weights;
        self.highest[moment] = [self.mask.weigh(left, of_left), self.mask.weigh(right, of_right)];
        let scale = 0.5 / length as f32;
        let weights = &mut self.weights[moment];
        let pairs = weights.own.chunks_exact_mut(2).zip(weights.mirrored.chunks_exact_mut(2));
        for ((own, mirrored), (left, right)) in pairs.zip(of_left.iter().zip(of_right.iter())) {
            own.fill(scale * (left + right));
            let difference = scale * (left - right);
            mirrored.copy_from_slice(&[difference, -difference]);
        }
    }

    /// One moment's share of an iteration; after the last the step is taken.
    #[inline(always)]
    fn iterate(&mut self, moment: usize) {
        let (length, hop) = (2 * self.hop, self.hop);
        if moment == 0 {
            self.gradient.fill(Complex::new(0.0, 0.0));
        }
        let ahead = flat(&self.window.ahead[moment * hop..moment * hop + length]);
        for ((value, ahead), window) in flat_mut(&mut self.buffer).iter_mut().zip(ahead).zip(&self.sine) {
            *value = ahead * window;
        }
        self.forward.process_with_scratch(&mut self.buffer, &mut self.scratch);
        weigh_bins(flat_mut(&mut self.buffer), &self.weights[moment]);
        self.inverse.process_with_scratch(&mut self.buffer, &mut self.scratch);
        let gradient = flat_mut(&mut self.gradient[moment * hop..moment * hop + length]);
        for ((gradient, value), window) in gradient.iter_mut().zip(flat(&self.buffer)).zip(&self.sine) {
            *gradient += value * window;
        }
        if moment == self.free {
            self.step();
        }
    }

    /// A projected step of the free hops.
    #[inline(always)]
    fn step(&mut self) {
        let free = self.hop..(self.free + 1) * self.hop;
        let window = &mut self.window;
        // A channel that nothing is to be done in keeps its bits.
        let [left, right] = self.active.map(|active| if active { 1.0 } else { 0.0 });
        let heard: Lanes = [left, right, left, right, left, right, left, right];
        let (error, _) = flat_mut(&mut window.error[free.clone()]).as_chunks_mut();
        let (ahead, _) = flat_mut(&mut window.ahead[free.clone()]).as_chunks_mut();
        let (x, _) = flat(&window.x[free.clone()]).as_chunks();
        let (bounds, _) = window.bounds[free.clone()].as_flattened().as_chunks();
        let (gradient, _) = flat(&self.gradient[free.clone()]).as_chunks();
        let (steps, _) = self.steps[free].as_flattened().as_chunks();
        let moving = error.iter_mut().zip(ahead).zip(gradient.iter().zip(steps));
        for (((error, ahead), (gradient, steps)), (x, bounds)) in moving.zip(x.iter().zip(bounds)) {
            let (error, ahead): (&mut Lanes, &mut Lanes) = (error, ahead);
            let (gradient, steps): (&Lanes, &Lanes) = (gradient, steps);
            let (x, bounds): (&Lanes, &Lanes) = (x, bounds);
            for lane in 0..LANES {
                let moved = x[lane] + (ahead[lane] - gradient[lane] * steps[lane]);
                let new = (clip(moved, bounds[lane]) - x[lane]) * heard[lane];
                ahead[lane] = new + (new - error[lane]) * MOMENTUM;
                error[lane] = new;
            }
        }
    }
}

/// `x` held within `bound`, as two instructions.
#[inline(always)]
fn clip(x: f32, bound: f32) -> f32 {
    let low = if x > -bound { x } else { -bound };
    if low < bound { low } else { bound }
}
