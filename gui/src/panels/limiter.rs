//! The limiter: the last seconds with what it takes away, and its ceiling.

use super::dynamics::dynamics_ui;
use super::split;
use crate::desk::Desk;
use crate::host::Host;
use crate::view::View;
use crate::widgets::row_ui;
use egui::{Rect, Ui};
use lacquer_dsp::chain::StageId;

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, desk: &Desk, view: &mut View) {
    let (picture, rows) = split(body, 2);
    dynamics_ui(ui, picture, host, StageId::Limiter, Some(("limiter_ceiling", "Ceiling")), desk, view);
    row_ui(
        ui,
        rows[0],
        host,
        &[
            ("limiter_drive", "Drive"),
            ("limiter_ceiling", "Ceiling"),
            ("limiter_style", "Style"),
            ("limiter_release", "Release"),
            ("limiter_auto_release", "Auto release"),
        ],
        view,
    );
    row_ui(
        ui,
        rows[1],
        host,
        &[
            ("limiter_transient_link", "Transient link"),
            ("limiter_release_link", "Release link"),
            ("limiter_true_peak", "True peak"),
            ("limiter_unity_gain", "Unity gain"),
        ],
        view,
    );
}
