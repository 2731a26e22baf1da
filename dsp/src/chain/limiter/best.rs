//! The limiter over a whole programme at once, for renders that are not heard while they are made.
//!
//! ```text
//! programme -- drive -- slow gain -- envelope for what is steady or long -- perceptual clip -- envelope for the rest -- output
//! ```
//!
//! Short peaks are clipped, with the error put where the programme masks it (`clip`); what a clip would be heard on, because it is a
//! steady tone or because its peaks last for milliseconds, is turned down by the smoothest gain that does (`gate`, `envelope`).
//! Where the clip has much to do a slow gain takes part of its load (`load`); it is found at a drive near the last one and then
//! stays, as a gain that follows the drive would chase it. What passes the ceiling between the samples is at most 0.1 dB, and the
//! last envelope's.
//!
//! Everything sees the whole programme, so that there is no latency; the result does not depend on the number of cores.

mod clip;
mod envelope;
mod gate;
mod levels;
pub(super) mod load;
pub(super) mod mask;
mod obstacle;
pub(super) mod runs;
pub(super) mod scale;
pub(super) mod spline;
mod steady;

use super::{LimiterSettings, LimiterStyle};
use crate::blocks::decibel::db_to_gain;
use crate::blocks::math;
use crate::metering::true_peak::Reference;
use crate::processor::Frame;
use clip::Effort;
use load::Character;
use scale::Scale;

/// Highest drive in dB.
const HIGHEST_DRIVE_DB: f64 = 24.0;
/// How near a loudness has to come, LU.
const TOLERANCE_LU: f64 = 0.04;
/// Steps of a search at most.
const MOST_STEPS: usize = 12;
/// Whole renders of a search at most; the second is nearly always the last.
const MOST_RENDERS: usize = 4;
/// The clip's bound below the ceiling, dB: less than the last envelope needs to be left alone.
const CLIP_MARGIN_DB: f64 = 0.02;
/// What the envelope for steady programme keeps free, dB: more than the others, so that they leave its output alone.
const STEADY_MARGIN_DB: f64 = 0.06;
/// What the last envelope keeps free where it has to act, dB: what 8 points a frame read low beside a clipped peak.
const LAST_MARGIN_DB: f64 = 0.04;
/// Share of the ceiling up to which a peak is held: rounding to f32 then does not pass it.
const HELD: f64 = 1.0 - 1e-6;
/// Passes of the last envelope at most.
const MOST_PASSES: usize = 4;

/// A programme before the limiter, and what is known of it at any drive.
pub struct Best<'a> {
    programme: &'a [Frame],
    scale: Scale,
    true_peak: bool,
    ceiling: f64,
    character: Character,
    /// How much the envelope takes in place of the clip, 0 to 1.
    whole: f64,
    /// How steady the programme's spectrum is, 0 to 1, on the slow grid.
    steady: Vec<f64>,
    /// The slow gain in dB on the slow grid; empty until it is found.
    slow_db: Vec<f64>,
}

/// A programme at a loudness.
pub struct Limited {
    /// The output, as long as the programme.
    pub frames: Vec<Frame>,
    /// The drive, dB.
    pub drive_db: f64,
    /// Its loudness by the measure that was given, LUFS.
    pub loudness_lufs: f64,
}

impl Character {
    fn of(style: LimiterStyle) -> Self {
        match style {
            LimiterStyle::Transparent => Self { share: 1.4, loudness_weight: 0.25 },
            LimiterStyle::Punch | LimiterStyle::Bass => Self { share: 0.0, loudness_weight: 0.25 },
            LimiterStyle::Smooth => Self { share: 2.5, loudness_weight: 0.0 },
        }
    }
}

impl<'a> Best<'a> {
    /// Looks at a programme at `sample_rate` hertz. Of the settings the ceiling, the reserve, the style and true peak count.
    pub fn new(programme: &'a [Frame], sample_rate: f64, settings: &LimiterSettings) -> Self {
        let scale = Scale::new(sample_rate);
        let reserve = settings.output_reserve.clamp(0.0, 0.1);
        Self {
            programme,
            scale,
            true_peak: settings.true_peak,
            ceiling: (db_to_gain(settings.ceiling_dbtp.clamp(-12.0, 0.0)) - reserve).max(1e-3),
            character: Character::of(settings.style),
            whole: settings.style.whole(),
            steady: steady::steadiness(programme, &scale),
            slow_db: Vec::new(),
        }
    }

    /// Finds the slow gain for drives near `drive_db` and keeps it.
    pub fn find_slow_gain(&mut self, drive_db: f64) {
        self.slow_db.clear();
        if self.character.share > 0.0 {
            let driven = self.driven(drive_db);
            self.slow_db = load::slow_gain_db(&driven, self.ceiling, &self.character, &self.scale);
        }
    }

    /// The output at a drive.
    pub fn render(&self, drive_db: f64) -> Vec<Frame> {
        let mut frames = self.driven(drive_db);
        let bound = self.ceiling * db_to_gain(-CLIP_MARGIN_DB);
        clip::clip(&mut frames, &self.scale, bound, self.true_peak, Effort::Full);
        if self.true_peak {
            self.hold_rest(&mut frames);
        }
        frames
    }

    /// A stand-in for [`Best::render`] that is about as loud: clipped hard.
    fn sketch(&self, drive_db: f64) -> Vec<Frame> {
        let mut frames = self.driven(drive_db);
        let ceiling = self.ceiling;
        frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x.clamp(-ceiling, ceiling)));
        frames
    }

    /// Everything before the clip.
    fn driven(&self, drive_db: f64) -> Vec<Frame> {
        let gain = db_to_gain(drive_db);
        let mut frames: Vec<Frame> = self.programme.iter().map(|frame| frame.map(|x| x * gain)).collect();
        spline::apply(&mut frames, &self.slow_db, self.scale.slow_grid);
        let ceiling = self.ceiling * db_to_gain(-STEADY_MARGIN_DB);
        gate::hold_steady(&mut frames, &self.steady, self.whole, ceiling, self.true_peak, &self.scale);
        frames
    }

    /// Turns down what is left over the ceiling between the samples.
    fn hold_rest(&self, frames: &mut [Frame]) {
        let reference = Reference::new();
        let mut margin_db = LAST_MARGIN_DB;
        for pass in 0..MOST_PASSES {
            let peak = reference.peak(frames, 0.9 * self.ceiling);
            if peak <= HELD * self.ceiling {
                return;
            }
            if pass > 0 {
                // What the envelope's detector reads low there, and a little.
                margin_db += 20.0 * math::log10(peak / self.ceiling) + 0.01;
            }
            envelope::hold(frames, self.ceiling * db_to_gain(-margin_db), &self.scale);
        }
    }

    /// The programme at `target_lufs` by `loudness`, or the loudest there is if that is less. Finds the slow gain on the way.
    pub fn render_to(&mut self, target_lufs: f64, loudness: impl Fn(&[Frame]) -> f64) -> Limited {
        let plain_db = target_lufs - loudness(self.programme);
        self.slow_db.clear();
        let rough_db = search(target_lufs, plain_db, 0.1, |drive_db| loudness(&self.sketch(drive_db)));
        self.find_slow_gain(rough_db);
        // What the sketch is louder than the render hardly depends on the drive.
        let mut offset_lu = 0.0;
        let mut start_db = rough_db;
        let mut best: Option<Limited> = None;
        for _ in 0..MOST_RENDERS {
            let drive_db =
                search(target_lufs + offset_lu, start_db, 0.01, |drive_db| loudness(&self.sketch(drive_db)));
            let frames = self.render(drive_db);
            let loudness_lufs = loudness(&frames);
            let miss = target_lufs - loudness_lufs;
            if best.as_ref().is_none_or(|best| miss.abs() < (target_lufs - best.loudness_lufs).abs()) {
                best = Some(Limited { frames, drive_db, loudness_lufs });
            }
            if miss.abs() <= TOLERANCE_LU || drive_db >= HIGHEST_DRIVE_DB && miss > 0.0 {
                break;
            }
            offset_lu += miss;
            start_db = drive_db;
        }
        best.unwrap_or(Limited { frames: Vec::new(), drive_db: rough_db, loudness_lufs: f64::NEG_INFINITY })
    }
}

/// The drive in dB at which `loudness` is within `tolerance_lu` of the target, by secants from `start_db`; the highest drive where none
/// is loud enough.
fn search(target_lufs: f64, start_db: f64, tolerance_lu: f64, loudness: impl Fn(f64) -> f64) -> f64 {
    let mut drive_db = start_db.min(HIGHEST_DRIVE_DB);
    let mut last: Option<[f64; 2]> = None;
    for _ in 0..MOST_STEPS {
        let found = loudness(drive_db);
        let miss = target_lufs - found;
        if miss.abs() <= tolerance_lu || !miss.is_finite() || drive_db >= HIGHEST_DRIVE_DB && miss > 0.0 {
            break;
        }
        let slope = match last {
            Some([drive, lufs]) if (drive_db - drive).abs() > 1e-6 => {
                ((found - lufs) / (drive_db - drive)).clamp(0.15, 1.5)
            }
            _ => 0.85,
        };
        last = Some([drive_db, found]);
        drive_db = (drive_db + (miss / slope).clamp(-6.0, 4.0)).min(HIGHEST_DRIVE_DB);
    }
    drive_db
}
