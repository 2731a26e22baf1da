//! What the editor's views share of the meters: read once a frame, analysed on the editor's thread.

use crate::learner::Learner;
use crate::mix_check::{Found, MixCheck};
use crate::pictures::Pictures;
use egui::Context;
use lacquer_dsp::Frame;
use lacquer_dsp::chain::StageId;
use lacquer_dsp::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use lacquer_dsp::chain::multiband::MULTIBAND_BANDS;
use lacquer_dsp::metering::goniometer::MOST_POINTS;
use lacquer_dsp::metering::spectrum::{Analyser, Averaging};
use lacquer_dsp::metering::stage_effects::StageEffects;
use lacquer_dsp::metering::translation::{Translation, Translator};
use lacquer_dsp::metering::vinyl::Vinyl;
use lacquer_dsp::monitor::device::Device;
use lacquer_dsp::shared::meter_bank::{HistoryPoint, MeterBank, NOWHERE};
use lacquer_dsp::shared::ring::unpack;
use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Points of a spectrum, and how long it is averaged for the eye and for figures, s.
const POINTS: usize = 8192;
const EYE_S: f64 = 0.3;
const FIGURES_S: f64 = 6.0;
/// Time in which a held true peak falls by 12 dB once it has been held, and for how long it is, s.
const HOLD_S: f64 = 2.0;
const FALL_DB: f64 = 12.0;
/// How fast bars fall, dB a second.
const BAR_FALL_DB: f64 = 20.0;

/// Amplitude below which nothing is seen to move: -120 dBFS.
const STILL: f64 = 1e-6;
/// How often figures change.
const FIGURES_HZ: f64 = 10.0;
/// How often the mix is judged anew, s: findings grow with the song, not with the picture.
const JUDGING_S: f64 = 0.5;
/// Time after which everything that moved has come to rest: the length of the trace, and bars that fall from full scale.
const SETTLING_S: f64 = 7.0;

/// A level as a bar shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar {
    pub level_db: f64,
    pub held_db: f64,
    held_since: f64,
}

impl Default for Bar {
    fn default() -> Self {
        Self { level_db: f64::NEG_INFINITY, held_db: f64::NEG_INFINITY, held_since: 0.0 }
    }
}

impl Bar {
    fn follow(&mut self, peak: f32, now: f64, passed: f64) {
        let db = 20.0 * f64::from(peak).log10();
        self.level_db = db.max(self.level_db - BAR_FALL_DB * passed).max(-120.0);
        if db >= self.held_db {
            (self.held_db, self.held_since) = (db, now);
        } else if now - self.held_since > HOLD_S {
            self.held_db = (self.held_db - FALL_DB * passed).max(self.level_db);
        }
    }
}

/// Points of the trace that are kept: six seconds at 200 a second.
pub(crate) const TRACE_POINTS: usize = 1200;

/// What happened in 5 ms.
#[derive(Debug, Clone)]
pub(crate) struct TracePoint {
    /// Deepest reduction of each stage, dB, and highest sample after it, an amplitude.
    pub reductions_db: Vec<f32>,
    pub levels: Vec<f32>,
    /// What the limiter's gains and its clip took, dB.
    pub limiter_db: [f32; 2],
    /// Peaks of input and output, amplitudes.
    pub input: f32,
    pub output: f32,
}

impl TracePoint {
    /// Highest sample before a stage.
    pub fn before(&self, stage: StageId) -> f32 {
        (stage as usize).checked_sub(1).map_or(self.input, |before| self.levels[before])
    }

    /// Highest sample after a stage.
    pub fn after(&self, stage: StageId) -> f32 {
        self.levels[stage as usize]
    }
}

/// See the module.
pub(crate) struct Desk {
    pub bank: Arc<MeterBank>,
    sample_rate: f64,
    channels: u32,
    next: u64,
    entries: Vec<[u64; 2]>,
    pub input: Analyser,
    pub output: Analyser,
    /// The output over seconds: for figures.
    pub long: Analyser,
    /// Made when it is asked for first: it takes some milliseconds.
    translator: OnceCell<Translator>,
    pub vinyl: Vinyl,
    check: MixCheck,
    /// Jumps of the transport so far.
    seams: u32,
    /// Latency of the chain, frames: what comes in appears in the feed that much later.
    pub latency_frames: u64,
    judged: f64,
    /// What is wrong with the input, as it was last judged.
    pub findings: Vec<Found>,
    /// The newest frames of the output.
    pub scope: Vec<Frame>,
    pub history: Vec<HistoryPoint>,
    /// The last seconds, 200 points each.
    pub trace: VecDeque<TracePoint>,
    next_trace: u64,
    history_length: u64,
    /// True peaks of input and output, left and right.
    pub peaks: [[Bar; 2]; 2],
    /// Deepest reduction of each stage, falling, dB.
    pub reductions_db: Vec<f64>,
    /// Highest sample after each stage.
    pub levels: Vec<Bar>,
    /// What the detectors of the bands see.
    pub dynamic_eq_levels: [Bar; DYNAMIC_EQ_BANDS],
    pub multiband_levels: [Bar; MULTIBAND_BANDS],
    /// Pictures of stages.
    pub pictures: Pictures,
    /// What each stage does now.
    pub effects: StageEffects,
    /// Finds the limiter's drive for a loudness.
    pub learner: Learner,
    time: f64,
    last_sound: f64,
    figures: RefCell<HashMap<&'static str, (f64, String)>>,
}

impl Desk {
    pub fn new(bank: Arc<MeterBank>) -> Self {
        let rate = f64::from(bank.sample_rate.get());
        let channels = bank.channels.load(Relaxed);
        let analyser = |seconds| Analyser::new(rate, POINTS, Averaging::Seconds(seconds));
        Self {
            sample_rate: rate,
            channels,
            next: bank.feed.written(),
            entries: Vec::new(),
            input: analyser(EYE_S),
            output: analyser(EYE_S),
            long: analyser(FIGURES_S),
            translator: OnceCell::new(),
            vinyl: Vinyl::new(rate),
            check: MixCheck::new(rate, channels),
            latency_frames: 0,
            seams: bank.seams.load(Relaxed),
            judged: f64::NEG_INFINITY,
            findings: Vec::new(),
            scope: Vec::new(),
            history: Vec::new(),
            trace: VecDeque::new(),
            next_trace: bank.trace.written(),
            history_length: 0,
            peaks: Default::default(),
            reductions_db: vec![0.0; bank.reductions_db.len()],
            levels: vec![Bar::default(); bank.levels.len()],
            dynamic_eq_levels: Default::default(),
            multiband_levels: Default::default(),
            pictures: Pictures::default(),
            effects: StageEffects::default(),
            learner: Learner::new(rate, channels as usize),
            time: 0.0,
            last_sound: f64::NEG_INFINITY,
            figures: RefCell::default(),
            bank,
        }
    }

    fn read_trace(&mut self) {
        let mut entries = Vec::new();
        self.next_trace = self.bank.trace.read(self.next_trace, &mut entries).next;
        for entry in entries {
            let [stages @ .., gain, peaks] = entry;
            let (reductions_db, levels) = stages.iter().map(|stage| unpack(*stage)).unzip();
            let (limiter_db, (input, output)) = (unpack(gain).into(), unpack(peaks));
            self.trace.push_back(TracePoint { reductions_db, levels, limiter_db, input, output });
        }
        let surplus = self.trace.len().saturating_sub(TRACE_POINTS);
        self.trace.drain(..surplus);
    }

    /// Takes other lengths and averages for what the eye sees; forgets what was seen.
    pub fn set_spectrum(&mut self, length: usize, averaging: Averaging) {
        self.input = Analyser::new(self.sample_rate, length, averaging);
        self.output = Analyser::new(self.sample_rate, length, averaging);
    }

    /// A figure as it stood at the last tenth of a second: what changes faster cannot be read. `name` tells it from the others.
    pub fn figure(&self, name: &'static str, text: impl FnOnce() -> String) -> String {
        let mut figures = self.figures.borrow_mut();
        let shown = figures.entry(name).or_insert_with(|| (f64::NEG_INFINITY, String::new()));
        let tenth = (self.time * FIGURES_HZ).floor();
        if tenth != shown.0 {
            *shown = (tenth, text());
        }
        shown.1.clone()
    }

    /// What each device keeps of the output, in the order of [`Device::ALL`]; nothing in silence.
    pub fn translations(&self) -> Vec<Option<Translation>> {
        let make = || Translator::new(&self.long, self.sample_rate, &Device::ALL);
        self.translator.get_or_init(make).translations(&self.long)
    }

    /// Whether there is anything new to be seen.
    pub fn is_moving(&self) -> bool {
        self.time - self.last_sound < SETTLING_S || self.learner.is_moving()
    }

    /// Sample rate in hertz.
    pub fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// Reads what is new. Once a frame.
    pub fn update(&mut self, context: &Context) {
        let now = context.input(|input| input.time);
        let passed = (now - self.time).clamp(0.0, 0.5);
        self.time = now;
        let is_other_track = self.bank.channels.load(Relaxed) != self.channels;
        if f64::from(self.bank.sample_rate.get()) != self.sample_rate || is_other_track {
            let (length, averaging) = (self.output.length(), self.output.averaging());
            *self = Self::new(self.bank.clone());
            self.set_spectrum(length, averaging);
        }
        self.read_feed();
        self.effects.update(&self.bank);
        for (bars, side) in self.peaks.iter_mut().zip([&self.bank.input, &self.bank.output]) {
            for (bar, peak) in bars.iter_mut().zip(&side.peaks) {
                bar.follow(peak.take(), now, passed);
            }
        }
        for (shown, peak) in self.reductions_db.iter_mut().zip(&self.bank.reductions_db) {
            *shown = f64::from(peak.take()).max(*shown - BAR_FALL_DB * passed).max(0.0);
        }
        for (bar, peak) in self.levels.iter_mut().zip(&self.bank.levels) {
            bar.follow(peak.take(), now, passed);
        }
        let detectors = [&self.bank.dynamic_eq_levels, &self.bank.multiband_levels];
        let shown = [&mut self.dynamic_eq_levels, &mut self.multiband_levels];
        for (bars, peaks) in shown.into_iter().zip(detectors) {
            for (bar, peak) in bars.iter_mut().zip(peaks) {
                bar.follow(peak.take(), now, passed);
            }
        }
        let length = self.bank.history_length();
        if length < self.history_length {
            self.history.clear();
            self.vinyl = Vinyl::new(self.sample_rate);
            self.long.clear();
            self.inspect_anew();
        }
        self.history.extend(self.bank.history(self.history.len() as u64));
        self.history_length = length;
    }

    /// Length of what the findings are about, s.
    pub fn inspected_s(&self) -> f64 {
        self.check.heard_s()
    }

    /// Where what was inspected lies, s; of the song where the host tells its position.
    pub fn inspected_map_s(&self) -> Vec<[f64; 2]> {
        self.check.map_s()
    }

    fn inspect(&mut self, input: &[Frame]) {
        if !self.bank.is_rolling.load(Relaxed) || !self.check.push(input, STILL) {
            return;
        }
        if self.time - self.judged > JUDGING_S {
            self.judged = self.time;
            self.check.judge();
            self.findings = self.check.found();
        }
    }

    /// Judges the mix anew, from the next frame on.
    pub fn inspect_anew(&mut self) {
        self.check.clear();
        self.findings.clear();
    }

    /// The transport has started or jumped: what comes a latency later is at another place of the song.
    fn follow_jump(&mut self) {
        let position = self.bank.seam_position.load(Relaxed);
        let at = self.bank.seam_feed.load(Relaxed) + self.latency_frames;
        let after = at.saturating_sub(self.next);
        // What was read already is that much further on.
        let gone = self.next.saturating_sub(at);
        let place = (position != NOWHERE).then(|| position.saturating_add(gone as i64));
        self.check.jump(place, after);
    }

    fn read_feed(&mut self) {
        let reading = self.bank.feed.read(self.next, &mut self.entries);
        let is_missed = reading.first > self.next;
        let first = self.next;
        self.next = reading.next;
        // Read after the frames: a seam among them is known by now.
        let seams = self.bank.seams.load(Relaxed);
        let is_seam = std::mem::replace(&mut self.seams, seams) != seams;
        let frame = |word: u64| {
            let (left, right) = unpack(word);
            [f64::from(left), f64::from(right)]
        };
        let input: Vec<Frame> = self.entries.iter().map(|[input, _]| frame(*input)).collect();
        let output: Vec<Frame> = self.entries.iter().map(|[_, output]| frame(*output)).collect();
        if input.iter().chain(&output).flatten().any(|x| x.abs() > STILL) {
            self.last_sound = self.time;
        }
        self.read_trace();
        self.input.push(&input);
        self.output.push(&output);
        self.long.push(&output);
        self.vinyl.push(&output);
        self.learner.push(&input, &output);
        self.learner.poll();
        if is_seam {
            // From before these frames: the jump may be among them.
            let next = std::mem::replace(&mut self.next, first.max(reading.first));
            self.follow_jump();
            self.next = next;
        } else if is_missed {
            // What was missed would be taken for a click.
            self.check.miss(reading.first - first);
        }
        self.inspect(&input);
        self.scope.extend(output);
        let surplus = self.scope.len().saturating_sub(2 * MOST_POINTS);
        self.scope.drain(..surplus);
    }
}
