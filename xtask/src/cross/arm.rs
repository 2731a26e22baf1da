//! Linux on 64-bit ARM, run by qemu.

use super::Target;
use super::account::Account;
use super::root::Root;

const ARM: Target = Target {
    name: "arm, under qemu",
    triple: "aarch64-unknown-linux-gnu",
    runner: "qemu-aarch64 -L /usr/aarch64-linux-gnu",
    variables: &[
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc"),
        ("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc"),
    ],
};

/// Builds and tests.
pub fn run(root: &Root, account: &mut Account) {
    account.step("arm: command, VST3 and CLAP built", || {
        ARM.cargo(root, "build", &["-p", "lacquer", "--lib", "-p", "lacquer-command", "--bins"])
    });
    ARM.tests(root, account);
}
