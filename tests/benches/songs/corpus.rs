//! Songs: the loudest stretch of each file of a folder, or of what Debian's games bring.

use anyhow::Context;
use lacquer_dsp::Frame;
use lacquer_dsp::metering::k_weighting::KWeighting;
use lacquer_files::audio::widen;
use lacquer_files::decode::decode;
use std::path::{Path, PathBuf};

/// Debian's frozen-bubble-data and lincity-ng-data: game tunes, electronic pieces, and a dense blues.
const FOLDERS: [&str; 2] = ["/usr/share/games/frozen-bubble/snd", "/usr/share/games/lincity-ng/music"];
/// What is shorter is an effect, not a song, s.
const SHORTEST_S: f64 = 20.0;
/// Step between the stretches that are compared, s.
const STEP_S: f64 = 0.5;

/// A stretch of a song.
pub struct Song {
    /// Its file's name without the ending.
    pub name: String,
    /// Sample rate, hertz.
    pub rate: f64,
    /// The stretch, at a sample peak of 1.
    pub frames: Vec<Frame>,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if path.is_dir() {
            files(&path, found)?;
        } else if ending
            .is_some_and(|ending| ["ogg", "wav", "flac", "mp3", "opus"].contains(&ending.as_str()))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The stretch of `seconds` with the most K-weighted energy.
fn loudest(frames: &[Frame], rate: f64, seconds: f64) -> &[Frame] {
    let (length, step) = ((seconds * rate) as usize, (STEP_S * rate) as usize);
    if frames.len() <= length {
        return frames;
    }
    let mut filter = KWeighting::new(rate);
    let powers: Vec<f64> = frames
        .chunks(step)
        .map(|chunk| chunk.iter().map(|frame| filter.tick(*frame).iter().map(|x| x * x).sum::<f64>()).sum())
        .collect();
    let window = length / step;
    let sums = powers.windows(window).map(|part| part.iter().sum::<f64>());
    let best = sums.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at * step);
    &frames[best..best + length]
}

/// The songs of `folder`, or Debian's, `seconds` of each, in the order of their names.
pub fn songs(folder: Option<&Path>, seconds: f64) -> anyhow::Result<Vec<Song>> {
    let mut paths = Vec::new();
    match folder {
        Some(folder) => files(folder, &mut paths)?,
        None => FOLDERS.iter().try_for_each(|folder| files(Path::new(folder), &mut paths))?,
    }
    paths.sort();
    let mut songs = Vec::new();
    for path in paths {
        let audio = match decode(&path, &|_| {}) {
            Ok(audio) => audio,
            Err(error) => {
                println!("left out: {error}");
                continue;
            }
        };
        if audio.duration_s() < SHORTEST_S {
            continue;
        }
        let rate = f64::from(audio.sample_rate);
        let frames: Vec<Frame> = audio.frames.iter().map(widen).collect();
        let frames = loudest(&frames, rate, seconds);
        let peak = frames.as_flattened().iter().fold(1e-9f64, |peak, x| peak.max(x.abs()));
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        songs.push(Song { name, rate, frames: frames.iter().map(|frame| frame.map(|x| x / peak)).collect() });
    }
    anyhow::ensure!(
        !songs.is_empty(),
        "no songs: install frozen-bubble-data and lincity-ng-data, or name a folder"
    );
    Ok(songs)
}
