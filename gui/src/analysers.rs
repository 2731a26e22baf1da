//! What is reckoned from every frame that goes through the chain while somebody looks: spectra, the groove, the mix check, and what was heard
//! for the search of a drive.
//!
//! In a window it runs on a thread of its own ([`thread`]): however long the host's thread is busy elsewhere, nothing is missed, and pictures
//! pay for what they draw alone. [`Readings`] are what goes from there to the editor.

mod mix_check;
mod recent_audio;
mod thread;

use lacquer_dsp::Frame;
use lacquer_dsp::metering::goniometer::MOST_POINTS;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::metering::spectrum::{Analyser, Averaging, Spectrum};
use lacquer_dsp::metering::vinyl::{Vinyl, VinylReading};
use lacquer_dsp::shared::meter_bank::{MeterBank, NOWHERE};
use lacquer_dsp::shared::ring::unpack;
use mix_check::MixCheck;
use recent_audio::RecentAudio;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

pub(crate) use mix_check::Found;
pub(crate) use thread::{Analysis, Running};

/// Points of a spectrum, and how long it is averaged for the eye and for figures, s.
const POINTS: usize = 8192;
const EYE_S: f64 = 0.3;
const FIGURES_S: f64 = 6.0;
/// Amplitude below which nothing is seen to move: -120 dBFS.
const STILL: f64 = 1e-6;
/// How often the mix is judged anew, s: findings grow with the song, not with what is read at a time.
const JUDGING_S: f64 = 0.5;

/// What the editor draws.
#[derive(Debug, Clone)]
pub(crate) struct Readings {
    /// Input and output for the eye, and how they are averaged.
    pub input: Arc<Spectrum>,
    pub output: Arc<Spectrum>,
    pub averaging: Averaging,
    /// The output over seconds: for figures.
    pub long: Arc<Spectrum>,
    pub vinyl: VinylReading,
    /// The newest frames of the output.
    pub scope: Arc<[Frame]>,
    /// What is wrong with the input, as it was last judged.
    pub findings: Arc<[Found]>,
    /// Length of what the findings are about, s, and where it lies; in the song where the host tells its position.
    pub inspected_s: f64,
    pub inspected_map_s: Arc<[[f64; 2]]>,
    /// Length of what was heard for the search of a drive, s, and how loud it plays, LUFS.
    pub heard_s: f64,
    pub plays_lufs: f64,
    /// Frames that had been fed when something sounded last.
    pub sounded: u64,
}

/// See the module.
pub(crate) struct Analysers {
    bank: Arc<MeterBank>,
    sample_rate: f64,
    channels: u32,
    /// The next frame of the feed.
    next: u64,
    entries: Vec<[u64; 2]>,
    input: Analyser,
    output: Analyser,
    long: Analyser,
    vinyl: Vinyl,
    scope: Vec<Frame>,
    check: MixCheck,
    /// Frames that were inspected since the mix was judged, and what was found then.
    unjudged: usize,
    findings: Arc<[Found]>,
    /// Jumps of the transport so far.
    jumps: u32,
    /// Latency of the chain, frames: what comes in appears in the feed that much later.
    latency_frames: u64,
    heard: RecentAudio,
    /// Loudness of what came out while somebody listens.
    plays: Option<Loudness>,
    sounded: u64,
    history_length: u64,
}

impl Analysers {
    /// For what the bank is fed with from here on.
    pub fn new(bank: Arc<MeterBank>) -> Self {
        let rate = f64::from(bank.sample_rate.get());
        let channels = bank.channels.load(Relaxed);
        let analyser = |seconds| Analyser::new(rate, POINTS, Averaging::Seconds(seconds));
        Self {
            sample_rate: rate,
            channels,
            next: bank.feed.written(),
            entries: Vec::new(),
            input: analyser(EYE_S),
            output: analyser(EYE_S),
            long: analyser(FIGURES_S),
            vinyl: Vinyl::new(rate),
            scope: Vec::new(),
            check: MixCheck::new(rate, channels),
            unjudged: 0,
            findings: Arc::default(),
            jumps: bank.jumps.load(Relaxed),
            latency_frames: 0,
            heard: RecentAudio::new(rate),
            plays: None,
            sounded: 0,
            history_length: 0,
            bank,
        }
    }

    /// Latency of the chain, frames.
    pub fn set_latency(&mut self, frames: u64) {
        self.latency_frames = frames;
    }

    /// Takes another length and average for what the eye sees; forgets what was seen.
    pub fn set_spectrum(&mut self, length: usize, averaging: Averaging) {
        self.input = Analyser::new(self.sample_rate, length, averaging);
        self.output = Analyser::new(self.sample_rate, length, averaging);
    }

    /// Forgets the peaks of the spectra.
    pub fn release_peaks(&mut self) {
        self.input.release_peaks();
        self.output.release_peaks();
    }

    /// Judges the mix anew, from the next frame on.
    pub fn inspect_anew(&mut self) {
        self.check.clear();
        self.unjudged = 0;
        self.findings = Arc::default();
    }

    /// Keeps what is heard from here on.
    pub fn listen(&mut self) {
        self.heard.begin();
        self.plays = Some(Loudness::new(self.sample_rate, self.channels as usize));
    }

    /// Goes back to the last half minute.
    pub fn stop_listening(&mut self) {
        self.heard.end();
        self.plays = None;
    }

    /// What was heard, oldest first.
    pub fn heard(&self) -> &[[f32; 2]] {
        self.heard.frames()
    }

    /// What was found so far.
    pub fn readings(&self) -> Readings {
        Readings {
            input: self.input.snapshot(),
            output: self.output.snapshot(),
            averaging: self.output.averaging(),
            long: self.long.snapshot(),
            vinyl: self.vinyl.reading(),
            scope: self.scope.as_slice().into(),
            findings: self.findings.clone(),
            inspected_s: self.check.heard_s(),
            inspected_map_s: self.check.map_s().into(),
            heard_s: self.heard.frames().len() as f64 / self.sample_rate,
            plays_lufs: self.plays.as_ref().map_or(f64::NEG_INFINITY, Loudness::integrated_lufs),
            sounded: self.sounded,
        }
    }

    /// Reads what is new. Whether there was anything.
    pub fn read(&mut self) -> bool {
        let is_begun_anew = self.follow_bank();
        let reading = self.bank.feed.read(self.next, &mut self.entries);
        let is_missed = reading.first > self.next;
        let first = self.next;
        self.next = reading.next;
        // Read after the frames: a jump among them is known by now.
        let jumps = self.bank.jumps.load(Relaxed);
        let is_jump = std::mem::replace(&mut self.jumps, jumps) != jumps;
        let frame = |word: u64| {
            let (left, right) = unpack(word);
            [f64::from(left), f64::from(right)]
        };
        let input: Vec<Frame> = self.entries.iter().map(|[input, _]| frame(*input)).collect();
        let output: Vec<Frame> = self.entries.iter().map(|[_, output]| frame(*output)).collect();
        if input.iter().chain(&output).flatten().any(|x| x.abs() > STILL) {
            self.sounded = self.next;
        }
        self.input.push(&input);
        self.output.push(&output);
        self.long.push(&output);
        self.vinyl.push(&output);
        self.heard.push(&input);
        if let Some(plays) = &mut self.plays {
            plays.push(&output);
        }
        if is_jump {
            // From before these frames: the jump may be among them.
            self.follow_jump(first.max(reading.first));
        } else if is_missed {
            // What was missed would be taken for a click.
            self.check.miss(reading.first - first);
        }
        self.inspect(&input);
        self.scope.extend(output);
        let surplus = self.scope.len().saturating_sub(2 * MOST_POINTS);
        self.scope.drain(..surplus);
        is_begun_anew || is_jump || !self.entries.is_empty()
    }

    /// Begins anew where the rate, the channels or the measurement does. Whether it did.
    fn follow_bank(&mut self) -> bool {
        let is_other_track = self.bank.channels.load(Relaxed) != self.channels;
        if f64::from(self.bank.sample_rate.get()) != self.sample_rate || is_other_track {
            let (length, averaging, latency) =
                (self.output.length(), self.output.averaging(), self.latency_frames);
            *self = Self::new(self.bank.clone());
            self.set_spectrum(length, averaging);
            self.latency_frames = latency;
            return true;
        }
        let length = self.bank.history_length();
        let is_shorter = length < std::mem::replace(&mut self.history_length, length);
        if is_shorter {
            self.vinyl = Vinyl::new(self.sample_rate);
            for analyser in [&mut self.input, &mut self.output, &mut self.long] {
                analyser.clear();
            }
            self.heard.forget();
            self.inspect_anew();
        }
        is_shorter
    }

    fn inspect(&mut self, input: &[Frame]) {
        if !self.bank.is_rolling.load(Relaxed) || !self.check.push(input, STILL) {
            return;
        }
        self.unjudged += input.len();
        if self.unjudged as f64 >= JUDGING_S * self.sample_rate {
            self.unjudged = 0;
            self.check.judge();
            self.findings = self.check.found().into();
        }
    }

    /// The transport has started or jumped: what comes a latency later is at another place of the song. `next` is the first frame of the feed
    /// that is not read.
    fn follow_jump(&mut self, next: u64) {
        let position = self.bank.jump_position.load(Relaxed);
        let at = self.bank.jump_feed.load(Relaxed) + self.latency_frames;
        let after = at.saturating_sub(next);
        // What was read already is that much further on.
        let gone = next.saturating_sub(at);
        let place = (position != NOWHERE).then(|| position.saturating_add(gone as i64));
        self.check.jump(place, after);
    }
}
