//! A harsher measure without masking between bands: the share of bands and moments in which a band's own signal lies less than 13 dB
//! over its noise.

use crate::spectra::{bands, erb, gain_and_power, pairs};
use lacquer_dsp::Frame;

/// Frames of a spectrum: 21 to 23 ms.
const LENGTH: usize = 1024;
/// Least ratio of signal to noise in a band that does not count, as a power: 13 dB, where noise in a tone's own band is just heard.
const LEAST_RATIO: f64 = 20.0;
/// Power of a band below its highest that is not listened to: 50 dB.
const HEARD: f64 = 1e-5;

/// The share in percent.
pub fn share_under_13_db(input: &[Frame], output: &[Frame], rate: f64) -> f64 {
    let bands = bands(LENGTH, rate, erb, 1.0);
    let pairs = pairs(input, output, LENGTH);
    let highest = pairs
        .iter()
        .flat_map(|pair| bands.iter().map(|band| gain_and_power(pair, band).1))
        .fold(0.0, f64::max);
    let (mut under, mut count) = (0usize, 0usize);
    for pair in &pairs {
        for band in &bands {
            let (gain, power) = gain_and_power(pair, band);
            if power < HEARD * highest {
                continue;
            }
            let [x, y] = pair;
            let noise: f64 =
                x[band.clone()].iter().zip(&y[band.clone()]).map(|(x, y)| (y - x * gain).norm_sqr()).sum();
            count += 1;
            under += usize::from(noise * LEAST_RATIO > gain * gain * power);
        }
    }
    100.0 * under as f64 / count.max(1) as f64
}
