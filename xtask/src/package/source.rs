//! The sources of the commit that the packages are made from.

use super::VERSION;
use crate::run;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Seconds since 1970 that files in packages bear: the commit's, so that the same commit gives the same packages.
pub fn time() -> u64 {
    let from_outside = std::env::var("SOURCE_DATE_EPOCH").ok();
    let line = ["log", "-1", "--format=%ct"];
    let text = from_outside
        .or_else(|| run::output(Command::new("git").args(line).current_dir(run::workspace())).ok());
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// Archives the commit; nothing, with a word, outside a checkout.
pub fn make(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let path = folder.join(format!("lacquer-{VERSION}-source.tar.gz"));
    let prefix = format!("--prefix=lacquer-{VERSION}/");
    let mut git = Command::new("git");
    git.args(["archive", "--format=tar.gz", &prefix, "-o"])
        .arg(&path)
        .arg("HEAD")
        .current_dir(run::workspace());
    if let Err(error) = run::output(&mut git) {
        println!("No source archive: {error:#}");
        return Ok(None);
    }
    Ok(Some(path))
}
