//! Where things lie: nothing over anything else, nothing outside, and Tab goes as one reads.

use super::*;
use egui::Rect;
use egui_kittest::kittest::NodeT;
use lacquer_dsp::chain::StageId;

/// How far two controls may reach into each other, points: their edges are rounded to pixels.
const EDGE: f32 = 1.0;
/// Names of what lies in a graph on purpose, over it and over each other: nodes, lines, crossovers.
const IN_GRAPHS: [&str; 6] = ["node", "line", "threshold", "crossover", "Crossover", "graph"];

impl Bench {
    /// Name and place of every control.
    fn controls(&self) -> Vec<(String, Rect)> {
        let works = [Role::Button, Role::Switch, Role::Slider, Role::ComboBox, Role::Tab, Role::TextInput];
        self.harness
            .root()
            .children_recursive()
            .filter(|node| works.contains(&node.accesskit_node().role()))
            .map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()))
            .filter(|(name, _)| !IN_GRAPHS.iter().any(|word| name.contains(word)))
            .collect()
    }

    /// What overlaps, and what is not wholly in the window.
    fn misplaced(&self) -> Vec<String> {
        let window = self.harness.ctx.content_rect().expand(EDGE);
        let controls = self.controls();
        let mut problems = Vec::new();
        for (n, (name, rect)) in controls.iter().enumerate() {
            if !window.contains_rect(*rect) {
                problems.push(format!("{name} leaves the window: {rect:?}"));
            }
            for (other, place) in &controls[n + 1..] {
                let both = rect.intersect(*place);
                let is_in =
                    rect.expand(EDGE).contains_rect(*place) || place.expand(EDGE).contains_rect(*rect);
                if both.width() > EDGE && both.height() > EDGE && !is_in {
                    problems.push(format!("{name} and {other} overlap by {:?}", both.size()));
                }
            }
        }
        problems
    }
}

/// What is misplaced in any panel or tab of a window.
fn misplaced_in(size: [f32; 2]) -> Vec<String> {
    let mut bench = Bench::sized(size, 1.0);
    bench.play(4.0);
    let mut problems = Vec::new();
    for stage in StageId::ALL {
        bench.harness.state_mut().view.stage = *stage;
        bench.steps(2);
        problems.extend(bench.misplaced().into_iter().map(|problem| format!("{stage:?}: {problem}")));
    }
    for expanded in [false, true] {
        bench.harness.state_mut().view.expanded = expanded;
        bench.steps(2);
        for tab in crate::analysis::Tab::NAMES {
            bench.click(bench.place(Role::Tab, tab));
            bench.steps(2);
            // What scrolls is cut by its area.
            let told = bench.misplaced().into_iter().filter(|problem| !problem.contains("leaves the window"));
            problems.extend(told.map(|problem| format!("{tab}: {problem}")));
        }
    }
    problems
}

#[test]
fn nothing_overlaps_and_nothing_leaves_the_window_at_any_size() {
    for size in [theme::WINDOW_SIZE, theme::WHOLE_WINDOW_SIZE, theme::LEAST_WINDOW_SIZE] {
        let problems = misplaced_in(size);
        assert!(problems.is_empty(), "{size:?}, {} problems:\n{}", problems.len(), problems.join("\n"));
    }
}

#[test]
fn controls_stand_under_each_other_in_every_window() {
    for size in [theme::WINDOW_SIZE, theme::LEAST_WINDOW_SIZE] {
        let mut bench = Bench::sized(size, 1.0);
        bench.harness.state_mut().view.stage = StageId::Limiter;
        bench.steps(2);
        let left = |name| bench.harness.get_by_role_and_label(Role::Slider, name).rect().left();
        let [above, below] = [left("Limiter Ceiling"), left("Limiter Release Link")];
        assert!((above - below).abs() < EDGE, "{size:?}: {above} over {below}");
    }
}

#[test]
fn the_row_of_a_song_has_its_place_in_the_least_window() {
    let status = Arc::new(Status::default());
    status.set_song(Arc::new(song::Deck::default()));
    let [width, height] = theme::LEAST_WINDOW_SIZE;
    let mut bench = Bench::with([width, height + theme::BAR_HEIGHT], 1.0, status);
    bench.steps(2);
    assert!(bench.view().room.is_low, "its row is not the panels'");
    let problems = bench.misplaced();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What Tab passes by in the bar, with where it begins and ends; from the first control of the window on.
fn passed_in_the_bar(bench: &mut Bench) -> Vec<(String, Rect)> {
    let mut passed = Vec::new();
    for _ in 0..60 {
        bench.key(Key::Tab, Modifiers::NONE);
        let root = bench.harness.root();
        let Some(node) = root.children_recursive().find(|node| node.accesskit_node().is_focused()) else {
            continue;
        };
        if node.rect().center().y > theme::BAR_HEIGHT {
            break;
        }
        passed.push((node.accesskit_node().label().unwrap_or_default(), node.rect()));
    }
    passed
}

#[test]
fn tab_goes_through_the_bar_from_left_to_right() {
    let wide =
        ["Presets", "Undo", "A", "D", "Quality", "Mix", "Master", "Hear mono", "Dim", "Bypass", "Window"];
    let narrow = ["Presets", "Undo", "A", "D", "Quality", "Mix", "Master", "Hear", "Bypass", "Window"];
    for (size, names) in [
        ([1600.0, 1000.0], &wide[..]),
        (theme::WINDOW_SIZE, &wide[..]),
        (theme::WHOLE_WINDOW_SIZE, &wide[..]),
        (theme::LEAST_WINDOW_SIZE, &narrow[..]),
    ] {
        let mut bench = Bench::sized(size, 1.0);
        let passed = passed_in_the_bar(&mut bench);
        let places: Vec<_> =
            names.iter().map(|name| passed.iter().position(|(passed, _)| passed == name)).collect();
        assert!(places.iter().all(Option::is_some), "{size:?}: {passed:?}");
        assert!(places.is_sorted(), "{size:?}: {passed:?}");
        assert!(passed.windows(2).all(|pair| pair[0].1.left() < pair[1].1.left()), "{size:?}: {passed:?}");
        // It ends where the bar does, and not over its edge.
        let end = passed.last().map(|(_, rect)| rect.right());
        let wanted = size[0] - theme::PADDING;
        assert!(end.is_some_and(|end| (end - wanted).abs() < 1.0), "{size:?}: {end:?} for {wanted}");
    }
}

#[test]
fn every_hint_has_room_in_the_least_window() {
    let mut bench = Bench::sized(theme::LEAST_WINDOW_SIZE, 1.0);
    bench.play(4.0);
    let room = theme::LEAST_WINDOW_SIZE[0] - 2.0 * theme::PADDING;
    let mut problems = std::collections::BTreeSet::new();
    for stage in StageId::ALL {
        bench.harness.state_mut().view.stage = *stage;
        bench.steps(2);
        for (name, rect) in bench.controls() {
            bench.move_to(rect.center());
            bench.steps(1);
            let hint = bench.view().hint.clone();
            let galley = bench.harness.ctx.fonts_mut(|fonts| {
                fonts.layout_no_wrap(hint.clone(), theme::body_font(), egui::Color32::WHITE)
            });
            if galley.size().x > room {
                problems.insert(format!("{stage:?}, {name}: {:.0} points: {hint}", galley.size().x));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
