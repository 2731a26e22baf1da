//! The window without a screen: everything found by its accessible name, clicked, dragged, turned and typed into.

use crate::app::{View, window_ui};
use crate::desk::Desk;
use crate::host::{Gestures, Host};
use crate::status::Status;
use crate::theme;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, TouchPhase, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use lacquer_dsp::chain::StageId;
use lacquer_params::{Preset, Tree};
use nice_plug::prelude::ParamPtr;
use std::cell::RefCell;
use std::rc::Rc;

/// What the host was told, in order.
type Log = Rc<RefCell<Vec<String>>>;

/// A host that takes every change over and keeps a log.
struct Recorder {
    tree: Rc<Tree>,
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

struct Bench {
    harness: Harness<'static, View>,
    tree: Rc<Tree>,
    log: Log,
}

impl Bench {
    fn new() -> Self {
        let (tree, log) = (Rc::new(Tree::new()), Log::default());
        let recorder = Recorder { tree: tree.clone(), log: log.clone() };
        let status = Status::default();
        let mut desk = Desk::new(status.meters().clone());
        let presets = Preset::factory();
        let (held, history) = (tree.clone(), RefCell::default());
        let ui = move |ui: &mut egui::Ui, view: &mut View| {
            theme::apply(ui.ctx());
            desk.update(ui.ctx());
            let host = Host { gestures: &recorder, tree: &held, history: &history };
            window_ui(ui, &host, &mut desk, &status, &presets, view);
        };
        let [width, height] = theme::WINDOW_SIZE;
        let harness = Harness::builder()
            .with_size(vec2(width, height))
            .with_step_dt(1.0 / 60.0)
            .build_ui_state(ui, View::default());
        let mut this = Self { harness, tree, log };
        this.steps(2);
        this
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.harness.step());
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

#[test]
fn every_stage_has_its_switch_and_its_panel() {
    let mut bench = Bench::new();
    for stage in StageId::ALL {
        let title = crate::strip::title(*stage);
        let id = format!("{}_on", stage.stem());
        let before = bench.plain(&id);
        bench.take_log();
        bench.click(bench.place(Role::Switch, &format!("{title} on")));
        assert_eq!(bench.plain(&id), 1.0 - before, "{title}");
        assert_eq!(bench.take_log(), [format!("begin {id}"), format!("set {id}"), format!("end {id}")]);
        bench.click(bench.place(Role::Tab, title));
        assert_eq!(bench.harness.state().stage, *stage);
    }
}

#[test]
fn a_fader_is_dragged_by_the_exact_amount_in_one_gesture() {
    let mut bench = Bench::new();
    let at = bench.place(Role::Slider, "Drive");
    let before = bench.tree.normalized("limiter_drive").expect("a parameter");
    bench.take_log();
    bench.drag(at, vec2(40.0, 0.0));
    let after = bench.tree.normalized("limiter_drive").expect("a parameter");
    // 200 pixels are the travel.
    assert!((after - before - 0.2).abs() < 1e-3, "{before} {after}");
    let log = bench.take_log();
    assert_eq!(log.iter().filter(|line| line.starts_with("begin")).count(), 1, "{log:?}");
    assert_eq!(log.last().map(String::as_str), Some("end limiter_drive"));
}

#[test]
fn a_fader_takes_wheel_and_double_click() {
    let mut bench = Bench::new();
    let at = bench.place(Role::Slider, "Drive");
    bench.move_to(at);
    bench.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 250.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    bench.steps(60);
    // Five steps of a hundredth of 48 dB.
    assert!((bench.plain("limiter_drive") - 2.4).abs() < 0.49, "{}", bench.plain("limiter_drive"));
    bench.double_click(at);
    assert_eq!(bench.plain("limiter_drive"), 0.0, "double-click resets");
}

#[test]
fn what_was_done_is_undone_and_done_again() {
    let mut bench = Bench::new();
    bench.drag(bench.place(Role::Slider, "Drive"), vec2(40.0, 0.0));
    let driven = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Switch, "Glue on"));
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!((bench.plain("glue_on"), bench.plain("limiter_drive")), (0.0, driven));
    bench.key(Key::Z, Modifiers::COMMAND);
    assert_eq!(bench.plain("limiter_drive"), 0.0);
    bench.click(bench.place(Role::Button, "Redo"));
    bench.key(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!((bench.plain("glue_on"), bench.plain("limiter_drive")), (1.0, driven));
}

#[test]
fn keys_step_through_the_stages_and_switch_them() {
    let mut bench = Bench::new();
    bench.key(Key::OpenBracket, Modifiers::NONE);
    assert_eq!(bench.harness.state().stage, StageId::Clipper);
    bench.key(Key::P, Modifiers::NONE);
    assert_eq!(bench.plain("clipper_on"), 1.0);
    for _ in 0..5 {
        bench.key(Key::CloseBracket, Modifiers::NONE);
    }
    assert_eq!(bench.harness.state().stage, StageId::Dither);
}

#[test]
fn every_tab_of_the_analysis_opens_small_and_large() {
    let mut bench = Bench::new();
    for size in ["Larger", "Smaller"] {
        for name in
            ["Spectrum", "Mono fold", "Stereo", "History", "Translation", "Platforms", "Vinyl", "Monitor"]
        {
            bench.click(bench.place(Role::Tab, name));
        }
        bench.click(bench.place(Role::Button, size));
    }
    assert!(!bench.harness.state().expanded);
}

#[test]
fn monitoring_is_asked_for_and_escape_ends_it() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Button, "Mix"));
    assert_eq!(bench.plain("compare"), 1.0);
    bench.click(bench.place(Role::Button, "Delta"));
    assert!(bench.harness.state().wish.settings.delta);
    bench.click(bench.place(Role::Tab, "Monitor"));
    bench.click(bench.place(Role::Button, "Side"));
    assert_ne!(bench.harness.state().wish, Default::default());
    bench.key(Key::Escape, Modifiers::NONE);
    bench.steps(2);
    assert_eq!(bench.harness.state().wish, Default::default());
    assert_eq!(bench.plain("compare"), 0.0);
}

#[test]
fn the_equalizers_nodes_are_added_and_dragged() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Tab, "Equalizer"));
    let graph = bench.place(Role::Canvas, "Equalizer graph");
    bench.double_click(graph);
    assert_eq!((bench.plain("equalizer_band_on_1"), bench.plain("equalizer_on")), (1.0, 1.0));
    let (hz, gain) = (bench.plain("equalizer_frequency_1"), bench.plain("equalizer_gain_1"));
    // The middle of 10 Hz to 24 kHz.
    assert!((hz / 489.9).ln().abs() < 0.01 && gain.abs() < 0.2, "{hz} {gain}");
    let node = bench.place(Role::Slider, "Equalizer band 1 node");
    bench.take_log();
    bench.drag(node, vec2(50.0, -40.0));
    assert!(bench.plain("equalizer_frequency_1") > 1.3 * hz && bench.plain("equalizer_gain_1") > gain + 4.0);
    let log = bench.take_log();
    assert_eq!(
        log.iter().filter(|line| line.starts_with("begin")).count(),
        2,
        "one gesture of both: {log:?}"
    );
    let node = bench.place(Role::Slider, "Equalizer band 1 node");
    bench.double_click(node);
    assert_eq!(bench.plain("equalizer_gain_1"), 0.0, "double-click resets the gain");
}
