//! What is typed and turned where pictures take longer than keys and notches.

use super::Bench;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, TouchPhase, vec2};
use lacquer_dsp::monitor::MonitorSettings;

fn pressed(key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
}

impl Bench {
    /// Types all of a text into the next picture.
    fn type_at_once(&mut self, text: &str) {
        text.chars().for_each(|letter| self.harness.event(Event::Text(letter.to_string())));
        self.steps(1);
    }

    fn notches(&mut self, count: usize, up: f32, modifiers: Modifiers) {
        self.harness.event(Event::ModifiersChanged(modifiers));
        for _ in 0..count {
            self.harness.event(Event::MouseWheel {
                unit: MouseWheelUnit::Line,
                delta: vec2(0.0, up),
                phase: TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers,
            });
        }
        self.steps(1);
        self.harness.event(Event::ModifiersChanged(Modifiers::NONE));
        self.steps(1);
    }

    fn preset(&self) -> String {
        self.tree.params().session.read().expect("a lock").preset.clone()
    }

    fn takes(&mut self, preset: &str) {
        self.click(self.place(Role::ComboBox, "Presets"));
        self.steps(3);
        self.click(self.place(Role::Button, preset));
        self.steps(3);
    }
}

#[test]
fn no_key_is_lost_however_fast_a_value_is_typed() {
    let mut bench = Bench::new();
    let at = bench.place(Role::Slider, "Limiter Ceiling");
    // All keys in one picture, Enter in the next or in the same one; a key a picture; some before the field is there and some after.
    bench.click(at);
    bench.type_at_once("-1.5");
    bench.key(Key::Enter, Modifiers::NONE);
    assert_eq!(bench.plain("limiter_ceiling"), -1.5);
    bench.steps(60);
    bench.click(at);
    "-2.25".chars().for_each(|letter| bench.harness.event(Event::Text(letter.to_string())));
    bench.harness.event(pressed(Key::Enter));
    bench.steps(3);
    assert_eq!(bench.plain("limiter_ceiling"), -2.25);
    bench.steps(60);
    bench.click(at);
    for letter in "-3.25".chars() {
        bench.harness.event(Event::Text(letter.to_string()));
        bench.steps(1);
    }
    bench.key(Key::Enter, Modifiers::NONE);
    assert_eq!(bench.plain("limiter_ceiling"), -3.25);
    bench.steps(60);
    bench.click(at);
    bench.type_at_once("-0");
    bench.type_at_once(".75");
    bench.key(Key::Enter, Modifiers::NONE);
    assert_eq!(bench.plain("limiter_ceiling"), -0.75);
}

#[test]
fn what_is_typed_over_an_open_menu_looks_for_a_preset_and_does_nothing_else() {
    let mut bench = Bench::new();
    let was_on = bench.plain("limiter_on");
    bench.click(bench.place(Role::ComboBox, "Presets"));
    bench.steps(2);
    for (letter, key) in [("p", Key::P), ("u", Key::U), ("n", Key::N)] {
        bench.harness.event(pressed(key));
        bench.harness.event(Event::Text(letter.to_owned()));
        bench.steps(1);
    }
    for key in [Key::X, Key::M, Key::S, Key::D] {
        bench.key(key, Modifiers::NONE);
    }
    assert_eq!(bench.plain("limiter_on"), was_on, "P is a letter here");
    assert_eq!(bench.view().monitor.settings, MonitorSettings::default(), "so are X, M, S and D");
    bench.key(Key::Enter, Modifiers::NONE);
    bench.steps(3);
    assert_eq!(bench.preset(), "Punch", "what was found is taken");
}

#[test]
fn every_notch_of_the_wheel_counts_fine_and_coarse_too() {
    let mut bench = Bench::new();
    bench.move_to(bench.place(Role::Slider, "Limiter Drive"));
    bench.notches(10, 1.0, Modifiers::NONE);
    assert!((bench.plain("limiter_drive") - 1.0).abs() < 1e-4, "{}", bench.plain("limiter_drive"));
    bench.notches(3, -1.0, Modifiers::SHIFT);
    assert!((bench.plain("limiter_drive") - 0.97).abs() < 1e-4, "{}", bench.plain("limiter_drive"));
    bench.notches(2, 1.0, Modifiers::COMMAND);
    assert!((bench.plain("limiter_drive") - 3.0).abs() < 1.01, "{}", bench.plain("limiter_drive"));
    assert!(bench.plain("limiter_drive") > 1.9);
}

#[test]
fn undo_brings_the_presets_name_back_with_its_sound() {
    let mut bench = Bench::new();
    bench.takes("Streaming");
    bench.takes("Loud");
    assert_eq!(bench.preset(), "Loud");
    let z = |bench: &mut Bench, modifiers| {
        bench.key(Key::Z, modifiers);
        bench.steps(2);
    };
    z(&mut bench, Modifiers::COMMAND);
    assert_eq!(bench.preset(), "Streaming");
    z(&mut bench, Modifiers::COMMAND);
    assert_eq!(bench.preset(), "", "none was taken");
    z(&mut bench, Modifiers::COMMAND | Modifiers::SHIFT);
    z(&mut bench, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!(bench.preset(), "Loud");
    let steps = bench.harness.state().steps();
    assert_eq!(steps.last().map(|(_, name)| name.as_str()), Some("Loud"), "and no value beside it");
}

#[test]
fn arrows_lead_from_the_search_into_the_list_of_presets() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::ComboBox, "Presets"));
    bench.steps(3);
    bench.key(Key::ArrowDown, Modifiers::NONE);
    bench.key(Key::ArrowDown, Modifiers::NONE);
    bench.key(Key::Enter, Modifiers::NONE);
    bench.steps(3);
    assert_eq!(bench.preset(), lacquer_params::Preset::factory()[1].name, "the second of the list");
}
