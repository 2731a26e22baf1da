//! Colours, sizes and fonts of the editor: nothing of these is written anywhere else.
//!
//! A frame is drawn in one theme: [`set_theme`] at its beginning, [`colors`] wherever something is drawn.

use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, Visuals};
use lacquer_dsp::chain::StageId;
use lacquer_params::Theme;
use std::cell::Cell;
use std::sync::Arc;

/// Size of the window in logical pixels, as designed.
pub const WINDOW_SIZE: [f32; 2] = [1200.0, 760.0];
/// The size from which everything has its place; below it some is folded away.
pub const WHOLE_WINDOW_SIZE: [f32; 2] = [1100.0, 720.0];
/// The least size at which nothing is cut off.
pub const LEAST_WINDOW_SIZE: [f32; 2] = [900.0, 600.0];

/// Width of the meter column.
pub const METERS_WIDTH: f32 = 228.0;
/// The same in a narrow window.
pub const NARROW_METERS_WIDTH: f32 = 148.0;
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
/// Height of a parameter: a knob, its label and its value.
pub const FIELD_HEIGHT: f32 = 44.0;
/// Height of a parameter where many stand together: label and value over a line.
pub const FADER_HEIGHT: f32 = 28.0;
/// Smallest gap.
pub const GAP: f32 = 4.0;
/// Gap between areas.
pub const MARGIN: f32 = 8.0;
/// Gap inside areas.
pub const PADDING: f32 = 12.0;
/// Corner of areas and controls.
pub const RADIUS: CornerRadius = CornerRadius::same(4);

/// A theme's colours. Text on a panel has the contrast that WCAG 2.2 asks for at AA: at least 4.5 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Colors {
    /// Behind everything.
    pub window: Color32,
    /// The top and the hint bar.
    pub bar: Color32,
    /// An area.
    pub panel: Color32,
    /// A sunken area.
    pub well: Color32,
    /// A control.
    pub raised: Color32,
    /// A control under the pointer.
    pub hover: Color32,
    /// What a value moves along.
    pub track: Color32,
    /// Between areas.
    pub seam: Color32,
    /// Lines of a graph.
    pub grid: Color32,
    /// The line of a graph that the others are measured from.
    pub grid_major: Color32,
    /// Values and names.
    pub text: Color32,
    /// Names that are not chosen.
    pub text_second: Color32,
    /// Labels.
    pub text_third: Color32,
    /// What is switched off; no text.
    pub disabled: Color32,
    /// Selection, target and focus.
    pub accent: Color32,
    /// On the accent.
    pub on_accent: Color32,
    /// Something is wrong.
    pub alarm: Color32,
    /// On the alarm.
    pub on_alarm: Color32,
    /// As it should be.
    pub ok: Color32,
    /// The input.
    pub input: Color32,
    /// The output: the tone family's colour.
    pub output: Color32,
    /// Reduction: the dynamics family's.
    pub reduction: Color32,
    /// Side, and what mono loses: the harmonics family's.
    pub side: Color32,
    /// Mid, and correlation: the space family's.
    pub mid: Color32,
    /// The family of what is neither.
    pub utility: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Colors = Colors {
    window: rgb(0x0C0D10),
    bar: rgb(0x14161A),
    panel: rgb(0x16191D),
    well: rgb(0x0E1013),
    raised: rgb(0x23272E),
    hover: rgb(0x2D323A),
    track: rgb(0x3B414B),
    seam: rgb(0x262A31),
    grid: rgb(0x1D2126),
    grid_major: rgb(0x2A2F36),
    text: rgb(0xE9EBEE),
    text_second: rgb(0xAEB4BD),
    text_third: rgb(0x8B929D),
    disabled: rgb(0x5A626E),
    accent: rgb(0xE8B95E),
    on_accent: rgb(0x17130A),
    alarm: rgb(0xFF6B6B),
    on_alarm: rgb(0x17130A),
    ok: rgb(0x7CC4A0),
    input: rgb(0x737C89),
    output: rgb(0x6FAEDD),
    reduction: rgb(0xE88B66),
    side: rgb(0xD193C6),
    mid: rgb(0x5FC2AC),
    utility: rgb(0x97A0AD),
};

const LIGHT: Colors = Colors {
    window: rgb(0xDAD8D3),
    bar: rgb(0xF1EFEB),
    panel: rgb(0xF7F6F3),
    well: rgb(0xFFFFFF),
    raised: rgb(0xE8E6E1),
    hover: rgb(0xDDDAD4),
    track: rgb(0xB4B1AB),
    seam: rgb(0xD5D2CC),
    grid: rgb(0xEFEEEB),
    grid_major: rgb(0xDEDCD7),
    text: rgb(0x1B1D21),
    text_second: rgb(0x474C55),
    text_third: rgb(0x5E646F),
    disabled: rgb(0xA2A8B1),
    accent: rgb(0x8A5A00),
    on_accent: rgb(0xFFFFFF),
    alarm: rgb(0xC1121F),
    on_alarm: rgb(0xFFFFFF),
    ok: rgb(0x1E6B45),
    input: rgb(0x8B929C),
    output: rgb(0x1B66A3),
    reduction: rgb(0xAB401B),
    side: rgb(0x933F86),
    mid: rgb(0x0C6F62),
    utility: rgb(0x5A616C),
};

thread_local! {
    /// The theme of the frame that this thread draws: editors of several instances share a thread, one frame after the other.
    static THEME: Cell<Theme> = const { Cell::new(Theme::Dark) };
}

/// Sets the theme of the frame that begins.
pub fn set_theme(theme: Theme) {
    THEME.set(theme);
}

fn of(theme: Theme) -> &'static Colors {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// The colours of the frame that is drawn.
pub fn colors() -> &'static Colors {
    of(THEME.get())
}

/// Colour of a stage's family: tone, dynamics, harmonics, space or utility.
pub fn family(stage: StageId) -> Color32 {
    match stage {
        StageId::Equalizer | StageId::DynamicEq => colors().output,
        StageId::Multiband | StageId::Glue | StageId::Limiter => colors().reduction,
        StageId::Saturator | StageId::Bass | StageId::Clipper => colors().side,
        StageId::Imager => colors().mid,
        StageId::InputTrim | StageId::Dither => colors().utility,
    }
}

const MEDIUM: &str = "Inter Medium";
const SEMIBOLD: &str = "Inter SemiBold";

fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MEDIUM.into()))
}

fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// The one figure that matters most.
pub fn figure_font() -> FontId {
    semibold(32.0)
}

/// The editor's name, and a meter's main value.
pub fn main_font() -> FontId {
    semibold(15.0)
}

/// A panel's name.
pub fn heading_font() -> FontId {
    semibold(14.0)
}

/// A value.
pub fn value_font() -> FontId {
    medium(13.0)
}

/// A value among many, or what is chosen.
pub fn strong_font() -> FontId {
    medium(12.0)
}

/// A name or a sentence.
pub fn body_font() -> FontId {
    regular(12.0)
}

/// A label.
pub fn label_font() -> FontId {
    regular(11.0)
}

/// An axis.
pub fn axis_font() -> FontId {
    regular(10.5)
}

/// A line of one pixel.
pub fn line(color: Color32) -> Stroke {
    Stroke::new(1.0, color)
}

/// Share of a colour that is left to a trace behind the others: as faint as it may be and still be seen, 3 to 1 on a graph.
const FAINT: f32 = 0.7;

/// A trace behind the others.
pub fn faint(color: Color32) -> Color32 {
    color.gamma_multiply(FAINT)
}

/// The focus ring.
pub fn focus_ring() -> Stroke {
    Stroke::new(1.5, colors().accent)
}

/// Inter in three weights, its figures of one width by default; see `gui/fonts/README.md`.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes, family) in [
        ("Inter", &include_bytes!("../fonts/Inter-Regular.ttf")[..], FontFamily::Proportional),
        (MEDIUM, &include_bytes!("../fonts/Inter-Medium.ttf")[..], FontFamily::Name(MEDIUM.into())),
        (SEMIBOLD, &include_bytes!("../fonts/Inter-SemiBold.ttf")[..], FontFamily::Name(SEMIBOLD.into())),
    ] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        fonts.families.insert(family, vec![name.to_owned()]);
    }
    fonts.families.insert(FontFamily::Monospace, vec!["Inter".to_owned()]);
    fonts
}

/// Draws in a theme from now on. What a window's context was given is kept in it: a window that closes may be drawn once more after the
/// next one has opened.
pub(crate) fn ensure(context: &egui::Context, theme: Theme) {
    let applied = egui::Id::unique("applied theme");
    set_theme(theme);
    if context.data(|data| data.get_temp(applied)) != Some(theme) {
        apply(context, theme);
        context.data_mut(|data| data.insert_temp(applied, theme));
    }
}

/// Gives egui's own widgets (menus, text fields) these colours and fonts.
fn apply(context: &egui::Context, theme: Theme) {
    let colors = colors();
    let (base, mut visuals) = match theme {
        Theme::Dark => (egui::Theme::Dark, Visuals::dark()),
        Theme::Light => (egui::Theme::Light, Visuals::light()),
    };
    context.set_theme(base);
    visuals.override_text_color = Some(colors.text);
    visuals.panel_fill = colors.window;
    visuals.window_fill = colors.raised;
    visuals.window_stroke = line(colors.track);
    visuals.extreme_bg_color = colors.well;
    visuals.selection.bg_fill = colors.accent.gamma_multiply(0.35);
    visuals.selection.stroke = line(colors.accent);
    for (widget, fill) in [
        (&mut visuals.widgets.inactive, colors.raised),
        (&mut visuals.widgets.hovered, colors.hover),
        (&mut visuals.widgets.active, colors.hover),
        (&mut visuals.widgets.open, colors.hover),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.corner_radius = RADIUS;
        widget.expansion = 0.0;
    }
    // What has the keyboard, in menus too; pressed with the pointer for as long as that is.
    visuals.widgets.active.bg_stroke = focus_ring();
    context.set_visuals_of(base, visuals);
    context.all_styles_mut(|style| {
        style.spacing.interact_size.y = CONTROL_HEIGHT;
        style.spacing.button_padding = egui::vec2(8.0, 2.0);
        style.spacing.item_spacing = egui::vec2(GAP, GAP);
        // What scrolls shows it before it is pointed at.
        style.spacing.scroll.dormant_handle_opacity = 0.3;
        for font in style.text_styles.values_mut() {
            *font = body_font();
        }
    });
}

/// A colour that somebody else gives: red, green and blue.
pub(crate) fn given([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance).
    fn contrast(one: Color32, other: Color32) -> f64 {
        let luminance = |color: Color32| {
            let [r, g, b] = [color.r(), color.g(), color.b()].map(|x| {
                let x = f64::from(x) / 255.0;
                if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_is_legible_in_both_themes() {
        for theme in [Theme::Dark, Theme::Light] {
            let c = of(theme);
            for ground in [c.panel, c.well, c.bar, c.raised] {
                for text in [c.text, c.text_second, c.text_third, c.accent, c.alarm, c.ok] {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{theme:?}: {text:?} on {ground:?} is {ratio:.2}");
                }
            }
            assert!(contrast(c.on_accent, c.accent) >= 4.5 && contrast(c.on_alarm, c.alarm) >= 4.5);
            // What carries a meaning without text needs 3 to 1.
            for mark in [c.input, c.output, c.reduction, c.side, c.mid, c.utility] {
                assert!(contrast(mark, c.well) >= 3.0, "{theme:?}: {mark:?}");
            }
            // Traces behind the others, and bars of what is soft.
            for mark in [c.output, c.side, c.mid, c.reduction, c.accent] {
                let seen = c.well.blend(faint(mark));
                assert!(
                    contrast(seen, c.well) >= 3.0,
                    "{theme:?}: faint {mark:?} is {:.2}",
                    contrast(seen, c.well)
                );
            }
            // An input's trace over the fill under the output, where it is strongest.
            let fill = c.well.blend(c.output.gamma_multiply(0.25));
            assert!(contrast(c.text_third, fill) >= 3.0, "{theme:?}: {:.2}", contrast(c.text_third, fill));
            // Under the pointer.
            assert!(contrast(c.text_second, c.hover) >= 4.5, "{theme:?}");
        }
    }
}
