//! Work in a process of its own: a panic in the plugin's library may abort it, or only end a thread that nobody waits for, and both
//! are seen from outside.

use super::{Module, bundle};
use std::process::Command;

/// Set in the process that does the work.
const CHILD: &str = "LACQUER_HOSTS_CHILD";
/// What that process says last.
const DONE: &str = "bundle unloaded";

/// Runs `work` in a process of its own and gives what it printed; says why and gives nothing without a bundle.
pub fn in_a_process(test: &str, work: impl FnOnce(&Module)) -> Option<String> {
    let Some(path) = bundle() else {
        lacquer_left_out::left_out("Lacquer.vst3 is not built: run `cargo xtask bundle`");
        return None;
    };
    if std::env::var_os(CHILD).is_some() {
        let module = Module::load(&path);
        work(&module);
        module.unload();
        eprintln!("{DONE}");
        return None;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "{}:\n{said}", child.status);
    assert!(!said.contains("panicked"), "a thread panicked:\n{said}");
    assert!(said.contains(DONE), "the work did not come to its end:\n{said}");
    Some(said)
}

/// A small generator of even numbers in 0..1; the seed is fixed and each run is the same.
pub struct Noise(pub u64);

impl Noise {
    /// The next number.
    pub fn next(&mut self) -> f64 {
        // D. Knuth, "The Art of Computer Programming" 2, MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.next() * count as f64) as usize
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
