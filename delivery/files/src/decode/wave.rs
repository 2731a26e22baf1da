//! WAV, RF64 and BW64: the words of every `data` chunk, as the `fmt ` chunk before it has them.

use super::pcm::{Word, lies_low};
use super::plain::{Form, MOST_PADDING};
use super::remarks::{Kind, Remarks};
use super::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use crate::riff::{Chunk, Layout};
use lacquer_dsp::detect::Severity;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Frames that are read at a time.
const STEP_FRAMES: usize = 8192;
/// Bytes of sound by which it is told where 24 bits lie in four bytes.
const TELLING_BYTES: u64 = 1 << 24;
/// Files behind each other in one; a good one has one.
const MOST_FILES: usize = 64;

/// Format tags (Microsoft, mmreg.h).
const PCM: u16 = 1;
const IEEE_FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;

/// A `fmt ` chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    word: Word,
    bits: u32,
    channels: usize,
    sample_rate: u32,
}

impl Format {
    /// Reads a chunk's contents.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let short =
            |at: usize| -> Option<u16> { Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])) };
        let field = |at: usize| short(at).ok_or(Refusal::from("its fmt chunk is too short"));
        let (mut tag, channels, align) = (field(0)?, usize::from(field(2)?), usize::from(field(12)?));
        let sample_rate = u32::from(field(4)?) | u32::from(field(6)?) << 16;
        let mut bits = u32::from(short(14).unwrap_or(0));
        check_spec(sample_rate, channels)?;
        if tag == EXTENSIBLE {
            // The first two bytes of the sub-format are the tag; valid bits stand before it.
            tag = short(24).ok_or("its fmt chunk is too short")?;
            bits = short(18).filter(|valid| (1..=bits).contains(&u32::from(*valid))).map_or(bits, u32::from);
        }
        // What a frame takes is what is there; the bits say how much of it counts.
        let container = match (align % channels, align / channels) {
            (0, bytes @ 1..) => bytes,
            _ => bits.div_ceil(8) as usize,
        };
        let word = match (tag, container) {
            (PCM, bytes @ 1..=4) if bits <= 8 * bytes as u32 => {
                Word::Integer { bytes, is_unsigned: bytes == 1, is_low: false }
            }
            (IEEE_FLOAT, bytes @ (4 | 8)) => Word::Float { bytes },
            (A_LAW, 1) => Word::ALaw,
            (MU_LAW, 1) => Word::MuLaw,
            _ => {
                let reason =
                    format!("words of {bits} bits in {container} bytes with the format tag {tag:#x}");
                return Err(Refusal::NotAudio(reason));
            }
        };
        Ok(Self { word, bits, channels, sample_rate })
    }

    /// As other containers have it.
    pub fn form(&self) -> Form {
        let Self { word, bits, channels, sample_rate } = *self;
        Form { word, bits, is_big_endian: false, channels, sample_rate }
    }

    fn frame_bytes(&self) -> u64 {
        self.form().frame_bytes()
    }
}

/// Sound to be read: a chunk with its format, and whether another recording begins with it.
#[derive(Debug, Clone, Copy)]
struct Part {
    chunk: Chunk,
    format: Format,
}

/// A WAV file.
pub(super) struct Wave<R> {
    source: BufReader<R>,
    is_rf64: bool,
    parts: std::vec::IntoIter<Part>,
    part: Part,
    /// Bytes of the part that are not read yet.
    left: u64,
    bytes: Vec<u8>,
    given: u64,
    promised: Option<u64>,
    offset: u64,
    long: u32,
    /// Said at the end.
    foreign_bytes: u64,
    has_unread: bool,
    is_unknown: bool,
}

impl<R: Source> Wave<R> {
    /// Reads the chunks of a file that begins at `offset`.
    pub fn open(source: R, offset: u64) -> Result<Self, Refusal> {
        let mut source = BufReader::with_capacity(1 << 16, source);
        let mut parts: Vec<Part> = Vec::new();
        let mut next = Some(offset);
        let (mut foreign_bytes, mut is_rf64) = (0, false);
        for n in 0..MOST_FILES {
            let Some(from) = next.take() else { break };
            let layout = match Layout::read(&mut source, from) {
                Ok(layout) => layout,
                // A file that breaks off within its first words.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && n > 0 => break,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err("its header breaks off".into());
                }
                Err(error) => return Err(error.into()),
            };
            is_rf64 |= n == 0 && &layout.form != b"RIFF";
            let found = collect(&layout, &mut source)?;
            if n == 0 && found.is_empty() {
                return Err(Refusal::NoSamples);
            }
            parts.extend(found);
            (next, foreign_bytes) = (layout.next, layout.foreign_bytes);
        }
        let mut all = parts.into_iter();
        let part = all.next().ok_or(Refusal::NoSamples)?;
        let promised = part.chunk.claimed.map(|bytes| bytes / part.format.frame_bytes());
        let mut wave = Self {
            source,
            is_rf64,
            parts: all,
            part,
            left: 0,
            bytes: Vec::new(),
            given: 0,
            promised,
            offset,
            long: 0,
            foreign_bytes,
            has_unread: next.is_some(),
            is_unknown: part.chunk.claimed.is_none(),
        };
        wave.begin(part)?;
        Ok(wave)
    }

    fn begin(&mut self, part: Part) -> io::Result<()> {
        self.part = part;
        self.left = part.chunk.length - part.chunk.length % part.format.frame_bytes();
        self.source.seek(SeekFrom::Start(part.chunk.start))?;
        self.offset = part.chunk.start;
        Ok(())
    }

    /// Holds a part that was read against what it claims, and goes on to the next. Gives whether there is one.
    fn next_part(&mut self, remarks: &mut Remarks) -> io::Result<bool> {
        let Part { chunk, format } = self.part;
        let (found, frame_bytes) = (chunk.length / format.frame_bytes(), format.frame_bytes());
        let torn = chunk.length % frame_bytes;
        if let Some(claimed) =
            chunk.claimed.map(|bytes| bytes / frame_bytes).filter(|claimed| *claimed > found)
        {
            let reason = format!("its header promises {claimed} frames, {found} are there");
            remarks.breaks_off(self.given, reason, true);
        } else if torn > 0 {
            let fact = format!("Its sound ends {torn} bytes into a frame, which are left out");
            remarks.say(Severity::Note, fact, "Nothing need be done.", Some(self.given));
        }
        let Some(next) = self.parts.next() else { return Ok(false) };
        if (next.format.sample_rate, next.format.channels) != (format.sample_rate, format.channels) {
            remarks.unread(self.given);
            return Ok(false);
        }
        if next.chunk.length >= next.format.frame_bytes() {
            remarks.add(Kind::Joined, self.given, 0, 0);
        }
        self.begin(next)?;
        Ok(true)
    }

    fn finish(&mut self, remarks: &mut Remarks) {
        if self.has_unread {
            remarks.unread(self.given);
        }
        if self.is_unknown {
            remarks.say(
                Severity::Note,
                "Its header gives no true length: it is read to its end".to_owned(),
                "Other players may show a wrong length: export it again, or rewrite its header.",
                None,
            );
        }
        if self.foreign_bytes > MOST_PADDING {
            let bytes = self.foreign_bytes;
            let seconds =
                (bytes / self.part.format.frame_bytes()) as f64 / f64::from(self.part.format.sample_rate);
            remarks.say(
                Severity::Warn,
                format!("{bytes} bytes after its sound belong to nothing; were they sound, it would be {seconds:.3} s"),
                "Compare its length with the session, or export it again.",
                Some(self.given),
            );
        }
    }
}

impl<R: Source> Stream for Wave<R> {
    fn facts(&self) -> Facts {
        self.part.format.form().facts(if self.is_rf64 { "RF64" } else { "WAV" }, self.promised)
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        if self.left == 0 {
            if self.next_part(remarks)? {
                return Ok(Step::Frames);
            }
            self.finish(remarks);
            return Ok(Step::End);
        }
        let format = self.part.format;
        let wanted = self.left.min(STEP_FRAMES as u64 * format.frame_bytes());
        self.bytes.clear();
        self.source.by_ref().take(wanted).read_to_end(&mut self.bytes)?;
        self.offset += self.bytes.len() as u64;
        // Shorter than it was a moment ago: the file is being written.
        let read = self.bytes.len() as u64 - self.bytes.len() as u64 % format.frame_bytes();
        self.left = if read < wanted { 0 } else { self.left - read };
        let before = into.len();
        format.word.decode(&self.bytes[..read as usize], false, format.channels, &mut self.long, into);
        self.given += (into.len() - before) as u64;
        Ok(Step::Frames)
    }

    fn long_words(&self) -> u32 {
        self.long
    }

    fn offset(&self) -> u64 {
        self.offset
    }
}

/// The sound of a file, with its formats.
fn collect<R: Source>(layout: &Layout, source: &mut BufReader<R>) -> Result<Vec<Part>, Refusal> {
    let mut format = None;
    let mut parts: Vec<Part> = Vec::new();
    for chunk in &layout.chunks {
        match &chunk.id {
            b"fmt " => {
                let mut head = *chunk;
                head.length = head.length.min(64);
                format = Some(Format::parse(&head.contents(source)?)?);
            }
            b"data" => {
                let Some(mut format) = format else {
                    return Err("its sound comes before its fmt chunk".into());
                };
                if matches!(format.word, Word::Integer { bytes: 4, .. }) && format.bits == 24 {
                    let is_low = tells_low(chunk, source)?;
                    format.word = Word::Integer { bytes: 4, is_unsigned: false, is_low };
                }
                parts.push(Part { chunk: *chunk, format });
            }
            _ => {}
        }
    }
    Ok(parts)
}

/// Whether a chunk's words of four bytes hold their 24 bits in the lower three, as ALSA's S24_LE does; the standard has them in the upper
/// three.
fn tells_low<R: Source>(chunk: &Chunk, source: &mut BufReader<R>) -> io::Result<bool> {
    source.seek(SeekFrom::Start(chunk.start))?;
    let mut left = chunk.length.min(TELLING_BYTES);
    let mut is_low = None;
    let mut bytes = Vec::new();
    while left >= 4 {
        bytes.clear();
        let read = source.by_ref().take(left.min(1 << 16)).read_to_end(&mut bytes)?;
        if read == 0 {
            break;
        }
        left -= read as u64;
        match lies_low(&bytes) {
            Some(false) => return Ok(false),
            told => is_low = is_low.or(told),
        }
        // A loud second is enough.
        if is_low == Some(true) && left < chunk.length.min(TELLING_BYTES).saturating_sub(1 << 19) {
            break;
        }
    }
    Ok(is_low.unwrap_or(false))
}
