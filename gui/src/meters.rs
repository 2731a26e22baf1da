//! The meter column: loudness, true peak and what they mean for the target.

use crate::app::area_ui;
use crate::desk::Desk;
use crate::host::Host;
use crate::scale::{Graph, difference, level};
use crate::theme;
use crate::view::View;
use crate::widgets::{button_ui, name_menu};
use egui::{Align2, Color32, ComboBox, Rect, Sense, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::shared::meter_bank::{FollowTransport, SideBank};
use lacquer_dsp::targets::{TARGETS, Target};
use std::sync::atomic::Ordering::Relaxed;

/// What the loudness bars span, LUFS and dBTP.
const SPAN: [f64; 2] = [-40.0, 0.0];

/// What the rows of values are kept under, input and output.
const KEYS: [[&str; 2]; 7] = [
    ["true peak in", "true peak out"],
    ["overs in", "overs out"],
    ["range in", "range out"],
    ["plr in", "plr out"],
    ["psr in", "psr out"],
    ["crest in", "crest out"],
    ["maxima in", "maxima out"],
];

/// The target that the session is measured against.
pub(crate) fn target(host: &Host) -> Target {
    let text = host.tree.params().target.read().map(|text| text.clone()).unwrap_or_default();
    Target::from_text(&text).unwrap_or(TARGETS[0])
}

fn set_target(host: &Host, target: &Target) {
    if let Ok(mut text) = host.tree.params().target.write() {
        *text = target.to_text();
    }
}

pub(crate) fn meters_ui(ui: &mut Ui, host: &Host, desk: &Desk, view: &mut View) {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().panel);
    let inner = rect.shrink(theme::PADDING);
    let target = target(host);
    desk.bank.controls.over_level.set(10f32.powf(target.true_peak_dbtp as f32 / 20.0));
    let chooser = Rect::from_min_size(inner.min, vec2(inner.width(), theme::CONTROL_HEIGHT));
    area_ui(ui, chooser, |ui| target_ui(ui, host, &target, view));
    let figure = Rect::from_min_size(chooser.left_bottom() + vec2(0.0, 8.0), vec2(inner.width(), 64.0));
    integrated_ui(ui, figure, desk, &target);
    let bars = Rect::from_min_size(figure.left_bottom() + vec2(0.0, 8.0), vec2(inner.width(), 220.0));
    bars_ui(ui, bars, desk, &target);
    let values = Rect::from_min_size(bars.left_bottom() + vec2(0.0, 8.0), vec2(inner.width(), 140.0));
    values_ui(ui, values, desk, &target, view);
    let correlation = Rect::from_min_size(values.left_bottom() + vec2(0.0, 4.0), vec2(inner.width(), 48.0));
    correlation_ui(ui, correlation, desk);
    let controls =
        Rect::from_min_max(pos2(inner.left(), inner.bottom() - 2.0 * theme::CONTROL_HEIGHT - 4.0), inner.max);
    controls_ui(ui, controls, desk, view);
}

fn target_ui(ui: &mut Ui, host: &Host, target: &Target, view: &mut View) {
    let response = ComboBox::from_id_salt("target")
        .selected_text(target.name)
        .width(ui.max_rect().width())
        .height(420.0)
        .show_ui(ui, |ui| {
            for other in TARGETS {
                let lufs =
                    other.integrated_lufs.map_or(String::new(), |lufs| format!("  {} LUFS", level(lufs)));
                if ui.selectable_label(other.id == target.id, format!("{}{lufs}", other.name)).clicked() {
                    set_target(host, other);
                }
            }
            ui.separator();
            let mut custom = [target.integrated_lufs.unwrap_or(-14.0), target.true_peak_dbtp];
            ui.horizontal(|ui| {
                ui.label("Custom");
                let [lufs, peak] = &mut custom;
                let changed = ui
                    .add(egui::DragValue::new(lufs).range(-40.0..=0.0).speed(0.1).suffix(" LUFS"))
                    .changed()
                    | ui.add(egui::DragValue::new(peak).range(-9.0..=0.0).speed(0.05).suffix(" dBTP"))
                        .changed();
                if changed {
                    set_target(host, &Target::custom(custom[0], custom[1]));
                }
            });
        });
    name_menu(&response.response, "Delivery target");
    if response.response.hovered() {
        view.hint = format!("Delivery target. {}, {}", target.source, target.read);
    }
}

fn integrated_ui(ui: &mut Ui, rect: Rect, desk: &Desk, target: &Target) {
    let integrated = desk.bank.output.integrated_lufs();
    let painter = ui.painter();
    painter.text(
        rect.left_top(),
        Align2::LEFT_TOP,
        "Integrated, LUFS",
        theme::label_font(),
        theme::colors().text_third,
    );
    painter.text(
        rect.right_top() + vec2(0.0, 12.0),
        Align2::RIGHT_TOP,
        desk.figure("integrated", || level(integrated)),
        theme::figure_font(),
        theme::colors().text,
    );
    if let Some(wanted) = target.integrated_lufs {
        let off = integrated - wanted;
        let color =
            if off.abs() <= target.tolerance_lu { theme::colors().ok } else { theme::colors().text_second };
        let text = if off.is_finite() {
            format!("{} LU to target", difference(off))
        } else {
            format!("target {}", level(wanted))
        };
        painter.text(rect.left_top() + vec2(0.0, 30.0), Align2::LEFT_TOP, text, theme::body_font(), color);
    }
    let s = desk.bank.measured_frames.load(Relaxed) as f64 / desk.sample_rate();
    let time = format!("{}:{:02}", s as u64 / 60, s as u64 % 60);
    painter.text(
        rect.left_bottom(),
        Align2::LEFT_BOTTOM,
        time,
        theme::label_font(),
        theme::colors().text_third,
    );
}

fn bars_ui(ui: &mut Ui, rect: Rect, desk: &Desk, target: &Target) {
    let (input, output) = (&desk.bank.input, &desk.bank.output);
    let plot = Rect::from_min_max(rect.min + vec2(24.0, 4.0), rect.max - vec2(0.0, 30.0));
    let graph = Graph { rect: plot, x: [0.0, 1.0], y: SPAN, logarithmic: false };
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.rect_filled(plot, 2.0, colors.well);
    for db in (-40..=0).step_by(10) {
        let y = graph.y(f64::from(db)).round() + 0.5;
        painter.hline(plot.x_range(), y, theme::line(theme::colors().grid_major));
        painter.text(
            pos2(plot.left() - 4.0, y),
            Align2::RIGHT_CENTER,
            level(f64::from(db)).replace(".0", ""),
            theme::axis_font(),
            theme::colors().text_third,
        );
    }
    let loudness = |value: f32| (f64::from(value), f64::NEG_INFINITY);
    let peak =
        |side: usize, channel: usize| (desk.peaks[side][channel].level_db, desk.peaks[side][channel].held_db);
    let bars = [
        ("", 2.0, 7.0, loudness(input.short_term_lufs.get()), colors.input),
        (
            "M",
            15.0,
            28.0,
            (f64::from(output.momentary_lufs.get()), f64::from(output.momentary_max_lufs.get())),
            colors.output,
        ),
        (
            "S",
            49.0,
            28.0,
            (f64::from(output.short_term_lufs.get()), f64::from(output.short_term_max_lufs.get())),
            colors.output,
        ),
        ("I", 83.0, 28.0, (output.integrated_lufs(), f64::NEG_INFINITY), colors.accent),
        ("", 124.0, 9.0, peak(0, 0), colors.input),
        ("In", 135.0, 9.0, peak(0, 1), colors.input),
        ("L", 152.0, 11.0, peak(1, 0), colors.output),
        ("R", 166.0, 11.0, peak(1, 1), colors.output),
    ];
    for (name, left, width, (value, held), color) in bars {
        let left = plot.left() + left;
        let column = |from: f32, to: f32| Rect::from_min_max(pos2(left, from), pos2(left + width, to));
        if value.is_finite() {
            painter.rect_filled(column(graph.y(value), plot.bottom()), 2.0, color.gamma_multiply(0.75));
        }
        if held.is_finite() && held > SPAN[0] {
            painter.hline(left..=left + width, graph.y(held), egui::Stroke::new(1.5, color));
        }
        painter.text(
            pos2(left + width / 2.0, plot.bottom() + 2.0),
            Align2::CENTER_TOP,
            name,
            theme::axis_font(),
            colors.text_third,
        );
        if width > 20.0 {
            let at = pos2(left + width / 2.0, rect.bottom());
            painter.text(
                at,
                Align2::CENTER_BOTTOM,
                desk.figure(name, || level(value)),
                theme::label_font(),
                colors.text,
            );
        }
    }
    if let Some(wanted) = target.integrated_lufs {
        painter.hline(
            plot.left()..=plot.left() + 115.0,
            graph.y(wanted),
            egui::Stroke::new(1.0, theme::colors().accent),
        );
    }
    painter.hline(
        plot.left() + 120.0..=plot.right(),
        graph.y(target.true_peak_dbtp),
        egui::Stroke::new(1.0, theme::colors().accent),
    );
}

fn values_ui(ui: &mut Ui, rect: Rect, desk: &Desk, target: &Target, view: &mut View) {
    let (input, output) = (&desk.bank.input, &desk.bank.output);
    let true_peak = output.true_peak_max_dbtp();
    let overs = output.over_count.load(Relaxed);
    let early = desk.history.len() < 600;
    let rows: [(&str, String, String, Color32); 7] = [
        (
            "True peak max, dBTP",
            level(input.true_peak_max_dbtp()),
            level(true_peak),
            if true_peak > target.true_peak_dbtp { theme::colors().alarm } else { theme::colors().text },
        ),
        (
            "Overs",
            String::new(),
            if overs == 0 { "none".to_owned() } else { format!("{overs}") },
            if overs > 0 { theme::colors().alarm } else { theme::colors().text },
        ),
        (
            "Range, LU",
            range(input),
            range(output),
            if early { theme::colors().text_third } else { theme::colors().text },
        ),
        ("PLR, dB", level(input.plr_db()), level(output.plr_db()), theme::colors().text),
        ("PSR, dB", level(input.psr_db()), level(output.psr_db()), theme::colors().text),
        ("Crest, dB", level(input.crest_db()), level(output.crest_db()), theme::colors().text),
        (
            "Max M / S, LUFS",
            level(f64::from(output.momentary_max_lufs.get())),
            level(f64::from(output.short_term_max_lufs.get())),
            theme::colors().text,
        ),
    ];
    let height = rect.height() / rows.len() as f32;
    for (n, ((name, before, after, color), keys)) in rows.into_iter().zip(KEYS).enumerate() {
        let y = rect.top() + (n as f32 + 0.5) * height;
        let painter = ui.painter();
        painter.text(
            pos2(rect.left(), y),
            Align2::LEFT_CENTER,
            name,
            theme::label_font(),
            theme::colors().text_third,
        );
        painter.text(
            pos2(rect.right() - 52.0, y),
            Align2::RIGHT_CENTER,
            desk.figure(keys[0], || before),
            theme::body_font(),
            theme::colors().text_third,
        );
        painter.text(
            pos2(rect.right(), y),
            Align2::RIGHT_CENTER,
            desk.figure(keys[1], || after),
            theme::value_font(),
            color,
        );
    }
    let response = ui.interact(rect, ui.scope_id().with("values"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Button, true, "Reset meters"));
    if response.clicked() {
        desk.bank.controls.reset();
    }
    if response.hovered() {
        view.hint = match last_over(desk) {
            Some(time) => {
                format!("Input in grey, output at its right. Last over at {time}. Click begins anew.")
            }
            None => "Input in grey, output at its right. Click begins the measurement anew.".to_owned(),
        };
    }
}

/// The loudness range, once anything is loud enough to have one.
fn range(side: &SideBank) -> String {
    let is_gated = side.integrated_lufs().is_finite();
    level(if is_gated { side.range_lu() } else { f64::NAN })
}

/// Where the last over was, in minutes and seconds since the measurement began.
fn last_over(desk: &Desk) -> Option<String> {
    if desk.bank.output.over_count.load(Relaxed) == 0 {
        return None;
    }
    let mut entries = Vec::new();
    desk.bank.output.overs.read(0, &mut entries);
    let [place, _] = entries.last()?;
    let s = *place as f64 / desk.sample_rate();
    Some(format!("{}:{:05.2}", (s / 60.0) as u64, s % 60.0))
}

fn correlation_ui(ui: &mut Ui, rect: Rect, desk: &Desk) {
    let value = f64::from(desk.bank.output.correlation.get());
    let track = Rect::from_min_size(pos2(rect.left(), rect.bottom() - 24.0), vec2(rect.width(), 6.0));
    let graph = Graph { rect: track, x: [-1.0, 1.0], y: [0.0, 1.0], logarithmic: false };
    let painter = ui.painter();
    painter.rect_filled(track, 2.0, theme::colors().well);
    let color = if value < 0.0 { theme::colors().alarm } else { theme::colors().mid };
    let [from, to] = [graph.x(value.min(0.0)), graph.x(value.max(0.0))];
    painter.rect_filled(Rect::from_min_max(pos2(from, track.top()), pos2(to, track.bottom())), 2.0, color);
    painter.vline(graph.x(0.0), track.y_range(), theme::line(theme::colors().track));
    for (at, align, name) in [
        (-1.0, Align2::LEFT_TOP, "\u{2212}1"),
        (0.0, Align2::CENTER_TOP, "0"),
        (1.0, Align2::RIGHT_TOP, "+1"),
    ] {
        let at = pos2(graph.x(at), track.bottom() + 3.0);
        painter.text(at, align, name, theme::axis_font(), theme::colors().text_third);
    }
    painter.text(
        rect.left_top(),
        Align2::LEFT_TOP,
        "Correlation",
        theme::label_font(),
        theme::colors().text_third,
    );
    let text = format!("{}{:.2}", if value < 0.0 { "\u{2212}" } else { "+" }, value.abs());
    painter.text(rect.right_top(), Align2::RIGHT_TOP, text, theme::value_font(), theme::colors().text);
}

fn controls_ui(ui: &mut Ui, rect: Rect, desk: &Desk, view: &mut View) {
    let controls = &desk.bank.controls;
    let half = (rect.width() - theme::GAP) / 2.0;
    let top = |n: f32| {
        Rect::from_min_size(rect.min + vec2(n * (half + theme::GAP), 0.0), vec2(half, theme::CONTROL_HEIGHT))
    };
    let running = controls.is_running();
    if button_ui(
        ui,
        top(0.0),
        if running { "Pause" } else { "Continue" },
        !running,
        "Pauses the measurement or goes on with it.",
        view,
    ) {
        controls.set_running(!running);
    }
    if button_ui(ui, top(1.0), "Reset", false, "Begins the measurement anew.", view) {
        controls.reset();
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
