//! Gaps: 3 ms to 3.5 s below -50 dBFS inside the programme, with an abrupt beginning and an abrupt end.
//!
//! Source of the lengths and the level: D. Bogdanov et al., "Essentia", ISMIR 2013, GapsDetector. Rests and decays fall into
//! silence slowly: what was at -34 dBFS less than 2 ms before it, and 24 dB over all that is left, did not fall but was cut. Gaps of less
//! than 10 ms have to be silent for 3 ms, and to stand alone: pulses of a synthesizer have silence between them, one after the other.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, counted};
use super::hop::Hop;
use super::places::{Places, channel};
use super::{Channels, Check, Finding, Place, Severity};

/// Below this nothing plays: -50 dBFS.
const QUIET: f64 = 0.003_162_277_660_168_379_5;
/// Level from which it falls and to which it comes back: -34 dBFS, and the ratio to what is left in the gap: 24 dB.
const LOUD: f64 = 0.02;
const FALL: f64 = 15.8;
/// Lengths, s: from the shorter one on a gap needs nothing else.
const SHORTEST_S: f64 = 0.003;
const SHORT_S: f64 = 0.010;
const LONGEST_S: f64 = 3.5;
/// What a short gap is silent below: -80 dBFS, which dither of 16 bits does not reach.
const SILENT: f64 = 1e-4;
/// Short gaps closer than this are pulses, s.
const ALONE_S: f64 = 0.08;
/// Longest way between loud and quiet, s.
const EDGE_S: f64 = 0.002;
/// Gaps of at least this may be a rest that was cut into the arrangement, s.
const REST_S: f64 = 0.15;

/// One channel.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    /// Highest level, forgotten within the length of an edge.
    level: f64,
    quiet: Option<Quiet>,
    /// A gap that waits for something loud: its first frame and the first after it.
    waiting: Option<(u64, u64)>,
    /// A short gap that waits until it is known to stand alone, and the end of the last one.
    short: Option<(u64, u64)>,
    last_short: Option<u64>,
}

/// A quiet stretch under way.
#[derive(Debug, Clone, Copy)]
struct Quiet {
    start_frame: u64,
    /// Level before it, and the highest in it.
    before: f64,
    highest: f64,
    /// Frames of silence.
    silent: u64,
}

/// See the module.
pub(super) struct Gaps {
    channels: usize,
    edge: u64,
    forget: f64,
    /// Shortest, short and longest.
    lengths: [u64; 3],
    alone: u64,
    lines: [Line; 2],
    last: Option<Place>,
    places: Places,
}

impl Detector for Gaps {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, channels, .. } = *programme;
        let frames = |seconds: f64| (seconds * sample_rate_hz) as u64;
        Self {
            channels,
            edge: frames(EDGE_S),
            forget: (-1.0 / (EDGE_S * sample_rate_hz)).exp(),
            lengths: [frames(SHORTEST_S), frames(SHORT_S), frames(LONGEST_S)],
            alone: frames(ALONE_S),
            lines: [Line::default(); 2],
            last: None,
            places: Places::default(),
        }
    }

    fn push(&mut self, hop: &Hop) {
        for c in 0..self.channels {
            let mut line = self.lines[c];
            for (at, frame) in (hop.start_frame..).zip(hop.frames) {
                let level = frame[c].abs();
                if level < QUIET {
                    let quiet = line.quiet.get_or_insert(Quiet {
                        start_frame: at,
                        before: line.level,
                        highest: 0.0,
                        silent: 0,
                    });
                    quiet.highest = quiet.highest.max(level);
                    quiet.silent += u64::from(level < SILENT);
                    line.level *= self.forget;
                    continue;
                }
                if let Some(quiet) = line.quiet.take() {
                    let [shortest, short, longest] = self.lengths;
                    let length = at - quiet.start_frame;
                    let is_cut = quiet.before >= LOUD && quiet.before >= FALL * quiet.highest;
                    let is_long = (short..=longest).contains(&length);
                    let is_silent = (shortest..short).contains(&length) && quiet.silent >= shortest;
                    line.waiting = (is_cut && (is_long || is_silent))
                        .then_some((quiet.start_frame, at))
                        .or(line.waiting);
                }
                line.level = level.max(line.level * self.forget);
                if level >= LOUD
                    && let Some((start, end)) = line.waiting.take()
                    && at - end <= self.edge
                {
                    if end - start >= self.lengths[1] {
                        self.add(c, start, end - start);
                    } else {
                        // Of pulses none is told, the first as little as the others.
                        let is_pulse = line.last_short.is_some_and(|last| start - last < self.alone);
                        let alone = line.short.take().filter(|_| !is_pulse);
                        line.short = (!is_pulse).then_some((start, end));
                        line.last_short = Some(end);
                        alone.iter().for_each(|(start, end)| self.add(c, *start, end - start));
                    }
                }
            }
            self.lines[c] = line;
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let mut places = self.places.clone();
        self.last.iter().for_each(|place| places.add(*place));
        // Those that no other one followed; of both channels' one.
        let mut alone: Vec<Place> = Vec::new();
        for (c, (start_frame, end)) in
            self.lines.iter().enumerate().filter_map(|(c, line)| Some((c, line.short?)))
        {
            let frames = end - start_frame;
            match alone.last_mut().filter(|last| last.start_frame.abs_diff(start_frame) <= self.lengths[1]) {
                Some(last) => last.channels = Channels::Both,
                None => {
                    alone.push(Place { start_frame, frames, channels: channel(c), figure: frames as f64 });
                }
            }
        }
        alone.into_iter().for_each(|place| places.add(place));
        let count = places.count();
        (count > 0).then(|| {
            let milliseconds = |frames: u64| 1000.0 * evidence.seconds(frames);
            let longest_ms = milliseconds(places.longest_frames());
            let mut listed = places.in_time();
            listed.iter_mut().for_each(|place| place.figure = milliseconds(place.frames));
            let is_dropout = listed.iter().any(|place| place.figure < 1000.0 * REST_S);
            Finding {
                check: Check::Gaps,
                severity: if is_dropout { Severity::Fail } else { Severity::Warn },
                figure: longest_ms,
                unit: "ms",
                threshold: 1000.0 * SHORTEST_S,
                confidence: None,
                fact: format!(
                    "{} cut into the programme, longest {longest_ms:.0} ms, first at {}.",
                    counted(count, "gap"),
                    evidence.time(places.first_frame())
                ),
                advice: if is_dropout {
                    "Sound drops out here: look for edits without a crossfade, files that are missing or a computer that could not keep up, and \
                     export again offline."
                } else {
                    "If this rest is not meant, look for an edit or a file that is missing at these times; if it is, a fade of a few \
                     milliseconds keeps it from clicking."
                }
                .to_owned(),
                places: listed,
                place_count: count,
            }
        })
    }
}

impl Gaps {
    fn add(&mut self, c: usize, start_frame: u64, frames: u64) {
        let channels = channel(c);
        let place = Place { start_frame, frames, channels, figure: frames as f64 };
        // A gap of both channels is one, whichever of them is cut first.
        let Some(last) = &mut self.last else {
            self.last = Some(place);
            return;
        };
        if last.channels != channels && last.start_frame.abs_diff(start_frame) <= self.lengths[1] {
            last.channels = Channels::Both;
        } else {
            self.places.add(*last);
            *last = place;
        }
    }
}
