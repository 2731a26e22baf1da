//! What is heard: parts of the stereo, and the blind test.

use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::monitor::abx::Abx;
use lacquer_dsp::monitor::{Compare, Solo};

const ROW: f32 = 32.0;
/// How often one answers, to choose from.
const TRIALS: [u32; 3] = [8, 12, 20];
/// Chance of a score by guessing up to which it is none: the custom of listening tests (ITU-R BS.1116-3, 0.05).
const MOST_LUCK: f64 = 0.05;

pub(super) fn monitor_ui(ui: &mut Ui, body: Rect, view: &mut View) {
    let cell = |row: f32, column: f32| {
        Rect::from_min_size(
            body.min + vec2(72.0 + column * 84.0, row * ROW),
            vec2(80.0, theme::CONTROL_HEIGHT),
        )
    };
    let name = |ui: &Ui, row: f32, text: &str| {
        let at = pos2(body.left(), body.top() + row * ROW + theme::CONTROL_HEIGHT / 2.0);
        ui.painter().text(at, Align2::LEFT_CENTER, text, theme::label_font(), theme::colors().text_third);
    };
    name(ui, 0.0, "Solo");
    for (n, (solo, label)) in [(Solo::Left, "Left"), (Solo::Right, "Right")].into_iter().enumerate() {
        let on = view.monitor.settings.solo == solo;
        if button_ui(ui, cell(0.0, n as f32), label, on, "Plays this part alone, on both sides.", view) {
            view.monitor.settings.solo = if on { Solo::Off } else { solo };
        }
    }
    name(ui, 1.0, "Output");
    let settings = view.monitor.settings;
    if button_ui(ui, cell(1.0, 0.0), "Swap", settings.swap, "Exchanges left and right.", view) {
        view.monitor.settings.swap = !settings.swap;
    }
    name(ui, 2.0, "Slots");
    let hint = "Plays every slot no louder than the mix: all of them equally loud, but for one that is softer than the mix.";
    if button_ui(ui, cell(2.0, 0.0), "Equal", view.matches_slots, hint, view) {
        view.match_slots(!view.matches_slots);
    }
    name(ui, 3.0, "Blind test");
    abx_ui(ui, &|column| cell(3.0, column), view);
}

fn abx_ui(ui: &mut Ui, cell: &dyn Fn(f32) -> Rect, view: &mut View) {
    let Some(abx) = &view.abx else {
        let hint = "Is X the mix or the master, at equal loudness? Find out whether you hear the difference.";
        if button_ui(ui, cell(0.0), "Start", false, hint, view) {
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
    use lacquer_dsp::monitor::abx::p_value;

    #[test]
    fn a_finished_test_says_whether_it_is_heard() {
        let told = |right, trials| verdict(right, trials, p_value(right, trials));
        assert_eq!(told(10, 12), "You hear it: 10 of 12 right, p = 0.019.");
        assert!(told(9, 12).starts_with("No difference was heard: 9 of 12 right"), "{}", told(9, 12));
    }
}
