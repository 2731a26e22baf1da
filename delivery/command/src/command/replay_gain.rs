//! `lacquer replay-gain`.

use super::check::short_name;
use super::exit;
use super::output::{Lines, print_json, tell};
use super::progress::Bar;
use clap::Args;
use lacquer_files::decode::Limits;
use lacquer_files::replay_gain::{Kind, Level, ReplayGain};
use lacquer_files::tags::{self, Tags};
use lacquer_song::jobs;
use lacquer_song::replay_gain::{Album, measure};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Arguments of `lacquer replay-gain`.
#[derive(Args)]
#[command(after_help = exit::TABLE)]
pub struct ReplayGainArguments {
    /// WAV, FLAC, Ogg Vorbis, Opus or MP3 files, and folders with such; their tags alone are changed
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// All of them are one album: its level is written beside each song's
    #[arg(long)]
    album: bool,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON, one object in a line for each file
    #[arg(long)]
    json: bool,
}

/// What was written of a file, in JSON.
#[derive(Serialize)]
struct Row {
    file: String,
    /// Which tags: ReplayGain, or R128 in Opus, whose gains are others and which have no peaks.
    tags: Kind,
    integrated_lufs: f64,
    track_gain_db: f64,
    track_peak: Option<f64>,
    album_gain_db: Option<f64>,
    album_peak: Option<f64>,
}

/// Measures the files and writes their tags.
pub fn run(arguments: &ReplayGainArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    let mut code = exit::DONE;
    let mut files = Vec::new();
    for file in super::expand(&arguments.files) {
        match file {
            Ok(file) => files.push(file),
            Err(error) => {
                tell(error);
                code = exit::FAILED;
            }
        }
    }
    let bar = Bar::new("Measuring");
    let (rows, errors) = write(&files, arguments.album, !arguments.dry_run, &limits, &bar);
    drop(bar);
    for error in errors {
        tell(error);
        code = exit::FAILED;
    }
    if arguments.json {
        let lines = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        print_json(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    } else {
        let cells = |row: &Row| {
            let decibels =
                |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |db| format!("{db:+.2}"));
            vec![
                row.file.clone(),
                format!("{:.2}", row.integrated_lufs),
                decibels(Some(row.track_gain_db)),
                row.track_peak.map_or_else(|| "-".to_owned(), |peak| format!("{peak:.6}")),
                decibels(row.album_gain_db),
                row.tags.name().to_owned(),
            ]
        };
        let mut lines = Lines::default();
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        lines.table(&["", "LUFS", "track dB", "peak", "album dB", "tags"], &rows);
        lines.report()?;
    }
    Ok(ExitCode::from(code))
}

/// Writes the tags of files, as of an album where they are one. An album of which a file cannot be read has no level.
fn write(
    files: &[PathBuf],
    is_album: bool,
    is_written: bool,
    limits: &Limits,
    bar: &Bar,
) -> (Vec<Row>, Vec<String>) {
    let album = Album::default();
    // What cannot be written is refused before it is measured, in a dry run too.
    let (mut takers, mut errors) = (Vec::new(), Vec::new());
    for file in files {
        match tags::gains(file) {
            Ok(kind) => takers.push((file.clone(), kind)),
            Err(error) => errors.push(error.to_string()),
        }
    }
    let measured = measure_all(&takers, limits, &album, bar);
    errors.extend(measured.iter().filter_map(|found| found.as_ref().err().cloned()));
    let levels: Vec<(&PathBuf, Kind, Level)> = takers
        .iter()
        .zip(measured)
        .filter_map(|((file, kind), found)| Some((file, *kind, found.ok()?)))
        .collect();
    let is_whole = is_album && errors.is_empty();
    let of_album = is_whole.then(|| album.level(levels.iter().map(|(.., level)| *level))).flatten();
    let mut rows = Vec::new();
    for (file, kind, track) in levels {
        let replay_gain = Some(ReplayGain { track, album: of_album });
        if is_written && let Err(error) = tags::write(file, &Tags { replay_gain, ..Tags::default() }) {
            errors.push(error.to_string());
            continue;
        }
        let rounded = |value: f64| (value * 1e6).round() / 1e6;
        rows.push(Row {
            file: file.display().to_string(),
            tags: kind,
            integrated_lufs: rounded(track.integrated_lufs),
            track_gain_db: rounded(kind.gain_db(&track)),
            track_peak: kind.peak(&track).map(rounded),
            album_gain_db: of_album.map(|level| rounded(kind.gain_db(&level))),
            album_peak: of_album.and_then(|level| kind.peak(&level)).map(rounded),
        });
    }
    (rows, errors)
}

/// Tags files that were just made, as one album where there are several. Gives what could not be done.
pub(super) fn tag(files: &[PathBuf], limits: &Limits, bar: &Bar) -> Vec<String> {
    write(files, files.len() > 1, true, limits, bar).1
}

/// The level of each file in order, or why it has none.
fn measure_all(
    files: &[(PathBuf, Kind)],
    limits: &Limits,
    album: &Album,
    bar: &Bar,
) -> Vec<Result<Level, String>> {
    let done = AtomicUsize::new(0);
    let of = |file: &Path| match measure(file, limits, album, &|_| {}) {
        Ok(Some(level)) => Ok(level),
        Ok(None) => Err(format!("{}: no loudness: it is silent or shorter than 0.4 s", file.display())),
        Err(error) => Err(error.to_string()),
    };
    jobs::each(files, jobs::at_a_time(files.len()), |_, (file, _)| {
        let level = of(file);
        let done = 1 + done.fetch_add(1, Ordering::Relaxed);
        bar.show(&short_name(file), done as f64 / files.len() as f64);
        level
    })
}
