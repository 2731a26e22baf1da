//! A host's stream as bytes and back: whatever it answers, nothing beyond its own length is read.

use nice_plug::wrapper::vst3::vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComRef};
use std::cell::RefCell;
use std::ffi::c_void;

/// Largest state that is read: a thousand times Lacquer's.
const LARGEST: usize = 1 << 24;
/// Bytes that are asked of a host at a time.
const PIECE: usize = 1 << 14;

/// Reads what is left of a stream; none if the host gives none or no end.
///
/// # Safety
/// `stream` is null or a stream of the host's.
pub(super) unsafe fn read_all(stream: *mut IBStream) -> Option<Vec<u8>> {
    // SAFETY: as the caller promises.
    let stream = unsafe { ComRef::from_raw(stream) }?;
    let mut bytes = Vec::new();
    let mut piece = [0_u8; PIECE];
    loop {
        let mut count: int32 = 0;
        // SAFETY: the buffer holds as many bytes as are asked for. Some hosts answer "false" at the end: the count is what counts.
        unsafe { stream.read(piece.as_mut_ptr().cast(), PIECE as int32, &mut count) };
        let count = usize::try_from(count).ok().filter(|count| *count <= PIECE)?;
        if count == 0 {
            return Some(bytes);
        }
        bytes.extend_from_slice(&piece[..count]);
        if bytes.len() > LARGEST {
            return None;
        }
    }
}

/// Writes all of `bytes` to a stream; whether the host took them.
///
/// # Safety
/// As [`read_all`].
pub(super) unsafe fn write_all(stream: *mut IBStream, bytes: &[u8]) -> bool {
    // SAFETY: as the caller promises.
    let Some(stream) = (unsafe { ComRef::from_raw(stream) }) else { return false };
    let mut left = bytes;
    while !left.is_empty() {
        let length = left.len().min(PIECE);
        let mut count: int32 = 0;
        // SAFETY: the buffer holds as many bytes as are offered; a host does not write to it.
        let result = unsafe { stream.write(left.as_ptr().cast_mut().cast(), length as int32, &mut count) };
        // Some hosts leave the count alone: then the result says it.
        let count =
            if count == 0 && result == kResultOk { length } else { usize::try_from(count).unwrap_or(0) };
        if count == 0 || count > length {
            return false;
        }
        left = &left[count..];
    }
    true
}

/// Bytes as a stream for the framework, which wants to know its length first.
#[derive(Default)]
pub(super) struct Bytes(RefCell<(Vec<u8>, usize)>);

impl Bytes {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(RefCell::new((bytes, 0)))
    }

    /// What it holds.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut().0)
    }
}

impl Class for Bytes {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Bytes {
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, read: *mut int32) -> tresult {
        let (bytes, position) = &mut *self.0.borrow_mut();
        let count = (bytes.len() - *position).min(wanted.max(0) as usize);
        // SAFETY: the framework's buffer holds `wanted` bytes, and a pointer that is not null is a valid one.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes[*position..].as_ptr(), buffer.cast(), count);
            if let Some(read) = read.as_mut() {
                *read = count as int32;
            }
        }
        *position += count;
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        if count < 0 || buffer.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the framework's buffer holds `count` bytes; as in `read`.
        unsafe {
            let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), count as usize);
            self.0.borrow_mut().0.extend_from_slice(bytes);
            if let Some(written) = written.as_mut() {
                *written = count;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, offset: int64, mode: int32, result: *mut int64) -> tresult {
        let (bytes, position) = &mut *self.0.borrow_mut();
        // From the beginning, from here, from the end.
        let Some(from) = [0, *position, bytes.len()].get(mode as usize).copied() else { return kResultFalse };
        *position = (from as i64).saturating_add(offset).clamp(0, bytes.len() as i64) as usize;
        // SAFETY: as in `read`.
        if let Some(result) = unsafe { result.as_mut() } {
            *result = *position as i64;
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: as in `read`.
        let Some(position) = (unsafe { position.as_mut() }) else { return kInvalidArgument };
        *position = self.0.borrow().1 as i64;
        kResultOk
    }
}
