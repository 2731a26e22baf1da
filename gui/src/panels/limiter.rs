//! The limiter: the last seconds with what it takes away, its ceiling, and the drive for a loudness.

use super::dynamics::dynamics_ui;
use super::{loudness, split};
use crate::desk::Desk;
use crate::host::Host;
use crate::theme;
use crate::view::View;
use crate::widgets::{row_ui, small_button_ui};
use egui::{Rect, Ui, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::{ProcessSpec, Quality};

/// How it limits: the chain's quality, which fixes the latency, chooses.
pub(super) fn head_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let quality = host.tree.to_spec(ProcessSpec::stereo(48_000.0)).quality;
    let modes = [
        (
            "Low latency",
            98.0,
            quality == Quality::Live,
            "Live",
            "A gain that looks 1.5 ms ahead: to play through. Sets the quality to Live.",
        ),
        (
            "High",
            56.0,
            quality != Quality::Live,
            "Standard",
            "Clips short peaks where the music masks it, turns down what is steady or long. Sets the quality to Standard.",
        ),
    ];
    for (name, width, is_on, sets, hint) in modes {
        if small_button_ui(ui, width, name, is_on, hint, view).clicked() && !is_on {
            // One of the quality's own choices.
            let _ = host.set_text("quality", sets);
        }
    }
    ui.add_space(theme::GAP);
    let text = egui::RichText::new("lacquer master and album: best").font(theme::label_font());
    let told = ui.label(text.color(theme::colors().text_third));
    if told.hovered() {
        view.hint = "The command sees the whole song: cleaner still, for files only; --limiter high renders what plays here."
            .to_owned();
    }
}

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
