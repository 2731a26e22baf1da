//! An album's report as a page: what was aimed at, what was done to each track and why, and what came of it.
//!
//! The page depends on the report alone: no clock, no random name. A part that has nothing to say is left out.

mod files;
mod flow;
mod outcomes;
mod similarity;

use super::file::{Aim, Mode};
use super::findings::Finding;
use super::plan::Reason;
use super::report::{Report, TrackReport};
use lacquer_report::table::{Cell, Column, table};
use lacquer_report::{Mark, Panel, chip, element, escape, figures, masthead, number, page as frame, typeset};

/// The report as one self-contained page.
pub fn page(report: &Report) -> String {
    let count = report.tracks.len();
    let tracks = if count == 1 { "1 track".to_owned() } else { format!("{count} tracks") };
    let summary = format!("Album report: {tracks}, {}", clock(report.length_s()));
    let mut markup = head(report);
    markup += &findings(report);
    markup += &warnings(&report.warnings);
    markup += &readings(report);
    markup += &tracks_panel(report);
    markup += &flow::panel(report);
    markup += &moves_panel(report);
    markup += &checks_panel(report);
    markup += &similarity::panel(report);
    markup += &outcomes::codecs_panels(report);
    markup += &outcomes::disc_panel(report);
    markup += &outcomes::vinyl_panel(report);
    markup += &files::files_panel(report);
    markup += &files::renders_panel(report);
    let body = masthead(shown(&report.title, "Untitled"), &summary)
        + &element("section", "file only", &markup)
        + &format!("<p class=\"foot\">lacquer {} album</p>\n", env!("CARGO_PKG_VERSION"));
    let title = match report.artist.trim() {
        "" => format!("{} – album report", shown(&report.title, "Untitled")),
        artist => format!("{artist}: {} – album report", shown(&report.title, "Untitled")),
    };
    frame(&title, &body)
}

/// A text, or what stands for an empty one.
fn shown<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text }
}

/// A reading that may be absent.
fn reading(value: Option<f64>, decimals: usize, is_signed: bool) -> String {
    number(value.unwrap_or(f64::NAN), decimals, is_signed)
}

/// Minutes and seconds, "4:07"; rounded first, so that 59.6 s is 1:00.
fn clock(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0).round() as u64 } else { 0 };
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A number and a title, as rows that speak of a track begin.
fn name_cells(track: &TrackReport) -> [Cell; 2] {
    [track.number.to_string().into(), shown(&track.title, "Untitled").into()]
}

/// A number and the title of that track; the number alone where there is no such track.
fn name_cells_of(report: &Report, number: usize) -> [Cell; 2] {
    match report.tracks.iter().find(|track| track.number == number) {
        Some(track) => name_cells(track),
        None => [number.to_string().into(), "".into()],
    }
}

fn head(report: &Report) -> String {
    let outputs: Vec<&str> = report.outputs.iter().map(|output| output.name()).collect();
    let about: Vec<String> = [
        report.release.date.clone(),
        report.release.client.as_ref().map(|client| format!("for {client}")),
        report.release.engineer.as_ref().map(|engineer| format!("mastered by {engineer}")),
        report.upc.as_ref().map(|upc| format!("UPC {upc}")),
        (!outputs.is_empty()).then(|| outputs.join(", ")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let notes = report.release.notes.as_ref().filter(|notes| !notes.trim().is_empty());
    let notes = notes.map_or(String::new(), |notes| format!("<p>{}</p>\n", escape(&typeset(notes))));
    format!(
        "<div class=\"file-head\"><div><h2>{}</h2>\n<p class=\"origin\">{}</p></div></div>\n<p>{}</p>\n{notes}",
        escape(&report.artist),
        escape(&about.join(" · ")),
        escape(&aim(&report.aim))
    )
}

/// What was aimed at, in words.
fn aim(aim: &Aim) -> String {
    let target = number(aim.target_lufs, 1, false);
    let mut level = match aim.mode {
        Mode::Album => format!("Album: the loudest track comes to {target} LUFS."),
        Mode::Distances => {
            format!(
                "Distances: the loudest track comes to {target} LUFS and the others keep their distance from it."
            )
        }
        Mode::Equal => format!("Equal: every track comes to {target} LUFS."),
        Mode::AsIs => "As is: no track is moved.".to_owned(),
    };
    if let Some(most) = aim.most_move_lu.filter(|_| aim.mode != Mode::AsIs) {
        level +=
            &format!(" No track is moved by more than {} LU against the others.", number(most, 1, false));
    }
    format!("{level} No true peak goes over {} dBTP.", number(aim.ceiling_dbtp, 2, false))
}

/// What needs a person, and below it what somebody has accepted.
fn findings(report: &Report) -> String {
    let named = |finding: &Finding| {
        let track = finding.track.map_or(String::new(), |number| format!("Track {number}: "));
        format!("<li>{}</li>\n", escape(&typeset(&(track + &finding.text))))
    };
    let list = |is_accepted: bool, mark: Mark, headline: &dyn Fn(usize) -> String| {
        let told: Vec<String> =
            report.findings.iter().filter(|of| of.is_accepted == is_accepted).map(named).collect();
        if told.is_empty() {
            return String::new();
        }
        let inside =
            format!("<strong>{}</strong>\n<ol>\n{}</ol>\n", chip(mark, &headline(told.len())), told.concat());
        element("div", &format!("verdict spaced {}", mark.ink().class()), &inside)
    };
    let open = list(false, Mark::Fail, &|count| match count {
        1 => "Not to be sent out: 1 thing needs a person".to_owned(),
        count => format!("Not to be sent out: {count} things need a person"),
    });
    open + &list(true, Mark::Note, &|_| "Accepted".to_owned())
}

fn warnings(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let headline = match warnings.len() {
        1 => "1 thing to look at".to_owned(),
        count => format!("{count} things to look at"),
    };
    let lines: String =
        warnings.iter().map(|warning| format!("<li>{}</li>\n", escape(&typeset(warning)))).collect();
    let inside = format!("<strong>{}</strong>\n<ol>\n{lines}</ol>\n", chip(Mark::Warn, &headline));
    element("div", &format!("verdict spaced {}", Mark::Warn.ink().class()), &inside)
}

fn readings(report: &Report) -> String {
    let rows = report.album.rows().map(|(name, value, unit)| {
        let text = if value == "-" { "–".to_owned() } else { format!("{} {unit}", typeset(&value)) };
        (name, text.trim_end().to_owned())
    });
    figures(&rows)
}

/// The rule that set a gain, at a glance: what was aimed at is right, what stood in its way needs a look.
fn rule_chip(reason: Reason) -> String {
    match reason {
        Reason::Target => chip(Mark::Good, "Target"),
        Reason::Neighbour => chip(Mark::Good, "The others"),
        Reason::LoudParts => chip(Mark::Good, "Loud parts"),
        Reason::Quiet => chip(Mark::Good, "Quiet song"),
        Reason::Ceiling => chip(Mark::Warn, "Ceiling"),
        Reason::Cap => chip(Mark::Warn, "Cap"),
        Reason::Silent => chip(Mark::Warn, "Silent"),
        Reason::AsIs => chip(Mark::Note, "As is"),
    }
}

fn tracks_panel(report: &Report) -> String {
    if report.tracks.is_empty() {
        return String::new();
    }
    let has_codes = report.tracks.iter().any(|track| track.isrc.is_some());
    let rows: Vec<Vec<Cell>> = report
        .tracks
        .iter()
        .map(|track| {
            let [place, _] = name_cells(track);
            let name = format!(
                "<div>{}</div><div class=\"minor\">{}</div>",
                escape(shown(&track.title, "Untitled")),
                escape(shown(&track.performer, &report.artist))
            );
            let mut row = vec![
                place,
                Cell::Markup(name),
                clock(track.start_s).into(),
                clock(track.length_s).into(),
                reading(track.source.integrated_lufs, 1, false).into(),
                reading(track.after.integrated_lufs, 1, false).into(),
                reading(track.after.loudness_range_lu, 1, false).into(),
                reading(track.after.true_peak_dbtp, 2, false).into(),
                number(track.drive.gain_db, 1, true).into(),
                Cell::Markup(rule_chip(track.drive.reason)),
            ];
            if has_codes {
                let code = track.isrc.as_deref().unwrap_or("–");
                row.insert(4, Cell::Markup(format!("<span class=\"code\">{}</span>", escape(code))));
            }
            row
        })
        .collect();
    let mut columns = vec![
        ("", Column::Number),
        ("Track", Column::Words),
        ("Start", Column::Number),
        ("Length", Column::Number),
        ("Mix LUFS", Column::Number),
        ("Master LUFS", Column::Number),
        ("Range LU", Column::Number),
        ("Peak dBTP", Column::Number),
        ("Drive dB", Column::Number),
        ("Set by", Column::Words),
    ];
    if has_codes {
        columns.insert(4, ("ISRC", Column::Words));
    }
    let about = "Loudness of the mix as it came and of the master; range and true peak are the master's.";
    Panel { title: "Tracks", about, may_break: true, ..Panel::default() }
        .around(&table("tracks", &columns, &rows))
}

fn moves_panel(report: &Report) -> String {
    if report.tracks.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Cell>> = report
        .tracks
        .iter()
        .map(|track| {
            let [place, title] = name_cells(track);
            let drive = &track.drive;
            vec![
                place,
                title,
                number(drive.gain_db, 2, true).into(),
                number(drive.against_others_db, 2, true).into(),
                Cell::Markup(rule_chip(drive.reason)),
                typeset(&drive.sentence).into(),
            ]
        })
        .collect();
    let columns = [
        ("", Column::Number),
        ("Track", Column::Words),
        ("Drive dB", Column::Number),
        ("Against the others dB", Column::Number),
        ("Set by", Column::Words),
        ("Why", Column::Words),
    ];
    let about = format!("{} The drive into the limiter, and which rule set it.", typeset(&report.levels));
    Panel { title: "Moves", about: about.trim_start(), may_break: true, ..Panel::default() }.around(&table(
        "tracks why",
        &columns,
        &rows,
    ))
}

/// What the check said of each mix.
fn checks_panel(report: &Report) -> String {
    let rows: Vec<Vec<Cell>> = report
        .tracks
        .iter()
        .map(|track| {
            let [place, title] = name_cells(track);
            let verdict = match (track.check.verdict.as_str(), track.check.is_accepted) {
                ("fit", _) => chip(Mark::Good, "Fit"),
                ("fit_with_remarks", _) => chip(Mark::Warn, "Remarks"),
                (_, true) => chip(Mark::Fail, "Accepted"),
                _ => chip(Mark::Fail, "Sent back"),
            };
            let remarks = track.check.remarks.iter();
            let told: Vec<String> = remarks.map(|of| format!("{}: {}", of.name, of.fact)).collect();
            vec![place, title, Cell::Markup(verdict), typeset(&told.join(" ")).into()]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns =
        [("", Column::Number), ("Track", Column::Words), ("Verdict", Column::Words), ("Why", Column::Words)];
    let about = "What lacquer check says of each mix.";
    Panel { title: "Mixes", about, may_break: true, ..Panel::default() }.around(&table(
        "tracks why",
        &columns,
        &rows,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_before_they_are_split() {
        assert_eq!(
            [59.6, 247.2, 4000.0, -1.0, f64::NAN].map(clock),
            ["1:00", "4:07", "66:40", "0:00", "0:00"]
        );
    }

    #[test]
    fn an_aim_names_what_it_holds() {
        let of = |mode| aim(&Aim { mode, target_lufs: -14.0, ceiling_dbtp: -1.0, most_move_lu: Some(3.0) });
        assert!(of(Mode::Album).contains("loudest track comes to \u{2212}14.0 LUFS"));
        assert!(of(Mode::Equal).contains("every track comes to \u{2212}14.0 LUFS"));
        assert!(!of(Mode::AsIs).contains("LUFS") && of(Mode::AsIs).contains("\u{2212}1.00 dBTP"));
    }
}
