//! The chosen stage: its switch, its parameters, and its bands as columns.

use crate::app::{View, area_ui};
use crate::desk::Desk;
use crate::host::Host;
use crate::panels;
use crate::strip::{is_on, title};
use crate::theme;
use crate::widgets::{field_ui, toggle_ui};
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_params::ParameterInfo;

/// Width of a parameter that belongs to no band: five of them fill a row.
const FIELD_WIDTH: f32 = 184.0;

/// Least height of a picture that is worth its place.
const LEAST_PICTURE: f32 = 80.0;

/// Widest column of a band.
const BAND_WIDTH: f32 = 232.0;

pub(crate) fn panel_ui(ui: &mut Ui, host: &Host, desk: &Desk, view: &mut View) {
    let rect = ui.max_rect();
    let stage = view.stage;
    ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().panel);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme::HEAD_HEIGHT));
    head_ui(ui, head, host, view);
    let infos: Vec<ParameterInfo> =
        host.tree.infos().into_iter().filter(|info| belongs(info, stage)).collect();
    let body = Rect::from_min_max(head.left_bottom(), rect.max).shrink2(vec2(theme::PADDING, 0.0));
    let shared: Vec<&ParameterInfo> = infos.iter().filter(|info| band_of(info).is_none()).collect();
    if stage == StageId::Equalizer {
        equalizer_panel_ui(ui, body, host, &infos, &shared, desk, view);
        return;
    }
    let mut bottom = fields_ui(ui, body, host, &shared, view);
    let bands = infos.iter().filter_map(band_of).max().unwrap_or(0);
    if bands > 0 {
        let area = Rect::from_min_max(pos2(body.left(), bottom + theme::MARGIN), body.max);
        bottom = bands_ui(ui, area, host, &infos, bands, view);
    }
    let picture =
        Rect::from_min_max(pos2(body.left(), bottom + theme::MARGIN), body.max - vec2(0.0, theme::PADDING));
    if panels::dynamics::has_picture(stage) && picture.height() > LEAST_PICTURE {
        panels::dynamics::dynamics_ui(ui, picture, host, stage, desk);
    }
}

/// The equalizer: its graph, the chosen band's parameters, and what concerns all bands.
fn equalizer_panel_ui(
    ui: &mut Ui,
    body: Rect,
    host: &Host,
    infos: &[ParameterInfo],
    shared: &[&ParameterInfo],
    desk: &Desk,
    view: &mut View,
) {
    let rows = 2.0 * (theme::FIELD_HEIGHT + theme::PADDING) + theme::PADDING;
    let graph = Rect::from_min_max(body.min, body.max - vec2(0.0, rows));
    panels::equalizer::equalizer_ui(ui, graph, host, desk, view);
    let chosen: Vec<&ParameterInfo> =
        infos.iter().filter(|info| band_of(info) == Some(view.band + 1)).collect();
    let fields = Rect::from_min_max(pos2(body.left(), graph.bottom() + theme::PADDING), body.max);
    let name = format!("Band {}", view.band + 1);
    let width = (fields.width() - 7.0 * theme::MARGIN) / 7.0;
    for (n, info) in chosen.iter().chain(shared).enumerate() {
        let (row, column) = ((n / 7) as f32, (n % 7) as f32);
        let corner =
            fields.min + vec2(column * (width + theme::MARGIN), row * (theme::FIELD_HEIGHT + theme::PADDING));
        let label = if short_name(info) == "On" { name.as_str() } else { short_name(info) };
        field_ui(ui, Rect::from_min_size(corner, vec2(width, theme::FIELD_HEIGHT)), host, info, label, view);
    }
}

/// Whether a parameter is one of the stage's, its switch left out: that has its place in the head.
fn belongs(info: &ParameterInfo, stage: StageId) -> bool {
    let stem = stage.stem();
    !info.group.is_empty()
        && info.id.strip_prefix(stem).is_some_and(|rest| rest.starts_with('_') && rest != "_on")
}

/// The number of the band that a parameter belongs to.
fn band_of(info: &ParameterInfo) -> Option<usize> {
    info.group.split_once("/Band ").and_then(|(_, number)| number.parse().ok())
}

/// A parameter's name without its stage and band.
fn short_name(info: &ParameterInfo) -> &str {
    let stage = info.group.split('/').next().unwrap_or_default();
    let name = info.name.strip_prefix(stage).unwrap_or(&info.name).trim_start();
    if band_of(info).is_some() { name.split_once(' ').map_or(name, |(_, rest)| rest) } else { name }
}

fn head_ui(ui: &mut Ui, rect: Rect, host: &Host, view: &mut View) {
    let stage = view.stage;
    let mark = Rect::from_center_size(rect.left_center() + vec2(theme::PADDING, 0.0), vec2(3.0, 14.0));
    let color = if is_on(host, stage) { theme::family(stage) } else { theme::colors().disabled };
    ui.painter().rect_filled(mark, 0.0, color);
    let name = mark.right_center() + vec2(theme::MARGIN, 0.0);
    let text = ui.painter().text(
        name,
        Align2::LEFT_CENTER,
        title(stage),
        theme::heading_font(),
        theme::colors().text,
    );
    let switch = Rect::from_min_size(
        pos2(text.right() + 2.0 * theme::PADDING, rect.center().y - theme::CONTROL_HEIGHT / 2.0),
        vec2(56.0, theme::CONTROL_HEIGHT),
    );
    area_ui(ui, switch, |ui| toggle_ui(ui, host, &format!("{}_on", stage.stem()), "On", 56.0, view));
}

/// Lays parameters out in rows; gives the lower edge.
fn fields_ui(ui: &mut Ui, area: Rect, host: &Host, infos: &[&ParameterInfo], view: &mut View) -> f32 {
    let columns = ((area.width() + theme::PADDING) / (FIELD_WIDTH + theme::PADDING)).floor().max(1.0);
    for (index, info) in infos.iter().enumerate() {
        let (column, row) = (index as f32 % columns, (index as f32 / columns).floor());
        let corner = area.min
            + vec2(column * (FIELD_WIDTH + theme::PADDING), row * (theme::FIELD_HEIGHT + theme::PADDING));
        let rect = Rect::from_min_size(corner, vec2(FIELD_WIDTH, theme::FIELD_HEIGHT));
        field_ui(ui, rect, host, info, short_name(info), view);
    }
    let rows = (infos.len() as f32 / columns).ceil();
    area.top() + rows * (theme::FIELD_HEIGHT + theme::PADDING)
}

/// Lays bands out as columns; gives the lower edge.
fn bands_ui(
    ui: &mut Ui,
    area: Rect,
    host: &Host,
    infos: &[ParameterInfo],
    bands: usize,
    view: &mut View,
) -> f32 {
    let width = ((area.width() - theme::GAP * (bands as f32 - 1.0)) / bands as f32).min(BAND_WIDTH);
    let mut bottom = area.top();
    for band in 1..=bands {
        let members: Vec<&ParameterInfo> = infos.iter().filter(|info| band_of(info) == Some(band)).collect();
        let left = area.left() + (band as f32 - 1.0) * (width + theme::GAP);
        let Some((switch, fields)) = members.split_first() else { continue };
        // A narrow band has one column of fields, a wide one two.
        let columns = if width > 1.6 * FIELD_WIDTH / 2.0 { 2 } else { 1 };
        let rows = fields.len().div_ceil(columns) as f32;
        let height = theme::HEAD_HEIGHT + rows * (theme::FIELD_HEIGHT + theme::GAP) + theme::GAP;
        let card = Rect::from_min_size(
            pos2(left, area.top()),
            vec2(width, height.min(area.height() - theme::MARGIN)),
        );
        bottom = bottom.max(card.bottom());
        ui.painter().rect_filled(card, theme::RADIUS, theme::colors().well);
        band_head_ui(ui, card, host, switch, band, view);
        let inner = card.shrink(theme::MARGIN);
        let field_width = (inner.width() - theme::MARGIN * (columns as f32 - 1.0)) / columns as f32;
        for (index, info) in fields.iter().enumerate() {
            let (column, row) = ((index % columns) as f32, (index / columns) as f32);
            let corner = pos2(
                inner.left() + column * (field_width + theme::MARGIN),
                card.top() + theme::HEAD_HEIGHT + row * (theme::FIELD_HEIGHT + theme::GAP),
            );
            let rect = Rect::from_min_size(corner, vec2(field_width, theme::FIELD_HEIGHT));
            field_ui(ui, rect, host, info, short_name(info), view);
        }
    }
    bottom
}

fn band_head_ui(ui: &mut Ui, card: Rect, host: &Host, switch: &ParameterInfo, band: usize, view: &mut View) {
    let on = host.tree.plain(&switch.id) == Ok(1.0);
    let color = if on { theme::colors().text } else { theme::colors().text_third };
    let name = pos2(card.left() + theme::MARGIN, card.top() + theme::HEAD_HEIGHT / 2.0);
    ui.painter().text(name, Align2::LEFT_CENTER, format!("{band}"), theme::heading_font(), color);
    let corner = pos2(card.right() - theme::MARGIN - 44.0, name.y - theme::CONTROL_HEIGHT / 2.0);
    let rect = Rect::from_min_size(corner, vec2(44.0, theme::CONTROL_HEIGHT));
    area_ui(ui, rect, |ui| toggle_ui(ui, host, &switch.id, "On", 44.0, view));
}
