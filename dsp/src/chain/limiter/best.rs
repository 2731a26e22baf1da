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
//! Everything sees the whole programme, so that there is no latency, but none of it at once: every step reads it along, with as much around
//! each place as it has to know, and leaves a curve of gains or, behind the clip, a new programme. The result does not depend on the number
//! of cores.

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
use crate::programme::{Louder, Source, Store, Tape};
use clip::Effort;
use load::Character;
use scale::Scale;
use spline::{Curve, Curved};
use std::io;
use steady::Steadiness;

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
    programme: &'a dyn Source,
    store: &'a dyn Store,
    scale: Scale,
    true_peak: bool,
    ceiling: f64,
    character: Character,
    /// How much the envelope takes in place of the clip, 0 to 1.
    whole: f64,
    steady: Steadiness,
    /// The slow gain; none until it is found.
    slow: Option<Curve>,
}

/// What came of a programme, as long as it.
pub struct Rendered(Curved<Box<dyn Tape>>);

impl Source for Rendered {
    fn length(&self) -> usize {
        self.0.length()
    }

    fn read(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        self.0.read(start, frames)
    }
}

/// A programme at a loudness.
pub struct Limited {
    /// The output.
    pub frames: Rendered,
    /// The drive, dB.
    pub drive_db: f64,
    /// Its loudness by the measure that was given, LUFS.
    pub loudness_lufs: f64,
}

/// Everything before the clip.
type Driven<'a> = Curved<Louder<&'a dyn Source>>;

/// A stand-in for a render that is about as loud: clipped hard.
struct Sketch<'a> {
    driven: Driven<'a>,
    ceiling: f64,
}

impl Source for Sketch<'_> {
    fn length(&self) -> usize {
        self.driven.length()
    }

    fn read(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        self.driven.read(start, frames)?;
        let ceiling = self.ceiling;
        frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x.clamp(-ceiling, ceiling)));
        Ok(())
    }
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
    /// Looks at a programme at `sample_rate` hertz. Of the settings the ceiling, the reserve, the style and true peak count. What it works on
    /// lies in `store`: some programmes of the same length.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn new(
        programme: &'a dyn Source,
        store: &'a dyn Store,
        sample_rate: f64,
        settings: &LimiterSettings,
    ) -> io::Result<Self> {
        let scale = Scale::new(sample_rate);
        let reserve = settings.output_reserve.clamp(0.0, 0.1);
        Ok(Self {
            programme,
            store,
            scale,
            true_peak: settings.true_peak,
            ceiling: (db_to_gain(settings.ceiling_dbtp.clamp(-12.0, 0.0)) - reserve).max(1e-3),
            character: Character::of(settings.style),
            whole: settings.style.whole(),
            steady: Steadiness::of(programme, &scale)?,
            slow: None,
        })
    }

    /// Finds the slow gain for drives near `drive_db` and keeps it.
    ///
    /// # Errors
    /// As [`Source::read`], and where the store has no room.
    pub fn find_slow_gain(&mut self, drive_db: f64) -> io::Result<()> {
        self.slow = None;
        if self.character.share > 0.0 {
            let driven = self.driven(drive_db)?;
            let slow = load::slow_gain(&driven, self.ceiling, &self.character, &self.scale, self.store)?;
            self.slow = Some(slow);
        }
        Ok(())
    }

    /// The output at a drive.
    ///
    /// # Errors
    /// As [`Best::find_slow_gain`].
    pub fn render(&self, drive_db: f64) -> io::Result<Rendered> {
        let driven = self.driven(drive_db)?;
        let bound = self.ceiling * db_to_gain(-CLIP_MARGIN_DB);
        let mut clipped = self.store.tape();
        clip::clip(&driven, &self.scale, bound, self.true_peak, Effort::Full, &mut *clipped)?;
        let mut rendered = Curved::new(clipped);
        if self.true_peak {
            self.hold_rest(&mut rendered)?;
        }
        Ok(Rendered(rendered))
    }

    fn sketch(&self, drive_db: f64) -> io::Result<Sketch<'a>> {
        Ok(Sketch { driven: self.driven(drive_db)?, ceiling: self.ceiling })
    }

    fn driven(&self, drive_db: f64) -> io::Result<Driven<'a>> {
        let mut driven = Curved::new(Louder { of: self.programme, gain: db_to_gain(drive_db) });
        driven.push(self.slow.clone());
        let ceiling = self.ceiling * db_to_gain(-STEADY_MARGIN_DB);
        let bounds = (ceiling, self.true_peak);
        let steady = gate::hold_steady(&driven, &self.steady, self.whole, bounds, &self.scale, self.store)?;
        driven.push(steady);
        Ok(driven)
    }

    /// Turns down what is left over the ceiling between the samples.
    fn hold_rest(&self, rendered: &mut Curved<Box<dyn Tape>>) -> io::Result<()> {
        let reference = Reference::new();
        let mut margin_db = LAST_MARGIN_DB;
        for pass in 0..MOST_PASSES {
            let peak = reference.peak(rendered, 0.9 * self.ceiling)?;
            if peak <= HELD * self.ceiling {
                return Ok(());
            }
            if pass > 0 {
                // What the envelope's detector reads low there, and a little.
                margin_db += 20.0 * math::log10(peak / self.ceiling) + 0.01;
            }
            let ceiling = self.ceiling * db_to_gain(-margin_db);
            let held = envelope::hold(rendered, ceiling, &self.scale, self.store)?;
            rendered.push(held);
        }
        Ok(())
    }

    /// The programme at `target_lufs` by `loudness`, or the loudest there is if that is less. Finds the slow gain on the way.
    ///
    /// # Errors
    /// As [`Best::find_slow_gain`], and what `loudness` says.
    pub fn render_to(
        &mut self,
        target_lufs: f64,
        loudness: impl Fn(&dyn Source) -> io::Result<f64>,
    ) -> io::Result<Limited> {
        let plain_db = target_lufs - loudness(self.programme)?;
        self.slow = None;
        let rough_db = search(target_lufs, plain_db, 0.1, |drive_db| loudness(&self.sketch(drive_db)?))?;
        self.find_slow_gain(rough_db)?;
        // What the sketch is louder than the render hardly depends on the drive.
        let mut offset_lu = 0.0;
        let mut start_db = rough_db;
        let mut best: Option<Limited> = None;
        for _ in 0..MOST_RENDERS {
            let drive_db = search(target_lufs + offset_lu, start_db, 0.01, |drive_db| {
                loudness(&self.sketch(drive_db)?)
            })?;
            let frames = self.render(drive_db)?;
            let loudness_lufs = loudness(&frames)?;
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
        best.ok_or_else(|| io::Error::other("a search without a render"))
    }
}

/// The drive in dB at which `loudness` is within `tolerance_lu` of the target, by secants from `start_db`; the highest drive where none
/// is loud enough.
fn search(
    target_lufs: f64,
    start_db: f64,
    tolerance_lu: f64,
    loudness: impl Fn(f64) -> io::Result<f64>,
) -> io::Result<f64> {
    let mut drive_db = start_db.min(HIGHEST_DRIVE_DB);
    let mut last: Option<[f64; 2]> = None;
    for _ in 0..MOST_STEPS {
        let found = loudness(drive_db)?;
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
    Ok(drive_db)
}
