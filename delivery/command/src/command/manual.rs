//! `lacquer completions` and `lacquer manual`: what a shell and `man` know of the command, made from the same arguments that it reads.

use super::Command;
use anyhow::Context;
use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use lacquer_dsp::detect::Check;
use lacquer_dsp::targets::{DISTRIBUTOR, TARGETS};
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
    clap_complete::generate(arguments.shell, &mut with_names(Command::command()), "lacquer", &mut script);
    super::output::print_own(&String::from_utf8(script)?)
}

/// The command with the names that a shell offers for arguments which take more than those: a loudness, a file.
fn with_names(command: clap::Command) -> clap::Command {
    command.mut_subcommands(|subcommand| {
        subcommand.mut_args(|arg| match arg.get_long() {
            Some("target") => {
                let names = TARGETS.iter().chain([&DISTRIBUTOR]).map(|target| target.id);
                arg.value_parser(PossibleValuesParser::new(names))
            }
            Some("skip" | "only") => {
                arg.value_parser(PossibleValuesParser::new(Check::ALL.iter().map(|check| check.id())))
            }
            _ => arg,
        })
    })
}

/// Writes a page for the command and each of its subcommands: `lacquer.1`, `lacquer-check.1`…
pub fn manual(arguments: &ManualArguments) -> anyhow::Result<()> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Command::command(), folder))
        .with_context(|| format!("{}: the pages cannot be written", folder.display()))
}
