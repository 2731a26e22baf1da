//! The `INFO` list of a RIFF file (IBM and Microsoft, Multimedia Programming Interface, 1991): title and names for players that read
//! nothing else. Its `ISRC` means "source" and is never written.

use super::Tags;

/// What a list begins with.
const KIND: &[u8; 4] = b"INFO";
/// Entries of a list; a good one has twenty.
const MOST_ENTRIES: usize = 1024;

/// The entries of a list, name and text, or nothing if the list is of another kind. One that breaks off ends there.
pub(super) fn entries(list: &[u8]) -> Option<Vec<([u8; 4], &[u8])>> {
    let mut rest = list.strip_prefix(KIND)?;
    let mut entries = Vec::new();
    while let [a, b, c, d, s0, s1, s2, s3, contents @ ..] = rest {
        let length = u32::from_le_bytes([*s0, *s1, *s2, *s3]) as usize;
        let Some(text) = contents.get(..length).filter(|_| entries.len() < MOST_ENTRIES) else { break };
        entries.push(([*a, *b, *c, *d], text));
        rest = contents.get(length + length % 2..).unwrap_or_default();
    }
    Some(entries)
}

/// The text of an entry.
pub(super) fn text(entries: &[([u8; 4], &[u8])], id: &[u8; 4]) -> Option<String> {
    let (_, bytes) = entries.iter().find(|(name, _)| name == id)?;
    let text = decoded(bytes).trim_end_matches('\0').trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// Characters of Windows-1252 from 0x80 to 0x9f; the five that it leaves free are themselves, as browsers have them (WHATWG, Encoding).
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}',
    '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}',
    '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}',
    '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// Text as its writer had it: what is not UTF-8 was written by a program for Windows, in its western code page.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes
            .iter()
            .map(|byte| match byte {
                0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
                byte => char::from(*byte),
            })
            .collect(),
    }
}

/// The list's bytes with what `tags` says; other entries stay.
pub(super) fn with(earlier: Option<&[u8]>, tags: &Tags) -> Vec<u8> {
    let track = tags.track.filter(|(track, _)| *track > 0).map(|(track, _)| track.to_string());
    let year = tags.year.map(|year| format!("{year:04}"));
    // With its day where the mix has it.
    let date =
        tags.carried.text("DATE").filter(|date| year.as_ref().is_some_and(|year| date.starts_with(year)));
    let own = [
        (b"INAM", tags.title.clone()),
        (b"IART", tags.performer.clone()),
        (b"IPRD", tags.album.clone()),
        (b"IGNR", tags.genre.clone()),
        (b"ICRD", date.or(year)),
        (b"ICMT", tags.carried.text("COMMENT")),
        (b"ICOP", tags.carried.text("COPYRIGHT")),
        (b"ITRK", track),
    ];
    let mut list = KIND.to_vec();
    let mut push = |id: &[u8; 4], text: &[u8]| {
        list.extend(id);
        list.extend((text.len() as u32).to_le_bytes());
        list.extend(text);
        list.extend(std::iter::repeat_n(0, text.len() % 2));
    };
    for (id, text) in earlier.and_then(entries).unwrap_or_default() {
        if !own.iter().any(|(name, text)| **name == id && text.is_some()) {
            push(&id, text);
        }
    }
    for (id, text) in own {
        if let Some(mut text) = text {
            text.push('\0');
            push(id, text.as_bytes());
        }
    }
    list
}

/// What a list says.
pub(super) fn read(entries: &[([u8; 4], &[u8])]) -> Tags {
    let track = text(entries, b"ITRK").and_then(|track| super::comments::pair(&track));
    Tags {
        title: text(entries, b"INAM"),
        performer: text(entries, b"IART"),
        album: text(entries, b"IPRD"),
        genre: text(entries, b"IGNR"),
        year: text(entries, b"ICRD").and_then(|date| date.get(..4)?.parse().ok()),
        track,
        ..Tags::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_western_code_page_of_windows_is_read() {
        let list = b"INFOINAM\x08\0\0\0M\xfcsli \x96\0IART\x06\0\0\0\xc3\xbcber\0";
        let tags = read(&entries(list).unwrap());
        assert_eq!(tags.title.as_deref(), Some("M\u{fc}sli \u{2013}"));
        assert_eq!(tags.performer.as_deref(), Some("\u{fc}ber"), "UTF-8 stays UTF-8");
    }

    #[test]
    fn entries_are_replaced_kept_and_never_the_code() {
        let tags = Tags {
            title: Some("Odd".into()),
            performer: Some("Me".into()),
            isrc: "AA6Q72000047".parse().ok(),
            ..Tags::default()
        };
        let earlier = b"INFOINAM\x04\0\0\0Old\0ISRC\x05\0\0\0Tape\0\0ICMT\xff\0\0\0broken off";
        let list = with(Some(earlier), &tags);
        assert_eq!(list, b"INFOISRC\x05\0\0\0Tape\0\0INAM\x04\0\0\0Odd\0IART\x03\0\0\0Me\0\0");
        assert_eq!(entries(b"adtl"), None);
        assert_eq!(read(&entries(&list).unwrap()).performer.as_deref(), Some("Me"));
    }
}
