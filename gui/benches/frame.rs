//! What a frame of each view costs on the editor's thread: laid out, drawn into shapes and tessellated; a graphics card does the rest, and
//! what is analysed is on a thread of its own, as in a window.
//!
//! A sixtieth of a second is 16.7 ms; asked for are 2 ms of the thread's own time.

use criterion::{Criterion, criterion_group, criterion_main};
use egui::{Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_gui::{App, Gestures, Status, theme};
use lacquer_params::{LacquerParams, Library, Tree};
use lacquer_tests::player::{Player, RATE_HZ};
use nice_plug::prelude::ParamPtr;
use std::sync::Arc;
use std::time::Duration;

struct Unhosted;

impl Gestures for Unhosted {
    fn begin(&self, _: &str, _: ParamPtr) {}
    fn set_normalized(&self, _: &str, _: ParamPtr, _: f32) {}
    fn end(&self, _: &str, _: ParamPtr) {}
}

struct Window {
    context: Context,
    app: App,
    player: Player,
    params: Arc<LacquerParams>,
    time: f64,
}

impl Window {
    fn new() -> Self {
        let params = Arc::new(LacquerParams::default());
        let tree = Tree::over(params.clone());
        for stage in StageId::ALL {
            tree.set_plain(&format!("{}_on", stage.stem()), 1.0).expect("a switch");
        }
        for band in 1..=8 {
            tree.set_plain(&format!("equalizer_band_on_{band}"), 1.0).expect("a switch");
            tree.set_plain(&format!("equalizer_gain_{band}"), 2.0).expect("a gain");
        }
        let status = Arc::new(Status::default());
        let player = Player::new(status.meters().clone());
        status.publish(player.latency_samples() as u32, RATE_HZ as f32);
        let nowhere = Library::at(std::path::Path::new("/nonexistent"));
        let mut app = App::with_library(params.clone(), status, nowhere);
        let context = Context::default();
        app.open(&context);
        app.start_analysis(&context);
        let mut this = Self { context, app, player, params, time: 0.0 };
        (0..400).for_each(|_| this.frame(Vec::new()));
        this
    }

    /// A sixtieth of a second is played, not timed by itself: see `played`.
    fn play(&mut self) {
        self.player.play(&self.params.to_settings(), RATE_HZ as usize / 60);
    }

    fn draw(&mut self, events: Vec<Event>) {
        self.time += 1.0 / 60.0;
        let [width, height] = theme::WINDOW_SIZE;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let Self { context, app, .. } = self;
        let output = context.run_ui(input, |ui| app.show(ui, &Unhosted));
        std::hint::black_box(context.tessellate(output.shapes, output.pixels_per_point));
    }

    fn frame(&mut self, events: Vec<Event>) {
        self.play();
        self.draw(events);
    }

    fn click(&mut self, pos: Pos2) {
        self.frame(vec![Event::PointerMoved(pos)]);
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
            self.frame(vec![Event::PointerButton { pos, button, pressed, modifiers }]);
        }
        self.frame(vec![Event::PointerMoved(pos2(400.0, 748.0))]);
    }
}

/// Middles of the analysis' tabs and of the button that enlarges it, at the designed size.
const TABS: [(&str, f32); 11] = [
    ("overview", 52.0),
    ("stages", 115.0),
    ("spectrum", 182.0),
    ("mono_fold", 258.0),
    ("stereo", 325.0),
    ("history", 384.0),
    ("translation", 455.0),
    ("platforms", 533.0),
    ("vinyl", 595.0),
    ("check", 658.0),
    ("monitor", 728.0),
];
const TABS_Y: f32 = 574.0;
const EXPAND: Pos2 = pos2(910.0, TABS_Y);
/// The same where the analysis is in the panel's place.
const EXPANDED_Y: f32 = 118.0;

/// Time that this thread has run: what else the machine does counts for nothing.
#[cfg(target_os = "linux")]
fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes a time where there is room for one.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Time that has passed, where the thread's own cannot be asked for without more.
#[cfg(not(target_os = "linux"))]
fn now() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}

fn measure(criterion: &mut Criterion, name: &str, window: &mut Window) {
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            let mut spent = Duration::ZERO;
            for _ in 0..count {
                window.play();
                let started = now();
                window.draw(Vec::new());
                spent += now() - started;
            }
            spent
        });
    });
}

fn frames(criterion: &mut Criterion) {
    let mut window = Window::new();
    for (n, stage) in StageId::ALL.iter().enumerate() {
        // Names of the strip's cells, at the designed size.
        window.click(pos2(50.0 + 108.0 * n as f32, 64.0));
        measure(criterion, &format!("frame/{}", stage.stem()), &mut window);
    }
    window.click(EXPAND);
    for (name, x) in TABS {
        // Swapped panels take no clicks for a moment.
        (0..30).for_each(|_| window.frame(Vec::new()));
        window.click(pos2(x, EXPANDED_Y));
        measure(criterion, &format!("frame/analysis/{name}"), &mut window);
    }
}

criterion_group!(benches, frames);
criterion_main!(benches);
