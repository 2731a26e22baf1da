//! The licences of what Lacquer links: each crate with its licence's name, each text once.

use crate::run;
use anyhow::Context;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What begins the name of a file that holds a licence or a notice.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// The notices of what is built for `target`, or for this machine, as one text.
///
/// # Errors
/// Cargo cannot say what is linked.
pub fn text(target: Option<&str>) -> anyhow::Result<String> {
    let target = target.map_or_else(host, |target| Ok(target.to_owned()))?;
    let metadata = MetadataCommand::new()
        .manifest_path(run::workspace().join("Cargo.toml"))
        .features(CargoOpt::SomeFeatures(vec!["lacquer/standalone".into()]))
        .other_options(["--locked".to_owned(), "--filter-platform".to_owned(), target])
        .exec()
        .context("cargo metadata")?;
    let linked = linked(&metadata)?;
    let mut crates = Vec::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in metadata.packages.iter().filter(|package| linked.contains(&package.id)) {
        // Lacquer's own crates stand under the licences beside this file.
        if package.source.is_none() {
            continue;
        }
        let name = format!("{} {}", package.name, package.version);
        crates.push(format!("{name}: {}", package.license.as_deref().unwrap_or("see its text")));
        if let Some(folder) = package.manifest_path.parent() {
            for text in licences(folder.as_std_path())? {
                texts.entry(text).or_default().push(name.clone());
            }
        }
    }
    let font = fs::read_to_string(run::workspace().join("gui/fonts/LICENSE.txt"))?;
    texts.entry(font).or_default().push("the Inter typeface".into());
    crates.sort();
    let mut all = String::from("Lacquer contains the following, each under its own licence.\n\n");
    all.push_str(&crates.join("\n"));
    for (text, names) in texts {
        // Writing to a string cannot fail.
        let _ = write!(all, "\n\n{}\n{}\n\n{}", "-".repeat(80), names.join(", "), text.trim_end());
    }
    Ok(all + "\n")
}

/// What rustc calls this machine.
fn host() -> anyhow::Result<String> {
    let about = run::output(Command::new("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what it builds for")?.to_owned())
}

/// What the plugin, the program of its own and the command are linked from: normal dependencies alone, of any depth.
fn linked(metadata: &Metadata) -> anyhow::Result<BTreeSet<PackageId>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata gives no dependencies")?;
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut waiting: Vec<&PackageId> = metadata
        .packages
        .iter()
        .filter(|package| ["lacquer", "lacquer-command"].contains(&package.name.as_str()))
        .map(|package| &package.id)
        .collect();
    let mut linked = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if linked.insert(id.clone())
            && let Some(node) = nodes.get(id)
        {
            let normal = node.deps.iter().filter(|dependency| {
                dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            });
            waiting.extend(normal.map(|dependency| &dependency.pkg));
        }
    }
    Ok(linked)
}

fn licences(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && NAMES.iter().any(|start| name.starts_with(start))
    });
    paths.sort();
    // Line ends differ between copies of the same text.
    Ok(paths
        .iter()
        .map(|path| Ok(fs::read_to_string(path)?.replace("\r\n", "\n")))
        .collect::<std::io::Result<_>>()?)
}
