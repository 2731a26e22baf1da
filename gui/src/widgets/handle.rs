//! Something in a graph that is dragged: a node, a threshold, a crossover. It moves as the graph's axes do.
//!
//! With Shift a tenth as fast, with Alt along one axis only; the wheel turns a further parameter; the arrow keys step; double-click
//! resets. Enter or a digit lets the value be typed. Everything that a drag moves is one gesture.

use super::{FINE, arrow_steps, menu, missed, spoken, steps, typing, wheel_steps};
use crate::host::Host;
use crate::scale::Graph;
use crate::view::View;
use egui::{CursorIcon, Rect, Response, Sense, Ui, WidgetInfo};

/// A parameter along an axis of a graph.
#[derive(Clone, Copy)]
pub(crate) struct Axis<'a> {
    pub id: &'a str,
    /// What the parameter's value is divided by to be the graph's: 100 for per cent.
    pub unit: f64,
}

impl<'a> Axis<'a> {
    /// A parameter in the graph's own unit.
    pub fn new(id: &'a str) -> Self {
        Self { id, unit: 1.0 }
    }
}

/// What is dragged.
pub(crate) struct Handle<'a> {
    /// Its accessible name.
    pub name: &'a str,
    pub x: Option<Axis<'a>>,
    pub y: Option<Axis<'a>>,
    /// What the wheel turns.
    pub wheel: Option<&'a str>,
    /// What it says when it is pointed at.
    pub hint: &'a str,
}

/// Pixels for one press of an arrow key.
const ARROW_PIXELS: f32 = 4.0;

/// Size of the field in which its value is typed.
const TYPED: egui::Vec2 = egui::vec2(96.0, 24.0);

/// Takes what is done to a handle in `hit`; draws nothing.
pub(crate) fn handle_ui(
    ui: &mut Ui,
    graph: &Graph,
    hit: Rect,
    host: &Host,
    handle: &Handle,
    view: &mut View,
) -> Response {
    let response = ui.interact(hit, ui.scope_id().with(("handle", handle.name)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Slider, true, handle.name));
    if let Some(info) = handle.x.or(handle.y).and_then(|axis| host.tree.info(axis.id)) {
        let texts = [handle.x, handle.y].into_iter().flatten().map(|axis| host.text(axis.id));
        spoken::speak(ui, &response, host, info, &texts.collect::<Vec<_>>().join(", "));
    }
    if response.hovered() || response.dragged() {
        view.hint = handle.hint.to_owned();
        ui.ctx().set_cursor_icon(match (handle.x, handle.y) {
            (Some(_), Some(_)) => CursorIcon::Move,
            (Some(_), None) => CursorIcon::ResizeHorizontal,
            _ => CursorIcon::ResizeVertical,
        });
    }
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    drag(ui, &response, graph, host, handle);
    typed(ui, &response, hit, host, handle, view);
    if response.double_clicked() {
        for axis in [handle.y, handle.x].into_iter().flatten().take(1) {
            host.reset(axis.id);
        }
    }
    let modifiers = ui.input(|input| input.modifiers);
    let notches = wheel_steps(ui, &response);
    if let (Some(info), true) = (handle.wheel.and_then(|id| host.tree.info(id)), notches != 0.0) {
        steps::step(host, info, notches, modifiers);
    }
    let keys = arrow_steps(ui, &response);
    for (axis, count, is_x) in [(handle.x, keys.x, true), (handle.y, keys.y, false)] {
        let (Some(axis), true) = (axis, count != 0.0) else { continue };
        let Some(info) = host.tree.info(axis.id) else { continue };
        if is_x {
            let pixels = count * ARROW_PIXELS * if modifiers.shift { FINE } else { 1.0 };
            let pixel = place(graph, host, axis, is_x) + pixels;
            host.set_plain(
                axis.id,
                steps::round(info, within(host, axis, graph, pixel, is_x), modifiers.shift),
            );
        } else {
            steps::step(host, info, count, modifiers);
        }
    }
    response
}

/// Enter or a digit lets the value be typed beside the handle, the frequency of a node; what has one value has its menu.
fn typed(ui: &mut Ui, response: &Response, hit: Rect, host: &Host, handle: &Handle, view: &mut View) {
    let Some(info) = handle.x.or(handle.y).and_then(|axis| host.tree.info(axis.id)) else { return };
    if handle.x.is_none() || handle.y.is_none() {
        menu::menu(response, host, info, true);
    }
    let field = Rect::from_center_size(hit.center(), TYPED).translate(egui::vec2(0.0, -TYPED.y));
    if !typing::typing_ui(ui, field, response.id, host, info, view) {
        // Drawn in the next picture: the keys of this one are in it already.
        typing::begin(ui, response, host, info, view);
    }
}

fn drag(ui: &Ui, response: &Response, graph: &Graph, host: &Host, handle: &Handle) {
    let axes = [(handle.x, true), (handle.y, false)];
    // Followed here and not read back: a host may answer late.
    let memory = response.id.with("pixels");
    if response.drag_started() {
        let missed = missed(ui, response);
        let start = axes.map(|(axis, is_x)| {
            let moved = if is_x { missed.x } else { missed.y };
            axis.map_or(0.0, |axis| place(graph, host, axis, is_x) + moved)
        });
        ui.data_mut(|data| data.insert_temp(memory, start));
        axes.iter().filter_map(|(axis, _)| *axis).for_each(|axis| host.begin(axis.id));
    }
    if response.dragged()
        && let Some(mut pixels) = ui.data(|data| data.get_temp::<[f32; 2]>(memory))
    {
        let (shift, alt) = ui.input(|input| (input.modifiers.shift, input.modifiers.alt));
        let mut moved = response.drag_delta() * if shift { FINE } else { 1.0 };
        if alt {
            let total = response.total_drag_delta().unwrap_or_default().abs();
            moved = if total.x > total.y { egui::vec2(moved.x, 0.0) } else { egui::vec2(0.0, moved.y) };
        }
        pixels = [pixels[0] + moved.x, pixels[1] + moved.y];
        pixels = [
            pixels[0].clamp(graph.rect.left(), graph.rect.right()),
            pixels[1].clamp(graph.rect.top(), graph.rect.bottom()),
        ];
        ui.data_mut(|data| data.insert_temp(memory, pixels));
        for ((axis, is_x), pixel) in axes.into_iter().zip(pixels) {
            let Some(axis) = axis else { continue };
            let Some(info) = host.tree.info(axis.id) else { continue };
            let value = steps::round(info, within(host, axis, graph, pixel, is_x), shift);
            if let Ok(normalized) = host.tree.normalize(axis.id, value) {
                host.set_normalized(axis.id, normalized);
            }
        }
    }
    if response.drag_stopped() {
        axes.iter().filter_map(|(axis, _)| *axis).for_each(|axis| host.end(axis.id));
        ui.data_mut(|data| data.remove::<[f32; 2]>(memory));
    }
}

/// Pixel of the parameter's value.
fn place(graph: &Graph, host: &Host, axis: Axis, is_x: bool) -> f32 {
    let value = host.tree.plain(axis.id).unwrap_or_default() / axis.unit;
    if is_x { graph.x(value) } else { graph.y(value) }
}

/// The parameter's value at a pixel, within its range.
fn within(host: &Host, axis: Axis, graph: &Graph, pixel: f32, is_x: bool) -> f64 {
    let value = if is_x { graph.value_at_x(pixel) } else { graph.value_at_y(pixel) } * axis.unit;
    host.tree.info(axis.id).map_or(value, |info| value.clamp(info.min, info.max))
}
