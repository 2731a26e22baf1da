//! How a master comes out of small and large loudspeakers: simple models, and called so.
//!
//! Each is a few filters with the corners and slopes that such devices measure at, and sums to mono where they do. The level is made
//! up for what is lost, so that the ear judges the balance.

use crate::blocks::matched::{AnalogSection, Matched};
use crate::blocks::math;
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::metering::k_weighting::KWeighting;
use crate::processor::Frame;
use std::f64::consts::{PI, TAU};

/// What is played on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// A phone's loudspeaker.
    Phone,
    /// A laptop's loudspeakers.
    Laptop,
    /// A television's.
    Television,
    /// A car: bass from the cabin, and its noise.
    Car,
    /// A club: much bass, all of it mono.
    Club,
    /// A good pair of loudspeakers.
    HiFi,
    /// One loudspeaker for everything.
    Mono,
}

/// Dampings of a fourth-order Butterworth filter's two sections, as quality factors.
const FOURTH_ORDER: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_376_5];
/// Level of a cabin's noise, an amplitude: -50 dBFS.
const CABIN_NOISE: f64 = 3.16e-3;
/// Corner of that noise, hertz.
const CABIN_NOISE_HZ: f64 = 200.0;

impl Device {
    /// Every device.
    pub const ALL: [Self; 7] =
        [Self::Phone, Self::Laptop, Self::Television, Self::Car, Self::Club, Self::HiFi, Self::Mono];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::Laptop => "Laptop",
            Self::Television => "TV",
            Self::Car => "Car",
            Self::Club => "Club",
            Self::HiFi => "Hi-fi",
            Self::Mono => "Mono",
        }
    }

    /// What the model is made of, in words.
    pub fn model(self) -> &'static str {
        match self {
            Self::Phone => "nothing below 400 Hz, up 4 dB at 1.7 kHz, nothing above 13 kHz, mono",
            Self::Laptop => "nothing below 180 Hz",
            Self::Television => "nothing below 135 Hz",
            Self::Car => "up 7 dB below 90 Hz, and cabin noise",
            Self::Club => "up 6 dB below 100 Hz, mono below 120 Hz",
            Self::HiFi => "everything as it is",
            Self::Mono => "the sum of both sides",
        }
    }

    /// Frequency below which it plays little, hertz.
    pub fn corner_hz(self) -> f64 {
        match self {
            Self::Phone => 400.0,
            Self::Laptop => 180.0,
            Self::Television => 135.0,
            Self::Car | Self::Club | Self::HiFi | Self::Mono => 30.0,
        }
    }

    /// Whether both sides are one.
    pub fn is_mono(self) -> bool {
        matches!(self, Self::Phone | Self::Mono)
    }

    /// Its filters at `sample_rate` hertz, in series; those it does not need pass everything.
    pub fn sections(self, sample_rate: f64) -> [SvfCoefficients; 4] {
        let high_pass = |hz, q| SvfCoefficients::high_pass(hz, q, sample_rate);
        let shelf = |hz: f64, db: f64| {
            Matched::new(&AnalogSection::low_shelf(TAU * hz / sample_rate, 0.7, math::powf(10.0, db / 40.0)))
                .coefficients()
        };
        let none = SvfCoefficients::IDENTITY;
        let [first, second] = FOURTH_ORDER;
        match self {
            Self::Phone => {
                let bell = AnalogSection::bell(TAU * 1700.0 / sample_rate, 0.9, math::powf(10.0, 4.0 / 40.0));
                [
                    high_pass(400.0, first),
                    high_pass(400.0, second),
                    Matched::new(&bell).coefficients(),
                    SvfCoefficients::low_pass(13_000f64.min(0.45 * sample_rate), 0.707, sample_rate),
                ]
            }
            Self::Laptop => [high_pass(180.0, first), high_pass(180.0, second), none, none],
            Self::Television => {
                // Third order: a first-order section after one of Q 1.
                let k = math::tan(PI * 135.0 / sample_rate);
                let b0 = 1.0 / (1.0 + k);
                let one = SvfCoefficients::from_biquad([b0, -b0, 0.0], (k - 1.0) * b0, 0.0);
                [high_pass(135.0, 1.0), one, none, none]
            }
            Self::Car => [shelf(90.0, 7.0), none, none, none],
            Self::Club => [shelf(100.0, 6.0), none, none, none],
            Self::HiFi | Self::Mono => [none; 4],
        }
    }

    /// Gain at a frequency in dB.
    pub fn response_db(self, hz: f64, sample_rate: f64) -> f64 {
        let sections = self.sections(sample_rate);
        sections.iter().map(|section| 20.0 * math::log10(section.magnitude(hz, sample_rate).max(1e-9))).sum()
    }
}

/// A device at work.
#[derive(Clone)]
pub struct DeviceFilter {
    device: Device,
    sections: [SvfCoefficients; 4],
    states: [SvfState; 4],
    /// What a club leaves of the side.
    side_high: SvfCoefficients,
    side_state: SvfState,
    weights: [KWeighting; 2],
    /// Means of the weighted energy before and after, and what makes it up.
    energies: [f64; 2],
    memory: f64,
    gain: f64,
    noise: u64,
    noise_level: f64,
    noise_coefficient: f64,
}

/// Time constant over which the loss is made up, s, and the most that is, dB.
const MEMORY_S: f64 = 3.0;
const MOST_MAKE_UP_DB: f64 = 12.0;

impl DeviceFilter {
    /// At `sample_rate` hertz.
    pub fn new(device: Device, sample_rate: f64) -> Self {
        Self {
            device,
            sections: device.sections(sample_rate),
            states: Default::default(),
            side_high: SvfCoefficients::high_pass(120.0, 0.707, sample_rate),
            side_state: SvfState::default(),
            weights: [KWeighting::new(sample_rate), KWeighting::new(sample_rate)],
            energies: [0.0; 2],
            memory: 1.0 - math::exp(-1.0 / (MEMORY_S * sample_rate)),
            gain: 1.0,
            noise: 0x2545_F491_4F6C_DD1D,
            noise_level: 0.0,
            noise_coefficient: 1.0 - math::exp(-TAU * CABIN_NOISE_HZ / sample_rate),
        }
    }

    /// One frame.
    pub fn tick(&mut self, input: Frame) -> Frame {
        let mut x = input;
        if self.device.is_mono() {
            x = [0.5 * (x[0] + x[1]); 2];
        }
        for (section, state) in self.sections.iter().zip(&mut self.states) {
            if *section != SvfCoefficients::IDENTITY {
                let (v1, v2) = state.tick(section.g, section.a1(), x);
                x = [0, 1].map(|c| section.m0 * x[c] + section.m1 * v1[c] + section.m2 * v2[c]);
            }
        }
        if self.device == Device::Club {
            let (mid, side) = (0.5 * (x[0] + x[1]), 0.5 * (x[0] - x[1]));
            let filter = &self.side_high;
            let (v1, v2) = self.side_state.tick(filter.g, filter.a1(), [side; 2]);
            let side = filter.m0 * side + filter.m1 * v1[0] + filter.m2 * v2[0];
            x = [mid + side, mid - side];
        }
        self.make_up(input, x);
        x = x.map(|x| x * self.gain);
        if self.device == Device::Car {
            // G. Marsaglia, xorshift64.
            self.noise ^= self.noise << 13;
            self.noise ^= self.noise >> 7;
            self.noise ^= self.noise << 17;
            let white = (self.noise >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
            self.noise_level += self.noise_coefficient * (white - self.noise_level);
            // A one-pole filter of this corner leaves about a tenth of white noise's amplitude.
            x = x.map(|x| x + 10.0 * CABIN_NOISE * self.noise_level);
        }
        x
    }

    fn make_up(&mut self, input: Frame, output: Frame) {
        for ((energy, weight), frame) in self.energies.iter_mut().zip(&mut self.weights).zip([input, output])
        {
            let [left, right] = weight.tick(frame);
            *energy += self.memory * (left * left + right * right - *energy);
        }
        let [before, after] = self.energies;
        // Below -70 LUFS the gain stays where it is.
        if before > 1e-7 && after > 1e-9 {
            let most = math::powf(10.0, MOST_MAKE_UP_DB / 20.0);
            let wanted = (before / after).sqrt().min(most);
            self.gain += 10.0 * self.memory * (wanted - self.gain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_their_corners() {
        for (device, hz, expected_db, tolerance_db) in [
            (Device::Phone, 400.0, -3.0, 0.6),
            (Device::Phone, 100.0, -48.0, 1.0),
            (Device::Phone, 1700.0, 4.0, 0.3),
            (Device::Laptop, 180.0, -3.0, 0.1),
            (Device::Laptop, 90.0, -24.1, 0.2),
            (Device::Television, 135.0, -3.0, 0.1),
            (Device::Television, 33.75, -36.1, 0.3),
            (Device::Car, 30.0, 7.0, 0.5),
            (Device::Club, 30.0, 6.0, 0.5),
            (Device::Club, 2000.0, 0.0, 0.1),
            (Device::HiFi, 50.0, 0.0, 1e-9),
        ] {
            let found = device.response_db(hz, 48_000.0);
            assert!((found - expected_db).abs() < tolerance_db, "{device:?} at {hz} Hz: {found:.2} dB");
        }
    }

    #[test]
    fn what_is_lost_is_made_up() {
        let rate = 48_000.0;
        let mut device = DeviceFilter::new(Device::Laptop, rate);
        let mut weights = [KWeighting::new(rate), KWeighting::new(rate)];
        let mut energies = [0.0; 2];
        for n in 0..20 * 48_000 {
            let t = n as f64 / rate;
            let x = 0.2 * math::sin(TAU * 80.0 * t) + 0.1 * math::sin(TAU * 900.0 * t);
            let heard = device.tick([x; 2]);
            if n > 15 * 48_000 {
                for ((energy, weight), frame) in energies.iter_mut().zip(&mut weights).zip([[x; 2], heard]) {
                    *energy += weight.tick(frame)[0].powi(2);
                }
            }
        }
        let difference_db = 10.0 * math::log10(energies[1] / energies[0]);
        assert!(difference_db.abs() < 0.1, "{difference_db}");
    }

    #[test]
    fn mono_devices_are_mono_and_a_clubs_lows_are() {
        let mut phone = DeviceFilter::new(Device::Phone, 48_000.0);
        let heard = phone.tick([0.5, -0.1]);
        assert_eq!(heard[0], heard[1]);
        let mut club = DeviceFilter::new(Device::Club, 48_000.0);
        let side = |hz: f64, club: &mut DeviceFilter| {
            (0..48_000)
                .map(|n| {
                    let x = 0.1 * math::sin(TAU * hz * n as f64 / 48_000.0);
                    let [left, right] = club.tick([x, -x]);
                    if n > 24_000 { (left - right).abs() } else { 0.0 }
                })
                .fold(0.0, f64::max)
        };
        // What the club takes the make-up gives back, up to 12 dB of the 24 at this frequency.
        assert!(side(30.0, &mut club) < 0.3 * side(1000.0, &mut club));
    }
}
