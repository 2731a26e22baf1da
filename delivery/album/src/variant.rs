//! An album at one sample rate and word length: its passages finished, its tracks to be cut from them.

use super::cache::{Cache, CachedAudio, key};
use super::error::AlbumError;
use super::file::Album;
use super::finish::{Finish, Part, final_settings, finish};
use super::renders::Renders;
use super::segment::Segment;
use super::timeline::{Passage, Timeline, lay_out};
use lacquer_dsp::programme::Source;
use lacquer_files::audio::Programme;
use lacquer_files::encode::WordLength;
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// What is kept of a finished passage beside its audio.
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
    /// Highest true peak of each passage, at 32 points a frame, dBTP.
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
    /// Keys of the passages' audio.
    keys: Vec<String>,
    verified: Vec<Verified>,
    /// The passage that was opened last, which reads all of it: tracks of one passage are cut one after the other.
    last: Mutex<Option<(usize, Arc<CachedAudio>)>>,
}

/// What every variant is made of.
pub struct Material<'a> {
    /// The album.
    pub album: &'a Album,
    /// Its segments.
    pub segments: &'a [Segment],
    /// Drive of each segment, dB.
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
        let Material { album, segments, cache, .. } = material;
        let timeline = lay_out(album, segments, sample_rate, on_disc);
        segments.iter().for_each(|segment| segment.hold(sample_rate, cache));
        let mut joined = Self {
            word_length,
            on_disc,
            cache,
            keys: Vec::new(),
            verified: Vec::new(),
            last: Mutex::default(),
            timeline,
        };
        for (n, passage) in joined.timeline.passages.iter().enumerate() {
            progress(n as f64 / joined.timeline.passages.len() as f64);
            let quality = segments[passage.segments.start].quality();
            let how = Finish {
                sample_rate,
                word_length,
                ceiling_dbtp: album.aim.ceiling_dbtp,
                quality,
                limiter: album.limiter,
            };
            let (key, verified) = finish_passage(material, &joined.timeline, passage, &how)?;
            joined.keys.push(key);
            joined.verified.push(verified);
        }
        Ok(joined)
    }

    /// What the samples of a stretch depend on: the passages in it, and where.
    pub fn key_of(&self, frames: &Range<usize>) -> String {
        let passages: Vec<String> = self
            .timeline
            .passages
            .iter()
            .zip(&self.keys)
            .filter(|(passage, _)| passage.frames.start < frames.end && frames.start < passage.frames.end)
            .map(|(passage, key)| format!("{key} {}", passage.frames.start as i64 - frames.start as i64))
            .collect();
        key(&[
            "stretch",
            &passages.join(" "),
            &frames.len().to_string(),
            &self.timeline.sample_rate.to_string(),
        ])
    }

    fn passage(&self, n: usize) -> Result<Arc<CachedAudio>, AlbumError> {
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
        let mut passages = Vec::new();
        for (n, passage) in self.timeline.passages.iter().enumerate() {
            if passage.frames.start < frames.end && frames.start < passage.frames.end {
                passages.push((passage.frames.clone(), self.passage(n)?));
            }
        }
        Ok(Cut { sample_rate: self.timeline.sample_rate, frames, passages })
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
    passages: Vec<(Range<usize>, Arc<CachedAudio>)>,
}

impl Source<[f32; 2]> for Cut {
    fn length(&self) -> usize {
        self.frames.len()
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        let start = self.frames.start + start;
        let end = start + frames.len();
        frames.fill([0.0; 2]);
        for (place, audio) in &self.passages {
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

/// Finishes a passage if the cache does not have it. Its key and what was verified.
fn finish_passage(
    material: &Material,
    timeline: &Timeline,
    passage: &Passage,
    how: &Finish,
) -> Result<(String, Verified), AlbumError> {
    let Material { album, segments, gains_db, cache, renders } = material;
    let places: Vec<(usize, f64)> =
        passage.segments.clone().map(|n| (timeline.starts[n] - passage.frames.start, gains_db[n])).collect();
    let settings: Vec<_> = segments[passage.segments.clone()]
        .iter()
        .map(|segment| final_settings(&album.tracks[segment.tracks.start].settings, how))
        .collect();
    let keys: Vec<String> = segments[passage.segments.clone()]
        .iter()
        .map(|segment| segment.key(album, how.sample_rate))
        .collect();
    let key = key(&[
        "passage",
        &keys.join(" "),
        &format!("{places:?}"),
        &format!("{settings:?}"),
        &format!("{how:?}"),
        &passage.frames.len().to_string(),
    ]);
    if let Some(verified) = cache.value::<Verified>(&key)
        && cache.audio(&key).is_some()
    {
        return Ok((key, verified));
    }
    let audios = segments[passage.segments.clone()]
        .iter()
        .map(|segment| segment.audio(album, how.sample_rate, cache, renders))
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
    let finished = finish(&parts, passage.frames.len(), how, &cache.scratch())?;
    renders.count_final();
    let peak = finished.verified_peak_dbtp;
    let verified = Verified { peak_dbtp: peak.is_finite().then_some(peak), retries: finished.retries };
    cache.keep_audio(&key, &finished.audio)?;
    cache.keep_value(&key, &verified)?;
    Ok((key, verified))
}
