//! The flow of an album: its loudness from the first second to the last, with the tracks in their places.

use super::{clock, reading, shown};
use crate::file::Mode;
use crate::report::{Report, TrackReport};
use lacquer_report::plot::{Axis, FULL_WIDTH, Plot, level_ticks, time_ticks};
use lacquer_report::{Ink, Panel, number};
use maud::{Markup, html};

/// Height of the plot, px, and of the row of titles in it.
const HEIGHT_PX: f64 = 220.0;
const TITLES_PX: f64 = 22.0;
/// How far below the loudest place the plot goes, LU: fades below that are fades.
const DEPTH_LU: f64 = 30.0;
/// Grid, LU.
const STEP_LU: f64 = 6.0;
/// Width of a letter of a title, px, generously: titles must not run into each other.
const LETTER_PX: f64 = 6.4;
/// Width between the axes, px, near enough to tell what fits.
const INNER_PX: f64 = FULL_WIDTH - 100.0;
/// Levels nearer than this share of the plot would have their names on top of each other.
const NEAR: f64 = 0.07;

/// The panel; nothing where there is no loudness over time.
pub fn panel(report: &Report) -> Markup {
    let heard = || report.short_term_lufs.iter().flatten().copied().filter(|lufs| lufs.is_finite());
    let duration_s = report.length_s().max(report.short_term_lufs.len() as f64);
    if heard().next().is_none() {
        return html! {};
    }
    let target_lufs = (report.aim.mode != Mode::AsIs).then_some(report.aim.target_lufs);
    let highest = heard().chain(target_lufs).fold(f64::NEG_INFINITY, f64::max);
    let high = (highest / STEP_LU).ceil() * STEP_LU;
    let lowest = heard().fold(high - STEP_LU, f64::min).max(high - DEPTH_LU);
    let low = (lowest / STEP_LU).floor() * STEP_LU;
    let titles_lu = (high - low) * TITLES_PX / (HEIGHT_PX - TITLES_PX);
    let y = Axis::linear(low, high + titles_lu);
    let label = "Short-term loudness over the whole album, with the tracks";
    let mut plot = Plot::new(label, FULL_WIDTH, HEIGHT_PX, Axis::linear(0.0, duration_s), y);
    plot.y_ticks(&level_ticks(low, high, STEP_LU, 0, false));
    plot.x_ticks(&time_ticks(duration_s));
    for track in &report.tracks {
        tracks_place(&mut plot, track, duration_s, [low, high, high + titles_lu]);
    }
    let seconds = report.short_term_lufs.iter().enumerate();
    plot.line(seconds.map(|(n, lufs)| (n as f64 + 1.0, lufs.unwrap_or(f64::NAN))), Ink::Tone, "");
    for track in &report.tracks {
        let lufs = track.after.integrated_lufs.unwrap_or(f64::NAN);
        let ends = [track.start_s, track.start_s + track.length_s];
        plot.line(ends.map(|s| (s, lufs)), Ink::Space, "strong");
    }
    levels(&mut plot, target_lufs, report.album.integrated_lufs, high - low);
    let mut key = vec![(Ink::Tone, "short-term"), (Ink::Space, "each track"), (Ink::Text, "album")];
    key.extend(target_lufs.map(|_| (Ink::Accent, "target")));
    let mut about = format!("LUFS; the album is at {}", reading(report.album.integrated_lufs, 1, false));
    match target_lufs {
        Some(target) => about += &format!(", the target at {}.", number(target, 1, false)),
        None => about.push('.'),
    }
    Panel { title: "Flow", about: &about, key: &key, may_break: false }.around(plot.finish())
}

/// The album's level and the target, with names where there is room for both.
fn levels(plot: &mut Plot, target_lufs: Option<f64>, album_lufs: Option<f64>, range_lu: f64) {
    if let Some(album) = album_lufs {
        let is_near = target_lufs.is_some_and(|target| (target - album).abs() < NEAR * range_lu);
        plot.level(album, if is_near { "" } else { "album" }, Ink::Text, "dashed");
    }
    if let Some(target) = target_lufs {
        plot.level(target, "target", Ink::Accent, "dashed");
    }
}

/// Where a track begins, and as much of its title as there is room for.
fn tracks_place(plot: &mut Plot, track: &TrackReport, duration_s: f64, [low, high, top]: [f64; 3]) {
    let (start_s, end_s) = (track.start_s, track.start_s + track.length_s);
    if start_s > 0.0 {
        plot.line([(start_s, low), (start_s, top)], Ink::Quiet, "faint");
    }
    let room = (INNER_PX * track.length_s / duration_s / LETTER_PX).max(0.0) as usize;
    let whole = format!("{} {}", track.number, shown(&track.title, "Untitled"));
    let text = fitted(&whole, room.saturating_sub(1));
    let middle = 0.5 * (high + top);
    plot.text((0.5 * (start_s + end_s), middle), "middle", Ink::Quiet, &text);
    let title = format!("{whole}, {} to {}", clock(start_s), clock(end_s));
    // Invisible over the title: shows all of it where the pointer rests.
    plot.bar((start_s, high), (end_s, top), Ink::Quiet, "hover", &title);
}

/// A text cut to so many letters; with room for hardly any, its first word, and with none, nothing.
fn fitted(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let first = text.split(' ').next().unwrap_or_default();
    match letters {
        6.. => text.chars().take(letters - 1).collect::<String>().trim_end().to_owned() + "…",
        _ if first.chars().count() <= letters => first.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_take_no_more_room_than_there_is() {
        assert_eq!(fitted("3 Long title here", 40), "3 Long title here");
        assert_eq!(fitted("3 Long title here", 8), "3 Long…");
        assert_eq!(fitted("3 Long title here", 4), "3");
        assert_eq!(fitted("12 Lång", 1), "");
        assert!((0..30).all(|room| fitted("12 Ünïcode tïtle", room).chars().count() <= room));
    }
}
