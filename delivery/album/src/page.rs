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
use lacquer_report::table::{Column, table};
use lacquer_report::{Mark, Panel, chip, figures, masthead, number, page as frame, typeset};
use maud::{Markup, Render, html};

/// The report as one self-contained page.
pub fn page(report: &Report) -> Markup {
    let count = report.tracks.len();
    let tracks = if count == 1 { "1 track".to_owned() } else { format!("{count} tracks") };
    let summary = format!("Album report: {tracks}, {}", clock(report.length_s()));
    let title = shown(&report.title, "Untitled");
    let body = html! {
        (masthead(title, &summary))
        section.file.only {
            (head(report))
            (findings(report))
            (warnings(&report.warnings))
            (readings(report))
            (tracks_panel(report))
            (flow::panel(report))
            (moves_panel(report))
            (checks_panel(report))
            (similarity::panel(report))
            (outcomes::codecs_panels(report))
            (outcomes::disc_panel(report))
            (outcomes::vinyl_panel(report))
            (files::files_panel(report))
            (files::renders_panel(report))
        }
        p.foot { "lacquer " (env!("CARGO_PKG_VERSION")) " album" }
    };
    let title = match report.artist.trim() {
        "" => format!("{title} – album report"),
        artist => format!("{artist}: {title} – album report"),
    };
    frame(&title, body)
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
fn name_cells(track: &TrackReport) -> [Markup; 2] {
    [track.number.render(), shown(&track.title, "Untitled").render()]
}

/// A number and the title of that track; the number alone where there is no such track.
fn name_cells_of(report: &Report, number: usize) -> [Markup; 2] {
    match report.tracks.iter().find(|track| track.number == number) {
        Some(track) => name_cells(track),
        None => [number.render(), html! {}],
    }
}

fn head(report: &Report) -> Markup {
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
    html! {
        div.file-head { div { h2 { (report.artist) } p.origin { (about.join(" · ")) } } }
        p { (aim(&report.aim)) }
        @if let Some(notes) = notes { p { (typeset(notes)) } }
    }
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
fn findings(report: &Report) -> Markup {
    let told = |is_accepted: bool| -> Vec<String> {
        let findings = report.findings.iter().filter(|of| of.is_accepted == is_accepted);
        let named = |of: &Finding| match of.track {
            Some(number) => format!("Track {number}: {}", of.text),
            None => of.text.clone(),
        };
        findings.map(named).collect()
    };
    let open = told(false);
    let headline = match open.len() {
        1 => "Not to be sent out: 1 thing needs a person".to_owned(),
        count => format!("Not to be sent out: {count} things need a person"),
    };
    html! {
        (remarks(Mark::Fail, &headline, &open))
        (remarks(Mark::Note, "Accepted", &told(true)))
    }
}

fn warnings(warnings: &[String]) -> Markup {
    let headline = match warnings.len() {
        1 => "1 thing to look at".to_owned(),
        count => format!("{count} things to look at"),
    };
    remarks(Mark::Warn, &headline, warnings)
}

/// Sentences below a headline; nothing where there are none.
fn remarks(mark: Mark, headline: &str, sentences: &[String]) -> Markup {
    html! {
        @if !sentences.is_empty() {
            div.verdict.spaced.(mark.ink().class()) {
                strong { (chip(mark, headline)) }
                ol { @for sentence in sentences { li { (typeset(sentence)) } } }
            }
        }
    }
}

fn readings(report: &Report) -> Markup {
    let rows = report.album.rows().map(|(name, value, unit)| {
        let text = if value == "-" { "–".to_owned() } else { format!("{} {unit}", typeset(&value)) };
        (name, text.trim_end().to_owned())
    });
    figures(&rows)
}

/// The rule that set a gain, at a glance: what was aimed at is right, what stood in its way needs a look.
fn rule_chip(reason: Reason) -> Markup {
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

fn tracks_panel(report: &Report) -> Markup {
    if report.tracks.is_empty() {
        return html! {};
    }
    let has_codes = report.tracks.iter().any(|track| track.isrc.is_some());
    let rows = report.tracks.iter().map(|track| {
        let [place, title] = name_cells(track);
        let mut row = vec![
            place,
            html! { div { (title) } div.minor { (shown(&track.performer, &report.artist)) } },
            clock(track.start_s).render(),
            clock(track.length_s).render(),
            reading(track.source.integrated_lufs, 1, false).render(),
            reading(track.after.integrated_lufs, 1, false).render(),
            reading(track.after.loudness_range_lu, 1, false).render(),
            reading(track.after.true_peak_dbtp, 2, false).render(),
            number(track.drive.gain_db, 1, true).render(),
            rule_chip(track.drive.reason),
        ];
        if has_codes {
            row.insert(4, html! { span.code { (track.isrc.as_deref().unwrap_or("–")) } });
        }
        row
    });
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
        .around(table("tracks", &columns, rows))
}

fn moves_panel(report: &Report) -> Markup {
    if report.tracks.is_empty() {
        return html! {};
    }
    let rows = report.tracks.iter().map(|track| {
        let [place, title] = name_cells(track);
        let drive = &track.drive;
        [
            place,
            title,
            number(drive.gain_db, 2, true).render(),
            number(drive.against_others_db, 2, true).render(),
            rule_chip(drive.reason),
            typeset(&drive.sentence).render(),
        ]
    });
    let columns = [
        ("", Column::Number),
        ("Track", Column::Words),
        ("Drive dB", Column::Number),
        ("Against the others dB", Column::Number),
        ("Set by", Column::Words),
        ("Why", Column::Words),
    ];
    let about = format!("{} The drive into the limiter, and which rule set it.", typeset(&report.levels));
    Panel { title: "Moves", about: about.trim_start(), may_break: true, ..Panel::default() }.around(table(
        "tracks why",
        &columns,
        rows,
    ))
}

/// What the check said of each mix.
fn checks_panel(report: &Report) -> Markup {
    if report.tracks.is_empty() {
        return html! {};
    }
    let rows = report.tracks.iter().map(|track| {
        let [place, title] = name_cells(track);
        let verdict = match (track.check.verdict.as_str(), track.check.is_accepted) {
            ("fit", _) => chip(Mark::Good, "Fit"),
            ("fit_with_remarks", _) => chip(Mark::Warn, "Remarks"),
            (_, true) => chip(Mark::Fail, "Accepted"),
            _ => chip(Mark::Fail, "Sent back"),
        };
        let remarks = track.check.remarks.iter();
        let told: Vec<String> = remarks.map(|of| format!("{}: {}", of.name, of.fact)).collect();
        [place, title, verdict, typeset(&told.join(" ")).render()]
    });
    let columns =
        [("", Column::Number), ("Track", Column::Words), ("Verdict", Column::Words), ("Why", Column::Words)];
    let about = "What lacquer check says of each mix.";
    Panel { title: "Mixes", about, may_break: true, ..Panel::default() }.around(table(
        "tracks why",
        &columns,
        rows,
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
