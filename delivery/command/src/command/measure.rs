//! `lacquer measure`.

use super::check::short_name;
use super::csv::Csv;
use super::exit;
use super::output::{Lines, print_json, remark, tell};
use super::progress::Bar;
use clap::Args;
use lacquer_files::Error;
use lacquer_files::decode::{Limits, Reader};
use lacquer_song::check::CheckError;
use lacquer_song::jobs;
use lacquer_song::measure::{Readings, measure_blocks};
use lacquer_song::warnings::warnings;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Arguments of `lacquer measure`.
#[derive(Args)]
#[command(after_help = exit::TABLE)]
pub struct MeasureArguments {
    /// Files, and folders whose audio files are measured, with all below them
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Print JSON, one object in a line for each file
    #[arg(long)]
    json: bool,
    /// Print a line of comma-separated values a file
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// A file's readings in JSON.
#[derive(Serialize)]
struct Measured {
    file: String,
    status: &'static str,
    sample_rate_hz: u32,
    channels: usize,
    duration_s: f64,
    #[serde(flatten)]
    readings: Readings,
    /// What is wrong with the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl Measured {
    fn of(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader::open(path, limits)?;
        let measurement = measure_blocks(&mut reader)?;
        reader.require_whole()?;
        let duration_s = reader.frames() as f64 / f64::from(reader.sample_rate());
        Ok(Self {
            file: path.display().to_string(),
            status: "measured",
            sample_rate_hz: reader.sample_rate(),
            channels: reader.channels(),
            duration_s: (duration_s * 1000.0).round() / 1000.0,
            readings: Readings::from(&measurement),
            warnings: warnings(&reader),
        })
    }
}

/// A file that has no readings, in JSON.
#[derive(Serialize)]
struct Unreadable {
    file: String,
    status: &'static str,
    reason: String,
}

/// Measures the files, as many at a time as there are cores, and prints them in the order given. One that cannot be read does not
/// keep the others from being measured.
pub fn run(arguments: &MeasureArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    super::take_standard_input(&arguments.files)?;
    let bar = Bar::new("Measuring");
    let files = super::expand(&arguments.files);
    let results = measure_all(&files, &limits, &bar);
    drop(bar);
    let measured = || results.iter().flatten();
    for file in measured() {
        for warning in &file.warnings {
            remark(format_args!("{}: {warning}", file.file));
        }
    }
    if arguments.json {
        let mut text = String::new();
        for result in &results {
            let line = match result {
                Ok(file) => serde_json::to_string(file)?,
                Err((file, reason)) => serde_json::to_string(&Unreadable {
                    file: file.display().to_string(),
                    status: "unreadable",
                    reason: reason.clone(),
                })?,
            };
            text += &(line + "\n");
        }
        print_json(&text)?;
    } else if arguments.csv {
        csv(&results).print()?;
    } else {
        let mut lines = Lines::default();
        for (n, file) in measured().enumerate() {
            if n > 0 {
                lines.gap();
            }
            describe(file, &mut lines);
        }
        if results.len() > 1 {
            summary(&results, &mut lines);
        }
        lines.report()?;
    }
    let mut code = exit::DONE;
    for (_, reason) in results.iter().filter_map(|result| result.as_ref().err()) {
        tell(reason);
        code = exit::FAILED;
    }
    Ok(ExitCode::from(code))
}

/// How many there are, and what they range over.
fn summary(results: &[Result<Measured, (PathBuf, String)>], lines: &mut Lines) {
    let range = |of: fn(&Readings) -> Option<f64>, decimals: usize| {
        let found: Vec<f64> = results.iter().flatten().filter_map(|file| of(&file.readings)).collect();
        let low = found.iter().copied().fold(f64::INFINITY, f64::min);
        let high = found.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if found.is_empty() { "-".to_owned() } else { format!("{low:.decimals$} to {high:.decimals$}") }
    };
    let unread = results.iter().filter(|result| result.is_err()).count();
    let seconds: f64 = results.iter().flatten().map(|file| file.duration_s).sum();
    lines.gap();
    lines.line(format_args!(
        "{} files, {} of them not read, {}:{:02} in all: {} LUFS, {} dBTP",
        results.len(),
        unread,
        seconds as u64 / 60,
        seconds as u64 % 60,
        range(|readings| readings.integrated_lufs, 1),
        range(|readings| readings.true_peak_dbtp, 2)
    ));
}

/// A row a file.
fn csv(results: &[Result<Measured, (PathBuf, String)>]) -> Csv {
    let mut csv = Csv::new(&[
        "file",
        "status",
        "sample_rate_hz",
        "channels",
        "duration_s",
        "integrated_lufs",
        "momentary_max_lufs",
        "short_term_max_lufs",
        "loudness_range_lu",
        "true_peak_dbtp",
        "sample_peak_dbfs",
        "plr_db",
        "dynamic_range_db",
        "correlation",
        "mono_loss_db",
        "reason",
    ]);
    let text = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    for result in results {
        match result {
            Ok(file) => {
                let r = &file.readings;
                csv.row([
                    file.file.clone(),
                    file.status.to_owned(),
                    file.sample_rate_hz.to_string(),
                    file.channels.to_string(),
                    format!("{:.3}", file.duration_s),
                    text(r.integrated_lufs),
                    text(r.momentary_max_lufs),
                    text(r.short_term_max_lufs),
                    text(r.loudness_range_lu),
                    text(r.true_peak_dbtp),
                    text(r.sample_peak_dbfs),
                    text(r.plr_db),
                    text(r.dynamic_range_db),
                    text(r.correlation),
                    text(r.mono_loss_db),
                    String::new(),
                ]);
            }
            Err((path, reason)) => {
                let mut row = vec![path.display().to_string(), "unreadable".to_owned()];
                row.resize(15, String::new());
                row.push(reason.clone());
                csv.row(row);
            }
        }
    }
    csv
}

fn describe(file: &Measured, lines: &mut Lines) {
    let channels = if file.channels == 1 { "mono" } else { "stereo" };
    let rows: Vec<Vec<String>> = file
        .readings
        .rows_of(file.channels)
        .into_iter()
        .map(|(name, value, unit)| vec![name.to_owned(), value, unit.to_owned()])
        .collect();
    lines.line(format_args!(
        "{}  {} Hz, {channels}, {:.1} s",
        file.file, file.sample_rate_hz, file.duration_s
    ));
    lines.table(&["", "", ""], &rows);
}

/// Every file's readings, or its name and why it has none.
fn measure_all(
    files: &[Result<PathBuf, CheckError>],
    limits: &Limits,
    bar: &Bar,
) -> Vec<Result<Measured, (PathBuf, String)>> {
    let done = AtomicUsize::new(0);
    jobs::each(files, jobs::at_a_time(files.len()), |_, file| {
        let (path, result) = match file {
            Ok(path) => (path.as_path(), Measured::of(path, limits).map_err(|error| error.to_string())),
            Err(error) => (error.path(), Err(error.to_string())),
        };
        let done = 1 + done.fetch_add(1, Ordering::Relaxed);
        bar.show(&short_name(path), done as f64 / files.len() as f64);
        result.map_err(|reason| (path.to_owned(), reason))
    })
}
