//! One band's compressor: from the peaks of a hop to the gain at the next one's end.
//!
//! Feed-forward, log domain, with the smooth decoupled detector (D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic
//! Range Compressor Design", JAES 60(6), 2012). *Upward* turns up what lies under the threshold by (T - x)(1 - 1/R), less and
//! less where the band's envelope is below -60 dBFS, so that noise stays where it is; there the attack is the time in which a
//! boost goes away.

use super::{MultibandBand, MultibandDirection};
use crate::blocks::ballistics::{Ballistics, GainComputer, time_coefficient};
use crate::blocks::decibel::{db_to_gain, fast_db_to_gain, fast_gain_to_db};
use crate::blocks::smoothing::Controls;
use crate::processor::Frame;

/// Levels in dBFS between which an upward boost fades in.
const UPWARD_FLOOR_DB: [f64; 2] = [-78.0, -60.0];

/// Share of an upward boost at an envelope of `level_db`: nothing lifts what is only noise.
#[inline(always)]
pub fn upward_share(level_db: f64) -> f64 {
    let [floor, full] = UPWARD_FLOOR_DB;
    ((level_db - floor) / (full - floor)).clamp(0.0, 1.0)
}
/// Time constant in ms of that envelope: longer than a period of 20 Hz, so that it does not follow the wave.
const UPWARD_ENVELOPE_MS: f64 = 100.0;
/// Reduction in dB below which a release ends.
const RELEASED_DB: f64 = 1e-7;

/// Threshold in dB, 1 - 1/ratio, knee, range and makeup in dB, and the share of the upward direction.
const CONTROLS: usize = 6;

/// A band's compressor; see the module.
#[derive(Debug, Clone, Default)]
pub struct BandCompressor {
    hop_rate: f64,
    controls: Controls<CONTROLS>,
    /// The controls at this hop.
    now: [f64; CONTROLS],
    attack: f64,
    release: f64,
    ballistics: [Ballistics; 2],
    /// Highest peaks, decaying.
    envelopes: Frame,
    decay: f64,
    reduction_db: f64,
    most_db: f64,
    /// Highest peak of the last control period, an amplitude.
    most_level: f64,
}

impl BandCompressor {
    /// Sets the sample rate in hertz and the hops per second.
    pub fn prepare(&mut self, sample_rate: f64, hop_rate: f64) {
        self.hop_rate = hop_rate;
        self.decay = time_coefficient(UPWARD_ENVELOPE_MS, hop_rate);
        self.controls.prepare(sample_rate);
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.ballistics = Default::default();
        self.envelopes = [0.0; 2];
        (self.reduction_db, self.most_db, self.most_level) = (0.0, 0.0, 0.0);
    }

    /// Takes a band's settings. Switched off, it goes to a ratio of 1 and no makeup.
    pub fn set(&mut self, band: &MultibandBand) {
        self.controls.set([
            band.threshold_db,
            if band.on { 1.0 - 1.0 / band.ratio } else { 0.0 },
            band.knee_db,
            band.range_db,
            if band.on { band.makeup_db } else { 0.0 },
            if band.direction == MultibandDirection::Upward { 1.0 } else { 0.0 },
        ]);
        self.attack = time_coefficient(band.attack_ms, self.hop_rate);
        self.release = time_coefficient(band.release_ms, self.hop_rate);
    }

    /// Starts a control period of `hops` hops; the first puts every control on its target.
    pub fn begin_period(&mut self, first: bool, hops: usize) {
        (self.most_db, self.most_level) = (0.0, 0.0);
        if first {
            self.controls.snap();
            self.now = self.controls.end_of_period();
        }
        self.controls.begin_period(hops);
    }

    /// Gain after the compressor.
    pub fn makeup_gain(&self) -> f64 {
        db_to_gain(self.now[4])
    }

    /// Gain in dB of the last hop, makeup included.
    pub fn gain_db(&self) -> f64 {
        self.now[4] - self.reduction_db
    }

    /// Most gain reduction in dB of the last control period.
    pub fn most_reduction_db(&self) -> f64 {
        self.most_db
    }

    /// Highest level that the detector saw in the last control period, an amplitude.
    pub fn most_level(&self) -> f64 {
        self.most_level
    }

    /// Gain at the next hop's end for both channels, the louder one steering.
    #[inline(always)]
    pub fn finish_linked_hop(&mut self, peaks: Frame) -> f64 {
        self.now = self.controls.step();
        let wanted = self.wanted_db(0, peaks[0].max(peaks[1]));
        self.envelopes[1] = self.envelopes[0];
        let gain = self.aim(0, wanted);
        self.ballistics[1] = self.ballistics[0];
        gain
    }

    /// Gains at the next hop's end, with the channels linked by the share `link`.
    #[inline(always)]
    pub fn finish_hop(&mut self, peaks: Frame, link: f64) -> Frame {
        self.now = self.controls.step();
        let own = [self.wanted_db(0, peaks[0]), self.wanted_db(1, peaks[1])];
        let most = own[0].max(own[1]);
        let gains =
            [self.aim(0, own[0] + link * (most - own[0])), self.aim(1, own[1] + link * (most - own[1]))];
        self.reduction_db = self.ballistics[0].value().max(self.ballistics[1].value());
        gains
    }

    /// Reduction in dB that the static curve asks for; negative for a boost.
    #[inline(always)]
    fn wanted_db(&mut self, channel: usize, peak: f64) -> f64 {
        self.envelopes[channel] = peak.max(self.decay * self.envelopes[channel]);
        self.most_level = if peak > self.most_level { peak } else { self.most_level };
        let [threshold_db, slope, knee_db, range_db, _, upward] = self.now;
        let computer = GainComputer { threshold_db, slope, knee_db };
        let level_db = fast_gain_to_db(peak);
        let down = computer.reduction_db(level_db).min(range_db);
        if upward == 0.0 {
            return down;
        }
        let share = upward_share(fast_gain_to_db(self.envelopes[channel]));
        let up = share * computer.boost_db(level_db).min(range_db);
        (1.0 - upward) * down - upward * up
    }

    /// Moves a channel's reduction towards what is wanted, as attack and release allow, and returns its gain.
    #[inline(always)]
    fn aim(&mut self, channel: usize, wanted_db: f64) -> f64 {
        let ballistics = &mut self.ballistics[channel];
        let mut reduction = ballistics.tick(wanted_db, self.attack, self.release);
        if wanted_db == 0.0 && reduction.abs() < RELEASED_DB {
            ballistics.reset();
            reduction = 0.0;
        }
        self.reduction_db = reduction;
        self.most_db = self.most_db.max(reduction);
        fast_db_to_gain(self.now[4] - reduction)
    }
}
