//! What a codec delays, found by cross-correlation and taken out.

use lacquer_dsp::Frame;
use lacquer_dsp::programme::{Source, piece};
use lacquer_files::audio::{Programme, SpilledAudio, widen};
use std::io;

/// Frames by which a codec may be late or early: twice what MP3's encoder and decoder take together.
const MOST_LAG: usize = 4096;
/// Frames that are compared.
const WINDOW_FRAMES: usize = 8192;
/// Correlations that are the same for a tone whose periods all fit; the smallest lag is then the right one.
const SAME: f64 = 0.999;

/// What came out of a codec, in time with what went in and as long: what is missing at the ends is silence.
#[derive(Debug)]
pub struct Aligned {
    decoded: SpilledAudio,
    lag: isize,
    length: usize,
    channels: usize,
}

impl Source<[f32; 2]> for Aligned {
    fn length(&self) -> usize {
        self.length
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        read_with_silence(&self.decoded, start as isize + self.lag, frames)
    }
}

impl Programme for Aligned {
    fn sample_rate(&self) -> u32 {
        self.decoded.sample_rate
    }

    fn channels(&self) -> usize {
        self.channels
    }
}

/// `decoded` in time with `original` and as long.
///
/// # Errors
/// As [`Source::read`].
pub fn aligned(original: &dyn Programme, decoded: SpilledAudio) -> io::Result<Aligned> {
    let lag = lag(original, &decoded)?;
    Ok(Aligned { decoded, lag, length: original.length(), channels: original.channels() })
}

/// Reads from `start` on; silence lies before and after the source.
fn read_with_silence(source: &dyn Source<[f32; 2]>, start: isize, frames: &mut [[f32; 2]]) -> io::Result<()> {
    let end = start + frames.len() as isize;
    let inside = |at: isize| at.clamp(0, source.length() as isize);
    let (from, to) = (inside(start), inside(end));
    frames.fill([0.0; 2]);
    if from < to {
        source.read(from as usize, &mut frames[(from - start) as usize..(to - start) as usize])?;
    }
    Ok(())
}

/// Frames by which `late` is behind `original`, looked for where `original` is loudest. 0 for silence.
///
/// # Errors
/// As [`Source::read`].
pub fn lag(original: &dyn Source<[f32; 2]>, late: &dyn Source<[f32; 2]>) -> io::Result<isize> {
    let start = loudest(original)?;
    let window = piece(original, start..(start + WINDOW_FRAMES).min(original.length()))?;
    let most = MOST_LAG as isize;
    // The piece of the late programme that any lag looks at, silence around it.
    let mut around = vec![[0.0; 2]; window.len() + 2 * MOST_LAG];
    read_with_silence(late, start as isize - most, &mut around)?;
    let piece: Vec<Frame> = around.iter().map(widen).collect();
    let window: Vec<Frame> = window.iter().map(widen).collect();
    let mut energy: f64 = piece[..window.len()].as_flattened().iter().map(|x| x * x).sum();
    let mut correlations = Vec::with_capacity(2 * MOST_LAG + 1);
    for shift in 0..=2 * MOST_LAG {
        let here = &piece[shift..shift + window.len()];
        let product: f64 = window.as_flattened().iter().zip(here.as_flattened()).map(|(a, b)| a * b).sum();
        correlations.push(if energy > 1e-12 { product / energy.sqrt() } else { 0.0 });
        if let (Some(first), Some(next)) = (here.first(), piece.get(shift + window.len())) {
            energy += next[0] * next[0] + next[1] * next[1] - first[0] * first[0] - first[1] * first[1];
        }
    }
    let best = correlations.iter().copied().fold(0.0, f64::max);
    if best <= 0.0 {
        return Ok(0);
    }
    let is_peak = |shift: usize| {
        let at = |shift: usize| correlations.get(shift).copied().unwrap_or(f64::NEG_INFINITY);
        let here = at(shift);
        here >= SAME * best && here >= at(shift + 1) && (shift == 0 || here >= at(shift - 1))
    };
    let peaks = (0..correlations.len()).filter(|shift| is_peak(*shift)).map(|shift| shift as isize - most);
    Ok(peaks.min_by_key(|lag| lag.abs()).unwrap_or(0))
}

/// Where the loudest window begins; the last one of equals.
fn loudest(frames: &dyn Source<[f32; 2]>) -> io::Result<usize> {
    let (mut loudest, mut highest) = (0, f64::NEG_INFINITY);
    let mut window = vec![[0.0; 2]; WINDOW_FRAMES];
    for start in (0..frames.length()).step_by(WINDOW_FRAMES / 2) {
        let window = &mut window[..WINDOW_FRAMES.min(frames.length() - start)];
        frames.read(start, window)?;
        let energy: f64 = window.as_flattened().iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
        if energy.total_cmp(&highest).is_ge() {
            (loudest, highest) = (start, energy);
        }
    }
    Ok(loudest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_files::Audio;
    use lacquer_files::spill::Scratch;

    /// Noise of a linear congruential generator with a fixed seed.
    fn noise(frames: usize) -> Vec<[f32; 2]> {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..frames).map(|_| [next(), next()]).collect()
    }

    #[test]
    fn every_lag_is_found_to_the_sample() {
        let original = noise(20_000);
        for wanted in [0isize, 1, 529, 1105, 4096, -1, -300] {
            let late: Vec<[f32; 2]> = (0..20_000isize)
                .map(|n| {
                    usize::try_from(n - wanted)
                        .ok()
                        .and_then(|n| original.get(n))
                        .copied()
                        .unwrap_or_default()
                })
                .collect();
            assert_eq!(lag(&original, &late).unwrap(), wanted);
        }
    }

    #[test]
    fn silence_and_periods_have_no_lag() {
        let tone: Vec<[f32; 2]> = (0..20_000).map(|n| [(n as f32 * 0.1).sin(); 2]).collect();
        assert_eq!(lag(&tone, &tone).unwrap(), 0);
        assert_eq!(lag(&vec![[0.0; 2]; 100], &vec![[0.0; 2]; 90]).unwrap(), 0);
        assert_eq!(lag(&Vec::new(), &Vec::new()).unwrap(), 0);
        let short = Audio { sample_rate: 48_000, channels: 2, frames: noise(10) };
        let cut = Audio { frames: short.frames[..7].to_vec(), ..short.clone() };
        let folder = tempfile::tempdir().unwrap();
        let cut = SpilledAudio::copy(&cut, &Scratch::within(folder.path())).unwrap();
        assert_eq!(aligned(&short, cut).unwrap().length(), 10);
    }
}
