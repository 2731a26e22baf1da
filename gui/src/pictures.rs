//! Pictures of stages that take a moment to find: found again only when their settings change.

use lacquer_dsp::chain::bass::{Bass, BassSettings};
use lacquer_dsp::chain::clipper::{Clipper, ClipperSettings};
use lacquer_dsp::chain::dither::{DitherNoise, DitherSettings};
use lacquer_dsp::chain::saturator::{Saturator, SaturatorSettings};
use lacquer_dsp::metering::tone_response::{ToneResponse, tone_response};

/// Peak of the tones whose harmonics are shown: -12 dBFS.
const TONE: f64 = 0.251_188_64;
/// Tones whose harmonics are shown, hertz: one for the ear, one for the bass; and one for curves, slow against any filter.
const TONE_HZ: f64 = 1000.0;
const BASS_HZ: f64 = 50.0;
const CURVE_HZ: f64 = 100.0;

/// A value with what it was found from.
struct Found<K, V>(Option<(K, V)>);

impl<K, V> Default for Found<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq + Clone, V> Found<K, V> {
    fn get(&mut self, from: &K, find: impl FnOnce(&K) -> V) -> &V {
        if self.0.as_ref().is_none_or(|(key, _)| key != from) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (from.clone(), find(from))).1
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Pictures {
    saturator: Found<SaturatorSettings, (ToneResponse, ToneResponse)>,
    bass: Found<BassSettings, ToneResponse>,
    clipper: Found<ClipperSettings, ToneResponse>,
    dither: Found<(DitherSettings, f64), DitherNoise>,
}

impl Pictures {
    /// The saturator's curve at full scale, and what it makes of a tone.
    pub fn saturator(&mut self, settings: &SaturatorSettings) -> &(ToneResponse, ToneResponse) {
        let settings = SaturatorSettings { on: true, ..*settings };
        self.saturator.get(&settings, |settings| {
            (
                tone_response::<Saturator>(settings, CURVE_HZ, 1.0),
                tone_response::<Saturator>(settings, TONE_HZ, TONE),
            )
        })
    }

    /// What the bass makes of a low tone.
    pub fn bass(&mut self, settings: &BassSettings) -> &ToneResponse {
        let settings = BassSettings { on: true, ..*settings };
        self.bass.get(&settings, |settings| tone_response::<Bass>(settings, BASS_HZ, TONE))
    }

    /// The clipper's curve.
    pub fn clipper(&mut self, settings: &ClipperSettings) -> &ToneResponse {
        let settings = ClipperSettings { on: true, ..*settings };
        self.clipper.get(&settings, |settings| tone_response::<Clipper>(settings, CURVE_HZ, 1.0))
    }

    /// The noise that the dither leaves.
    pub fn dither(&mut self, settings: &DitherSettings, sample_rate: f64) -> &DitherNoise {
        self.dither.get(&(*settings, sample_rate), |(settings, rate)| DitherNoise::new(settings, *rate))
    }
}
