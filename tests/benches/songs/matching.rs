//! Equal loudness: the drive at which a contestant comes out at a target, and its output in time with the input.

use crate::contestants::{Contestant, Way};
use crate::corpus::Song;
use lacquer_dsp::Frame;
use lacquer_dsp::chain::limiter::best::Limited;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::programme::piece;
use realfft::RealFftPlanner;

/// How near the loudness has to come, LU.
const TOLERANCE_LU: f64 = 0.03;
/// How near it comes by itself where it promises to, LU.
const PROMISED_LU: f64 = 0.05;
/// Renders at most.
const MOST_RENDERS: usize = 9;
/// Highest drive, dB: beyond it a target counts as missed.
const HIGHEST_DRIVE_DB: f64 = 24.0;
/// Longest delay of a contestant, s.
const LONGEST_DELAY_S: f64 = 0.1;

/// A song limited to a loudness.
pub struct Matched {
    /// What went into the limiter.
    pub input: Vec<Frame>,
    /// What came out, in time.
    pub output: Vec<Frame>,
    /// The drive, dB.
    pub drive_db: f64,
}

/// Gated loudness, LUFS.
pub fn loudness_lufs(frames: &[Frame], rate: f64) -> f64 {
    let mut meter = Loudness::new(rate, 2);
    meter.push(frames);
    meter.integrated_lufs()
}

/// The song in `contestant` at `target_lufs`, or nothing where no drive gets there.
pub fn matched(contestant: &Contestant, song: &Song, target_lufs: f64) -> anyhow::Result<Option<Matched>> {
    let render = match &contestant.way {
        Way::Driven(render) => render,
        Way::Reaching(reach) => {
            let Limited { frames, drive_db, loudness_lufs } = reach(&song.frames, song.rate, target_lufs)?;
            let output = piece(&frames, 0..song.frames.len())?;
            let gain = 10f64.powf(drive_db / 20.0);
            let input: Vec<Frame> = song.frames.iter().map(|frame| frame.map(|x| gain * x)).collect();
            let reached = (loudness_lufs - target_lufs).abs() <= PROMISED_LU;
            return Ok(reached.then_some(Matched { input, output, drive_db }));
        }
    };
    let mut tried: Vec<[f64; 2]> = Vec::new();
    let mut drive_db = target_lufs - loudness_lufs(&song.frames, song.rate) + 0.3;
    for _ in 0..MOST_RENDERS {
        let gain = 10f64.powf(drive_db / 20.0);
        let input: Vec<Frame> = song.frames.iter().map(|frame| frame.map(|x| gain * x)).collect();
        let output = render(&input, song.rate)?;
        let found_lufs = loudness_lufs(&output, song.rate);
        let miss = target_lufs - found_lufs;
        if miss.abs() <= TOLERANCE_LU {
            let output = aligned(&input, output, song.rate);
            return Ok(Some(Matched { input, output, drive_db }));
        }
        if drive_db >= HIGHEST_DRIVE_DB && miss > 0.0 {
            break;
        }
        tried.push([drive_db, found_lufs]);
        let slope = match tried[..] {
            [.., a, b] if (b[0] - a[0]).abs() > 1e-6 => ((b[1] - a[1]) / (b[0] - a[0])).clamp(0.15, 1.5),
            _ => 0.8,
        };
        drive_db = (drive_db + (miss / slope).clamp(-6.0, 5.0)).min(HIGHEST_DRIVE_DB);
    }
    Ok(None)
}

/// `output` moved to where it correlates best with `input`, and cut to its length. What a plugin reports is not always true.
fn aligned(input: &[Frame], output: Vec<Frame>, rate: f64) -> Vec<Frame> {
    let length = (1 << 17).min(input.len().min(output.len()).next_power_of_two() / 2);
    let start = (input.len() - length) / 2;
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (planner.plan_fft_forward(2 * length), planner.plan_fft_inverse(2 * length));
    let spectrum = |frames: &[Frame]| {
        let mut padded: Vec<f64> =
            frames[start..start + length].iter().map(|frame| frame[0] + frame[1]).collect();
        padded.resize(2 * length, 0.0);
        let mut bins = forward.make_output_vec();
        forward.process(&mut padded, &mut bins).map(|()| bins)
    };
    let (Ok(before), Ok(mut after)) = (spectrum(input), spectrum(&output)) else { return output };
    after.iter_mut().zip(&before).for_each(|(after, before)| *after *= before.conj());
    let mut correlation = inverse.make_output_vec();
    if inverse.process(&mut after, &mut correlation).is_err() {
        return output;
    }
    let longest = (LONGEST_DELAY_S * rate) as usize;
    let best =
        (0..longest.min(length)).max_by(|a, b| correlation[*a].total_cmp(&correlation[*b])).unwrap_or(0);
    let mut output: Vec<Frame> = output[best..].to_vec();
    output.resize(input.len(), [0.0; 2]);
    output
}
