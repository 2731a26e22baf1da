//! Listening to a part of the chain in place of its output: for monitoring only.

use super::StageId;
use crate::blocks::delay::Delay;
use crate::processor::Frame;

/// What of a stage is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenSource {
    /// The stage's output less its input.
    Delta,
    /// One of the stage's own parts, as its `set_listen` numbers them.
    Part(usize),
}

/// A stage and what of it is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// The stage.
    pub stage: StageId,
    /// What of it.
    pub source: ListenSource,
}

/// Carries what is listened to from its stage to the output, in time with the output.
#[derive(Default)]
pub(super) struct Tap {
    pub(super) listen: Option<Listen>,
    pub(super) frames: Vec<Frame>,
    pub(super) delays: Vec<Delay>,
    /// 0 output to 1 tap.
    pub(super) fade: f64,
}

/// Moves `fade` by at most `step` a frame towards `target` and mixes `other` into `frames`: all of it at 1, none at 0.
pub(super) fn crossfade(frames: &mut [Frame], other: &[Frame], fade: &mut f64, target: f64, step: f64) {
    if *fade == target {
        if target == 1.0 {
            frames.copy_from_slice(other);
        }
        return;
    }
    for (frame, other) in frames.iter_mut().zip(other) {
        *fade = if *fade < target { (*fade + step).min(target) } else { (*fade - step).max(target) };
        let gain = *fade * *fade * (3.0 - 2.0 * *fade);
        *frame = if gain == 1.0 {
            *other
        } else {
            [frame[0] + gain * (other[0] - frame[0]), frame[1] + gain * (other[1] - frame[1])]
        };
    }
}
