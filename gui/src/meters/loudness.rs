//! The integrated loudness, how far it is from the target, since when it is measured, and the button that brings the target about.

use crate::host::Host;
use crate::learner::{Request, State};
use crate::meter_reader::MeterReader;
use crate::panels::reach;
use crate::scale::{clock, difference, level};
use crate::theme;
use crate::view::View;
use crate::widgets::{button_ui, speak_figure};
use egui::{Align2, Color32, Rect, Ui, pos2, vec2};
use lacquer_dsp::targets::Target;

/// How much has to be heard before the drive is looked for, s.
const LISTEN_S: f64 = 10.0;
/// What rounds to no distance, LU.
const EXACT_LU: f64 = 0.05;

pub(super) fn loudness_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    meters: &mut MeterReader,
    target: &Target,
    view: &mut View,
) {
    let integrated = meters.bank.output.integrated_lufs();
    let colors = theme::colors();
    // Of the song, wherever in it and however often the host stood still: silence is not measured.
    let (heard_s, before_s) = (view.sound.heard_s, view.sound.before_s);
    // What was measured before a setting changed is no figure of what plays now.
    let is_stale = before_s > 0.0;
    let painter = ui.painter();
    let text = |at, align, text: &str, font, color: Color32| painter.text(at, align, text, font, color);
    text(rect.left_top(), Align2::LEFT_TOP, "Integrated, LUFS", theme::label_font(), colors.text_third);
    let figure = meters.figure("integrated", || level(integrated));
    let at = rect.right_top() + vec2(0.0, 12.0);
    // The words stand beside the figure, or below it.
    let [distance_y, since_y] = if view.room.is_narrow { [45.0, 59.0] } else { [17.0, 36.0] };
    let ink = if is_stale { colors.text_third } else { colors.text };
    text(at, Align2::RIGHT_TOP, &figure, theme::figure_font(), ink);
    let mut spoken = figure;
    if let Some(wanted) = target.integrated_lufs {
        let (words, is_met) = distance(integrated - wanted, target.tolerance_lu);
        let words = if integrated.is_finite() { words } else { format!("target {}", level(wanted)) };
        let color = if is_met && !is_stale { colors.ok } else { colors.text_second };
        text(rect.left_top() + vec2(0.0, distance_y), Align2::LEFT_TOP, &words, theme::body_font(), color);
        spoken = format!("{spoken}, {words}");
    }
    speak_figure(ui, rect.with_max_y(rect.bottom() - theme::CONTROL_HEIGHT), "Integrated, LUFS", &spoken);
    let since = match (integrated.is_finite(), is_stale) {
        (false, _) => String::new(),
        (true, false) => format!("over {}", clock(heard_s)),
        (true, true) => format!("changed {} ago", clock(heard_s - before_s)),
    };
    text(
        rect.left_top() + vec2(0.0, since_y),
        Align2::LEFT_TOP,
        &since,
        theme::label_font(),
        colors.text_third,
    );
    let button = Rect::from_min_max(pos2(rect.left(), rect.bottom() - theme::CONTROL_HEIGHT), rect.max);
    reach_ui(ui, button, host, meters, target, view);
}

/// How far a loudness is from its target in words, and whether it is near enough.
fn distance(off_lu: f64, tolerance_lu: f64) -> (String, bool) {
    let words = match off_lu {
        off if off >= EXACT_LU => format!("{} LU over", level(off)),
        off if off <= -EXACT_LU => format!("{} LU under", level(-off)),
        _ => "on target".to_owned(),
    };
    (words, off_lu.abs() <= tolerance_lu)
}

/// One button after the other: listen, wait, set. The same search as in the limiter's panel, whose state is shown there too.
fn reach_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    meters: &mut MeterReader,
    target: &Target,
    view: &mut View,
) {
    let Some(target_lufs) = target.integrated_lufs else {
        return;
    };
    let request = Request { target_lufs, preset: None };
    let heard_s = meters.readings.heard_s;
    let (name, on, hint) = match &meters.learner.state {
        State::Idle => (
            format!("Reach {} LUFS", level(target_lufs)),
            false,
            "Listens for ten seconds and finds the limiter's drive for the target: play the loudest part."
                .to_owned(),
        ),
        State::Listening { .. } => {
            let left_s = (LISTEN_S - heard_s).max(0.0).ceil();
            (format!("Listening: {left_s:.0} s"), true, "Play the loudest part. A click ends it.".to_owned())
        }
        State::Working { .. } => ("Trying drives".to_owned(), true, "A click ends it.".to_owned()),
        State::Ready { answer } => {
            let (drive, lufs) = (difference(answer.found.drive_db), level(answer.found.lufs));
            let hint = format!("Drive {drive} dB gives {lufs} LUFS. One step, which Undo takes back.");
            (format!("Set drive {drive} dB: {lufs}"), true, hint)
        }
    };
    let is_clicked = button_ui(ui, rect, &name, on, &hint, view);
    match &meters.learner.state {
        State::Idle if is_clicked => {
            view.reaches_target = true;
            meters.listen(request);
        }
        State::Listening { request } if view.reaches_target && heard_s >= LISTEN_S => {
            let request = request.clone();
            reach::work(host, meters, request);
        }
        State::Ready { answer } if is_clicked => {
            let drive_db = answer.found.drive_db;
            reach::set(host, meters, drive_db);
            view.reaches_target = false;
        }
        _ if is_clicked => {
            meters.stop_listening();
            view.reaches_target = false;
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_to_a_target_is_said_in_words() {
        assert_eq!(distance(2.5, 0.5), ("2.5 LU over".to_owned(), false));
        assert_eq!(distance(-7.8, 0.5), ("7.8 LU under".to_owned(), false));
        assert_eq!(distance(0.3, 0.5), ("0.3 LU over".to_owned(), true));
        assert_eq!(distance(-0.04, 0.5), ("on target".to_owned(), true));
    }
}
