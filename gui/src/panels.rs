//! A panel for each stage: a picture that one works on, and its controls below.

mod bass;
mod clipper;
mod curve;
mod dither;
mod dynamic_eq;
mod dynamics;
mod equalizer;
mod glue;
mod grab;
mod imager;
mod input_trim;
mod limiter;
mod loudness;
mod multiband;
mod saturator;
mod threshold_search;
mod transfer;

pub(crate) use curve::band;
pub(crate) use loudness::reach;
pub(crate) use multiband::name as multiband_name;
pub(crate) use threshold_search::{ThresholdSearch, follow as follow_threshold};

use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::theme;
use crate::view::View;
use egui::{Rect, Ui, pos2};
use lacquer_dsp::chain::StageId;

/// A stage's picture and its controls.
pub(crate) fn stage_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &mut MeterReader, view: &mut View) {
    match view.stage {
        StageId::InputTrim => input_trim::panel_ui(ui, body, host, meters, view),
        StageId::Equalizer => equalizer::panel_ui(ui, body, host, meters, view),
        StageId::DynamicEq => dynamic_eq::panel_ui(ui, body, host, meters, view),
        StageId::Multiband => multiband::panel_ui(ui, body, host, meters, view),
        StageId::Glue => glue::panel_ui(ui, body, host, meters, view),
        StageId::Saturator => saturator::panel_ui(ui, body, host, meters, view),
        StageId::Bass => bass::panel_ui(ui, body, host, meters, view),
        StageId::Imager => imager::panel_ui(ui, body, host, meters, view),
        StageId::Clipper => clipper::panel_ui(ui, body, host, meters, view),
        StageId::Limiter => limiter::panel_ui(ui, body, host, meters, view),
        StageId::Dither => dither::panel_ui(ui, body, host, meters, view),
    }
}

/// What of a panel's head belongs to the stage alone; laid out from left to right.
pub(crate) fn head_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    match view.stage {
        StageId::Equalizer => equalizer::head_ui(ui, host, view),
        StageId::DynamicEq => dynamic_eq::head_ui(ui, host, view),
        StageId::Multiband => multiband::head_ui(ui, host, view),
        StageId::Bass => bass::head_ui(ui, view),
        StageId::Limiter => limiter::head_ui(ui, host, view),
        _ => {}
    }
}

/// Splits a body into a picture and `rows` rows of controls below it.
fn split(body: Rect, rows: usize) -> (Rect, Vec<Rect>) {
    let height = theme::FIELD_HEIGHT + theme::GAP;
    let top = body.bottom() - theme::MARGIN - rows as f32 * height;
    let picture = Rect::from_min_max(body.min, pos2(body.right(), top - theme::MARGIN));
    let row = |n: usize| {
        let y = top + n as f32 * height;
        Rect::from_min_max(pos2(body.left(), y), pos2(body.right(), y + theme::FIELD_HEIGHT))
    };
    (picture, (0..rows).map(row).collect())
}

/// Splits a picture into a left part of `share` of its width, at most `most` wide, and the rest.
fn side_by_side(picture: Rect, share: f32, most: f32) -> (Rect, Rect) {
    let width = (picture.width() * share).min(most);
    let left = Rect::from_min_max(picture.min, pos2(picture.left() + width, picture.bottom()));
    (left, Rect::from_min_max(pos2(left.right() + theme::PADDING, picture.top()), picture.max))
}
