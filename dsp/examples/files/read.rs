//! Stereo WAV files of 16-bit words in, for the examples.

use hound::{Result, WavReader};
use lacquer_dsp::Frame;

/// The frames of a stereo file of 16-bit words, and its sample rate in hertz.
pub fn read(path: &str) -> Result<(Vec<Frame>, f64)> {
    let mut reader = WavReader::open(path)?;
    let words = reader.samples::<i16>().collect::<Result<Vec<_>>>()?;
    let frames = words.chunks_exact(2).map(|pair| [0, 1].map(|side| f64::from(pair[side]) / 32_768.0));
    Ok((frames.collect(), f64::from(reader.spec().sample_rate)))
}
