//! The clipper: aliases.

use lacquer_dsp::chain::Clipper;
use lacquer_dsp::chain::clipper::ClipperSettings;
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Quality, Stage};
use lacquer_tests::spectrum::inharmonic_dbc;
use std::f64::consts::TAU;

const LENGTH: usize = 65_536;

#[test]
fn aliases_stay_inaudible_far_over_the_threshold() {
    // Tones at full scale and 12 dB above it, 12 and 24 dB over the lowest threshold, at 44.1 kHz.
    let mut failures = Vec::new();
    for (quality, over_db, bound) in [
        (Quality::Live, 12.0, -60.0),
        (Quality::Standard, 12.0, -110.0),
        (Quality::Standard, 24.0, -100.0),
        (Quality::Finest, 12.0, -110.0),
        (Quality::Finest, 24.0, -100.0),
    ] {
        for knee in [0.0, 0.25, 1.0] {
            for hz in [5000.0, 9000.0, 13_000.0, 19_000.0] {
                let bin = (hz * LENGTH as f64 / 44_100.0) as usize | 1;
                let peak = 10f64.powf((over_db - 12.0) / 20.0);
                let mut frames: Vec<Frame> = (0..2 * LENGTH)
                    .map(|n| [peak * (TAU * bin as f64 * n as f64 / LENGTH as f64).sin(); 2])
                    .collect();
                let mut clipper = Clipper::default();
                clipper.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(44_100.0) });
                clipper.set(&ClipperSettings { on: true, threshold_db: -12.0, knee });
                for_each_block(&mut frames, 0, |block| clipper.process(block));
                let left: Vec<f64> = frames[LENGTH..].iter().map(|frame| frame[0]).collect();
                let dbc = inharmonic_dbc(&left, bin);
                println!("{quality:?} knee {knee} {hz} Hz, {over_db} dB over: aliases {dbc:.1} dBc");
                // The more harmonics fold back, the louder; a low tone's that do are far down.
                let is_low = hz == 5000.0 && over_db == 12.0 && quality != Quality::Live;
                let bound = if is_low { bound - 10.0 } else { bound };
                if dbc > bound {
                    failures.push(format!(
                        "{quality:?} knee {knee} {hz} Hz, {over_db} dB over: {dbc:.1} dBc, bound {bound}"
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
