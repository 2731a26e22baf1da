//! The end of the chain over what was joined: limiter and dither, once, and a last look at the peaks.

use lacquer_dsp::programme::Source;
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec, Quality};
use lacquer_files::audio::{Programme, SpilledAudio};
use lacquer_files::encode::WordLength;
use lacquer_files::spill::Scratch;
use lacquer_song::MasterError;
use lacquer_song::ceiling::{Held, held};
use lacquer_song::master::{LimiterMode, best, from_limiter};
use lacquer_song::render::render_changing;
use std::io;

/// A part of a passage: a segment with its gain.
#[derive(Clone)]
pub struct Part<'a> {
    /// Where it begins, frames from the passage's beginning.
    pub start: usize,
    /// It before the limiter.
    pub audio: &'a dyn Programme,
    /// Gain into the limiter.
    pub gain: f64,
    /// The limiter and dither that it is to have.
    pub settings: ChainSettings,
}

/// How a passage is finished.
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
    /// The limiter: over the whole passage at once, or the plugin's.
    pub limiter: LimiterMode,
}

impl Finish {
    /// What the limiter is prepared for.
    pub fn spec(&self) -> ProcessSpec {
        ProcessSpec { quality: self.quality, ..ProcessSpec::stereo(f64::from(self.sample_rate)) }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Finished {
    /// The audio as it goes to files.
    pub audio: SpilledAudio,
    /// Its true peak at 32 points a frame, dBTP.
    pub verified_peak_dbtp: f64,
    /// How often it was rendered again because a peak was over the ceiling.
    pub retries: usize,
}

/// The parts added up.
pub struct Mix<'a> {
    parts: &'a [Part<'a>],
    length: usize,
}

impl<'a> Mix<'a> {
    /// `length` frames of the parts, which begin in order.
    pub fn new(parts: &'a [Part<'a>], length: usize) -> Self {
        Self { parts, length }
    }
}

impl Source for Mix<'_> {
    fn length(&self) -> usize {
        self.length
    }

    fn read(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        frames.fill([0.0; 2]);
        let end = start + frames.len();
        let mut own = Vec::new();
        for part in self.parts {
            let from = part.start.clamp(start, end);
            let to = (part.start + part.audio.length()).clamp(from, end);
            if from == to {
                continue;
            }
            own.resize(to - from, [0.0; 2]);
            part.audio.read(from - part.start, &mut own)?;
            for (sum, frame) in frames[from - start..to - start].iter_mut().zip(&own) {
                let scaled = frame.map(|x| f64::from(x) * part.gain);
                *sum = [sum[0] + scaled[0], sum[1] + scaled[1]];
            }
        }
        Ok(())
    }
}

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
/// moves from one into the other at the second part's beginning: the one over the whole passage has one style.
///
/// # Errors
/// [`MasterError::OverCeiling`], with a time from the passage's beginning, and [`MasterError::Spill`].
pub fn finish(
    parts: &[Part],
    length: usize,
    how: &Finish,
    scratch: &Scratch,
) -> Result<Finished, MasterError> {
    let spec = how.spec();
    let is_best = how.limiter == LimiterMode::Best
        && parts.windows(2).all(|pair| pair[0].settings.limiter == pair[1].settings.limiter);
    let mix = Mix::new(parts, length);
    let Held { frames: audio, peak, retries } = held(how.ceiling_dbtp, how.sample_rate, |reserve| {
        let mut settings = parts.iter().map(|part| {
            let mut settings = part.settings.clone();
            settings.limiter.output_reserve += reserve;
            (part.start, settings)
        });
        let (_, first) = settings.next().unwrap_or_default();
        let mut audio = SpilledAudio::new(how.sample_rate, 2, scratch);
        if is_best {
            let limited = best::at_its_drive(&spec, &mix, &first, scratch)?;
            best::dithered(&spec, &first, &limited, |frames| audio.push(frames))?;
        } else {
            let changes: Vec<(usize, ChainSettings)> = settings.collect();
            render_changing(&spec, &first, &changes, &mix, |frames| audio.push(frames), &|_| {})?;
        }
        Ok::<_, MasterError>(audio)
    })?;
    Ok(Finished { audio, verified_peak_dbtp: 20.0 * peak.level.log10(), retries })
}
