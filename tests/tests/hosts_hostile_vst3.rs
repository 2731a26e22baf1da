//! The built VST3 under hosts that call what they like: random but legal calls in any order, and every illegal one that a host has been
//! seen to make or could. Nothing dies, nothing hangs, nothing that is not finite comes out, and no flag of silence lies.
//!
//! Each runs in a process of its own, so that a dead host is a failed test. Editors need an X server (`DISPLAY`); without one the rest
//! is done.

#![cfg(target_os = "linux")]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod hostile_vst3;
mod vst3_host;

use hostile_vst3::{automation, blocks, random, values, windows};
use vst3_host::Module;
use vst3_host::child::in_a_process;

/// Runs a test's work in a process of its own and prints what it says of itself.
fn told(test: &str, work: impl FnOnce(&Module)) {
    let said = in_a_process(test, work).unwrap_or_default();
    said.lines().filter(|line| line.contains("figures:")).for_each(|line| println!("{line}"));
}

#[test]
fn ten_thousand_legal_calls_of_seed_1() {
    told("ten_thousand_legal_calls_of_seed_1", |module| random::random_calls(module, 1));
}

#[test]
fn ten_thousand_legal_calls_of_seed_2() {
    told("ten_thousand_legal_calls_of_seed_2", |module| random::random_calls(module, 2));
}

#[test]
fn ten_thousand_legal_calls_of_seed_3() {
    told("ten_thousand_legal_calls_of_seed_3", |module| random::random_calls(module, 3));
}

/// A test a rate, so that they run beside each other.
macro_rules! rates {
    ($($name:ident = $rate:literal;)*) => {$(
        #[test]
        fn $name() {
            told(stringify!($name), |module| automation::everything(module, $rate));
        }
    )*};
}

rates! {
    automation_of_everything_at_44_1_khz = 44_100.0;
    automation_of_everything_at_48_khz = 48_000.0;
    automation_of_everything_at_96_khz = 96_000.0;
    automation_of_everything_at_192_khz = 192_000.0;
}

fn illegal_calls(module: &Module) {
    type Case = (&'static str, fn(&Module));
    let cases: [Case; 8] = [
        ("factory", values::bad_factory_calls),
        ("rows", blocks::bad_rows),
        ("crossed", blocks::crossed_rows),
        ("lengths", blocks::bad_lengths),
        ("changes", blocks::bad_changes),
        ("values", values::bad_values),
        ("states", values::bad_states),
        ("windows", windows::bad_windows),
    ];
    for (name, case) in cases {
        eprintln!("illegal: {name}");
        case(module);
    }
}

#[test]
fn illegal_calls_are_answered() {
    in_a_process("illegal_calls_are_answered", illegal_calls);
}
