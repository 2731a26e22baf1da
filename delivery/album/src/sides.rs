//! Pre-masters of the sides of a record: the tracks without loudness from the limiter, through the chain's vinyl preset.
//!
//! What the plan moves tracks against each other stays. The sides go through the filters first; then all of them get one gain that
//! brings the highest peak to the ceiling of -3 dBTP, so that the limiter has nothing to do but to be there.

use super::AlbumError;
use super::cache::{CachedAudio, key, reading_key};
use super::finish::{Finish, Mix, Part, final_settings, finish};
use super::plan::Level;
use super::timeline::{Timeline, lay_out};
use super::variant::Material;
use super::vinyl::{Cut, Side, describe, divide};
use lacquer_dsp::metering::vinyl::Vinyl;
use lacquer_dsp::programme::Source;
use lacquer_dsp::{ChainSettings, ProcessSpec, Quality};
use lacquer_files::audio::{Programme, SpilledAudio, Stretch, push_all};
use lacquer_files::encode::WordLength;
use lacquer_params::{Preset, Tree};
use lacquer_song::master::{LimiterMode, before_limiter};
use lacquer_song::measure::{Readings, true_peak};
use lacquer_song::render::render;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Name of the preset.
const PRESET: &str = "Vinyl pre-master";
/// Ceiling of a pre-master, dBTP.
const CEILING_DBTP: f64 = -3.0;
/// Peaks are brought this far below it, dB: the limiter's own margin, and the dither.
const ROOM_DB: f64 = 0.1;
/// Peaks before the filters, dBTP: where the preset's de-esser expects them.
const FILTERED_DBTP: f64 = -4.0;

/// A pre-master of a side.
pub struct SideMaster {
    /// What it is.
    pub side: Side,
    /// The audio, 24 bits.
    pub audio: CachedAudio,
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
    Preset::find(PRESET).and_then(|preset| preset.apply(&tree))?;
    let mut settings = tree.to_settings();
    settings.bypass = false;
    settings.listen = None;
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
    let Material { album, segments, gains_db, .. } = material;
    let timeline = lay_out(album, segments, sample_rate, false);
    let loudest = levels
        .iter()
        .zip(*gains_db)
        .map(|(level, gain_db)| level.true_peak_dbtp + gain_db)
        .fold(f64::NEG_INFINITY, f64::max);
    let shift_db = if loudest.is_finite() { FILTERED_DBTP - loudest } else { 0.0 };
    let tracks = timeline.marks.len();
    let ranges: Vec<Range<usize>> = (0..tracks).map(|track| timeline.file_of(track)).collect();
    let seconds: Vec<f64> = ranges.iter().map(|range| range.len() as f64 / f64::from(sample_rate)).collect();
    let divided = divide(&seconds);
    let settings = settings()?;
    let mut filtered_sides = Vec::new();
    for side in &divided {
        // A side ends with its last track's sound.
        let start = ranges[side.start].start;
        let frames = start..timeline.ends[side.end - 1].max(start);
        filtered_sides.push((filtered(material, &timeline, frames.clone(), shift_db, &settings)?, frames));
    }
    let highest = filtered_sides.iter().filter_map(|((_, peak), _)| *peak).fold(f64::NEG_INFINITY, f64::max);
    let drive_db = if highest.is_finite() { CEILING_DBTP - ROOM_DB - highest } else { 0.0 };
    let mut cuts: Vec<Cut> = Vec::new();
    let mut masters = Vec::new();
    for (side, ((filtered_key, _), frames)) in divided.iter().zip(filtered_sides) {
        let (key, audio) = limited(material, &filtered_key, drive_db, &settings)?;
        for track in side.clone() {
            let inside = |at: usize| at.saturating_sub(frames.start).min(audio.length());
            let part = Stretch { of: &audio, frames: inside(ranges[track].start)..inside(ranges[track].end) };
            cuts.push(Cut {
                title: album.tracks[track].title.clone(),
                seconds: seconds[track],
                short_term_max_lufs: readings[track].short_term_max_lufs.unwrap_or(f64::NEG_INFINITY),
                reading: groove(material, &key, track, &part)?,
            });
        }
        masters.push(key);
    }
    let described = describe(&cuts, &divided);
    for (side, key) in described.iter().zip(masters) {
        let audio = material.cache.kept_audio(&key)?;
        take(&SideMaster { side: side.clone(), audio, key })?;
    }
    Ok(described)
}

fn groove(
    material: &Material,
    side: &str,
    track: usize,
    sound: &dyn Programme,
) -> Result<lacquer_dsp::metering::vinyl::VinylReading, AlbumError> {
    let key = reading_key(&["groove", side, &track.to_string(), &sound.length().to_string()]);
    let kept = material.cache.value_or(&key, || {
        let mut vinyl = Vinyl::new(f64::from(sound.sample_rate()));
        push_all(sound, |frames| vinyl.push(frames))?;
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

/// Renders a stretch of the timeline through the preset's stages before the limiter, or finds it in the cache: its key and true
/// peak, dBTP.
fn filtered(
    material: &Material,
    timeline: &Timeline,
    frames: Range<usize>,
    shift_db: f64,
    settings: &ChainSettings,
) -> Result<(String, Option<f64>), AlbumError> {
    let Material { album, segments, gains_db, cache, renders } = material;
    let rate = timeline.sample_rate;
    let inside: Vec<usize> = (0..segments.len())
        .filter(|n| {
            let start = timeline.starts[*n];
            start < frames.end && start + segments[*n].length(rate) > frames.start
        })
        .collect();
    let places: Vec<(i64, f64)> = inside
        .iter()
        .map(|n| (timeline.starts[*n] as i64 - frames.start as i64, gains_db[*n] + shift_db))
        .collect();
    let keys: Vec<String> = inside.iter().map(|n| segments[*n].key(album, rate)).collect();
    let key = key(&[
        "side",
        &keys.join(" "),
        &format!("{places:?}"),
        &format!("{settings:?}"),
        &frames.len().to_string(),
    ]);
    inside.iter().for_each(|n| segments[*n].hold(rate, cache));
    if let Some(peak_dbtp) = cache.value::<Option<f64>>(&key)
        && cache.audio(&key).is_some()
    {
        return Ok((key, peak_dbtp));
    }
    let audios = inside
        .iter()
        .map(|n| segments[*n].audio(album, rate, cache, renders))
        .collect::<Result<Vec<_>, _>>()?;
    // A segment that began on the side before goes on here.
    let on_side: Vec<Stretch> = audios
        .iter()
        .zip(&places)
        .map(|(audio, (start, _))| {
            let length = audio.length();
            Stretch { of: audio, frames: usize::try_from(-start).unwrap_or(0).min(length)..length }
        })
        .collect();
    let parts: Vec<Part> = on_side
        .iter()
        .zip(&places)
        .map(|(audio, (start, gain_db))| Part {
            start: usize::try_from(*start).unwrap_or(0),
            audio,
            gain: 10f64.powf(gain_db / 20.0),
            settings: settings.clone(),
        })
        .collect();
    let spec = ProcessSpec::stereo(f64::from(rate));
    let mut made = SpilledAudio::new(rate, 2, &cache.scratch());
    let mix = Mix::new(&parts, frames.len());
    render(&spec, &before_limiter(settings), &mix, |frames| made.push(frames), &|_| {})?;
    let peak_dbtp = 20.0 * true_peak(&made)?.log10();
    let peak_dbtp = peak_dbtp.is_finite().then_some(peak_dbtp);
    renders.count_chain();
    cache.keep_audio(&key, &made)?;
    cache.keep_value(&key, &peak_dbtp)?;
    Ok((key, peak_dbtp))
}

/// Limiter and dither over a side, or what the cache has of it.
fn limited(
    material: &Material,
    filtered_key: &str,
    drive_db: f64,
    settings: &ChainSettings,
) -> Result<(String, CachedAudio), AlbumError> {
    let key = key(&["side master", filtered_key, &format!("{drive_db:?}")]);
    if let Some(audio) = material.cache.audio(&key) {
        return Ok((key, audio));
    }
    let filtered = material.cache.kept_audio(filtered_key)?;
    let how = Finish {
        sample_rate: filtered.sample_rate(),
        word_length: WordLength::Bits24,
        ceiling_dbtp: CEILING_DBTP,
        quality: Quality::default(),
        // It stands by for single peaks: a side has no loudness from it.
        limiter: LimiterMode::High,
    };
    let part = Part {
        start: 0,
        audio: &filtered,
        gain: 10f64.powf(drive_db / 20.0),
        settings: final_settings(settings, &how),
    };
    let finished = finish(&[part], filtered.length(), &how, &material.cache.scratch())?;
    material.renders.count_final();
    let audio = material.cache.keep_audio(&key, &finished.audio)?;
    Ok((key, audio))
}
