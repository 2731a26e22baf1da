//! Nothing on the window says what is not so.

use super::*;
use lacquer_dsp::chain::{ListenSource, StageId};
use lacquer_dsp::monitor::Solo;
use lacquer_dsp::targets::find;

fn session(bench: &Bench) -> lacquer_params::Session {
    bench.tree.params().session.read().expect("a lock").clone()
}

#[test]
fn the_second_click_on_collapse_hits_nothing_beneath() {
    let mut bench = Bench::new();
    bench.tree.set_plain("limiter_drive", 5.0).expect("a value");
    bench.click(bench.place(Role::Button, "Expand"));
    bench.steps(30);
    let at = bench.place(Role::Button, "Collapse");
    bench.take_log();
    bench.click(at);
    bench.click(at);
    assert!(!bench.view().expanded);
    assert_eq!(bench.take_log(), Vec::<String>::new());
    assert_eq!(bench.plain("limiter_drive"), 5.0);
    // Reset is two clicks away from everything.
    bench.steps(30);
    bench.click(bench.place(Role::Button, "Stage menu"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Reset Limiter"));
    assert_eq!(bench.plain("limiter_drive"), 0.0);
}

#[test]
fn a_slot_has_its_own_preset_and_its_own_history() {
    let mut bench = Bench::new();
    let next = |bench: &mut Bench| bench.click(bench.place(Role::Button, "Next preset"));
    next(&mut bench);
    next(&mut bench);
    assert_eq!(session(&bench).preset, "Streaming");
    let of_a = bench.plain("limiter_ceiling");
    bench.click(bench.place(Role::Button, "B"));
    next(&mut bench);
    assert_eq!(session(&bench).preset, "Loud");
    bench.tree.set_plain("limiter_ceiling", -3.0).expect("a value");
    bench.click(bench.place(Role::Button, "A"));
    assert_eq!(session(&bench).preset, "Streaming", "the name is the slot's");
    assert_eq!(bench.plain("limiter_ceiling"), of_a);
    let steps = bench.harness.state().steps();
    assert!(steps.iter().all(|(_, name)| !name.contains("Slot") && !name.contains("Loud")), "{steps:?}");
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(session(&bench).slot, 0);
    assert_ne!(bench.plain("limiter_ceiling"), -3.0, "nothing of B is taken back under A");
    bench.click(bench.place(Role::Button, "B"));
    assert_eq!((session(&bench).preset.as_str(), bench.plain("limiter_ceiling")), ("Loud", -3.0));
}

#[test]
fn a_preset_that_was_changed_says_so() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Button, "Next preset"));
    bench.steps(30);
    assert!(!bench.view().sound.is_preset_changed);
    bench.drag(bench.place(Role::Slider, "Limiter Drive"), vec2(40.0, 0.0));
    bench.steps(30);
    assert!(bench.view().sound.is_preset_changed);
    bench.click(bench.place(Role::Button, "Undo"));
    bench.steps(30);
    assert!(!bench.view().sound.is_preset_changed);
}

#[test]
fn a_preset_of_ones_own_has_none_of_lacquers_names() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Button, "Save"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Save as\u{2026}"));
    bench.steps(3);
    bench.type_text("loud");
    bench.key(Key::Enter, Modifiers::NONE);
    let said = bench.view().problem.clone().unwrap_or_default();
    assert!(said.contains("one of Lacquer's own"), "{said}");
}

#[test]
fn a_bypass_says_what_the_bounce_will_be_and_is_ended_there() {
    let mut bench = Bench::new();
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Hear master").is_none());
    bench.click(bench.place(Role::Switch, "Bypass"));
    bench.steps(2);
    bench.click(bench.place(Role::Button, "Hear master"));
    assert_eq!(bench.plain("bypass"), 0.0);
}

#[test]
fn a_new_multiband_changes_nothing_until_a_threshold_is_pulled() {
    let mut bench = Bench::new();
    bench.play(0.5);
    bench.click(bench.place(Role::Switch, "Multiband on"));
    bench.click(bench.place(Role::Tab, "Multiband"));
    bench.play(2.0);
    let meters = bench.harness.state().meters.as_ref().expect("a meters");
    let gains = meters.bank.multiband_gains_db.each_ref().map(|gain| gain.get());
    assert_eq!(gains, [0.0; 4], "switched on, it is neutral");
    let seen = meters.multiband_levels.map(|level| level.held_db);
    assert!(seen.iter().all(|db| (-60.0..0.0).contains(db)), "each band's detector is seen: {seen:?}");
    // Pulled under what the detector sees, it acts: line and level have one axis.
    bench.drag(bench.place(Role::Slider, "Low threshold"), vec2(0.0, 60.0));
    bench.play(2.0);
    assert_eq!(bench.plain("multiband_band_on_1"), 1.0);
    assert!(
        bench.plain("multiband_threshold_1") < seen[0],
        "{} {seen:?}",
        bench.plain("multiband_threshold_1")
    );
    let meters = bench.harness.state().meters.as_ref().expect("a meters");
    assert!(
        meters.bank.reductions_db[StageId::Multiband as usize].take()
            + meters.reductions_db[StageId::Multiband as usize] as f32
            > 0.1
    );
}

#[test]
fn a_de_esser_finds_its_threshold_in_what_plays() {
    let mut bench = Bench::new();
    bench.play(0.5);
    bench.click(bench.place(Role::Tab, "Dyn EQ"));
    bench.click(bench.place(Role::Button, "De-ess"));
    let band = bench.view().dynamic_band + 1;
    assert_eq!(bench.plain(&format!("dynamic_eq_relative_{band}")), 1.0);
    bench.play(6.0);
    let threshold_db = bench.plain(&format!("dynamic_eq_threshold_{band}"));
    assert!((-60.0..-3.0).contains(&threshold_db), "{threshold_db}");
    // It works on the loudest alone: the band is not down all the time.
    let mut gains = Vec::new();
    for _ in 0..40 {
        bench.play(0.1);
        let meters = bench.harness.state().meters.as_ref().expect("a meters");
        gains.push(meters.bank.dynamic_eq_gains_db[band - 1].get());
    }
    let (least, most) =
        gains.iter().fold((0f32, -12f32), |(least, most), gain| (least.min(*gain), most.max(*gain)));
    assert!(least < -0.5 && most > -1.0, "{least} to {most} dB");
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain(&format!("dynamic_eq_band_on_{band}")), 0.0, "one step with its threshold");
}

#[test]
fn what_is_soloed_is_named() {
    let mut bench = Bench::new();
    let view = &mut bench.harness.state_mut().view;
    view.toggle_listen(StageId::Multiband, ListenSource::Part(1));
    bench.steps(2);
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Stop").is_some());
    bench.click(bench.place(Role::Button, "Stop"));
    assert_eq!(bench.view().monitor, Default::default());
    for (key, solo) in [(Key::M, Solo::Mid), (Key::S, Solo::Side)] {
        bench.key(key, Modifiers::NONE);
        assert_eq!(bench.status.monitor.get().settings.solo, solo);
    }
    bench.key(Key::D, Modifiers::NONE);
    assert!(bench.status.monitor.get().settings.dim);
    bench.key(Key::Escape, Modifiers::NONE);
    bench.steps(1);
    assert_eq!(bench.status.monitor.get(), Default::default());
}

#[test]
fn letters_are_the_hosts_where_it_is_said_so() {
    let mut bench = Bench::new();
    bench.tree.params().session.write().expect("a lock").letters_to_host = true;
    bench.key(Key::X, Modifiers::NONE);
    bench.key(Key::P, Modifiers::NONE);
    assert_eq!((bench.heard(), bench.plain("limiter_on")), (Compare::Off, bench.plain("limiter_on")));
    bench.key(Key::Escape, Modifiers::NONE);
    assert_eq!(bench.view().monitor, Default::default());
}

#[test]
fn escape_in_a_field_is_the_fields() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Button, "Mix"));
    bench.click(bench.place(Role::Slider, "Limiter Drive"));
    bench.type_text("9");
    bench.key(Key::Escape, Modifiers::NONE);
    assert_eq!(bench.heard(), Compare::Mix, "what is heard goes on");
    bench.key(Key::Escape, Modifiers::NONE);
    bench.steps(1);
    assert_eq!(bench.heard(), Compare::Off);
}

#[test]
fn a_ceiling_over_the_targets_is_mended_by_its_button() {
    let mut bench = Bench::new();
    bench.tree.set_plain("limiter_ceiling", 0.0).expect("a value");
    bench.tree.set_plain("limiter_drive", 12.0).expect("a value");
    bench.play(4.0);
    let target = find("spotify").expect("a target");
    let meters = bench.harness.state().meters.as_ref().expect("a meters");
    let asked = crate::meters::asked_dbtp(meters, target);
    assert!(crate::meters::is_over(meters, target), "{asked}");
    let name = format!("Set ceiling {}", crate::scale::level(asked));
    bench.click(bench.place(Role::Button, &name));
    assert!((bench.plain("limiter_ceiling") - asked).abs() < 1e-6);
}

#[test]
fn what_was_measured_before_a_change_is_told_from_what_plays() {
    let mut bench = Bench::new();
    bench.play(2.0);
    assert_eq!(bench.view().sound.before_s, 0.0);
    bench.drag(bench.place(Role::Slider, "Limiter Drive"), vec2(40.0, 0.0));
    bench.play(1.0);
    let before_s = bench.view().sound.before_s;
    assert!((1.5..2.6).contains(&before_s), "{before_s}");
    bench.click(bench.place(Role::Button, "Reset"));
    bench.play(0.5);
    assert_eq!(bench.view().sound.before_s, 0.0);
    // A bypass is no setting of a slot's, and another sound all the same.
    bench.play(1.0);
    bench.click(bench.place(Role::Switch, "Bypass"));
    bench.play(1.0);
    assert!(bench.view().sound.before_s > 1.0, "{}", bench.view().sound.before_s);
}

#[test]
fn no_blind_test_begins_where_mix_and_master_are_the_same() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Tab, "Monitor"));
    bench.click(bench.place(Role::Switch, "Bypass"));
    bench.click(bench.place(Role::Button, "Start"));
    let said = bench.view().problem.clone().unwrap_or_default();
    assert!(said.starts_with("The chain is bypassed"), "{said}");
    bench.click(bench.place(Role::Button, "Hear master"));
    bench.click(bench.place(Role::Button, "Start"));
    assert!(bench.view().abx.is_some());
}

#[test]
fn a_fast_drag_begins_where_the_button_went_down() {
    let mut bench = Bench::new();
    let from = bench.place(Role::Slider, "Limiter Drive");
    bench.move_to(from);
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let to = from + vec2(120.0, 0.0);
    // All of it between two pictures.
    let events = [button(from, true), Event::PointerMoved(to), button(to, false)];
    bench.harness.input_mut().events.extend(events);
    bench.steps(6);
    assert!((bench.plain("limiter_drive") - 12.0).abs() < 0.11, "{}", bench.plain("limiter_drive"));
}

#[test]
fn slots_are_heard_equally_loud_and_a_known_one_at_once() {
    let mut bench = Bench::new();
    bench.play(4.0);
    bench.click(bench.place(Role::Tab, "Monitor"));
    bench.click(bench.place(Role::Button, "Equal"));
    assert_eq!(bench.heard(), Compare::Master, "each slot no louder than the mix");
    let known = |bench: &Bench| bench.status.monitor.get().known_lu;
    bench.status.meters().match_lu.set(4.5);
    bench.click(bench.place(Role::Button, "B"));
    assert_eq!(known(&bench), None, "B was not heard yet");
    bench.status.meters().match_lu.set(1.25);
    bench.click(bench.place(Role::Button, "A"));
    assert_eq!(known(&bench), Some(4.5));
    bench.click(bench.place(Role::Button, "B"));
    assert_eq!(known(&bench), Some(1.25));
    // The mix alone is no comparison of slots.
    bench.key(Key::X, Modifiers::NONE);
    assert!(!bench.view().matches_slots);
    bench.key(Key::Escape, Modifiers::NONE);
    assert_eq!((bench.heard(), known(&bench)), (Compare::Off, None));
}

#[test]
fn a_message_stands_until_the_next_thing_that_is_done() {
    let mut bench = Bench::new();
    for act in [Bench::press_a_key, Bench::press_nowhere] {
        bench.harness.state_mut().view.problem = Some("Drive goes from 0 to 24 dB.".to_owned());
        bench.steps(2);
        bench.move_to(egui::pos2(600.0, 300.0));
        bench.steps(2);
        assert!(bench.view().problem.is_some(), "to look around is to do nothing");
        act(&mut bench);
        assert_eq!(bench.view().problem, None);
    }
}

impl Bench {
    fn press_a_key(&mut self) {
        self.key(Key::Tab, Modifiers::NONE);
    }

    fn press_nowhere(&mut self) {
        self.click(egui::pos2(600.0, 300.0));
    }
}

#[test]
fn a_new_measurement_forgets_the_highest_levels_of_the_last() {
    let mut bench = Bench::new();
    bench.play(1.0);
    let held_db = |bench: &Bench| {
        let readings = &bench.harness.state().meters.as_ref().expect("meters").readings;
        [&readings.input, &readings.output].map(|spectrum| spectrum.held_db(&[100.0, 1000.0])[0])
    };
    let loud = held_db(&bench);
    bench.status.meters().controls.reset();
    // Silence follows: what still stands there is the last song's.
    bench.player = Player::of(vec![[0.0; 2]; 100], RATE_HZ, bench.status.meters().clone());
    bench.play(0.5);
    let after = held_db(&bench);
    assert!(loud.iter().zip(after).all(|(loud, after)| after < loud - 20.0), "{loud:?}, {after:?}");
}
