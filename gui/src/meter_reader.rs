//! What the editor's views share of the meters: read once a frame.

use crate::analysers::{Analysers, Analysis, Readings, Running};
use crate::learner::{LEAST_S, Learner, Request};
use crate::pictures::Pictures;
use egui::Context;
use lacquer_dsp::chain::Limiter;
use lacquer_dsp::chain::StageId;
use lacquer_dsp::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use lacquer_dsp::chain::multiband::MULTIBAND_BANDS;
use lacquer_dsp::metering::live::trace_frames;
use lacquer_dsp::metering::spectrum::Averaging;
use lacquer_dsp::metering::stage_effects::StageEffects;
use lacquer_dsp::metering::translation::{Translation, Translator};
use lacquer_dsp::monitor::device::Device;
use lacquer_dsp::shared::meter_bank::{HistoryPoint, MeterBank};
use lacquer_dsp::shared::ring::unpack;
use lacquer_dsp::{ChainSettings, ProcessSpec, Processor, Quality};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Time in which a held true peak falls by 12 dB once it has been held, and for how long it is, s.
const HOLD_S: f64 = 2.0;
const FALL_DB: f64 = 12.0;
/// How fast bars fall, dB a second.
const BAR_FALL_DB: f64 = 20.0;

/// How often figures change.
const FIGURES_HZ: f64 = 10.0;
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
pub(crate) struct MeterReader {
    pub bank: Arc<MeterBank>,
    sample_rate: f64,
    channels: u32,
    /// Spectra, groove and mix check.
    analysis: Analysis,
    pub readings: Readings,
    /// Made when it is asked for first: it takes some milliseconds.
    translator: OnceCell<Translator>,
    /// Latency that the analysis knows, frames.
    latency_frames: u64,
    pub history: Vec<HistoryPoint>,
    /// Latency of the limiter, frames, with the rate and quality that it is of: making one to ask takes a moment.
    limiter_latency: Cell<Option<(f64, Quality, usize)>>,
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
    figures: RefCell<HashMap<&'static str, (f64, [String; 2])>>,
}

impl MeterReader {
    pub fn new(bank: Arc<MeterBank>) -> Self {
        let rate = f64::from(bank.sample_rate.get());
        let channels = bank.channels.load(Relaxed);
        let (analysis, readings) = Analysis::new(bank.clone());
        Self {
            sample_rate: rate,
            channels,
            analysis,
            readings,
            translator: OnceCell::new(),
            latency_frames: 0,
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
            learner: Learner::default(),
            time: 0.0,
            last_sound: f64::NEG_INFINITY,
            limiter_latency: Cell::default(),
            figures: RefCell::default(),
            bank,
        }
    }

    /// Forgets what was another track's, or at another rate; the analysis follows by itself.
    fn begin_anew(&mut self, sample_rate: f64, channels: u32) {
        (self.sample_rate, self.channels) = (sample_rate, channels);
        self.translator = OnceCell::new();
        (self.effects, self.learner) = (StageEffects::default(), Learner::default());
        self.history.clear();
        self.trace.clear();
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

    /// The analysis goes to a thread of its own, for as long as what is given is kept.
    #[must_use]
    pub fn start(&self) -> Running {
        self.analysis.start()
    }

    /// Takes another length and average for what the eye sees; forgets what was seen.
    pub fn set_spectrum(&mut self, length: usize, averaging: Averaging) {
        self.analysis.ask(move |analysers| analysers.set_spectrum(length, averaging));
    }

    /// Forgets the peaks of the spectra.
    pub fn release_peaks(&mut self) {
        self.analysis.ask(Analysers::release_peaks);
    }

    /// Judges the mix anew, from the next frame on.
    pub fn inspect_anew(&mut self) {
        self.analysis.ask(Analysers::inspect_anew);
    }

    /// Tells the analysis the chain's latency, frames.
    pub fn set_latency(&mut self, frames: u64) {
        if std::mem::replace(&mut self.latency_frames, frames) != frames {
            self.analysis.ask(move |analysers| analysers.set_latency(frames));
        }
    }

    /// Listens from here on, for a loudness.
    pub fn listen(&mut self, request: Request) {
        self.analysis.ask(Analysers::listen);
        self.readings.heard_s = 0.0;
        self.learner.listen(request);
    }

    /// Forgets the loudness that was asked for.
    pub fn stop_listening(&mut self) {
        self.analysis.ask(Analysers::stop_listening);
        self.learner.stop();
    }

    /// Tries drives on what was heard. Whether there was enough of it.
    pub fn find_drive(&mut self, request: Request, spec: ProcessSpec, settings: ChainSettings) -> bool {
        if self.readings.heard_s < LEAST_S {
            return false;
        }
        let (give, frames) = crossbeam_channel::bounded(1);
        self.analysis.ask(move |analysers| {
            // Nobody waits where the search was stopped meanwhile.
            let _ = give.send(analysers.heard().to_vec());
            analysers.stop_listening();
        });
        let spec = ProcessSpec { sample_rate: self.sample_rate, channels: self.channels as usize, ..spec };
        self.learner.work(request, spec, settings, frames);
        true
    }

    /// A figure as it stood at the last tenth of a second: what changes faster cannot be read. `name` tells it from the others.
    pub fn figure(&self, name: &'static str, text: impl FnOnce() -> String) -> String {
        let [figure, _] = self.pair(name, || [text(), String::new()]);
        figure
    }

    /// The same of a figure of the mix and one of the master.
    pub fn pair(&self, name: &'static str, texts: impl FnOnce() -> [String; 2]) -> [String; 2] {
        let mut figures = self.figures.borrow_mut();
        let shown = figures.entry(name).or_insert_with(|| (f64::NEG_INFINITY, Default::default()));
        let tenth = (self.time * FIGURES_HZ).floor();
        if tenth != shown.0 {
            *shown = (tenth, texts());
        }
        shown.1.clone()
    }

    /// What each device keeps of the output, in the order of [`Device::ALL`]; nothing in silence.
    pub fn translations(&self) -> Vec<Option<Translation>> {
        let long = &self.readings.long;
        let make = || Translator::new(long, self.sample_rate, &Device::ALL);
        self.translator.get_or_init(make).translations(long)
    }

    /// How many points of the trace the limiter's output comes after its input.
    pub fn limiter_points(&self, quality: Quality) -> usize {
        let kept =
            self.limiter_latency.get().filter(|(rate, of, _)| (*rate, *of) == (self.sample_rate, quality));
        let frames = kept.map_or_else(
            || {
                let mut limiter = Limiter::default();
                limiter.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(self.sample_rate) });
                limiter.latency_samples()
            },
            |(.., frames)| frames,
        );
        self.limiter_latency.set(Some((self.sample_rate, quality, frames)));
        (frames as f64 / trace_frames(self.sample_rate) as f64).round() as usize
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
        let (rate, channels) = (f64::from(self.bank.sample_rate.get()), self.bank.channels.load(Relaxed));
        if (rate, channels) != (self.sample_rate, self.channels) {
            self.begin_anew(rate, channels);
        }
        if let Some(readings) = self.analysis.take() {
            if readings.sounded != self.readings.sounded {
                self.last_sound = now;
            }
            self.readings = readings;
        }
        self.learner.poll();
        self.read_trace();
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
        }
        self.history.extend(self.bank.history(self.history.len() as u64));
        self.history_length = length;
    }
}
