//! The saturator: its curve and the harmonics of a tone, found by playing the tone through it.

use super::{side_by_side, split, transfer};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::theme;
use crate::view::View;
use crate::widgets::row_ui;
use egui::{Align2, Rect, Ui, vec2};

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 1);
    let (left, right) = side_by_side(picture, 0.42, picture.height() + 20.0);
    let settings = host.tree.to_settings().saturator;
    let colors = theme::colors();
    let color = if settings.on { colors.side } else { colors.disabled };
    let (curve, tone) = meters.pictures.saturator(&settings);
    transfer::amplitudes(ui, left, &curve.curve, color);
    let bars = Rect::from_min_max(right.min + vec2(0.0, 24.0), right.max);
    transfer::harmonics(ui, bars, &tone.harmonics_db, 2, color);
    let text = format!(
        "Harmonics of a 1 kHz tone at \u{2212}12 dBFS, dB against it: {:.2} % in all",
        100.0 * tone.distortion()
    );
    let at = right.min + vec2(32.0, 10.0);
    ui.painter().text(at, Align2::LEFT_CENTER, text, theme::label_font(), colors.text_second);
    row_ui(
        ui,
        rows[0],
        host,
        &[
            ("saturator_character", "Character"),
            ("saturator_drive", "Drive"),
            ("saturator_mix", "Mix"),
            ("saturator_emphasis", "Emphasis"),
            ("saturator_mid_side", "Mid / side"),
        ],
        view,
    );
}
