//! `cargo xtask package --try`: the `.deb` in a bare Debian, used as a person would who has no compiler: the command, the plugins in
//! hosts, the program of its own in front of a screen.

use super::installed;
use crate::product::{self, Destination};
use crate::{run, system};
use anyhow::{bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How long the program of its own plays, in seconds: `timeout` ends it, and says so by its own exit code.
const PLAYS_S: &str = "8";
/// What `timeout` gives where it had to end the program.
const WAS_ENDED: i32 = 124;

/// Installs `deb` in a new root beside it, uses what it brought, and removes it again. Where this machine cannot make another root, why
/// it was not tried.
///
/// # Errors
/// There is no such package, or a part of it does not do what it is for.
pub fn run(deb: &Path) -> anyhow::Result<Option<String>> {
    ensure!(deb.is_file(), "{}: no such package; `cargo xtask package` makes it", deb.display());
    let why_not =
        |why: &dyn std::fmt::Display| Ok(Some(format!("the .deb was not tried in a bare Debian: {why}")));
    if !system::is_root() {
        return why_not(&"that needs root");
    }
    if !system::offer(system::TRIAL) {
        return why_not(&"debootstrap cannot be installed");
    }
    let root = match Root::new(&deb.with_file_name("debian")) {
        Ok(root) => root,
        Err(error) => return why_not(&format_args!("{error:#}")),
    };
    fs::copy(deb, root.path("tmp/lacquer.deb"))?;
    root.run(&["apt-get", "install", "--yes", "-qq", "/tmp/lacquer.deb"])?;

    // A mix, mastered by the CLAP in a host; then the command over the same mix.
    fs::copy(product::program("clap-render"), root.path("tmp/clap-render"))?;
    let clap = installed(Destination::Clap).join("Lacquer.clap");
    root.run(&["/tmp/clap-render", &clap.to_string_lossy()])?;
    for line in [
        &["lacquer", "--version"][..],
        &["lacquer", "measure", "lacquer-demo-master.wav"],
        &["lacquer", "master", "lacquer-demo-master.wav", "--target", "spotify", "-o", "master.wav"],
        &["test", "-s", "/usr/share/man/man1/lacquer-master.1"],
        &["lacquer-standalone", "--version"],
    ] {
        root.run(line)?;
    }

    // The VST3 in the tests' host, its editor among it.
    let host = vst3_host()?;
    fs::copy(&host, root.path("tmp/host"))?;
    let folder = installed(Destination::Vst3);
    root.in_front_of_a_screen(&["env", &format!("LACQUER_BUNDLES={}", folder.display()), "/tmp/host"])?;

    let song = ["timeout", PLAYS_S, "lacquer-standalone", "master.wav"];
    match root.in_front_of_a_screen(&song) {
        Err(error) if error.to_string().contains(&format!("exit status: {WAS_ENDED}")) => {}
        Err(error) => return Err(error),
        Ok(()) => bail!("the program of its own did not play for {PLAYS_S} s"),
    }
    println!("The package was installed and used in a bare Debian.");
    Ok(None)
}

/// The test program that plays the host of a VST3.
fn vst3_host() -> anyhow::Result<PathBuf> {
    let mut line = vec!["test", "--release", "--locked", "--no-run", "--message-format=json"];
    // In the shape of `cargo xtask test`, which has built it already.
    line.push("--workspace");
    line.extend(product::features());
    let output = run::output(Command::new("cargo").args(&line).current_dir(run::workspace()))?;
    let messages = cargo_metadata::Message::parse_stream(output.as_bytes());
    for message in messages {
        if let cargo_metadata::Message::CompilerArtifact(artifact) = message?
            && artifact.target.name == "hosts_vst3_edge"
            && let Some(path) = artifact.executable
        {
            return Ok(path.into());
        }
    }
    bail!("cargo built no test called hosts_vst3_edge")
}

/// A system of its own below a folder; removed when it goes out of scope.
struct Root(PathBuf);

impl Root {
    fn new(folder: &Path) -> anyhow::Result<Self> {
        // From here on whatever fails takes the folder with it.
        let root = Self(folder.to_owned());
        root.unmount();
        product::fresh_folder(folder)?;
        let (mirror, codename) = system::distribution()?;
        let folder = folder.to_string_lossy();
        run::command(Command::new("debootstrap").args(["--variant=minbase", &codename, &folder, &mirror]))?;
        // Screens are reached through their sockets.
        fs::create_dir_all(root.path("tmp/.X11-unix"))?;
        fs::create_dir_all("/tmp/.X11-unix")?;
        run::command(
            Command::new("mount").args(["--bind", "/tmp/.X11-unix"]).arg(root.path("tmp/.X11-unix")),
        )?;
        run::command(Command::new("mount").args(["-t", "proc", "proc"]).arg(root.path("proc")))?;
        root.run(&["apt-get", "update", "-qq"])?;
        Ok(root)
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.0.join(inner)
    }

    fn command(&self, front: &[&str], line: &[&str]) -> Command {
        let mut words: Vec<&std::ffi::OsStr> = front.iter().map(AsRef::as_ref).collect();
        words.extend([
            "chroot".as_ref(),
            self.0.as_os_str(),
            "env".as_ref(),
            "--chdir=/tmp".as_ref(),
            "HOME=/root".as_ref(),
        ]);
        words.extend(line.iter().map(|word| std::ffi::OsStr::new(*word)));
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive").env_remove("LACQUER_BUNDLES");
        command
    }

    fn run(&self, line: &[&str]) -> anyhow::Result<()> {
        run::command(&mut self.command(&[], line))
    }

    fn in_front_of_a_screen(&self, line: &[&str]) -> anyhow::Result<()> {
        // -ac: the new root has no file with the screen's key.
        let screen = "-screen 0 1700x950x24 +extension GLX +render -noreset -ac";
        run::command(self.command(&["xvfb-run", "-a", "-s", screen], line).env("LIBGL_ALWAYS_SOFTWARE", "1"))
    }

    fn unmount(&self) {
        for inner in ["tmp/.X11-unix", "proc"] {
            // Not mounted is fine.
            let _ = run::output(Command::new("umount").arg(self.path(inner)));
        }
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.unmount();
        // Never through a mount that is still there: those folders belong to the machine.
        let _ = run::output(Command::new("rm").args(["-rf", "--one-file-system"]).arg(&self.0));
    }
}
