//! Masters a mix through a built `Lacquer.clap` in a host, and prints what it did: `clap-render PLUGIN [MIX]`.
//!
//! Without a mix it makes one: half a minute of drums, bass, chords and pads.

use lacquer_files::Audio;
use lacquer_files::decode::decode;
use lacquer_files::encode::{WordLength, encode};
use lacquer_params::{Preset, Tree};
use lacquer_song::measure::measure;
use lacquer_tests::clap_host::{ClapHost, Failure, settings_events};
use lacquer_tests::signals::programme;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The preset that the mix is mastered with: one that promises no loudness, which the host would have to listen for first.
const PRESET: &str = "Transparent";
/// Frames in a block, as in most sessions.
const BLOCK: usize = 512;

fn demo_mix() -> Audio {
    let rate = 48_000;
    // At the level of a mix that leaves room for the master.
    let frames = programme(30 * rate as usize, f64::from(rate), 0.5);
    Audio {
        sample_rate: rate,
        channels: 2,
        frames: frames.iter().map(|frame| frame.map(|x| x as f32)).collect(),
    }
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (plugin, mix) = match arguments.as_slice() {
        [plugin] => (plugin, None),
        [plugin, mix] => (plugin, Some(mix)),
        _ => return Err("usage: clap-render PLUGIN [MIX]".into()),
    };
    let audio = mix.map_or_else(|| Ok(demo_mix()), |mix| decode(mix, &|_| {}))?;
    let output = match mix {
        Some(mix) => {
            let stem = mix.file_stem().unwrap_or_default().to_string_lossy();
            mix.with_file_name(format!("{stem} (Lacquer).wav"))
        }
        None => std::env::current_dir()?.join("lacquer-demo-master.wav"),
    };
    let tree = Tree::new();
    Preset::find(PRESET)?.apply(&tree)?;
    let mut host = ClapHost::load(plugin)?;
    let started = Instant::now();
    // Silence after the mix brings the last frames out.
    let mut input = audio.frames.clone();
    input.extend(vec![[0.0; 2]; audio.sample_rate as usize]);
    let render = host.render(f64::from(audio.sample_rate), &input, &[BLOCK], &settings_events(&tree))?;
    let elapsed_s = started.elapsed().as_secs_f64();
    let latency = render.latency_samples;
    let frames = render.frames[latency..latency + audio.frames.len()].to_vec();
    let master = Audio { frames, ..audio.clone() };
    encode(&output, &master, WordLength::Float32)?;
    report(&output, &audio, &master, latency, elapsed_s);
    Ok(())
}

fn report(output: &Path, mix: &Audio, master: &Audio, latency: usize, elapsed_s: f64) {
    let (before, after) = (measure(mix), measure(master));
    println!();
    println!("Mastered {:.0} s through the installed CLAP, preset {PRESET}:", mix.duration_s());
    println!("{:<22}{:>9}{:>9}", "", "before", "after");
    for (name, before, after, unit) in [
        ("Integrated loudness", before.integrated_lufs, after.integrated_lufs, "LUFS"),
        ("Loudness range", before.loudness_range_lu, after.loudness_range_lu, "LU"),
        ("True peak", before.true_peak_dbtp, after.true_peak_dbtp, "dBTP"),
        ("Peak to loudness", before.plr_db, after.plr_db, "dB"),
    ] {
        println!("{name:<22}{before:>9.1}{after:>9.1} {unit}");
    }
    let latency_ms = latency as f64 * 1000.0 / f64::from(mix.sample_rate);
    println!("Latency               {latency} samples ({latency_ms:.1} ms), taken out");
    println!("Speed                 {:.0} times real time", mix.duration_s() / elapsed_s.max(1e-9));
    println!("Written               {}", output.display());
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("clap-render: {error}");
            ExitCode::from(2)
        }
    }
}
