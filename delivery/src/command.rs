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

use clap::{Args, Parser, Subcommand};
use lacquer_delivery::encode::WordLength;
use std::path::PathBuf;
use std::process::ExitCode;

/// Masters, measures and explains itself.
#[derive(Parser)]
#[command(name = "lacquer", version, about = "The Lacquer mastering chain without a host")]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Check whether mixes are fit to master, and say what to change if not
    Check(CheckArguments),
    /// Run the chain over a file and write the master
    Master(MasterArguments),
    /// Measure loudness, peaks, dynamics and stereo of files
    Measure(MeasureArguments),
    /// List every parameter
    Params(ParamsArguments),
    /// Give, list, import and verify ISRC codes
    Isrc(isrc::IsrcArguments),
    /// Say what lossy encoding does to a master's peaks, and clear them
    Codec(codec::CodecArguments),
    /// Verify a DDP fileset
    Ddp(DdpArguments),
    /// Make an album: levels, joins, files
    Album(album::AlbumArguments),
}

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

/// Arguments of `lacquer master`.
#[derive(Args)]
pub struct MasterArguments {
    /// The mix: WAV, RF64, AIFF, FLAC, Ogg Vorbis, Opus or MP3, mono or stereo
    input: PathBuf,
    /// The master, a WAV file
    #[arg(short, long)]
    output: PathBuf,
    /// A factory preset by name, or a preset file
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// A parameter, for instance limiter_drive=3 or glue_on=on; may be given often
    #[arg(long, value_name = "ID=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// A delivery target by name, or a loudness in LUFS: finds the limiter's drive for it
    #[arg(long, value_name = "NAME|LUFS", allow_hyphen_values = true)]
    target: Option<String>,
    /// Highest true peak in dBTP, -12 to 0
    #[arg(long, value_name = "DBTP", allow_hyphen_values = true)]
    ceiling: Option<f64>,
    /// Word length: 16, 20, 24 or 32f; without it the preset's dither, or else 24
    #[arg(long, value_name = "BITS")]
    word_length: Option<WordLength>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Arguments of `lacquer measure`.
#[derive(Args)]
pub struct MeasureArguments {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON, one object in a line for each file
    #[arg(long)]
    json: bool,
}

/// Arguments of `lacquer params`.
#[derive(Args)]
pub struct ParamsArguments {
    /// Print JSON, an array
    #[arg(long)]
    json: bool,
}

/// Arguments of `lacquer ddp`.
#[derive(Args)]
pub struct DdpArguments {
    #[command(subcommand)]
    action: DdpAction,
}

#[derive(Subcommand)]
enum DdpAction {
    /// Read a fileset from disk and report every inconsistency: exit code 0 for none, 1 for some, 2 where there is none to read
    Verify {
        /// The fileset's folder
        folder: PathBuf,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// Does what was asked for; gives the exit code of what could be done.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command.action {
        Action::Check(arguments) => return check::run(&arguments),
        Action::Master(arguments) => master::run(&arguments)?,
        Action::Measure(arguments) => measure::run(&arguments)?,
        Action::Params(arguments) => params::run(&arguments)?,
        Action::Isrc(arguments) => isrc::run(&arguments)?,
        Action::Codec(arguments) => codec::run(&arguments)?,
        Action::Ddp(arguments) => return ddp::run(&arguments),
        Action::Album(arguments) => album::run(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
