//! The menu of delivery targets, with one of one's own.

use crate::host::Host;
use crate::scale::level;
use crate::view::View;
use crate::widgets::name_menu;
use egui::{ComboBox, DragValue, Ui};
use lacquer_dsp::targets::{TARGETS, Target};

/// Height from which the list scrolls; the target of one's own stands above it and is never cut off.
const LIST: f32 = 360.0;
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

/// A loudness and a true peak of one's own; it begins with those of the target that is chosen.
fn own_ui(ui: &mut Ui, host: &Host, target: &Target) {
    let mut lufs = target.integrated_lufs.unwrap_or(OWN_LUFS);
    let mut dbtp = target.true_peak_dbtp;
    ui.horizontal(|ui| {
        ui.label("Your own");
        let drag = |value, range, suffix| {
            DragValue::new(value).range(range).speed(0.1).max_decimals(1).suffix(suffix)
        };
        let loudness = ui.add(drag(&mut lufs, LUFS, " LUFS"));
        let peak = ui.add(drag(&mut dbtp, DBTP, " dBTP"));
        if loudness.changed() || peak.changed() {
            set_target(host, &Target::custom(lufs, dbtp));
        }
    });
}
