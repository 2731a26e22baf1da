//! The meter column: loudness, true peak and what they mean for the target.

mod bars;
mod correlation;
mod loudness;
mod target_menu;
mod values;

use crate::app::area_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::level;
use crate::theme;
use crate::view::View;
use crate::widgets::{button_ui, name_menu};
use egui::{ComboBox, Rect, Ui, pos2, vec2};
use lacquer_dsp::monitor::platform::outcome;
use lacquer_dsp::shared::meter_controls::FollowTransport;
use lacquer_dsp::shared::readings::Value;
use lacquer_dsp::targets::{TARGETS, Target};
use std::sync::atomic::Ordering::Relaxed;

/// Height of the figure, and where its words stand below it.
const FIGURE: f32 = 84.0;
const NARROW_FIGURE: f32 = 100.0;
/// Height of a row of values, of the correlation, and the least of the bars.
const ROW: f32 = 20.0;
const CORRELATION: f32 = 44.0;
const LEAST_BARS: f32 = 100.0;

/// The target that the session is measured against.
pub(crate) fn target(host: &Host) -> Target {
    let text = host.tree.params().target.read().map(|text| text.clone()).unwrap_or_default();
    Target::from_text(&text).unwrap_or(TARGETS[0])
}

/// The true peak in dBTP that a target asks for from a master as loud as this one: what meters, overs and platforms all go by.
pub(crate) fn asked_dbtp(meters: &MeterReader, target: &Target) -> f64 {
    made_of(meters, target).asked_dbtp
}

/// Whether the master was over it.
pub(crate) fn is_over(meters: &MeterReader, target: &Target) -> bool {
    made_of(meters, target).is_over
}

/// True peaks of the master over what the target asks for, since the count was cleared.
pub(crate) fn overs(meters: &MeterReader, target: &Target, view: &View) -> u32 {
    let which = which_overs(meters, target);
    meters.bank.output.over_counts[which].load(Relaxed).saturating_sub(view.overs_before[which])
}

/// Which count is the target's: a master may be loud for its first seconds alone, so that both are kept.
fn which_overs(meters: &MeterReader, target: &Target) -> usize {
    usize::from(made_of(meters, target).is_loud)
}

/// Clears the count of overs.
fn clear_overs(meters: &MeterReader, view: &mut View) {
    view.overs_before = meters.bank.output.over_counts.each_ref().map(|count| count.load(Relaxed));
}

/// Has the overs of a target counted; against another one they begin anew.
fn watch_overs(meters: &MeterReader, target: &Target, view: &mut View) {
    let levels = target.asked_dbtp().map(|dbtp| 10f32.powf(dbtp as f32 / 20.0));
    let watched = &meters.bank.controls.over_levels;
    if watched.each_ref().map(Value::get) != levels {
        watched.iter().zip(levels).for_each(|(watched, level)| watched.set(level));
        clear_overs(meters, view);
    }
    // A count that was made smaller since begins anew.
    for (before, count) in view.overs_before.iter_mut().zip(&meters.bank.output.over_counts) {
        *before = (*before).min(count.load(Relaxed));
    }
}

fn made_of(meters: &MeterReader, target: &Target) -> lacquer_dsp::monitor::platform::Outcome {
    outcome(target, meters.bank.output.integrated_lufs(), meters.bank.output.true_peak_max_dbtp())
}

/// The button that gives the limiter a target's ceiling.
pub(crate) fn ceiling_button_ui(ui: &mut Ui, rect: Rect, host: &Host, asked_dbtp: f64, view: &mut View) {
    let name = format!("Set ceiling {}", level(asked_dbtp));
    let hint = "Gives the limiter the ceiling that the target asks for: one step, which Undo takes back.";
    if button_ui(ui, rect, &name, true, hint, view) {
        host.name_step("Set ceiling");
        host.set_all(&[("limiter_on".to_owned(), 1.0), ("limiter_ceiling".to_owned(), asked_dbtp)]);
    }
}

pub(crate) fn meters_ui(ui: &mut Ui, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().panel);
    let inner = rect.shrink(theme::PADDING);
    let target = target(host);
    watch_overs(meters, &target, view);
    let chooser = Rect::from_min_size(inner.min, vec2(inner.width(), theme::CONTROL_HEIGHT));
    area_ui(ui, chooser, |ui| target_menu::target_ui(ui, host, &target, view));
    let room = view.room;
    let figure_height = if room.is_narrow { NARROW_FIGURE } else { FIGURE };
    let figure =
        Rect::from_min_size(chooser.left_bottom() + vec2(0.0, 8.0), vec2(inner.width(), figure_height));
    loudness::loudness_ui(ui, figure, host, meters, &target, view);
    // From below: what is left is the bars', which grow with the window.
    let lines = if room.is_low { 1.0 } else { 2.0 };
    let controls_height = lines * (theme::CONTROL_HEIGHT + theme::GAP) - theme::GAP;
    let controls = inner.with_min_y(inner.bottom() - controls_height);
    let above = |below: Rect, height: f32| {
        Rect::from_min_size(pos2(inner.left(), below.top() - 8.0 - height), vec2(inner.width(), height))
    };
    let correlation = above(controls, CORRELATION);
    let values = above(correlation, ROW * values::lines(room) as f32);
    let bars =
        Rect::from_min_max(figure.left_bottom() + vec2(0.0, 8.0), pos2(inner.right(), values.top() - 8.0));
    if bars.height() >= LEAST_BARS {
        bars::bars_ui(ui, bars, meters, &target, room);
    }
    values::values_ui(ui, values, meters, &target, view);
    correlation::correlation_ui(ui, correlation, meters);
    controls_ui(ui, controls, meters, view);
}

fn controls_ui(ui: &mut Ui, rect: Rect, meters: &MeterReader, view: &mut View) {
    let controls = &meters.bank.controls;
    let half = (rect.width() - theme::GAP) / 2.0;
    let top = |n: f32| {
        Rect::from_min_size(rect.min + vec2(n * (half + theme::GAP), 0.0), vec2(half, theme::CONTROL_HEIGHT))
    };
    let running = controls.is_running();
    let hint =
        "Pauses the measurement of loudness and peaks, or goes on with it; spectra show what plays now.";
    if button_ui(ui, top(0.0), if running { "Pause" } else { "Continue" }, !running, hint, view) {
        controls.set_running(!running);
    }
    if button_ui(ui, top(1.0), "Reset", false, "Begins the measurement anew.", view) {
        controls.reset();
    }
    if view.room.is_low {
        return;
    }
    let bottom = Rect::from_min_size(
        rect.min + vec2(0.0, theme::CONTROL_HEIGHT + theme::GAP),
        vec2(rect.width(), theme::CONTROL_HEIGHT),
    );
    let name = |follow| match follow {
        FollowTransport::Ignore => "Measures always",
        FollowTransport::Pause => "Pauses with the transport",
        FollowTransport::Restart => "Begins anew with the transport",
    };
    area_ui(ui, bottom, |ui| {
        let menu = ComboBox::from_id_salt("follow")
            .selected_text(name(controls.follow()))
            .width(bottom.width())
            .show_ui(ui, |ui| {
                for follow in FollowTransport::ALL {
                    if ui.selectable_label(controls.follow() == follow, name(follow)).clicked() {
                        controls.set_follow(follow);
                    }
                }
            });
        name_menu(&menu.response, "Transport");
    });
}
