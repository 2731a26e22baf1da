//! The subcommands and their arguments.

mod album;
mod master;
mod measure;
mod output;
mod params;
mod progress;

use clap::{Args, Parser, Subcommand};
use lacquer_delivery::encode::WordLength;
use std::path::PathBuf;

/// Masters, measures and explains itself.
#[derive(Parser)]
#[command(name = "lacquer", version, about = "The Lacquer mastering chain without a host")]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Run the chain over a file and write the master
    Master(MasterArguments),
    /// Measure loudness, peaks, dynamics and stereo of files
    Measure(MeasureArguments),
    /// List every parameter
    Params(ParamsArguments),
    /// Make an album: levels, joins, files
    Album(album::AlbumArguments),
}

/// Arguments of `lacquer master`.
#[derive(Args)]
pub struct MasterArguments {
    /// The mix: WAV, RF64, AIFF, FLAC, Ogg Vorbis or MP3, mono or stereo
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

/// Does what was asked for.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command.action {
        Action::Master(arguments) => master::run(&arguments),
        Action::Measure(arguments) => measure::run(&arguments),
        Action::Params(arguments) => params::run(&arguments),
        Action::Album(arguments) => album::run(&arguments),
    }
}
