//! One band of the minimum-phase equalizer: its controls, its fade from one design to the next, its sections.
//!
//! Frequency, gain and quality factor are smoothed and the sections designed anew in each control period in which they move;
//! inside a period the coefficients run linearly, and the fade as it would by the frame. A change of shape, slope, placement or switch fades the band out, changes it, and
//! fades it in.

use super::prototype::{MOST_SECTIONS, Prototype};
use super::{EqualizerBand, EqualizerShape, Placement};
use crate::blocks::entry::Entry;
use crate::blocks::matched::{GridPoint, Matched};
use crate::blocks::math;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::{CONTROL_PERIOD, Frame};

use super::correction::GRID;

/// Length of a fade in ms; a change of design takes two.
pub const FADE_MS: f64 = 10.0;

/// Highest centre against the sample rate that a section can have.
const HIGHEST: f64 = 0.49;

/// The centre that a band gets in place of `hz`.
pub fn highest_hz(hz: f64, sample_rate: f64) -> f64 {
    hz.min(HIGHEST * sample_rate)
}

/// Coefficients of a section as it is run: y = x + e0 x + e1 v1 + e2 v2, with e of its own for each channel.
#[derive(Debug, Clone, Copy)]
struct Coefficients {
    g: f64,
    k: f64,
    e: [Frame; 3],
}

impl Coefficients {
    const IDENTITY: Self = Self { g: 0.1, k: 1.4, e: [[0.0; 2]; 3] };

    fn new(section: &SvfCoefficients, weight: Frame) -> Self {
        let e = [section.m0 - 1.0, section.m1, section.m2].map(|m| [weight[0] * m, weight[1] * m]);
        Self { g: section.g, k: section.k, e }
    }

    fn a1(&self) -> f64 {
        1.0 / (1.0 + self.g * (self.g + self.k))
    }
}

/// A section at work.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// The memory of its filter.
    pub(super) state: SvfState,
    end: Coefficients,
    now: Coefficients,
    step: Coefficients,
}

impl Default for Section {
    fn default() -> Self {
        let identity = Coefficients::IDENTITY;
        let step = Coefficients { g: 0.0, k: 0.0, e: [[0.0; 2]; 3] };
        Self { state: SvfState::default(), end: identity, now: identity, step }
    }
}

impl Section {
    fn begin_period(&mut self, end: Coefficients) {
        let per_sample = 1.0 / CONTROL_PERIOD as f64;
        self.now = self.end;
        self.step = Coefficients {
            g: (end.g - self.now.g) * per_sample,
            k: (end.k - self.now.k) * per_sample,
            e: [0, 1, 2].map(|m| [0, 1].map(|c| (end.e[m][c] - self.now.e[m][c]) * per_sample)),
        };
        self.end = end;
    }

    /// a1, a2 and a3 of [`SvfState::advance`].
    #[inline(always)]
    pub fn recursion(&self) -> [f64; 3] {
        let (g, a1) = (self.now.g, self.now.a1());
        [a1, g * a1, g * g * a1]
    }

    /// Weights of the input, the band-pass and the low-pass in what is added to the input.
    #[inline(always)]
    pub fn weights(&self) -> &[Frame; 3] {
        &self.now.e
    }

    /// Runs a section whose coefficients move, on the share of each frame that enters it, and with the share of its effect.
    pub fn run_moving(&mut self, frames: &mut [Frame], shares: &[Shares]) {
        for (frame, Shares { entered, effect }) in frames.iter_mut().zip(shares) {
            self.now.g += self.step.g;
            self.now.k += self.step.k;
            let x = [entered * frame[0], entered * frame[1]];
            let (v1, v2) = self.state.tick(self.now.g, self.now.a1(), x);
            for c in 0..2 {
                for m in 0..3 {
                    self.now.e[m][c] += self.step.e[m][c];
                }
                let e = &self.now.e;
                frame[c] += effect * ((e[0][c] * x[c] + e[1][c] * v1[c]) + e[2][c] * v2[c]);
            }
        }
    }
}

/// How much of a frame enters a band, and how much of what the band makes of it is heard, 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    entered: f64,
    effect: f64,
}

impl Shares {
    /// All of it.
    pub const WHOLE: Self = Self { entered: 1.0, effect: 1.0 };
}

/// A band at work; see the module.
#[derive(Debug, Clone)]
pub struct Band {
    wanted: EqualizerBand,
    used: EqualizerBand,
    sample_rate: f64,
    frequency_log: Smoother,
    gain_db: Smoother,
    q_log: Smoother,
    /// 0 faded out to 1 at full effect.
    fade: f64,
    fade_step: f64,
    /// The fade at this period's start, and the frames of the period that are gone.
    faded: f64,
    gone: usize,
    entry: Entry,
    sections: [Section; MOST_SECTIONS],
    count: usize,
    moving: bool,
    /// Logarithm of the power that the sections lack.
    deviation: [f64; GRID],
    deviation_changed: bool,
    /// Whether the band has taken up another design since that was last asked.
    switched: bool,
}

impl Default for Band {
    fn default() -> Self {
        Self {
            wanted: EqualizerBand::default(),
            used: EqualizerBand::default(),
            sample_rate: 48_000.0,
            frequency_log: Smoother::default(),
            gain_db: Smoother::default(),
            q_log: Smoother::default(),
            fade: 0.0,
            fade_step: 1.0,
            faded: 0.0,
            gone: 0,
            entry: Entry::default(),
            sections: Default::default(),
            count: 0,
            moving: false,
            deviation: [0.0; GRID],
            deviation_changed: false,
            switched: false,
        }
    }
}

impl Band {
    /// Sets the sample rate in hertz, and the length of a fade in ms.
    pub fn prepare(&mut self, sample_rate: f64, fade_ms: f64) {
        self.sample_rate = sample_rate;
        self.fade_step = 1000.0 * CONTROL_PERIOD as f64 / (fade_ms * sample_rate);
        self.entry = Entry::new(sample_rate);
        for smoother in [&mut self.frequency_log, &mut self.gain_db, &mut self.q_log] {
            smoother.prepare(sample_rate, CONTROL_SMOOTHING_MS);
        }
    }

    /// Takes new settings.
    pub fn set(&mut self, band: &EqualizerBand) {
        self.wanted = *band;
        self.frequency_log.set_target(math::ln(band.frequency_hz));
        self.gain_db.set_target(band.gain_db);
        self.q_log.set_target(math::ln(band.q));
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.sections.iter_mut().for_each(|section| section.state.reset());
    }

    /// Puts the band on its settings at once.
    pub fn snap(&mut self, grid: &[GridPoint; GRID]) {
        self.fade = if self.wanted.on { 1.0 } else { 0.0 };
        self.faded = self.fade;
        self.entry.complete();
        self.adopt();
        self.design(grid);
        self.sections.iter_mut().for_each(|section| section.now = section.end);
        self.sections.iter_mut().for_each(|section| section.begin_period(section.end));
        self.moving = false;
    }

    /// Takes over shape, slope, placement and switch, and every value where it is going.
    fn adopt(&mut self) {
        self.used = self.wanted;
        for smoother in [&mut self.frequency_log, &mut self.gain_db, &mut self.q_log] {
            smoother.snap();
        }
    }

    fn same_design(&self) -> bool {
        let (wanted, used) = (&self.wanted, &self.used);
        (wanted.on, wanted.shape, wanted.placement) == (used.on, used.shape, used.placement)
            && (wanted.slope == used.slope || !self.has_slope())
    }

    fn has_slope(&self) -> bool {
        matches!(self.used.shape, EqualizerShape::HighPass | EqualizerShape::LowPass)
    }

    /// Starts a control period.
    pub fn begin_period(&mut self, grid: &[GridPoint; GRID]) {
        let before = self.fade;
        (self.faded, self.gone) = (before, 0);
        if !self.same_design() && self.fade == 0.0 {
            self.adopt();
            self.reset();
            self.entry.begin();
            self.switched = true;
            // The new sections begin where they are going, unheard.
            self.design(grid);
            self.sections.iter_mut().for_each(|section| section.begin_period(section.end));
        } else if !self.same_design() {
            self.fade = (self.fade - self.fade_step).max(0.0);
        }
        if self.same_design() {
            self.fade = if self.used.on { (self.fade + self.fade_step).min(1.0) } else { 0.0 };
        }
        let mut changes = self.fade != before;
        for smoother in [&mut self.frequency_log, &mut self.gain_db, &mut self.q_log] {
            changes |= smoother.begin_period();
        }
        if changes && self.is_audible(before) {
            self.design(grid);
            self.moving = true;
        } else if self.moving {
            let sections = &mut self.sections[..self.count];
            sections.iter_mut().for_each(|section| section.begin_period(section.end));
            self.moving = false;
        }
    }

    fn is_audible(&self, before: f64) -> bool {
        self.fade > 0.0 || before > 0.0
    }

    /// The band as it stands at the end of this period.
    pub fn current(&self) -> EqualizerBand {
        EqualizerBand {
            // A root beyond the Nyquist frequency would come back below it.
            frequency_hz: highest_hz(math::exp(self.frequency_log.end_of_period()), self.sample_rate),
            gain_db: self.gain_db.end_of_period(),
            q: math::exp(self.q_log.end_of_period()),
            ..self.used
        }
    }

    /// Designs the sections for the end of the coming period.
    fn design(&mut self, grid: &[GridPoint; GRID]) {
        let prototype = Prototype::new(&self.current(), self.sample_rate);
        let weight = match self.used.placement {
            Placement::Stereo => [1.0; 2],
            Placement::Left | Placement::Mid => [1.0, 0.0],
            Placement::Right | Placement::Side => [0.0, 1.0],
        };
        self.count = prototype.sections().len();
        self.deviation = [0.0; GRID];
        for (analog, section) in prototype.sections().iter().zip(&mut self.sections) {
            let matched = Matched::new(analog);
            section.begin_period(Coefficients::new(&matched.coefficients(), weight));
            matched.add_deviation(grid, &mut self.deviation);
        }
        self.deviation_changed = true;
    }

    /// Whether the band is heard in this period.
    pub fn is_active(&self) -> bool {
        self.fade > 0.0 || self.moving
    }

    /// Whether its coefficients move in this period.
    pub fn is_moving(&self) -> bool {
        self.moving
    }

    /// The shares of the next frames, at most as many as this period has left.
    pub fn shares(&self) -> [Shares; CONTROL_PERIOD] {
        if self.entry.is_complete() && self.faded == self.fade {
            return [Shares::WHOLE; CONTROL_PERIOD];
        }
        std::array::from_fn(|n| {
            let through = (self.gone + n + 1) as f64 / CONTROL_PERIOD as f64;
            let fade = (self.faded + through * (self.fade - self.faded)).clamp(0.0, 1.0);
            // Smooth at both ends, and exactly 0 and 1 there.
            Shares { entered: self.entry.gain_after(n), effect: fade * fade * (3.0 - 2.0 * fade) }
        })
    }

    /// Goes on by `frames` frames.
    pub fn advance(&mut self, frames: usize) {
        self.entry.advance(frames);
        self.gone += frames;
    }

    /// What the band works on.
    pub fn placement(&self) -> Placement {
        self.used.placement
    }

    /// Whether the band has taken up another design, its switch among it, since the last call.
    pub fn take_switched(&mut self) -> bool {
        std::mem::take(&mut self.switched)
    }

    /// What the sections lack, if the band is switched on, and whether it has changed since the last call.
    pub fn take_deviation(&mut self) -> (Option<&[f64; GRID]>, bool) {
        let changed = std::mem::take(&mut self.deviation_changed);
        (self.used.on.then_some(&self.deviation), changed)
    }

    /// The sections in use.
    pub fn sections(&mut self) -> &mut [Section] {
        &mut self.sections[..self.count]
    }
}
