//! The analysis below the panel, or in its place: one tab a question.

mod check;
mod history;
mod monitor;
mod mono_fold;
mod overview;
mod platforms;
pub(crate) mod spectrum;
pub(crate) mod stages;
pub(crate) mod stereo;
mod translation;
mod vinyl;

use crate::app::area_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

/// What a tab has beside its name, points; where there is little room.
const MARGINS: f32 = 20.0;
const NARROW_MARGINS: f32 = 8.0;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tab {
    Overview,
    Stages,
    #[default]
    Spectrum,
    MonoFold,
    Stereo,
    History,
    Translation,
    Platforms,
    Vinyl,
    Check,
    Monitor,
}

impl Tab {
    /// Names of all tabs, in order.
    #[cfg(test)]
    pub const NAMES: [&'static str; 11] = [
        "Overview",
        "Stages",
        "Spectrum",
        "Mono fold",
        "Stereo",
        "History",
        "Translation",
        "Platforms",
        "Vinyl",
        "Mix check",
        "Monitor",
    ];

    /// The one with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, other, _)| *other == name).map(|(tab, ..)| *tab)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(tab, ..)| *tab == self).map_or("", |(_, name, _)| name)
    }

    const ALL: [(Self, &'static str, &'static str); 11] = [
        (
            Self::Overview,
            "Overview",
            "The master at a glance: loudness, peaks, tone, width and what devices keep.",
        ),
        (Self::Stages, "Stages", "What each stage does to loudness, range and width now."),
        (Self::Spectrum, "Spectrum", "Input and output, with the output's peaks."),
        (Self::MonoFold, "Mono fold", "What each third of an octave loses when it is played in mono."),
        (Self::Stereo, "Stereo", "Goniometer, and the correlation of each octave."),
        (Self::History, "History", "Loudness over the song, and how it is distributed."),
        (Self::Translation, "Translation", "What devices keep of the master, and how they sound."),
        (Self::Platforms, "Platforms", "What each platform will do to this master, and how it sounds there."),
        (Self::Vinyl, "Vinyl", "What a cutting lathe would make of it."),
        (Self::Check, "Mix check", "Whether the mix is fit to master, and what is wrong with it."),
        (Self::Monitor, "Monitor", "What you hear: parts of the stereo, and the blind test."),
    ];
}

pub(crate) fn analysis_ui(ui: &mut Ui, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().panel);
    let tabs = Rect::from_min_size(rect.min, vec2(rect.width(), theme::TABS_HEIGHT));
    tabs_ui(ui, tabs, view);
    if view.room.is_low && !view.expanded {
        return;
    }
    let body = Rect::from_min_max(tabs.left_bottom(), rect.max).shrink2(vec2(theme::PADDING, theme::MARGIN));
    match view.tab {
        Tab::Overview => overview::overview_ui(ui, body, host, meters, view.room),
        Tab::Stages => stages::stages_ui(ui, body, host, meters, view),
        Tab::Spectrum => spectrum::spectrum_ui(ui, body, meters, view),
        Tab::MonoFold => mono_fold::mono_fold_ui(ui, body, meters, view),
        Tab::Stereo => stereo::stereo_ui(ui, body, meters),
        Tab::History => history::history_ui(ui, body, host, meters),
        Tab::Translation => translation::translation_ui(ui, body, meters, view),
        Tab::Platforms => platforms::platforms_ui(ui, body, host, meters, view),
        Tab::Vinyl => vinyl::vinyl_ui(ui, body, meters, view.room),
        Tab::Check => check::check_ui(ui, body, meters),
        Tab::Monitor => monitor::monitor_ui(ui, body, host, view),
    }
}

fn tabs_ui(ui: &mut Ui, rect: Rect, view: &mut View) {
    let mut left = rect.left() + theme::MARGIN;
    let margins = if view.room.is_narrow { NARROW_MARGINS } else { MARGINS };
    for (tab, name, hint) in Tab::ALL {
        let galley =
            ui.painter().layout_no_wrap(name.to_owned(), theme::body_font(), theme::colors().text_second);
        let place =
            Rect::from_min_size(pos2(left, rect.top()), vec2(galley.size().x + margins, rect.height()));
        let response = ui.interact(place, ui.scope_id().with(("tab", name)), Sense::click());
        let chosen = view.tab == tab;
        response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Tab, true, chosen, name));
        if response.clicked() {
            view.tab = tab;
            // Below the panel there is no room for more than its name.
            if view.room.is_low {
                view.expand(ui, true);
            }
        }
        if response.hovered() {
            view.hint = hint.to_owned();
        }
        let color =
            if chosen || response.hovered() { theme::colors().text } else { theme::colors().text_second };
        ui.painter().text(place.center(), Align2::CENTER_CENTER, name, theme::body_font(), color);
        if chosen || response.has_focus() {
            let line = Rect::from_min_max(place.left_bottom() - vec2(-6.0, 2.0), place.max - vec2(6.0, 0.0));
            ui.painter().rect_filled(line, 0.0, theme::colors().accent);
        }
        left = place.right();
    }
    ui.painter().hline(rect.x_range(), rect.bottom() + 0.5, theme::line(theme::colors().seam));
    let more =
        Rect::from_min_size(pos2(rect.right() - 84.0, rect.top() + 3.0), vec2(76.0, rect.height() - 6.0));
    let label = if view.expanded { "Collapse" } else { "Expand" };
    if button_ui(
        ui,
        more,
        label,
        view.expanded,
        "Shows the analysis in the panel's place, or below it.",
        view,
    ) {
        view.expand(ui, !view.expanded);
    }
}

/// A line of text where there is nothing to show yet.
fn empty_ui(ui: &Ui, body: Rect, text: &str) {
    ui.painter().text(
        body.center(),
        Align2::CENTER_CENTER,
        text,
        theme::body_font(),
        theme::colors().text_third,
    );
}

/// Columns of a table: a share of the width each.
fn columns(body: Rect, shares: &[f32]) -> Vec<f32> {
    let whole: f32 = shares.iter().sum();
    let mut left = body.left();
    shares
        .iter()
        .map(|share| {
            let at = left;
            left += body.width() * share / whole;
            at
        })
        .collect()
}

/// Height of a row where `rows` share a body: what they need, or more where there is room, up to twice that.
fn row_height(body: Rect, rows: usize, least: f32) -> f32 {
    (body.height() / rows.max(1) as f32).clamp(least, 2.0 * least).floor()
}

/// The part of a body that has whole rows alone: none is cut in half where it scrolls.
fn whole_rows(body: Rect, row: f32) -> Rect {
    let shown = (body.height() / row).floor().max(1.0) * row;
    body.with_max_y(body.top() + shown.min(body.height()))
}

/// Puts a body's contents into an area that scrolls when it is too small for them.
fn scroll_ui(ui: &mut Ui, body: Rect, height: f32, contents: impl FnOnce(&mut Ui, Rect)) {
    area_ui(ui, body, |ui| {
        egui::ScrollArea::vertical().show(ui, |ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(body.width() - 10.0, height), Sense::hover());
            contents(ui, rect);
        });
    });
}
