//! Texts for sheets and CD-Text: what ISO 8859-1 cannot say is spelled as near as it gets, and the caller is told; control characters
//! go; quotation marks, which a CUE sheet cannot escape, become typographic ones.
//!
//! ```
//! use lacquer_disc::latin::latin_1;
//!
//! let latin = latin_1("Łódź");
//! assert_eq!(latin.bytes, b"L\xf3dz");
//! assert_eq!(latin.replaced.len(), 2, "what was spelled otherwise is told");
//! ```

use super::Disc;
use std::fmt;

/// A character that CD-Text cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Which track, from 1; 0 for the disc's own text.
    pub track: u32,
    /// Which text: title, performer, composer.
    pub field: &'static str,
    /// The character.
    pub character: char,
    /// What stands for it; empty where it is left out.
    pub spelled: String,
}

impl fmt::Display for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.track {
            0 => f.write_str("disc")?,
            track => write!(f, "track {track}")?,
        }
        let (field, code) = (self.field, u32::from(self.character));
        write!(f, ": {field}: CD-Text (ISO 8859-1) has no {:?} (U+{code:04X}): ", self.character)?;
        match self.spelled.as_str() {
            "" => f.write_str("left out"),
            spelled => write!(f, "{spelled:?} is written"),
        }
    }
}

/// A text in ISO 8859-1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Latin {
    /// The text, a byte a character; no control characters.
    pub bytes: Vec<u8>,
    /// What it could not say, and what was written for it.
    pub replaced: Vec<(char, String)>,
}

/// Turns a text into ISO 8859-1. A base letter and a combining accent become one character where there is one; line ends and tabs
/// become spaces; other control characters are left out.
pub fn latin_1(text: &str) -> Latin {
    let mut latin = Latin::default();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let accented = characters.peek().and_then(|accent| composed(character, *accent));
        if let Some(byte) = accented {
            characters.next();
            latin.bytes.push(byte);
            continue;
        }
        match character {
            '\t' | '\n' | '\r' => latin.bytes.push(b' '),
            ' '..='~' | '\u{a0}'..='\u{ff}' => latin.bytes.push(u32::from(character) as u8),
            _ => {
                let spelled = spelled(character);
                latin.bytes.extend_from_slice(spelled.as_bytes());
                latin.replaced.push((character, spelled.to_owned()));
            }
        }
    }
    latin
}

/// Every character of a disc's texts that CD-Text cannot say.
pub fn replacements(disc: &Disc) -> Vec<Replaced> {
    let of_disc = [(0, "title", &disc.title), (0, "performer", &disc.performer)];
    let of_tracks = disc.tracks.iter().zip(1u32..).flat_map(|(track, number)| {
        [
            (number, "title", &track.title),
            (number, "performer", &track.performer),
            (number, "composer", &track.composer),
        ]
    });
    of_disc
        .into_iter()
        .chain(of_tracks)
        .flat_map(|(track, field, text)| {
            let replaced = latin_1(text).replaced.into_iter();
            replaced.map(move |(character, spelled)| Replaced { track, field, character, spelled })
        })
        .collect()
}

/// A text on one line without control characters, for people and for sheets: line ends and tabs become spaces.
pub fn one_line(text: &str) -> String {
    text.chars()
        .filter_map(|character| match character {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
            // Marks that turn the writing's direction can make a line say what it does not.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            _ if character.is_control() => None,
            _ => Some(character),
        })
        .collect()
}

/// [`one_line`], and straight double quotation marks become typographic ones: opening after nothing, a space or a bracket.
pub fn without_quotes(text: &str) -> String {
    let mut before = ' ';
    one_line(text)
        .chars()
        .map(|character| {
            let opening =
                before.is_whitespace() || matches!(before, '(' | '[' | '{' | '-' | '\u{2013}' | '\u{2014}');
            before = character;
            match character {
                '"' if opening => '\u{201c}',
                '"' => '\u{201d}',
                _ => character,
            }
        })
        .collect()
}

const GRAVE: [(char, u8); 10] = [
    ('A', 0xc0),
    ('E', 0xc8),
    ('I', 0xcc),
    ('O', 0xd2),
    ('U', 0xd9),
    ('a', 0xe0),
    ('e', 0xe8),
    ('i', 0xec),
    ('o', 0xf2),
    ('u', 0xf9),
];
const ACUTE: [(char, u8); 12] = [
    ('A', 0xc1),
    ('E', 0xc9),
    ('I', 0xcd),
    ('O', 0xd3),
    ('U', 0xda),
    ('Y', 0xdd),
    ('a', 0xe1),
    ('e', 0xe9),
    ('i', 0xed),
    ('o', 0xf3),
    ('u', 0xfa),
    ('y', 0xfd),
];
const CIRCUMFLEX: [(char, u8); 10] = [
    ('A', 0xc2),
    ('E', 0xca),
    ('I', 0xce),
    ('O', 0xd4),
    ('U', 0xdb),
    ('a', 0xe2),
    ('e', 0xea),
    ('i', 0xee),
    ('o', 0xf4),
    ('u', 0xfb),
];
const TILDE: [(char, u8); 6] = [('A', 0xc3), ('N', 0xd1), ('O', 0xd5), ('a', 0xe3), ('n', 0xf1), ('o', 0xf5)];
const DIAERESIS: [(char, u8); 11] = [
    ('A', 0xc4),
    ('E', 0xcb),
    ('I', 0xcf),
    ('O', 0xd6),
    ('U', 0xdc),
    ('a', 0xe4),
    ('e', 0xeb),
    ('i', 0xef),
    ('o', 0xf6),
    ('u', 0xfc),
    ('y', 0xff),
];
const RING: [(char, u8); 2] = [('A', 0xc5), ('a', 0xe5)];
const CEDILLA: [(char, u8); 2] = [('C', 0xc7), ('c', 0xe7)];
/// Letters of ISO 8859-1 with their base, by accent.
const ACCENTED: [&[(char, u8)]; 7] = [&GRAVE, &ACUTE, &CIRCUMFLEX, &TILDE, &DIAERESIS, &RING, &CEDILLA];

/// A text in ASCII: accents fall away, what is unknown becomes a question mark.
pub fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for byte in latin_1(text).bytes {
        match byte {
            b' '..=b'~' => ascii.push(char::from(byte)),
            0xa0 => ascii.push(' '),
            0xc6 => ascii.push_str("AE"),
            0xe6 => ascii.push_str("ae"),
            0xd8 => ascii.push('O'),
            0xf8 => ascii.push('o'),
            0xdf => ascii.push_str("ss"),
            _ => ascii.push(
                ACCENTED
                    .iter()
                    .flat_map(|table| *table)
                    .find(|(_, of)| *of == byte)
                    .map_or('?', |(base, _)| *base),
            ),
        }
    }
    ascii
}

/// The ISO 8859-1 character of a letter and the combining accent after it, as some file systems store them.
fn composed(letter: char, accent: char) -> Option<u8> {
    let table: &[(char, u8)] = match accent {
        '\u{300}' => &GRAVE,
        '\u{301}' => &ACUTE,
        '\u{302}' => &CIRCUMFLEX,
        '\u{303}' => &TILDE,
        '\u{308}' => &DIAERESIS,
        '\u{30a}' => &RING,
        '\u{327}' => &CEDILLA,
        _ => return None,
    };
    table.iter().find(|(base, _)| *base == letter).map(|(_, byte)| *byte)
}

/// The nearest that ASCII has. Combining accents and control characters are left out; what is unknown becomes a question mark.
fn spelled(character: char) -> &'static str {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' => "'",
        '\u{201c}'..='\u{201f}' | '\u{2033}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{2022}' => "*",
        '\u{2039}' => "<",
        '\u{203a}' => ">",
        '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' | '\u{2028}' | '\u{2029}' => " ",
        '\u{20ac}' => "EUR",
        '\u{2122}' => "TM",
        '\u{2116}' => "No.",
        '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => "",
        'Ā' | 'Ă' | 'Ą' | 'Ǎ' => "A",
        'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'Ď' | 'Đ' => "D",
        'ď' | 'đ' => "d",
        'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'Ĥ' | 'Ħ' => "H",
        'ĥ' | 'ħ' => "h",
        'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => "I",
        'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'Ĵ' => "J",
        'ĵ' => "j",
        'Ķ' => "K",
        'ķ' | 'ĸ' => "k",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => "L",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'Ń' | 'Ņ' | 'Ň' | 'Ŋ' => "N",
        'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'Ō' | 'Ŏ' | 'Ő' | 'Ơ' | 'Ǫ' => "O",
        'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǫ' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "S",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ẞ' => "SS",
        'Ţ' | 'Ť' | 'Ŧ' | 'Ț' => "T",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' | 'Ư' => "U",
        'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' => "u",
        'Ŵ' => "W",
        'ŵ' => "w",
        'Ŷ' | 'Ÿ' => "Y",
        'ŷ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        _ if character.is_control() => "",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DiscTrack;
    use proptest::prelude::*;

    fn read(latin: &Latin) -> String {
        latin.bytes.iter().map(|byte| char::from(*byte)).collect()
    }

    #[test]
    fn what_latin_1_has_is_kept_and_the_rest_is_named_with_its_track() {
        assert_eq!(read(&latin_1("Čaj \u{2013} “é”…\u{7}")), "Caj - \"é\"...");
        // Decomposed, as some file systems give names.
        assert_eq!(read(&latin_1("Cafe\u{301} A\u{30a} n\u{303} s\u{301}")), "Café Å ñ s");
        assert_eq!(read(&latin_1("日本\n")), "?? ");
        assert_eq!(ascii("Größe – Café Ægir Ł 日"), "Grosse - Cafe AEgir L ?");
        let track = DiscTrack { title: "Ł".into(), ..DiscTrack::default() };
        let disc = Disc { tracks: vec![DiscTrack::default(), track], ..Disc::default() };
        let said: Vec<String> = replacements(&disc).iter().map(ToString::to_string).collect();
        assert_eq!(said, ["track 2: title: CD-Text (ISO 8859-1) has no 'Ł' (U+0141): \"L\" is written"]);
    }

    #[test]
    fn quotes_turn_typographic_and_nothing_controls() {
        assert_eq!(without_quotes("\"Hi\" (\"you\")\r\nTRACK\0"), "“Hi” (“you”)  TRACK");
        assert_eq!(one_line("a\u{202e}b\u{9b}"), "ab");
    }

    proptest! {
        #![proptest_config(crate::fixed_cases())]

        #[test]
        fn no_text_leaves_latin_1_or_controls(text in any::<String>()) {
            prop_assert!(latin_1(&text).bytes.iter().all(|b| matches!(b, 0x20..=0x7e | 0xa0..=0xff)));
            prop_assert!(!without_quotes(&text).contains(|c: char| c.is_control() || c == '"'));
        }
    }
}
