//! What a screen reader says of a parameter, and how it sets one: the plain value in the parameter's own unit, with its range, and the
//! text that everybody else sees.

use super::steps;
use crate::host::Host;
use egui::accesskit::{Action, ActionData, Role};
use egui::{Modifiers, Rect, Response, Sense, Ui, WidgetInfo};
use lacquer_params::ParameterInfo;

/// Gives a widget the value of its parameter, `text` as it is shown, and takes the value that is asked for.
pub(super) fn speak(ui: &Ui, response: &Response, host: &Host, info: &ParameterInfo, text: &str) {
    obey(ui, response, host, info);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(text);
        node.set_numeric_value(host.tree.plain(&info.id).unwrap_or_default());
        node.set_min_numeric_value(info.min);
        node.set_max_numeric_value(info.max);
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// Says which entry of a menu is chosen.
pub(super) fn speak_choice(response: &Response, chosen: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_description(chosen));
}

/// Says a figure that is only read.
pub(crate) fn speak_figure(ui: &Ui, rect: Rect, name: &str, text: &str) {
    let response = ui.interact(rect, ui.scope_id().with(("figure", name)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {text}")));
}

fn obey(ui: &Ui, response: &Response, host: &Host, info: &ParameterInfo) {
    let (asked, steps) = ui.input(|input| {
        let asked = input.accesskit_action_requests(response.id, Action::SetValue).last();
        let count = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        (asked.and_then(|request| request.data.clone()), count(Action::Increment) - count(Action::Decrement))
    });
    match asked {
        Some(ActionData::NumericValue(value)) if value.is_finite() => {
            host.set_plain(&info.id, value.clamp(info.min, info.max));
        }
        Some(ActionData::Value(text)) => {
            // What is no value is left as it is: the reader hears the old one.
            let _ = host.set_text(&info.id, &text);
        }
        _ => {}
    }
    if steps != 0.0 {
        steps::step(host, info, steps, Modifiers::NONE);
    }
}
