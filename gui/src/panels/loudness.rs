//! Sets the limiter's drive for the target's loudness, from what is played, and says what louder would cost.

use crate::host::Host;
use crate::learner::{Answer, LEAST_S, Request, State};
use crate::meter_reader::MeterReader;
use crate::meters::target;
use crate::scale::{difference, level};
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Color32, Rect, StrokeKind, Ui, pos2, vec2};
use lacquer_dsp::rehearsal::Outcome;

/// Height of the row.
pub(super) const HEIGHT: f32 = 60.0;
/// Widths of the prices' first column, which has their names, and of each further one.
const NAMES: f32 = 132.0;
const PRICE: f32 = 65.0;
/// Width of a button: it holds "Set for \u{2212}14.0".
const BUTTON: f32 = 92.0;
/// Louder targets that are priced, LU from the one that was asked for; one fewer where there is little room.
const STEPS_LU: [f64; 4] = [0.0, 1.0, 2.0, 3.0];
/// A row of the prices: its name, and its figure of an outcome.
type Price<'a> = (&'a str, &'a dyn Fn(&Outcome) -> f64);

/// What a click asks for.
enum Deed {
    Listen(Request),
    Work(Request),
    Set(f64),
    Leave,
}

pub(super) fn loudness_ui(ui: &mut Ui, rect: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let colors = theme::colors();
    let steps = &STEPS_LU[..STEPS_LU.len() - usize::from(view.room.is_narrow)];
    let prices = NAMES + PRICE * steps.len() as f32 + theme::MARGIN;
    let left = Rect::from_min_max(rect.min, pos2(rect.right() - prices - theme::MARGIN, rect.bottom()));
    let right = Rect::from_min_max(pos2(left.right() + theme::MARGIN, rect.top()), rect.max);
    let is_active = !matches!(meters.learner.state, State::Idle);
    ui.painter().rect_filled(left, theme::RADIUS, colors.well);
    let line = if is_active { colors.accent } else { colors.seam };
    ui.painter().rect_stroke(left, theme::RADIUS, theme::line(line), StrokeKind::Inside);
    let deed = match &meters.learner.state {
        State::Idle => idle_ui(ui, left, host, view),
        State::Listening { request } => listening_ui(ui, left, meters, request, view),
        State::Working { work, .. } => {
            say(ui, left, 0, &format!("Trying drives on what was heard: {}", work.tried()), colors.text);
            leave_ui(ui, left, "Stop", view)
        }
        State::Ready { answer } => ready_ui(ui, left, answer, view),
    };
    let answer = match &meters.learner.state {
        State::Ready { answer } => Some(answer),
        _ => None,
    };
    prices_ui(ui, right, steps, answer);
    match deed {
        Some(Deed::Listen(request)) => {
            // It ends when it is told to, here.
            view.reaches_target = false;
            meters.listen(request);
        }
        Some(Deed::Work(request)) => reach::work(host, meters, request),
        Some(Deed::Set(drive_db)) => reach::set(host, meters, drive_db),
        Some(Deed::Leave) => meters.stop_listening(),
        None => {}
    }
}

/// What the search for a drive does to the learner and to the limiter, wherever it was asked for.
pub(crate) mod reach {
    use crate::host::Host;
    use crate::learner::Request;
    use crate::meter_reader::MeterReader;
    use lacquer_dsp::ProcessSpec;

    /// The name of the step that is undone.
    const STEP: &str = "Set drive";

    /// Tries drives on what was heard.
    pub(crate) fn work(host: &Host, meters: &mut MeterReader, request: Request) {
        let spec = host.tree.to_spec(ProcessSpec::stereo(meters.sample_rate()));
        meters.find_drive(request, spec, host.tree.to_settings());
    }

    /// Sets a drive, as one step.
    pub(crate) fn set(host: &Host, meters: &mut MeterReader, drive_db: f64) {
        host.name_step(STEP);
        host.set_all(&[("limiter_on".to_owned(), 1.0), ("limiter_drive".to_owned(), drive_db)]);
        meters.stop_listening();
    }
}

/// A line of words, from above.
fn say(ui: &Ui, rect: Rect, line: usize, text: &str, color: Color32) {
    let at = rect.min + vec2(theme::PADDING, 16.0 + 24.0 * line as f32);
    ui.painter().with_clip_rect(rect).text(at, Align2::LEFT_CENTER, text, theme::body_font(), color);
}

/// The `n`th place for a button, from the right, in the lower line.
fn place(rect: Rect, n: usize) -> Rect {
    let right = rect.right() - 6.0 - n as f32 * (BUTTON + theme::GAP);
    let corner = pos2(right - BUTTON, rect.bottom() - 5.0 - theme::CONTROL_HEIGHT);
    Rect::from_min_size(corner, vec2(BUTTON, theme::CONTROL_HEIGHT))
}

fn leave_ui(ui: &mut Ui, rect: Rect, name: &str, view: &mut View) -> Option<Deed> {
    let hint = "Leaves the drive as it is.";
    button_ui(ui, place(rect, 0), name, false, hint, view).then_some(Deed::Leave)
}

fn idle_ui(ui: &mut Ui, rect: Rect, host: &Host, view: &mut View) -> Option<Deed> {
    let colors = theme::colors();
    let target = target(host);
    let Some(target_lufs) = target.integrated_lufs else {
        say(ui, rect, 0, "This target asks for no loudness: choose one in the meters.", colors.text_third);
        return None;
    };
    say(
        ui,
        rect,
        0,
        "Play the loud part, or all of the song: the drive is found for it.",
        colors.text_second,
    );
    let name = format!("Set drive for {} LUFS", level(target_lufs));
    let hint =
        format!("Listens, and finds the limiter's drive for {}: {} LUFS.", target.name, level(target_lufs));
    let button = Rect::from_min_size(
        pos2(rect.left() + theme::PADDING, rect.bottom() - 5.0 - theme::CONTROL_HEIGHT),
        vec2(176.0, theme::CONTROL_HEIGHT),
    );
    let request = Request { target_lufs, preset: None };
    button_ui(ui, button, &name, false, &hint, view).then_some(Deed::Listen(request))
}

fn listening_ui(
    ui: &mut Ui,
    rect: Rect,
    meters: &MeterReader,
    request: &Request,
    view: &mut View,
) -> Option<Deed> {
    let colors = theme::colors();
    let (heard_s, lufs) = (meters.readings.heard_s, meters.readings.plays_lufs);
    let plays = if lufs.is_finite() { format!(", plays at {} LUFS", level(lufs)) } else { String::new() };
    let heard = format!("Heard {heard_s:.0} s{plays}; wanted {}", level(request.target_lufs));
    say(ui, rect, 0, &heard, colors.text);
    let hint = "Enough was heard: finds the drive for it.";
    let is_enough = heard_s >= LEAST_S;
    if !is_enough {
        say(ui, rect, 1, "Listening: play the loudest part.", colors.text_second);
    } else if button_ui(ui, place(rect, 1), "Find", true, hint, view) {
        return Some(Deed::Work(request.clone()));
    }
    leave_ui(ui, rect, "Stop", view)
}

fn ready_ui(ui: &mut Ui, rect: Rect, answer: &Answer, view: &mut View) -> Option<Deed> {
    let colors = theme::colors();
    let Outcome { drive_db, lufs, .. } = answer.found;
    let (text, color) = if answer.is_reached {
        (format!("Drive {} dB gives {} LUFS", difference(drive_db), level(lufs)), colors.text)
    } else {
        let wanted = level(answer.request.target_lufs);
        (format!("{wanted} cannot be had: {} can, at {} dB", level(lufs), difference(drive_db)), colors.alarm)
    };
    say(ui, rect, 0, &text, color);
    if answer.costs_too_much() {
        let psr = level(answer.found.psr_db);
        let text = format!("flat: PSR {psr}, stands {} down", level(answer.found.standing_db));
        say(ui, rect, 1, &text, colors.alarm);
    }
    if button_ui(ui, place(rect, 1), "Set", true, "Sets the drive: one step, which Undo takes back.", view) {
        return Some(Deed::Set(drive_db));
    }
    if let Some(advice) = &answer.advice {
        let name = format!("Set for {}", level(advice.lufs));
        let hint =
            "The loudest that was tried with a PSR of 8 dB and the limiter standing less than 6 dB down.";
        if button_ui(ui, place(rect, 2), &name, false, hint, view) {
            return Some(Deed::Set(advice.drive_db));
        }
    }
    leave_ui(ui, rect, "Discard", view)
}

/// What each louder LU costs, once drives were tried.
fn prices_ui(ui: &Ui, rect: Rect, steps_lu: &[f64], answer: Option<&Answer>) {
    let colors = theme::colors();
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, theme::RADIUS, colors.well);
    let wanted = answer.map(|answer| answer.request.target_lufs);
    let rows: [Price; 3] = [
        ("Drive, dB", &|outcome| outcome.drive_db),
        ("Pumping, dB", &|outcome| outcome.cost.pumping_db),
        ("Distortion, dB", &|outcome| outcome.cost.distortion_db),
    ];
    let row = (rect.height() - 4.0) / 4.0;
    let y = |n: usize| rect.top() + 2.0 + row * (n as f32 + 0.5);
    let name = |n: usize, text: &str| {
        let at = pos2(rect.left() + theme::MARGIN, y(n));
        painter.text(at, Align2::LEFT_CENTER, text, theme::label_font(), colors.text_third);
    };
    name(0, "What louder costs, LUFS");
    let right = |n: usize| rect.left() + NAMES + PRICE * (n as f32 + 1.0);
    for (n, (text, _)) in rows.iter().enumerate() {
        name(n + 1, text);
    }
    for (n, more_lu) in steps_lu.iter().enumerate() {
        let lufs = wanted.map(|wanted| wanted + more_lu);
        let outcome = lufs.zip(answer).and_then(|(lufs, answer)| match n {
            0 => Some(answer.found),
            _ => answer.at(lufs),
        });
        let write = |row: usize, text: String, color| {
            painter.text(pos2(right(n), y(row)), Align2::RIGHT_CENTER, text, theme::label_font(), color);
        };
        let head = if n == 0 { colors.accent } else { colors.text_second };
        write(0, lufs.map_or("\u{2013}".to_owned(), level), head);
        for (m, (_, value)) in rows.iter().enumerate() {
            write(m + 1, outcome.as_ref().map_or("\u{2013}".to_owned(), |it| level(value(it))), colors.text);
        }
    }
}
