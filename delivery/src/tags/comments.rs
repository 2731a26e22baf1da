//! Vorbis comments: FLAC, Ogg Vorbis and Opus (Xiph.Org, Ogg Vorbis I format specification: comment field; RFC 7845, section 5.2).

use super::Tags;
use lofty::ogg::tag::VorbisComments;

/// Puts into `comments` what `tags` says.
pub(super) fn apply(comments: &mut VorbisComments, tags: &Tags) {
    let number = |number: u32| (number > 0).then(|| number.to_string());
    let (track, total) = tags.track.map_or((None, None), |(track, total)| (number(track), number(total)));
    let fields = [
        ("TITLE", tags.title.clone()),
        ("ARTIST", tags.performer.clone()),
        ("ALBUM", tags.album.clone()),
        ("ALBUMARTIST", tags.album_performer.clone()),
        ("TRACKNUMBER", track),
        ("TRACKTOTAL", total),
        ("DATE", tags.year.map(|year| format!("{year:04}"))),
        ("GENRE", tags.genre.clone()),
        // Players know one or the other.
        ("LABEL", tags.label.clone()),
        ("ORGANIZATION", tags.label.clone()),
        ("COMPOSER", tags.composer.clone()),
        ("BARCODE", tags.upc.clone()),
        ("UPC", tags.upc.clone()),
        ("ISRC", tags.isrc.map(|isrc| isrc.as_str().to_owned())),
    ];
    for (key, value) in fields {
        if let Some(value) = value.filter(|value| joined(comments.get_all(key)).as_ref() != Some(value)) {
            comments.insert(key.to_owned(), value);
        }
    }
}

/// What `comments` say.
pub(super) fn read(comments: &VorbisComments) -> Tags {
    let text = |keys: &[&str]| keys.iter().find_map(|key| joined(comments.get_all(key)));
    let number = |keys: &[&str]| {
        keys.iter().find_map(|key| comments.get(key)).and_then(|text| text.trim().parse().ok())
    };
    Tags {
        title: text(&["TITLE"]),
        performer: text(&["ARTIST"]),
        composer: text(&["COMPOSER"]),
        album: text(&["ALBUM"]),
        album_performer: text(&["ALBUMARTIST", "ALBUM ARTIST"]),
        track: text(&["TRACKNUMBER"]).and_then(|text| {
            let (track, total) = pair(&text)?;
            Some((track, number(&["TRACKTOTAL", "TOTALTRACKS"]).unwrap_or(total)))
        }),
        year: text(&["DATE", "YEAR"]).and_then(|text| text.get(..4)?.parse().ok()),
        genre: text(&["GENRE"]),
        label: text(&["LABEL", "ORGANIZATION"]),
        upc: text(&["BARCODE", "UPC"]),
        isrc: codes(comments).iter().find_map(|text| text.parse().ok()),
        loudness: None,
    }
}

/// What stands between several names.
pub(super) const BETWEEN: &str = "; ";

/// Several texts of one field as one; none where all are empty.
pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let texts: Vec<&str> = texts.map(str::trim).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join(BETWEEN))
}

/// The codes as they stand there.
pub(super) fn codes(comments: &VorbisComments) -> Vec<String> {
    comments.get_all("ISRC").map(str::to_owned).collect()
}

/// A number of the form "3" or "3/12".
pub(super) fn pair(text: &str) -> Option<(u32, u32)> {
    let (track, total) = text.split_once('/').unwrap_or((text, "0"));
    Some((track.trim().parse().ok()?, total.trim().parse().unwrap_or(0)))
}
