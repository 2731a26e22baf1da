//! What a mix's tags say besides what Lacquer knows by name: it is carried to the master.
//!
//! ```text
//! Vorbis comments, ID3v2 frames, MP4 atoms, APE items, RIFF INFO -> fields, pictures -> Vorbis comments | ID3v2
//! ```
//!
//! A field has the name that Vorbis comments have for it, as MusicBrainz Picard maps names between formats. From ID3v2 into ID3v2 frames go as they
//! are. What describes the mix's sound or its file stays behind: a master's gains, encoder and length are its own. So does the code, which
//! [`Tags::isrc`] carries.

mod frames;
mod items;

pub(super) use items::name_of_info;

use super::{Field, TagError, Tags, container::Container, open, options, riff};
use crate::encode::Format;
use lacquer_isrc::Isrc;
use lofty::ape::ApeTag;
use lofty::file::AudioFile;
use lofty::flac::FlacFile;
use lofty::id3::v2::{Frame, Id3v2Tag};
use lofty::iff::aiff::AiffFile;
use lofty::mp4::Mp4File;
use lofty::mpeg::MpegFile;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OggPictureStorage, OpusFile, VorbisFile};
use lofty::picture::{Picture, PictureInformation, PictureType};
use lofty::tag::Tag;
use std::collections::HashSet;
use std::io::{BufReader, Seek};
use std::path::Path;

/// Bytes of a block of FLAC, whose length has 24 bits, less room for what stands before a picture.
const MOST_PICTURE_BYTES: usize = (1 << 24) - (1 << 12);

/// Most fields, or frames, and most bytes of all their texts: a stranger's file may hold any number, and all comments of FLAC have 16 MiB.
const MOST_FIELDS: usize = 1024;
const MOST_TEXT_BYTES: usize = 8 << 20;
/// Most bytes of a title or of a name.
const MOST_NAME_BYTES: usize = 1 << 16;

/// Fields that hold of the mix's own sound and file; the second list has what such names begin with.
const ITS_OWN: [&str; 17] = [
    "ISRC",
    "LENGTH",
    "ACOUSTID_FINGERPRINT",
    "WAVEFORMATEXTENSIBLE_CHANNEL_MASK",
    "ENCODER",
    "ENCODER_OPTIONS",
    "ENCODERSETTINGS",
    "ENCODING",
    "ENCODEDBY",
    "ENCODED-BY",
    "ENCODED_BY",
    "ENCODINGTIME",
    "TAGGINGTIME",
    "MAJOR_BRAND",
    "MINOR_VERSION",
    "COMPATIBLE_BRANDS",
    "METADATA_BLOCK_PICTURE",
];
const ITS_OWN_BEGIN: [&str; 6] = ["REPLAYGAIN_", "R128_", "MP3GAIN_", "ITUNNORM", "ITUNSMPB", "ITUNPGAP"];

/// Whether a field holds of the mix's own sound and file.
fn is_its_own(name: &str) -> bool {
    // A comment's description stands behind a colon.
    let name = name.to_ascii_uppercase();
    let name = name.strip_prefix("COMMENT:").unwrap_or(&name);
    ITS_OWN.contains(&name) || ITS_OWN_BEGIN.iter().any(|begins| name.starts_with(begins))
}

/// Names and texts, in their order; a name stands as often as it has texts.
pub(super) type Fields = Vec<(String, String)>;

/// See the module.
#[derive(Clone, Default, PartialEq)]
pub struct Carried {
    fields: Fields,
    pictures: Vec<Picture>,
    /// All of an ID3v2 tag but its pictures, for another one; its texts are fields too.
    frames: Vec<Frame<'static>>,
    /// What has no form outside the mix's format.
    lost: Vec<String>,
    /// Bytes of the texts, and how many fields there are beyond what is carried.
    text_bytes: usize,
    beyond: usize,
}

impl std::fmt::Debug for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(
            f,
            "Carried({:?}, {} pictures, {} frames)",
            self.fields,
            self.pictures.len(),
            self.frames.len()
        )
    }
}

/// The tags of a mix as they hold of its master: all but the loudness, and what else describes its sound.
///
/// # Errors
/// [`TagError`].
pub fn of_mix(path: &Path) -> Result<Tags, TagError> {
    let mut tags = super::read(path)?;
    let mut carried = read(path)?;
    for (name, text) in tags.texts_mut() {
        if let Some(long) = text.take_if(|text| text.len() > MOST_NAME_BYTES) {
            carried.lost.push(format!("a {name} of {} kB", long.len() / 1000));
        }
    }
    for (place, text) in super::codes(path)? {
        // The list's entry means something else.
        if place != Field::InfoList && text.parse::<Isrc>().is_err() {
            carried.lost.push(format!("{place} {text:?}, which is no code"));
        }
    }
    Ok(Tags { loudness: None, carried, ..tags })
}

fn read(path: &Path) -> Result<Carried, TagError> {
    let mut file = open(path)?;
    let container = Container::of(&mut file).map_err(TagError::reading(path))?;
    let mut reader = BufReader::new(file);
    let damaged = |reason: &dyn std::fmt::Display| TagError::Format {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let mut carried = Carried::default();
    match container {
        Container::Wave => {
            let (id3, info) = riff::carried(path, &mut reader)?;
            carried.add_frames(id3);
            carried.add_fields(info);
        }
        Container::Vorbis => {
            let mut file = VorbisFile::read_from(&mut reader, options()).map_err(|error| damaged(&error))?;
            carried.add_comments(std::mem::take(file.vorbis_comments_mut()));
        }
        Container::Opus => {
            let mut file = OpusFile::read_from(&mut reader, options()).map_err(|error| damaged(&error))?;
            carried.add_comments(std::mem::take(file.vorbis_comments_mut()));
        }
        Container::Flac => {
            let mut file = FlacFile::read_from(&mut reader, options()).map_err(|error| damaged(&error))?;
            carried.pictures.extend(file.remove_pictures().into_iter().map(|(picture, _)| picture));
            carried.add_comments(file.remove_vorbis_comments().unwrap_or_default());
            carried.add_frames(file.remove_id3v2());
        }
        Container::Mp3 => {
            let mut file = MpegFile::read_from(&mut reader, options()).map_err(|error| damaged(&error))?;
            carried.add_frames(file.remove_id3v2());
            carried.add_ape(file.remove_ape());
            carried.add_tag(file.remove_id3v1().map(Tag::from));
        }
        Container::Other => carried.add_other(path, reader)?,
    }
    Ok(carried)
}

impl Carried {
    /// Whether there is nothing to carry.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.pictures.is_empty() && self.frames.is_empty()
    }

    /// What a file of this format cannot hold, in words.
    pub fn lost_in(&self, format: &Format) -> Vec<String> {
        let mut lost = self.lost.clone();
        if self.beyond > 0 {
            let (fields, most) = (self.beyond, MOST_TEXT_BYTES >> 20);
            lost.push(format!("{fields} of its fields, beyond {MOST_FIELDS} of them or {most} MiB of text"));
        }
        if !matches!(format, Format::Wav(_) | Format::Mp3 { .. }) {
            let frames = self.frames.iter().filter(|frame| frames::fields_of(frame).is_empty());
            lost.extend(frames.map(|frame| format!("the ID3v2 frame {}", frame.id_str())));
            let names = self.fields.iter().map(|(name, _)| name).filter(|name| !is_name(name));
            lost.extend(
                names.map(|name| format!("the field {name:?}, a name that Vorbis comments cannot have")),
            );
            let large = self.pictures.iter().filter(|picture| picture.data().len() > MOST_PICTURE_BYTES);
            lost.extend(large.map(|picture| format!("a picture of {} MiB", picture.data().len() >> 20)));
        }
        let mut said = HashSet::new();
        lost.retain(|what| said.insert(what.clone()));
        lost
    }

    /// The first text of a field.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let (_, text) = self.fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(text.clone())
    }

    /// Adds fields of one tag but for those that another tag of the file has.
    fn add_fields(&mut self, fields: impl IntoIterator<Item = (String, String)>) {
        let there: HashSet<String> = self.fields.iter().map(|(name, _)| name.to_ascii_uppercase()).collect();
        let is_new = |name: &str| !is_its_own(name) && !there.contains(&name.to_ascii_uppercase());
        let clean = |text: String| text.replace('\0', " ");
        for (name, text) in fields.into_iter().filter(|(name, text)| is_new(name) && !text.trim().is_empty())
        {
            if self.has_room(self.fields.len(), text.len()) {
                self.text_bytes += text.len();
                self.fields.push((name, clean(text)));
            }
        }
    }

    /// Whether one more than `count` may be carried, with so many bytes of text; what may not is counted.
    fn has_room(&mut self, count: usize, bytes: usize) -> bool {
        let has_room = count < MOST_FIELDS && self.text_bytes + bytes <= MOST_TEXT_BYTES;
        self.beyond += usize::from(!has_room);
        has_room
    }

    fn add_comments(&mut self, mut comments: VorbisComments) {
        self.pictures.extend(comments.remove_pictures().into_iter().map(|(picture, _)| picture));
        self.add_fields(comments.take_items().collect::<Vec<_>>());
    }

    fn add_frames(&mut self, tag: Option<Id3v2Tag>) {
        let Some(tag) = tag else { return };
        self.add_fields(frames::genres(&tag));
        let has_pictures = !self.pictures.is_empty();
        let mut fields = Vec::new();
        for frame in tag {
            match frame {
                Frame::Picture(of) if !has_pictures => self.pictures.push(of.picture.into_owned()),
                Frame::Picture(_) => {}
                frame if frames::is_its_own(&frame) => {}
                frame if !self.has_room(self.frames.len(), frames::text_bytes(&frame)) => {}
                frame if !frames::can_be_written(&frame) => {
                    self.lost.push(format!("the ID3v2 frame {}", frame.id_str()));
                }
                frame => {
                    fields.extend(frames::fields_of(&frame));
                    self.frames.push(frames::in_utf8(frame));
                }
            }
        }
        self.add_fields(fields);
    }

    fn add_ape(&mut self, tag: Option<ApeTag>) {
        let Some(tag) = tag else { return };
        self.add_fields(items::of_ape(&tag));
        if self.pictures.is_empty() {
            self.pictures.extend(items::pictures_of_ape(&tag));
        }
    }

    /// Adds what a tag of another kind says by the names that lofty knows.
    fn add_tag(&mut self, tag: Option<Tag>) {
        self.add_fields(tag.iter().flat_map(items::of_tag));
    }

    /// Adds the tags of MP4 and AIFF, and of what else lofty reads.
    fn add_other(&mut self, path: &Path, reader: BufReader<std::fs::File>) -> Result<(), TagError> {
        let probe = lofty::probe::Probe::new(reader)
            .options(options())
            .guess_file_type()
            .map_err(TagError::reading(path))?;
        let (kind, mut reader) = (probe.file_type(), probe.into_inner());
        reader.rewind().map_err(TagError::reading(path))?;
        let damaged = |reason: &dyn std::fmt::Display| TagError::Format {
            path: path.to_owned(),
            reason: reason.to_string(),
        };
        match kind {
            Some(lofty::file::FileType::Mp4) => {
                let mut file = Mp4File::read_from(&mut reader, options()).map_err(|error| damaged(&error))?;
                let Some(tag) = file.remove_ilst() else { return Ok(()) };
                let mut pictures: Vec<Picture> = tag.pictures().into_iter().flatten().cloned().collect();
                // MP4 says nothing of their kind: players show the first as the front cover.
                if let Some(first) = pictures.first_mut() {
                    first.set_pic_type(PictureType::CoverFront);
                }
                self.pictures.extend(pictures);
                let (fields, lost) = items::of_mp4(&tag);
                self.add_fields(fields);
                self.lost.extend(lost);
            }
            Some(lofty::file::FileType::Aiff) => {
                let mut file =
                    AiffFile::read_from(&mut reader, options()).map_err(|error| damaged(&error))?;
                self.add_frames(file.remove_id3v2());
                self.add_tag(file.remove_text_chunks().map(Tag::from));
            }
            _ => self.add_tag(super::other(path, reader)?),
        }
        Ok(())
    }

    /// Puts the fields into comments; what is there already stays.
    pub(super) fn put_into_comments(&self, comments: &mut VorbisComments) {
        let there: HashSet<String> = comments.items().map(|(name, _)| name.to_ascii_uppercase()).collect();
        for (name, text) in &self.fields {
            if is_name(name) && !there.contains(&name.to_ascii_uppercase()) {
                comments.push(name.clone(), text.clone());
            }
        }
    }

    /// Puts the pictures beside those that are there.
    pub(super) fn put_pictures(&self, pictures: &mut impl OggPictureStorage) {
        for picture in self.pictures.iter().filter(|picture| picture.data().len() <= MOST_PICTURE_BYTES) {
            let about = PictureInformation::from_picture(picture).unwrap_or_default();
            // It fails where the information has to be found out, which is given.
            let _ = pictures.insert_picture(picture.clone(), Some(about));
        }
    }

    /// Puts frames, fields and pictures into a tag; what is there already stays.
    pub(super) fn put_into_id3(&self, tag: &mut Id3v2Tag) {
        frames::put(tag, &self.frames, &self.fields);
        for picture in &self.pictures {
            tag.insert_picture(picture.clone());
        }
    }
}

/// Whether Vorbis comments can have a field of this name.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| matches!(c, ' '..='}') && c != '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_any_size_are_carried_up_to_a_bound_and_the_rest_is_named() {
        let mut carried = Carried::default();
        carried.add_fields((0..200_000).map(|n| (format!("FIELD {n}"), "text".to_owned())));
        let mut tag = Id3v2Tag::default();
        carried.put_into_id3(&mut tag);
        assert_eq!(tag.len(), MOST_FIELDS);
        assert!(carried.lost_in(&Format::Flac(24))[0].starts_with("198976 of its fields, beyond 1024"));
        let mut carried = Carried::default();
        let long = "x".repeat(MOST_TEXT_BYTES + 1);
        carried.add_fields([("LONG".to_owned(), long), ("SHORT".to_owned(), "text".to_owned())]);
        assert_eq!(carried.fields, [("SHORT".to_owned(), "text".to_owned())]);
        assert_eq!(carried.lost_in(&Format::Flac(24)).len(), 1);
    }
}
