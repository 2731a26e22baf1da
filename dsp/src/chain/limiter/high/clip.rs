//! The clip whose error lies where the programme masks it ([`super::super::best`]), as a stream.
//!
//! ```text
//! hops      committed | free ... free | what comes
//! moments   [--------- 0 ---------]
//!                     [--- 1 ---] ... [--- last ---]
//! ```
//!
//! The last hops are free; while the next one comes in, a fixed number of iterations is done on them, in pieces as its frames come, and
//! the oldest is committed. Error and momentum are carried on from hop to hop (with a momentum of 0.9, in place of FISTA's, which would
//! begin anew), so that each hop is iterated as often as it is free: eight iterations a hop are nearly what a hundred are on the
//! whole. The moment that reaches into what comes has the weights of the one before.
//!
//! Left and right are one complex signal ([`super::bins`]).

mod hop;

use super::super::best::mask::Mask;
use super::super::start::Start;
use super::bins::{Weights, flat, flat_mut, weigh_bins};
use crate::processor::Frame;
use hop::{Frame32, Hop, clip};
use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// A bound is lowered where the waveform passes it by this factor between the samples, and at most to [`LOWEST_BOUND`].
const OVER: f32 = 1.001;
/// See [`OVER`].
const LOWEST_BOUND: f32 = 0.8;
/// Hops behind the free ones whose overs still matter: as far as an error spreads.
const BEHIND: usize = 2;
/// Pieces of work before the iterations: where either channel begins, the newest moment's spectrum, either channel's mask, the steps.
const BEGINNING: usize = 6;
/// Reach of the gain that a hop begins with, as a share of it: 1 ms. With half of it the error is 0.3 dB higher, and attacks are
/// 0.03 dB sharper.
const START_REACH: f64 = 0.1875;
/// Keeps a step finite where nothing weighs.
const TINY: f32 = 1e-30;

/// The clip; see the module.
pub struct Clip {
    hop: usize,
    free: usize,
    iterations: usize,
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    mask: Mask,
    start: Start,
    /// Windows, twice for each frame: for left and right.
    hann: Vec<f32>,
    sine: Vec<f32>,
    /// The committed hop, which goes out, the free ones, and the one that comes in.
    hops: Vec<Hop>,
    /// For each moment but the last the [`Weights`] of its bins from 0 to half the length.
    weights: Vec<Weights>,
    /// Highest weight of each channel in those moments.
    highest: Vec<Frame32>,
    buffer: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    spectra: [Vec<Complex<f32>>; 2],
    channel_weights: [Vec<f32>; 2],
    incoming_over: [bool; 2],
    /// Hops since each channel was over its bound, in the hop that came in last.
    age: [usize; 2],
    active: [bool; 2],
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
        Self {
            hop,
            free,
            iterations,
            mask: Mask::new(length, rate),
            start: Start::new((START_REACH * hop as f64) as usize, hop),
            hann: twice(&|n| 0.5 - 0.5 * crate::blocks::math::cos(TAU * phase(n))),
            sine: twice(&|n| crate::blocks::math::sin(PI * phase(n))),
            hops: (0..free + 2).map(|_| Hop::new(hop)).collect(),
            weights: vec![Weights { own: vec![0.0; 2 * hop + 2], mirrored: vec![0.0; 2 * hop + 2] }; free],
            highest: vec![[0.0; 2]; free],
            buffer: zeros(length),
            scratch: zeros(scratch),
            spectra: [zeros(hop + 1), zeros(hop + 1)],
            channel_weights: [vec![0.0; hop + 1], vec![0.0; hop + 1]],
            incoming_over: [false; 2],
            age: [usize::MAX / 2; 2],
            active: [false; 2],
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
        self.hops.iter_mut().for_each(Hop::reset);
        for weights in &mut self.weights {
            weights.own.fill(0.0);
            weights.mirrored.fill(0.0);
        }
        self.highest.fill([0.0; 2]);
        (self.incoming_over, self.age) = ([false; 2], [usize::MAX / 2; 2]);
        (self.active, self.next_unit) = ([false; 2], 0);
    }

    /// Takes frame `n` of the hop that comes in, the level of its waveform, and the bound; gives the error of the frame [`Clip::delay`] earlier.
    #[inline]
    pub fn tick(&mut self, n: usize, x: Frame, level: Frame, bound: f64) -> Frame {
        let error = self.hops[0].error[n];
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
        // Until it begins it is plainly clipped.
        let clipped = |c: usize| sample[c].clamp(-bounds[c], bounds[c]) - sample[c];
        let plain = Complex::new(clipped(0), clipped(1));
        let incoming = &mut self.hops[self.free + 1];
        incoming.x[n] = Complex::new(sample[0], sample[1]);
        incoming.bounds[n] = bounds;
        (incoming.error[n], incoming.ahead[n]) = (plain, plain);
        [f64::from(error.re), f64::from(error.im)]
    }

    /// Ends a hop: the oldest free one goes out, the one that came in is free.
    pub fn finish_hop(&mut self) {
        self.hops.rotate_left(1);
        self.weights.rotate_left(1);
        self.highest.rotate_left(1);
        let was_active = self.active != [false; 2];
        for c in 0..2 {
            self.age[c] = if self.incoming_over[c] { 0 } else { self.age[c] + 1 };
            self.active[c] = self.age[c] < self.free + BEHIND;
        }
        if !was_active {
            // Momentum is of iterations that went before.
            for hop in &mut self.hops[1..=self.free] {
                hop.ahead.copy_from_slice(&hop.error);
            }
        }
        self.incoming_over = [false; 2];
        self.next_unit = 0;
    }

    /// Does the work that is due when `frames` of the hop have come in.
    pub fn advance(&mut self, frames: usize) {
        // A forward and an inverse transform for each moment of each iteration.
        let units = BEGINNING + 2 * self.iterations * (self.free + 1);
        let end = frames * units / self.hop;
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
        match unit {
            0 | 1 => self.begin(unit),
            2 => self.find_spectra(),
            3 | 4 => self.highest[self.free - 1][unit - 3] = self.weigh(unit - 3),
            5 => self.set_weights_and_steps(),
            _ if self.active == [false; 2] => {}
            _ => {
                let moment = (unit - BEGINNING) / 2 % (self.free + 1);
                if unit % 2 == BEGINNING % 2 { self.transform(moment) } else { self.descend(moment) }
            }
        }
    }

    /// Begins the newest hop of a channel. Peaks of the hop before reach into it, and its own back into that one.
    fn begin(&mut self, channel: usize) {
        if self.age[channel] > 1 {
            return;
        }
        let (before, rest) = self.hops.split_at_mut(self.free);
        let (before, newest) = (&mut before[self.free - 1], &mut rest[0]);
        let context = self.start.context();
        let tail = self.hop - context;
        let most = |(x, bounds): (&Complex<f32>, &Frame32)| {
            let (x, bound) = (part(*x, channel).abs(), bounds[channel]);
            if x > bound { bound / x } else { 1.0 }
        };
        let older = before.x.iter().zip(&before.bounds).skip(tail).map(most);
        let own = newest.x.iter().zip(&newest.bounds).map(most);
        let known = older.chain(own).chain(std::iter::repeat_n(1.0, context));
        let turned_down = |x: f32, bound: f32, lacks: f32| clip(x - lacks * x, bound) - x;
        let (error, ahead) = (&mut newest.error, &mut newest.ahead);
        self.start.visit(known, |n, lacks| {
            let down = turned_down(part(newest.x[n], channel), newest.bounds[n][channel], lacks);
            (*part_mut(&mut error[n], channel), *part_mut(&mut ahead[n], channel)) = (down, down);
        });
        // What the hop before was brought to is turned down before the new peaks.
        let own = newest.x.iter().zip(&newest.bounds).take(context).map(most);
        let Hop { x, error, ahead, .. } = before;
        self.start.visit(std::iter::repeat_n(1.0, 2 * context).chain(own), |n, lacks| {
            let (x, error, ahead) = (x[tail + n], &mut error[tail + n], &mut ahead[tail + n]);
            let down = lacks * (part(x, channel) + part(*error, channel));
            *part_mut(error, channel) -= down;
            *part_mut(ahead, channel) -= down;
        });
    }

    /// Spectra of both channels in the newest moment.
    #[inline(always)]
    fn find_spectra(&mut self) {
        let (length, hop) = (2 * self.hop, self.hop);
        for (half, part) in self.buffer.chunks_exact_mut(hop).enumerate() {
            let x = flat(&self.hops[self.free - 1 + half].x);
            let window = &self.hann[2 * hop * half..];
            for ((value, x), window) in flat_mut(part).iter_mut().zip(x).zip(window) {
                *value = x * window;
            }
        }
        self.forward.process_with_scratch(&mut self.buffer, &mut self.scratch);
        let [left, right] = &mut self.spectra;
        for k in 0..=hop {
            let (z, mirror) = (self.buffer[k], self.buffer[(length - k) % length].conj());
            left[k] = (z + mirror) * 0.5;
            right[k] = (z - mirror) * 0.5;
        }
    }

    /// Finds the weights of a channel in the newest moment and gives the highest.
    #[inline(always)]
    fn weigh(&mut self, channel: usize) -> f32 {
        self.mask.weigh(&self.spectra[channel], &mut self.channel_weights[channel])
    }

    /// Sets the weights of the newest moment, and of each free frame the step.
    #[inline(always)]
    fn set_weights_and_steps(&mut self) {
        let newest = self.free - 1;
        let scale = 0.25 / self.hop as f32;
        let weights = &mut self.weights[newest];
        let pairs = weights.own.chunks_exact_mut(2).zip(weights.mirrored.chunks_exact_mut(2));
        let [of_left, of_right] = &self.channel_weights;
        for ((own, mirrored), (left, right)) in pairs.zip(of_left.iter().zip(of_right)) {
            own.fill(scale * (left + right));
            let difference = scale * (left - right);
            mirrored.copy_from_slice(&[difference, -difference]);
        }
        for (n, hop) in self.hops[1..=self.free].iter_mut().enumerate() {
            let (older, newer) = (self.highest[n], self.highest[(n + 1).min(newest)]);
            for (at, step) in hop.steps.iter_mut().enumerate() {
                let (falling, rising) = (self.sine[2 * (self.hop + at)], self.sine[2 * at]);
                for c in 0..2 {
                    let most = older[c] * falling * falling + newer[c] * rising * rising;
                    step[c] = 1.0 / (TINY + most);
                }
            }
        }
    }

    /// Transforms a moment of where the steps begin. Behind the last hop is nothing.
    #[inline(always)]
    fn transform(&mut self, moment: usize) {
        let hop = self.hop;
        let (first, second) = self.buffer.split_at_mut(hop);
        let older = &self.hops[moment];
        // What is committed stays where it is.
        let ahead = flat(if moment == 0 { &older.error } else { &older.ahead });
        for ((value, ahead), window) in flat_mut(first).iter_mut().zip(ahead).zip(&self.sine) {
            *value = ahead * window;
        }
        if moment == self.free {
            second.fill(Complex::new(0.0, 0.0));
        } else {
            let ahead = flat(&self.hops[moment + 1].ahead);
            for ((value, ahead), window) in flat_mut(second).iter_mut().zip(ahead).zip(&self.sine[2 * hop..])
            {
                *value = ahead * window;
            }
        }
        self.forward.process_with_scratch(&mut self.buffer, &mut self.scratch);
    }

    /// A moment's share of the gradients; where a hop's is complete the step is taken.
    #[inline(always)]
    fn descend(&mut self, moment: usize) {
        // The moment that reaches into what comes has the weights of the one before.
        weigh_bins(flat_mut(&mut self.buffer), &self.weights[moment.min(self.free - 1)]);
        self.inverse.process_with_scratch(&mut self.buffer, &mut self.scratch);
        let (first, second) = self.buffer.split_at(self.hop);
        if moment > 0 {
            let older = &mut self.hops[moment];
            let gradient = flat_mut(&mut older.gradient).iter_mut();
            for ((gradient, value), window) in gradient.zip(flat(first)).zip(&self.sine) {
                *gradient += value * window;
            }
            older.step(self.active.map(|active| if active { 1.0 } else { 0.0 }));
        }
        if moment < self.free {
            let gradient = flat_mut(&mut self.hops[moment + 1].gradient).iter_mut();
            for ((gradient, value), window) in gradient.zip(flat(second)).zip(&self.sine[2 * self.hop..]) {
                *gradient = value * window;
            }
        }
    }
}

/// A channel of a frame.
#[inline(always)]
fn part(frame: Complex<f32>, channel: usize) -> f32 {
    if channel == 0 { frame.re } else { frame.im }
}

/// See [`part`].
#[inline(always)]
fn part_mut(frame: &mut Complex<f32>, channel: usize) -> &mut f32 {
    if channel == 0 { &mut frame.re } else { &mut frame.im }
}
