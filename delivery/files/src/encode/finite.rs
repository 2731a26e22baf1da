//! Samples that a lossy encoder can take: its arithmetic has no answer to what is not a number.

use crate::audio::Audio;
use std::borrow::Cow;

/// The highest sample that is passed on, 36 dB over full scale.
const HIGHEST: f32 = 64.0;

/// The programme with silence for samples that are no numbers, and no sample beyond 36 dB over full scale. Copied only if there is one.
pub fn finite(audio: &Audio) -> Cow<'_, Audio> {
    let is_sane = |x: &f32| x.abs() <= HIGHEST;
    if audio.frames.as_flattened().iter().all(is_sane) {
        return Cow::Borrowed(audio);
    }
    let made_sane = |x: f32| if x.is_nan() { 0.0 } else { x.clamp(-HIGHEST, HIGHEST) };
    let frames = audio.frames.iter().map(|frame| frame.map(made_sane)).collect();
    Cow::Owned(Audio { frames, ..audio.clone() })
}
