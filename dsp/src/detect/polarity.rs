//! Polarity: a channel that is inverted, throughout, for a while, or in some bands.
//!
//! r = sum lr / sqrt(sum l^2 sum r^2) over every second, and over thirds of an octave of the mean spectrum. Wide mixes go below zero now and
//! then; a second at -0.8 is one channel upside down.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, hertz, power_db};
use super::hop::Hop;
use super::places::Places;
use super::{Channels, Check, Finding, Place, Severity};
use crate::metering::spectrum::{Band, Part};

/// Correlation of an inverted second or band.
const INVERTED: f64 = -0.8;
/// Correlation of the whole from which on the channel is inverted.
const WHOLE: f64 = -0.7;
/// Hops of 10 ms that are judged together.
const HOPS: u64 = 100;
/// Quieter seconds say nothing, dBFS.
const QUIET_DB: f64 = -60.0;
/// Shares of the seconds that sound.
const FAIL_SHARE: f64 = 0.8;
const WARN_SHARE: f64 = 0.05;
/// Bands further than this below the loudest are not heard, dB.
const HEARD_DB: f64 = 20.0;
/// Neighbouring thirds of an octave that make a finding: one alone may be a note.
const BANDS: usize = 2;

/// See the module.
#[derive(Default)]
pub(super) struct Polarity {
    start_frame: u64,
    frames: u64,
    hops: u64,
    energy: [f64; 2],
    cross: f64,
    seconds: u64,
    inverted: Places,
}

impl Detector for Polarity {
    fn new(_programme: &Programme) -> Self {
        Self::default()
    }

    fn push(&mut self, hop: &Hop) {
        if self.hops == 0 {
            self.start_frame = hop.start_frame;
        }
        self.hops += 1;
        self.frames += hop.frames.len() as u64;
        self.energy[0] += hop.energy[0];
        self.energy[1] += hop.energy[1];
        self.cross += hop.cross;
        if self.hops < HOPS {
            return;
        }
        let quiet = 10f64.powf(0.1 * QUIET_DB) * self.frames as f64;
        if self.energy[0].min(self.energy[1]) > quiet {
            self.seconds += 1;
            let correlation = self.cross / (self.energy[0] * self.energy[1]).sqrt();
            if correlation < INVERTED {
                self.inverted.add(Place {
                    start_frame: self.start_frame,
                    frames: self.frames,
                    channels: Channels::Both,
                    figure: correlation,
                });
            }
        }
        (self.hops, self.frames, self.energy, self.cross) = (0, 0, [0.0; 2], 0.0);
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let correlation = evidence.measurement.correlation;
        let share = self.inverted.count() as f64 / self.seconds.max(1) as f64;
        let finding = |severity, figure, threshold, fact, advice: &str, places: &Places| {
            Some(Finding {
                check: Check::Polarity,
                severity,
                figure,
                unit: "",
                threshold,
                confidence: None,
                fact,
                advice: advice.to_owned(),
                places: places.in_time(),
                place_count: places.count(),
            })
        };
        if self.seconds > 0 && (share >= FAIL_SHARE || correlation < WHOLE) {
            let fact =
                format!("One channel is inverted: the correlation of left and right is {correlation:.2}.");
            let advice = "Look for a polarity switch or a miswired cable on the mix bus or its outputs, and export again; in mono this mix \
                          disappears.";
            return finding(Severity::Fail, correlation, WHOLE, fact, advice, &self.inverted);
        }
        if share >= WARN_SHARE {
            let fact = format!(
                "In {:.0} % of the time one channel is upside down (correlation below {INVERTED}), first at {}.",
                100.0 * share,
                evidence.time(self.inverted.first_frame())
            );
            let advice = "Something that is played there is inverted on one side: check the polarity of its two tracks and its widener.";
            return finding(Severity::Warn, share, WARN_SHARE, fact, advice, &self.inverted);
        }
        if !evidence.has_spectrum() {
            return None;
        }
        let bands = evidence.spectrum.bands(3);
        let run = inverted_bands(&bands)?;
        let (first, last) = (run.first()?, run.last()?);
        let half = 2f64.powf(1.0 / 6.0);
        let worst = run.iter().map(|band| band.powers.correlation()).fold(0.0, f64::min);
        let fact = format!(
            "From {} to {} left and right are opposed (correlation {worst:.2}).",
            hertz(first.centre_hz / half),
            hertz(last.centre_hz * half)
        );
        let advice = "Find the instrument of this range that has one side inverted, or the widener that does it, and correct it on its track.";
        finding(Severity::Warn, worst, INVERTED, fact, advice, &Places::default())
    }
}

/// The longest row of bands that are inverted and heard.
fn inverted_bands(bands: &[Band]) -> Option<&[Band]> {
    let level_db = |band: &Band| power_db(band.powers.of(Part::Both));
    let loudest_db = bands.iter().map(level_db).fold(f64::NEG_INFINITY, f64::max);
    bands
        .chunk_by(|one, other| is_inverted(one, loudest_db) == is_inverted(other, loudest_db))
        .filter(|run| run.len() >= BANDS && run.first().is_some_and(|band| is_inverted(band, loudest_db)))
        .max_by_key(|run| run.len())
}

fn is_inverted(band: &Band, loudest_db: f64) -> bool {
    band.powers.correlation() < INVERTED && power_db(band.powers.of(Part::Both)) > loudest_db - HEARD_DB
}
