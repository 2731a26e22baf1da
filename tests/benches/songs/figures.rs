//! Everything that is measured of one contestant, song and loudness.

use crate::CEILING_DBTP;
use crate::in_band::share_under_13_db;
use crate::masking::noise_to_mask;
use crate::matching::Matched;
use crate::movement::{gain_modulation_db, onset_change_db};
use lacquer_dsp::Frame;
use lacquer_dsp::metering::{Measurement, Meter};
use lacquer_tests::spectrum::third_octaves_db;
use lacquer_tests::true_peak::true_peak_dbtp;

/// Names of the figures, in order.
pub const NAMES: [&str; 9] =
    ["over dB", "NMR fast", "NMR mag", "<13 dB %", "gain sd", "onsets", "LRA", "tone", "drive"];
/// Whether the worst of a figure is its lowest.
pub const WORST_IS_LOWEST: [bool; 9] = [false, false, false, false, false, true, true, false, false];
/// Level below the highest third of an octave that does not count for the tone, dB.
const HEARD_DB: f64 = 50.0;

/// The figures in the order of [`NAMES`].
pub fn figures(matched: &Matched, rate: f64) -> [f64; 9] {
    let Matched { input, output, drive_db } = matched;
    let ratios = noise_to_mask(input, output, rate);
    [
        true_peak_dbtp(output) - CEILING_DBTP,
        ratios.fast_db,
        ratios.magnitude_db,
        share_under_13_db(input, output, rate),
        gain_modulation_db(input, output, rate),
        onset_change_db(input, output, rate),
        measured(output, rate).loudness_range_lu - measured(input, rate).loudness_range_lu,
        tone_change_db(input, output, rate),
        *drive_db,
    ]
}

fn measured(frames: &[Frame], rate: f64) -> Measurement {
    let mut meter = Meter::new(rate, 2);
    meter.push(frames);
    meter.finish()
}

/// The largest change of any third of an octave against the median change, dB.
fn tone_change_db(input: &[Frame], output: &[Frame], rate: f64) -> f64 {
    let thirds = |frames: &[Frame]| {
        let narrow: Vec<[f32; 2]> = frames.iter().map(|frame| frame.map(|x| x as f32)).collect();
        third_octaves_db(&narrow, rate)
    };
    let (before, after) = (thirds(input), thirds(output));
    let highest = before.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut changes: Vec<f64> = before
        .iter()
        .zip(&after)
        .filter(|(before, _)| **before > highest - HEARD_DB)
        .map(|(before, after)| after - before)
        .collect();
    changes.sort_by(f64::total_cmp);
    let median = changes[changes.len() / 2];
    changes.iter().map(|change| (change - median).abs()).fold(0.0, f64::max)
}
