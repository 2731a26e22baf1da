//! Spectra: input against output, or mid against side; lines or thirds of an octave; tilted so that music lies level.

use crate::app::area_ui;
use crate::axes::{legend_ui, plot, well_ui};
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, frequencies};
use crate::theme;
use crate::view::View;
use crate::widgets::{button_ui, name_menu};
use egui::{Color32, ComboBox, Mesh, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::metering::spectrum::{Averaging, LENGTHS, Part, Spectrum};

/// Levels at the edges, dB at 1 kHz.
const SPAN: [f64; 2] = [-90.0, 0.0];
/// Width of the controls at the right.
const CONTROLS: f32 = 168.0;
const AVERAGES: [(Averaging, &str); 4] = [
    (Averaging::Seconds(0.1), "Fast"),
    (Averaging::Seconds(0.3), "Mid"),
    (Averaging::Seconds(3.0), "Slow"),
    (Averaging::Endless, "All"),
];
/// Tilts, dB an octave.
const TILTS: [f64; 3] = [0.0, 3.0, 4.5];

/// How the spectrum is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SpectrumView {
    /// Mid and side of the output instead of input and output.
    pub mid_side: bool,
    /// Thirds of an octave instead of lines.
    pub thirds: bool,
    /// dB an octave.
    pub tilt_db: f64,
    /// Whether the highest levels are shown.
    pub holds: bool,
    /// The part of the output that is looked at, in front of the other one: what a band of that channel works on.
    pub channel: Option<Part>,
}

impl SpectrumView {
    /// Whether the highest levels stand in the picture: they are the whole output's.
    fn holds_are_drawn(&self) -> bool {
        self.holds && self.channel.is_none()
    }
}

impl Default for SpectrumView {
    fn default() -> Self {
        Self { mid_side: false, thirds: false, tilt_db: 4.5, holds: true, channel: None }
    }
}

pub(super) fn spectrum_ui(ui: &mut Ui, body: Rect, meters: &mut MeterReader, view: &mut View) {
    let controls = Rect::from_min_max(pos2(body.right() - CONTROLS, body.top()), body.max);
    let body = Rect::from_min_max(body.min, pos2(controls.left() - theme::MARGIN, body.bottom()));
    let graph = Graph { rect: plot(body), x: [20.0, 20_000.0], y: SPAN, logarithmic: true };
    well_ui(ui, &graph, &[-80.0, -60.0, -40.0, -20.0, 0.0]);
    let is_in_thirds = view.spectrum.thirds || lies_above(view);
    if is_in_thirds {
        draw_thirds(ui, &graph, meters, view.spectrum);
    } else {
        draw(ui, &graph, &meters.readings.input, &meters.readings.output, view.spectrum);
    }
    let [below, above] = names(view.spectrum);
    let [(.., below_color), (.., above_color)] =
        traces(&meters.readings.input, &meters.readings.output, view.spectrum);
    let mut shown = vec![(above, above_color), (below, below_color)];
    if view.spectrum.holds_are_drawn() && !is_in_thirds {
        shown.push(("Highest", theme::faint(theme::colors().output)));
    }
    legend_ui(ui, &graph, &shown);
    controls_ui(ui, controls, meters, view);
}

/// What [`traces`] shows, in words.
fn names(view: SpectrumView) -> [&'static str; 2] {
    match (view.channel, view.mid_side) {
        (Some(Part::Side), _) => ["Mid", "Side"],
        (Some(Part::Mid), _) | (_, true) => ["Side", "Mid"],
        _ => ["Input", "Output"],
    }
}

/// Whether the panel above has the lines in its picture: the same spectrum does not stand twice on a screen.
fn lies_above(view: &View) -> bool {
    !view.expanded && matches!(view.stage, StageId::Equalizer | StageId::DynamicEq | StageId::Bass)
}

fn controls_ui(ui: &mut Ui, rect: Rect, meters: &mut MeterReader, view: &mut View) {
    let half = (rect.width() - theme::GAP) / 2.0;
    let cell = |row: f32, column: f32, width: f32| {
        let corner =
            rect.min + vec2(column * (half + theme::GAP), row * (theme::CONTROL_HEIGHT + theme::GAP));
        Rect::from_min_size(corner, vec2(width, theme::CONTROL_HEIGHT))
    };
    let shown = view.spectrum;
    if button_ui(ui, cell(0.0, 0.0, half), "Mid/side", shown.mid_side, "Mid and side of the output.", view) {
        view.spectrum.mid_side = !shown.mid_side;
    }
    let (thirds, hint) = match lies_above(view) {
        true => (true, "Thirds of an octave: the lines are in the panel above."),
        false => (shown.thirds, "Thirds of an octave."),
    };
    if button_ui(ui, cell(0.0, 1.0, half), "Thirds", thirds, hint, view) && !lies_above(view) {
        view.spectrum.thirds = !shown.thirds;
    }
    let (mut length, mut averaging) = (meters.readings.output.length(), meters.readings.averaging);
    area_ui(ui, cell(1.0, 0.0, rect.width()), |ui| {
        let menu = ComboBox::from_id_salt("length")
            .selected_text(format!("{length} points"))
            .width(rect.width())
            .show_ui(ui, |ui| {
                for other in LENGTHS {
                    if ui.selectable_value(&mut length, other, format!("{other} points")).clicked() {
                        ui.close();
                    }
                }
            });
        name_menu(&menu.response, "Points");
    });
    let name = AVERAGES.iter().find(|(other, _)| *other == averaging).map_or("", |(_, name)| name);
    area_ui(ui, cell(2.0, 0.0, half), |ui| {
        let menu = ComboBox::from_id_salt("averaging").selected_text(name).width(half).show_ui(ui, |ui| {
            for (other, name) in AVERAGES {
                if ui.selectable_value(&mut averaging, other, name).clicked() {
                    ui.close();
                }
            }
        });
        name_menu(&menu.response, "Averaging");
    });
    area_ui(ui, cell(2.0, 1.0, half), |ui| {
        let text = |tilt: f64| format!("{tilt} dB");
        let menu =
            ComboBox::from_id_salt("tilt").selected_text(text(shown.tilt_db)).width(half).show_ui(ui, |ui| {
                for tilt in TILTS {
                    if ui.selectable_value(&mut view.spectrum.tilt_db, tilt, text(tilt)).clicked() {
                        ui.close();
                    }
                }
            });
        name_menu(&menu.response, "Tilt");
    });
    if (length, averaging) != (meters.readings.output.length(), meters.readings.averaging) {
        meters.set_spectrum(length, averaging);
    }
    let hint = "Shows the highest levels since they were cleared.";
    if button_ui(ui, cell(3.0, 0.0, half), "Peak hold", shown.holds, hint, view) {
        view.spectrum.holds = !shown.holds;
    }
    if button_ui(ui, cell(3.0, 1.0, half), "Clear peaks", false, "Forgets the highest levels.", view) {
        meters.release_peaks();
    }
}

/// The two spectra that are compared: of what, which part, colour.
fn traces<'a>(
    input: &'a Spectrum,
    output: &'a Spectrum,
    view: SpectrumView,
) -> [(&'a Spectrum, Part, Color32); 2] {
    let colors = theme::colors();
    match view.channel {
        Some(Part::Side) => return [(output, Part::Mid, colors.mid), (output, Part::Side, colors.side)],
        Some(Part::Mid) => return [(output, Part::Side, colors.side), (output, Part::Mid, colors.mid)],
        _ => {}
    }
    if view.mid_side {
        [(output, Part::Side, theme::colors().side), (output, Part::Mid, theme::colors().mid)]
    } else {
        // Over the output's fill the grey of an input alone would be lost.
        [(input, Part::Both, theme::colors().text_third), (output, Part::Both, theme::colors().output)]
    }
}

/// A level as it is drawn, dB: tilted around 1 kHz.
pub(crate) fn tilted(view: SpectrumView, hz: f64, db: f64) -> f64 {
    db + view.tilt_db * (hz / 1000.0).log2()
}

/// Draws both spectra into a graph over frequency.
pub(crate) fn draw(ui: &Ui, graph: &Graph, input: &Spectrum, output: &Spectrum, view: SpectrumView) {
    let hz = frequencies(graph, 2.0);
    let line = |levels: &[f64]| -> Vec<Pos2> {
        hz.iter().zip(levels).map(|(hz, db)| graph.at(*hz, tilted(view, *hz, *db))).collect()
    };
    let painter = ui.painter().with_clip_rect(graph.rect);
    let [below, above] = traces(input, output, view);
    let points = line(&above.0.levels_db(above.1, &hz));
    fill(&painter, graph, &points, above.2.gamma_multiply(0.25));
    painter.add(Shape::line(line(&below.0.levels_db(below.1, &hz)), Stroke::new(1.0, below.2)));
    painter.add(Shape::line(points, Stroke::new(1.0, above.2)));
    if view.holds_are_drawn() {
        let held = line(&output.held_db(&hz));
        painter.add(Shape::line(held, Stroke::new(1.0, theme::faint(theme::colors().output))));
    }
}

fn draw_thirds(ui: &Ui, graph: &Graph, meters: &MeterReader, view: SpectrumView) {
    let painter = ui.painter().with_clip_rect(graph.rect);
    let [below, above] = traces(&meters.readings.input, &meters.readings.output, view);
    let level = |part: Part, band: &lacquer_dsp::metering::spectrum::Band| {
        tilted(view, band.centre_hz, 10.0 * band.powers.of(part).max(1e-20).log10())
    };
    for (below_band, band) in below.0.bands(3).iter().zip(above.0.bands(3)) {
        let [left, right] = graph.third(band.centre_hz);
        let top = graph.y(level(above.1, &band));
        let bar = Rect::from_min_max(pos2(left, top), pos2(right, graph.rect.bottom()));
        painter.rect_filled(bar, 1.0, above.2.gamma_multiply(0.6));
        painter.hline(left..=right, graph.y(level(below.1, below_band)), Stroke::new(2.0, below.2));
    }
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
