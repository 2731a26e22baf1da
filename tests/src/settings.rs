//! Settings for tests: every stage at work, every stage on but neutral, and random ones.

use crate::signals::Noise;
use lacquer_dsp::ChainSettings;
use lacquer_dsp::blocks::math;
use lacquer_dsp::chain::dither::{DitherShaping, WordLength};
use lacquer_dsp::chain::dynamic_eq::DynamicEqShape;
use lacquer_dsp::chain::equalizer::{EqualizerShape, Placement};
use lacquer_dsp::chain::imager::MonoSlope;
use lacquer_dsp::chain::limiter::LimiterStyle;
use lacquer_dsp::chain::multiband::{MultibandDirection, MultibandMode};
use lacquer_dsp::chain::saturator::SaturatorCharacter;

/// Every stage on and doing audible work.
pub fn working() -> ChainSettings {
    let mut s = ChainSettings::default();
    s.input_trim.on = true;
    s.input_trim.gain_db = 1.5;
    s.input_trim.balance = 0.1;
    s.input_trim.dc_filter = true;
    s.equalizer.on = true;
    for (n, band) in s.equalizer.bands.iter_mut().enumerate() {
        band.on = true;
        band.gain_db = if n % 2 == 0 { 3.0 } else { -3.0 };
        band.q = 1.0;
    }
    s.equalizer.bands[0].shape = EqualizerShape::HighPass;
    s.equalizer.bands[7].shape = EqualizerShape::HighShelf;
    s.equalizer.bands[3].placement = Placement::Mid;
    s.equalizer.bands[5].placement = Placement::Side;
    s.dynamic_eq.on = true;
    for (n, band) in s.dynamic_eq.bands.iter_mut().enumerate() {
        band.on = true;
        band.threshold_db = -40.0;
        band.range_db = if n == 1 { 3.0 } else { -6.0 };
    }
    s.dynamic_eq.bands[0].shape = DynamicEqShape::LowShelf;
    s.dynamic_eq.bands[3].relative = true;
    s.dynamic_eq.bands[3].threshold_db = -12.0;
    s.multiband.on = true;
    s.multiband.bands.iter_mut().for_each(|band| band.threshold_db = -30.0);
    s.multiband.bands[2].direction = MultibandDirection::Upward;
    s.glue.on = true;
    s.glue.threshold_db = -20.0;
    s.saturator.on = true;
    s.saturator.character = SaturatorCharacter::Tape;
    s.saturator.emphasis_db = 2.0;
    s.bass.on = true;
    s.imager.on = true;
    s.imager.width = 1.1;
    s.imager.band_widths = [0.8, 1.1, 1.3];
    s.imager.mono_bass = true;
    s.imager.stereoize = 0.2;
    s.imager.guard = true;
    s.clipper.on = true;
    s.clipper.threshold_db = -4.0;
    s.limiter.on = true;
    s.limiter.drive_db = 6.0;
    s.dither.on = true;
    s.dither.shaping = DitherShaping::Strong;
    s.dither.word_length = WordLength::Bits16;
    s
}

/// Every stage but the dither on, and none of them changing anything below the limiter's ceiling.
pub fn neutral() -> ChainSettings {
    let mut s = ChainSettings::default();
    s.input_trim.on = true;
    s.equalizer.on = true;
    s.equalizer.bands.iter_mut().for_each(|band| band.on = true);
    s.dynamic_eq.on = true;
    for band in &mut s.dynamic_eq.bands {
        band.on = true;
        band.range_db = 0.0;
    }
    s.multiband.on = true;
    s.multiband.bands.iter_mut().for_each(|band| band.ratio = 1.0);
    s.glue.on = true;
    s.glue.ratio = 1.0;
    s.saturator.on = true;
    s.saturator.mix = 0.0;
    s.bass.on = true;
    s.bass.amount = 0.0;
    s.imager.on = true;
    s.clipper.on = true;
    s.clipper.threshold_db = 0.0;
    s.clipper.knee = 0.0;
    s.limiter.on = true;
    s.limiter.ceiling_dbtp = 0.0;
    s
}

/// Random settings inside every range, the switches at random too.
pub fn random(seed: u64) -> ChainSettings {
    let noise = &mut Noise::new(seed);
    let mut s = ChainSettings::default();
    let placements = [Placement::Stereo, Placement::Left, Placement::Right, Placement::Mid, Placement::Side];
    s.input_trim.on = flip(noise);
    s.input_trim.gain_db = between(noise, -24.0, 24.0);
    s.input_trim.invert_left = flip(noise);
    s.input_trim.invert_right = flip(noise);
    s.input_trim.balance = between(noise, -1.0, 1.0);
    s.input_trim.swap_channels = flip(noise);
    s.input_trim.dc_filter = flip(noise);
    s.equalizer.on = flip(noise);
    s.equalizer.auto_gain = flip(noise);
    let shapes = [
        EqualizerShape::Bell,
        EqualizerShape::LowShelf,
        EqualizerShape::HighShelf,
        EqualizerShape::Tilt,
        EqualizerShape::HighPass,
        EqualizerShape::LowPass,
        EqualizerShape::Notch,
        EqualizerShape::BandPass,
    ];
    for band in &mut s.equalizer.bands {
        band.on = flip(noise);
        band.shape = one_of(noise, &shapes);
        band.frequency_hz = logarithmic(noise, 10.0, 40_000.0);
        band.gain_db = between(noise, -18.0, 18.0);
        band.q = logarithmic(noise, 0.1, 30.0);
        band.slope = 1 + (noise.uniform() * 8.0) as u8;
        band.placement = one_of(noise, &placements);
    }
    s.dynamic_eq.on = flip(noise);
    for band in &mut s.dynamic_eq.bands {
        band.on = flip(noise);
        band.shape =
            one_of(noise, &[DynamicEqShape::Bell, DynamicEqShape::LowShelf, DynamicEqShape::HighShelf]);
        band.frequency_hz = logarithmic(noise, 20.0, 20_000.0);
        band.q = logarithmic(noise, 0.1, 10.0);
        band.threshold_db = between(noise, -80.0, 0.0);
        band.range_db = between(noise, -12.0, 12.0);
        band.ratio = logarithmic(noise, 1.0, 20.0);
        band.attack_ms = logarithmic(noise, 0.1, 200.0);
        band.release_ms = logarithmic(noise, 5.0, 2000.0);
        band.placement = one_of(noise, &[Placement::Stereo, Placement::Mid, Placement::Side]);
        band.relative = flip(noise);
    }
    s.multiband.on = flip(noise);
    s.multiband.mode = one_of(noise, &[MultibandMode::Transparent, MultibandMode::LinkwitzRiley]);
    s.multiband.crossovers_hz.iter_mut().for_each(|hz| *hz = logarithmic(noise, 20.0, 20_000.0));
    for band in &mut s.multiband.bands {
        band.on = flip(noise);
        band.direction = one_of(noise, &[MultibandDirection::Downward, MultibandDirection::Upward]);
        band.threshold_db = between(noise, -60.0, 0.0);
        band.ratio = logarithmic(noise, 1.0, 20.0);
        band.knee_db = between(noise, 0.0, 24.0);
        band.attack_ms = logarithmic(noise, 0.1, 200.0);
        band.release_ms = logarithmic(noise, 5.0, 2000.0);
        band.range_db = between(noise, 0.0, 24.0);
        band.makeup_db = between(noise, -12.0, 12.0);
    }
    s.multiband.link = noise.uniform();
    s.multiband.mix = noise.uniform();
    s.glue.on = flip(noise);
    s.glue.threshold_db = between(noise, -60.0, 0.0);
    s.glue.ratio = logarithmic(noise, 1.0, 20.0);
    s.glue.knee_db = between(noise, 0.0, 24.0);
    s.glue.attack_ms = logarithmic(noise, 0.1, 200.0);
    s.glue.release_ms = logarithmic(noise, 5.0, 2000.0);
    s.glue.auto = flip(noise);
    s.glue.sidechain_high_pass_hz = between(noise, 20.0, 300.0);
    s.glue.link = noise.uniform();
    s.glue.mix = noise.uniform();
    s.glue.makeup_db = between(noise, -12.0, 12.0);
    s.saturator.on = flip(noise);
    s.saturator.character = one_of(
        noise,
        &[
            SaturatorCharacter::Clean,
            SaturatorCharacter::Tape,
            SaturatorCharacter::Tube,
            SaturatorCharacter::Transformer,
        ],
    );
    s.saturator.drive_db = between(noise, 0.0, 24.0);
    s.saturator.mix = noise.uniform();
    s.saturator.emphasis_db = between(noise, -6.0, 6.0);
    s.saturator.mid_side = between(noise, -1.0, 1.0);
    s.bass.on = flip(noise);
    s.bass.amount = noise.uniform();
    s.bass.device_corner_hz = between(noise, 60.0, 200.0);
    s.imager.on = flip(noise);
    s.imager.width = between(noise, 0.0, 2.0);
    s.imager.band_widths.iter_mut().for_each(|width| *width = between(noise, 0.0, 2.0));
    s.imager.crossovers_hz.iter_mut().for_each(|hz| *hz = logarithmic(noise, 40.0, 16_000.0));
    s.imager.mono_bass = flip(noise);
    s.imager.mono_below_hz = logarithmic(noise, 20.0, 500.0);
    s.imager.mono_slope = one_of(noise, &[MonoSlope::Db6, MonoSlope::Db12, MonoSlope::Db24]);
    s.imager.stereoize = noise.uniform();
    s.imager.guard = flip(noise);
    s.imager.guard_correlation = between(noise, -1.0, 1.0);
    s.imager.rotation_degrees = between(noise, -45.0, 45.0);
    s.clipper.on = flip(noise);
    s.clipper.threshold_db = between(noise, -12.0, 0.0);
    s.clipper.knee = noise.uniform();
    s.limiter.on = flip(noise);
    s.limiter.drive_db = between(noise, 0.0, 24.0);
    s.limiter.ceiling_dbtp = between(noise, -12.0, 0.0);
    s.limiter.style = one_of(
        noise,
        &[LimiterStyle::Transparent, LimiterStyle::Punch, LimiterStyle::Bass, LimiterStyle::Smooth],
    );
    s.limiter.release_ms = logarithmic(noise, 1.0, 1000.0);
    s.limiter.auto_release = flip(noise);
    s.limiter.transient_link = noise.uniform();
    s.limiter.release_link = noise.uniform();
    s.limiter.true_peak = flip(noise);
    s.limiter.unity_gain = flip(noise);
    s.dither.on = flip(noise);
    s.dither.word_length = one_of(noise, &[WordLength::Bits24, WordLength::Bits20, WordLength::Bits16]);
    s.dither.shaping = one_of(noise, &[DitherShaping::Flat, DitherShaping::Light, DitherShaping::Strong]);
    s.dither.auto_blank = flip(noise);
    s
}

fn flip(noise: &mut Noise) -> bool {
    noise.uniform() < 0.5
}

fn between(noise: &mut Noise, low: f64, high: f64) -> f64 {
    low + (high - low) * noise.uniform()
}

fn logarithmic(noise: &mut Noise, low: f64, high: f64) -> f64 {
    low * math::powf(high / low, noise.uniform())
}

fn one_of<T: Copy>(noise: &mut Noise, choices: &[T]) -> T {
    choices[((noise.uniform() * choices.len() as f64) as usize).min(choices.len() - 1)]
}
