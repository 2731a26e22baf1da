//! What can go wrong with an album, in words for the one who makes it.

use std::path::PathBuf;

/// What went wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum AlbumError {
    /// A file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The album file is no TOML, or has a key that does not exist.
    #[error("{}, line {line}: {reason}; `lacquer album init` writes an album file with every key explained", path.display())]
    Parse {
        /// The album file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A value in the album file has no meaning.
    #[error("{}, line {line}: {key}: {reason}", path.display())]
    Value {
        /// The album file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key, with the track's number where it belongs to one.
        key: String,
        /// What is wrong, and what to give.
        reason: String,
    },
    /// A file stands where one is to be written.
    #[error("{}: is there already; give another name with -o, or --force to replace it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Something that Lacquer did not write stands where one of its files belongs.
    #[error("{}: is there and Lacquer did not write it; move it away, give another folder with -o, or --force to replace it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The folder holds the release of another album.
    #[error("{}: holds another album, \"{title}\" by {artist}, whose files this one would remove; give another folder with -o, or --force to replace it", path.display())]
    OtherAlbum {
        /// The folder.
        path: PathBuf,
        /// Title of the album that it holds.
        title: String,
        /// Whose album that is.
        artist: String,
    },
    /// A file of the release would replace what it is made of.
    #[error("{}: is the same file as {}, which the album is made of; give another folder with -o", path.display(), input.display())]
    InputReplaced {
        /// The file that would be written.
        path: PathBuf,
        /// What it is as well.
        input: PathBuf,
    },
    /// The ledger that an album file names lies where an album file must not reach.
    #[error("{}: its ledger, {}, lies outside the album's folder once links are followed; codes of other folders are named by --ledger alone", path.display(), ledger.display())]
    LedgerPlace {
        /// The album file.
        path: PathBuf,
        /// The ledger.
        ledger: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("{}: cannot be written: {reason}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Mixes that the check sends back.
    #[error("{} of the mixes sent back: {}; ask for new ones, or accept what was found with accept = [{accept}] in the album file, or all of it with --anyway", mixes.len(), mixes.join("; "))]
    SentBack {
        /// Each of them, with what was found.
        mixes: Vec<String>,
        /// What would have to be accepted, as the album file has it.
        accept: String,
    },
    /// A picture is none.
    #[error("{}: the cover {reason}", path.display())]
    Cover {
        /// Its file.
        path: PathBuf,
        /// What is wrong, and what to give.
        reason: String,
    },
    /// No folder for the cache.
    #[error("this system names no folder for caches; give one with --cache")]
    NoCache,
    /// Another process works in the folder.
    #[error("{}: another lacquer is at work there; wait for it, or give another folder with -o", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A track has nothing left to be rendered.
    #[error("track {track}, {}: {reason}", path.display())]
    Track {
        /// The track's number, from 1.
        track: usize,
        /// Its file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A source cannot be decoded, or a file not be encoded.
    #[error(transparent)]
    Delivery(#[from] lacquer_files::Error),
    /// A track cannot be mastered.
    #[error(transparent)]
    Master(#[from] lacquer_song::MasterError),
    /// A preset is not there or not good.
    #[error(transparent)]
    Preset(#[from] lacquer_params::preset::PresetError),
    /// A file cannot be encoded or tagged.
    #[error(transparent)]
    Encode(#[from] lacquer_files::encode::EncodeError),
    /// A code cannot be allocated.
    #[error(transparent)]
    Ledger(#[from] lacquer_isrc::ledger::LedgerError),
    /// A fileset cannot be made.
    #[error(transparent)]
    Ddp(#[from] lacquer_disc::ddp::DdpError),
    /// A sheet cannot be made.
    #[error(transparent)]
    Sheet(#[from] lacquer_disc::files::FilesError),
    /// What lies in a temporary file or the cache cannot be read, or not be put there.
    #[error(transparent)]
    Spill(#[from] std::io::Error),
    /// A rate cannot be converted.
    #[error(transparent)]
    Resample(#[from] lacquer_files::resample::ResampleError),
}
