//! The chain beside what else a master bus can be built of: `cargo xtask bench --peers`.
//!
//! Lacquer's stages and the LV2 peers of [`cases`] process the same programme on one thread, turn by turn in the same run. A block's
//! cost is the median over the runs, which takes the rest of the machine out and leaves a plugin's own bursts in.

// Elsewhere the bench is a sentence.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports))]

mod candidate;
#[cfg(target_os = "linux")]
mod cases;
#[cfg(target_os = "linux")]
mod lv2;

use candidate::Candidate;
use lacquer_dsp::chain::{Clipper, DynamicEq, Equalizer, Glue, Imager, Limiter, Multiband, Saturator};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality, Stage};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;
use std::time::Instant;

const RATE: f64 = 48_000.0;
/// Frames of programme that every candidate hears: a multiple of every block.
const FRAMES: usize = 10 * 49_152;
/// Runs of each candidate.
const RUNS: usize = 5;
/// Blocks in which settings are taken over: they do not count for the worst.
const SETTLING_BLOCKS: usize = 10;

/// A part of Lacquer between a host's buffers, as in the plugin.
struct Ours<P> {
    frames: Vec<Frame>,
    latency_samples: usize,
    process: P,
}

impl<P: FnMut(&mut [Frame])> Candidate for Ours<P> {
    fn process(&mut self, [left, right]: [&mut [f32]; 2]) {
        for (frame, (left, right)) in self.frames.iter_mut().zip(left.iter().zip(&*right)) {
            *frame = [f64::from(*left), f64::from(*right)];
        }
        (self.process)(&mut self.frames[..left.len()]);
        for (frame, (left, right)) in self.frames.iter().zip(left.iter_mut().zip(right)) {
            (*left, *right) = (frame[0] as f32, frame[1] as f32);
        }
    }

    fn latency_samples(&self) -> usize {
        self.latency_samples
    }
}

fn stage<S: Stage + Default + 'static>(
    settings: &S::Settings,
    phase: EqualizerPhase,
    block: usize,
) -> Box<dyn Candidate> {
    stage_of::<S>(settings, Quality::Standard, phase, block)
}

fn stage_of<S: Stage + Default + 'static>(
    settings: &S::Settings,
    quality: Quality,
    phase: EqualizerPhase,
    block: usize,
) -> Box<dyn Candidate> {
    let mut stage = S::default();
    stage.prepare(&ProcessSpec { quality, equalizer_phase: phase, ..ProcessSpec::stereo(RATE) });
    stage.set(settings);
    let latency_samples = stage.latency_samples();
    let mut position = 0;
    Box::new(Ours {
        frames: vec![[0.0; 2]; block],
        latency_samples,
        process: move |frames: &mut [Frame]| {
            for_each_block(frames, position, |block| stage.process(block));
            position += frames.len() as u64;
        },
    })
}

fn chain(settings: &ChainSettings, quality: Quality, block: usize) -> Box<dyn Candidate> {
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(RATE) });
    chain.set(settings);
    Box::new(Ours {
        frames: vec![[0.0; 2]; block],
        latency_samples: chain.latency_samples(),
        process: move |frames: &mut [Frame]| chain.process(frames),
    })
}

/// A line of a table, and how to make what it is about for a block length.
struct Line<'a> {
    name: String,
    /// Whether it is one of Lacquer's, against which the peers below it are compared.
    is_ours: bool,
    make: Box<dyn Fn(usize) -> anyhow::Result<Box<dyn Candidate>> + 'a>,
}

/// What a candidate costs.
#[derive(Clone, Copy)]
struct Cost {
    /// Mean over the blocks of their medians.
    ns_per_frame: f64,
    /// The dearest block, and the dearest of all but one in a thousand, over the median block.
    worst_over_median: f64,
    rare_over_median: f64,
    latency_samples: usize,
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn timed(candidate: &mut dyn Candidate, input: &[Vec<f32>; 2], block: usize) -> anyhow::Result<Vec<f64>> {
    let mut left = vec![0f32; block];
    let mut right = vec![0f32; block];
    let mut times = Vec::with_capacity(FRAMES / block);
    for (from_left, from_right) in input[0].chunks_exact(block).zip(input[1].chunks_exact(block)) {
        left.copy_from_slice(from_left);
        right.copy_from_slice(from_right);
        candidate.before()?;
        let mut process = || {
            let started = Instant::now();
            candidate.process([&mut left, &mut right]);
            started.elapsed()
        };
        // SAFETY: denormals flushed, as in every serious host; no code here asks for their being kept.
        let elapsed = unsafe { no_denormals::no_denormals(&mut process) };
        times.push(elapsed.as_secs_f64() * 1e9);
    }
    anyhow::ensure!(left.iter().chain(&right).all(|x| x.is_finite()), "what comes out is not finite");
    Ok(times)
}

/// Times all lines at one block length, in turns.
fn measure(lines: &[Line], input: &[Vec<f32>; 2], block: usize) -> anyhow::Result<Vec<Cost>> {
    let mut runs: Vec<Vec<Vec<f64>>> = vec![Vec::new(); lines.len()];
    let mut latencies = vec![0; lines.len()];
    for _ in 0..RUNS {
        for (n, line) in lines.iter().enumerate() {
            let mut candidate = (line.make)(block)?;
            runs[n].push(timed(candidate.as_mut(), input, block)?);
            latencies[n] = candidate.latency_samples();
        }
    }
    let cost = |(runs, latency_samples): (&Vec<Vec<f64>>, usize)| {
        let mut own: Vec<f64> = (0..FRAMES / block)
            .map(|n| median(&mut runs.iter().map(|times| times[n]).collect::<Vec<f64>>()))
            .collect();
        let ns_per_frame = own.iter().sum::<f64>() / FRAMES as f64;
        let mut settled = own.split_off(SETTLING_BLOCKS.min(own.len() - 1));
        let middle = median(&mut settled);
        let over_median = |rank: usize| settled[rank] / middle;
        Cost {
            ns_per_frame,
            worst_over_median: over_median(settled.len() - 1),
            rare_over_median: over_median(settled.len() - 1 - settled.len() / 1000),
            latency_samples,
        }
    };
    Ok(runs.iter().zip(latencies).map(cost).collect())
}

fn ours<'a>(name: &str, make: impl Fn(usize) -> Box<dyn Candidate> + 'a) -> Line<'a> {
    Line { name: format!("Lacquer {name}"), is_ours: true, make: Box::new(move |block| Ok(make(block))) }
}

#[cfg(target_os = "linux")]
fn peer<'a>(world: &'a lv2::World, name: &str, slots: Vec<lv2::Slot>) -> Line<'a> {
    Line {
        name: name.into(),
        is_ours: false,
        make: Box::new(move |block| Ok(Box::new(lv2::Rack::new(world, &slots, RATE, block)?))),
    }
}

#[cfg(target_os = "linux")]
fn lines<'a>(world: &'a lv2::World, s: &'a ChainSettings) -> Vec<Line<'a>> {
    use EqualizerPhase::{Linear, Minimum};
    vec![
        ours("equalizer, 8 bells", |block| stage::<Equalizer>(&cases::bells(), Minimum, block)),
        peer(world, "LSP Parametric Equalizer x16, 8 bells", vec![cases::lsp_equalizer(0.0)]),
        peer(world, "Calf Equalizer 12 Band, 8 bells", vec![cases::calf_equalizer()]),
        ours("equalizer, 8 bells, linear phase", |block| stage::<Equalizer>(&cases::bells(), Linear, block)),
        peer(world, "LSP Parametric Equalizer x16, FFT", vec![cases::lsp_equalizer(2.0)]),
        ours("dynamic_eq, 4 bands", |block| stage::<DynamicEq>(&s.dynamic_eq, Minimum, block)),
        ours("multiband, 4 bands", |block| stage::<Multiband>(&s.multiband, Minimum, block)),
        peer(world, "LSP Multiband Compressor, classic", vec![cases::lsp_multiband(0.0)]),
        peer(world, "LSP Multiband Compressor, modern", vec![cases::lsp_multiband(1.0)]),
        peer(world, "Calf Multiband Compressor", vec![cases::calf_multiband()]),
        ours("glue", |block| stage::<Glue>(&s.glue, Minimum, block)),
        peer(world, "LSP Compressor", vec![cases::lsp_compressor()]),
        ours("saturator", |block| stage::<Saturator>(&s.saturator, Minimum, block)),
        peer(world, "Calf Saturator", vec![cases::calf_saturator()]),
        ours("imager", |block| stage::<Imager>(&s.imager, Minimum, block)),
        peer(world, "Calf Stereo Tools", vec![cases::calf_stereo()]),
        ours("clipper", |block| stage::<Clipper>(&s.clipper, Minimum, block)),
        ours("limiter, low latency", |block| stage_of::<Limiter>(&s.limiter, Quality::Live, Minimum, block)),
        peer(world, "LSP Limiter, full x4", vec![cases::lsp_limiter(16.0)]),
        ours("limiter, high", |block| stage::<Limiter>(&s.limiter, Minimum, block)),
        peer(world, "LSP Limiter, full x4", vec![cases::lsp_limiter(16.0)]),
        peer(world, "x42 Digital Peak Limiter, true peak", vec![cases::x42_limiter(6.0)]),
        peer(world, "Calf Limiter, x4", vec![cases::calf_limiter()]),
        ours("chain, live", |block| chain(s, Quality::Live, block)),
        ours("chain, finest", |block| chain(s, Quality::Finest, block)),
        ours("chain, standard", |block| chain(s, Quality::Standard, block)),
        peer(world, "Calf + x42 chain", cases::chain_calf()),
        peer(world, "LSP chain", cases::chain_lsp()),
    ]
}

/// Blocks of which the costs stand in the table.
const BLOCKS: [usize; 2] = [64, 512];

fn table(lines: &[Line], costs: &[Vec<Cost>; 2]) {
    println!(
        "{:38} {:>14} {:>15} {:>10} {:>13} {:>12} {:>8}",
        "48 kHz stereo",
        "ns/frame at 64",
        "ns/frame at 512",
        "ours/peer",
        "99.9 %/median",
        "worst/median",
        "latency"
    );
    let mut ours = [f64::NAN; 2];
    for (n, line) in lines.iter().enumerate() {
        let [short, long] = [costs[0][n], costs[1][n]];
        let ratios = if line.is_ours {
            ours = [short.ns_per_frame, long.ns_per_frame];
            String::new()
        } else {
            format!("{:.2} {:.2}", ours[0] / short.ns_per_frame, ours[1] / long.ns_per_frame)
        };
        let indent = if line.is_ours { "" } else { "  " };
        println!(
            "{:38} {:14.0} {:15.0} {ratios:>10} {:>13} {:>12} {:8}",
            format!("{indent}{}", line.name),
            short.ns_per_frame,
            long.ns_per_frame,
            format!("{:.1} {:.1}", short.rare_over_median, long.rare_over_median),
            format!("{:.1} {:.1}", short.worst_over_median, long.worst_over_median),
            short.latency_samples,
        );
    }
}

/// The chain's cost at block lengths from 16 to 4096, at work and with everything off.
fn flatness(input: &[Vec<f32>; 2], working: &ChainSettings) -> anyhow::Result<()> {
    let mut off = ChainSettings::default();
    off.input_trim.on = false;
    off.limiter.on = false;
    let lines = [
        ours("chain, all on", |block| chain(working, Quality::Standard, block)),
        ours("chain, all off", |block| chain(&off, Quality::Standard, block)),
    ];
    println!("\n{:38} {:>14} {:>14}", "ns/frame by frames in a block", "all on", "all off");
    for block in [16, 64, 256, 1024, 4096] {
        let costs = measure(&lines, input, block)?;
        println!("{block:<38} {:14.0} {:14.0}", costs[0].ns_per_frame, costs[1].ns_per_frame);
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    let frames = programme(FRAMES, RATE, 0.9);
    let input = [0, 1].map(|channel| frames.iter().map(|frame| frame[channel] as f32).collect::<Vec<f32>>());
    let working = settings::working();
    let world = lv2::World::load()?;
    let lines = lines(&world, &working);
    let costs = [measure(&lines, &input, BLOCKS[0])?, measure(&lines, &input, BLOCKS[1])?];
    table(&lines, &costs);
    flatness(&input, &working)?;
    let peer = lines.len() - 1;
    // The limiter of Live is as late as LSP's; that of Standard looks 36 ms ahead.
    for (quality, away) in [("live", 4), ("standard", 2)] {
        let ratio = |n: usize| costs[n][peer - away].ns_per_frame / costs[n][peer].ns_per_frame;
        println!(
            "\nLacquer's chain, {quality}, over LSP's: ratio {:.2} at 64 frames, ratio {:.2} at 512",
            ratio(0),
            ratio(1)
        );
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The peers are LV2 plugins from Debian: this bench runs on Linux.");
}
