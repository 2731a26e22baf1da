//! A chain that plays a mix and writes its meters, as it does in a plugin: for the editor where there is no host.

use crate::signals::programme;
use lacquer_dsp::Frame;
use lacquer_dsp::chain::{Chain, ChainSettings};
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::processor::ProcessSpec;
use lacquer_dsp::shared::meter_bank::MeterBank;
use std::sync::Arc;

/// Rate of the demo mix, hertz.
pub const RATE_HZ: f64 = 48_000.0;
/// Length of the demo mix, which is played again and again: four bars.
const LENGTH: usize = 8 * RATE_HZ as usize;
/// Peak of the mix: what a mix leaves for the master.
const PEAK: f64 = 0.5;

/// See the module.
pub struct Player {
    chain: Chain,
    meters: LiveMeters,
    mix: Vec<Frame>,
    place: usize,
}

impl Player {
    /// Plays the demo mix into `bank`, whose views are fed as if an editor were open.
    pub fn new(bank: Arc<MeterBank>) -> Self {
        Self::of(programme(LENGTH, RATE_HZ, PEAK), RATE_HZ, bank)
    }

    /// Plays a mix at `sample_rate` hertz.
    pub fn of(mix: Vec<Frame>, sample_rate: f64, bank: Arc<MeterBank>) -> Self {
        bank.controls.set_watched(true);
        let mut chain = Chain::new();
        chain.prepare(&ProcessSpec::stereo(sample_rate));
        let meters = LiveMeters::new(sample_rate, 2, bank);
        Self { chain, meters, mix, place: 0 }
    }

    /// Latency of the chain in frames.
    pub fn latency_samples(&self) -> usize {
        self.chain.latency_samples()
    }

    /// Plays the next `frames` with these settings.
    pub fn play(&mut self, settings: &ChainSettings, frames: usize) {
        self.chain.set(settings);
        let mut block: Vec<Frame> = self.mix.iter().cycle().skip(self.place).take(frames).copied().collect();
        self.place = (self.place + frames) % self.mix.len();
        self.meters.begin_block(Transport { playing: true, position: None }, frames);
        self.chain.process_with(&mut block, &mut self.meters);
    }
}
