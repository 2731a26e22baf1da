//! What the system has to have: checked, installed on Debian and Ubuntu where that is allowed, named where it is not.

use crate::run;
use anyhow::{Context, bail};
use std::fs;
use std::process::{Command, Stdio};

/// Needed to build: Mesa and X11 are loaded at run time and need no headers.
pub const BUILD: &[&str] = &["build-essential", "pkg-config"];

/// Needed to build the program of its own.
pub const SOUND: &[&str] = &["libasound2-dev", "libjack-jackd2-dev"];

/// Needed to try a package in a bare Debian.
pub const TRIAL: &[&str] = &["debootstrap"];

/// Needed by the tests: a software X server for editors, real songs, and readers that others wrote for lossy files, tags, discs and
/// reports.
pub const TEST: &[&str] = &[
    "ardour",
    "at-spi2-core",
    "cdrdao",
    "chromium",
    "cuetools",
    "dbus-daemon",
    "ffmpeg",
    "flac",
    "frozen-bubble-data",
    "gir1.2-atspi-2.0",
    "lame",
    "libegl1",
    "libgl1",
    "libgl1-mesa-dri",
    "libx11-6",
    "libx11-xcb1",
    "libxcb-dri2-0",
    "libxcursor1",
    "lincity-ng-data",
    "openbox",
    "opus-tools",
    "python3-gi",
    "python3-mutagen",
    "python3-venv",
    "sndfile-programs",
    "sox",
    "vorbis-tools",
    "xauth",
    "xsettingsd",
    "xvfb",
];

/// The plugins that the chain is compared with, and what loads them.
pub const PEERS: &[&str] = &["calf-plugins", "liblilv-0-0", "lsp-plugins-lv2", "x42-plugins"];

/// The limiters that Lacquer's is compared with on songs, and the songs.
pub const SONGS: &[&str] = &[
    "calf-plugins",
    "ffmpeg",
    "frozen-bubble-data",
    "liblilv-0-0",
    "lincity-ng-data",
    "lsp-plugins-lv2",
    "x42-plugins",
    "zam-plugins",
];

/// Needed to make a root with the compilers and machines of other platforms.
pub const CROSS: &[&str] = &["mmdebstrap"];

/// Whether a command can be started and ends well; silently.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Whether what is installed can be told, and what [`require`] let pass is all there.
pub fn has_packages() -> bool {
    cfg!(target_os = "linux") && succeeds(Command::new("dpkg-query").arg("--version"))
}

fn is_installed(package: &str) -> bool {
    let output = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("install ok installed"))
}

/// Whether this is the user who may install packages.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// As [`require`], but whether they are there in the place of an error, which is said.
pub fn offer(packages: &[&str]) -> bool {
    require(packages).inspect_err(|error| println!("{error:#}")).is_ok()
}

/// Installs what is missing of `packages`. Without the right to, fails with the line to run; on systems without apt it says
/// what is needed and goes on.
pub fn require(packages: &[&str]) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !has_packages() {
        println!("No dpkg here. Lacquer needs what Debian calls: {}", packages.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("sudo apt-get install --yes --no-install-recommends {}", missing.join(" "));
    let mut prefix: Vec<&str> = Vec::new();
    if !is_root() {
        if !succeeds(Command::new("sudo").args(["-n", "true"])) {
            bail!("these packages are missing; run this and start again:\n    {line}");
        }
        prefix.extend(["sudo", "-n"]);
    }
    let apt = |arguments: &[&str]| {
        let words: Vec<&str> = prefix.iter().chain(&["apt-get"]).chain(arguments).copied().collect();
        run::command(Command::new(words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(&missing);
    // An old package index is the usual reason for a first failure.
    if apt(&arguments).is_err() {
        apt(&["update"])?;
        if apt(&arguments).is_err() {
            bail!("these packages cannot be installed; run this and start again:\n    {line}");
        }
    }
    Ok(())
}

/// The mirror and the name of the distribution that this machine runs, as apt knows them.
///
/// # Errors
/// It is no system of Debian's.
pub fn distribution() -> anyhow::Result<(String, String)> {
    let release = fs::read_to_string("/etc/os-release")?;
    let codename = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .context("/etc/os-release names no distribution")?;
    let line = ["indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages"];
    let indexes = run::output(Command::new("apt-get").args(line))?;
    let mirror = indexes
        .lines()
        .find_map(|line| line.split_once(' ').filter(|(name, _)| *name == codename))
        .with_context(|| format!("apt has no source of {codename}"))?;
    Ok((mirror.1.to_owned(), codename.to_owned()))
}
