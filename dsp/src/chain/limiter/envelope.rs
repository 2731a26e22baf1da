//! From the reduction that each frame needs to a smooth gain that gives it in time.
//!
//! ```text
//! needed -- link -- wait -- maximum over the window -- hold --+-- slow: levels out what lasts --+-- means -- reduction
//!                                                             +-- fast: what the slow lacks ----+
//! ```
//!
//! All in dB, positive. The maximum looks ahead as far as the means reach back, and neither hold nor release ever gives less
//! than it: the means of what is everywhere enough is enough. The hold bridges the gaps between the crests of one tone: it
//! follows the time from crest to crest, so that a bass note is held through its zero crossings and not distorted, while
//! dense material is released at once.

use super::window::{MeanCascade, SlidingMaximum};
use crate::processor::Frame;

/// How long a hold outlasts the distance of the crests that set it, as a factor.
const HOLD_MARGIN: f64 = 1.1;
/// Time constant in ms with which a hold is forgotten when crests come closer together.
const HOLD_MEMORY_MS: f64 = 120.0;
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

/// Controls of an envelope, for one control period.
#[derive(Debug, Clone, Copy, Default)]
pub struct Controls {
    /// Stereo link of the reduction that is needed, 0 to 1.
    pub transient_link: f64,
    /// Stereo link of the slow part, 0 to 1.
    pub release_link: f64,
    /// Coefficient of the fast part's release per frame.
    pub release: f64,
    /// How much of the lasting reduction the slow part takes, 0 (none) to 1.
    pub slow_share: f64,
}

/// Parts in which a hold is counted: it lasts between its length and a quarter more.
const PARTS: usize = 5;

/// The highest value of the last frames, for a length that may change at any time.
#[derive(Debug, Clone, Copy, Default)]
struct Crest {
    parts: [f64; PARTS],
    age: f64,
}

impl Crest {
    /// The highest value of at least the last `hold` frames.
    #[inline(always)]
    fn tick(&mut self, x: f64, hold: f64) -> f64 {
        self.age += 1.0;
        if self.age * (PARTS - 1) as f64 > hold {
            self.age = 0.0;
            self.parts.copy_within(..PARTS - 1, 1);
            self.parts[0] = x;
        }
        self.parts[0] = self.parts[0].max(x);
        self.parts.iter().fold(0.0, |highest, x| if *x > highest { *x } else { highest })
    }
}

/// The envelope; see the module.
#[derive(Debug, Clone, Default)]
pub struct Envelope {
    frames_per_ms: f64,
    shape_hold: f64,
    slow_attack: f64,
    slow_release: f64,
    /// Delays what is needed until this window, if shorter than the look-ahead, has its turn.
    wait: Vec<Frame>,
    place: usize,
    maximum: SlidingMaximum,
    means: MeanCascade,
    held: Frame,
    crests: [Crest; 2],
    hold: f64,
    since_crest: f64,
    above: bool,
    slow: Frame,
    fast: Frame,
    quiet: usize,
    memory: usize,
}

impl Envelope {
    /// An envelope whose output belongs to the frame `look_ahead` frames before its input. Allocates.
    pub fn new(shape: &Shape, look_ahead: usize, sample_rate: f64) -> Self {
        let frames_per_ms = 1e-3 * sample_rate;
        let means = MeanCascade::new(((shape.window_ms * frames_per_ms) as usize).min(look_ahead));
        let coefficient = |ms: f64| 1.0 - (-1.0 / (ms * frames_per_ms)).exp();
        Self {
            frames_per_ms,
            shape_hold: shape.hold_ms * frames_per_ms,
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
        (self.held, self.slow, self.fast, self.crests) = ([0.0; 2], [0.0; 2], [0.0; 2], Default::default());
        self.hold = 0.0;
        self.since_crest = f64::from(u32::MAX);
        self.above = false;
        self.quiet = self.memory;
    }

    /// Whether nothing is reduced and nothing is on its way.
    pub fn is_idle(&self) -> bool {
        self.quiet >= self.memory
    }

    /// Passes over frames that need nothing; only while [`Envelope::is_idle`].
    pub fn skip(&mut self, frames: usize) {
        self.since_crest += frames as f64;
    }

    /// The reduction in dB for the frame `look_ahead` earlier.
    #[inline]
    pub fn tick(&mut self, needed: Frame, controls: &Controls) -> Frame {
        let most = needed[0].max(needed[1]);
        let (link, own) = (controls.transient_link, 1.0 - controls.transient_link);
        let needed = [link * most + own * needed[0], link * most + own * needed[1]];
        // A ring one longer than the delay: what is written now is read `wait.len() - 1` frames later.
        self.wait[self.place] = needed;
        self.place += 1;
        if self.place == self.wait.len() {
            self.place = 0;
        }
        let needed = self.wait[self.place];
        let maximum = self.maximum.tick(needed);
        self.follow_crests(needed);
        for (c, maximum) in maximum.into_iter().enumerate() {
            self.held[c] = self.crests[c].tick(maximum, self.hold);
        }
        let loudest = self.held[0].max(self.held[1]);
        let mut reduction = [0.0; 2];
        for (c, reduction) in reduction.iter_mut().enumerate() {
            let linked = controls.release_link * loudest + (1.0 - controls.release_link) * self.held[c];
            let towards = controls.slow_share * linked;
            let speed = if towards > self.slow[c] { self.slow_attack } else { self.slow_release };
            self.slow[c] += speed * (towards - self.slow[c]);
            self.fast[c] = (self.held[c] - self.slow[c]).max(controls.release * self.fast[c]);
            *reduction = self.slow[c] + self.fast[c];
            if self.held[c] == 0.0 && *reduction < RELEASED_DB {
                (self.slow[c], self.fast[c], *reduction) = (0.0, 0.0, 0.0);
            }
        }
        self.quiet = if most > 0.0 || reduction != [0.0; 2] { 0 } else { self.quiet.saturating_add(1) };
        self.means.tick(reduction)
    }

    /// Measures the time from crest to crest: from where the need rises over half the reduction to where it does again.
    #[inline(always)]
    fn follow_crests(&mut self, needed: Frame) {
        let most = needed[0].max(needed[1]);
        let above = most > 0.5 * self.held[0].max(self.held[1]);
        self.since_crest += 1.0;
        if above && !self.above {
            let remembered =
                self.hold * (1.0 - (self.since_crest / (HOLD_MEMORY_MS * self.frames_per_ms)).min(1.0));
            let wanted = HOLD_MARGIN * self.since_crest;
            // A distance beyond the longest hold is that of two events, not of one tone's crests.
            let wanted = if wanted <= self.shape_hold { wanted } else { 0.0 };
            self.hold = remembered.max(wanted);
            self.since_crest = 0.0;
        }
        self.above = above;
    }
}
