//! The slow gain from a hard clip's load ([`super::super::best::load`]), as a stream.
//!
//! In a Hann window of 150 ms the gain of the clipped programme against the unclipped by least squares, each hop counting the same
//! whatever its level: a lone hit then hardly moves it. In dB and times the style's share it is a point of a cubic spline on the hop
//! grid. The window's newest hop is the one that the gain is applied to first: nothing is turned down more than a hop ahead.

use super::super::best::load::hann;
use super::super::best::spline::bases;
use crate::processor::Frame;

/// Length of the window in ms.
const WINDOW_MS: f64 = 150.0;
/// Energy of a hop that weighs nothing.
const SILENCE: f64 = 1e-5;
/// Added to sums, so that silence has a gain of 1.
const NOTHING: f64 = 1e-7;
/// The lowest gain of a clip that is followed: -14 dB.
const LOWEST: f64 = 0.2;
/// What is taken beyond the clip's own load at most, dB: with a share above 1 more drive would else be less level.
const MOST_BEYOND_DB: f64 = 1.0;

/// Of a hop: clipped times unclipped, and unclipped squared.
type Sums = [f64; 2];

/// Finds the gain; see the module.
pub struct SlowGain {
    window: Vec<f64>,
    /// Weighed sums of the last hops for either channel, the newest first.
    hops: Vec<[Sums; 2]>,
    sums: [Sums; 2],
    /// Points of the spline around the hop that goes out, dB.
    points_db: [Frame; 4],
    bases: Vec<[f64; 4]>,
}

/// Settings of a hop.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Taken before the clip for each dB that it takes.
    pub share: f64,
    /// Stereo link, 0 to 1.
    pub link: f64,
    /// How much of it is heard, 0 to 1.
    pub amount: f64,
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
            points_db: [[0.0; 2]; 4],
            bases: bases(hop),
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.hops.fill([[0.0; 2]; 2]);
        self.sums = [[0.0; 2]; 2];
        self.points_db = [[0.0; 2]; 4];
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

    /// Ends a hop: from now on the gain of the hop that came in goes out.
    pub fn finish_hop(&mut self, settings: &Settings) {
        let sums = std::mem::take(&mut self.sums);
        let linked = |n: usize, c: usize| {
            settings.link * (sums[0][n] + sums[1][n]) + (1.0 - settings.link) * sums[c][n] + NOTHING
        };
        self.hops.rotate_right(1);
        self.hops[0] = [0, 1].map(|c| {
            let weight = 1.0 / (linked(1, c) + SILENCE);
            [weight * linked(0, c), weight * linked(1, c)]
        });
        let mut point = [0.0; 2];
        for (c, point) in point.iter_mut().enumerate() {
            let mut weighed = [1e-9; 2];
            for (hop, window) in self.hops.iter().zip(&self.window) {
                weighed[0] += window * hop[c][0];
                weighed[1] += window * hop[c][1];
            }
            let gain = (weighed[0] / weighed[1]).clamp(LOWEST, 1.0);
            *point = if gain == 1.0 { 0.0 } else { settings.amount * taken_db(gain, settings.share) };
        }
        self.points_db.rotate_left(1);
        self.points_db[3] = point;
    }

    /// Whether the gain is 0 dB over the whole hop.
    pub fn rests(&self) -> bool {
        self.points_db == [[0.0; 2]; 4]
    }

    /// The gain of a frame of the hop that goes out, dB.
    #[inline]
    pub fn gain_db(&self, frame: usize) -> Frame {
        let bases = &self.bases[frame];
        [0, 1].map(|c| self.points_db.iter().zip(bases).map(|(point, basis)| point[c] * basis).sum())
    }
}

/// The slow gain for a clip of `gain`, dB: a share of its load, but never so much that more drive is less level.
fn taken_db(gain: f64, share: f64) -> f64 {
    let load_db = 20.0 * gain.log10();
    if share <= 1.0 {
        return share * load_db;
    }
    load_db + MOST_BEYOND_DB * (((share - 1.0) * load_db / MOST_BEYOND_DB).exp() - 1.0)
}
