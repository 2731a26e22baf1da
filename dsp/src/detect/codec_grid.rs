//! The grid of a lossy encoder: at the very frames where its blocks began, its own transform finds the coefficients that it rounded to nothing.
//!
//! An encoder turns blocks of the sound into coefficients and keeps few of them exactly: many become 0. Whoever transforms the decoded sound
//! again, with the same transform and the same first frame of a block, meets those zeros; a frame earlier or later there are none (R. Yang, Y. Q.
//! Shi, J. Huang, "Defeating Fake-Quality MP3", ACM MM&Sec 2009). No wall is needed: the highest rates and what encoders leave open are found as well.
//!
//! ```text
//! frames -> the most telling stretches -> one of them: share of tiny coefficients at every first frame -> the likeliest
//!                                         the others:  the same at these alone, against some that cannot be it
//! ```
//!
//! What is searched in one stretch is judged in others, so that the highest of thousands is no proof of itself. A gain, dither and another word
//! length leave the grid; another sample rate takes it away.

mod cosine;
mod grid;
mod hybrid;
mod prototype;
mod search;

use super::StoredWords;
use crate::processor::Frame;
use search::Stretch;

/// Rates that encoders work at and transforms were made for, hertz.
const RATES_HZ: [f64; 2] = [32_000.0, 48_000.0];
/// Frames of a stretch: the blocks that are looked at of the longest transform, whatever the first frame.
const STRETCH: usize = (search::BLOCKS + 2) * 1024;
/// One stretch of each second may be kept.
const EVERY_S: f64 = 1.0;
/// Stretches that are looked at: one to search, the others to judge.
const STRETCHES: usize = 5;
/// Parts of a stretch. The steadiest tells most: encoders work in short blocks, on another grid, at every attack.
const PARTS: usize = 8;
/// The highs of each part, as second differences, stand over the noise of the words, which has three halves of a step squared, by 18 dB.
const OVER_WORDS: f32 = 100.0;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trace {
    /// The encoders whose grid it is.
    pub codec: &'static str,
    /// Frames of one of their blocks.
    pub block: usize,
    /// Share of tiny coefficients on the grid, and beside it.
    pub share: f64,
    pub beside: f64,
    /// How far they are apart in standard deviations of what lies beside it.
    pub deviations: f64,
}

impl Trace {
    /// Whether it is one beyond doubt, and no hint.
    pub fn is_sure(&self) -> bool {
        self.deviations >= search::SURE
    }
}

/// Keeps the stretches and looks at them; see the module.
pub(super) struct CodecGrid {
    sample_rate_hz: f64,
    /// A step of the words, an amplitude.
    step: f64,
    is_wanted: bool,
    wait: usize,
    line: Vec<[f32; 2]>,
    frames: u64,
    kept: Vec<Stretch>,
}

impl CodecGrid {
    /// For `words` at `sample_rate_hz`. Allocates.
    pub fn new(words: StoredWords, sample_rate_hz: f64) -> Self {
        let [lowest, highest] = RATES_HZ;
        // Floating point has steps as well, from rounding on the way; what is known to be lossy needs no search.
        let step = match words {
            StoredWords::Integer(bits) => 2f64.powi(1 - bits.clamp(8, 24) as i32),
            StoredWords::Float(_) | StoredWords::Lossy => 2f64.powi(-23),
        };
        let is_wanted = words != StoredWords::Lossy && (lowest..=highest).contains(&sample_rate_hz);
        Self {
            sample_rate_hz,
            step,
            is_wanted,
            wait: 0,
            line: Vec::with_capacity(if is_wanted { STRETCH } else { 0 }),
            frames: 0,
            kept: Vec::new(),
        }
    }

    /// Keeps nothing from now on: no trace is asked for.
    pub fn leave_out(&mut self) {
        self.is_wanted = false;
        self.line = Vec::new();
    }

    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        let skipped = self.wait.min(frames.len());
        self.wait -= skipped;
        self.frames += frames.len() as u64;
        if !self.is_wanted || skipped == frames.len() {
            return;
        }
        let room = (STRETCH - self.line.len()).min(frames.len() - skipped);
        self.line
            .extend(frames[skipped..skipped + room].iter().map(|frame| [frame[0] as f32, frame[1] as f32]));
        if self.line.len() == STRETCH {
            let start_frame = self.frames - (frames.len() - skipped - room) as u64 - STRETCH as u64;
            self.keep(start_frame);
            self.line.clear();
            self.wait = ((EVERY_S * self.sample_rate_hz) as usize).saturating_sub(STRETCH);
        }
    }

    /// Keeps the stretch if it tells more than one that is kept.
    fn keep(&mut self, start_frame: u64) {
        let part = |part: &[[f32; 2]]| -> f32 {
            part.windows(3).map(|x| (x[0][0] - 2.0 * x[1][0] + x[2][0]).powi(2)).sum()
        };
        let (least, most) = self
            .line
            .chunks(STRETCH / PARTS)
            .map(part)
            .fold((f32::MAX, 0.0f32), |(least, most), power| (least.min(power), most.max(power)));
        let floor = OVER_WORDS * (STRETCH / PARTS) as f32 * (self.step * self.step) as f32;
        let telling = if least > floor { least / most } else { -1.0 };
        let softest = self.kept.iter().map(|stretch| stretch.telling).fold(f32::MAX, f32::min);
        if self.kept.len() == STRETCHES {
            if telling <= softest {
                return;
            }
            self.kept.retain(|stretch| stretch.telling > softest);
        }
        self.kept.push(Stretch { start_frame, telling, frames: self.line.clone() });
    }

    /// What was found in all that was heard, which may be no more than a hint. Takes about a tenth of a second.
    pub fn trace(&self) -> Option<Trace> {
        search::trace(&self.kept, self.sample_rate_hz, self.step)
    }
}
