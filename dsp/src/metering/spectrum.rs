//! Spectra for the eye, on the reader's own thread: left, right, mid, side, their correlation, and what they lose in mono.
//!
//! Three averages a bin hold all of it: the powers of left and right and the real part of their cross spectrum. Hann window, 75 %
//! overlap (50 % where only a mean over minutes is asked for), means of power. A full-scale sine of both channels reads 0 dB in mid.

mod analyser;

use crate::blocks::math;

pub use analyser::{Analyser, Averaging, LENGTHS};

/// Between these lie the middles of bands, hertz: the third of an octave of nominally 20 Hz is at 19.7, that of 20 kHz at 20.2.
const LOWEST_HZ: f64 = 19.5;
const HIGHEST_HZ: f64 = 20_500.0;

/// What of the stereo a spectrum shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Half the sum.
    Mid,
    /// Half the difference.
    Side,
    /// The mean power of both channels.
    Both,
}

/// Powers of left and right in a bin or band, and the real part of their product.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Powers {
    /// Power of left.
    pub left: f64,
    /// Power of right.
    pub right: f64,
    /// Real part of the cross power.
    pub cross: f64,
}

impl Powers {
    /// Power of a part.
    pub fn of(&self, part: Part) -> f64 {
        let both = self.left + self.right;
        match part {
            Part::Left => self.left,
            Part::Right => self.right,
            Part::Mid => (0.25 * (both + 2.0 * self.cross)).max(0.0),
            Part::Side => (0.25 * (both - 2.0 * self.cross)).max(0.0),
            Part::Both => 0.5 * both,
        }
    }

    /// Correlation of the channels, -1 to +1; 1 where there is nothing.
    pub fn correlation(&self) -> f64 {
        let product = self.left * self.right;
        if product > 0.0 { (self.cross / product.sqrt()).clamp(-1.0, 1.0) } else { 1.0 }
    }

    /// 10 log10 |L + R|^2 / (2 (|L|^2 + |R|^2)): what the sum to mono loses, dB, 0 or below.
    pub fn mono_loss_db(&self) -> f64 {
        let both = self.left + self.right;
        if both > 0.0 {
            10.0 * math::log10(((both + 2.0 * self.cross).max(0.0) / (2.0 * both)).max(1e-12))
        } else {
            0.0
        }
    }

    fn add(&mut self, other: &Self) {
        self.left += other.left;
        self.right += other.right;
        self.cross += other.cross;
    }
}

/// One band of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Middle, hertz.
    pub centre_hz: f64,
    /// What is in it.
    pub powers: Powers,
}

/// The averaged spectrum of what was heard, and its highest levels; see the module.
#[derive(Debug, Clone)]
pub struct Spectrum {
    sample_rate: f64,
    length: usize,
    bins: Vec<Powers>,
    held: Vec<f64>,
}

impl Spectrum {
    /// Of silence, as transforms of `length` points at `sample_rate` hertz give it.
    fn new(sample_rate: f64, length: usize) -> Self {
        Self {
            sample_rate,
            length,
            bins: vec![Powers::default(); length / 2 + 1],
            held: vec![0.0; length / 2 + 1],
        }
    }

    /// Points of its transforms.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Frequency of a bin, hertz.
    pub fn frequency_hz(&self, bin: usize) -> f64 {
        bin as f64 * self.sample_rate / self.length as f64
    }

    /// The averaged bins, from 0 to Nyquist.
    pub fn bins(&self) -> &[Powers] {
        &self.bins
    }

    /// Level of a part in dB at frequencies that ascend, for drawing: the highest bin between one frequency and the next, or between
    /// two bins a straight line.
    pub fn levels_db(&self, part: Part, frequencies_hz: &[f64]) -> Vec<f64> {
        self.curve(frequencies_hz, |bin| self.bins[bin].of(part))
    }

    /// The same of the highest levels since they were released.
    pub fn held_db(&self, frequencies_hz: &[f64]) -> Vec<f64> {
        self.curve(frequencies_hz, |bin| self.held[bin])
    }

    fn curve(&self, frequencies_hz: &[f64], power: impl Fn(usize) -> f64) -> Vec<f64> {
        let last = self.bins.len() - 1;
        let place = |hz: f64| (hz * self.length as f64 / self.sample_rate).clamp(0.0, last as f64);
        let db = |power: f64| 10.0 * math::log10(power.max(1e-20));
        (0..frequencies_hz.len())
            .map(|n| {
                let from = place(frequencies_hz[n]);
                let to = frequencies_hz.get(n + 1).map_or(from, |hz| place(*hz));
                let (first, end) = (from.ceil() as usize, to.ceil() as usize);
                if end > first + 1 {
                    return db((first..end).map(&power).fold(0.0, f64::max));
                }
                let below = (from as usize).min(last - 1);
                let share = from - below as f64;
                db(power(below)) + share * (db(power(below + 1)) - db(power(below)))
            })
            .collect()
    }

    /// Sums over bands of `per_octave` to the octave from 20 Hz to 20 kHz or Nyquist, with bins that lie across an edge divided.
    pub fn bands(&self, per_octave: u32) -> Vec<Band> {
        // IEC 61260-1: centres at 1000 Hz times whole steps.
        let step = math::powf(2.0, 1.0 / f64::from(per_octave));
        let half = step.sqrt();
        let steps = |hz: f64| math::log2(hz / 1000.0) * f64::from(per_octave);
        let [lowest, highest] = [steps(LOWEST_HZ).ceil() as i32, steps(HIGHEST_HZ).floor() as i32];
        let bin_hz = self.sample_rate / self.length as f64;
        (lowest..=highest)
            .map(|n| 1000.0 * step.powi(n))
            .take_while(|centre_hz| centre_hz * half < 0.5 * self.sample_rate)
            .map(|centre_hz| {
                let (low, high) = (centre_hz / half / bin_hz, centre_hz * half / bin_hz);
                let mut powers = Powers::default();
                for bin in
                    (low + 0.5).floor() as usize..=((high + 0.5).floor() as usize).min(self.bins.len() - 1)
                {
                    let covered = ((bin as f64 + 0.5).min(high) - (bin as f64 - 0.5).max(low)).max(0.0);
                    let part = &self.bins[bin];
                    powers.add(&Powers {
                        left: part.left * covered,
                        right: part.right * covered,
                        cross: part.cross * covered,
                    });
                }
                // A Hann window spreads a line over 1.5 bins.
                for power in [&mut powers.left, &mut powers.right, &mut powers.cross] {
                    *power /= 1.5;
                }
                Band { centre_hz, powers }
            })
            .collect()
    }
}

/// A third of an octave that loses much in mono.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonoFold {
    /// Its middle, hertz.
    pub centre_hz: f64,
    /// Level of both channels, dB.
    pub level_db: f64,
    /// What mono takes, dB, 0 or below.
    pub loss_db: f64,
    /// Whether it matters: much is lost of what is heard.
    pub alarm: bool,
}

/// Loss at which a band alarms, dB, if it lies no further than `HEARD_DB` below the loudest.
const ALARM_DB: f64 = -6.0;
const HEARD_DB: f64 = 20.0;

/// What mono takes in each third of an octave.
pub fn mono_fold(spectrum: &Spectrum) -> Vec<MonoFold> {
    let bands = spectrum.bands(3);
    let level_db = |band: &Band| 10.0 * math::log10(band.powers.of(Part::Both).max(1e-20));
    let loudest = bands.iter().map(level_db).fold(f64::NEG_INFINITY, f64::max);
    bands
        .iter()
        .map(|band| {
            let (level_db, loss_db) = (level_db(band), band.powers.mono_loss_db());
            let alarm = loss_db < ALARM_DB && level_db > loudest - HEARD_DB && level_db > -100.0;
            MonoFold { centre_hz: band.centre_hz, level_db, loss_db, alarm }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::Frame;
    use std::f64::consts::TAU;
    use std::sync::Arc;

    const RATE: f64 = 48_000.0;

    fn pushed(frame: impl Fn(f64) -> Frame) -> Arc<Spectrum> {
        let mut analyser = Analyser::new(RATE, 8192, Averaging::Endless);
        let frames: Vec<Frame> = (0..96_000).map(|n| frame(n as f64 / RATE)).collect();
        frames.chunks(1000).for_each(|frames| {
            analyser.push(frames);
        });
        analyser.snapshot()
    }

    #[test]
    fn a_sine_reads_its_level_in_bins_and_bands() {
        // On a bin's middle.
        let hz = 171.0 * RATE / 8192.0;
        let spectrum = pushed(|t| [math::sin(TAU * hz * t), 0.5 * math::sin(TAU * hz * t)]);
        let at = |part| spectrum.levels_db(part, &[hz])[0];
        assert!(at(Part::Left).abs() < 0.01, "{}", at(Part::Left));
        assert!((at(Part::Right) + 6.02).abs() < 0.01);
        assert!((at(Part::Mid) - 20.0 * math::log10(0.75f64)).abs() < 0.01);
        assert!((at(Part::Side) - 20.0 * math::log10(0.25f64)).abs() < 0.01);
        let bands = spectrum.bands(3);
        let band = bands.iter().find(|band| (band.centre_hz - 1000.0).abs() < 1.0).expect("1 kHz");
        assert!((10.0 * math::log10(band.powers.left)).abs() < 0.05);
        assert_eq!(bands.len(), 31, "thirds of an octave from 20 Hz to 20 kHz");
        assert!(spectrum.held_db(&[hz])[0] > -2.1);
    }

    #[test]
    fn mono_takes_what_is_out_of_phase_and_alarms_where_it_is_heard() {
        let spectrum = pushed(|t| {
            let (mid, side) = (math::sin(TAU * 100.0 * t), math::sin(TAU * 3150.0 * t));
            let faint = 1e-3 * math::sin(TAU * 8000.0 * t);
            [0.3 * (mid + side) + faint, 0.3 * (mid - side) - faint]
        });
        let folds = mono_fold(&spectrum);
        let near = |hz: f64| {
            *folds
                .iter()
                .min_by(|a, b| math::ln(a.centre_hz / hz).abs().total_cmp(&math::ln(b.centre_hz / hz).abs()))
                .expect("bands")
        };
        assert!(near(100.0).loss_db > -0.01 && !near(100.0).alarm);
        assert!(near(3150.0).loss_db < -40.0 && near(3150.0).alarm);
        assert!(near(8000.0).loss_db < -40.0 && !near(8000.0).alarm, "nobody hears it go");
    }

    #[test]
    fn correlation_of_each_band() {
        let spectrum = pushed(|t| {
            let (low, high) = (math::sin(TAU * 60.0 * t), math::sin(TAU * 5000.0 * t));
            [low + high, low - high]
        });
        let bands = spectrum.bands(1);
        assert_eq!(bands.len(), 10);
        let of = |hz: f64| {
            bands
                .iter()
                .min_by(|a, b| (a.centre_hz - hz).abs().total_cmp(&(b.centre_hz - hz).abs()))
                .expect("bands")
        };
        assert!(of(62.5).powers.correlation() > 0.99);
        assert!(of(4000.0).powers.correlation() < -0.99);
    }
}
