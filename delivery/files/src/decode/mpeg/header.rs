//! The header of a frame of MPEG audio, layer III (ISO/IEC 11172-3, 2.4.1.3 and 2.4.2.3; ISO/IEC 13818-3, 2.4.2.3).

/// Bytes of a header.
pub(super) const BYTES: usize = 4;
/// Bytes of the longest frame: 320 kbit/s at 32 kHz, padded.
pub(super) const MOST_BYTES: usize = 1441;

/// Bit rates in kbit/s of MPEG-1 and MPEG-2.
const KBPS: [[usize; 14]; 2] = [
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Sample rates of MPEG-1, Hz; half of them in MPEG-2, a quarter in what is called MPEG-2.5.
const RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// What a frame's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the frame, header and all.
    pub bytes: usize,
    /// Frames (samples of each channel) in it.
    pub frames: usize,
    /// Hz.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Whether a checksum follows the header.
    pub has_crc: bool,
    is_mpeg1: bool,
}

impl Header {
    /// The header at the start of `bytes`, if there is one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[0xff, second, third, fourth, ..] = bytes else { return None };
        if second & 0xe0 != 0xe0 || second >> 1 & 3 != 1 {
            return None;
        }
        let (is_mpeg1, divisor) = match second >> 3 & 3 {
            3 => (true, 1),
            2 => (false, 2),
            0 => (false, 4),
            _ => return None,
        };
        let kbps = *KBPS[usize::from(!is_mpeg1)].get(usize::from(third >> 4).checked_sub(1)?)?;
        let sample_rate = *RATES.get(usize::from(third >> 2 & 3))? / divisor;
        let padding = usize::from(third >> 1 & 1);
        let slots = if is_mpeg1 { 144_000 } else { 72_000 };
        Some(Self {
            bytes: slots * kbps / sample_rate as usize + padding,
            frames: if is_mpeg1 { 1152 } else { 576 },
            sample_rate,
            channels: if fourth >> 6 == 3 { 1 } else { 2 },
            has_crc: second & 1 == 0,
            is_mpeg1,
        })
    }

    /// Whether a frame with this header may follow one with the other in a programme.
    pub fn follows(&self, other: &Self) -> bool {
        (self.is_mpeg1, self.sample_rate, self.channels)
            == (other.is_mpeg1, other.sample_rate, other.channels)
    }

    /// Bytes of the side information.
    pub fn side_bytes(&self) -> usize {
        match (self.is_mpeg1, self.channels) {
            (true, 2) => 32,
            (true, _) | (false, 2) => 17,
            _ => 9,
        }
    }

    /// Bytes before the side information.
    pub fn head_bytes(&self) -> usize {
        if self.has_crc { BYTES + 2 } else { BYTES }
    }

    /// Bytes of earlier frames that `frame`, whole, goes back to.
    pub fn reaches_back(&self, frame: &[u8]) -> usize {
        match frame.get(self.head_bytes()..) {
            Some([a, b, ..]) if self.is_mpeg1 => usize::from(u16::from_be_bytes([*a, *b]) >> 7),
            Some([a, ..]) => usize::from(*a),
            _ => 0,
        }
    }

    /// Bytes of sound in the frame, for it and for later ones.
    pub fn main_bytes(&self) -> usize {
        self.bytes.saturating_sub(self.head_bytes() + self.side_bytes())
    }

    /// Whether `frame`, whole, keeps its checksum, if it has one: ISO/IEC 11172-3, 2.4.3.1.
    pub fn keeps_checksum(&self, frame: &[u8]) -> bool {
        if !self.has_crc {
            return true;
        }
        let (Some(&[_, _, c, d, high, low]), Some(side)) =
            (frame.first_chunk::<6>(), frame.get(6..6 + self.side_bytes()))
        else {
            return false;
        };
        let crc = [c, d].iter().chain(side).fold(0xffffu16, |crc, byte| {
            (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
                if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 }
            })
        });
        crc == u16::from_be_bytes([high, low])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_the_standards_lengths() {
        let header = |bytes: [u8; 4]| Header::parse(&bytes);
        let usual = header([0xff, 0xfb, 0x90, 0x64]).unwrap();
        assert_eq!((usual.bytes, usual.frames, usual.sample_rate, usual.channels), (417, 1152, 44_100, 2));
        assert_eq!(header([0xff, 0xfb, 0xe6, 0xc0]).unwrap().bytes, 961);
        let half = header([0xff, 0xf3, 0x84, 0xc0]).unwrap();
        assert_eq!((half.bytes, half.frames, half.sample_rate, half.side_bytes()), (192, 576, 24_000, 9));
        // Layer II, free format, a forbidden rate.
        for bytes in [[0xff, 0xfd, 0x90, 0x64], [0xff, 0xfb, 0x00, 0x64], [0xff, 0xfb, 0x9c, 0x64]] {
            assert_eq!(header(bytes), None);
        }
    }
}
