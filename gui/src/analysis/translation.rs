//! What devices keep of the master; a click lets it be heard through the model of one, and shows what that one keeps of the tone.

use super::{columns, row_height, scroll_ui, whole_rows};
use crate::axes::{legend_ui, plot, well_ui};
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, difference, frequencies};
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::metering::tone::Balance;
use lacquer_dsp::monitor::device::Device;

const ROW: f32 = 26.0;
/// Shares of the columns, and which of them says what a model does: the last.
const COLUMNS: [f32; 5] = [1.2, 0.9, 1.0, 1.6, 4.5];
const NARROW_COLUMNS: [f32; 5] = [1.2, 0.9, 1.0, 1.6, 0.0];
const MODEL: usize = 4;
/// Height from which there is room for a picture under the table, and its share.
const ROOM: f32 = 400.0;
const PICTURE: f32 = 0.45;
/// Levels at the picture's edges, dB against the middle's.
const SPAN: [f64; 2] = [-42.0, 30.0];

pub(super) fn translation_ui(ui: &mut Ui, body: Rect, meters: &MeterReader, view: &mut View) {
    if body.height() < ROOM {
        table_ui(ui, body, meters, view);
        return;
    }
    let border = body.bottom() - PICTURE * body.height();
    let pointed = table_ui(ui, body.with_max_y(border), meters, view);
    let shown = pointed.or(view.monitor.settings.device).unwrap_or(Device::Phone);
    tone_ui(ui, body.with_min_y(border + theme::MARGIN), meters, shown);
}

/// The table; the device under the pointer.
fn table_ui(ui: &mut Ui, body: Rect, meters: &MeterReader, view: &mut View) -> Option<Device> {
    let mut pointed = None;
    let row = row_height(body, Device::ALL.len() + 1, ROW);
    let height = row * (Device::ALL.len() as f32 + 1.0);
    scroll_ui(ui, whole_rows(body, row), height, |ui, rect| {
        // Where there is little room the models are left to the hints.
        let is_narrow = view.room.is_narrow;
        let at = columns(rect, if is_narrow { &NARROW_COLUMNS } else { &COLUMNS });
        let text = |ui: &Ui, column: usize, y: f32, text: &str, color| {
            ui.painter().text(
                pos2(at[column] + 8.0, y),
                Align2::LEFT_CENTER,
                text,
                theme::body_font(),
                color,
            );
        };
        let heads = ["Listen (model)", "Loudness", "Cannot play", "Bass", "Model"];
        for (column, name) in heads.into_iter().enumerate().take(if is_narrow { MODEL } else { heads.len() })
        {
            text(ui, column, rect.top() + row / 2.0, name, theme::colors().text_third);
        }
        for (n, (device, kept)) in Device::ALL.into_iter().zip(meters.translations()).enumerate() {
            let y = rect.top() + (n as f32 + 1.5) * row;
            let whole = Rect::from_center_size(pos2(rect.center().x, y), vec2(rect.width(), row));
            if ui.rect_contains_pointer(whole) {
                pointed = Some(device);
            }
            let place = Rect::from_center_size(pos2(at[0] + 56.0, y), vec2(104.0, ROW - 4.0));
            let is_heard = view.monitor.settings.device == Some(device);
            let hint =
                format!("Plays the master as this model would, as loud as it was: {}.", device.model());
            if button_ui(ui, place, device.name(), is_heard, &hint, view) {
                view.monitor.settings.device = (!is_heard).then_some(device);
            }
            if !is_narrow {
                text(ui, MODEL, y, device.model(), theme::colors().text_third);
            }
            let Some(kept) = kept else { continue };
            let color = if kept.loss_db < -3.0 { theme::colors().alarm } else { theme::colors().text };
            text(ui, 1, y, &format!("{} dB", difference(kept.loss_db)), color);
            let share = 100.0 * 10f64.powf(0.1 * kept.unplayable_db);
            text(ui, 2, y, &format!("{share:.0} % of it"), theme::colors().text_second);
            let (bass, color) = if kept.bass_survives {
                ("survives", theme::colors().ok)
            } else {
                ("! lost: add harmonics", theme::colors().alarm)
            };
            text(ui, 3, y, bass, color);
        }
    });
    pointed
}

/// The master's tone, and what a device plays of it.
fn tone_ui(ui: &Ui, area: Rect, meters: &MeterReader, device: Device) {
    let colors = theme::colors();
    let graph = Graph { rect: plot(area), x: [20.0, 20_000.0], y: SPAN, logarithmic: true };
    well_ui(ui, &graph, &[-36.0, -24.0, -12.0, 0.0, 12.0, 24.0]);
    let painter = ui.painter().with_clip_rect(graph.rect);
    let response = |hz: f64| device.response_db(hz, meters.sample_rate());
    for [centre, db] in Balance::of(&meters.readings.long).thirds {
        let [left, right] = graph.third(centre);
        let bar = |db: f64| {
            let corner = pos2(left, graph.y(db).min(graph.rect.bottom()));
            Rect::from_min_max(corner, pos2(right, graph.rect.bottom()))
        };
        painter.rect_filled(bar(db), 1.0, colors.track);
        painter.rect_filled(bar(db + response(centre)), 1.0, theme::faint(colors.output));
    }
    let curve = frequencies(&graph, 2.0).iter().map(|hz| graph.at(*hz, response(*hz))).collect();
    painter.add(Shape::line(curve, Stroke::new(2.0, colors.accent)));
    let played = format!("What {} plays of it", device.name());
    let model = format!("Response of {}", device.name());
    legend_ui(
        ui,
        &graph,
        &[("Master", colors.track), (&played, theme::faint(colors.output)), (&model, colors.accent)],
    );
}
