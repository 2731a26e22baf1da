//! The built VST3's editor in a window: how long it takes to open, what 200 openings leave behind, and what it costs while nothing moves.
//!
//! Run by `cargo xtask bench --editor`, which bundles first and gives it a screen.

// Figures for whoever asked for them: what is not there ends it.
#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(target_os = "linux")]
#[path = "../tests/vst3_host/mod.rs"]
mod vst3_host;

#[cfg(target_os = "linux")]
fn main() {
    use std::time::{Duration, Instant};
    use vst3_host::{BLOCK, Instance, Module, Screen, bundle};

    /// Openings of the leak test, and how many come before it for what is made once.
    const CYCLES: usize = 200;
    const WARM_UP: usize = 10;

    /// Time until nothing moves any more, and for which the open window is looked at then.
    const SETTLING: Duration = Duration::from_secs(9);
    const IDLE: Duration = Duration::from_secs(20);

    /// Time that all threads of this process have run, and this one, s.
    fn cpu_s() -> [f64; 2] {
        [libc::CLOCK_PROCESS_CPUTIME_ID, libc::CLOCK_THREAD_CPUTIME_ID].map(|clock| {
            let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: it writes a time where there is room for one.
            unsafe { libc::clock_gettime(clock, &mut time) };
            time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
        })
    }

    /// Resident memory of this process, kB, and its open files.
    fn held() -> (u64, usize) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        let kilobytes = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        (kilobytes, std::fs::read_dir("/proc/self/fd").unwrap().count())
    }

    let path = bundle().expect("Lacquer.vst3: run `cargo xtask bundle`");
    let screen = Screen::open().expect("a screen: run under xvfb-run");
    let module = Module::load(&path);
    let instance = Instance::new(&module);
    let mut opening_ms = Vec::new();
    let mut before = held();
    for cycle in 0..WARM_UP + CYCLES {
        if cycle == WARM_UP {
            before = held();
        }
        screen.clear();
        let started = Instant::now();
        let editor = instance.open_editor(screen.window, true).unwrap();
        while !screen.is_painted() && started.elapsed() < Duration::from_secs(5) {
            editor.run(Duration::from_millis(1));
        }
        opening_ms.push(1e3 * started.elapsed().as_secs_f64());
        let mut block = [[0.1; BLOCK]; 2];
        instance.process(&mut block, &[]);
        editor.run(Duration::from_millis(20));
        editor.close();
    }
    let after = held();
    let editor = instance.open_editor(screen.window, true).unwrap();
    // Everything that moved comes to rest: see `SETTLING_S` in the editor's `meter_reader.rs`.
    editor.run(SETTLING);
    let spent = cpu_s();
    editor.run(IDLE);
    let now = cpu_s();
    let [all, own] = [0, 1].map(|n| 100.0 * (now[n] - spent[n]) / IDLE.as_secs_f64());
    editor.close();
    // This thread is the host's: it looks a thousand times a second whether the editor wants anything.
    println!(
        "in silence the open editor takes {:.2} % of a core beside the {own:.2} % of this host's own loop",
        all - own
    );
    let first = opening_ms[0];
    opening_ms.sort_by(f64::total_cmp);
    let median = opening_ms[opening_ms.len() / 2];
    let worst = opening_ms[opening_ms.len() - 1];
    println!(
        "opening until the first picture: first {first:.0} ms, median {median:.0} ms, worst {worst:.0} ms"
    );
    let grown = after.0 as f64 - before.0 as f64;
    println!(
        "{CYCLES} openings: {:.1} MB to {:.1} MB, {:.2} kB each; {} to {} open files, {:.2} each",
        before.0 as f64 / 1e3,
        after.0 as f64 / 1e3,
        grown / CYCLES as f64,
        before.1,
        after.1,
        (after.1 as f64 - before.1 as f64) / CYCLES as f64,
    );
    instance.end();
    module.unload();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The editor's bench runs on Linux.");
}
