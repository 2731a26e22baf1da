//! From the reduction that each frame needs to a smooth gain that gives it in time.
//!
//! ```text
//! needed -- link -- wait -- maximum over the window -- hold --+-- slow: levels out what lasts --+-- means -- reduction
//!                                                             +-- fast: what the slow lacks ----+
//! ```
//!
//! All in dB, positive. The maximum looks ahead as far as the means reach back, and neither hold nor release ever gives less
//! than it: the means of what is everywhere enough is enough. The hold bridges the gaps between the crests of one tone and no
//! longer ([`runs`](super::runs)), so that a bass note is held through its zero crossings and not distorted, while dense material is
//! released at once. A release that follows the programme is as fast as what dominates allows: a few holds.

use super::runs::Runs;
use super::window::{MeanCascade, SlidingMaximum};
use crate::blocks::math;
use crate::processor::{CONTROL_PERIOD, Frame};

/// Reduction in dB below which a release ends.
const RELEASED_DB: f64 = 1e-6;

/// Fixed character of an envelope.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Length of the window in ms, not above the limiter's look-ahead.
    pub window_ms: f64,
    /// Longest hold in ms.
    pub hold_ms: f64,
    /// Time constant in ms with which lasting reduction moves from the fast to the slow part.
    pub slow_attack_ms: f64,
    /// Time constant in ms with which the slow part is released.
    pub slow_release_ms: f64,
}

/// Shortest release that follows the programme, ms: faster ones are heard as distortion.
const FASTEST_RELEASE_MS: f64 = 3.0;
/// Holds that a release that follows the programme lasts.
const RELEASE_IN_HOLDS: f64 = 1.0;

/// How long the level of a steady tone is held, ms: its crests are then read alike, whatever points of them are seen.
const STEADY_HOLD_MS: f64 = 32.0;
/// Fall of the reduction below which it counts as steady, dB.
const STEADY_DB: f64 = 0.2;

/// Controls of an envelope, for one control period.
#[derive(Debug, Clone, Copy, Default)]
pub struct Controls {
    /// Stereo link of the reduction that is needed, 0 to 1.
    pub transient_link: f64,
    /// Stereo link of the slow part, 0 to 1.
    pub release_link: f64,
    /// Time constant of the fast part's release in frames; the longest, as far as it follows the programme.
    pub release: f64,
    /// How far the release follows the programme, and how much of the lasting reduction the slow part takes, 0 to 1.
    pub automatic: f64,
}

/// Parts in which a hold is counted: it lasts between its length and a quarter more.
const PARTS: usize = 5;

/// The highest value of the last frames, for a length that may change at any time.
#[derive(Debug, Clone, Copy, Default)]
struct Crest {
    parts: [f64; PARTS],
    /// The highest of all parts but the first.
    older: f64,
    age: f64,
}

impl Crest {
    /// The highest value of at least the last `hold` frames.
    #[inline(always)]
    fn tick(&mut self, x: f64, hold: f64) -> f64 {
        if x == 0.0 && self.parts[0] == 0.0 && self.older == 0.0 {
            // What is empty begins with the next value, however many frames were passed over.
            self.age = 0.0;
            return 0.0;
        }
        self.age += 1.0;
        if self.age * (PARTS - 1) as f64 > hold {
            self.age = 0.0;
            self.older = 0.0;
            for n in (1..PARTS).rev() {
                self.parts[n] = self.parts[n - 1];
                self.older = if self.parts[n] > self.older { self.parts[n] } else { self.older };
            }
            self.parts[0] = x;
        }
        self.parts[0] = self.parts[0].max(x);
        self.parts[0].max(self.older)
    }
}

/// The envelope; see the module.
#[derive(Debug, Clone, Default)]
pub struct Envelope {
    frames_per_ms: f64,
    slow_attack: f64,
    slow_release: f64,
    /// Delays what is needed until this window, if shorter than the look-ahead, has its turn.
    wait: Vec<Frame>,
    place: usize,
    maximum: SlidingMaximum,
    means: MeanCascade,
    held: Frame,
    crests: [Crest; 2],
    steady: [Crest; 2],
    runs: Runs,
    /// Coefficient of the fast part's release, and the time constant in frames that it is for.
    release: f64,
    release_of: f64,
    slow: Frame,
    fast: Frame,
    quiet: usize,
    memory: usize,
    /// Whether all that is kept is the same for both channels: then the left one's counts.
    is_same: bool,
}

impl Envelope {
    /// An envelope whose output belongs to the frame `look_ahead` frames before its input. Allocates.
    pub fn new(shape: &Shape, look_ahead: usize, sample_rate: f64) -> Self {
        let frames_per_ms = 1e-3 * sample_rate;
        let means = MeanCascade::new(((shape.window_ms * frames_per_ms) as usize).min(look_ahead));
        let coefficient = |ms: f64| 1.0 - math::exp(-1.0 / (ms * frames_per_ms));
        Self {
            frames_per_ms,
            runs: Runs::new(shape.hold_ms, sample_rate),
            slow_attack: coefficient(shape.slow_attack_ms),
            slow_release: coefficient(shape.slow_release_ms),
            wait: vec![[0.0; 2]; look_ahead - means.reach() + 1],
            maximum: SlidingMaximum::new(means.reach() + 1),
            memory: 2 * look_ahead + 2,
            means,
            ..Self::default()
        }
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        self.wait.fill([0.0; 2]);
        self.place = 0;
        self.maximum.reset();
        self.means.reset();
        (self.held, self.slow, self.fast) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        (self.crests, self.steady) = Default::default();
        self.runs.reset();
        (self.release, self.release_of) = (0.0, 0.0);
        self.quiet = self.memory;
        self.is_same = true;
    }

    /// Whether nothing is reduced and nothing is on its way.
    pub fn is_idle(&self) -> bool {
        self.quiet >= self.memory
    }

    /// Passes over frames that need nothing; only while [`Envelope::is_idle`].
    pub fn skip(&mut self, frames: usize) {
        // Everything is 0.
        self.is_same = true;
        self.runs.skip(frames);
    }

    /// Puts the reduction in dB for the frame `look_ahead` earlier in the place of what each frame needs; at most a control period of them.
    /// `is_positive` says which side of zero the louder channel of each is on.
    #[inline(always)]
    pub fn process(
        &mut self,
        frames: &mut [Frame],
        is_positive: &[bool; CONTROL_PERIOD],
        controls: &Controls,
    ) {
        for (needed, is_positive) in frames.iter_mut().zip(is_positive) {
            *needed = self.held_reduction(*needed, *is_positive, controls);
        }
        if self.is_same {
            let mut singles = [[0.0; 1]; CONTROL_PERIOD];
            let singles = &mut singles[..frames.len()];
            singles.iter_mut().zip(frames.iter()).for_each(|(single, frame)| *single = [frame[0]]);
            self.means.process(singles);
            frames.iter_mut().zip(singles).for_each(|(frame, single)| *frame = [single[0]; 2]);
        } else {
            self.means.process(frames);
        }
    }

    /// The reduction in dB before the means.
    #[inline(always)]
    fn held_reduction(&mut self, needed: Frame, is_positive: bool, controls: &Controls) -> Frame {
        let most = needed[0].max(needed[1]);
        self.runs.tick(most, is_positive);
        let hold = self.runs.hold();
        self.follow(hold, controls);
        let (link, own) = (controls.transient_link, 1.0 - controls.transient_link);
        let needed = [link * most + own * needed[0], link * most + own * needed[1]];
        if self.is_same && needed[0] != needed[1] {
            self.is_same = false;
            (self.held[1], self.slow[1], self.fast[1]) = (self.held[0], self.slow[0], self.fast[0]);
            (self.crests[1], self.steady[1]) = (self.crests[0], self.steady[0]);
        }
        // A ring one longer than the delay: what is written now is read `wait.len() - 1` frames later.
        self.wait[self.place] = needed;
        self.place += 1;
        if self.place == self.wait.len() {
            self.place = 0;
        }
        let needed = self.wait[self.place];
        let maximum = self.maximum.tick(needed);
        if self.is_same {
            self.hold_crest(0, maximum[0], hold);
            let reduction = self.release_held(0, self.held[0], controls);
            self.quiet = if most > 0.0 || reduction != 0.0 { 0 } else { self.quiet.saturating_add(1) };
            return [reduction; 2];
        }
        for (c, maximum) in maximum.into_iter().enumerate() {
            self.hold_crest(c, maximum, hold);
        }
        let loudest = self.held[0].max(self.held[1]);
        let reduction = [self.release_held(0, loudest, controls), self.release_held(1, loudest, controls)];
        let acts = most > 0.0 || reduction[0] != 0.0 || reduction[1] != 0.0;
        self.quiet = if acts { 0 } else { self.quiet.saturating_add(1) };
        reduction
    }

    /// What a channel needs is held.
    #[inline(always)]
    fn hold_crest(&mut self, c: usize, maximum: f64, hold: f64) {
        let held = self.crests[c].tick(maximum, hold);
        let before = self.steady[c].tick(held, STEADY_HOLD_MS * self.frames_per_ms);
        // Small falls are taken back; of others next to nothing, a tenth of a dB at most.
        let square = (before - held) * (before - held);
        self.held[c] = before - (before - held) * square / (square + STEADY_DB * STEADY_DB);
    }

    /// The reduction of a channel, which releases what is held; `loudest` is held in the channel that needs most.
    #[inline(always)]
    fn release_held(&mut self, c: usize, loudest: f64, controls: &Controls) -> f64 {
        let linked = controls.release_link * loudest + (1.0 - controls.release_link) * self.held[c];
        let towards = controls.automatic * linked;
        let speed = if towards > self.slow[c] { self.slow_attack } else { self.slow_release };
        self.slow[c] += speed * (towards - self.slow[c]);
        self.fast[c] = (self.held[c] - self.slow[c]).max(self.release * self.fast[c]);
        let reduction = self.slow[c] + self.fast[c];
        if self.held[c] == 0.0 && reduction < RELEASED_DB {
            (self.slow[c], self.fast[c]) = (0.0, 0.0);
            return 0.0;
        }
        reduction
    }

    /// The release for a hold.
    #[inline(always)]
    fn follow(&mut self, hold: f64, controls: &Controls) {
        let fastest = FASTEST_RELEASE_MS * self.frames_per_ms;
        let of_hold = (RELEASE_IN_HOLDS * hold).max(fastest).min(controls.release);
        let wanted = controls.release + controls.automatic * (of_hold - controls.release);
        if wanted != self.release_of {
            self.release_of = wanted;
            self.release = 1.0 - 1.0 / wanted.max(1.0);
        }
    }
}
