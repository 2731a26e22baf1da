//! Mains hum: lines at 50 or 60 Hz and their multiples that stand over everything near them, in most of the programme.
//!
//! Each channel is low-passed, taken down to about 1.6 kHz and transformed in windows of 2.6 s: lines are then told apart to 0.8 Hz, where G1
//! lies 1 Hz below 50 Hz. Music moves and hum does not: lines count that stand out in most windows, or in the lowest power that each bin
//! had in any. A loop of music has lines of its own, as far apart as its beats: a hum's has to stand over the highest
//! within 5 Hz, not over their mean. What music covers all the time is looked for once more over all of it, in step ([`super::steady_lines`]).

use super::evidence::power_db;
use super::low_phase::LowPhase;
use super::steady_lines::{Steady, SteadyLines};
use super::{Check, Finding, Severity};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Frequencies of mains, hertz.
const MAINS_HZ: [f64; 2] = [50.0, 60.0];
/// Multiples that are looked at: beyond the sixth music is too dense.
const MULTIPLES: usize = 6;
/// Lines that stand out, of these.
const LINES: usize = 3;
/// So far over the highest neighbour, dB.
const ABOVE_DB: f64 = 6.0;
/// Share of windows in which they do.
const SHARE: f64 = 0.5;
/// Fewest windows, and fewest for the lowest powers: those of less are chance.
const FEWEST: u64 = 2;
const FEWEST_FOR_LOWEST: u64 = 4;
/// Mains are off by at most this share of the frequency.
const DRIFT: f64 = 0.003;
/// Neighbours lie as far away, hertz.
const NEAR_HZ: [f64; 2] = [1.0, 5.0];
/// Low-pass, and rate that remains, hertz; points of a transform.
const HIGHEST_HZ: f64 = 420.0;
const RATE_HZ: f64 = 1600.0;
const LENGTH: usize = 4096;
/// A sine's line is half its amplitude times half the length.
const SCALE: f64 = 0.5 * (4.0 / LENGTH as f64) * (4.0 / LENGTH as f64);
/// Lowest hum of a finding, and from where on no de-hummer takes it without a trace, dBFS.
const LOWEST_DB: f64 = -80.0;
const FAIL_DB: f64 = -40.0;
/// Q of the sections of a fourth-order Butterworth low-pass.
const SECTIONS: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_376_5];

/// What the windows said of one frequency of mains.
#[derive(Debug, Clone, Copy, Default)]
struct Vote {
    windows: u64,
    power: f64,
}

/// See the module.
pub(super) struct Hum {
    channels: usize,
    sections: [SvfCoefficients; 2],
    states: [SvfState; 2],
    step: usize,
    phase: usize,
    rate_hz: f64,
    lines: [Vec<f64>; 2],
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    buffer: Vec<f64>,
    /// Of both channels.
    bins: [Vec<Complex<f64>>; 2],
    scratch: Vec<Complex<f64>>,
    powers: Vec<f64>,
    lowest: [Vec<f64>; 2],
    windows: u64,
    votes: [[Vote; 2]; 2],
    /// What the transforms of both channels say of each other.
    low_phase: LowPhase,
    /// Of each channel, at each frequency of mains; and what was found in them, once, at the end.
    steady_lines: [[SteadyLines; 2]; 2],
    steady: Option<Steady>,
}

impl Hum {
    /// At `sample_rate_hz` with 1 or 2 channels. Allocates.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(LENGTH);
        let step = ((sample_rate_hz / RATE_HZ).round() as usize).max(1);
        let rate_hz = sample_rate_hz / step as f64;
        let (bin_hz, window_s) = (rate_hz / LENGTH as f64, 0.5 * LENGTH as f64 / rate_hz);
        let steady_lines = || MAINS_HZ.map(|mains_hz| SteadyLines::new(mains_hz, bin_hz, window_s, SCALE));
        Self {
            channels,
            sections: SECTIONS.map(|q| SvfCoefficients::low_pass(HIGHEST_HZ, q, sample_rate_hz)),
            states: Default::default(),
            step,
            phase: 0,
            rate_hz,
            lines: [Vec::with_capacity(LENGTH), Vec::with_capacity(LENGTH)],
            window: (0..LENGTH)
                .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / LENGTH as f64).cos())
                .collect(),
            buffer: transform.make_input_vec(),
            bins: [transform.make_output_vec(), transform.make_output_vec()],
            scratch: transform.make_scratch_vec(),
            transform,
            powers: vec![0.0; LENGTH / 2 + 1],
            lowest: [vec![f64::MAX; LENGTH / 2 + 1], vec![f64::MAX; LENGTH / 2 + 1]],
            windows: 0,
            votes: Default::default(),
            low_phase: LowPhase::default(),
            steady_lines: [steady_lines(), steady_lines()],
            steady: None,
        }
    }

    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        let [first, second] = self.sections;
        let a1 = [first.a1(), second.a1()];
        // Copies stay in registers.
        let [mut one, mut other] = self.states;
        for frame in frames {
            let (_, low) = one.tick(first.g, a1[0], *frame);
            let (_, low) = other.tick(second.g, a1[1], low);
            self.phase += 1;
            if self.phase == self.step {
                self.phase = 0;
                self.lines[0].push(low[0]);
                self.lines[1].push(low[1]);
                if self.lines[0].len() == LENGTH {
                    self.finish_window();
                }
            }
        }
        self.states = [one, other];
    }

    fn finish_window(&mut self) {
        self.windows += 1;
        for c in 0..self.channels {
            for ((to, x), window) in self.buffer.iter_mut().zip(&self.lines[c]).zip(&self.window) {
                *to = x * window;
            }
            let done =
                self.transform.process_with_scratch(&mut self.buffer, &mut self.bins[c], &mut self.scratch);
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
            for (power, bin) in self.powers.iter_mut().zip(&self.bins[c]) {
                *power = bin.norm_sqr() * SCALE;
            }
            for (lowest, power) in self.lowest[c].iter_mut().zip(&self.powers) {
                *lowest = lowest.min(*power);
            }
            for lines in &mut self.steady_lines[c] {
                lines.push(&self.bins[c], &self.powers);
            }
            for (vote, mains_hz) in self.votes[c].iter_mut().zip(MAINS_HZ) {
                if let Some(power) = hum(&self.powers, self.rate_hz, mains_hz) {
                    vote.windows += 1;
                    vote.power += power;
                }
            }
        }
        if self.channels == 2 {
            let [left, right] = &self.bins;
            self.low_phase.add(left, right, self.rate_hz / LENGTH as f64, SCALE);
        }
        for line in &mut self.lines {
            line.drain(..LENGTH / 2);
        }
    }

    /// What the bass of both channels has in common.
    pub fn low_phase(&self) -> &LowPhase {
        &self.low_phase
    }

    /// Keeps nothing for [`Hum::compare`].
    pub fn leave_out_comparison(&mut self) {
        self.steady_lines.as_flattened_mut().iter_mut().for_each(SteadyLines::leave_out);
    }

    /// Looks for lines in step over all that was heard: asked for once, at the end. Takes about a fiftieth of a second.
    pub fn compare(&mut self) {
        let lines = self.steady_lines[..self.channels].as_flattened();
        self.steady =
            lines.iter().filter_map(SteadyLines::hum).max_by(|one, other| one.power.total_cmp(&other.power));
    }

    /// What was found.
    pub fn finding(&self) -> Option<Finding> {
        self.plain().or_else(|| self.covered())
    }

    /// A hum under music.
    fn covered(&self) -> Option<Finding> {
        let Steady { hz, power } = self.steady?;
        let level_db = power_db(power);
        let mains_hz = hz.round();
        // What is louder is seen without this, or is a drone.
        (LOWEST_DB..FAIL_DB).contains(&level_db).then(|| Finding {
            check: Check::Hum,
            severity: Severity::Warn,
            figure: level_db,
            unit: "dBFS",
            threshold: LOWEST_DB,
            confidence: Some(0.7),
            fact: format!(
                "Hum at {hz:.2} Hz and its multiples, {level_db:.0} dBFS in all, under the music: lines that stay in step all the time."
            ),
            advice: advice(mains_hz),
            places: Vec::new(),
            place_count: 0,
        })
    }

    /// A hum that stands out.
    fn plain(&self) -> Option<Finding> {
        let mut worst: Option<(f64, f64, f64)> = None;
        for (votes, lowest) in self.votes.iter().zip(&self.lowest).take(self.channels) {
            for (vote, mains_hz) in votes.iter().zip(MAINS_HZ) {
                let share = vote.windows as f64 / self.windows.max(1) as f64;
                let power = if self.windows >= FEWEST && share >= SHARE {
                    Some(vote.power / vote.windows.max(1) as f64)
                } else {
                    hum(lowest, self.rate_hz, mains_hz).filter(|_| self.windows >= FEWEST_FOR_LOWEST)
                };
                let level_db = power_db(power.unwrap_or(0.0));
                if level_db > LOWEST_DB && worst.is_none_or(|(_, worst_db, _)| level_db > worst_db) {
                    worst = Some((mains_hz, level_db, share));
                }
            }
        }
        worst.map(|(mains_hz, level_db, share)| Finding {
            check: Check::Hum,
            severity: if level_db > FAIL_DB { Severity::Fail } else { Severity::Warn },
            figure: level_db,
            unit: "dBFS",
            threshold: LOWEST_DB,
            // What stands out in no single window may be a drone that is tuned so.
            confidence: Some((0.6 + 0.4 * share).min(1.0)),
            fact: format!(
                "Hum at {mains_hz:.0} Hz and its multiples, {level_db:.0} dBFS in all, plain to see in {:.0} % of the time.",
                100.0 * share
            ),
            advice: advice(mains_hz),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

fn advice(mains_hz: f64) -> String {
    format!(
        "Mute the tracks one by one in a quiet passage: the one that hums has a ground loop or an unshielded pickup. Notch {mains_hz:.0} Hz \
         and its multiples on that track, not on the mix."
    )
}

/// Power of a hum's lines, if enough of them stand out.
fn hum(powers: &[f64], rate_hz: f64, mains_hz: f64) -> Option<f64> {
    let bin_hz = rate_hz / LENGTH as f64;
    let lines = (1..=MULTIPLES).filter_map(|multiple| line(powers, bin_hz, mains_hz * multiple as f64));
    let (count, power) = lines.fold((0, 0.0), |(count, power), line| (count + 1, power + line));
    (count >= LINES).then_some(power)
}

/// Power of the line at a frequency, if it stands over everything near it.
fn line(powers: &[f64], bin_hz: f64, hz: f64) -> Option<f64> {
    let highest = |from_hz: f64, to_hz: f64| {
        let (from, to) = ((from_hz / bin_hz).round() as usize, (to_hz / bin_hz).round() as usize);
        powers.get(from..=to).map_or(f64::INFINITY, |bins| bins.iter().copied().fold(0.0, f64::max))
    };
    let drift = hz * DRIFT;
    let line = highest(hz - drift, hz + drift);
    let [near, far] = NEAR_HZ.map(|away| away + drift);
    let neighbours = highest(hz - far, hz - near).max(highest(hz + near, hz + far));
    (line.is_finite() && line > 1e-14 && line > neighbours * 10f64.powf(0.1 * ABOVE_DB)).then_some(line)
}
