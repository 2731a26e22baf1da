//! A root of Debian sid with compilers for other platforms and what runs their programs, kept in `target/cross/root` (4 GB).

use crate::{run, system};
use anyhow::{Context, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The suite that has a recent rustc together with mingw, and its standard library's sources: no tool chains from elsewhere are needed.
const SUITE: &str = "sid";
const PACKAGES: &[&str] = &[
    "ca-certificates",
    "rustc",
    "cargo",
    "rust-src",
    "gcc",
    "libc6-dev",
    "pkg-config",
    // Windows: compilers, and Wine with what its windows are drawn by.
    "gcc-mingw-w64-x86-64-posix",
    "g++-mingw-w64-x86-64-posix",
    "wine",
    "wine64",
    "xvfb",
    "xauth",
    "libgl1",
    "libgl1-mesa-dri",
    "libegl1",
    "libglx-mesa0",
    "imagemagick",
    // 64-bit ARM.
    "gcc-aarch64-linux-gnu",
    "qemu-user",
];
/// The release whose libraries programs for ARM are linked with and run on: the oldest that Lacquer's packages are for.
const OLDEST: &str = "bookworm";
/// What of it is needed to link the programs and to run them.
const LIBRARIES: &[&str] = &["libc6-dev", "libgcc-12-dev", "libasound2-dev", "libjack-jackd2-dev"];
/// A file that is written into each root once all of it is there; it says what of.
const IS_WHOLE: &str = "etc/lacquer-cross";
/// Files of this machine's by which the root reaches the registry.
const NETWORK: [&str; 3] = ["etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"];

/// See the module. Unmounted when it goes out of scope; its files stay.
pub struct Root {
    folder: PathBuf,
    /// Folders of this machine's and where they are seen in the root.
    mounts: Vec<(PathBuf, PathBuf)>,
}

impl Root {
    /// Opens the root, and makes it where there is none: some minutes.
    ///
    /// # Errors
    /// Why there can be none here.
    pub fn open() -> anyhow::Result<Self> {
        ensure!(cfg!(target_os = "linux"), "that needs Debian");
        ensure!(system::is_root(), "that needs root");
        ensure!(system::offer(system::CROSS), "mmdebstrap cannot be installed");
        let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo = cargo.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).context("no home folder")?;
        fs::create_dir_all(Self::built())?;
        // Under their own names: a path means the same on both sides.
        let same = |path: &Path| (path.to_owned(), path.to_owned());
        let root = Self {
            folder: run::target().join("cross/root"),
            mounts: vec![
                same("/proc".as_ref()),
                same("/dev".as_ref()),
                same("/dev/pts".as_ref()),
                same("/dev/shm".as_ref()),
                (cargo.join("registry"), "/root/.cargo/registry".into()),
                same(&run::workspace().canonicalize()?),
                same(&Self::built().canonicalize()?),
            ],
        };
        root.unmount();
        let packages = PACKAGES.join(",");
        make(&root.folder, SUITE, &packages, &["--variant=minbase"])?;
        root.mount()?;
        Ok(root)
    }

    /// The folder that cargo builds into in the root.
    pub fn built() -> PathBuf {
        run::target().join("cross/built")
    }

    /// The libraries of 64-bit ARM, as `--sysroot` and qemu take them; unpacked where they are not there yet.
    ///
    /// # Errors
    /// They cannot be had.
    pub fn arm_libraries() -> anyhow::Result<PathBuf> {
        // Beside the built: seen in the root.
        let folder = Self::built().canonicalize()?.join("arm64");
        // Unpacked and not installed: no program of theirs has to run.
        make(&folder, OLDEST, &LIBRARIES.join(","), &["--variant=extract", "--architectures=arm64"])?;
        Ok(folder)
    }

    fn mount(&self) -> anyhow::Result<()> {
        for (from, to) in &self.mounts {
            let to = self.path(to);
            fs::create_dir_all(from)?;
            fs::create_dir_all(&to)?;
            run::output(Command::new("mount").arg("--bind").args([from, &to]))?;
        }
        for file in NETWORK {
            // A machine without one of them reaches the registry without it.
            let _ = fs::copy(Path::new("/").join(file), self.folder.join(file));
        }
        Ok(())
    }

    fn unmount(&self) {
        for (_, to) in self.mounts.iter().rev() {
            // Not mounted is fine.
            let _ = run::output(Command::new("umount").arg(self.path(to)));
        }
    }

    /// A place in the root as it is seen from outside.
    pub fn path(&self, inner: &Path) -> PathBuf {
        self.folder.join(inner.strip_prefix("/").unwrap_or(inner))
    }

    /// Writes a program of a few lines into the root's search path.
    pub fn script(&self, name: &str, text: &str) -> anyhow::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.join("usr/local/bin").join(name);
        fs::write(&path, text)?;
        Ok(fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?)
    }

    fn command(&self, variables: &[(&str, &str)], line: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(&self.folder).arg("env").arg("-i");
        command.arg(format!("--chdir={}", run::workspace().display()));
        command.args(["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]);
        // Building the standard library is an option of unreleased compilers; Debian's is a released one.
        command.args(["RUSTC_BOOTSTRAP=1", "CARGO_PROFILE_RELEASE_LTO=off"]);
        command.arg(format!("CARGO_TARGET_DIR={}", Self::built().display()));
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.args(line);
        command
    }

    /// Runs a command in the root, in the workspace.
    ///
    /// # Errors
    /// It fails.
    pub fn run(&self, variables: &[(&str, &str)], line: &[&str]) -> anyhow::Result<()> {
        run::command(&mut self.command(variables, line))
    }

    /// What a command in the root prints.
    ///
    /// # Errors
    /// As [`run::output`].
    pub fn output(&self, variables: &[(&str, &str)], line: &[&str]) -> anyhow::Result<String> {
        run::output(&mut self.command(variables, line))
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.unmount();
    }
}

/// Makes the tree of a suite with some packages, unless it is there.
fn make(folder: &Path, suite: &str, packages: &str, options: &[&str]) -> anyhow::Result<()> {
    let mark = format!("{suite}: {packages}");
    if fs::read_to_string(folder.join(IS_WHOLE)).is_ok_and(|text| text == mark) {
        return Ok(());
    }
    // Never through a mount that is still there: those folders belong to the machine.
    run::output(Command::new("rm").args(["-rf", "--one-file-system"]).arg(folder))?;
    fs::create_dir_all(folder)?;
    let mut make = Command::new("mmdebstrap");
    make.arg("--mode=root").args(options);
    // A mirror may be some days old; what it holds is signed all the same.
    make.args([
        "--aptopt=Acquire::Check-Valid-Until \"false\"",
        "--aptopt=APT::Install-Recommends \"false\"",
    ]);
    make.arg(format!("--include={packages}"));
    make.arg(suite).arg(folder).arg(system::distribution()?.0);
    run::command(&mut make)?;
    fs::create_dir_all(folder.join("etc"))?;
    Ok(fs::write(folder.join(IS_WHOLE), mark)?)
}
