//! Everything that the meters show, between the audio thread and whoever looks.
//!
//! The audio thread writes and never waits; any number of readers look whenever they like. Values are the newest, peaks are held
//! until they are taken, histories are rings. What nobody looks at but an eye (the feed of frames, the trace of reductions, the
//! loads) is written only while an editor is open.

use super::meter_controls::Controls;
use super::readings::{Peak, Value};
use super::ring::Ring;
use crate::blocks::math;
use crate::chain::StageId;
use crate::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use crate::chain::multiband::MULTIBAND_BANDS;
use crate::metering::histogram::Histograms;
use crossbeam_utils::CachePadded;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Stages of the chain.
pub const STAGES: usize = StageId::ALL.len();
/// Points of the history: two hours at [`HISTORY_HZ`].
const HISTORY_POINTS: usize = 72_000;
/// Points of the history a second.
pub const HISTORY_HZ: f64 = 10.0;
/// Frames of the feed: 0.7 s at 96 kHz, twice the longest spectrum.
const FEED_FRAMES: usize = 1 << 16;
/// Entries of the trace: 10 s at 200 a second.
const TRACE_POINTS: usize = 1 << 11;
/// The position of a song whose host tells none.
pub const NOWHERE: i64 = i64::MIN;
/// Hops of the stages' energies that are kept: 25 s.
const STAGE_HOPS: usize = 1 << 8;
/// Overs of which the places are kept.
const OVERS: usize = 1 << 10;

/// What one side of the chain reads. Levels of nothing are -infinity.
#[derive(Debug)]
pub struct SideMeters {
    /// Loudness of the last 400 ms, LUFS.
    pub momentary_lufs: Value,
    /// Loudness of the last 3 s, LUFS.
    pub short_term_lufs: Value,
    /// Highest momentary loudness, LUFS.
    pub momentary_max_lufs: Value,
    /// Highest short-term loudness, LUFS.
    pub short_term_max_lufs: Value,
    /// Highest true peak, an amplitude.
    pub true_peak_max: Value,
    /// Highest sample, an amplitude.
    pub sample_peak_max: Value,
    /// Highest true peak of the last 3 s, an amplitude.
    pub true_peak_recent: Value,
    /// Level of both channels over 300 ms: root of the mean square, an amplitude; a full-scale sine reads 0.707.
    pub rms: [Value; 2],
    /// The same of mid and side.
    pub mid_side_rms: [Value; 2],
    /// Correlation over 300 ms, -1 to +1; held in silence.
    pub correlation: Value,
    /// True peaks of left and right since they were taken, amplitudes.
    pub peaks: [Peak; 2],
    /// What integrated loudness and loudness range are read from.
    pub histograms: Arc<Histograms>,
    /// True peaks above each of [`Controls::over_levels`].
    pub over_counts: [AtomicU32; 2],
    /// Where they were: frames measured, and [`pack`](super::ring::pack)ed level and which of the two, 0 or 1.
    pub overs: Ring<2>,
}

impl Default for SideMeters {
    fn default() -> Self {
        let silent = || Value::new(f32::NEG_INFINITY);
        let zero = || Value::new(0.0);
        Self {
            momentary_lufs: silent(),
            short_term_lufs: silent(),
            momentary_max_lufs: silent(),
            short_term_max_lufs: silent(),
            true_peak_max: zero(),
            sample_peak_max: zero(),
            true_peak_recent: zero(),
            rms: [zero(), zero()],
            mid_side_rms: [zero(), zero()],
            correlation: Value::new(1.0),
            peaks: Default::default(),
            histograms: Arc::default(),
            over_counts: Default::default(),
            overs: Ring::new(OVERS),
        }
    }
}

impl SideMeters {
    /// Gated loudness of everything measured, LUFS.
    pub fn integrated_lufs(&self) -> f64 {
        self.histograms.integrated_lufs()
    }

    /// Loudness range of everything measured, LU; not to be relied on in the first minute.
    pub fn range_lu(&self) -> f64 {
        self.histograms.range_lu()
    }

    /// Highest true peak, dBTP.
    pub fn true_peak_max_dbtp(&self) -> f64 {
        20.0 * math::log10(f64::from(self.true_peak_max.get()))
    }

    /// True peak less integrated loudness, dB.
    pub fn plr_db(&self) -> f64 {
        self.true_peak_max_dbtp() - self.integrated_lufs()
    }

    /// Power of left over right over 300 ms, dB; 0 in silence.
    pub fn balance_db(&self) -> f64 {
        let [left, right] = [0, 1].map(|channel| f64::from(self.rms[channel].get()));
        if left + right > 0.0 { 20.0 * math::log10(left.max(1e-9) / right.max(1e-9)) } else { 0.0 }
    }

    /// Highest true peak of the last 3 s over the level of both channels, dB.
    pub fn crest_db(&self) -> f64 {
        let [left, right] = [0, 1].map(|channel| f64::from(self.rms[channel].get()));
        let level = (0.5 * (left * left + right * right)).sqrt();
        20.0 * math::log10(f64::from(self.true_peak_recent.get()) / level)
    }

    /// True peak less loudness of the last 3 s, dB.
    pub fn psr_db(&self) -> f64 {
        20.0 * math::log10(f64::from(self.true_peak_recent.get())) - f64::from(self.short_term_lufs.get())
    }
}

/// See the module.
#[derive(Debug)]
pub struct MeterBank {
    /// What comes in, in time with what goes out.
    pub input: SideMeters,
    /// What goes out, before the monitor.
    pub output: SideMeters,
    /// Deepest gain reduction of each stage since it was taken, dB.
    pub reductions_db: [Peak; STAGES],
    /// Gain of each band now, dB, while somebody looks.
    pub dynamic_eq_gains_db: [Value; DYNAMIC_EQ_BANDS],
    /// See `dynamic_eq_gains_db`.
    pub multiband_gains_db: [Value; MULTIBAND_BANDS],
    /// Highest level that the detector of each band saw since it was taken, an amplitude, while somebody looks; of a relative band
    /// against the whole signal's.
    pub dynamic_eq_levels: [Peak; DYNAMIC_EQ_BANDS],
    /// See `dynamic_eq_levels`.
    pub multiband_levels: [Peak; MULTIBAND_BANDS],
    /// Highest sample after each stage since it was taken, an amplitude, while somebody looks: what drives the next one.
    pub levels: [Peak; STAGES],
    /// Samples beyond full scale after each stage since the last reset.
    pub clipped: [AtomicU64; STAGES],
    /// Share of real time that each stage takes, 0 to 1, and the whole chain with its meters.
    pub loads: [Value; STAGES],
    /// See `loads`.
    pub load: Value,
    /// Frames measured since the last reset.
    pub measured_frames: AtomicU64,
    /// Sample rate in hertz.
    pub sample_rate: Value,
    /// Channels of the track, 1 or 2: one is carried as two equal ones.
    pub channels: AtomicU32,
    /// Loudness of the output over the input, LU, as the comparison levels it out.
    pub match_lu: Value,
    /// Whether monitor functions are heard now, see [`crate::monitor`].
    pub monitoring: AtomicBool,
    /// 10 points a second of [`HistoryPoint`].
    history: Ring<3>,
    history_begin: AtomicU64,
    /// How often the transport has started or jumped: what comes after is not the sequel of what came before. Counted before the
    /// frames that follow are written to the feed, whose ordering makes it seen with them.
    pub jumps: AtomicU32,
    /// Where in the song the newest of them lies, frames; [`NOWHERE`] if the host does not say. Written before `jumps`.
    pub jump_position: AtomicI64,
    /// Frames of the feed that were written before it: what comes in from there on comes out, in time with the output, a latency later.
    pub jump_feed: AtomicU64,
    /// Whether the host's transport runs, or none is told of.
    pub is_rolling: AtomicBool,
    /// Frames of input and output, while somebody looks.
    pub feed: Ring<2>,
    /// In each 5 ms, while somebody looks: the deepest reduction of each stage and the highest sample after it; of the limiter's, what
    /// its gains took and what its clip took; the peaks of input and output.
    pub trace: Ring<TRACE_WORDS>,
    /// Energies before the first stage and after each, while somebody looks: in each tenth of a second its number since the beginning,
    /// and what [`StageEffects`](crate::metering::stage_effects::StageEffects) reads.
    pub stage_hops: Ring<STAGE_HOP_WORDS>,
    /// What readers ask for: on cache lines that the audio thread does not write to.
    pub controls: CachePadded<Controls>,
}

/// Words of an entry of `stage_hops`: its number, and two words before the first stage and after each.
pub const STAGE_HOP_WORDS: usize = 1 + 2 * (STAGES + 1);

/// Words of an entry of the trace: reduction and level of a stage in each, the limiter's gain and clip, and the peaks.
pub const TRACE_WORDS: usize = STAGES + 2;

/// One point of the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HistoryPoint {
    /// Loudness of the 400 ms before it, LUFS.
    pub momentary_lufs: f32,
    /// Loudness of the 3 s before it, LUFS.
    pub short_term_lufs: f32,
    /// Short-term loudness of the input, LUFS.
    pub input_short_term_lufs: f32,
    /// Highest true peak since the point before, an amplitude.
    pub true_peak: f32,
    /// Deepest reduction of the limiter since the point before, dB.
    pub limiter_db: f32,
    /// The sum of the other stages' deepest reductions, dB.
    pub dynamics_db: f32,
}

impl Default for MeterBank {
    fn default() -> Self {
        Self {
            input: SideMeters::default(),
            output: SideMeters::default(),
            reductions_db: Default::default(),
            dynamic_eq_gains_db: std::array::from_fn(|_| Value::new(0.0)),
            multiband_gains_db: std::array::from_fn(|_| Value::new(0.0)),
            dynamic_eq_levels: Default::default(),
            multiband_levels: Default::default(),
            levels: Default::default(),
            clipped: Default::default(),
            loads: std::array::from_fn(|_| Value::new(0.0)),
            load: Value::new(0.0),
            measured_frames: AtomicU64::new(0),
            sample_rate: Value::new(48_000.0),
            channels: AtomicU32::new(2),
            match_lu: Value::new(0.0),
            monitoring: AtomicBool::new(false),
            history: Ring::new(HISTORY_POINTS),
            history_begin: AtomicU64::new(0),
            jumps: AtomicU32::new(0),
            jump_position: AtomicI64::new(NOWHERE),
            jump_feed: AtomicU64::new(0),
            is_rolling: AtomicBool::new(true),
            feed: Ring::new(FEED_FRAMES),
            trace: Ring::new(TRACE_POINTS),
            stage_hops: Ring::new(STAGE_HOPS),
            controls: CachePadded::default(),
        }
    }
}

impl MeterBank {
    /// [audio-thread] Adds a point to the history.
    pub fn push_history(&self, point: &HistoryPoint) {
        use super::ring::pack;
        self.history.push([
            pack(point.momentary_lufs, point.short_term_lufs),
            pack(point.input_short_term_lufs, point.true_peak),
            pack(point.limiter_db, point.dynamics_db),
        ]);
    }

    /// [audio-thread] Begins the history anew.
    pub fn restart_history(&self) {
        // The points before are left where they are.
        self.history_begin.store(self.history.written(), Relaxed);
    }

    /// The history from point `from` on, counted from the last reset.
    pub fn history(&self, from: u64) -> Vec<HistoryPoint> {
        use super::ring::unpack;
        let mut entries = Vec::new();
        self.history.read(self.history_begin.load(Relaxed) + from, &mut entries);
        let point = |[a, b, c]: &[u64; 3]| {
            let ((momentary_lufs, short_term_lufs), (input_short_term_lufs, true_peak)) =
                (unpack(*a), unpack(*b));
            let (limiter_db, dynamics_db) = unpack(*c);
            HistoryPoint {
                momentary_lufs,
                short_term_lufs,
                input_short_term_lufs,
                true_peak,
                limiter_db,
                dynamics_db,
            }
        };
        entries.iter().map(point).collect()
    }

    /// Points of the history since the last reset.
    pub fn history_length(&self) -> u64 {
        self.history.written().saturating_sub(self.history_begin.load(Relaxed))
    }
}
