//! `lacquer check`.

use super::asked::AskedError;
use super::csv::Csv;
use super::exit;
use super::output::{Volume, is_told, print, print_json, tell};
use super::progress::Bar;
use super::switches::Switches;
use anyhow::bail;
use clap::Args;
use lacquer_dsp::detect::Verdict;
use lacquer_dsp::targets::{self, Target};
use lacquer_files::Error;
use lacquer_files::decode::Limits;
use lacquer_report::{is_report, visible};
use lacquer_song::check::batch::{Progress, check_all};
use lacquer_song::check::json::{Batch, SCHEMA};
use lacquer_song::check::page::report_page;
use lacquer_song::check::{CheckError, CheckOptions, Judged, Report, text};
use lacquer_storage::atomic_file::{folder_of, write_beside};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `lacquer check`.
#[derive(Args)]
#[command(after_help = super::exit::TABLE)]
pub struct CheckArguments {
    /// Files, and folders whose audio files are checked, with all below them
    #[arg(required_unless_present = "schema", value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Judge them as masters that are to be delivered, against their targets; without it as mixes that are to be mastered
    #[arg(long)]
    master: bool,
    #[command(flatten)]
    switches: Switches,
    /// Hold the files against a delivery target by name, or a loudness in LUFS; may be given often
    #[arg(long, value_name = "NAME|LUFS", allow_hyphen_values = true)]
    target: Vec<String>,
    /// Write a report with pictures, one file for a browser or a printer
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print JSON, one object
    #[arg(long)]
    json: bool,
    /// Print a line of comma-separated values a file
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print the JSON Schema of --json and do nothing else
    #[arg(long)]
    schema: bool,
}

/// Letters of a file's name beside the progress bar.
const NAME: usize = 24;

/// Loudnesses in LUFS that may be named as a target, and the true peak that goes with them.
pub(super) const LOUDNESSES_LUFS: std::ops::RangeInclusive<f64> = -40.0..=-4.0;
const CUSTOM_PEAK_DBTP: f64 = -1.0;

/// Checks what was named and says what is to be done with it.
pub fn run(arguments: &CheckArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    if arguments.schema {
        print_json(SCHEMA)?;
        return Ok(ExitCode::SUCCESS);
    }
    // Everything that can be refused is refused before any work is done.
    let targets = arguments.target.iter().map(|text| target(text)).collect::<Result<Vec<_>, _>>()?;
    let judged = if arguments.master { Judged::Master } else { Judged::Mix };
    let wishes = CheckOptions { limits, judged, ..CheckOptions::new(targets, arguments.html.is_some()) };
    super::take_standard_input(&arguments.paths)?;
    let files = super::expand(&arguments.paths);
    if let Some(html) = &arguments.html {
        check_output(html, files.iter().flatten())?;
    }
    let bar = Bar::new("Checking");
    let mut shares = vec![0.0; files.len()];
    let count = files.len();
    let mut reports = check_all(files, &wishes, &mut |progress| {
        let message = match progress {
            Progress::Under { index, path, done } => {
                shares[index] = done;
                short_name(path)
            }
            Progress::Finished { index } => {
                shares[index] = 1.0;
                "Checking".to_owned()
            }
        };
        bar.show(&message, shares.iter().sum::<f64>() / count.max(1) as f64);
    });
    drop(bar);
    reports.iter_mut().flatten().for_each(|report| arguments.switches.apply(report));
    if let Some(html) = &arguments.html {
        write_beside(html, report_page(&reports, &wishes).into_string().as_bytes())
            .map_err(|error| Error::Write { path: html.to_owned(), reason: error.to_string() })?;
    }
    if arguments.json {
        print_json(&Batch::new(&reports).to_text()?)?;
    } else if arguments.csv {
        csv(&reports).print()?;
    } else if is_told(Volume::Usual) {
        let mut texts: Vec<String> =
            reports.iter().flatten().map(|report| text::describe(report, &wishes)).collect();
        if reports.len() > 1 {
            texts.push(text::summary(&reports));
        }
        print(&texts.join("\n\n"))?;
    }
    let needs_a_person =
        |report: &Report| report.verdict() == Verdict::SendBack || report.misses_its_target();
    let mut code = if reports.iter().flatten().any(needs_a_person) { exit::PERSON } else { exit::DONE };
    for error in reports.iter().filter_map(|report| report.as_ref().err()) {
        tell(error);
        code = exit::worse(code, exit::FAILED);
    }
    Ok(ExitCode::from(code))
}

/// A row a file.
fn csv(reports: &[Result<Report, CheckError>]) -> Csv {
    let mut csv = Csv::new(&[
        "file",
        "status",
        "verdict",
        "reasons",
        "format",
        "sample_rate_hz",
        "channels",
        "duration_s",
        "integrated_lufs",
        "true_peak_dbtp",
        "loudness_range_lu",
        "plr_db",
        "misses_target",
    ]);
    let number = |value: f64, decimals: usize| {
        if value.is_finite() { format!("{value:.decimals$}") } else { String::new() }
    };
    for report in reports {
        match report {
            Ok(report) => {
                let m = &report.measurement;
                let reasons: Vec<String> =
                    report.reasons().map(|reason| format!("{}: {}", reason.check, reason.fact)).collect();
                csv.row([
                    report.path.display().to_string(),
                    "checked".to_owned(),
                    report.verdict().id().to_owned(),
                    reasons.join("; "),
                    report.format.to_owned(),
                    report.sample_rate_hz.to_string(),
                    report.channels.to_string(),
                    format!("{:.3}", report.duration_s()),
                    number(m.integrated_lufs, 2),
                    number(m.true_peak_dbtp, 2),
                    number(m.loudness_range_lu, 2),
                    number(m.plr_db, 2),
                    report.misses_its_target().to_string(),
                ]);
            }
            Err(error) => {
                let mut row = vec![
                    error.path().display().to_string(),
                    "unreadable".to_owned(),
                    String::new(),
                    error.to_string(),
                ];
                row.resize(13, String::new());
                csv.row(row);
            }
        }
    }
    csv
}

/// As much of a file's name as there is room for.
pub(super) fn short_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    visible(&name).chars().take(NAME).collect()
}

/// A target by its name, or a loudness of one's own.
pub(super) fn target(text: &str) -> Result<Target, AskedError> {
    if let Some(target) = Target::from_text(text) {
        return Ok(target);
    }
    match text.parse::<f64>() {
        Ok(lufs) if LOUDNESSES_LUFS.contains(&lufs) => Ok(Target::custom(lufs, CUSTOM_PEAK_DBTP)),
        _ => Err(AskedError::Target { text: text.to_owned(), known: targets::known() }),
    }
}

/// Refuses a report that would take the place of a file that is checked, or that has no folder to lie in.
pub(super) fn check_output<'a>(html: &Path, files: impl Iterator<Item = &'a PathBuf>) -> anyhow::Result<()> {
    if html == Path::new("-") {
        bail!("--html -: standard output holds the text; give the page a name (./- for a file of that name)");
    }
    let folder = folder_of(html);
    if !folder.is_dir() {
        let reason = format!("the folder {} does not exist; make it first", folder.display());
        return Err(Error::Write { path: html.to_owned(), reason }.into());
    }
    if html.is_dir() {
        let reason = "a folder has this name; give the report another".to_owned();
        return Err(Error::Write { path: html.to_owned(), reason }.into());
    }
    if let Ok(html) = html.canonicalize() {
        for file in files {
            if file.canonicalize().is_ok_and(|file| file == html) {
                return Err(Error::OutputIsInput { path: html }.into());
            }
        }
    }
    // A device or a pipe is written to; a file that is somebody's is not replaced.
    if html.is_file() && !is_report(html) {
        let reason = "is there and is no report of Lacquer's; give the report another name".to_owned();
        return Err(Error::Write { path: html.to_owned(), reason }.into());
    }
    Ok(())
}
