//! Sample rates that an encoder does not take, converted by rubato's synchronous resampler in double precision.

use super::EncodeError;
use crate::audio::Audio;
use rubato::audioadapter::Adapter;
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};
use std::borrow::Cow;

/// Frames of a transform: the pass band then reaches to within a few hundred hertz of half the lower rate.
const CHUNK_FRAMES: usize = 8192;

/// The programme at `to_hz`, in time with what it was: frame n of either is at the same second. Rounded to the nearest frame, it is as
/// long.
///
/// # Errors
/// [`EncodeError::Codec`].
pub fn convert(audio: &Audio, to_hz: u32) -> Result<Cow<'_, Audio>, EncodeError> {
    if audio.sample_rate == to_hz || audio.frames.is_empty() {
        return Ok(Cow::Borrowed(audio));
    }
    let refused = EncodeError::codec("sample-rate conversion");
    let (from, to) = (audio.sample_rate as usize, to_hz as usize);
    let window = WindowFunction::BlackmanHarris2;
    let mut resampler = Fft::<f64>::new_custom(from, to, CHUNK_FRAMES, 1, 2, window, FixedSync::Both)
        .map_err(|error| refused(&error))?;
    let sides: Vec<Vec<f64>> =
        (0..2).map(|channel| audio.frames.iter().map(|frame| f64::from(frame[channel])).collect()).collect();
    let length = audio.frames.len();
    let input = SequentialSliceOfVecs::new(&sides, 2, length).map_err(|error| refused(&error))?;
    let output = resampler.process_all(&input, length, None).map_err(|error| refused(&error))?;
    let wanted = ((length as u128 * to as u128 + from as u128 / 2) / from as u128) as usize;
    let sample = |channel, n| output.read_sample(channel, n).unwrap_or(0.0) as f32;
    let frames = (0..wanted).map(|n| [sample(0, n), sample(1, n)]).collect();
    Ok(Cow::Owned(Audio { sample_rate: to_hz, channels: audio.channels, frames }))
}
