//! What a file says of itself.
//!
//! | file | where |
//! |---|---|
//! | WAV, RF64, BW64 | `bext` version 2 (EBU Tech 3285), `axml` with the code (EBU Tech 3352), `id3 ` with ID3v2.4, `LIST` with title and names |
//! | FLAC, Ogg Vorbis, Opus | Vorbis comments |
//! | MP3 | ID3v2.4 |
//!
//! The `ISRC` of a RIFF `INFO` list means "source": the code is never written there. Files are written beside and renamed; the audio
//! is copied byte by byte.

pub mod axml;
pub mod bext;
pub mod carried;
pub mod comments;
pub mod container;
pub mod cover;
mod error;
mod id3;
mod info;
pub mod riff;
mod track;
pub mod verify;

pub use carried::Carried;
pub use cover::Cover;
pub use error::TagError;
pub use track::{Loudness, Tags};

use crate::replay_gain::Kind as Gains;
use crate::standard_input;
use container::Container;
use lacquer_storage::atomic_file::Part;
use lacquer_storage::regular_file::open_regular;
use lofty::config::{ParseOptions, ParsingMode, WriteOptions};
use lofty::file::AudioFile;
use lofty::file::TaggedFileExt;
use lofty::flac::FlacFile;
use lofty::mpeg::MpegFile;
use lofty::ogg::{OpusFile, VorbisFile};
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;

pub use comments::BETWEEN;

/// Where a code was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The `axml` chunk of a WAV file.
    Axml,
    /// `TSRC` of an ID3v2 tag, in a chunk or at the head of the file.
    Id3,
    /// `ISRC` of Vorbis comments.
    VorbisComment,
    /// `ISRC` of an MP4 or APE tag.
    Other,
    /// `ISRC` of a RIFF `INFO` list, which means something else.
    InfoList,
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::Axml => "axml",
            Self::Id3 => "ID3 TSRC",
            Self::VorbisComment => "Vorbis comment ISRC",
            Self::Other => "tag ISRC",
            Self::InfoList => "RIFF INFO ISRC",
        })
    }
}

/// Writes tags into a file. What `tags` does not say stays as it is in the file; so does everything else in it, the audio above all.
///
/// # Errors
/// [`TagError`]; the file is then as it was.
pub fn write(path: &Path, tags: &Tags) -> Result<(), TagError> {
    // A link stays a link, and its target is what is written.
    let path = path.canonicalize().map_err(|source| TagError::Read { path: path.to_owned(), source })?;
    let mut source = open(&path)?;
    let permissions = source.metadata().map_err(TagError::reading(&path))?.permissions();
    let mut part = Part::beside(&path).map_err(TagError::writing(&path))?;
    copy_with(&path, &mut source, part.file(), tags)?;
    part.file().set_permissions(permissions).map_err(TagError::writing(&path))?;
    // Windows replaces no file that is open.
    drop(source);
    part.finish().map_err(TagError::writing(&path))
}

/// Copies the file `source` to `target`, which is empty, with tags. `path` is what errors name.
///
/// # Errors
/// [`TagError`]; `target` then holds nothing of use.
pub fn copy_with(path: &Path, source: &mut File, target: &mut File, tags: &Tags) -> Result<(), TagError> {
    let tags = tags.cleaned();
    let container = Container::of(source).map_err(TagError::reading(path))?;
    if container == Container::Wave {
        // Distributors ask for WAV without a picture, and take an album's cover beside it.
        return riff::copy_with(path, source, target, &Tags { cover: None, ..tags });
    }
    let lofty = |reason: &dyn std::fmt::Display| TagError::Format {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    source.rewind().map_err(TagError::reading(path))?;
    let mut tags = tags;
    if container == Container::Flac {
        // lofty writes no FLAC behind another tag: what that says goes into the file's own comments, and the tag goes.
        let file = FlacFile::read_from(source, options()).map_err(|error| lofty(&error))?;
        let before = file.id3v2().map(id3::read).unwrap_or_default();
        let own = file.vorbis_comments().map(comments::read).unwrap_or_default();
        tags = tags.or(before.without(&own));
        let start = container::start(source).map_err(TagError::reading(path))?;
        source.seek(SeekFrom::Start(start)).map_err(TagError::reading(path))?;
    }
    let tags = tags;
    std::io::copy(source, target).map_err(TagError::writing(path))?;
    target.rewind().map_err(TagError::writing(path))?;
    let (parse, write) = (options(), WriteOptions::default());
    // Each format is a type of its own, without a trait for its tags.
    macro_rules! rewrite {
        ($kind:ident, $change:expr) => {{
            let mut file = $kind::read_from(target, parse).map_err(|error| lofty(&error))?;
            let change: fn(&mut $kind, &Tags) = $change;
            change(&mut file, &tags);
            target.rewind().map_err(TagError::writing(path))?;
            file.save_to(target, write).map_err(|error| lofty(&error))?;
        }};
    }
    match container {
        Container::Vorbis => {
            rewrite!(VorbisFile, |file, tags| {
                comments::apply(file.vorbis_comments_mut(), tags);
                comments::set_replay_gain(file.vorbis_comments_mut(), tags);
                comments::set_pictures(file.vorbis_comments_mut(), tags);
            });
        }
        Container::Opus => {
            rewrite!(OpusFile, |file, tags| {
                comments::apply(file.vorbis_comments_mut(), tags);
                comments::set_r128(file.vorbis_comments_mut(), tags);
                comments::set_pictures(file.vorbis_comments_mut(), tags);
            });
        }
        Container::Flac => rewrite!(FlacFile, |file, tags| {
            let mut comments = file.remove_vorbis_comments().unwrap_or_default();
            comments::apply(&mut comments, tags);
            comments::set_replay_gain(&mut comments, tags);
            file.set_vorbis_comments(comments);
            comments::set_pictures(file, tags);
        }),
        Container::Mp3 => rewrite!(MpegFile, |file, tags| {
            let mut tag = file.remove_id3v2().unwrap_or_default();
            id3::apply(&mut tag, tags);
            file.set_id3v2(tag);
        }),
        Container::Wave | Container::Other => {
            return Err(TagError::Kind { path: path.to_owned() });
        }
    }
    Ok(())
}

/// Which gains [`write()`] puts into a file.
///
/// # Errors
/// [`TagError`], as [`write()`] has it for a file whose tags are not written here.
pub fn gains(path: &Path) -> Result<Gains, TagError> {
    match Container::of(&mut open(path)?).map_err(TagError::reading(path))? {
        Container::Opus => Ok(Gains::R128),
        Container::Wave | Container::Flac | Container::Vorbis | Container::Mp3 => Ok(Gains::ReplayGain),
        Container::Other => Err(TagError::Kind { path: path.to_owned() }),
    }
}

/// Reads the tags of a file. A code that is none is left out: [`codes`] gives what stands there.
///
/// # Errors
/// [`TagError`].
pub fn read(path: &Path) -> Result<Tags, TagError> {
    let mut file = open(path)?;
    let lofty = |reason: &dyn std::fmt::Display| TagError::Format {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let container = Container::of(&mut file).map_err(TagError::reading(path))?;
    let mut reader = BufReader::new(file);
    match container {
        Container::Wave => riff::read(path, &mut reader),
        Container::Vorbis => VorbisFile::read_from(&mut reader, options())
            .map(|file| comments::read(file.vorbis_comments()))
            .map_err(|error| lofty(&error)),
        Container::Opus => OpusFile::read_from(&mut reader, options())
            .map(|file| comments::read(file.vorbis_comments()))
            .map_err(|error| lofty(&error)),
        Container::Flac => FlacFile::read_from(&mut reader, options())
            .map(|file| match (file.vorbis_comments().map(comments::read), file.id3v2().map(id3::read)) {
                // What taggers put before a FLAC file counts where the file itself says nothing.
                (Some(own), Some(id3)) if own.isrc.is_none() => Tags { isrc: id3.isrc, ..own },
                (Some(own), _) => own,
                (None, id3) => id3.unwrap_or_default(),
            })
            .map_err(|error| lofty(&error)),
        Container::Mp3 => MpegFile::read_from(&mut reader, options())
            .map(|file| file.id3v2().map(id3::read).unwrap_or_default())
            .map_err(|error| lofty(&error)),
        Container::Other => {
            other(path, reader).map(|tag| tag.map(|tag| id3::read_any(&tag)).unwrap_or_default())
        }
    }
}

/// Every code that stands in a file, as it stands there, with its place.
///
/// # Errors
/// [`TagError`].
pub fn codes(path: &Path) -> Result<Vec<(Field, String)>, TagError> {
    let mut file = open(path)?;
    let lofty = |reason: &dyn std::fmt::Display| TagError::Format {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let container = Container::of(&mut file).map_err(TagError::reading(path))?;
    let mut reader = BufReader::new(file);
    let (place, texts): (Field, Vec<String>) = match container {
        Container::Wave => return riff::codes(path, &mut reader),
        Container::Vorbis => {
            let file = VorbisFile::read_from(&mut reader, options()).map_err(|error| lofty(&error))?;
            (Field::VorbisComment, comments::codes(file.vorbis_comments()))
        }
        Container::Opus => {
            let file = OpusFile::read_from(&mut reader, options()).map_err(|error| lofty(&error))?;
            (Field::VorbisComment, comments::codes(file.vorbis_comments()))
        }
        Container::Flac => {
            let file = FlacFile::read_from(&mut reader, options()).map_err(|error| lofty(&error))?;
            let id3 = file.id3v2().map(id3::codes).unwrap_or_default();
            let own = file.vorbis_comments().map(comments::codes).unwrap_or_default();
            let own = own.into_iter().map(|code| (Field::VorbisComment, code));
            return Ok(own.chain(id3.into_iter().map(|code| (Field::Id3, code))).collect());
        }
        Container::Mp3 => {
            let file = MpegFile::read_from(&mut reader, options()).map_err(|error| lofty(&error))?;
            (Field::Id3, file.id3v2().map(id3::codes).unwrap_or_default())
        }
        Container::Other => match other(path, reader)? {
            Some(tag) => {
                let is_id3 = tag.tag_type() == lofty::tag::TagType::Id3v2;
                let texts = tag.get_strings(lofty::tag::ItemKey::Isrc).map(str::to_owned).collect();
                (if is_id3 { Field::Id3 } else { Field::Other }, texts)
            }
            None => (Field::Other, Vec::new()),
        },
    };
    Ok(texts.into_iter().map(|text| (place, text)).collect())
}

/// What in a file may hold tags and cannot be read, in words: where there is any, a code that was not found may be there all the same.
///
/// # Errors
/// [`TagError`].
pub fn unread(path: &Path) -> Result<Vec<String>, TagError> {
    let mut file = open(path)?;
    match Container::of(&mut file).map_err(TagError::reading(path))? {
        Container::Wave => riff::unread(path, &mut BufReader::new(file)),
        Container::Flac | Container::Vorbis | Container::Opus | Container::Mp3 => Ok(Vec::new()),
        Container::Other => Ok(match other(path, BufReader::new(file))? {
            Some(_) => Vec::new(),
            None => vec!["it has no tags of a kind that is known here".to_owned()],
        }),
    }
}

/// The tag of a file of another kind (AIFF, M4A, APE, WavPack), which is only read.
fn other(path: &Path, reader: BufReader<File>) -> Result<Option<lofty::tag::Tag>, TagError> {
    let unknown = || TagError::Kind { path: path.to_owned() };
    let probe = lofty::probe::Probe::new(reader)
        .options(options())
        .guess_file_type()
        .map_err(TagError::reading(path))?;
    let probe = if probe.file_type().is_some() { probe } else { return Err(unknown()) };
    let file = probe
        .read()
        .map_err(|error| TagError::Format { path: path.to_owned(), reason: error.to_string() })?;
    Ok(file.primary_tag().or_else(|| file.first_tag()).cloned())
}

/// Only tags are read, and what is damaged in them is left out.
fn options() -> ParseOptions {
    ParseOptions::new().read_properties(false).parsing_mode(ParsingMode::BestAttempt)
}

fn open(path: &Path) -> Result<File, TagError> {
    standard_input::copy(path)
        .unwrap_or_else(|| open_regular(path, u64::MAX))
        .map_err(TagError::reading(path))
}
