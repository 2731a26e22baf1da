//! The same song, mastered here and on another platform: the files have to be the same to the last bit.

use crate::{product, run};
use anyhow::ensure;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What is compared: what the CLAP makes of a demo mix in a host (`clap-render`), and what the command makes of that.
pub const MADE: [&str; 2] = ["lacquer-demo-master.wav", "master.wav"];
/// The command's line.
pub const MASTER: [&str; 6] = ["master", MADE[0], "--target", "spotify", "-o", MADE[1]];

/// Makes the files here, by the programs of this machine, and compares them with those in `there`.
///
/// # Errors
/// They differ, or a program fails.
pub fn compare(there: &Path) -> anyhow::Result<()> {
    product::build()?;
    let here = run::target().join("cross/here");
    product::fresh_folder(&here)?;
    let clap = run::target().join("bundled/Lacquer.clap");
    run::command(Command::new(product::program("clap-render")).arg(clap).current_dir(&here))?;
    run::command(Command::new(product::program("lacquer")).args(MASTER).current_dir(&here))?;
    for name in MADE {
        let (ours, theirs) = (fs::read(here.join(name))?, fs::read(there.join(name))?);
        let differ = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs).count();
        ensure!(
            ours.len() == theirs.len() && differ == 0,
            "{name}: {} bytes here and {} there, of which {differ} differ",
            ours.len(),
            theirs.len()
        );
        println!("{name}: the same {} bytes", ours.len());
    }
    Ok(())
}
