//! `lacquer isrc`.

use super::exit;
use super::output::{Lines, print_json, tell};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use lacquer_delivery::hash::sha256_of_file;
use lacquer_delivery::isrc::anchor::Anchor;
use lacquer_delivery::isrc::history::{Entry, History, same};
use lacquer_delivery::isrc::ledger::{Import, Ledger, Request};
use lacquer_delivery::isrc::verify::{Verified, verify};
use lacquer_delivery::isrc::{Isrc, list};
use lacquer_delivery::regular_file::read_regular_text;
use lacquer_delivery::tags::{self, Place};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `lacquer isrc`.
#[derive(Args)]
#[command(after_help = exit::TABLE)]
pub struct IsrcArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Give the next code of the ledger to a recording
    New(NewArguments),
    /// List the codes of the ledger
    List(ListArguments),
    /// Take codes from audio files and lists (.txt, .csv, .tsv) into the ledger
    Import(ImportArguments),
    /// Read the codes of files back and compare them with each other and the ledger
    Verify(VerifyArguments),
}

#[derive(Args)]
struct NewArguments {
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

#[derive(Args)]
struct ListArguments {
    /// The ledger
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// Print JSON, one object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ImportArguments {
    /// The ledger
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// Audio files and lists
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON, one object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct VerifyArguments {
    /// The ledger; without it the files are compared with nothing
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON, one object in a line for each file
    #[arg(long)]
    json: bool,
}

/// Does what was asked for.
pub fn run(arguments: &IsrcArguments) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        Action::New(arguments) => return new(arguments),
        Action::List(arguments) => show(arguments)?,
        Action::Import(arguments) => import(arguments)?,
        Action::Verify(arguments) => return verify_files(arguments),
    }
    Ok(ExitCode::SUCCESS)
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

fn new(arguments: &NewArguments) -> anyhow::Result<ExitCode> {
    if arguments.title.trim().is_empty() {
        bail!("--title: give the recording's title; a code stands for one recording");
    }
    let mut ledger = Ledger::new(&arguments.ledger);
    if arguments.accept_damage {
        let lines = ledger.accept_damage()?;
        if lines > 0 {
            tell(format_args!("{lines} damaged line(s) accepted"));
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
        tell(warning);
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

fn show(arguments: &ListArguments) -> anyhow::Result<()> {
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

fn import(arguments: &ImportArguments) -> anyhow::Result<()> {
    let mut imports = Vec::new();
    for path in &arguments.files {
        if is_list(path) {
            imports.extend(listed(path)?);
        } else {
            match tagged(path)? {
                Some(import) => imports.push(import),
                None => {
                    let said = match tags::unread(path)?.as_slice() {
                        [] => "no ISRC in it; left out".to_owned(),
                        unread => format!(
                            "no ISRC found, but not all of its tags can be read ({}): look with another tool before it is \
                             given a code; left out",
                            unread.join("; ")
                        ),
                    };
                    tell(format_args!("{}: {said}", path.display()));
                }
            }
        }
    }
    if imports.is_empty() {
        bail!("no ISRC in any of the files; nothing was imported");
    }
    let done = Ledger::new(&arguments.ledger).import(&imports)?;
    if arguments.json {
        let json = serde_json::json!({
            "ledger": arguments.ledger.display().to_string(),
            "added": done.added,
            "linked": done.linked,
            "known": done.known,
        });
        return print_json(&format!("{json}\n"));
    }
    let mut lines = Lines::default();
    lines.line(format_args!(
        "{} code(s) added, {} file(s) linked to codes, {} known already",
        done.added, done.linked, done.known
    ));
    lines.print()
}

fn verify_files(arguments: &VerifyArguments) -> anyhow::Result<ExitCode> {
    let history = arguments.ledger.as_deref().map(existing).transpose()?;
    let mut bad = 0;
    let (mut text, mut lines) = (String::new(), Lines::default());
    for path in &arguments.files {
        let mut verified = verify(tags::codes(path)?, &tags::read(path)?, &hash(path)?, history.as_ref());
        verified.add_unread(&tags::unread(path)?);
        bad += usize::from(!verified.problems.is_empty());
        if arguments.json {
            let mut json = serde_json::to_value(&verified)?;
            json["file"] = path.display().to_string().into();
            text += &format!("{json}\n");
        } else {
            describe(path, &verified, &mut lines);
        }
    }
    let printed = if arguments.json { print_json(&text) } else { lines.print() };
    printed?;
    if bad > 0 {
        tell(format_args!("{bad} of {} file(s) are not as they should be", arguments.files.len()));
        return Ok(ExitCode::from(exit::PERSON));
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(path: &Path, verified: &Verified, lines: &mut Lines) {
    let code = verified.isrc.map_or_else(|| "no code".to_owned(), |code| code.to_string());
    let places: Vec<String> = verified.found.iter().map(|(place, _)| place.to_string()).collect();
    let line = verified.ledger_line.map(|line| format!(", line {line} of the ledger")).unwrap_or_default();
    lines.line(format_args!("{}: {code} ({}{line})", path.display(), places.join(", ")));
    for problem in &verified.problems {
        lines.line(format_args!("  wrong: {problem}"));
    }
    for remark in &verified.remarks {
        lines.line(format_args!("  note: {remark}"));
    }
}

/// A ledger that has to be there.
fn existing(path: &Path) -> anyhow::Result<History> {
    if !path.exists() {
        bail!("{}: there is no ledger; `lacquer isrc new` begins one", path.display());
    }
    Ok(Ledger::new(path).read()?)
}

fn hash(path: &Path) -> anyhow::Result<String> {
    sha256_of_file(path).with_context(|| path.display().to_string()).map_err(one_line)
}

/// An error with its cause on one line.
fn one_line(error: anyhow::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

fn is_list(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["txt", "csv", "tsv"].iter().any(|list| extension.eq_ignore_ascii_case(list))
}

fn listed(path: &Path) -> anyhow::Result<Vec<Import>> {
    let shown = path.display();
    let text =
        read_regular_text(path, list::MOST_BYTES).with_context(|| shown.to_string()).map_err(one_line)?;
    let rows = list::read(&text).map_err(|error| anyhow::anyhow!("{shown}: {error}"))?;
    let import = |row: list::Listed| Import {
        isrc: row.isrc,
        title: row.title,
        artist: row.artist,
        sha256: None,
        source: format!("{shown}, line {}", row.line),
    };
    Ok(rows.into_iter().map(import).collect())
}

/// The code of an audio file, if it has one and only one.
fn tagged(path: &Path) -> anyhow::Result<Option<Import>> {
    let (found, tags) = (tags::codes(path)?, tags::read(path)?);
    let found: Vec<_> = found.into_iter().filter(|(place, _)| *place != Place::InfoList).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let sha256 = hash(path)?;
    let verified = verify(found, &tags, &sha256, None);
    match (verified.isrc, verified.problems.first()) {
        (Some(isrc), None) => Ok(Some(Import {
            isrc,
            title: tags.title.unwrap_or_default(),
            artist: tags.performer.unwrap_or_default(),
            sha256: Some(sha256),
            source: path.display().to_string(),
        })),
        (_, problem) => {
            bail!(
                "{}: {}; correct its tags first",
                path.display(),
                problem.map_or("no ISRC in it", |text| text)
            )
        }
    }
}
