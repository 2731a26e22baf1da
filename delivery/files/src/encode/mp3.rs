//! MP3 by LAME, in builds with the feature `mp3`: LAME is under the LGPL and therefore not part of the others.

use super::EncodeError;
use crate::audio::Programme;
use std::io::{Seek, Write};
use std::path::Path;

/// Whether this build has the encoder.
pub const IS_BUILT: bool = cfg!(feature = "mp3");

/// The rate at which a programme of `rate_hz` is encoded.
pub fn rate_hz(rate_hz: u32) -> u32 {
    if rate_hz.is_multiple_of(44_100) { 44_100 } else { 48_000 }
}

/// Without the feature there is nothing to encode with.
///
/// # Errors
/// [`EncodeError::NoMp3`].
#[cfg(not(feature = "mp3"))]
pub fn write(
    _path: &Path,
    _file: &mut (impl Write + Seek),
    _programme: &dyn Programme,
    _kbps: u32,
) -> Result<(), EncodeError> {
    Err(EncodeError::NoMp3)
}

/// Writes the file to the start of `file`, at a constant bit rate of `kbps` and joint stereo. Other rates than 44.1 and 48 kHz are converted to the nearer of
/// the two. The first frame holds LAME's tag, by which players cut what the encoder adds.
/// `path` is what errors name.
///
/// # Errors
/// [`EncodeError::Codec`], [`EncodeError::Range`] and [`EncodeError::Write`].
#[cfg(feature = "mp3")]
pub fn write(
    path: &Path,
    file: &mut (impl Write + Seek),
    programme: &dyn Programme,
    kbps: u32,
) -> Result<(), EncodeError> {
    use super::finite::Finite;
    use crate::resample::converted;
    use mp3lame_encoder::{
        Builder, FlushGap, InterleavedPcm, Mode, MonoPcm, Quality, max_required_buffer_size,
    };
    use std::io::SeekFrom;

    let refused = EncodeError::codec("MP3");
    let writing = EncodeError::writing(path);
    let (channels, sample_rate) = (programme.channels(), rate_hz(programme.sample_rate()));
    let stereo = channels == 2;
    let bit_rate = bit_rate(kbps)?;
    let built = || {
        Builder::new()
            .ok_or(mp3lame_encoder::BuildError::NoMem)?
            .with_num_channels(channels as u8)?
            .with_sample_rate(sample_rate)?
            .with_brate(bit_rate)?
            .with_mode(if stereo { Mode::JointStereo } else { Mode::Mono })?
            .with_quality(Quality::Best)?
            .with_to_write_vbr_tag(true)?
            .build()
    };
    let mut encoder = built().map_err(|error| refused(&error))?;
    let mut bytes: Vec<u8> = Vec::new();
    converted(&Finite(programme), sample_rate, |chunk| {
        bytes.clear();
        bytes.reserve(max_required_buffer_size(chunk.len()));
        let encoded = if stereo {
            encoder.encode_to_vec(InterleavedPcm(chunk.as_flattened()), &mut bytes)
        } else {
            let mono: Vec<f32> = chunk.iter().map(|frame| frame[0]).collect();
            encoder.encode_to_vec(MonoPcm(&mono), &mut bytes)
        };
        encoded.map_err(|error| refused(&error))?;
        file.write_all(&bytes).map_err(&writing)
    })?;
    bytes.clear();
    // LAME's manual asks for as much at the end. The other way of flushing drops what does not fill a frame.
    bytes.reserve(7200);
    encoder.flush_to_vec::<FlushGap>(&mut bytes).map_err(|error| refused(&error))?;
    file.write_all(&bytes).map_err(&writing)?;
    let mut tag: Vec<u8> = Vec::with_capacity(encoder.lame_tag_size());
    if encoder.lame_tag_encode_to_vec(&mut tag).is_some() {
        // Its frame was written first and left empty.
        file.seek(SeekFrom::Start(0)).map_err(&writing)?;
        file.write_all(&tag).map_err(&writing)?;
        file.seek(SeekFrom::End(0)).map_err(&writing)?;
    }
    Ok(())
}

#[cfg(feature = "mp3")]
fn bit_rate(kbps: u32) -> Result<mp3lame_encoder::Bitrate, EncodeError> {
    use mp3lame_encoder::Bitrate::*;
    Ok(match kbps {
        32 => Kbps32,
        40 => Kbps40,
        48 => Kbps48,
        64 => Kbps64,
        80 => Kbps80,
        96 => Kbps96,
        112 => Kbps112,
        128 => Kbps128,
        160 => Kbps160,
        192 => Kbps192,
        224 => Kbps224,
        256 => Kbps256,
        320 => Kbps320,
        _ => {
            let (format, what, range) = ("MP3", "bit rate", "one of 32 to 320 kbit/s, for instance 320");
            return Err(EncodeError::Range { format, what, value: f64::from(kbps), range });
        }
    })
}
