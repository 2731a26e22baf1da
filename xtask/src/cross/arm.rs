//! Linux on 64-bit ARM, linked with the libraries of the oldest Debian that Lacquer is for, and run by qemu.

use super::account::Account;
use super::root::Root;
use super::{Target, same};
use crate::{package, product, run};
use anyhow::Context;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Where the kernel is told what programs are run by.
const BINFMT: &str = "/proc/sys/fs/binfmt_misc";
/// The first bytes of a program for 64-bit ARM, and which of their bits count (qemu, `scripts/qemu-binfmt-conf.sh`).
const MAGIC: &str = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00";
/// See [`MAGIC`].
const MASK: &str = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff";
/// The entry's name, which is gone when the steps are over.
const NAME: &str = "lacquer-aarch64";

/// The compiler and linker by way of [`compiler`].
const COMPILER: &str = "arm64-of-oldest-gcc";

/// Debian's compiler with headers and libraries of a folder. Those of its own release stand first in its search, and what is built with
/// them starts on no older one: hence the other options beside the folder itself.
fn compiler(libraries: &str) -> String {
    let multiarch = "aarch64-linux-gnu";
    let headers = format!("-isystem {libraries}/usr/include/{multiarch} -isystem {libraries}/usr/include");
    let usual = format!("{libraries}/usr/lib/{multiarch}");
    let found = format!("-B{usual} -L{usual} -L{libraries}/lib/{multiarch}");
    format!("#!/bin/sh\nexec {multiarch}-gcc --sysroot={libraries} {headers} {found} \"$@\"\n")
}

/// As long as it lives the kernel hands programs for ARM to the root's qemu: those too that tests start.
struct Handed;

impl Handed {
    fn new(root: &Root) -> anyhow::Result<Self> {
        let register = PathBuf::from(BINFMT).join("register");
        if !register.exists() {
            run::output(Command::new("mount").args(["-t", "binfmt_misc", "binfmt_misc", BINFMT]))?;
        }
        // One that an interrupted run has left.
        take_back();
        let qemu = root.path("/usr/bin/qemu-aarch64".as_ref());
        // F: the kernel opens qemu now, by its name here.
        let line = format!(":{NAME}:M::{MAGIC}:{MASK}:{}:F", qemu.display());
        fs::write(register, line).context("the kernel takes no other machine's programs")?;
        Ok(Self)
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        take_back();
    }
}

fn take_back() {
    // Not there is fine.
    let _ = fs::write(PathBuf::from(BINFMT).join(NAME), "-1");
}

/// Builds, packs and tests.
pub fn run(root: &Root, account: &mut Account) {
    let libraries = match Root::arm_libraries() {
        Ok(libraries) => libraries.to_string_lossy().into_owned(),
        Err(error) => return account.not_run("arm", &format!("{error:#}")),
    };
    if let Err(error) = root.script(COMPILER, &compiler(&libraries)) {
        return account.not_run("arm", &format!("{error:#}"));
    }
    let descriptions = format!("{libraries}/usr/lib/aarch64-linux-gnu/pkgconfig");
    let arm = Target {
        name: "arm, under qemu",
        triple: "aarch64-unknown-linux-gnu",
        runner: &["qemu-aarch64"],
        suffix: "",
        variables: vec![
            ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", COMPILER),
            ("CC_aarch64_unknown_linux_gnu", COMPILER),
            ("PKG_CONFIG_ALLOW_CROSS", "1"),
            ("PKG_CONFIG_LIBDIR", &descriptions),
            ("PKG_CONFIG_SYSROOT_DIR", &libraries),
            ("QEMU_LD_PREFIX", &libraries),
        ],
        tests: &[],
    };
    let what = "arm: command, program, VST3 and CLAP built for Debian 12";
    if account.step(what, || arm.build(root)).is_none() {
        return account.not_run("arm: everything else", "nothing was built");
    }
    account.step("arm: .tar.gz and .deb", || {
        package::make_for(&arm.parts(root)?, &folder(), ["linux", "aarch64"])
    });
    let handed = Handed::new(root);
    if let Err(error) = &handed {
        account.not_run("arm: tests that start programs", &format!("{error:#}"));
    }
    arm.tests(root, handed.is_ok(), account);
    account.step("arm: CLAP and command of the .deb make the files that x86-64 makes", || {
        let trial = Root::built().join("trial");
        product::fresh_folder(&trial)?;
        let deb = folder().join(package::deb_name("aarch64"));
        run::command(Command::new("dpkg-deb").arg("-x").arg(deb).arg(&trial))?;
        let [host, clap, command] = [
            arm.built(root).programs.join("clap-render"),
            trial.join("usr/lib/clap/Lacquer.clap"),
            trial.join("usr/bin/lacquer"),
        ]
        .map(|path| path.to_string_lossy().into_owned());
        let there = format!("--chdir={}", trial.display());
        let in_front = ["env", &there, "qemu-aarch64"];
        root.run(&arm.variables, &[&in_front[..], &[&host, &clap]].concat())?;
        root.run(&arm.variables, &[&in_front[..], &[&*command], &same::MASTER].concat())?;
        same::files(&trial)
    });
    arm.unit_tests(root, account);
}

/// Where the packages go.
fn folder() -> PathBuf {
    run::target().join("cross/arm")
}
