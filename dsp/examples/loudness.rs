//! The integrated loudness of a song: `loudness SONG.wav`.

#[path = "files/read.rs"]
mod read;

use lacquer_dsp::metering::loudness::Loudness;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: loudness SONG.wav")?;
    let (frames, sample_rate) = read::read(&path)?;
    let mut loudness = Loudness::new(sample_rate, 2);
    loudness.push(&frames);
    println!("{:.1} LUFS", loudness.integrated_lufs());
    Ok(())
}
