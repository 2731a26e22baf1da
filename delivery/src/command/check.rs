//! `lacquer check`.

use super::output::{print, print_json, tell};
use super::progress::Bar;
use clap::Args;
use lacquer_delivery::Error;
use lacquer_delivery::atomic_file::{folder_of, write_beside};
use lacquer_delivery::check::batch::{Progress, check_all};
use lacquer_delivery::check::json::{Batch, SCHEMA};
use lacquer_delivery::check::page::report_page;
use lacquer_delivery::check::{Wishes, inputs, text};
use lacquer_delivery::decode::Limits;
use lacquer_delivery::html::{is_report, visible};
use lacquer_dsp::detect::Verdict;
use lacquer_dsp::targets::{TARGETS, Target};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `lacquer check`.
#[derive(Args)]
#[command(
    after_help = "Exit code: 0 fit, with or without remarks; 1 a mix goes back; 2 something was not read or not done."
)]
pub struct CheckArguments {
    /// Files, and folders whose audio files are checked, with all below them
    #[arg(required_unless_present = "schema", value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Hold the files against a delivery target by name, or a loudness in LUFS; may be given often
    #[arg(long, value_name = "NAME|LUFS", allow_hyphen_values = true)]
    target: Vec<String>,
    /// Write a report with pictures, one file for a browser or a printer
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print JSON, one object
    #[arg(long)]
    json: bool,
    /// Print the JSON Schema of --json and do nothing else
    #[arg(long)]
    schema: bool,
}

/// Exit codes: a mix goes back, and something could not be read.
const SENT_BACK: u8 = 1;
const NOT_READ: u8 = 2;

/// Letters of a file's name beside the progress bar.
const NAME: usize = 24;

/// Loudnesses in LUFS that may be named as a target, and the true peak that goes with them.
const LOUDNESSES_LUFS: std::ops::RangeInclusive<f64> = -40.0..=-4.0;
const CUSTOM_PEAK_DBTP: f64 = -1.0;

/// Checks what was named and says what is to be done with it.
pub fn run(arguments: &CheckArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    if arguments.schema {
        print_json(SCHEMA)?;
        return Ok(ExitCode::SUCCESS);
    }
    // Everything that can be refused is refused before any work is done.
    let targets = arguments.target.iter().map(|text| target(text)).collect::<Result<Vec<_>, _>>()?;
    let wishes = Wishes { limits, ..Wishes::new(targets, arguments.html.is_some()) };
    let files = inputs::expand(&arguments.paths);
    if let Some(html) = &arguments.html {
        check_output(html, files.iter().flatten())?;
    }
    let bar = Bar::new("Checking");
    let mut shares = vec![0.0; files.len()];
    let count = files.len();
    let reports = check_all(files, &wishes, &mut |progress| {
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
    if let Some(html) = &arguments.html {
        write_beside(html, report_page(&reports, &wishes).as_bytes())
            .map_err(|error| Error::Write { path: html.to_owned(), reason: error.to_string() })?;
    }
    if arguments.json {
        print_json(&Batch::new(&reports).to_text()?)?;
    } else {
        let texts: Vec<String> =
            reports.iter().flatten().map(|report| text::describe(report, &wishes)).collect();
        print(&texts.join("\n\n"))?;
    }
    let mut code = ExitCode::SUCCESS;
    if reports.iter().flatten().any(|report| report.verdict() == Verdict::SendBack) {
        code = ExitCode::from(SENT_BACK);
    }
    for error in reports.iter().filter_map(|report| report.as_ref().err()) {
        tell(error);
        code = ExitCode::from(NOT_READ);
    }
    Ok(code)
}

/// As much of a file's name as there is room for.
fn short_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    visible(&name).chars().take(NAME).collect()
}

/// A target by its name, or a loudness of one's own.
fn target(text: &str) -> Result<Target, Error> {
    if let Some(target) = Target::from_text(text) {
        return Ok(target);
    }
    match text.parse::<f64>() {
        Ok(lufs) if LOUDNESSES_LUFS.contains(&lufs) => Ok(Target::custom(lufs, CUSTOM_PEAK_DBTP)),
        _ => {
            let known: Vec<&str> = TARGETS.iter().map(|target| target.id).collect();
            Err(Error::Target { text: text.to_owned(), known: known.join(", ") })
        }
    }
}

/// Refuses a report that would take the place of a file that is checked, or that has no folder to lie in.
fn check_output<'a>(html: &Path, files: impl Iterator<Item = &'a PathBuf>) -> anyhow::Result<()> {
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
