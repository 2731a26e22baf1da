//! Everything that can go wrong with a file, in words for whoever gave it.

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
    /// What lies in a temporary file cannot be read, or not be put there.
    #[error(transparent)]
    Spill(std::io::Error),
    /// The master cannot be written. Nothing is left behind.
    #[error("{}: cannot be written: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// "1 sample is", "3 samples are".
fn counted(samples: u64) -> String {
    if samples == 1 { "1 sample is".to_owned() } else { format!("{samples} samples are") }
}
