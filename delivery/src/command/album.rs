//! `lacquer album`, `lacquer album init` and `lacquer album clean`.

use super::csv::Csv;
use super::exit::PERSON;
use super::output::{Lines, print_json, tell};
use super::progress::Bar;
use clap::{Args, Subcommand};
use lacquer_delivery::album::file::Album;
use lacquer_delivery::album::plan::Reason;
use lacquer_delivery::album::preview::{Preview, preview};
use lacquer_delivery::album::{AlbumError, Options, Report, build_with, cache, init, read};
use lacquer_delivery::decode::Limits;
use lacquer_delivery::master::LimiterMode;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `lacquer album`.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = super::exit::TABLE
)]
pub struct AlbumArguments {
    #[command(subcommand)]
    action: Option<AlbumAction>,
    /// The album file, as `lacquer album init` writes it
    #[arg(required = true)]
    album: Option<PathBuf>,
    /// The folder of the release; it is made if it is missing
    #[arg(short, long, required_unless_present = "plan")]
    output: Option<PathBuf>,
    /// Show levels, moves, files and sizes, and make nothing
    #[arg(long)]
    plan: bool,
    /// Encode lossy files softer where their peaks would be over full scale after decoding
    #[arg(long)]
    fix: bool,
    /// Make the release of mixes that the check sends back as well, and accept every finding
    #[arg(long)]
    anyway: bool,
    /// The limiter: best sees each run of songs whole, high is the one that the plugin plays
    #[arg(long, value_enum, default_value = "best")]
    limiter: LimiterMode,
    /// The ledger of codes, wherever it lies; without it the album file's, which lies below its folder
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Year of assignment of new codes, two digits; without it this year
    #[arg(long, value_name = "YY", value_parser = clap::value_parser!(u32).range(0..=99))]
    isrc_year: Option<u32>,
    /// Where renders are kept for the next run; without it LACQUER_CACHE, or the user's caches
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Replace another album's release, and files that Lacquer did not write
    #[arg(long)]
    force: bool,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Print a line of comma-separated values a track instead of tables
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

#[derive(Subcommand)]
enum AlbumAction {
    /// Write an album file for mixes, in the order given, with what they measure
    Init(InitArguments),
    /// Remove what is kept for the next run of a release, or of all
    Clean(CleanArguments),
}

/// Arguments of `lacquer album init`.
#[derive(Args)]
struct InitArguments {
    /// The mixes
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The album file
    #[arg(short, long, default_value = "ALBUM.toml")]
    output: PathBuf,
    /// Replace one that is there
    #[arg(long)]
    force: bool,
}

/// Arguments of `lacquer album clean`.
#[derive(Args)]
struct CleanArguments {
    /// The folder of the release; without it every release's renders go
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Where renders are kept; without it LACQUER_CACHE, or the user's caches
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

/// Makes an album, writes the file for one, or removes what is kept of it.
pub fn run(arguments: &AlbumArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        Some(AlbumAction::Init(arguments)) => return begin(arguments),
        Some(AlbumAction::Clean(arguments)) => return clean(arguments),
        None => {}
    }
    // clap has asked for it.
    let Some(path) = &arguments.album else { return Ok(ExitCode::SUCCESS) };
    let mut album = Album { limits, limiter: arguments.limiter, ..read(path)? };
    if let Some(ledger) = &arguments.ledger {
        (album.ledger, album.ledger_is_given) = (ledger.clone(), true);
    }
    let bar = Bar::new("Reading");
    let progress = |message: &str, done: f64| bar.show(message, done);
    let out = match (&arguments.output, arguments.plan) {
        (Some(out), false) => out,
        (out, _) => {
            let made = preview(&album, out.as_deref(), arguments.cache.as_deref(), &progress)?;
            drop(bar);
            if arguments.json {
                print_json(&(serde_json::to_string_pretty(&made)? + "\n"))?;
            } else if arguments.csv {
                preview_csv(&made).print()?;
            } else {
                describe_preview(&made).print()?;
            }
            return Ok(ExitCode::SUCCESS);
        }
    };
    let options = Options {
        fix: arguments.fix,
        force: arguments.force,
        anyway: arguments.anyway,
        cache: arguments.cache.clone(),
        isrc_year: arguments.isrc_year,
    };
    let report = match build_with(&album, out, &options, &progress) {
        Ok(report) => report,
        Err(error @ AlbumError::SentBack { .. }) => {
            drop(bar);
            tell(error);
            return Ok(ExitCode::from(PERSON));
        }
        Err(error) => return Err(error.into()),
    };
    drop(bar);
    if arguments.json {
        print_json(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else if arguments.csv {
        report_csv(&report).print()?;
    } else {
        describe(&report, &out.display().to_string()).print()?;
    }
    Ok(if report.needs_a_person() { ExitCode::from(PERSON) } else { ExitCode::SUCCESS })
}

fn begin(arguments: &InitArguments) -> anyhow::Result<ExitCode> {
    init::write(&arguments.files, &arguments.output, arguments.force)?;
    let path = arguments.output.display();
    let mut lines = Lines::default();
    lines.line(format_args!(
        "{path}: {} tracks. Next: lacquer album {path} --plan, then lacquer album {path} -o release",
        arguments.files.len()
    ));
    lines.print()?;
    Ok(ExitCode::SUCCESS)
}

fn clean(arguments: &CleanArguments) -> anyhow::Result<ExitCode> {
    let given = arguments.cache.as_deref();
    let folders: Vec<PathBuf> = match &arguments.output {
        Some(out) => vec![cache::folder(given, out)?],
        None => {
            let all = std::fs::read_dir(cache::all(given)?).into_iter().flatten().flatten();
            let mut folders: Vec<PathBuf> =
                all.map(|entry| entry.path()).filter(|path| cache::is_cache(path)).collect();
            folders.sort();
            folders
        }
    };
    let mut bytes = 0;
    for folder in &folders {
        bytes += cache::clean(folder)?;
    }
    let mut lines = Lines::default();
    lines.line(format_args!("{} removed; the next run renders again", size(bytes)));
    lines.print()?;
    Ok(ExitCode::SUCCESS)
}

/// Bytes in the largest unit of which there is one.
fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
        bytes if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.0} kB", bytes / 1e3),
    }
}

/// Which rule set a level, in a word.
fn rule(reason: Reason) -> &'static str {
    match reason {
        Reason::Target => "target",
        Reason::Ceiling => "ceiling",
        Reason::Neighbour => "others",
        Reason::LoudParts => "loud parts",
        Reason::Quiet => "quiet song",
        Reason::Cap => "cap",
        Reason::AsIs => "as is",
        Reason::Silent => "silent",
    }
}

fn text(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}

fn clock(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

fn describe_preview(made: &Preview) -> Lines {
    let rows: Vec<Vec<String>> = made
        .tracks
        .iter()
        .map(|track| {
            vec![
                format!("{:2} {}", track.number, track.title),
                clock(track.length_s),
                text(track.mix_lufs, 1),
                text(track.loud_part_lufs, 1),
                text(track.true_peak_dbtp, 1),
                text(track.wanted_lufs, 1),
                format!("{:+.1}", track.gain_db),
                rule(track.reason).to_owned(),
            ]
        })
        .collect();
    let mut lines = Lines::default();
    lines.line(format_args!("{} - {}: a plan, nothing is made", made.artist, made.title));
    let headings = ["", "length", "mix LUFS", "loud parts", "dBTP", "LUFS", "drive dB", "rule"];
    lines.table(&headings, &rows);
    lines.gap();
    lines.line(format_args!("Levels      {}", made.levels));
    lines.line(format_args!(
        "Programme   {} at {} Hz, gaps among it",
        clock(made.length_s),
        made.sample_rate_hz
    ));
    for track in &made.tracks {
        lines.line(format_args!("{:2}          {}", track.number, track.sentence));
    }
    lines.gap();
    for output in &made.outputs {
        let count = match output.files.len() {
            0 => "its sides".to_owned(),
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let first = output.files.first().map(|name| format!(", {name}")).unwrap_or_default();
        lines.line(format_args!(
            "{:<12}{count}, about {}{first}",
            output.output.name(),
            size(output.about_bytes)
        ));
    }
    let bytes: u64 = made.outputs.iter().map(|output| output.about_bytes).sum();
    lines.line(format_args!("{:<12}about {}", "Together", size(bytes)));
    for finding in &made.findings {
        lines.line(format_args!("Needs you   {}", finding.text));
    }
    lines
}

fn preview_csv(made: &Preview) -> Csv {
    let mut csv = Csv::new(&[
        "number",
        "title",
        "length_s",
        "mix_lufs",
        "loud_part_lufs",
        "true_peak_dbtp",
        "wanted_lufs",
        "drive_db",
        "rule",
    ]);
    for track in &made.tracks {
        csv.row([
            track.number.to_string(),
            track.title.clone(),
            format!("{:.3}", track.length_s),
            csv_number(track.mix_lufs, 2),
            csv_number(track.loud_part_lufs, 2),
            csv_number(track.true_peak_dbtp, 2),
            csv_number(track.wanted_lufs, 2),
            format!("{:.2}", track.gain_db),
            rule(track.reason).to_owned(),
        ]);
    }
    csv
}

fn report_csv(report: &Report) -> Csv {
    let mut csv = Csv::new(&[
        "number",
        "title",
        "performer",
        "isrc",
        "start_s",
        "length_s",
        "mix_lufs",
        "lufs",
        "true_peak_dbtp",
        "lra_lu",
        "drive_db",
        "rule",
        "check",
        "findings",
    ]);
    for track in &report.tracks {
        let findings: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.track == Some(track.number))
            .map(|finding| finding.text.as_str())
            .collect();
        csv.row([
            track.number.to_string(),
            track.title.clone(),
            track.performer.clone(),
            track.isrc.clone().unwrap_or_default(),
            format!("{:.3}", track.start_s),
            format!("{:.3}", track.length_s),
            csv_number(track.source.integrated_lufs, 2),
            csv_number(track.after.integrated_lufs, 2),
            csv_number(track.after.true_peak_dbtp, 2),
            csv_number(track.after.loudness_range_lu, 2),
            format!("{:.2}", track.drive.gain_db),
            rule(track.drive.reason).to_owned(),
            track.check.verdict.clone(),
            findings.join(" "),
        ]);
    }
    csv
}

fn csv_number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.decimals$}"))
}

fn describe(report: &Report, out: &str) -> Lines {
    let rows: Vec<Vec<String>> = report
        .tracks
        .iter()
        .map(|track| {
            let tone = track.character.after.as_ref().unwrap_or(&track.character.before).tone_db;
            vec![
                format!("{:2} {}", track.number, track.title),
                clock(track.start_s),
                clock(track.length_s),
                text(track.source.integrated_lufs, 1),
                text(track.after.integrated_lufs, 1),
                text(track.after.true_peak_dbtp, 2),
                text(track.after.loudness_range_lu, 1),
                format!("{:+.1}", track.drive.gain_db),
                rule(track.drive.reason).to_owned(),
                format!("{tone:.1}"),
            ]
        })
        .collect();
    let headings = ["", "start", "length", "mix LUFS", "LUFS", "dBTP", "LRA", "drive dB", "rule", "tone dB"];
    let mut lines = Lines::default();
    lines.line(format_args!("{} - {} -> {out}", report.artist, report.title));
    lines.table(&headings, &rows);
    lines.gap();
    lines.line(format_args!(
        "Album       {} LUFS, {} dBTP, {}",
        text(report.album.integrated_lufs, 1),
        text(report.album.true_peak_dbtp, 2),
        clock(report.length_s())
    ));
    lines.line(format_args!("Levels      {}", report.levels));
    let written = report.files.iter().filter(|file| file.written).count();
    lines.line(format_args!("Files       {written} written, {} unchanged", report.files.len() - written));
    for name in &report.removed {
        lines.line(format_args!("Removed     {name}: the album no longer has it"));
    }
    let counts = report.renders;
    lines.line(format_args!(
        "Rendered    {} chains, {} programmes, {} trials",
        counts.chains, counts.finals, counts.trials
    ));
    for track in &report.tracks {
        lines.line(format_args!("{:2}          {}", track.number, track.drive.sentence));
        if report.character > 0.0 {
            lines.line(format_args!("            Tone: {}", track.character.sentence));
        }
    }
    for track in &report.tracks {
        lines.line(format_args!("Mix {:2}      {}", track.number, track.check.line()));
    }
    for codec in &report.codecs {
        let worst = codec
            .tracks
            .iter()
            .filter_map(|track| track.true_peak_after_dbtp)
            .fold(f64::NEG_INFINITY, f64::max);
        let overs: usize = codec.tracks.iter().map(|track| track.over_count).sum();
        lines.line(format_args!(
            "{:<12}{worst:+.2} dBTP after decoding, {overs} overs, encoded with {:+.2} dB",
            codec.output.name(),
            codec.applied_db
        ));
    }
    for warning in &report.warnings {
        lines.line(format_args!("Look at     {warning}"));
    }
    for finding in &report.findings {
        let head = if finding.is_accepted { "Accepted" } else { "Needs you" };
        let track = finding.track.map_or(String::new(), |number| format!("Track {number}: "));
        lines.line(format_args!("{head:<12}{track}{}", finding.text));
    }
    lines
}
