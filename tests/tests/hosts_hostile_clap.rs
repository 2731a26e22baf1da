//! The built CLAP in a host that does what no host should, and in any order what every host may: nothing aborts, hangs, sounds of
//! what was not played, or says what is not so. Each case has a process of its own.

#![cfg(target_os = "linux")]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]
// A host over bare tables: each unsafe call is one of CLAP's, and what it passes is what the case is about.
#![allow(clippy::undocumented_unsafe_blocks)]

#[path = "hostile_clap/automation.rs"]
mod automation;
#[path = "hostile_clap/buffers.rs"]
mod buffers;
#[path = "hostile_clap/extensions.rs"]
mod extensions;
#[path = "hostile_clap/life.rs"]
mod life;
#[path = "hostile_clap/parameters.rs"]
mod parameters;
#[path = "hostile_clap/random.rs"]
mod random;
#[path = "hostile_clap/state.rs"]
mod state;
#[path = "hostile_clap/windows.rs"]
mod windows;

mod raw_clap_host;

use std::time::Duration;

/// Longest that a case may take: all take a few seconds on an idle machine.
const DEADLINE: Duration = Duration::from_secs(180);

/// A small generator; a case is the same in each run.
struct Noise(u64);

impl Noise {
    /// A number from 0 up to 1.
    fn next(&mut self) -> f64 {
        // D. Knuth, "The Art of Computer Programming" 2, MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`.
    fn below(&mut self, count: usize) -> usize {
        (self.next() * count as f64) as usize
    }

    /// One of several.
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Frames of noise within +-`level`.
    fn frames(&mut self, count: usize, level: f64) -> Vec<[f32; 2]> {
        (0..count).map(|_| [0, 1].map(|_| ((self.next() * 2.0 - 1.0) * level) as f32)).collect()
    }
}

/// A test whose work runs in a process of its own.
macro_rules! isolated {
    ($(#[$doc:meta])* fn $name:ident($module:ident) $work:block) => {
        $(#[$doc])*
        #[test]
        fn $name() {
            let test = concat!(module_path!(), "::", stringify!($name));
            let test = test.split_once("::").map_or(test, |(_, test)| test);
            $crate::raw_clap_host::child::isolated(test, $crate::DEADLINE, &[], |$module| $work);
        }
    };
}
use isolated;
