//! The limiter: the last seconds with what it takes away, its ceiling, and the drive for a loudness.

use super::dynamics::{dynamics_ui, threshold_ui};
use super::{loudness, split};
use crate::axes::chip_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::meters::{self, target};
use crate::scale::{Graph, level};
use crate::strip::is_on;
use crate::theme;
use crate::view::View;
use crate::widgets::{rows_ui, small_button_ui};
use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::{ProcessSpec, Quality};

/// Width of the button that sets the ceiling.
const SET_CEILING: f32 = 120.0;

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

/// The target's own ceiling as a second line.
fn asked_ui(ui: &Ui, graph: &Graph, host: &Host, meters: &MeterReader) {
    let (target, colors) = (target(host), theme::colors());
    let asked_dbtp = meters::asked_dbtp(meters, &target);
    let ceiling = host.tree.plain("limiter_ceiling").unwrap_or_default();
    if (asked_dbtp - ceiling).abs() > 0.005 {
        let y = graph.y(asked_dbtp);
        let ends = [pos2(graph.rect.left(), y), pos2(graph.rect.right(), y)];
        let line = Stroke::new(1.0, colors.text_second);
        ui.painter().extend(egui::Shape::dashed_line(&ends, line, 2.0, 4.0));
        let at = pos2(graph.rect.right() - 6.0, y);
        let (at, align) = if ceiling < asked_dbtp {
            (at - vec2(0.0, 2.0), Align2::RIGHT_BOTTOM)
        } else {
            (at + vec2(0.0, 2.0), Align2::RIGHT_TOP)
        };
        let text = format!("{} {} dBTP", target.name, level(asked_dbtp));
        chip_ui(ui, at, align, &text, theme::axis_font(), colors.text_second);
    }
}

/// What is over the target's ceiling, with the one move that mends it.
fn overs_ui(ui: &mut Ui, graph: &Graph, host: &Host, meters: &MeterReader, view: &mut View) {
    let (target, colors) = (target(host), theme::colors());
    let asked_dbtp = meters::asked_dbtp(meters, &target);
    let ceiling = host.tree.plain("limiter_ceiling").unwrap_or_default();
    let overs = meters::overs(meters, &target, view);
    if ceiling <= asked_dbtp + 0.005 || (overs == 0 && !meters::is_over(meters, &target)) {
        return;
    }
    let counted = match overs {
        0 => format!("True peaks over what {} asks for", target.name),
        1 => format!("1 over against {}", target.name),
        overs => format!("{overs} overs against {}", target.name),
    };
    let bar = Rect::from_min_max(
        graph.rect.left_bottom() + vec2(6.0, -30.0),
        graph.rect.right_bottom() - vec2(6.0, 4.0),
    );
    let galley = ui.painter().layout_no_wrap(format!("! {counted}"), theme::strong_font(), colors.alarm);
    let ground = bar.with_max_x(bar.left() + galley.size().x + 20.0 + SET_CEILING);
    ui.painter().rect_filled(ground, theme::RADIUS, colors.well);
    ui.painter().galley(pos2(bar.left() + 6.0, bar.center().y - galley.size().y / 2.0), galley, colors.alarm);
    let button =
        Rect::from_min_max(pos2(ground.right() - SET_CEILING, bar.top() + 1.0), ground.max - vec2(1.0, 1.0));
    meters::ceiling_button_ui(ui, button, host, asked_dbtp, view);
}

/// What to do first, while nothing was heard.
fn first_run_ui(ui: &Ui, graph: &Graph, host: &Host) {
    let (target, colors) = (target(host), theme::colors());
    let reach = target.integrated_lufs.map_or(
        "3   Set the drive by ear: M is mono, X the mix, equally loud.".to_owned(),
        |lufs| {
            format!(
                "3   Press Reach {} LUFS in the meters, and Set once it has listened for ten seconds.",
                level(lufs)
            )
        },
    );
    let lines = [
        "1   Play the loudest part of the song.".to_owned(),
        format!("2   Choose where it goes, at the upper right: {} now.", target.name),
        reach,
    ];
    for (n, text) in lines.into_iter().enumerate() {
        let at = graph.rect.center() + vec2(-220.0, 22.0 * (n as f32 - 0.4));
        ui.painter().text(at, Align2::LEFT_CENTER, text, theme::body_font(), colors.text_second);
    }
}

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let search = Rect::from_min_max(picture.left_bottom() - vec2(0.0, loudness::HEIGHT), picture.max);
    let picture = Rect::from_min_max(picture.min, search.right_top() - vec2(0.0, theme::MARGIN));
    loudness::loudness_ui(ui, search, host, meters, view);
    let graph = dynamics_ui(ui, picture, host, StageId::Limiter, meters);
    asked_ui(ui, &graph, host, meters);
    let is_on = is_on(host, StageId::Limiter);
    threshold_ui(ui, &graph, host, "limiter_ceiling", "Ceiling", is_on, view);
    overs_ui(ui, &graph, host, meters, view);
    if !meters.bank.output.integrated_lufs().is_finite() {
        first_run_ui(ui, &graph, host);
    }
    rows_ui(
        ui,
        &rows,
        host,
        &[
            &[
                ("limiter_drive", "Drive"),
                ("limiter_ceiling", "Ceiling"),
                ("limiter_style", "Style"),
                ("limiter_release", "Release"),
                ("limiter_auto_release", "Auto release"),
            ],
            &[
                ("limiter_transient_link", "Transient link"),
                ("limiter_release_link", "Release link"),
                ("limiter_true_peak", "True peak"),
                ("limiter_unity_gain", "Unity gain"),
            ],
        ],
        view,
    );
}
