//! Plans and releases as tables and as comma-separated values.

use crate::command::csv::Csv;
use crate::command::output::Lines;
use lacquer_album::Report;
use lacquer_album::plan::Reason;
use lacquer_album::preview::Preview;

/// Bytes in the largest unit of which there is one.
pub(super) fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
        bytes if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.0} kB", bytes / 1e3),
    }
}

/// Which rule set a level, in a word.
fn rule(reason: Reason) -> &'static str {
    match reason {
        Reason::Target => "target",
        Reason::Ceiling => "ceiling",
        Reason::Neighbour => "others",
        Reason::LoudParts => "loud parts",
        Reason::Quiet => "quiet song",
        Reason::Cap => "cap",
        Reason::AsIs => "as is",
        Reason::Silent => "silent",
    }
}

fn text(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}

fn clock(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// A plan as a table.
pub(super) fn describe_preview(made: &Preview) -> Lines {
    let rows: Vec<Vec<String>> = made
        .tracks
        .iter()
        .map(|track| {
            vec![
                format!("{:2} {}", track.number, track.title),
                clock(track.length_s),
                text(track.mix_lufs, 1),
                text(track.loud_part_lufs, 1),
                text(track.true_peak_dbtp, 1),
                text(track.wanted_lufs, 1),
                format!("{:+.1}", track.gain_db),
                rule(track.reason).to_owned(),
            ]
        })
        .collect();
    let mut lines = Lines::default();
    lines.line(format_args!("{} - {}: a plan, nothing is made", made.artist, made.title));
    let headings = ["", "length", "mix LUFS", "loud parts", "dBTP", "LUFS", "drive dB", "rule"];
    lines.table(&headings, &rows);
    lines.gap();
    lines.line(format_args!("Levels      {}", made.levels));
    lines.line(format_args!(
        "Programme   {} at {} Hz, gaps among it",
        clock(made.length_s),
        made.sample_rate_hz
    ));
    for track in &made.tracks {
        lines.line(format_args!("{:2}          {}", track.number, track.sentence));
    }
    lines.gap();
    for output in &made.outputs {
        let count = match output.files.len() {
            0 => "its sides".to_owned(),
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let first = output.files.first().map(|name| format!(", {name}")).unwrap_or_default();
        lines.line(format_args!(
            "{:<12}{count}, about {}{first}",
            output.output.name(),
            size(output.about_bytes)
        ));
    }
    let bytes: u64 = made.outputs.iter().map(|output| output.about_bytes).sum();
    lines.line(format_args!("{:<12}about {}", "Together", size(bytes)));
    for finding in &made.findings {
        lines.line(format_args!("Needs you   {}", finding.text));
    }
    lines
}

/// A plan as a row a track.
pub(super) fn preview_csv(made: &Preview) -> Csv {
    let mut csv = Csv::new(&[
        "number",
        "title",
        "length_s",
        "mix_lufs",
        "loud_part_lufs",
        "true_peak_dbtp",
        "wanted_lufs",
        "drive_db",
        "rule",
    ]);
    for track in &made.tracks {
        csv.row([
            track.number.to_string(),
            track.title.clone(),
            format!("{:.3}", track.length_s),
            csv_number(track.mix_lufs, 2),
            csv_number(track.loud_part_lufs, 2),
            csv_number(track.true_peak_dbtp, 2),
            csv_number(track.wanted_lufs, 2),
            format!("{:.2}", track.gain_db),
            rule(track.reason).to_owned(),
        ]);
    }
    csv
}

/// A release as a row a track.
pub(super) fn report_csv(report: &Report) -> Csv {
    let mut csv = Csv::new(&[
        "number",
        "title",
        "performer",
        "isrc",
        "start_s",
        "length_s",
        "mix_lufs",
        "lufs",
        "true_peak_dbtp",
        "lra_lu",
        "drive_db",
        "rule",
        "check",
        "findings",
    ]);
    for track in &report.tracks {
        let findings: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.track == Some(track.number))
            .map(|finding| finding.text.as_str())
            .collect();
        csv.row([
            track.number.to_string(),
            track.title.clone(),
            track.performer.clone(),
            track.isrc.clone().unwrap_or_default(),
            format!("{:.3}", track.start_s),
            format!("{:.3}", track.length_s),
            csv_number(track.source.integrated_lufs, 2),
            csv_number(track.after.integrated_lufs, 2),
            csv_number(track.after.true_peak_dbtp, 2),
            csv_number(track.after.loudness_range_lu, 2),
            format!("{:.2}", track.drive.gain_db),
            rule(track.drive.reason).to_owned(),
            track.check.verdict.clone(),
            findings.join(" "),
        ]);
    }
    csv
}

fn csv_number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.decimals$}"))
}

/// A release as a table, with all that is to be known of it.
pub(super) fn describe(report: &Report, out: &str) -> Lines {
    let rows: Vec<Vec<String>> = report
        .tracks
        .iter()
        .map(|track| {
            let tone = track.character.after.as_ref().unwrap_or(&track.character.before).tone_db;
            vec![
                format!("{:2} {}", track.number, track.title),
                clock(track.start_s),
                clock(track.length_s),
                text(track.source.integrated_lufs, 1),
                text(track.after.integrated_lufs, 1),
                text(track.after.true_peak_dbtp, 2),
                text(track.after.loudness_range_lu, 1),
                format!("{:+.1}", track.drive.gain_db),
                rule(track.drive.reason).to_owned(),
                format!("{tone:.1}"),
            ]
        })
        .collect();
    let headings = ["", "start", "length", "mix LUFS", "LUFS", "dBTP", "LRA", "drive dB", "rule", "tone dB"];
    let mut lines = Lines::default();
    lines.line(format_args!("{} - {} -> {out}", report.artist, report.title));
    lines.table(&headings, &rows);
    lines.gap();
    lines.line(format_args!(
        "Album       {} LUFS, {} dBTP, {}",
        text(report.album.integrated_lufs, 1),
        text(report.album.true_peak_dbtp, 2),
        clock(report.length_s())
    ));
    lines.line(format_args!("Levels      {}", report.levels));
    let written = report.files.iter().filter(|file| file.written).count();
    lines.line(format_args!("Files       {written} written, {} unchanged", report.files.len() - written));
    for name in &report.removed {
        lines.line(format_args!("Removed     {name}: the album no longer has it"));
    }
    let counts = report.renders;
    lines.line(format_args!(
        "Rendered    {} chains, {} programmes, {} trials",
        counts.chains, counts.finals, counts.trials
    ));
    for track in &report.tracks {
        lines.line(format_args!("{:2}          {}", track.number, track.drive.sentence));
        if report.character > 0.0 {
            lines.line(format_args!("            Tone: {}", track.character.sentence));
        }
    }
    for track in &report.tracks {
        lines.line(format_args!("Mix {:2}      {}", track.number, track.check.line()));
    }
    for codec in &report.codecs {
        let worst = codec
            .tracks
            .iter()
            .filter_map(|track| track.true_peak_after_dbtp)
            .fold(f64::NEG_INFINITY, f64::max);
        let overs: usize = codec.tracks.iter().map(|track| track.over_count).sum();
        lines.line(format_args!(
            "{:<12}{worst:+.2} dBTP after decoding, {overs} overs, encoded with {:+.2} dB",
            codec.output.name(),
            codec.applied_db
        ));
    }
    for warning in &report.warnings {
        lines.line(format_args!("Look at     {warning}"));
    }
    for finding in &report.findings {
        let head = if finding.is_accepted { "Accepted" } else { "Needs you" };
        let track = finding.track.map_or(String::new(), |number| format!("Track {number}: "));
        lines.line(format_args!("{head:<12}{track}{}", finding.text));
    }
    lines
}
