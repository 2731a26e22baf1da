//! The menu of delivery targets, with one of one's own.

use crate::host::Host;
use crate::scale::level;
use crate::view::View;
use crate::widgets::name_menu;
use egui::{ComboBox, DragValue, Ui};
use lacquer_dsp::targets::{TARGETS, Target};

/// Height from which the list scrolls; the target of one's own stands above it and is never cut off.
const LIST: f32 = 440.0;
/// Loudness in LUFS and true peak in dBTP that a target of one's own may have, and what it begins with.
const LUFS: std::ops::RangeInclusive<f64> = -40.0..=-5.0;
const DBTP: std::ops::RangeInclusive<f64> = -9.0..=0.0;
const OWN_LUFS: f64 = -14.0;

fn set_target(host: &Host, target: &Target) {
    if let Ok(mut text) = host.tree.params().target.write() {
        *text = target.to_text();
    }
}

pub(super) fn target_ui(ui: &mut Ui, host: &Host, target: &Target, view: &mut View) {
    let response = ComboBox::from_id_salt("target")
        .selected_text(target.name)
        .width(ui.max_rect().width())
        .height(LIST + 80.0)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show_ui(ui, |ui| {
            own_ui(ui, host, target);
            ui.separator();
            egui::ScrollArea::vertical().max_height(LIST).show(ui, |ui| {
                for other in TARGETS {
                    let lufs =
                        other.integrated_lufs.map_or(String::new(), |lufs| format!("  {} LUFS", level(lufs)));
                    let label = format!("{}{lufs}", other.name);
                    if ui.selectable_label(other.id == target.id, label).clicked() {
                        set_target(host, other);
                        ui.close();
                    }
                }
            });
        });
    name_menu(&response.response, "Delivery target");
    if response.response.hovered() {
        view.hint = format!("Delivery target. {}, {}", target.source, target.read);
    }
}

/// What is typed for a level: all of them lie below zero, so that 11 is -11.
fn below_zero(text: &str) -> Option<f64> {
    let number = text.trim().trim_start_matches(['-', '\u{2212}']);
    number.split_whitespace().next()?.replace(',', ".").parse::<f64>().ok().map(|level| -level.abs())
}

/// A loudness and a true peak of one's own; it begins with those of the target that is chosen.
fn own_ui(ui: &mut Ui, host: &Host, target: &Target) {
    let mut lufs = target.integrated_lufs.unwrap_or(OWN_LUFS);
    let mut dbtp = target.true_peak_dbtp;
    ui.horizontal(|ui| {
        ui.label("Your own");
        let drag = |value, range, suffix| {
            DragValue::new(value)
                .range(range)
                .speed(0.1)
                .max_decimals(1)
                .suffix(suffix)
                .custom_parser(below_zero)
        };
        let loudness = ui.add(drag(&mut lufs, LUFS, " LUFS"));
        let peak = ui.add(drag(&mut dbtp, DBTP, " dBTP"));
        if loudness.changed() || peak.changed() {
            set_target(host, &Target::custom(lufs, dbtp));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_lies_below_zero_however_it_is_typed() {
        for text in ["11", "-11", "\u{2212}11.0 LUFS", " 11 LUFS"] {
            assert_eq!(below_zero(text), Some(-11.0), "{text}");
        }
        assert_eq!(below_zero("-11,5"), Some(-11.5), "a comma is as good");
        assert_eq!((below_zero("loud"), below_zero("")), (None, None));
    }
}
