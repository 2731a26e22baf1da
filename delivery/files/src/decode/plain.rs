//! A stretch of a file that holds nothing but words of uncompressed sound.

use super::pcm::Word;
use super::remarks::Remarks;
use super::stream::{Facts, Source, Step, Stream};
use lacquer_dsp::detect::Severity;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Frames that are read at a time.
const STEP_FRAMES: u64 = 8192;
/// Bytes after the promised sound that are padding.
pub(super) const MOST_PADDING: u64 = 4096;
/// Bytes after the last chunk of a file whose sizes are exact: its grid's, and a line feed of a mail program.
const MOST_GRID: u64 = 64;

/// How the words lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub word: Word,
    /// Bits of a word that count.
    pub bits: u32,
    pub is_big_endian: bool,
    pub channels: usize,
    pub sample_rate: u32,
}

impl Form {
    pub fn frame_bytes(&self) -> u64 {
        (self.word.bytes() * self.channels) as u64
    }

    /// What is known of sound in this form.
    pub fn facts(&self, format: &'static str, promised: Option<u64>) -> Facts {
        let Self { word, bits, channels, sample_rate, .. } = *self;
        Facts { format, sample_rate, channels, words: word.stored(bits), promised }
    }
}

/// The words of a stretch, read front to back.
pub(super) struct Plain<R> {
    source: BufReader<R>,
    form: Form,
    /// Bytes that are not read yet, whole frames.
    left: u64,
    bytes: Vec<u8>,
    given: u64,
    offset: u64,
    long: u32,
}

impl<R: Source> Plain<R> {
    /// The whole frames of `length` bytes from `from` on.
    pub fn new(mut source: BufReader<R>, form: Form, from: u64, length: u64) -> io::Result<Self> {
        source.seek(SeekFrom::Start(from))?;
        let left = length - length % form.frame_bytes();
        Ok(Self { source, form, left, bytes: Vec::new(), given: 0, offset: from, long: 0 })
    }

    /// Appends the next frames. Gives false, and no frames, after the last.
    pub fn step(&mut self, into: &mut Vec<[f32; 2]>) -> io::Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        let Form { word, is_big_endian, channels, .. } = self.form;
        let frame_bytes = self.form.frame_bytes();
        let wanted = self.left.min(STEP_FRAMES * frame_bytes);
        self.bytes.clear();
        self.source.by_ref().take(wanted).read_to_end(&mut self.bytes)?;
        self.offset += self.bytes.len() as u64;
        // Shorter than it was a moment ago: the file is being written.
        let read = self.bytes.len() as u64 - self.bytes.len() as u64 % frame_bytes;
        self.left = if read < wanted { 0 } else { self.left - read };
        let before = into.len();
        word.decode(&self.bytes[..read as usize], is_big_endian, channels, &mut self.long, into);
        self.given += (into.len() - before) as u64;
        Ok(true)
    }

    /// Frames so far.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Place in the file up to which it was read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// All words of more than 24 bits so far, OR-ed.
    pub fn long_words(&self) -> u32 {
        self.long
    }
}

/// Sound that a header claims `claimed` bytes of, or none, and of which `there` bytes follow: what is read of it, and what is said at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub claimed: Option<u64>,
    pub there: u64,
}

impl Claim {
    /// Bytes that are read.
    pub fn wanted(&self) -> u64 {
        self.claimed.unwrap_or(self.there).min(self.there)
    }

    /// Frames that are promised.
    pub fn promised(&self, form: &Form) -> Option<u64> {
        self.claimed.map(|bytes| bytes / form.frame_bytes())
    }

    /// Holds what was read, `given` frames, against what was claimed. `behind` bytes after the sound belong to nothing.
    pub fn settle(&self, form: &Form, given: u64, behind: u64, remarks: &mut Remarks) {
        match self.promised(form) {
            Some(promised) if promised > given => {
                let reason = format!("its header promises {promised} frames, {given} are there");
                remarks.breaks_off(given, reason, true);
            }
            Some(_) => {}
            None => remarks.say(
                Severity::Note,
                "Its header gives no length: it is read to its end".to_owned(),
                "Other players may show a wrong length: export it again.",
                None,
            ),
        }
        let torn = self.wanted() % form.frame_bytes();
        if torn > 0 && self.claimed.is_none_or(|claimed| claimed <= self.there) {
            let fact = format!("Its sound ends {torn} bytes into a frame, which are left out");
            remarks.say(Severity::Note, fact, "Nothing need be done.", Some(given));
        }
        if behind > MOST_GRID {
            let seconds = (behind / form.frame_bytes()) as f64 / f64::from(form.sample_rate);
            let fact = format!(
                "{behind} bytes after its sound belong to nothing; were they sound, it would be {seconds:.3} s"
            );
            remarks.say(
                Severity::Warn,
                fact,
                "Compare its length with the session, or export it again.",
                Some(given),
            );
        }
    }
}

/// A file of words behind a header: AU, Wave64, CAF.
pub(super) struct Words<R> {
    /// The format as people call it.
    pub format: &'static str,
    pub plain: Plain<R>,
    pub form: Form,
    pub claim: Claim,
    /// Bytes behind the sound, or behind the last chunk, that belong to nothing.
    pub behind: u64,
    /// Whether another recording follows, which is not read.
    pub has_more: bool,
}

impl<R: Source> Stream for Words<R> {
    fn facts(&self) -> Facts {
        self.form.facts(self.format, self.claim.promised(&self.form))
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        if self.plain.step(into)? {
            return Ok(Step::Frames);
        }
        if self.has_more {
            remarks.unread(self.plain.given());
        }
        self.claim.settle(&self.form, self.plain.given(), self.behind, remarks);
        Ok(Step::End)
    }

    fn long_words(&self) -> u32 {
        self.plain.long_words()
    }

    fn offset(&self) -> u64 {
        self.plain.offset()
    }
}
