//! The same bits in any vectors.

use crate::{Chain, ChainSettings, Frame, ProcessSpec, Quality};
use std::cell::Cell;

thread_local! {
    /// Whether what this thread makes is to run without wide vectors.
    pub static IS_PLAIN: Cell<bool> = const { Cell::new(false) };
}

/// Numbers in [0, 1) that can be had again.
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What a chain of random settings makes of noise that comes in bursts, in blocks of many lengths, with other settings from the middle on.
fn processed(seed: u64, quality: Quality, is_plain: bool) -> Vec<Frame> {
    IS_PLAIN.set(is_plain);
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(48_000.0) });
    IS_PLAIN.set(false);
    let mut next = random(seed);
    let mut settings = ChainSettings::default();
    let mut frames: Vec<Frame> = (0..9600)
        .map(|n| {
            let level = if n / 700 % 2 == 0 { 1.0 } else { 0.01 };
            [level * (next() - 0.5), level * (next() - 0.5)]
        })
        .collect();
    let mut rest = &mut frames[..];
    let mut n = 0;
    while !rest.is_empty() {
        if n % 64 == 0 {
            settings.place(&mut next);
            chain.set(&settings);
        }
        let (now, later) = rest.split_at_mut(rest.len().min([64, 1, 7, 130, 3, 33][n % 6]));
        chain.process(now);
        (rest, n) = (later, n + 1);
    }
    frames
}

#[test]
fn the_whole_chain_gives_the_same_bits_in_any_vectors() {
    for quality in [Quality::Live, Quality::Standard] {
        for seed in 0..20 {
            let [wide, plain] = [false, true].map(|is_plain| processed(seed, quality, is_plain));
            let first = wide.iter().zip(&plain).position(|(wide, plain)| wide != plain);
            assert_eq!(first, None, "seed {seed}, {quality:?}: frame that differs first");
            assert!(wide.iter().any(|frame| frame[0] != 0.0), "seed {seed}: nothing was heard");
        }
    }
}
