//! Pre-masters of the sides of a record: the tracks without loudness from the limiter, through the chain's vinyl preset.
//!
//! What the plan moves tracks against each other stays; together they are as loud as the highest peak allows under -3 dBTP, so that
//! the limiter has nothing to do but to be there.

use super::AlbumError;
use super::cache::key;
use super::finish::{Mix, Part};
use super::joined::Material;
use super::plan::Level;
use super::timeline::{Timeline, lay_out};
use super::vinyl::{Cut, Side, describe, divide};
use crate::audio::{Audio, widen};
use crate::encode::WordLength;
use crate::measure::{Readings, true_peak};
use crate::render::render;
use lacquer_dsp::chain::dither::WordLength as DitherLength;
use lacquer_dsp::metering::vinyl::Vinyl;
use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_params::{Preset, Tree};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Name of the preset.
const PRESET: &str = "Vinyl pre-master";
/// Ceiling of a pre-master, dBTP.
const CEILING_DBTP: f64 = -3.0;
/// Peaks are brought this far below it, dB: filters move phases, and peaks with them.
const ROOM_DB: f64 = 1.0;
/// Renders with a lowered ceiling at most.
const MOST_LOWERINGS: usize = 6;

/// A pre-master of a side.
pub struct SideMaster {
    /// What it is.
    pub side: Side,
    /// The audio, 24 bits.
    pub audio: Audio,
    /// What the audio depends on.
    pub key: String,
}

/// What a track does to a groove, as it is kept.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Groove {
    low_side_db: f64,
    lateral_db: f64,
    vertical_db: f64,
    sibilance_db: f64,
}

/// The settings of the pre-master.
fn settings() -> Result<ChainSettings, AlbumError> {
    let tree = Tree::new();
    Preset::find(PRESET).and_then(|preset| preset.apply(&tree)).map_err(crate::Error::from)?;
    let mut settings = tree.to_settings();
    settings.limiter.on = true;
    settings.limiter.true_peak = true;
    settings.limiter.ceiling_dbtp = CEILING_DBTP;
    settings.dither.on = true;
    settings.dither.word_length = DitherLength::Bits24;
    Ok(settings)
}

/// The sides, one after the other: `take` gets each of them.
pub fn sides(
    material: &Material,
    levels: &[Level],
    readings: &[Readings],
    sample_rate: u32,
    mut take: impl FnMut(&SideMaster) -> Result<(), AlbumError>,
) -> Result<Vec<Side>, AlbumError> {
    let Material { album, units, gains_db, .. } = material;
    let timeline = lay_out(album, units, sample_rate, false);
    let loudest = levels
        .iter()
        .zip(*gains_db)
        .map(|(level, gain_db)| level.true_peak_dbtp + gain_db)
        .fold(f64::NEG_INFINITY, f64::max);
    let shift_db = if loudest.is_finite() { CEILING_DBTP - ROOM_DB - loudest } else { 0.0 };
    let tracks = timeline.marks.len();
    let ranges: Vec<Range<usize>> = (0..tracks).map(|track| timeline.file_of(track)).collect();
    let seconds: Vec<f64> = ranges.iter().map(|range| range.len() as f64 / f64::from(sample_rate)).collect();
    let divided = divide(&seconds);
    let settings = settings()?;
    let mut cuts: Vec<Cut> = Vec::new();
    let mut masters = Vec::new();
    for side in &divided {
        // A side ends with its last track's sound.
        let frames = ranges[side.start].start..timeline.ends[side.end - 1].max(ranges[side.start].start);
        let (key, audio) = master(material, &timeline, frames.clone(), shift_db, &settings)?;
        for track in side.clone() {
            let inside = |at: usize| at.saturating_sub(frames.start).min(audio.frames.len());
            let part = &audio.frames[inside(ranges[track].start)..inside(ranges[track].end)];
            cuts.push(Cut {
                title: album.tracks[track].title.clone(),
                seconds: seconds[track],
                short_term_max_lufs: readings[track].short_term_max_lufs.unwrap_or(f64::NEG_INFINITY),
                reading: groove(material, &key, track, part, sample_rate)?,
            });
        }
        masters.push(key);
    }
    let described = describe(&cuts, &divided);
    for (side, key) in described.iter().zip(masters) {
        let audio = material.cache.audio(&key).ok_or_else(|| AlbumError::Write {
            path: super::cache::FOLDER.into(),
            reason: "a render was removed or damaged meanwhile; start again".to_owned(),
        })?;
        take(&SideMaster { side: side.clone(), audio, key })?;
    }
    Ok(described)
}

fn groove(
    material: &Material,
    side: &str,
    track: usize,
    frames: &[[f32; 2]],
    sample_rate: u32,
) -> Result<lacquer_dsp::metering::vinyl::VinylReading, AlbumError> {
    let key = key(&["groove", side, &track.to_string(), &frames.len().to_string()]);
    let kept = material.cache.value_or(&key, || {
        let mut vinyl = Vinyl::new(f64::from(sample_rate));
        for chunk in frames.chunks(4096) {
            vinyl.push(&chunk.iter().map(widen).collect::<Vec<_>>());
        }
        let found = vinyl.reading();
        Ok(Groove {
            low_side_db: found.low_side_db,
            lateral_db: found.lateral_db,
            vertical_db: found.vertical_db,
            sibilance_db: found.sibilance_db,
        })
    })?;
    Ok(lacquer_dsp::metering::vinyl::VinylReading {
        low_side_db: kept.low_side_db,
        lateral_db: kept.lateral_db,
        vertical_db: kept.vertical_db,
        sibilance_db: kept.sibilance_db,
    })
}

/// Renders a stretch of the timeline through the preset, or finds it in the cache.
fn master(
    material: &Material,
    timeline: &Timeline,
    frames: Range<usize>,
    shift_db: f64,
    settings: &ChainSettings,
) -> Result<(String, Audio), AlbumError> {
    let Material { album, units, gains_db, cache, renders } = material;
    let rate = timeline.sample_rate;
    let inside: Vec<usize> = (0..units.len())
        .filter(|n| {
            let start = timeline.starts[*n];
            start < frames.end && start + units[*n].length(rate) > frames.start
        })
        .collect();
    let places: Vec<(i64, f64)> = inside
        .iter()
        .map(|n| (timeline.starts[*n] as i64 - frames.start as i64, gains_db[*n] + shift_db))
        .collect();
    let keys: Vec<String> = inside.iter().map(|n| units[*n].key(album, rate)).collect();
    let key = key(&[
        "side",
        &keys.join(" "),
        &format!("{places:?}"),
        &format!("{settings:?}"),
        &frames.len().to_string(),
        &WordLength::Bits24.to_string(),
    ]);
    if let Some(audio) = cache.audio(&key) {
        return Ok((key, audio));
    }
    let audios =
        inside.iter().map(|n| units[*n].audio(album, rate, cache, renders)).collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<Part> = audios
        .iter()
        .zip(&places)
        .map(|(audio, (start, gain_db))| Part {
            start: usize::try_from(*start).unwrap_or(0),
            // A unit that began on the side before goes on here.
            frames: &audio.frames[usize::try_from(-start).unwrap_or(0).min(audio.frames.len())..],
            gain: 10f64.powf(gain_db / 20.0),
            settings: settings.clone(),
        })
        .collect();
    let spec = ProcessSpec::stereo(f64::from(rate));
    let ceiling = 10f64.powf(CEILING_DBTP / 20.0);
    let mut settings = settings.clone();
    let mut lowerings = 0;
    let audio = loop {
        let made = render(&spec, &settings, Mix::new(&parts, frames.len()), &|_| {});
        let made: Vec<[f32; 2]> = made.iter().map(|frame| frame.map(|x| x as f32)).collect();
        let peak = true_peak(&made);
        if peak <= ceiling || lowerings == MOST_LOWERINGS {
            break Audio { sample_rate: rate, channels: 2, frames: made };
        }
        settings.limiter.output_reserve += peak - ceiling + 1e-5;
        lowerings += 1;
    };
    renders.count_final();
    cache.keep_audio(&key, &audio)?;
    Ok((key, audio))
}
