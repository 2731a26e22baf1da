//! Bass harmonics: what the device cannot play, and what it is given instead.

use super::{side_by_side, split, transfer};
use crate::analysis::spectrum::{self, SpectrumView};
use crate::axes::well_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::Graph;
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, handle_ui, row_ui, small_button_ui};
use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::{ListenSource, StageId};

/// Half of what a pointer hits of a line.
const REACH: f32 = 6.0;

pub(super) fn head_ui(ui: &mut Ui, view: &mut View) {
    let heard = view.listens(StageId::Bass, ListenSource::Part(0));
    let hint = "Plays the harmonics alone.";
    if small_button_ui(ui, 108.0, "Solo harmonics", heard, hint, view).clicked() {
        view.toggle_listen(StageId::Bass, ListenSource::Part(0));
    }
}

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 1);
    let (left, right) = side_by_side(picture, 0.6, picture.width());
    let settings = host.tree.to_settings().bass;
    let colors = theme::colors();
    let rect = Rect::from_min_max(left.min + vec2(32.0, 6.0), left.max - vec2(8.0, 16.0));
    let graph = Graph { rect, x: [20.0, 2000.0], y: [-90.0, 0.0], logarithmic: true };
    well_ui(ui, &graph, &[-80.0, -60.0, -40.0, -20.0, 0.0]);
    spectrum::draw(ui, &graph, &meters.readings.input, &meters.readings.output, SpectrumView::default());
    let corner = graph.x(settings.device_corner_hz);
    let lost = Rect::from_min_max(rect.min, pos2(corner, rect.bottom()));
    ui.painter().rect_filled(lost, 0.0, colors.alarm.gamma_multiply(0.08));
    let at = rect.left_top() + vec2(8.0, 12.0);
    ui.painter().text(at, Align2::LEFT_CENTER, "not played", theme::label_font(), colors.text_third);
    let hit = Rect::from_min_max(pos2(corner - REACH, rect.top()), pos2(corner + REACH, rect.bottom()));
    let hint = format!(
        "Device corner  {}    The device plays nothing below. Drag it, Shift fine.",
        host.text("bass_device_corner")
    );
    let axis = Some(Axis::new("bass_device_corner"));
    let handle =
        Handle { name: "Device corner line", x: axis, y: None, wheel: Some("bass_amount"), hint: &hint };
    handle_ui(ui, &graph, hit, host, &handle, view);
    ui.painter().vline(corner, rect.y_range(), Stroke::new(1.5, colors.accent));
    let tone = meters.pictures.bass(&settings);
    let color = if settings.on { colors.side } else { colors.disabled };
    let bars = Rect::from_min_max(right.min + vec2(0.0, 24.0), right.max);
    transfer::harmonics(ui, bars, &tone.harmonics_db[..4], 2, color);
    let at = right.min + vec2(32.0, 10.0);
    let text = if view.room.is_narrow {
        "Of 50 Hz at \u{2212}12 dBFS, dB against it"
    } else {
        "Harmonics of a 50 Hz tone at \u{2212}12 dBFS, dB against it"
    };
    ui.painter().text(at, Align2::LEFT_CENTER, text, theme::label_font(), colors.text_second);
    row_ui(ui, rows[0], host, &[("bass_amount", "Amount"), ("bass_device_corner", "Device corner")], view);
}
