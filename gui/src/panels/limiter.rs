//! The limiter: the last seconds with what it takes away, its ceiling, and the drive for a loudness.

use super::dynamics::dynamics_ui;
use super::{loudness, split};
use crate::desk::Desk;
use crate::host::Host;
use crate::theme;
use crate::view::View;
use crate::widgets::row_ui;
use egui::{Rect, Ui, vec2};
use lacquer_dsp::chain::StageId;

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, desk: &mut Desk, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let search = Rect::from_min_max(picture.left_bottom() - vec2(0.0, loudness::HEIGHT), picture.max);
    let picture = Rect::from_min_max(picture.min, search.right_top() - vec2(0.0, theme::MARGIN));
    loudness::loudness_ui(ui, search, host, desk, view);
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
