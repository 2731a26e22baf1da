//! An album at one sample rate and word length: its runs finished, its tracks to be cut from them.

use super::cache::{Cache, CachedAudio, key};
use super::error::AlbumError;
use super::file::Album;
use super::finish::{Finish, Part, final_settings, finish};
use super::renders::Renders;
use super::timeline::{Run, Timeline, lay_out};
use super::unit::Unit;
use lacquer_dsp::programme::Source;
use lacquer_files::audio::Programme;
use lacquer_files::encode::WordLength;
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// What is kept of a finished run beside its audio.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Verified {
    peak_dbtp: Option<f64>,
    retries: usize,
}

/// The timeline of one sample rate and word length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VariantReport {
    /// Sample rate, hertz.
    pub sample_rate: u32,
    /// Word length.
    pub word_length: String,
    /// Whether marks lie on a disc's grid.
    pub on_disc: bool,
    /// Where each track's file begins, frames, and where the last one ends.
    pub marks: Vec<usize>,
    /// Highest true peak of each run, at 32 points a frame, dBTP.
    pub verified_peaks_dbtp: Vec<Option<f64>>,
    /// Renders with a lowered ceiling.
    pub retries: usize,
}

/// See the module.
pub struct Variant<'a> {
    /// Where everything lies.
    pub timeline: Timeline,
    /// Word length of the samples.
    pub word_length: WordLength,
    /// Whether marks lie on a disc's grid.
    pub on_disc: bool,
    cache: &'a Cache,
    /// Keys of the runs' audio.
    keys: Vec<String>,
    verified: Vec<Verified>,
    /// The run that was opened last, which reads all of it: tracks of one run are cut one after the other.
    last: Mutex<Option<(usize, Arc<CachedAudio>)>>,
}

/// What every variant is made of.
pub struct Material<'a> {
    /// The album.
    pub album: &'a Album,
    /// Its units.
    pub units: &'a [Unit],
    /// Drive of each unit, dB.
    pub gains_db: &'a [f64],
    /// Where renders are kept.
    pub cache: &'a Cache,
    /// Counts them.
    pub renders: &'a Renders,
}

impl<'a> Variant<'a> {
    /// Finishes what the cache does not have. Reports how much is done, 0 to 1.
    pub fn make(
        material: &Material<'a>,
        sample_rate: u32,
        word_length: WordLength,
        on_disc: bool,
        progress: &dyn Fn(f64),
    ) -> Result<Self, AlbumError> {
        let Material { album, units, cache, .. } = material;
        let timeline = lay_out(album, units, sample_rate, on_disc);
        units.iter().for_each(|unit| unit.hold(sample_rate, cache));
        let mut joined = Self {
            word_length,
            on_disc,
            cache,
            keys: Vec::new(),
            verified: Vec::new(),
            last: Mutex::default(),
            timeline,
        };
        for (n, run) in joined.timeline.runs.iter().enumerate() {
            progress(n as f64 / joined.timeline.runs.len() as f64);
            let quality = units[run.units.start].quality();
            let how = Finish {
                sample_rate,
                word_length,
                ceiling_dbtp: album.aim.ceiling_dbtp,
                quality,
                limiter: album.limiter,
            };
            let (key, verified) = finish_run(material, &joined.timeline, run, &how)?;
            joined.keys.push(key);
            joined.verified.push(verified);
        }
        Ok(joined)
    }

    /// What the samples of a stretch depend on: the runs in it, and where.
    pub fn key_of(&self, frames: &Range<usize>) -> String {
        let runs: Vec<String> = self
            .timeline
            .runs
            .iter()
            .zip(&self.keys)
            .filter(|(run, _)| run.frames.start < frames.end && frames.start < run.frames.end)
            .map(|(run, key)| format!("{key} {}", run.frames.start as i64 - frames.start as i64))
            .collect();
        key(&["stretch", &runs.join(" "), &frames.len().to_string(), &self.timeline.sample_rate.to_string()])
    }

    fn run(&self, n: usize) -> Result<Arc<CachedAudio>, AlbumError> {
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((at, audio)) = &*last
            && *at == n
        {
            return Ok(audio.clone());
        }
        let audio = Arc::new(self.cache.kept_audio(&self.keys[n])?);
        *last = Some((n, audio.clone()));
        Ok(audio)
    }

    /// Frames of the timeline: what sounds there, and exact zeros between.
    pub fn cut(&self, frames: Range<usize>) -> Result<Cut, AlbumError> {
        let mut runs = Vec::new();
        for (n, run) in self.timeline.runs.iter().enumerate() {
            if run.frames.start < frames.end && frames.start < run.frames.end {
                runs.push((run.frames.clone(), self.run(n)?));
            }
        }
        Ok(Cut { sample_rate: self.timeline.sample_rate, frames, runs })
    }

    /// What is reported of it.
    pub fn report(&self) -> VariantReport {
        let mut marks = self.timeline.marks.clone();
        marks.push(self.timeline.length);
        VariantReport {
            sample_rate: self.timeline.sample_rate,
            word_length: self.word_length.to_string(),
            on_disc: self.on_disc,
            marks,
            verified_peaks_dbtp: self.verified.iter().map(|verified| verified.peak_dbtp).collect(),
            retries: self.verified.iter().map(|verified| verified.retries).sum(),
        }
    }
}

/// Frames of a timeline.
#[derive(Debug)]
pub struct Cut {
    sample_rate: u32,
    frames: Range<usize>,
    /// What sounds in it, with its places on the timeline.
    runs: Vec<(Range<usize>, Arc<CachedAudio>)>,
}

impl Source<[f32; 2]> for Cut {
    fn length(&self) -> usize {
        self.frames.len()
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        let start = self.frames.start + start;
        let end = start + frames.len();
        frames.fill([0.0; 2]);
        for (place, audio) in &self.runs {
            let (from, to) = (start.max(place.start), end.min(place.end));
            if from < to {
                audio.read(from - place.start, &mut frames[from - start..to - start])?;
            }
        }
        Ok(())
    }
}

impl Programme for Cut {
    fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    fn channels(&self) -> usize {
        2
    }
}

/// Finishes a run if the cache does not have it. Its key and what was verified.
fn finish_run(
    material: &Material,
    timeline: &Timeline,
    run: &Run,
    how: &Finish,
) -> Result<(String, Verified), AlbumError> {
    let Material { album, units, gains_db, cache, renders } = material;
    let places: Vec<(usize, f64)> =
        run.units.clone().map(|n| (timeline.starts[n] - run.frames.start, gains_db[n])).collect();
    let settings: Vec<_> = units[run.units.clone()]
        .iter()
        .map(|unit| final_settings(&album.tracks[unit.tracks.start].settings, how))
        .collect();
    let keys: Vec<String> =
        units[run.units.clone()].iter().map(|unit| unit.key(album, how.sample_rate)).collect();
    let key = key(&[
        "run",
        &keys.join(" "),
        &format!("{places:?}"),
        &format!("{settings:?}"),
        &format!("{how:?}"),
        &run.frames.len().to_string(),
    ]);
    if let Some(verified) = cache.value::<Verified>(&key)
        && cache.audio(&key).is_some()
    {
        return Ok((key, verified));
    }
    let audios = units[run.units.clone()]
        .iter()
        .map(|unit| unit.audio(album, how.sample_rate, cache, renders))
        .collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<Part> = audios
        .iter()
        .zip(&places)
        .zip(settings)
        .map(|((audio, (start, gain_db)), settings)| Part {
            start: *start,
            audio,
            gain: 10f64.powf(gain_db / 20.0),
            settings,
        })
        .collect();
    let finished = finish(&parts, run.frames.len(), how, &cache.scratch())?;
    renders.count_final();
    let peak = finished.verified_peak_dbtp;
    let verified = Verified { peak_dbtp: peak.is_finite().then_some(peak), retries: finished.retries };
    cache.keep_audio(&key, &finished.audio)?;
    cache.keep_value(&key, &verified)?;
    Ok((key, verified))
}
