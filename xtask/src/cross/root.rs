//! A root of Debian sid with compilers for other platforms and what runs their programs, kept in `target/cross/root` (4 GB).

use crate::{run, system};
use anyhow::{Context, ensure};
use std::fs;
use std::path::PathBuf;
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
    "gcc-mingw-w64-x86-64-posix",
    "g++-mingw-w64-x86-64-posix",
    "wine",
    "wine64",
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "qemu-user",
];
/// A file in the root that is written once all of it is there.
const IS_WHOLE: &str = "etc/lacquer-cross";
/// Files of this machine's by which the root reaches the registry.
const NETWORK: [&str; 3] = ["etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"];

/// See the module. Unmounted when it goes out of scope; its files stay.
pub struct Root {
    folder: PathBuf,
    /// Folders of this machine's and where they are seen in the root.
    mounts: Vec<(PathBuf, &'static str)>,
}

impl Root {
    /// Opens the root, and makes it where there is none: some minutes.
    ///
    /// # Errors
    /// Why there can be none here.
    pub fn open() -> anyhow::Result<Self> {
        ensure!(cfg!(target_os = "linux"), "that needs Debian");
        ensure!(system::is_root(), "that needs root");
        ensure!(system::offer(system::CROSS), "mmdebstrap and its companions cannot be installed");
        let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo = cargo.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).context("no home folder")?;
        let root = Self {
            folder: run::target().join("cross/root"),
            mounts: vec![
                ("/proc".into(), "proc"),
                ("/dev".into(), "dev"),
                ("/dev/pts".into(), "dev/pts"),
                ("/dev/shm".into(), "dev/shm"),
                (cargo.join("registry"), "root/.cargo/registry"),
                (run::workspace(), "lacquer"),
                (Self::built(), "built"),
            ],
        };
        root.unmount();
        if !root.folder.join(IS_WHOLE).exists() {
            root.make()?;
        }
        root.mount()?;
        Ok(root)
    }

    /// The folder that cargo builds into in the root, as it is seen from outside.
    pub fn built() -> PathBuf {
        run::target().join("cross/built")
    }

    fn make(&self) -> anyhow::Result<()> {
        // Never through a mount that is still there: those folders belong to the machine.
        run::output(Command::new("rm").args(["-rf", "--one-file-system"]).arg(&self.folder))?;
        fs::create_dir_all(&self.folder)?;
        let mut make = Command::new("mmdebstrap");
        make.args(["--variant=minbase", "--mode=root"]);
        // A mirror may be some days old; what it holds is signed all the same.
        make.args([
            "--aptopt=Acquire::Check-Valid-Until \"false\"",
            "--aptopt=APT::Install-Recommends \"false\"",
        ]);
        make.arg(format!("--include={}", PACKAGES.join(",")));
        make.arg(SUITE).arg(&self.folder).arg(system::distribution()?.0);
        run::command(&mut make)?;
        Ok(fs::write(self.folder.join(IS_WHOLE), SUITE)?)
    }

    fn mount(&self) -> anyhow::Result<()> {
        for (from, to) in &self.mounts {
            let to = self.folder.join(to);
            fs::create_dir_all(from)?;
            fs::create_dir_all(&to)?;
            run::output(Command::new("mount").arg("--bind").args([from, &to]))?;
        }
        for file in NETWORK {
            // A machine without one of them reaches the registry without it.
            let _ = fs::copy(PathBuf::from("/").join(file), self.folder.join(file));
        }
        Ok(())
    }

    fn unmount(&self) {
        for (_, to) in self.mounts.iter().rev() {
            // Not mounted is fine.
            let _ = run::output(Command::new("umount").arg(self.folder.join(to)));
        }
    }

    /// Writes a program of a few lines into the root's search path.
    pub fn script(&self, name: &str, text: &str) -> anyhow::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.join("usr/local/bin").join(name);
        fs::write(&path, text)?;
        Ok(fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?)
    }

    /// Runs a command in the root, in the workspace.
    ///
    /// # Errors
    /// It fails.
    pub fn run(&self, variables: &[(&str, &str)], line: &[&str]) -> anyhow::Result<()> {
        let mut command = Command::new("chroot");
        command.arg(&self.folder).args(["env", "-i", "--chdir=/lacquer"]);
        command.args(["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]);
        // Building the standard library is an option of unreleased compilers; Debian's is a released one.
        command.args(["RUSTC_BOOTSTRAP=1", "CARGO_TARGET_DIR=/built", "CARGO_PROFILE_RELEASE_LTO=off"]);
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        run::command(command.args(line))
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.unmount();
    }
}
