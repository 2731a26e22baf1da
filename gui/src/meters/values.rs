//! What the mix and the master measure, side by side. A click on a value lets its maximum begin anew; the button all of them.

use crate::meter_reader::MeterReader;
use crate::room::Room;
use crate::scale::level;
use crate::theme;
use crate::view::View;
use crate::widgets::speak_figure;
use egui::{Align2, Color32, Rect, Sense, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::shared::meter_bank::SideMeters;
use lacquer_dsp::shared::meter_controls::Held;
use lacquer_dsp::shared::ring::unpack;
use lacquer_dsp::targets::Target;
use std::sync::atomic::Ordering::Relaxed;

/// Rows of values, and how many of them are shown where there is little height: the first ones.
const ROWS: usize = 8;
const LOW_ROWS: usize = 5;
/// Where the mix's column ends, from the right.
const MIX: f32 = 56.0;
/// Points of the history before the loudness range means anything: a minute.
const EARLY: usize = 600;

/// Lines that the values take, with the one of the names above them.
pub(super) fn lines(room: Room) -> usize {
    shown(room) + usize::from(!room.is_narrow)
}

fn shown(room: Room) -> usize {
    if room.is_low { LOW_ROWS } else { ROWS }
}

/// Rows whose maximum a click lets begin anew, and what that is called.
const HELD: [(usize, Held, &str); 3] = [
    (0, Held::TruePeak, "Clear true peak"),
    (6, Held::Momentary, "Clear max M"),
    (7, Held::ShortTerm, "Clear max S"),
];

/// A row: name, mix, master, the master's colour.
type Row = (&'static str, String, String, Color32);

/// What the rows are kept under, mix and master.
const KEYS: [[&str; 2]; ROWS] = [
    ["true peak in", "true peak out"],
    ["overs in", "overs out"],
    ["range in", "range out"],
    ["plr in", "plr out"],
    ["psr in", "psr out"],
    ["crest in", "crest out"],
    ["max m in", "max m out"],
    ["max s in", "max s out"],
];

fn rows(meters: &MeterReader, target: &Target, overs: u32) -> [Row; ROWS] {
    let (input, output, colors) = (&meters.bank.input, &meters.bank.output, theme::colors());
    let alarm = |is: bool| if is { colors.alarm } else { colors.text };
    let early = if meters.history.len() < EARLY { colors.text_third } else { colors.text };
    let both = |value: &dyn Fn(&SideMeters) -> f64| [level(value(input)), level(value(output))];
    let row = |name, [mix, master]: [String; 2], color| (name, mix, master, color);
    let counted = if overs == 0 { "none".to_owned() } else { format!("{overs}") };
    [
        row(
            "True peak, dBTP",
            both(&|side| side.true_peak_max_dbtp()),
            alarm(super::is_over(meters, target)),
        ),
        row("Overs", [String::new(), counted], alarm(overs > 0)),
        row("LRA, LU", [range(input), range(output)], early),
        row("PLR, dB", both(&|side| side.plr_db()), colors.text),
        row("PSR, dB", both(&|side| side.psr_db()), colors.text),
        row("Crest, dB", both(&|side| side.crest_db()), colors.text),
        row("Max M, LUFS", both(&|side| f64::from(side.momentary_max_lufs.get())), colors.text),
        row("Max S, LUFS", both(&|side| f64::from(side.short_term_max_lufs.get())), colors.text),
    ]
}

pub(super) fn values_ui(ui: &mut Ui, rect: Rect, meters: &MeterReader, target: &Target, view: &mut View) {
    let room = view.room;
    let height = rect.height() / lines(room) as f32;
    let colors = theme::colors();
    // A narrow column has the master alone, and needs no names above it.
    let first = usize::from(!room.is_narrow);
    let y = |n: usize| rect.top() + (n as f32 + 0.5) * height;
    let heads = [(rect.right() - MIX, "Mix"), (rect.right(), "Master")];
    for (right, name) in heads.into_iter().filter(|_| !room.is_narrow) {
        ui.painter().text(
            pos2(right, y(0)),
            Align2::RIGHT_CENTER,
            name,
            theme::label_font(),
            colors.text_second,
        );
    }
    let overs = super::overs(meters, target, view);
    for (n, ((name, before, after, color), keys)) in
        rows(meters, target, overs).into_iter().zip(KEYS).take(shown(room)).enumerate()
    {
        let middle = y(first + n);
        let place = Rect::from_min_size(pos2(rect.left(), middle - height / 2.0), vec2(rect.width(), height));
        if name == "Overs" {
            overs_ui(ui, place, meters, target, view);
        } else if let Some((_, held, cleared)) = HELD.into_iter().find(|(row, ..)| *row == n) {
            held_ui(ui, place, meters, held, cleared, view);
        }
        let [before, after] = [meters.figure(keys[0], || before), meters.figure(keys[1], || after)];
        let spoken = if before.is_empty() { after.clone() } else { format!("{after}, mix {before}") };
        speak_figure(ui, place, name, &spoken);
        let painter = ui.painter();
        let at = |x: f32| pos2(x, middle);
        painter.text(at(rect.left()), Align2::LEFT_CENTER, name, theme::label_font(), colors.text_third);
        if !room.is_narrow {
            let (at, font) = (at(rect.right() - MIX), theme::body_font());
            painter.text(at, Align2::RIGHT_CENTER, before, font, colors.text_third);
        }
        painter.text(at(rect.right()), Align2::RIGHT_CENTER, after, theme::value_font(), color);
    }
}

/// A maximum begins anew by a click, and nothing else with it.
fn held_ui(ui: &mut Ui, rect: Rect, meters: &MeterReader, held: Held, name: &str, view: &mut View) {
    if clear_ui(ui, rect, name) {
        meters.bank.controls.release(held);
    }
    if ui.rect_contains_pointer(rect) {
        view.hint = "The highest since the measurement began. A click lets it begin anew.".to_owned();
    }
}

/// A row that a click clears; whether it did.
fn clear_ui(ui: &mut Ui, rect: Rect, name: &str) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(rect, 2.0, theme::colors().hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 2.0, theme::focus_ring(), egui::StrokeKind::Inside);
    }
    response.clicked()
}

/// The count of overs is cleared by a click, and nothing else with it.
fn overs_ui(ui: &mut Ui, rect: Rect, meters: &MeterReader, target: &Target, view: &mut View) {
    if clear_ui(ui, rect, "Clear overs") {
        super::clear_overs(meters, view);
    }
    if ui.rect_contains_pointer(rect) {
        let last = last_over(meters, target).map_or(String::new(), |time| format!("The last at {time}. "));
        view.hint = format!("True peaks over what the target asks for. {last}A click clears the count.");
    }
}

/// The loudness range, once anything is loud enough to have one.
fn range(side: &SideMeters) -> String {
    let is_gated = side.integrated_lufs().is_finite();
    level(if is_gated { side.range_lu() } else { f64::NAN })
}

/// Where the last over was, in minutes and seconds since the measurement began.
fn last_over(meters: &MeterReader, target: &Target) -> Option<String> {
    let which = super::which_overs(meters, target);
    if meters.bank.output.over_counts[which].load(Relaxed) == 0 {
        return None;
    }
    let mut entries = Vec::new();
    meters.bank.output.overs.read(0, &mut entries);
    let [place, _] = entries.iter().rev().find(|[_, packed]| unpack(*packed).1 == which as f32)?;
    let s = *place as f64 / meters.sample_rate();
    Some(format!("{}:{:05.2}", (s / 60.0) as u64, s % 60.0))
}
