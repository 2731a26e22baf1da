//! The meters that run with the chain on the audio thread and publish to a [`MeterBank`].
//!
//! Readings are renewed every 10 ms of audio, counted from the last reset: they are the same for any split into blocks. Nothing is
//! allocated, and the gated means are taken by the reader from histograms.

mod side;
mod stage_taps;
mod weighting;

use crate::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use crate::chain::limiter::Reductions;
use crate::chain::multiband::MULTIBAND_BANDS;
use crate::chain::{ChainListener, StageId};
use crate::processor::{CONTROL_PERIOD, Frame};
use crate::shared::meter_bank::{HistoryPoint, MeterBank, NOWHERE, STAGES, TRACE_WORDS};
use crate::shared::meter_controls::{FollowTransport, Held};
use crate::shared::readings::Value;
use crate::shared::ring::pack;
use side::Side;
use stage_taps::StageTaps;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use weighting::Weighting;

/// Hops a second, as [`Loudness`](super::loudness::Loudness) has them.
const HOPS_HZ: f64 = 100.0;
/// Hops from one point of the history to the next.
const HISTORY_HOPS: u64 = 10;
/// Entries of the trace a second, nearly: one in so many control periods.
const TRACE_HZ: f64 = 200.0;

/// Frames of an entry of the trace at `sample_rate` hertz.
pub fn trace_frames(sample_rate: f64) -> usize {
    (sample_rate / (TRACE_HZ * CONTROL_PERIOD as f64)).round().max(1.0) as usize * CONTROL_PERIOD
}

/// What the host's transport does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transport {
    /// Whether it runs.
    pub playing: bool,
    /// Where it is, in frames, if the host says so.
    pub position: Option<i64>,
}

/// See the module.
pub struct LiveMeters {
    bank: Arc<MeterBank>,
    sample_rate: f64,
    hop: usize,
    in_hop: usize,
    hops: u64,
    weighting: Weighting,
    input: Side,
    output: Side,
    taps: StageTaps,
    resets: u32,
    running: bool,
    transport: Transport,
    measured: u64,
    watched: bool,
    /// Deepest reductions since the last trace entry and since the last point of the history, dB.
    trace_reductions: [f32; STAGES],
    /// Highest samples after the stages since the last trace entry.
    trace_levels: [f32; STAGES],
    history_reductions: [f32; STAGES],
    history_peak: f32,
    trace_peaks: [f32; 2],
    /// Deepest reductions by the limiter's gains and by its clip since then, dB.
    trace_limiter: [f32; 2],
    trace_periods: usize,
    trace_count: usize,
}

impl LiveMeters {
    /// Meters for `channels` at `sample_rate` hertz that publish to `bank`. Allocates.
    pub fn new(sample_rate: f64, channels: usize, bank: Arc<MeterBank>) -> Self {
        bank.sample_rate.set(sample_rate as f32);
        // Relaxed: a reader that comes too early judges with the old number until its next look.
        bank.channels.store(channels as u32, Relaxed);
        let mut this = Self {
            sample_rate,
            hop: (sample_rate / HOPS_HZ).round().max(1.0) as usize,
            in_hop: 0,
            hops: 0,
            weighting: Weighting::new(sample_rate),
            input: Side::new(sample_rate, channels, &bank.input),
            output: Side::new(sample_rate, channels, &bank.output),
            taps: StageTaps::new(sample_rate, channels),
            resets: bank.controls.resets(),
            running: true,
            transport: Transport::default(),
            measured: 0,
            watched: false,
            trace_reductions: [0.0; STAGES],
            trace_levels: [0.0; STAGES],
            history_reductions: [0.0; STAGES],
            history_peak: 0.0,
            trace_peaks: [0.0; 2],
            trace_limiter: [0.0; 2],
            trace_periods: trace_frames(sample_rate) / CONTROL_PERIOD,
            trace_count: 0,
            bank,
        };
        this.restart();
        this
    }

    /// Where they publish.
    pub fn bank(&self) -> &Arc<MeterBank> {
        &self.bank
    }

    /// [audio-thread] Takes what readers and the host ask for, before a block of `frames` frames.
    pub fn begin_block(&mut self, transport: Transport, frames: usize) {
        let controls = &self.bank.controls;
        let was_watched = std::mem::replace(&mut self.watched, controls.is_watched());
        if self.watched && !was_watched {
            self.taps.restart();
        }
        let before = std::mem::replace(&mut self.transport, transport);
        let jumps = match (before.position, transport.position) {
            (Some(before), Some(now)) => before != now,
            _ => false,
        };
        let starts = transport.playing && !before.playing;
        if starts || jumps {
            // Where it is goes before that it is: both are seen with the frames that follow, as `jumps` says.
            self.bank.jump_position.store(transport.position.unwrap_or(NOWHERE), Relaxed);
            self.bank.jump_feed.store(self.bank.feed.written(), Relaxed);
            self.bank.jumps.fetch_add(1, Relaxed);
        }
        self.bank.is_rolling.store(transport.playing || transport.position.is_none(), Relaxed);
        let follow = controls.follow();
        self.running = controls.is_running()
            && (follow == FollowTransport::Ignore || transport.playing || transport.position.is_none());
        let restarts = follow == FollowTransport::Restart && transport.playing && (starts || jumps);
        // Where the next block is if nothing jumps.
        if transport.playing {
            self.transport.position = transport.position.map(|position| position + frames as i64);
        }
        if restarts || controls.resets() != self.resets {
            self.resets = controls.resets();
            self.restart();
        }
        if let Some(is_released) = self.bank.controls.take_released() {
            for held in Held::ALL.into_iter().filter(|held| is_released(*held)) {
                self.input.release(held, &self.bank.input);
                self.output.release(held, &self.bank.output);
            }
        }
    }

    /// [audio-thread] Begins the measurement anew.
    pub fn restart(&mut self) {
        self.in_hop = 0;
        self.hops = 0;
        self.measured = 0;
        self.weighting.reset();
        self.input.reset(&self.bank.input);
        self.output.reset(&self.bank.output);
        self.taps.restart();
        self.history_reductions = [0.0; STAGES];
        self.history_peak = 0.0;
        self.bank.clipped.iter().for_each(|count| count.store(0, Relaxed));
        self.bank.measured_frames.store(0, Relaxed);
        self.bank.restart_history();
    }

    /// Energy per frame of the K-weighted input and output in the last hop, and the number of hops.
    pub fn hop_energies(&self) -> (u64, [f64; 2]) {
        (self.hops, [self.input.loudness().hop_mean_square(), self.output.loudness().hop_mean_square()])
    }

    /// Loudness of the last 3 s of input and output, LUFS.
    pub fn short_term_lufs(&self) -> [f64; 2] {
        [self.input.loudness().short_term_lufs(), self.output.loudness().short_term_lufs()]
    }

    /// Takes frames of the input, in time with the output, and of the output.
    fn push(&mut self, mut input: &[Frame], mut output: &[Frame]) {
        let over_levels = self.bank.controls.over_levels.each_ref().map(Value::get);
        while !output.is_empty() {
            let counted = self.running;
            let mut length = (self.hop - self.in_hop).min(output.len()).min(CONTROL_PERIOD);
            if counted {
                // After a pause the hops of the loudness end elsewhere than those of the levels.
                length = length.min(self.output.loudness().frames_to_hop());
            }
            let (inputs, later_inputs) = input.split_at(length);
            let (outputs, later_outputs) = output.split_at(length);
            let taken = self.weighting.push(inputs, outputs);
            let before = counted.then_some(self.measured);
            self.input.push(&taken.sides[0], length, before, over_levels, &self.bank.input);
            self.output.push(&taken.sides[1], length, before, over_levels, &self.bank.output);
            if counted {
                self.measured += length as u64;
            }
            self.in_hop += length;
            if self.in_hop == self.hop {
                self.in_hop = 0;
                self.finish_hop(counted);
            }
            (input, output) = (later_inputs, later_outputs);
        }
    }

    fn finish_hop(&mut self, counted: bool) {
        let length = self.hop as f64;
        self.history_peak = self.history_peak.max(self.output.hop_true_peak());
        let [input, output] = self.weighting.take_means(length);
        self.input.finish_hop(counted, input, &self.bank.input);
        self.output.finish_hop(counted, output, &self.bank.output);
        self.bank.measured_frames.store(self.measured, Relaxed);
        if !counted {
            return;
        }
        self.hops += 1;
        if self.hops.is_multiple_of(HISTORY_HOPS) {
            let limiter_db = self.history_reductions[StageId::Limiter as usize];
            self.bank.push_history(&HistoryPoint {
                momentary_lufs: self.output.loudness().momentary_lufs() as f32,
                short_term_lufs: self.output.loudness().short_term_lufs() as f32,
                input_short_term_lufs: self.input.loudness().short_term_lufs() as f32,
                true_peak: self.history_peak,
                limiter_db,
                dynamics_db: self.history_reductions.iter().sum::<f32>() - limiter_db,
            });
            self.history_peak = 0.0;
            self.history_reductions = [0.0; STAGES];
        }
    }

    /// Gives eyes what they need.
    fn feed(&mut self, input: &[Frame], output: &[Frame]) {
        for ([in_left, in_right], [left, right]) in input.iter().zip(output) {
            let (a, b) = (pack(*in_left as f32, *in_right as f32), pack(*left as f32, *right as f32));
            self.bank.feed.push([a, b]);
            self.trace_peaks[0] = self.trace_peaks[0].max((in_left.abs().max(in_right.abs())) as f32);
            self.trace_peaks[1] = self.trace_peaks[1].max((left.abs().max(right.abs())) as f32);
        }
        self.trace_count += 1;
        if self.trace_count >= self.trace_periods {
            self.trace_count = 0;
            let mut words = [0; TRACE_WORDS];
            let stages = self.trace_reductions.iter().zip(&self.trace_levels);
            for (word, (reduction_db, level)) in words.iter_mut().zip(stages) {
                *word = pack(*reduction_db, *level);
            }
            words[TRACE_WORDS - 2] = pack(self.trace_limiter[0], self.trace_limiter[1]);
            self.trace_limiter = [0.0; 2];
            words[TRACE_WORDS - 1] = pack(self.trace_peaks[0], self.trace_peaks[1]);
            self.bank.trace.push(words);
            self.trace_reductions = [0.0; STAGES];
            self.trace_levels = [0.0; STAGES];
            self.trace_peaks = [0.0; 2];
        }
    }

    /// Sample rate in hertz.
    pub fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
}

impl ChainListener for LiveMeters {
    fn before_stages(&mut self, frames: &[Frame], delays: &[usize]) {
        if self.watched {
            self.taps.take_in(frames, delays);
        }
    }

    fn after_bands(&mut self, dynamic_eq: [f64; DYNAMIC_EQ_BANDS], multiband: [f64; MULTIBAND_BANDS]) {
        if !self.watched {
            return;
        }
        let shown = self.bank.dynamic_eq_gains_db.iter().chain(&self.bank.multiband_gains_db);
        for (shown, gain_db) in shown.zip(dynamic_eq.into_iter().chain(multiband)) {
            shown.set(gain_db as f32);
        }
    }

    fn after_detectors(&mut self, dynamic_eq: [f64; DYNAMIC_EQ_BANDS], multiband: [f64; MULTIBAND_BANDS]) {
        if !self.watched {
            return;
        }
        let shown = self.bank.dynamic_eq_levels.iter().chain(&self.bank.multiband_levels);
        for (shown, level) in shown.zip(dynamic_eq.into_iter().chain(multiband)) {
            shown.raise(level as f32);
        }
    }

    fn after_limiter(&mut self, reductions: Reductions) {
        if self.watched {
            let Reductions { slow_db, envelope_db, clip_db } = reductions;
            let [gain, clip] = self.trace_limiter;
            self.trace_limiter = [gain.max((slow_db + envelope_db) as f32), clip.max(clip_db as f32)];
        }
    }

    fn after_stage(&mut self, stage: StageId, frames: &[Frame], reduction_db: f64) {
        let reduction_db = reduction_db as f32;
        self.bank.reductions_db[stage as usize].raise(reduction_db);
        let deepest = &mut self.history_reductions[stage as usize];
        *deepest = deepest.max(reduction_db);
        if self.watched {
            let deepest = &mut self.trace_reductions[stage as usize];
            *deepest = deepest.max(reduction_db);
            let (mut clipped, mut highest) = (0, 0.0f64);
            for x in frames.as_flattened() {
                clipped += usize::from(x.abs() > 1.0);
                highest = highest.max(x.abs());
            }
            self.bank.levels[stage as usize].raise(highest as f32);
            let level = &mut self.trace_levels[stage as usize];
            *level = level.max(highest as f32);
            if clipped > 0 {
                self.bank.clipped[stage as usize].fetch_add(clipped as u64, Relaxed);
            }
            self.taps.after_stage(stage, frames, &self.bank.stage_hops);
        }
    }

    fn after_chain(&mut self, dry: &[Frame], frames: &mut [Frame]) {
        self.push(dry, frames);
        if self.watched {
            self.feed(dry, frames);
        }
    }
}
