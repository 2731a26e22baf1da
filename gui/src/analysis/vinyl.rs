//! What a cutting lathe would make of the master: proxies, each with what it asks for.

use super::{columns, empty_ui};
use crate::meter_reader::MeterReader;
use crate::room::Room;
use crate::scale::{Graph, difference};
use crate::theme;
use egui::{Align2, Rect, Ui, pos2};

const ROW: f32 = 26.0;
/// Shares of the columns.
const COLUMNS: [f32; 4] = [2.0, 1.0, 2.0, 4.0];
const NARROW_COLUMNS: [f32; 4] = [2.2, 1.0, 1.2, 4.0];
/// Levels at the ends of a gauge, against what is asked for, dB.
const GAUGE_DB: [f64; 2] = [-30.0, 10.0];
/// Nothing has been heard below this excursion, dB.
const NOTHING_DB: f64 = -100.0;

pub(super) fn vinyl_ui(ui: &mut Ui, body: Rect, meters: &MeterReader, room: Room) {
    let found = meters.readings.vinyl;
    if found.lateral_db < NOTHING_DB && found.vertical_db < NOTHING_DB {
        empty_ui(ui, body, "Play: what a cutting lathe would make of the song is gathered here.");
        return;
    }
    let at = columns(body, if room.is_narrow { &NARROW_COLUMNS } else { &COLUMNS });
    let rows = [
        (
            "Side below 150 Hz against mid",
            found.low_side_db,
            -12.0,
            "lows out of phase lift the stylus: make them mono",
        ),
        (
            "Lateral excursion",
            found.lateral_db,
            6.0,
            "wide grooves: less low end, or less level on a long side",
        ),
        ("Vertical excursion", found.vertical_db, -6.0, "the stylus may leave the groove: narrow the lows"),
        (
            "Sibilance, loudest 10 ms",
            found.sibilance_db,
            3.0,
            "sibilants will distort: de-ess before the cut",
        ),
    ];
    // The last line is the caption's.
    let row = ((body.height() - ROW) / rows.len() as f32).clamp(ROW, 5.0 * ROW);
    for (n, (name, value, most, advice)) in rows.into_iter().enumerate() {
        let y = body.top() + (n as f32 + 0.5) * row;
        let over = value > most;
        let color = if over { theme::colors().alarm } else { theme::colors().ok };
        let painter = ui.painter();
        painter.text(
            pos2(at[0], y),
            Align2::LEFT_CENTER,
            name,
            theme::body_font(),
            theme::colors().text_second,
        );
        painter.text(
            pos2(at[2] - 24.0, y),
            Align2::RIGHT_CENTER,
            format!("{} dB", difference(value.max(-99.9))),
            theme::value_font(),
            color,
        );
        let text = if over {
            format!("! above {}: {advice}", difference(most))
        } else {
            format!("below {}", difference(most))
        };
        painter.text(
            pos2(at[3], y),
            Align2::LEFT_CENTER,
            text,
            theme::body_font(),
            if over { theme::colors().alarm } else { theme::colors().text_third },
        );
        let track = Rect::from_min_max(pos2(at[2], y - 3.0), pos2(at[3] - 24.0, y + 3.0));
        let gauge = Graph { rect: track, x: GAUGE_DB, y: [0.0, 1.0], logarithmic: false };
        let end = gauge.x((value - most).clamp(GAUGE_DB[0], GAUGE_DB[1]));
        painter.rect_filled(track, 2.0, theme::colors().track);
        painter.rect_filled(track.with_max_x(end), 2.0, color);
        painter.vline(gauge.x(0.0), y - 6.0..=y + 6.0, theme::line(theme::colors().accent));
    }
    ui.painter().text(
        body.left_bottom(),
        Align2::LEFT_BOTTOM,
        "Proxies against a 1 kHz sine at full scale, RIAA; the cutting engineer has the last word.",
        theme::label_font(),
        theme::colors().text_third,
    );
}
