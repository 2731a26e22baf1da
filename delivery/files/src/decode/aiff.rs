//! AIFF and AIFF-C (Apple, Audio Interchange File Format, 1989; AIFF-C, draft 1991).

use super::pcm::Word;
use super::plain::{Form, MOST_PADDING, Plain};
use super::remarks::Remarks;
use super::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use lacquer_dsp::detect::Severity;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Chunks of a file; a good one has ten.
const MOST_CHUNKS: usize = 4096;

/// The `COMM` chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Common {
    frames: u64,
    form: Form,
}

impl Common {
    fn parse(bytes: &[u8], is_compressed: bool) -> Result<Self, Refusal> {
        let Some(&[c0, c1, f0, f1, f2, f3, b0, b1, ref rest @ ..]) = bytes.first_chunk::<18>() else {
            return Err("its COMM chunk is too short".into());
        };
        let channels = usize::from(u16::from_be_bytes([c0, c1]));
        let bits = u32::from(u16::from_be_bytes([b0, b1]));
        let sample_rate = extended(rest);
        check_spec(sample_rate, channels)?;
        let integer = |bytes: u32| Word::Integer { bytes: bytes as usize, is_unsigned: false, is_low: false };
        let kind: [u8; 4] = bytes.get(18..22).and_then(|kind| kind.try_into().ok()).unwrap_or(*b"NONE");
        let kind = if is_compressed { kind } else { *b"NONE" };
        let (word, is_big_endian) = match (&kind, bits) {
            (b"NONE" | b"twos", 1..=32) => (integer(bits.div_ceil(8)), true),
            (b"sowt", 1..=32) => (integer(bits.div_ceil(8)), false),
            (b"in24", _) => (integer(3), true),
            (b"in32", _) => (integer(4), true),
            (b"42ni", _) => (integer(3), false),
            (b"23ni", _) => (integer(4), false),
            (b"raw ", 8) => (Word::Integer { bytes: 1, is_unsigned: true, is_low: false }, true),
            (b"fl32" | b"FL32", _) => (Word::Float { bytes: 4 }, true),
            (b"fl64" | b"FL64", _) => (Word::Float { bytes: 8 }, true),
            (b"alaw" | b"ALAW", _) => (Word::ALaw, true),
            (b"ulaw" | b"ULAW", _) => (Word::MuLaw, true),
            _ => {
                let name = String::from_utf8_lossy(&kind).into_owned();
                return Err(Refusal::NotAudio(format!("words of {bits} bits compressed by {name:?}")));
            }
        };
        Ok(Self {
            frames: u64::from(u32::from_be_bytes([f0, f1, f2, f3])),
            form: Form { word, bits, is_big_endian, channels, sample_rate },
        })
    }
}

/// A number in 80 bits of floating point (IEEE 754, extended), rounded down.
fn extended(bytes: &[u8; 10]) -> u32 {
    let exponent = u32::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    let mantissa =
        u64::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9]]);
    match (16_383 + 63u32).checked_sub(exponent) {
        Some(shift @ 32..=63) => (mantissa >> shift) as u32,
        _ => 0,
    }
}

/// An AIFF file.
pub(super) struct Aiff<R> {
    plain: Plain<R>,
    common: Common,
    /// Bytes of sound that are there.
    there: u64,
}

impl<R: Source> Aiff<R> {
    /// Reads the chunks of a file that begins at `offset`.
    pub fn open(source: R, offset: u64) -> Result<Self, Refusal> {
        let mut source = BufReader::with_capacity(1 << 16, source);
        let end = source.seek(SeekFrom::End(0))?;
        let mut head = [0; 12];
        source.seek(SeekFrom::Start(offset))?;
        if source.read_exact(&mut head).is_err() || !matches!(&head[8..], b"AIFF" | b"AIFC") {
            return Err("its form is neither AIFF nor AIFF-C".into());
        }
        let is_compressed = head[8..] == *b"AIFC";
        let (mut common, mut sound) = (None, None);
        let mut at = offset + 12;
        for _ in 0..MOST_CHUNKS {
            if at + 8 > end {
                break;
            }
            source.seek(SeekFrom::Start(at))?;
            let mut head = [0; 8];
            source.read_exact(&mut head)?;
            let [id0, id1, id2, id3, l0, l1, l2, l3] = head;
            let claimed = u64::from(u32::from_be_bytes([l0, l1, l2, l3]));
            let length = claimed.min(end - at - 8);
            match &[id0, id1, id2, id3] {
                b"COMM" => {
                    let mut bytes = Vec::new();
                    source.by_ref().take(length.min(64)).read_to_end(&mut bytes)?;
                    common = Some(Common::parse(&bytes, is_compressed)?);
                }
                b"SSND" if length >= 8 && sound.is_none() => {
                    let mut offset = [0; 4];
                    source.read_exact(&mut offset)?;
                    // The block's size after it aligns the sound on a disk, and changes nothing here.
                    let from = (at + 16 + u64::from(u32::from_be_bytes(offset))).min(end);
                    sound = Some((from, (at + 8 + length).max(from), claimed));
                }
                _ => {}
            }
            at += 8 + length + length % 2;
        }
        let common = common.ok_or("it has no COMM chunk")?;
        let (from, mut to, claimed) = sound.ok_or(Refusal::NoSamples)?;
        if claimed <= 8 || claimed >= u64::from(i32::MAX as u32) && to == end {
            // Never filled in.
            to = end;
        }
        let there = to - from;
        // What is not sound of whole frames is not read; a length of 0 was never filled in.
        let promised = common.frames.saturating_mul(common.form.frame_bytes());
        let wanted = if common.frames == 0 { there } else { there.min(promised) };
        Ok(Self { plain: Plain::new(source, common.form, from, wanted)?, common, there })
    }

    fn finish(&mut self, remarks: &mut Remarks) {
        let frame_bytes = self.common.form.frame_bytes();
        let (promised, there, given) = (self.common.frames, self.there / frame_bytes, self.plain.given());
        if promised > given {
            let reason = format!("its header promises {promised} frames, {given} are there");
            remarks.breaks_off(given, reason, true);
        } else if promised == 0 {
            remarks.say(
                Severity::Warn,
                "Its header gives no length: it is read to its end".to_owned(),
                "Other players may find nothing in it: export it again.",
                None,
            );
        } else if (there - promised.min(there)) * frame_bytes > MOST_PADDING {
            let more = there - promised;
            let more_s = more as f64 / f64::from(self.common.form.sample_rate);
            remarks.say(
                Severity::Warn,
                format!("Its sound chunk is {more} frames ({more_s:.3} s) longer than its header says; these are not read"),
                "Compare its length with the session, or export it again.",
                Some(given),
            );
        }
    }
}

impl<R: Source> Stream for Aiff<R> {
    fn facts(&self) -> Facts {
        self.common.form.facts("AIFF", Some(self.common.frames).filter(|frames| *frames > 0))
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        if self.plain.step(into)? {
            return Ok(Step::Frames);
        }
        self.finish(remarks);
        Ok(Step::End)
    }

    fn long_words(&self) -> u32 {
        self.plain.long_words()
    }

    fn offset(&self) -> u64 {
        self.plain.offset()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn rates_in_80_bits_are_read() {
        let rate = |head: [u8; 4]| {
            let mut bytes = [0; 10];
            bytes[..4].copy_from_slice(&head);
            super::extended(&bytes)
        };
        assert_eq!(rate([0x40, 0x0e, 0xac, 0x44]), 44_100);
        assert_eq!(rate([0x40, 0x10, 0xbb, 0x80]), 192_000);
        assert_eq!(rate([0, 0, 0xac, 0x44]), 0);
    }
}
