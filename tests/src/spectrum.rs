//! Spectra for measuring what a processor did to a tone.

use realfft::RealFftPlanner;

/// Magnitudes in dB (full-scale sine = 0 dB) of `signal`, windowed by a Kaiser window of beta 20: side lobes below
/// -150 dB, main lobe +-7 bins. Bin k is k * sample_rate / signal.len().
pub fn magnitudes_db(signal: &[f64]) -> Vec<f64> {
    let length = signal.len();
    let mut window_sum = 0.0;
    let mut windowed: Vec<f64> = signal
        .iter()
        .enumerate()
        .map(|(n, x)| {
            let position = 2.0 * n as f64 / (length - 1) as f64 - 1.0;
            let window = bessel_i0(20.0 * (1.0 - position * position).max(0.0).sqrt()) / bessel_i0(20.0);
            window_sum += window;
            x * window
        })
        .collect();
    let transform = RealFftPlanner::new().plan_fft_forward(length);
    let mut bins = transform.make_output_vec();
    let done = transform.process(&mut windowed, &mut bins);
    debug_assert!(done.is_ok());
    bins.iter().map(|bin| 20.0 * (2.0 * bin.norm() / window_sum).max(1e-20).log10()).collect()
}

/// Mean power in dB of the mid of `frames` in thirds of an octave from 31.5 Hz to 16 kHz.
pub fn third_octaves_db(frames: &[[f32; 2]], sample_rate: f64) -> Vec<f64> {
    const LENGTH: usize = 1 << 15;
    let mut power = vec![0.0; LENGTH / 2 + 1];
    for stretch in frames.chunks_exact(LENGTH) {
        let mid: Vec<f64> = stretch.iter().map(|frame| 0.5 * f64::from(frame[0] + frame[1])).collect();
        for (sum, line_db) in power.iter_mut().zip(magnitudes_db(&mid)) {
            *sum += 10f64.powf(0.1 * line_db);
        }
    }
    let bin = |hz: f64| (hz * LENGTH as f64 / sample_rate).round() as usize;
    (0..28)
        .map(|third| {
            let centre = 31.5 * 2f64.powf(f64::from(third) / 3.0);
            let half = 2f64.powf(1.0 / 6.0);
            let band = &power[bin(centre / half)..bin(centre * half).min(power.len())];
            10.0 * band.iter().sum::<f64>().max(1e-20).log10()
        })
        .collect()
}

fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..200 {
        term *= (x / (2.0 * k as f64)).powi(2);
        sum += term;
        if term < 1e-18 * sum {
            break;
        }
    }
    sum
}

/// Level in dB below the tone of everything in `signal` that is no harmonic of `hz`: aliases and noise together, each
/// harmonic left out with the window's main lobe. `hz` is `bin` bins of the signal's length.
pub fn inharmonic_dbc(signal: &[f64], bin: usize) -> f64 {
    /// Half the main lobe of the window of [`magnitudes_db`], in bins, and one for good measure.
    const LOBE: usize = 8;
    let lines = magnitudes_db(signal);
    let tone = lines[bin];
    let power: f64 = lines
        .iter()
        .enumerate()
        .filter(|(k, _)| {
            let nearest = (k + bin / 2) / bin * bin;
            k.abs_diff(nearest) > LOBE
        })
        .map(|(_, line)| 10f64.powf(0.1 * (line - tone)))
        .sum();
    // A tone's power spreads over the window's main lobe: 4.2 bins of equivalent noise bandwidth for beta 20.
    10.0 * (power / 2.6).log10()
}
