//! The noise floor: the quietest 400 ms before a place where the programme goes on, if what is heard there is noise.
//!
//! A quiet passage of music is none. Noise stands still, its second half as loud as its first, and it fills its bands: the flatness of
//! its spectrum (geometric over arithmetic mean) within thirds of an octave is near 1, that of tones is not. Under the end of a chord there is noise as
//! well, in all the bands that the chord leaves empty: what is called the floor has nearly all of its power in bands that are flat.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, power_db};
use super::hop::Hop;
use super::{Channels, Check, Finding, Place, Severity};
use crate::processor::Frame;
use realfft::RealFftPlanner;

/// Hops of 10 ms in a passage, and between two.
const HOPS: usize = 40;
const EVERY: usize = 10;
/// Below this is digital silence, dBFS; above this, and no further below the mean power so far, the programme plays.
const SILENCE_DB: f64 = -110.0;
const PLAYS_DB: f64 = -45.0;
const PLAYS_BELOW_DB: f64 = 15.0;
/// Noise is as loud in both halves within the first, and in each 10 ms within the second, dB.
const STILL_DB: f64 = 1.5;
const STEADY_DB: f64 = 5.0;
/// Flatness of noise: of a mean of sixteen spectra it is 0.97.
const FLAT: f64 = 0.75;
/// Least share of the power that lies in flat bands.
const FLAT_SHARE: f64 = 0.8;
/// Points of a transform up to 60 kHz, and the frequencies that are looked at, hertz.
const LENGTH: usize = 4096;
const RANGE_HZ: [f64; 2] = [200.0, 10_000.0];
/// What is no further below the loudness than this is no pause, dB.
const PAUSE_BELOW_DB: f64 = 20.0;
/// Louder noise is heard in every pause, dBFS, if it lies within so much of the loudness.
const WARN_DB: f64 = -60.0;
const WARN_BELOW_DB: f64 = 50.0;

/// A passage.
#[derive(Debug, Clone, Default)]
struct Passage {
    power: f64,
    start_frame: u64,
    frames: Vec<Frame>,
}

/// See the module.
pub(super) struct NoiseFloor {
    hop_frames: usize,
    /// The last 400 ms, as a ring of hops.
    ring: Vec<Frame>,
    powers: [f64; HOPS],
    hops: usize,
    energy: f64,
    /// The quietest since the programme last played, and before that.
    candidate: Option<Passage>,
    quietest: Option<Passage>,
}

impl Detector for NoiseFloor {
    fn new(programme: &Programme) -> Self {
        let hop_frames = programme.hop_frames();
        Self {
            hop_frames,
            ring: vec![[0.0; 2]; HOPS * hop_frames],
            powers: [0.0; HOPS],
            hops: 0,
            energy: 0.0,
            candidate: None,
            quietest: None,
        }
    }

    fn push(&mut self, hop: &Hop) {
        if hop.frames.len() != self.hop_frames {
            return;
        }
        let place = self.hops % HOPS;
        self.ring[place * self.hop_frames..][..self.hop_frames].copy_from_slice(hop.frames);
        self.powers[place] = hop.power();
        self.hops += 1;
        self.energy += hop.power();
        let mean_db = power_db(self.energy / self.hops as f64);
        if power_db(hop.power()) > PLAYS_DB.max(mean_db - PLAYS_BELOW_DB) {
            if let Some(candidate) = self.candidate.take()
                && self.quietest.as_ref().is_none_or(|quietest| candidate.power < quietest.power)
            {
                self.quietest = Some(candidate);
            }
            return;
        }
        if self.hops < HOPS || !self.hops.is_multiple_of(EVERY) {
            return;
        }
        let power = self.powers.iter().sum::<f64>() / HOPS as f64;
        let lowest = self.powers.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = self.powers.iter().copied().fold(0.0, f64::max);
        let is_steady =
            power_db(highest) - power_db(power) < STEADY_DB && power_db(power) - power_db(lowest) < STEADY_DB;
        let known =
            self.candidate.as_ref().or(self.quietest.as_ref()).map_or(f64::INFINITY, |known| known.power);
        if power_db(lowest) < SILENCE_DB || power >= known || !is_steady || !self.stands_still() {
            return;
        }
        let oldest = self.hops % HOPS * self.hop_frames;
        let passage = self.candidate.get_or_insert_default();
        passage.power = power;
        passage.start_frame = (self.hops - HOPS) as u64 * self.hop_frames as u64;
        passage.frames.clear();
        passage.frames.extend_from_slice(&self.ring[oldest..]);
        passage.frames.extend_from_slice(&self.ring[..oldest]);
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let quietest = self.quietest.as_ref()?;
        let level_db = power_db(quietest.power);
        let below_db = evidence.measurement.integrated_lufs - level_db;
        if below_db < PAUSE_BELOW_DB || !is_noise(&quietest.frames, evidence.programme.sample_rate_hz)? {
            return None;
        }
        let is_heard = level_db > WARN_DB && below_db < WARN_BELOW_DB;
        Some(Finding {
            check: Check::NoiseFloor,
            severity: if is_heard { Severity::Warn } else { Severity::Note },
            figure: level_db,
            unit: "dBFS",
            threshold: WARN_DB,
            confidence: None,
            fact: format!(
                "Noise of {level_db:.0} dBFS in the quietest 400 ms, at {}; {below_db:.0} dB below the loudness of the whole.",
                evidence.time(quietest.start_frame)
            ),
            advice: if is_heard {
                "Mastering will raise it further: mute tracks where they do not play, and treat the noisy one with a gate, an expander or a \
                 de-noiser before the mix bus."
            } else {
                "Nothing to do."
            }
            .to_owned(),
            places: vec![Place {
                start_frame: quietest.start_frame,
                frames: quietest.frames.len() as u64,
                channels: Channels::Both,
                figure: level_db,
            }],
            place_count: 1,
        })
    }
}

impl NoiseFloor {
    fn stands_still(&self) -> bool {
        let oldest = self.hops % HOPS;
        let half =
            |from: usize| -> f64 { (from..from + HOPS / 2).map(|n| self.powers[(oldest + n) % HOPS]).sum() };
        (power_db(half(0)) - power_db(half(HOPS / 2))).abs() < STILL_DB
    }
}

/// Whether it is noise: flat in the middle one of its thirds of an octave, and in those that have nearly all of its power.
fn is_noise(frames: &[Frame], sample_rate_hz: f64) -> Option<bool> {
    let length = LENGTH * ((sample_rate_hz / 60_000.0).ceil().max(1.0) as usize).next_power_of_two();
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let (mut buffer, mut bins) = (transform.make_input_vec(), transform.make_output_vec());
    let mut powers = vec![0.0; length / 2 + 1];
    for c in 0..2 {
        for start in (0..frames.len().saturating_sub(length)).step_by(length / 2) {
            for (n, (to, frame)) in buffer.iter_mut().zip(&frames[start..]).enumerate() {
                *to = frame[c] * (std::f64::consts::PI * n as f64 / length as f64).sin().powi(2);
            }
            transform.process(&mut buffer, &mut bins).ok()?;
            powers.iter_mut().zip(&bins).for_each(|(power, bin)| *power += bin.norm_sqr());
        }
    }
    let bin = |hz: f64| (hz * length as f64 / sample_rate_hz) as usize;
    let mut found = Vec::new();
    let (mut flat, mut all) = (0.0, 0.0);
    let mut low = RANGE_HZ[0];
    while low < RANGE_HZ[1].min(0.4 * sample_rate_hz) {
        let high = low * 2f64.powf(1.0 / 3.0);
        let band = powers.get(bin(low)..bin(high).max(bin(low) + 3))?;
        let count = band.len() as f64;
        let power = band.iter().sum::<f64>();
        let logarithms: f64 = band.iter().map(|power| power.max(1e-30).ln()).sum();
        let flatness = (logarithms / count).exp() / (power / count).max(1e-30);
        all += power;
        flat += if flatness >= FLAT { power } else { 0.0 };
        found.push(flatness);
        low = high;
    }
    found.sort_by(f64::total_cmp);
    Some(*found.get(found.len() / 2)? >= FLAT && flat >= FLAT_SHARE * all)
}
