//! What is heard: parts of the stereo, and the blind test.

use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::monitor::abx::Abx;
use lacquer_dsp::monitor::{Compare, Solo};

const ROW: f32 = 32.0;

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
    for (n, (solo, label)) in
        [(Solo::Left, "Left"), (Solo::Right, "Right"), (Solo::Mid, "Mid"), (Solo::Side, "Side")]
            .into_iter()
            .enumerate()
    {
        let on = view.wish.settings.solo == solo;
        if button_ui(ui, cell(0.0, n as f32), label, on, "Plays this part alone, on both sides.", view) {
            view.wish.settings.solo = if on { Solo::Off } else { solo };
        }
    }
    name(ui, 1.0, "Output");
    let settings = view.wish.settings;
    if button_ui(ui, cell(1.0, 0.0), "Swap", settings.swap, "Exchanges left and right.", view) {
        view.wish.settings.swap = !settings.swap;
    }
    if button_ui(ui, cell(1.0, 1.0), "Dim", settings.dim, "Plays 20 dB softer.", view) {
        view.wish.settings.dim = !settings.dim;
    }
    name(ui, 2.0, "Blind test");
    abx_ui(ui, &|column| cell(2.0, column), view);
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
        return;
    };
    let x = abx.x();
    let (right, trials) = abx.score();
    let p = abx.p_value();
    let hearing = view.abx_heard;
    let listening_to_x = view.abx_on_x;
    for (n, (label, compare, is_x)) in
        [("A: mix", Compare::Mix, false), ("B: master", Compare::Master, false), ("X", x, true)]
            .into_iter()
            .enumerate()
    {
        let on = if is_x { listening_to_x } else { !listening_to_x && hearing == Some(compare) };
        if button_ui(ui, cell(n as f32), label, on, "Plays this one, as loud as the others.", view) {
            (view.abx_heard, view.abx_on_x) = (Some(compare), is_x);
        }
    }
    for (n, (label, guess)) in [("X is A", Compare::Mix), ("X is B", Compare::Master)].into_iter().enumerate()
    {
        let answered =
            button_ui(ui, cell(3.0 + n as f32), label, false, "Takes your answer; another X follows.", view);
        if answered && let Some(abx) = &mut view.abx {
            abx.answer(guess);
            if view.abx_on_x {
                view.abx_heard = Some(abx.x());
            }
        }
    }
    if button_ui(ui, cell(5.0), "End", false, "Ends the test.", view) {
        (view.abx, view.abx_heard, view.abx_on_x) = (None, None, false);
    }
    let text = format!("{right} of {trials} right; by guessing p = {p:.3}");
    let at = cell(6.0).left_center() + vec2(8.0, 0.0);
    ui.painter().text(at, Align2::LEFT_CENTER, text, theme::body_font(), theme::colors().text_second);
}
