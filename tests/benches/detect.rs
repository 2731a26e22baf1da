//! What an inspection costs: `cargo xtask bench inspector`. Programme at work, stereo; time per frame is 1 / throughput, and 350 ns a frame at
//! 48 kHz are 60 times real time.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lacquer_dsp::detect::{Inspector, StoredWords};
use lacquer_tests::material::{Style, quantized, song};
use std::hint::black_box;

fn inspector(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("inspector: stereo 24 bit");
    group.sample_size(10);
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        // Loud, so that true peaks have to be looked for everywhere.
        let frames: Vec<_> =
            song(Style::Band, 1, rate_hz, 10.0).iter().map(|frame| frame.map(|x| x * 1.4)).collect();
        let frames = quantized(&frames, 24, 1);
        group.throughput(Throughput::Elements(frames.len() as u64));
        group.bench_function(format!("{rate_hz} Hz"), |bencher| {
            bencher.iter(|| {
                let mut inspector = Inspector::new(rate_hz, 2, StoredWords::Integer(24));
                frames.chunks(4096).for_each(|frames| inspector.push(frames));
                black_box(inspector.finish())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, inspector);
criterion_main!(benches);
