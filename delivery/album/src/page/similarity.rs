//! How alike the tracks sound: each one's distance from the album's median, in figures and as a picture of its tone.

use super::{name_cells, shown};
use crate::character::Distance;
use crate::report::{Report, TrackReport};
use lacquer_report::plot::{Axis, Plot, level_ticks};
use lacquer_report::table::{Column, table};
use lacquer_report::{Ink, Panel, number, typeset};
use maud::{Markup, Render, html};

/// Size of one of three plots side by side, px.
const WIDTH_PX: f64 = 336.0;
const HEIGHT_PX: f64 = 112.0;
/// The vertical axis ends at multiples of this, dB, and lies between these.
const STEP_DB: f64 = 3.0;
const SCALE_DB: [f64; 2] = [3.0, 18.0];
/// Frequencies that are shown, hertz.
const SHOWN_HZ: [f64; 2] = [20.0, 20_000.0];
/// A bar is this much of the third of an octave that it stands for.
const BAR_OCT: f64 = 0.27;
const NARROW_OCT: f64 = 0.13;

/// The panel; nothing for a single track, which is like itself.
pub fn panel(report: &Report) -> Markup {
    if report.tracks.len() < 2 {
        return html! {};
    }
    let scale_db = scale_db(&report.tracks);
    let pictures: Vec<Markup> = report.tracks.iter().filter_map(|track| picture(track, scale_db)).collect();
    let is_corrected = report.tracks.iter().any(|track| track.character.after.is_some());
    let about = "Each track less the album's median, dB. Pictures: mid, per third of an octave, levelled.";
    let key: &[_] = match is_corrected && !pictures.is_empty() {
        true => &[(Ink::Harmonics, "before"), (Ink::Space, "corrected")],
        false => &[],
    };
    Panel { title: "Character", about, key, may_break: true }.around(html! {
        (table_of(&report.tracks))
        @if !pictures.is_empty() { div.multiples { @for picture in &pictures { (picture) } } }
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get(values.len().saturating_sub(1) / 2)?;
    Some(0.5 * (lower + upper))
}

/// Peak to loudness of each track less the tracks' median, dB.
fn dynamics_db(tracks: &[TrackReport], plr_db: impl Fn(&TrackReport) -> Option<f64>) -> Vec<f64> {
    let median = median(tracks.iter().filter_map(&plr_db).collect()).unwrap_or(f64::NAN);
    tracks.iter().map(|track| plr_db(track).unwrap_or(f64::NAN) - median).collect()
}

fn table_of(tracks: &[TrackReport]) -> Markup {
    let is_corrected = tracks.iter().any(|track| track.character.after.is_some());
    let dynamics = dynamics_db(tracks, |track| track.before.plr_db);
    let dynamics_after = dynamics_db(tracks, |track| track.after.plr_db);
    let rows =
        tracks.iter().zip(dynamics.iter().zip(&dynamics_after)).map(|(track, (dynamics, dynamics_after))| {
            let (before, after) = (&track.character.before, track.character.after.as_ref());
            let after_db = |value: fn(&Distance) -> f64| after.map_or(f64::NAN, value);
            let mut row = Vec::from(name_cells(track));
            row.push(number(before.tone_db, 2, false).render());
            if is_corrected {
                row.push(number(after_db(|after| after.tone_db), 2, false).render());
            }
            row.push(number(before.width_db, 1, true).render());
            if is_corrected {
                row.push(number(after_db(|after| after.width_db), 1, true).render());
            }
            row.push(number(*dynamics, 1, true).render());
            row.push(number(*dynamics_after, 1, true).render());
            row.push(typeset(&said(track)).render());
            row
        });
    let mut columns = vec![("", Column::Number), ("Track", Column::Words), ("Tone", Column::Number)];
    if is_corrected {
        columns.push(("corrected", Column::Number));
    }
    columns.push(("Width", Column::Number));
    if is_corrected {
        columns.push(("corrected", Column::Number));
    }
    columns.extend([
        ("Dynamics, mix", Column::Number),
        ("master", Column::Number),
        ("What was done", Column::Words),
    ]);
    table("tracks why", &columns, rows)
}

/// What became of the wish to correct, with the bands that were set.
fn said(track: &TrackReport) -> String {
    let bands: Vec<String> = track
        .character
        .bands
        .iter()
        .map(|(hz, db)| {
            let at = if *hz < 1000.0 { format!("{hz:.0} Hz") } else { format!("{:.1} kHz", hz / 1000.0) };
            format!("{} dB at {at}", number(*db, 2, true))
        })
        .collect();
    match bands.as_slice() {
        [] => track.character.sentence.clone(),
        bands => format!("{} {}.", track.character.sentence, bands.join(", ")),
    }
}

/// One scale for all pictures, so that they can be compared, dB.
fn scale_db(tracks: &[TrackReport]) -> f64 {
    let heard = |distance: &Distance| {
        let shown = |hz: f64| (SHOWN_HZ[0]..=SHOWN_HZ[1]).contains(&hz);
        let pairs = distance.centres_hz.iter().zip(&distance.mid_db);
        pairs.filter(|(hz, _)| shown(**hz)).filter_map(|(_, db)| *db).map(f64::abs).fold(0.0, f64::max)
    };
    let most = tracks.iter().map(|track| heard(&track.character.before)).fold(0.0, f64::max);
    ((most / STEP_DB).ceil() * STEP_DB).clamp(SCALE_DB[0], SCALE_DB[1])
}

/// A track's tone against the album's; none where nothing of it is heard.
fn picture(track: &TrackReport, scale_db: f64) -> Option<Markup> {
    let before = &track.character.before;
    before.mid_db.iter().flatten().next()?;
    let name = format!("{} {}", track.number, shown(&track.title, "Untitled"));
    let x = Axis::logarithmic(SHOWN_HZ[0], SHOWN_HZ[1]);
    let label = format!("Tone of {name} against the album's median");
    let mut plot = Plot::new(&label, WIDTH_PX, HEIGHT_PX, x, Axis::linear(-scale_db, scale_db));
    plot.y_ticks(&level_ticks(-scale_db, scale_db, if scale_db > 6.0 { 6.0 } else { STEP_DB }, 0, true));
    plot.x_ticks(
        &[(50.0, "50"), (200.0, "200"), (1000.0, "1k"), (5000.0, "5k")]
            .map(|(hz, text)| (hz, text.to_owned())),
    );
    let after = track.character.after.as_ref();
    bars(&mut plot, before, BAR_OCT, Ink::Harmonics, if after.is_some() { "pale" } else { "" });
    if let Some(after) = after {
        bars(&mut plot, after, NARROW_OCT, Ink::Space, "");
    }
    plot.line([(SHOWN_HZ[0], 0.0), (SHOWN_HZ[1], 0.0)], Ink::Text, "faint");
    Some(html! { figure { figcaption { (name) } (plot.finish()) } })
}

fn bars(plot: &mut Plot, distance: &Distance, width_oct: f64, ink: Ink, look: &str) {
    let half = (0.5 * width_oct).exp2();
    for (hz, db) in distance.centres_hz.iter().zip(&distance.mid_db) {
        let Some(db) = db.filter(|db| db.is_finite() && (SHOWN_HZ[0]..=SHOWN_HZ[1]).contains(hz)) else {
            continue;
        };
        let title = format!("{hz:.0} Hz: {} dB", number(db, 1, true));
        plot.bar((hz / half, 0.0), (hz * half, db), ink, look, &title);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_lie_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
