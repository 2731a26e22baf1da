//! The built VST3 in a host that others wrote: pedalboard from PyPI, which `cargo xtask test` fetches.

#![cfg(target_os = "linux")]

use lacquer_dsp::{Chain, Frame, ProcessSpec};
use lacquer_left_out::{left_out, not_permitted};
use lacquer_params::Tree;
use lacquer_tests::signals::programme;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const RATE: f64 = 48_000.0;

/// The Python with pedalboard that `cargo xtask test` makes beside the build.
fn python(target: &Path) -> Option<PathBuf> {
    let python = target.join("pedalboard/bin/python");
    let imports = Command::new(&python).args(["-c", "import pedalboard, numpy"]).status();
    imports.is_ok_and(|status| status.success()).then_some(python)
}

fn bundle() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LACQUER_BUNDLES") {
        return Some(Path::new(&folder).join("Lacquer.vst3")).filter(|path| path.exists());
    }
    let exe = std::env::current_exe().ok()?;
    exe.ancestors().map(|folder| folder.join("bundled/Lacquer.vst3")).find(|path| path.exists())
}

/// What pedalboard is made to do. It takes the latency out itself, and renders offline.
const SCRIPT: &str = r#"
import sys, numpy as np
from pedalboard import load_plugin
plugin_path, folder = sys.argv[1], sys.argv[2]
x = np.fromfile(folder + "/input.f32", dtype=np.float32).reshape(-1, 2).T.copy()
p = load_plugin(plugin_path)
assert p.name == "Lacquer", p.name
assert p.reported_latency_samples > 0
neutral = p.process(x * 0.1, 48000, buffer_size=512, reset=True)
assert np.array_equal(neutral, x * np.float32(0.1)), "the defaults are a delay, which is taken out"
p.limiter_drive_db = 6.0
p.glue_on = True
outs = [p.process(x, 48000, buffer_size=size, reset=True) for size in (512, 64, 32, 4096)]
assert all(np.array_equal(outs[0], out) for out in outs), "blocks make no difference"
outs[0].T.tofile(folder + "/output.f32")
state = p.raw_state
q = load_plugin(plugin_path)
q.raw_state = state
assert q.raw_state == state, "the state comes back"
assert np.array_equal(q.process(x, 48000, buffer_size=512, reset=True), outs[0])
p.bypass = True
assert np.array_equal(p.process(x, 48000, buffer_size=512, reset=True), x), "bypass nulls"
p.bypass = False
for rate in (44100, 88200, 96000, 192000):
    assert np.isfinite(p.process(x, rate, reset=True)).all()
mono = load_plugin(plugin_path).process(x[:1] * 0.1, 44100)
assert np.array_equal(mono, x[:1] * np.float32(0.1)), "mono"
x[:, 1000] = np.nan
assert np.isfinite(p.process(x, 48000, reset=True)).all(), "what is not a number goes in and does not come out"
print("done")
"#;

#[test]
fn pedalboard_hears_what_the_library_makes() {
    let Some(path) = bundle() else { return left_out("Lacquer.vst3 is not built: run `cargo xtask bundle`") };
    let target = path.ancestors().nth(2).unwrap_or(Path::new(".")).to_owned();
    let Some(python) = python(&target) else {
        let why = "pedalboard is not there: `cargo xtask test` fetches it";
        let is_known = std::env::var_os("LACQUER_WITHOUT_PEDALBOARD").is_some();
        return if is_known { not_permitted(why) } else { left_out(why) };
    };
    let folder = target.join("pedalboard-test");
    std::fs::create_dir_all(&folder).expect("a folder");
    let input: Vec<[f32; 2]> =
        programme(48_000, RATE, 0.8).iter().map(|frame| frame.map(|x| x as f32)).collect();
    let mut file = std::fs::File::create(folder.join("input.f32")).expect("a file");
    for sample in input.as_flattened() {
        file.write_all(&sample.to_le_bytes()).expect("room for a second of audio");
    }
    drop(file);
    let run =
        Command::new(&python).args(["-c", SCRIPT]).arg(&path).arg(&folder).output().expect("Python runs");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains("done"), "{said}");

    let tree = Tree::new();
    tree.set_from_text("limiter_drive", "6 dB").expect("a value");
    tree.set_from_text("glue_on", "on").expect("a switch");
    let mut chain = Chain::new();
    chain.prepare(&tree.to_spec(ProcessSpec::stereo(RATE)));
    chain.set(&tree.to_settings());
    let latency = chain.latency_samples();
    let mut frames: Vec<Frame> = input.iter().map(|frame| frame.map(f64::from)).collect();
    frames.extend(vec![[0.0; 2]; latency]);
    chain.process(&mut frames);
    let bytes = std::fs::read(folder.join("output.f32")).expect("pedalboard's output");
    let found: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    for (n, (found, expected)) in found.as_chunks::<2>().0.iter().zip(&frames[latency..]).enumerate() {
        // The host's parameters are 32-bit shares of their travel: the drive of 6 dB is that to 1e-6.
        let error = (0..2).map(|c| (f64::from(found[c]) - expected[c]).abs()).fold(0.0, f64::max);
        assert!(error < 1e-5, "frame {n}: {found:?} against {expected:?}");
    }
}
