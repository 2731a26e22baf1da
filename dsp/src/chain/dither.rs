//! Dither: the last step to a fixed word length.
//!
//! ```text
//! x / LSB --(+)-- v --(+)-- round -- q x LSB -- y
//!            |         |          |
//!            |      u1 - u2       +-- e = q - v --+
//!            +------------ sum c_k e[n - k] ------+
//! ```
//! y = x + LSB (1 + sum c_k z^-k) e: the filter that `shaper` designs, signs and all.
//!
//! Triangular dither of +-1 LSB, independent in both channels, makes the error's mean and power independent of the signal (S.
//! Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40(5), 1992). The shaper
//! moves the error to where the ear hears least, designed for the running rate (`shaper`).
//!
//! Blanking: what lies on the grid of the word already needs no rounding, and passes bit for bit: from the beginning, and again after
//! one second of nothing else, silence included. The first frame off the grid starts the dither at once, with no error from before.
//! Both turns are of the noise's own size. The noise depends on the seed and the frame's position since the last reset alone. No latency.

mod shaper;

use crate::blocks::math;
use crate::parameters::{choices, parameters};
use crate::processor::{Block, Frame, ProcessSpec, Processor, Stage};
use shaper::{ORDER, Shaper};

choices! {
    /// Word length that the output is dithered to.
    pub enum WordLength {
        /// 24 bits.
        #[default]
        Bits24 = "24", "24 bit";
        /// 20 bits.
        Bits20 = "20", "20 bit";
        /// 16 bits.
        Bits16 = "16", "16 bit";
    }
}

impl WordLength {
    /// The number of bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::Bits24 => 24,
            Self::Bits20 => 20,
            Self::Bits16 => 16,
        }
    }

    /// One step of the word, full scale 1.
    pub fn lsb(self) -> f64 {
        1.0 / f64::from(1u32 << (self.bits() - 1))
    }
}

choices! {
    /// Spectrum of the dither's noise.
    pub enum DitherShaping {
        /// White.
        #[default]
        Flat = "flat", "Flat";
        /// Half of the strong shaping in dB.
        Light = "light", "Light";
        /// Along the threshold of hearing.
        Strong = "strong", "Strong";
    }
}

impl DitherShaping {
    fn design(self, sample_rate: f64) -> Shaper {
        match self {
            Self::Flat => Shaper::flat(),
            Self::Light => Shaper::design(sample_rate, 0.5),
            Self::Strong => Shaper::design(sample_rate, 1.0),
        }
    }
}

/// The noise that a dither leaves, as a spectrum. Off the audio thread: making it designs a filter.
#[derive(Debug, Clone)]
pub struct DitherNoise {
    shaper: Shaper,
    /// Of white noise, per hertz, against a sine at full scale.
    density: f64,
    sample_rate: f64,
}

impl DitherNoise {
    /// At `sample_rate` hertz.
    pub fn new(settings: &DitherSettings, sample_rate: f64) -> Self {
        // A quantisation with triangular dither errs by a quarter of an LSB squared; a sine at full scale has half.
        let power = 0.25 * settings.word_length.lsb().powi(2) / 0.5;
        Self {
            shaper: settings.shaping.design(sample_rate),
            density: power / (0.5 * sample_rate),
            sample_rate,
        }
    }

    /// Level in the third of an octave about `hz`, dBFS.
    pub fn third_octave_dbfs(&self, hz: f64) -> f64 {
        let half = math::powf(2.0, 1.0 / 6.0);
        let power = self.density * hz * (half - 1.0 / half);
        10.0 * math::log10(power * self.shaper.power(std::f64::consts::TAU * hz / self.sample_rate))
    }
}

parameters! {
    /// Settings of the [`Dither`].
    pub struct DitherSettings, dither {
        /// The last step before a shorter word length.
        on: switch() = false, "dither_on", "On";
        /// Bits of the file that is delivered.
        word_length: choice(WordLength) = WordLength::Bits24, "dither_word_length", "Word Length";
        /// Up: moves the noise to where the ear is least keen. Only for the very last step.
        shaping: choice(DitherShaping) = DitherShaping::Flat, "dither_shaping", "Shaping";
        /// What lies on the word's grid already, silence too, passes untouched.
        auto_blank: switch() = true, "dither_auto_blank", "Auto Blank";
        beside {
            /// The same seed gives the same noise.
            seed: seed() = 1;
        }
    }
}

/// Largest error of one quantisation with dither, in LSB: half from rounding, one from the dither.
const MOST_ERROR: f64 = 1.5;
/// Time on the grid after which the dither stops, in ms: longer than a rest within a song, so that its noise does not come and go; and
/// no chance. What was computed in f32 has steps of 2^-24 at full scale and finer ones below: one sample in two lies on a grid of 24
/// bits, one in 2^9 on one of 16. A second of nothing else, at 44.1 kHz, is one in 2^44100.
const BLANK_MS: f64 = 1000.0;

/// The stage; see the module.
#[derive(Default)]
pub struct Dither {
    settings: DitherSettings,
    shapers: [Shaper; 3],
    lsb: f64,
    /// Past errors in LSB, newest at `place`, written twice so that any [`ORDER`] in a row can be read.
    errors: Vec<Frame>,
    place: usize,
    /// Frames on the grid up to now, without end if there was no other since the last reset; and as many as blank.
    on_grid: u64,
    blank_after: u64,
    /// Whether anything was not zero since the last reset.
    sounded: bool,
    /// Whether any of the past errors may be other than zero.
    has_errors: bool,
    started: bool,
    mono: bool,
}

impl Dither {
    /// Largest amplitude, full scale 1, that the stage adds with `settings`: dither, rounding and their shaping.
    pub fn peak_reserve(&self, settings: &DitherSettings) -> f64 {
        if !settings.on {
            return 0.0;
        }
        MOST_ERROR * settings.word_length.lsb() * self.shapers[settings.shaping as usize].peak_gain()
    }

    /// Takes the settings of this period. Errors are kept in LSB, which may have changed.
    fn begin_period(&mut self) {
        let lsb = self.settings.word_length.lsb();
        if self.started && lsb != self.lsb {
            let scale = self.lsb / lsb;
            for x in self.errors.as_flattened_mut() {
                *x = (*x * scale).clamp(-MOST_ERROR, MOST_ERROR);
            }
        }
        self.lsb = lsb;
        self.started = true;
    }
}

impl Processor for Dither {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.shapers = [DitherShaping::Flat, DitherShaping::Light, DitherShaping::Strong]
            .map(|shaping| shaping.design(spec.sample_rate));
        self.errors = vec![[0.0; 2]; 2 * ORDER];
        self.blank_after = spec.frames_of_ms(BLANK_MS) as u64;
        self.mono = spec.channels == 1;
        self.reset();
    }

    fn reset(&mut self) {
        self.errors.fill([0.0; 2]);
        self.place = 0;
        self.on_grid = u64::MAX;
        self.sounded = false;
        self.has_errors = false;
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        let shaper = &self.shapers[self.settings.shaping as usize];
        let bits = self.settings.word_length.bits();
        let (scale, lsb) = (1.0 / self.lsb, self.lsb);
        let (lowest, highest) = (-f64::from(1u32 << (bits - 1)), f64::from((1u32 << (bits - 1)) - 1));
        let position = block.position();
        for (n, frame) in block.frames.iter_mut().enumerate() {
            let is_on_grid = frame.iter().all(|x| {
                let step = x * scale;
                step == round(step) && (lowest..=highest).contains(&step)
            });
            self.on_grid = if is_on_grid { self.on_grid.saturating_add(1) } else { 0 };
            self.sounded |= *frame != [0.0; 2];
            let passes = self.on_grid > self.blank_after && self.settings.auto_blank;
            if passes || !self.sounded {
                if std::mem::take(&mut self.has_errors) {
                    self.errors.fill([0.0; 2]);
                }
                continue;
            }
            self.has_errors = true;
            let shaped = shaper.apply(&self.errors[self.place..self.place + ORDER]);
            let noise = triangular(self.settings.seed, position + n as u64);
            let mut error = [0.0; 2];
            for c in 0..2 {
                let v = frame[c] * scale + shaped[c];
                let q = round(v + noise[c]).clamp(lowest, highest);
                // At full scale the error is cut, so that clipping does not run on in the feedback.
                error[c] = (q - v).clamp(-MOST_ERROR, MOST_ERROR);
                frame[c] = q * lsb;
            }
            if self.mono {
                error[1] = error[0];
                frame[1] = frame[0];
            }
            self.place = if self.place == 0 { ORDER - 1 } else { self.place - 1 };
            self.errors[self.place] = error;
            self.errors[self.place + ORDER] = error;
        }
    }
}

impl Stage for Dither {
    type Settings = DitherSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}

/// The nearest whole number, for |x| < 2^51.
#[inline(always)]
fn round(x: f64) -> f64 {
    /// 1.5 * 2^52: its neighbours are whole numbers.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    (x + WHOLE) - WHOLE
}

/// Independent noise of triangular density over +-1 for both channels, from a counter (splitmix64: G. Steele, D. Lea, C.
/// Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): four uniform numbers of 32 bits per frame.
#[inline(always)]
fn triangular(seed: u64, position: u64) -> Frame {
    let mix = |counter: u64| {
        let z = counter
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add(seed.wrapping_mul(0xD1B5_4A32_D192_ED03));
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let z = z ^ (z >> 31);
        let difference = (z >> 32) as i64 - (z & 0xFFFF_FFFF) as i64;
        difference as f64 * (1.0 / (1u64 << 32) as f64)
    };
    [mix(2 * position + 1), mix(2 * position + 2)]
}
