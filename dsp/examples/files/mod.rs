//! Stereo WAV files of 16 bits in and of 32-bit float out, for the examples.

use hound::{Result, SampleFormat, WavReader, WavSpec, WavWriter};
use lacquer_dsp::Frame;

/// The frames of a stereo file of 16-bit words, and its sample rate in hertz.
pub fn read(path: &str) -> Result<(Vec<Frame>, f64)> {
    let mut reader = WavReader::open(path)?;
    let words = reader.samples::<i16>().collect::<Result<Vec<_>>>()?;
    let frames = words.chunks_exact(2).map(|pair| [0, 1].map(|side| f64::from(pair[side]) / 32_768.0));
    Ok((frames.collect(), f64::from(reader.spec().sample_rate)))
}

/// Writes frames as a stereo file of 32-bit float words.
#[allow(dead_code, reason = "one of the examples writes nothing")]
pub fn write(path: &str, frames: &[Frame], sample_rate: f64) -> Result<()> {
    let sample_rate = sample_rate as u32;
    let spec = WavSpec { channels: 2, sample_rate, bits_per_sample: 32, sample_format: SampleFormat::Float };
    let mut writer = WavWriter::create(path, spec)?;
    for sample in frames.as_flattened() {
        writer.write_sample(*sample as f32)?;
    }
    writer.finalize()
}
