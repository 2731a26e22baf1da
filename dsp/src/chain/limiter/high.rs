//! The limiter that is cleanest while it plays: the order of work of [`super::best`], as a stream.
//!
//! ```text
//! driven -- slow gain -- envelope for what is steady or long -- perceptual clip -- low-latency limiter for the rest -- y
//! ```
//!
//! Short peaks are clipped, with the error put where the programme masks it ([`clip`]); what a clip would be heard on is turned down by
//! the smoothest gain that does ([`envelope`]), as far as the spectrum stands ([`steady`]) or the peaks last ([`long_runs`]); a slow gain
//! takes part of a dense passage's load ([`slow_gain`]). What passes the ceiling between the samples is about 0.1 dB, and the
//! [`LowLatency`] limiter's, so that the ceiling holds whatever comes.
//!
//! Levels are measured once, at the input, and follow the gains. Where nothing is over the ceiling every part is at rest and adds nothing:
//! the frames are those that came in. Settings travel with the audio: each part takes them when the frames that they are meant for are
//! there. What is heard of a setting before is foresight of the sound that it makes: a hop's gain is known to the clip's free hops, and a
//! peak to the envelope's window. The work of the clip, of the envelope and
//! of the spectra is spread evenly over the frames that come.
//!
//! Latency: a hop of the clip (the slow gain looks ahead), 17 points of the envelope's grid, the clip's free hops and one in which it
//! works, and the last limiter's: 36 ms with two free hops, 41 ms with three.

mod bins;
mod clip;
mod envelope;
mod long_runs;
mod slow_gain;
mod solve;
mod steady;

use super::Values;
use super::best::load::hann;
use super::best::scale::Scale;
use super::envelope::Shape;
use super::level::LevelMeter;
use super::low_latency::{LowLatency, over_db};
use crate::blocks::decibel::{db_to_gain, fast_db_to_gain};
use crate::blocks::delay::Delay;
use crate::blocks::late::Late;
use crate::blocks::smoothing::Ramp;
use crate::blocks::true_peak::TruePeakDetector;
use crate::processor::{CONTROL_PERIOD, Frame};
use clip::Clip;
use envelope::{Envelope, Shares};
use long_runs::LongRuns;
use slow_gain::SlowGain;
use steady::Steadiness;

/// Iterations of the clip for each hop: 8 move the gain 0.3 dB less, and distort as much.
const ITERATIONS: usize = 6;
/// The clip's bound below the ceiling, dB: less than the last limiter needs to be left alone.
const CLIP_MARGIN_DB: f64 = 0.02;
/// What the envelope keeps free, dB: more than the others, so that they leave a tone alone.
const STEADY_MARGIN_DB: f64 = 0.05;
/// Share of the reduction that the envelope takes of the longest runs: more pumps, less distorts.
const SHARE_OF_LONG_RUNS: f64 = 0.5;
/// Crossfade between clip and envelope, ms.
const FADE_MS: f64 = 100.0;
/// The last limiter: a hold of 2 ms, released between crests, made new peaks of 0.5 dB.
const REST: Shape = Shape { window_ms: 1.5, hold_ms: 32.0, slow_attack_ms: 400.0, slow_release_ms: 50.0 };
/// Look-ahead of the last limiter, ms.
const REST_LOOK_AHEAD_MS: f64 = 1.5;
/// Shares that are kept: of long runs and of steady spectra.
type Kept = [f64; 2];

/// The limiter; see the module.
pub struct High {
    hop: usize,
    grid: usize,
    level: LevelMeter,
    slow: SlowGain,
    long_runs: LongRuns,
    steady: Steadiness,
    /// Over twice the time, of the lows: two notes apart are one that swells to the other.
    steady_lows: Steadiness,
    envelope: Envelope,
    clip: Clip,
    rest: LowLatency,
    before_slow: Delay,
    levels: Delay,
    before_envelope: Delay,
    envelope_levels: Delay,
    before_rest: Delay,
    at_detector: Late<f64>,
    at_slow: Late<slow_gain::Settings>,
    at_envelope: Late<AtEnvelope>,
    at_clip: Late<f64>,
    at_rest: Late<Values>,
    envelope_ceiling: Ramp,
    clip_bound: Ramp,
    /// Amplitude at the input.
    ceiling: f64,
    slow_settings: slow_gain::Settings,
    envelope_settings: AtEnvelope,
    /// Where the period begins.
    position: usize,
    started: bool,
    /// The last shares, the newest first, and their window.
    shares: Vec<Kept>,
    fade: Vec<f64>,
    share: Kept,
    reductions: Reductions,
}

/// How far each part turns down, dB and positive, at most in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reductions {
    /// The slow gain.
    pub slow_db: f64,
    /// The envelope for what is steady or long, and the last limiter.
    pub envelope_db: f64,
    /// The clip, at its highest peak.
    pub clip_db: f64,
}

impl High {
    /// With `free` hops of the clip. Allocates.
    pub fn new(free: usize, rate: f64) -> Self {
        let scale = Scale::new(rate);
        let (hop, grid) = (scale.slow_grid, scale.grid);
        let level = LevelMeter::new(TruePeakDetector::new());
        let envelope = Envelope::new(grid, rate);
        let clip = Clip::new(2 * hop, free, ITERATIONS, rate);
        let rest = LowLatency::new(&[REST], REST_LOOK_AHEAD_MS, TruePeakDetector::sharp(), rate);
        let fade = hann(((0.5e-3 * FADE_MS * rate / hop as f64).round() as usize).max(1));
        let total: f64 = fade.iter().sum();
        let to_clip = hop + envelope.delay();
        Self {
            hop,
            grid,
            slow: SlowGain::new(hop, rate),
            long_runs: LongRuns::new(hop, rate),
            steady: Steadiness::new(32 * hop, 1),
            steady_lows: Steadiness::new(16 * hop, 4),
            before_slow: Delay::new(hop),
            levels: Delay::new(hop - level.delay()),
            before_envelope: Delay::new(envelope.delay()),
            envelope_levels: Delay::new(envelope.delay()),
            before_rest: Delay::new(clip.delay()),
            at_detector: Late::new(level.delay()),
            at_slow: Late::new(hop),
            at_envelope: Late::new(hop),
            at_clip: Late::new(to_clip),
            at_rest: Late::new(to_clip + clip.delay()),
            envelope_ceiling: Ramp::default(),
            clip_bound: Ramp::default(),
            ceiling: 1.0,
            slow_settings: slow_gain::Settings::default(),
            envelope_settings: AtEnvelope::default(),
            position: 0,
            started: false,
            shares: vec![[0.0; 2]; fade.len()],
            fade: fade.iter().map(|weight| weight / total).collect(),
            share: [0.0; 2],
            reductions: Reductions::default(),
            level,
            envelope,
            clip,
            rest,
        }
    }

    /// Delay in frames.
    pub fn delay(&self) -> usize {
        self.hop + self.envelope.delay() + self.clip.delay() + self.rest.delay()
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.level.reset();
        self.slow.reset();
        self.long_runs.reset();
        self.steady.reset();
        self.steady_lows.reset();
        self.envelope.reset();
        self.clip.reset();
        self.rest.reset();
        for delay in [
            &mut self.before_slow,
            &mut self.levels,
            &mut self.before_envelope,
            &mut self.envelope_levels,
            &mut self.before_rest,
        ] {
            delay.reset();
        }
        self.started = false;
        self.shares.fill([0.0; 2]);
        (self.share, self.reductions) = Default::default();
    }

    /// Begins with these values, for the first period after a reset.
    pub fn snap(&mut self, values: &Values) {
        self.at_detector.snap(values.true_peak);
        self.level.snap(values.true_peak);
        self.slow_settings = at_slow(values);
        self.at_slow.snap(self.slow_settings);
        self.slow.snap(self.slow_settings);
        self.envelope_settings = at_envelope(values);
        self.at_envelope.snap(self.envelope_settings);
        self.envelope.snap(self.envelope_settings.whole);
        self.at_clip.snap(clip_bound(values));
        self.at_rest.snap(*values);
        self.envelope_ceiling.snap(self.envelope_settings.ceiling);
        self.clip_bound.snap(clip_bound(values));
        self.rest.snap(values, 0);
        self.ceiling = values.ceiling;
    }

    /// Takes the values for the end of the period.
    pub fn push(&mut self, values: &Values) {
        self.ceiling = values.ceiling;
        self.level.begin_period(self.at_detector.push(values.true_peak));
        self.slow_settings = self.at_slow.push(at_slow(values));
        self.envelope_settings = self.at_envelope.push(at_envelope(values));
        self.envelope_ceiling.begin_period(self.envelope_settings.ceiling);
        self.clip_bound.begin_period(self.at_clip.push(clip_bound(values)));
        self.rest.push(&self.at_rest.push(*values));
    }

    /// The values stand still.
    pub fn settle(&mut self) {
        self.level.settle();
        self.envelope_ceiling.settle();
        self.clip_bound.settle();
        self.rest.settle();
    }

    /// Begins a control period: ends what ended with the last one.
    ///
    /// `position` counts frames on the chain's grid: hops lie on it.
    pub fn begin_period(&mut self, position: u64) {
        self.reductions = Reductions::default();
        self.rest.choose(0);
        self.position = position as usize;
        let frames = self.position;
        if self.started {
            if frames.is_multiple_of(self.hop) {
                self.finish_hop();
            }
            if frames.is_multiple_of(self.grid) {
                let [long, steady] = self.share;
                let AtEnvelope { link, whole, .. } = self.envelope_settings;
                let block = frames / self.grid - 1;
                self.envelope.finish_block(block, &Shares { long, steady, whole }, link);
            }
            for steady in [&mut self.steady, &mut self.steady_lows] {
                if frames.is_multiple_of(steady.hop()) {
                    steady.finish_hop();
                }
            }
        }
        self.started = true;
        self.slow.begin_period(&self.slow_settings);
    }

    /// Does the work that is due with the frames up to `end`: each frame brings its share, however they come.
    fn work(&mut self, end: usize) {
        let within = |span: usize| (end - 1) % span + 1;
        self.envelope.advance(within(self.grid));
        self.clip.advance(within(self.hop));
        for steady in [&mut self.steady, &mut self.steady_lows] {
            steady.advance(within(steady.hop()));
        }
    }

    fn finish_hop(&mut self) {
        self.long_runs.finish_hop();
        let steady = self.steady.value().max(self.steady_lows.value());
        self.shares.rotate_right(1);
        self.shares[0] = [SHARE_OF_LONG_RUNS * self.long_runs.value(), steady];
        self.share = [0.0; 2];
        for (kept, weight) in self.shares.iter().zip(&self.fade) {
            self.share = [self.share[0] + weight * kept[0], self.share[1] + weight * kept[1]];
        }
        // Where the envelope does all there is no load.
        let amount = 1.0 - self.share[1].min(1.0);
        self.slow.finish_hop(amount);
        self.clip.finish_hop();
    }

    /// How far each part turned down in this period so far.
    pub fn reductions(&self) -> Reductions {
        let mut reductions = self.reductions;
        reductions.envelope_db += self.rest.reduction_db();
        reductions
    }

    /// Takes frames before the drive: a spectrum that stands still does so whatever the drive does.
    pub fn listen(&mut self, frames: &[Frame]) {
        self.steady.push(frames);
        self.steady_lows.push(frames);
    }

    /// Limits frames in place, at most what is left of a control period, of which they are the ones from `offset` on.
    pub fn process(&mut self, frames: &mut [Frame], offset: usize) {
        let length = frames.len();
        let at = self.position + offset;
        let ceiling = self.ceiling;
        self.slow.push(frames, ceiling);
        self.long_runs.push(frames, ceiling);
        let mut found = self.level.process(frames, 0.9 * ceiling);
        let levels = &mut found.levels[..length];
        self.levels.process(levels);
        self.before_slow.process(frames);
        if !self.slow.rests() {
            for n in 0..length {
                let db = self.slow.gain_db((at + n) % self.hop);
                self.reductions.slow_db = self.reductions.slow_db.max(-db[0].min(db[1]));
                scale(&mut frames[n], &mut levels[n], db);
            }
        }
        for (level, frame) in levels.iter().zip(frames.iter()) {
            let ceiling = self.envelope_ceiling.next();
            if level[0] > ceiling || level[1] > ceiling {
                let louder = if level[1] > level[0] { frame[1] } else { frame[0] };
                self.envelope.need([over_db(level[0], ceiling), over_db(level[1], ceiling)], louder > 0.0);
            } else {
                self.envelope.skip(1);
            }
        }
        self.envelope_levels.process(levels);
        self.before_envelope.process(frames);
        if !self.envelope.rests() {
            for n in 0..length {
                let db = self.envelope.gain_db((at + n) % self.grid);
                self.reductions.envelope_db = self.reductions.envelope_db.max(-db[0].min(db[1]));
                scale(&mut frames[n], &mut levels[n], db);
            }
        }
        let mut errors = [[0.0; 2]; CONTROL_PERIOD];
        for (n, error) in errors[..length].iter_mut().enumerate() {
            *error = self.clip.tick((at + n) % self.hop, frames[n], levels[n], self.clip_bound.next());
        }
        self.before_rest.process(frames);
        let mut highest = [0.0f64; 2];
        for (frame, error) in frames.iter_mut().zip(&errors) {
            for (x, error) in frame.iter_mut().zip(error) {
                if *error != 0.0 {
                    let clipped = *x + error;
                    if x.abs() > highest[0] {
                        highest = [x.abs(), clipped.abs()];
                    }
                    *x = clipped;
                }
            }
        }
        if highest[0] > highest[1] {
            self.reductions.clip_db = self.reductions.clip_db.max(over_db(highest[0], highest[1].max(1e-3)));
        }
        self.rest.process(frames);
        self.work(at + length);
    }
}

/// Applies gains in dB to a frame and its level.
#[inline(always)]
fn scale(frame: &mut Frame, level: &mut Frame, db: Frame) {
    let left = fast_db_to_gain(db[0]);
    let gains = [left, if db[1] == db[0] { left } else { fast_db_to_gain(db[1]) }];
    for c in 0..2 {
        if db[c] != 0.0 {
            frame[c] *= gains[c];
            level[c] *= gains[c];
        }
    }
}

fn at_slow(values: &Values) -> slow_gain::Settings {
    slow_gain::Settings { share: values.slow_share, link: values.release_link }
}

/// What the envelope is set to.
#[derive(Debug, Clone, Copy, Default)]
struct AtEnvelope {
    /// What it aims at, an amplitude.
    ceiling: f64,
    link: f64,
    /// What it takes at least, 0 to 1.
    whole: f64,
}

fn at_envelope(values: &Values) -> AtEnvelope {
    AtEnvelope {
        ceiling: values.ceiling * db_to_gain(-STEADY_MARGIN_DB),
        link: values.transient_link,
        whole: values.whole,
    }
}

fn clip_bound(values: &Values) -> f64 {
    values.ceiling * db_to_gain(-CLIP_MARGIN_DB)
}

#[cfg(test)]
mod tests;
