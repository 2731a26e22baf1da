//! The C interfaces that are used, and the host's side of them.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

pub(super) type Node = c_void;
pub(super) type Plugin = c_void;
pub(super) type Port = c_void;

#[repr(C)]
pub(super) struct Feature {
    pub(super) uri: *const c_char,
    pub(super) data: *const c_void,
}

#[repr(C)]
pub(super) struct Descriptor {
    pub(super) uri: *const c_char,
    pub(super) instantiate: *const c_void,
    pub(super) connect_port: unsafe extern "C" fn(*mut c_void, u32, *mut c_void),
    pub(super) activate: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) run: unsafe extern "C" fn(*mut c_void, u32),
    pub(super) deactivate: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) cleanup: unsafe extern "C" fn(*mut c_void),
    pub(super) extension_data: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}

#[repr(C)]
pub(super) struct LilvInstance {
    pub(super) descriptor: *const Descriptor,
    pub(super) handle: *mut c_void,
    pub(super) implementation: *mut c_void,
}

#[repr(C)]
pub(super) struct UridMap {
    pub(super) handle: *mut c_void,
    pub(super) map: unsafe extern "C" fn(*mut c_void, *const c_char) -> u32,
}

#[repr(C)]
pub(super) struct UridUnmap {
    pub(super) handle: *mut c_void,
    pub(super) unmap: unsafe extern "C" fn(*mut c_void, u32) -> *const c_char,
}

#[repr(C)]
pub(super) struct HostOption {
    pub(super) context: u32,
    pub(super) subject: u32,
    pub(super) key: u32,
    pub(super) size: u32,
    pub(super) kind: u32,
    pub(super) value: *const c_void,
}

pub(super) type Respond = unsafe extern "C" fn(*mut c_void, u32, *const c_void) -> i32;

#[repr(C)]
pub(super) struct WorkerSchedule {
    pub(super) handle: *mut c_void,
    pub(super) schedule_work: Respond,
}

#[repr(C)]
pub(super) struct WorkerInterface {
    pub(super) work:
        Option<unsafe extern "C" fn(*mut c_void, Respond, *mut c_void, u32, *const c_void) -> i32>,
    pub(super) work_response: Option<unsafe extern "C" fn(*mut c_void, u32, *const c_void) -> i32>,
    pub(super) end_run: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
}

/// The URIs that have a number, in the order of their numbers from 1.
static URIS: Mutex<Vec<CString>> = Mutex::new(Vec::new());

pub(super) unsafe extern "C" fn map(_: *mut c_void, uri: *const c_char) -> u32 {
    // SAFETY: LV2 passes a terminated string.
    let uri = unsafe { CStr::from_ptr(uri) };
    let mut uris = URIS.lock().unwrap_or_else(|poison| poison.into_inner());
    let place = uris.iter().position(|known| known.as_c_str() == uri).unwrap_or_else(|| {
        uris.push(uri.to_owned());
        uris.len() - 1
    });
    place as u32 + 1
}

pub(super) unsafe extern "C" fn unmap(_: *mut c_void, number: u32) -> *const c_char {
    let uris = URIS.lock().unwrap_or_else(|poison| poison.into_inner());
    // A string stays where it is when the list grows: only its handle moves.
    uris.get((number as usize).wrapping_sub(1)).map_or(null(), |uri| uri.as_ptr())
}

pub(super) fn number_of(uri: &str) -> anyhow::Result<u32> {
    let uri = CString::new(uri)?;
    // SAFETY: a terminated string.
    Ok(unsafe { map(null_mut(), uri.as_ptr()) })
}

/// What a plugin asked to be done outside its audio thread, and the answers.
#[derive(Default)]
pub(super) struct Work {
    pub(super) jobs: Vec<Vec<u8>>,
    pub(super) replies: Vec<Vec<u8>>,
}

pub(super) fn bytes(size: u32, data: *const c_void) -> Vec<u8> {
    if size == 0 || data.is_null() {
        return Vec::new();
    }
    // SAFETY: the plugin gives `size` readable bytes.
    unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size as usize) }.to_vec()
}

pub(super) unsafe extern "C" fn schedule(work: *mut c_void, size: u32, data: *const c_void) -> i32 {
    // SAFETY: the handle is the instance's own `Work`, which outlives it.
    unsafe { (*work.cast::<Work>()).jobs.push(bytes(size, data)) };
    0
}

pub(super) unsafe extern "C" fn respond(work: *mut c_void, size: u32, data: *const c_void) -> i32 {
    // SAFETY: as in `schedule`.
    unsafe { (*work.cast::<Work>()).replies.push(bytes(size, data)) };
    0
}
