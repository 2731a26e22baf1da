//! A scale asks for its window, and what is not given is taken back and greyed.

use super::*;
use egui_kittest::kittest::NodeT;

/// Chooses a scale in a host that leaves the window's pixels as they are.
pub(super) fn choose_in_a_fixed_window(bench: &mut Bench, name: &str) {
    let [width, height] = theme::WINDOW_SIZE;
    bench.click(bench.place(Role::Button, "Window"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, name));
    for _ in 0..60 {
        let zoom = bench.harness.ctx.zoom_factor();
        bench.harness.set_size(vec2(width, height) / zoom);
        bench.steps(1);
    }
    // The menu stays open to be read; elsewhere it closes.
    bench.key(Key::Escape, Modifiers::NONE);
    bench.steps(30);
}

#[test]
fn a_scale_asks_for_its_window() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Button, "Window"));
    bench.steps(3);
    let at = bench.place(Role::Button, "150 %");
    bench.move_to(at);
    bench.button(at, true);
    bench.harness.event(Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed: false,
        modifiers: Modifiers::NONE,
    });
    let mut asked = Vec::new();
    for _ in 0..6 {
        bench.steps(1);
        let outputs = bench.harness.output().viewport_output.values();
        asked.extend(outputs.flat_map(|output| output.commands.clone()).filter_map(
            |command| match command {
                egui::ViewportCommand::InnerSize(size) => Some(size),
                _ => None,
            },
        ));
    }
    let [width, height] = theme::WINDOW_SIZE;
    assert_eq!(asked, [vec2(width, height)], "as many points as before, at the new scale");
    assert_eq!(bench.harness.ctx.zoom_factor(), 1.5);
}

#[test]
fn a_scale_without_room_is_taken_back_and_greyed_with_the_reason() {
    let mut bench = Bench::new();
    choose_in_a_fixed_window(&mut bench, "150 %");
    assert_eq!(bench.harness.ctx.zoom_factor(), 1.25, "the largest that fits 1200 x 760");
    let session = bench.tree.params().session.read().expect("a lock").clone();
    let size = session.size.expect("a size");
    assert!(
        session.scale_percent == 125 && (size[0] - 960.0).abs() < 1.0 && (size[1] - 608.0).abs() < 1.0,
        "{size:?}"
    );
    let said = bench.view().scale_refusals.clone();
    assert!(
        said[0].is_none() && said[3].as_ref().is_some_and(|reason| reason.contains("150 % needs 1350 x 900")),
        "{said:?}"
    );
    bench.click(bench.place(Role::Button, "Window"));
    bench.steps(3);
    assert!(bench.harness.get_by_role_and_label(Role::Button, "150 %").accesskit_node().is_disabled());
    bench.click(bench.place(Role::Button, "150 %"));
    assert_eq!(bench.harness.ctx.zoom_factor(), 1.25, "a grey entry does nothing");
    // A window that was made larger is asked again.
    bench.harness.set_size(vec2(1800.0, 1200.0));
    bench.steps(3);
    assert!(bench.view().scale_refusals[3].is_none());
}

#[test]
fn a_scale_larger_than_the_screen_is_greyed_before_it_is_asked_for() {
    let mut bench = Bench::new();
    bench.harness.state_mut().scaling.screen = Some(vec2(1366.0, 768.0));
    bench.steps(2);
    let said = bench.view().scale_refusals.clone();
    assert!(said[..3].iter().all(Option::is_none), "125 % needs 1125 x 750: {said:?}");
    assert_eq!(said[3].as_deref(), Some("The screen has 1366 x 768: 150 % needs 1350 x 900."));
    assert!(said[4..].iter().all(Option::is_some), "{said:?}");
}
