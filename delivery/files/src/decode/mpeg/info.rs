//! The first frame of many MP3 files, which is no sound: "Xing" or "Info" with LAME's extension, or "VBRI".
//!
//! Sources: Xing Technologies' VBR header SDK (1999); LAME, "Mp3 info tag revision 1" (G. Bouvigne, 2003); Fraunhofer's VBRI as
//! described by K. Windszus, "MPEG Audio Frame Header" (2001).

use super::header::Header;

/// Frames by which every decoder is late (LAME, "Mp3 info tag").
const DECODER_DELAY: u64 = 529;
/// Who writes delays that may be believed.
const WRITERS: [&[u8]; 4] = [b"LAME", b"L3.9", b"Lavf", b"Lavc"];

/// What a first frame says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Info {
    /// MPEG frames after it.
    pub mpeg_frames: Option<u64>,
    /// Frames (samples of each channel) to leave out at the start and at the end.
    pub trim: Option<(u64, u64)>,
    /// CRC-16 of every byte after it.
    pub music_crc: Option<u16>,
}

impl Info {
    /// What `frame`, whole, says, if it is such a frame.
    pub fn parse(frame: &[u8], header: &Header) -> Option<Self> {
        let from = header.head_bytes() + header.side_bytes();
        // LAME leaves the checksum's room out where it writes one: its tag stands where it does without.
        let places = [from, super::header::BYTES + header.side_bytes()];
        let silent =
            |at: usize| frame.get(header.head_bytes()..at).is_some_and(|side| side.iter().all(|x| *x == 0));
        for at in places {
            if let Some([b'X', b'i', b'n', b'g', rest @ ..] | [b'I', b'n', b'f', b'o', rest @ ..]) =
                frame.get(at..)
                && silent(at)
            {
                return Some(Self::xing(frame, rest));
            }
        }
        let at = super::header::BYTES + 32;
        match frame.get(at..) {
            // Version, delay, quality, bytes, frames.
            Some([b'V', b'B', b'R', b'I', _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..]) if silent(at) => {
                let mpeg_frames = u64::from(u32::from_be_bytes([*a, *b, *c, *d]));
                Some(Self { mpeg_frames: (mpeg_frames > 0).then_some(mpeg_frames), ..Self::default() })
            }
            _ => None,
        }
    }

    fn xing(frame: &[u8], tag: &[u8]) -> Self {
        let mut rest = tag;
        let mut take = |count: usize| -> Option<&[u8]> {
            let (own, left) = rest.split_at_checked(count)?;
            rest = left;
            Some(own)
        };
        let word = |bytes: &[u8]| bytes.iter().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
        let mut info = Self::default();
        let Some(flags) = take(4).map(word) else { return info };
        if flags & 1 != 0 {
            info.mpeg_frames = take(4).map(word).filter(|frames| *frames > 0);
        }
        for (flag, bytes) in [(2, 4), (4, 100), (8, 4)] {
            if flags & flag != 0 && take(bytes).is_none() {
                return info;
            }
        }
        let Some(&extension) = rest.first_chunk::<36>() else { return info };
        if !WRITERS.iter().any(|writer| extension.starts_with(writer)) {
            return info;
        }
        // The tag's own checksum is of everything before it; 0 where a writer leaves it out.
        let end = frame.len() - rest.len() + 34;
        let said = u16::from_be_bytes([extension[34], extension[35]]);
        if said != 0 && said != crc16(0, &frame[..end]) {
            return info;
        }
        let packed = word(&extension[21..24]);
        let (delay, padding) = (packed >> 12, packed & 0xfff);
        info.trim = Some((delay + DECODER_DELAY, padding.saturating_sub(DECODER_DELAY)));
        let music_crc = u16::from_be_bytes([extension[32], extension[33]]);
        info.music_crc = (music_crc != 0).then_some(music_crc);
        info
    }
}

const CRC: [u16; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut crc = n as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0xa001 } else { crc >> 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
};

/// CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, least significant bit first, after `crc`.
pub(super) fn crc16(crc: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(crc, |crc, byte| crc >> 8 ^ CRC[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_that_of_the_catalogue() {
        // CRC-16/ARC.
        assert_eq!(super::crc16(0, b"123456789"), 0xbb3d);
    }
}
