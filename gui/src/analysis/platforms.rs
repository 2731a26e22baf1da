//! What each target will do to this master; a click lets it be heard so.

use super::{columns, row_height, scroll_ui, whole_rows};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::meters::target;
use crate::scale::{difference, level};
use crate::theme;
use crate::view::View;
use crate::widgets::button_ui;
use egui::{Align2, Color32, Rect, Ui, pos2, vec2};
use lacquer_dsp::monitor::PlatformPlayback;
use lacquer_dsp::monitor::platform::{Outcome, outcome};
use lacquer_dsp::targets::{Confidence, TARGETS};

const ROW: f32 = 26.0;
/// Shares of the columns, and which of them says where a target is from: the last.
const COLUMNS: [f32; 7] = [1.9, 0.9, 1.0, 1.0, 1.2, 2.4, 1.1];
const NARROW_COLUMNS: [f32; 7] = [2.6, 0.9, 1.1, 1.3, 1.4, 2.4, 0.0];
const SOURCE: usize = 6;

pub(super) fn platforms_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let (integrated, peak) = (meters.bank.output.integrated_lufs(), meters.bank.output.true_peak_max_dbtp());
    let own = target(host);
    let rows: Vec<_> = TARGETS.iter().copied().chain((own.id == "custom").then_some(own)).collect();
    let row = row_height(body, rows.len() + 1, ROW);
    scroll_ui(ui, whole_rows(body, row), row * (rows.len() as f32 + 1.0), |ui, rect| {
        // Where there is little room the sources are left to the hints.
        let is_narrow = view.room.is_narrow;
        let shares = if is_narrow { NARROW_COLUMNS } else { COLUMNS };
        let at = columns(rect, &shares);
        let text = |ui: &Ui, column: usize, y: f32, text: &str, color| {
            ui.painter().text(
                pos2(at[column] + 8.0, y),
                Align2::LEFT_CENTER,
                text,
                theme::body_font(),
                color,
            );
        };
        let heads = ["Listen", "Level", "Gain", "Plays at", "True peak", "What happens", "Source"];
        for (column, name) in heads.into_iter().enumerate().take(if is_narrow { SOURCE } else { heads.len() })
        {
            text(ui, column, rect.top() + row / 2.0, name, theme::colors().text_third);
        }
        for (n, target) in rows.iter().enumerate() {
            let y = rect.top() + (n as f32 + 1.5) * row;
            let done = outcome(target, integrated, peak);
            let playback = PlatformPlayback { gain_db: done.gain_db, limits: done.limits };
            let is_heard = view.platform == Some(target.id);
            let place =
                Rect::from_min_size(pos2(at[0], y - row / 2.0 + 2.0), vec2(at[1] - at[0] - 8.0, row - 4.0));
            if button_ui(
                ui,
                place,
                target.name,
                is_heard,
                "Plays the master at this target's gain, through its limiter where it has one.",
                view,
            ) {
                view.platform = (!is_heard).then_some(target.id);
            }
            if view.platform == Some(target.id) {
                view.monitor.settings.platform = Some(playback);
            }
            text(
                ui,
                1,
                y,
                &target.integrated_lufs.map_or("\u{2013}".to_owned(), level),
                theme::colors().text_second,
            );
            let confidence = match target.confidence {
                Confidence::Standard => "standard",
                Confidence::Official => "official",
                Confidence::Secondary => "secondary",
                Confidence::Custom => "custom",
            };
            if !is_narrow {
                text(ui, SOURCE, y, confidence, theme::colors().text_third);
            }
            if !integrated.is_finite() {
                continue;
            }
            text(ui, 2, y, &format!("{} dB", difference(done.gain_db)), theme::colors().text);
            text(ui, 3, y, &format!("{} LUFS", level(done.integrated_lufs)), theme::colors().text);
            let over = done.is_over;
            text(
                ui,
                4,
                y,
                &format!("{} of {}", level(peak), level(done.asked_dbtp)),
                if over { theme::colors().alarm } else { theme::colors().text },
            );
            let (happens, color) = happens(&done);
            text(ui, 5, y, &happens, color);
        }
    });
    if view.platform.is_none() {
        view.monitor.settings.platform = None;
    }
}

/// What a target does to the master, and how it looks: a specification that refuses it in the colour of alarms.
fn happens(done: &Outcome) -> (String, Color32) {
    let colors = theme::colors();
    if let Some(rejection) = done.rejection {
        return (rejection.to_string(), colors.alarm);
    }
    let (text, color) = match (done.is_over, done.limits, done.stays_quiet, done.gain_db) {
        (true, ..) => ("! true peak over its limit", colors.alarm),
        (_, true, ..) => ("raised into its limiter", colors.alarm),
        (_, _, true, _) => ("stays quieter than the rest", colors.text_second),
        (.., gain) if gain < -0.05 => ("turned down", colors.text_second),
        (.., gain) if gain > 0.05 => ("turned up", colors.text_second),
        _ if !done.is_on_level => ("off its level", colors.text_second),
        _ => ("as it is", colors.ok),
    };
    (text.to_owned(), color)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::targets::find;

    #[test]
    fn a_master_for_streaming_is_rejected_by_broadcasters_and_not_green() {
        for (id, expected) in [
            ("ebu_r128", "rejected: 11.5 LU too loud"),
            ("atsc_a85", "rejected: 12.5 LU too loud"),
            ("netflix", "rejected: 15.5 LU too loud"),
        ] {
            let target = find(id).expect("a target");
            let (text, color) = happens(&outcome(target, -11.5, -2.5));
            assert_eq!((text.as_str(), color), (expected, theme::colors().alarm));
        }
        let (text, color) = happens(&outcome(find("cd").expect("a target"), -11.5, -2.5));
        assert_eq!((text.as_str(), color), ("as it is", theme::colors().ok));
    }
}
