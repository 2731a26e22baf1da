//! `lacquer album`, `lacquer album init` and `lacquer album clean`.

mod tables;

use super::exit::PERSON;
use super::output::{Lines, print_json, tell};
use super::progress::Bar;
use clap::{Args, Subcommand};
use lacquer_album::file::Album;
use lacquer_album::preview::preview;
use lacquer_album::{AlbumError, Options, build_with, cache, init, read};
use lacquer_files::decode::Limits;
use lacquer_song::master::LimiterMode;
use std::path::PathBuf;
use std::process::ExitCode;
use tables::{describe, describe_preview, preview_csv, report_csv, size};

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
                describe_preview(&made).report()?;
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
        describe(&report, &out.display().to_string()).report()?;
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
    lines.report()?;
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
    lines.report()?;
    Ok(ExitCode::SUCCESS)
}
