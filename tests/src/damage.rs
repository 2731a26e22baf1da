//! Defects, done to clean programme.

use crate::signals::Noise;
use lacquer_dsp::Frame;
use realfft::RealFftPlanner;
use std::f64::consts::TAU;

/// Every sample through a function.
pub fn mapped(frames: &[Frame], sample: impl Fn(f64) -> f64) -> Vec<Frame> {
    frames.iter().map(|frame| frame.map(&sample)).collect()
}

/// Turned up until `over_db` above `ceiling` and cut off there.
pub fn clipped(frames: &[Frame], over_db: f64, ceiling: f64) -> Vec<Frame> {
    let peak = frames.as_flattened().iter().fold(1e-9f64, |peak, x| peak.max(x.abs()));
    let gain = ceiling / peak * 10f64.powf(over_db / 20.0);
    mapped(frames, |x| (x * gain).clamp(-ceiling, ceiling))
}

/// An offset.
pub fn offset(frames: &[Frame], offset: Frame) -> Vec<Frame> {
    frames.iter().map(|[left, right]| [left + offset[0], right + offset[1]]).collect()
}

/// `count` clicks at random places of the middle, each `steps` times as high as the root mean square of the steps from sample to sample within
/// 10 ms of it and at least 0.01; and where they are.
pub fn clicks(
    frames: &[Frame],
    count: usize,
    steps: f64,
    sample_rate: f64,
    seed: u64,
) -> (Vec<Frame>, Vec<u64>) {
    let mut noise = Noise::new(seed);
    let mut out = frames.to_vec();
    let stretch = frames.len() * 8 / 10 / count;
    let around = (0.01 * sample_rate) as usize;
    let places = (0..count).map(|n| {
        let at = frames.len() / 10 + n * stretch + (noise.uniform() * 0.8 * stretch as f64) as usize;
        let near = &frames[at.saturating_sub(around)..(at + around).min(frames.len())];
        let step_power =
            |c: usize| near.windows(2).map(|pair| (pair[1][c] - pair[0][c]).powi(2)).sum::<f64>();
        let rms = (step_power(0).max(step_power(1)) / near.len() as f64).sqrt();
        let height = (steps * rms).max(0.01) * noise.bipolar().signum();
        out[at] = out[at].map(|x| x + height);
        at as u64
    });
    let places = places.collect();
    (out, places)
}

/// `count` stretches of silence of so many frames.
pub fn gaps(frames: &[Frame], count: usize, length: usize) -> Vec<Frame> {
    let mut out = frames.to_vec();
    for n in 0..count {
        let from = frames.len() / 10 + n * (frames.len() * 8 / 10 / count);
        // Where it sounds on both sides of the gap: elsewhere nobody hears one.
        let sounds = |at: usize| {
            frames[at.saturating_sub(40)..at].iter().any(|x| x[0].abs() > 0.05)
                && frames[at.saturating_sub(40)..at].iter().any(|x| x[1].abs() > 0.05)
        };
        let at = (from..frames.len() - length - 100).find(|at| sounds(*at) && sounds(at + length + 40));
        if let Some(at) = at {
            out[at..at + length].fill([0.0; 2]);
        }
    }
    out
}

/// Mains hum with its multiples, the fundamental at `level`.
pub fn hum(frames: &[Frame], sample_rate: f64, mains_hz: f64, level: f64) -> Vec<Frame> {
    let multiples = [1.0, 0.5, 0.7, 0.3, 0.4, 0.2];
    let wave = |n: usize| -> f64 {
        let t = n as f64 / sample_rate;
        multiples
            .iter()
            .enumerate()
            .map(|(k, a)| a * (TAU * mains_hz * (k + 1) as f64 * t + k as f64).sin())
            .sum()
    };
    frames.iter().enumerate().map(|(n, frame)| frame.map(|x| x + level * wave(n))).collect()
}

/// White noise of a level, RMS.
pub fn noise(frames: &[Frame], rms: f64, seed: u64) -> Vec<Frame> {
    let mut noise = Noise::new(seed);
    let mut add = || rms * 3f64.sqrt() * noise.bipolar();
    frames.iter().map(|[left, right]| [left + add(), right + add()]).collect()
}

/// Nothing above a frequency, as a lossy encoder leaves it: whole bins of one long transform are left out.
pub fn walled(frames: &[Frame], sample_rate: f64, hz: f64) -> Vec<Frame> {
    banded(frames, sample_rate, |bin_hz| [if bin_hz < hz { 1.0 } else { 0.0 }; 2])
}

/// Left and right with a gain for every frequency.
pub fn banded(frames: &[Frame], sample_rate: f64, gains: impl Fn(f64) -> Frame) -> Vec<Frame> {
    // A length that the transform is fast for.
    let length = frames.len().next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let mut out = vec![[0.0; 2]; frames.len()];
    for c in 0..2 {
        let mut samples: Vec<f64> = frames.iter().map(|frame| frame[c]).collect();
        samples.resize(length, 0.0);
        let mut bins = forward.make_output_vec();
        let done = forward.process(&mut samples, &mut bins);
        for (n, bin) in bins.iter_mut().enumerate() {
            *bin *= gains(n as f64 * sample_rate / length as f64)[c] / length as f64;
        }
        let back = inverse.process(&mut bins, &mut samples);
        debug_assert!(done.is_ok() && back.is_ok());
        out.iter_mut().zip(&samples).for_each(|(frame, x)| frame[c] = *x);
    }
    out
}

/// Right inverted.
pub fn inverted(frames: &[Frame]) -> Vec<Frame> {
    frames.iter().map(|[left, right]| [*left, -right]).collect()
}

/// Right later by so many samples.
pub fn delayed(frames: &[Frame], samples: usize) -> Vec<Frame> {
    (0..frames.len())
        .map(|n| [frames[n][0], n.checked_sub(samples).map_or(0.0, |before| frames[before][1])])
        .collect()
}

/// Each channel with a gain in dB.
pub fn leaning(frames: &[Frame], left_db: f64, right_db: f64) -> Vec<Frame> {
    let gain = |db: f64| 10f64.powf(db / 20.0);
    frames.iter().map(|[left, right]| [left * gain(left_db), right * gain(right_db)]).collect()
}

/// Turned up by `drive_db` into a soft limit at full scale.
pub fn squashed(frames: &[Frame], drive_db: f64) -> Vec<Frame> {
    let gain = 10f64.powf(drive_db / 20.0);
    mapped(frames, |x| 0.95 * (x * gain).tanh())
}
