//! ID3v2 frames to fields and back (M. Nilsson, ID3 tag version 2.4.0, Native Frames, 2000).

use super::super::id3::to_bytes;
use lofty::TextEncoding;
use lofty::id3::v2::{
    CommentFrame, ExtendedUrlFrame, Frame, FrameId, Id3v2Tag, KeyValueFrame, TextInformationFrame,
    TimestampFrame, UniqueFileIdentifierFrame, UnsynchronizedTextFrame, UrlLinkFrame,
};
use lofty::tag::items::{Timestamp, UNKNOWN_LANGUAGE};
use lofty::tag::{ItemKey, TagType};
use std::borrow::Cow;
use std::collections::HashSet;

/// Names that lofty has none for, or another than taggers have.
const NAMES: [(&str, &str); 9] = [
    ("TBPM", "BPM"),
    ("TEXT", "LYRICIST"),
    ("TPUB", "LABEL"),
    ("TIT1", "GROUPING"),
    ("TSOC", "COMPOSERSORT"),
    ("TOAL", "ORIGINALALBUM"),
    ("TOPE", "ORIGINALARTIST"),
    ("TOLY", "ORIGINALLYRICIST"),
    ("ITUNESADVISORY", "ITUNESADVISORY"),
];
/// Frames of a number and of how many there are, with the fields of both.
const PAIRS: [(&str, [&str; 2]); 3] = [
    ("TRCK", ["TRACKNUMBER", "TRACKTOTAL"]),
    ("TPOS", ["DISCNUMBER", "DISCTOTAL"]),
    ("MVIN", ["MOVEMENT", "MOVEMENTTOTAL"]),
];
/// Who did what, as TIPL has it.
const ROLES: [(&str, &str); 5] = [
    ("producer", "PRODUCER"),
    ("arranger", "ARRANGER"),
    ("engineer", "ENGINEER"),
    ("DJ-mix", "DJMIXER"),
    ("mix", "MIXER"),
];
/// Frames that hold of the mix's own sound and file.
const ITS_OWN: [&str; 16] = [
    "TLEN", "TSIZ", "TSSE", "TENC", "TDEN", "TDTG", "TFLT", "TSRC", "RVA2", "RVAD", "EQU2", "EQUA", "MLLT",
    "ASPI", "SEEK", "RGAD",
];
/// Owner of MusicBrainz's identifier of a recording.
const MUSICBRAINZ: &str = "http://musicbrainz.org";

/// Whether a frame holds of the mix's own sound and file.
pub(super) fn is_its_own(frame: &Frame) -> bool {
    let fields = fields_of(frame);
    ITS_OWN.contains(&frame.id_str())
        || !fields.is_empty() && fields.iter().all(|(name, _)| super::is_its_own(name))
}

/// Whether lofty writes such a frame: one that it does not know may be read and not written.
pub(super) fn can_be_written(frame: &Frame<'static>) -> bool {
    let mut tag = Id3v2Tag::default();
    tag.insert(frame.clone());
    to_bytes(&tag).is_ok()
}

/// Bytes of a frame's texts.
pub(super) fn text_bytes(frame: &Frame) -> usize {
    fields_of(frame).iter().map(|(_, text)| text.len()).sum()
}

/// A frame whose address lofty can write: it writes them in the encoding of the words beside them, where readers take them for Latin-1.
pub(super) fn in_utf8(frame: Frame<'static>) -> Frame<'static> {
    match frame {
        Frame::UserUrl(mut of) => {
            of.encoding = TextEncoding::UTF8;
            Frame::UserUrl(of)
        }
        frame => frame,
    }
}

/// The name of a frame's field, or of a text that a user named.
fn name_of(id: &str) -> &str {
    let own = NAMES.iter().find(|(frame, _)| *frame == id).map(|(_, name)| *name);
    let known = || ItemKey::from_key(TagType::Id3v2, id)?.map_key(TagType::VorbisComments);
    own.or_else(known).unwrap_or(id)
}

/// The frame of a field, or the name of a user's text.
fn id_of(name: &str) -> &str {
    let own = NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(id, _)| *id);
    let known = || ItemKey::from_key(TagType::VorbisComments, name)?.map_key(TagType::Id3v2);
    own.or_else(known).unwrap_or(name)
}

/// A name with what its frame says of itself.
fn described(name: &str, description: &str) -> String {
    if description.is_empty() { name.to_owned() } else { format!("{name}:{description}") }
}

/// The genres, of which a frame may have numbers.
pub(super) fn genres(tag: &Id3v2Tag) -> Vec<(String, String)> {
    tag.genres().into_iter().flatten().map(|genre| ("GENRE".to_owned(), genre.to_owned())).collect()
}

/// What a frame says as fields; none where it says no text.
pub(super) fn fields_of(frame: &Frame) -> Vec<(String, String)> {
    // Version 2.4 has several texts in a frame, with zeros between them.
    let each = |name: &str, text: &str| {
        text.split('\0').map(|text| (name.to_owned(), text.to_owned())).collect::<Vec<_>>()
    };
    let id = frame.id_str();
    match frame {
        Frame::Text(of) => match PAIRS.iter().find(|(pair, _)| *pair == id) {
            Some((_, names)) => {
                let parts = of.value.split('/').zip(names);
                parts.map(|(number, name)| ((*name).to_owned(), number.to_owned())).collect()
            }
            None => each(name_of(id), &of.value),
        },
        Frame::UserText(of) => each(name_of(&of.description), &of.content),
        Frame::Timestamp(of) => vec![(name_of(id).to_owned(), of.timestamp.to_string())],
        Frame::Comment(of) => vec![(described("COMMENT", &of.description), of.content.to_string())],
        Frame::UnsynchronizedText(of) => vec![(described("LYRICS", &of.description), of.content.to_string())],
        Frame::Url(of) => vec![(id.to_owned(), of.url().to_owned())],
        Frame::UserUrl(of) => vec![(described("WXXX", &of.description), of.content.to_string())],
        Frame::KeyValue(of) => {
            let field =
                |(role, who): &(Cow<str>, Cow<str>)| match ROLES.iter().find(|(known, _)| role == known) {
                    Some((_, name)) => ((*name).to_owned(), who.to_string()),
                    None => ("PERFORMER".to_owned(), format!("{who} ({role})")),
                };
            of.key_value_pairs.iter().map(field).collect()
        }
        Frame::UniqueFileIdentifier(of) if of.owner == MUSICBRAINZ => {
            each("MUSICBRAINZ_TRACKID", &String::from_utf8_lossy(&of.identifier))
        }
        _ => Vec::new(),
    }
}

/// Puts frames into a tag, and the fields that they do not say; what is there already stays.
pub(super) fn put(tag: &mut Id3v2Tag, frames: &[Frame<'static>], fields: &[(String, String)]) {
    let names = |frames: &mut dyn Iterator<Item = &Frame<'static>>| -> HashSet<String> {
        frames.flat_map(fields_of).map(|(name, _)| name.to_ascii_uppercase()).collect()
    };
    let before = names(&mut (&*tag).into_iter());
    for frame in frames {
        if fields_of(frame).iter().all(|(name, _)| !before.contains(&name.to_ascii_uppercase())) {
            tag.insert(frame.clone());
        }
    }
    let said = names(&mut (&*tag).into_iter());
    let mut done = HashSet::new();
    for (name, _) in fields {
        let upper = name.to_ascii_uppercase();
        if !said.contains(&upper) && done.insert(upper) {
            let texts = fields.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            put_field(tag, name, &texts.map(|(_, text)| text.as_str()).collect::<Vec<_>>(), fields);
        }
    }
}

fn put_field(tag: &mut Id3v2Tag, name: &str, texts: &[&str], fields: &[(String, String)]) {
    let upper = name.to_ascii_uppercase();
    let (kind, description) = upper.split_once(':').unwrap_or((&upper, ""));
    let description = name.get(name.len() - description.len()..).unwrap_or_default().to_owned();
    let first = texts.first().copied().unwrap_or_default();
    let id = id_of(name);
    let frame_id = |id: &str| FrameId::Valid(Cow::Owned(id.to_owned()));
    let utf8 = TextEncoding::UTF8;
    let pair = PAIRS.iter().find(|(_, names)| names.contains(&kind));
    let is_pair = pair.is_some();
    let frame = match (kind, id) {
        ("COMMENT", _) => CommentFrame::new(utf8, UNKNOWN_LANGUAGE, description, texts.join("\n")).into(),
        ("LYRICS", _) => {
            UnsynchronizedTextFrame::new(utf8, UNKNOWN_LANGUAGE, description, texts.join("\n")).into()
        }
        ("WXXX", _) => ExtendedUrlFrame::new(utf8, description, first.to_owned()).into(),
        ("MUSICBRAINZ_TRACKID", _) => {
            UniqueFileIdentifierFrame::new(MUSICBRAINZ, first.as_bytes().to_vec()).into()
        }
        (_, "TDRC" | "TDOR" | "TDRL") => match first.parse::<Timestamp>() {
            Ok(timestamp) => TimestampFrame::new(frame_id(id), utf8, timestamp).into(),
            Err(_) => return user_text(tag, name, texts),
        },
        _ => match (pair, ROLES.iter().find(|(_, role)| *role == kind)) {
            (Some((pair, names)), _) => {
                let number = |of: &str| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(of));
                let [number, total] = names.map(|of| number(of).map(|(_, text)| text.as_str()));
                let text = match (number, total) {
                    (Some(number), Some(total)) if !number.contains('/') => format!("{number}/{total}"),
                    (Some(number), _) => number.to_owned(),
                    (None, total) => format!("0/{}", total.unwrap_or_default()),
                };
                TextInformationFrame::new(frame_id(pair), utf8, text).into()
            }
            (None, Some((role, _))) => return put_role(tag, role, texts),
            _ if is_frame(id, 'W') => UrlLinkFrame::new(frame_id(id), first.to_owned()).into(),
            _ if is_frame(id, 'T') => TextInformationFrame::new(frame_id(id), utf8, texts.join("\0")).into(),
            _ => return user_text(tag, id, texts),
        },
    };
    // A second text for the same place (one that two names of comments mean) gets a place of its own; a pair is whole already.
    match (&*tag).into_iter().any(|there| *there == frame) {
        false => drop(tag.insert(frame)),
        true if is_pair => {}
        true => user_text(tag, name, texts),
    }
}

/// Whether an id is one of a frame of texts or addresses that is known; a user's own field may look like one.
fn is_frame(id: &str, kind: char) -> bool {
    id.len() == 4 && id.starts_with(kind) && ItemKey::from_key(TagType::Id3v2, id).is_some()
        || id.len() == 4 && NAMES.iter().any(|(known, _)| *known == id) && kind == 'T'
}

fn user_text(tag: &mut Id3v2Tag, name: &str, texts: &[&str]) {
    tag.insert_user_text(name.to_owned(), texts.join("\0"));
}

fn put_role(tag: &mut Id3v2Tag, role: &'static str, names: &[&str]) {
    let id = FrameId::Valid(Cow::Borrowed("TIPL"));
    let mut pairs: Vec<(Cow<'static, str>, Cow<'static, str>)> = Vec::new();
    for frame in tag.remove(&id) {
        if let Frame::KeyValue(of) = frame {
            pairs.extend(of.key_value_pairs.into_owned());
        }
    }
    pairs.extend(names.iter().map(|name| (Cow::Borrowed(role), Cow::Owned((*name).to_owned()))));
    tag.insert(KeyValueFrame::new(id, TextEncoding::UTF8, pairs).into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_readers_read_it() {
        let frame = ExtendedUrlFrame::new(TextEncoding::UTF16, "page".to_owned(), "http://a.b".to_owned());
        let mut tag = Id3v2Tag::default();
        tag.insert(in_utf8(frame.into()));
        let bytes = to_bytes(&tag).expect("a tag");
        assert!(bytes.windows(10).any(|window| window == b"http://a.b"), "not in one byte a letter");
    }
}
