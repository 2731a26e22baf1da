//! The built VST3 in a host, clicked as a person clicks: by the X server's own pointer and keys, saved, and opened again.

#![cfg(target_os = "linux")]

mod vst3_host;

use lacquer_left_out::left_out;
use lacquer_params::{LacquerParams, Preset, Tree};
use lacquer_tests::person::{CONTROL, Person, SHIFT, differing};
use std::sync::Arc;
use std::time::Duration;
use vst3_host::{Instance, Module, Screen, bundle};

/// Places at the designed size, 1200 x 760: in the bar, of a stage's cell, in the equalizer's graph.
const SIZE: [u32; 2] = [1200, 760];
const NEXT_PRESET: [i16; 2] = [289, 20];
const UNDO: [i16; 2] = [401, 20];
const SLOT_B: [i16; 2] = [526, 20];
const SLOT_A: [i16; 2] = [496, 20];
const BYPASS: [i16; 2] = [1090, 20];
const EQUALIZER: [i16; 2] = [180, 58];
const GRAPH: [i16; 2] = [420, 220];
const DRAGGED: [i16; 2] = [520, 190];
/// What is compared once it was opened again: the bar, the strip and the panel; the meters have their own time.
const SEEN: [u16; 2] = [950, 550];
/// Pixels that may differ there: what the pointer lights is elsewhere then.
const TOLERATED: usize = 40;

struct Plugin<'a> {
    instance: &'a Instance,
    tree: &'a Tree,
}

impl Plugin<'_> {
    /// What the host has of a parameter, as a plain value.
    fn plain(&self, id: &str) -> f64 {
        let name = &self.tree.info(id).expect("a parameter").name;
        let parameter = self.instance.parameter(name).unwrap_or_else(|| panic!("the host has no {name}"));
        let normalized = self.instance.value(parameter) as f32;
        self.tree.denormalize(id, normalized).expect("a value")
    }

    fn all(&self) -> Vec<(String, f64)> {
        self.tree.infos().into_iter().map(|info| (info.id.clone(), self.plain(&info.id))).collect()
    }
}

/// What is another value in one of two lists, beyond what a host's 32-bit number between 0 and 1 rounds.
fn others(now: &[(String, f64)], before: &[(String, f64)]) -> Vec<(String, f64, f64)> {
    let pairs = now.iter().zip(before).map(|((id, now), (_, before))| (id.clone(), *now, *before));
    pairs.filter(|(_, now, before)| (now - before).abs() > 1e-5 * before.abs().max(1.0)).collect()
}

/// Whether a window's analysis runs in this process; the system cuts its name off.
fn is_analysing() -> bool {
    let tasks = std::fs::read_dir("/proc/self/task").expect("this process");
    let name =
        |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
    tasks.flatten().any(|task| name(task).starts_with("lacquer analysi"))
}

#[test]
fn clicks_in_a_host_do_what_they_say_and_a_saved_session_comes_back() {
    let Some(path) = bundle() else { return left_out("Lacquer.vst3 is not built: run cargo xtask bundle") };
    let Some(screen) = Screen::open() else { return left_out("editors: there is no screen") };
    let tree = Tree::over(Arc::new(LacquerParams::default()));
    let module = Module::load(&path);
    let instance = Instance::new(&module);
    let plugin = Plugin { instance: &instance, tree: &tree };
    let editor = instance.open_editor(screen.window, true).expect("an editor");
    let wait = |time| editor.run(time);
    let person = Person::at_the_screen(&wait).expect("a screen");
    person.resize(screen.window, SIZE);

    assert!(person.until(|| screen.is_painted()), "the editor is drawn");

    let first = instance.state();

    // The first preset, by one click.
    person.click(NEXT_PRESET);
    let preset = &Preset::factory()[0];
    let values = preset.values(&tree).expect("values");
    let is_taken = |plugin: &Plugin| {
        values.iter().all(|(id, value)| (plugin.plain(id) - value).abs() <= 1e-3 * value.abs().max(1.0))
    };
    assert!(!is_taken(&Plugin { instance: &Instance::new(&module), tree: &tree }), "it changes something");
    assert!(person.until(|| is_taken(&plugin)), "{} is taken", preset.name);

    // A band where the graph is clicked twice; undone and done again by keys, and dragged.
    person.click(EQUALIZER);
    let is_on = |n: usize| plugin.plain(&format!("equalizer_band_on_{n}")) == 1.0;
    let bands = || (1..=8).filter(|n| is_on(*n)).count();
    let shown = bands();
    let added = (1..=8).find(|n| !is_on(*n)).expect("a band that is free");
    person.double_click(GRAPH);
    assert!(person.until(|| bands() == shown + 1), "a double-click adds a band");
    person.key(u32::from(b'z'), &[CONTROL]);
    assert!(person.until(|| bands() == shown), "Ctrl-Z takes it back");
    person.key(u32::from(b'z'), &[CONTROL, SHIFT]);
    assert!(person.until(|| bands() == shown + 1), "and Shift-Ctrl-Z does it again");
    let hertz = || plugin.plain(&format!("equalizer_frequency_{added}"));
    let from_hz = hertz();
    person.drag(GRAPH, DRAGGED);
    assert!(person.until(|| hertz() > 1.5 * from_hz), "its node is dragged to the right: {} Hz", hertz());
    person.click(UNDO);
    assert!(person.until(|| (hertz() / from_hz - 1.0).abs() < 1e-3), "one drag is one step: {}", hertz());

    // A slot of its own is a copy that is changed alone; the bypass reaches the host.
    let in_a = plugin.all();
    person.click(SLOT_B);
    person.click(NEXT_PRESET);
    assert!(person.until(|| plugin.all() != in_a), "another preset in slot B");
    person.click(SLOT_A);
    assert!(
        person.until(|| others(&plugin.all(), &in_a).is_empty()),
        "A is not as it was left: {:?}",
        others(&plugin.all(), &in_a)
    );
    for value in [1.0, 0.0] {
        person.click(BYPASS);
        assert!(person.until(|| plugin.plain("bypass") == value), "bypass {value}");
    }

    // Saved with the editor open, and opened again in another instance.
    person.point([1000, 700]);
    editor.run(Duration::from_millis(800));
    let seen = person.look([0, 0], SEEN);
    let state = instance.state();
    assert!(is_analysing());
    editor.close();
    assert!(!is_analysing(), "a host may unload the library next");
    let again = Instance::new(&module);
    assert!(again.set_state(&state));
    screen.clear();
    let editor = again.open_editor(screen.window, true).expect("an editor");
    editor.run(Duration::from_millis(500));
    let wait = |time| editor.run(time);
    let person = Person::at_the_screen(&wait).expect("a screen");
    person.click(EQUALIZER);
    person.point([1000, 700]);
    editor.run(Duration::from_millis(800));
    let came_back = Plugin { instance: &again, tree: &tree }.all();
    assert!(others(&came_back, &in_a).is_empty(), "{:?}", others(&came_back, &in_a));
    let differ = || differing(&seen, &person.look([0, 0], SEEN));
    assert!(person.until(|| differ() <= TOLERATED), "{} pixels differ", differ());

    // What a host changes where no block comes is seen at once: long before the editor looks by itself.
    assert!(again.set_state(&first));
    editor.run(Duration::from_secs(1));
    assert!(differ() > TOLERATED, "another state is drawn: {} pixels differ", differ());
    editor.close();
    again.end();
    instance.end();
    module.unload();
}
