//! Audio in the cache: read in pieces from where it lies.
//!
//! ```text
//! magic, rate, channels, frames | samples in f32, least byte first | SHA-256 of all of it
//! ```

use lacquer_dsp::programme::{Source, visit};
use lacquer_files::audio::Programme;
use lacquer_storage::confined;
use lacquer_storage::positioned::read_at;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// First bytes of an entry.
pub(super) const MAGIC: &[u8; 8] = b"lacquer1";
/// Bytes of its head: magic, rate, channels, frames.
pub(super) const HEAD_BYTES: usize = 24;
/// Bytes of its hash.
pub(super) const HASH_BYTES: usize = 32;
/// Bytes of a frame.
const FRAME_BYTES: u64 = 8;
/// Frames of the longest entry: two weeks at 48 kHz. A file of nothing but a hole may claim any length, and would be read for as long.
const MOST_FRAMES: u64 = 1 << 36;
/// Bytes that are read at a time to find the hash.
const CHUNK_BYTES: usize = 1 << 18;

/// An entry whose hash was right when it was opened. What has its name later is another file.
#[derive(Debug)]
pub struct CachedAudio {
    file: File,
    sample_rate: u32,
    channels: usize,
    frames: usize,
}

impl CachedAudio {
    /// None if it is not there or damaged.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let mut file = confined::open(path, u64::MAX).ok()?;
        let length = file.metadata().ok()?.len();
        let mut head = [0; HEAD_BYTES];
        file.read_exact(&mut head).ok()?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let frames = u64::from(word(20)) << 32 | u64::from(word(16));
        if frames > MOST_FRAMES {
            return None;
        }
        let bytes = frames * FRAME_BYTES;
        let is_whole = head.starts_with(MAGIC)
            && length == bytes + (HEAD_BYTES + HASH_BYTES) as u64
            && (1..=2).contains(&word(12));
        if !is_whole {
            return None;
        }
        let mut hash = Sha256::new();
        hash.update(head);
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut left = bytes;
        while left > 0 {
            let chunk = &mut chunk[..left.min(CHUNK_BYTES as u64) as usize];
            file.read_exact(chunk).ok()?;
            hash.update(&*chunk);
            left -= chunk.len() as u64;
        }
        let mut kept = [0; HASH_BYTES];
        file.read_exact(&mut kept).ok()?;
        let frames = usize::try_from(frames).ok()?;
        (hash.finalize()[..] == kept).then(|| Self {
            file,
            sample_rate: word(8),
            channels: word(12) as usize,
            frames,
        })
    }
}

impl Source<[f32; 2]> for CachedAudio {
    fn length(&self) -> usize {
        self.frames
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        if start.checked_add(frames.len()).is_none_or(|end| end > self.frames) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let offset = HEAD_BYTES as u64 + start as u64 * FRAME_BYTES;
        read_at(&self.file, bytemuck::cast_slice_mut(frames), offset)?;
        // Nothing to do on nearly every processor.
        frames.as_flattened_mut().iter_mut().for_each(|x| *x = f32::from_bits(u32::from_le(x.to_bits())));
        Ok(())
    }
}

impl Programme for CachedAudio {
    fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    fn channels(&self) -> usize {
        self.channels
    }
}

/// Writes an entry.
pub(super) fn write(file: &mut dyn Write, audio: &dyn Programme) -> io::Result<()> {
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update(bytes);
        file.write_all(bytes)
    };
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&audio.sample_rate().to_le_bytes());
    head.extend_from_slice(&(audio.channels() as u32).to_le_bytes());
    head.extend_from_slice(&(audio.length() as u64).to_le_bytes());
    put(&head)?;
    let mut bytes = Vec::new();
    visit(audio, 0..audio.length(), |frames| {
        bytes.clear();
        bytes.extend(frames.as_flattened().iter().flat_map(|x| x.to_le_bytes()));
        put(&bytes)
    })?;
    file.write_all(&hash.finalize())
}
