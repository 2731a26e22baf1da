//! Where a grid begins, and whether it is one.

use super::Trace;
use super::grid::Grid;

/// Blocks of a stretch that are looked at.
pub(super) const BLOCKS: usize = 8;
/// Of a grid that moves, which has many places: half of them are as sure.
const MOVED_BLOCKS: usize = 4;
/// Those of the stretch that is searched.
const SEARCHED: usize = 5;
/// A coefficient is tiny below one of these shares of those around it, root mean square of so many on either side: in words of 16 bits the larger one
/// tells, in those of 24 the smaller one, which fewer meet by chance.
const TINY: [f32; LEVELS] = [0.1, 0.025];
const LEVELS: usize = 2;
const AROUND: usize = 8;
const DOUBLINGS: usize = (2 * AROUND).ilog2() as usize;
/// What is tiny still stands over the noise of the words, dither of two steps among it, by this ratio of powers: 4 dB.
const OVER_WORDS: f32 = 2.5;
/// Fewest coefficients that a judgement rests on.
const FEWEST: f64 = 1500.0;
/// First frames that are judged, the likeliest of each level, and others that are none.
const LIKELY: usize = 5;
const OTHERS: usize = 24;
/// Standard deviations from which on it is a grid. Of 200 first frames that are judged of a file the highest
/// lies at 2.2 where there is none, and at 3.5 in one of a hundred.
pub(super) const SURE: f64 = 6.0;
/// From here on it may be one: worth another look, and no verdict. Of 130 files that were never encoded none has more than 3.5.
const HINT: f64 = 3.7;

/// A stretch that is kept.
pub(super) struct Stretch {
    /// Its first frame in the programme.
    pub start_frame: u64,
    /// How much it tells: the steadier, the more.
    pub telling: f32,
    /// Its frames.
    pub frames: Vec<[f32; 2]>,
}

/// Tiny coefficients and all that could be.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    tiny: f64,
    all: f64,
}

impl Count {
    fn share(self) -> f64 {
        self.tiny / self.all.max(1.0)
    }
}

/// What is looked at: the left channel, or the sum of both, where encoders work on sum and difference.
const SIGNALS: [[f32; 2]; 2] = [[1.0, 0.0], [0.5, 0.5]];
/// Least power of a signal against the left channel's: what two inverted channels leave of each other is the words' own pattern.
const LEAST_LEFT: f32 = 1e-3;

/// The surest trace of all grids, if there is a hint of one.
pub(super) fn trace(stretches: &[Stretch], sample_rate_hz: f64, step: f64) -> Option<Trace> {
    let searched = stretches.iter().max_by(|one, other| one.telling.total_cmp(&other.telling))?;
    let judged: Vec<&Stretch> =
        stretches.iter().filter(|stretch| stretch.start_frame != searched.start_frame).collect();
    let power = |signal| mixed(searched, signal).map(|x| x * x).sum::<f32>();
    let mut best: Option<Trace> = None;
    for mut grid in Grid::all(sample_rate_hz) {
        for signal in SIGNALS.into_iter().filter(|signal| power(*signal) > LEAST_LEFT * power(SIGNALS[0])) {
            let mut tiny = Tiny::new(&grid, step as f32);
            let likely = likely(&mut grid, &mut tiny, searched, signal);
            if let Some(trace) = judge(&mut grid, &mut tiny, &judged, signal, &likely)
                && best.is_none_or(|best| trace.deviations > best.deviations)
            {
                best = Some(trace);
            }
        }
    }
    best
}

/// The likeliest first frames of blocks, within a block's length, by one stretch.
fn likely(grid: &mut Grid, tiny: &mut Tiny, stretch: &Stretch, signal: [f32; 2]) -> Vec<u64> {
    grid.prepare(mixed(stretch, signal));
    let block = grid.block;
    let counts: Vec<[Count; LEVELS]> = (0..block)
        .map(|at| {
            let mut counts = [Count::default(); LEVELS];
            for n in 0..SEARCHED {
                tiny.count(grid, at + n * block, &mut counts);
            }
            counts
        })
        .collect();
    let first = |at: &usize| (stretch.start_frame + *at as u64) % block as u64;
    (0..LEVELS).flat_map(|level| most_tiny(&counts, level).iter().map(first).collect::<Vec<u64>>()).collect()
}

/// Where the share of tiny coefficients is highest.
fn most_tiny(counts: &[[Count; LEVELS]], level: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by(|one, other| counts[*other][level].share().total_cmp(&counts[*one][level].share()));
    order.truncate(LIKELY);
    order
}

/// The surest of the likeliest, by the other stretches.
fn judge(
    grid: &mut Grid,
    tiny: &mut Tiny,
    stretches: &[&Stretch],
    signal: [f32; 2],
    likely: &[u64],
) -> Option<Trace> {
    let block = grid.block as u64;
    // Spread over the block at steps that are no part of it, and not beside one that is judged.
    let others: Vec<u64> = (0..block)
        .step_by(grid.block / (2 * OTHERS) - 1)
        .filter(|at| likely.iter().all(|first| first.abs_diff(*at) > 2))
        .take(OTHERS)
        .collect();
    let mut counts = vec![[Count::default(); LEVELS]; likely.len() + others.len()];
    for stretch in stretches {
        grid.prepare(mixed(stretch, signal));
        // Where the grid may have moved since, the best of its places counts, for those that are none as well.
        let places = grid.block / grid.moves;
        let blocks = if places > 1 { MOVED_BLOCKS } else { BLOCKS };
        for (counts, first) in counts.iter_mut().zip(likely.iter().chain(&others)) {
            let mut best = [Count::default(); LEVELS];
            for place in 0..places as u64 {
                let at = (first + place * grid.moves as u64 + block - stretch.start_frame % block) % block;
                let mut here = [Count::default(); LEVELS];
                for n in 0..blocks {
                    tiny.count(grid, (at + n as u64 * block) as usize, &mut here);
                }
                for (best, here) in best.iter_mut().zip(here) {
                    if here.share() > best.share() || best.all == 0.0 {
                        *best = here;
                    }
                }
            }
            for (count, best) in counts.iter_mut().zip(best) {
                count.tiny += best.tiny;
                count.all += best.all;
            }
        }
    }
    let (likely, others) = counts.split_at(likely.len());
    let traces = (0..LEVELS).filter_map(|level| {
        let most = likely
            .iter()
            .map(|counts| counts[level])
            .filter(|count| count.all >= FEWEST)
            .max_by(|one, other| one.share().total_cmp(&other.share()))?;
        let number = others.len().max(2) as f64;
        let beside = others.iter().map(|counts| counts[level].share()).sum::<f64>() / number;
        let square = others.iter().map(|counts| (counts[level].share() - beside).powi(2)).sum::<f64>();
        let chance = (beside * (1.0 - beside) / most.all).sqrt();
        let deviations = (most.share() - beside) / (square / number).sqrt().max(chance).max(1e-9);
        Some(Trace { codec: grid.codec, block: grid.block, share: most.share(), beside, deviations })
    });
    traces
        .filter(|trace| trace.deviations >= HINT)
        .max_by(|one, other| one.deviations.total_cmp(&other.deviations))
}

fn mixed(stretch: &Stretch, [left, right]: [f32; 2]) -> impl Iterator<Item = f32> {
    stretch.frames.iter().map(move |frame| left * frame[0] + right * frame[1])
}

/// Counts tiny coefficients.
struct Tiny {
    /// Least power of those around, for each level.
    floors: [f32; LEVELS],
    lines: Vec<f32>,
    powers: Vec<f32>,
    /// Sums of the powers of one, two, four, eight and sixteen lines from each on.
    sums: [Vec<f32>; DOUBLINGS],
}

impl Tiny {
    /// For words of steps of `step`, an amplitude.
    fn new(grid: &Grid, step: f32) -> Self {
        // Rounding and dither of two steps have a quarter of a step squared.
        let noise = 0.25 * step * step * OVER_WORDS;
        Self {
            floors: TINY.map(|share| noise / (share * share)),
            lines: vec![0.0; grid.lines],
            powers: vec![0.0; grid.lines],
            sums: std::array::from_fn(|_| vec![0.0; grid.lines]),
        }
    }

    /// Adds those of the block at `at`.
    fn count(&mut self, grid: &mut Grid, at: usize, counts: &mut [Count; LEVELS]) {
        const WIDTH: usize = 2 * AROUND + 1;
        grid.coefficients(at, &mut self.lines);
        for (power, line) in self.powers.iter_mut().zip(&self.lines) {
            *power = line * line;
        }
        let (mut tiny, mut all) = ([0u32; LEVELS], [0u32; LEVELS]);
        // By doubling: no sum waits for the one before, and nothing is left over of loud lines that a sum has left behind.
        let mut width = 1;
        for n in 0..DOUBLINGS {
            let (done, next) = self.sums.split_at_mut(n);
            let shorter = done.last().unwrap_or(&self.powers);
            for ((sum, one), other) in next[0].iter_mut().zip(shorter).zip(&shorter[width..]) {
                *sum = one + other;
            }
            width *= 2;
        }
        let sixteen = &self.sums[DOUBLINGS - 1];
        for ((sum, last), middle) in sixteen.iter().zip(&self.powers[width..]).zip(&self.powers[AROUND..]) {
            let mean = (sum + last) * (1.0 / WIDTH as f32);
            for level in 0..LEVELS {
                let counts = mean > self.floors[level];
                all[level] += u32::from(counts);
                tiny[level] += u32::from(counts & (*middle < TINY[level] * TINY[level] * mean));
            }
        }
        for level in 0..LEVELS {
            counts[level].tiny += f64::from(tiny[level]);
            counts[level].all += f64::from(all[level]);
        }
    }
}
