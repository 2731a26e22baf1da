//! CD-Text: titles and names in packs of 18 bytes (Sony's CD-TEXT in the lead-in's R to W subchannels; MMC-3, annex J).
//!
//! ```text
//! type | track | sequence | block, position | 12 bytes of text | CRC-16
//! ```
//!
//! The texts of a type follow each other, the disc's first, each ended by a 0; a pack names the track and the position within its text
//! that its first byte belongs to. Three packs of type 0x8F close the block. A position above 15 is written as 15.
//!
//! ```
//! use lacquer_disc::cd_text::{Kind, PACK_BYTES, decode, encode};
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! let packs = encode(&disc)?;
//! assert_eq!(packs.len() % PACK_BYTES, 0);
//! let decoded = decode(&packs);
//! assert!(decoded.faults.is_empty());
//! assert_eq!(decoded.texts(Kind::Title), ["Album", "One", "Two"]);
//! # Ok::<(), lacquer_disc::cd_text::CdTextError>(())
//! ```

mod decode;

pub use decode::{Decoded, Fault, decode};

use super::Disc;
use super::latin::latin_1;

/// Bytes of a pack.
pub const PACK_BYTES: usize = 18;
/// Bytes of text in a pack.
pub const TEXT_BYTES: usize = 12;
/// Most packs of a block: the sequence number is one byte.
pub const MAX_PACKS: usize = 256;
/// Type of the packs that close a block.
pub const SIZE_INFO: u8 = 0x8f;
/// Code of English.
pub const ENGLISH: u8 = 0x09;
/// Longest text that players are asked to show, characters.
pub const MAX_TEXT_CHARACTERS: usize = 160;

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Title.
    Title,
    /// Performer.
    Performer,
    /// Songwriter.
    Songwriter,
    /// Composer.
    Composer,
    /// Arranger.
    Arranger,
    /// Message.
    Message,
}

impl Kind {
    /// All of them, ascending by type.
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Performer, Self::Songwriter, Self::Composer, Self::Arranger, Self::Message];

    /// The type of its packs, 0x80 to 0x85.
    pub fn pack_type(self) -> u8 {
        match self {
            Self::Title => 0x80,
            Self::Performer => 0x81,
            Self::Songwriter => 0x82,
            Self::Composer => 0x83,
            Self::Arranger => 0x84,
            Self::Message => 0x85,
        }
    }

    /// Its word in a TOC file.
    pub fn toc_name(self) -> &'static str {
        match self {
            Self::Title => "TITLE",
            Self::Performer => "PERFORMER",
            Self::Songwriter => "SONGWRITER",
            Self::Composer => "COMPOSER",
            Self::Arranger => "ARRANGER",
            Self::Message => "MESSAGE",
        }
    }
}

/// Texts that fit no CD-Text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CdTextError {
    /// More than a block holds.
    #[error("CD-Text needs {packs} packs and has room for {MAX_PACKS}: shorten titles and names by {} characters or more", (packs - MAX_PACKS) * TEXT_BYTES)]
    TooLong {
        /// Packs that the texts would fill.
        packs: usize,
    },
    /// More tracks than numbers.
    #[error("CD-Text for {tracks} tracks: a disc has at most 99")]
    Tracks {
        /// Tracks of the disc.
        tracks: usize,
    },
}

/// The texts of a disc by kind: the disc's own, then each track's. Kinds that nobody uses are left out; a track without a performer has
/// the disc's; the disc has the composer that all tracks share.
pub fn fields(disc: &Disc) -> Vec<(Kind, Vec<&str>)> {
    let shared = match disc.tracks.first() {
        Some(first) if disc.tracks.iter().all(|track| track.composer == first.composer) => &first.composer,
        _ => "",
    };
    let tracks = || disc.tracks.iter();
    let titles = std::iter::once(disc.title.as_str()).chain(tracks().map(|track| track.title.as_str()));
    let performers =
        std::iter::once(disc.performer.as_str()).chain(tracks().map(|track| {
            if track.performer.is_empty() { &disc.performer } else { track.performer.as_str() }
        }));
    let composers = std::iter::once(shared).chain(tracks().map(|track| track.composer.as_str()));
    let mut fields: Vec<(Kind, Vec<&str>)> = vec![
        (Kind::Title, titles.collect()),
        (Kind::Performer, performers.collect()),
        (Kind::Composer, composers.collect()),
    ];
    fields.retain(|(_, texts)| texts.iter().any(|text| !text.is_empty()));
    fields
}

/// Texts that are longer than players are asked to show, in words.
pub fn long_texts(disc: &Disc) -> Vec<String> {
    let long = |(kind, texts): (Kind, Vec<&str>)| {
        let texts: Vec<String> = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| text.chars().count() > MAX_TEXT_CHARACTERS)
            .map(|(track, text)| {
                let (length, kind) = (text.chars().count(), kind.toc_name().to_lowercase());
                let whose = if track == 0 { "disc".to_owned() } else { format!("track {track}") };
                format!("{whose}: {kind}: {length} characters; players show at most {MAX_TEXT_CHARACTERS}")
            })
            .collect();
        texts
    };
    fields(disc).into_iter().flat_map(long).collect()
}

/// The packs of a disc, as CDTEXT.BIN has them; empty where it has no text at all. What ISO 8859-1 cannot say is replaced
/// ([`latin::replacements`](super::latin::replacements) says what).
///
/// # Errors
/// Where the texts need more than 256 packs.
pub fn encode(disc: &Disc) -> Result<Vec<u8>, CdTextError> {
    let fields = fields(disc);
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let last_track = u8::try_from(disc.tracks.len()).ok().filter(|tracks| *tracks <= 99);
    let last_track = last_track.ok_or(CdTextError::Tracks { tracks: disc.tracks.len() })?;
    let mut packs: Vec<[u8; 4 + TEXT_BYTES]> = Vec::new();
    // Pack counts of the types 0x80 to 0x8F.
    let mut counts = [0usize; 16];
    for (kind, texts) in &fields {
        let before = packs.len();
        push_texts(&mut packs, kind.pack_type(), texts);
        counts[usize::from(kind.pack_type() & 0x0f)] = packs.len() - before;
    }
    let total = packs.len() + 3;
    if total > MAX_PACKS {
        return Err(CdTextError::TooLong { packs: total });
    }
    counts[15] = 3;
    let mut size_info = [0; 3 * TEXT_BYTES];
    // 0: ISO 8859-1; first and last track; 0: no claim of copyright in the texts.
    size_info[..4].copy_from_slice(&[0, 1, last_track, 0]);
    for (place, count) in size_info[4..20].iter_mut().zip(counts) {
        *place = count as u8;
    }
    size_info[20] = (total - 1) as u8;
    size_info[28] = ENGLISH;
    for (part, number) in size_info.chunks_exact(TEXT_BYTES).zip(0..) {
        packs.push(pack(SIZE_INFO, number, 0, part));
    }
    Ok(packs.iter_mut().zip(0..=u8::MAX).flat_map(|(pack, sequence)| finished(pack, sequence)).collect())
}

fn push_texts(packs: &mut Vec<[u8; 4 + TEXT_BYTES]>, pack_type: u8, texts: &[&str]) {
    // Each byte with the track and the position that it has there.
    let bytes: Vec<(u8, u8, usize)> = texts
        .iter()
        .zip(0..=u8::MAX)
        .flat_map(|(text, track)| {
            let bytes = latin_1(text).bytes.into_iter().chain([0]);
            bytes.enumerate().map(move |(position, byte)| (byte, track, position)).collect::<Vec<_>>()
        })
        .collect();
    for chunk in bytes.chunks(TEXT_BYTES) {
        let text: Vec<u8> = chunk.iter().map(|(byte, _, _)| *byte).collect();
        if let Some((_, track, position)) = chunk.first() {
            packs.push(pack(pack_type, *track, (*position).min(15) as u8, &text));
        }
    }
}

fn pack(pack_type: u8, track: u8, position: u8, text: &[u8]) -> [u8; 4 + TEXT_BYTES] {
    let mut pack = [0; 4 + TEXT_BYTES];
    pack[..4].copy_from_slice(&[pack_type, track, 0, position]);
    for (place, byte) in pack[4..].iter_mut().zip(text) {
        *place = *byte;
    }
    pack
}

fn finished(pack: &mut [u8; 4 + TEXT_BYTES], sequence: u8) -> impl Iterator<Item = u8> + use<> {
    pack[2] = sequence;
    pack.iter().copied().chain(crc(pack).to_be_bytes()).collect::<Vec<_>>().into_iter()
}

/// CRC-16 of a pack: polynomial 0x1021 from 0, inverted (ITU-T V.41, as CD subcode has it).
pub fn crc(bytes: &[u8]) -> u16 {
    let remainder = bytes.iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 != 0 { shifted ^ 0x1021 } else { shifted }
        })
    });
    !remainder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DiscTrack;
    use proptest::prelude::*;

    fn disc(title: &str, titles: &[String], composer: &str) -> Disc {
        let track = |title: &String| DiscTrack {
            title: title.clone(),
            composer: composer.into(),
            ..DiscTrack::default()
        };
        Disc { title: title.into(), tracks: titles.iter().map(track).collect(), ..Disc::default() }
    }

    #[test]
    fn no_text_gives_no_packs_and_too_much_is_refused_with_a_figure() {
        assert_eq!(encode(&disc("", &[String::new()], "")), Ok(Vec::new()));
        let titles = vec!["x".repeat(60); 99];
        let error = encode(&disc("", &titles, "")).unwrap_err();
        // 99 titles of 61 bytes and one of 1 byte are 6040 bytes: 504 packs, and 3.
        assert_eq!(error, CdTextError::TooLong { packs: 507 });
        assert!(error.to_string().contains("507 packs"));
        assert_eq!(long_texts(&disc("", &["x".repeat(161)], "")).len(), 1);
    }

    #[test]
    fn exactly_256_packs_are_taken() {
        // 253 packs of 12 bytes: the disc's empty title has 1 byte, the only track's 3034 and its 0.
        assert_eq!(encode(&disc("", &["x".repeat(3034)], "")).map(|bytes| bytes.len()), Ok(256 * 18));
        assert!(encode(&disc("", &["x".repeat(3035)], "")).is_err());
    }

    proptest! {
        #![proptest_config(crate::fixed_cases())]

        #[test]
        fn what_is_packed_is_unpacked(
            title in "[ -~\u{a1}-\u{ff}]{0,40}",
            titles in proptest::collection::vec("[ -~\u{a1}-\u{ff}]{0,30}", 1..40),
            composer in "[a-z]{0,20}",
        ) {
            let bytes = encode(&disc(&title, &titles, &composer)).unwrap();
            let decoded = decode(&bytes);
            prop_assert_eq!(&decoded.faults, &Vec::<Fault>::new());
            let all: Vec<String> = std::iter::once(title).chain(titles.clone()).collect();
            if all.iter().any(|text| !text.is_empty()) {
                prop_assert_eq!(decoded.texts(Kind::Title), &all[..]);
            }
            if !composer.is_empty() {
                prop_assert_eq!(decoded.texts(Kind::Composer), &vec![composer; titles.len() + 1][..]);
            }
        }

        #[test]
        fn every_changed_bit_is_found(bit in 0usize..10 * 18 * 8) {
            let titles = ["Track One", "Track Two", "Track Three"].map(str::to_owned);
            let mut disc = disc("Disc", &titles, "");
            disc.performer = "Artist".into();
            let mut bytes = encode(&disc).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(decode(&bytes).faults.iter().any(|fault| fault.pack == Some(bit / 8 / 18)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = decode(&bytes);
        }
    }
}
