//! `lacquer isrc`: one file an action.

mod import;
mod list;
mod new;
mod verify;

use super::exit;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use lacquer_isrc::history::History;
use lacquer_isrc::ledger::Ledger;
use lacquer_storage::hash::sha256_of_file;
use std::path::Path;
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
    New(new::NewArguments),
    /// List the codes of the ledger
    List(list::ListArguments),
    /// Take codes from audio files and lists (.txt, .csv, .tsv) into the ledger
    Import(import::ImportArguments),
    /// Read the codes of files back and compare them with each other and the ledger
    Verify(verify::VerifyArguments),
}

/// Does what was asked for.
pub fn run(arguments: &IsrcArguments) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        Action::New(arguments) => return new::new(arguments),
        Action::List(arguments) => list::show(arguments)?,
        Action::Import(arguments) => import::import(arguments)?,
        Action::Verify(arguments) => return verify::verify_files(arguments),
    }
    Ok(ExitCode::SUCCESS)
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
