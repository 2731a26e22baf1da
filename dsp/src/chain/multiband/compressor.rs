//! One band's compressor: from the peaks of a hop to the gain at the next one's end.
//!
//! Feed-forward, log domain, with the smooth decoupled detector (D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic
//! Range Compressor Design", JAES 60(6), 2012). *Upward* turns up what lies under the threshold by (T - x)(1 - 1/R), less and
//! less where the band's envelope is below -60 dBFS, so that noise stays where it is; there the attack is the time in which a
//! boost goes away.

use super::{BandFrames, MULTIBAND_BANDS, MultibandBand, MultibandDirection};
use crate::blocks::ballistics::{Ballistics, GainComputers, time_coefficient};
use crate::blocks::decibel::{db_to_gain, db_to_gains, gains_to_db};
use crate::blocks::simd::Lanes;
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
/// [`upward_share`] of four bands.
#[inline(always)]
fn upward_shares<V: Lanes>(level_db: V) -> V {
    let [floor, full] = UPWARD_FLOOR_DB;
    ((level_db - V::all(floor)) / V::all(full - floor)).max(V::all(0.0)).min(V::all(1.0))
}

/// Time constant in ms of that envelope: longer than a period of 20 Hz, so that it does not follow the wave.
const UPWARD_ENVELOPE_MS: f64 = 100.0;
/// Reduction in dB below which a release ends.
const RELEASED_DB: f64 = 1e-7;

/// Threshold in dB, 1 - 1/ratio, knee, range and makeup in dB, and the share of the upward direction.
const CONTROLS: usize = 6;

/// A figure of each band.
type Gains = [f64; MULTIBAND_BANDS];

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

    /// Gains of the bands at the next hop's end from their peaks, of as many channels as have their own: of one, the louder steers both;
    /// two are linked by the share `link`.
    #[inline(always)]
    pub fn finish_hop<V: Lanes, const CHANNELS: usize>(
        bands: &mut [Self; MULTIBAND_BANDS],
        peaks: &BandFrames,
        link: f64,
    ) -> [Gains; CHANNELS] {
        let mut controls = [[0.0; MULTIBAND_BANDS]; CONTROLS];
        let (mut levels, mut envelopes) =
            ([[0.0; MULTIBAND_BANDS]; CHANNELS], [[0.0; MULTIBAND_BANDS]; CHANNELS]);
        for (b, (band, peaks)) in bands.iter_mut().zip(peaks).enumerate() {
            band.now = band.controls.step();
            for (control, now) in controls.iter_mut().zip(band.now) {
                control[b] = now;
            }
            for c in 0..CHANNELS {
                let level = if CHANNELS == 1 { peaks[0].max(peaks[1]) } else { peaks[c] };
                band.envelopes[c] = level.max(band.decay * band.envelopes[c]);
                band.most_level = if level > band.most_level { level } else { band.most_level };
                (levels[c][b], envelopes[c][b]) = (level, band.envelopes[c]);
            }
        }
        let mut wanted = [[0.0; MULTIBAND_BANDS]; CHANNELS];
        for c in 0..CHANNELS {
            wanted[c] = wanted_db(&controls, V::new(levels[c]), V::new(envelopes[c])).values();
        }
        if CHANNELS == 2 {
            for b in 0..MULTIBAND_BANDS {
                let most = wanted[0][b].max(wanted[1][b]);
                for wanted in &mut wanted {
                    wanted[b] += link * (most - wanted[b]);
                }
            }
        }
        let mut reductions = [[0.0; MULTIBAND_BANDS]; CHANNELS];
        for (b, band) in bands.iter_mut().enumerate() {
            for c in 0..CHANNELS {
                reductions[c][b] = band.aim(c, wanted[c][b]);
            }
            if CHANNELS == 1 {
                (band.envelopes[1], band.ballistics[1]) = (band.envelopes[0], band.ballistics[0]);
            }
            band.reduction_db = band.ballistics[0].value().max(band.ballistics[1].value());
        }
        let [.., makeup_db, _] = controls;
        let mut gains = [[0.0; MULTIBAND_BANDS]; CHANNELS];
        for c in 0..CHANNELS {
            gains[c] = db_to_gains(V::new(makeup_db) - V::new(reductions[c])).values();
        }
        gains
    }

    /// Moves a channel's reduction in dB towards what is wanted, as attack and release allow.
    #[inline(always)]
    fn aim(&mut self, channel: usize, wanted_db: f64) -> f64 {
        let ballistics = &mut self.ballistics[channel];
        let mut reduction = ballistics.tick(wanted_db, self.attack, self.release);
        if wanted_db == 0.0 && reduction.abs() < RELEASED_DB {
            ballistics.reset();
            reduction = 0.0;
        }
        self.most_db = self.most_db.max(reduction);
        reduction
    }
}

/// Reductions in dB that the static curves ask for; negative for a boost.
#[inline(always)]
fn wanted_db<V: Lanes>(controls: &[Gains; CONTROLS], levels: V, envelopes: V) -> V {
    let [threshold_db, slope, knee_db, range_db, _, upward] = *controls;
    let range_db = V::new(range_db);
    let computers =
        GainComputers { threshold_db: V::new(threshold_db), slope: V::new(slope), knee_db: V::new(knee_db) };
    let levels_db = gains_to_db(levels);
    let down = computers.reduction_db(levels_db).min(range_db);
    if upward == [0.0; MULTIBAND_BANDS] {
        return down;
    }
    let upward = V::new(upward);
    let up = upward_shares(gains_to_db(envelopes)) * computers.boost_db(levels_db).min(range_db);
    (V::all(1.0) - upward) * down - upward * up
}
