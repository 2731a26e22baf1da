//! Vorbis comments: FLAC, Ogg Vorbis and Opus (Xiph.Org, Ogg Vorbis I format specification: comment field; RFC 7845, section 5.2).

use super::Tags;
use lofty::ogg::OggPictureStorage;
use lofty::ogg::tag::VorbisComments;
use lofty::picture::PictureType;

/// Puts into `comments` what `tags` says.
pub(super) fn apply(comments: &mut VorbisComments, tags: &Tags) {
    tags.carried.put_into_comments(comments);
    // A date with its day, and "03", say no less than what is known here.
    let said = read(comments);
    let (year, pair) =
        (tags.year.filter(|_| said.year != tags.year), tags.track.filter(|_| said.track != tags.track));
    let number = |number: u32| (number > 0).then(|| number.to_string());
    let (track, total) = pair.map_or((None, None), |(track, total)| (number(track), number(total)));
    let fields = [
        ("TITLE", tags.title.clone()),
        ("ARTIST", tags.performer.clone()),
        ("ALBUM", tags.album.clone()),
        ("ALBUMARTIST", tags.album_performer.clone()),
        ("TRACKNUMBER", track),
        ("TRACKTOTAL", total),
        ("DATE", year.map(|year| format!("{year:04}"))),
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
            let names: Vec<&str> =
                if NAMES.contains(&key) { value.split(BETWEEN).collect() } else { vec![value.as_str()] };
            // The first takes the place of what there is, the others stand beside it.
            for (n, name) in names.into_iter().enumerate() {
                if n == 0 {
                    comments.insert(key.to_owned(), name.to_owned());
                } else {
                    comments.push(key.to_owned(), name.to_owned());
                }
            }
        }
    }
}

/// Puts in the gains of ReplayGain in the place of those that are there; an album's go where none is given.
pub(super) fn set_replay_gain(comments: &mut VorbisComments, tags: &Tags) {
    let Some(gain) = &tags.replay_gain else { return };
    for (name, level) in [("TRACK", Some(gain.track)), ("ALBUM", gain.album)] {
        for (what, text) in
            [("GAIN", level.map(|of| of.gain_text())), ("PEAK", level.map(|of| of.peak_text()))]
        {
            set(comments, &format!("REPLAYGAIN_{name}_{what}"), text);
        }
    }
}

/// As [`set_replay_gain`] for Opus, whose players know gains of their own and must not find others (RFC 7845, section 5.2.1).
pub(super) fn set_r128(comments: &mut VorbisComments, tags: &Tags) {
    let Some(gain) = &tags.replay_gain else { return };
    for (name, level) in [("TRACK", Some(gain.track)), ("ALBUM", gain.album)] {
        set(comments, &format!("R128_{name}_GAIN"), level.map(|of| of.r128_text()));
        for what in ["GAIN", "PEAK"] {
            set(comments, &format!("REPLAYGAIN_{name}_{what}"), None);
        }
    }
}

fn set(comments: &mut VorbisComments, key: &str, text: Option<String>) {
    comments.remove(key).for_each(drop);
    if let Some(text) = text {
        comments.push(key.to_owned(), text);
    }
}

/// Fields of names, of which there may be several: an entry each, as the specification recommends.
const NAMES: [&str; 3] = ["ARTIST", "ALBUMARTIST", "COMPOSER"];

/// Puts the cover in the place of the one that is there, and carried pictures beside it.
pub(super) fn set_pictures(pictures: &mut impl OggPictureStorage, tags: &Tags) {
    tags.carried.put_pictures(pictures);
    if let Some(cover) = &tags.cover {
        let (picture, about) = cover.picture();
        pictures.remove_picture_type(PictureType::CoverFront);
        // It fails where the information has to be found out, which is given.
        let _ = pictures.insert_picture(picture, Some(about));
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
        ..Tags::default()
    }
}

/// What stands between several names.
pub const BETWEEN: &str = "; ";

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
