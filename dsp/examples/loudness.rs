//! The integrated loudness of a song: `loudness SONG.wav`.

mod files;

use lacquer_dsp::metering::loudness::Loudness;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: loudness SONG.wav")?;
    let (frames, sample_rate) = files::read(&path)?;
    let mut loudness = Loudness::new(sample_rate, 2);
    loudness.push(&frames);
    println!("{:.1} LUFS", loudness.integrated_lufs());
    Ok(())
}
