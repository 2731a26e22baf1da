//! Settings for tests: every stage at work, every stage on but neutral, and random ones.

use crate::signals::Noise;
use lacquer_dsp::ChainSettings;
use lacquer_dsp::chain::dither::{DitherShaping, WordLength};
use lacquer_dsp::chain::dynamic_eq::DynamicEqShape;
use lacquer_dsp::chain::equalizer::{EqualizerShape, Placement};
use lacquer_dsp::chain::multiband::MultibandDirection;
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
    s.imager = s.imager.with_band_widths([0.8, 1.1, 1.3]);
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
    let mut noise = Noise::new(seed);
    let mut s = ChainSettings::default();
    s.place(&mut || noise.uniform());
    s
}
