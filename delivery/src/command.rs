//! The subcommands and their arguments.

mod album;
mod check;
mod codec;
mod csv;
mod ddp;
pub mod exit;
mod isrc;
mod manual;
mod master;
mod measure;
mod output;
mod params;
mod preset;
mod progress;

pub use output::tell;

use clap::{Parser, Subcommand};
use lacquer_delivery::decode::{Limits, Reader};
use lacquer_delivery::warnings::warnings;
use std::process::ExitCode;

/// From the mix to the release.
#[derive(Parser)]
#[command(
    name = "lacquer",
    version,
    about = "Checks mixes, makes masters and compiles albums, with the chain of the plugin"
)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
    /// The longest file that is read: a small one may claim to hold days
    #[arg(long, global = true, value_name = "HOURS", default_value_t = 6.0)]
    longest: f64,
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
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    let limits = Limits { longest_s: 3600.0 * command.longest };
    match command.action {
        Action::Check(arguments) => return check::run(&arguments, limits),
        Action::Master(arguments) => return master::run(&arguments, limits),
        Action::Measure(arguments) => return measure::run(&arguments, limits),
        Action::Codec(arguments) => return codec::run(&arguments, limits),
        Action::Isrc(arguments) => return isrc::run(&arguments),
        Action::Preset(arguments) => preset::run(&arguments)?,
        Action::Album(arguments) => return album::run(&arguments, limits),
        Action::Ddp(arguments) => return ddp::run(&arguments),
        Action::Params(arguments) => params::run(&arguments)?,
        Action::Completions(arguments) => manual::completions(&arguments)?,
        Action::Manual(arguments) => manual::manual(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Says on standard error what is wrong with a file that is worked with all the same.
fn warn(reader: &Reader) {
    for warning in warnings(reader) {
        output::tell(format_args!("{}: {warning}", reader.path().display()));
    }
}
