//! The end of the chain over what was joined: limiter and dither, once, and a last look at the peaks.

use lacquer_dsp::{ChainSettings, Frame, ProcessSpec, Quality};
use lacquer_files::audio::Audio;
use lacquer_files::encode::WordLength;
use lacquer_song::MasterError;
use lacquer_song::ceiling::{Held, held};
use lacquer_song::master::{LimiterMode, best, from_limiter};
use lacquer_song::render::render_changing;

/// A part of a run: a unit with its gain.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// Where it begins, frames from the run's beginning.
    pub start: usize,
    /// Its frames before the limiter.
    pub frames: &'a [[f32; 2]],
    /// Gain into the limiter.
    pub gain: f64,
    /// The limiter and dither that it is to have.
    pub settings: ChainSettings,
}

/// How a run is finished.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finish {
    /// Sample rate, hertz.
    pub sample_rate: u32,
    /// Word length of the files.
    pub word_length: WordLength,
    /// Highest true peak, dBTP.
    pub ceiling_dbtp: f64,
    /// Look-ahead of the limiter.
    pub quality: Quality,
    /// The limiter: over the whole run at once, or the plugin's.
    pub limiter: LimiterMode,
}

impl Finish {
    /// What the limiter is prepared for.
    pub fn spec(&self) -> ProcessSpec {
        ProcessSpec { quality: self.quality, ..ProcessSpec::stereo(f64::from(self.sample_rate)) }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The audio as it goes to files.
    pub audio: Audio,
    /// Its true peak at 32 points a frame, dBTP.
    pub verified_peak_dbtp: f64,
    /// How often it was rendered again because a peak was over the ceiling.
    pub retries: usize,
}

/// The parts added up, frame by frame.
pub struct Mix<'a> {
    parts: &'a [Part<'a>],
    /// The first part that has not ended.
    first: usize,
    position: usize,
    length: usize,
}

impl<'a> Mix<'a> {
    /// `length` frames of the parts, which begin in order.
    pub fn new(parts: &'a [Part<'a>], length: usize) -> Self {
        Self { parts, first: 0, position: 0, length }
    }
}

impl Iterator for Mix<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        if self.position == self.length {
            return None;
        }
        let mut sum = [0.0; 2];
        for (n, part) in self.parts.iter().enumerate().skip(self.first) {
            let Some(inside) = self.position.checked_sub(part.start) else { break };
            match part.frames.get(inside) {
                Some(frame) => {
                    let scaled = frame.map(|x| f64::from(x) * part.gain);
                    sum = [sum[0] + scaled[0], sum[1] + scaled[1]];
                }
                None if n == self.first => self.first += 1,
                None => {}
            }
        }
        self.position += 1;
        Some(sum)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.length - self.position;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Mix<'_> {}

/// The limiter and dither of a track as an album wants them: nothing passes the ceiling, and the drive is the plan's.
pub fn final_settings(track: &ChainSettings, finish: &Finish) -> ChainSettings {
    let mut settings = from_limiter(track);
    settings.limiter.on = true;
    settings.limiter.true_peak = true;
    settings.limiter.unity_gain = false;
    settings.limiter.drive_db = 0.0;
    settings.limiter.ceiling_dbtp = finish.ceiling_dbtp;
    settings.limiter.output_reserve = 0.0;
    match finish.word_length.dither() {
        Some(word_length) => {
            settings.dither.on = true;
            settings.dither.word_length = word_length;
        }
        None => settings.dither.on = false,
    }
    settings
}

/// Runs limiter and dither over the sum of the parts, in one piece of `length` frames. Where the parts' limiters differ, the plugin's
/// moves from one into the other at the second part's beginning: the one over the whole run has one style.
///
/// # Errors
/// [`MasterError::OverCeiling`], with a time from the run's beginning.
pub fn finish(parts: &[Part], length: usize, how: &Finish) -> Result<Finished, MasterError> {
    let spec = how.spec();
    let is_best = how.limiter == LimiterMode::Best
        && parts.windows(2).all(|pair| pair[0].settings.limiter == pair[1].settings.limiter);
    let summed: Vec<Frame> = if is_best { Mix::new(parts, length).collect() } else { Vec::new() };
    let Held { frames, peak, retries } = held(how.ceiling_dbtp, how.sample_rate, |reserve| {
        let mut settings = parts.iter().map(|part| {
            let mut settings = part.settings.clone();
            settings.limiter.output_reserve += reserve;
            (part.start, settings)
        });
        let (_, first) = settings.next().unwrap_or_default();
        if is_best {
            let limited = best::at_its_drive(&spec, &summed, &first);
            let dithered = best::dithered(&spec, &first, limited);
            return Ok(dithered.iter().map(|frame: &Frame| frame.map(|x| x as f32)).collect());
        }
        let changes: Vec<(usize, ChainSettings)> = settings.collect();
        let frames = render_changing(&spec, &first, &changes, Mix::new(parts, length), &|_| {});
        Ok::<_, MasterError>(frames.iter().map(|frame: &Frame| frame.map(|x| x as f32)).collect())
    })?;
    let audio = Audio { sample_rate: how.sample_rate, channels: 2, frames };
    Ok(Finished { audio, verified_peak_dbtp: 20.0 * peak.level.log10(), retries })
}
