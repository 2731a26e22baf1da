//! Stereo WAV files of 32-bit float words out, for the examples.

use hound::{Result, SampleFormat, WavSpec, WavWriter};
use lacquer_dsp::Frame;

/// Writes frames as a stereo file of 32-bit float words.
pub fn write(path: &str, frames: &[Frame], sample_rate: f64) -> Result<()> {
    let sample_rate = sample_rate as u32;
    let spec = WavSpec { channels: 2, sample_rate, bits_per_sample: 32, sample_format: SampleFormat::Float };
    let mut writer = WavWriter::create(path, spec)?;
    for sample in frames.as_flattened() {
        writer.write_sample(*sample as f32)?;
    }
    writer.finalize()
}
