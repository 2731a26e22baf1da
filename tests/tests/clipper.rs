//! The clipper: aliases.

use lacquer_dsp::chain::Clipper;
use lacquer_dsp::chain::clipper::ClipperSettings;
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Quality, Stage};
use lacquer_tests::spectrum::inharmonic_dbc;
use std::f64::consts::TAU;

const LENGTH: usize = 65_536;

#[test]
fn aliases_stay_inaudible_at_twelve_db_over_the_threshold() {
    let mut failures = Vec::new();
    for (quality, hard_bounds, soft_bounds) in [
        (Quality::Live, [-60.0, -60.0], [-60.0, -60.0]),
        (Quality::Standard, [-100.0, -100.0], [-110.0, -100.0]),
        (Quality::Finest, [-110.0, -110.0], [-120.0, -110.0]),
    ] {
        for (knee, bounds) in [(0.0, hard_bounds), (1.0, soft_bounds)] {
            for (hz, bound) in [5000.0, 9000.0].into_iter().zip(bounds) {
                let bin = (hz * LENGTH as f64 / 44_100.0) as usize | 1;
                let mut frames: Vec<Frame> = (0..2 * LENGTH)
                    .map(|n| [(TAU * bin as f64 * n as f64 / LENGTH as f64).sin(); 2])
                    .collect();
                let mut clipper = Clipper::default();
                clipper.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(44_100.0) });
                clipper.set(&ClipperSettings { on: true, threshold_db: -12.0, knee });
                for_each_block(&mut frames, 0, |block| clipper.process(block));
                let left: Vec<f64> = frames[LENGTH..].iter().map(|frame| frame[0]).collect();
                let dbc = inharmonic_dbc(&left, bin);
                println!("{quality:?} knee {knee} {hz} Hz: aliases {dbc:.1} dBc");
                if dbc > bound {
                    failures.push(format!("{quality:?} knee {knee} {hz} Hz: {dbc:.1} dBc, bound {bound}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
