//! lilv, loaded at run time.

use super::interface::{Node, Plugin};
use anyhow::{Context, bail};
use libloading::Library;
use std::ffi::{CString, c_char, c_void};
use std::ptr::null_mut;

/// lilv, and the plugins that it found.
pub struct World {
    pub(super) library: Library,
    pub(super) world: *mut c_void,
}

impl World {
    /// Finds every plugin in the system's LV2 folders.
    pub fn load() -> anyhow::Result<Self> {
        // SAFETY: lilv has no code that runs at loading.
        let library = unsafe { Library::new("liblilv-0.so.0") }
            .context("liblilv-0.so.0 cannot be loaded: install liblilv-0-0")?;
        let mut this = Self { library, world: null_mut() };
        // SAFETY: signatures as in lilv/lilv.h, here and below.
        unsafe {
            this.world = this.function::<unsafe extern "C" fn() -> *mut c_void>("lilv_world_new")?();
            this.function::<unsafe extern "C" fn(*mut c_void)>("lilv_world_load_all")?(this.world);
        }
        Ok(this)
    }

    /// # Safety
    /// `F` has to be the function's type.
    pub(super) unsafe fn function<F: Copy>(&self, name: &str) -> anyhow::Result<F> {
        // SAFETY: the caller's promise.
        Ok(*unsafe { self.library.get::<F>(name.as_bytes()) }
            .with_context(|| format!("lilv has no {name}"))?)
    }

    pub(super) fn node(&self, uri: &str) -> anyhow::Result<*mut Node> {
        let uri = CString::new(uri)?;
        // SAFETY: the world is alive; lilv copies the string.
        unsafe {
            let new = self
                .function::<unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut Node>("lilv_new_uri")?;
            Ok(new(self.world, uri.as_ptr()))
        }
    }

    pub(super) fn plugin(&self, uri: &str) -> anyhow::Result<*const Plugin> {
        let node = self.node(uri)?;
        // SAFETY: world and node are alive.
        let plugin = unsafe {
            let all = self.function::<unsafe extern "C" fn(*mut c_void) -> *const c_void>(
                "lilv_world_get_all_plugins",
            )?(self.world);
            self.function::<unsafe extern "C" fn(*const c_void, *const Node) -> *const Plugin>(
                "lilv_plugins_get_by_uri",
            )?(all, node)
        };
        if plugin.is_null() {
            bail!("{uri} is not installed");
        }
        Ok(plugin)
    }
}
