//! Programmes: in memory, or read in pieces from wherever they lie.

use crate::spill::{Scratch, Spill};
use lacquer_dsp::Frame;
use lacquer_dsp::programme::{CHUNK_FRAMES, Source, piece, visit};
use std::io;
use std::ops::Range;

/// A programme of one or two channels. Samples are f32, as at a host's edge; one channel is carried as two equal ones.
pub trait Programme: Source<[f32; 2]> {
    /// Sample rate in hertz.
    fn sample_rate(&self) -> u32;

    /// 1 or 2.
    fn channels(&self) -> usize;

    /// Length in seconds.
    fn duration_s(&self) -> f64 {
        self.length() as f64 / f64::from(self.sample_rate())
    }
}

/// A programme in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    /// Sample rate in hertz.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: usize,
    /// The frames.
    pub frames: Vec<[f32; 2]>,
}

impl Audio {
    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        Programme::duration_s(self)
    }

    /// A stretch of a programme.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn of(programme: &dyn Programme, stretch: Range<usize>) -> io::Result<Self> {
        Ok(Self {
            sample_rate: programme.sample_rate(),
            channels: programme.channels(),
            frames: piece(programme, stretch)?,
        })
    }
}

/// A programme in a temporary file.
#[derive(Debug)]
pub struct SpilledAudio {
    /// Sample rate in hertz.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: usize,
    /// The frames.
    pub frames: Spill<[f32; 2]>,
}

impl SpilledAudio {
    /// Without a frame.
    pub fn new(sample_rate: u32, channels: usize, scratch: &Scratch) -> Self {
        Self { sample_rate, channels, frames: scratch.spill() }
    }

    /// A copy of a programme.
    ///
    /// # Errors
    /// As [`Source::read`] and [`Spill::push`].
    pub fn copy(programme: &dyn Programme, scratch: &Scratch) -> io::Result<Self> {
        let mut copy = Self::new(programme.sample_rate(), programme.channels(), scratch);
        visit(programme, 0..programme.length(), |frames| copy.frames.push(frames))?;
        Ok(copy)
    }

    /// Appends frames of the chain's precision.
    ///
    /// # Errors
    /// As [`Spill::push`].
    pub fn push(&mut self, frames: &[Frame]) -> io::Result<()> {
        let mut narrow = [[0.0; 2]; CHUNK_FRAMES];
        for frames in frames.chunks(CHUNK_FRAMES) {
            narrow.iter_mut().zip(frames).for_each(|(narrow, frame)| *narrow = frame.map(|x| x as f32));
            self.frames.push(&narrow[..frames.len()])?;
        }
        Ok(())
    }
}

macro_rules! programme {
    ($kind:ty) => {
        impl Source<[f32; 2]> for $kind {
            fn length(&self) -> usize {
                self.frames.length()
            }

            fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
                self.frames.read(start, frames)
            }
        }

        impl Programme for $kind {
            fn sample_rate(&self) -> u32 {
                self.sample_rate
            }

            fn channels(&self) -> usize {
                self.channels
            }
        }
    };
}

programme!(Audio);
programme!(SpilledAudio);

/// The frame in the chain's precision.
pub fn widen(frame: &[f32; 2]) -> Frame {
    frame.map(f64::from)
}

/// A programme in the chain's precision.
pub struct Widened<'a>(pub &'a dyn Programme);

impl Source for Widened<'_> {
    fn length(&self) -> usize {
        self.0.length()
    }

    fn read(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        let mut narrow = [[0.0; 2]; CHUNK_FRAMES];
        for (n, frames) in frames.chunks_mut(CHUNK_FRAMES).enumerate() {
            let narrow = &mut narrow[..frames.len()];
            self.0.read(start + n * CHUNK_FRAMES, narrow)?;
            frames.iter_mut().zip(narrow).for_each(|(frame, narrow)| *frame = widen(narrow));
        }
        Ok(())
    }
}

/// A stretch of a programme.
pub struct Stretch<'a> {
    /// What it is of.
    pub of: &'a dyn Programme,
    /// Where it lies, frames.
    pub frames: Range<usize>,
}

impl Source<[f32; 2]> for Stretch<'_> {
    fn length(&self) -> usize {
        self.frames.len()
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        self.of.read(self.frames.start + start, frames)
    }
}

impl Programme for Stretch<'_> {
    fn sample_rate(&self) -> u32 {
        self.of.sample_rate()
    }

    fn channels(&self) -> usize {
        self.of.channels()
    }
}

/// A programme with a gain, rounded to f32 and to no word length.
pub struct Gained<'a> {
    /// What it is without.
    pub of: &'a dyn Programme,
    /// The gain, a factor.
    pub gain: f64,
}

impl Source<[f32; 2]> for Gained<'_> {
    fn length(&self) -> usize {
        self.of.length()
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        self.of.read(start, frames)?;
        frames.as_flattened_mut().iter_mut().for_each(|x| *x = (f64::from(*x) * self.gain) as f32);
        Ok(())
    }
}

impl Programme for Gained<'_> {
    fn sample_rate(&self) -> u32 {
        self.of.sample_rate()
    }

    fn channels(&self) -> usize {
        self.of.channels()
    }
}

/// Shows a whole programme to `with` in the chain's precision, in order and in pieces.
///
/// # Errors
/// As [`Source::read`].
pub fn push_all(programme: &dyn Programme, mut with: impl FnMut(&[Frame])) -> io::Result<()> {
    visit(&Widened(programme), 0..programme.length(), |frames| {
        with(frames);
        Ok(())
    })
}
