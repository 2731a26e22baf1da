//! `lacquer ddp`.

use super::output::{Lines, print_json};
use clap::{Args, Subcommand};
use lacquer_disc::ddp::{DdpReport, TrackRow, verify};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `lacquer ddp`.
#[derive(Args)]
pub struct DdpArguments {
    #[command(subcommand)]
    action: DdpAction,
}

#[derive(Subcommand)]
enum DdpAction {
    /// Read a fileset from disk and report every inconsistency: exit code 0 for none, 1 for some, 2 where there is none to read
    Verify {
        /// The fileset's folder
        folder: PathBuf,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// Verifies a fileset and prints its tracks and what is wrong with it.
pub fn run(arguments: &DdpArguments) -> anyhow::Result<ExitCode> {
    let DdpAction::Verify { folder, json } = &arguments.action;
    let report = verify(folder)?;
    if *json {
        print_json(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        describe(folder, &report).report()?;
    }
    Ok(if report.consistent { ExitCode::SUCCESS } else { ExitCode::from(super::exit::PERSON) })
}

fn describe(folder: &Path, report: &DdpReport) -> Lines {
    let mut lines = Lines::default();
    lines.line(folder.display());
    for (name, value) in [
        ("title", report.title.as_str()),
        ("performer", &report.performer),
        ("UPC/EAN", report.upc.as_deref().unwrap_or_default()),
        ("lead-out", &report.lead_out),
    ] {
        if !value.is_empty() {
            lines.line(format_args!("{name:<10} {value}"));
        }
    }
    // The table sets columns to the right; titles are read from the left.
    let width =
        report.tracks.iter().map(|row| row.title.chars().count()).max().unwrap_or(0).max("title".len());
    let cells = |row: &TrackRow| {
        let (track, title) = (format!("{:02}", row.track), format!("{:<width$}", row.title));
        vec![track, row.start.clone(), row.length.clone(), row.pregap.clone(), row.isrc.clone(), title]
    };
    let rows: Vec<Vec<String>> = report.tracks.iter().map(cells).collect();
    let title = format!("{:<width$}", "title");
    lines.gap();
    lines.table(&["track", "start", "length", "pregap", "ISRC", &title], &rows);
    lines.gap();
    for finding in &report.findings {
        lines.line(finding);
    }
    lines.line(match (report.consistent, report.findings.is_empty()) {
        (true, true) => "consistent",
        (true, false) => "consistent, with warnings",
        (false, _) => "inconsistent: have the fileset made again",
    });
    lines
}
