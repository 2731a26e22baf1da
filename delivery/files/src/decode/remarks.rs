//! What a reader has to say of a file: every promise that it does not keep, with times.
//!
//! A kind that comes often is one finding with many places.

use lacquer_dsp::detect::{Channels, Check, Finding, MOST_PLACES, Place, Severity};

/// What may be wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Frames that the file numbers and does not have; silence stands in for them.
    Missing,
    /// Frames whose checksum or contents are wrong; silence stands in for them.
    Damaged,
    /// Bytes between frames that are none.
    Foreign,
    /// Frames that need bytes of others before them which are not there.
    Unsupported,
    /// Another recording begins, and is read.
    Joined,
    /// Frames whose checksum is wrong but which are read.
    Checksums,
    /// Positions that contradict what is there, which counts.
    Positions,
}

impl Kind {
    fn severity(self) -> Severity {
        match self {
            Self::Missing | Self::Damaged | Self::Foreign => Severity::Fail,
            Self::Unsupported | Self::Joined | Self::Checksums | Self::Positions => Severity::Warn,
        }
    }

    /// `count` places with `lost_s` seconds of sound or `bytes` bytes in all.
    fn fact(self, count: u64, lost_s: f64, bytes: u64) -> String {
        let places = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
        match self {
            Self::Missing => format!("Sound is missing in {places}: {lost_s:.3} s in all, read as silence"),
            Self::Damaged => format!("Sound is damaged in {places}: {lost_s:.3} s in all, read as silence"),
            Self::Foreign => format!("{bytes} bytes in {places} are no audio: sound is lost there"),
            Self::Unsupported => {
                format!("Sound needs data that are not in the file in {places}: {lost_s:.3} s are silent")
            }
            Self::Joined => {
                format!("{} recordings follow each other in this file; all are read as one", count + 1)
            }
            Self::Checksums => format!("The checksum is wrong in {places}; what is there is read"),
            Self::Positions => {
                format!("The file's own positions contradict its sound in {places}; all of the sound is read")
            }
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Missing | Self::Damaged | Self::Foreign | Self::Checksums => {
                "The file was damaged on its way or on its disk: copy or export it again from the session."
            }
            Self::Unsupported => CUT_OUT,
            Self::Joined => "If one song is meant, export it again as a file of its own.",
            Self::Positions => "Other players may stop early or show another length: export it again.",
        }
    }
}

/// What to do with a stretch of a longer file.
pub(super) const CUT_OUT: &str = "It was cut out of a longer file: export it from the session instead.";

/// The places of a kind.
#[derive(Debug)]
struct Tally {
    kind: Kind,
    places: Vec<Place>,
    count: u64,
    frames: u64,
    bytes: u64,
}

/// A file that ends before it should.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BreakOff {
    /// Frames that are there.
    pub found: u64,
    /// What is missing, as the file says it.
    pub reason: String,
    /// Whether the format promises every sample: half a lossless file is no programme.
    pub is_lossless: bool,
}

/// Everything that was remarked.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    tallies: Vec<Tally>,
    said: Vec<Finding>,
    break_off: Option<BreakOff>,
}

impl Remarks {
    /// Another place of a kind: `frames` frames from `start_frame`, `bytes` bytes.
    pub fn add(&mut self, kind: Kind, start_frame: u64, frames: u64, bytes: u64) {
        let tally = match self.tallies.iter_mut().position(|tally| tally.kind == kind) {
            Some(at) => &mut self.tallies[at],
            None => {
                self.tallies.push(Tally { kind, places: Vec::new(), count: 0, frames: 0, bytes: 0 });
                let last = self.tallies.len() - 1;
                &mut self.tallies[last]
            }
        };
        tally.frames += frames;
        tally.bytes += bytes;
        // Neighbours are one place.
        let are_all_kept = tally.count == tally.places.len() as u64;
        if let Some(last) = tally.places.last_mut()
            && kind != Kind::Joined
            && are_all_kept
            && last.start_frame + last.frames >= start_frame
        {
            last.frames = (start_frame + frames).max(last.start_frame + last.frames) - last.start_frame;
            return;
        }
        tally.count += 1;
        if tally.places.len() < MOST_PLACES {
            tally.places.push(place(start_frame, frames));
        }
    }

    /// Something that is said once, at frame `at` where it has a place.
    pub fn say(&mut self, severity: Severity, fact: String, advice: &str, at: Option<u64>) {
        let places: Vec<Place> = at.map(|frame| place(frame, 0)).into_iter().collect();
        let place_count = places.len() as u64;
        if self.said.iter().any(|said| said.fact == fact) {
            return;
        }
        self.said.push(finding(severity, 1.0, "", fact, advice, places, place_count));
    }

    /// A second recording begins at frame `at` and cannot follow the first.
    pub fn unread(&mut self, at: u64) {
        self.say(
            Severity::Fail,
            "Another recording of another rate, channels or format follows in this file; it is not read"
                .to_owned(),
            "Split the file, or export what is meant as a file of its own.",
            Some(at),
        );
    }

    /// The file ends after `found` frames, where more should follow. The first reason counts.
    pub fn breaks_off(&mut self, found: u64, reason: String, is_lossless: bool) {
        self.break_off.get_or_insert(BreakOff { found, reason, is_lossless });
    }

    /// Where the file ends too early.
    pub fn break_off(&self) -> Option<&BreakOff> {
        self.break_off.as_ref()
    }

    /// Everything as findings, the worst first.
    pub fn findings(&self, sample_rate_hz: u32) -> Vec<Finding> {
        let rate = f64::from(sample_rate_hz.max(1));
        let mut findings: Vec<Finding> = Vec::new();
        if let Some(off) = &self.break_off {
            let at_s = off.found as f64 / rate;
            findings.push(finding(
                Severity::Fail,
                at_s,
                "s",
                format!("The file breaks off after {at_s:.3} s: {}", off.reason),
                "Copy or export it again: what follows is not in it.",
                vec![place(off.found, 0)],
                1,
            ));
        }
        findings.extend(self.tallies.iter().map(|tally| {
            let lost_s = tally.frames as f64 / rate;
            let fact = tally.kind.fact(tally.count, lost_s, tally.bytes);
            let severity = tally.kind.severity();
            let (figure, unit) = match tally.kind {
                Kind::Missing | Kind::Damaged | Kind::Unsupported => (lost_s, "s"),
                Kind::Foreign => (tally.bytes as f64, "bytes"),
                Kind::Joined | Kind::Checksums | Kind::Positions => (tally.count as f64, ""),
            };
            finding(severity, figure, unit, fact, tally.kind.advice(), tally.places.clone(), tally.count)
        }));
        findings.extend(self.said.iter().cloned());
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }
}

fn place(start_frame: u64, frames: u64) -> Place {
    Place { start_frame, frames, channels: Channels::Both, figure: f64::NAN }
}

fn finding(
    severity: Severity,
    figure: f64,
    unit: &'static str,
    fact: String,
    advice: &str,
    places: Vec<Place>,
    place_count: u64,
) -> Finding {
    Finding {
        check: Check::File,
        severity,
        figure,
        unit,
        threshold: f64::NAN,
        confidence: None,
        fact,
        advice: advice.to_owned(),
        places,
        place_count,
    }
}
