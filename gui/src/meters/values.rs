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

/// How many rows are shown where there is little height: the first ones.
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
    if room.is_low { LOW_ROWS } else { ROWS.len() }
}

/// What is looked at: the meters, the target that they are held against, and the overs counted against it.
struct Look<'a> {
    meters: &'a MeterReader,
    target: &'a Target,
    overs: u32,
}

/// What a row shows of a side.
enum Value {
    Level(fn(&SideMeters) -> f64),
    /// The loudness range, once anything is loud enough to have one.
    Range,
    /// How many overs the master has.
    Overs,
}

/// What a click on a row does.
#[derive(Clone, Copy)]
enum Click {
    Nothing,
    /// A maximum begins anew; what that is called.
    Release(Held, &'static str),
    ClearOvers,
}

/// A row: its name, what it shows, what a click on it does, and the colour of the master's value.
struct Row(&'static str, Value, Click, fn(&Look) -> Color32);

const ROWS: [Row; 8] = [
    Row(
        "True peak, dBTP",
        Value::Level(SideMeters::true_peak_max_dbtp),
        Click::Release(Held::TruePeak, "Clear true peak"),
        |look| alarm(super::is_over(look.meters, look.target)),
    ),
    Row("Overs", Value::Overs, Click::ClearOvers, |look| alarm(look.overs > 0)),
    Row("LRA, LU", Value::Range, Click::Nothing, early),
    Row("PLR, dB", Value::Level(SideMeters::plr_db), Click::Nothing, plain),
    Row("PSR, dB", Value::Level(SideMeters::psr_db), Click::Nothing, plain),
    Row("Crest, dB", Value::Level(SideMeters::crest_db), Click::Nothing, plain),
    Row(
        "Max M, LUFS",
        Value::Level(|side| side.momentary_max_lufs.get().into()),
        Click::Release(Held::Momentary, "Clear max M"),
        plain,
    ),
    Row(
        "Max S, LUFS",
        Value::Level(|side| side.short_term_max_lufs.get().into()),
        Click::Release(Held::ShortTerm, "Clear max S"),
        plain,
    ),
];

fn plain(_: &Look) -> Color32 {
    theme::colors().text
}

fn early(look: &Look) -> Color32 {
    let colors = theme::colors();
    if look.meters.history.len() < EARLY { colors.text_third } else { colors.text }
}

fn alarm(is: bool) -> Color32 {
    let colors = theme::colors();
    if is { colors.alarm } else { colors.text }
}

impl Value {
    /// The text for mix and master.
    fn texts(&self, look: &Look) -> [String; 2] {
        let sides = [&look.meters.bank.input, &look.meters.bank.output];
        match self {
            Self::Level(of) => sides.map(|side| level(of(side))),
            Self::Range => sides.map(range),
            Self::Overs if look.overs == 0 => [String::new(), "none".to_owned()],
            Self::Overs => [String::new(), look.overs.to_string()],
        }
    }
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
    let look = Look { meters, target, overs: super::overs(meters, target, view) };
    for (n, Row(name, value, click, color)) in ROWS.iter().take(shown(room)).enumerate() {
        let middle = y(first + n);
        let place = Rect::from_min_size(pos2(rect.left(), middle - height / 2.0), vec2(rect.width(), height));
        match *click {
            Click::Nothing => {}
            Click::Release(held, cleared) => held_ui(ui, place, meters, held, cleared, view),
            Click::ClearOvers => overs_ui(ui, place, meters, target, view),
        }
        let [before, after] = meters.pair(name, || value.texts(&look));
        let spoken = if before.is_empty() { after.clone() } else { format!("{after}, mix {before}") };
        speak_figure(ui, place, name, &spoken);
        let painter = ui.painter();
        let at = |x: f32| pos2(x, middle);
        painter.text(at(rect.left()), Align2::LEFT_CENTER, *name, theme::label_font(), colors.text_third);
        if !room.is_narrow {
            let (at, font) = (at(rect.right() - MIX), theme::body_font());
            painter.text(at, Align2::RIGHT_CENTER, before, font, colors.text_third);
        }
        painter.text(at(rect.right()), Align2::RIGHT_CENTER, after, theme::value_font(), color(&look));
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
