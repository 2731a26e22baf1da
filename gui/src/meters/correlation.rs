//! The correlation of left and right; silence has none.

use crate::meter_reader::MeterReader;
use crate::scale::Graph;
use crate::theme;
use crate::widgets::speak_figure;
use egui::{Align2, Rect, Ui, pos2, vec2};

pub(super) fn correlation_ui(ui: &Ui, rect: Rect, meters: &MeterReader) {
    let side = &meters.bank.output;
    // What is held since the last sound says nothing of silence.
    let sounds = side.momentary_lufs.get().is_finite();
    let value = sounds.then(|| f64::from(side.correlation.get()));
    let track = Rect::from_min_size(pos2(rect.left(), rect.bottom() - 22.0), vec2(rect.width(), 6.0));
    let graph = Graph { rect: track, x: [-1.0, 1.0], y: [0.0, 1.0], logarithmic: false };
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.rect_filled(track, 2.0, colors.well);
    if let Some(value) = value {
        let color = if value < 0.0 { colors.alarm } else { colors.mid };
        let [from, to] = [graph.x(value.min(0.0)), graph.x(value.max(0.0))];
        let bar = Rect::from_min_max(pos2(from, track.top()), pos2(to, track.bottom()));
        painter.rect_filled(bar, 2.0, color);
    }
    painter.vline(graph.x(0.0), track.y_range(), theme::line(colors.track));
    for (at, align, name) in [
        (-1.0, Align2::LEFT_TOP, "\u{2212}1"),
        (0.0, Align2::CENTER_TOP, "0"),
        (1.0, Align2::RIGHT_TOP, "+1"),
    ] {
        let at = pos2(graph.x(at), track.bottom() + 3.0);
        painter.text(at, align, name, theme::axis_font(), colors.text_third);
    }
    painter.text(rect.left_top(), Align2::LEFT_TOP, "Correlation", theme::label_font(), colors.text_third);
    let text = meters.figure("correlation", || {
        value.map_or("\u{2013}".to_owned(), |value| {
            format!("{}{:.2}", if value < 0.0 { "\u{2212}" } else { "+" }, value.abs())
        })
    });
    speak_figure(ui, rect, "Correlation", &text);
    painter.text(rect.right_top(), Align2::RIGHT_TOP, text, theme::value_font(), colors.text);
}
