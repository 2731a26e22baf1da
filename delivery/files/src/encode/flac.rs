//! FLAC (RFC 9639), by flacenc.

use super::{EncodeError, word};
use crate::audio::Audio;
use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config::Encoder;
use flacenc::error::Verify;
use flacenc::source::MemSource;

/// The file's bytes, at 16 or 24 bits. Samples are multiples of the word's last bit already (the dither's work).
///
/// # Errors
/// [`EncodeError::Codec`].
pub fn encode(audio: &Audio, bits: u32) -> Result<Vec<u8>, EncodeError> {
    let refused = EncodeError::codec("FLAC");
    let samples: Vec<i32> =
        audio.frames.iter().flat_map(|frame| &frame[..audio.channels]).map(|x| word(*x, bits)).collect();
    let config = Encoder::default().into_verified().map_err(|(_, error)| refused(&error))?;
    let rate = audio.sample_rate as usize;
    let source = MemSource::from_samples(&samples, audio.channels, bits as usize, rate);
    drop(samples);
    let block = config.block_size;
    let mut stream =
        flacenc::encode_with_fixed_block_size(&config, source, block).map_err(|error| refused(&error))?;
    // RFC 9639, section 8.2: the last block does not count; flacenc counts it, and readers refuse one below 16.
    stream.stream_info_mut().set_block_sizes(block, block).map_err(|error| refused(&error))?;
    let mut sink = ByteSink::new();
    stream.write(&mut sink).map_err(|error| refused(&error))?;
    Ok(sink.into_inner())
}
