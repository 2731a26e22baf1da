//! From an album file to a folder of files: the order of the work.

use super::cache::{self, Cache};
use super::character::{Distance, correct, distances};
use super::claims;
use super::codes::{self, codes};
use super::discs;
use super::file::{Album, IsrcRequest, Join, Output};
use super::findings::{self, Finding, Kind};
use super::levels;
use super::mix_checks::{self, check_mix};
use super::outputs::{Facts, PAGE, Writer, admit, available};
use super::page::page;
use super::plan::{Plan, plan};
use super::release::{Release, release};
use super::renders::Renders;
use super::report::{CharacterReport, Report};
use super::segment::{Segment, Source, inspect, segments};
use super::sides::sides;
use super::summary::{track_reports, warnings};
use super::timeline::lay_out;
use super::timing;
use super::track_levels::{Look, TrackLevels};
use super::variant::Material;
use super::{AlbumError, Progress};
use lacquer_files::tags::cover::{self, Cover};
use lacquer_isrc::Isrc;
use lacquer_song::jobs;
use lacquer_storage::atomic_file::folder_of;
use lacquer_storage::confined;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Version of the report's form.
const REPORT_VERSION: u32 = 2;

/// What may be asked of a release beside its album file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Encodes lossy files with the gain that clears their peaks.
    pub fix: bool,
    /// Replaces another album's release, and files that Lacquer did not write.
    pub force: bool,
    /// Makes the release of mixes that the check sends back, and accepts every finding.
    pub anyway: bool,
    /// Folder in which renders are kept, each release's in one of its own; without it that of the user's caches.
    pub cache: Option<PathBuf>,
    /// Year of assignment of new codes, 0 to 99; without it the clock's.
    pub isrc_year: Option<u32>,
}

/// Makes everything that an album file asks for in the folder `out`, which is made if it is missing, and reports it. What an earlier
/// run made, and nothing has changed since, is kept.
///
/// # Errors
/// [`AlbumError`]; what can be refused is refused before any work is done.
pub fn build_with(
    album: &Album,
    out: &Path,
    options: &Options,
    progress: Progress,
) -> Result<Report, AlbumError> {
    let (album, mut findings) = available(album)?;
    let album = &album;
    check_ledger(album)?;
    keep_apart(album, out)?;
    admit(album, out, options.force)?;
    let _lock = claims::lock(out)?;
    let cache = Cache::open(&cache::folder(options.cache.as_deref(), out)?)?;
    let mut writer = Writer::new(album, out, &cache, options.force)?;
    let renders = Renders::default();
    let numbered: Vec<usize> = (0..album.tracks.len()).collect();
    let sources = side_by_side(&numbered, "Reading", progress, |n| {
        inspect(n + 1, &album.tracks[*n], &album.limits, &cache)
    })?;
    codes::check(album, &sources)?;
    let mut checks = side_by_side(&numbered, "Checking", progress, |n| {
        check_mix(n + 1, &album.tracks[*n].file, &sources[*n], album, &cache)
    })?;
    mix_checks::admit(album, &mut checks, options.anyway)?;
    let rate = main_rate(album, &sources);
    let mut segments = segments(album, &sources)?;
    if album.has_disc() {
        // The codes are given when all else is known to be right.
        let known: Vec<Option<Isrc>> =
            album.tracks.iter().map(|track| track.isrc.and_then(IsrcRequest::code)).collect();
        discs::check(&lay_out(album, &segments, discs::RATE_HZ, true).disc(album, &known))?;
    }
    let looker = TrackLevels { album, sample_rate: rate, cache: &cache, renders: &renders };
    let mut looks = side_by_side(&segments, "Processing", progress, |segment| looker.look(segment))?;
    let characters = character(&looker, &mut segments, &mut looks, progress)?;
    let levels: Vec<_> = segments
        .iter()
        .zip(&looks)
        .map(|(segment, looks)| {
            looker.level(
                segment,
                looks,
                segment.tracks.start > 0 && album.tracks[segment.tracks.start].join == Join::Gap(0.0),
            )
        })
        .collect();
    progress("Levelling", 0.0);
    let planned = AtomicUsize::new(0);
    let Plan { moves, sentence } = plan(
        &album.aim,
        &levels,
        |n, wanted_lufs| {
            progress("Levelling", planned.fetch_add(1, Ordering::Relaxed) as f64 / segments.len() as f64);
            looker.solve(&segments[n], &levels[n], wanted_lufs)
        },
        |n, drive_db| looker.loudness(&segments[n], &levels[n], drive_db),
    )?;
    let gains_db: Vec<f64> = moves.iter().map(|segment| segment.gain_db).collect();
    let material =
        Material { album, segments: &segments, gains_db: &gains_db, cache: &cache, renders: &renders };

    let (codes, code_warnings) = codes(album, &sources, options.isrc_year)?;
    let covers = covers(album, &mut findings)?;
    let Release { readings, whole, places, variants, codecs, pq, disc_warnings } =
        release(&material, rate, (&codes, &covers), options.fix, &mut writer, progress)?;
    let sides = if album.outputs.contains(&Output::Vinyl) {
        progress("Dividing sides", 0.0);
        sides(&material, &levels, &readings, rate, |master| writer.side(master))?
    } else {
        Vec::new()
    };
    let facts = Facts { readings: &readings, whole: &whole.readings, codes: &codes, covers: &covers };
    let tracks =
        track_reports(album, &sources, &segments, &looks, &moves, characters, checks, &facts, &places);
    let mut warnings = warnings(album, &segments, &tracks, &sides);
    warnings.extend(
        sources.iter().enumerate().flat_map(|(n, source)| {
            source.warnings.iter().map(move |text| format!("Track {}: {text}", n + 1))
        }),
    );
    warnings.extend(code_warnings);
    warnings.extend(disc_warnings.into_iter().map(|text| format!("Disc: {text}")));
    for side in &sides {
        let sheet = timing::sheet(&album.title, &album.artist, side, &tracks);
        writer.sheet(Output::Vinyl, &format!("Side {} timing.txt", side.name), &sheet)?;
    }
    findings.extend(levels::levels(album, &tracks, &places.shares_run));
    let overs = codecs.iter().filter(|codec| !codec.is_cleared);
    findings.extend(overs.map(|codec| Finding::new(Kind::CodecOvers, None, codec.over_warning())));
    findings::accept(album, options.anyway, &mut findings);
    let mut report = Report {
        version: REPORT_VERSION,
        title: album.title.clone(),
        artist: album.artist.clone(),
        release: album.papers.clone(),
        upc: album.upc.clone(),
        aim: album.aim,
        levels: sentence,
        character: album.character,
        outputs: album.outputs.clone(),
        album: whole.readings,
        short_term_lufs: whole.short_term_lufs,
        tracks,
        codecs,
        pq,
        variants,
        sides,
        renders: renders.counts(),
        files: writer.files().to_vec(),
        removed: Vec::new(),
        findings,
        warnings,
    };
    if album.outputs.contains(&Output::Report) {
        writer.text(PAGE, &page(&report).into_string())?;
        report.files = writer.files().to_vec();
    }
    report.removed = writer.remove_earlier()?;
    writer.finish(&report)?;
    cache.prune();
    Ok(report)
}

/// The cover of each track's files: the album's, or what its mix carries. What shops would not take of the album's is a finding.
fn covers(album: &Album, findings: &mut Vec<Finding>) -> Result<Vec<Option<Cover>>, AlbumError> {
    let Some(path) = &album.cover else {
        return Ok(album.tracks.iter().map(|track| cover::of_file(&track.file)).collect());
    };
    let unreadable = |reason: String| AlbumError::Cover { path: path.clone(), reason };
    let cover = Cover::read(path).map_err(unreadable)?;
    let remarks = cover.remarks();
    if !remarks.is_empty() {
        let text = format!("{}: {}.", path.display(), remarks.join("; "));
        findings.push(Finding::new(Kind::Cover, None, text));
    }
    Ok(vec![Some(cover); album.tracks.len()])
}

/// Refuses a ledger that an album file leads out of its folder by links: the file may be a stranger's, and codes are appended to it.
fn check_ledger(album: &Album) -> Result<(), AlbumError> {
    let is_used = album.tracks.iter().any(|track| track.isrc == Some(IsrcRequest::New));
    let folder = album.path.parent().unwrap_or(Path::new(""));
    if album.ledger_is_given || !is_used || confined::lies_below(&album.ledger, folder) {
        return Ok(());
    }
    Err(AlbumError::LedgerPlace { path: album.path.clone(), ledger: album.ledger.clone() })
}

/// Refuses mixes that lie where files are written: one could be replaced by its own master.
fn keep_apart(album: &Album, out: &Path) -> Result<(), AlbumError> {
    for (n, track) in album.tracks.iter().enumerate() {
        // Folders that are there are compared, not their names: `WAV24` may be `wav24`, and one that is not there yet holds no mix.
        let inside = track.file.canonicalize().is_ok_and(|file| {
            let lies_in = |output: &Output| confined::is_one_file(folder_of(&file), &out.join(output.name()));
            Output::ALL.iter().any(lies_in)
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
pub(super) fn main_rate(album: &Album, sources: &[Source]) -> u32 {
    let lowest = sources.iter().map(|source| source.sample_rate).min().unwrap_or(44_100);
    album.sample_rate.unwrap_or(lowest)
}

/// Does something for each item, several at a time, and gives the results in order; the first error in order ends it.
pub(super) fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    message: &str,
    progress: Progress,
    work: impl Fn(&T) -> Result<R, AlbumError> + Sync,
) -> Result<Vec<R>, AlbumError> {
    let (is_over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let results = jobs::each(items, jobs::songs_at_a_time(items.len()), |_, item| {
        // What has not begun need not.
        if is_over.load(Ordering::Relaxed) {
            return None;
        }
        let result = work(item);
        is_over.fetch_or(result.is_err(), Ordering::Relaxed);
        let done = 1 + done.fetch_add(1, Ordering::Relaxed);
        progress(message, done as f64 / items.len() as f64);
        Some(result)
    });
    results.into_iter().flatten().collect()
}

/// Reports each track's distance from the others, and takes part of it back where that is asked for and helps.
fn character(
    looker: &TrackLevels,
    segments: &mut [Segment],
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
    for (n, segment) in segments.iter_mut().enumerate() {
        progress("Matching character", n as f64 / looks.len() as f64);
        let tracks = segment.tracks.clone();
        let mut corrected = segment.clone();
        // Tracks of one segment have one equalizer: it gets their mean distance.
        let mean = mean_distance(&reports[tracks.clone()]);
        let bands = correct(&mut corrected.settings.equalizer, &mean, share, f64::from(segment.sample_rate));
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
            *segment = corrected;
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
