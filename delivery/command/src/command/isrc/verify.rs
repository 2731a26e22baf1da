//! `lacquer isrc verify`.

use super::{existing, hash};
use crate::command::exit;
use crate::command::output::{Lines, print_json, tell};
use clap::Args;
use lacquer_files::tags;
use lacquer_files::tags::verify::{Verified, verify};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `lacquer isrc verify`.
#[derive(Args)]
pub struct VerifyArguments {
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

/// Compares the codes of files.
pub fn verify_files(arguments: &VerifyArguments) -> anyhow::Result<ExitCode> {
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
