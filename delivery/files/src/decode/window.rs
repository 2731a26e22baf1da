//! A window on a file that is read once, front to back: as many bytes at a time as a parser needs to see together.

use std::io::{self, Read};

/// Bytes that are read at a time.
const STEP_BYTES: usize = 1 << 16;

/// The next bytes of a source.
pub(super) struct Window<R> {
    source: R,
    bytes: Vec<u8>,
    /// Bytes of `bytes` that are done with.
    done: usize,
    /// Place in the source of the first byte that is not done with.
    offset: u64,
    ended: bool,
}

impl<R: Read> Window<R> {
    /// A window on `source`, which stands at `offset`.
    pub fn new(source: R, offset: u64) -> Self {
        Self { source, bytes: Vec::new(), done: 0, offset, ended: false }
    }

    /// The next `wanted` bytes and whatever is there besides; fewer only where the source ends before.
    pub fn see(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.bytes.len() - self.done < wanted && !self.ended {
            self.bytes.drain(..self.done);
            self.done = 0;
            while self.bytes.len() < wanted && !self.ended {
                let step = STEP_BYTES.max(wanted - self.bytes.len());
                let read = (&mut self.source).take(step as u64).read_to_end(&mut self.bytes)?;
                self.ended = read < step;
            }
        }
        Ok(&self.bytes[self.done..])
    }

    /// What was seen and is not done with.
    pub fn seen(&self) -> &[u8] {
        &self.bytes[self.done..]
    }

    /// Goes on by `count` bytes, at most to the end of what was seen.
    pub fn skip(&mut self, count: usize) {
        let count = count.min(self.bytes.len() - self.done);
        self.done += count;
        self.offset += count as u64;
    }

    /// Goes on by any number of bytes; fewer only where the source ends before. Gives how many it were.
    pub fn skip_far(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let step = usize::try_from(left).unwrap_or(STEP_BYTES).min(STEP_BYTES);
            let there = self.see(step)?.len().min(step);
            if there == 0 {
                break;
            }
            self.skip(there);
            left -= there as u64;
        }
        Ok(count - left)
    }

    /// Place in the source of the next byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}
