//! The live meters over a signal, as the plugin runs them.

use lacquer_dsp::chain::ChainListener;
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::shared::meter_bank::MeterBank;
use lacquer_dsp::{CONTROL_PERIOD, Frame};
use std::sync::Arc;

/// Frames that follow a signal, so that its last true peaks come out.
pub const TAIL: usize = 64;

/// Runs meters over `output`, with `input` in time with it, in a host's blocks of the given lengths in turn.
pub fn run(meters: &mut LiveMeters, input: &[Frame], output: &[Frame], blocks: &[usize]) {
    let mut start = 0;
    for length in blocks.iter().cycle() {
        let end = (start + length).min(output.len());
        meters.begin_block(Transport::default(), end - start);
        let mut heard = output[start..end].to_vec();
        for (dry, wet) in input[start..end].chunks(CONTROL_PERIOD).zip(heard.chunks_mut(CONTROL_PERIOD)) {
            meters.after_chain(dry, wet);
        }
        start = end;
        if start == output.len() {
            break;
        }
    }
}

/// What the meters read after a signal, on both sides the same.
pub fn live(rate: f64, frames: &[Frame]) -> Arc<MeterBank> {
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(rate, 2, bank.clone());
    run(&mut meters, frames, frames, &[512]);
    let hop = (rate / 100.0).round() as usize;
    // Readings are published with each 10 ms; silence brings the last.
    let rest = TAIL + (hop - (frames.len() + TAIL) % hop) % hop;
    run(&mut meters, &vec![[0.0; 2]; rest], &vec![[0.0; 2]; rest], &[512]);
    bank
}
