//! `lacquer isrc new`.

use super::hash;
use crate::command::exit;
use crate::command::output::{Lines, print_json, remark, tell};
use anyhow::bail;
use clap::Args;
use lacquer_isrc::Isrc;
use lacquer_isrc::history::{Entry, same};
use lacquer_isrc::ledger::{Ledger, Request};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `lacquer isrc new`.
#[derive(Args)]
pub struct NewArguments {
    /// The ledger; the first code begins it
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// The recording's title
    #[arg(long)]
    title: String,
    /// Who performs it
    #[arg(long)]
    artist: String,
    /// The recording's file: the ledger keeps its SHA-256, and gives it no second code
    #[arg(long, value_name = "FILE", conflicts_with = "count")]
    file: Option<PathBuf>,
    /// The prefix: two letters and three letters or digits; without it the ledger's
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// The year of assignment, two digits; without it this year
    #[arg(long, value_name = "YY", value_parser = clap::value_parser!(u32).range(0..=99))]
    year: Option<u32>,
    /// The designations that may be given, once for a prefix and a year, for instance 0-999
    #[arg(long, value_name = "FIRST-LAST", value_parser = range)]
    range: Option<(u32, u32)>,
    /// How many codes to give
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// Give a new code even if the file or the title has one
    #[arg(long)]
    again: bool,
    /// Go on with a damaged ledger, each damaged line of which costs a code, for it may have held one; or with one that is older than
    /// the codes that it gave
    #[arg(long)]
    accept_damage: bool,
    /// Print JSON, an array
    #[arg(long)]
    json: bool,
}

/// Two numbers with a hyphen between them.
fn range(text: &str) -> Result<(u32, u32), String> {
    let numbers = text
        .split_once('-')
        .and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
    numbers.ok_or_else(|| "give it as FIRST-LAST, for instance 0-999".into())
}

/// A code in JSON.
#[derive(Serialize)]
struct Given {
    isrc: Isrc,
    shown: String,
    is_new: bool,
    warnings: Vec<String>,
}

/// Gives codes.
pub fn new(arguments: &NewArguments) -> anyhow::Result<ExitCode> {
    if arguments.title.trim().is_empty() {
        bail!("--title: give the recording's title; a code stands for one recording");
    }
    let mut ledger = Ledger::new(&arguments.ledger);
    if arguments.accept_damage {
        let lines = ledger.accept_damage()?;
        if lines > 0 {
            remark(format_args!("{lines} damaged line(s) accepted"));
        }
    }
    let sha256 = arguments.file.as_deref().map(hash).transpose()?;
    if !arguments.again && !is_wanted(&ledger, arguments, sha256.as_deref())? {
        return Ok(ExitCode::from(exit::PERSON));
    }
    let request = Request {
        prefix: arguments.prefix.clone(),
        year: arguments.year,
        range: arguments.range,
        title: arguments.title.trim().to_owned(),
        artist: arguments.artist.trim().to_owned(),
        sha256,
        again: arguments.again,
    };
    let issued = ledger.issue(&request, arguments.count as usize)?;
    // All of them carry the same warnings.
    for warning in issued.first().map(|issued| issued.warnings.as_slice()).unwrap_or_default() {
        remark(warning);
    }
    if arguments.json {
        let given: Vec<Given> = issued
            .into_iter()
            .map(|issued| Given {
                isrc: issued.isrc,
                shown: issued.isrc.to_string(),
                is_new: issued.is_new,
                warnings: issued.warnings,
            })
            .collect();
        print_json(&(serde_json::to_string_pretty(&given)? + "\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines = Lines::default();
    issued.iter().for_each(|issued| lines.line(issued.isrc));
    lines.print()?;
    Ok(ExitCode::SUCCESS)
}

/// Asks before a second code is spent on a title that has one: on the terminal, or by refusing where nobody sits at one. A file that
/// has a code gets that one, which spends nothing.
fn is_wanted(ledger: &Ledger, arguments: &NewArguments, sha256: Option<&str>) -> anyhow::Result<bool> {
    if !arguments.ledger.exists() {
        return Ok(true);
    }
    if let Some(sha256) = sha256
        && ledger.find_by_hash(sha256)?.is_some()
    {
        return Ok(true);
    }
    let history = ledger.read()?;
    let has_it =
        |entry: &&Entry| same(&entry.title, &arguments.title) && same(&entry.artist, &arguments.artist);
    let Some(earlier) = history.entries.iter().find(has_it) else { return Ok(true) };
    let said = format!(
        "\"{}\" by {} has {} already, given on {}",
        earlier.title, earlier.artist, earlier.isrc, earlier.date
    );
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        tell(format_args!("{said}; give --again if this is another recording"));
        return Ok(false);
    }
    tell(format_args!("{said}. Give another code, for another recording? [y/N]"));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
