//! `lacquer codec`.

use super::carried::carried;
use super::exit;
use super::output::{Lines, print_json, remark, tell};
use super::progress::Bar;
use super::scratch::scratch;
use super::warn;
use anyhow::bail;
use clap::Args;
use lacquer_files::Error;
use lacquer_files::audio::Programme;
use lacquer_files::decode::{Limits, Reader};
use lacquer_files::encode::{EncodeError, Format, WordLength, check_output, encode_as};
use lacquer_files::spill::Scratch;
use lacquer_song::codec::trim::fixed;
use lacquer_song::codec::{Codec, CodecReport, overs, usual};
use lacquer_song::jobs;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Ceilings in dBTP that may be asked for.
const CEILINGS_DBTP: std::ops::RangeInclusive<f64> = -12.0..=0.0;
/// Overs that are printed for each encoding; JSON has more.
const MOST_PRINTED: usize = 5;

/// Arguments of `lacquer codec`.
#[derive(Args)]
#[command(after_help = exit::TABLE)]
pub struct CodecArguments {
    /// The masters
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Encodings, separated by commas, for instance opus128,vorbis8; mp3-320 in builds that have LAME
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    codec: Vec<Codec>,
    /// Highest true peak after decoding in dBTP, -12 to 0
    #[arg(long, value_name = "DBTP", default_value_t = 0.0, allow_hyphen_values = true)]
    ceiling: f64,
    /// Write the master with the trim that clears every encoding
    #[arg(long, requires = "output")]
    fix: bool,
    /// The trimmed master, a WAV file
    #[arg(short, long, requires = "fix")]
    output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long, requires = "output")]
    force: bool,
    /// Word length of the trimmed master: 16, 20, 24 or 32f
    #[arg(long, value_name = "BITS", default_value = "24")]
    word_length: WordLength,
    /// Print JSON, one object in a line for each file
    #[arg(long)]
    json: bool,
}

/// What was found for a file, in JSON.
#[derive(Serialize)]
struct Report {
    file: String,
    status: &'static str,
    codecs: Vec<CodecReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_measured: Vec<NotMeasured>,
    trim_db: f64,
    fixed: Option<FixReport>,
}

/// A file that was not measured, in JSON.
#[derive(Serialize)]
struct Failed {
    file: String,
    status: &'static str,
    reason: String,
}

/// An encoding that this build cannot make, in JSON.
#[derive(Clone, Serialize)]
struct NotMeasured {
    codec: String,
    reason: String,
}

/// What was written, in JSON.
#[derive(Serialize)]
struct FixReport {
    output: String,
    trim_db: f64,
    is_cleared: bool,
}

/// Measures the files one after the other. A file or an encoding that cannot be measured keeps no other from being measured.
pub fn run(arguments: &CodecArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    if !CEILINGS_DBTP.contains(&arguments.ceiling) {
        bail!("--ceiling {}: give a level between -12 and 0 dBTP", arguments.ceiling);
    }
    let mut code = exit::DONE;
    let (mut codecs, mut not_measured) = (Vec::new(), Vec::new());
    for codec in if arguments.codec.is_empty() { usual() } else { arguments.codec.clone() } {
        match codec.format().check() {
            Ok(()) => codecs.push(codec),
            // No trim clears what is not measured.
            Err(error) if arguments.fix || arguments.codec.len() == 1 => return Err(error.into()),
            Err(error) => {
                tell(format_args!("{}: {error}", codec.format().id()));
                code = exit::FAILED;
                not_measured.push(NotMeasured { codec: codec.format().id(), reason: error.to_string() });
            }
        }
    }
    if let Some(output) = &arguments.output {
        let [input] = arguments.files.as_slice() else { bail!("--fix: give one file at a time") };
        check_name(output)?;
        check_output(input, output, arguments.force)?;
    }
    super::take_standard_input(&arguments.files)?;
    let bar = Bar::new("Encoding and decoding");
    let scratch = scratch(arguments.output.as_deref());
    let (mut json, mut lines) = (String::new(), Lines::default());
    let mut is_first = true;
    for (n, file) in arguments.files.iter().enumerate() {
        bar.show("Encoding and decoding", n as f64 / arguments.files.len() as f64);
        let line = match measured(file, &codecs, arguments, limits, &scratch, &bar) {
            Ok(report) => {
                let report = Report { not_measured: not_measured.clone(), ..report };
                if !report.is_clear() {
                    code = exit::worse(code, exit::PERSON);
                }
                if !std::mem::take(&mut is_first) {
                    lines.gap();
                }
                describe(&report, &mut lines);
                serde_json::to_string(&report)?
            }
            Err(error) => {
                tell(&error);
                code = exit::FAILED;
                let status = if error.is::<Error>() { "unreadable" } else { "failed" };
                let file = file.display().to_string();
                serde_json::to_string(&Failed { file, status, reason: error.to_string() })?
            }
        };
        json += &(line + "\n");
    }
    drop(bar);
    let printed = if arguments.json { print_json(&json) } else { lines.report() };
    printed.map(|()| ExitCode::from(code))
}

/// Refuses names that the trimmed master cannot have.
fn check_name(output: &Path) -> anyhow::Result<()> {
    if output == Path::new("-") {
        bail!("-o -: the trimmed master needs a name, which ends in .wav");
    }
    if !output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav")) {
        bail!("{}: the trimmed master is a WAV file; let the name end in .wav", output.display());
    }
    Ok(())
}

/// What the encodings do to a file; and the trimmed master, where one is asked for.
fn measured(
    file: &Path,
    codecs: &[Codec],
    arguments: &CodecArguments,
    limits: Limits,
    scratch: &Scratch,
    bar: &Bar,
) -> anyhow::Result<Report> {
    let mut reader = Reader::open(file, &limits)?;
    let programme = reader.spill(scratch, &|_| {})?;
    reader.require_whole()?;
    warn(&reader);
    let reports = measure_all(&programme, codecs, arguments.ceiling, scratch)?;
    let trim_db = reports.iter().map(|report| report.trim_db).fold(0.0, f64::min);
    let mut report = Report {
        file: file.display().to_string(),
        status: "measured",
        codecs: reports,
        not_measured: Vec::new(),
        trim_db,
        fixed: None,
    };
    if let Some(output) = &arguments.output {
        bar.show("Trimming", 1.0);
        let made = fixed(&programme, codecs, arguments.ceiling, trim_db, arguments.word_length, scratch)?;
        // The tags go along; a loudness that was written before the trim no longer holds.
        let format = Format::Wav(arguments.word_length);
        let mut remarks = Vec::new();
        let tags = carried(file, &format, &mut remarks);
        remarks.iter().for_each(remark);
        encode_as(output, &made.audio, &format, &tags)?;
        report.fixed = Some(FixReport {
            output: output.display().to_string(),
            trim_db: (made.trim_db * 1000.0).round() / 1000.0 + 0.0,
            is_cleared: made.is_cleared,
        });
    }
    Ok(report)
}

impl Report {
    /// Whether nothing is left over full scale.
    fn is_clear(&self) -> bool {
        match &self.fixed {
            Some(fix) => fix.is_cleared,
            None => self.codecs.iter().all(|codec| codec.over_count == 0),
        }
    }
}

/// Reports of the encodings in their order, as many at a time as there are cores.
fn measure_all(
    programme: &dyn Programme,
    codecs: &[Codec],
    ceiling_dbtp: f64,
    scratch: &Scratch,
) -> Result<Vec<CodecReport>, EncodeError> {
    let measured = |_, codec: &Codec| overs(programme, *codec, ceiling_dbtp, scratch);
    jobs::each(codecs, jobs::at_a_time(codecs.len()), measured).into_iter().collect()
}

fn describe(report: &Report, lines: &mut Lines) {
    let level = |level: Option<f64>| level.map_or_else(|| "-".to_owned(), |level| format!("{level:.2}"));
    let rows: Vec<Vec<String>> = report
        .codecs
        .iter()
        .map(|codec| {
            vec![
                codec.codec.clone(),
                level(codec.true_peak_before_dbtp),
                level(codec.true_peak_after_dbtp),
                codec.over_samples.to_string(),
                codec.over_count.to_string(),
                if codec.is_cleared { format!("{:.2}", codec.trim_db) } else { "none clears it".into() },
                level(codec.true_peak_trimmed_dbtp),
            ]
        })
        .collect();
    let headings = ["", "dBTP before", "after", "samples over", "places", "trim dB", "dBTP then"];
    lines.line(&report.file);
    lines.table(&headings, &rows);
    for codec in &report.codecs {
        for over in codec.overs.iter().take(MOST_PRINTED) {
            let (minutes, seconds) = ((over.time_s / 60.0) as u64, over.time_s % 60.0);
            lines.line(format_args!(
                "{}: {minutes}:{seconds:06.3} {:+.2} dBFS, {} sample(s)",
                codec.codec, over.peak_dbfs, over.samples
            ));
        }
        let rest = codec.over_count.saturating_sub(MOST_PRINTED);
        if rest > 0 {
            lines.line(format_args!("{}: {rest} more", codec.codec));
        }
    }
    if let Some(fix) = &report.fixed {
        let outcome = if fix.is_cleared {
            "every encoding holds the ceiling"
        } else {
            "not every encoding holds the ceiling"
        };
        lines.line(format_args!("{}: trimmed by {:.2} dB; {outcome}", fix.output, fix.trim_db));
    }
    lines.line(
        "AAC is not measured: no encoder of it has a clean licence; take the figures above as indicative",
    );
}
