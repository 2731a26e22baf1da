//! Limits a song by 6 dB: `limit SONG.wav LIMITED.wav`.

#[path = "files/read.rs"]
mod read;
#[path = "files/write.rs"]
mod write;

use lacquer_dsp::chain::{Limiter, LimiterSettings};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{ProcessSpec, Processor, Stage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [song, limited] = paths.as_slice() else { return Err("usage: limit SONG.wav LIMITED.wav".into()) };
    let (mut frames, sample_rate) = read::read(song)?;
    let mut limiter = Limiter::default();
    limiter.prepare(&ProcessSpec::stereo(sample_rate));
    limiter.set(&LimiterSettings { drive_db: 6.0, ..LimiterSettings::default() });
    let latency = limiter.latency_samples();
    frames.resize(frames.len() + latency, [0.0; 2]);
    for_each_block(&mut frames, 0, |block| limiter.process(block));
    Ok(write::write(limited, &frames[latency..], sample_rate)?)
}
