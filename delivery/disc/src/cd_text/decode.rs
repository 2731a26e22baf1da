//! CD-Text from bytes, whoever wrote them: the texts of the first block, and everything in any block that is not as it should be.

use super::{Kind, PACK_BYTES, SIZE_INFO, TEXT_BYTES, crc};

/// A fault of CD-Text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which pack of the file, from 0; none where it is the whole.
    pub pack: Option<usize>,
    /// What is found.
    pub found: String,
    /// What it should be.
    pub expected: String,
}

/// What CD-Text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// First and last track of the first block.
    pub tracks: Option<(u8, u8)>,
    /// Faults in the order of the packs.
    pub faults: Vec<Fault>,
    texts: [Vec<String>; 6],
}

impl Decoded {
    /// The texts of a kind: the disc's, then each track's; empty where there are none.
    pub fn texts(&self, kind: Kind) -> &[String] {
        &self.texts[usize::from(kind.pack_type() & 0x07)]
    }

    fn fault(
        &mut self,
        pack: impl Into<Option<usize>>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.faults.push(Fault { pack: pack.into(), found: found.into(), expected: expected.into() });
    }
}

/// A pack and its place in the file.
#[derive(Clone, Copy)]
struct Pack<'a> {
    place: usize,
    bytes: &'a [u8],
}

impl Pack<'_> {
    fn kind(self) -> u8 {
        self.bytes[0]
    }

    fn block(self) -> u8 {
        (self.bytes[3] >> 4) & 0x07
    }

    fn position(self) -> u8 {
        self.bytes[3] & 0x0f
    }

    /// Two bytes a character.
    fn is_wide(self) -> bool {
        self.bytes[3] & 0x80 != 0
    }

    fn text(&self) -> &[u8] {
        &self.bytes[4..4 + TEXT_BYTES]
    }
}

/// Reads packs.
pub fn decode(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    let remainder = bytes.len() % PACK_BYTES;
    if remainder != 0 {
        let (length, whole) = (bytes.len(), bytes.len() - remainder);
        decoded.fault(
            None,
            format!("{length} bytes"),
            format!("packs of 18 bytes: {whole} or {} bytes", whole + PACK_BYTES),
        );
    }
    let packs: Vec<Pack> =
        bytes.chunks_exact(PACK_BYTES).enumerate().map(|(place, bytes)| Pack { place, bytes }).collect();
    for pack in &packs {
        let (text, stored) = (&pack.bytes[..16], [pack.bytes[16], pack.bytes[17]]);
        let expected = crc(text).to_be_bytes();
        if stored != expected {
            let hex = |[high, low]: [u8; 2]| format!("CRC {high:02X}{low:02X}");
            decoded.fault(pack.place, hex(stored), hex(expected));
        }
        if !(0x80..=SIZE_INFO).contains(&pack.kind()) {
            decoded.fault(pack.place, format!("type {:02X}", pack.kind()), "80 to 8F");
        }
    }
    // Blocks follow each other, one a language, and each numbers its packs from 0. A pack that has another block's number alone is
    // damaged and stays where it is.
    let mut rest = &packs[..];
    let mut block = 0;
    while !rest.is_empty() {
        let begins = |pack: &Pack| pack.block() == block + 1 && pack.bytes[2] == 0;
        let length = rest.iter().skip(1).position(begins).map_or(rest.len(), |position| position + 1);
        let (packs, others) = rest.split_at(length);
        for pack in packs.iter().filter(|pack| pack.block() != block) {
            decoded.fault(pack.place, format!("block {}", pack.block()), format!("block {block}"));
        }
        check_order(&mut decoded, packs);
        let size_info = read_size_info(&mut decoded, packs, block);
        if block == 0 {
            decoded.tracks = size_info;
        }
        read_texts(&mut decoded, packs, size_info, block == 0);
        block += 1;
        rest = others;
    }
    decoded.faults.sort_by_key(|fault| fault.pack);
    decoded
}

fn check_order(decoded: &mut Decoded, packs: &[Pack]) {
    let mut highest = 0;
    for (index, pack) in packs.iter().enumerate() {
        let (sequence, expected) = (pack.bytes[2], index % 256);
        if usize::from(sequence) != expected {
            decoded.fault(pack.place, format!("sequence number {sequence}"), expected.to_string());
        }
        if index == super::MAX_PACKS {
            decoded.fault(pack.place, format!("{} packs in a block", packs.len()), "at most 256");
        }
        if pack.kind() < highest {
            let expected = format!("{highest:02X} or higher: types ascend");
            decoded.fault(pack.place, format!("type {:02X}", pack.kind()), expected);
        }
        highest = highest.max(pack.kind());
    }
}

/// Checks the three packs that close a block; gives its first and last track.
fn read_size_info(decoded: &mut Decoded, packs: &[Pack], block: u8) -> Option<(u8, u8)> {
    let found: Vec<Pack> = packs.iter().filter(|pack| pack.kind() == SIZE_INFO).copied().collect();
    let place = found.first().or(packs.last()).map(|pack| pack.place);
    let [first, second, third] = found[..] else {
        decoded.fault(place, format!("{} packs of type 8F", found.len()), "3, which close the block");
        return None;
    };
    for (pack, number) in [first, second, third].iter().zip(0..) {
        if pack.bytes[1] != number || pack.position() != 0 {
            let found = format!("part {}, position {}", pack.bytes[1], pack.position());
            decoded.fault(pack.place, found, format!("part {number}, position 0"));
        }
    }
    let info: Vec<u8> = found.iter().flat_map(|pack| pack.text().to_vec()).collect();
    if !matches!(info[0], 0x00 | 0x01 | 0x80) {
        decoded.fault(
            first.place,
            format!("character code {:02X}", info[0]),
            "00 (ISO 8859-1), 01 (ASCII) or 80 (MS-JIS)",
        );
    }
    let tracks = (info[1], info[2]);
    if tracks.0 == 0 || tracks.0 > tracks.1 || tracks.1 > 99 {
        decoded.fault(first.place, format!("tracks {} to {}", tracks.0, tracks.1), "1 to 99, ascending");
    }
    for (kind, said) in (0x80..=SIZE_INFO).zip(&info[4..20]) {
        let count = packs.iter().filter(|pack| pack.kind() == kind).count();
        if usize::from(*said) != count {
            let place = if kind < 0x88 { first.place } else { second.place };
            decoded.fault(
                place,
                format!("{said} packs of type {kind:02X} said"),
                format!("{count}, as there are"),
            );
        }
    }
    let block = usize::from(block);
    let (said, last) = (info[20 + block], packs.len().saturating_sub(1));
    if usize::from(said) != last {
        let place = if block < 4 { second.place } else { third.place };
        decoded.fault(place, format!("last sequence number {said} said"), last.to_string());
    }
    if info[28 + block] == 0 {
        decoded.fault(
            third.place,
            format!("language code 00 of block {block}"),
            "09 (English) or another language's",
        );
    }
    Some(tracks)
}

fn read_texts(decoded: &mut Decoded, packs: &[Pack], tracks: Option<(u8, u8)>, keep: bool) {
    for kind in Kind::ALL {
        let packs: Vec<Pack> = packs.iter().filter(|pack| pack.kind() == kind.pack_type()).copied().collect();
        // Texts of two bytes a character are checked by their CRC alone.
        if packs.is_empty() || packs.iter().any(|pack| pack.is_wide()) {
            continue;
        }
        let wanted = tracks.map(|(first, last)| usize::from(last.saturating_sub(first)) + 2);
        let texts = follow(decoded, &packs, tracks.map_or(1, |(first, _)| first), wanted);
        let name = kind.toc_name().to_lowercase();
        if let Some(wanted) = wanted.filter(|wanted| *wanted != texts.len()) {
            let found = format!("{} texts of the kind {name}", texts.len());
            decoded.fault(
                packs.last().map(|pack| pack.place),
                found,
                format!("{wanted}: the disc's and each track's"),
            );
        }
        if keep {
            decoded.texts[usize::from(kind.pack_type() & 0x07)] = texts;
        }
    }
}

/// Follows the bytes of a kind from pack to pack: what each pack's header has to say, and the texts.
fn follow(decoded: &mut Decoded, packs: &[Pack], first_track: u8, wanted: Option<usize>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut text: Vec<u8> = Vec::new();
    // Without a count there is an end too: the disc's text and 99 tracks'.
    let complete = |texts: &[String]| texts.len() >= wanted.unwrap_or(100);
    for pack in packs {
        let track = if texts.is_empty() { 0 } else { usize::from(first_track) + texts.len() - 1 };
        let position = text.len().min(15);
        if !complete(&texts)
            && (usize::from(pack.bytes[1]), usize::from(pack.position())) != (track, position)
        {
            let found = format!("track {}, position {}", pack.bytes[1], pack.position());
            decoded.fault(
                pack.place,
                found,
                format!("track {track}, position {position}, where the text before has got to"),
            );
        }
        for byte in pack.text() {
            if complete(&texts) {
                if *byte != 0 {
                    decoded.fault(pack.place, "text after the last track's", "zeros");
                    break;
                }
            } else if *byte == 0 {
                let whole: String = text.drain(..).map(char::from).collect();
                // A tab alone repeats the text before.
                let repeated = if wanted.is_some() && whole == "\t" { texts.last().cloned() } else { None };
                texts.push(repeated.unwrap_or(whole));
            } else {
                if *byte < 0x20 && *byte != b'\t' || *byte == 0x7f {
                    decoded.fault(pack.place, format!("control character {byte:02X} in a text"), "letters");
                }
                text.push(*byte);
            }
        }
    }
    if !text.is_empty() {
        decoded.fault(packs.last().map(|pack| pack.place), "a text without an end", "a zero after it");
        texts.push(text.drain(..).map(char::from).collect());
    }
    if wanted.is_none() {
        // Zeros that fill the last pack are no texts.
        while texts.len() > 1 && texts.last().is_some_and(String::is_empty) {
            texts.pop();
        }
    }
    texts
}
