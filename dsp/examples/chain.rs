//! Runs a song through the chain: glue and the limiter: `chain SONG.wav MASTER.wav`.

#[path = "files/read.rs"]
mod read;
#[path = "files/write.rs"]
mod write;

use lacquer_dsp::{Chain, ChainSettings, ProcessSpec};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [song, master] = paths.as_slice() else { return Err("usage: chain SONG.wav MASTER.wav".into()) };
    let (mut frames, sample_rate) = read::read(song)?;
    let mut settings = ChainSettings::default();
    settings.glue.on = true;
    settings.glue.threshold_db = -20.0;
    settings.limiter.drive_db = 4.0;
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec::stereo(sample_rate));
    chain.set(&settings);
    let latency = chain.latency_samples();
    frames.resize(frames.len() + latency, [0.0; 2]);
    // In blocks, as a host gives them: their length changes no bit.
    frames.chunks_mut(512).for_each(|block| chain.process(block));
    Ok(write::write(master, &frames[latency..], sample_rate)?)
}
