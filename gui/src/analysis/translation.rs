//! What devices keep of the master; a click lets it be heard through the model of one.

use super::{columns, row_height, scroll_ui, whole_rows};
use crate::meter_reader::MeterReader;
use crate::scale::difference;
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::monitor::device::Device;

const ROW: f32 = 26.0;
/// Shares of the columns, and which of them says what a model does: the last.
const COLUMNS: [f32; 5] = [1.2, 0.9, 1.0, 1.6, 4.5];
const NARROW_COLUMNS: [f32; 5] = [1.2, 0.9, 1.0, 1.6, 0.0];
const MODEL: usize = 4;

pub(super) fn translation_ui(ui: &mut Ui, body: Rect, meters: &MeterReader, view: &mut View) {
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
}
