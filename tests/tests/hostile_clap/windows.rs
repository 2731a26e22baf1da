//! Windows that are opened only to be closed, on any thread, at any size.

use crate::raw_clap_host::child::{has_display, isolated};
use crate::raw_clap_host::{Host, Module, Plugin};
use crate::{DEADLINE, isolated as case};
use clap_sys::ext::gui::{clap_window, clap_window_handle};
use lacquer_left_out::left_out;
use std::ptr::{null, null_mut};

/// Openings of a window in a life: at rest the unguarded framework hangs within the first twenty.
const OPENINGS: usize = 20;

/// Descriptors that a graphics driver may keep: its cache and its device. Twenty openings must not add any.
const DRIVER: usize = 8;

/// Whether windows can be tried; where they must be, a missing screen is a failure.
fn is_left_out() -> bool {
    if !has_display() {
        left_out("editors: there is no screen");
    }
    !has_display()
}

/// Threads that have this one's name, as those have that it starts, or that of a window's. The graphics driver names its own, whose
/// ends it waits for by means that the system's list lags behind.
fn threads() -> usize {
    let name = std::fs::read_to_string("/proc/thread-self/comm").unwrap();
    let all = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    all.filter(|task| {
        std::fs::read_to_string(task.path().join("comm"))
            .is_ok_and(|other| other == name || other.starts_with("lq"))
    })
    .count()
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Opens and closes at once, and sees that each window's thread is gone when it is closed.
fn open_and_close(module: &Module) {
    if is_left_out() {
        return;
    }
    let plugin = Plugin::new(module, Host::new(true));
    let (before, open_before) = (threads(), descriptors());
    for opening in 0..OPENINGS {
        assert!(plugin.open(), "opening {opening}");
        assert!(!plugin.open(), "there is one");
        plugin.close();
        let now = threads();
        assert!(now <= before, "opening {opening}: {now} threads after it, {before} before");
        let now = descriptors();
        assert!(now <= open_before + DRIVER, "opening {opening}: {now} descriptors after it");
    }
    plugin.close();
    // One more, which the end of the plugin closes.
    assert!(plugin.open());
    plugin.destroy();
    assert!(threads() <= before);
}

#[test]
fn a_window_that_is_closed_at_once_is_closed() {
    isolated("windows::a_window_that_is_closed_at_once_is_closed", DEADLINE, &[], open_and_close);
}

/// The same, with the moment made long in which the window's thread runs and its loop does not.
#[test]
fn a_window_that_is_closed_before_its_loop_begins_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (source, shim) = (folder.path().join("slow.c"), folder.path().join("slow.so"));
    std::fs::write(&source, include_str!("slow.c")).unwrap();
    let compiled = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&shim, &source])
        .arg("-ldl")
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        return left_out("there is no C compiler");
    }
    let test = "windows::a_window_that_is_closed_before_its_loop_begins_is_closed";
    isolated(test, DEADLINE, &[("LD_PRELOAD", shim.to_str().unwrap())], open_and_close);
}

case! {
    fn scales_sizes_and_pointers_are_bounded(module) {
        if is_left_out() {
            return;
        }
        // A host that offers no extension at all.
        let plugin = Plugin::new(module, Host::new(false));
        let (gui, raw) = (plugin.gui(), plugin.raw());
        unsafe {
            let (set_scale, set_size) = (gui.set_scale.unwrap(), gui.set_size.unwrap());
            let (set_parent, adjust) = (gui.set_parent.unwrap(), gui.adjust_size.unwrap());
            assert!(!set_scale(raw, 1.0) && !set_size(raw, 1200, 760) && !gui.show.unwrap()(raw), "nothing is open");
            assert!(!gui.create.unwrap()(raw, null(), false) && !gui.create.unwrap()(raw, c"win32".as_ptr(), false));
            assert!(!gui.create.unwrap()(raw, c"x11".as_ptr(), true), "none floats");
            assert!(plugin.open());
            for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
                assert!(!set_scale(raw, scale), "{scale}");
            }
            for (width, height) in [(0, 0), (10, 0), (1 << 31, 1 << 31), (1200, u32::MAX)] {
                assert!(!set_size(raw, width, height), "{width} by {height}");
                let (mut width, mut height) = (width, height);
                assert!(!adjust(raw, &mut width, &mut height), "{width} by {height}");
            }
            assert!(!adjust(raw, null_mut(), null_mut()) && !gui.get_size.unwrap()(raw, null_mut(), null_mut()));
            assert!(!gui.get_resize_hints.unwrap()(raw, null_mut()));
            assert!(!set_parent(raw, null()));
            let specific = clap_window_handle { x11: 0 };
            for api in [null(), c"cocoa".as_ptr(), c"nothing".as_ptr()] {
                assert!(!set_parent(raw, &clap_window { api, specific }));
            }
            let (mut width, mut height) = (0, 0);
            assert!(gui.get_size.unwrap()(raw, &mut width, &mut height) && width >= 1000 && height >= 600);
            assert!(set_scale(raw, 2.0));
            assert!(gui.show.unwrap()(raw) && gui.hide.unwrap()(raw));
        }
        plugin.close();
        plugin.destroy();
    }
}

/// A pointer that a host takes to another thread.
struct Elsewhere<T>(T);
unsafe impl<T> Send for Elsewhere<T> {}

impl<T> Elsewhere<T> {
    fn call<R: Send + 'static>(self, work: impl FnOnce(T) -> R + Send + 'static) -> R
    where
        T: 'static,
    {
        std::thread::spawn(move || {
            let all = self;
            work(all.0)
        })
        .join()
        .unwrap()
    }
}

case! {
    fn a_window_is_its_own_thread_s(module) {
        if is_left_out() {
            return;
        }
        let plugin = Plugin::new(module, Host::new(true));
        assert!(plugin.open());
        let raw = plugin.raw();
        let gui: *const _ = plugin.gui();
        let refused = Elsewhere((raw, gui)).call(|(raw, gui)| unsafe {
            let gui = &*gui;
            gui.destroy.unwrap()(raw);
            (*raw).on_main_thread.unwrap()(raw);
            !gui.show.unwrap()(raw)
                && !gui.hide.unwrap()(raw)
                && !gui.set_size.unwrap()(raw, 1200, 760)
                && !gui.set_scale.unwrap()(raw, 1.0)
                && !gui.create.unwrap()(raw, c"x11".as_ptr(), false)
        });
        assert!(refused);
        // It is still there, and this thread's.
        unsafe { assert!((*gui).show.unwrap()(raw)) };
        let state = plugin.save();
        // A state that is loaded on another thread tells the editor of it, some time.
        let plugin = Elsewhere((plugin, state)).call(|(plugin, state)| {
            assert!(plugin.load(&state));
            plugin.set("Limiter Drive", 0.7);
            Elsewhere(plugin)
        }).0;
        plugin.on_main_thread();
        plugin.close();
        plugin.destroy();
        // One that is opened, closed and ended elsewhere.
        let other = Plugin::new(module, Host::new(true));
        Elsewhere(other).call(|other| {
            assert!(other.open());
            other.on_main_thread();
            other.close();
            other.destroy();
        });
    }
}
