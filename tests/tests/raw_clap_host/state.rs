//! States, saved and given back.

use super::Plugin;
use crate::ext;
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::stream::{clap_istream, clap_ostream};
use std::ffi::c_void;

impl Plugin {
    /// Its state.
    pub fn save(&self) -> Vec<u8> {
        unsafe extern "C" fn write(stream: *const clap_ostream, data: *const c_void, size: u64) -> i64 {
            unsafe {
                let bytes = std::slice::from_raw_parts(data.cast::<u8>(), size as usize);
                (*(*stream).ctx.cast::<Vec<u8>>()).extend_from_slice(bytes);
            }
            size as i64
        }
        let mut bytes = Vec::<u8>::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        assert!(ext!(self, clap_plugin_state, CLAP_EXT_STATE, save(&stream)));
        bytes
    }

    /// Gives a state back, whatever it is.
    pub fn load(&self, bytes: &[u8]) -> bool {
        let mut reader = Reader(bytes);
        ext!(self, clap_plugin_state, CLAP_EXT_STATE, load(&reader.stream()))
    }
}

/// Bytes as a host's stream.
pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    /// The stream; valid while this is.
    pub fn stream(&mut self) -> clap_istream {
        unsafe extern "C" fn read(stream: *const clap_istream, data: *mut c_void, size: u64) -> i64 {
            let reader = unsafe { &mut *(*stream).ctx.cast::<Reader>() };
            let count = reader.0.len().min(size as usize);
            unsafe { reader.0.as_ptr().copy_to_nonoverlapping(data.cast(), count) };
            reader.0 = &reader.0[count..];
            count as i64
        }
        clap_istream { ctx: (&raw mut *self).cast(), read: Some(read) }
    }
}
