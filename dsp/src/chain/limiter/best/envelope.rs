//! The smoothest gain that holds a programme under a ceiling: a spline in dB whose every point is at most what the waveform needs
//! within the point's reach, so that the ceiling holds by construction ([`super::obstacle`]).
//!
//! Bending costs lambda: with it the gain's movement is limited to f = f_grid / (2 pi lambda^(1/4)). Reduction costs by loudness, so
//! that gain is spared where it is heard.

use super::levels::visit_levels_of;
use super::obstacle::smoothest_below;
use super::scale::Scale;
use super::spline::{self, Curve};
use crate::blocks::math;
use crate::metering::k_weighting::KWeighting;
use crate::processor::Frame;
use crate::programme::{Along, Source, Store, Tape, piece, visit};
use std::io;
use std::ops::Range;

/// Grid of the frames' rate for which lambdas are given, hertz.
const GRID_HZ: f64 = 44_100.0 / 32.0;
/// Lambda of the last envelope: 53 Hz on its grid.
const LAST_LAMBDA: f64 = 300.0;
/// Points of lambda^(1/4) after which a curve has forgotten its obstacle.
const MEMORY: f64 = 20.0;
/// Points that are solved in one at most: 6 minutes of the last envelope without 60 ms in which nothing is needed. They take 80 MB.
const MOST_POINTS: usize = 1 << 20;
/// Points that are looked through at a time.
const SCANNED: usize = 512;
/// Bounds of a reduction's cost against the mean.
const COSTS: [f64; 2] = [0.1, 4.0];

/// What each point of a spline on `grid` may be at most, dB, for a waveform held under `ceiling`: the first of two values. None where nothing is
/// over.
///
/// # Errors
/// As [`Source::read`], and where `store` has no room.
pub fn needs_db(
    frames: &dyn Source,
    ceiling: f64,
    true_peak: bool,
    grid: usize,
    store: &dyn Store,
) -> io::Result<Option<Box<dyn Tape>>> {
    let mut blocks = store.tape();
    let count = frames.length() / grid + 1;
    let mut lowest = 0.0f64;
    let mut is_needed = false;
    visit_levels_of(frames, true_peak, ceiling as f32, |n, level| {
        let level = f64::from(level[0].max(level[1]));
        if level > ceiling {
            close(&mut *blocks, &mut lowest, n / grid)?;
            lowest = lowest.min(20.0 * math::log10(ceiling / level));
            is_needed = true;
        }
        Ok(())
    })?;
    if !is_needed {
        return Ok(None);
    }
    close(&mut *blocks, &mut lowest, count)?;
    let mut needs = store.tape();
    let mut along = Along::new(&*blocks);
    for point in 0..spline::points(frames.length(), grid) {
        let from = point.saturating_sub(spline::BLOCKS_BEFORE).min(count);
        let around = along.stretch(from..(point + spline::BLOCKS_AFTER).min(count))?;
        needs.push(&[[around.iter().map(|block| block[0]).fold(0.0, f64::min), 0.0]])?;
    }
    Ok(Some(needs))
}

/// Writes the block under way, whose lowest need is `lowest`, and those after it up to `block`, which begins.
fn close(blocks: &mut dyn Tape, lowest: &mut f64, block: usize) -> io::Result<()> {
    while blocks.length() < block {
        blocks.push(&[[std::mem::take(lowest), 0.0]])?;
    }
    Ok(())
}

/// What a dB of reduction costs at each point, 1 on average: K-weighted power over 20 ms.
struct Costs {
    /// Of the powers before each point and of its own.
    sums: Box<dyn Tape>,
    reach: usize,
    mean: f64,
}

impl Costs {
    fn of(frames: &dyn Source, points: usize, grid: usize, rate: f64, store: &dyn Store) -> io::Result<Self> {
        let mut filter: KWeighting = KWeighting::new(rate);
        let (mut sums, mut sum) = (store.tape(), 0.0);
        visit(frames, 0..frames.length(), |chunk| -> io::Result<()> {
            for block in chunk.chunks(grid) {
                sum += block
                    .iter()
                    .map(|frame| filter.tick(*frame).iter().map(|x| x * x).sum::<f64>())
                    .sum::<f64>();
                sums.push(&[[sum, 0.0]])?;
            }
            Ok(())
        })?;
        while sums.length() < points {
            sums.push(&[[sum, 0.0]])?;
        }
        let reach = ((0.01 * rate) as usize / grid).max(1);
        Ok(Self { sums, reach, mean: (sum / points as f64).max(1e-12) })
    }

    /// Those of a stretch of points.
    fn stretch(&self, stretch: Range<usize>) -> io::Result<Vec<f64>> {
        let points = self.sums.length();
        let first = stretch.start.saturating_sub(self.reach + 1);
        let sums = piece(&*self.sums, first..(stretch.end + self.reach).min(points))?;
        let before = |point: usize| if point == 0 { 0.0 } else { sums[point - 1 - first][0] };
        let cost = |n: usize| {
            let (from, to) = (n.saturating_sub(self.reach), (n + self.reach + 1).min(points));
            ((before(to) - before(from)) / (to - from) as f64 / self.mean).clamp(COSTS[0], COSTS[1])
        };
        Ok(stretch.map(cost).collect())
    }
}

/// The smoothest gain under `needs_db`, the first of its two values; some of them are below 0.
///
/// # Errors
/// As [`needs_db`].
pub fn smoothest(
    frames: &dyn Source,
    needs_db: &dyn Source,
    lambda: f64,
    grid: usize,
    rate: f64,
    store: &dyn Store,
) -> io::Result<Curve> {
    let count = needs_db.length();
    let costs = Costs::of(frames, count, grid, rate, store)?;
    let lambda = lambda * (rate / grid as f64 / GRID_HZ).powi(4);
    let reach = (MEMORY * math::powf(lambda, 0.25)) as usize + 3;
    let mut points = store.tape();
    let mut along = Along::new(needs_db);
    // Far from any need there is no gain: stretches are solved apart.
    let mut at = 0;
    while let Some(first) = next_need(&mut along, at..count)? {
        let mut last = first;
        while let Some(next) = next_need(&mut along, last + 1..(last + 1 + 2 * reach).min(count))? {
            last = next;
        }
        let stretch = first.saturating_sub(reach)..(last + reach + 1).min(count);
        fill(&mut *points, stretch.start)?;
        solve(needs_db, &costs, lambda, reach, stretch, MOST_POINTS, &mut *points)?;
        at = last + 1;
    }
    fill(&mut *points, count)?;
    Ok(Curve::new(points, grid))
}

/// The first point of a stretch that is needed.
fn next_need(needs_db: &mut Along, stretch: Range<usize>) -> io::Result<Option<usize>> {
    let mut start = stretch.start;
    while start < stretch.end {
        let end = (start + SCANNED).min(stretch.end);
        if let Some(n) = needs_db.stretch(start..end)?.iter().position(|need| need[0] < 0.0) {
            return Ok(Some(start + n));
        }
        start = end;
    }
    Ok(None)
}

/// Points without a gain up to `end`.
fn fill(points: &mut dyn Tape, end: usize) -> io::Result<()> {
    while points.length() < end {
        points.push(&[[0.0; 2]])?;
    }
    Ok(())
}

/// Writes the points of a stretch. One of more than `most` points is solved in pieces that know what lies `reach` around them, beyond which a
/// curve has forgotten everything, and that fade into each other over as much: what keeps below the needs does so mixed.
fn solve(
    needs_db: &dyn Source,
    costs: &Costs,
    lambda: f64,
    reach: usize,
    stretch: Range<usize>,
    most: usize,
    points: &mut dyn Tape,
) -> io::Result<()> {
    let solved = |part: Range<usize>| -> io::Result<Vec<f64>> {
        let needs: Vec<f64> = piece(needs_db, part.clone())?.iter().map(|need| need[0]).collect();
        Ok(smoothest_below(&needs, &costs.stretch(part)?, lambda))
    };
    // Of the piece before, what the next one fades in over.
    let mut before: Vec<f64> = Vec::new();
    let mut start = stretch.start;
    while start < stretch.end {
        // A rest that is shorter than what lies around it goes with the last whole piece.
        let end = if stretch.end - start > most + 3 * reach { start + most } else { stretch.end };
        let from = start.saturating_sub(reach).max(stretch.start);
        let to = (end + 2 * reach).min(stretch.end);
        let mut curve = solved(from..to)?.split_off(start - from);
        let fade = before.len() as f64;
        for (n, (point, before)) in curve.iter_mut().zip(&before).enumerate() {
            *point = before + (n as f64 + 0.5) / fade * (*point - before);
        }
        before = if end == stretch.end { Vec::new() } else { curve[end - start..][..reach].to_vec() };
        let pairs: Vec<Frame> = curve[..end - start].iter().map(|point| [*point; 2]).collect();
        points.push(&pairs)?;
        start = end;
    }
    Ok(())
}

/// Holds what passes the ceiling between the samples; none where nothing does.
///
/// # Errors
/// As [`needs_db`].
pub fn hold(
    frames: &dyn Source,
    ceiling: f64,
    scale: &Scale,
    store: &dyn Store,
) -> io::Result<Option<Curve>> {
    let Some(needs) = needs_db(frames, ceiling, true, scale.fine_grid, store)? else { return Ok(None) };
    smoothest(frames, &*needs, LAST_LAMBDA, scale.fine_grid, scale.rate, store).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::Memory;

    #[test]
    fn a_long_stretch_in_pieces_is_the_one_in_one() {
        let (grid, rate, count) = (16, 44_100.0, 6000);
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1u32 << 24)
        };
        let frames: Vec<Frame> = (0..count * grid).map(|_| [random() - 0.5; 2]).collect();
        // Needed at every few points, so that nothing of it is solved apart.
        let needs: Vec<Frame> =
            (0..count).map(|_| [if random() < 0.2 { -6.0 * random() } else { 0.0 }, 0.0]).collect();
        let costs = Costs::of(&frames, count, grid, rate, &Memory).unwrap();
        let lambda = LAST_LAMBDA * (rate / grid as f64 / GRID_HZ).powi(4);
        let reach = (MEMORY * math::powf(lambda, 0.25)) as usize + 3;
        let solved = |most: usize| {
            let mut points: Vec<Frame> = Vec::new();
            solve(&needs, &costs, lambda, reach, 0..count, most, &mut points).unwrap();
            points
        };
        let whole = solved(count);
        for most in [2 * reach, 1000, 2500] {
            let pieces = solved(most);
            assert_eq!(pieces.len(), count);
            let off_db =
                pieces.iter().zip(&whole).map(|(one, other)| (one[0] - other[0]).abs()).fold(0.0, f64::max);
            println!("{most} points at a time, {reach} around them: {off_db:.1e} dB");
            // As near as a solution is to the best one.
            assert!(off_db < 2e-3, "{most} points at a time: {off_db} dB");
            assert!(pieces.iter().zip(&needs).all(|(point, need)| point[0] <= need[0]));
        }
    }
}
