//! Graphs of gain over frequency, in front of the spectrum: what equalizers, bands and widths are drawn on.

use crate::analysis::spectrum::{self, SpectrumView};
use crate::axes::{frequencies_ui, levels_ui, notes_ui};
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, difference, frequencies, hertz, thinned};
use crate::theme;
use crate::view::View;
use egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Response, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::equalizer::Placement;
use lacquer_dsp::chain::{ListenSource, StageId};
use lacquer_dsp::metering::spectrum::Part;

/// Frequencies at the edges, hertz.
const SPAN_HZ: [f64; 2] = [16.0, 24_000.0];
/// Levels of the spectrum at the edges, dB.
const LEVELS: [f64; 2] = [-90.0, 0.0];
/// Radius of a node, of the chosen one's ring, and of what a pointer hits.
pub(super) const NODE: f32 = 9.0;
pub(super) const RING: f32 = 13.0;
pub(super) const HIT: f32 = 16.0;

/// The graph in an area, gains from `bottom` to `top` dB.
pub(super) fn graph(area: Rect, [bottom, top]: [f64; 2]) -> Graph {
    let rect = Rect::from_min_max(area.min + vec2(32.0, 4.0), area.max - vec2(32.0, 16.0));
    Graph { rect, x: SPAN_HZ, y: [bottom, top], logarithmic: true }
}

/// The same graph with the spectrum's levels at its edges.
fn levels(graph: &Graph) -> Graph {
    Graph { y: LEVELS, ..*graph }
}

/// Where a level of the spectrum is drawn.
pub(super) fn spectrum_at(graph: &Graph, hz: f64, db: f64) -> Pos2 {
    levels(graph).at(hz, spectrum::tilted(SpectrumView::default(), hz, db))
}

/// Lines, figures and the live spectra of what a band of `channel` works on.
pub(super) fn ground_ui(
    ui: &Ui,
    graph: &Graph,
    steps: &[f64],
    channel: Placement,
    meters: &MeterReader,
    view: &View,
) {
    levels_ui(ui, graph, steps, &|db| {
        let sign = if db > 0.0 {
            "+"
        } else if db < 0.0 {
            "\u{2212}"
        } else {
            ""
        };
        format!("{sign}{}", db.abs())
    });
    if view.curve.piano {
        notes_ui(ui, graph)
    } else {
        frequencies_ui(ui, graph)
    }
    let levels = levels(graph);
    for db in [-72.0, -54.0, -36.0, -18.0] {
        let at = pos2(graph.rect.right() + 5.0, levels.y(db));
        let text = format!("\u{2212}{}", -db);
        ui.painter().text(at, Align2::LEFT_CENTER, text, theme::axis_font(), theme::colors().text_third);
    }
    let channel = match channel {
        Placement::Mid => Some(Part::Mid),
        Placement::Side => Some(Part::Side),
        Placement::Stereo | Placement::Left | Placement::Right => None,
    };
    let shown = SpectrumView { channel, holds: view.spectrum.holds, ..SpectrumView::default() };
    spectrum::draw(ui, &levels, &meters.readings.input, &meters.readings.output, shown);
}

/// The points of a gain over frequency.
pub(super) fn points(graph: &Graph, gain_db: impl Fn(f64) -> f64) -> Vec<Pos2> {
    let points: Vec<Pos2> = frequencies(graph, 2.0).into_iter().map(|hz| graph.at(hz, gain_db(hz))).collect();
    thinned(&points)
}

/// A curve.
pub(super) fn line(painter: &Painter, points: Vec<Pos2>, width: f32, color: Color32) {
    painter.add(Shape::line(points, Stroke::new(width, color)));
}

/// The area between a line and a level.
pub(crate) fn band(points: &[Pos2], base: f32, color: Color32) -> Shape {
    let mut mesh = Mesh::default();
    for point in points {
        mesh.colored_vertex(*point, color);
        mesh.colored_vertex(pos2(point.x, base), color);
    }
    for n in 0..points.len().saturating_sub(1) as u32 {
        mesh.add_triangle(2 * n, 2 * n + 1, 2 * n + 2);
        mesh.add_triangle(2 * n + 1, 2 * n + 2, 2 * n + 3);
    }
    Shape::mesh(mesh)
}

/// A numbered node.
pub(super) fn node_ui(ui: &Ui, centre: Pos2, text: &str, color: Color32, chosen: bool, focused: bool) {
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.circle(centre, NODE, if chosen { color } else { colors.raised }, Stroke::new(1.5, color));
    if chosen || focused {
        painter.circle_stroke(centre, RING, Stroke::new(1.5, color));
    }
    let ink = if chosen { colors.on_accent } else { colors.text };
    painter.text(centre, Align2::CENTER_CENTER, text, theme::label_font(), ink);
}

/// Lets a band's region be heard alone for as long as its node is held with Ctrl.
pub(super) fn hear_held(ui: &Ui, node: &Response, stage: StageId, band: usize, view: &mut View) {
    let held = node.is_pointer_button_down_on() && ui.input(|input| input.modifiers.command);
    view.listen_while(held, stage, ListenSource::Part(band));
}

/// Width of the text in a node's box at least: it does not change with every figure.
const LEAST_READ_OUT: f32 = 140.0;

/// Lines of text in a box beside a node, never over it.
pub(super) fn read_out_ui(ui: &Ui, graph: &Graph, centre: Pos2, lines: [String; 3]) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let [first, ..] = &lines;
    let heading = painter.layout_no_wrap(first.clone(), theme::strong_font(), colors.text);
    let others = lines[1..].iter().cloned();
    let others = others.map(|text| painter.layout_no_wrap(text, theme::body_font(), colors.text_second));
    let galleys: Vec<_> = std::iter::once(heading).chain(others).collect();
    let width = galleys.iter().map(|galley| galley.size().x).fold(LEAST_READ_OUT, f32::max);
    let size = vec2(width + 16.0, 58.0);
    let fits = centre.x + RING + 8.0 + size.x < graph.rect.right();
    let left = if fits { centre.x + RING + 8.0 } else { centre.x - RING - 8.0 - size.x };
    let top = (centre.y - size.y / 2.0).clamp(graph.rect.top() + 4.0, graph.rect.bottom() - size.y - 4.0);
    let rect = Rect::from_min_size(pos2(left, top), size);
    painter.rect_filled(rect, theme::RADIUS, colors.raised);
    painter.rect_stroke(rect, theme::RADIUS, theme::line(colors.track), egui::StrokeKind::Inside);
    for (row, galley) in galleys.into_iter().enumerate() {
        let at = rect.min + vec2(8.0, 12.0 + 17.0 * row as f32 - galley.size().y / 2.0);
        painter.galley(at, galley, colors.text);
    }
}

/// A place in the graph under the pointer, in words.
pub(super) fn cursor(graph: &Graph, at: Pos2) -> String {
    let hz = graph.value_at_x(at.x);
    format!("{}   {}   {} dB", hertz(hz), note(hz), difference(graph.value_at_y(at.y)))
}

/// The nearest note and how far from it in cents, A4 at 440 Hz.
pub(super) fn note(hz: f64) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    let pitch = 69.0 + 12.0 * (hz / 440.0).log2();
    let nearest = pitch.round();
    let cents = ((pitch - nearest) * 100.0).round();
    let name = NAMES[(nearest as i32).rem_euclid(12) as usize];
    let sign = if cents < 0.0 { "\u{2212}" } else { "+" };
    format!("{name}{} {sign}{} ct", (nearest as i32).div_euclid(12) - 1, cents.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_named_with_their_cents() {
        assert_eq!(note(440.0), "A4 +0 ct");
        assert_eq!(note(261.63), "C4 +0 ct");
        assert_eq!(note(1000.0), "B5 +21 ct");
        assert_eq!(note(20.0), "D#0 +49 ct");
    }
}
