//! A peak of the spectrum is taken hold of and pulled down, or up: a bell of the equalizer is made at its frequency, as narrow as the peak.

use super::curve;
use super::equalizer::{add_bell, id};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, frequencies, hertz};
use crate::theme;
use crate::view::View;
use egui::{Pos2, Response, Stroke, Ui};
use lacquer_dsp::chain::equalizer::EqualizerSettings;
use lacquer_dsp::metering::spectrum::Part;

/// How near the pointer has to be to a peak, pixels: as far as to a node.
const REACH: f32 = curve::HIT;
/// How far a peak stands out of what is a third of an octave beside it, dB: less is none to the eye.
const LEAST_RISE_DB: f64 = 3.0;
/// A third of an octave.
const THIRD: f64 = 1.259_921_049_894_873_2;
/// Narrowest and widest bell that is made: of a single tone and of a broad hill.
const QS: [f64; 2] = [1.0, 8.0];

/// A peak of the output's spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Peak {
    hz: f64,
    /// As wide as the peak where it has fallen by [`LEAST_RISE_DB`].
    q: f64,
    at: Pos2,
}

/// The peak near a place; none where nothing stands out there.
fn peak_near(graph: &Graph, meters: &MeterReader, at: Pos2) -> Option<Peak> {
    let hz = frequencies(graph, 1.0);
    let levels = meters.readings.output.levels_db(Part::Both, &hz);
    let drawn = |n: usize| curve::spectrum_at(graph, hz[n], levels[n]);
    let near = |n: &usize| (graph.x(hz[*n]) - at.x).abs() <= REACH;
    let top = (1..hz.len().checked_sub(1)?).filter(near).max_by(|a, b| levels[*a].total_cmp(&levels[*b]))?;
    let is_top = levels[top] >= levels[top - 1] && levels[top] >= levels[top + 1];
    let beside = meters.readings.output.levels_db(Part::Both, &[hz[top] / THIRD, hz[top] * THIRD]);
    let rise = levels[top] - 0.5 * (beside[0] + beside[1]);
    if !is_top || rise < LEAST_RISE_DB || drawn(top).distance(at) > REACH {
        return None;
    }
    let fallen = |n: &usize| levels[*n] < levels[top] - LEAST_RISE_DB;
    let left = (0..top).rev().find(fallen).map_or(hz[0], |n| hz[n]);
    let right = (top..hz.len()).find(fallen).map_or(hz[hz.len() - 1], |n| hz[n]);
    Some(Peak { hz: hz[top], q: (hz[top] / (right - left)).clamp(QS[0], QS[1]), at: drawn(top) })
}

/// Shows the peak under the pointer and takes it; `background` is the graph where no node is.
pub(super) fn grab_ui(
    ui: &Ui,
    graph: &Graph,
    background: &Response,
    host: &Host,
    meters: &MeterReader,
    settings: &EqualizerSettings,
    view: &mut View,
) {
    // The band that is being pulled.
    let held = background.id.with("held peak");
    if background.drag_started()
        && let Some(at) = ui.input(|input| input.pointer.press_origin())
        && let Some(peak) = peak_near(graph, meters, at)
        && let Some(band) = add_bell(host, &settings.bands, peak.hz, peak.q, view)
    {
        ui.data_mut(|data| data.insert_temp(held, band));
        host.begin(&id("gain", band));
    }
    if let Some(band) = ui.data(|data| data.get_temp::<usize>(held)) {
        let pulled = background.total_drag_delta().unwrap_or_default().y;
        let gain_db = graph.value_at_y(pulled) - graph.value_at_y(0.0);
        if background.dragged()
            && let Some(info) = host.tree.info(&id("gain", band))
            && let Ok(normalized) =
                host.tree.normalize(&info.id, ((10.0 * gain_db).round() / 10.0).clamp(info.min, info.max))
        {
            host.set_normalized(&info.id, normalized);
        }
        if background.drag_stopped() || !background.dragged() {
            host.end(&id("gain", band));
            ui.data_mut(|data| data.remove::<usize>(held));
        }
    } else if let Some(at) = background.hover_pos()
        && let Some(peak) = peak_near(graph, meters, at)
    {
        let colors = theme::colors();
        ui.painter().circle_stroke(peak.at, 5.0, Stroke::new(1.5, colors.text));
        ui.painter().vline(peak.at.x, peak.at.y + 6.0..=graph.rect.bottom(), theme::line(colors.grid_major));
        view.hint = format!(
            "Peak at {}  {}      Drag it down: a bell as narrow as the peak.",
            hertz(peak.hz),
            curve::note(peak.hz)
        );
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeVertical);
    }
}
