//! What a chain would make of a programme at another drive, measured without keeping the result.
//!
//! What comes before the limiter does not depend on its drive and is rendered once; each trial runs limiter and dither alone.

use crate::blocks::math;
use crate::chain::{Chain, ChainListener, ChainSettings, StageId};
use crate::metering::cost::{Cost, CostMeter};
use crate::metering::loudness::Loudness;
use crate::processor::{Frame, ProcessSpec};
use crate::programme::{Memory, Store};
use std::collections::VecDeque;

/// Frames between two looks at whether to go on.
const CHUNK_FRAMES: usize = 4096;
/// Peaks are kept in windows of this length, as many as a short-term loudness has: s.
const WINDOW_S: f64 = 0.1;
/// Windows of a short-term loudness, 3 s.
const SHORT_TERM_WINDOWS: usize = 30;
/// Blocks so far under the integrated loudness are not asked how far the limiter stands down: the gate of the loudness itself, LU.
const GATE_LU: f64 = 10.0;

/// What came of a drive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The limiter's drive, dB.
    pub drive_db: f64,
    /// Gated loudness, LUFS.
    pub lufs: f64,
    /// Highest sample less loudness of the loudest 3 s, dB; infinite for a programme shorter than that.
    pub psr_db: f64,
    /// How far the limiter stands down: the median over what passes the loudness' gate, dB, 0 or more.
    pub standing_db: f64,
    /// What it does to the sound.
    pub cost: Cost,
}

/// A programme up to the limiter.
pub struct Rehearsal {
    spec: ProcessSpec,
    settings: ChainSettings,
    driven: Vec<[f32; 2]>,
    driven_lufs: f64,
}

/// Asked often: whether to go on.
pub type KeepGoing<'a> = &'a (dyn Fn() -> bool + Sync);

impl Rehearsal {
    /// Renders `programme` up to the limiter, with the settings as they stand. `None` if it was told to stop.
    pub fn new(
        spec: &ProcessSpec,
        settings: &ChainSettings,
        programme: &[[f32; 2]],
        keep_going: KeepGoing,
    ) -> Option<Self> {
        let mut settings = settings.clone();
        (settings.bypass, settings.listen) = (false, None);
        let mut before = settings.clone();
        (before.limiter.on, before.dither.on) = (false, false);
        let mut chain = Chain::new();
        chain.prepare(spec);
        chain.set(&before);
        let mut driven = Vec::with_capacity(programme.len());
        let mut meter = Loudness::new(spec.sample_rate, spec.channels);
        run(&mut chain, programme, keep_going, &mut (), |frames| {
            meter.push(frames);
            driven.extend(frames.iter().map(|frame| frame.map(|x| x as f32)));
        })?;
        Some(Self { spec: *spec, settings, driven, driven_lufs: meter.integrated_lufs() })
    }

    /// Loudness of what comes to the limiter, LUFS: how far it is from a target is the drive to begin a search with.
    pub fn driven_lufs(&self) -> f64 {
        self.driven_lufs
    }

    /// What the limiter makes of it at a drive in dB. `None` if it was told to stop.
    pub fn at(&self, drive_db: f64, keep_going: KeepGoing) -> Option<Outcome> {
        let mut settings = ChainSettings {
            limiter: self.settings.limiter,
            dither: self.settings.dither,
            ..Default::default()
        };
        settings.input_trim.on = false;
        settings.limiter.on = true;
        settings.limiter.unity_gain = false;
        settings.limiter.drive_db = drive_db;
        let mut chain = Chain::new();
        chain.prepare(&self.spec);
        chain.set(&settings);
        let mut reduction = Reduction::default();
        let mut watch = Watch::new(&self.spec);
        // In memory, where nothing fails.
        let mut cost = CostMeter::new(self.spec.sample_rate, Memory.tape());
        let mut is_kept = true;
        let gain = math::powf(10.0, drive_db / 20.0);
        let mut rest = self.driven.iter();
        let mut driven: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
        run(&mut chain, &self.driven, keep_going, &mut reduction, |frames| {
            watch.push(frames);
            driven.clear();
            driven.extend(rest.by_ref().take(frames.len()).map(|frame| frame.map(|x| gain * f64::from(x))));
            is_kept &= cost.push(&driven, frames).is_ok();
        })?;
        let cost = cost.cost().ok().filter(|_| is_kept)?;
        Some(watch.outcome(drive_db, &reduction.windows(&self.spec), cost))
    }
}

/// Runs a programme through a prepared chain and gives as many frames back, in time with it.
fn run(
    chain: &mut Chain,
    programme: &[[f32; 2]],
    keep_going: KeepGoing,
    listener: &mut impl ChainListener,
    mut take: impl FnMut(&[Frame]),
) -> Option<()> {
    let latency = chain.latency_samples();
    let (mut skip, mut left) = (latency, programme.len());
    let widened = programme.iter().map(|frame| frame.map(f64::from));
    let mut source = widened.chain(std::iter::repeat_n([0.0; 2], latency));
    let mut frames: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
    while left > 0 {
        if !keep_going() {
            return None;
        }
        frames.clear();
        frames.extend(source.by_ref().take(CHUNK_FRAMES));
        if frames.is_empty() {
            break;
        }
        chain.process_with(&mut frames, listener);
        let skipped = skip.min(frames.len());
        skip -= skipped;
        let made = &frames[skipped..];
        let made = &made[..made.len().min(left)];
        left -= made.len();
        take(made);
    }
    Some(())
}

/// The limiter's reduction, block by block of the control grid.
#[derive(Default)]
struct Reduction {
    frames: usize,
    /// Frames of a block, and its reduction in dB.
    blocks: Vec<(u32, f32)>,
}

impl ChainListener for Reduction {
    fn after_stage(&mut self, stage: StageId, frames: &[Frame], reduction_db: f64) {
        if stage == StageId::Limiter {
            self.frames += frames.len();
            self.blocks.push((frames.len() as u32, reduction_db as f32));
        }
    }
}

impl Reduction {
    /// Mean reduction of each window, dB. The latency of up to some windows' tenths does not matter to a median.
    fn windows(&self, spec: &ProcessSpec) -> Vec<f64> {
        let length = WINDOW_S * spec.sample_rate;
        let mut sums: Vec<[f64; 2]> = vec![[0.0; 2]; (self.frames as f64 / length) as usize + 1];
        let mut at = 0;
        for (frames, reduction_db) in &self.blocks {
            let [sum, weight] = &mut sums[(f64::from(at) / length) as usize];
            *sum += f64::from(*frames) * f64::from(*reduction_db);
            *weight += f64::from(*frames);
            at += frames;
        }
        sums.iter().map(|[sum, weight]| sum / weight.max(1.0)).collect()
    }
}

/// Loudness and peaks of what comes out.
struct Watch {
    meter: Loudness,
    length: usize,
    in_window: usize,
    highest: f64,
    /// Highest sample of each of the last windows.
    peaks: VecDeque<f64>,
    /// Momentary loudness at the end of each window, LUFS.
    momentary: Vec<f64>,
    /// Short-term loudness of the loudest 3 s in LUFS, and their highest sample.
    loudest: [f64; 2],
}

impl Watch {
    fn new(spec: &ProcessSpec) -> Self {
        Self {
            meter: Loudness::new(spec.sample_rate, spec.channels),
            length: (WINDOW_S * spec.sample_rate).round().max(1.0) as usize,
            in_window: 0,
            highest: 0.0,
            peaks: VecDeque::with_capacity(SHORT_TERM_WINDOWS + 1),
            momentary: Vec::new(),
            loudest: [f64::NEG_INFINITY, 0.0],
        }
    }

    fn push(&mut self, frames: &[Frame]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((self.length - self.in_window).min(rest.len()));
            self.meter.push(part);
            self.highest = part.as_flattened().iter().fold(self.highest, |highest, x| highest.max(x.abs()));
            self.in_window += part.len();
            if self.in_window == self.length {
                self.end_window();
            }
            rest = tail;
        }
    }

    fn end_window(&mut self) {
        self.in_window = 0;
        self.peaks.push_back(std::mem::take(&mut self.highest));
        if self.peaks.len() > SHORT_TERM_WINDOWS {
            self.peaks.pop_front();
        }
        self.momentary.push(self.meter.momentary_lufs());
        let short_term = self.meter.short_term_lufs();
        if short_term > self.loudest[0] {
            self.loudest = [short_term, self.peaks.iter().copied().fold(0.0, f64::max)];
        }
    }

    fn outcome(&self, drive_db: f64, reductions: &[f64], cost: Cost) -> Outcome {
        let lufs = self.meter.integrated_lufs();
        let [loudest_lufs, peak] = self.loudest;
        let psr_db =
            if loudest_lufs.is_finite() { 20.0 * math::log10(peak) - loudest_lufs } else { f64::INFINITY };
        let mut gated: Vec<f64> = self
            .momentary
            .iter()
            .zip(reductions)
            .filter(|(momentary, _)| **momentary > lufs - GATE_LU)
            .map(|(_, reduction)| *reduction)
            .collect();
        gated.sort_by(f64::total_cmp);
        let standing_db = gated.get(gated.len() / 2).copied().unwrap_or(0.0);
        Outcome { drive_db, lufs, psr_db, standing_db, cost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::{LOUDNESS_TOLERANCE_LU, search};
    use crate::processor::Quality;

    const RATE: f64 = 48_000.0;

    /// Eight seconds of decaying hits over a chord.
    fn song() -> Vec<[f32; 2]> {
        let frame = |n: u32| {
            let t = f64::from(n) / RATE;
            let hit = math::exp(-(2.0 * t).fract() * 8.0);
            let tone = |hz: f64| math::sin(std::f64::consts::TAU * hz * t);
            let x = 0.4 * hit * tone(70.0) + 0.08 * (tone(220.0) + tone(277.2) + tone(1661.0));
            [x as f32, (0.8 * x) as f32]
        };
        (0..8 * RATE as u32).map(frame).collect()
    }

    /// The whole chain in one, as a host plays it.
    fn played(settings: &ChainSettings) -> f64 {
        let mut chain = Chain::new();
        chain.prepare(&ProcessSpec::stereo(RATE));
        chain.set(settings);
        let mut meter = Loudness::new(RATE, 2);
        run(&mut chain, &song(), &|| true, &mut (), |frames| meter.push(frames)).expect("not stopped");
        meter.integrated_lufs()
    }

    #[test]
    fn what_was_rehearsed_is_what_plays() {
        let mut settings = ChainSettings::default();
        settings.glue.on = true;
        settings.equalizer.on = true;
        let spec = ProcessSpec::stereo(RATE);
        let rehearsal = Rehearsal::new(&spec, &settings, &song(), &|| true).expect("not stopped");
        let drive_db = search(-13.0, -13.0 - rehearsal.driven_lufs(), |drive_db| {
            Ok::<_, ()>(rehearsal.at(drive_db, &|| true).expect("not stopped").lufs)
        })
        .expect("a drive");
        settings.limiter.drive_db = drive_db;
        let miss = played(&settings) + 13.0;
        assert!(miss.abs() <= LOUDNESS_TOLERANCE_LU + 0.001, "{miss:+.3} LU");
    }

    #[test]
    fn more_drive_costs_peaks_and_the_limiter_stands_lower() {
        // The limiter that is a gain alone: the other clips hits in place of standing down.
        let spec = ProcessSpec { quality: Quality::Live, ..ProcessSpec::stereo(RATE) };
        let rehearsal =
            Rehearsal::new(&spec, &ChainSettings::default(), &song(), &|| true).expect("not stopped");
        let [gentle, hard] =
            [0.0, 14.0].map(|drive_db| rehearsal.at(drive_db, &|| true).expect("not stopped"));
        assert!(gentle.standing_db < 0.5, "{gentle:?}");
        assert!(hard.standing_db > gentle.standing_db + 1.0, "{hard:?}");
        assert!(hard.psr_db < gentle.psr_db - 3.0, "{gentle:?} {hard:?}");
        assert!(hard.cost.distortion_db > gentle.cost.distortion_db + 6.0, "{gentle:?} {hard:?}");
        assert!(hard.cost.pumping_db > gentle.cost.pumping_db + 0.1, "{gentle:?} {hard:?}");
    }

    #[test]
    fn it_stops_when_it_is_told_to() {
        let spec = ProcessSpec::stereo(RATE);
        assert!(Rehearsal::new(&spec, &ChainSettings::default(), &song(), &|| false).is_none());
    }
}
