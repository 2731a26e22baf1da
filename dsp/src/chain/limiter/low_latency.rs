//! The limiter with the least delay: a gain at the sample rate from the level of the continuous waveform, that looks ahead as far as its
//! window reaches and is smooth enough that applying it makes no new peaks ([`super::envelope`], [`super::window`]).
//!
//! ```text
//! driven --+-- delay ------------------------------------------------ x gain -- y
//!          +-- level between the samples -- dB over the ceiling -- envelope --+
//! ```
//!
//! Where nothing is over the ceiling the gain is exactly 1. The gain aims 0.03 dB below the ceiling for what the detector reads low.
//! Latency: the detector's half length and the look-ahead; a style with a shorter window waits.

use super::Values;
use super::envelope::{Controls, Envelope, Shape};
use super::level::LevelMeter;
use crate::blocks::decibel::{fast_db_to_gain, fast_gain_to_db};
use crate::blocks::delay::Delay;
use crate::blocks::late::Late;
use crate::blocks::smoothing::Ramp;
use crate::blocks::true_peak::TruePeakDetector;
use crate::processor::{CONTROL_PERIOD, Frame};

/// Length of the crossfade from one style to another, in ms.
const STYLE_FADE_MS: f64 = 15.0;

/// What the detector's audio needs at the end of a period.
#[derive(Debug, Clone, Copy, Default)]
struct AtDetector {
    ceiling: f64,
    transient_link: f64,
    true_peak: f64,
}

/// What the envelope needs at the end of a period.
#[derive(Debug, Clone, Copy, Default)]
struct AtEnvelope {
    release_link: f64,
    release: f64,
    automatic: f64,
}

/// The limiter; see the module.
pub struct LowLatency {
    level: LevelMeter,
    /// One for each shape; a second one runs while the shape changes.
    envelopes: Vec<Envelope>,
    style: usize,
    next_style: usize,
    /// Frames that the next style still runs unheard, and how much of it is heard.
    warm_up: usize,
    style_fade: f64,
    style_step: f64,
    delay: Delay,
    controls: Controls,
    ceiling: Ramp,
    at_detector: Late<AtDetector>,
    at_envelope: Late<AtEnvelope>,
    reduction_db: f64,
}

impl LowLatency {
    /// With an envelope for each of the `shapes`, none of them longer than the look-ahead. Allocates.
    pub fn new(shapes: &[Shape], look_ahead_ms: f64, detector: TruePeakDetector, rate: f64) -> Self {
        let look_ahead = (1e-3 * look_ahead_ms * rate).round() as usize;
        let half = detector.delay();
        Self {
            envelopes: shapes.iter().map(|shape| Envelope::new(shape, look_ahead, rate)).collect(),
            style: 0,
            next_style: 0,
            warm_up: 0,
            style_fade: 0.0,
            style_step: 1000.0 / (STYLE_FADE_MS * rate),
            delay: Delay::new(half + look_ahead),
            controls: Controls::default(),
            ceiling: Ramp::default(),
            at_detector: Late::new(half),
            // The window's middle is heard half the look-ahead later.
            at_envelope: Late::new(half + look_ahead / 2),
            reduction_db: 0.0,
            level: LevelMeter::new(detector),
        }
    }

    /// Delay in frames.
    pub fn delay(&self) -> usize {
        self.delay.samples()
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.level.reset();
        self.envelopes.iter_mut().for_each(Envelope::reset);
        self.delay.reset();
        self.reduction_db = 0.0;
    }

    /// Begins with these values and a shape, for the first period after a reset.
    pub fn snap(&mut self, values: &Values, shape: usize) {
        let (at_detector, at_envelope) = split(values);
        self.at_detector.snap(at_detector);
        self.at_envelope.snap(at_envelope);
        self.ceiling.snap(at_detector.ceiling);
        self.level.snap(at_detector.true_peak);
        (self.style, self.next_style, self.style_fade) = (shape, shape, 0.0);
        self.take(at_detector, at_envelope);
    }

    /// Begins a period in which the shape is `shape`.
    pub fn choose(&mut self, shape: usize) {
        self.reduction_db = 0.0;
        if self.style == self.next_style && shape != self.style {
            self.next_style = shape;
            self.envelopes[shape].reset();
            // An envelope is complete after its look-ahead; then what came in with the request comes out.
            self.warm_up = self.delay.samples();
            self.style_fade = 0.0;
        }
    }

    /// Takes the values for the end of the period.
    pub fn push(&mut self, values: &Values) {
        let (at_detector, at_envelope) = split(values);
        let (at_detector, at_envelope) =
            (self.at_detector.push(at_detector), self.at_envelope.push(at_envelope));
        self.ceiling.begin_period(at_detector.ceiling);
        self.level.begin_period(at_detector.true_peak);
        self.take(at_detector, at_envelope);
    }

    /// The values stand still.
    pub fn settle(&mut self) {
        self.ceiling.settle();
        self.level.settle();
    }

    fn take(&mut self, at_detector: AtDetector, at_envelope: AtEnvelope) {
        self.controls = Controls {
            transient_link: at_detector.transient_link,
            release_link: at_envelope.release_link,
            release: at_envelope.release,
            automatic: at_envelope.automatic,
        };
    }

    /// Reduction in dB, positive, of this period so far.
    pub fn reduction_db(&self) -> f64 {
        self.reduction_db
    }

    /// Puts the reduction in dB for the frame that leaves the delay in the place of what each frame needs.
    #[inline(always)]
    fn reduce(&mut self, frames: &mut [Frame], is_positive: &[bool; CONTROL_PERIOD]) {
        if self.next_style == self.style {
            self.envelopes[self.style].process(frames, is_positive, &self.controls);
            return;
        }
        // Both give every frame what it needs, and so does any mixture.
        let mut next = [[0.0; 2]; CONTROL_PERIOD];
        let next = &mut next[..frames.len()];
        next.copy_from_slice(frames);
        self.envelopes[self.style].process(frames, is_positive, &self.controls);
        self.envelopes[self.next_style].process(next, is_positive, &self.controls);
        for (reduction, next) in frames.iter_mut().zip(next) {
            if self.warm_up > 0 {
                self.warm_up -= 1;
                continue;
            }
            self.style_fade = (self.style_fade + self.style_step).min(1.0);
            if self.style_fade == 1.0 {
                *reduction = *next;
                continue;
            }
            let fade = self.style_fade * self.style_fade * (3.0 - 2.0 * self.style_fade);
            *reduction = [
                reduction[0] + fade * (next[0] - reduction[0]),
                reduction[1] + fade * (next[1] - reduction[1]),
            ];
        }
        if self.style_fade == 1.0 {
            self.style = self.next_style;
        }
    }

    /// Limits frames in place, at most a control period of them.
    pub fn process(&mut self, frames: &mut [Frame]) {
        let length = frames.len();
        let mut ceilings = [0.0; CONTROL_PERIOD];
        ceilings[..length].iter_mut().for_each(|ceiling| *ceiling = self.ceiling.next());
        let floor = ceilings[..length].iter().fold(f64::INFINITY, |floor, ceiling| floor.min(*ceiling));
        let found = self.level.process(frames, 0.999 * floor);
        self.delay.process(frames);
        let idle = !found.is_over && self.style == self.next_style && self.envelopes[self.style].is_idle();
        if idle {
            self.envelopes[self.style].skip(length);
            return;
        }
        // In passes, as only the envelope has to wait for the frame before.
        let is_linked = self.controls.transient_link == 1.0;
        let mut needed = [[0.0; 2]; CONTROL_PERIOD];
        for ((needed, level), ceiling) in needed[..length].iter_mut().zip(&found.levels).zip(&ceilings) {
            *needed = if is_linked {
                [over_db(level[0].max(level[1]), *ceiling); 2]
            } else {
                [over_db(level[0], *ceiling), over_db(level[1], *ceiling)]
            };
        }
        let mut is_positive = [false; CONTROL_PERIOD];
        for (is_positive, (level, side)) in
            is_positive.iter_mut().zip(found.levels.iter().zip(&found.samples))
        {
            *is_positive = (if level[1] > level[0] { side[1] } else { side[0] }) > 0.0;
        }
        let mut reductions = needed;
        self.reduce(&mut reductions[..length], &is_positive);
        let reductions = &reductions[..length];
        self.reduction_db =
            reductions.as_flattened().iter().fold(self.reduction_db, |most, db| most.max(*db));
        // A gain of 0 dB is exactly 1.
        if reductions.iter().all(|[left, right]| left == right) {
            for (frame, [db, _]) in frames.iter_mut().zip(reductions) {
                let gain = fast_db_to_gain(-db);
                *frame = [frame[0] * gain, frame[1] * gain];
            }
        } else {
            for (frame, db) in frames.iter_mut().zip(reductions) {
                *frame = [frame[0] * fast_db_to_gain(-db[0]), frame[1] * fast_db_to_gain(-db[1])];
            }
        }
    }
}

fn split(values: &Values) -> (AtDetector, AtEnvelope) {
    let at_detector = AtDetector {
        ceiling: values.ceiling,
        transient_link: values.transient_link,
        true_peak: values.true_peak,
    };
    let at_envelope = AtEnvelope {
        release_link: values.release_link,
        release: values.release,
        automatic: values.automatic,
    };
    (at_detector, at_envelope)
}

/// How far a level lies over the ceiling, dB; 0 below it.
#[inline(always)]
pub fn over_db(level: f64, ceiling: f64) -> f64 {
    if level > ceiling { fast_gain_to_db(level / ceiling) } else { 0.0 }
}
