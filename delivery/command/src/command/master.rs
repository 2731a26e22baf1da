//! `lacquer master`.

mod asked;
mod batch;
mod not_made;
mod outputs;
mod places;
mod report;
mod song;

use super::check::check_output as check_report;
use super::exit;
use super::output::{print_json, remark, tell};
use super::progress::Bar;
use super::replay_gain;
use super::switches::Switches;
use anyhow::bail;
use asked::{Asked, asked};
use clap::Args;
use lacquer_files::decode::Limits;
use lacquer_files::encode::WordLength;
use lacquer_song::master::LimiterMode;
use not_made::NotMade;
use places::{Song, Songs, songs};
use report::describe;
use song::make;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `lacquer master`.
#[derive(Args)]
#[command(after_help = super::exit::TABLE)]
pub struct MasterArguments {
    /// The mixes, and folders of mixes: WAV, RF64, W64, AIFF, AU, CAF, FLAC, M4A, Ogg Vorbis, Opus or MP3, mono or stereo; - is
    /// standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    inputs: Vec<PathBuf>,
    /// The master, a WAV or FLAC file; of several mixes a folder, in which they keep their names; - is standard output
    #[arg(short, long, value_name = "FILE|DIR")]
    output: PathBuf,
    /// What is put behind the names in a folder of masters
    #[arg(long, value_name = "TEXT")]
    suffix: Option<String>,
    /// Write FLAC into a folder, a pipe or standard output
    #[arg(long)]
    flac: bool,
    /// Write WAV into a folder, a pipe or standard output, as without it
    #[arg(long, conflicts_with = "flac")]
    wav: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    /// Write the master before its dither beside it, in 32 bit floating point: NAME.archive.wav
    #[arg(long)]
    archive: bool,
    /// Write ReplayGain tags, of several mixes those of an album too
    #[arg(long)]
    replay_gain: bool,
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
    /// Word length: 16, 20, 24 or 32f; without it the target's, the preset's dither, or else 24
    #[arg(long, value_name = "BITS")]
    word_length: Option<WordLength>,
    /// Sample rate in hertz; without it the target's, or the mix's
    #[arg(long, value_name = "HZ")]
    rate: Option<u32>,
    /// What is mended on the way in: dc takes an offset out
    #[arg(long, value_enum, value_delimiter = ',')]
    fix: Vec<Fix>,
    #[command(flatten)]
    switches: Switches,
    /// Master a mix that the check sends back as well
    #[arg(long)]
    anyway: bool,
    /// Write a report with pictures, before and after, one file for a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The limiter: best sees the whole song at once and exists offline only, high gives the bits that the plugin plays
    #[arg(long, value_enum, default_value = "best")]
    limiter: LimiterMode,
    /// Print JSON instead of a table: an object; of several mixes one in a line for each
    #[arg(long)]
    json: bool,
}

impl MasterArguments {
    /// Whether FLAC is written where the name does not say; what the command line says goes before what a file sets.
    fn is_flac(&self) -> bool {
        self.flac && !self.wav
    }
}

/// What a master can mend of its mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Fix {
    /// An offset, by the DC filter of the input trim.
    Dc,
}

/// Makes the masters and says what came of them.
pub fn run(arguments: &MasterArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    // Everything that can be refused is refused before any work is done.
    let asked = asked(arguments)?;
    let found = songs(arguments)?;
    refuse(arguments, &asked, &found)?;
    found.remarks.iter().for_each(remark);
    super::take_standard_input(&arguments.inputs)?;
    if found.folder.is_some() {
        return batch::run(arguments, &asked, &found, limits);
    }
    let song = match &found.songs[0] {
        Ok(song) => song,
        Err(not_made) => return told(not_made, arguments),
    };
    let bar = Bar::new("Checking");
    let done = make(song, &asked, arguments, limits, &|message, done| bar.show(message, done));
    let code = if arguments.replay_gain && done.outcome.is_ok() {
        tag([song].into_iter(), &limits, &bar)
    } else {
        exit::DONE
    };
    drop(bar);
    done.remarks.iter().for_each(remark);
    match done.outcome {
        Err(not_made) => return told(&not_made, arguments),
        Ok(report) if arguments.json => {
            print_json(&(serde_json::to_string_pretty(&report)? + "\n"))?;
        }
        Ok(report) if song.is_streamed() => describe(&report).report_aside(),
        Ok(report) => describe(&report).report()?,
    }
    Ok(ExitCode::from(code))
}

/// Says why the one master was not made.
fn told(not_made: &NotMade, arguments: &MasterArguments) -> anyhow::Result<ExitCode> {
    tell(not_made);
    if arguments.json {
        print_json(&(serde_json::to_string_pretty(not_made)? + "\n"))?;
    }
    Ok(ExitCode::from(not_made.code()))
}

/// Writes the gains of masters that were just made; gives the exit code.
fn tag<'a>(songs: impl Iterator<Item = &'a Song>, limits: &Limits, bar: &Bar) -> u8 {
    let files: Vec<PathBuf> = songs.map(|song| song.output.clone()).collect();
    let errors = replay_gain::tag(&files, limits, bar);
    errors.iter().for_each(tell);
    if errors.is_empty() { exit::DONE } else { exit::FAILED }
}

/// Refuses what does not go together.
fn refuse(arguments: &MasterArguments, asked: &Asked, found: &Songs) -> anyhow::Result<()> {
    let has_flac = found.placed().any(|song| song.is_flac(arguments));
    if has_flac && asked.job.word_length == WordLength::Float32 {
        bail!("--word-length 32f: FLAC holds no floating point; write WAV, or give 24");
    }
    if found.placed().any(Song::is_written_into) && (arguments.archive || arguments.replay_gain) {
        bail!(
            "--archive and --replay-gain: a pipe or a device holds the master alone; leave them out, or give a name"
        );
    }
    if found.placed().any(Song::is_streamed) {
        if arguments.json {
            bail!("-o -: standard output holds the master alone; leave --json out, or give a name");
        }
        if std::io::stdout().is_terminal() {
            bail!("-o -: standard output is a terminal; pipe it into something, or give a name");
        }
    }
    if let Some(html) = &arguments.html {
        if found.folder.is_some() {
            bail!("--html: give one mix at a time");
        }
        check_report(html, arguments.inputs.iter())?;
    }
    Ok(())
}
