//! The dither: the noise that it leaves, against the programme and the threshold of hearing.

use super::curve::{line, points};
use super::split;
use crate::axes::{legend_ui, well_ui};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::Graph;
use crate::theme;
use crate::view::View;
use crate::widgets::row_ui;
use egui::{Align2, Pos2, Rect, Ui, vec2};
use lacquer_dsp::metering::spectrum::Part;

/// Levels at the edges, dBFS in a third of an octave.
const SPAN: [f64; 2] = [-180.0, 0.0];

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 1);
    let rect = Rect::from_min_max(picture.min + vec2(36.0, 6.0), picture.max - vec2(12.0, 16.0));
    let graph = Graph { rect, x: [20.0, 20_000.0], y: SPAN, logarithmic: true };
    well_ui(ui, &graph, &[-160.0, -140.0, -120.0, -100.0, -80.0, -60.0, -40.0, -20.0, 0.0]);
    let settings = host.tree.to_settings().dither;
    let colors = theme::colors();
    let painter = ui.painter().with_clip_rect(rect);
    let programme: Vec<Pos2> = meters
        .readings
        .long
        .bands(3)
        .iter()
        .map(|band| graph.at(band.centre_hz, 10.0 * band.powers.of(Part::Both).max(1e-20).log10()))
        .collect();
    line(&painter, programme, 1.5, colors.output);
    let rate = meters.sample_rate();
    let noise = meters.pictures.dither(&settings, rate);
    let top = 0.5 * rate;
    let shown = points(&graph, |hz| if hz < top { noise.third_octave_dbfs(hz) } else { SPAN[0] });
    line(&painter, shown, 2.2, if settings.on { colors.accent } else { colors.disabled });
    legend_ui(ui, &graph, &[("Programme, six seconds", colors.output), ("Dither's noise", colors.accent)]);
    let at = rect.left_top() + vec2(8.0, 12.0);
    painter.text(
        at,
        Align2::LEFT_CENTER,
        "dBFS, thirds of an octave",
        theme::label_font(),
        colors.text_third,
    );
    row_ui(
        ui,
        rows[0],
        host,
        &[
            ("dither_word_length", "Word length"),
            ("dither_shaping", "Shaping"),
            ("dither_auto_blank", "Auto blank"),
        ],
        view,
    );
}
