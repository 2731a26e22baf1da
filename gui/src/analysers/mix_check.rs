//! Quality control of what comes in while it plays, along the song's own time: each stretch once, however often and in whatever order it is
//! played.
//!
//! Where the host tells its position, what was heard is kept by it: a jump ends a stretch, and what lies in a stretch that was heard already
//! is passed over. Without a position there is one stretch at a time. After a jump 100 ms are passed over: fades, filters that ring and
//! buffers that change hands are none of the mix's clicks.

use lacquer_dsp::Frame;
use lacquer_dsp::detect::{Finding, Inspector, StoredWords};

/// What is passed over after a jump, s.
const AFTER_JUMP_S: f64 = 0.1;
/// Time in which a stretch fades in, s: slow against the 20 Hz that a click is told from.
const FADE_S: f64 = 0.1;
/// Shorter stretches say nothing, s.
const LEAST_S: f64 = 1.0;
/// Stretches that are kept: a loop is one, and so is a song.
const MOST_STRETCHES: usize = 64;
/// How the detectors tell in a sentence where something is first; here places are listed with the song's own times.
const FIRST: &str = ", first at ";
/// Times that are listed of a finding.
const MOST_TIMES: usize = 6;

/// A finding with the song's own times of its places, s.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub finding: Finding,
    pub times_s: Vec<f64>,
}

impl Found {
    /// What was found, with its times.
    pub fn fact(&self) -> String {
        let fact = self.finding.fact.split(FIRST).next().unwrap_or_default().trim_end_matches('.');
        if self.times_s.is_empty() {
            return self.finding.fact.clone();
        }
        let times: Vec<String> = self.times_s.iter().take(MOST_TIMES).map(|s| clock(*s)).collect();
        let more = self.times_s.len().saturating_sub(MOST_TIMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{fact}, at {}{more}.", times.join(", "))
    }
}

fn clock(s: f64) -> String {
    let s = s.max(0.0);
    format!("{}:{:04.1}", (s / 60.0) as u64, s % 60.0)
}

/// Where a stretch lies in the song, frames, and what was found in it.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    from: i64,
    to: i64,
    found: Vec<Found>,
}

/// See the module.
pub(crate) struct MixCheck {
    sample_rate: f64,
    channels: u32,
    inspector: Inspector,
    /// Frames that the inspector has.
    inspected: u64,
    /// Where the inspector's first frame is in the song.
    from: i64,
    /// The next frame's place in the song; none where the host does not say.
    place: Option<i64>,
    /// Frames still to be passed over.
    skips: u64,
    done: Vec<Stretch>,
    current: Vec<Found>,
}

/// For what a host gives: floats, whatever the file had, and as many channels as the track has.
fn inspector(sample_rate: f64, channels: u32) -> Inspector {
    Inspector::new(sample_rate, channels as usize, StoredWords::Float(32)).without_end()
}

impl MixCheck {
    pub fn new(sample_rate: f64, channels: u32) -> Self {
        Self {
            sample_rate,
            channels,
            inspector: inspector(sample_rate, channels),
            inspected: 0,
            from: 0,
            place: None,
            skips: 0,
            done: Vec::new(),
            current: Vec::new(),
        }
    }

    /// Forgets everything that was heard.
    pub fn clear(&mut self) {
        *self = Self { place: self.place, ..Self::new(self.sample_rate, self.channels) };
        self.from = self.place.unwrap_or(0);
    }

    /// What comes next is no sequel: `after` frames on it is at `place`, if the host says where that is.
    pub fn jump(&mut self, place: Option<i64>, after: u64) {
        self.close();
        if place.is_none() {
            // Nobody knows whether it was heard already.
            self.done.clear();
        }
        let ignored = (AFTER_JUMP_S * self.sample_rate) as u64;
        self.skips = after + ignored;
        self.place = place.map(|place| place - after as i64);
        self.from = place.map_or(0, |place| place + ignored as i64);
    }

    /// Frames that nobody has seen went by.
    pub fn miss(&mut self, frames: u64) {
        self.jump(self.place.map(|place| place + frames as i64), 0);
    }

    /// Takes frames. Whether any of them were inspected.
    pub fn push(&mut self, mut frames: &[Frame], still: f64) -> bool {
        let mut is_new = false;
        while !frames.is_empty() {
            let skipped = self.skips.min(frames.len() as u64) as usize;
            if skipped > 0 {
                self.skips -= skipped as u64;
                self.advance(skipped);
                frames = &frames[skipped..];
                continue;
            }
            if let Some(end) = self.heard_until() {
                // In a stretch that is known: up to its end.
                self.close();
                let length = ((end - self.place.unwrap_or(end)).max(1) as usize).min(frames.len());
                self.advance(length);
                frames = &frames[length..];
                continue;
            }
            let length = self.room().min(frames.len());
            let (now, later) = frames.split_at(length);
            frames = later;
            // A programme begins with its first sound: the silence of a stopped host is none of it.
            if self.inspected == 0 && now.as_flattened().iter().all(|x| x.abs() <= still) {
                self.advance(length);
                continue;
            }
            if self.inspected == 0 {
                self.from = self.place.unwrap_or(0);
            }
            self.inspect(now);
            self.inspected += length as u64;
            self.advance(length);
            is_new = true;
        }
        is_new
    }

    /// Judges what was heard; findings grow with the song, so that this is not for every picture.
    pub fn judge(&mut self) {
        self.current = self.placed(self.from);
    }

    /// Everything that was found, one of each kind: the worst, with all its places.
    pub fn found(&self) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for found in self.done.iter().flat_map(|stretch| &stretch.found).chain(&self.current) {
            match all.iter_mut().find(|other| other.finding.check == found.finding.check) {
                Some(other) => {
                    let mut times_s = [other.times_s.as_slice(), &found.times_s].concat();
                    times_s.sort_by(f64::total_cmp);
                    if found.finding.severity > other.finding.severity {
                        *other = found.clone();
                    }
                    other.times_s = times_s;
                }
                None => all.push(found.clone()),
            }
        }
        all
    }

    /// Length of what was heard, s.
    pub fn heard_s(&self) -> f64 {
        let done: i64 = self.done.iter().map(|stretch| stretch.to - stretch.from).sum();
        (done as f64 + self.inspected as f64) / self.sample_rate
    }

    /// Where what was heard lies, s; of the song where the host says so.
    pub fn map_s(&self) -> Vec<[f64; 2]> {
        let current = (self.inspected > 0).then_some((self.from, self.from + self.inspected as i64));
        let stretches = self.done.iter().map(|stretch| (stretch.from, stretch.to)).chain(current);
        stretches.map(|(from, to)| [from, to].map(|frame| frame as f64 / self.sample_rate)).collect()
    }

    /// Gives frames to the inspector; a stretch fades in, for a wave that begins in its middle is a click that the mix has not.
    fn inspect(&mut self, frames: &[Frame]) {
        let fade = (FADE_S * self.sample_rate) as u64;
        let faded = fade.saturating_sub(self.inspected).min(frames.len() as u64) as usize;
        if faded > 0 {
            let gain = |n: usize| {
                let share = (self.inspected + n as u64) as f64 / fade as f64;
                share * share * (3.0 - 2.0 * share)
            };
            let soft: Vec<Frame> =
                frames[..faded].iter().enumerate().map(|(n, frame)| frame.map(|x| gain(n) * x)).collect();
            self.inspector.push(&soft);
        }
        self.inspector.push(&frames[faded..]);
    }

    fn advance(&mut self, frames: usize) {
        self.place = self.place.map(|place| place + frames as i64);
    }

    /// The end of the stretch that the next frame lies in, if it was heard.
    fn heard_until(&self) -> Option<i64> {
        let place = self.place?;
        self.done.iter().find(|stretch| (stretch.from..stretch.to).contains(&place)).map(|stretch| stretch.to)
    }

    /// Frames up to the next stretch that was heard.
    fn room(&self) -> usize {
        let next = self.place.and_then(|place| {
            self.done
                .iter()
                .map(|stretch| stretch.from)
                .filter(|from| *from > place)
                .min()
                .map(|from| from - place)
        });
        next.map_or(usize::MAX, |room| room as usize)
    }

    fn placed(&mut self, from: i64) -> Vec<Found> {
        let findings = self.inspector.so_far();
        let second = |frame: i64| frame as f64 / self.sample_rate;
        let placed = findings.into_iter().map(|finding| {
            let times_s =
                finding.places.iter().map(|place| second(from + place.start_frame as i64)).collect();
            Found { finding, times_s }
        });
        placed.collect()
    }

    /// Keeps the stretch under way, if it says anything.
    fn close(&mut self) {
        if self.inspected == 0 {
            return;
        }
        if self.inspected as f64 >= LEAST_S * self.sample_rate && self.place.is_some() {
            let found = self.placed(self.from);
            self.done.push(Stretch { from: self.from, to: self.from + self.inspected as i64, found });
            let surplus = self.done.len().saturating_sub(MOST_STRETCHES);
            self.done.drain(..surplus);
        }
        self.inspector = inspector(self.sample_rate, self.channels);
        self.inspected = 0;
        self.current.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::detect::Check;

    const RATE: f64 = 48_000.0;

    /// Seconds of a soft chord, with a click at a place.
    fn song(seconds: f64, click_s: f64) -> Vec<Frame> {
        let click = (click_s * RATE) as usize;
        let tone = |n: usize, hz: f64| (std::f64::consts::TAU * hz * n as f64 / RATE).sin();
        (0..(seconds * RATE) as usize)
            .map(|n| {
                let x = 0.1 * (tone(n, 220.0) + tone(n, 331.0));
                let click = if n == click { 0.7 } else { 0.0 };
                [x + click, 0.9 * x + click]
            })
            .collect()
    }

    fn clicks(check: &mut MixCheck) -> Vec<f64> {
        check.judge();
        let found = check.found();
        found
            .iter()
            .filter(|found| found.finding.check == Check::Clicks)
            .flat_map(|found| found.times_s.clone())
            .collect()
    }

    /// Plays a part of a song as a host does: a jump, then frames.
    fn play(check: &mut MixCheck, song: &[Frame], from_s: f64, to_s: f64) {
        let [from, to] = [from_s, to_s].map(|s| (s * RATE) as usize);
        check.jump(Some(from as i64), 0);
        for frames in song[from..to].chunks(800) {
            check.push(frames, 1e-6);
        }
    }

    #[test]
    fn a_loop_is_heard_once_and_its_ends_are_no_clicks() {
        let song = song(12.0, 5.0);
        let mut check = MixCheck::new(RATE, 2);
        for _ in 0..4 {
            play(&mut check, &song, 2.0, 8.0);
        }
        let times = clicks(&mut check);
        assert_eq!(times.len(), 1, "{times:?}");
        assert!((times[0] - 5.0).abs() < 0.02, "in the song's own time: {times:?}");
        assert!((check.heard_s() - 5.9).abs() < 0.3, "{}", check.heard_s());
        assert_eq!(check.map_s().len(), 1);
    }

    #[test]
    fn what_is_played_around_a_stretch_is_added_to_it() {
        let song = song(12.0, 9.0);
        let mut check = MixCheck::new(RATE, 2);
        play(&mut check, &song, 4.0, 7.0);
        assert!(clicks(&mut check).is_empty());
        play(&mut check, &song, 0.0, 12.0);
        let times = clicks(&mut check);
        assert_eq!(times.len(), 1, "{times:?}");
        assert!((check.heard_s() - 11.9).abs() < 0.3, "each second once: {}", check.heard_s());
        let found = check.found();
        let told = found
            .iter()
            .find(|found| found.finding.check == Check::Clicks)
            .map(Found::fact)
            .unwrap_or_default();
        assert!(told.contains("at 0:09.0"), "{told}");
    }

    #[test]
    fn without_a_place_a_jump_begins_anew() {
        let song = song(6.0, 1.0);
        let mut check = MixCheck::new(RATE, 2);
        check.push(&song, 1e-6);
        check.jump(None, 0);
        check.push(&song[..96_000], 1e-6);
        assert!((check.heard_s() - 1.9).abs() < 0.05, "{}", check.heard_s());
    }
}
