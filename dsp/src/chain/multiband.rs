//! Multiband compressor: four bands with movable crossovers.
//!
//! *Transparent*: a shelf at each crossover whose two sides have the gains of the bands beside it (`shelves`): minimum
//! phase, and every bit kept where no band acts. *Linkwitz-Riley*: bands of the 4th order in phase with each other
//! (`bands`), steeper, with their all-pass always there.
//!
//! Each band has the compressor of `compressor`; its gain is made once in a hop of at most 0.2 ms from the band's highest
//! peak in it and reached linearly in the next. No latency. Part n of the listening is what band n gives to the output.

mod bands;
mod compressor;
mod crossovers;
mod response;
mod settings;
mod shelves;

use crate::blocks::ballistics::hop_frames;
use crate::blocks::entry::Entry;
use crate::blocks::simd::{Lanes, Simd, in_lanes};
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage};
use bands::Bands;
use compressor::BandCompressor;
use crossovers::Crossovers;
pub use settings::{MultibandBand, MultibandDirection, MultibandMode, MultibandSettings};
use shelves::Shelves;

/// Bands of the multiband compressor.
pub const MULTIBAND_BANDS: usize = 4;

/// One frame of each band, low to high.
type BandFrames = [Frame; MULTIBAND_BANDS];

/// Longest hop in ms between two gains: what a band's own ringing blurs anyway.
const HOP_MS: f64 = 0.2;

/// Length of the fade from one mode to the other in ms.
const MODE_FADE_MS: f64 = 15.0;

/// The stage; see the module.
#[derive(Default)]
pub struct Multiband {
    settings: MultibandSettings,
    simd: Simd,
    /// Frames per hop, a power of two.
    hop: usize,
    crossovers: Crossovers,
    shelves: Shelves,
    bands: Bands,
    compressors: [BandCompressor; MULTIBAND_BANDS],
    link: Smoother,
    mix: Smoother,
    mix_at_hop: Ramp,
    /// Highest peaks of the hop under way.
    peaks: BandFrames,
    /// Gain of each band at the hop's end, mixed with the dry signal.
    gains: BandFrames,
    /// 0 transparent to 1 Linkwitz-Riley.
    mode_fade: f64,
    mode_target: f64,
    mode_step: f64,
    /// How the sound enters the filters of the mode that was started last.
    entry: Entry,
    started_bands: bool,
    listening: Option<usize>,
    /// Gain of the band that is listened to, and its step per frame.
    listen_gain: Frame,
    listen_step: Frame,
    listened: Vec<Frame>,
    started: bool,
}

impl Multiband {
    /// Gain in dB, makeup included, of each band at the end of the last control period, of the channel that is turned down
    /// most.
    pub fn band_gains_db(&self) -> [f64; MULTIBAND_BANDS] {
        std::array::from_fn(|n| self.compressors[n].gain_db())
    }

    /// Highest level that each band's detector saw in the last control period, an amplitude: what its threshold is held against.
    pub fn band_levels(&self) -> [f64; MULTIBAND_BANDS] {
        std::array::from_fn(|n| self.compressors[n].most_level())
    }

    fn begin_period(&mut self) {
        let first = !self.started;
        self.started = true;
        for smoother in [&mut self.link, &mut self.mix] {
            if first {
                smoother.snap();
            }
            smoother.begin_period();
        }
        self.mode_target = match self.settings.mode {
            MultibandMode::Transparent => 0.0,
            MultibandMode::LinkwitzRiley => 1.0,
        };
        let hops = CONTROL_PERIOD / self.hop;
        if first {
            self.mix_at_hop.snap(self.mix.end_of_period());
            self.mode_fade = self.mode_target;
        } else {
            self.mix_at_hop.begin_period_of(self.mix.end_of_period(), hops);
        }
        for compressor in &mut self.compressors {
            compressor.begin_period(first, hops);
        }
        self.crossovers.begin_period(first);
        if first {
            let mix = self.mix.end_of_period();
            for (gains, compressor) in self.gains.iter_mut().zip(&self.compressors) {
                *gains = [1.0 + mix * (compressor.makeup_gain() - 1.0); 2];
            }
            self.shelves.snap(&self.gains);
            self.bands.snap(&self.gains);
            if let Some(part) = self.listening {
                (self.listen_gain, self.listen_step) = (self.gains[part], [0.0; 2]);
            }
        }
    }

    /// Takes the peaks of a finished hop and aims at the gains for the next.
    #[inline(always)]
    fn finish_hop<V: Lanes>(&mut self) {
        let mix = self.mix_at_hop.next();
        let link = self.link.end_of_period();
        let linked = link == 1.0 && !self.link.is_moving();
        let last = self.gains;
        let [left, right] = if linked {
            let [both] = BandCompressor::finish_hop::<V, 1>(&mut self.compressors, &self.peaks, link);
            [both, both]
        } else {
            BandCompressor::finish_hop::<V, 2>(&mut self.compressors, &self.peaks, link)
        };
        for (b, gains) in self.gains.iter_mut().enumerate() {
            *gains = [1.0 + mix * (left[b] - 1.0), 1.0 + mix * (right[b] - 1.0)];
        }
        self.peaks = Default::default();
        if let Some(part) = self.listening {
            self.listen_gain = last[part];
            self.listen_step = [0, 1].map(|c| (self.gains[part][c] - last[part][c]) / self.hop as f64);
        }
        if self.mode_fade < 1.0 {
            self.shelves.aim(&self.gains, self.hop);
        }
        if self.mode_fade > 0.0 {
            self.bands.aim(&self.gains, self.hop);
        }
    }

    fn start(&mut self, bands: bool) {
        self.started_bands = bands;
        self.entry.begin();
    }

    /// Notes the level of the bands.
    #[inline(always)]
    fn watch(&mut self, bands: &BandFrames) {
        for (peaks, band) in self.peaks.iter_mut().zip(bands) {
            for c in 0..2 {
                let level = band[c].abs();
                peaks[c] = if level > peaks[c] { level } else { peaks[c] };
            }
        }
    }

    /// Output of one frame; `SHELVES` and `BANDS` say which modes run.
    #[inline(always)]
    fn tick<const SHELVES: bool, const BANDS: bool>(&mut self, x: Frame) -> (Frame, BandFrames) {
        self.crossovers.step();
        if SHELVES && BANDS {
            let target = self.mode_target;
            self.mode_fade = if self.mode_fade < target {
                (self.mode_fade + self.mode_step).min(target)
            } else {
                (self.mode_fade - self.mode_step).max(target)
            };
            let entered = self.entry.next_gain();
            let entering = [entered * x[0], entered * x[1]];
            let (to_shelves, to_bands) = if self.started_bands { (x, entering) } else { (entering, x) };
            let (transparent, shelved) = self.shelves.tick(&self.crossovers, to_shelves);
            let (split, mut bands) = self.bands.tick(&self.crossovers, to_bands);
            let share = self.mode_fade * self.mode_fade * (3.0 - 2.0 * self.mode_fade);
            let y = if self.started_bands {
                [0, 1].map(|c| transparent[c] + share * (split[c] - entered * transparent[c]))
            } else {
                [0, 1].map(|c| split[c] + (1.0 - share) * (transparent[c] - entered * split[c]))
            };
            // The levels cross over with the sound.
            for (band, shelved) in bands.iter_mut().zip(shelved) {
                *band = [0, 1].map(|c| shelved[c] + share * (band[c] - shelved[c]));
            }
            (y, bands)
        } else if SHELVES {
            self.shelves.tick(&self.crossovers, x)
        } else {
            self.bands.tick(&self.crossovers, x)
        }
    }

    #[inline(always)]
    fn run<V: Lanes, const SHELVES: bool, const BANDS: bool>(&mut self, block: &mut Block) {
        let mut in_hop = (block.position() % self.hop as u64) as usize;
        for n in 0..block.frames.len() {
            let (y, bands) = self.tick::<SHELVES, BANDS>(block.frames[n]);
            block.frames[n] = y;
            self.watch(&bands);
            if let Some(part) = self.listening {
                let band = bands[part];
                self.listen_gain = [0, 1].map(|c| self.listen_gain[c] + self.listen_step[c]);
                self.listened.push([band[0] * self.listen_gain[0], band[1] * self.listen_gain[1]]);
            }
            in_hop += 1;
            if in_hop == self.hop {
                in_hop = 0;
                self.finish_hop::<V>();
            }
        }
    }
}

in_lanes! {
    /// Runs the transparent mode.
    fn run_shelves(stage: &mut Multiband, block: &mut Block) = run_shelves_in::<_>
}

#[inline(always)]
fn run_shelves_in<V: Lanes>(stage: &mut Multiband, block: &mut Block) {
    if stage.listening.is_some() {
        stage.run::<V, true, false>(block);
        return;
    }
    let mut left = stage.hop - (block.position() % stage.hop as u64) as usize;
    let mut rest = &mut block.frames[..];
    while !rest.is_empty() {
        let (frames, later) = rest.split_at_mut(left.min(rest.len()));
        stage.shelves.run::<V>(&mut stage.crossovers, frames, &mut stage.peaks);
        if frames.len() == left {
            stage.finish_hop::<V>();
        }
        left = stage.hop;
        rest = later;
    }
}

in_lanes! {
    /// Runs the Linkwitz-Riley mode.
    fn run_bands(stage: &mut Multiband, block: &mut Block) = run_bands_in::<_>
}

in_lanes! {
    /// Runs both, one of them on its way in.
    fn run_both(stage: &mut Multiband, block: &mut Block) = run_both_in::<_>
}

#[inline(always)]
fn run_bands_in<V: Lanes>(stage: &mut Multiband, block: &mut Block) {
    stage.run::<V, false, true>(block);
}

#[inline(always)]
fn run_both_in<V: Lanes>(stage: &mut Multiband, block: &mut Block) {
    stage.run::<V, true, true>(block);
}

impl Processor for Multiband {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.simd = Simd::detect();
        self.hop = hop_frames(HOP_MS, spec.sample_rate);
        self.crossovers.prepare(spec.sample_rate);
        let hop_rate = spec.sample_rate / self.hop as f64;
        self.compressors.iter_mut().for_each(|compressor| compressor.prepare(spec.sample_rate, hop_rate));
        self.link.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.mix.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.entry = Entry::new(spec.sample_rate);
        self.mode_step = 1000.0 / (MODE_FADE_MS * spec.sample_rate);
        self.listened = Vec::with_capacity(CONTROL_PERIOD);
        let settings = self.settings;
        self.set(&settings);
        self.reset();
    }

    fn reset(&mut self) {
        self.shelves.reset();
        self.bands.reset();
        self.compressors.iter_mut().for_each(BandCompressor::reset);
        self.peaks = Default::default();
        self.listened.clear();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        self.listened.clear();
        let target = self.mode_target;
        if self.mode_fade != target {
            if self.mode_fade == 0.0 {
                self.bands.start(&self.gains);
                self.start(true);
            } else if self.mode_fade == 1.0 {
                self.shelves.start(&self.gains);
                self.start(false);
            }
            run_both(self.simd, self, block);
        } else if target == 0.0 {
            run_shelves(self.simd, self, block);
        } else {
            run_bands(self.simd, self, block);
        }
    }
}

impl Stage for Multiband {
    type Settings = MultibandSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        self.crossovers.set(settings.crossovers_hz());
        for (compressor, band) in self.compressors.iter_mut().zip(&settings.bands) {
            compressor.set(band);
        }
        self.link.set_target(settings.link);
        self.mix.set_target(settings.mix);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.compressors.iter().fold(0.0, |most, compressor| f64::max(most, compressor.most_reduction_db()))
    }

    fn set_listen(&mut self, part: Option<usize>) {
        let part = part.filter(|part| *part < MULTIBAND_BANDS);
        if let Some(part) = part.filter(|_| part != self.listening) {
            (self.listen_gain, self.listen_step) = (self.gains[part], [0.0; 2]);
        }
        self.listening = part;
    }

    fn listen_signal(&self) -> Option<&[Frame]> {
        self.listening.map(|_| self.listened.as_slice())
    }
}
