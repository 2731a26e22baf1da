//! A clip whose error lies where the programme masks it.
//!
//! ```text
//! minimise  sum over moments and bins  W |STFT(e)|^2     subject to  |x + e| <= b
//! ```
//!
//! The error e of the whole programme is one convex problem, without frames that would show: the transform (sine window, half
//! overlap) is tight. It is solved by FISTA (A. Beck, M. Teboulle, SIAM J. Imaging Sciences 2(1), 2009) with restarts (B. O'Donoghue,
//! E. Candes, 2015), and with a step of its own for each frame: D(t) = sum of each moment's highest weight times its window squared
//! majorises the cost and is diagonal in time, so that the projection stays a clamp and quiet moments keep their weight: nothing is
//! heard before a hit. After each round the bound is lowered beside what passes it between the samples.

mod mixer;
mod room;

use super::levels::visit_levels;
use super::mask::Mask;
use super::scale::Scale;
use crate::blocks::math;
use crate::chain::limiter::start::Start;
use crate::programme::{Source, Tape, piece};
use mixer::{Mixer, Solved};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use room::Room;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::f64::consts::{PI, TAU};
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Length of a piece that is solved at a time in transforms: 6 s, so that memory is bounded and cores share the work.
const PIECE: usize = 256;
/// Frames on either side that a piece sees beyond its own, in transforms: an error's influence ends long before.
const MARGIN: usize = 4;
/// Reach of the gain that the error begins with, as a share of the slow grid: 1 ms. With twice as much
/// there is 0.3 dB less distortion, and the gain moves more.
const START_REACH: f64 = 0.1875;
/// What counts as over between the samples, as a factor: 0.004 dB.
const OVER: f32 = 1.0005;
/// A bound is lowered only where the waveform is this near the ceiling, and at most to half.
const NEAR: f32 = 0.7;
/// See [`NEAR`].
const LOWEST_BOUND: f32 = 0.5;

/// How well it is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// As a master is.
    Full,
}

impl Effort {
    /// Iterations of each round: after the first and the second the bounds are lowered between the samples.
    fn rounds(self) -> [usize; 3] {
        match self {
            // With 60 magnitudes change less, by 0.4 dB, and there is 1 dB more distortion: the start is near enough.
            Self::Full => [15, 5, 5],
        }
    }
}

/// Writes `source`, clipped to `ceiling`, to `target`.
///
/// # Errors
/// As [`Source::read`] and [`Tape::push`].
pub fn clip(
    source: &dyn Source,
    scale: &Scale,
    ceiling: f64,
    true_peak: bool,
    effort: Effort,
    target: &mut dyn Tape,
) -> io::Result<()> {
    let piece = PIECE * scale.transform;
    let half_fade = scale.transform / 2;
    let length = source.length();
    // A piece's own frames and half a fade on either side.
    let range = |start: usize| start.saturating_sub(half_fade)..(start + piece + half_fade).min(length);
    let mut starts = (0..length).step_by(piece);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // One more than cores, so that none waits for the oldest one.
    let mut idle = vec![Solver::new(scale, ceiling as f32, true_peak, effort); cores + 1];
    let mut mixer = Mixer::new([half_fade, piece, length], ceiling, target);
    std::thread::scope(|scope| {
        let mut at_work = VecDeque::with_capacity(idle.len());
        let mut next = starts.next();
        loop {
            while let Some(start) = next {
                let Some(room) = Room::take(piece, at_work.is_empty()) else { break };
                let Some(mut solver) = idle.pop() else { break };
                let work = scope.spawn(move || {
                    let solved = solver.piece(source, range(start));
                    drop(room);
                    (solver, solved)
                });
                at_work.push_back((start, work));
                next = starts.next();
            }
            let Some((start, work)) = at_work.pop_front() else { return Ok(()) };
            let (solver, solved) = work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            idle.push(solver);
            mixer.take(start, range(start), solved?)?;
        }
    })
}

/// Solves pieces.
#[derive(Clone)]
struct Solver {
    length: usize,
    ceiling: f32,
    true_peak: bool,
    rounds: [usize; 3],
    mask: Mask,
    /// Reach of the gain that is begun with, frames.
    start_reach: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// For the mask, and for the error.
    hann: Vec<f32>,
    sine: Vec<f32>,
    buffer: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    inverse_scratch: Vec<Complex<f32>>,
}

/// One channel of a piece.
#[derive(Default)]
struct Problem {
    x: Vec<f32>,
    bound: Vec<f32>,
    error: Vec<f32>,
    /// Where the error may be other than 0.
    active: Vec<Range<usize>>,
    /// First frame of each moment that sees an active one, and its weights.
    moments: Vec<usize>,
    weights: Vec<f32>,
    /// 1 / D.
    steps: Vec<f32>,
}

impl Solver {
    fn new(scale: &Scale, ceiling: f32, true_peak: bool, effort: Effort) -> Self {
        let length = scale.transform;
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let phase = |n: usize| (n as f64 + 0.5) / length as f64;
        Self {
            length,
            ceiling,
            true_peak,
            rounds: effort.rounds(),
            mask: Mask::new(length, scale.rate),
            start_reach: (START_REACH * scale.slow_grid as f64) as usize,
            hann: (0..length).map(|n| (0.5 - 0.5 * math::cos(TAU * phase(n))) as f32).collect(),
            sine: (0..length).map(|n| math::sin(PI * phase(n)) as f32).collect(),
            buffer: vec![0.0; length],
            bins: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            inverse_scratch: inverse.make_scratch_vec(),
            forward,
            inverse,
        }
    }

    /// The frames of `range` and their errors.
    fn piece(&mut self, source: &dyn Source, range: Range<usize>) -> io::Result<Vec<Solved>> {
        let margin = MARGIN * self.length;
        let from = range.start.saturating_sub(margin);
        let to = (range.end + margin).min(source.length());
        let frames = piece(source, from..to)?;
        // Moments reach a transform beyond either end.
        let padding = self.length;
        let ceiling = self.ceiling;
        let mut problems = [0, 1].map(|channel| {
            let mut x = vec![0.0f32; to - from + 2 * padding];
            x[padding..].iter_mut().zip(&frames).for_each(|(x, frame)| *x = frame[channel] as f32);
            Problem { bound: vec![ceiling; x.len()], error: vec![0.0; x.len()], x, ..Default::default() }
        });
        self.find_active(&mut problems);
        let is_mono = problems[0].x == problems[1].x;
        let channels = if is_mono { 1 } else { 2 };
        for problem in &mut problems[..channels] {
            self.weigh(problem);
            self.begin(problem);
        }
        for (n, iterations) in self.rounds.into_iter().enumerate() {
            for problem in &mut problems[..channels] {
                self.iterate(problem, iterations);
            }
            if n + 1 < self.rounds.len() && self.true_peak {
                if is_mono {
                    let [first, second] = &mut problems;
                    second.error.copy_from_slice(&first.error);
                }
                self.lower_bounds(&mut problems);
            }
        }
        let right = if is_mono { 0 } else { 1 };
        let error = |n: usize| [problems[0].error[n + padding], problems[right].error[n + padding]];
        let inside = range.start - from..range.end - from;
        Ok(inside.map(|n| (frames[n], error(n))).collect())
    }

    /// Everything within a transform of what is over.
    fn find_active(&self, problems: &mut [Problem; 2]) {
        let [left, right] = problems;
        let frames = left.x.iter().zip(&right.x).map(|(left, right)| [*left, *right]);
        let length = left.x.len();
        let mut active = [const { Vec::<Range<usize>>::new() }; 2];
        let Ok(()) = visit_levels::<Infallible>(frames, self.true_peak, self.ceiling, |n, level| {
            for (active, level) in active.iter_mut().zip(level) {
                if level <= self.ceiling {
                    continue;
                }
                let (from, to) = (n.saturating_sub(self.length), (n + self.length).min(length));
                match active.last_mut() {
                    Some(last) if last.end >= from => last.end = to,
                    _ => active.push(from..to),
                }
            }
            Ok(())
        });
        [left.active, right.active] = active;
    }

    /// Sets the error to begin with.
    fn begin(&self, problem: &mut Problem) {
        let Problem { x, bound, error, active, .. } = problem;
        for range in active.iter() {
            let mut start = Start::new(self.start_reach, range.len());
            let context = start.context();
            let most = x[range.clone()].iter().zip(&bound[range.clone()]).map(|(x, bound)| {
                let x = x.abs();
                if x > *bound { bound / x } else { 1.0 }
            });
            let beyond = || std::iter::repeat_n(1.0, context);
            start.visit(beyond().chain(most).chain(beyond()), |n, lacks| {
                let (x, bound) = (x[range.start + n], bound[range.start + n]);
                error[range.start + n] = (x - lacks * x).clamp(-bound, bound) - x;
            });
        }
    }

    fn weigh(&mut self, problem: &mut Problem) {
        let hop = self.length / 2;
        let count = self.bins.len();
        let mut sums = vec![1e-30f32; problem.x.len()];
        let mut active = problem.active.iter().peekable();
        for start in (0..problem.x.len() - self.length + 1).step_by(hop) {
            while active.next_if(|range| range.end <= start).is_some() {}
            if active.peek().is_none_or(|range| range.start >= start + self.length) {
                continue;
            }
            let x = &problem.x[start..start + self.length];
            self.buffer.iter_mut().zip(x).zip(&self.hann).for_each(|((b, x), window)| *b = x * window);
            self.transform();
            problem.moments.push(start);
            let at = problem.weights.len();
            problem.weights.resize(at + count, 0.0);
            let highest = self.mask.weigh(&self.bins, &mut problem.weights[at..]);
            let sums = &mut sums[start..start + self.length];
            sums.iter_mut().zip(&self.sine).for_each(|(sum, window)| *sum += highest * window * window);
        }
        // The inverse transform is unscaled.
        let scale = 1.0 / self.length as f32;
        problem.weights.iter_mut().for_each(|weight| *weight *= scale);
        sums.iter_mut().for_each(|sum| *sum = 1.0 / *sum);
        problem.steps = sums;
    }

    fn transform(&mut self) {
        let done = self.forward.process_with_scratch(&mut self.buffer, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok());
    }

    /// Writes the gradient of half the cost at `error`.
    fn gradient(&mut self, problem: &Problem, error: &[f32], gradient: &mut [f32]) {
        gradient.fill(0.0);
        let count = self.bins.len();
        for (start, weights) in problem.moments.iter().zip(problem.weights.chunks_exact(count)) {
            let moment = *start..start + self.length;
            let windowed = error[moment.clone()].iter().zip(&self.sine);
            self.buffer.iter_mut().zip(windowed).for_each(|(b, (e, window))| *b = e * window);
            self.transform();
            self.bins.iter_mut().zip(weights).for_each(|(bin, weight)| *bin *= *weight);
            (self.bins[0].im, self.bins[count - 1].im) = (0.0, 0.0);
            let done = self.inverse.process_with_scratch(
                &mut self.bins,
                &mut self.buffer,
                &mut self.inverse_scratch,
            );
            debug_assert!(done.is_ok());
            let windowed = self.buffer.iter().zip(&self.sine);
            gradient[moment].iter_mut().zip(windowed).for_each(|(g, (b, window))| *g += b * window);
        }
    }

    fn iterate(&mut self, problem: &mut Problem, iterations: usize) {
        if problem.active.is_empty() {
            return;
        }
        let mut ahead = problem.error.clone();
        let mut gradient = vec![0.0f32; ahead.len()];
        let mut momentum = 1.0f32;
        for _ in 0..iterations {
            self.gradient(problem, &ahead, &mut gradient);
            let next = 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt());
            let uphill = problem.step(&mut ahead, &gradient, (momentum - 1.0) / next);
            momentum = next;
            if uphill > 0.0 {
                momentum = 1.0;
                ahead.copy_from_slice(&problem.error);
            }
        }
    }

    /// Lowers the bounds beside what passes the ceiling between the samples.
    fn lower_bounds(&self, problems: &mut [Problem; 2]) {
        let [left, right] = problems;
        let (before_left, before_right) = (left.output(), right.output());
        let frames = before_left.iter().zip(&before_right).map(|(left, right)| [*left, *right]);
        let Ok(()) = visit_levels::<Infallible>(frames, true, self.ceiling, |n, level| {
            for (problem, level) in [&mut *left, &mut *right].into_iter().zip(level) {
                let y = (problem.x[n] + problem.error[n]).abs();
                if level > OVER * self.ceiling && y > NEAR * self.ceiling {
                    let bound = (y * self.ceiling / level).max(LOWEST_BOUND * self.ceiling);
                    problem.bound[n] = problem.bound[n].min(bound);
                }
            }
            Ok(())
        });
        left.clamp();
        right.clamp();
    }
}

impl Problem {
    fn output(&self) -> Vec<f32> {
        self.x.iter().zip(&self.error).map(|(x, e)| x + e).collect()
    }

    /// Brings the error within its bounds.
    fn clamp(&mut self) {
        for range in &self.active {
            let (x, bound) = (&self.x[range.clone()], &self.bound[range.clone()]);
            for ((e, x), bound) in self.error[range.clone()].iter_mut().zip(x).zip(bound) {
                *e = (x + *e).clamp(-bound, *bound) - x;
            }
        }
    }

    /// A projected step from `ahead`, which then lies `momentum` beyond the new error. Returns how far the step went against the
    /// last one's direction: above 0 the momentum leads uphill.
    fn step(&mut self, ahead: &mut [f32], gradient: &[f32], momentum: f32) -> f64 {
        let mut uphill = 0.0f64;
        for range in &self.active {
            let (x, bound) = (&self.x[range.clone()], &self.bound[range.clone()]);
            let (steps, gradient) = (&self.steps[range.clone()], &gradient[range.clone()]);
            let (error, ahead) = (&mut self.error[range.clone()], &mut ahead[range.clone()]);
            let mut sum = 0.0f32;
            for n in 0..error.len() {
                let moved = ahead[n] - gradient[n] * steps[n];
                let new = (x[n] + moved).clamp(-bound[n], bound[n]) - x[n];
                sum += (ahead[n] - new) * (new - error[n]) / steps[n];
                ahead[n] = new + momentum * (new - error[n]);
                error[n] = new;
            }
            uphill += f64::from(sum);
        }
        uphill
    }
}
