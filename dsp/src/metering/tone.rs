//! The balance of a programme: its tone in thirds of an octave against the middle, tilted so that music lies level, and its width.

use super::spectrum::{Part, Spectrum};
use crate::blocks::math;

/// Tilt by which thirds of an octave of music lie level, dB an octave: 4.5 dB of lines, less the 3 dB by which bands widen.
const TILT_DB: f64 = 1.5;
/// A power that is none: -120 dB.
const NOTHING: f64 = 1e-12;

/// A part of the spectrum that people have a name for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Its name.
    pub name: &'static str,
    /// Its limits, hertz.
    pub hz: [f64; 2],
}

/// The region that the others are held against.
const MIDDLE: Region = Region { name: "Middle", hz: [500.0, 4000.0] };

/// The regions, from below.
pub const REGIONS: [Region; 4] = [
    Region { name: "Lows", hz: [20.0, 120.0] },
    Region { name: "Warmth", hz: [120.0, 500.0] },
    MIDDLE,
    Region { name: "Air", hz: [4000.0, 20_000.0] },
];

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// Middle of each third of an octave, hertz, and its level against the middle's, dB.
    pub thirds: Vec<[f64; 2]>,
    /// Level of each of [`REGIONS`] against the middle's, dB.
    pub regions_db: [f64; REGIONS.len()],
    /// Power of side against mid, dB: above 0 the sides contradict each other more than they agree.
    pub width_db: f64,
}

impl Balance {
    /// Of what was heard.
    pub fn of(spectrum: &Spectrum) -> Self {
        let bands = spectrum.bands(3);
        let mut thirds: Vec<[f64; 2]> = bands
            .iter()
            .map(|band| {
                let db = 10.0 * math::log10(band.powers.of(Part::Both).max(NOTHING));
                [band.centre_hz, db + TILT_DB * math::log2(band.centre_hz / 1000.0)]
            })
            .collect();
        let mean = |thirds: &[[f64; 2]], region: Region| {
            let within = thirds.iter().filter(|[hz, _]| (region.hz[0]..region.hz[1]).contains(hz));
            let (sum, count) = within.fold((0.0, 0u32), |(sum, count), [_, db]| (sum + db, count + 1));
            sum / f64::from(count.max(1))
        };
        let middle_db = mean(&thirds, MIDDLE);
        thirds.iter_mut().for_each(|[_, db]| *db -= middle_db);
        let power = |part: Part| bands.iter().map(|band| band.powers.of(part)).sum::<f64>().max(NOTHING);
        Self {
            regions_db: REGIONS.map(|region| mean(&thirds, region)),
            thirds,
            width_db: 10.0 * math::log10(power(Part::Side) / power(Part::Mid)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::spectrum::{Analyser, Averaging};

    /// Noise of which `side` is the amplitude of side against mid, after a filter of one pole that keeps `kept` of the last sample.
    fn noise(side: f64, kept: f64) -> Balance {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        let mut last = [0.0; 2];
        let frames: Vec<[f64; 2]> = (0..480_000)
            .map(|_| {
                last = last.map(|x| kept * x + 0.1 * random());
                [last[0] + side * last[1], last[0] - side * last[1]]
            })
            .collect();
        let mut analyser = Analyser::new(48_000.0, 8192, Averaging::Endless);
        analyser.push(&frames);
        Balance::of(analyser.spectrum())
    }

    #[test]
    fn darker_noise_has_more_lows_and_less_air() {
        let (white, dark) = (noise(0.3, 0.0), noise(0.3, 0.9));
        assert!(white.regions_db[2].abs() < 1e-9, "the middle is what all are held against: {white:?}");
        assert!(dark.regions_db[0] > white.regions_db[0] + 3.0, "{dark:?}");
        assert!(dark.regions_db[3] < white.regions_db[3] - 6.0, "{dark:?}");
    }

    #[test]
    fn width_is_side_against_mid() {
        for side in [0.1, 0.5, 2.0] {
            let found = noise(side, 0.0).width_db;
            assert!((found - 20.0 * math::log10(side)).abs() < 0.3, "{found} dB at {side}");
        }
    }
}
