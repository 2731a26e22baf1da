//! How much room a window gives. Where there is less than everything needs, what is used least is folded away; text never shrinks.

use crate::theme;
use egui::Vec2;

/// What there is too little of, if anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Room {
    /// Too narrow for everything: the bar folds what is heard into a menu, the meters have one column of values.
    pub is_narrow: bool,
    /// Too low: of the analysis there are tabs, which open it over the panel.
    pub is_low: bool,
}

impl Room {
    /// In a window of `points`, of whose height `extra` is the song's.
    pub fn of(points: Vec2, extra: f32) -> Self {
        let [width, height] = theme::WHOLE_WINDOW_SIZE;
        Self { is_narrow: points.x + 1.0 < width, is_low: points.y + 1.0 < height + extra }
    }

    /// Width of the meter column, points.
    pub fn meters_width(self) -> f32 {
        if self.is_narrow { theme::NARROW_METERS_WIDTH } else { theme::METERS_WIDTH }
    }

    /// Height of the analysis below the panel, points.
    pub fn analysis_height(self) -> f32 {
        if self.is_low { theme::TABS_HEIGHT } else { theme::ANALYSIS_HEIGHT }
    }
}
