//! The hint bar: what is under the pointer, what went wrong, what is heard instead of the master; at the right how the chain runs.

use crate::axes::text_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::panels::multiband_name;
use crate::room::Room;
use crate::scale::difference;
use crate::status::Status;
use crate::strip;
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Ui, ViewportCommand, pos2, vec2};
use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::monitor::{Compare, Solo};
use lacquer_dsp::targets::find;
use std::sync::atomic::Ordering::Relaxed;

/// What is heard instead of the master, in words; none if nothing is.
fn monitored(meters: &MeterReader, view: &View) -> Option<String> {
    let settings = view.monitor.settings;
    let mut heard = Vec::new();
    if view.abx_heard.is_some() {
        heard.push("the blind test".to_owned());
    } else if settings.delta {
        // The difference has both in it: which of them is compared is no matter then.
        heard.push("what the chain changes".to_owned());
    } else if settings.compare == Compare::Mix {
        let gain = difference(f64::from(meters.bank.match_lu.get()));
        heard.push(format!("the mix, matched (the master is {gain} LU by itself)"));
    } else if settings.compare == Compare::Master {
        let slots = if view.matches_slots { "; so all slots are equally loud" } else { "" };
        heard.push(format!("the master, matched to the mix{slots}"));
    }
    if let Some(Listen { stage, source }) = view.monitor.listen {
        heard.push(match source {
            ListenSource::Delta => format!("what {} changes", strip::title(stage)),
            ListenSource::Part(part) => format!("{} alone", part_name(stage, part)),
        });
    }
    if let Some(platform) = view.platform {
        let name = find(platform).map_or("the custom target", |target| target.name);
        heard.push(format!("as {name} plays it"));
    }
    if let Some(device) = settings.device {
        heard.push(format!("through a model of: {}", device.name()));
    }
    match settings.solo {
        Solo::Off => {}
        Solo::Mid => heard.push("in mono".to_owned()),
        other => heard.push(format!("{other:?} alone")),
    }
    if settings.swap {
        heard.push("left and right exchanged".to_owned());
    }
    if settings.dim {
        heard.push("dimmed by 20 dB".to_owned());
    }
    (!heard.is_empty()).then(|| heard.join("; "))
}

/// A part of a stage that can be soloed.
fn part_name(stage: StageId, part: usize) -> String {
    match stage {
        StageId::Multiband => format!("Multiband band {}", multiband_name(part)),
        StageId::Bass => "harmonics of Bass".to_owned(),
        stage => format!("region of {} band {}", strip::title(stage), part + 1),
    }
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
        Align2::LEFT_CENTER,
        "The chain has failed: you hear the mix as it came in, in time. Please report what you did last.",
        theme::body_font(),
        colors.alarm,
    );
}

/// Width of the button that ends a bypass.
const UNBYPASS_WIDTH: f32 = 84.0;
/// Width of the button that ends everything that is only heard.
const STOP_WIDTH: f32 = 48.0;

pub(crate) fn hint_ui(ui: &mut Ui, host: &Host, meters: &MeterReader, view: &mut View) {
    let rect = ui.max_rect();
    let (status, colors) = (host.status, theme::colors());
    if status.has_failed() {
        failure_ui(ui, rect, status, view);
        return;
    }
    let monitored = monitored(meters, view);
    focus_for_escape(ui, monitored.is_some(), view);
    let bypassed = host.is_bypassed();
    let ground = if monitored.is_some() { colors.accent } else { colors.bar };
    ui.painter().rect_filled(rect, 0.0, ground);
    let mut left = rect.left() + theme::PADDING;
    if bypassed {
        left = bypass_ui(ui, rect, host, view);
    }
    let mut end = rect.right() - theme::PADDING;
    let ink = if monitored.is_some() { colors.on_accent } else { colors.text_third };
    let (text, color) = match (&monitored, &view.problem) {
        (Some(heard), _) => {
            let is_heard = meters.bank.monitoring.load(Relaxed);
            let says = if is_heard { "You hear" } else { "Ready, once it plays:" };
            (format!("{says} {heard}. Never in a bounce.   Esc"), colors.on_accent)
        }
        (None, Some(problem)) => (problem.clone(), colors.alarm),
        (None, None) => (view.hint.clone(), colors.text_second),
    };
    let width = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), theme::body_font(), ink).size().x;
    let stop = if monitored.is_some() { STOP_WIDTH + theme::PADDING } else { 0.0 };
    let running = running(status, meters, view.room);
    // The figures give way to a sentence that has no room beside them.
    if width(&text) + theme::PADDING + width(&running) <= end - stop - left {
        let at = pos2(end, rect.center().y);
        let told = ui.painter().text(at, Align2::RIGHT_CENTER, running, theme::body_font(), ink);
        end = told.left() - theme::PADDING;
    }
    if monitored.is_some() {
        let button =
            Rect::from_min_max(pos2(end - STOP_WIDTH, rect.top() + 1.0), pos2(end, rect.bottom() - 1.0));
        if button_ui(ui, button, "Stop", false, "Hears the master as it is.   Esc", view) {
            view.stop_monitoring();
        }
        end = button.left() - theme::PADDING;
    }
    let area = Rect::from_min_max(pos2(left, rect.top()), pos2(end.max(left), rect.bottom()));
    text_ui(ui, area, &text, theme::body_font(), color);
}

/// How the chain runs.
fn running(status: &Status, meters: &MeterReader, room: Room) -> String {
    let Some((rate, latency)) = status.running() else { return "not running".to_owned() };
    let (ms, load) = (latency as f32 * 1000.0 / rate, 100.0 * meters.bank.load.get());
    if room.is_narrow {
        format!("latency {ms:.1} ms   CPU {load:.1} %")
    } else {
        format!("{} kHz   latency {latency} samples, {ms:.1} ms   CPU {load:.1} %", rate / 1000.0)
    }
}

/// Says that the bounce will be the mix, and offers to end it. Where the rest of the bar begins.
fn bypass_ui(ui: &mut Ui, rect: Rect, host: &Host, view: &mut View) -> f32 {
    let colors = theme::colors();
    let text = "! Bypassed: the bounce will be the mix".to_owned();
    let font = theme::strong_font();
    let galley = ui.painter().layout_no_wrap(text, font, colors.on_alarm);
    let width = theme::PADDING + galley.size().x + theme::MARGIN + UNBYPASS_WIDTH + theme::MARGIN;
    let ground = Rect::from_min_size(rect.min, vec2(width, rect.height()));
    ui.painter().rect_filled(ground, 0.0, colors.alarm);
    let at = pos2(rect.left() + theme::PADDING, rect.center().y - galley.size().y / 2.0);
    let button_left = at.x + galley.size().x + theme::MARGIN;
    ui.painter().galley(at, galley, colors.on_alarm);
    let corner = pos2(button_left, rect.top() + 1.0);
    let button = Rect::from_min_size(corner, vec2(UNBYPASS_WIDTH, rect.height() - 2.0));
    if button_ui(
        ui,
        button,
        "Hear master",
        false,
        "Ends the bypass: the chain works again, in the bounce too.",
        view,
    ) {
        host.set_plain("bypass", 0.0);
    }
    ground.right() + theme::PADDING
}

/// Asks for the keyboard when something else than the master begins to be heard: Escape is to end it wherever the pointer is.
fn focus_for_escape(ui: &Ui, is_monitored: bool, view: &mut View) {
    if is_monitored && !std::mem::replace(&mut view.was_monitored, is_monitored) {
        ui.ctx().send_viewport_cmd(ViewportCommand::Focus);
    }
    view.was_monitored = is_monitored;
}
