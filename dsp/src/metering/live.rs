//! The meters that run with the chain on the audio thread and publish to a [`MeterBank`].
//!
//! Readings are renewed every 10 ms of audio, counted from the last reset: they are the same for any split into blocks. Nothing is
//! allocated, and the gated means are taken by the reader from histograms.

use super::k_weighting::KWeighting;
use super::loudness::Loudness;
use crate::blocks::fir::Frame32;
use crate::blocks::true_peak::TruePeakDetector;
use crate::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use crate::chain::multiband::MULTIBAND_BANDS;
use crate::chain::{ChainListener, StageId};
use crate::processor::{CONTROL_PERIOD, Frame};
use crate::shared::meter_bank::{FollowTransport, HistoryPoint, MeterBank, STAGES, SideBank, TRACE_WORDS};
use crate::shared::ring::pack;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Hops a second, as [`Loudness`] has them.
const HOPS_HZ: f64 = 100.0;
/// Hops from one point of the history to the next.
const HISTORY_HOPS: u64 = 10;
/// Hops over which [`SideBank::true_peak_recent`] is the highest.
const RECENT: usize = 300;
/// Time constant of levels and correlation, s.
const LEVEL_S: f64 = 0.3;
/// Mean square below which correlation is held: -70 dBFS.
const HOLD_BELOW: f64 = 1e-7;
/// Entries of the trace a second, nearly: one in so many control periods.
const TRACE_HZ: f64 = 200.0;

/// What the host's transport does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transport {
    /// Whether it runs.
    pub playing: bool,
    /// Where it is, in frames, if the host says so.
    pub position: Option<i64>,
}

/// Meters of one side of the chain.
struct Side {
    loudness: Loudness,
    detector: TruePeakDetector,
    levels: [Frame32; CONTROL_PERIOD],
    /// Of the hop under way: highest true peaks and sample.
    true_peaks: [f32; 2],
    sample_peak: f64,
    /// Sums of L L, R R, L R over the hop, and their means over 300 ms.
    sums: [f64; 3],
    means: [f64; 3],
    correlation: f64,
    /// Highest true peak of each of the last hops.
    recent: [f32; RECENT],
    recent_place: usize,
    maxima: [f32; 2],
    is_over: bool,
}

impl Side {
    fn new(sample_rate: f64, channels: usize, bank: &SideBank) -> Self {
        Self {
            loudness: Loudness::over(sample_rate, channels, bank.histograms.clone()),
            detector: TruePeakDetector::for_meter(sample_rate),
            levels: [[0.0; 2]; CONTROL_PERIOD],
            true_peaks: [0.0; 2],
            sample_peak: 0.0,
            sums: [0.0; 3],
            means: [0.0; 3],
            correlation: 1.0,
            recent: [0.0; RECENT],
            recent_place: 0,
            maxima: [0.0; 2],
            is_over: false,
        }
    }

    fn reset(&mut self, bank: &SideBank) {
        self.loudness.reset();
        (self.true_peaks, self.sample_peak, self.sums) = ([0.0; 2], 0.0, [0.0; 3]);
        self.recent = [0.0; RECENT];
        self.maxima = [0.0; 2];
        self.is_over = false;
        bank.over_count.store(0, Relaxed);
        self.publish(bank);
    }

    /// Takes frames that do not cross a hop. `counted`: whether the measurement runs; levels go on regardless.
    fn push(
        &mut self,
        frames: &[Frame],
        counted: bool,
        frames_before: u64,
        over_level: f32,
        bank: &SideBank,
    ) {
        let mut single: [Frame32; CONTROL_PERIOD] = [[0.0; 2]; CONTROL_PERIOD];
        let mut sample_peak = 0.0f32;
        let [mut left_power, mut right_power, mut product] = self.sums;
        for (single, [left, right]) in single.iter_mut().zip(frames) {
            *single = [*left as f32, *right as f32];
            let higher = single[0].abs().max(single[1].abs());
            sample_peak = if higher > sample_peak { higher } else { sample_peak };
            left_power += left * left;
            right_power += right * right;
            product += left * right;
        }
        self.sums = [left_power, right_power, product];
        self.sample_peak = self.sample_peak.max(f64::from(sample_peak));
        // What cannot be a new highest level of this hop, nor an over, need not be looked at closely.
        let floor = self.true_peaks[0].min(self.true_peaks[1]).min(over_level);
        if !self.detector.process(&single[..frames.len()], true, floor, &mut self.levels) {
            self.is_over = false;
            return;
        }
        for (n, level) in self.levels[..frames.len()].iter().enumerate() {
            for (peak, level) in self.true_peaks.iter_mut().zip(level) {
                *peak = if level > peak { *level } else { *peak };
            }
            let highest = level[0].max(level[1]);
            let over = highest > over_level;
            if over && !self.is_over && counted {
                let place = (frames_before + n as u64).saturating_sub(self.detector.delay() as u64);
                bank.over_count.fetch_add(1, Relaxed);
                bank.overs.push([place, pack(highest, 0.0)]);
            }
            self.is_over = over;
        }
    }

    /// Ends a hop of `length` frames.
    fn finish_hop(&mut self, counted: bool, length: f64, bank: &SideBank) {
        let keep = (-1.0 / (HOPS_HZ * LEVEL_S)).exp();
        for (mean, sum) in self.means.iter_mut().zip(&mut self.sums) {
            *mean = keep * *mean + (1.0 - keep) * *sum / length;
            *sum = 0.0;
        }
        let [left, right, product] = self.means;
        if left + right > HOLD_BELOW {
            let both = (left * right).sqrt();
            // One silent channel speaks neither for nor against mono.
            self.correlation = if both > 0.0 { (product / both).clamp(-1.0, 1.0) } else { 0.0 };
        }
        let highest = self.true_peaks[0].max(self.true_peaks[1]);
        self.recent[self.recent_place] = highest;
        self.recent_place = (self.recent_place + 1) % RECENT;
        if counted {
            self.maxima = [self.maxima[0].max(highest), self.maxima[1].max(self.sample_peak as f32)];
        }
        for (peak, level) in bank.peaks.iter().zip(self.true_peaks) {
            peak.raise(level);
        }
        self.publish(bank);
        (self.true_peaks, self.sample_peak) = ([0.0; 2], 0.0);
    }

    fn publish(&self, bank: &SideBank) {
        bank.momentary_lufs.set(self.loudness.momentary_lufs() as f32);
        bank.short_term_lufs.set(self.loudness.short_term_lufs() as f32);
        bank.momentary_max_lufs.set(self.loudness.momentary_max_lufs() as f32);
        bank.short_term_max_lufs.set(self.loudness.short_term_max_lufs() as f32);
        // A sample is a point of the waveform, whatever the interpolation makes of it.
        bank.true_peak_max.set(self.maxima[0].max(self.maxima[1]));
        bank.sample_peak_max.set(self.maxima[1]);
        bank.true_peak_recent.set(self.recent.iter().copied().fold(0.0, f32::max));
        let [left, right, product] = self.means;
        bank.rms[0].set(left.sqrt() as f32);
        bank.rms[1].set(right.sqrt() as f32);
        let [mid, side] = [2.0, -2.0].map(|sign| (0.25 * (left + right + sign * product)).max(0.0));
        bank.mid_side_rms[0].set(mid.sqrt() as f32);
        bank.mid_side_rms[1].set(side.sqrt() as f32);
        bank.correlation.set(self.correlation as f32);
    }
}

/// See the module.
pub struct LiveMeters {
    bank: Arc<MeterBank>,
    sample_rate: f64,
    hop: usize,
    in_hop: usize,
    hops: u64,
    /// Weights left and right of input and output side by side: the recursion waits for itself, not for the lanes.
    weighting: KWeighting<4>,
    input: Side,
    output: Side,
    resets: u32,
    running: bool,
    transport: Transport,
    measured: u64,
    watched: bool,
    /// Deepest reductions since the last trace entry and since the last point of the history, dB.
    trace_reductions: [f32; STAGES],
    history_reductions: [f32; STAGES],
    history_peak: f32,
    trace_peaks: [f32; 2],
    trace_periods: usize,
    trace_count: usize,
}

impl LiveMeters {
    /// Meters for `channels` at `sample_rate` hertz that publish to `bank`. Allocates.
    pub fn new(sample_rate: f64, channels: usize, bank: Arc<MeterBank>) -> Self {
        bank.sample_rate.set(sample_rate as f32);
        let mut this = Self {
            sample_rate,
            hop: (sample_rate / HOPS_HZ).round().max(1.0) as usize,
            in_hop: 0,
            hops: 0,
            weighting: KWeighting::new(sample_rate),
            input: Side::new(sample_rate, channels, &bank.input),
            output: Side::new(sample_rate, channels, &bank.output),
            resets: bank.controls.resets(),
            running: true,
            transport: Transport::default(),
            measured: 0,
            watched: false,
            trace_reductions: [0.0; STAGES],
            history_reductions: [0.0; STAGES],
            history_peak: 0.0,
            trace_peaks: [0.0; 2],
            trace_periods: (sample_rate / (TRACE_HZ * CONTROL_PERIOD as f64)).round().max(1.0) as usize,
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
        self.watched = controls.is_watched();
        let before = std::mem::replace(&mut self.transport, transport);
        let jumps = match (before.position, transport.position) {
            (Some(before), Some(now)) => before != now,
            _ => false,
        };
        let starts = transport.playing && !before.playing;
        if starts || jumps {
            self.bank.seams.fetch_add(1, Relaxed);
        }
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
    }

    /// [audio-thread] Begins the measurement anew.
    pub fn restart(&mut self) {
        self.in_hop = 0;
        self.hops = 0;
        self.measured = 0;
        self.input.reset(&self.bank.input);
        self.output.reset(&self.bank.output);
        self.history_reductions = [0.0; STAGES];
        self.history_peak = 0.0;
        self.bank.clipped.iter().for_each(|count| count.store(0, Relaxed));
        self.bank.measured_frames.store(0, Relaxed);
        self.bank.restart_history();
    }

    /// Energy per frame of the K-weighted input and output in the last hop, and the number of hops.
    pub fn hop_energies(&self) -> (u64, [f64; 2]) {
        (self.hops, [self.input.loudness.hop_mean_square(), self.output.loudness.hop_mean_square()])
    }

    /// Loudness of the last 3 s of input and output, LUFS.
    pub fn short_term_lufs(&self) -> [f64; 2] {
        [self.input.loudness.short_term_lufs(), self.output.loudness.short_term_lufs()]
    }

    /// Takes frames of the input, in time with the output, and of the output.
    fn push(&mut self, mut input: &[Frame], mut output: &[Frame]) {
        let over_level = self.bank.controls.over_level.get();
        while !output.is_empty() {
            let length = (self.hop - self.in_hop).min(output.len());
            let (inputs, later_inputs) = input.split_at(length);
            let (outputs, later_outputs) = output.split_at(length);
            let counted = self.running;
            let mut sums = [0.0; 4];
            for ([a, b], [c, d]) in inputs.iter().zip(outputs) {
                let weighted = self.weighting.tick([*a, *b, *c, *d]);
                for (sum, x) in sums.iter_mut().zip(weighted) {
                    *sum += x * x;
                }
            }
            if counted {
                self.input.loudness.push_weighted([sums[0], sums[1]], length);
                self.output.loudness.push_weighted([sums[2], sums[3]], length);
            }
            self.input.push(inputs, counted, self.measured, over_level, &self.bank.input);
            self.output.push(outputs, counted, self.measured, over_level, &self.bank.output);
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
        self.history_peak = self.history_peak.max(self.output.true_peaks[0]).max(self.output.true_peaks[1]);
        self.input.finish_hop(counted, length, &self.bank.input);
        self.output.finish_hop(counted, length, &self.bank.output);
        self.bank.measured_frames.store(self.measured, Relaxed);
        if !counted {
            return;
        }
        self.hops += 1;
        if self.hops.is_multiple_of(HISTORY_HOPS) {
            let limiter_db = self.history_reductions[StageId::Limiter as usize];
            self.bank.push_history(&HistoryPoint {
                momentary_lufs: self.output.loudness.momentary_lufs() as f32,
                short_term_lufs: self.output.loudness.short_term_lufs() as f32,
                input_short_term_lufs: self.input.loudness.short_term_lufs() as f32,
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
            for (word, pair) in words.iter_mut().zip(self.trace_reductions.chunks(2)) {
                *word = pack(pair[0], pair.get(1).copied().unwrap_or(0.0));
            }
            words[TRACE_WORDS - 1] = pack(self.trace_peaks[0], self.trace_peaks[1]);
            self.bank.trace.push(words);
            self.trace_reductions = [0.0; STAGES];
            self.trace_peaks = [0.0; 2];
        }
    }

    /// Sample rate in hertz.
    pub fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
}

impl ChainListener for LiveMeters {
    fn after_bands(&mut self, dynamic_eq: [f64; DYNAMIC_EQ_BANDS], multiband: [f64; MULTIBAND_BANDS]) {
        if !self.watched {
            return;
        }
        let shown = self.bank.dynamic_eq_gains_db.iter().chain(&self.bank.multiband_gains_db);
        for (shown, gain_db) in shown.zip(dynamic_eq.into_iter().chain(multiband)) {
            shown.set(gain_db as f32);
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
            let clipped = frames.as_flattened().iter().filter(|x| x.abs() > 1.0).count();
            if clipped > 0 {
                self.bank.clipped[stage as usize].fetch_add(clipped as u64, Relaxed);
            }
        }
    }

    fn after_chain(&mut self, dry: &[Frame], frames: &mut [Frame]) {
        self.push(dry, frames);
        if self.watched {
            self.feed(dry, frames);
        }
    }
}
