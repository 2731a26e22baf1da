//! Programme, as the tests of the library and of the command need it.

use lacquer_files::Audio;

/// A generator of noise with a fixed seed, -1 to 1.
fn noise() -> impl FnMut() -> f64 {
    let mut state = 42u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// Something like music: beats, tones and a little noise, at most `peak`; clipped there if it is loud.
pub fn song(rate_hz: u32, seconds: f64, gain: f64, peak: f64) -> Audio {
    let mut noise = noise();
    let frames = (0..(seconds * f64::from(rate_hz)) as usize).map(|n| {
        let t = n as f64 / f64::from(rate_hz);
        let beat = (-(t * 2.0).fract() * 8.0).exp();
        let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
        let both = 0.4 * beat * tone(70.0) + 0.2 * beat * noise();
        let [left, right] =
            [both + 0.3 * tone(440.0) + 0.1 * noise(), both + 0.3 * tone(554.4) + 0.1 * noise()];
        [left, right].map(|x| (gain * x).clamp(-peak, peak) as f32)
    });
    Audio { sample_rate: rate_hz, channels: 2, frames: frames.collect() }
}
