//! The slow gain from a hard clip's load ([`super::super::best::load`]), as a stream.
//!
//! In a Hann window of 150 ms the gain of the clipped programme against the unclipped by least squares, each hop counting the same
//! whatever its level: a lone hit then hardly moves it. In dB and times the style's share it is a point of a cubic spline on the hop
//! grid. The window's newest hop is the one that the gain is applied to first: nothing is turned down more than a hop ahead.
//!
//! Settings belong to the frames that go out, not to the hop: where they move, the points move with them in each control period.

use super::super::best::load::hann;
use super::super::best::spline::{bases, value};
use crate::blocks::math;
use crate::processor::{CONTROL_PERIOD, Frame};

/// Length of the window in ms.
const WINDOW_MS: f64 = 150.0;
/// Energy of a hop that weighs nothing.
const SILENCE: f64 = 1e-5;
/// Added to sums, so that silence has a gain of 1.
const NOTHING: f64 = 1e-7;
/// The lowest gain of a clip that is followed: -14 dB.
const LOWEST: f64 = 0.2;
/// A hop's gain counts as at most this far below the window's: what lies lower is a lone hit.
const LONE: f64 = 0.3;
/// What is taken beyond the clip's own load at most, dB: with a share above 1 more drive would else be less level.
const MOST_BEYOND_DB: f64 = 1.0;

/// Of a hop: clipped times unclipped, and unclipped squared.
type Sums = [f64; 2];

/// Finds the gain; see the module.
pub struct SlowGain {
    window: Vec<f64>,
    /// Weighed sums of the last hops for either channel, the newest first.
    hops: Vec<[Sums; 2]>,
    /// Of the hop that comes in, and of the one that goes out.
    sums: [Sums; 2],
    newest: [Sums; 2],
    settings: Settings,
    points: [Point; 4],
    /// Points of the spline around the hop that goes out, dB: where the control period begins, and where it ends.
    from_db: [Frame; 4],
    to_db: [Frame; 4],
    is_moving: bool,
    bases: Vec<[f64; 4]>,
}

/// What the frames that go out are set to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Settings {
    /// Taken before the clip for each dB that it takes.
    pub share: f64,
    /// Stereo link, 0 to 1.
    pub link: f64,
}

/// What was measured for a point of the spline.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// Of the clip, 1 and below.
    gains: Frame,
    /// How much of the gain is heard, 0 to 1.
    amount: f64,
}

impl Point {
    const NONE: Self = Self { gains: [1.0; 2], amount: 0.0 };

    fn db(&self, share: f64) -> Frame {
        self.gains.map(|gain| if gain == 1.0 { 0.0 } else { self.amount * taken_db(gain, share) })
    }
}

impl SlowGain {
    /// For hops of `hop` frames. Allocates.
    pub fn new(hop: usize, rate: f64) -> Self {
        let reach = ((0.5e-3 * WINDOW_MS * rate / hop as f64).round() as usize).max(1);
        let window = hann(reach);
        Self {
            hops: vec![[[0.0; 2]; 2]; window.len()],
            window,
            sums: [[0.0; 2]; 2],
            newest: [[0.0; 2]; 2],
            settings: Settings::default(),
            points: [Point::NONE; 4],
            from_db: [[0.0; 2]; 4],
            to_db: [[0.0; 2]; 4],
            is_moving: false,
            bases: bases(hop),
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.hops.fill([[0.0; 2]; 2]);
        (self.sums, self.newest) = Default::default();
        self.points = [Point::NONE; 4];
        (self.from_db, self.to_db, self.is_moving) = Default::default();
    }

    /// Takes frames that a hard clip would hold at `ceiling`.
    pub fn push(&mut self, frames: &[Frame], ceiling: f64) {
        for frame in frames {
            for (sums, x) in self.sums.iter_mut().zip(frame) {
                sums[0] += x * x.clamp(-ceiling, ceiling);
                sums[1] += x * x;
            }
        }
    }

    /// Ends a hop, of whose gain `amount` is heard: from now on it goes out.
    pub fn finish_hop(&mut self, amount: f64) {
        self.newest = std::mem::take(&mut self.sums);
        self.hops.rotate_right(1);
        self.points.rotate_left(1);
        self.points[3].amount = amount;
        self.measure();
        self.to_db.rotate_left(1);
        self.to_db[3] = self.points[3].db(self.settings.share);
    }

    /// Begins with these settings.
    pub fn snap(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Begins a control period, at whose end the frames that go out are set to `settings`.
    pub fn begin_period(&mut self, settings: &Settings) {
        self.from_db = self.to_db;
        self.is_moving = *settings != self.settings;
        if !self.is_moving {
            return;
        }
        if settings.link != self.settings.link {
            self.settings.link = settings.link;
            self.measure();
        }
        self.settings = *settings;
        self.to_db = self.points.map(|point| point.db(settings.share));
    }

    /// Measures the newest point, with the link in force.
    fn measure(&mut self) {
        let (sums, link) = (self.newest, self.settings.link);
        let linked =
            |n: usize, c: usize| link * (sums[0][n] + sums[1][n]) + (1.0 - link) * sums[c][n] + NOTHING;
        self.hops[0] = [0, 1].map(|c| {
            let weight = 1.0 / (linked(1, c) + SILENCE);
            [weight * linked(0, c), weight * linked(1, c)]
        });
        for c in 0..2 {
            let gain = self.weighed(c, 0.0);
            // A lone hit lies far below the window's mean, and is not what lasts.
            self.points[3].gains[c] = self.weighed(c, gain - LONE).clamp(LOWEST, 1.0);
        }
    }

    /// The gain over the window, where none of a hop counts as less than `least`.
    fn weighed(&self, channel: usize, least: f64) -> f64 {
        let mut weighed = [1e-9; 2];
        for (hop, window) in self.hops.iter().zip(&self.window) {
            let [clipped, whole] = hop[channel];
            weighed[0] += window * clipped.max(least * whole);
            weighed[1] += window * whole;
        }
        weighed[0] / weighed[1]
    }

    /// Whether the gain is 0 dB over the whole period.
    pub fn rests(&self) -> bool {
        self.from_db == [[0.0; 2]; 4] && self.to_db == [[0.0; 2]; 4]
    }

    /// The gain of a frame of the hop that goes out, dB.
    #[inline]
    pub fn gain_db(&self, frame: usize) -> Frame {
        let bases = &self.bases[frame];
        let to = value(&self.to_db, bases);
        if !self.is_moving {
            return to;
        }
        let from = value(&self.from_db, bases);
        let share = (frame % CONTROL_PERIOD + 1) as f64 / CONTROL_PERIOD as f64;
        [0, 1].map(|c| from[c] + share * (to[c] - from[c]))
    }
}

/// The slow gain for a clip of `gain`, dB: a share of its load, but never so much that more drive is less level.
fn taken_db(gain: f64, share: f64) -> f64 {
    let load_db = 20.0 * math::log10(gain);
    if share <= 1.0 {
        return share * load_db;
    }
    load_db + MOST_BEYOND_DB * (math::exp((share - 1.0) * load_db / MOST_BEYOND_DB) - 1.0)
}
