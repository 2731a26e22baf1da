//! The project's own commands.
//!
//! - `cargo xtask install [MIX]`: builds, installs the plugin and the command, and masters a mix through the installed CLAP.
//! - `cargo xtask test`: everything that continuous integration runs.
//! - `cargo xtask bench [FILTER]`: the benches; `cargo xtask bench --limiter`: how evenly the limiter's work is spread;
//!   `cargo xtask bench --peers`: the chain beside other makers' plugins;
//!   `cargo xtask bench --songs [FOLDER] [--quick] [--seconds S] [--only NAME,NAME] [--targets LUFS,LUFS] [--each]`: the limiter beside other makers' on songs at equal loudness.
//! - `cargo xtask fuzz [TARGET | all] [SECONDS]`: mutated inputs through what reads files of strangers.
//! - `cargo xtask bundle [TARGET]`: `Lacquer.vst3` and `Lacquer.clap` in `target/bundled`.
//! - `cargo xtask package`: archives and a `.deb` for people without a compiler; `package --try` installs the `.deb` in a bare Debian;
//!   `package --crates` packs the library crates as a registry takes them, and builds each from its archive.
//! - `cargo xtask cross [windows | arm | macos]`: what can be tried of other platforms on Debian: builds, packages, tests and golden renders
//!   under Wine and qemu, a type check for macOS. Without a name all three.
//! - `cargo xtask uninstall`: removes what `install` wrote.

mod bundle;
mod cross;
mod deny;
mod fuzz;
mod install;
mod module_info;
mod notices;
mod package;
mod pedalboard;
mod product;
mod run;
mod system;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask install [MIX] | test | bench [FILTER | --limiter | --peers | --songs [FOLDER] | \
                     --editor] | fuzz [TARGET | all] [SECONDS] | bundle [TARGET] | package [--try | --crates] | \
                     cross [windows | arm | macos] | uninstall";

/// Runs the benches of the stages and the chain, the comparisons with the peers, or what the editor costs.
fn bench(arguments: &[String]) -> anyhow::Result<()> {
    let argument = arguments.first().map(String::as_str);
    if argument == Some("--songs") {
        system::require(system::SONGS)?;
        let mut line = vec!["bench", "-p", "lacquer-tests", "--bench", "songs", "--locked", "--"];
        line.extend(arguments[1..].iter().map(String::as_str));
        return run::cargo(&line);
    }
    if argument == Some("--limiter") {
        return run::cargo(&["bench", "-p", "lacquer-tests", "--bench", "limiter", "--locked"]);
    }
    if argument == Some("--peers") {
        system::require(system::PEERS)?;
        return run::cargo(&["bench", "-p", "lacquer-tests", "--bench", "peers", "--locked"]);
    }
    if argument == Some("--editor") {
        system::require(system::TEST)?;
        bundle::build_and_bundle(None)?;
        run::cargo(&["bench", "-p", "lacquer-gui", "--bench", "frame", "--locked"])?;
        let mut frames =
            run::before_a_screen(&["bench", "-p", "lacquer-tests", "--bench", "editor", "--locked"]);
        return run::command(&mut frames);
    }
    let mut line = vec!["bench", "-p", "lacquer-tests", "--bench", "chain", "--locked", "--"];
    line.extend(argument);
    run::cargo(&line)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        Some("install") => install::run(arguments.next().map(PathBuf::from)),
        Some("test") => test::run(),
        Some("bench") => bench(&arguments.collect::<Vec<String>>()),
        Some("fuzz") => fuzz::run(arguments.next().as_deref(), arguments.next().as_deref()),
        Some("bundle") => bundle::build_and_bundle(arguments.next().as_deref()),
        Some("package") => match arguments.next().as_deref() {
            Some("--try") => package::trial().and_then(|why_not| match why_not {
                Some(words) => Err(anyhow::anyhow!(words)),
                None => Ok(()),
            }),
            Some("--crates") => package::crates::make(),
            _ => package::run(),
        },
        Some("cross") => cross::run(arguments.next().as_deref()),
        Some("uninstall") => install::uninstall(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
