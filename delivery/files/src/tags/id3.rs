//! ID3v2.4 (M. Nilsson, ID3 tag version 2.4.0, Native Frames, 2000): MP3 files, and the `id3 ` chunk of WAV files.

use super::Tags;
use super::comments::{BETWEEN, joined, pair};
use lofty::config::WriteOptions;
use lofty::file::AudioFile;
use lofty::id3::v2::{AttachedPictureFrame, Frame, FrameId, Id3v2Tag, TextInformationFrame, TimestampFrame};
use lofty::iff::wav::WavFile;
use lofty::picture::PictureType;
use lofty::tag::items::Timestamp;
use lofty::tag::{Accessor, ItemKey, Tag, TagExt};
use lofty::{TextEncoding, config::ParseOptions};
use std::borrow::Cow;
use std::io::Cursor;

/// Frames of names, of which there may be several.
const NAMES: [&str; 3] = ["TPE1", "TPE2", "TCOM"];

/// Puts into `tag` what `tags` says.
pub(super) fn apply(tag: &mut Id3v2Tag, tags: &Tags) {
    tags.carried.put_into_id3(tag);
    // A date with its day, and "03", say no less than what is known here.
    let said = read(tag);
    let year = tags.year.filter(|_| said.year != tags.year);
    let track =
        tags.track.filter(|(track, _)| *track > 0 && said.track != tags.track).map(|(track, total)| {
            match total {
                0 => track.to_string(),
                total => format!("{track}/{total}"),
            }
        });
    let frames = [
        ("TIT2", tags.title.clone()),
        ("TPE1", tags.performer.clone()),
        ("TCOM", tags.composer.clone()),
        ("TALB", tags.album.clone()),
        ("TPE2", tags.album_performer.clone()),
        ("TRCK", track),
        ("TCON", tags.genre.clone()),
        ("TPUB", tags.label.clone()),
        ("TSRC", tags.isrc.map(|isrc| isrc.as_str().to_owned())),
    ];
    for (id, value) in frames {
        let earlier =
            tag.get_text(&FrameId::Valid(Cow::Borrowed(id))).and_then(|text| joined(text.split('\0')));
        if let Some(value) = value.filter(|value| earlier.as_ref() != Some(value)) {
            // Version 2.4 has several names in a frame, with zeros between them.
            let value = if NAMES.contains(&id) { value.replace(BETWEEN, "\0") } else { value };
            let id = FrameId::Valid(Cow::Borrowed(id));
            tag.insert(Frame::Text(TextInformationFrame::new(id, TextEncoding::UTF8, value)));
        }
    }
    if let Some(year) = year.and_then(|year| u16::try_from(year).ok()).filter(|year| *year <= 9999) {
        let id = FrameId::Valid(Cow::Borrowed("TDRC"));
        let timestamp = Timestamp { year, ..Timestamp::default() };
        tag.insert(Frame::Timestamp(TimestampFrame::new(id, TextEncoding::UTF8, timestamp)));
    }
    if let Some(cover) = &tags.cover {
        let (picture, _) = cover.picture();
        tag.retain(
            |frame| !matches!(frame, Frame::Picture(of) if of.picture.pic_type() == PictureType::CoverFront),
        );
        tag.insert(Frame::Picture(AttachedPictureFrame::new(TextEncoding::UTF8, picture)));
    }
    if let Some(gain) = &tags.replay_gain {
        for (name, level) in [("TRACK", Some(gain.track)), ("ALBUM", gain.album)] {
            for (what, text) in
                [("GAIN", level.map(|of| of.gain_text())), ("PEAK", level.map(|of| of.peak_text()))]
            {
                let key = format!("REPLAYGAIN_{name}_{what}");
                drop(tag.remove_user_text(&key));
                if let Some(text) = text {
                    tag.insert_user_text(key, text);
                }
            }
        }
    }
    if let Some(upc) = &tags.upc {
        // No frame is meant for it; this one is what taggers agree on.
        tag.insert_user_text("BARCODE".into(), upc.clone());
    }
}

/// What `tag` says.
pub(super) fn read(tag: &Id3v2Tag) -> Tags {
    let text = |id: &'static str| {
        // Version 2.4 has several texts in a frame, with zeros between them.
        joined(tag.get_text(&FrameId::Valid(Cow::Borrowed(id)))?.split('\0'))
    };
    Tags {
        title: text("TIT2"),
        performer: text("TPE1"),
        composer: text("TCOM"),
        album: text("TALB"),
        album_performer: text("TPE2"),
        track: text("TRCK").and_then(|text| pair(&text)),
        year: tag.date().map(|date| u32::from(date.year)),
        genre: tag.genres().and_then(joined),
        label: text("TPUB"),
        upc: tag.get_user_text("BARCODE").map(str::to_owned),
        isrc: codes(tag).iter().find_map(|text| text.parse().ok()),
        ..Tags::default()
    }
}

/// The codes as they stand there: version 2.4 has several texts in a frame, version 2.3 separates them by a stroke.
pub(super) fn codes(tag: &Id3v2Tag) -> Vec<String> {
    let text = tag.get_text(&FrameId::Valid(Cow::Borrowed("TSRC"))).unwrap_or_default();
    text.split(['\0', '/']).filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// What a tag of another kind says.
pub(super) fn read_any(tag: &Tag) -> Tags {
    let text = |key: ItemKey| joined(tag.get_strings(key));
    Tags {
        title: text(ItemKey::TrackTitle),
        performer: text(ItemKey::TrackArtist),
        composer: text(ItemKey::Composer),
        album: text(ItemKey::AlbumTitle),
        album_performer: text(ItemKey::AlbumArtist),
        track: tag.track().map(|track| (track, tag.track_total().unwrap_or(0))),
        year: tag.date().map(|date| u32::from(date.year)),
        genre: text(ItemKey::Genre),
        label: text(ItemKey::Label),
        upc: text(ItemKey::Barcode),
        isrc: tag.get_strings(ItemKey::Isrc).find_map(|code| code.parse().ok()),
        ..Tags::default()
    }
}

/// The tag as the bytes of a chunk.
pub(super) fn to_bytes(tag: &Id3v2Tag) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    tag.dump_to(&mut bytes, WriteOptions::default().preferred_padding(0))
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The tag in the bytes of a chunk, if there is one that can be read.
pub(super) fn from_bytes(chunk: &[u8]) -> Option<Id3v2Tag> {
    // A WAV file with the chunk alone: the reader of whole files is the one that is public.
    let odd = chunk.len() % 2;
    let riff_length = u32::try_from(4 + 8 + 16 + 8 + 8 + chunk.len() + odd).ok()?;
    let mut bytes = Vec::with_capacity(riff_length as usize + 8);
    bytes.extend(b"RIFF");
    bytes.extend(riff_length.to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\xee\x02\0\x04\0\x10\0data\0\0\0\0id3 ");
    bytes.extend(u32::try_from(chunk.len()).ok()?.to_le_bytes());
    bytes.extend(chunk);
    bytes.extend(std::iter::repeat_n(0, odd));
    let mut file =
        WavFile::read_from(&mut Cursor::new(bytes), ParseOptions::new().read_properties(false)).ok()?;
    file.remove_id3v2()
}
