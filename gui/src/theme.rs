//! Colours, sizes and fonts of the editor: nothing of these is written anywhere else.

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, Visuals};
use lacquer_dsp::chain::StageId;

/// Size of the window in logical pixels.
pub const WINDOW_SIZE: [f32; 2] = [1200.0, 760.0];

/// Width of the meter column.
pub const METERS_WIDTH: f32 = 228.0;
/// Height of the analysis below the panel.
pub const ANALYSIS_HEIGHT: f32 = 168.0;
/// Height of a row of tabs.
pub const TABS_HEIGHT: f32 = 28.0;

/// Height of the top bar.
pub const BAR_HEIGHT: f32 = 40.0;
/// Height of the row of stages.
pub const STRIP_HEIGHT: f32 = 48.0;
/// Height of the hint bar.
pub const HINT_HEIGHT: f32 = 24.0;
/// Height of a panel's head.
pub const HEAD_HEIGHT: f32 = 40.0;
/// Height of a control.
pub const CONTROL_HEIGHT: f32 = 24.0;
/// Height of a parameter: its label above its control.
pub const FIELD_HEIGHT: f32 = 40.0;
/// Smallest gap.
pub const GAP: f32 = 4.0;
/// Gap between areas.
pub const MARGIN: f32 = 8.0;
/// Gap inside areas.
pub const PADDING: f32 = 12.0;
/// Corner of areas and controls.
pub const RADIUS: CornerRadius = CornerRadius::same(4);

/// Behind everything.
pub const WINDOW: Color32 = Color32::from_rgb(0x0C, 0x0D, 0x10);
/// The top and the hint bar.
pub const BAR: Color32 = Color32::from_rgb(0x14, 0x16, 0x1A);
/// An area.
pub const PANEL: Color32 = Color32::from_rgb(0x16, 0x19, 0x1D);
/// A sunken area.
pub const WELL: Color32 = Color32::from_rgb(0x0E, 0x10, 0x13);
/// A control.
pub const RAISED: Color32 = Color32::from_rgb(0x23, 0x27, 0x2E);
/// A control under the pointer.
pub const HOVER: Color32 = Color32::from_rgb(0x2D, 0x32, 0x3A);
/// What a value moves along.
pub const TRACK: Color32 = Color32::from_rgb(0x3B, 0x41, 0x4B);
/// Between areas.
pub const SEAM: Color32 = Color32::from_rgb(0x26, 0x2A, 0x31);
/// Values and names.
pub const TEXT: Color32 = Color32::from_rgb(0xE9, 0xEB, 0xEE);
/// Names that are not chosen.
pub const TEXT_SECOND: Color32 = Color32::from_rgb(0xAE, 0xB4, 0xBD);
/// Labels.
pub const TEXT_THIRD: Color32 = Color32::from_rgb(0x8B, 0x92, 0x9D);
/// What is switched off.
pub const DISABLED: Color32 = Color32::from_rgb(0x5A, 0x62, 0x6E);
/// Selection and focus.
pub const ACCENT: Color32 = Color32::from_rgb(0xE8, 0xB9, 0x5E);
/// On the accent.
pub const ON_ACCENT: Color32 = Color32::from_rgb(0x17, 0x13, 0x0A);
/// The output: the tone family's colour.
pub const OUTPUT: Color32 = Color32::from_rgb(0x6F, 0xAE, 0xDD);
/// The input.
pub const INPUT: Color32 = Color32::from_rgb(0x73, 0x7C, 0x89);
/// Mid, and correlation: the space family's.
pub const MID: Color32 = Color32::from_rgb(0x5F, 0xC2, 0xAC);
/// Side, and what mono loses: the harmonics family's.
pub const SIDE: Color32 = Color32::from_rgb(0xD1, 0x93, 0xC6);
/// Reduction: the dynamics family's.
pub const REDUCTION: Color32 = Color32::from_rgb(0xE8, 0x8B, 0x66);
/// Lines of a graph.
pub const GRID: Color32 = Color32::from_rgb(0x1D, 0x21, 0x26);
/// Lines of a graph that carry a figure.
pub const GRID_MAJOR: Color32 = Color32::from_rgb(0x2A, 0x2F, 0x36);
/// As it should be.
pub const OK: Color32 = Color32::from_rgb(0x7C, 0xC4, 0xA0);
/// Something is wrong.
pub const ALARM: Color32 = Color32::from_rgb(0xFF, 0x6B, 0x6B);

/// Colour of a stage's family: tone, dynamics, harmonics, space or utility.
pub fn family(stage: StageId) -> Color32 {
    match stage {
        StageId::Equalizer | StageId::DynamicEq => Color32::from_rgb(0x6F, 0xAE, 0xDD),
        StageId::Multiband | StageId::Glue | StageId::Limiter => Color32::from_rgb(0xE8, 0x8B, 0x66),
        StageId::Saturator | StageId::Bass | StageId::Clipper => Color32::from_rgb(0xD1, 0x93, 0xC6),
        StageId::Imager => Color32::from_rgb(0x5F, 0xC2, 0xAC),
        StageId::InputTrim | StageId::Dither => Color32::from_rgb(0x97, 0xA0, 0xAD),
    }
}

/// Letters of `size` logical pixels.
pub fn font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The editor's name.
pub fn title_font() -> FontId {
    font(16.0)
}

/// A panel's name.
pub fn heading_font() -> FontId {
    font(14.0)
}

/// A value.
pub fn value_font() -> FontId {
    font(13.0)
}

/// A name or a sentence.
pub fn body_font() -> FontId {
    font(12.0)
}

/// The one figure that matters most.
pub fn figure_font() -> FontId {
    font(32.0)
}

/// A meter's main value.
pub fn main_font() -> FontId {
    font(15.0)
}

/// An axis.
pub fn axis_font() -> FontId {
    font(10.5)
}

/// A label.
pub fn label_font() -> FontId {
    font(11.0)
}

/// A line of one pixel.
pub fn line(color: Color32) -> Stroke {
    Stroke::new(1.0, color)
}

/// The focus ring.
pub fn focus_ring() -> Stroke {
    Stroke::new(1.5, ACCENT)
}

/// Gives egui's own widgets (menus, text fields) these colours.
pub fn apply(context: &egui::Context) {
    context.set_theme(egui::Theme::Dark);
    let mut visuals = Visuals::dark();
    visuals.override_text_color = Some(TEXT);
    visuals.panel_fill = WINDOW;
    visuals.window_fill = RAISED;
    visuals.window_stroke = line(TRACK);
    visuals.extreme_bg_color = WELL;
    visuals.selection.bg_fill = ACCENT.gamma_multiply(0.35);
    visuals.selection.stroke = line(ACCENT);
    for (widget, fill) in [
        (&mut visuals.widgets.inactive, RAISED),
        (&mut visuals.widgets.hovered, HOVER),
        (&mut visuals.widgets.active, HOVER),
        (&mut visuals.widgets.open, HOVER),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.corner_radius = RADIUS;
        widget.expansion = 0.0;
    }
    context.set_visuals_of(egui::Theme::Dark, visuals);
    context.all_styles_mut(|style| {
        style.spacing.interact_size.y = CONTROL_HEIGHT;
        style.spacing.button_padding = egui::vec2(8.0, 2.0);
        style.spacing.item_spacing = egui::vec2(GAP, GAP);
        for font in style.text_styles.values_mut() {
            font.size = body_font().size;
        }
    });
}
