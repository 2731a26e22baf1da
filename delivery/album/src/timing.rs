//! The timing sheet of a record's side: what a cutting engineer and a label copy need, as plain text.

use super::report::TrackReport;
use super::vinyl::Side;

/// The sheet of a side.
pub fn sheet(title: &str, artist: &str, side: &Side, tracks: &[TrackReport]) -> String {
    let [first, last] = side.tracks;
    let inside: Vec<&TrackReport> =
        tracks.iter().filter(|track| (first..=last).contains(&track.number)).collect();
    let begins_s = inside.first().map_or(0.0, |track| track.start_s);
    // A side ends with its last track's sound.
    let length_s = inside.last().map_or(side.length_s, |track| track.start_s + track.length_s - begins_s);
    let mut text = format!(
        "{artist}\n{title}\nSide {}, {}\n\nThe sides go through a chain of their own, the preset Vinyl pre-master: they are not the digital masters.\n\n",
        side.name,
        clock(length_s)
    );
    text += "      start     length     gap  title\n";
    for (n, track) in inside.iter().enumerate() {
        let start_s = track.start_s - begins_s;
        let gap = inside.get(n + 1).map(|next| next.start_s - track.start_s - track.length_s);
        text += &format!(
            "{:>2} {:>8}   {:>8}  {:>6}  {}\n",
            track.number,
            clock(start_s),
            clock(track.length_s),
            gap.map_or_else(|| "-".to_owned(), |gap_s| format!("{:.2}", gap_s.max(0.0))),
            track.title
        );
    }
    for advice in &side.advice {
        text += &format!("\n{advice}\n");
    }
    text
}

/// Minutes, seconds and tenths.
fn clock(seconds: f64) -> String {
    let tenths = if seconds.is_finite() { (seconds.max(0.0) * 10.0).round() as u64 } else { 0 };
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}
