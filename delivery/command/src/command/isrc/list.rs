//! `lacquer isrc list`.

use super::existing;
use crate::command::output::{Lines, print_json, tell};
use anyhow::bail;
use clap::Args;
use lacquer_isrc::Isrc;
use lacquer_isrc::anchor::Anchor;
use lacquer_isrc::history::Entry;
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `lacquer isrc list`.
#[derive(Args)]
pub struct ListArguments {
    /// The ledger
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// Print JSON, one object
    #[arg(long)]
    json: bool,
}

/// A ledger in JSON.
#[derive(Serialize)]
struct Listing<'a> {
    ledger: String,
    ranges: Vec<RangeRow<'a>>,
    codes: &'a [Entry],
    problems: &'a [String],
}

#[derive(Serialize)]
struct RangeRow<'a> {
    prefix: &'a str,
    year: u32,
    first: u32,
    last: u32,
    next: Option<Isrc>,
}

/// Lists a ledger.
pub fn show(arguments: &ListArguments) -> anyhow::Result<()> {
    let history = existing(&arguments.ledger)?;
    let mut problems: Vec<String> = history
        .open_damages()
        .map(|damage| format!("line {} is damaged: {}", damage.line, damage.reason))
        .collect();
    problems.extend(history.contradictions.iter().map(|(line, text)| format!("line {line}: {text}")));
    let anchor = Anchor::read(&arguments.ledger).unwrap_or_default();
    let given = |prefix: &str, year: u32| anchor.highest(prefix, year);
    let missing = anchor.missing(&history);
    if missing > 0 {
        problems.push(format!("older than the codes that it gave: {missing} of them are missing"));
    }
    let ranges: Vec<RangeRow> = history
        .ranges
        .iter()
        .map(|((prefix, year), range)| RangeRow {
            prefix,
            year: *year,
            first: range.first,
            last: range.last,
            next: history
                .next(prefix, *year, *range, 1, given(prefix, *year))
                .ok()
                .and_then(|codes| codes.first().copied()),
        })
        .collect();
    if arguments.json {
        let ledger = arguments.ledger.display().to_string();
        let listing = Listing { ledger, ranges, codes: &history.entries, problems: &problems };
        print_json(&(serde_json::to_string_pretty(&listing)? + "\n"))?;
    } else {
        let rows: Vec<Vec<String>> = history
            .entries
            .iter()
            .map(|entry| {
                let hash = entry.sha256.first().map_or("-", |hash| hash.get(..12).unwrap_or(hash));
                vec![
                    entry.isrc.to_string(),
                    entry.title.clone(),
                    entry.artist.clone(),
                    entry.date.clone(),
                    hash.to_owned(),
                ]
            })
            .collect();
        let mut lines = Lines::default();
        lines.table(&["ISRC", "title", "artist", "date", "SHA-256"], &rows);
        for range in &ranges {
            let next = range.next.map_or_else(|| "none is left".to_owned(), |code| format!("next {code}"));
            lines.line(format_args!(
                "{} {:02}: {}-{}, {next}",
                range.prefix, range.year, range.first, range.last
            ));
        }
        lines.print()?;
    }
    match problems.as_slice() {
        [] => Ok(()),
        [first, rest @ ..] => {
            for problem in rest {
                tell(format_args!("{}: {problem}", arguments.ledger.display()));
            }
            bail!("{}: {first}", arguments.ledger.display())
        }
    }
}
