//! The hint bar: what is under the pointer, what went wrong, what is heard instead of the master; at the right how the chain runs.

use crate::desk::Desk;
use crate::scale::difference;
use crate::status::Status;
use crate::strip;
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Rect, Ui, vec2};
use lacquer_dsp::monitor::Compare;

/// What is heard instead of the master, in words; none if nothing is.
fn monitored(desk: &Desk, view: &View) -> Option<String> {
    let settings = view.wish.settings;
    let mut heard = Vec::new();
    if view.abx.is_some() {
        heard.push("the blind test".to_owned());
    } else if settings.compare == Compare::Mix {
        let gain = difference(f64::from(desk.bank.match_lu.get()));
        heard.push(format!("the mix, no louder than the master, which is {gain} LU louder by itself"));
    } else if settings.compare == Compare::Master {
        heard.push("the master, no louder than the mix".to_owned());
    }
    if settings.delta {
        heard.push("what the chain changes".to_owned());
    }
    if let Some(listen) = view.wish.listen {
        heard.push(format!("what {} changes", strip::title(listen.stage)));
    }
    if let Some(platform) = view.platform {
        heard.push(format!("as {platform} plays it"));
    }
    if let Some(device) = settings.device {
        heard.push(format!("through a model of: {}", device.name()));
    }
    if settings.solo != Default::default() {
        heard.push(format!("{:?} alone", settings.solo));
    }
    if settings.swap {
        heard.push("left and right exchanged".to_owned());
    }
    if settings.dim {
        heard.push("dimmed".to_owned());
    }
    (!heard.is_empty()).then(|| heard.join("; "))
}

/// Width of the button that restarts the chain.
const RESTART_WIDTH: f32 = 80.0;

/// In the place of everything else while the chain has failed.
fn failure_ui(ui: &mut Ui, rect: Rect, status: &Status, view: &mut View) {
    let colors = theme::colors();
    ui.painter().rect_filled(rect, 0.0, colors.bar);
    let button = Rect::from_min_size(
        rect.left_top() + vec2(theme::PADDING, 1.0),
        vec2(RESTART_WIDTH, rect.height() - 2.0),
    );
    if button_ui(ui, button, "Restart", true, "Builds the chain anew, with your settings.", view) {
        status.rebuild();
    }
    ui.painter().text(
        button.right_center() + vec2(theme::PADDING, 0.0),
        egui::Align2::LEFT_CENTER,
        "The chain has failed: you hear the mix as it came in, in time. Please report what you did last.",
        theme::body_font(),
        colors.alarm,
    );
}

pub(crate) fn hint_ui(ui: &mut Ui, desk: &Desk, status: &Status, view: &mut View) {
    let rect = ui.max_rect();
    if status.has_failed() {
        failure_ui(ui, rect, status, view);
        return;
    }
    let monitored = monitored(desk, view);
    let is_heard = desk.bank.monitoring.load(std::sync::atomic::Ordering::Relaxed);
    let painter = ui.painter();
    painter.rect_filled(
        rect,
        0.0,
        if monitored.is_some() { theme::colors().accent } else { theme::colors().bar },
    );
    let (text, color) = match (&monitored, &view.problem) {
        (Some(heard), _) => {
            let waits = if is_heard { "" } else { "   (waits for playback at the pace of ears)" };
            (format!("You hear {heard}: never in a bounce.   Esc stops.{waits}"), theme::colors().on_accent)
        }
        (None, Some(problem)) => (problem.clone(), theme::colors().alarm),
        (None, None) => (view.hint.clone(), theme::colors().text_second),
    };
    let left = rect.left_center() + vec2(theme::PADDING, 0.0);
    painter.text(left, egui::Align2::LEFT_CENTER, text, theme::body_font(), color);
    let running = match status.running() {
        Some((rate, latency)) => {
            let ms = latency as f32 * 1000.0 / rate;
            let load = 100.0 * desk.bank.load.get();
            format!("{} kHz   latency {latency} samples, {ms:.1} ms   CPU {load:.1} %", rate / 1000.0)
        }
        None => "not running".to_owned(),
    };
    let color = if monitored.is_some() { theme::colors().on_accent } else { theme::colors().text_third };
    let right = rect.right_center() - vec2(theme::PADDING, 0.0);
    painter.text(right, egui::Align2::RIGHT_CENTER, running, theme::body_font(), color);
}
