//! The detector against known amplitudes, the brute-force reference, and itself with nothing left out.

use super::*;
use crate::blocks::math;
use crate::metering::true_peak::Reference;
use crate::processor::Frame;

/// Reproducible uniform noise from -1 to 1 (xorshift64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// Many tones of random phase up to `highest` of the rate, each as strong as `tilt` makes it, with swells; at most 1.
fn many_tones(frames: usize, highest: f64, tilt: impl Fn(f64) -> f64, seed: u64) -> Vec<Frame32> {
    let mut noise = Noise(seed);
    let mut tones = || -> Vec<[f64; 3]> {
        (0..60)
            .map(|_| {
                let pitch = highest * 0.5 * (noise.next() + 1.0);
                [2.0 * PI * pitch, PI * noise.next(), tilt(pitch)]
            })
            .collect()
    };
    let channels = [tones(), tones()];
    let level = |tones: &[[f64; 3]], n: usize| {
        let swell = 0.6 + 0.4 * math::sin(n as f64 * 0.003);
        swell
            * tones.iter().map(|[step, phase, level]| level * math::sin(step * n as f64 + phase)).sum::<f64>()
    };
    let frames: Vec<Frame> = (0..frames).map(|n| [0, 1].map(|c| level(&channels[c], n))).collect();
    let peak = frames.as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
    frames.iter().map(|frame| frame.map(|x| (x / peak) as f32)).collect()
}

fn white(frames: usize, seed: u64) -> Vec<Frame32> {
    let mut noise = Noise(seed);
    (0..frames).map(|_| [noise.next() as f32, 0.5 * noise.next() as f32]).collect()
}

fn signals() -> Vec<Vec<Frame32>> {
    let mut steps = white(3000, 9);
    // Silence, a lone sample, a constant, and what follows each other abruptly.
    steps[500..900].fill([0.0; 2]);
    steps[700] = [0.8, -0.9];
    steps[1200..1600].fill([0.7, -0.2]);
    vec![
        many_tones(3000, 0.45, |pitch| 1.0 / (0.002 + pitch), 1),
        many_tones(3000, 0.45, |_| 1.0, 2),
        many_tones(3000, 0.03, |_| 1.0, 3),
        white(3000, 4),
        steps,
    ]
}

/// The level around every frame in time with them, and what `process` gave for each block of the lengths in turn.
fn levels_in(
    meter: &mut TruePeakMeter,
    frames: &[Frame32],
    over_level: f32,
    blocks: &[usize],
) -> (Vec<Frame32>, [f32; 2]) {
    let padded: Vec<Frame32> =
        frames.iter().copied().chain(std::iter::repeat_n([0.0; 2], meter.delay())).collect();
    let (mut all, mut peaks, mut start) = (Vec::new(), [0.0f32; 2], 0);
    for length in blocks.iter().cycle() {
        let block = &padded[start..(start + length).min(padded.len())];
        let mut levels = [[0.0; 2]; CONTROL_PERIOD];
        let highest = meter.process(block, peaks, over_level, &mut levels);
        peaks = [peaks[0].max(highest[0]), peaks[1].max(highest[1])];
        all.extend_from_slice(&levels[..block.len()]);
        start += block.len();
        if start == padded.len() {
            break;
        }
    }
    (all.split_off(meter.delay()), peaks)
}

/// How far the highest level of tones at `pitch` of the rate is off, in dB: lowest and highest over some phases.
fn error_db(pitch: f64) -> [f64; 2] {
    let mut worst = [f64::INFINITY, f64::NEG_INFINITY];
    for phase in 0..8 {
        let phase = f64::from(phase) * PI / 8.0;
        let mut meter = TruePeakMeter::new();
        let (mut peak, mut peaks) = (0.0f32, [0.0; 2]);
        for block in 0..60 {
            let input: [Frame32; CONTROL_PERIOD] = std::array::from_fn(|n| {
                let t = (block * CONTROL_PERIOD + n) as f64;
                [math::sin(2.0 * PI * pitch * t + phase) as f32, 0.0]
            });
            let mut levels = [[0.0; 2]; CONTROL_PERIOD];
            let highest = meter.process(&input, peaks, f32::INFINITY, &mut levels);
            // The tone's beginning is a step, which overshoots.
            if block > 4 {
                peaks = [peaks[0].max(highest[0]), 0.0];
                peak = peaks[0];
            }
        }
        let db = 20.0 * math::log10(f64::from(peak));
        worst = [worst[0].min(db), worst[1].max(db)];
    }
    worst
}

#[test]
fn tones_read_their_amplitude() {
    // Up to 0.45 of the rate, 21.6 kHz of 48. Above, the half-band filter's slope begins, but a steady tone still meets a frame.
    for (lowest, highest, bound_db) in [(0.01, 0.45, 0.02), (0.45, 0.48, 0.03)] {
        let mut worst = [0.0f64; 2];
        for step in 0..=100 {
            let pitch = lowest + (highest - lowest) * f64::from(step) / 100.0;
            let [low, high] = error_db(pitch);
            worst = [worst[0].min(low), worst[1].max(high)];
        }
        println!("{lowest} to {highest} of the rate: {:.4} to {:.4} dB", worst[0], worst[1]);
        assert!(
            worst[0] > -bound_db && worst[1] < bound_db,
            "{lowest} to {highest} of the rate: {worst:?} dB, bound {bound_db}"
        );
    }
    for pitch in [1.0 / 4.0, 1.0 / 6.0, 1.0 / 8.0, 1.0 / 3.0, 2.0 / 5.0] {
        let [low, high] = error_db(pitch);
        assert!(low > -0.02 && high < 0.02, "{pitch} of the rate: {low:.4} to {high:.4} dB");
    }
}

#[test]
fn bursts_read_as_the_reference_reads_them() {
    let reference = Reference::new();
    // 64 frames under a Hann window: too short to meet a frame at its peak, and 0.03 of the rate wide. What of them lies beyond
    // 0.46 of the rate the half-band filter loses, as any filter of its length does.
    let bounds_db = [(5..=43, 0.02), (44..=45, 0.07), (46..=46, 0.15), (47..=47, 0.8), (48..=48, 1.5)];
    for (pitches, bound_db) in bounds_db {
        let mut worst = 0.0f64;
        for (pitch, phase) in pitches.flat_map(|pitch| (0..8).map(move |phase| (pitch, phase))) {
            let (pitch, phase) = (f64::from(pitch) * 0.01, f64::from(phase) * PI / 8.0);
            let frames: Vec<Frame> = (0..64)
                .map(|n| {
                    let t = f64::from(n);
                    let window = 0.5 - 0.5 * math::cos(2.0 * PI * t / 64.0);
                    [window * math::cos(2.0 * PI * pitch * (t - 32.0) + phase), 0.0]
                })
                .collect();
            let single: Vec<Frame32> = frames.iter().map(|frame| frame.map(|x| x as f32)).collect();
            let (_, peaks) = levels_in(&mut TruePeakMeter::new(), &single, f32::INFINITY, &[CONTROL_PERIOD]);
            let off_db = 20.0 * math::log10(f64::from(peaks[0]) / reference.peak(&frames, 0.0).unwrap());
            worst = if off_db.abs() > worst.abs() { off_db } else { worst };
        }
        println!("worst {worst:+.4} dB, bound {bound_db}");
        assert!(worst.abs() < bound_db, "{worst:.4} dB, bound {bound_db}");
    }
}

#[test]
fn signals_read_as_the_reference_reads_them() {
    let reference = Reference::new();
    for (n, frames) in signals().iter().enumerate() {
        let (_, peaks) = levels_in(&mut TruePeakMeter::new(), frames, f32::INFINITY, &[CONTROL_PERIOD]);
        for channel in 0..2 {
            let alone: Vec<Frame> = frames.iter().map(|frame| [f64::from(frame[channel]), 0.0]).collect();
            let expected = reference.peak(&alone, 0.0).unwrap();
            let off_db = 20.0 * math::log10(f64::from(peaks[channel]) / expected);
            println!("signal {n}, channel {channel}: {off_db:+.4} dB");
            // White noise fills the last tenth of the spectrum, where filters of different lengths differ.
            let bound_db = if n < 3 { 0.02 } else { 0.35 };
            assert!(
                off_db.abs() < bound_db,
                "signal {n}, channel {channel}: {off_db:.4} dB, bound {bound_db}"
            );
        }
    }
}

#[test]
fn what_sound_is_made_of_has_the_same_bits_on_every_cpu() {
    for half in [HALF, MOST_HALF] {
        for frames in &signals() {
            let (found, peaks) =
                levels_in(&mut TruePeakMeter::exact(half, BETA), frames, 0.0, &[CONTROL_PERIOD]);
            let mut portable = TruePeakMeter::with(half, BETA, Arithmetic::Portable);
            assert!((found, peaks) == levels_in(&mut portable, frames, 0.0, &[7, 32, 1]), "{half} taps");
        }
    }
}

#[test]
fn nothing_asked_for_is_left_out() {
    for (n, frames) in signals().iter().enumerate() {
        let (exact, peaks) = levels_in(&mut TruePeakMeter::new(), frames, 0.0, &[CONTROL_PERIOD]);
        let highest = exact
            .iter()
            .fold([0.0f32; 2], |highest, level| [highest[0].max(level[0]), highest[1].max(level[1])]);
        assert_eq!(peaks, highest, "signal {n}");
        for over_level in [0.3, 0.6, 0.9, f32::INFINITY] {
            let (found, peaks) = levels_in(&mut TruePeakMeter::new(), frames, over_level, &[CONTROL_PERIOD]);
            assert_eq!(peaks, highest, "signal {n}, over {over_level}");
            for (found, exact) in found.as_flattened().iter().zip(exact.as_flattened()) {
                assert!(found <= exact, "signal {n}, over {over_level}: {found} for {exact}");
                assert!(
                    found == exact || *exact <= over_level,
                    "signal {n}, over {over_level}: {found} for {exact}"
                );
            }
        }
    }
}

#[test]
fn most_is_left_out_of_programme() {
    let programme = &signals()[0];
    // Blocks without an over give no levels: this is what the search for overs of -0.4 dB looks at.
    let (found, _) = levels_in(&mut TruePeakMeter::new(), programme, 0.95, &[CONTROL_PERIOD]);
    let looked_at = found.iter().filter(|level| **level != [0.0; 2]).count() as f64 / found.len() as f64;
    // It is what makes the detector fast: without it every level would be found.
    assert!((0.001..0.2).contains(&looked_at), "{looked_at:.3} of the levels");
}

#[test]
fn any_split_gives_the_same_bits() {
    for frames in &signals() {
        let of = |blocks: &[usize]| levels_in(&mut TruePeakMeter::new(), frames, 0.0, blocks);
        let whole = of(&[CONTROL_PERIOD]);
        for blocks in [&[1][..], &[2, 31], &[7], &[16, 3, 32, 5]] {
            assert!(of(blocks) == whole, "{blocks:?}");
        }
    }
}

#[test]
fn every_cpu_reads_the_same_within_rounding() {
    for frames in &signals() {
        let (found, _) = levels_in(&mut TruePeakMeter::new(), frames, 0.0, &[CONTROL_PERIOD]);
        let mut portable = TruePeakMeter::new();
        portable.arithmetic = Arithmetic::Portable;
        let (expected, _) = levels_in(&mut portable, frames, 0.0, &[CONTROL_PERIOD]);
        for (a, b) in found.as_flattened().iter().zip(expected.as_flattened()) {
            // A product's rounding is 6e-8 of it, and some tens of them add up.
            assert!((a - b).abs() < 2e-6, "{a} {b}");
        }
    }
}

#[test]
fn a_lone_sample_reads_at_its_place() {
    let mut frames = vec![[0.0f32; 2]; 200];
    frames[100] = [1.0, -0.5];
    let (levels, peaks) = levels_in(&mut TruePeakMeter::new(), &frames, 0.0, &[CONTROL_PERIOD]);
    assert_eq!(peaks, [1.0, 0.5]);
    assert_eq!(levels[100], [1.0, 0.5]);
    assert!(levels[98][0] < 1.0 && levels[102][0] < 1.0);
}

#[test]
fn recovers_from_what_is_no_number() {
    let frames = &signals()[0][..640];
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let mut meter = TruePeakMeter::new();
        levels_in(&mut meter, &[[bad, 0.1]; 40], 1.0, &[CONTROL_PERIOD]);
        // As long as the filters remember.
        levels_in(&mut meter, &[[0.0; 2]; 200], 1.0, &[CONTROL_PERIOD]);
        let again = levels_in(&mut meter, frames, 0.0, &[CONTROL_PERIOD]);
        assert!(again == levels_in(&mut TruePeakMeter::new(), frames, 0.0, &[CONTROL_PERIOD]), "{bad}");
    }
}

#[test]
fn a_reset_forgets() {
    let frames = &signals()[3];
    let mut meter = TruePeakMeter::new();
    let first = levels_in(&mut meter, frames, 0.0, &[CONTROL_PERIOD]);
    meter.process(&frames[..20], [0.0; 2], 1.0, &mut [[0.0; 2]; CONTROL_PERIOD]);
    meter.reset();
    assert!(levels_in(&mut meter, frames, 0.0, &[CONTROL_PERIOD]) == first);
}

/// What no microphone gives: noise, clipped noise, constants, square waves of half the rate with slips of phase, denormals, levels a rounding apart.
fn wild_stretch(kind: u64, noise: &mut Noise, frames: &mut [Frame32; 96]) {
    let mut draw = || noise.next();
    let level = math::powf(10.0, -3.0 * (draw() + 1.0)).max(1e-3);
    let (from, to) = ((48.0 + 40.0 * draw()) as usize, (48.0 + 40.0 * draw()) as usize);
    let drive = 1.0 + 8.0 * (draw() + 1.0);
    let slip = 0.5 + 0.5 * draw();
    let mut sign = 1.0;
    let slope = draw();
    for (n, frame) in frames.iter_mut().enumerate() {
        let inside = (from.min(to)..=from.max(to)).contains(&n);
        *frame = [0, 1].map(|_| {
            let x = match kind {
                0 => draw(),
                1 => (drive * draw()).clamp(-1.0, 1.0),
                2 => {
                    if inside {
                        1.0
                    } else {
                        0.0
                    }
                }
                3 => {
                    sign = if draw().abs() < slip { -sign } else { sign };
                    sign
                }
                4 => {
                    sign = -sign;
                    if inside { -sign } else { sign }
                }
                5 => 1e-38 * draw(),
                6 => 1.0 - 1.2e-7 * (3.0 * draw()).round(),
                7 => (drive * math::sin(0.03 * n as f64 + slope)).clamp(-1.0, 1.0),
                _ => {
                    if draw() > 0.9 {
                        1.0
                    } else {
                        1e-30 * draw()
                    }
                }
            };
            if kind == 5 { x as f32 } else { (level * x) as f32 }
        });
    }
}

/// The highest of 32 points a frame, by the sinc of 64 taps that the meter's middles have. What lies in the last tenth below half of the rate no two
/// lengths of a filter read alike: there the meter is held against its own band.
struct SameBand(Vec<[f64; 2 * HALF]>);

impl SameBand {
    fn new() -> Self {
        let taps = (0..32).map(|point| {
            let fraction = f64::from(point) / 32.0;
            let taps: [f64; 2 * HALF] = std::array::from_fn(|k| {
                let offset = k as f64 - (HALF - 1) as f64 - fraction;
                if offset == 0.0 {
                    return 1.0;
                }
                math::sin(PI * offset) / (PI * offset) * kaiser((offset / HALF as f64).abs().min(1.0), BETA)
            });
            let sum: f64 = taps.iter().sum();
            taps.map(|tap| tap / sum)
        });
        Self(taps.collect())
    }

    fn peak(&self, samples: &[f64]) -> f64 {
        let mut padded = vec![0.0; samples.len() + 4 * HALF];
        padded[2 * HALF..][..samples.len()].copy_from_slice(samples);
        let level = |taps: &[f64; 2 * HALF], window: &[f64]| {
            taps.iter().zip(window).map(|(tap, x)| tap * x).sum::<f64>().abs()
        };
        let windows = padded.windows(2 * HALF);
        windows.flat_map(|window| self.0.iter().map(move |taps| level(taps, window))).fold(0.0, f64::max)
    }
}

/// How many stretches were read more than 6 dB over their highest sample; panics where the reference does not agree.
fn count_high_readings(stretches: u64, seed: u64) -> u64 {
    let reference = SameBand::new();
    let mut noise = Noise(seed);
    let mut meter = TruePeakMeter::new();
    let mut frames = [[0.0f32; 2]; 96];
    let mut high = 0;
    for n in 0..stretches {
        wild_stretch(n % 9, &mut noise, &mut frames);
        meter.reset();
        let mut peaks = [0.0f32; 2];
        for block in frames.chunks(CONTROL_PERIOD).chain([[[0.0f32; 2]; CONTROL_PERIOD].as_slice(); 2]) {
            let found = meter.process(block, peaks, f32::INFINITY, &mut [[0.0; 2]; CONTROL_PERIOD]);
            peaks = [peaks[0].max(found[0]), peaks[1].max(found[1])];
        }
        for channel in 0..2 {
            let sample_peak = frames.iter().fold(0.0f32, |peak, frame| peak.max(frame[channel].abs()));
            assert!(peaks[channel] >= sample_peak, "{} below its sample {sample_peak}", peaks[channel]);
            if peaks[channel] > 2.0 * sample_peak {
                high += 1;
                let alone: Vec<f64> = frames.iter().map(|frame| f64::from(frame[channel])).collect();
                let off_db = 20.0 * math::log10(f64::from(peaks[channel]) / reference.peak(&alone));
                assert!(off_db.abs() < 0.1, "stretch {n}, kind {}: {off_db:.2} dB off the reference", n % 9);
            }
        }
    }
    high
}

/// As many stretches as `LACQUER_STRETCHES` asks for: ten million take ten minutes, and passed with 2,104,297 high readings.
#[test]
fn no_stretch_reads_what_is_not_there() {
    let asked = std::env::var("LACQUER_STRETCHES").ok().and_then(|text| text.parse().ok());
    println!("{} high readings", count_high_readings(asked.unwrap_or(27_000), 18));
}

#[test]
fn clipped_tones_read_no_more_than_the_reference() {
    // 100 Hz, 3.5 dB over full scale, in 16 bits: tops that are a rounding apart once put the meter 293 dB over them.
    let frames: Vec<Frame32> = (0..44_100)
        .map(|n| {
            let x = 1.4962 * math::sin(2.0 * PI * 100.0 * f64::from(n) / 44_100.0);
            [((32_768.0 * x).round().clamp(-32_768.0, 32_767.0) / 32_768.0) as f32; 2]
        })
        .collect();
    let (_, peaks) = levels_in(&mut TruePeakMeter::new(), &frames, f32::INFINITY, &[CONTROL_PERIOD]);
    let wide: Vec<Frame> = frames.iter().map(|frame| frame.map(f64::from)).collect();
    let off_db = 20.0 * math::log10(f64::from(peaks[0]) / Reference::new().peak(&wide, 0.0).unwrap());
    assert!(off_db.abs() < 0.02, "{off_db:.3} dB off the reference");
}
