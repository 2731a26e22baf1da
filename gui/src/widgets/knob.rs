//! A number that one turns to often: a knob, its label over its value at the right.

use super::number::{Shown, number_ui};
use crate::host::Host;
use crate::theme;
use crate::view::View;
use egui::{Align2, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_params::ParameterInfo;
use std::f32::consts::TAU;

/// Radius of the arc, and of the disc in it.
const ARC: f32 = 16.0;
const DISC: f32 = 11.5;
/// Where the travel begins, clockwise from the right, and how far it goes: from seven to five o'clock.
const START: f32 = 0.375 * TAU;
const TURN: f32 = 0.75 * TAU;

/// One number; fills the area that it is given.
pub(crate) fn knob_ui(ui: &mut Ui, host: &Host, info: &ParameterInfo, label: &str, view: &mut View) {
    number_ui(ui, host, info, label, view, paint);
}

fn paint(ui: &Ui, rect: Rect, shown: &Shown) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let centre = pos2(rect.left() + ARC + 4.0, rect.center().y);
    let arc = |from: f32, to: f32, stroke: Stroke| {
        let steps = ((to - from).abs() * 40.0).ceil().max(1.0);
        let points = (0..=steps as usize).map(|n| at(centre, ARC, from + (to - from) * n as f32 / steps));
        painter.add(Shape::line(points.collect(), stroke));
    };
    arc(0.0, 1.0, Stroke::new(2.5, colors.track));
    let fill = if shown.lit { colors.accent } else { colors.text_third };
    if shown.at != shown.from {
        arc(shown.from, shown.at, Stroke::new(2.5, fill));
    }
    painter.circle(centre, DISC, colors.raised, theme::line(colors.seam));
    painter.line_segment(
        [at(centre, 4.0, shown.at), at(centre, DISC - 1.0, shown.at)],
        Stroke::new(2.0, colors.text),
    );
    let left = centre.x + ARC + 7.0;
    let label = theme::label_font();
    painter.text(pos2(left, centre.y - 8.0), Align2::LEFT_CENTER, shown.label, label, colors.text_third);
    painter.text(
        pos2(left, centre.y + 8.0),
        Align2::LEFT_CENTER,
        &shown.text,
        theme::value_font(),
        colors.text,
    );
}

/// The point at a fraction of the travel.
fn at(centre: Pos2, radius: f32, fraction: f32) -> Pos2 {
    let angle = START + TURN * fraction;
    centre + radius * vec2(angle.cos(), angle.sin())
}
