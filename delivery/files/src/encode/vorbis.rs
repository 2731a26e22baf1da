//! Ogg Vorbis, by libvorbis with the aoTuV tunings.

use super::EncodeError;
use super::finite::Finite;
use crate::audio::{Programme, SpilledAudio};
use crate::spill::Scratch;
use lacquer_dsp::programme::{Source, visit};
use std::io::{Read, Write};
use std::num::{NonZeroU8, NonZeroU32};
use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisDecoder, VorbisEncoderBuilder};

/// Serial number of the only stream: the same master has the same bytes whenever it is made.
const SERIAL: i32 = 1;

/// Writes a file. `quality` is -1 to 10.
///
/// # Errors
/// [`EncodeError::Codec`], for instance at rates above 200 kHz.
pub fn encode(programme: &dyn Programme, quality: f32, out: impl Write) -> Result<(), EncodeError> {
    let refused = EncodeError::codec("Vorbis");
    let finite = Finite(programme);
    let rate = NonZeroU32::new(programme.sample_rate()).ok_or_else(|| refused(&"a sample rate of 0"))?;
    let channels = u8::try_from(programme.channels()).ok().and_then(NonZeroU8::new);
    let channels = channels.ok_or_else(|| refused(&"neither one channel nor two"))?;
    let target_quality = quality / 10.0;
    let mut encoder = VorbisEncoderBuilder::new_with_serial(rate, channels, out, SERIAL)
        .bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr { target_quality })
        .build()
        .map_err(|error| refused(&error))?;
    let mut sides: [Vec<f32>; 2] = Default::default();
    visit(&finite, 0..finite.length(), |chunk| {
        for (channel, side) in sides.iter_mut().enumerate() {
            side.clear();
            side.extend(chunk.iter().map(|frame| frame[channel]));
        }
        encoder.encode_audio_block(&sides[..programme.channels()]).map_err(|error| refused(&error))
    })?;
    encoder.finish().map_err(|error| refused(&error))?.flush().map_err(|error| refused(&error))
}

/// Reads a file of one or two channels.
///
/// # Errors
/// [`EncodeError::Codec`].
pub fn decode<R: Read>(source: R, scratch: &Scratch) -> Result<SpilledAudio, EncodeError> {
    let refused = EncodeError::codec("Vorbis");
    let mut decoder = VorbisDecoder::<R>::new(source).map_err(|error| refused(&error))?;
    let channels = usize::from(decoder.channels().get());
    if channels > 2 {
        return Err(refused(&format!("{channels} channels, where one or two are read")));
    }
    let mut decoded = SpilledAudio::new(decoder.sampling_frequency().get(), channels, scratch);
    let mut frames = Vec::new();
    while let Some(block) = decoder.decode_audio_block().map_err(|error| refused(&error))? {
        frames.clear();
        match block.samples() {
            [left, right] => frames.extend(left.iter().zip(*right).map(|(left, right)| [*left, *right])),
            [mono] => frames.extend(mono.iter().map(|x| [*x; 2])),
            _ => return Err(refused(&"the channels change in the middle")),
        }
        decoded.frames.push(&frames)?;
    }
    Ok(decoded)
}
