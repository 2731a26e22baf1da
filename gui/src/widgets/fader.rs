//! A number among many: label and value over a line that shows where it stands.

use super::number::{Shown, number_ui};
use crate::host::Host;
use crate::scale::compact;
use crate::theme;
use crate::view::View;
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_params::ParameterInfo;

/// Width from which a value is shown in full.
const ROOM: f32 = 130.0;
/// Width from which times and ratios have their unit.
const LEAST_ROOM: f32 = 72.0;

/// One number; fills the area that it is given.
pub(crate) fn fader_ui(ui: &mut Ui, host: &Host, info: &ParameterInfo, label: &str, view: &mut View) {
    number_ui(ui, host, info, label, view, paint);
}

fn paint(ui: &Ui, rect: Rect, shown: &Shown) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let inner = rect.shrink2(vec2(3.0, 0.0));
    let middle = inner.top() + 10.0;
    let label = theme::label_font();
    painter.text(pos2(inner.left(), middle), Align2::LEFT_CENTER, shown.label, label, colors.text_third);
    let value = pos2(inner.right(), middle);
    let mut text = if rect.width() < ROOM { compact(&shown.text) } else { shown.text.clone() };
    if rect.width() < LEAST_ROOM {
        text = text.replace(" ms", "").replace(":1", "");
    }
    painter.text(value, Align2::RIGHT_CENTER, text, theme::strong_font(), colors.text);
    let y = inner.bottom() - 4.0;
    let track = Rect::from_min_max(pos2(inner.left(), y - 1.0), pos2(inner.right(), y + 1.0));
    painter.rect_filled(track, 0.0, colors.track);
    let at = |fraction: f32| track.left() + fraction * track.width();
    let (from, to) = (at(shown.from.min(shown.at)), at(shown.from.max(shown.at)));
    let filled = Rect::from_min_max(pos2(from, track.top()), pos2(to, track.bottom()));
    painter.rect_filled(filled, 0.0, if shown.lit { colors.accent } else { colors.text_third });
    painter.rect_filled(Rect::from_center_size(pos2(at(shown.at), y), vec2(2.0, 7.0)), 0.0, colors.text);
}
