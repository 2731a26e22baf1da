//! What each stage does to loudness, loudness range and width now: before and after it, in time with each other. A click on its name
//! shows the stage.

use super::{columns, empty_ui, row_height, scroll_ui, whole_rows};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::{difference, level};
use crate::strip::{is_on, title};
use crate::theme;
use crate::view::View;
use crate::widgets::{button_ui, speak_figure};
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::metering::stage_effects::{Effect, Reading};

/// Least height of a row.
const ROW: f32 = 22.0;
/// Rows beside the stages': heads and the whole chain.
const OTHER_ROWS: usize = 2;
/// Seconds from which a loudness range can be relied on: a minute, but for the first 3 s.
const RANGE_S: f64 = 57.0;

/// One quantity: its head, its unit, and what it reads and changes by.
struct Quantity {
    head: &'static str,
    unit: &'static str,
    read: fn(&Reading) -> Option<f64>,
    change: fn(&Effect) -> Option<f64>,
}

const QUANTITIES: [Quantity; 3] = [
    Quantity {
        head: "Loudness, LUFS-S",
        unit: "LU",
        read: |reading| reading.short_term_lufs,
        change: Effect::louder_lu,
    },
    Quantity {
        head: "Range (LRA), LU",
        unit: "LU",
        read: |reading| reading.range_lu,
        change: Effect::wider_range_lu,
    },
    Quantity {
        head: "Width, dB side to mid",
        unit: "dB",
        read: |reading| reading.width_db,
        change: Effect::wider_db,
    },
];

/// What a stage does, in one line; nothing before it was heard.
pub(crate) fn effect_in_words(effect: &Effect) -> Option<String> {
    effect.louder_lu()?;
    let said = QUANTITIES.iter().zip(["louder by", "range", "width"]).filter_map(|(quantity, word)| {
        let change = (quantity.change)(effect)?;
        Some(format!("{word} {} {}", difference(change), quantity.unit))
    });
    Some(said.collect::<Vec<_>>().join(", "))
}

pub(super) fn stages_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    if meters.effects.of_chain().louder_lu().is_none() {
        empty_ui(
            ui,
            body,
            "Play: what each stage does to loudness, range and width is shown here after 3 s.",
        );
        return;
    }
    // What is off does nothing: it is left out where there is little room.
    let has_room = body.height() >= ROW * (StageId::ALL.len() + OTHER_ROWS) as f32;
    let shown: Vec<StageId> =
        StageId::ALL.iter().copied().filter(|stage| has_room || is_on(host, *stage)).collect();
    let rows = shown.len() + OTHER_ROWS;
    let row = row_height(body, rows, ROW);
    scroll_ui(ui, whole_rows(body, row), row * rows as f32, |ui, rect| {
        let at = columns(rect, &[1.0, 2.0, 2.0, 2.0]);
        let line = |n: usize| {
            Rect::from_min_size(pos2(rect.left(), rect.top() + n as f32 * row), vec2(rect.width(), row))
        };
        for (quantity, left) in QUANTITIES.iter().zip(&at[1..]) {
            let at = pos2(left + 8.0, line(0).center().y);
            let ink = theme::colors().text_third;
            ui.painter().text(at, Align2::LEFT_CENTER, quantity.head, theme::body_font(), ink);
        }
        for (n, stage) in shown.into_iter().enumerate() {
            let line = line(n + 1);
            let on = is_on(host, stage);
            let effect = meters.effects.of(stage);
            row_ui(ui, line, &at, title(stage), &effect, on, meters);
            let name = Rect::from_min_size(line.min + vec2(0.0, 1.0), vec2(at[1] - at[0] - 8.0, row - 2.0));
            let hint = format!("Shows {}.", title(stage));
            if button_ui(ui, name, title(stage), view.stage == stage, &hint, view) {
                view.stage = stage;
                view.expand(ui, false);
            }
        }
        let last = line(rows - 1);
        ui.painter().hline(last.x_range(), last.top() + 0.5, theme::line(theme::colors().seam));
        let name = pos2(at[0] + 8.0, last.center().y);
        ui.painter().text(name, Align2::LEFT_CENTER, "Chain", theme::strong_font(), theme::colors().text);
        row_ui(ui, last, &at, "Chain", &meters.effects.of_chain(), true, meters);
    });
}

/// The figures of a stage, or of the chain.
fn row_ui(
    ui: &mut Ui,
    line: Rect,
    at: &[f32],
    name: &'static str,
    effect: &Effect,
    on: bool,
    meters: &MeterReader,
) {
    let colors = theme::colors();
    let words = effect_in_words(effect).filter(|_| on).unwrap_or_else(|| "nothing".to_owned());
    speak_figure(ui, line, &format!("{name} now"), &words);
    for (n, (quantity, left)) in QUANTITIES.iter().zip(&at[1..]).enumerate() {
        let y = line.center().y;
        let [before, after] = [effect.before, effect.after]
            .map(|reading| level((quantity.read)(&reading).unwrap_or(f64::NEG_INFINITY)));
        let is_sure = n != 1 || meters.effects.range_heard_s() >= RANGE_S;
        let change = (quantity.change)(effect).filter(|_| on);
        let text = |x: f32, text: String, font, ink| {
            ui.painter().text(pos2(left + x, y), Align2::RIGHT_CENTER, text, font, ink)
        };
        let faint = if on { colors.text_second } else { colors.text_third };
        text(52.0, before, theme::value_font(), faint);
        text(72.0, "\u{2192}".to_owned(), theme::body_font(), colors.text_third);
        text(120.0, after, theme::value_font(), faint);
        let (told, ink) = match change {
            None => ("\u{2013}".to_owned(), colors.text_third),
            Some(change) if change.abs() < 0.05 => ("0.0".to_owned(), colors.text_third),
            Some(change) => (difference(change), if is_sure { colors.text } else { colors.text_third }),
        };
        text(176.0, told, theme::strong_font(), ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_told_in_one_line_once_it_was_heard() {
        let reading = |lufs, range, width| Reading {
            short_term_lufs: Some(lufs),
            range_lu: range,
            width_db: Some(width),
        };
        let effect =
            Effect { before: reading(-14.0, Some(5.0), -12.0), after: reading(-11.5, Some(4.2), -12.0) };
        let told = "louder by +2.5 LU, range \u{2212}0.8 LU, width 0.0 dB";
        assert_eq!(effect_in_words(&effect).as_deref(), Some(told));
        let early = Effect { before: reading(-14.0, None, -12.0), after: reading(-11.5, None, -12.0) };
        assert_eq!(effect_in_words(&early).as_deref(), Some("louder by +2.5 LU, width 0.0 dB"));
        assert_eq!(effect_in_words(&Effect::default()), None);
    }
}
