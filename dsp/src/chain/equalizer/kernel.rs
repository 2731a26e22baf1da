//! Linear-phase kernels: the prototypes' magnitude and no phase, designed in slices.
//!
//! The magnitude is sampled on a grid four times as fine as the kernel is long, transformed back and faded at the ends. What is designed
//! is H - 1: the convolution adds what the bands change to the delayed input, and bands that change nothing keep every bit.
//!
//! Bands on stereo, left and right (H_L, H_R) come before those on mid and side (H_M, H_S), as in minimum phase:
//!
//! ```text
//! left  = (H_M + H_S)/2 H_L left + (H_M - H_S)/2 H_R right
//! right = (H_M - H_S)/2 H_L left + (H_M + H_S)/2 H_R right
//! ```
//!
//! The spectrum is real and even, and the response is wanted near its centre: with N points and the bins in R combs,
//! h[n] = sum over r of e^(2 pi i r n / N) X_r[n], X_r is the transform of the real numbers in comb r of R, R - r mirrors r, and each comb
//! is a slice: of as many points at any rate, so that no slice is long. Slices are counted, never timed: a design takes as many steps as it is given.

use super::auto_gain::AutoGain;
use super::prototype::Prototype;
use super::{EQUALIZER_BANDS, EqualizerBand, EqualizerSettings, Placement};
use crate::blocks::convolver::{Kernel, KernelWriter, LEAST_TAPS, PARTITIONS, RESPONSES, Route};
use crate::blocks::math;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Taps at 44.1 and 48 kHz: 6 Hz between lines, for +-6 dB at 30 Hz within 0.03 dB.
const TAPS: usize = 8192;
/// Points of the design per tap.
const FINENESS: usize = 4;
/// Share of the taps over which the kernel's ends are faded. What lies there is small already: a window over the whole length would
/// blur the low bands by a tenth of a dB to no purpose.
const TAPER: f64 = 0.25;

/// Bins of a slice.
const SLICE: usize = 512;
/// Points of a comb.
const COMB: usize = TAPS;
/// Taps to which a comb is added in a slice.
const ADDED: usize = 4096;

/// Cycles of the convolver that a design takes at a sample rate in hertz. A kernel for a higher rate is longer, and there is less time.
pub fn design_cycles(sample_rate: f64) -> usize {
    (taps(sample_rate) / TAPS).max(1)
}

/// Taps for a sample rate in hertz: the same time at any.
pub fn taps(sample_rate: f64) -> usize {
    let octaves = math::log2(sample_rate / 48_000.0).round() as i32;
    let taps = if octaves < 0 { TAPS >> -octaves } else { TAPS << octaves };
    taps.max(LEAST_TAPS)
}

/// From which channel to which a response leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    LeftToLeft,
    RightToRight,
    LeftToRight,
    RightToLeft,
}

/// A slice of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slice {
    /// A band's power in some bins.
    Power { band: usize, part: usize },
    /// A response's spectrum in some bins.
    Spectrum { response: usize, part: usize },
    /// The transform of a comb of it.
    Comb { response: usize, comb: usize },
    /// What that adds to some of the taps.
    Add { response: usize, comb: usize, part: usize },
    /// A partition of the kernel.
    Partition { response: usize, partition: usize },
}

/// Designs kernels for one sample rate; see the module.
pub struct KernelDesigner {
    sample_rate: f64,
    taps: usize,
    auto_gain: AutoGain,
    forward: Arc<dyn RealToComplex<f64>>,
    /// Combs in all, R of the module, and one of them.
    combs: usize,
    comb: Vec<f64>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    /// e^(2 pi i n / N).
    turns: Vec<Complex<f64>>,
    /// By the distance from the kernel's ends.
    window: Vec<f64>,
    writer: KernelWriter,
    /// Power of each band on the grid, and of which band it is.
    powers: [Vec<f64>; EQUALIZER_BANDS],
    known: [Option<EqualizerBand>; EQUALIZER_BANDS],
    spectrum: Vec<f64>,
    /// The response from its centre on.
    response: Vec<f64>,
    /// What is being designed.
    settings: EqualizerSettings,
    gain: f64,
    paths: [Path; RESPONSES],
    responses: usize,
    routes: [Route; RESPONSES],
    route_count: usize,
    next: Option<Slice>,
    whole: usize,
    done: usize,
}

impl KernelDesigner {
    /// For a sample rate in hertz. Allocates.
    pub fn new(sample_rate: f64) -> Self {
        let taps = taps(sample_rate);
        let points = FINENESS * taps;
        let comb = COMB.min(taps);
        let combs = points / comb;
        let forward = RealFftPlanner::new().plan_fft_forward(comb);
        // The first tap has no counterpart beyond the last; it is 0.
        let window = (0..=taps / 2)
            .map(|from_end| {
                let from_end = from_end as f64 / (0.5 * TAPER * taps as f64);
                0.5 - 0.5 * math::cos(PI * from_end.min(1.0))
            })
            .collect();
        Self {
            sample_rate,
            taps,
            auto_gain: AutoGain::new(sample_rate),
            combs,
            comb: forward.make_input_vec(),
            bins: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            forward,
            turns: (0..=combs / 2 * (taps / 2))
                .map(|n| Complex::from_polar(1.0, TAU * n as f64 / points as f64))
                .collect(),
            window,
            writer: KernelWriter::new(taps),
            powers: [(); EQUALIZER_BANDS].map(|()| vec![1.0; points / 2 + 1]),
            known: Default::default(),
            spectrum: vec![0.0; points / 2 + 1],
            response: vec![0.0; taps / 2 + 1],
            settings: EqualizerSettings::default(),
            gain: 1.0,
            paths: [Path::LeftToLeft; RESPONSES],
            responses: 0,
            routes: Default::default(),
            route_count: 0,
            next: None,
            whole: 0,
            done: 0,
        }
    }

    /// Begins the design of the kernel of H - 1, delayed by half its taps, without the bands that ring for longer than it lasts.
    /// Real-time safe, as is [`KernelDesigner::step`].
    pub fn begin(&mut self, settings: &EqualizerSettings) {
        self.gain =
            if settings.auto_gain { self.auto_gain.gain(&settings.bands, self.sample_rate) } else { 1.0 };
        self.settings = *settings;
        for band in &mut self.settings.bands {
            band.on &= !band.outlasts_linear_phase(self.sample_rate);
        }
        let bands = self.settings.bands.iter().filter(|band| changes(band));
        let has = |sides: [Placement; 2]| bands.clone().any(|band| sides.contains(&band.placement));
        let (apart, crossed) =
            (has([Placement::Left, Placement::Right]), has([Placement::Mid, Placement::Side]));
        let mut routes = [Route::default(); RESPONSES];
        let (mut count, mut responses) = (0, 0);
        let mut lead = |from: usize, to: usize, path: Option<Path>| {
            if let Some(path) = path {
                self.paths[responses] = path;
                responses += 1;
            }
            routes[count] = Route { from, to, response: responses - 1 };
            count += 1;
        };
        if bands.clone().next().is_some() {
            lead(0, 0, Some(Path::LeftToLeft));
            lead(1, 1, apart.then_some(Path::RightToRight));
            if crossed {
                lead(0, 1, Some(Path::LeftToRight));
                lead(1, 0, apart.then_some(Path::RightToLeft));
            }
        }
        (self.routes, self.route_count) = (routes, count);
        self.responses = responses;
        (self.whole, self.done) = (0, 0);
        let mut slice = self.first();
        self.next = slice;
        while let Some(this) = slice {
            self.whole += self.cost(this);
            slice = self.after(this);
        }
    }

    /// Designs up to `step` of `steps` equal shares of the work. Nothing is written to the kernel before the second share, unless there is
    /// but one: until then it may be one that is to be heard.
    pub fn step(&mut self, step: usize, steps: usize, kernel: &mut Kernel) {
        while let Some(slice) = self.next
            && self.done * steps < self.whole * step
        {
            self.make(slice, kernel);
            self.done += self.cost(slice);
            self.next = self.after(slice);
        }
        if step == steps {
            kernel.set_routes(&self.routes[..self.route_count]);
        }
    }

    /// Half of the combs, and the middle one: those that are transformed.
    fn transforms(&self) -> usize {
        self.combs / 2 + 1
    }

    fn additions(&self) -> usize {
        self.response.len().div_ceil(ADDED + 1)
    }

    fn parts(&self) -> usize {
        self.spectrum.len().div_ceil(SLICE)
    }

    fn first(&self) -> Option<Slice> {
        if self.responses == 0 { None } else { self.first_power(0) }
    }

    /// The first slice of the first band from `from` on whose power is not known, or what comes after all.
    fn first_power(&self, from: usize) -> Option<Slice> {
        let unknown = |n: &usize| {
            let band = &self.settings.bands[*n];
            changes(band) && self.known[*n] != Some(comparable(band))
        };
        Some(match (from..EQUALIZER_BANDS).find(unknown) {
            Some(band) => Slice::Power { band, part: 0 },
            None => Slice::Spectrum { response: 0, part: 0 },
        })
    }

    fn after(&self, slice: Slice) -> Option<Slice> {
        let last = self.parts() - 1;
        match slice {
            Slice::Power { band, part } if part < last => Some(Slice::Power { band, part: part + 1 }),
            Slice::Power { band, .. } => self.first_power(band + 1),
            Slice::Spectrum { response, part } if part < last => {
                Some(Slice::Spectrum { response, part: part + 1 })
            }
            Slice::Spectrum { response, .. } => Some(Slice::Comb { response, comb: 0 }),
            Slice::Comb { response, comb } => Some(Slice::Add { response, comb, part: 0 }),
            Slice::Add { response, comb, part } if part + 1 < self.additions() => {
                Some(Slice::Add { response, comb, part: part + 1 })
            }
            Slice::Add { response, comb, .. } if comb + 1 < self.transforms() => {
                Some(Slice::Comb { response, comb: comb + 1 })
            }
            Slice::Add { response, .. } => Some(Slice::Partition { response, partition: 0 }),
            Slice::Partition { response, partition } if partition + 1 < PARTITIONS => {
                Some(Slice::Partition { response, partition: partition + 1 })
            }
            Slice::Partition { response, .. } if response + 1 < self.responses => {
                Some(Slice::Spectrum { response: response + 1, part: 0 })
            }
            Slice::Partition { .. } => None,
        }
    }

    /// About what a slice costs against a section's power in [`SLICE`] bins, as measured.
    fn cost(&self, slice: Slice) -> usize {
        match slice {
            Slice::Power { band, .. } => {
                Prototype::new(&self.settings.bands[band], self.sample_rate).sections().len()
            }
            Slice::Spectrum { .. } => 3,
            Slice::Comb { .. } => 30,
            Slice::Add { .. } => 4,
            Slice::Partition { .. } => 5 * self.taps / TAPS,
        }
        .max(1)
    }

    fn make(&mut self, slice: Slice, kernel: &mut Kernel) {
        match slice {
            Slice::Power { band, part } => self.make_power(band, part),
            Slice::Spectrum { response, part } => self.make_spectrum(self.paths[response], part),
            Slice::Comb { comb, .. } => self.transform(comb),
            Slice::Add { comb, part, .. } => self.add(comb, part),
            Slice::Partition { response, partition } => {
                let (half, window, taps) = (self.taps / 2, &self.window, &self.response);
                self.writer.write(kernel, response, partition, |n| {
                    let from_centre = n.abs_diff(half);
                    taps[from_centre] * window[half - from_centre]
                });
            }
        }
    }

    fn make_power(&mut self, band: usize, part: usize) {
        let settings = &self.settings.bands[band];
        let last = self.spectrum.len() - 1;
        let range = part * SLICE..((part + 1) * SLICE).min(last + 1);
        let prototype = Prototype::new(settings, self.sample_rate);
        let ends = range.end == last + 1;
        let start = range.start;
        let powers = &mut self.powers[band][range];
        powers.fill(1.0);
        // Section by section, so that the bins go in lanes.
        for section in prototype.sections() {
            for (n, power) in powers.iter_mut().enumerate() {
                *power *= section.power(PI * (start + n) as f64 / last as f64);
            }
        }
        // Half a band is none: an abandoned design leaves nothing behind that looks complete.
        self.known[band] = ends.then_some(comparable(settings));
    }

    /// The spectrum of a response: the module's equation, less 1 on the straight paths.
    fn make_spectrum(&mut self, path: Path, part: usize) {
        let range = part * SLICE..((part + 1) * SLICE).min(self.spectrum.len());
        let length = range.len();
        let magnitude = |placements: &[Placement]| {
            let mut values = [1.0; SLICE];
            let mut any = false;
            for (band, powers) in self.settings.bands.iter().zip(&self.powers) {
                if changes(band) && placements.contains(&band.placement) {
                    any = true;
                    for (value, power) in values.iter_mut().zip(&powers[range.clone()]) {
                        *value *= power;
                    }
                }
            }
            if any {
                values.iter_mut().for_each(|value| *value = value.sqrt());
            }
            values
        };
        let own = match path {
            Path::LeftToLeft | Path::LeftToRight => magnitude(&[Placement::Stereo, Placement::Left]),
            Path::RightToRight | Path::RightToLeft => magnitude(&[Placement::Stereo, Placement::Right]),
        };
        let (mid, side) = (magnitude(&[Placement::Mid]), magnitude(&[Placement::Side]));
        let straight = matches!(path, Path::LeftToLeft | Path::RightToRight);
        let (gain, points) = (self.gain, (FINENESS * self.taps) as f64);
        for (n, value) in self.spectrum[range].iter_mut().enumerate().take(length) {
            let response = if straight {
                0.5 * gain * (mid[n] + side[n]) * own[n] - 1.0
            } else {
                0.5 * gain * (mid[n] - side[n]) * own[n]
            };
            *value = response / points;
        }
    }

    /// Transforms a comb.
    fn transform(&mut self, comb: usize) {
        let points = FINENESS * self.taps;
        for (k, value) in self.comb.iter_mut().enumerate() {
            let bin = self.combs * k + comb;
            *value = self.spectrum[bin.min(points - bin)];
        }
        // The lengths are the plan's own: nothing can fail.
        if self.forward.process_with_scratch(&mut self.comb, &mut self.bins, &mut self.scratch).is_err() {
            self.bins.fill(Complex::default());
        }
    }

    /// Adds a comb's share of some of the taps. A comb's length is a power of two, as that of the kernel.
    fn add(&mut self, comb: usize, part: usize) {
        let weight = if comb == 0 || comb == self.combs / 2 { 1.0 } else { 2.0 };
        let (period, first) = (self.comb.len(), part * (ADDED + 1));
        let last = (first + ADDED + 1).min(self.response.len());
        for (n, tap) in (first..last).zip(&mut self.response[first..last]) {
            // The forward transform is the conjugate of the inverse one of real numbers, and its second half that of the first.
            let phase = n & (period - 1);
            let (index, sign) = if 2 * phase <= period { (phase, 1.0) } else { (period - phase, -1.0) };
            let (turn, bin) = (self.turns[comb * n], self.bins[index]);
            let share = weight * (turn.re * bin.re + sign * turn.im * bin.im);
            *tap = if comb == 0 { share } else { *tap + share };
        }
    }
}

/// Whether a band changes anything.
pub fn changes(band: &EqualizerBand) -> bool {
    band.on && (band.gain_db != 0.0 || !band.has_gain())
}

/// A band as far as its power goes.
fn comparable(band: &EqualizerBand) -> EqualizerBand {
    EqualizerBand { on: true, placement: Placement::Stereo, ..*band }
}
