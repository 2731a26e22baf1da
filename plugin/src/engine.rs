//! The chain between f32 buffers of one or two channels and of any length.

use crate::design_thread::DesignThread;
use lacquer_dsp::chain::{Chain, ChainSettings};
use lacquer_dsp::processor::{Frame, ProcessSpec};
use lacquer_params::LacquerParams;

/// Frames that are converted at a time: 16 kB, which stay in the first-level cache. The chain's output does not depend on it.
const CHUNK_FRAMES: usize = 1024;

/// A prepared chain with its settings and a block to convert in.
pub struct Engine {
    chain: Chain,
    settings: ChainSettings,
    spec: ProcessSpec,
    frames: Vec<Frame>,
    /// Runs for as long as the chain has filters to be designed in the background.
    _designs: Option<DesignThread>,
}

impl Engine {
    /// Builds everything for `spec` and the parameters' settings, the first filters included. Allocates.
    pub fn new(spec: &ProcessSpec, params: &LacquerParams) -> Self {
        let mut chain = Chain::new();
        chain.prepare(spec);
        let settings = params.to_settings();
        chain.set(&settings);
        let designs = chain.take_designer().map(|mut designer| {
            designer.work();
            DesignThread::spawn(designer)
        });
        Self { chain, settings, spec: *spec, frames: vec![[0.0; 2]; CHUNK_FRAMES], _designs: designs }
    }

    /// What it was prepared for.
    pub fn spec(&self) -> ProcessSpec {
        self.spec
    }

    /// The same with the quality and the equalizer's phase that the parameters ask for.
    pub fn spec_for(&self, params: &LacquerParams) -> ProcessSpec {
        ProcessSpec { quality: params.quality(), equalizer_phase: params.equalizer_phase(), ..self.spec }
    }

    /// Delay in samples.
    pub fn latency_samples(&self) -> usize {
        self.chain.latency_samples()
    }

    /// Whether the parameters ask for another latency than it was prepared for.
    pub fn differs_in_latency(&self, params: &LacquerParams) -> bool {
        self.spec_for(params) != self.spec
    }

    /// Takes all settings over.
    pub fn set_all(&mut self, params: &LacquerParams) {
        self.settings = params.to_settings();
        self.chain.set(&self.settings);
    }

    /// [audio-thread] Takes over what has changed.
    pub fn update(&mut self, params: &LacquerParams) {
        if params.update_settings(&mut self.settings) {
            self.chain.set(&self.settings);
        }
    }

    /// [audio-thread] Forgets the audio.
    pub fn reset(&mut self) {
        self.chain.reset();
    }

    /// [audio-thread] Processes in place; with one channel both lanes of the chain carry it.
    pub fn process(&mut self, channels: &mut [&mut [f32]]) {
        match channels {
            [left, right] => self.process_stereo(left, right),
            [mono] => self.process_mono(mono),
            // No other layout is offered to the host.
            _ => {}
        }
    }

    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.chunks_mut(CHUNK_FRAMES).zip(right.chunks_mut(CHUNK_FRAMES)) {
            let frames = &mut self.frames[..left.len().min(right.len())];
            for ((frame, left), right) in frames.iter_mut().zip(&*left).zip(&*right) {
                *frame = [f64::from(*left), f64::from(*right)];
            }
            self.chain.process(frames);
            for ((frame, left), right) in frames.iter().zip(left).zip(right) {
                *left = frame[0] as f32;
                *right = frame[1] as f32;
            }
        }
    }

    fn process_mono(&mut self, samples: &mut [f32]) {
        for samples in samples.chunks_mut(CHUNK_FRAMES) {
            let frames = &mut self.frames[..samples.len()];
            for (frame, sample) in frames.iter_mut().zip(&*samples) {
                *frame = [f64::from(*sample); 2];
            }
            self.chain.process(frames);
            for (frame, sample) in frames.iter().zip(samples) {
                *sample = frame[0] as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_params::Tree;

    /// A decaying pair of tones, different on each side.
    fn programme(length: usize) -> [Vec<f32>; 2] {
        let tone = |step: f32| (0..length).map(|n| (n as f32 * step).sin() * 0.6).collect();
        [tone(0.05), tone(0.031)]
    }

    #[test]
    fn output_does_not_depend_on_the_blocks() {
        let tree = Tree::new();
        tree.set_from_text("glue_on", "on").unwrap();
        let render = |sizes: &[usize]| {
            let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), tree.params());
            let [mut left, mut right] = programme(5000);
            let (mut start, mut turn) = (0, 0);
            while start < left.len() {
                let end = (start + sizes[turn % sizes.len()]).min(left.len());
                engine.process(&mut [&mut left[start..end], &mut right[start..end]]);
                (start, turn) = (end, turn + 1);
            }
            [left, right]
        };
        let whole = render(&[5000]);
        assert_eq!(whole, render(&[64]));
        assert_eq!(whole, render(&[1, 7, 1500, 33]));
    }

    #[test]
    fn mono_is_processed_as_two_equal_channels() {
        let spec = ProcessSpec { channels: 1, ..ProcessSpec::stereo(48_000.0) };
        let mut engine = Engine::new(&spec, Tree::new().params());
        let [mut mono, _] = programme(3000);
        let input = mono.clone();
        engine.process(&mut [&mut mono]);
        let latency = engine.latency_samples();
        // The defaults are neutral below the ceiling: a delay and nothing else.
        assert_eq!(mono[latency..], input[..input.len() - latency]);
    }
}
