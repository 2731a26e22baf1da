//! The goniometer, and the correlation of each octave.

use crate::meter_reader::MeterReader;
use crate::scale::{Graph, difference, level};
use crate::theme;
use egui::{Align2, Rect, Shape, Ui, pos2, vec2};
use lacquer_dsp::metering::goniometer::points;
use lacquer_dsp::metering::spectrum::Part;

/// Amplitude that still fills the picture: below it, it shrinks.
const SMALLEST: f32 = 0.03;

pub(super) fn stereo_ui(ui: &mut Ui, body: Rect, meters: &MeterReader) {
    let side = body.height();
    let scope = Rect::from_min_size(body.min, vec2((side * 1.4).min(0.58 * body.width()), side));
    goniometer_ui(ui, scope, meters);
    let right = Rect::from_min_max(pos2(scope.right() + 40.0, body.top()), body.max);
    bands_ui(ui, Rect::from_min_max(right.min + vec2(0.0, 18.0), right.max), meters);
    let side = &meters.bank.output;
    let db = |amplitude: f32| 20.0 * f64::from(amplitude).log10();
    let [mid, difference_of_sides] = [0, 1].map(|part| level(db(side.mid_side_rms[part].get())));
    let text =
        format!("Balance {} dB   mid {mid}   side {difference_of_sides} dB", difference(side.balance_db()));
    ui.painter().text(
        right.left_top(),
        Align2::LEFT_TOP,
        text,
        theme::label_font(),
        theme::colors().text_second,
    );
}

/// Mid upwards, side across, enlarged until it fills its place.
pub(crate) fn goniometer_ui(ui: &Ui, rect: Rect, meters: &MeterReader) {
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, theme::colors().well);
    let centre = rect.center();
    let scale = 0.5 * rect.height();
    // The picture is enlarged until its points fill it: what counts is its shape.
    let points = points(&meters.readings.scope);
    let furthest = points.iter().flatten().fold(0.0f32, |most, x| most.max(x.abs()));
    let enlarged = scale * 0.9 / furthest.max(SMALLEST);
    for (x, y) in [(1.0, 1.0), (1.0, -1.0)] {
        painter.line_segment(
            [centre - vec2(x, y) * scale, centre + vec2(x, y) * scale],
            theme::line(theme::colors().grid_major),
        );
    }
    painter.vline(centre.x, rect.y_range(), theme::line(theme::colors().grid));
    painter.hline(rect.x_range(), centre.y, theme::line(theme::colors().grid));
    for [side, mid] in points {
        // Left is at the left: side is left less right.
        let at = centre + vec2(-side, -mid) * enlarged;
        painter.add(Shape::circle_filled(at, 0.8, theme::colors().mid.gamma_multiply(0.7)));
    }
    for (name, at, align) in [
        ("L", rect.left_top() + vec2(4.0, 2.0), Align2::LEFT_TOP),
        ("R", rect.right_top() + vec2(-4.0, 2.0), Align2::RIGHT_TOP),
    ] {
        painter.text(at, align, name, theme::axis_font(), theme::colors().text_third);
    }
}

fn bands_ui(ui: &Ui, rect: Rect, meters: &MeterReader) {
    let bands = meters.readings.long.bands(1);
    let plot = Rect::from_min_max(rect.min, rect.max - vec2(8.0, 16.0));
    let graph = Graph { rect: plot, x: [0.0, bands.len() as f64], y: [-1.0, 1.0], logarithmic: false };
    let painter = ui.painter();
    painter.rect_filled(plot, 2.0, theme::colors().well);
    for level in [-1.0, 0.0, 1.0] {
        painter.hline(plot.x_range(), graph.y(level).round() + 0.5, theme::line(theme::colors().grid_major));
        let name = ["\u{2212}1", "0", "+1"][(level + 1.0) as usize];
        painter.text(
            pos2(plot.left() - 4.0, graph.y(level)),
            Align2::RIGHT_CENTER,
            name,
            theme::axis_font(),
            theme::colors().text_third,
        );
    }
    for (n, band) in bands.iter().enumerate() {
        let [left, right] = [n as f64 + 0.15, n as f64 + 0.85].map(|x| graph.x(x));
        let hz = band.centre_hz;
        let name = if hz < 1000.0 { format!("{hz:.0}") } else { format!("{:.0}k", hz / 1000.0) };
        painter.text(
            pos2(0.5 * (left + right), plot.bottom() + 2.0),
            Align2::CENTER_TOP,
            name,
            theme::axis_font(),
            theme::colors().text_third,
        );
        // Below -80 dB there is nothing to correlate.
        if band.powers.of(Part::Both) < 1e-8 {
            continue;
        }
        let value = band.powers.correlation();
        let [from, to] = [graph.y(value.max(0.0)), graph.y(value.min(0.0))];
        let color = if value < 0.0 { theme::colors().alarm } else { theme::colors().mid };
        painter.rect_filled(
            Rect::from_min_max(pos2(left, from), pos2(right, to.max(from + 1.0))),
            1.0,
            color,
        );
    }
}
