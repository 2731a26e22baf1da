//! The chain away from a host: latency taken out, same length, nothing lost at the end.

use lacquer_dsp::programme::{CHUNK_FRAMES, Source};
use lacquer_dsp::{Chain, ChainSettings, Frame, ProcessSpec};
use std::io;

/// Runs `input` through a new chain and shows `with` as many frames, in order, in pieces and in time with the input. Reports how much is done,
/// 0 to 1.
///
/// # Errors
/// As [`Source::read`], and what `with` says.
pub fn render<E: From<io::Error>>(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    input: &dyn Source,
    with: impl FnMut(&[Frame]) -> Result<(), E>,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<(), E> {
    render_changing(spec, settings, &[], input, with, progress)
}

/// As [`render`], with settings that change on the way: each from a frame of the input on, in order. A change moves as it does
/// in a host: smoothly, from the next control period.
///
/// # Errors
/// As [`render`].
pub fn render_changing<E: From<io::Error>>(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    changes: &[(usize, ChainSettings)],
    input: &dyn Source,
    mut with: impl FnMut(&[Frame]) -> Result<(), E>,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<(), E> {
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(settings);
    let latency = chain.latency_samples();
    let length = input.length();
    // After the programme silence follows until its last frame has come out.
    let end = length + latency;
    let mut frames: Vec<Frame> = vec![[0.0; 2]; CHUNK_FRAMES];
    let mut run = || -> Result<(), E> {
        let mut position = 0;
        let mut changes = changes.iter().peekable();
        while position < end {
            while let Some((_, settings)) = changes.next_if(|(at, _)| *at <= position) {
                chain.set(settings);
            }
            let to_change = changes.peek().map_or(CHUNK_FRAMES, |(at, _)| at - position);
            let frames = &mut frames[..CHUNK_FRAMES.min(to_change).min(end - position)];
            let (sounding, silent) = frames.split_at_mut(length.saturating_sub(position).min(frames.len()));
            if !sounding.is_empty() {
                input.read(position, sounding)?;
            }
            silent.fill([0.0; 2]);
            chain.process(frames);
            with(&frames[latency.saturating_sub(position).min(frames.len())..])?;
            position += frames.len();
            progress(position.saturating_sub(latency) as f64 / length.max(1) as f64);
        }
        Ok(())
    };
    let mut done = Ok(());
    // SAFETY: the mode is restored before returning, and nothing in between depends on subnormal numbers: they are 300 dB below
    // what a sample can hold.
    unsafe { no_denormals::no_denormals(|| done = run()) };
    done
}
