//! What is heard: parts of the stereo, and the blind test.

use crate::axes::levels_ui;
use crate::host::Host;
use crate::scale::Graph;
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::monitor::abx::{Abx, p_value};
use lacquer_dsp::monitor::{Compare, Solo};

const ROW: f32 = 32.0;
/// Where buttons begin, their width, and where a sentence about them begins.
const BUTTONS: f32 = 72.0;
const BUTTON: f32 = 80.0;
const SENTENCE: f32 = BUTTONS + 2.0 * (BUTTON + theme::GAP) + theme::PADDING;
/// Height from which there is room for sentences and for what a score is worth.
const ROOM: f32 = 300.0;
/// What the figures of the scores' axis take at the left.
const AXIS: f32 = 32.0;
/// How often one answers, to choose from.
const TRIALS: [u32; 3] = [8, 12, 20];
/// Chance of a score by guessing up to which it is none: the custom of listening tests (ITU-R BS.1116-3, 0.05).
const MOST_LUCK: f64 = 0.05;
const SOLO: &str = "Plays this part alone, on both sides.";
const SWAP: &str = "Exchanges left and right.";
const EQUAL: &str = "Plays every slot no louder than the mix: all of them equally loud, but for one that is softer than the mix.";
const BLIND: &str =
    "Is X the mix or the master, at equal loudness? Find out whether you hear the difference.";
const BYPASSED: &str =
    "The chain is bypassed: mix and master are the same. End the bypass, then start the test.";

pub(super) fn monitor_ui(ui: &mut Ui, body: Rect, host: &Host, view: &mut View) {
    let cell = |row: f32, column: f32| {
        Rect::from_min_size(
            body.min + vec2(BUTTONS + column * (BUTTON + theme::GAP), row * ROW),
            vec2(BUTTON, theme::CONTROL_HEIGHT),
        )
    };
    let is_tall = body.height() >= ROOM;
    let name = |ui: &Ui, row: f32, text: &str, sentence: &str| {
        let y = body.top() + row * ROW + theme::CONTROL_HEIGHT / 2.0;
        let write = |x: f32, text: &str, font| {
            let at = pos2(body.left() + x, y);
            ui.painter().text(at, Align2::LEFT_CENTER, text, font, theme::colors().text_third);
        };
        write(0.0, text, theme::label_font());
        if is_tall {
            write(SENTENCE, sentence, theme::body_font());
        }
    };
    name(ui, 0.0, "Solo", SOLO);
    for (n, (solo, label)) in [(Solo::Left, "Left"), (Solo::Right, "Right")].into_iter().enumerate() {
        let on = view.monitor.settings.solo == solo;
        if button_ui(ui, cell(0.0, n as f32), label, on, SOLO, view) {
            view.monitor.settings.solo = if on { Solo::Off } else { solo };
        }
    }
    name(ui, 1.0, "Output", SWAP);
    let settings = view.monitor.settings;
    if button_ui(ui, cell(1.0, 0.0), "Swap", settings.swap, SWAP, view) {
        view.monitor.settings.swap = !settings.swap;
    }
    name(ui, 2.0, "Slots", EQUAL);
    if button_ui(ui, cell(2.0, 0.0), "Equal", view.matches_slots, EQUAL, view) {
        view.match_slots(!view.matches_slots);
    }
    name(ui, 3.0, "Blind test", "");
    abx_ui(ui, &|column| cell(3.0, column), host, view);
    if is_tall {
        let at = cell(4.0, 0.0).left_center();
        ui.painter().text(at, Align2::LEFT_CENTER, BLIND, theme::body_font(), theme::colors().text_third);
        luck_ui(ui, body.with_min_y(cell(5.0, 0.0).top()).with_min_x(body.left() + BUTTONS - AXIS), view);
    }
}

/// How likely each score is by guessing, and which ones are worth something; of a finished test its own.
fn luck_ui(ui: &Ui, area: Rect, view: &View) {
    let colors = theme::colors();
    let finished = view.abx.as_ref().map(Abx::score).filter(|(_, trials)| *trials >= view.abx_trials);
    let trials = view.abx_trials;
    let title = format!("Chance of that many right answers of {trials}, or more, by guessing, %");
    let at = pos2(area.left() + AXIS, area.top() + 8.0);
    ui.painter().text(at, Align2::LEFT_CENTER, title, theme::body_font(), colors.text_second);
    let rect = Rect::from_min_max(area.min + vec2(AXIS, 22.0), area.max - vec2(0.0, 34.0));
    let graph = Graph { rect, x: [0.0, f64::from(trials) + 1.0], y: [0.0, 1.05], logarithmic: false };
    levels_ui(ui, &graph, &[0.25, 0.5, 0.75, 1.0], &|share| format!("{:.0}", 100.0 * share));
    let painter = ui.painter();
    for right in 0..=trials {
        let p = p_value(right, trials);
        let [left, end] = [right, right + 1].map(|n| graph.x(f64::from(n)));
        let bar = Rect::from_min_max(pos2(left + 2.0, graph.y(p)), pos2(end - 2.0, rect.bottom()));
        let is_yours = finished.is_some_and(|(score, _)| score == right);
        let color = match (is_yours, p <= MOST_LUCK) {
            (true, _) => colors.accent,
            (false, true) => colors.ok,
            (false, false) => theme::faint(colors.output),
        };
        painter.rect_filled(bar.with_min_y(bar.top().min(rect.bottom() - 2.0)), 1.0, color);
        let below = |row: f32, text: String, ink| {
            let at = pos2(bar.center().x, rect.bottom() + 3.0 + 14.0 * row);
            painter.text(at, Align2::CENTER_TOP, text, theme::axis_font(), ink);
        };
        below(0.0, right.to_string(), if is_yours { colors.accent } else { colors.text_third });
        if p <= MOST_LUCK {
            below(1.0, "heard".to_owned(), colors.ok);
        }
    }
}

fn abx_ui(ui: &mut Ui, cell: &dyn Fn(f32) -> Rect, host: &Host, view: &mut View) {
    let Some(abx) = &view.abx else {
        let starts = button_ui(ui, cell(0.0), "Start", false, BLIND, view);
        if starts && host.is_bypassed() {
            view.problem = Some(BYPASSED.to_owned());
        } else if starts {
            // What X are depends on when the test begins: nobody can know.
            let seed = ui.input(|input| input.time.to_bits()) ^ std::process::id() as u64;
            view.abx = Some(Abx::new(seed));
            view.abx_heard = Some(Compare::Mix);
        }
        for (n, trials) in TRIALS.into_iter().enumerate() {
            let on = view.abx_trials == trials;
            let hint = "How often you will answer: more trials tell smaller differences from luck.";
            if button_ui(ui, cell(1.0 + n as f32), &format!("{trials} trials"), on, hint, view) {
                view.abx_trials = trials;
            }
        }
        return;
    };
    let x = abx.x();
    let (right, trials) = abx.score();
    let p = abx.p_value();
    let is_over = trials >= view.abx_trials;
    let hearing = view.abx_heard;
    let listening_to_x = view.abx_on_x;
    let listens = [("A: mix", Compare::Mix, false), ("B: master", Compare::Master, false), ("X", x, true)];
    for (n, (label, compare, is_x)) in listens.into_iter().enumerate().filter(|_| !is_over) {
        let on = if is_x { listening_to_x } else { !listening_to_x && hearing == Some(compare) };
        if button_ui(ui, cell(n as f32), label, on, "Plays this one, as loud as the others.", view) {
            (view.abx_heard, view.abx_on_x) = (Some(compare), is_x);
        }
    }
    let guesses = [("X is A", Compare::Mix), ("X is B", Compare::Master)];
    for (n, (label, guess)) in guesses.into_iter().enumerate().filter(|_| !is_over) {
        let hint = "Takes your answer; another X follows.";
        let answered = button_ui(ui, cell(3.0 + n as f32), label, false, hint, view);
        if answered && let Some(abx) = &mut view.abx {
            abx.answer(guess);
            if view.abx_on_x {
                view.abx_heard = Some(abx.x());
            }
        }
    }
    let last = if is_over { 0.0 } else { 5.0 };
    if button_ui(ui, cell(last), if is_over { "Done" } else { "End" }, false, "Ends the test.", view) {
        (view.abx, view.abx_heard, view.abx_on_x) = (None, None, false);
    }
    // The score would tell what X was: it is said at the end.
    let text =
        if is_over { verdict(right, trials, p) } else { format!("{trials} of {} answered", view.abx_trials) };
    if is_over {
        (view.abx_heard, view.abx_on_x) = (None, false);
    }
    let at = cell(last + 1.0).left_center() + vec2(8.0, 0.0);
    ui.painter().text(at, Align2::LEFT_CENTER, text, theme::body_font(), theme::colors().text);
}

/// What a finished test says.
fn verdict(right: u32, trials: u32, p: f64) -> String {
    if p <= MOST_LUCK {
        format!("You hear it: {right} of {trials} right, p = {p:.3}.")
    } else {
        format!("No difference was heard: {right} of {trials} right, as by guessing (p = {p:.2}).")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_test_says_whether_it_is_heard() {
        let told = |right, trials| verdict(right, trials, p_value(right, trials));
        assert_eq!(told(10, 12), "You hear it: 10 of 12 right, p = 0.019.");
        assert!(told(9, 12).starts_with("No difference was heard: 9 of 12 right"), "{}", told(9, 12));
    }
}
