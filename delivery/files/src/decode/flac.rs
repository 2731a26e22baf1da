//! FLAC (RFC 9639): every frame's checksum and number, the promised length and the MD5 of the whole are held against what is there.

mod bits;
mod crc;
mod frame;
mod header;
pub(super) mod ogg;

use super::remarks::{CUT_OUT, Kind, Remarks};
use super::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use super::window::Window;
use frame::Fault;
use header::Header;
use lacquer_dsp::detect::{Severity, StoredWords};
use md5::{Digest, Md5};
use std::io;

/// What a file begins with.
const MARK: &[u8; 4] = b"fLaC";
/// Bytes of STREAMINFO.
const INFO_BYTES: usize = 34;
/// A hole in the numbers that is longer than this is a wrong number, s.
const LONGEST_HOLE_S: u64 = 3600;
/// Bits of the longest words that samples of f32 hold exactly.
const EXACT_BITS: u32 = 24;

/// STREAMINFO: RFC 9639, section 8.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Info {
    block_frames: u64,
    sample_rate: u32,
    channels: usize,
    bits: u32,
    /// Frames; 0 where unknown.
    total: u64,
    md5: Option<[u8; 16]>,
}

impl Info {
    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let bytes: &[u8; INFO_BYTES] = bytes.first_chunk().ok_or("its STREAMINFO is too short")?;
        let packed = u64::from_be_bytes([
            bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15], bytes[16], bytes[17],
        ]);
        let mut md5 = [0; 16];
        md5.copy_from_slice(&bytes[18..]);
        Ok(Self {
            block_frames: u64::from(u16::from_be_bytes([bytes[2], bytes[3]])),
            sample_rate: (packed >> 44) as u32,
            channels: (packed >> 41 & 7) as usize + 1,
            bits: (packed >> 36 & 31) as u32 + 1,
            total: packed & 0xf_ffff_ffff,
            md5: (md5 != [0; 16]).then_some(md5),
        })
    }
}

/// A recording on its way from frames to samples, and what it promised.
struct Decoder {
    info: Info,
    channels: Vec<Vec<i64>>,
    /// Frames so far, silence that stands in among them.
    position: u64,
    /// Number of the first frame, in samples: a stream may be cut out of a longer one.
    first: Option<u64>,
    md5: Md5,
    packed: Vec<u8>,
    is_whole: bool,
    long: u32,
}

/// What a frame's number asks for before it is taken.
enum Position {
    Here,
    After(u64),
}

impl Decoder {
    fn new(info: Info) -> Result<Self, Refusal> {
        check_spec(info.sample_rate, info.channels)?;
        Ok(Self {
            info,
            channels: Vec::new(),
            position: 0,
            first: None,
            md5: Md5::new(),
            packed: Vec::new(),
            is_whole: true,
            long: 0,
        })
    }

    fn facts(&self, format: &'static str) -> Facts {
        Facts {
            format,
            sample_rate: self.info.sample_rate,
            channels: self.info.channels,
            words: StoredWords::Integer(self.info.bits),
            promised: Some(self.info.total).filter(|total| *total > 0),
        }
    }

    /// The header at the start of `bytes`, if it is one of this recording's.
    fn header(&self, bytes: &[u8]) -> Option<Header> {
        let header = Header::parse(bytes)?;
        let is_ours = header.layout.channels() == self.info.channels
            && header.bits.is_none_or(|bits| bits == self.info.bits)
            && header.sample_rate.is_none_or(|rate| rate == self.info.sample_rate);
        is_ours.then_some(header)
    }

    fn decode(&mut self, bytes: &[u8], header: &Header) -> Result<usize, Fault> {
        frame::decode(bytes, header, self.info.bits, &mut self.channels)
    }

    /// Where a frame belongs by its number.
    fn place(&mut self, header: &Header, remarks: &mut Remarks, base: u64) -> Position {
        let start = if header.is_variable {
            header.number
        } else {
            header.number.saturating_mul(self.info.block_frames)
        };
        // A length that is promised counts from 0; a stream without one may be a piece of a longer one.
        let counts_from_0 = self.info.total > 0 || !self.is_whole;
        let first = *self.first.get_or_insert_with(|| {
            if counts_from_0 {
                return 0;
            }
            if start > 0 {
                let at_s = start as f64 / f64::from(self.info.sample_rate);
                let fact = format!("The file begins at {at_s:.3} s of a longer one");
                remarks.say(Severity::Warn, fact, CUT_OUT, Some(base));
            }
            start
        });
        let expected = first.saturating_add(self.position);
        match start.checked_sub(expected) {
            Some(0) => Position::Here,
            Some(hole) if hole <= LONGEST_HOLE_S * u64::from(self.info.sample_rate) => Position::After(hole),
            _ => {
                remarks.add(Kind::Positions, base + self.position, 0, 0);
                self.first = Some(start.wrapping_sub(self.position));
                Position::Here
            }
        }
    }

    /// Frames that are missing.
    fn skip(&mut self, frames: u64) {
        self.is_whole = false;
        self.position += frames;
    }

    /// Takes what was decoded last.
    fn take(&mut self, into: &mut Vec<[f32; 2]>) {
        let frames = self.channels.first().map_or(0, Vec::len);
        self.position += frames as u64;
        let bits = self.info.bits;
        let scale = 0.5f64.powi(bits as i32 - 1);
        let sample = |x: i64| (x as f64 * scale) as f32;
        match &self.channels[..] {
            [mono] => into.extend(mono.iter().map(|x| [sample(*x); 2])),
            [left, right, ..] => {
                into.extend(left.iter().zip(right).map(|(left, right)| [sample(*left), sample(*right)]));
            }
            [] => {}
        }
        if bits > EXACT_BITS {
            let all = self.channels.iter().flatten().fold(0, |all, x| all | *x);
            self.long |= (all as u32) << (32 - bits);
        }
        if self.info.md5.is_some() && self.is_whole {
            let bytes = bits.div_ceil(8) as usize;
            pack(&self.channels, bytes, &mut self.packed);
            self.md5.update(&self.packed);
        }
    }

    /// Holds the whole against its promises.
    fn finish(&mut self, remarks: &mut Remarks, base: u64) {
        let (found, total) = (self.position, self.info.total);
        if total > 0 && found < total {
            let reason = format!("its header promises {total} frames, {found} are there");
            return remarks.breaks_off(base + found, reason, true);
        }
        if total > 0 && found > total {
            let fact = format!("Its header promises {total} frames, {found} are there; all are read");
            remarks.say(Severity::Warn, fact, "Other players may stop early: export it again.", None);
        } else if self.is_whole && self.info.md5.is_some_and(|md5| md5[..] != self.md5.finalize_reset()[..]) {
            remarks.say(
                Severity::Fail,
                "The MD5 of its sound is not the one that its header has: this is not what was encoded"
                    .to_owned(),
                "Export it again from the session; if a tool has rewritten the file, ask what it did to it.",
                None,
            );
        }
    }
}

/// A FLAC file.
pub(super) struct Flac<R> {
    window: Window<R>,
    decoder: Decoder,
    /// Frames of the recordings before this one.
    base: u64,
    /// Where the damage that is being searched through begins.
    lost_from: Option<u64>,
}

impl<R: Source> Flac<R> {
    /// Reads the metadata of a file that begins at `offset`, where `source` stands.
    pub fn open(source: R, offset: u64) -> Result<Self, Refusal> {
        let mut window = Window::new(source, offset);
        let info = metadata(&mut window)?;
        Ok(Self { window, decoder: Decoder::new(info)?, base: 0, lost_from: None })
    }

    /// Looks at what follows the frames: another recording, tags, or damage. Gives whether reading goes on.
    fn other(&mut self, remarks: &mut Remarks) -> io::Result<bool> {
        let at = self.window.offset();
        let bytes = self.window.see(128)?;
        if bytes.is_empty()
            || bytes.starts_with(b"TAG") && bytes.len() <= 128
            || bytes.starts_with(b"APETAGEX")
        {
            return Ok(false);
        }
        if bytes.starts_with(MARK) {
            return self.next_recording(remarks);
        }
        self.lost_from.get_or_insert(at);
        // A frame begins with a byte of ones, a recording and tags with these letters.
        let next = bytes.iter().skip(1).position(|byte| matches!(byte, 0xff | b'f' | b'T' | b'A'));
        let step = next.map_or(bytes.len(), |at| at + 1);
        self.window.skip(step);
        Ok(true)
    }

    fn next_recording(&mut self, remarks: &mut Remarks) -> io::Result<bool> {
        self.end_damage(remarks, 0);
        self.decoder.finish(remarks, self.base);
        self.base += self.decoder.position;
        let before = (self.decoder.info.sample_rate, self.decoder.info.channels);
        let next = metadata(&mut self.window).and_then(Decoder::new);
        match next {
            Ok(mut next) if (next.info.sample_rate, next.info.channels) == before => {
                remarks.add(Kind::Joined, self.base, 0, 0);
                next.long = self.decoder.long;
                self.decoder = next;
                Ok(true)
            }
            Err(Refusal::Io(error)) => Err(error),
            _ => {
                remarks.unread(self.base);
                self.decoder.info.total = 0;
                self.decoder.is_whole = false;
                Ok(false)
            }
        }
    }

    /// The end of the file. Damage up to it has no frame after it that would say how much is missing; the promised length does.
    fn end(&mut self, remarks: &mut Remarks) {
        let lost = self.lost_from.take().map(|from| self.window.offset() - from);
        let (position, total) = (self.decoder.position, self.decoder.info.total);
        let is_complete = total > 0 && position >= total;
        self.decoder.is_whole &= lost.is_none() || is_complete;
        self.decoder.finish(remarks, self.base);
        match lost {
            Some(bytes) if is_complete => {
                let fact = format!("{bytes} bytes after the end of its sound are no audio");
                remarks.say(
                    Severity::Note,
                    fact,
                    "Nothing need be done; some players stumble over it.",
                    None,
                );
            }
            Some(bytes) => {
                let reason = format!("its last {bytes} bytes hold no whole frame");
                remarks.breaks_off(self.base + position, reason, true);
            }
            None => {}
        }
    }

    /// Remarks the damage that ends here, with `silence` frames in its stead.
    fn end_damage(&mut self, remarks: &mut Remarks, silence: u64) {
        if let Some(from) = self.lost_from.take() {
            self.decoder.is_whole = false;
            let at = self.base + self.decoder.position;
            if silence > 0 {
                remarks.add(Kind::Damaged, at, silence, self.window.offset() - from);
            } else {
                remarks.add(Kind::Foreign, at, 0, self.window.offset() - from);
            }
        } else if silence > 0 {
            remarks.add(Kind::Missing, self.base + self.decoder.position, silence, 0);
        }
    }
}

impl<R: Source> Stream for Flac<R> {
    fn facts(&self) -> Facts {
        self.decoder.facts("FLAC")
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        let Some(header) = self.decoder.header(self.window.see(header::MOST_BYTES)?) else {
            if self.other(remarks)? {
                return Ok(Step::Frames);
            }
            self.end(remarks);
            return Ok(Step::End);
        };
        // As long as uncompressed, which no encoder exceeds by much; the longest that any frame can be after that.
        let plain = header.frames * header.layout.channels() * 5 + 1024;
        let mut decoded = Err(Fault::Short);
        for wanted in [plain, 8 * plain] {
            let bytes = self.window.see(wanted)?;
            let is_all = bytes.len() < wanted;
            decoded = self.decoder.decode(bytes, &header);
            if decoded != Err(Fault::Short) || is_all {
                break;
            }
        }
        let Ok(length) = decoded else {
            self.lost_from.get_or_insert(self.window.offset());
            self.decoder.is_whole &= self.decoder.first.is_some();
            self.window.skip(1);
            return Ok(Step::Frames);
        };
        let hole = match self.decoder.place(&header, remarks, self.base) {
            Position::Here => 0,
            Position::After(hole) => hole,
        };
        self.end_damage(remarks, hole);
        if hole > 0 {
            // The frame stays where it is: the next step takes it.
            self.decoder.skip(hole);
            return Ok(Step::Silence(hole));
        }
        self.window.skip(length);
        self.decoder.take(into);
        Ok(Step::Frames)
    }

    fn long_words(&self) -> u32 {
        self.decoder.long
    }

    fn offset(&self) -> u64 {
        self.window.offset()
    }
}

/// Samples as RFC 9639, section 8.2, has them hashed: interleaved, little-endian, in whole bytes.
fn pack(channels: &[Vec<i64>], bytes: usize, into: &mut Vec<u8>) {
    let step = channels.len() * bytes;
    into.clear();
    into.resize(channels.first().map_or(0, Vec::len) * step, 0);
    for (n, channel) in channels.iter().enumerate() {
        let samples = into.chunks_exact_mut(step).filter_map(|frame| frame.get_mut(n * bytes..)).zip(channel);
        // Copies of a known length are no calls.
        match bytes {
            2 => samples.for_each(|(to, x)| copy::<2>(to, *x)),
            3 => samples.for_each(|(to, x)| copy::<3>(to, *x)),
            _ => samples.for_each(|(to, x)| to[..bytes].copy_from_slice(&x.to_le_bytes()[..bytes])),
        }
    }
}

fn copy<const BYTES: usize>(to: &mut [u8], x: i64) {
    to[..BYTES].copy_from_slice(&x.to_le_bytes()[..BYTES]);
}

/// The mark and the metadata blocks: RFC 9639, section 8.
fn metadata<R: Source>(window: &mut Window<R>) -> Result<Info, Refusal> {
    if !window.see(4)?.starts_with(MARK) {
        return Err("its mark is not there".into());
    }
    window.skip(4);
    let mut info = None;
    loop {
        let &[kind, a, b, c, ..] = window.see(4)? else { return Err("its metadata break off".into()) };
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        window.skip(4);
        if kind & 0x7f == 0 && info.is_none() {
            info = Some(Info::parse(window.see(length.min(INFO_BYTES))?)?);
        }
        if window.skip_far(length as u64)? < length as u64 {
            return Err("its metadata break off".into());
        }
        if kind & 0x80 != 0 {
            return info.ok_or_else(|| "it has no STREAMINFO".into());
        }
    }
}
