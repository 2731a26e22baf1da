//! `lacquer isrc import`.

use super::{hash, one_line};
use crate::command::output::{Lines, print_json, remark};
use anyhow::{Context, bail};
use clap::Args;
use lacquer_files::tags::verify::verify;
use lacquer_files::tags::{self, Field};
use lacquer_isrc::ledger::{Import, Ledger};
use lacquer_isrc::list;
use lacquer_storage::regular_file::read_regular_text;
use std::path::{Path, PathBuf};

/// Arguments of `lacquer isrc import`.
#[derive(Args)]
pub struct ImportArguments {
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

/// Takes codes into a ledger.
pub fn import(arguments: &ImportArguments) -> anyhow::Result<()> {
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
                    remark(format_args!("{}: {said}", path.display()));
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
    lines.report()
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
    let found: Vec<_> = found.into_iter().filter(|(place, _)| *place != Field::InfoList).collect();
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
