//! `cargo xtask package --crates`: the library crates as a registry takes them, each built from what its archive holds.

use crate::run;
use anyhow::Context;
use cargo_metadata::MetadataCommand;

/// Packs and builds each crate of the workspace that may be published, in `target/crates/package`.
///
/// # Errors
/// One of them is not whole without the workspace.
pub fn make() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new()
        .manifest_path(run::workspace().join("Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .no_deps()
        .exec()
        .context("cargo metadata")?;
    // A list of registries that is empty is what `publish = false` is read as.
    let may = |package: &&cargo_metadata::Package| package.publish.is_none();
    let names: Vec<&str> =
        metadata.packages.iter().filter(may).map(|package| package.name.as_str()).collect();
    anyhow::ensure!(!names.is_empty(), "no crate may be published");
    // Not in `target/package`, which the packages for people are made in.
    let folder = run::target().join("crates").to_string_lossy().into_owned();
    // In one call: they stand on each other, and no registry has them yet.
    let crates = names.iter().flat_map(|name| ["-p", name]);
    let line: Vec<&str> =
        ["package", "--locked", "--target-dir", &folder].into_iter().chain(crates).collect();
    run::cargo(&line)?;
    println!("Packed and built alone: {}.", names.join(", "));
    Ok(())
}
