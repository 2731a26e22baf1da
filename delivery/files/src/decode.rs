//! Files to samples, block by block.
//!
//! ```text
//! open_regular -> what is it? -> wave | w64 | aiff | au | caf | mp4 | flac | mpeg | ogg -> Reader -> blocks, findings
//! ```
//!
//! One rule for every format: everything is decoded; only the ends are trimmed, and only by what is declared; every promise that the
//! file makes (frames, checksums, positions, sizes) is held against what is there, and what differs is a [`Finding`] with its times.
//! Where sound is missing and the file says how much, silence stands in, so that the rest keeps its time.
//!
//! Containers are read here. Samples of MP3, Vorbis, AAC and ALAC come from Symphonia's decoders, those of Opus from libopus, which are given
//! one packet at a time.

mod aiff;
mod au;
mod caf;
mod flac;
mod mp4;
mod mpeg;
mod ogg;
mod packets;
mod pcm;
mod plain;
mod remarks;
mod stream;
mod w64;
mod wave;
mod window;

use crate::audio::{Audio, SpilledAudio};
use crate::error::Error;
use crate::spill::Scratch;
use crate::standard_input;
use lacquer_dsp::detect::{Finding, StoredWords};
use lacquer_storage::regular_file::open_regular;
use remarks::Remarks;
use std::fs::File;
use std::io::{Read, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use stream::{Facts, Refusal, Source, Step, Stream};

/// What a reader does not go beyond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The longest programme, s.
    pub longest_s: f64,
}

impl Default for Limits {
    /// Six hours: longer than any release, and what a file of some hundred kilobytes may claim to hold.
    fn default() -> Self {
        Self { longest_s: 6.0 * 3600.0 }
    }
}

/// Frames of a block at least, but for the last.
const BLOCK_FRAMES: usize = 4096;
/// Frames that are made room for on a promise alone: what a file claims is not what it has.
const MOST_PROMISED: u64 = 1 << 24;
/// Bits of the longest word that a sample of f32 holds exactly.
const EXACT_BITS: u32 = 24;

/// Samples that are no numbers (NaN or infinite).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNumbers {
    /// How many.
    pub samples: u64,
    /// The frame of the first.
    pub first_frame: u64,
}

/// A file that is read block by block; memory does not grow with its length.
pub struct Reader {
    path: PathBuf,
    stream: Box<dyn Stream + Send>,
    facts: Facts,
    remarks: Remarks,
    file_bytes: u64,
    most_frames: u64,
    frames: u64,
    silence: u64,
    has_ended: bool,
    not_numbers: Option<NotNumbers>,
}

impl Reader {
    /// Opens a file and reads what comes before its sound.
    ///
    /// # Errors
    /// [`Error`], if it is no regular file, no audio of one or two channels at a rate of a release, or promises to be longer than
    /// `limits`.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Error> {
        if let Some(input) = standard_input::reader(path) {
            return Self::of(path, input, limits);
        }
        let unreadable = |source| Error::Read { path: path.to_owned(), source };
        let refused = |error| unreadable(standard_input::refusal(path, error));
        let file = open_regular(path, u64::MAX).map_err(refused)?;
        Self::of(path, file, limits)
    }

    fn of(path: &Path, mut source: impl Source + 'static, limits: &Limits) -> Result<Self, Error> {
        let unreadable = |source| Error::Read { path: path.to_owned(), source };
        let file_bytes = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
        if file_bytes == 0 {
            return Err(Error::Empty { path: path.to_owned() });
        }
        let stream = guarded(path, || open(source).map_err(|refusal| refused(path, refusal)))??;
        let facts = stream.facts();
        let most_frames = (limits.longest_s.max(0.0) * f64::from(facts.sample_rate)) as u64;
        if facts.promised.is_some_and(|promised| promised > most_frames) {
            return Err(too_long(path, facts, most_frames));
        }
        Ok(Self {
            path: path.to_owned(),
            stream,
            facts,
            remarks: Remarks::default(),
            file_bytes,
            most_frames,
            frames: 0,
            silence: 0,
            has_ended: false,
            not_numbers: None,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's format as people call it, for instance "WAV".
    pub fn format(&self) -> &'static str {
        self.facts.format
    }

    /// Sample rate, Hz.
    pub fn sample_rate(&self) -> u32 {
        self.facts.sample_rate
    }

    /// 1 or 2; one channel is carried as two equal ones.
    pub fn channels(&self) -> usize {
        self.facts.channels
    }

    /// The words that the samples are stored in.
    pub fn words(&self) -> StoredWords {
        self.facts.words
    }

    /// Frames that the file promises, where it does; what is there may be more or fewer.
    pub fn promised_frames(&self) -> Option<u64> {
        self.facts.promised
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Share of the file that is read, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.stream.offset() as f64 / self.file_bytes as f64
    }

    /// Bits that the words so far truly need where they are integers of more than 24, which samples cannot tell.
    pub fn long_bits(&self) -> Option<u32> {
        let words = self.stream.long_words();
        let is_long = matches!(self.facts.words, StoredWords::Integer(bits) if bits > EXACT_BITS);
        (is_long && words != 0).then(|| u32::BITS - words.trailing_zeros())
    }

    /// Samples so far that are no numbers.
    pub fn not_numbers(&self) -> Option<NotNumbers> {
        self.not_numbers
    }

    /// What is wrong with the file, the worst first; complete after the last block.
    pub fn findings(&self) -> Vec<Finding> {
        self.remarks.findings(self.facts.sample_rate)
    }

    /// Puts the next frames into `block`, in place of what is in it. Gives false, and no frames, after the last.
    ///
    /// # Errors
    /// [`Error::Read`] if the file's disk fails, [`Error::TooManyFrames`] where it goes on beyond the limits, [`Error::NoSamples`] if
    /// there is no frame in it.
    pub fn next_block(&mut self, block: &mut Vec<[f32; 2]>) -> Result<bool, Error> {
        block.clear();
        while block.len() < BLOCK_FRAMES && !(self.has_ended && self.silence == 0) {
            if self.silence > 0 {
                let frames = self.silence.min((BLOCK_FRAMES - block.len()) as u64);
                block.resize(block.len() + frames as usize, [0.0; 2]);
                self.silence -= frames;
                continue;
            }
            let Self { path, stream, remarks, .. } = self;
            let step = guarded(path, || stream.step(block, remarks))?
                .map_err(|source| Error::Read { path: path.clone(), source })?;
            match step {
                Step::Frames => {}
                Step::Silence(frames) => self.silence = frames,
                Step::End => self.has_ended = true,
            }
            if self.frames + block.len() as u64 + self.silence > self.most_frames {
                return Err(too_long(&self.path, self.facts, self.most_frames));
            }
        }
        if matches!(self.facts.words, StoredWords::Float(_)) {
            self.count_not_numbers(block);
        }
        self.frames += block.len() as u64;
        if self.frames == 0 {
            return Err(Error::NoSamples { path: self.path.clone() });
        }
        Ok(!block.is_empty())
    }

    fn count_not_numbers(&mut self, block: &[[f32; 2]]) {
        let channels = self.facts.channels;
        for (n, frame) in block.iter().enumerate() {
            let samples = frame[..channels].iter().filter(|x| !x.is_finite()).count() as u64;
            if samples > 0 {
                let first_frame = self.frames + n as u64;
                self.not_numbers.get_or_insert(NotNumbers { samples: 0, first_frame }).samples += samples;
            }
        }
    }

    /// What keeps the programme from being worked with: half a lossless file, or samples that are no numbers. To be asked after the
    /// last block; a check reports it instead.
    ///
    /// # Errors
    /// [`Error::Truncated`] and [`Error::NotNumbers`].
    pub fn require_whole(&self) -> Result<(), Error> {
        let rate = f64::from(self.facts.sample_rate);
        if let Some(off) = self.remarks.break_off().filter(|off| off.is_lossless) {
            return Err(Error::Truncated {
                path: self.path.clone(),
                found_s: off.found as f64 / rate,
                reason: off.reason.clone(),
            });
        }
        match self.not_numbers {
            Some(NotNumbers { samples, first_frame }) => Err(Error::NotNumbers {
                path: self.path.clone(),
                samples,
                first_s: first_frame as f64 / rate,
            }),
            None => Ok(()),
        }
    }

    /// Puts all that follows into a temporary file. Reports how much of the file is read, 0 to 1.
    ///
    /// # Errors
    /// As [`Reader::next_block`], and [`Error::Spill`].
    pub fn spill(&mut self, scratch: &Scratch, progress: &dyn Fn(f64)) -> Result<SpilledAudio, Error> {
        let mut spilled = SpilledAudio::new(self.sample_rate(), self.channels(), scratch);
        let mut block = Vec::with_capacity(2 * BLOCK_FRAMES);
        while self.next_block(&mut block)? {
            spilled.frames.push(&block).map_err(Error::Spill)?;
            progress(self.progress());
        }
        Ok(spilled)
    }

    /// Reads all that follows into memory. Reports how much of the file is read, 0 to 1.
    ///
    /// # Errors
    /// As [`Reader::next_block`].
    pub fn collect(mut self, progress: &dyn Fn(f64)) -> Result<(Decoded, Self), Error> {
        let room = self.facts.promised.unwrap_or(0).min(MOST_PROMISED);
        let mut frames = Vec::with_capacity(room as usize);
        let mut block = Vec::with_capacity(2 * BLOCK_FRAMES);
        while self.next_block(&mut block)? {
            frames.extend_from_slice(&block);
            progress(self.progress());
        }
        let Facts { format, sample_rate, channels, words, .. } = self.facts;
        let decoded = Decoded {
            audio: Audio { sample_rate, channels, frames },
            words,
            long_bits: self.long_bits(),
            format,
            findings: self.findings(),
        };
        Ok((decoded, self))
    }
}

/// A file's audio and how the file stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The programme.
    pub audio: Audio,
    /// The words that its samples are stored in.
    pub words: StoredWords,
    /// Bits that words of more than 24 truly need, which [`Audio`]'s samples cannot tell; none for shorter words.
    pub long_bits: Option<u32>,
    /// The file's format as people call it, for instance "WAV".
    pub format: &'static str,
    /// What is wrong with the file, the worst first.
    pub findings: Vec<Finding>,
}

/// Reads a whole file within the usual limits. Reports how much of it is read, 0 to 1.
///
/// # Errors
/// As [`decode_within`].
pub fn decode(path: &Path, progress: &dyn Fn(f64)) -> Result<Audio, Error> {
    decode_within(path, &Limits::default(), progress).map(|decoded| decoded.audio)
}

/// Reads a whole file, with what it says of its words and what is wrong with it.
///
/// # Errors
/// [`Error`], if the file cannot be read as audio of one or two channels; also if it is a lossless one that breaks off or has samples
/// that are no numbers.
pub fn decode_within(path: &Path, limits: &Limits, progress: &dyn Fn(f64)) -> Result<Decoded, Error> {
    let (decoded, reader) = Reader::open(path, limits)?.collect(progress)?;
    reader.require_whole()?;
    Ok(decoded)
}

/// Reads an open file that was made here, however long, into a temporary one; `name` stands for it in messages.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::spill`].
pub fn decode_own(name: &str, file: File, scratch: &Scratch) -> Result<SpilledAudio, Error> {
    let limits = Limits { longest_s: f64::INFINITY };
    Reader::of(Path::new(name), file, &limits)?.spill(scratch, &|_| {})
}

/// Opens what `source` begins with, behind any ID3v2 tag.
fn open(mut source: impl Source + 'static) -> Result<Box<dyn Stream + Send>, Refusal> {
    let mut offset = 0;
    let head = loop {
        source.seek(SeekFrom::Start(offset))?;
        let mut head = Vec::new();
        source.by_ref().take(16).read_to_end(&mut head)?;
        match id3_bytes(&head) {
            Some(bytes) => offset += bytes,
            None => break head,
        }
    };
    source.seek(SeekFrom::Start(offset))?;
    Ok(match &head[..] {
        [b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..] | [b'B', b'W', b'6', b'4', ..] => {
            Box::new(wave::Wave::open(source, offset)?)
        }
        [b'F', b'O', b'R', b'M', ..] => Box::new(aiff::Aiff::open(source, offset)?),
        [b'r', b'i', b'f', b'f', ..] => Box::new(w64::open(source, offset)?),
        [b'.', b's', b'n', b'd', ..] | [b'd', b'n', b's', b'.', ..] => Box::new(au::open(source, offset)?),
        [b'c', b'a', b'f', b'f', ..] => caf::open(source, offset)?,
        head if mp4::is_mp4(head) => Box::new(mp4::open(source, offset)?),
        [b'f', b'L', b'a', b'C', ..] => Box::new(flac::Flac::open(source, offset)?),
        [b'O', b'g', b'g', b'S', ..] => ogg::open(source, offset)?,
        _ => Box::new(mpeg::Mpeg::open(source, offset)?),
    })
}

/// Bytes of the ID3v2 tag that `head` begins with (ID3v2.4, section 3.1).
pub(crate) fn id3_bytes(head: &[u8]) -> Option<u64> {
    let &[b'I', b'D', b'3', version, _, flags, a, b, c, d, ..] = head else { return None };
    let is_size = version < 0xff && [a, b, c, d].iter().all(|byte| *byte < 0x80);
    let size = [a, b, c, d].iter().fold(0, |size, byte| size << 7 | u64::from(*byte));
    // A footer repeats the header.
    is_size.then_some(10 + size + if flags & 0x10 != 0 { 10 } else { 0 })
}

/// Runs a decoder: others' code on anybody's bytes may panic.
fn guarded<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let reason = "its decoder gives up on damaged data".to_owned();
        Error::NotAudio { path: path.to_owned(), reason }
    })
}

fn refused(path: &Path, refusal: Refusal) -> Error {
    let path = path.to_owned();
    match refusal {
        Refusal::Io(source) => Error::Read { path, source },
        Refusal::NotAudio(reason) => Error::NotAudio { path, reason },
        Refusal::NoSamples => Error::NoSamples { path },
        Refusal::Channels(channels) => Error::Channels { path, channels },
        Refusal::SampleRate(sample_rate) => Error::SampleRate { path, sample_rate },
    }
}

fn too_long(path: &Path, facts: Facts, most_frames: u64) -> Error {
    Error::TooManyFrames {
        path: path.to_owned(),
        longest_h: most_frames as f64 / f64::from(facts.sample_rate) / 3600.0,
    }
}
