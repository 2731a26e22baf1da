//! What the plan and the character look at: each track before the limiter. And the drive that brings a segment to a loudness.

use super::AlbumError;
use super::cache::{Cache, key};
use super::character::{Tone, tone};
use super::file::Album;
use super::finish::{Finish, Mix, Part, final_settings};
use super::loud_parts::loud_part_lufs;
use super::plan::Level;
use super::renders::Renders;
use super::segment::Segment;
use lacquer_dsp::Frame;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::programme::{Source, visit};
use lacquer_files::audio::{Programme, Stretch, Widened};
use lacquer_files::encode::WordLength;
use lacquer_song::MasterError;
use lacquer_song::master::drive::solve;
use lacquer_song::master::{LimiterMode, best};
use lacquer_song::measure::{Readings, measure_programme};
use lacquer_song::render::render;
use serde::{Deserialize, Serialize};
use std::io;

/// Peaks this far below the ceiling are not touched by the limiter, dB: loudness then goes with the drive. It covers what the
/// meter reads low and what the limiter keeps free.
const UNTOUCHED_DB: f64 = 0.5;

/// What silence reads, LUFS: JSON has no infinities.
const SILENT_LUFS: f64 = -200.0;

/// A track before the limiter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Its readings.
    pub readings: Readings,
    /// Loudness of its loud parts, LUFS.
    pub loud_part_lufs: Option<f64>,
    /// Its spectrum.
    pub tone: Tone,
}

/// Everything that looking costs.
pub struct TrackLevels<'a> {
    /// The album.
    pub album: &'a Album,
    /// Sample rate that is looked at, hertz.
    pub sample_rate: u32,
    /// Where what was seen is kept.
    pub cache: &'a Cache,
    /// Counts renders.
    pub renders: &'a Renders,
}

impl TrackLevels<'_> {
    /// Looks at a segment: a look for each of its tracks.
    pub fn look(&self, segment: &Segment) -> Result<Vec<Look>, AlbumError> {
        let key = key(&["look", &segment.key(self.album, self.sample_rate)]);
        self.cache.value_or(&key, || {
            let audio = segment.audio(self.album, self.sample_rate, self.cache, self.renders)?;
            let marks = segment.marks(self.sample_rate);
            let look = |ends: &[usize]| -> Result<Look, AlbumError> {
                let track = Stretch { of: &audio, frames: ends[0]..ends[1] };
                Ok(Look {
                    readings: Readings::from(&measure_programme(&track)?),
                    loud_part_lufs: loud_part_lufs(&track)?,
                    tone: tone(&track)?,
                })
            };
            marks.windows(2).map(look).collect()
        })
    }

    /// What the plan knows of a segment.
    pub fn level(&self, segment: &Segment, looks: &[Look], is_joined: bool) -> Level {
        let highest = |value: fn(&Look) -> Option<f64>| {
            looks.iter().filter_map(value).fold(f64::NEG_INFINITY, f64::max)
        };
        let track = &self.album.tracks[segment.tracks.start];
        Level {
            loudness_lufs: highest(|look| look.readings.integrated_lufs),
            loud_part_lufs: highest(|look| look.loud_part_lufs),
            true_peak_dbtp: highest(|look| look.readings.true_peak_dbtp),
            offset_db: track.gain_db,
            // What the trim lifts is no part of the song's own level.
            drive_db: if track.settings.limiter.on { track.settings.limiter.drive_db } else { 0.0 }
                - segment.trim_db,
            is_quiet: track.is_quiet,
            is_joined,
        }
    }

    /// Loudness of a segment's loudest track at a drive, LUFS.
    pub fn loudness(&self, segment: &Segment, level: &Level, drive_db: f64) -> Result<f64, AlbumError> {
        if self.is_untouched(level, drive_db) {
            return Ok(level.loudness_lufs + drive_db);
        }
        let key = self.key("loudness", segment, drive_db);
        self.cache.value_or(&key, || {
            let audio = segment.audio(self.album, self.sample_rate, self.cache, self.renders)?;
            Ok(self.trial(segment, &audio, drive_db)?)
        })
    }

    /// The drive in dB at which a segment's loudest track comes out at a loudness, or the end of the drive's range.
    pub fn solve(&self, segment: &Segment, level: &Level, wanted_lufs: f64) -> Result<f64, AlbumError> {
        let plain_db = wanted_lufs - level.loudness_lufs;
        if self.is_untouched(level, plain_db) {
            return Ok(plain_db);
        }
        let key = self.key("drive", segment, wanted_lufs);
        self.cache.value_or(&key, || {
            let audio = segment.audio(self.album, self.sample_rate, self.cache, self.renders)?;
            if self.album.limiter == LimiterMode::Best {
                return self.solve_best(segment, &audio, wanted_lufs);
            }
            let found =
                solve(wanted_lufs, plain_db, &|_, _| {}, |drive_db| self.trial(segment, &audio, drive_db));
            match found {
                Ok(drive_db) => Ok(drive_db),
                // The range's end: the plan sees that it limits too much.
                Err(MasterError::Unreachable { drive_db, .. }) => Ok(drive_db),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// As [`TrackLevels::solve`] for the limiter that sees the whole segment.
    fn solve_best(
        &self,
        segment: &Segment,
        audio: &dyn Programme,
        wanted_lufs: f64,
    ) -> Result<f64, AlbumError> {
        let how = self.finish(segment);
        let mut settings = final_settings(&self.album.tracks[segment.tracks.start].settings, &how);
        let loudness = |frames: &dyn Source| -> io::Result<f64> {
            self.renders.count_trial();
            let mut loudest = self.loudest(segment);
            visit(frames, 0..frames.length(), |frames| -> io::Result<()> {
                loudest.push(frames);
                Ok(())
            })?;
            Ok(loudest.lufs())
        };
        let (driven, scratch) = (Widened(audio), self.cache.scratch());
        let quiet = |_, _| {};
        match best::limit_to(&how.spec(), &driven, &mut settings, wanted_lufs, &scratch, &loudness, &quiet) {
            Ok(_) => Ok(settings.limiter.drive_db),
            // The range's end: the plan sees that it limits too much.
            Err(MasterError::Unreachable { drive_db, .. }) => Ok(drive_db),
            Err(error) => Err(error.into()),
        }
    }

    fn loudest(&self, segment: &Segment) -> LoudestTrack {
        LoudestTrack::new(segment.marks(self.sample_rate), self.sample_rate)
    }

    fn is_untouched(&self, level: &Level, drive_db: f64) -> bool {
        level.true_peak_dbtp + drive_db <= self.album.aim.ceiling_dbtp - UNTOUCHED_DB
    }

    fn finish(&self, segment: &Segment) -> Finish {
        Finish {
            sample_rate: self.sample_rate,
            word_length: WordLength::Float32,
            ceiling_dbtp: self.album.aim.ceiling_dbtp,
            quality: segment.quality(),
            limiter: self.album.limiter,
        }
    }

    fn key(&self, what: &str, segment: &Segment, value: f64) -> String {
        let how = self.finish(segment);
        let settings = final_settings(&self.album.tracks[segment.tracks.start].settings, &how);
        let segment_key = segment.key(self.album, self.sample_rate);
        key(&[what, &segment_key, &format!("{settings:?}"), &format!("{how:?}"), &format!("{value:?}")])
    }

    /// Loudness through the limiter, LUFS.
    fn trial(&self, segment: &Segment, audio: &dyn Programme, drive_db: f64) -> Result<f64, MasterError> {
        self.renders.count_trial();
        let how = self.finish(segment);
        let settings = final_settings(&self.album.tracks[segment.tracks.start].settings, &how);
        let gain = 10f64.powf(drive_db / 20.0);
        let parts = [Part { start: 0, audio, gain, settings: settings.clone() }];
        let mixed = Mix::new(&parts, audio.length());
        let mut loudest = self.loudest(segment);
        let mut rounded: Vec<Frame> = Vec::new();
        let push = |frames: &[Frame]| -> io::Result<()> {
            rounded.clear();
            rounded.extend(frames.iter().map(|frame| frame.map(|x| f64::from(x as f32))));
            loudest.push(&rounded);
            Ok(())
        };
        if how.limiter == LimiterMode::Best {
            let limited = best::at_its_drive(&how.spec(), &mixed, &settings, &self.cache.scratch())?;
            visit(&limited, 0..limited.length(), push)?;
        } else {
            render(&how.spec(), &settings, &mixed, push, &|_| {})?;
        }
        Ok(loudest.lufs())
    }
}

/// Loudness of the loudest track of a segment that goes by.
struct LoudestTrack {
    marks: Vec<usize>,
    sample_rate: u32,
    position: usize,
    meter: Loudness,
    lufs: f64,
}

impl LoudestTrack {
    fn new(marks: Vec<usize>, sample_rate: u32) -> Self {
        let meter = Loudness::new(f64::from(sample_rate), 2);
        Self { marks, sample_rate, position: 0, meter, lufs: SILENT_LUFS }
    }

    fn push(&mut self, mut frames: &[Frame]) {
        while let Some(end) = self.marks.iter().copied().find(|mark| *mark > self.position) {
            let (now, rest) = frames.split_at((end - self.position).min(frames.len()));
            self.meter.push(now);
            self.position += now.len();
            frames = rest;
            if self.position < end {
                return;
            }
            let ended = std::mem::replace(&mut self.meter, Loudness::new(f64::from(self.sample_rate), 2));
            self.lufs = self.lufs.max(ended.integrated_lufs());
        }
    }

    /// That of the tracks that have ended, LUFS.
    fn lufs(&self) -> f64 {
        self.lufs
    }
}
