//! What is kept: presets, slots, the history, and what of it nothing changes.

use super::*;
use lacquer_dsp::chain::StageId;
use nice_plug::prelude::{Params, PluginState};

#[test]
fn presets_are_taken_kept_renamed_and_deleted() {
    let mut bench = Bench::new();
    let session = |bench: &Bench| bench.tree.params().session.read().expect("a lock").clone();
    bench.click(bench.place(Role::Button, "Next preset"));
    assert_eq!(session(&bench).preset, "Transparent");
    bench.tree.set_plain("limiter_ceiling", -3.0).expect("a value");
    bench.click(bench.place(Role::Button, "Lock output"));
    bench.click(bench.place(Role::Button, "Next preset"));
    assert_eq!(session(&bench).preset, "Streaming");
    assert_eq!(bench.plain("limiter_ceiling"), -3.0, "the output stays");
    bench.click(bench.place(Role::Button, "Lock output"));
    bench.tree.set_plain("limiter_drive", 7.0).expect("a value");
    bench.click(bench.place(Role::Button, "Save"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Save as\u{2026}"));
    bench.steps(3);
    bench.key(Key::A, Modifiers::COMMAND);
    bench.type_text("Mine");
    bench.key(Key::Enter, Modifiers::NONE);
    assert_eq!((session(&bench).preset.as_str(), bench.view().problem.as_deref()), ("Mine", None));
    bench.click(bench.place(Role::Button, "Previous preset"));
    assert_ne!(bench.plain("limiter_drive"), 7.0);
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain("limiter_drive"), 7.0, "a preset is one step");
    assert_eq!(session(&bench).preset, "Mine", "and its name goes with it");
    bench.click(bench.place(Role::Button, "Previous preset"));
    bench.click(bench.place(Role::Button, "Next preset"));
    assert_eq!((session(&bench).preset.as_str(), bench.plain("limiter_drive")), ("Mine", 7.0));
    bench.click(bench.place(Role::Button, "Save"));
    bench.steps(3);
    let asks = "Delete \u{201c}Mine\u{201d}\u{2026}";
    bench.click(bench.place(Role::Button, asks));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Keep"));
    assert_eq!(session(&bench).preset, "Mine", "nothing is deleted by one click");
    bench.click(bench.place(Role::Button, "Save"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, asks));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Delete"));
    bench.steps(3);
    assert_eq!(session(&bench).preset, "");
}

#[test]
fn a_refused_state_is_told() {
    let mut bench = Bench::new();
    let mut state =
        PluginState { version: String::new(), params: Default::default(), fields: Default::default() };
    state.fields.insert("state_version".to_owned(), "99".to_owned());
    assert!(lacquer_params::migrate::filter(&mut state).is_err());
    bench.tree.params().deserialize_fields(&state.fields);
    bench.steps(2);
    let said = bench.view().problem.clone().unwrap_or_default();
    assert!(said.contains("saved by a later Lacquer"), "{said}");
    assert!(bench.tree.params().serialize_fields()["refusal"].len() < 3, "it is not saved");
}

#[test]
fn slots_hold_settings_of_their_own() {
    let mut bench = Bench::new();
    bench.tree.set_plain("limiter_drive", 3.0).expect("a value");
    bench.click(bench.place(Role::Button, "B"));
    assert_eq!(bench.plain("limiter_drive"), 3.0, "an empty slot begins as a copy");
    bench.tree.set_plain("limiter_drive", 6.0).expect("a value");
    bench.click(bench.place(Role::Button, "A"));
    assert_eq!(bench.plain("limiter_drive"), 3.0);
    bench.click(bench.place(Role::Button, "B"));
    assert_eq!(bench.plain("limiter_drive"), 6.0);
}

#[test]
fn what_was_done_is_undone_and_done_again() {
    let mut bench = Bench::new();
    bench.drag(bench.place(Role::Slider, "Limiter Drive"), vec2(40.0, 0.0));
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
fn comparing_is_no_change_of_anything() {
    let mut bench = Bench::new();
    bench.take_log();
    let saved = state_of(&bench);
    for button in ["Mix", "Master", "Master", "Mix"] {
        bench.click(bench.place(Role::Button, button));
        assert_eq!(state_of(&bench), saved, "{button}");
    }
    assert_eq!(bench.heard(), Compare::Mix);
    for expected in [Compare::Master, Compare::Mix] {
        bench.key(Key::X, Modifiers::NONE);
        assert_eq!(bench.heard(), expected);
        assert_eq!(state_of(&bench), saved, "{expected:?}");
    }
    assert_eq!(bench.take_log(), Vec::<String>::new(), "the host hears of nothing");
    let undo = bench.harness.state().steps();
    assert_eq!(undo.len(), 1, "nothing to undo but the beginning: {undo:?}");
}

#[test]
fn the_editor_shows_what_it_showed() {
    let mut bench = Bench::new();
    let shown = |bench: &Bench| bench.tree.params().session.read().expect("a lock").shown.clone();
    assert_eq!(shown(&bench), ["", ""], "to open it changes no session");
    bench.click(bench.place(Role::Tab, "Vinyl"));
    // As a window writes it, which has no such key.
    bench.type_text("[[");
    assert_eq!(bench.view().stage, StageId::Imager);
    bench.type_text("]");
    let shown = shown(&bench);
    assert_eq!(shown, ["clipper", "Vinyl"]);
    let mut view = View::default();
    view.show(&shown);
    assert_eq!(view.shown(), shown);
    view.show(&["no such stage".to_owned(), String::new()]);
    assert_eq!(view.shown(), shown, "what has no such name stays");
}

/// What a host would save.
fn state_of(bench: &Bench) -> (Vec<(String, f64)>, std::collections::BTreeMap<String, String>) {
    let values = bench.tree.infos().into_iter().map(|info| {
        let plain = bench.plain(&info.id);
        (info.id, plain)
    });
    (values.collect(), bench.tree.params().serialize_fields())
}
