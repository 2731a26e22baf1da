//! `lacquer album` and `lacquer album init`.

use super::output::{print, table};
use super::progress::Bar;
use clap::{Args, Subcommand};
use lacquer_delivery::album::plan::Reason;
use lacquer_delivery::album::{Report, build, init, read};
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
pub fn run(arguments: &AlbumArguments) -> anyhow::Result<()> {
    if let Some(AlbumAction::Init(arguments)) = &arguments.action {
        init::write(&arguments.files, &arguments.output, arguments.force)?;
        let path = arguments.output.display();
        return print(&format!(
            "{path}: {} tracks. Next: lacquer album {path} -o release\n",
            arguments.files.len()
        ));
    }
    // clap has asked for both.
    let (Some(path), Some(out)) = (&arguments.album, &arguments.output) else { return Ok(()) };
    let album = read(path)?;
    let bar = Bar::new("Reading");
    let report = build(&album, out, arguments.fix, &|message, done| bar.show(message, done))?;
    drop(bar);
    if arguments.json {
        return print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    print(&describe(&report, &out.display().to_string()))
}

fn describe(report: &Report, out: &str) -> String {
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
                format!("{:2} {}", track.number, printable(&track.title)),
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
    let mut lines = format!("{} - {} -> {out}\n", printable(&report.artist), printable(&report.title));
    lines += &table(&headings, &rows);
    lines += &format!(
        "\nAlbum       {} LUFS, {} dBTP, {}\n",
        text(report.album.integrated_lufs, 1),
        text(report.album.true_peak_dbtp, 2),
        clock(report.tracks.iter().map(|track| track.length_s).sum())
    );
    let written = report.files.iter().filter(|file| file.written).count();
    lines += &format!("Files       {written} written, {} unchanged\n", report.files.len() - written);
    let counts = report.renders;
    lines += &format!(
        "Rendered    {} chains, {} programmes, {} trials\n",
        counts.chains, counts.finals, counts.trials
    );
    for track in &report.tracks {
        lines += &format!("{:2}          {}\n", track.number, track.drive.sentence);
        if report.character > 0.0 {
            lines += &format!("            Tone: {}\n", track.character.sentence);
        }
    }
    for codec in &report.codecs {
        let worst = codec
            .tracks
            .iter()
            .filter_map(|track| track.true_peak_after_dbtp)
            .fold(f64::NEG_INFINITY, f64::max);
        let overs: usize = codec.tracks.iter().map(|track| track.over_count).sum();
        lines += &format!(
            "{:<12}{worst:+.2} dBTP after decoding, {overs} overs, encoded with {:+.2} dB\n",
            codec.output.name(),
            codec.applied_db
        );
    }
    for warning in &report.warnings {
        lines += &format!("Look at     {}\n", printable(warning));
    }
    lines
}

/// Text of others for a terminal: no control signs, which could move its cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
