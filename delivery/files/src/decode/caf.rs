//! Core Audio Format (Apple, Core Audio Format Specification 1.0): words of PCM, or packets of ALAC and AAC.

use super::mp4::specific;
use super::packets::{Coding, Packet, Packets, Table, aac, alac};
use super::pcm::Word;
use super::plain::{Claim, Form, Plain, Words};
use super::stream::{Refusal, Source, Stream, check_spec};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Chunks of a file; a good one has ten.
const MOST_CHUNKS: usize = 4096;
/// Bytes of a chunk that is read whole: a table of six hours of packets has eight million.
const MOST_BYTES: u64 = 64 << 20;
/// Bytes before the end of a file in which its header may stand again: libsndfile's has 4096.
const CLOSING: u64 = 1 << 16;
/// What a file begins with.
const HEAD: &[u8; 12] = b"caff\0\x01\0\0desc";
/// Flags of PCM.
const IS_FLOAT: u32 = 1;
const IS_LITTLE_ENDIAN: u32 = 2;

/// The `desc` chunk.
#[derive(Debug, Clone, Copy)]
struct Description {
    sample_rate: u32,
    kind: [u8; 4],
    flags: u32,
    packet_bytes: u32,
    packet_frames: u32,
    channels: usize,
    bits: u32,
}

impl Description {
    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let Some(bytes) = bytes.first_chunk::<32>() else { return Err("its desc chunk is too short".into()) };
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let rate = f64::from_bits(u64::from(word(0)) << 32 | u64::from(word(4)));
        let description = Self {
            // A rate that is no whole number is none of a release's.
            sample_rate: if rate.fract() == 0.0 { rate as u32 } else { 0 },
            kind: word(8).to_be_bytes(),
            flags: word(12),
            packet_bytes: word(16),
            packet_frames: word(20),
            channels: word(24) as usize,
            bits: word(28),
        };
        check_spec(description.sample_rate, description.channels)?;
        Ok(description)
    }

    /// The words of PCM, or of G.711.
    fn form(&self) -> Result<Option<Form>, Refusal> {
        let bytes = self.packet_bytes as usize / self.channels;
        let word = match &self.kind {
            b"lpcm" if self.flags & IS_FLOAT != 0 && matches!(bytes, 4 | 8) => Word::Float { bytes },
            b"lpcm"
                if self.flags & IS_FLOAT == 0
                    && (1..=4).contains(&bytes)
                    && self.bits.div_ceil(8) as usize == bytes =>
            {
                Word::Integer { bytes, is_unsigned: false, is_low: false }
            }
            b"lpcm" => {
                let reason = format!("words of {} bits in {bytes} bytes", self.bits);
                return Err(Refusal::NotAudio(reason));
            }
            b"alaw" => Word::ALaw,
            b"ulaw" => Word::MuLaw,
            _ => return Ok(None),
        };
        let is_big_endian = self.flags & IS_LITTLE_ENDIAN == 0;
        let Self { bits, channels, sample_rate, .. } = *self;
        Ok(Some(Form { word, bits, is_big_endian, channels, sample_rate }))
    }
}

/// What a file's chunks say.
#[derive(Default)]
struct Chunks {
    description: Option<Description>,
    /// Where the sound begins, and what is claimed of it.
    sound: Option<(u64, Claim)>,
    table: Vec<u8>,
    cookie: Vec<u8>,
    /// Bytes behind the last chunk.
    behind: u64,
    /// Whether another file follows.
    has_more: bool,
}

/// Opens a file that begins at `offset`.
pub(super) fn open<R: Source + 'static>(source: R, offset: u64) -> Result<Box<dyn Stream + Send>, Refusal> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let chunks = read(&mut source, offset)?;
    let description = chunks.description.ok_or("it has no desc chunk")?;
    let (from, claim) = chunks.sound.ok_or(Refusal::NoSamples)?;
    if let Some(form) = description.form()? {
        let plain = Plain::new(source, form, from, claim.wanted())?;
        let Chunks { behind, has_more, .. } = chunks;
        return Ok(Box::new(Words { format: "CAF", plain, form, claim, behind, has_more }));
    }
    let (config, (sample_rate, channels, coding)) = match &description.kind {
        b"alac" => (chunks.cookie.as_slice(), alac(&chunks.cookie)?),
        b"aac " => {
            let config = specific(&chunks.cookie).unwrap_or(&chunks.cookie);
            (config, aac(config)?)
        }
        other => {
            let name = String::from_utf8_lossy(other).into_owned();
            return Err(Refusal::NotAudio(format!(
                "sound coded as {name:?} in CAF; PCM, ALAC and AAC are read there"
            )));
        }
    };
    let table = table(&chunks.table, from, &description)?;
    let format = if matches!(coding, Coding::Alac(_)) { "CAF, ALAC" } else { "CAF, AAC" };
    let table = Table { format, coding, sample_rate, channels, has_more: chunks.has_more, ..table };
    Ok(Box::new(Packets::new(source, table, config)?))
}

fn read<R: Source>(source: &mut BufReader<R>, offset: u64) -> Result<Chunks, Refusal> {
    let end = source.seek(SeekFrom::End(0))?;
    let mut chunks = Chunks::default();
    let mut at = offset + 8;
    let mut has_restarted = false;
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; 12];
        source.seek(SeekFrom::Start(at))?;
        if at + 12 > end || source.read_exact(&mut head).is_err() {
            break;
        }
        if head.starts_with(b"caff") {
            // libsndfile writes its header into a pipe twice before the sound.
            let is_silent = chunks.sound.is_some_and(|(_, claim)| claim.claimed == Some(0));
            if is_silent && !has_restarted {
                (chunks, has_restarted) = (Chunks::default(), true);
                at += 8;
                continue;
            }
            chunks.has_more = true;
            at = end;
            break;
        }
        // What has no name is no chunk.
        if !head[..4].iter().all(|byte| matches!(byte, b' '..=b'~')) {
            break;
        }
        let [.., a, b, c, d, e, f, g, h] = head;
        let size = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let there = end - at - 12;
        // A length of -1 goes on to the end: nobody came back to fill it in.
        let mut claimed = u64::try_from(size).ok();
        let mut length = claimed.unwrap_or(there).min(there);
        let mut contents = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            source.by_ref().take(length.min(MOST_BYTES)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match &head[..4] {
            b"desc" => chunks.description = Some(Description::parse(&contents()?)?),
            b"pakt" => chunks.table = contents()?,
            b"kuki" => chunks.cookie = contents()?,
            // The count of edits stands before the sound.
            b"data" if length >= 4 && chunks.sound.is_none() => {
                let from = at + 16;
                // So has one of nothing that is followed by what is no chunk.
                claimed =
                    claimed.filter(|bytes| *bytes > 4 || leads_to_end(source, from, end).unwrap_or(true));
                let to = if claimed.is_none() { restated(source, from, end)?.unwrap_or(end) } else { end };
                length = claimed.map_or(to - at - 12, |_| length);
                let claimed = claimed.map(|bytes| bytes.saturating_sub(4));
                chunks.sound = Some((from, Claim { claimed, there: to - from }));
                if to < end {
                    at = end;
                    break;
                }
            }
            _ => {}
        }
        at = at.saturating_add(12 + length);
    }
    chunks.behind = end.saturating_sub(at);
    Ok(chunks)
}

/// Whether chunks lead from `at` to the end of the file, or to another file.
fn leads_to_end<R: Source>(source: &mut BufReader<R>, mut at: u64, end: u64) -> io::Result<bool> {
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; 12];
        source.seek(SeekFrom::Start(at))?;
        if at >= end || at + 12 > end || source.read_exact(&mut head).is_err() {
            return Ok(at == end);
        }
        if head.starts_with(&HEAD[..8]) {
            return Ok(true);
        }
        let [id @ .., a, b, c, d, e, f, g, h] = head;
        let Ok(length) = u64::try_from(i64::from_be_bytes([a, b, c, d, e, f, g, h])) else {
            return Ok(false);
        };
        if !id.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Ok(false);
        }
        at = at.saturating_add(12).saturating_add(length);
    }
    Ok(false)
}

/// Where the header stands again behind a sound that begins at `from`, with the length that it has by then: libsndfile ends a pipe so.
fn restated<R: Source>(source: &mut BufReader<R>, from: u64, end: u64) -> io::Result<Option<u64>> {
    let start = from.max(end.saturating_sub(CLOSING));
    let mut bytes = Vec::new();
    source.seek(SeekFrom::Start(start))?;
    source.by_ref().take(end - start).read_to_end(&mut bytes)?;
    for (n, _) in bytes.windows(HEAD.len()).enumerate().filter(|(_, window)| window == HEAD) {
        let place = start + n as u64;
        let said = (place - from + 4).to_be_bytes();
        if bytes[n..].windows(12).any(|window| window[..4] == *b"data" && window[4..] == said) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The `pakt` chunk: where the packets lie that follow each other from `from` on.
fn table(bytes: &[u8], from: u64, description: &Description) -> Result<Table, Refusal> {
    let damaged = || Refusal::from("the table of its packets is not there or damaged");
    let long = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (count, valid) = (long(0).ok_or_else(damaged)?, long(8).ok_or_else(damaged)?);
    let start = word(16).ok_or_else(damaged)?;
    let mut rest = bytes.get(24..).ok_or_else(damaged)?.iter();
    let mut number = || -> Option<u32> {
        let mut number: u32 = 0;
        for byte in rest.by_ref().take(5) {
            number = number.checked_mul(128)? | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    };
    // Each takes a byte of the table at least.
    if count > bytes.len() as u64 || description.packet_bytes != 0 {
        return Err(damaged());
    }
    let mut packets = Vec::with_capacity(count as usize);
    let mut at = from;
    for _ in 0..count {
        let bytes = number().ok_or_else(damaged)?;
        let frames = match description.packet_frames {
            0 => number().ok_or_else(damaged)?,
            frames => frames,
        };
        packets.push(Packet { start: at, bytes, frames });
        at = at.saturating_add(u64::from(bytes));
    }
    let (sample_rate, channels) = (description.sample_rate, description.channels);
    let frames = Some(valid).filter(|frames| *frames > 0);
    // What they are coded in is the cookie's to say.
    Ok(Table {
        format: "CAF",
        coding: Coding::Aac,
        sample_rate,
        channels,
        packets,
        start: u64::from(start),
        frames,
        has_more: false,
    })
}
