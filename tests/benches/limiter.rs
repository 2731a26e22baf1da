//! How evenly the limiter's work is spread: `cargo xtask bench --limiter`. A host's callback has to be done in time whenever it comes, so
//! that the dearest block counts, not the mean.
//!
//! Programme at work is limited several times over; of each block the least time counts, which is what the machine's other work left
//! alone.

use lacquer_dsp::chain::Limiter;
use lacquer_dsp::chain::limiter::LimiterSettings;
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{ProcessSpec, Processor, Quality, Stage};
use lacquer_tests::signals::programme;
use std::hint::black_box;
use std::time::Instant;

const RATE: f64 = 48_000.0;
/// Two seconds, in whole blocks of each length.
const FRAMES: usize = 24 * 4096;
/// Frames until every part is at work, in whole blocks too.
const BEGINNING: usize = 2 * 4096;
const BLOCKS: [usize; 5] = [16, 32, 64, 512, 4096];
/// Times that everything is done.
const PASSES: usize = 20;

/// The least time of each block, ns a frame, in order.
fn times(quality: Quality, settings: &LimiterSettings, block: usize) -> Vec<f64> {
    let input = programme(FRAMES, RATE, 0.9);
    let mut limiter = Limiter::default();
    limiter.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(RATE) });
    limiter.set(settings);
    let mut least = vec![f64::INFINITY; FRAMES / block];
    for _ in 0..PASSES {
        limiter.reset();
        let mut audio = input.clone();
        for (n, (frames, least)) in audio.chunks_mut(block).zip(&mut least).enumerate() {
            let start = Instant::now();
            for_each_block(frames, (n * block) as u64, |block| limiter.process(block));
            *least = least.min(start.elapsed().as_nanos() as f64 / block as f64);
        }
        black_box(&audio);
    }
    let mut least = least.split_off(BEGINNING / block);
    least.sort_by(f64::total_cmp);
    least
}

fn main() {
    println!("ns a frame, 48 kHz stereo   frames    mean  median   99.9%   worst  worst/median");
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        for (name, drive_db, transient_link) in [("at 6 dB", 6.0, 1.0), ("at 12 dB, unlinked", 12.0, 0.3)] {
            let settings = LimiterSettings { drive_db, transient_link, ..Default::default() };
            for block in BLOCKS {
                let times = times(quality, &settings, block);
                let mean = times.iter().sum::<f64>() / times.len() as f64;
                let at = |share: f64| times[(share * (times.len() - 1) as f64) as usize];
                let (median, worst) = (at(0.5), at(1.0));
                println!(
                    "{:28}{block:6}{mean:8.0}{median:8.0}{:8.0}{worst:8.0}{:14.2}",
                    format!("{quality:?} {name}"),
                    at(0.999),
                    worst / median
                );
            }
        }
    }
}
