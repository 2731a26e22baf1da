//! What becomes of the masters elsewhere: in lossy codecs, on a disc, on a record.

use super::{clock, name_cells_of, reading};
use crate::codecs::CodecOutcome;
use crate::report::Report;
use lacquer_report::table::{Cell, Column, table};
use lacquer_report::{Mark, Panel, chip, escape, number, typeset};
use lacquer_song::check::words::time;
use lacquer_song::codec::overs::CodecReport;

/// The highest overs of a track that are named.
const MOST_TIMES: usize = 3;

/// A panel for each lossy output.
pub fn codecs_panels(report: &Report) -> String {
    report
        .codecs
        .iter()
        .filter(|outcome| !outcome.tracks.is_empty())
        .map(|of| codec_panel(of, report))
        .collect()
}

fn codec_panel(outcome: &CodecOutcome, report: &Report) -> String {
    let rows: Vec<Vec<Cell>> = outcome
        .tracks
        .iter()
        .enumerate()
        .map(|(n, track)| {
            let is_clear = track.over_count == 0 && track.trim_db >= 0.0;
            let [place, title] = name_cells_of(report, n + 1);
            vec![
                place,
                title,
                reading(track.true_peak_before_dbtp, 2, true).into(),
                reading(track.true_peak_after_dbtp, 2, true).into(),
                track.over_count.to_string().into(),
                worst_times(track).into(),
                number(track.trim_db, 2, false).into(),
                Cell::Markup(if is_clear { chip(Mark::Good, "Clear") } else { chip(Mark::Warn, "Over") }),
            ]
        })
        .collect();
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
    Panel { title: &title, about: &codec_words(outcome), may_break: true, ..Panel::default() }.around(&table(
        "tracks codec",
        &columns,
        &rows,
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
pub fn disc_panel(report: &Report) -> String {
    if report.pq.is_empty() {
        return String::new();
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows: Vec<Vec<Cell>> = report
        .pq
        .iter()
        .map(|row| {
            let code = format!("<span class=\"code\">{}</span>", escape(&text(&row.isrc)));
            vec![
                format!("{:02}", row.track).into(),
                format!("{:02}", row.index).into(),
                row.start.clone().into(),
                typeset(&row.disc_start).into(),
                row.length.clone().into(),
                text(&row.track_length).into(),
                text(&row.gap).into(),
                Cell::Markup(code),
                row.flags.clone().into(),
                text(&row.title).into(),
            ]
        })
        .collect();
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
    Panel { title: "Disc", about, may_break: true, ..Panel::default() }.around(&table("pq", &columns, &rows))
}

/// The sides of a record.
pub fn vinyl_panel(report: &Report) -> String {
    if report.sides.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Cell>> = report
        .sides
        .iter()
        .map(|side| {
            let [first, last] = side.tracks;
            let tracks = if first == last { first.to_string() } else { format!("{first} – {last}") };
            let advice: String =
                side.advice.iter().map(|advice| format!("<div>{}</div>", escape(&typeset(advice)))).collect();
            let advice = if advice.is_empty() { chip(Mark::Good, "Cuts as it is") } else { advice };
            vec![
                side.name.clone().into(),
                tracks.into(),
                clock(side.length_s).into(),
                number(side.level_db, 1, true).into(),
                number(side.lateral_db, 1, true).into(),
                number(side.vertical_db, 1, true).into(),
                number(side.sibilance_db, 1, true).into(),
                Cell::Markup(advice),
            ]
        })
        .collect();
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
        .around(&table("sides", &columns, &rows))
}
