//! Equalizer: eight bands, minimum or linear phase.
//!
//! *Minimum phase*: each band as state-variable sections with the poles and zeros of its analogue prototype
//! ([`crate::blocks::matched`]), and one filter for all of them that takes back what the sections deviate by near the Nyquist
//! frequency (`correction`). No latency. A band at 0 dB keeps every bit.
//!
//! *Linear phase*: the prototypes' magnitude with a constant delay, by convolution (`kernel`, `linear`). Latency 5120 frames at
//! 44.1 and 48 kHz, and as long in time at any rate. Bands that change nothing keep every bit here too. A band that rings for longer
//! than that ([`EqualizerBand::outlasts_linear_phase`]), narrow lows and deep notches, keeps its magnitude and has minimum phase.
//!
//! *Auto gain* takes back what the bands add to a typical programme's loudness: 10 log10 of sum S K |H|^2 / sum S K with S
//! the programme's spectrum and K the weighting of ITU-R BS.1770. It follows the settings, not the signal.
//!
//! Part n of the listening is the region of band n of the stage's input.

mod auto_gain;
mod band;
mod correction;
mod kernel;
mod linear;
mod minimum;
pub mod prototype;

use crate::blocks::math;
pub use crate::blocks::placement::Placement;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::{
    Block, CONTROL_PERIOD, EqualizerPhase, Frame, ProcessSpec, Processor, Stage, StageSettings, limit,
};
use auto_gain::AutoGain;
use linear::LinearPhase;
use minimum::MinimumPhase;

/// Bands of the equalizer.
pub const EQUALIZER_BANDS: usize = 8;

/// Shape of an equalizer band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EqualizerShape {
    /// Boost or cut around the frequency.
    #[default]
    Bell,
    /// Boost or cut below the frequency.
    LowShelf,
    /// Boost or cut above the frequency.
    HighShelf,
    /// Turns the spectrum about the frequency: lows down and highs up by half the gain each.
    Tilt,
    /// Removes what lies below the frequency.
    HighPass,
    /// Removes what lies above the frequency.
    LowPass,
    /// Removes the frequency itself.
    Notch,
    /// Keeps the frequency alone.
    BandPass,
}

/// One band of the equalizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EqualizerBand {
    /// Whether the band is switched on.
    pub on: bool,
    /// Its shape.
    pub shape: EqualizerShape,
    /// Its frequency in hertz, 10 to 40 000, clamped below Nyquist.
    pub frequency_hz: f64,
    /// Its gain in dB, -18 to +18; unused by the pass and notch shapes.
    pub gain_db: f64,
    /// Its quality factor, 0.1 to 30; for pass filters the resonance, with 0.707 for Butterworth.
    pub q: f64,
    /// Slope of the pass filters in steps of 6 dB per octave, 1 to 8.
    pub slope: u8,
    /// What it works on.
    pub placement: Placement,
}

impl Default for EqualizerBand {
    fn default() -> Self {
        Self {
            on: false,
            shape: EqualizerShape::Bell,
            frequency_hz: 1000.0,
            gain_db: 0.0,
            q: std::f64::consts::FRAC_1_SQRT_2,
            slope: 2,
            placement: Placement::Stereo,
        }
    }
}

impl EqualizerBand {
    /// Whether the gain means something to its shape.
    pub fn has_gain(&self) -> bool {
        use EqualizerShape::{Bell, HighShelf, LowShelf, Tilt};
        matches!(self.shape, Bell | LowShelf | HighShelf | Tilt)
    }

    /// Its gain in dB at a frequency, whatever its switch says: that of the analogue prototype, which the digital band matches. In
    /// minimum phase a centre above 0.49 of the sample rate is brought down to it; linear phase has it where it is.
    pub fn response_db(&self, hz: f64, sample_rate: f64, phase: EqualizerPhase) -> f64 {
        self.response(sample_rate, phase)(hz)
    }

    /// The same for many frequencies: gain in dB over hertz.
    pub fn response(&self, sample_rate: f64, phase: EqualizerPhase) -> impl Fn(f64) -> f64 + use<> {
        let frequency_hz = match phase {
            EqualizerPhase::Minimum => band::highest_hz(self.frequency_hz, sample_rate),
            EqualizerPhase::Linear => self.frequency_hz,
        };
        let band = Self { frequency_hz, ..*self };
        let prototype = prototype::Prototype::new(&band, sample_rate);
        let per_hertz = std::f64::consts::TAU / sample_rate;
        move |hz| 10.0 * math::log10(prototype.power(per_hertz * hz).max(1e-20))
    }

    /// Whether it rings for longer than the linear-phase kernel lasts at `sample_rate` hertz: then it has minimum phase in both modes, as
    /// a kernel cut short would be dBs off. So for bells of 60 Hz from a Q of 3 on at +6 dB, and for notches up to 120 Hz wide.
    pub fn outlasts_linear_phase(&self, sample_rate: f64) -> bool {
        /// Decay in nepers at the kernel's end below which a cut-short kernel is more than 0.1 dB off.
        const LEAST_DECAY: f64 = 4.0;
        /// The same for a notch, whose depth the cut limits to 30 dB even so.
        const LEAST_DECAY_NOTCH: f64 = 32.0;
        let least = if self.shape == EqualizerShape::Notch { LEAST_DECAY_NOTCH } else { LEAST_DECAY };
        let half = 0.5 * kernel::taps(sample_rate) as f64;
        kernel::changes(self) && prototype::Prototype::new(self, sample_rate).decay() * half < least
    }
}

/// Settings of the [`Equalizer`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EqualizerSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// The bands, in series.
    pub bands: [EqualizerBand; EQUALIZER_BANDS],
    /// Takes back the loudness that the bands add or remove.
    pub auto_gain: bool,
}

impl Default for EqualizerSettings {
    fn default() -> Self {
        let mut bands = [EqualizerBand::default(); EQUALIZER_BANDS];
        let frequencies = [30.0, 80.0, 200.0, 500.0, 1200.0, 3000.0, 8000.0, 16_000.0];
        bands.iter_mut().zip(frequencies).for_each(|(band, frequency_hz)| band.frequency_hz = frequency_hz);
        Self { on: false, bands, auto_gain: false }
    }
}

impl StageSettings for EqualizerSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        for (band, default) in self.bands.iter_mut().zip(Self::default().bands) {
            limit(&mut band.frequency_hz, 10.0, 40_000.0, default.frequency_hz);
            limit(&mut band.gain_db, -18.0, 18.0, default.gain_db);
            limit(&mut band.q, 0.1, 30.0, default.q);
            band.slope = band.slope.clamp(1, 8);
        }
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Equalizer {
    settings: EqualizerSettings,
    sample_rate: f64,
    minimum: MinimumPhase,
    /// In place of `minimum` where the phase is linear.
    linear: Option<Box<LinearPhase>>,
    auto_gain: AutoGain,
    /// 0 without to 1 with auto gain.
    auto_share: Smoother,
    gain: Ramp,
    listening: Option<usize>,
    listen_filter: SvfCoefficients,
    listen_state: SvfState,
    listened: Vec<Frame>,
    started: bool,
    mono: bool,
}

impl Processor for Equalizer {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.sample_rate = spec.sample_rate;
        self.mono = spec.channels == 1;
        self.minimum.prepare(spec.sample_rate, band::FADE_MS);
        self.linear = match spec.equalizer_phase {
            EqualizerPhase::Minimum => None,
            EqualizerPhase::Linear => Some(Box::new(LinearPhase::new(spec))),
        };
        self.auto_gain = AutoGain::new(spec.sample_rate);
        self.auto_share.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.listened = Vec::with_capacity(CONTROL_PERIOD);
        let settings = self.settings;
        self.set(&settings);
        self.reset();
    }

    fn reset(&mut self) {
        self.minimum.reset();
        if let Some(linear) = &mut self.linear {
            linear.reset();
        }
        self.listen_state.reset();
        self.listened.clear();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        self.linear.as_ref().map_or(0, |linear| linear.latency_samples())
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        self.listen(block.frames);
        if let Some(linear) = &mut self.linear {
            linear.process(block);
        } else {
            self.minimum.process(block.frames);
            if !self.gain.rests_at(1.0) {
                for frame in block.frames.iter_mut() {
                    let gain = self.gain.next();
                    *frame = [frame[0] * gain, frame[1] * gain];
                }
            }
        }
        if self.mono {
            block.frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
        }
    }
}

impl Equalizer {
    fn begin_period(&mut self) {
        let first = !self.started;
        self.started = true;
        if let Some(linear) = &mut self.linear {
            // Auto gain is part of the kernel.
            if first {
                linear.snap();
            }
            return;
        }
        if first {
            self.minimum.snap();
            self.auto_share.snap();
        } else {
            self.minimum.begin_period();
        }
        self.auto_share.begin_period();
        let share = self.auto_share.end_of_period();
        let gain = if share == 0.0 {
            1.0
        } else {
            let full = self.auto_gain.gain(&self.minimum.current(), self.sample_rate);
            1.0 + share * (full - 1.0)
        };
        if first { self.gain.snap(gain) } else { self.gain.begin_period(gain) }
    }

    /// Keeps the region of the band that is listened to.
    fn listen(&mut self, frames: &[Frame]) {
        self.listened.clear();
        if self.listening.is_none() {
            return;
        }
        let (filter, a1) = (self.listen_filter, self.listen_filter.a1());
        for frame in frames {
            let (v1, v2) = self.listen_state.tick(filter.g, a1, *frame);
            let heard = [0, 1].map(|c| filter.m0 * frame[c] + filter.m1 * v1[c] + filter.m2 * v2[c]);
            self.listened.push(heard);
        }
        if let Some(linear) = &mut self.linear {
            linear.delay_listened(&mut self.listened);
        }
    }

    /// Designs the linear-phase kernel that the first block after a reset would design: up to 1.3 ms of work at 48 kHz and 6 ms at
    /// 192 kHz, spared the audio thread.
    pub fn settle(&mut self) {
        if let Some(linear) = self.linear.as_mut().filter(|_| !self.started) {
            linear.snap();
        }
    }
}

impl Stage for Equalizer {
    type Settings = EqualizerSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        if self.mono {
            // One channel has neither sides nor a side: what works on a part of the stereo image works on all of it or
            // on nothing.
            for band in &mut self.settings.bands {
                band.on &= band.placement != Placement::Side && band.placement != Placement::Right;
                band.placement = Placement::Stereo;
            }
        }
        match &mut self.linear {
            Some(linear) => linear.apply(&self.settings),
            None => self.minimum.set(&self.settings),
        }
        self.auto_share.set_target(if settings.auto_gain { 1.0 } else { 0.0 });
        self.set_listen(self.listening);
    }

    fn restart(&mut self) {
        self.reset();
        if let Some(linear) = &mut self.linear {
            linear.restart();
        }
    }

    fn set_listen(&mut self, part: Option<usize>) {
        let band = part.and_then(|part| self.settings.bands.get(part));
        self.listening = band.and(part);
        if let Some(band) = band {
            let (hz, q) = (band.frequency_hz, band.q);
            self.listen_filter = match band.shape {
                EqualizerShape::LowShelf | EqualizerShape::HighPass => {
                    SvfCoefficients::low_pass(hz, std::f64::consts::FRAC_1_SQRT_2, self.sample_rate)
                }
                EqualizerShape::HighShelf | EqualizerShape::LowPass => {
                    SvfCoefficients::high_pass(hz, std::f64::consts::FRAC_1_SQRT_2, self.sample_rate)
                }
                _ => SvfCoefficients::band_pass(hz, q, self.sample_rate),
            };
        }
    }

    fn listen_signal(&self) -> Option<&[Frame]> {
        self.listening.map(|_| self.listened.as_slice())
    }
}
