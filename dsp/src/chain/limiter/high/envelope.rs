//! The gain for what a clip would be heard on: the smoothest that gives it, a spline in dB on a grid of 0.7 ms.
//!
//! A point is at most what the waveform needs within its reach, so that a whole share holds the ceiling by construction. Long peaks are
//! held for half a period of 48 Hz and steady tones for 50 ms, so that a tone's gain stands still; where every peak counts each is held
//! for half its own period ([`Runs`]). The curve is solved exactly in a window of 12 points, of which the first two are committed, while
//! the next two come ([`super::solve`]).

use super::super::best::spline::{bases, value};
use super::super::runs::Runs;
use super::solve::{POINTS, Points, ROUNDS, Search};
use crate::processor::Frame;

/// Bending costs this: 53 Hz on a grid of [`GRID_HZ`]. A curve that bends less does not fit into the window: at 22 Hz it went 12 dB
/// deeper than a click needed, as it could not turn round.
const LAMBDA: f64 = 300.0;
/// Rate of the grid that lambda is given for.
const GRID_HZ: f64 = 44_100.0 / 32.0;
/// Points that are committed at a time, and blocks in which they are found: with four the window would be shorter.
const COMMITTED: usize = 2;
/// Points that a need reaches ahead: the gain is down when the peak comes.
const AHEAD: usize = 4;
/// How long the reduction of a long run lasts: half a period of 48 Hz.
const REACH_MS: f64 = 10.5;
/// How long the reduction of a steady tone lasts: its gain stands still down to 10 Hz, and so nearly does that
/// of two tones that beat at 15 Hz. With 70 ms a burst in a tone was still heard 70 ms later.
const STEADY_REACH_MS: f64 = 50.0;
/// A share below this is none.
const LEAST_SHARE: f64 = 1e-3;
/// A reduction below this ends where nothing is needed, dB.
const LEAST_DB: f64 = 1e-5;
/// Blocks from a need to the gain that answers it: the window, the search, and what a spline reaches ahead.
const BLOCKS: usize = POINTS + COMMITTED + 3;
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
    /// How long the block's peaks are held where every peak counts.
    runs: Runs,
    /// What each point needs, the newest last.
    needs: [Vec<f64>; 2],
    /// Points for which each of them is held where every peak counts.
    holds: Vec<usize>,
    /// [`Shares::whole`] of the window's points, and of the blocks that the newest point lies before.
    wholes: [f64; POINTS + POINT_BLOCKS],
    /// The curve by the point's number.
    curve: [[f64; KEPT]; 2],
    searches: [Search; 2],
    /// Whether both channels look for the same, and the left one's is found for both.
    is_same: bool,
    /// The number of the first point that is looked for.
    first: usize,
    /// Blocks since the search began.
    searched: usize,
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
            runs: Runs::new(REACH_MS, rate),
            needs: [vec![0.0; steady_reach + POINTS], vec![0.0; steady_reach + POINTS]],
            holds: vec![0; steady_reach + POINTS],
            wholes: [0.0; POINTS + POINT_BLOCKS],
            curve: [[0.0; KEPT]; 2],
            searches: [Self::nothing(), Self::nothing()],
            is_same: true,
            first: 0,
            searched: 0,
            points_db: [[0.0; 2]; 4],
        }
    }

    fn nothing() -> Search {
        Search::new([0.0; POINTS], [0.0; 2], LAMBDA)
    }

    /// Delay in frames from a need to its gain.
    pub fn delay(&self) -> usize {
        BLOCKS * self.grid
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        (self.need, self.blocks, self.points_db) = Default::default();
        self.runs.reset();
        self.needs.iter_mut().for_each(|needs| needs.fill(0.0));
        self.holds.fill(0);
        self.wholes = [0.0; POINTS + POINT_BLOCKS];
        self.curve = [[0.0; KEPT]; 2];
        self.searches = [Self::nothing(), Self::nothing()];
        (self.is_same, self.first, self.searched) = (true, 0, 0);
    }

    /// Begins with [`Shares::whole`] at this.
    pub fn snap(&mut self, whole: f64) {
        self.wholes.fill(whole);
    }

    /// Takes what a frame needs, dB and positive; `is_positive` says which side of zero its louder channel is on.
    #[inline(always)]
    pub fn need(&mut self, db: Frame, is_positive: bool) {
        self.need = [self.need[0].max(db[0]), self.need[1].max(db[1])];
        self.runs.tick(db[0].max(db[1]), is_positive);
    }

    /// Passes over frames that need nothing.
    #[inline(always)]
    pub fn skip(&mut self, frames: usize) {
        self.runs.skip(frames);
    }

    /// Does the work that is due when `frames` of a block have come in.
    pub fn advance(&mut self, frames: usize) {
        let rounds = ROUNDS * (self.searched * self.grid + frames) / (COMMITTED * self.grid);
        let different = if self.is_same { 1 } else { 2 };
        self.searches[..different].iter_mut().for_each(|search| search.advance(rounds));
    }

    /// Ends block `block` of the grid. `link` is the stereo link, 0 to 1.
    pub fn finish_block(&mut self, block: usize, shares: &Shares, link: f64) {
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
        self.holds.copy_within(1.., 0);
        if let Some(last) = self.holds.last_mut() {
            *last = (self.runs.hold() / self.grid as f64).ceil() as usize;
        }
        self.blocks.rotate_left(1);
        self.blocks[2] = need;
        self.wholes.rotate_left(1);
        self.wholes[POINTS + POINT_BLOCKS - 1] = shares.whole;
        self.searched += 1;
        let first = block.wrapping_sub(POINTS);
        if first.is_multiple_of(COMMITTED) {
            self.commit();
            self.first = first;
            self.searched = 0;
            self.searches = [0, 1].map(|c| {
                let before = [1, 2].map(|n| self.curve[c][first.wrapping_sub(n) % KEPT]);
                Search::new(self.obstacle(c, shares), before, self.lambda)
            });
            self.is_same = self.searches[0].begins_as(&self.searches[1]);
        }
        let out = block.wrapping_sub(BLOCKS);
        self.points_db = std::array::from_fn(|n| [0, 1].map(|c| self.curve[c][out.wrapping_add(n) % KEPT]));
    }

    /// Keeps the first points of what was found.
    fn commit(&mut self) {
        for (c, kept) in self.curve.iter_mut().enumerate() {
            let search = &self.searches[if self.is_same { 0 } else { c }];
            let found = search.curve();
            for (n, db) in found.into_iter().enumerate().take(COMMITTED) {
                let is_over = search.needs_nothing(n) && db > -LEAST_DB;
                kept[self.first.wrapping_add(n) % KEPT] = if is_over { 0.0 } else { db };
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
            let held = if self.wholes[n] > 0.0 { self.held(needs, at, to) } else { 0.0 };
            -(near * shares.long).max(held * self.wholes[n]).max(far * shares.steady)
        })
    }

    /// What is needed at a point of what is needed before `to`, each held for its own time.
    fn held(&self, needs: &[f64], at: usize, to: usize) -> f64 {
        let from = at.saturating_sub(self.reach);
        (from..to).filter(|n| n + self.holds[*n] >= at).fold(0.0f64, |most, n| most.max(needs[n]))
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
