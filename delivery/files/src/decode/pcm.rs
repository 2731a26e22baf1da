//! Words of uncompressed audio to samples.

use lacquer_dsp::detect::StoredWords;

/// How a sample is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Signed, or unsigned with 128 as zero where it has 8 bits in RIFF.
    Integer {
        /// Bytes of the container, 1 to 4.
        bytes: usize,
        /// Whether zero lies in the middle of the range.
        is_unsigned: bool,
        /// Whether 24 bits lie in the lower three of four bytes, as sound cards give them.
        is_low: bool,
    },
    /// 32 or 64 bits of floating point.
    Float {
        /// 4 or 8.
        bytes: usize,
    },
    /// ITU-T G.711, A-law.
    ALaw,
    /// ITU-T G.711, mu-law.
    MuLaw,
}

/// One over the full scale of a word of 32 bits: a power of two, so that scaling by it is exact.
const SCALE: f32 = 1.0 / 2_147_483_648.0;

impl Word {
    /// Bytes of a sample.
    pub fn bytes(self) -> usize {
        match self {
            Self::Integer { bytes, .. } | Self::Float { bytes } => bytes,
            Self::ALaw | Self::MuLaw => 1,
        }
    }

    /// What the file stores, where `bits` of an integer's are said to be used.
    pub fn stored(self, bits: u32) -> StoredWords {
        match self {
            Self::Integer { bytes, is_low, .. } => {
                let most = if is_low { 24 } else { 8 * bytes as u32 };
                StoredWords::Integer(if (1..=most).contains(&bits) { bits } else { most })
            }
            Self::Float { bytes } => StoredWords::Float(8 * bytes as u32),
            Self::ALaw | Self::MuLaw => StoredWords::Lossy,
        }
    }

    /// The samples of `bytes`, whole frames of 1 or 2 channels. Words of more than 24 bits are OR-ed into `long`.
    pub fn decode(
        self,
        bytes: &[u8],
        is_big_endian: bool,
        channels: usize,
        long: &mut u32,
        into: &mut Vec<[f32; 2]>,
    ) {
        let integer = |word: [u8; 4]| i32::from_le_bytes(word) as f32 * SCALE;
        match (self, is_big_endian) {
            (Self::Integer { bytes: 1, is_unsigned, .. }, _) => {
                each(bytes, channels, into, |[a]| integer([0, 0, 0, if is_unsigned { a ^ 0x80 } else { a }]))
            }
            (Self::Integer { bytes: 2, .. }, false) => {
                each(bytes, channels, into, |[a, b]| integer([0, 0, a, b]))
            }
            (Self::Integer { bytes: 2, .. }, true) => {
                each(bytes, channels, into, |[b, a]| integer([0, 0, a, b]))
            }
            (Self::Integer { bytes: 3, .. }, false) => {
                each(bytes, channels, into, |[a, b, c]| integer([0, a, b, c]));
            }
            (Self::Integer { bytes: 3, .. }, true) => {
                each(bytes, channels, into, |[c, b, a]| integer([0, a, b, c]));
            }
            (Self::Integer { is_low: true, .. }, _) => {
                each(bytes, channels, into, |[a, b, c, _]| integer([0, a, b, c]));
            }
            (Self::Integer { .. }, _) => each(bytes, channels, into, |mut word: [u8; 4]| {
                if is_big_endian {
                    word.reverse();
                }
                *long |= u32::from_le_bytes(word);
                integer(word)
            }),
            (Self::Float { bytes: 4 }, false) => each(bytes, channels, into, f32::from_le_bytes),
            (Self::Float { bytes: 4 }, true) => each(bytes, channels, into, f32::from_be_bytes),
            (Self::Float { .. }, false) => {
                each(bytes, channels, into, |word| f64::from_le_bytes(word) as f32)
            }
            (Self::Float { .. }, true) => each(bytes, channels, into, |word| f64::from_be_bytes(word) as f32),
            (Self::ALaw, _) => each(bytes, channels, into, |[a]| f32::from(a_law(a)) / 32_768.0),
            (Self::MuLaw, _) => each(bytes, channels, into, |[a]| f32::from(mu_law(a)) / 32_768.0),
        }
    }
}

/// Words of `N` bytes to frames; one channel is carried as two.
fn each<const N: usize>(
    bytes: &[u8],
    channels: usize,
    into: &mut Vec<[f32; 2]>,
    mut sample: impl FnMut([u8; N]) -> f32,
) {
    let words = bytes.as_chunks::<N>().0;
    if channels == 1 {
        into.extend(words.iter().map(|word| [sample(*word); 2]));
    } else {
        into.extend(words.as_chunks::<2>().0.iter().map(|[left, right]| [sample(*left), sample(*right)]));
    }
}

/// ITU-T G.711, table 1: 13 bits, here at the top of 16.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let (exponent, mantissa) = (u32::from(code >> 4 & 7), i16::from(code & 15));
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        exponent => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    if code & 0x80 != 0 { magnitude } else { -magnitude }
}

/// ITU-T G.711, table 2: 14 bits, here at the top of 16.
fn mu_law(code: u8) -> i16 {
    let code = !code;
    let (exponent, mantissa) = (u32::from(code >> 4 & 7), i16::from(code & 15));
    let magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
}

/// Whether four bytes of little-endian words hold 24 bits in the lower three (the fourth repeats the sign), by what is in them; none
/// where nothing tells (silence).
pub(super) fn lies_low(words: &[u8]) -> Option<bool> {
    let mut is_low = None;
    for word in words.as_chunks::<4>().0 {
        let sign = if word[2] & 0x80 != 0 { 0xff } else { 0 };
        if word[3] != sign {
            return Some(false);
        }
        if word[0] != 0 {
            is_low = Some(true);
        }
    }
    is_low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(word: Word, bytes: &[u8], is_big_endian: bool) -> Vec<[f32; 2]> {
        let mut frames = Vec::new();
        word.decode(bytes, is_big_endian, 1, &mut 0, &mut frames);
        frames
    }

    #[test]
    fn words_of_every_kind_have_one_full_scale() {
        let integer = |bytes| Word::Integer { bytes, is_unsigned: false, is_low: false };
        let half = [[-0.5; 2]];
        assert_eq!(decoded(integer(2), &[0, 0xc0], false), half);
        assert_eq!(decoded(integer(3), &[0xc0, 0, 0], true), half);
        assert_eq!(decoded(integer(4), &[0, 0, 0, 0xc0], false), half);
        let low = Word::Integer { bytes: 4, is_unsigned: false, is_low: true };
        assert_eq!(decoded(low, &[0, 0, 0xc0, 0xff], false), half);
        assert_eq!(decoded(Word::Integer { bytes: 1, is_unsigned: true, is_low: false }, &[64], false), half);
        assert_eq!(decoded(Word::Float { bytes: 4 }, &(-0.5f32).to_be_bytes(), true), half);
        assert_eq!(decoded(Word::Float { bytes: 8 }, &(-0.5f64).to_le_bytes(), false), half);
        // The ends of G.711's ranges.
        assert_eq!((a_law(0xaa), a_law(0x2a), a_law(0xd5)), (32256, -32256, 8));
        assert_eq!((mu_law(0x80), mu_law(0x00), mu_law(0xff)), (32124, -32124, 0));
    }

    #[test]
    fn where_24_bits_lie_is_seen_in_them() {
        assert_eq!(lies_low(&[0; 64]), None);
        assert_eq!(lies_low(&[1, 2, 3, 0, 1, 2, 0x83, 0xff]), Some(true));
        assert_eq!(lies_low(&[0, 2, 3, 4]), Some(false));
    }
}
