//! How much alike the tracks of an album sound: tone, width and dynamics of each against the album's median.
//!
//! Tone: long-term spectra in thirds of an octave, each levelled by its mean from 200 Hz to 2 kHz, so that loudness plays no part.
//! The distance is a track's spectrum less the album's median. A share of it can be taken back with broad bands of the
//! chain's equalizer: their gains are fitted to the wanted curve by least squares, with a penalty on their size, and the sum of the
//! bands never asks for more than 2 dB. What was reached is measured again, and a correction that brings a track no nearer is
//! dropped.

use lacquer_dsp::EqualizerPhase;
use lacquer_dsp::chain::EqualizerSettings;
use lacquer_dsp::chain::equalizer::{EqualizerBand, EqualizerShape};
use lacquer_dsp::metering::spectrum::{Analyser, Averaging, Part};
use lacquer_dsp::programme::Source;
use lacquer_files::audio::{Programme, Widened, push_all};
use serde::{Deserialize, Serialize};
use std::io;

/// Points of a transform: 1.3 Hz bins at 44.1 kHz resolve the third of an octave at 20 Hz.
const POINTS: usize = 32_768;
/// Between these a spectrum's level is its mean, hertz.
const LEVEL_HZ: [f64; 2] = [200.0, 2000.0];
/// Between these the distance counts and is corrected, hertz: below are rumble and above what encoders leave.
const COUNTED_HZ: [f64; 2] = [31.0, 16_500.0];
/// Bands further below the loudest hold noise, dB: nothing is said of them.
const HEARD_DB: f64 = 70.0;
/// Most that is corrected anywhere, dB.
pub const MOST_CORRECTION_DB: f64 = 2.0;
/// Penalty on the bands' gains against the error of a band in the fit: keeps neighbours from working against each other.
const STIFFNESS: f64 = 0.15;
/// The bands of a correction, the most important ones first: shape, hertz, quality factor.
const BANDS: [(EqualizerShape, f64, f64); 7] = [
    (EqualizerShape::LowShelf, 80.0, 0.6),
    (EqualizerShape::HighShelf, 9000.0, 0.6),
    (EqualizerShape::Bell, 3200.0, 0.8),
    (EqualizerShape::Bell, 250.0, 0.8),
    (EqualizerShape::Bell, 900.0, 0.8),
    (EqualizerShape::Bell, 5600.0, 1.0),
    (EqualizerShape::Bell, 130.0, 1.0),
];

/// A track's long-term spectrum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tone {
    /// Middles of the thirds of an octave, hertz.
    pub centres_hz: Vec<f64>,
    /// Level of mid, dB.
    pub mid_db: Vec<f64>,
    /// Level of side, dB.
    pub side_db: Vec<f64>,
    /// Side against mid over all, dB.
    pub width_db: f64,
}

/// A track's distance from the album.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Distance {
    /// Middles of the thirds of an octave, hertz.
    pub centres_hz: Vec<f64>,
    /// Mid less the album's median, dB; none where there is nothing to hear.
    pub mid_db: Vec<Option<f64>>,
    /// Side less the album's median, dB.
    pub side_db: Vec<Option<f64>>,
    /// RMS of mid's distance over what counts, dB.
    pub tone_db: f64,
    /// Side against mid, less the album's median, dB.
    pub width_db: f64,
}

/// Measures a track.
///
/// # Errors
/// As [`Source::read`].
pub fn tone(track: &dyn Programme) -> io::Result<Tone> {
    let mut analyser = Analyser::new(f64::from(track.sample_rate()), POINTS, Averaging::Endless);
    if track.length() < POINTS {
        let mut frames = vec![[0.0; 2]; POINTS];
        Widened(track).read(0, &mut frames[..track.length()])?;
        analyser.push(&frames);
    } else {
        push_all(track, |frames| {
            analyser.push(frames);
        })?;
    }
    let bands = analyser.spectrum().bands(3);
    let db = |power: f64| 10.0 * power.max(1e-20).log10();
    let total = |part| bands.iter().map(|band| band.powers.of(part)).sum::<f64>();
    Ok(Tone {
        centres_hz: bands.iter().map(|band| band.centre_hz).collect(),
        mid_db: bands.iter().map(|band| db(band.powers.of(Part::Mid))).collect(),
        side_db: bands.iter().map(|band| db(band.powers.of(Part::Side))).collect(),
        width_db: (db(total(Part::Side)) - db(total(Part::Mid))).clamp(-100.0, 100.0),
    })
}

/// A spectrum less its mean level from 200 Hz to 2 kHz; none where there is nothing to hear.
fn levelled(tone: &Tone, levels_db: &[f64]) -> Vec<Option<f64>> {
    let inside = |hz: f64| (LEVEL_HZ[0]..=LEVEL_HZ[1]).contains(&hz);
    let middle: Vec<f64> =
        tone.centres_hz.iter().zip(levels_db).filter(|(hz, _)| inside(**hz)).map(|(_, db)| *db).collect();
    let level = middle.iter().sum::<f64>() / middle.len().max(1) as f64;
    let loudest = levels_db.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    levels_db.iter().map(|db| (*db > loudest - HEARD_DB && *db > -120.0).then_some(db - level)).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(0.5 * (values[middle - 1] + values[middle])),
    }
}

fn counts(hz: f64) -> bool {
    (COUNTED_HZ[0]..=COUNTED_HZ[1]).contains(&hz)
}

/// RMS of a distance over what counts, dB.
fn rms(centres_hz: &[f64], distance_db: &[Option<f64>]) -> f64 {
    let counted: Vec<f64> =
        centres_hz.iter().zip(distance_db).filter(|(hz, _)| counts(**hz)).filter_map(|(_, db)| *db).collect();
    (counted.iter().map(|db| db * db).sum::<f64>() / counted.len().max(1) as f64).sqrt()
}

/// Each track's distance from the median of `reference`. Both are at one sample rate.
pub fn distances(tones: &[Tone], reference: &[Tone]) -> Vec<Distance> {
    let of = |tone: &Tone, side: bool| levelled(tone, if side { &tone.side_db } else { &tone.mid_db });
    let medians = [false, true].map(|side| {
        let curves: Vec<Vec<Option<f64>>> = reference.iter().map(|tone| of(tone, side)).collect();
        let bands = curves.iter().map(Vec::len).min().unwrap_or(0);
        (0..bands)
            .map(|band| median(curves.iter().filter_map(|curve| curve[band]).collect()))
            .collect::<Vec<Option<f64>>>()
    });
    let width = median(reference.iter().map(|tone| tone.width_db).collect()).unwrap_or(0.0);
    tones
        .iter()
        .map(|tone| {
            let [mid_db, side_db] = [false, true].map(|side| {
                let median = &medians[usize::from(side)];
                of(tone, side)
                    .iter()
                    .zip(median)
                    .map(|(db, median)| Some((*db)? - (*median)?))
                    .collect::<Vec<_>>()
            });
            Distance {
                tone_db: rms(&tone.centres_hz, &mid_db),
                width_db: tone.width_db - width,
                centres_hz: tone.centres_hz.clone(),
                mid_db,
                side_db,
            }
        })
        .collect()
}

/// Sets free bands of an equalizer so that a share (0 to 0.5) of a distance goes. What the equalizer does already stays. The gains
/// in dB of the bands that were set; none where nothing is to be done or no band is free.
pub fn correct(
    equalizer: &mut EqualizerSettings,
    distance: &Distance,
    share: f64,
    sample_rate: f64,
) -> Vec<(f64, f64)> {
    let wanted: Vec<(f64, f64)> = distance
        .centres_hz
        .iter()
        .zip(&distance.mid_db)
        .filter(|(hz, _)| counts(**hz))
        .filter_map(|(hz, db)| Some((*hz, (-share * (*db)?).clamp(-MOST_CORRECTION_DB, MOST_CORRECTION_DB))))
        .collect();
    if !equalizer.on {
        // Bands of a stage that is off were never heard.
        equalizer.bands.iter_mut().for_each(|band| band.on = false);
    }
    let free: Vec<usize> = (0..equalizer.bands.len()).filter(|n| !equalizer.bands[*n].on).collect();
    let mut bands: Vec<EqualizerBand> = BANDS
        .iter()
        .take(free.len())
        .map(|(shape, frequency_hz, q)| EqualizerBand {
            on: true,
            shape: *shape,
            frequency_hz: *frequency_hz,
            gain_db: 1.0,
            q: *q,
            ..EqualizerBand::default()
        })
        .collect();
    if bands.is_empty() || wanted.is_empty() {
        return Vec::new();
    }
    // In dB a band's response is its gain times a shape, very nearly, as long as gains are small.
    let shapes: Vec<Vec<f64>> = bands
        .iter()
        .map(|band| {
            wanted.iter().map(|(hz, _)| band.response_db(*hz, sample_rate, EqualizerPhase::Minimum)).collect()
        })
        .collect();
    let gains = least_squares(&shapes, &wanted);
    for (band, gain) in bands.iter_mut().zip(&gains) {
        band.gain_db = gain.clamp(-MOST_CORRECTION_DB, MOST_CORRECTION_DB);
    }
    // Bands overlap: together they may go further than each of them.
    let highest = wanted
        .iter()
        .map(|(hz, _)| {
            bands
                .iter()
                .map(|band| band.response_db(*hz, sample_rate, EqualizerPhase::Minimum))
                .sum::<f64>()
                .abs()
        })
        .fold(0.0, f64::max);
    let scale = (MOST_CORRECTION_DB / highest.max(MOST_CORRECTION_DB)).min(1.0);
    let mut set = Vec::new();
    for (place, mut band) in free.into_iter().zip(bands) {
        // A hundredth of a decibel is the resolution of a gain; less than a twentieth is not heard.
        band.gain_db = (band.gain_db * scale * 100.0).round() / 100.0;
        if band.gain_db.abs() >= 0.05 {
            set.push((band.frequency_hz, band.gain_db));
            equalizer.bands[place] = band;
            equalizer.on = true;
        }
    }
    set
}

/// Gains that minimise |sum gain shape - wanted|^2 + stiffness |gain|^2, by the normal equations and Gauss's elimination.
fn least_squares(shapes: &[Vec<f64>], wanted: &[(f64, f64)]) -> Vec<f64> {
    let n = shapes.len();
    let dot = |a: &[f64], b: &mut dyn Iterator<Item = f64>| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            let mut row: Vec<f64> = (0..n).map(|j| dot(&shapes[i], &mut shapes[j].iter().copied())).collect();
            row[i] += STIFFNESS;
            row.push(dot(&shapes[i], &mut wanted.iter().map(|(_, db)| *db)));
            row
        })
        .collect();
    // The matrix is symmetric and positive definite: every pivot is above the stiffness.
    for i in 0..n {
        let (above, below) = rows.split_at_mut(i + 1);
        for row in below {
            let factor = row[i] / above[i][i];
            row[i..].iter_mut().zip(&above[i][i..]).for_each(|(a, b)| *a -= factor * b);
        }
    }
    let mut gains = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * gains[j]).sum();
        gains[i] = (rows[i][n] - known) / rows[i][i];
    }
    gains
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn flat_with(curve: impl Fn(f64) -> f64) -> Tone {
        let centres_hz: Vec<f64> = (-17..=13).map(|n| 1000.0 * 2f64.powf(f64::from(n) / 3.0)).collect();
        let mid_db = centres_hz.iter().map(|hz| -30.0 + curve(*hz)).collect();
        Tone { side_db: vec![-50.0; centres_hz.len()], mid_db, centres_hz, width_db: -20.0 }
    }

    #[test]
    fn loudness_is_no_distance_and_the_odd_one_out_is_found() {
        let plain = flat_with(|_| 0.0);
        let loud = flat_with(|_| 9.0);
        let dull = flat_with(|hz| if hz > 4000.0 { -6.0 } else { 0.0 });
        let tones = [plain.clone(), loud, dull];
        let distances = distances(&tones, &tones);
        assert!(distances[0].tone_db < 1e-9 && distances[1].tone_db < 1e-9);
        assert!(distances[2].tone_db > 2.0, "{}", distances[2].tone_db);
        assert!(
            distances[2]
                .mid_db
                .iter()
                .zip(&plain.centres_hz)
                .all(|(db, hz)| { (db.unwrap() - if *hz > 4000.0 { -6.0 } else { 0.0 }).abs() < 1e-9 })
        );
    }

    #[test]
    fn a_correction_shrinks_every_distance_and_never_passes_two_decibels() {
        let curves: [&dyn Fn(f64) -> f64; 6] = [
            &|hz| if hz > 4000.0 { -6.0 } else { 0.0 },
            &|hz| 3.0 * (hz / 1000.0).log2(),
            &|hz| if hz < 120.0 { 10.0 } else { 0.0 },
            &|hz| 4.0 * (hz.ln() * 3.0).sin(),
            &|hz| if (700.0..1100.0).contains(&hz) { 5.0 } else { 0.0 },
            &|_| 0.0,
        ];
        for (n, curve) in curves.iter().enumerate() {
            let reference = [flat_with(|_| 0.0), flat_with(|_| 0.0), flat_with(|_| 0.0)];
            let odd = flat_with(curve);
            let distance = &distances(std::slice::from_ref(&odd), &reference)[0];
            for share in [0.3, 0.5] {
                let mut equalizer = EqualizerSettings::default();
                let set = correct(&mut equalizer, distance, share, RATE);
                assert_eq!(set.is_empty(), n == 5, "{set:?}");
                let response = |hz: f64| {
                    equalizer
                        .bands
                        .iter()
                        .filter(|band| band.on)
                        .map(|band| band.response_db(hz, RATE, EqualizerPhase::Minimum))
                        .sum()
                };
                let most = (1..200)
                    .map(|n| f64::from(n) * 100.0)
                    .map(|hz| {
                        let db: f64 = response(hz);
                        db.abs()
                    })
                    .fold(0.0, f64::max);
                // A fiftieth for what lies between the thirds of an octave at which it is bounded.
                assert!(most <= MOST_CORRECTION_DB * 1.02, "curve {n}: {most}");
                let mut corrected = odd.clone();
                for (db, hz) in corrected.mid_db.iter_mut().zip(&odd.centres_hz) {
                    let change: f64 = response(*hz);
                    *db += change;
                }
                let after = &distances(&[corrected], &reference)[0];
                assert!(
                    after.tone_db <= distance.tone_db,
                    "curve {n}: {} -> {}",
                    distance.tone_db,
                    after.tone_db
                );
                if n < 3 {
                    assert!(
                        after.tone_db < 0.9 * distance.tone_db,
                        "curve {n}: {} -> {}",
                        distance.tone_db,
                        after.tone_db
                    );
                }
            }
        }
    }

    #[test]
    fn bands_that_are_in_use_are_left_alone() {
        let reference = [flat_with(|_| 0.0)];
        let distance = &distances(&[flat_with(|hz| 3.0 * (hz / 1000.0).log2())], &reference)[0];
        let mut equalizer = EqualizerSettings { on: true, ..Default::default() };
        for band in equalizer.bands.iter_mut().skip(1) {
            band.on = true;
            band.gain_db = 1.0;
        }
        let before = equalizer.bands;
        assert_eq!(correct(&mut equalizer, distance, 0.5, RATE).len(), 1);
        assert_eq!(equalizer.bands[1..], before[1..]);
        equalizer.bands[0].on = true;
        let full = equalizer;
        assert!(correct(&mut equalizer, distance, 0.5, RATE).is_empty());
        assert_eq!(equalizer, full);
    }
}
