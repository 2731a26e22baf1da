//! The chain away from a host: latency taken out, same length, nothing lost at the end.

use lacquer_dsp::{Chain, ChainSettings, Frame, ProcessSpec};

/// Frames that are processed at a time; the output does not depend on it.
const CHUNK_FRAMES: usize = 4096;

/// Runs `input` through a new chain and gives as many frames back, in time with the input. Reports how much is done, 0 to 1.
pub fn render(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    input: impl ExactSizeIterator<Item = Frame>,
    progress: &(dyn Fn(f64) + Sync),
) -> Vec<Frame> {
    render_changing(spec, settings, &[], input, progress)
}

/// As [`render`], with settings that change on the way: each from a frame of the input on, in order. A change moves as it does
/// in a host: smoothly, from the next control period.
pub fn render_changing(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    changes: &[(usize, ChainSettings)],
    input: impl ExactSizeIterator<Item = Frame>,
    progress: &(dyn Fn(f64) + Sync),
) -> Vec<Frame> {
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(settings);
    let latency = chain.latency_samples();
    let length = input.len();
    let mut output = Vec::with_capacity(length);
    let mut skip = latency;
    // After the programme silence follows until its last frame has come out.
    let mut source = input.chain(std::iter::repeat_n([0.0; 2], latency));
    let mut frames: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
    let mut run = || {
        let mut position = 0;
        let mut changes = changes.iter().peekable();
        loop {
            while let Some((_, settings)) = changes.next_if(|(at, _)| *at <= position) {
                chain.set(settings);
            }
            let to_change = changes.peek().map_or(CHUNK_FRAMES, |(at, _)| at - position);
            frames.clear();
            frames.extend(source.by_ref().take(CHUNK_FRAMES.min(to_change)));
            position += frames.len();
            if frames.is_empty() {
                break;
            }
            chain.process(&mut frames);
            let skipped = skip.min(frames.len());
            skip -= skipped;
            output.extend_from_slice(&frames[skipped..]);
            progress(output.len() as f64 / length.max(1) as f64);
        }
    };
    // SAFETY: the mode is restored before returning, and nothing in between depends on subnormal numbers: they are 300 dB below
    // what a sample can hold.
    unsafe { no_denormals::no_denormals(&mut run) };
    output
}
