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
mod cascade;
mod correction;
mod kernel;
mod linear;
mod minimum;
pub mod prototype;

use crate::blocks::math;
pub use crate::blocks::placement::Placement;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::parameters::{choices, parameters};
use crate::processor::{Block, CONTROL_PERIOD, EqualizerPhase, Frame, ProcessSpec, Processor, Stage};
use auto_gain::AutoGain;
use linear::LinearPhase;
use minimum::MinimumPhase;

/// Bands of the equalizer.
pub const EQUALIZER_BANDS: usize = 8;

choices! {
    /// Shape of an equalizer band.
    pub enum EqualizerShape {
        /// Boost or cut around the frequency.
        #[default]
        Bell = "bell", "Bell";
        /// Boost or cut below the frequency.
        LowShelf = "low_shelf", "Low shelf";
        /// Boost or cut above the frequency.
        HighShelf = "high_shelf", "High shelf";
        /// Turns the spectrum about the frequency: lows down and highs up by half the gain each.
        Tilt = "tilt", "Tilt";
        /// Removes what lies below the frequency.
        HighPass = "high_pass", "High-pass";
        /// Removes what lies above the frequency.
        LowPass = "low_pass", "Low-pass";
        /// Removes the frequency itself.
        Notch = "notch", "Notch";
        /// Keeps the frequency alone.
        BandPass = "band_pass", "Band-pass";
    }
}

choices! {
    /// Slope of the pass filters.
    pub enum PassSlope {
        /// 6 dB per octave.
        Db6 = "6", "6 dB/oct";
        /// 12 dB per octave.
        #[default]
        Db12 = "12", "12 dB/oct";
        /// 18 dB per octave.
        Db18 = "18", "18 dB/oct";
        /// 24 dB per octave.
        Db24 = "24", "24 dB/oct";
        /// 30 dB per octave.
        Db30 = "30", "30 dB/oct";
        /// 36 dB per octave.
        Db36 = "36", "36 dB/oct";
        /// 42 dB per octave.
        Db42 = "42", "42 dB/oct";
        /// 48 dB per octave.
        Db48 = "48", "48 dB/oct";
    }
}

impl PassSlope {
    /// Order of the filter: steps of 6 dB per octave, 1 to 8.
    pub fn order(self) -> u8 {
        self as u8 + 1
    }
}

parameters! {
    /// One band of the equalizer. The gain means nothing to the pass and notch shapes; the quality is the resonance of pass filters, with
    /// 0.707 for Butterworth; the frequency is kept below half the sample rate.
    pub struct EqualizerBand, equalizer_band {
        /// Switches this band.
        on: switch() = false, "equalizer_band_on", "On";
        /// Bell lifts one region, shelves everything beyond, passes cut it off.
        shape: choice(EqualizerShape) = EqualizerShape::Bell, "equalizer_shape", "Shape";
        /// Up: acts on higher tones.
        frequency_hz: hertz(10.0, 40_000.0) = 1000.0, "equalizer_frequency", "Frequency";
        /// Up: more of this region; down: less.
        gain_db: decibels(-18.0, 18.0) = 0.0, "equalizer_gain", "Gain";
        /// Up: narrower.
        q: quality_factor(0.1, 30.0) = std::f64::consts::FRAC_1_SQRT_2, "equalizer_q", "Q";
        /// Up: cuts more steeply.
        slope: choice(PassSlope) = PassSlope::Db12, "equalizer_slope", "Slope";
        /// Which part of the stereo the band changes.
        placement: choice(Placement) = Placement::Stereo, "equalizer_placement", "Placement";
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

parameters! {
    /// Settings of the [`Equalizer`].
    pub struct EqualizerSettings, equalizer {
        /// The tone of the master.
        on: switch() = false, "equalizer_on", "On";
        /// Keeps the loudness as it was, so that you judge tone and not level.
        auto_gain: switch() = false, "equalizer_auto_gain", "Auto Gain";
        bands {
            /// The bands, in series.
            [EqualizerBand, equalizer_band; EQUALIZER_BANDS] =
                [30.0, 80.0, 200.0, 500.0, 1200.0, 3000.0, 8000.0, 16_000.0]
                    .map(|frequency_hz| EqualizerBand { frequency_hz, ..EqualizerBand::default() });
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
