//! The window without a screen: everything found by its accessible name, clicked, dragged, turned and typed into; and drawn in software.

mod around;
mod gestures;
mod layout;
mod loudness;
mod monkey;
mod raster;
mod scaling;
mod snapshots;
mod song;
mod spoken;
mod state;
mod tasks;
mod trust;
mod typing;

use crate::app::App;
use crate::host::Gestures;
use crate::status::Status;
use crate::theme;
use crate::view::View;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, TouchPhase, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use lacquer_dsp::monitor::Compare;
use lacquer_params::{LacquerParams, Library, Tree};
use lacquer_tests::player::{Player, RATE_HZ};
use nice_plug::prelude::ParamPtr;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What the host was told, in order.
type Log = Rc<RefCell<Vec<String>>>;

/// A host that takes every change over and keeps a log.
struct Recorder {
    tree: Tree,
    log: Log,
}

impl Gestures for Recorder {
    fn begin(&self, id: &str, _: ParamPtr) {
        self.log.borrow_mut().push(format!("begin {id}"));
    }

    fn set_normalized(&self, id: &str, _: ParamPtr, normalized: f32) {
        let plain = self.tree.denormalize(id, normalized).expect("a parameter");
        self.tree.set_plain(id, plain).expect("a value");
        self.log.borrow_mut().push(format!("set {id}"));
    }

    fn end(&self, id: &str, _: ParamPtr) {
        self.log.borrow_mut().push(format!("end {id}"));
    }
}

/// A folder for the presets of one test, removed with it.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Bench {
    harness: Harness<'static, App>,
    tree: Tree,
    log: Log,
    player: Player,
    status: Arc<Status>,
    _folder: Folder,
}

impl Bench {
    fn new() -> Self {
        Self::sized(theme::WINDOW_SIZE, 1.0)
    }

    fn sized(size: [f32; 2], pixels_per_point: f32) -> Self {
        Self::with(size, pixels_per_point, Arc::new(Status::default()))
    }

    fn with([width, height]: [f32; 2], pixels_per_point: f32, status: Arc<Status>) -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("lacquer-gui-{}-{number}", std::process::id()));
        let params = Arc::new(LacquerParams::default());
        let log = Log::default();
        let recorder = Recorder { tree: Tree::over(params.clone()), log: log.clone() };
        let player = Player::new(status.meters().clone());
        status.publish(player.latency_samples() as u32, RATE_HZ as f32);
        let app = App::with_library(params.clone(), status.clone(), Library::at(&folder));
        let mut opened = false;
        let ui = move |ui: &mut egui::Ui, app: &mut App| {
            if opened {
                app.show(ui, &recorder);
            } else {
                // Fonts are there from the next frame on.
                app.open(ui.ctx());
                opened = true;
            }
        };
        let harness = Harness::builder()
            .with_size(vec2(width, height))
            .with_pixels_per_point(pixels_per_point)
            .with_step_dt(1.0 / 60.0)
            .renderer(raster::Raster::default())
            .build_ui_state(ui, app);
        let mut this =
            Self { harness, tree: Tree::over(params), log, player, status, _folder: Folder(folder) };
        this.steps(3);
        this
    }

    fn view(&self) -> &View {
        &self.harness.state().view
    }

    /// Which of mix and master the audio thread is asked to play.
    fn heard(&self) -> Compare {
        self.status.monitor.get().settings.compare
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.harness.step());
    }

    /// Plays for a while, a picture after each sixtieth of a second.
    fn play(&mut self, seconds: f64) {
        for _ in 0..(60.0 * seconds) as usize {
            self.player.play(&self.tree.to_settings(), RATE_HZ as usize / 60);
            self.harness.step();
        }
    }

    /// Middle of what has a role and a name.
    fn place(&self, role: Role, name: &str) -> Pos2 {
        self.harness.get_by_role_and_label(role, name).rect().center()
    }

    fn move_to(&mut self, at: Pos2) {
        self.harness.event(Event::PointerMoved(at));
        self.steps(1);
    }

    fn button(&mut self, at: Pos2, pressed: bool) {
        self.harness.event(Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        self.steps(1);
    }

    fn click(&mut self, at: Pos2) {
        self.move_to(at);
        self.button(at, true);
        self.button(at, false);
        self.steps(1);
    }

    fn drag(&mut self, from: Pos2, by: egui::Vec2) {
        self.move_to(from);
        self.button(from, true);
        // The first pixels decide that it is a drag and no click.
        (1..=10).for_each(|n| self.move_to(from + by * (n as f32 / 10.0)));
        self.button(from + by, false);
        self.steps(1);
    }

    fn key(&mut self, key: Key, modifiers: Modifiers) {
        self.harness.event(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
        self.steps(2);
    }

    fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.harness.event(Event::Text(letter.to_string()));
            // Nobody types a letter a frame.
            self.steps(3);
        }
    }

    /// Two clicks, long enough after the last one not to be counted with it.
    fn double_click(&mut self, at: Pos2) {
        self.steps(60);
        self.click(at);
        self.click(at);
    }

    fn plain(&self, id: &str) -> f64 {
        self.tree.plain(id).expect("a parameter")
    }

    fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.borrow_mut())
    }
}
