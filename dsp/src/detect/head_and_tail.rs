//! Head and tail: silence before and after, and whether the file begins or ends in the middle of sound.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, power_db};
use super::hop::Hop;
use super::{Channels, Check, Finding, Place, Severity};
use crate::processor::Frame;

/// Sound from here on, an amplitude: -60 dBFS.
const SOUND: f64 = 1e-3;
/// A first or last sample of this clicks: -40 dBFS.
const CLICKS: f64 = 0.01;
/// The last 50 ms louder than this are no end, dBFS.
const CUT_DB: f64 = -50.0;
/// Hops of 10 ms that make the end.
const END_HOPS: usize = 5;
/// Silence that is worth a remark, s.
const LONG_HEAD_S: f64 = 3.0;
const LONG_TAIL_S: f64 = 10.0;

/// See the module.
#[derive(Default)]
pub(super) struct HeadAndTail {
    first_level: Option<f64>,
    sound: Option<[u64; 2]>,
    end: [(f64, u64); END_HOPS],
    hops: usize,
}

impl Detector for HeadAndTail {
    fn new(_programme: &Programme) -> Self {
        Self::default()
    }

    fn push(&mut self, hop: &Hop) {
        let frames = hop.frames;
        let level = |frame: &Frame| frame[0].abs().max(frame[1].abs());
        if let (None, Some(first)) = (self.first_level, frames.first()) {
            self.first_level = Some(level(first));
        }
        if hop.peak[0].max(hop.peak[1]) >= SOUND {
            let is_sound = |frame: &Frame| level(frame) >= SOUND;
            let last = frames.iter().rposition(is_sound).unwrap_or(0);
            let [_, end] = self.sound.get_or_insert_with(|| {
                let first = frames.iter().position(is_sound).unwrap_or(0);
                [hop.start_frame + first as u64, 0]
            });
            *end = hop.start_frame + last as u64 + 1;
        }
        self.end[self.hops % END_HOPS] = (hop.power() * frames.len() as f64, frames.len() as u64);
        self.hops += 1;
    }

    fn findings(&self, evidence: &Evidence) -> Vec<Finding> {
        if !evidence.ended {
            return Vec::new();
        }
        let place = |start_frame: u64, frames: u64, figure: f64| Place {
            start_frame,
            frames,
            channels: Channels::Both,
            figure,
        };
        let finding = |severity, figure, unit, threshold, fact, advice: &str, place: Place| Finding {
            check: Check::HeadAndTail,
            severity,
            figure,
            unit,
            threshold,
            confidence: None,
            fact,
            advice: advice.to_owned(),
            places: vec![place],
            place_count: 1,
        };
        let Some([start, end]) = self.sound else {
            let fact =
                format!("The file is silent for all of its {:.1} s.", evidence.seconds(evidence.frames));
            let advice = "Export again, and listen to the file before it is sent.";
            let peak_dbfs = evidence.measurement.sample_peak_dbfs.max(-200.0);
            return vec![finding(
                Severity::Fail,
                peak_dbfs,
                "dBFS",
                -60.0,
                fact,
                advice,
                place(0, evidence.frames, 0.0),
            )];
        };
        let mut findings = Vec::new();
        let first = self.first_level.unwrap_or(0.0);
        if first >= CLICKS {
            let first_dbfs = 20.0 * first.log10();
            let fact = format!(
                "The file begins in the middle of sound: its first sample is at {first_dbfs:.0} dBFS."
            );
            let advice = "Export from a little before the first sound, with a short fade in.";
            findings.push(finding(
                Severity::Warn,
                first_dbfs,
                "dBFS",
                -40.0,
                fact,
                advice,
                place(0, 1, first_dbfs),
            ));
        }
        let (energy, frames) =
            self.end.iter().fold((0.0, 0), |(energy, frames), hop| (energy + hop.0, frames + hop.1));
        let end_db = power_db(energy / frames.max(1) as f64);
        if end_db > CUT_DB {
            let fact = format!("The file ends while it sounds: its last 50 ms are at {end_db:.0} dBFS.");
            let advice =
                "The last note or its reverb is cut off: export until it has died away, or fade it out.";
            let from = evidence.frames.saturating_sub(frames);
            findings.push(finding(
                Severity::Warn,
                end_db,
                "dBFS",
                CUT_DB,
                fact,
                advice,
                place(from, frames, end_db),
            ));
        }
        let (head_s, tail_s) =
            (evidence.seconds(start), evidence.seconds(evidence.frames.saturating_sub(end)));
        if head_s > LONG_HEAD_S || tail_s > LONG_TAIL_S {
            let fact =
                format!("{head_s:.1} s of silence before the first sound, {tail_s:.1} s after the last.");
            let (figure, threshold, place) = if head_s > LONG_HEAD_S {
                (head_s, LONG_HEAD_S, place(0, start, head_s))
            } else {
                (tail_s, LONG_TAIL_S, place(end, evidence.frames.saturating_sub(end), tail_s))
            };
            let advice = "It will be trimmed; say if it is meant.";
            findings.push(finding(Severity::Note, figure, "s", threshold, fact, advice, place));
        }
        findings
    }
}
