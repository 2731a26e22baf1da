//! What Lacquer consists of once it is built, and where each part of it goes: the one list that packages and installations are made of.

use crate::{bundle, notices, run, system};
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a part belongs, whatever the system calls that folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The VST3 plugins.
    Vst3,
    /// The CLAP plugins.
    Clap,
    /// The programs on the search path.
    Programs,
    /// Lacquer's presets as VST3 hosts list them.
    Vst3Presets,
    /// A folder of what desktops and shells share (`/usr/share`).
    Share(&'static str),
}

/// A file or a folder of the product.
#[derive(Debug, Clone)]
pub struct Part {
    /// What is copied.
    pub from: PathBuf,
    /// The folder that it is copied into.
    pub destination: Destination,
    /// Its name there.
    pub name: String,
}

/// The completions: the shell, the folder in which it looks, the name that it asks for.
const COMPLETIONS: [(&str, &str, &str); 3] = [
    ("bash", "bash-completion/completions", "lacquer"),
    ("fish", "fish/vendor_completions.d", "lacquer.fish"),
    ("zsh", "zsh/site-functions", "_lacquer"),
];

/// What a package says of licences and changes.
const PAPERS: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Whether the program of its own can be built: it needs the headers of JACK and ALSA.
pub fn has_sound_headers() -> bool {
    !cfg!(target_os = "linux")
        || system::succeeds(Command::new("pkg-config").args(["--exists", "alsa", "jack"]))
}

/// The features that the programs are built with here.
pub fn features() -> &'static [&'static str] {
    if has_sound_headers() { &["--features", "lacquer/standalone"] } else { &[] }
}

/// Builds the plugin, the program of its own, the command and the tools that finish them, in one call of cargo: in several the same
/// crates would be built again, with other features.
pub fn build() -> anyhow::Result<()> {
    let packages = ["-p", "lacquer", "-p", "lacquer-command", "-p", "lacquer-tests"];
    let line = [&["build", "--release", "--locked", "--lib", "--bins"], &packages[..], features()].concat();
    run::cargo(&line)?;
    bundle::bundle(None)
}

/// What cargo built for one system, and how its programs are run here.
pub struct Built<'a> {
    /// The folder of the programs.
    pub programs: PathBuf,
    /// The folder of the bundles.
    pub bundled: PathBuf,
    /// A folder for what the programs make; emptied first.
    pub made: PathBuf,
    /// What the name of a program ends in.
    pub suffix: &'a str,
    /// What rustc calls the system; none for this machine's.
    pub target: Option<&'a str>,
    /// Whether the program of its own was built.
    pub is_alone: bool,
    /// Runs a program; what it prints.
    pub run: Box<Run<'a>>,
}

/// See [`Built::run`].
type Run<'a> = dyn Fn(&Path, &[&str]) -> anyhow::Result<String> + 'a;

impl Built<'_> {
    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(format!("{name}{}", self.suffix))
    }

    fn run(&self, name: &str, arguments: &[&str]) -> anyhow::Result<String> {
        (self.run)(&self.program(name), arguments)
    }
}

/// Everything that was built here and what is made with it: presets, manual pages, completions, notices.
///
/// # Errors
/// A program is not there, or cannot make its part.
pub fn parts() -> anyhow::Result<Vec<Part>> {
    parts_of(&Built {
        programs: run::target().join("release"),
        bundled: run::target().join("bundled"),
        made: run::target().join("product"),
        suffix: std::env::consts::EXE_SUFFIX,
        target: None,
        is_alone: has_sound_headers(),
        run: Box::new(|program, arguments| run::output(Command::new(program).args(arguments))),
    })
}

/// As [`parts`], of what was built for any system.
///
/// # Errors
/// As [`parts`].
pub fn parts_of(built: &Built) -> anyhow::Result<Vec<Part>> {
    let mut parts = vec![
        part(built.bundled.join("Lacquer.vst3"), Destination::Vst3)?,
        part(built.bundled.join("Lacquer.clap"), Destination::Clap)?,
        part(built.program("lacquer"), Destination::Programs)?,
    ];
    if built.is_alone {
        parts.push(part(built.program("lacquer-standalone"), Destination::Programs)?);
    }
    fresh_folder(&built.made)?;
    let presets = built.made.join("presets");
    built.run("vst-presets", &[&presets.to_string_lossy()])?;
    parts.extend(files(&presets, Destination::Vst3Presets)?);
    let manual = built.made.join("manual");
    built.run("lacquer", &["manual", &manual.to_string_lossy()])?;
    parts.extend(files(&manual, Destination::Share("man/man1"))?);
    for (shell, folder, name) in COMPLETIONS {
        let from = built.made.join(name);
        fs::write(&from, built.run("lacquer", &["completions", shell])?)?;
        parts.push(Part { from, destination: Destination::Share(folder), name: name.into() });
    }
    let assets = run::workspace().join("xtask/assets");
    parts.push(part(assets.join("lacquer.desktop"), Destination::Share("applications"))?);
    parts.push(part(assets.join("lacquer.svg"), Destination::Share("icons/hicolor/scalable/apps"))?);
    parts.extend(papers(&built.made, built.target)?);
    Ok(parts)
}

/// What a package for `target`, or for this machine, says of licences and changes; what is made for it goes into `made`.
fn papers(made: &Path, target: Option<&str>) -> anyhow::Result<Vec<Part>> {
    let notices = made.join("THIRD-PARTY.txt");
    fs::write(&notices, notices::text(target)?)?;
    let kept = PAPERS.iter().map(|name| run::workspace().join(name));
    kept.chain([notices]).map(|path| part(path, Destination::Share("doc/lacquer"))).collect()
}

/// Copies the parts into their folders; gives what was written, in that order. A place without a folder is left out.
///
/// # Errors
/// A file cannot be copied.
pub fn place(
    parts: &[Part],
    folder: &dyn Fn(Destination) -> anyhow::Result<Option<PathBuf>>,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for part in parts {
        if let Some(folder) = folder(part.destination)? {
            let to = folder.join(&part.name);
            replace(&part.from, &to).with_context(|| format!("{}: cannot be written", to.display()))?;
            written.push(to);
        }
    }
    Ok(written)
}

/// The folders below a prefix such as `/usr`, by the Filesystem Hierarchy Standard and the plugin formats' own.
pub fn below(prefix: &Path, destination: Destination) -> PathBuf {
    match destination {
        Destination::Vst3 => prefix.join("lib/vst3"),
        Destination::Clap => prefix.join("lib/clap"),
        Destination::Programs => prefix.join("bin"),
        Destination::Vst3Presets => prefix.join("share/vst3/presets/Lacquer/Lacquer"),
        Destination::Share(folder) => prefix.join("share").join(folder),
    }
}

/// A program that was built.
pub fn program(name: &str) -> PathBuf {
    run::target().join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A file or folder that was built, under its own name.
///
/// # Errors
/// It is not there.
pub fn part(from: PathBuf, destination: Destination) -> anyhow::Result<Part> {
    let name = from.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    match name {
        Some(name) if from.exists() => Ok(Part { from, destination, name }),
        _ => bail!("{}: not built", from.display()),
    }
}

/// The files of a folder, sorted.
///
/// # Errors
/// There is no such folder.
pub fn files(folder: &Path, destination: Destination) -> anyhow::Result<Vec<Part>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    paths.into_iter().map(|path| part(path, destination)).collect()
}

/// Makes a folder anew, empty.
pub fn fresh_folder(folder: &Path) -> anyhow::Result<()> {
    remove(folder)?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

/// Copies a file or a folder in the place of another: beside it first, and the old one renamed away before it is removed, so that a
/// running host keeps the one that it has open (Windows removes no library that is loaded, but renames it).
fn replace(from: &Path, to: &Path) -> anyhow::Result<()> {
    let Some(folder) = to.parent() else { bail!("no folder to install into") };
    fs::create_dir_all(folder)?;
    let (beside, old) = (beside(to, "new"), beside(to, "old"));
    remove(&beside)?;
    copy(from, &beside)?;
    remove(&old)?;
    if fs::symlink_metadata(to).is_ok() {
        fs::rename(to, &old)?;
    }
    fs::rename(&beside, to)?;
    if remove(&old).is_err() {
        println!("{}: in use; it can be removed once its host is closed", old.display());
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{ending}"))
}

/// Removes a file or a folder, if it is there.
pub fn remove(path: &Path) -> std::io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
