//! Energies before the first stage and after each, of the same frames of the song: what a stage makes louder, narrower or denser.
//!
//! Each point counts tenths of a second of its own, which begin as many frames later as the stages before it delay: hop n is the same
//! part of the song at every point, and a stage that changes nothing reads the same to the last bit. An entry is written once the last
//! point has it.

use crate::chain::StageId;
use crate::metering::k_weighting::KWeighting;
use crate::processor::Frame;
use crate::shared::meter_bank::{STAGE_HOP_WORDS, STAGES};
use crate::shared::ring::{Ring, pack};

/// Length of a hop, s.
const HOP_S: f64 = 0.1;
/// Hops that the first point may be ahead of the last: 6.4 s, of which the chain's latency is a tenth.
const AHEAD: usize = 64;

/// Sums of squares over a hop.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weighted: f64,
    mid: f64,
    side: f64,
}

/// Where the signal is measured.
struct Point {
    weighting: KWeighting,
    /// Frames that are another part of the song than the first hop.
    skip: usize,
    in_hop: usize,
    hop: u64,
    sums: Sums,
}

/// See the module.
pub(super) struct StageTaps {
    mono: bool,
    hop: usize,
    delays: [usize; STAGES],
    points: [Point; STAGES + 1],
    /// Of each hop that not every point has finished.
    finished: Box<[[Sums; STAGES + 1]; AHEAD]>,
}

impl StageTaps {
    /// Allocates.
    pub(super) fn new(sample_rate: f64, channels: usize) -> Self {
        let point = |_| Point {
            weighting: KWeighting::new(sample_rate),
            skip: 0,
            in_hop: 0,
            hop: 0,
            sums: Sums::default(),
        };
        Self {
            mono: channels == 1,
            hop: (sample_rate * HOP_S).round().max(1.0) as usize,
            delays: [0; STAGES],
            points: std::array::from_fn(point),
            finished: Box::new([[Sums::default(); STAGES + 1]; AHEAD]),
        }
    }

    /// [audio-thread] Begins with the next frame that comes in.
    pub(super) fn restart(&mut self) {
        for (n, point) in self.points.iter_mut().enumerate() {
            // What stands in the stages came in before.
            point.skip = n.checked_sub(1).map_or(0, |stage| self.delays[stage]);
            (point.in_hop, point.hop, point.sums) = (0, 0, Sums::default());
        }
    }

    /// [audio-thread] Takes what comes in; begins anew where the stages delay otherwise than before.
    pub(super) fn take_in(&mut self, frames: &[Frame], delays: &[usize]) {
        if self.delays[..] != *delays {
            self.delays.iter_mut().zip(delays).for_each(|(ours, delay)| *ours = *delay);
            self.restart();
        }
        self.push(0, frames);
    }

    /// [audio-thread] Takes what a stage made; after the last one, writes what all points have to `ring`.
    pub(super) fn after_stage(&mut self, stage: StageId, frames: &[Frame], ring: &Ring<STAGE_HOP_WORDS>) {
        let before = self.points[STAGES].hop;
        self.push(stage as usize + 1, frames);
        for hop in before..self.points[STAGES].hop {
            let mut words = [hop; STAGE_HOP_WORDS];
            let points = &self.finished[hop as usize % AHEAD];
            let per_frame = 1.0 / self.hop as f64;
            for (words, sums) in words[1..].as_chunks_mut::<2>().0.iter_mut().zip(points) {
                let [weighted, mid, side] =
                    [sums.weighted, sums.mid, sums.side].map(|sum| (sum * per_frame) as f32);
                *words = [pack(weighted, mid), pack(side, 0.0)];
            }
            ring.push(words);
        }
    }

    fn push(&mut self, index: usize, frames: &[Frame]) {
        let point = &mut self.points[index];
        let skipped = point.skip.min(frames.len());
        point.skip -= skipped;
        // The filter hears everything: it has settled when the first hop begins.
        frames[..skipped].iter().for_each(|frame| {
            point.weighting.tick(*frame);
        });
        let mut rest = &frames[skipped..];
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((self.hop - point.in_hop).min(rest.len()));
            point.sums = add(point.sums, &mut point.weighting, part, self.mono);
            point.in_hop += part.len();
            if point.in_hop == self.hop {
                self.finished[point.hop as usize % AHEAD][index] = std::mem::take(&mut point.sums);
                point.in_hop = 0;
                point.hop += 1;
            }
            rest = tail;
        }
    }
}

/// Sums with `frames` added, frame by frame: the same bits however they come.
fn add(sums: Sums, weighting: &mut KWeighting, frames: &[Frame], mono: bool) -> Sums {
    let Sums { weighted: mut both, mut mid, mut side } = sums;
    for frame in frames {
        let [left, right] = weighting.tick(*frame);
        // A track of one channel is carried as two equal ones.
        both += if mono { left * left } else { left * left + right * right };
        let [sum, difference] = [frame[0] + frame[1], frame[0] - frame[1]];
        mid += 0.25 * sum * sum;
        side += 0.25 * difference * difference;
    }
    Sums { weighted: both, mid, side }
}
