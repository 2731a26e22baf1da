//! Opening and closing the editor leaves nothing behind: what Lacquer keeps is as large after many openings as after a few.
//!
//! In a host every opening also loses what the framework loses (two file descriptors and a driver's context, `cargo xtask bench
//! --editor`); here there is Lacquer's own part alone.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use egui::{Context, Pos2, RawInput, Rect, vec2};
use lacquer_gui::{App, Gestures, Status, theme};
use lacquer_params::{LacquerParams, Library};
use lacquer_tests::player::{Player, RATE_HZ};
use nice_plug::prelude::ParamPtr;
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

/// Counts the bytes that are held.
struct Counted;

static HELD: AtomicIsize = AtomicIsize::new(0);

// SAFETY: everything is the system allocator's; only a number is kept beside.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

struct Unhosted;

impl Gestures for Unhosted {
    fn begin(&self, _: &str, _: ParamPtr) {}
    fn set_normalized(&self, _: &str, _: ParamPtr, _: f32) {}
    fn end(&self, _: &str, _: ParamPtr) {}
}

#[test]
fn two_hundred_openings_leave_nothing_behind() {
    let params = Arc::new(LacquerParams::default());
    let status = Arc::new(Status::default());
    let mut player = Player::new(status.meters().clone());
    let nowhere = Library::at(Path::new("/nonexistent"));
    let mut app = App::with_library(params.clone(), status, nowhere);
    let settings = params.to_settings();
    let mut open_and_close = |is_real: bool| {
        let context = Context::default();
        app.open(&context);
        if is_real {
            app.start_analysis(&context);
        }
        let [width, height] = theme::WINDOW_SIZE;
        for n in 0..4 {
            player.play(&settings, RATE_HZ as usize / 60);
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
                time: Some(f64::from(n) / 60.0),
                ..RawInput::default()
            };
            let output = context.run_ui(input, |ui| app.show(ui, &Unhosted));
            std::hint::black_box(context.tessellate(output.shapes, output.pixels_per_point));
        }
    };
    // The traces of six seconds are filled first: a hundred openings of a fifteenth of a second.
    (0..100).for_each(|_| open_and_close(true));
    // Without a thread at the end: spectra are shared between it and the editor for as long as they are the newest.
    open_and_close(false);
    let before = HELD.load(Relaxed);
    (0..200).for_each(|_| open_and_close(true));
    open_and_close(false);
    let grown = HELD.load(Relaxed) - before;
    // The history of the song goes on: 24 bytes and less a tenth of a second, in a vector that doubles.
    assert!(grown < 32 << 10, "{grown} bytes in 200 openings");
}
