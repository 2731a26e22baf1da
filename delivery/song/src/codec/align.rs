//! What a codec delays, found by cross-correlation and taken out.

use lacquer_files::audio::Audio;

/// Frames by which a codec may be late or early: twice what MP3's encoder and decoder take together.
const MOST_LAG: usize = 4096;
/// Frames that are compared.
const WINDOW_FRAMES: usize = 8192;
/// Correlations that are the same for a tone whose periods all fit; the smallest lag is then the right one.
const SAME: f64 = 0.999;

/// `decoded` in time with `original` and as long: what is missing at the ends is silence.
pub fn aligned(original: &Audio, decoded: Audio) -> Audio {
    let lag = lag(&original.frames, &decoded.frames);
    let frame = |n: usize| {
        let at = n.checked_add_signed(lag)?;
        decoded.frames.get(at).copied()
    };
    let frames = (0..original.frames.len()).map(|n| frame(n).unwrap_or_default()).collect();
    Audio { sample_rate: decoded.sample_rate, channels: original.channels, frames }
}

/// Frames by which `late` is behind `original`, looked for where `original` is loudest. 0 for silence.
pub fn lag(original: &[[f32; 2]], late: &[[f32; 2]]) -> isize {
    let start = loudest(original);
    let window = &original[start..(start + WINDOW_FRAMES).min(original.len())];
    let most = MOST_LAG as isize;
    // The piece of the late programme that any lag looks at, silence around it.
    let piece: Vec<[f64; 2]> = (start as isize - most..(start + window.len()) as isize + most)
        .map(|n| {
            usize::try_from(n).ok().and_then(|n| late.get(n)).map_or([0.0; 2], |frame| frame.map(f64::from))
        })
        .collect();
    let window: Vec<[f64; 2]> = window.iter().map(|frame| frame.map(f64::from)).collect();
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
        return 0;
    }
    let is_peak = |shift: usize| {
        let at = |shift: usize| correlations.get(shift).copied().unwrap_or(f64::NEG_INFINITY);
        let here = at(shift);
        here >= SAME * best && here >= at(shift + 1) && (shift == 0 || here >= at(shift - 1))
    };
    let peaks = (0..correlations.len()).filter(|shift| is_peak(*shift)).map(|shift| shift as isize - most);
    peaks.min_by_key(|lag| lag.abs()).unwrap_or(0)
}

/// Where the loudest window begins.
fn loudest(frames: &[[f32; 2]]) -> usize {
    let energy = |from: usize| -> f64 {
        let to = (from + WINDOW_FRAMES).min(frames.len());
        frames[from..to].as_flattened().iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
    };
    let starts = (0..frames.len()).step_by(WINDOW_FRAMES / 2);
    starts.max_by(|a, b| energy(*a).total_cmp(&energy(*b))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(lag(&original, &late), wanted);
        }
    }

    #[test]
    fn silence_and_periods_have_no_lag() {
        let tone: Vec<[f32; 2]> = (0..20_000).map(|n| [(n as f32 * 0.1).sin(); 2]).collect();
        assert_eq!(lag(&tone, &tone), 0);
        assert_eq!(lag(&[[0.0; 2]; 100], &[[0.0; 2]; 90]), 0);
        assert_eq!(lag(&[], &[]), 0);
        let short = Audio { sample_rate: 48_000, channels: 2, frames: noise(10) };
        assert_eq!(
            aligned(&short, Audio { frames: short.frames[..7].to_vec(), ..short.clone() }).frames.len(),
            10
        );
    }
}
