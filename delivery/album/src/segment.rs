//! Segments: what runs through the stages before the limiter in one piece.
//!
//! Tracks that follow each other without a gap and with the same settings are one segment: their files are joined first, so that every
//! filter, envelope and delay carries over, and the join is no place in the sound. Everything else is a segment of one track.
//!
//! ```text
//! files -> trims, joined -> stages before the limiter, at the files' own rate -> sample rate -> fades
//! ```
//! The chain runs before the conversion: at the rate at which the mix was made and judged, with every octave that it has, and
//! nothing is filtered before a stage that is not linear. The limiter comes after it, so that what the conversion adds to peaks is
//! held.

use super::cache::{Cache, CachedAudio, key, reading_key};
use super::error::AlbumError;
use super::fade::{Edge, FadeOf, Faded};
use super::file::{Album, Curve, Fade, Join, Track};
use super::loud_parts::LoudPartMeter;
use super::renders::Renders;
use lacquer_dsp::metering::Meter;
use lacquer_dsp::programme::{Source as _, visit};
use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_files::audio::{Programme, SpilledAudio, Widened, widen};
use lacquer_files::decode::{Limits, Reader};
use lacquer_files::resample::{Converter, converted_frames};
use lacquer_files::spill::Scratch;
use lacquer_song::master::before_limiter;
use lacquer_song::measure::Readings;
use lacquer_song::render::render;
use lacquer_song::warnings::warnings;
use lacquer_storage::hash::sha256_of_file;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::Path;

/// What rings on after a segment's end is kept for as long, s: filters at 20 Hz have died away by then.
pub const TAIL_S: f64 = 0.25;

/// How far past a file's end `end_s` may lie, s: what rounding to milliseconds adds.
const END_TOLERANCE_S: f64 = 0.001;

/// A mix's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Sample rate, hertz.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Length in frames.
    pub frames: usize,
    /// Gated loudness, LUFS; none of silence.
    pub integrated_lufs: Option<f64>,
    /// Loudness of its loud parts, LUFS; none of silence.
    pub loud_part_lufs: Option<f64>,
    /// True peak, dBTP; none of silence.
    pub true_peak_dbtp: Option<f64>,
    /// What is wrong with the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its tracks.
    pub tracks: Range<usize>,
    /// Rate of its files, hertz.
    pub sample_rate: u32,
    /// Channels of its files.
    pub channels: usize,
    /// Settings of the stages before the limiter.
    pub settings: ChainSettings,
    /// What of its level is the trim that its preset needs, dB.
    pub trim_db: f64,
    spec: ProcessSpec,
    /// What each track takes of its file, frames.
    cuts: Vec<Range<usize>>,
    /// Hashes of the files.
    hashes: Vec<String>,
}

/// Looks at a track's file. What was found is kept under the hash of its bytes.
pub fn inspect(number: usize, track: &Track, limits: &Limits, cache: &Cache) -> Result<Source, AlbumError> {
    let path = &track.file;
    let sha256 = sha256_of_file(path).map_err(|source| AlbumError::Track {
        track: number,
        path: path.clone(),
        reason: format!("cannot be read: {source}; paths are relative to the album file"),
    })?;
    cache.value_or(&reading_key(&["source", &sha256]), || {
        Ok(Source { sha256: sha256.clone(), ..measured(path, limits)? })
    })
}

/// Reads and measures a mix; its hash is left empty.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next_block`], and if the file is not whole.
pub fn measured(path: &Path, limits: &Limits) -> Result<Source, lacquer_files::Error> {
    let mut reader = Reader::open(path, limits)?;
    let (rate, channels) = (reader.sample_rate(), reader.channels());
    let (mut meter, mut parts) = (Meter::new(f64::from(rate), channels), LoudPartMeter::new(rate, channels));
    let (mut block, mut frames) = (Vec::new(), Vec::new());
    while reader.next_block(&mut block)? {
        frames.clear();
        frames.extend(block.iter().map(widen));
        meter.push(&frames);
        parts.push(&frames);
    }
    reader.require_whole()?;
    let readings = Readings::from(&meter.finish());
    Ok(Source {
        sha256: String::new(),
        sample_rate: rate,
        channels,
        frames: reader.frames() as usize,
        integrated_lufs: readings.integrated_lufs,
        loud_part_lufs: parts.loud_part_lufs(),
        true_peak_dbtp: readings.true_peak_dbtp,
        warnings: warnings(&reader),
    })
}

/// The segments of an album.
pub fn segments(album: &Album, sources: &[Source]) -> Result<Vec<Segment>, AlbumError> {
    let mut segments: Vec<Segment> = Vec::new();
    for (n, (track, source)) in album.tracks.iter().zip(sources).enumerate() {
        let wrong = |reason: String| AlbumError::Track { track: n + 1, path: track.file.clone(), reason };
        let at =
            |seconds: f64| ((seconds * f64::from(source.sample_rate)).round() as usize).min(source.frames);
        let whole_s = source.frames as f64 / f64::from(source.sample_rate);
        // An end that was typed to the millisecond may lie that much past the last frame.
        if let Some(end_s) = track.end_s.filter(|end_s| *end_s > whole_s + END_TOLERANCE_S) {
            return Err(wrong(format!(
                "end_s = {end_s} lies past the file's end at {whole_s:.3} s; leave it out to take all of it"
            )));
        }
        let cut = at(track.start_s)..track.end_s.map_or(source.frames, at);
        if cut.is_empty() {
            return Err(wrong(format!("start_s leaves nothing of its {whole_s:.2} s; give an earlier one")));
        }
        let length_s = cut.len() as f64 / f64::from(source.sample_rate);
        let fade_s = |join: Option<&Join>| match join {
            Some(Join::Crossfade(seconds)) => *seconds,
            _ => 0.0,
        };
        let next = album.tracks.get(n + 1).map(|track| &track.join);
        let fades_s =
            track.fade_in.seconds.max(fade_s(Some(&track.join))) + track.fade_out.seconds.max(fade_s(next));
        if fades_s > length_s {
            let reason =
                format!("{length_s:.2} s are shorter than its fades, {fades_s:.2} s; give shorter ones");
            return Err(wrong(reason));
        }
        let spec = ProcessSpec {
            sample_rate: f64::from(source.sample_rate),
            channels: source.channels,
            ..track.spec
        };
        let settings = before_limiter(&track.settings);
        let before = n.checked_sub(1).and_then(|before| album.tracks.get(before));
        match segments.last_mut() {
            // The limiter and the gain are the segment's as well.
            Some(segment)
                if track.join == Join::Gap(0.0)
                    && segment.spec == spec
                    && before.is_some_and(|before| {
                        before.settings == track.settings && before.gain_db == track.gain_db
                    }) =>
            {
                segment.tracks.end = n + 1;
                segment.cuts.push(cut);
                segment.hashes.push(source.sha256.clone());
            }
            _ => segments.push(Segment {
                tracks: n..n + 1,
                sample_rate: source.sample_rate,
                channels: source.channels,
                settings,
                trim_db: 0.0,
                spec,
                cuts: vec![cut],
                hashes: vec![source.sha256.clone()],
            }),
        }
    }
    for segment in &mut segments {
        segment.trim(album, sources);
    }
    Ok(segments)
}

impl Segment {
    /// Trims it to the loudness that its preset was made for, as its loudest file asks for.
    fn trim(&mut self, album: &Album, sources: &[Source]) {
        let loudest = sources[self.tracks.clone()].iter().filter_map(|source| source.integrated_lufs);
        let loudest_lufs = loudest.fold(f64::NEG_INFINITY, f64::max);
        let preset = album.tracks[self.tracks.start].trimmed_by.as_ref();
        if let Some(trim_db) = preset.and_then(|preset| preset.trim_db(loudest_lufs)) {
            self.settings.input_trim.on = true;
            self.settings.input_trim.gain_db = trim_db;
            self.trim_db = trim_db;
        }
    }

    /// Where each of its tracks begins, and where the last one ends, in frames at `rate` hertz from the segment's beginning.
    pub fn marks(&self, rate: u32) -> Vec<usize> {
        let mut at = 0;
        let mut marks = vec![0];
        for cut in &self.cuts {
            at += cut.len();
            marks.push(converted_frames(at, self.sample_rate, rate));
        }
        marks
    }

    /// Look-ahead of its limiter.
    pub fn quality(&self) -> lacquer_dsp::Quality {
        self.spec.quality
    }

    /// Frames at `rate` hertz without the tail.
    pub fn length(&self, rate: u32) -> usize {
        self.marks(rate).last().copied().unwrap_or(0)
    }

    /// Everything that its sound before the limiter depends on.
    pub fn key(&self, album: &Album, rate: u32) -> String {
        let next = album.tracks.get(self.tracks.end).map(|track| track.join);
        let fades: Vec<_> = album.tracks[self.tracks.clone()]
            .iter()
            .map(|track| (track.fade_in, track.fade_out, track.join))
            .collect();
        key(&[&self.chain_key(rate), &format!("{fades:?}"), &format!("{next:?}")])
    }

    fn chain_key(&self, rate: u32) -> String {
        key(&[
            "segment",
            &self.hashes.join(" "),
            &format!("{:?}", self.cuts),
            &format!("{:?}", self.settings),
            &format!("{:?}", self.spec),
            &rate.to_string(),
        ])
    }

    /// Keeps the cache from dropping the segment at a rate: the next run may need it, where this one found all that came of it.
    pub fn hold(&self, rate: u32, cache: &Cache) {
        cache.hold_audio(&self.chain_key(rate));
    }

    /// The segment before the limiter at `rate` hertz with its fades, and its tail. Levels are the mix's own.
    pub fn audio(
        &self,
        album: &Album,
        rate: u32,
        cache: &Cache,
        renders: &Renders,
    ) -> Result<Faded, AlbumError> {
        let key = self.chain_key(rate);
        let audio = match cache.audio(&key) {
            Some(audio) => audio,
            None => {
                let audio = cache.keep_audio(&key, &self.render(album, rate, &cache.scratch())?)?;
                renders.count_chain();
                audio
            }
        };
        Ok(self.faded(album, audio))
    }

    fn render(&self, album: &Album, rate: u32, scratch: &Scratch) -> Result<SpilledAudio, AlbumError> {
        let mut joined = SpilledAudio::new(self.sample_rate, self.channels, scratch);
        for (track, cut) in album.tracks[self.tracks.clone()].iter().zip(&self.cuts) {
            let mut reader = Reader::open(&track.file, &album.limits)?;
            let audio = reader.spill(scratch, &|_| {})?;
            reader.require_whole()?;
            if audio.sample_rate != self.sample_rate || audio.length() < cut.end {
                let reason = "has changed meanwhile; start again".to_owned();
                return Err(AlbumError::Track {
                    track: self.tracks.start + 1,
                    path: track.file.clone(),
                    reason,
                });
            }
            visit(&audio, cut.clone(), |frames| joined.frames.push(frames))?;
        }
        let tail = (TAIL_S * f64::from(self.sample_rate)) as usize;
        joined.frames.push(&vec![[0.0; 2]; tail])?;
        let mut converter = match self.sample_rate {
            same if same == rate => None,
            own => Some(Converter::new(own, rate)?),
        };
        // A sample's 24 bits of mantissa err 150 dB below it: the dither's noise is above that.
        let mut rendered = SpilledAudio::new(rate, 2, scratch);
        render(
            &self.spec,
            &self.settings,
            &Widened(&joined),
            |frames| match &mut converter {
                Some(converter) => converter.push(frames, |frames| Ok(rendered.push(frames)?)),
                None => Ok::<_, AlbumError>(rendered.push(frames)?),
            },
            &|_| {},
        )?;
        if let Some(converter) = converter {
            converter.finish(|frames| Ok::<_, AlbumError>(rendered.push(frames)?))?;
        }
        Ok(rendered)
    }

    /// Fades the tracks in and out.
    fn faded(&self, album: &Album, audio: CachedAudio) -> Faded {
        let rate = f64::from(audio.sample_rate());
        let marks = self.marks(audio.sample_rate());
        let mut faded = Faded { ends: audio.length(), fades: Vec::new(), audio };
        for (n, track) in self.tracks.clone().zip(&album.tracks[self.tracks.clone()]) {
            let [from, to] = [marks[n - self.tracks.start], marks[n - self.tracks.start + 1]];
            let is_last = n + 1 == self.tracks.end;
            let crossfade = |join: Option<&Track>| match join.map(|track| track.join) {
                Some(Join::Crossfade(seconds)) => Fade { seconds, curve: Curve::EqualPower },
                _ => Fade::default(),
            };
            let next = if is_last { crossfade(album.tracks.get(n + 1)) } else { Fade::default() };
            for (shape, edge) in [
                (track.fade_in, Edge::In),
                (crossfade(Some(track)), Edge::In),
                (track.fade_out, Edge::Out),
                (next, Edge::Out),
            ] {
                let length = ((shape.seconds * rate).round() as usize).min(to - from);
                if length == 0 {
                    continue;
                }
                let frames = match edge {
                    Edge::In => from..from + length,
                    Edge::Out => to - length..to,
                };
                faded.fades.push(FadeOf { frames, curve: shape.curve, edge });
                if edge == Edge::Out && is_last {
                    faded.ends = to;
                }
            }
        }
        faded
    }
}
