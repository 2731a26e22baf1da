//! AU (Sun Microsystems, audio(4): the header of audio files; NeXT's `.snd`).

use super::pcm::Word;
use super::plain::{Claim, Form, Plain, Words};
use super::stream::{Refusal, Source, check_spec};
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Bytes of the header without its text.
const HEADER: u64 = 24;
/// A length that nobody knew when the header was written.
const UNKNOWN: u32 = u32::MAX;

/// Reads the header of a file that begins at `offset`.
pub(super) fn open<R: Source>(source: R, offset: u64) -> Result<Words<R>, Refusal> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let end = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(offset))?;
    let mut head = [0; HEADER as usize];
    source.read_exact(&mut head).map_err(|_| "its header breaks off")?;
    // Machines of the other order wrote the name backwards.
    let is_big_endian = head.starts_with(b".snd");
    let word = |at: usize| {
        let bytes = [head[at], head[at + 1], head[at + 2], head[at + 3]];
        if is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    let (from, claimed, encoding, sample_rate) = (word(4), word(8), word(12), word(16));
    let channels = usize::try_from(word(20)).unwrap_or(usize::MAX);
    check_spec(sample_rate, channels)?;
    let integer = |bytes: usize| Word::Integer { bytes, is_unsigned: false, is_low: false };
    let word = match encoding {
        1 => Word::MuLaw,
        2..=5 => integer(encoding as usize - 1),
        6 => Word::Float { bytes: 4 },
        7 => Word::Float { bytes: 8 },
        27 => Word::ALaw,
        other => return Err(Refusal::NotAudio(format!("sound in the encoding {other} of AU"))),
    };
    let form = Form { word, bits: 8 * word.bytes() as u32, is_big_endian, channels, sample_rate };
    let from = offset + u64::from(from);
    if from < offset + HEADER || from > end {
        return Err("its header says that its sound begins where it cannot".into());
    }
    let claimed = (claimed != UNKNOWN).then_some(u64::from(claimed));
    let claim = Claim { claimed, there: end - from };
    if claim.wanted() < form.frame_bytes() && claim.promised(&form).unwrap_or(0) == 0 {
        return Err(Refusal::NoSamples);
    }
    let plain = Plain::new(source, form, from, claim.wanted())?;
    let behind = claim.there - claim.wanted();
    Ok(Words { format: "AU", plain, form, claim, behind, has_more: false })
}
