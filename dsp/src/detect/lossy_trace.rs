//! The trace of a lossy encoder: a brick wall that no microphone, synthesizer or converter makes, where encoders put theirs.
//!
//! 16 kHz (128 kbit/s), 17.5 (192), 18.5 to 19 (256), 20 (320) (B. D'Alessandro, Y. Q. Shi, "MP3 Bit Rate Quality Detection through Frequency
//! Spectrum Analysis", ACM MM&Sec 2009). Detectors of cut-offs fail on settings that they have not seen (arXiv 2407.21545): this is a trace
//! with its confidence, and no verdict. Walls from 19.5 kHz on may be a converter's filter and are worth a note.

use super::codec_grid::Trace;
use super::detector::{Detector, Programme};
use super::evidence::{Evidence, hertz};
use super::wall::{Search, Wall, find};
use super::{Check, Finding, Severity, StoredWords};

/// Walls of encoders: from and to in hertz, confidence in one that is high enough, and what it tells.
const ENCODERS: [(f64, f64, f64, &str); 5] = [
    (15_000.0, 16_600.0, 0.95, "about 128 kbit/s"),
    (16_600.0, 18_100.0, 0.9, "about 192 kbit/s"),
    (18_100.0, 19_500.0, 0.8, "about 256 kbit/s"),
    (19_500.0, 20_400.0, 0.4, "about 320 kbit/s, or a converter's filter"),
    (13_000.0, 15_000.0, 0.6, "less than 128 kbit/s, or a recording at 32 kHz"),
];
/// From here on converters have filters, hertz.
const CONVERTERS_HZ: f64 = 19_500.0;
/// Least confidence of a warning.
const WARN: f64 = 0.5;
/// Below these rates there is no room above the wall, hertz.
const LEAST_RATE_HZ: f64 = 44_000.0;
/// How walls are looked for: an encoder leaves whole bands of its transform out, and falls within 300 Hz.
const LOW: Search =
    Search { range_hz: [13_000.0, CONVERTERS_HZ], width_hz: 300.0, side_hz: 500.0, height_db: 18.0 };
/// Steeper near converters' filters, which take 2 kHz for their 100 dB.
const HIGH: Search =
    Search { range_hz: [CONVERTERS_HZ, 20_400.0], width_hz: 150.0, side_hz: 300.0, height_db: 32.0 };
/// Confidence in a grid: chance makes none in a thousand files, and a mix that holds one encoded track has one as well.
const GRID: f64 = 0.97;
const ADVICE: &str = "Ask whether this was an MP3, AAC or stream, or holds samples that were, and master from the original export if there is one.";
/// A wall as high as this leaves no doubt that it is one, dB.
const SURE_DB: f64 = 30.0;

/// See the module.
pub(super) struct LossyTrace;

impl Detector for LossyTrace {
    fn new(_programme: &Programme) -> Self {
        Self
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        evidence.codec_trace.filter(Trace::is_sure).map(on_grid).or_else(|| wall(evidence))
    }
}

/// A grid.
fn on_grid(trace: Trace) -> Finding {
    let [share, beside] = [trace.share, trace.beside].map(|share| 100.0 * share);
    Finding {
        check: Check::LossyTrace,
        severity: Severity::Warn,
        figure: share,
        unit: "%",
        threshold: beside,
        confidence: Some(GRID),
        fact: format!(
            "In blocks of {} frames {share:.0} % of the coefficients are rounded to nothing, {beside:.0} % where blocks begin elsewhere: the trace of a \
             lossy encoder ({}).",
            trace.block, trace.codec
        ),
        advice: ADVICE.to_owned(),
        places: Vec::new(),
        place_count: 0,
    }
}

/// A wall.
fn wall(evidence: &Evidence) -> Option<Finding> {
    if evidence.programme.sample_rate_hz < LEAST_RATE_HZ || !evidence.has_spectrum() {
        return None;
    }
    let found = [LOW, HIGH].iter().filter_map(|search| find(evidence.spectrum, search));
    let wall: Wall = found.max_by(|one, other| one.height_db.total_cmp(&other.height_db))?;
    let hz = wall.hz;
    let (_, _, most, rate) = *ENCODERS.iter().find(|(from, to, ..)| (*from..*to).contains(&hz))?;
    let confidence = most * (wall.height_db / SURE_DB).clamp(0.6, 1.0);
    let is_known = evidence.programme.words == StoredWords::Lossy;
    Some(Finding {
        check: Check::LossyTrace,
        severity: if confidence >= WARN && !is_known { Severity::Warn } else { Severity::Note },
        figure: hz,
        unit: "Hz",
        threshold: ENCODERS[2].1,
        confidence: Some(confidence),
        fact: format!(
            "Nothing above {} though there is {:.0} dB more just below it: the trace of a lossy encoder ({rate}).",
            hertz(hz),
            wall.height_db
        ),
        advice: if is_known {
            "The file is lossy: master from the export that it was encoded from."
        } else {
            ADVICE
        }
        .to_owned(),
        places: Vec::new(),
        place_count: 0,
    })
}
