//! The clipper: its curve, and the last seconds.

use super::dynamics::dynamics_ui;
use super::{side_by_side, split, transfer};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::theme;
use crate::view::View;
use crate::widgets::row_ui;
use egui::{Rect, Ui};
use lacquer_dsp::chain::StageId;

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 1);
    let (left, right) = side_by_side(picture, 0.36, picture.height() + 20.0);
    let settings = host.tree.to_settings().clipper;
    let color = if settings.on { theme::colors().side } else { theme::colors().disabled };
    transfer::amplitudes(ui, left, &meters.pictures.clipper(&settings).curve, color);
    dynamics_ui(ui, right, host, StageId::Clipper, meters);
    row_ui(ui, rows[0], host, &[("clipper_threshold", "Threshold"), ("clipper_knee", "Knee")], view);
}
