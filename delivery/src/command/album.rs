//! `lacquer album` and `lacquer album init`.

use super::output::{Lines, print_json};
use super::progress::Bar;
use clap::{Args, Subcommand};
use lacquer_delivery::album::file::Album;
use lacquer_delivery::album::plan::Reason;
use lacquer_delivery::album::{Options, Report, build_with, init, read};
use lacquer_delivery::decode::Limits;
use lacquer_delivery::master::LimiterMode;
use std::path::PathBuf;

/// Arguments of `lacquer album`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct AlbumArguments {
    #[command(subcommand)]
    action: Option<AlbumAction>,
    /// The album file, as `lacquer album init` writes it
    #[arg(required = true)]
    album: Option<PathBuf>,
    /// The folder of the release; it is made if it is missing
    #[arg(short, long, required = true)]
    output: Option<PathBuf>,
    /// Encode lossy files softer where their peaks would be over full scale after decoding
    #[arg(long)]
    fix: bool,
    /// The limiter: best sees each run of songs whole, high is the one that the plugin plays
    #[arg(long, value_enum, default_value = "best")]
    limiter: LimiterMode,
    /// The ledger of codes, wherever it lies; without it the album file's, which lies below its folder
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Year of assignment of new codes, two digits; without it this year
    #[arg(long, value_name = "YY", value_parser = clap::value_parser!(u32).range(0..=99))]
    isrc_year: Option<u32>,
    /// Replace another album's release, and files that Lacquer did not write
    #[arg(long)]
    force: bool,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum AlbumAction {
    /// Write an album file for mixes, in the order given
    Init(InitArguments),
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

/// Makes an album, or writes the file for one.
pub fn run(arguments: &AlbumArguments, limits: Limits) -> anyhow::Result<()> {
    if let Some(AlbumAction::Init(arguments)) = &arguments.action {
        init::write(&arguments.files, &arguments.output, arguments.force)?;
        let path = arguments.output.display();
        let mut lines = Lines::default();
        lines.line(format_args!(
            "{path}: {} tracks. Next: lacquer album {path} -o release",
            arguments.files.len()
        ));
        return lines.print();
    }
    // clap has asked for both.
    let (Some(path), Some(out)) = (&arguments.album, &arguments.output) else { return Ok(()) };
    let mut album = Album { limits, limiter: arguments.limiter, ..read(path)? };
    if let Some(ledger) = &arguments.ledger {
        (album.ledger, album.ledger_is_given) = (ledger.clone(), true);
    }
    let options = Options { fix: arguments.fix, force: arguments.force, isrc_year: arguments.isrc_year };
    let bar = Bar::new("Reading");
    let report = build_with(&album, out, &options, &|message, done| bar.show(message, done))?;
    drop(bar);
    if arguments.json {
        return print_json(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    describe(&report, &out.display().to_string()).print()
}

fn describe(report: &Report, out: &str) -> Lines {
    let text = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
    };
    let clock = |seconds: f64| {
        let tenths = (seconds * 10.0).round() as u64;
        format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    };
    let rows: Vec<Vec<String>> = report
        .tracks
        .iter()
        .map(|track| {
            let rule = match track.drive.reason {
                Reason::Target => "target",
                Reason::Ceiling => "ceiling",
                Reason::Neighbour => "others",
                Reason::Cap => "cap",
                Reason::AsIs => "as is",
                Reason::Silent => "silent",
            };
            let tone = track.character.after.as_ref().unwrap_or(&track.character.before).tone_db;
            vec![
                format!("{:2} {}", track.number, track.title),
                clock(track.start_s),
                clock(track.length_s),
                text(track.before.integrated_lufs, 1),
                text(track.after.integrated_lufs, 1),
                text(track.after.true_peak_dbtp, 2),
                text(track.after.loudness_range_lu, 1),
                format!("{:+.1}", track.drive.gain_db),
                rule.to_owned(),
                format!("{tone:.1}"),
            ]
        })
        .collect();
    let headings = ["", "start", "length", "LUFS in", "LUFS", "dBTP", "LRA", "drive dB", "rule", "tone dB"];
    let mut lines = Lines::default();
    lines.line(format_args!("{} - {} -> {out}", report.artist, report.title));
    lines.table(&headings, &rows);
    lines.gap();
    lines.line(format_args!(
        "Album       {} LUFS, {} dBTP, {}",
        text(report.album.integrated_lufs, 1),
        text(report.album.true_peak_dbtp, 2),
        clock(report.tracks.iter().map(|track| track.length_s).sum())
    ));
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
    lines
}
