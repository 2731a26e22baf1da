//! From an album file to a folder of files: the order of the work.

use super::cache::{Cache, key};
use super::character::{Distance, correct, distances};
use super::codecs::{CodecOutcome, codec_of, examine};
use super::codes::codes;
use super::discs;
use super::file::{Album, IsrcWish, Join, Output};
use super::joined::{Joined, Material};
use super::looks::{Look, Looker};
use super::outputs::{Facts, Writer, check, variant};
use super::page::page;
use super::plan::plan;
use super::report::{CharacterReport, Renders, Report};
use super::sides::sides;
use super::summary::{Places, track_reports, warnings};
use super::timeline::lay_out;
use super::unit::{Source, Unit, inspect, units};
use super::{AlbumError, Progress};
use crate::audio::widen;
use crate::disc::pq_sheet;
use crate::encode::WordLength;
use crate::isrc::Isrc;
use crate::measure::{Readings, measure};
use lacquer_dsp::metering::Meter;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Version of the report's form.
const REPORT_VERSION: u32 = 1;
/// What is softer is silence (ITU-R BS.1770-5), LUFS.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
/// Units that are rendered at the same time at most: each holds its audio in memory.
const MOST_THREADS: usize = 4;

/// Makes everything that an album file asks for in the folder `out`, which is made if it is missing, and reports it. What an earlier
/// run made, and nothing has changed since, is kept. With `fix`, lossy files are encoded with the gain that clears their peaks.
pub fn build(album: &Album, out: &Path, fix: bool, progress: Progress) -> Result<Report, AlbumError> {
    check(album)?;
    keep_apart(album, out)?;
    let cache = Cache::open(out)?;
    let mut writer = Writer::new(album, out, &cache);
    let renders = Renders::default();
    let numbered: Vec<usize> = (0..album.tracks.len()).collect();
    let sources =
        side_by_side(&numbered, "Reading", progress, |n| inspect(n + 1, &album.tracks[*n], &cache))?;
    let rate = main_rate(album, &sources);
    let mut units = units(album, &sources)?;
    let has_disc = album.outputs.iter().any(|output| output.is_disc());
    let mut disc_warnings = Vec::new();
    if has_disc {
        // The codes are given when all else is known to be right.
        let known: Vec<Option<Isrc>> =
            album.tracks.iter().map(|track| track.isrc.and_then(IsrcWish::code)).collect();
        disc_warnings = discs::check(&lay_out(album, &units, 44_100, true).disc(album, &known))?;
    }
    let looker = Looker { album, sample_rate: rate, cache: &cache, renders: &renders };
    let mut looks = side_by_side(&units, "Processing", progress, |unit| looker.look(unit))?;
    let characters = character(&looker, &mut units, &mut looks, progress)?;
    let levels: Vec<_> = units
        .iter()
        .zip(&looks)
        .map(|(unit, looks)| {
            looker.level(
                unit,
                looks,
                unit.tracks.start > 0 && album.tracks[unit.tracks.start].join == Join::Gap(0.0),
            )
        })
        .collect();
    progress("Levelling", 0.0);
    let planned = AtomicUsize::new(0);
    let moves = plan(
        &album.aim,
        &levels,
        |n, wanted_lufs| {
            progress("Levelling", planned.fetch_add(1, Ordering::Relaxed) as f64 / units.len() as f64);
            looker.solve(&units[n], &levels[n], wanted_lufs)
        },
        |n, drive_db| looker.loudness(&units[n], &levels[n], drive_db),
    )?;
    let gains_db: Vec<f64> = moves.iter().map(|unit| unit.gain_db).collect();
    let material = Material { album, units: &units, gains_db: &gains_db, cache: &cache, renders: &renders };

    let (codes, code_warnings) = codes(album, &sources)?;
    let mut codecs = Vec::new();
    let mut pq = Vec::new();
    // Each rate and word length is joined once, whatever it is written as.
    let main = (rate, WordLength::Bits24);
    let on_disc = |rate: u32| rate == 44_100 && has_disc;
    let wanted = |output: &Output| variant(*output, rate);
    let mut variants: Vec<(u32, WordLength)> = album.outputs.iter().filter_map(wanted).collect();
    variants.push(main);
    let mut seen = Vec::new();
    variants.retain(|variant| {
        let is_new = !seen.contains(variant);
        seen.push(*variant);
        is_new
    });
    // The main one first: its readings are every file's.
    variants.sort_by_key(|variant| *variant != main);
    let mut reports = Vec::new();
    let mut readings = Vec::new();
    let mut whole = None;
    let mut places = Places::default();
    for (rate, word_length) in variants {
        let joined =
            Joined::make(&material, rate, word_length, on_disc(rate), &|done| progress("Limiting", done))?;
        if (rate, word_length) == main {
            (readings, whole) = measured(&joined, &cache, progress)?;
            let timeline = &joined.timeline;
            places.starts_s = timeline.marks.iter().map(|mark| *mark as f64 / f64::from(rate)).collect();
            places.lengths_s = (0..timeline.marks.len())
                .map(|track| timeline.file_of(track).len() as f64 / f64::from(rate))
                .collect();
        }
        for output in
            album.outputs.iter().filter(|output| variant(**output, main.0) == Some((rate, word_length)))
        {
            let mut gain_db = 0.0;
            if let Some(codec) = codec_of(*output) {
                let examined =
                    examine(*output, codec, &joined, &cache, fix, &|done| progress("Trying codecs", done))?;
                gain_db = examined.applied_db;
                codecs.push(examined);
            }
            let facts = Facts { readings: &readings, codes: &codes };
            writer.tracks(*output, &joined, &facts, gain_db, &|done| progress("Writing", done))?;
        }
        if has_disc && (rate, word_length) == (44_100, WordLength::Bits16) {
            progress("Writing discs", 0.0);
            let disc = joined.timeline.disc(album, &codes);
            let mut digests = Vec::new();
            if album.outputs.contains(&Output::Cue) {
                discs::write_cue(&mut writer, &joined, &disc)?;
            }
            if album.outputs.contains(&Output::Ddp) {
                let (written, warnings) = discs::write_ddp(&mut writer, &joined, &disc)?;
                digests = written;
                disc_warnings.extend(warnings);
            }
            discs::write_pq_sheet(&mut writer, &disc, &digests)?;
            pq = pq_sheet::rows(&disc);
        }
        reports.push(joined.report());
    }
    let sides = if album.outputs.contains(&Output::Vinyl) {
        progress("Dividing sides", 0.0);
        sides(&material, &levels, &readings, rate, |master| writer.side(master))?
    } else {
        Vec::new()
    };
    let facts = Facts { readings: &readings, codes: &codes };
    let tracks = track_reports(album, &sources, &units, &looks, &moves, characters, &facts, &places);
    let mut warnings = warnings(album, &units, &tracks, &sides);
    warnings.extend(code_warnings);
    disc_warnings.dedup();
    warnings.extend(disc_warnings.into_iter().map(|text| format!("Disc: {text}")));
    warnings.extend(codecs.iter().filter(|codec| !codec.is_cleared).map(over_warning));
    let Whole { readings: whole, short_term_lufs } = whole.unwrap_or_default();
    let mut report = Report {
        version: REPORT_VERSION,
        title: album.title.clone(),
        artist: album.artist.clone(),
        upc: album.upc.clone(),
        aim: album.aim,
        character: album.character,
        outputs: album.outputs.clone(),
        album: whole,
        short_term_lufs,
        tracks,
        codecs,
        pq,
        variants: reports,
        sides,
        renders: renders.counts(),
        files: writer.files().to_vec(),
        warnings,
    };
    if album.outputs.contains(&Output::Report) {
        writer.text("album.html", &page(&report))?;
        report.files = writer.files().to_vec();
    }
    writer.finish(&report)?;
    cache.prune();
    Ok(report)
}

/// The album as one programme.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Whole {
    readings: Readings,
    /// Loudness of the last 3 s at the end of each second, LUFS; none in silence.
    short_term_lufs: Vec<Option<f64>>,
}

/// What is over in a lossy output, and what to do.
fn over_warning(codec: &CodecOutcome) -> String {
    let over: Vec<String> = codec
        .tracks
        .iter()
        .zip(1..)
        .filter(|(report, _)| report.trim_db < 0.0)
        .map(|(_, number): (_, usize)| number.to_string())
        .collect();
    let trim_db = codec.tracks.iter().map(|report| report.trim_db).fold(0.0, f64::min);
    format!(
        "{}: peaks over full scale after decoding in track {}; --fix encodes with about {trim_db:.2} dB, or lower loudness.ceiling.",
        codec.output.name(),
        over.join(", ")
    )
}

/// Refuses mixes that lie where files are written: one could be replaced by its own master.
fn keep_apart(album: &Album, out: &Path) -> Result<(), AlbumError> {
    // A folder that is not there yet holds no mix.
    let Ok(out) = out.canonicalize() else { return Ok(()) };
    for (n, track) in album.tracks.iter().enumerate() {
        let inside = track.file.canonicalize().is_ok_and(|file| {
            Output::ALL.iter().any(|output| file.parent() == Some(out.join(output.name()).as_path()))
        });
        if inside {
            return Err(AlbumError::Track {
                track: n + 1,
                path: track.file.clone(),
                reason: "lies where masters are written; move it, or give another folder with -o".to_owned(),
            });
        }
    }
    Ok(())
}

/// The album's rate: what its file says, or the lowest of the tracks', so that nothing is converted upwards.
fn main_rate(album: &Album, sources: &[Source]) -> u32 {
    let lowest = sources.iter().map(|source| source.sample_rate).min().unwrap_or(44_100);
    album.sample_rate.unwrap_or(lowest)
}

/// Does something for each item, several at a time, and gives the results in order; the first error in order ends it.
fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    message: &str,
    progress: Progress,
    work: impl Fn(&T) -> Result<R, AlbumError> + Sync,
) -> Result<Vec<R>, AlbumError> {
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(items.len());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<Option<Result<R, AlbumError>>>> = Mutex::new(items.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((n, item)) = {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    items.get(n).map(|item| (n, item))
                } {
                    let result = work(item);
                    if result.is_err() {
                        // What has not begun need not.
                        next.store(items.len(), Ordering::Relaxed);
                    }
                    results.lock().unwrap_or_else(|poisoned| poisoned.into_inner())[n] = Some(result);
                    let done = 1 + done.fetch_add(1, Ordering::Relaxed);
                    progress(message, done as f64 / items.len() as f64);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut made = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Some(result) => made.push(result?),
            None => continue,
        }
    }
    Ok(made)
}

/// Reports each track's distance from the others, and takes part of it back where that is asked for and helps.
fn character(
    looker: &Looker,
    units: &mut [Unit],
    looks: &mut [Vec<Look>],
    progress: Progress,
) -> Result<Vec<CharacterReport>, AlbumError> {
    let share = looker.album.character;
    let tones: Vec<_> = looks.iter().flatten().map(|look| look.tone.clone()).collect();
    let mut reports: Vec<CharacterReport> = distances(&tones, &tones)
        .into_iter()
        .map(|before| CharacterReport {
            before,
            after: None,
            bands: Vec::new(),
            sentence: if share > 0.0 {
                "Nothing that could be heard would change."
            } else {
                "Measured only."
            }
            .to_owned(),
        })
        .collect();
    if share == 0.0 {
        return Ok(reports);
    }
    for (n, unit) in units.iter_mut().enumerate() {
        progress("Matching character", n as f64 / looks.len() as f64);
        let tracks = unit.tracks.clone();
        let mut corrected = unit.clone();
        // Tracks of one unit have one equalizer: it gets their mean distance.
        let mean = mean_distance(&reports[tracks.clone()]);
        let bands = correct(&mut corrected.settings.equalizer, &mean, share, f64::from(unit.sample_rate));
        if bands.is_empty() {
            continue;
        }
        let new = looker.look(&corrected)?;
        let tones_after: Vec<_> = new.iter().map(|look| look.tone.clone()).collect();
        let after = distances(&tones_after, &tones);
        let sum = |distances: &mut dyn Iterator<Item = f64>| distances.map(|db| db * db).sum::<f64>();
        let was = sum(&mut reports[tracks.clone()].iter().map(|report| report.before.tone_db));
        let is = sum(&mut after.iter().map(|distance| distance.tone_db));
        for (report, after) in reports[tracks].iter_mut().zip(after) {
            if is < was {
                report.sentence = format!(
                    "{:.0} % of its distance, at most 2 dB anywhere: {:.2} dB before, {:.2} dB after.",
                    100.0 * share,
                    report.before.tone_db,
                    after.tone_db
                );
                report.after = Some(after);
                report.bands.clone_from(&bands);
            } else {
                report.sentence = "A correction would bring it no nearer: left as it is.".to_owned();
            }
        }
        if is < was {
            *unit = corrected;
            looks[n] = new;
        }
    }
    Ok(reports)
}

fn mean_distance(reports: &[CharacterReport]) -> Distance {
    let mut mean = reports.first().map(|report| report.before.clone()).unwrap_or_default();
    for (band, value) in mean.mid_db.iter_mut().enumerate() {
        let heard: Vec<f64> =
            reports.iter().filter_map(|report| report.before.mid_db.get(band).copied().flatten()).collect();
        *value = (!heard.is_empty()).then(|| heard.iter().sum::<f64>() / heard.len() as f64);
    }
    mean
}

/// Readings of each track and of all of them set end to end.
fn measured(
    joined: &Joined,
    cache: &Cache,
    progress: Progress,
) -> Result<(Vec<Readings>, Option<Whole>), AlbumError> {
    let timeline = &joined.timeline;
    let tracks = timeline.marks.len();
    let mut readings = Vec::with_capacity(tracks);
    for track in 0..tracks {
        progress("Measuring", track as f64 / tracks as f64);
        let file = timeline.file_of(track);
        // The silence after a track is no part of its sound.
        let sound = file.start..timeline.ends[track].clamp(file.start, file.end);
        let key = key(&["readings", &joined.key_of(&sound)]);
        readings.push(cache.value_or(&key, || Ok(Readings::from(&measure(&joined.cut(sound)?))))?);
    }
    let whole = cache.value_or(&key(&["whole", &joined.key_of(&(0..timeline.length))]), || {
        let mut meter = Meter::new(f64::from(timeline.sample_rate), 2);
        let mut short_term_lufs = Vec::new();
        let second = timeline.sample_rate as usize;
        let mut frames = Vec::with_capacity(second);
        for start in (0..timeline.length).step_by(second) {
            let part = joined.cut(start..(start + second).min(timeline.length))?;
            frames.clear();
            frames.extend(part.frames.iter().map(widen));
            meter.push(&frames);
            let (_, lufs) = meter.momentary_and_short_term_lufs();
            short_term_lufs.push((lufs > ABSOLUTE_GATE_LUFS).then(|| (lufs * 100.0).round() / 100.0));
        }
        Ok(Whole { readings: Readings::from(&meter.finish()), short_term_lufs })
    })?;
    Ok((readings, Some(whole)))
}
