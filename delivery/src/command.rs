//! The subcommands and their arguments.

mod album;
mod check;
mod codec;
mod ddp;
mod isrc;
mod master;
mod measure;
mod output;
mod params;
mod progress;

pub use output::tell;

use clap::{Parser, Subcommand};
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
    /// List every parameter
    Params(params::ParamsArguments),
}

/// Does what was asked for; gives the exit code of what could be done.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command.action {
        Action::Check(arguments) => return check::run(&arguments),
        Action::Master(arguments) => master::run(&arguments)?,
        Action::Measure(arguments) => measure::run(&arguments)?,
        Action::Codec(arguments) => codec::run(&arguments)?,
        Action::Isrc(arguments) => isrc::run(&arguments)?,
        Action::Album(arguments) => album::run(&arguments)?,
        Action::Ddp(arguments) => return ddp::run(&arguments),
        Action::Params(arguments) => params::run(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
