//! Everything that can go wrong with a file or a wish, in words for the one who wished.

use lacquer_params::preset::PresetError;
use lacquer_params::tree::ParameterError;
use std::path::PathBuf;

/// Sample rates in hertz that are mastered.
pub const SAMPLE_RATES: [u32; 8] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 352_800, 384_000];

/// What went wrong, with what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened or read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file has no bytes.
    #[error("{}: the file is empty; export it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A file's format is not known.
    #[error("{}: not audio that is read here ({reason}); give WAV, RF64, W64, AIFF, AU, CAF, FLAC, M4A (ALAC or AAC), Ogg Vorbis, Opus or MP3", path.display())]
    NotAudio {
        /// The file.
        path: PathBuf,
        /// What its decoder says.
        reason: String,
    },
    /// A file breaks off.
    #[error("{}: the file is damaged or breaks off after {found_s:.2} s ({reason}); export it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Seconds that could be read.
        found_s: f64,
        /// What is missing.
        reason: String,
    },
    /// A file is longer than what is read.
    #[error("{}: it is longer than {longest_h:.1} hours; if that is meant, give --longest HOURS", path.display())]
    TooManyFrames {
        /// The file.
        path: PathBuf,
        /// The longest that is read, hours.
        longest_h: f64,
    },
    /// A file has samples that are no numbers.
    #[error("{}: {} no numbers (NaN or infinite), the first at {first_s:.3} s; a plugin in the session has failed there: export it again", path.display(), counted(*samples))]
    NotNumbers {
        /// The file.
        path: PathBuf,
        /// How many.
        samples: u64,
        /// Time of the first, s.
        first_s: f64,
    },
    /// A file has no audio in it.
    #[error("{}: the file holds no samples; export it again", path.display())]
    NoSamples {
        /// The file.
        path: PathBuf,
    },
    /// A file has more than two channels.
    #[error("{}: {channels} channels; give a mono or stereo file (fold it down first)", path.display())]
    Channels {
        /// The file.
        path: PathBuf,
        /// Its channels.
        channels: usize,
    },
    /// A file has a rate that no release uses.
    #[error("{}: a sample rate of {sample_rate} Hz; convert it to 44100, 48000, 88200, 96000, 176400 or 192000 Hz first", path.display())]
    SampleRate {
        /// The file.
        path: PathBuf,
        /// Its sample rate.
        sample_rate: u32,
    },
    /// The output is of a kind that is not written.
    #[error("{}: WAV and FLAC are written; let the name end in .wav or .flac", path.display())]
    OutputKind {
        /// The file.
        path: PathBuf,
    },
    /// The output would replace the input.
    #[error("{}: is the input as well; give the master another name", path.display())]
    OutputIsInput {
        /// The file.
        path: PathBuf,
    },
    /// A file stands where the output belongs.
    #[error("{}: is there already; give another name with -o, or --force to replace it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The master cannot be written. Nothing is left behind.
    #[error("{}: cannot be written: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A setting is not of the form id=value.
    #[error(
        "--set {text}: give it as id=value, for instance --set limiter_drive=3; `lacquer params` lists the ids"
    )]
    Setting {
        /// What was given.
        text: String,
    },
    /// A parameter's id or value has no meaning.
    #[error("--set {text}: {source}; `lacquer params` lists ids and ranges")]
    Parameter {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: ParameterError,
    },
    /// A preset is not there or not good.
    #[error("--preset: {0}")]
    Preset(#[from] PresetError),
    /// A target is neither a name nor a loudness.
    #[error("--target {text}: give a loudness between -40 and -4 LUFS or one of: {known}")]
    Target {
        /// What was given.
        text: String,
        /// The names.
        known: String,
    },
    /// A ceiling is out of range.
    #[error("--ceiling {ceiling_dbtp}: give a level between -12 and 0 dBTP")]
    Ceiling {
        /// What was given.
        ceiling_dbtp: f64,
    },
    /// The loudness cannot be reached.
    #[error(
        "{target_lufs:.1} LUFS cannot be reached: {found_lufs:.1} LUFS can be had, with the limiter's drive at {drive_db:+.1} dB, and its last LU took {db_for_last_lu:.0} dB of drive; give a target of {found_lufs:.1} or lower, or change what comes before the limiter"
    )]
    Unreachable {
        /// The loudness that was wanted.
        target_lufs: f64,
        /// The drive at the end of its range.
        drive_db: f64,
        /// The loudness there.
        found_lufs: f64,
        /// Drive in dB that the last LU on the way there took.
        db_for_last_lu: f64,
    },
    /// No render holds the ceiling.
    #[error(
        "the true peak stays {over_db:.2} dB over the ceiling of {ceiling_dbtp:.2} dBTP, at {at_s:.3} s: nothing was written; the programme has content near half of its sample rate there, or jumps that no limiter foresees: low-pass it, or give a lower ceiling"
    )]
    OverCeiling {
        /// The ceiling, dBTP.
        ceiling_dbtp: f64,
        /// By how much the last render was over it, dB.
        over_db: f64,
        /// Where, seconds from the beginning.
        at_s: f64,
    },
    /// A sample rate that no release has.
    #[error("--rate {hz}: give one of 44100, 48000, 88200, 96000, 176400, 192000, 352800, 384000")]
    Rate {
        /// What was given, hertz.
        hz: u32,
    },
    /// A rate cannot be converted.
    #[error(transparent)]
    Resample(#[from] crate::resample::ResampleError),
    /// There is nothing to measure.
    #[error("{}: no loudness: the programme is silent or shorter than 0.4 s; leave --target out", path.display())]
    Silent {
        /// The file.
        path: PathBuf,
    },
}

/// "1 sample is", "3 samples are".
fn counted(samples: u64) -> String {
    if samples == 1 { "1 sample is".to_owned() } else { format!("{samples} samples are") }
}
