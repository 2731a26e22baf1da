//! Where a host keeps a state.

use std::cell::RefCell;
use std::ffi::c_void;
use vst3::Class;
use vst3::Steinberg::*;

/// Bytes and a position in them.
#[derive(Default)]
pub struct Stream(RefCell<(Vec<u8>, usize)>);

impl Stream {
    /// Over a copy of `bytes`, at their beginning.
    pub fn new(bytes: &[u8]) -> Self {
        Self(RefCell::new((bytes.to_vec(), 0)))
    }

    /// All of its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.borrow().0.clone()
    }
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, read: *mut int32) -> tresult {
        let (bytes, position) = &mut *self.0.borrow_mut();
        let count = bytes.len().saturating_sub(*position).min(wanted as usize);
        // SAFETY: the caller's buffer holds `wanted` bytes; a null pointer for the count is allowed.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes[*position..].as_ptr(), buffer.cast(), count);
            if !read.is_null() {
                *read = count as int32;
            }
        }
        *position += count;
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        // SAFETY: the caller's buffer holds `count` bytes; a null pointer for the count is allowed.
        unsafe {
            self.0
                .borrow_mut()
                .0
                .extend_from_slice(std::slice::from_raw_parts(buffer.cast(), count as usize));
            if !written.is_null() {
                *written = count;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, offset: int64, mode: int32, result: *mut int64) -> tresult {
        let (bytes, position) = &mut *self.0.borrow_mut();
        // The modes are 0 from the beginning, 1 from here, 2 from the end.
        let from = [0, *position, bytes.len()][mode as usize % 3];
        *position = (from as i64 + offset).clamp(0, bytes.len() as i64) as usize;
        if !result.is_null() {
            // SAFETY: not null.
            unsafe { *result = *position as i64 };
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: the caller's pointer is valid.
        unsafe { *position = self.0.borrow().1 as i64 };
        kResultOk
    }
}
