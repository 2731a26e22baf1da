//! The gain for what a clip would be heard on: the smoothest that gives it, a spline in dB on a grid of 0.7 ms.
//!
//! A point is at most what the waveform needs within its reach, so that a whole share holds the ceiling by construction. Long peaks are
//! held for half a period of 48 Hz and steady tones for 35 ms, so that a tone's gain stands still. The curve is solved exactly in a
//! window of 14 points, of which the first four are committed ([`super::solve`]).

use super::super::best::spline::{bases, value};
use super::solve::{POINTS, Points, smoothest_below};
use crate::processor::Frame;

/// Bending costs this: 22 Hz on a grid of [`GRID_HZ`].
const LAMBDA: f64 = 1e4;
/// Rate of the grid that lambda is given for.
const GRID_HZ: f64 = 44_100.0 / 32.0;
/// Points that are committed at a time: one or two are no better.
const COMMITTED: usize = 4;
/// Points that a need reaches ahead: the gain is down when the peak comes.
const AHEAD: usize = 4;
/// How long the reduction of a long run lasts: half a period of 48 Hz.
const REACH_MS: f64 = 10.5;
/// How long the reduction of a steady tone lasts: its gain stands still down to 15 Hz.
const STEADY_REACH_MS: f64 = 35.0;
/// A share below this is none.
const LEAST_SHARE: f64 = 1e-3;
/// A reduction below this ends where nothing is needed, dB.
const LEAST_DB: f64 = 1e-5;
/// Blocks from a need to the gain that answers it: the window, and what a spline reaches ahead.
const BLOCKS: usize = POINTS + 3;
/// Blocks from a point to the newest that it reaches.
const POINT_BLOCKS: usize = 2;
/// Committed points that are kept: what a block needs, and what is solved ahead.
const KEPT: usize = 16;

/// What the envelope takes of what is needed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shares {
    /// Of long peaks, held for half a period, 0 to 1.
    pub long: f64,
    /// Of steady tones, 0 to 1.
    pub steady: f64,
    /// Of every peak, 0 to 1: a setting, which is meant for the frames that came in last.
    pub whole: f64,
}

/// The envelope; see the module.
pub struct Envelope {
    grid: usize,
    lambda: f64,
    reach: usize,
    steady_reach: usize,
    bases: Vec<[f64; 4]>,
    /// What the block that comes in needs, dB and positive, and the last three blocks.
    need: Frame,
    blocks: [Frame; 3],
    /// What each point needs, the newest last.
    needs: [Vec<f64>; 2],
    /// [`Shares::whole`] of the window's points, and of the blocks that the newest point lies before.
    wholes: [f64; POINTS + POINT_BLOCKS],
    /// The curve by the point's number.
    curve: [[f64; KEPT]; 2],
    block: usize,
    points_db: [Frame; 4],
}

impl Envelope {
    /// On a grid of `grid` frames. Allocates.
    pub fn new(grid: usize, rate: f64) -> Self {
        let points = |ms: f64| (1e-3 * ms * rate / grid as f64).round() as usize;
        let steady_reach = points(STEADY_REACH_MS);
        Self {
            grid,
            lambda: LAMBDA * (rate / grid as f64 / GRID_HZ).powi(4),
            reach: points(REACH_MS),
            steady_reach,
            bases: bases(grid),
            need: [0.0; 2],
            blocks: [[0.0; 2]; 3],
            needs: [vec![0.0; steady_reach + POINTS], vec![0.0; steady_reach + POINTS]],
            wholes: [0.0; POINTS + POINT_BLOCKS],
            curve: [[0.0; KEPT]; 2],
            block: 0,
            points_db: [[0.0; 2]; 4],
        }
    }

    /// Delay in frames from a need to its gain.
    pub fn delay(&self) -> usize {
        BLOCKS * self.grid
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        (self.need, self.blocks, self.points_db) = Default::default();
        self.needs.iter_mut().for_each(|needs| needs.fill(0.0));
        self.wholes = [0.0; POINTS + POINT_BLOCKS];
        self.curve = [[0.0; KEPT]; 2];
        self.block = 0;
    }

    /// Begins with [`Shares::whole`] at this.
    pub fn snap(&mut self, whole: f64) {
        self.wholes.fill(whole);
    }

    /// Takes what a frame needs, dB and positive.
    #[inline(always)]
    pub fn need(&mut self, db: Frame) {
        self.need = [self.need[0].max(db[0]), self.need[1].max(db[1])];
    }

    /// Ends a block of the grid. `link` is the stereo link, 0 to 1.
    pub fn finish_block(&mut self, shares: &Shares, link: f64) {
        let need = std::mem::take(&mut self.need);
        let most = need[0].max(need[1]);
        let need = need.map(|own| link * most + (1.0 - link) * own);
        for c in 0..2 {
            // A point reaches two blocks back and two on.
            let point = self.blocks.iter().fold(need[c], |most, block| most.max(block[c]));
            self.needs[c].copy_within(1.., 0);
            if let Some(last) = self.needs[c].last_mut() {
                *last = point;
            }
        }
        self.blocks.rotate_left(1);
        self.blocks[2] = need;
        self.wholes.rotate_left(1);
        self.wholes[POINTS + POINT_BLOCKS - 1] = shares.whole;
        let first = self.block.wrapping_sub(POINTS);
        if first.is_multiple_of(COMMITTED) {
            self.solve(first, shares);
        }
        let out = self.block.wrapping_sub(BLOCKS);
        self.points_db = std::array::from_fn(|n| [0, 1].map(|c| self.curve[c][out.wrapping_add(n) % KEPT]));
        self.block = self.block.wrapping_add(1);
    }

    fn solve(&mut self, first: usize, shares: &Shares) {
        let obstacles = [0, 1].map(|c| self.obstacle(c, shares));
        let before = [0, 1].map(|c| [1, 2].map(|n| self.curve[c][first.wrapping_sub(n) % KEPT]));
        let curve = |c: usize| -> Points {
            if obstacles[c] == [0.0; POINTS] && before[c] == [0.0; 2] {
                [0.0; POINTS]
            } else {
                smoothest_below(&obstacles[c], before[c], self.lambda)
            }
        };
        let left = curve(0);
        let is_same = obstacles[0] == obstacles[1] && before[0] == before[1];
        let right = if is_same { left } else { curve(1) };
        for (c, curve) in [left, right].into_iter().enumerate() {
            for n in 0..COMMITTED {
                let is_over = obstacles[c][n] == 0.0 && curve[n] > -LEAST_DB;
                self.curve[c][first.wrapping_add(n) % KEPT] = if is_over { 0.0 } else { curve[n] };
            }
        }
    }

    /// What the points of the window may be at most, dB, 0 or below.
    fn obstacle(&self, channel: usize, shares: &Shares) -> Points {
        let needs = &self.needs[channel];
        let whole = self.wholes.iter().fold(0.0f64, |most, whole| most.max(*whole));
        if shares.long.max(whole) < LEAST_SHARE && shares.steady < LEAST_SHARE {
            return [0.0; POINTS];
        }
        let first = needs.len() - POINTS;
        let most = |from: usize, to: usize| needs[from..to].iter().fold(0.0f64, |most, need| most.max(*need));
        std::array::from_fn(|n| {
            let at = first + n;
            // What lies beyond the window is not known.
            let to = (at + AHEAD + 1).min(needs.len());
            let near = most(at.saturating_sub(self.reach), to);
            let far = most(at.saturating_sub(self.steady_reach), to);
            -(near * shares.long.max(self.wholes[n])).max(far * shares.steady)
        })
    }

    /// Whether the gain is 0 dB over the whole block.
    pub fn rests(&self) -> bool {
        self.points_db == [[0.0; 2]; 4]
    }

    /// The gain of a frame of the block that goes out, dB.
    #[inline]
    pub fn gain_db(&self, frame: usize) -> Frame {
        value(&self.points_db, &self.bases[frame])
    }
}
