//! What was written and from what, and how it was made.

use super::{name_cells, number};
use crate::report::Report;
use crate::variant::VariantReport;
use lacquer_report::Panel;
use lacquer_report::table::{Column, table};
use maud::{Markup, Render, html};

/// Files and mixes with their digests, folded away: they are many and long.
pub fn files_panel(report: &Report) -> Markup {
    if report.files.is_empty() && report.tracks.is_empty() {
        return html! {};
    }
    let about = "SHA-256 of every file, as in SHA256SUMS, and of the mixes.";
    Panel { title: "Files", about, may_break: true, ..Panel::default() }.around(html! {
        @if !report.files.is_empty() { (files(report)) }
        @if !report.tracks.is_empty() { (mixes(report)) }
    })
}

fn folded(summary: &str, inside: Markup) -> Markup {
    html! { details.fold { summary { (summary) } (inside) } }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn digest(sha256: &str) -> Markup {
    html! { code { (sha256) } }
}

fn files(report: &Report) -> Markup {
    let rows = report.files.iter().map(|of| [of.path.render(), size(of.bytes).render(), digest(&of.sha256)]);
    let columns = [("File", Column::Words), ("Size", Column::Number), ("SHA-256", Column::Words)];
    let bytes = report.files.iter().fold(0u64, |sum, file| sum.saturating_add(file.bytes));
    let summary = format!("{}, {}", counted(report.files.len(), "file", "files"), size(bytes));
    folded(&summary, table("digests", &columns, rows))
}

fn mixes(report: &Report) -> Markup {
    let rows = report.tracks.iter().map(|track| {
        let [place, _] = name_cells(track);
        let channels = if track.source.channels == 1 { "mono" } else { "stereo" };
        [
            place,
            track.file.render(),
            format!("{} Hz, {channels}", track.source.sample_rate).render(),
            track.preset.as_deref().unwrap_or("–").render(),
            digest(&track.source.sha256),
        ]
    });
    let columns = [
        ("", Column::Number),
        ("Mix", Column::Words),
        ("Form", Column::Words),
        ("Preset", Column::Words),
        ("SHA-256", Column::Words),
    ];
    folded(&counted(report.tracks.len(), "mix", "mixes"), table("digests", &columns, rows))
}

/// A size in the largest segment of which there is at least one.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
    match UNITS.into_iter().find(|(segment, _)| bytes >= *segment) {
        Some((segment, name)) => format!("{} {name}", number(bytes as f64 / segment as f64, 1, false)),
        None => format!("{bytes} B"),
    }
}

/// The timelines. What had to be rendered for them is left out: it would make the page of an album that has not changed another one.
pub fn renders_panel(report: &Report) -> Markup {
    let columns = [
        ("Rate Hz", Column::Number),
        ("Words", Column::Words),
        ("Marks", Column::Words),
        ("Runs", Column::Number),
        ("Highest dBTP", Column::Number),
        ("Lowered ceilings", Column::Number),
    ];
    let about = "Sample rates and word lengths, each limited and dithered for itself.";
    Panel { title: "Renders", about, ..Panel::default() }.around(html! {
        @if !report.variants.is_empty() { (table("variants", &columns, report.variants.iter().map(row))) }
    })
}

fn row(variant: &VariantReport) -> [Markup; 6] {
    let highest = variant.verified_peaks_dbtp.iter().flatten().copied().reduce(f64::max);
    [
        variant.sample_rate.render(),
        variant.word_length.render(),
        if variant.on_disc { "on the disc's frames" } else { "on samples" }.render(),
        variant.verified_peaks_dbtp.len().render(),
        super::reading(highest, 2, false).render(),
        variant.retries.render(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_suits_them() {
        assert_eq!(
            [0, 999, 1000, 52_430_000, 2_000_000_000].map(size),
            ["0 B", "999 B", "1.0 kB", "52.4 MB", "2.0 GB"]
        );
    }
}
