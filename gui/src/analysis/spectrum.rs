//! Input and output over frequency, tilted by 4.5 dB an octave so that music lies level.

use super::{plot, well_ui};
use crate::desk::Desk;
use crate::scale::{Graph, frequencies};
use crate::theme;
use egui::{Color32, Mesh, Pos2, Rect, Shape, Stroke, Ui, pos2};
use lacquer_dsp::metering::spectrum::{Analyser, Part};

/// Levels at the edges, dB at 1 kHz.
const SPAN: [f64; 2] = [-90.0, 0.0];
/// The tilt, dB an octave.
const TILT_DB: f64 = 4.5;

pub(super) fn spectrum_ui(ui: &mut Ui, body: Rect, desk: &Desk) {
    let graph = Graph { rect: plot(body), x: [20.0, 20_000.0], y: SPAN, logarithmic: true };
    well_ui(ui, &graph, &[-80.0, -60.0, -40.0, -20.0, 0.0]);
    draw(ui, &graph, &desk.input, &desk.output);
}

/// Draws both spectra into a graph over frequency.
pub(crate) fn draw(ui: &Ui, graph: &Graph, input: &Analyser, output: &Analyser) {
    let hz = frequencies(graph, 2.0);
    let line = |levels: &[f64]| -> Vec<Pos2> {
        hz.iter().zip(levels).map(|(hz, db)| graph.at(*hz, db + TILT_DB * (hz / 1000.0).log2())).collect()
    };
    let painter = ui.painter().with_clip_rect(graph.rect);
    let points = line(&output.levels_db(Part::Both, &hz));
    fill(&painter, graph, &points, theme::OUTPUT.gamma_multiply(0.25));
    painter.add(Shape::line(line(&input.levels_db(Part::Both, &hz)), Stroke::new(1.0, theme::INPUT)));
    painter.add(Shape::line(points, Stroke::new(1.0, theme::OUTPUT)));
    painter.add(Shape::line(line(&output.held_db(&hz)), Stroke::new(1.0, theme::OUTPUT.gamma_multiply(0.4))));
}

/// Fills the ground under a line.
fn fill(painter: &egui::Painter, graph: &Graph, points: &[Pos2], color: Color32) {
    let mut mesh = Mesh::default();
    for point in points {
        mesh.colored_vertex(*point, color);
        mesh.colored_vertex(pos2(point.x, graph.rect.bottom()), color.gamma_multiply(0.2));
    }
    for n in 0..points.len().saturating_sub(1) as u32 {
        mesh.add_triangle(2 * n, 2 * n + 1, 2 * n + 2);
        mesh.add_triangle(2 * n + 1, 2 * n + 2, 2 * n + 3);
    }
    painter.add(Shape::mesh(mesh));
}
