//! The trace of a lower sample rate in a file of 88.2 kHz or more: a wall at half of 44.1 or 48 kHz and only noise above, or an image
//! of what lies below.

use super::heard::{Heard, hertz};
use super::mirror::Mirror;
use super::wall::{Search, find};
use super::{Check, Finding, Severity};

/// Rates that are high, hertz.
pub(super) const HIGH_RATE_HZ: f64 = 80_000.0;
/// Converters fall from 20 kHz on to half of their rate.
const SEARCH: Search =
    Search { range_hz: [19_500.0, 24_200.0], width_hz: 1200.0, side_hz: 1000.0, height_db: 18.0 };
/// A wall as high as this leaves no doubt, dB.
const SURE_DB: f64 = 30.0;
/// Below this it was 44.1 kHz, hertz.
const BETWEEN_HZ: f64 = 22_200.0;

/// What was found.
pub(super) fn finding(heard: &Heard, mirror: Option<&Mirror>) -> Option<Finding> {
    if heard.sample_rate_hz < HIGH_RATE_HZ || !heard.has_spectrum() {
        return None;
    }
    wall(heard).or_else(|| image(heard, mirror?))
}

/// A wall.
fn wall(heard: &Heard) -> Option<Finding> {
    let wall = find(heard.spectrum, &SEARCH)?;
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
            hertz(heard.sample_rate_hz)
        ),
        advice: format!(
            "Send the mix at the session's own rate, probably {source}: converting up adds nothing and every conversion costs a little."
        ),
        places: Vec::new(),
        place_count: 0,
    })
}

/// An image.
fn image(heard: &Heard, mirror: &Mirror) -> Option<Finding> {
    let (rate_hz, likeness) = mirror.image()?;
    let source = hertz(rate_hz);
    Some(Finding {
        check: Check::UpSampling,
        severity: Severity::Warn,
        figure: 0.5 * rate_hz,
        unit: "Hz",
        threshold: SEARCH.range_hz[1],
        confidence: Some((0.6 + 0.4 * likeness).min(0.95)),
        fact: format!(
            "What lies above {} is the mirror of what lies below, in a file of {}: it was converted from {source}, by a converter that leaves images.",
            hertz(0.5 * rate_hz),
            hertz(heard.sample_rate_hz)
        ),
        advice: format!(
            "Send the mix at the session's own rate, probably {source}: this conversion added what was never played."
        ),
        places: Vec::new(),
        place_count: 0,
    })
}
