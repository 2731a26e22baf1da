//! The subcommands and their arguments.

mod album;
mod asked;
mod carried;
mod check;
mod codec;
mod csv;
mod ddp;
pub mod exit;
mod isrc;
mod list;
mod manual;
mod master;
mod measure;
mod output;
mod params;
mod preset;
mod progress;
mod replay_gain;
mod scratch;
mod settings;
mod switches;

pub use output::tell;

use clap::{FromArgMatches, Parser, Subcommand};
use lacquer_files::decode::{Limits, Reader};
use lacquer_files::{Error, standard_input};
use lacquer_song::check::{CheckError, inputs};
use lacquer_song::jobs;
use lacquer_song::warnings::warnings;
use list::Listed;
use output::{Volume, remark, say, set_volume};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// From the mix to the release.
#[derive(Parser)]
#[command(
    name = "lacquer",
    version,
    about = "Checks mixes, makes masters and compiles albums, with the chain of the plugin"
)]
#[command(arg_required_else_help = true, subcommand_negates_reqs = true)]
pub struct Command {
    #[command(subcommand)]
    action: Option<Action>,
    /// List what may be named, and do nothing else
    #[arg(long, value_enum, value_name = "WHAT", required = true)]
    list: Option<Listed>,
    /// The longest file that is read: a small one may claim to hold days
    #[arg(long, global = true, value_name = "HOURS", default_value_t = 6.0)]
    longest: f64,
    /// How many files, or parts of one, are worked on at a time; without it as many as there are cores, and four songs
    #[arg(short, long, global = true, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Tell errors alone, and that a folder's lacquer.toml holds; answers are printed all the same: a code of isrc and its lists, a preset and its lists, params, completions,
    /// --list, --json, --csv
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Tell what is done on the way, too
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Take defaults from this file, not from lacquer.toml here and in your settings
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take defaults from no file
    #[arg(long, global = true, conflicts_with = "config")]
    no_config: bool,
}

#[derive(Subcommand)]
enum Action {
    /// Check whether mixes are fit to master, and say what to change if not
    Check(check::CheckArguments),
    /// Run the chain over a file and write the master
    Master(master::MasterArguments),
    /// Measure loudness, peaks, dynamics and stereo of files
    Measure(measure::MeasureArguments),
    /// Say what lossy encoding does to a master's peaks, and clear them
    Codec(codec::CodecArguments),
    /// Give, list, import and verify ISRC codes
    Isrc(isrc::IsrcArguments),
    /// Make an album: levels, joins, files, discs
    Album(album::AlbumArguments),
    /// Verify a DDP fileset
    Ddp(ddp::DdpArguments),
    /// Write ReplayGain or R128 tags into files
    ReplayGain(replay_gain::ReplayGainArguments),
    /// List, show and save presets
    Preset(preset::PresetArguments),
    /// List every parameter
    Params(params::ParamsArguments),
    /// Print the completions for a shell
    Completions(manual::CompletionsArguments),
    /// Write the manual pages into a folder
    Manual(manual::ManualArguments),
}

/// Does what was asked for; gives the exit code of what could be done.
pub fn run() -> anyhow::Result<ExitCode> {
    let command = read()?;
    if let Some(jobs) = command.jobs {
        jobs::ask(jobs);
    }
    if let Some(listed) = command.list {
        list::run(listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let limits = Limits { longest_s: 3600.0 * command.longest };
    // clap has asked for it.
    let Some(action) = command.action else { return Ok(ExitCode::SUCCESS) };
    match action {
        Action::Check(arguments) => return check::run(&arguments, limits),
        Action::Master(arguments) => return master::run(&arguments, limits),
        Action::Measure(arguments) => return measure::run(&arguments, limits),
        Action::Codec(arguments) => return codec::run(&arguments, limits),
        Action::Isrc(arguments) => return isrc::run(&arguments),
        Action::ReplayGain(arguments) => return replay_gain::run(&arguments, limits),
        Action::Preset(arguments) => preset::run(&arguments)?,
        Action::Album(arguments) => return album::run(&arguments, limits),
        Action::Ddp(arguments) => return ddp::run(&arguments),
        Action::Params(arguments) => params::run(&arguments)?,
        Action::Completions(arguments) => manual::completions(&arguments)?,
        Action::Manual(arguments) => manual::manual(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The command line, over the defaults of the files that hold here.
fn read() -> anyhow::Result<Command> {
    // Shells of Windows leave `*.wav` to the programs.
    let first = Command::parse_from(wild::args_os());
    let files = match (first.config, first.no_config) {
        (_, true) => Vec::new(),
        (Some(file), false) => vec![file],
        (None, false) => settings::usual(),
    };
    let command =
        Command::from_arg_matches(&settings::with_defaults(&files)?.get_matches_from(wild::args_os()))?;
    // The command line goes before the files, in which there is no key for quiet.
    set_volume(match (first.quiet, command.verbose) {
        (true, _) => Volume::Quiet,
        (false, true) => Volume::Verbose,
        (false, false) => Volume::Usual,
    });
    for file in files {
        let told = format!("defaults from {}", file.display());
        // The folder may be a stranger's, and what it leaves out of a check has to be known, also where only errors are told.
        if file == Path::new(settings::NAME) { tell(told) } else { say(told) }
    }
    Ok(command)
}

/// The files that are named, and those of the folders that are; what is left out of a folder is told.
fn expand(paths: &[PathBuf]) -> Vec<Result<PathBuf, CheckError>> {
    let inputs::Inputs { files, archives } = inputs::expand(paths);
    if let [first, rest @ ..] = archives.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let advice = "what lies beside its master as its archive is left out; name it to have it in";
        remark(format_args!("{}{more}: {advice}", first.display()));
    }
    files
}

/// Takes standard input, and pipes that the command was started with, if they are among the files that are to be read.
fn take_standard_input(files: &[PathBuf]) -> Result<(), Error> {
    for file in files {
        standard_input::take(file).map_err(|source| Error::Read { path: file.clone(), source })?;
    }
    Ok(())
}

/// Says on standard error what is wrong with a file that is worked with all the same.
fn warn(reader: &Reader) {
    for warning in warnings(reader) {
        remark(format_args!("{}: {warning}", reader.path().display()));
    }
}
