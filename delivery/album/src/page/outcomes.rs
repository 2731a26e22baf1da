//! What becomes of the masters elsewhere: in lossy codecs, on a disc, on a record.

use super::{clock, name_cells_of, reading};
use crate::codecs::CodecOutcome;
use crate::report::Report;
use lacquer_report::table::{Column, table};
use lacquer_report::{Mark, Panel, chip, number, typeset};
use lacquer_song::check::words::time;
use lacquer_song::codec::overs::CodecReport;
use maud::{Markup, Render, html};

/// The highest overs of a track that are named.
const MOST_TIMES: usize = 3;

/// A panel for each lossy output.
pub fn codecs_panels(report: &Report) -> Markup {
    let heard = report.codecs.iter().filter(|outcome| !outcome.tracks.is_empty());
    html! { @for outcome in heard { (codec_panel(outcome, report)) } }
}

fn codec_panel(outcome: &CodecOutcome, report: &Report) -> Markup {
    let rows = outcome.tracks.iter().enumerate().map(|(n, track)| {
        let is_clear = track.over_count == 0 && track.trim_db >= 0.0;
        let [place, title] = name_cells_of(report, n + 1);
        [
            place,
            title,
            reading(track.true_peak_before_dbtp, 2, true).render(),
            reading(track.true_peak_after_dbtp, 2, true).render(),
            track.over_count.render(),
            worst_times(track).render(),
            number(track.trim_db, 2, false).render(),
            if is_clear { chip(Mark::Good, "Clear") } else { chip(Mark::Warn, "Over") },
        ]
    });
    let columns = [
        ("", Column::Number),
        ("Track", Column::Words),
        ("Master dBTP", Column::Number),
        ("Decoded dBTP", Column::Number),
        ("Overs", Column::Number),
        ("Highest at", Column::Words),
        ("Clears at dB", Column::Number),
        ("", Column::Words),
    ];
    let title = format!("Peaks after {}", outcome.output.name());
    Panel { title: &title, about: &codec_words(outcome), may_break: true, ..Panel::default() }.around(table(
        "tracks codec",
        &columns,
        rows,
    ))
}

/// What was done about the overs. The table shows what encoding does without it.
fn codec_words(outcome: &CodecOutcome) -> String {
    let applied = number(outcome.applied_db, 2, false);
    let needed_db = outcome.tracks.iter().map(|track| track.trim_db).fold(0.0, f64::min);
    match (outcome.applied_db < 0.0, outcome.is_cleared) {
        (false, true) => "Every track decodes without an over.".to_owned(),
        (true, true) => format!(
            "As encoded without a trim. The files were written at {applied} dB, all alike, and decode without an over."
        ),
        (false, false) => {
            format!(
                "No trim was applied. About {} dB on every track would clear it.",
                number(needed_db, 2, false)
            )
        }
        (true, false) => format!(
            "As encoded without a trim. The files were written at {applied} dB, all alike; that does not clear all of them."
        ),
    }
}

/// When the highest overs are, the highest first.
fn worst_times(track: &CodecReport) -> String {
    let mut overs: Vec<_> = track.overs.iter().collect();
    overs.sort_by(|a, b| b.peak_dbfs.total_cmp(&a.peak_dbfs).then(a.time_s.total_cmp(&b.time_s)));
    let times: Vec<String> = overs.iter().take(MOST_TIMES).map(|over| time(over.time_s)).collect();
    times.join(", ")
}

/// The disc's indexes.
pub fn disc_panel(report: &Report) -> Markup {
    if report.pq.is_empty() {
        return html! {};
    }
    let text = |value: &Option<String>| value.as_deref().unwrap_or_default().render();
    let rows = report.pq.iter().map(|row| {
        [
            format!("{:02}", row.track).render(),
            format!("{:02}", row.index).render(),
            row.start.render(),
            typeset(&row.disc_start).render(),
            row.length.render(),
            text(&row.track_length),
            text(&row.gap),
            html! { span.code { (text(&row.isrc)) } },
            row.flags.render(),
            text(&row.title),
        ]
    });
    let columns = [
        ("Track", Column::Number),
        ("Index", Column::Number),
        ("In the image", Column::Number),
        ("On the disc", Column::Number),
        ("To the next", Column::Number),
        ("Length", Column::Number),
        ("Gap", Column::Number),
        ("ISRC", Column::Words),
        ("Flags", Column::Words),
        ("Title", Column::Words),
    ];
    let about = "Every index, in minutes, seconds and frames, 75 a second.";
    Panel { title: "Disc", about, may_break: true, ..Panel::default() }.around(table("pq", &columns, rows))
}

/// The sides of a record.
pub fn vinyl_panel(report: &Report) -> Markup {
    if report.sides.is_empty() {
        return html! {};
    }
    let rows = report.sides.iter().map(|side| {
        let [first, last] = side.tracks;
        let tracks = if first == last { first.to_string() } else { format!("{first} – {last}") };
        let advice = html! {
            @for advice in &side.advice { div { (typeset(advice)) } }
            @if side.advice.is_empty() { (chip(Mark::Good, "Cuts as it is")) }
        };
        [
            side.name.render(),
            tracks.render(),
            clock(side.length_s).render(),
            number(side.level_db, 1, true).render(),
            number(side.lateral_db, 1, true).render(),
            number(side.vertical_db, 1, true).render(),
            number(side.sibilance_db, 1, true).render(),
            advice,
        ]
    });
    let columns = [
        ("Side", Column::Words),
        ("Tracks", Column::Number),
        ("Length", Column::Number),
        ("Level dB", Column::Number),
        ("Lateral dB", Column::Number),
        ("Vertical dB", Column::Number),
        ("Sibilants dB", Column::Number),
        ("What to think about", Column::Words),
    ];
    let about = "Level against a side of 18 minutes; the others against a sine of 1 kHz at full scale. The sides go through a chain of their own (Vinyl pre-master); each has a timing sheet.";
    Panel { title: "Vinyl", about, may_break: true, ..Panel::default() }
        .around(table("sides", &columns, rows))
}
