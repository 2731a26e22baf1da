//! The glue compressor: its curve with the point where it is, and the last seconds.

use super::dynamics::{dynamics_ui, threshold_ui};
use super::{side_by_side, split, transfer};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::theme;
use crate::view::View;
use crate::widgets::rows_ui;
use egui::{Rect, Ui};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::chain::glue::GlueSettings;

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let (left, right) = side_by_side(picture, 0.36, picture.height() + 20.0);
    let settings = host.tree.to_settings().glue;
    let now =
        settings.on.then(|| level_now(&settings, meters)).map(|level| [level, settings.output_db(level)]);
    let color = if settings.on { theme::colors().reduction } else { theme::colors().disabled };
    let graph = transfer::levels(ui, left, |db| settings.output_db(db), now, color);
    threshold_ui(ui, &graph, host, "glue_threshold", "Threshold", settings.on, view);
    dynamics_ui(ui, right, host, StageId::Glue, meters);
    rows_ui(
        ui,
        &rows,
        host,
        &[
            &[
                ("glue_threshold", "Threshold"),
                ("glue_ratio", "Ratio"),
                ("glue_knee", "Knee"),
                ("glue_attack", "Attack"),
                ("glue_release", "Release"),
            ],
            &[
                ("glue_auto", "Auto times"),
                ("glue_sidechain_high_pass", "Side-chain HP"),
                ("glue_link", "Link"),
                ("glue_mix", "Mix"),
                ("glue_makeup", "Makeup"),
            ],
        ],
        view,
    );
}

/// The level at which the curve reduces by as much as the meter says; without a reduction that of the mix, below the knee.
fn level_now(settings: &GlueSettings, meters: &MeterReader) -> f64 {
    let reduction_db = |level: f64| level + settings.makeup_db - settings.output_db(level);
    let now = meters.reductions_db[StageId::Glue as usize];
    let peak = meters.peaks[0].iter().map(|bar| bar.level_db).fold(f64::NEG_INFINITY, f64::max);
    let below_knee = settings.threshold_db - 0.5 * settings.knee_db;
    if now < 0.05 {
        return peak.min(below_knee);
    }
    let (mut low, mut high) = (below_knee, below_knee + 80.0);
    for _ in 0..24 {
        let middle = 0.5 * (low + high);
        if reduction_db(middle) < now { low = middle } else { high = middle }
    }
    low
}
