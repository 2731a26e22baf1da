//! One band of the dynamic equalizer: its detector, its gain, its filter.
//!
//! The gain is made once in a hop of at most 0.2 ms and the coefficients run linearly to it in the next. A change of shape,
//! placement, detector or switch fades the band out, changes it, and fades it in.

use super::lattice::{self, Coefficients, GRID, Lattice};
use super::{DYNAMIC_EQ_BANDS, DynamicEqBand, DynamicEqPlacement, DynamicEqShape, Placement};
use crate::blocks::ballistics::{Ballistics, GainComputers, time_coefficient};
use crate::blocks::decibel::gains_to_db;
use crate::blocks::entry::Entry;
use crate::blocks::matched::GridPoint;
use crate::blocks::math;
use crate::blocks::simd::Lanes;
use crate::blocks::smoothing::{Controls, Ramp};
use crate::blocks::svf::{Memories, Recursions, SvfCoefficients, SvfState};
use crate::processor::{CONTROL_PERIOD, Frame};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Width of the knee in dB.
const KNEE_DB: f64 = 6.0;
/// Time constant in ms of the envelopes of the relative detector: long enough to pass over the zeros of a wave.
const ENVELOPE_MS: f64 = 15.0;
/// Levels in dBFS of the whole signal between which the relative detector fades in: noise has no sibilance.
const RELATIVE_FLOOR_DB: [f64; 2] = [-78.0, -60.0];
/// Share of the range below which a release ends.
const RELEASED_SHARE: f64 = 1e-8;
/// Range in dB below which its share is not taken.
const LEAST_RANGE_DB: f64 = 1e-3;
/// Length of a fade in ms; a change of design takes two.
const FADE_MS: f64 = 10.0;

/// Threshold in dB, 1 - 1/ratio, range in dB, logarithms of the frequency in hertz and of the quality factor.
const CONTROLS: usize = 5;

/// A band at work; see the module.
#[derive(Debug, Clone, Default)]
pub struct Band {
    wanted: DynamicEqBand,
    used: DynamicEqBand,
    sample_rate: f64,
    grid: [GridPoint; GRID],
    hop: usize,
    controls: Controls<CONTROLS>,
    /// 0 faded out to 1 at full effect, frame by frame where it moves.
    presence: Ramp,
    fade: f64,
    fade_step: f64,
    entry: Entry,
    /// Designs at the start and the end of the control period; `moved` of the way between them is gone.
    from: Lattice,
    to: Lattice,
    moved: f64,
    moving: bool,
    region: SvfCoefficients,
    region_state: SvfState,
    state: SvfState,
    now: Coefficients,
    step: Coefficients,
    end: Coefficients,
    /// Highest peaks of the region and of the whole signal in the hop under way, and their envelopes.
    peaks: [Frame; 2],
    envelopes: [f64; 2],
    decay: f64,
    ballistics: Ballistics,
    attack: f64,
    release: f64,
    gain_db: f64,
    most_db: f64,
    /// Highest level of the last control period, an amplitude.
    most_level: f64,
}

impl Band {
    /// Sets the sample rate in hertz and the frames per hop.
    pub fn prepare(&mut self, sample_rate: f64, hop: usize) {
        self.sample_rate = sample_rate;
        self.hop = hop;
        self.grid = lattice::grid();
        self.controls.prepare(sample_rate);
        self.decay = time_coefficient(ENVELOPE_MS, sample_rate / hop as f64);
        self.entry = Entry::new(sample_rate);
        self.fade_step = CONTROL_PERIOD as f64 * 1000.0 / (FADE_MS * sample_rate);
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.region_state.reset();
        self.state.reset();
        (self.peaks, self.envelopes) = ([[0.0; 2]; 2], [0.0; 2]);
        self.ballistics.reset();
        (self.gain_db, self.most_db, self.most_level) = (0.0, 0.0, 0.0);
    }

    /// Takes the band's settings.
    pub fn set(&mut self, band: &DynamicEqBand) {
        self.wanted = *band;
        self.controls.set([
            band.threshold_db,
            1.0 - 1.0 / band.ratio,
            band.range_db,
            math::ln(band.frequency_hz.min(0.45 * self.sample_rate)),
            math::ln(band.q),
        ]);
        let hop_rate = self.sample_rate / self.hop as f64;
        self.attack = time_coefficient(band.attack_ms, hop_rate);
        self.release = time_coefficient(band.release_ms, hop_rate);
    }

    /// Gain in dB now.
    pub fn gain_db(&self) -> f64 {
        self.gain_db
    }

    /// Deepest cut in dB, positive, of the last control period.
    pub fn reduction_db(&self) -> f64 {
        self.most_db
    }

    /// Highest level that the detector saw in the last control period, an amplitude; against the whole signal's if it is relative.
    pub fn most_level(&self) -> f64 {
        self.most_level
    }

    /// Whether what cannot glide is as wanted.
    fn is_current(&self) -> bool {
        let (wanted, used) = (&self.wanted, &self.used);
        (wanted.on, wanted.shape, wanted.placement, wanted.relative)
            == (used.on, used.shape, used.placement, used.relative)
    }

    /// Starts a control period; the first puts everything in its place.
    pub fn begin_period(&mut self, first: bool) {
        (self.most_db, self.most_level) = (0.0, 0.0);
        if first {
            self.controls.snap();
        }
        let hops = CONTROL_PERIOD / self.hop;
        self.controls.begin_period(hops);
        let changed = first || (self.fade == 0.0 && !self.is_current());
        if changed {
            self.used = self.wanted;
            self.reset();
            if first { self.entry.complete() } else { self.entry.begin() }
        }
        let target = if self.is_current() && self.used.on { 1.0 } else { 0.0 };
        self.fade = if first {
            target
        } else {
            self.fade + (target - self.fade).clamp(-self.fade_step, self.fade_step)
        };
        if first {
            self.presence.snap(self.fade)
        } else {
            self.presence.begin_period(self.fade)
        }
        self.design(first || changed);
        if changed {
            self.end = self.to.at(0.0);
            (self.now, self.step) = (self.end, [0.0; 6]);
        }
    }

    /// Designs what frequency and quality factor ask for at the end of the period.
    fn design(&mut self, anew: bool) {
        let was_moving = self.moving;
        let [_, _, _, log_hz, log_q] = self.controls.end_of_period();
        self.moving = self.controls.is_moving() && self.used.on && !anew;
        self.moved = 0.0;
        if was_moving || self.moving {
            self.from.clone_from(&self.to);
        }
        if !(self.moving || anew) {
            return;
        }
        let (hz, q) = (math::exp(log_hz), math::exp(log_q));
        self.to.design(self.used.shape, TAU * hz / self.sample_rate, q, &self.grid);
        if anew {
            self.from.clone_from(&self.to);
        }
        self.region = match self.used.shape {
            DynamicEqShape::Bell => SvfCoefficients::band_pass(hz, q, self.sample_rate),
            DynamicEqShape::LowShelf => SvfCoefficients::low_pass(hz, FRAC_1_SQRT_2, self.sample_rate),
            DynamicEqShape::HighShelf => SvfCoefficients::high_pass(hz, FRAC_1_SQRT_2, self.sample_rate),
        };
    }

    /// Writes what the detector will hear of the next frames.
    pub fn listen(&self, frames: &[Frame], listened: &mut Vec<Frame>) {
        let mut state = self.region_state;
        let a1 = self.region.a1();
        let placement = Placement::from(self.used.placement);
        for frame in frames {
            listened.push(placement.take(region(&mut state, &self.region, a1, *frame)));
        }
    }

    /// Whether the band does anything in this period.
    pub fn is_active(&self) -> bool {
        self.used.on || self.fade != 0.0
    }

    /// Runs the band over frames of one hop.
    #[inline(always)]
    pub fn run<V: Lanes>(&mut self, frames: &mut [Frame]) {
        let fades = !(self.entry.is_complete() && self.presence.rests_at(1.0));
        match (self.used.placement, fades) {
            (DynamicEqPlacement::Stereo, false) => self.run_in::<V, 0, false>(frames),
            (DynamicEqPlacement::Stereo, true) => self.run_in::<V, 0, true>(frames),
            (DynamicEqPlacement::Mid, false) => self.run_in::<V, 1, false>(frames),
            (DynamicEqPlacement::Mid, true) => self.run_in::<V, 1, true>(frames),
            (DynamicEqPlacement::Side, false) => self.run_in::<V, 2, false>(frames),
            (DynamicEqPlacement::Side, true) => self.run_in::<V, 2, true>(frames),
        }
    }

    /// The filter of the detector in the first two lanes, which stands still, and that of the gain in the others.
    #[inline(always)]
    fn run_in<V: Lanes, const PLACEMENT: usize, const FADES: bool>(&mut self, frames: &mut [Frame]) {
        let (filter, a1) = (self.region, self.region.a1());
        let still = [a1, filter.g * a1, filter.g * filter.g * a1, filter.m0, filter.m1, filter.m2];
        let (mut now, mut step) = ([V::pairs(0.0, 0.0); 6], [V::pairs(0.0, 0.0); 6]);
        for (now, (still, moving)) in now.iter_mut().zip(still.into_iter().zip(self.now)) {
            *now = V::pairs(still, moving);
        }
        for (step, moving) in step.iter_mut().zip(self.step) {
            *step = V::pairs(0.0, moving);
        }
        let mut memories = Memories::new([&self.region_state, &self.state]);
        let mut peaks = V::of_halves(self.peaks[0], self.peaks[1]);
        for frame in frames {
            let mut x = match PLACEMENT {
                0 => *frame,
                1 => [0.5 * (frame[0] + frame[1]); 2],
                _ => [0.5 * (frame[0] - frame[1]); 2],
            };
            if FADES {
                let gain = self.entry.next_gain();
                x = [gain * x[0], gain * x[1]];
            }
            let x = V::of_halves(x, x);
            for (now, step) in now.iter_mut().zip(step) {
                *now = *now + step;
            }
            let [a1, a2, a3, e0, e1, e2] = now;
            let (v1, v2) = memories.advance(&Recursions::new([a1, a2, a3]), x);
            let out = (e0 * x + e1 * v1) + e2 * v2;
            peaks = out.low_then_low(V::of_halves(*frame, *frame)).abs().max(peaks);
            let mut added = out.high();
            if FADES {
                let fade = self.presence.next();
                let presence = fade * fade * (3.0 - 2.0 * fade);
                added = [presence * added[0], presence * added[1]];
            }
            *frame = match PLACEMENT {
                0 => [frame[0] + added[0], frame[1] + added[1]],
                1 => [frame[0] + added[0], frame[1] + added[0]],
                _ => [frame[0] + added[0], frame[1] - added[0]],
            };
        }
        [self.region_state, self.state] = memories.states();
        self.peaks = [peaks.low(), peaks.high()];
        for (kept, now) in self.now.iter_mut().zip(now) {
            *kept = now.high()[0];
        }
    }

    /// Takes the peaks of a finished hop and aims at the filters for the next: those of active bands, in lanes.
    #[inline(always)]
    pub fn finish_hop<V: Lanes>(bands: &mut [Self; DYNAMIC_EQ_BANDS]) {
        let mut controls = [[0.0; DYNAMIC_EQ_BANDS]; CONTROLS];
        // Of the region and, where it is measured against that, of the whole signal.
        let mut levels = [[1.0; DYNAMIC_EQ_BANDS]; 2];
        let mut is_any_relative = false;
        for (b, band) in bands.iter_mut().enumerate() {
            if !band.is_active() {
                continue;
            }
            for (control, now) in controls.iter_mut().zip(band.controls.step()) {
                control[b] = now;
            }
            let [region, whole] = [0, 1].map(|n| band.peaks[n][0].max(band.peaks[n][1]));
            band.peaks = [[0.0; 2]; 2];
            if band.used.relative {
                is_any_relative = true;
                for (envelope, peak) in band.envelopes.iter_mut().zip([region, whole]) {
                    *envelope = peak.max(band.decay * *envelope);
                }
                (levels[0][b], levels[1][b]) = (band.envelopes[0], band.envelopes[1]);
            } else {
                levels[0][b] = region;
                raise(&mut band.most_level, region);
            }
        }
        let [threshold_db, slope, range_db, _, _] = controls;
        let computers = GainComputers {
            threshold_db: V::new(threshold_db),
            slope: V::new(slope),
            knee_db: V::all(KNEE_DB),
        };
        let mut level_db = gains_to_db(V::new(levels[0]));
        let mut present = V::all(1.0);
        if is_any_relative {
            let whole_db = gains_to_db(V::new(levels[1]));
            let [floor, full] = RELATIVE_FLOOR_DB;
            let mut shares = ((whole_db - V::all(floor)) / V::all(full - floor))
                .max(V::all(0.0))
                .min(V::all(1.0))
                .values();
            for (b, band) in bands.iter_mut().enumerate() {
                if !band.used.relative {
                    shares[b] = 1.0;
                } else if shares[b] > 0.0 && band.is_active() {
                    raise(&mut band.most_level, band.envelopes[0] / band.envelopes[1]);
                }
            }
            present = V::new(shares);
            // The level of what is measured against nothing is 1: 0 dB.
            level_db = level_db - whole_db;
        }
        let ranges = V::new(range_db);
        // Attack and release work on the share of the range, so that the range itself can pass through 0.
        let wanted_shares = (present * computers.reduction_db(level_db)
            / ranges.abs().max(V::all(LEAST_RANGE_DB)))
        .min(V::all(1.0));
        for ((band, wanted_share), range_db) in bands.iter_mut().zip(wanted_shares.values()).zip(range_db) {
            if band.is_active() {
                band.aim(wanted_share, range_db);
            }
        }
    }

    /// Lets the gain run to a share of the range, as attack and release allow, and the filter to the gain.
    #[inline(always)]
    fn aim(&mut self, wanted_share: f64, range_db: f64) {
        let mut share = self.ballistics.tick(wanted_share, self.attack, self.release);
        if wanted_share == 0.0 && share < RELEASED_SHARE {
            self.ballistics.reset();
            share = 0.0;
        }
        self.gain_db = range_db * share;
        self.most_db = self.most_db.max(-self.gain_db);
        let mut end = self.to.at(self.gain_db);
        if self.moving {
            self.moved += self.hop as f64 / CONTROL_PERIOD as f64;
            let start = self.from.at(self.gain_db);
            for (end, start) in end.iter_mut().zip(start) {
                *end = start + self.moved * (*end - start);
            }
        }
        self.now = self.end;
        let per_frame = 1.0 / self.hop as f64;
        for (step, (end, now)) in self.step.iter_mut().zip(end.iter().zip(self.now)) {
            *step = (end - now) * per_frame;
        }
        self.end = end;
    }
}

/// The region's part of a frame.
#[inline(always)]
fn region(state: &mut SvfState, filter: &SvfCoefficients, a1: f64, x: Frame) -> Frame {
    let (v1, v2) = state.tick(filter.g, a1, x);
    [0, 1].map(|c| filter.m0 * x[c] + filter.m1 * v1[c] + filter.m2 * v2[c])
}

#[inline(always)]
fn raise(peak: &mut f64, level: f64) {
    *peak = if level > *peak { level } else { *peak };
}
