//! The trace of a lower sample rate in a file of 88.2 kHz or more: a wall at half of 44.1 or 48 kHz and only noise above, or an image
//! of what lies below.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, hertz, power_db};
use super::hop::Hop;
use super::mirror::{Around, Image, Mirror};
use super::wall::{Search, find};
use super::{Check, Finding, Severity};
use crate::metering::spectrum::Part;

/// Rates that are high, hertz.
const HIGH_RATE_HZ: f64 = 80_000.0;
/// Converters fall from 20 kHz on to half of their rate.
const SEARCH: Search =
    Search { range_hz: [19_500.0, 24_200.0], width_hz: 1200.0, side_hz: 1000.0, height_db: 18.0 };
/// A wall as high as this leaves no doubt, dB.
const SURE_DB: f64 = 30.0;
/// A step in the noise: half the rates that it lies at, how far the stretches beside it lie from it, for steep converters and for gentle ones, and their
/// width, hertz; how flat each is, and how high the step is at the least, dB.
const HALVES_HZ: [f64; 2] = [22_050.0, 24_000.0];
const AWAY_HZ: [f64; 2] = [1000.0, 3800.0];
const SIDE_HZ: f64 = 600.0;
const FLAT_DB: f64 = 0.5;
const STEP_DB: f64 = 4.5;
/// Noise of words, as a power, is that of rounding to 20 bits at the most: what is louder may be a microphone's, which has a slope of its own.
const NOISE_POWER: f64 = 3e-13;
/// Bins below this hold nothing at all, dB.
const LEAST_DB: f64 = -190.0;
/// Below this it was 44.1 kHz, hertz.
const BETWEEN_HZ: f64 = 22_200.0;

/// See the module.
pub(super) struct UpSampling {
    /// At high rates.
    mirror: Option<Mirror>,
}

impl Detector for UpSampling {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, words, .. } = *programme;
        Self { mirror: (sample_rate_hz >= HIGH_RATE_HZ).then(|| Mirror::new(sample_rate_hz, words)) }
    }

    fn push(&mut self, hop: &Hop) {
        if let Some(mirror) = &mut self.mirror {
            mirror.push(hop.frames);
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        if evidence.programme.sample_rate_hz < HIGH_RATE_HZ || !evidence.has_spectrum() {
            return None;
        }
        // An image names the rate exactly; a wall may be a gentle converter's.
        self.mirror
            .as_ref()
            .and_then(|mirror| image(evidence, mirror))
            .or_else(|| wall(evidence))
            .or_else(|| step(evidence))
    }
}

/// A step in the words' own noise: what was dithered or rounded at the lower rate has its noise below half of it, and a converter takes the rest out.
fn step(evidence: &Evidence) -> Option<Finding> {
    let bin_hz = evidence.spectrum.frequency_hz(1);
    let mut sorted = Vec::new();
    let mut level_db = |from_hz: f64| -> Option<f64> {
        let (from, to) = ((from_hz / bin_hz) as usize, ((from_hz + SIDE_HZ) / bin_hz) as usize);
        sorted.clear();
        sorted.extend(evidence.spectrum.bins().get(from..to)?.iter().map(|bin| power_db(bin.of(Part::Both))));
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    };
    for (away_hz, half_hz) in AWAY_HZ.iter().flat_map(|away_hz| HALVES_HZ.map(|half_hz| (away_hz, half_hz))) {
        let below = [2.0, 1.0].map(|times| level_db(half_hz - away_hz - times * SIDE_HZ));
        let above = [0.0, 1.0].map(|times| level_db(half_hz + away_hz + times * SIDE_HZ));
        let ([Some(far), Some(near)], [Some(next), Some(last)]) = (below, above) else { continue };
        let height_db = 0.5 * (far + near - next - last);
        let is_flat = (far - near).abs() < FLAT_DB && (next - last).abs() < FLAT_DB;
        // A bin of white noise has less the more bins there are.
        let floor_db = 10.0 * (NOISE_POWER * 4.0 / evidence.spectrum.length() as f64).log10();
        if is_flat && height_db > STEP_DB && near < floor_db && last > LEAST_DB {
            let source = hertz(2.0 * half_hz);
            return Some(Finding {
                check: Check::UpSampling,
                severity: Severity::Warn,
                figure: half_hz,
                unit: "Hz",
                threshold: SEARCH.range_hz[1],
                confidence: Some(0.8),
                fact: format!(
                    "The noise of the words falls by {height_db:.0} dB at {} in a file of {}: it was probably converted from {source}.",
                    hertz(half_hz),
                    hertz(evidence.programme.sample_rate_hz)
                ),
                advice: advice(&source),
                places: Vec::new(),
                place_count: 0,
            });
        }
    }
    None
}

fn advice(source: &str) -> String {
    format!(
        "Send the mix at the session's own rate, probably {source}: converting up adds nothing and every conversion costs a little."
    )
}

/// A wall.
fn wall(evidence: &Evidence) -> Option<Finding> {
    let wall = find(evidence.spectrum, &SEARCH)?;
    let hz = wall.hz;
    let source = if hz < BETWEEN_HZ { "44.1 kHz" } else { "48 kHz" };
    Some(Finding {
        check: Check::UpSampling,
        severity: Severity::Warn,
        figure: hz,
        unit: "Hz",
        threshold: SEARCH.range_hz[1],
        confidence: Some((wall.height_db / SURE_DB).clamp(0.6, 1.0) * 0.95),
        fact: format!(
            "Nothing above {} in a file of {}: it was probably converted from {source}.",
            hertz(hz),
            hertz(evidence.programme.sample_rate_hz)
        ),
        advice: advice(source),
        places: Vec::new(),
        place_count: 0,
    })
}

/// An image.
fn image(evidence: &Evidence, mirror: &Mirror) -> Option<Finding> {
    let Image { rate_hz, around, likeness } = mirror.image()?;
    let source = hertz(rate_hz);
    Some(Finding {
        check: Check::UpSampling,
        severity: Severity::Warn,
        figure: 0.5 * rate_hz,
        unit: "Hz",
        threshold: SEARCH.range_hz[1],
        confidence: Some((0.6 + 0.4 * likeness).min(0.95)),
        fact: match around {
            Around::Half => format!(
                "What lies above {} is the mirror of what lies below, in a file of {}: it was converted from {source}, by a converter that leaves \
                 images.",
                hertz(0.5 * rate_hz),
                hertz(evidence.programme.sample_rate_hz)
            ),
            Around::Rate => format!(
                "What lies below {source} is the mirror of the lowest frequencies, in a file of {}: it was converted from {source}, by a converter \
                 that leaves images.",
                hertz(evidence.programme.sample_rate_hz)
            ),
        },
        advice: format!(
            "Send the mix at the session's own rate, probably {source}: this conversion added what was never played."
        ),
        places: Vec::new(),
        place_count: 0,
    })
}
