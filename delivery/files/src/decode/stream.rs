//! What every format's reader gives, block by block.

use super::remarks::Remarks;
use crate::error::SAMPLE_RATES;
use lacquer_dsp::detect::StoredWords;
use std::io::{self, Read, Seek};

/// What is known of a programme before its first frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Facts {
    /// The format as people call it.
    pub format: &'static str,
    /// Hz.
    pub sample_rate: u32,
    /// Channels, 1 or more.
    pub channels: usize,
    /// How samples are stored.
    pub words: StoredWords,
    /// How long it claims to be, frames.
    pub promised: Option<u64>,
}

/// What a step of reading gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Frames were appended, perhaps none.
    Frames,
    /// So many frames of silence stand in for what is missing.
    Silence(u64),
    /// There is nothing more.
    End,
}

/// A programme as it comes out of a file.
pub(super) trait Stream {
    /// What is known of it.
    fn facts(&self) -> Facts;

    /// Goes on by a packet or a piece, and appends its frames to `into`. What the file does not keep is remarked.
    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step>;

    /// Place in the file up to which it was read.
    fn offset(&self) -> u64;

    /// All words of more than 24 bits so far, OR-ed, at the top of 32 bits.
    fn long_words(&self) -> u32 {
        0
    }
}

/// What a file is read from.
pub(super) trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// Why a file is not read at all.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It cannot be read from its disk.
    Io(io::Error),
    /// It is not what its first bytes say, in words.
    NotAudio(String),
    /// It has no frames.
    NoSamples,
    /// It has so many channels.
    Channels(usize),
    /// It has this rate, Hz.
    SampleRate(u32),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Self {
        Self::NotAudio(reason.to_owned())
    }
}

/// Refuses what no programme here has.
pub(super) fn check_spec(sample_rate: u32, channels: usize) -> Result<(), Refusal> {
    match (SAMPLE_RATES.contains(&sample_rate), channels) {
        (_, 0 | 3..) => Err(Refusal::Channels(channels)),
        (false, _) => Err(Refusal::SampleRate(sample_rate)),
        _ => Ok(()),
    }
}
