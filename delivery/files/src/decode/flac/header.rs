//! The header of a FLAC frame (RFC 9639, section 9.1).

use super::crc::crc8;

/// Bytes of the longest header.
pub(super) const MOST_BYTES: usize = 16;

/// How channels are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each for itself, 1 to 8.
    Independent(usize),
    /// Left, and left less right.
    LeftSide,
    /// Left less right, and right.
    SideRight,
    /// Their mean, and left less right.
    MidSide,
}

impl Layout {
    /// Channels.
    pub fn channels(self) -> usize {
        match self {
            Self::Independent(channels) => channels,
            _ => 2,
        }
    }
}

/// What a frame's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the header.
    pub bytes: usize,
    /// Frames (samples of each channel) of the block.
    pub frames: usize,
    /// Sample rate, Hz; none where the stream's counts.
    pub sample_rate: Option<u32>,
    /// How the channels are stored.
    pub layout: Layout,
    /// Bits of a sample; none where the stream's count.
    pub bits: Option<u32>,
    /// Whether `number` counts samples rather than blocks of one length.
    pub is_variable: bool,
    /// The block's place in the stream.
    pub number: u64,
}

impl Header {
    /// The header at the start of `bytes`, if there is one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[0xff, sync, sizes, format, ref rest @ ..] = bytes else { return None };
        if sync & 0xfe != 0xf8 || format & 1 != 0 {
            return None;
        }
        let (number, mut taken) = coded_number(rest)?;
        let mut extra = |count: usize| -> Option<u32> {
            let value =
                rest.get(taken..taken + count)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte));
            taken += count;
            Some(value)
        };
        let frames = match sizes >> 4 {
            0 => return None,
            1 => 192,
            code @ 2..=5 => 144 << code,
            6 => extra(1)? + 1,
            7 => extra(2)? + 1,
            code => 1 << code,
        };
        let sample_rate = match sizes & 15 {
            0 => None,
            code @ 1..=11 => {
                let known =
                    [88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
                known.get(usize::from(code) - 1).copied()
            }
            12 => Some(extra(1)? * 1000),
            13 => Some(extra(2)?),
            14 => Some(extra(2)? * 10),
            _ => return None,
        };
        let layout = match format >> 4 {
            code @ 0..=7 => Layout::Independent(usize::from(code) + 1),
            8 => Layout::LeftSide,
            9 => Layout::SideRight,
            10 => Layout::MidSide,
            _ => return None,
        };
        let bits = match format >> 1 & 7 {
            0 => None,
            1 => Some(8),
            2 => Some(12),
            4 => Some(16),
            5 => Some(20),
            6 => Some(24),
            7 => Some(32),
            _ => return None,
        };
        let length = 4 + taken + 1;
        (crc8(bytes.get(..length)?) == 0).then_some(Self {
            bytes: length,
            frames: frames as usize,
            sample_rate,
            layout,
            bits,
            is_variable: sync & 1 == 1,
            number,
        })
    }
}

/// A number of up to 36 bits coded as UTF-8 codes characters, and its bytes.
fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let count = match first.leading_ones() {
        0 => return Some((u64::from(first), 1)),
        ones @ 2..=7 => ones as usize,
        _ => return None,
    };
    let start = u64::from(first & (0x7f_u8 >> count));
    let rest = bytes.get(1..count)?;
    let number = rest.iter().try_fold(start, |number, byte| {
        (byte & 0xc0 == 0x80).then_some(number << 6 | u64::from(byte & 0x3f))
    })?;
    Some((number, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_the_standards_example_is_read() {
        // RFC 9639, appendix D.1.3: the only frame of the first example.
        let bytes = [0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf, 0x03];
        let header = Header::parse(&bytes).unwrap();
        assert_eq!((header.bytes, header.frames, header.sample_rate), (7, 1, Some(44_100)));
        assert_eq!((header.layout, header.bits), (Layout::Independent(2), Some(16)));
        assert_eq!((header.is_variable, header.number), (false, 0));
        let mut damaged = bytes;
        damaged[4] = 1;
        assert_eq!(Header::parse(&damaged), None);
    }

    #[test]
    fn numbers_are_coded_as_characters_are() {
        assert_eq!(coded_number(&[0x7f]), Some((127, 1)));
        assert_eq!(coded_number("\u{20ac}".as_bytes()), Some((0x20ac, 3)));
        assert_eq!(coded_number(&[0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]), Some(((1 << 36) - 1, 7)));
        assert_eq!(coded_number(&[0x80]), None);
        assert_eq!(coded_number(&[0xc2, 0x00]), None);
    }
}
