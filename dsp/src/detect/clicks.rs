//! Clicks: single samples that neither what is before nor what is after explains.
//!
//! The residual of a linear prediction stands 30 dB above the residual around it, on both sides (D. Bogdanov et al., "Essentia", ISMIR
//! 2013, ClickDetector). A stroke of a drum stands out of what was before it but goes on; the first wave of a note is no higher
//! than those that follow; the pulses of a synthesizer come in rows. And a click is over at once: half a millisecond before and after it the
//! residual is what it is all around, where the noise of a stroke has risen or not yet died; and new values for its few samples are all that it
//! takes to be rid of it ([`super::mending`]), where a note that begins has begun.
//!
//! Jumps of one instrument, each like the others and on the steps of a beat ([`super::beat`]), are told and send nothing back: they may be meant.
//!
//! Before the first sample there is nothing to foretell the first ones from: an edge there is told by Head and tail.
//!
//! Above 120 kHz there is no music in the upper half of the spectrum and prediction, which finds next to nothing there, would follow the click
//! itself; the residual is then what the four neighbours of a sample do not explain: x0 - 2/3 (x1 + x-1) + 1/6 (x2 + x-2).

use super::beat::{self, Event};
use super::detector::{Detector, Programme};
use super::evidence::{Evidence, counted};
use super::hop::Hop;
use super::linear_prediction::{ORDER, Predictor};
use super::mending;
use super::places::{Places, channel};
use super::{Channels, Check, Finding, Place, Severity};
use std::collections::VecDeque;

/// Above the residual around it, as a ratio of powers: 30 dB.
const ABOVE: f64 = 1000.0;
/// Above the steps from sample to sample around it: the first wave of a note is less.
const ABOVE_STEPS: f64 = 4.0;
/// Above the residual just before and just after it: 19 dB. Of clicks that were made on songs all stand 22 dB and more, of strokes none 17.
const ABOVE_NEAR: f64 = 79.0;
/// Where that is, samples before and after; between them lies what the prediction makes of the click.
const NEAR_BEFORE: [usize; 2] = [30, 8];
const NEAR_AFTER: [usize; 2] = [18, 44];
/// As close as that to a single sample's jump: what is wider may be a synthesizer's pulse, and sends nothing back.
const CLOSE_BEFORE: [usize; 2] = [24, 2];
const CLOSE_AFTER: [usize; 2] = [14, 40];
/// Fewest samples that tell: at the last 1 % of a block there are none.
const LEAST_NEAR: usize = 6;
/// Most of the residual's energy around it that is left when its samples are mended: -11.5 dB. Of clicks of one to four samples that were made on songs less
/// than -13 dB is left, of strokes and starts of notes more than -11.2.
const LEFT: f64 = 0.071;
/// The residual of what four neighbours do not explain, as a filter.
const DIFFERENCES: [f64; 5] = [1.0 / 6.0, -2.0 / 3.0, 1.0, -2.0 / 3.0, 1.0 / 6.0];
/// A cell whose highest residual is no more than this over its own mean has no click in it.
const ABOVE_CELL: f64 = 3.0;
/// From this rate on differences do for the prediction, hertz.
const HIGH_RATE_HZ: f64 = 120_000.0;
/// Lowest residual that is heard: -54 dBFS.
const LOWEST: f64 = 2e-3;
/// Samples of a cell at 48 kHz: 1.3 ms, longer than the residual of one click.
const CELL: usize = 64;
/// Cells of a block of prediction: 43 ms, in which music stands still enough.
const BLOCK_CELLS: usize = 32;
/// Cells on either side that a click is held against, the nearest left out as its own.
const AROUND: usize = 8;
/// Cells on either side, 31 ms, in which at most [`NEIGHBOURS`] more are as high as half of it.
const ALONE: usize = 23;
const NEIGHBOURS: usize = 1;
/// So many, and so many a minute, no restoration is asked to remove.
const MANY: u64 = 10;
const MANY_PER_MINUTE: f64 = 12.0;
/// Single samples that are looked at for a beat, the first ones: of more no more is learnt.
const MOST_TIMED: usize = 512;

/// A stretch of 1.3 ms.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// Mean square of the residual, and of the steps from sample to sample.
    residual: f64,
    steps: f64,
    /// Highest residual and where.
    highest: f64,
    frame: u64,
    /// How far the sample there stands out of its neighbours, with its sign.
    jump: f64,
    /// Mean square of the residual just before or just after it, the larger; and the same, closer to it.
    near: f64,
    close: f64,
    /// Whether it stands out of what is near, and few samples explain it.
    may_be_click: bool,
}

/// One channel.
struct Line {
    samples: Vec<f64>,
    /// The residual of the last block's end and of the block.
    residual: Vec<f64>,
    cells: VecDeque<Cell>,
}

/// See the module.
pub(super) struct Clicks {
    sample_rate_hz: f64,
    channels: usize,
    cell: usize,
    block: usize,
    /// None where differences do.
    predictor: Option<Predictor>,
    lines: [Line; 2],
    next_frame: u64,
    found: Vec<Click>,
    places: Places,
    /// Clicks in either channel that are single samples.
    sharp: u64,
    timed: Vec<Event>,
}

/// A click in one channel.
#[derive(Debug, Clone, Copy)]
struct Click {
    frame: u64,
    channel: usize,
    height_db: f64,
    /// What a single sample jumps by.
    jump: Option<f64>,
}

impl Detector for Clicks {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, channels, .. } = *programme;
        let cell = CELL * ((sample_rate_hz / 48_000.0).round() as usize).clamp(1, 16);
        let block = BLOCK_CELLS * cell;
        let line = || {
            let mut samples = Vec::with_capacity(ORDER + block);
            samples.resize(ORDER, 0.0);
            let mut cells = VecDeque::with_capacity(2 * ALONE + 2);
            cells.resize(2 * ALONE, Cell::default());
            Line { samples, residual: vec![0.0; NEAR_BEFORE[0] + block], cells }
        };
        Self {
            sample_rate_hz,
            channels,
            cell,
            block,
            predictor: (sample_rate_hz < HIGH_RATE_HZ).then(|| Predictor::new(block)),
            lines: [line(), line()],
            next_frame: 0,
            found: Vec::with_capacity(BLOCK_CELLS),
            places: Places::default(),
            sharp: 0,
            timed: Vec::with_capacity(MOST_TIMED),
        }
    }

    fn push(&mut self, hop: &Hop) {
        let mut rest = hop.frames;
        while !rest.is_empty() {
            let missing = ORDER + self.block - self.lines[0].samples.len();
            let (part, tail) = rest.split_at(missing.min(rest.len()));
            for (c, line) in self.lines.iter_mut().enumerate() {
                line.samples.extend(part.iter().map(|frame| frame[c]));
            }
            if part.len() == missing {
                self.finish_block();
            }
            rest = tail;
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let count = self.places.count();
        (count > 0).then(|| {
            let sharp = self.sharp.min(count);
            let played = beat::played(&self.timed);
            // Those of them that are damage.
            let sharp = sharp.saturating_sub(played.map_or(0, |played| played.count as u64));
            let per_minute = sharp as f64 * 60.0 / evidence.seconds(evidence.frames).max(1.0);
            let played = played.map_or_else(String::new, |played| {
                format!(
                    " {} of them are alike and keep a step of {:.3} s: an instrument begins its notes so, or a sampler clicks at them.",
                    played.count, played.step_s
                )
            });
            Finding {
                check: Check::Clicks,
                severity: if sharp >= MANY && per_minute >= MANY_PER_MINUTE {
                    Severity::Fail
                } else {
                    Severity::Warn
                },
                figure: self.places.worst(),
                unit: "dB",
                threshold: 30.0,
                confidence: None,
                fact: format!(
                    "{}, the worst {:.0} dB over what is around it, first at {}.{played}",
                    counted(count, "click"),
                    self.places.worst(),
                    evidence.time(self.places.first_frame())
                ),
                advice: "Solo the tracks at these times: put short fades on the edit that clicks, repair the recording, or raise the buffer that \
                         ran empty; then export again."
                    .to_owned(),
                places: self.places.in_time(),
                place_count: count,
            }
        })
    }
}

impl Clicks {
    fn finish_block(&mut self) {
        for (c, line) in self.lines.iter_mut().enumerate().take(self.channels) {
            line.residual.copy_within(self.block.., 0);
            let fresh = &mut line.residual[NEAR_BEFORE[0]..];
            let of_prediction;
            let filter: &[f64] = match &mut self.predictor {
                Some(predictor) => {
                    of_prediction = predictor.residual(&line.samples, fresh);
                    &of_prediction
                }
                None => {
                    differences(&line.samples, fresh);
                    &DIFFERENCES
                }
            };
            if self.next_frame == 0 {
                fresh[..ORDER].fill(0.0);
            }
            let block = &line.samples[ORDER - 1..];
            for n in 0..BLOCK_CELLS {
                let (from, to) = (n * self.cell, (n + 1) * self.cell);
                let mut cell = Cell { frame: self.next_frame + from as u64, ..Cell::default() };
                let mut at = from;
                for (k, error) in line.residual[NEAR_BEFORE[0]..][from..to].iter().enumerate() {
                    cell.residual += error * error;
                    if error.abs() > cell.highest {
                        cell.highest = error.abs();
                        at = from + k;
                    }
                }
                // What differences tell of a sample comes with the second after it.
                let late = if self.predictor.is_some() { 0 } else { 2 };
                cell.frame = (self.next_frame + at as u64).saturating_sub(late);
                cell.steps = block[from..=to].windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
                cell.residual /= self.cell as f64;
                let power = cell.highest * cell.highest;
                if power > ABOVE_CELL * cell.residual && cell.highest >= LOWEST {
                    cell.jump = jump(&line.samples, (ORDER + at).saturating_sub(late as usize));
                    let at = NEAR_BEFORE[0] + at;
                    [cell.near, cell.close] = [(NEAR_BEFORE, NEAR_AFTER), (CLOSE_BEFORE, CLOSE_AFTER)]
                        .map(|(before, after)| near(&line.residual, at, before, after));
                    cell.may_be_click =
                        power >= ABOVE_NEAR * cell.near && mending::left(&line.residual, at, filter) < LEFT;
                }
                cell.steps /= self.cell as f64;
                line.cells.push_back(cell);
                if let Some((cell, height_db)) = judge(&line.cells) {
                    let is_sharp = cell.highest * cell.highest > ABOVE_NEAR * cell.close;
                    self.sharp += u64::from(is_sharp);
                    let jump = is_sharp.then_some(cell.jump);
                    self.found.push(Click { frame: cell.frame, channel: c, height_db, jump });
                }
                line.cells.pop_front();
            }
        }
        for line in &mut self.lines {
            line.samples.copy_within(self.block.., 0);
            line.samples.truncate(ORDER);
        }
        self.next_frame += self.block as u64;
        self.found.sort_by_key(|click| click.frame);
        let mut found = self.found.drain(..).peekable();
        while let Some(Click { frame, channel: c, height_db, jump }) = found.next() {
            let twin = found.next_if(|other| other.channel != c && other.frame - frame < self.cell as u64);
            let channels = if twin.is_some() { Channels::Both } else { channel(c) };
            let figure = twin.map_or(height_db, |other| height_db.max(other.height_db));
            self.places.add(Place { start_frame: frame, frames: 1, channels, figure });
            let jump = jump.or(twin.and_then(|other| other.jump));
            if let (Some(jump), true) = (jump, self.timed.len() < MOST_TIMED) {
                self.timed.push(Event { at_s: frame as f64 / self.sample_rate_hz, jump });
            }
        }
    }
}

/// Mean square of the residual just before or just after `at`, the larger; before alone where the block ends too soon to tell.
fn near(residual: &[f64], at: usize, before: [usize; 2], after: [usize; 2]) -> f64 {
    let mean = |from: usize, to: usize| {
        let part = residual.get(from..to.min(residual.len())).unwrap_or_default();
        let sum = part.iter().map(|error| error * error).sum::<f64>();
        if part.len() < LEAST_NEAR { 0.0 } else { sum / part.len() as f64 }
    };
    mean(at - before[0], at - before[1]).max(mean(at + after[0], at + after[1]))
}

/// How far a sample stands out of those beside it. The residual tells no sign: a click that is louder than its block bends the prediction, and the sample
/// after it may then hold the highest error, of the other sign; so the one before is looked at as well.
fn jump(samples: &[f64], at: usize) -> f64 {
    let over = |at: usize| {
        let before = samples.get(at.saturating_sub(1)).copied().unwrap_or_default();
        let after = samples.get(at + 1).copied().unwrap_or(before);
        samples.get(at).copied().unwrap_or_default() - 0.5 * (before + after)
    };
    let [one, other] = [over(at.saturating_sub(1)), over(at)];
    if one.abs() > other.abs() { one } else { other }
}

/// What its two neighbours on either side do not explain of a sample, two samples late. `samples` as for [`Predictor::residual`].
fn differences(samples: &[f64], residual: &mut [f64]) {
    for (error, x) in residual.iter_mut().zip(samples[ORDER - 4..].windows(5)) {
        *error = x[2] - (x[1] + x[3]) * (2.0 / 3.0) + (x[0] + x[4]) * (1.0 / 6.0);
    }
}

/// Whether the middle one of the cells holds a click: it, and its height over what is around it in dB.
fn judge(cells: &VecDeque<Cell>) -> Option<(Cell, f64)> {
    let middle = ALONE;
    let cell = cells.get(middle)?;
    let power = cell.highest * cell.highest;
    if !cell.may_be_click || power < ABOVE * cell_floor(cells, middle) {
        return None;
    }
    let (mut residual, mut steps) = (0.0f64, 0.0f64);
    for side in [middle - AROUND..middle - 1, middle + 2..middle + AROUND + 1] {
        let count = side.len() as f64;
        residual = residual.max(cells.range(side.clone()).map(|cell| cell.residual).sum::<f64>() / count);
        steps = steps.max(cells.range(side).map(|cell| cell.steps).sum::<f64>() / count);
    }
    if power < ABOVE * residual || power < ABOVE_STEPS * ABOVE_STEPS * steps {
        return None;
    }
    let mut neighbours = 0;
    for (n, other) in cells.iter().enumerate() {
        if n.abs_diff(middle) <= 1 {
            // Its own edges: of two cells only the higher one counts.
            if n != middle && other.highest > cell.highest {
                return None;
            }
        } else if other.highest > 0.5 * cell.highest {
            neighbours += 1;
        }
    }
    // What stands on silence has no height to speak of: 90 dB is as good as any.
    let height_db = (10.0 * (power / residual.max(1e-12 * power)).log10()).min(90.0);
    (neighbours <= NEIGHBOURS).then_some((*cell, height_db))
}

/// A first look at what is around: the quieter of the cells two away. What fails this fails the closer look as well.
fn cell_floor(cells: &VecDeque<Cell>, middle: usize) -> f64 {
    let at = |n: usize| cells.get(n).map_or(0.0, |cell| cell.residual);
    at(middle - 2).min(at(middle + 2)) / AROUND as f64
}
