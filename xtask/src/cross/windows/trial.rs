//! The `.zip` used as a person would who has Windows and no compiler: unpacked and installed in a Wine that knows nothing of it yet, a
//! song mastered, the plugins loaded by hosts, the program of its own opened, and all of it taken away again.

use super::{VARIABLES, end_wine, pictured, vst3};
use crate::cross::Target;
use crate::cross::account::Account;
use crate::cross::root::Root;
use crate::cross::same::{self, MADE, MASTER};
use crate::product;
use anyhow::{Context, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Wine's folder in the root: a disk of its own, and a user who has installed nothing.
const PREFIX: &str = "/trial";
/// How long the program of its own plays, in seconds: `timeout` ends it, and says so by its own exit code.
const PLAYS_S: &str = "10";
/// See [`PLAYS_S`].
const WAS_ENDED: &str = "exit status: 124";

/// The trial's disk and what is on it.
struct Trial<'a> {
    root: &'a Root,
    variables: Vec<(&'static str, &'a str)>,
    /// The unpacked package, and where programs and plugins are once they are installed; as the root sees them.
    package: PathBuf,
    programs: PathBuf,
    plugins: PathBuf,
}

impl Trial<'_> {
    fn wine(&self, line: &[&str]) -> anyhow::Result<()> {
        self.root.run(&self.variables, &[&["env", "--chdir=/tmp", "wine"], line].concat())
    }

    fn install(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let script = self.package.join("install.cmd");
        self.wine(&[&["cmd", "/c", &script.to_string_lossy()], arguments].concat())
    }

    fn program(&self, name: &str) -> String {
        self.programs.join(name).to_string_lossy().into_owned()
    }
}

/// Uses the package, step by step.
pub fn run(root: &Root, windows: &Target, zip: &Path, account: &mut Account) {
    let disk = Path::new(PREFIX).join("drive_c");
    let local = disk.join("users/root/AppData/Local/Programs");
    let presets = disk.join("users/root/Documents/VST3 Presets/Lacquer/Lacquer");
    let name = zip.file_stem().unwrap_or_default();
    let mut variables = VARIABLES.to_vec();
    variables.push(("WINEPREFIX", PREFIX));
    let trial = Trial {
        root,
        variables: variables.clone(),
        package: disk.join("unpacked").join(name),
        programs: local.join("Lacquer"),
        plugins: local.join("Common"),
    };
    let installed = account.step("windows: the .zip unpacked and installed in a fresh Wine", || {
        product::remove(&root.path(PREFIX.as_ref()))?;
        trial.wine(&["wineboot", "--init"])?;
        unpack(zip, &root.path(&disk.join("unpacked")))?;
        trial.install(&[])?;
        ensure!(count(&root.path(&presets)) > 0, "no presets where VST3 hosts look for them");
        trial.wine(&[&trial.program("lacquer.exe"), "--version"])
    });
    if installed.is_none() {
        return account.not_run("windows: the rest of the trial", "the .zip was not installed");
    }
    account.step("windows: the installed CLAP and command make the files that Linux makes", || {
        let host = windows.built(root).programs.join("clap-render.exe");
        trial.wine(&[&host.to_string_lossy(), &trial.plugins.join("CLAP/Lacquer.clap").to_string_lossy()])?;
        let command = trial.program("lacquer.exe");
        trial.wine(&[&command, "check", MADE[0], "--html", "check.html"])?;
        trial.wine(&[&command, "measure", MADE[0]])?;
        trial.wine(&[&[&*command][..], &MASTER].concat())?;
        same::files(&root.path("/tmp".as_ref()))
    });
    let installed = Target { variables, ..windows.clone() };
    account.step("windows: the installed VST3 in a host, its editor", || {
        vst3(root, &installed, &trial.plugins.join("VST3"), "editor-installed.png")
    });
    account.step("windows: the installed program of its own plays the master", || {
        pictured(root, &trial.variables, "standalone.png", |front| {
            let program = trial.program("lacquer-standalone.exe");
            let line =
                ["env", "--chdir=/tmp", "timeout", PLAYS_S, "wine", &program, "--backend", "dummy", MADE[1]];
            match root.run(&trial.variables, &[front, &line].concat()) {
                Err(error) if error.to_string().contains(WAS_ENDED) => Ok(()),
                Err(error) => Err(error),
                Ok(()) => anyhow::bail!("the program of its own did not play for {PLAYS_S} s"),
            }
        })
    });
    account.step("windows: what was installed is taken away", || {
        trial.install(&["/remove"])?;
        for path in [
            &trial.programs,
            &trial.plugins.join("VST3/Lacquer.vst3"),
            &trial.plugins.join("CLAP/Lacquer.clap"),
        ] {
            ensure!(!root.path(path).exists(), "{} is still there", path.display());
        }
        ensure!(count(&root.path(&presets)) == 0, "presets are still there");
        Ok(())
    });
    end_wine(root, &trial.variables);
}

/// Entries of a folder; none where there is no such folder.
fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Unpacks an archive, which is ours: its names are taken as they are.
fn unpack(zip: &Path, to: &Path) -> anyhow::Result<()> {
    let file = fs::File::open(zip).with_context(|| zip.display().to_string())?;
    Ok(zip::ZipArchive::new(file)?.extract(to)?)
}
