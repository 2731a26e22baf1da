//! AIFF and AIFF-C (Apple, Audio Interchange File Format, 1989; AIFF-C, draft 1991).

use super::pcm::Word;
use super::plain::{Form, MOST_PADDING, Plain};
use super::remarks::Remarks;
use super::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use lacquer_dsp::detect::Severity;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Chunks of a file; a good one has ten.
const MOST_CHUNKS: usize = 4096;
/// From here on a size that the file does not have is a placeholder: what sox writes into a pipe, where it cannot go back.
const PLACEHOLDER: u64 = 0x7f00_0000;
/// Bytes before the end of a file in which the chunks are looked for that close it.
const CLOSING: u64 = 1 << 24;
/// Chunks that may follow the sound.
const KNOWN: [&[u8; 4]; 12] = [
    b"ID3 ", b"COMT", b"ANNO", b"NAME", b"AUTH", b"(c) ", b"MARK", b"INST", b"APPL", b"MIDI", b"AESD",
    b"COMM",
];

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
    /// Frames that its header promises, where that is a promise.
    promised: Option<u64>,
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
            let mut length = claimed.min(end - at - 8);
            match &[id0, id1, id2, id3] {
                b"COMM" => {
                    let mut bytes = Vec::new();
                    source.by_ref().take(length.min(64)).read_to_end(&mut bytes)?;
                    common = Some(Common::parse(&bytes, is_compressed)?);
                }
                b"SSND" if at + 16 <= end && sound.is_none() => {
                    let mut offset = [0; 4];
                    source.read_exact(&mut offset)?;
                    length = sound_bytes(&mut source, at + 8, claimed, end)?;
                    // The block's size after it aligns the sound on a disk, and changes nothing here.
                    let from = (at + 16 + u64::from(u32::from_be_bytes(offset))).min(end);
                    sound = Some((from, (at + 8 + length).max(from)));
                }
                _ => {}
            }
            at += 8 + length + length % 2;
        }
        let common = common.ok_or("it has no COMM chunk")?;
        let (from, to) = sound.ok_or(Refusal::NoSamples)?;
        let there = to - from;
        let frame_bytes = common.form.frame_bytes();
        let bytes = common.frames.saturating_mul(frame_bytes);
        let is_placeholder = bytes > there && bytes > PLACEHOLDER - frame_bytes;
        let promised = Some(common.frames).filter(|frames| *frames > 0 && !is_placeholder);
        // What is not sound of whole frames is not read.
        let wanted = promised.map_or(there, |_| there.min(bytes));
        Ok(Self { plain: Plain::new(source, common.form, from, wanted)?, common, promised, there })
    }

    fn finish(&mut self, remarks: &mut Remarks) {
        let frame_bytes = self.common.form.frame_bytes();
        let (there, given) = (self.there / frame_bytes, self.plain.given());
        let Some(promised) = self.promised else {
            let (severity, fact, action) = match self.common.frames {
                0 => (Severity::Warn, "no length", "find nothing in it: export it again."),
                _ => (
                    Severity::Note,
                    "no true length",
                    "show a wrong length: export it again, or rewrite its header.",
                ),
            };
            let fact = format!("Its header gives {fact}: it is read to its end");
            return remarks.say(severity, fact, &format!("Other players may {action}"), None);
        };
        if promised > given {
            let reason = format!("its header promises {promised} frames, {given} are there");
            remarks.breaks_off(given, reason, true);
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

/// Bytes of the chunk of sound that begins at `start` and claims so many; to the chunks that close the file where that is no claim.
fn sound_bytes<R: Source>(source: &mut BufReader<R>, start: u64, claimed: u64, end: u64) -> io::Result<u64> {
    let rest = end - start;
    // A sound of nothing has the eight bytes before it; who could not go back has written less, or as much and sound behind it.
    let is_empty = claimed <= 8 && leads_to_end(source, start + claimed, end)?;
    if is_empty || claimed > 8 && (claimed <= rest || claimed < PLACEHOLDER) {
        return Ok(claimed.min(rest));
    }
    let from = start.max(end.saturating_sub(CLOSING));
    let mut bytes = Vec::new();
    source.seek(SeekFrom::Start(from))?;
    source.by_ref().take(end - from).read_to_end(&mut bytes)?;
    for (n, window) in bytes.windows(4).enumerate() {
        let at = from + n as u64;
        if KNOWN.iter().any(|known| window == *known) && leads_to_end(source, at, end)? {
            return Ok(at - start);
        }
    }
    Ok(rest)
}

/// Whether chunks lead from `at` to the end of the file.
fn leads_to_end<R: Source>(source: &mut BufReader<R>, mut at: u64, end: u64) -> io::Result<bool> {
    for _ in 0..MOST_CHUNKS {
        // A pad byte may be left out at the very end.
        if at == end || at == end + 1 {
            return Ok(true);
        }
        let mut head = [0; 8];
        source.seek(SeekFrom::Start(at))?;
        if at + 8 > end || source.read_exact(&mut head).is_err() {
            return Ok(false);
        }
        let [id @ .., a, b, c, d] = head;
        if !id.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Ok(false);
        }
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        at += 8 + length + length % 2;
    }
    Ok(false)
}

impl<R: Source> Stream for Aiff<R> {
    fn facts(&self) -> Facts {
        self.common.form.facts("AIFF", self.promised)
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
