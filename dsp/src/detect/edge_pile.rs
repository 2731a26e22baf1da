//! Samples that pile up just below the highest level: what a clipper leaves when each of its tops was bent since.
//!
//! A converter, a filter or a lossy encoder turns one level into many that lie close together, so that no top is flat or straight any more. But the
//! distribution of levels keeps its bump: of all programme that was never held down the levels become fewer and fewer towards the highest one (C.
//! Laguna, A. Lerch, AES 141, 2016, look for the sharp spike). Bumps are looked for at several widths, in each half of each channel and in all
//! together. A top has many samples in a row: how far chance makes a bump is told from the squares of how many each hop has.

use crate::processor::Frame;

/// Bins from 0 to full scale, and widths of half a window as powers of two of them.
const BINS: usize = 1024;
const WIDTHS: usize = 6;
/// Levels below this share of the highest one so far are not counted.
const COUNTED: f64 = 0.4;
/// Lowest programme, an amplitude: below it bins are too wide.
const QUIET: f64 = 0.1;
/// So many samples lie above the level that counts as the highest: a few overshoots are none.
const OVERSHOOTS: f32 = 12.0;
/// Widths of half a window as shares of the highest level, and where bumps are looked for.
const WIDTH: std::ops::RangeInclusive<f64> = 0.0025..=0.06;
const PLACE: std::ops::RangeInclusive<f64> = 0.62..=1.02;
/// Fewest samples of a bump, and how far it stands over the levels above it.
const FEWEST: f32 = 12.0;
const OVER_ABOVE: f32 = 1.5;
/// Standard deviations over the levels below from which on it is no chance. Of 98 bases and conversions that were never clipped none has more; of 27
/// published songs two have, at 2.3, by one maker, who probably limited them.
pub(super) const SURE: f32 = 2.2;
/// What is put together: a half of a channel, a channel, or all.
const SETS: [&[usize]; 7] = [&[0], &[1], &[2], &[3], &[0, 1], &[2, 3], &[0, 1, 2, 3]];

/// A bump.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bump {
    /// Where it is, an amplitude.
    pub level: f64,
    /// Samples there, and below it in as wide a stretch.
    pub samples: u64,
    pub below: u64,
    /// Standard deviations between them.
    pub deviations: f32,
}

/// Samples in a window of two widths, and the sum of the squares of how many each hop has.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    samples: f32,
    squares: f32,
}

/// The counts of windows half a window apart, in a row each.
struct Counts {
    samples: Vec<f32>,
    squares: Vec<f32>,
}

impl Counts {
    fn new(width: usize) -> Self {
        let windows = (BINS >> width) + 2;
        Self { samples: vec![0.0; windows], squares: vec![0.0; windows] }
    }

    /// A window's; none beyond the last.
    fn at(&self, window: usize) -> Count {
        let of = |row: &[f32]| row.get(window).copied().unwrap_or_default();
        Count { samples: of(&self.samples), squares: of(&self.squares) }
    }

    /// Adds a hop whose samples below each half of a window, from the `first` on, are these.
    fn add(&mut self, first: usize, below: &[f32]) {
        let rows = self.samples[first..].iter_mut().zip(&mut self.squares[first..]);
        for ((samples, squares), (start, end)) in rows.zip(below.iter().zip(&below[2..])) {
            let hop = end - start;
            *samples += hop;
            *squares += hop * hop;
        }
    }
}

/// See the module.
pub(super) struct EdgePile {
    highest: f64,
    /// Of the hop under way: sums of how many samples lie below each bin, and of those below each half of a window.
    hop: Vec<i32>,
    below: Vec<f32>,
    /// For each half of each channel and each width.
    counts: [[Counts; WIDTHS]; 4],
}

impl EdgePile {
    /// Allocates.
    pub fn new() -> Self {
        Self {
            highest: 0.0,
            hop: vec![0; BINS + 2],
            below: Vec::with_capacity(BINS + 4),
            counts: std::array::from_fn(|_| std::array::from_fn(Counts::new)),
        }
    }

    /// Takes the next hop.
    pub fn push(&mut self, frames: &[Frame]) {
        // How far each channel goes up and down.
        let mut reached = [0.0f64; 4];
        for [left, right] in frames {
            for (reached, x) in reached.iter_mut().zip([*left, -left, *right, -right]) {
                *reached = if x > *reached { x } else { *reached };
            }
        }
        let peak = reached.into_iter().fold(0.0, f64::max);
        self.highest = self.highest.max(peak.min(1.0));
        let lowest = (COUNTED * self.highest).max(COUNTED * QUIET);
        if peak < lowest {
            return;
        }
        for (line, counts) in self.counts.iter_mut().enumerate() {
            if reached[line] < lowest {
                continue;
            }
            let (c, sign) = (line / 2, if line % 2 == 0 { 1.0 } else { -1.0 });
            let (mut from, mut to) = (BINS, 0);
            for frame in frames {
                let level = sign * frame[c];
                if level >= lowest && level < 1.0 {
                    let bin = (level * BINS as f64) as usize;
                    self.hop[bin + 1] += 1;
                    (from, to) = (from.min(bin), to.max(bin));
                }
            }
            if from > to {
                continue;
            }
            for bin in from..=to {
                self.hop[bin + 1] += self.hop[bin];
            }
            for (width, counts) in counts.iter_mut().enumerate() {
                let first = (from >> width).saturating_sub(1);
                let halves = first..=(to >> width) + 2;
                self.below.clear();
                self.below.extend(halves.map(|half| self.hop[(half << width).clamp(from, to + 1)] as f32));
                counts.add(first, &self.below);
            }
            self.hop[from..=to + 1].fill(0);
        }
    }

    /// The surest bump of the first `channels`, however sure: see [`SURE`].
    pub fn bump(&self, channels: usize) -> Option<Bump> {
        if self.highest < QUIET {
            // Only what lies above a share of this was counted: a bump at its own edge.
            return None;
        }
        let lines = 2 * channels;
        let mut over = 0.0;
        // Every other window of the narrowest width: they overlap by half.
        let top = (0..BINS / 2).rev().find(|at| {
            over += self.counts[..lines].iter().map(|counts| counts[0].at(2 * at).samples).sum::<f32>();
            over >= OVERSHOOTS
        })?;
        let highest = (2 * top + 2) as f64 / BINS as f64;
        let mut best: Option<Bump> = None;
        for set in SETS.iter().filter(|set| set.iter().all(|line| *line < lines)) {
            for width in 0..WIDTHS {
                let step = (1usize << width) as f64 / BINS as f64;
                if !WIDTH.contains(&(step / highest)) {
                    continue;
                }
                let count = |window: usize| {
                    set.iter().fold(Count::default(), |sum, line| {
                        let one = self.counts[*line][width].at(window);
                        Count { samples: sum.samples + one.samples, squares: sum.squares + one.squares }
                    })
                };
                // The lowest of the windows below is one that was counted all the time.
                let from = ((PLACE.start() * highest / step) as usize)
                    .max((COUNTED * self.highest / step).ceil() as usize + 7);
                for window in from..=(PLACE.end() * highest / step) as usize {
                    let (here, above) = (count(window), count(window + 2));
                    if here.samples < FEWEST.max(OVER_ABOVE * above.samples) {
                        continue;
                    }
                    let [near, far, last] = [2, 4, 6].map(|away| count(window - away));
                    let mean = (near.samples + far.samples + last.samples) / 3.0;
                    let below = near.samples.max(far.samples).max(mean);
                    let chance = here.squares + 0.25 * (near.squares + far.squares);
                    let deviations = (here.samples - below) / chance.sqrt().max(1.0);
                    if best.is_none_or(|best| deviations > best.deviations) {
                        best = Some(Bump {
                            level: (window + 1) as f64 * step,
                            samples: here.samples as u64,
                            below: below as u64,
                            deviations,
                        });
                    }
                }
            }
        }
        best
    }
}
