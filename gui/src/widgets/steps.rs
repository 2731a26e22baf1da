//! How far a parameter goes for a notch of the wheel, a key or a pixel, and the round values on which it stands then.
//!
//! What is in decibels goes by 0.1 dB, with Shift by 0.01 and with Ctrl by 1, and by 0.1 dB a pixel; everything else by a hundredth of its
//! travel, to three figures.

use crate::host::Host;
use egui::Modifiers;
use lacquer_params::ParameterInfo;

/// A notch in dB: as it is, fine and coarse.
const NOTCH_DB: f64 = 0.1;
const FINE_DB: f64 = 0.01;
const COARSE_DB: f64 = 1.0;
/// A notch of anything else, as a part of the travel, and how much coarse and fine ones differ from it.
const NOTCH: f32 = 0.01;
const COARSE: f32 = 10.0;
/// Pixels of drag for the whole travel of what is not in dB, and the least for what is.
const TRAVEL: f32 = 200.0;
const LEAST_TRAVEL: f32 = 100.0;

fn is_in_db(info: &ParameterInfo) -> bool {
    info.unit.starts_with("dB")
}

/// Pixels of drag for the whole travel.
pub(super) fn travel(info: &ParameterInfo) -> f32 {
    if is_in_db(info) { (((info.max - info.min) / NOTCH_DB) as f32).max(LEAST_TRAVEL) } else { TRAVEL }
}

/// The round value nearest to a plain one, within the range.
pub(super) fn round(info: &ParameterInfo, plain: f64, is_fine: bool) -> f64 {
    let rounded = if is_in_db(info) {
        let step = if is_fine { FINE_DB } else { NOTCH_DB };
        (plain / step).round() * step
    } else {
        to_figures(plain, if is_fine { 4 } else { 3 })
    };
    rounded.clamp(info.min, info.max)
}

/// A value to so many figures.
fn to_figures(value: f64, figures: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10f64.powi(figures - 1 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

/// Moves a parameter by notches.
pub(super) fn step(host: &Host, info: &ParameterInfo, notches: f32, modifiers: Modifiers) {
    let (fine, coarse) = (modifiers.shift, modifiers.command);
    let Ok(plain) = host.tree.plain(&info.id) else { return };
    if is_in_db(info) {
        let step = match (fine, coarse) {
            (true, _) => FINE_DB,
            (_, true) => COARSE_DB,
            _ => NOTCH_DB,
        };
        // From a value between two round ones it goes to the next of them.
        let from = (plain / step).round() * step;
        host.set_plain(&info.id, (from + f64::from(notches) * step).clamp(info.min, info.max));
        return;
    }
    let speed = match (fine, coarse) {
        (true, _) => super::FINE,
        (_, true) => COARSE,
        _ => 1.0,
    };
    let from = host.tree.normalized(&info.id).unwrap_or_default();
    let to = (from + notches * NOTCH * speed).clamp(0.0, 1.0);
    let Ok(moved) = host.tree.denormalize(&info.id, to) else { return };
    let rounded = round(info, moved, fine);
    // A step that rounds to where it was goes all the same.
    host.set_plain(&info.id, if (rounded - plain) * f64::from(notches) > 0.0 { rounded } else { moved });
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_params::Tree;

    #[test]
    fn values_are_round() {
        let tree = Tree::new();
        let info = |id| tree.info(id).expect("a parameter");
        let drive = info("limiter_drive");
        assert!((round(drive, 4.237, false) - 4.2).abs() < 1e-9);
        assert!((round(drive, 4.237, true) - 4.24).abs() < 1e-9);
        assert_eq!(round(drive, 99.0, false), 24.0, "within the range");
        assert_eq!(round(info("equalizer_frequency_1"), 3137.4, false), 3140.0);
        assert_eq!(round(info("equalizer_q_1"), 0.70712, false), 0.707);
        assert_eq!(travel(drive), 480.0, "0.1 dB a pixel");
        assert_eq!(travel(info("limiter_release")), 200.0);
    }
}
