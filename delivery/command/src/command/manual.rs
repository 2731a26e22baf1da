//! `lacquer completions` and `lacquer manual`: what a shell and `man` know of the command, made from the same arguments that it reads.

use super::Command;
use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::path::PathBuf;

/// Arguments of `lacquer completions`.
#[derive(Args)]
pub struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

/// Arguments of `lacquer manual`.
#[derive(Args)]
pub struct ManualArguments {
    /// The folder that the pages go to, such as ~/.local/share/man/man1
    folder: PathBuf,
}

/// Prints what the shell is to load.
pub fn completions(arguments: &CompletionsArguments) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Command::command(), "lacquer", &mut script);
    super::output::print_own(&String::from_utf8(script)?)
}

/// Writes a page for the command and each of its subcommands: `lacquer.1`, `lacquer-check.1`…
pub fn manual(arguments: &ManualArguments) -> anyhow::Result<()> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Command::command(), folder))
        .with_context(|| format!("{}: the pages cannot be written", folder.display()))
}
