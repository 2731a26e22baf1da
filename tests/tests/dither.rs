//! The dither: its grid, its transparency, its blanking.

use lacquer_dsp::chain::Dither;
use lacquer_dsp::chain::dither::{DitherSettings, DitherShaping, WordLength};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::signals::white;
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;

fn run(settings: DitherSettings, input: &[Frame]) -> Vec<Frame> {
    let mut stage = Dither::default();
    stage.prepare(&ProcessSpec::stereo(RATE));
    stage.set(&DitherSettings { on: true, ..settings });
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

fn every_setting() -> Vec<DitherSettings> {
    let mut all = Vec::new();
    for word_length in [WordLength::Bits24, WordLength::Bits20, WordLength::Bits16] {
        for shaping in [DitherShaping::Flat, DitherShaping::Light, DitherShaping::Strong] {
            all.push(DitherSettings { word_length, shaping, ..Default::default() });
        }
    }
    all
}

#[test]
fn output_lies_on_the_grid_and_within_the_reserve() {
    for settings in every_setting() {
        // Beyond full scale too: it is clipped to the grid's ends.
        let input = white(20_000, 1.1, 2);
        let steps = 1.0 / settings.word_length.lsb();
        let mut stage = Dither::default();
        stage.prepare(&ProcessSpec::stereo(RATE));
        let reserve = stage.peak_reserve(&DitherSettings { on: true, ..settings });
        for (y, x) in run(settings, &input).iter().flatten().zip(input.iter().flatten()) {
            let step = y * steps;
            assert_eq!(step, step.round(), "{settings:?}");
            assert!((-steps..=steps - 1.0).contains(&step), "{settings:?}");
            if x.abs() < 0.99 {
                assert!((y - x).abs() <= reserve + 1e-12, "{settings:?}: {} over {reserve}", (y - x).abs());
            }
        }
    }
}

#[test]
fn half_an_lsb_is_heard_without_distortion() {
    const LENGTH: usize = 48_000;
    let lsb = WordLength::Bits16.lsb();
    let seconds = 400;
    let tone = |k: f64, n: usize| (TAU * 1000.0 * k * n as f64 / RATE).sin();
    let input: Vec<Frame> = (0..seconds * LENGTH).map(|n| [0.5 * lsb * tone(1.0, n); 2]).collect();
    for shaping in [DitherShaping::Flat, DitherShaping::Strong] {
        let output =
            run(DitherSettings { word_length: WordLength::Bits16, shaping, ..Default::default() }, &input);
        let amplitude = |k: f64| {
            let sums = output.iter().enumerate().fold([0.0, 0.0], |sums, (n, frame)| {
                let angle = TAU * 1000.0 * k * (n % LENGTH) as f64 / RATE;
                let x = frame[0] + frame[1];
                [sums[0] + x * angle.sin(), sums[1] + x * angle.cos()]
            });
            (sums[0].powi(2) + sums[1].powi(2)).sqrt() / output.len() as f64
        };
        let level_db = 20.0 * (amplitude(1.0) / (0.5 * lsb)).log10();
        let third_db = 20.0 * amplitude(3.0).log10();
        println!("{shaping:?}: tone {level_db:+.4} dB, H3 {third_db:.1} dBFS");
        // 400 s of both channels average the noise of 0.5 LSB down to -164 dBFS a line, 66 dB under the tone.
        assert!(level_db.abs() < 0.02, "{shaping:?}: the tone reads {level_db:+.4} dB");
        assert!(third_db < -141.0, "{shaping:?}: third harmonic at {third_db:.1} dBFS");
    }
}

#[test]
fn flat_dither_has_its_power_and_independent_channels() {
    let settings = DitherSettings { word_length: WordLength::Bits16, ..Default::default() };
    let input = vec![[1e-3; 2]; 200_000];
    let lsb = WordLength::Bits16.lsb();
    let errors: Vec<Frame> =
        run(settings, &input).iter().map(|y| [(y[0] - 1e-3) / lsb, (y[1] - 1e-3) / lsb]).collect();
    let mean = |f: &dyn Fn(&Frame) -> f64| errors.iter().map(f).sum::<f64>() / errors.len() as f64;
    // Triangular dither and rounding: 1/6 + 1/12 of an LSB squared; the mean of 200 000 has 0.3 % deviation.
    assert!((mean(&|e| e[0] * e[0]) - 0.25).abs() < 0.005, "{}", mean(&|e| e[0] * e[0]));
    assert!(mean(&|e| e[0]).abs() < 0.005);
    assert!(mean(&|e| e[0] * e[1]).abs() < 0.005);
}

#[test]
fn silence_is_blanked_after_a_second_and_before_the_first_sound() {
    let settings = DitherSettings { word_length: WordLength::Bits16, ..Default::default() };
    let mut input = vec![[0.0; 2]; 1000];
    input.extend(white(1000, 0.1, 4));
    input.extend(vec![[0.0; 2]; 100_000]);
    let output = run(settings, &input);
    assert!(output[..1000].iter().all(|frame| *frame == [0.0; 2]), "nothing to dither yet");
    assert!(output[2000..50_000].iter().any(|frame| *frame != [0.0; 2]), "the tail is dithered");
    assert!(output[50_001..].iter().all(|frame| *frame == [0.0; 2]), "blanked after a second");
    let kept = run(DitherSettings { auto_blank: false, ..settings }, &input);
    assert!(kept[90_000..].iter().any(|frame| *frame != [0.0; 2]), "without auto-blank the noise goes on");
}

/// Terhardt's threshold of hearing, dB SPL, written down a second time.
fn threshold_db(hz: f64) -> f64 {
    let f = (hz / 1000.0).max(0.02);
    3.64 * f.powf(-0.8) - 6.5 * (-0.6 * (f - 3.3).powi(2)).exp() + 1e-3 * f.powi(4)
}

/// Power of the errors of a quantised loop, weighted by the threshold of hearing, against white ones of the same word.
fn weighted_noise_db(rate: f64, shaping: DitherShaping) -> f64 {
    const LENGTH: usize = 1 << 14;
    let settings =
        DitherSettings { on: true, word_length: WordLength::Bits16, shaping, ..Default::default() };
    let mut stage = Dither::default();
    stage.prepare(&ProcessSpec::stereo(rate));
    stage.set(&settings);
    let input = white(60 * LENGTH, 0.1, 9);
    let mut output = input.clone();
    for_each_block(&mut output, 0, |block| stage.process(block));
    let lsb = settings.word_length.lsb();
    let mut weighted = [0.0; 2];
    for channel in 0..2 {
        for start in (0..input.len()).step_by(LENGTH) {
            let errors: Vec<f64> =
                (start..start + LENGTH).map(|n| (output[n][channel] - input[n][channel]) / lsb).collect();
            for (line, db) in lacquer_tests::spectrum::magnitudes_db(&errors).iter().enumerate() {
                let weight = 10f64.powf(-0.1 * threshold_db(line as f64 * rate / LENGTH as f64));
                weighted[0] += weight * 10f64.powf(0.1 * db);
                weighted[1] += weight;
            }
        }
    }
    // A flat dither in the same measure: a quarter of an LSB squared, spread by the window as the other is.
    let flat = weighted_flat(LENGTH);
    10.0 * (weighted[0] / weighted[1] / flat).log10()
}

/// What [`lacquer_tests::spectrum::magnitudes_db`] shows a line of white noise of a quarter of an LSB squared with, as power.
fn weighted_flat(length: usize) -> f64 {
    let frames = 60;
    let noise = white(frames * length, (3.0f64 * 0.25).sqrt(), 10);
    let mut power = 0.0;
    for stretch in noise.chunks_exact(length) {
        let left: Vec<f64> = stretch.iter().map(|frame| frame[0]).collect();
        let lines = lacquer_tests::spectrum::magnitudes_db(&left);
        power += lines.iter().map(|db| 10f64.powf(0.1 * db)).sum::<f64>() / lines.len() as f64;
    }
    power / f64::from(frames as u32)
}

#[test]
fn the_quantised_loop_has_the_noise_that_was_designed() {
    // What linear prediction of order 32 reaches, less 0.05 dB: the bounds of the design itself.
    for (rate, bound) in [(44_100.0, -13.4), (48_000.0, -14.4), (96_000.0, -20.4)] {
        let [flat, light, strong] = [DitherShaping::Flat, DitherShaping::Light, DitherShaping::Strong]
            .map(|shaping| weighted_noise_db(rate, shaping));
        println!("{rate} Hz: flat {flat:+.2} dB, light {light:+.2} dB, strong {strong:+.2} dB to the ear");
        // 2 million samples a spectrum, of which a tenth weigh: 0.03 dB.
        assert!(flat.abs() < 0.05, "{rate} Hz: {flat:+.3} dB");
        assert!(strong <= bound, "{rate} Hz: {strong:+.3} dB, designed for {bound} dB");
        assert!(strong < light && light < 0.4 * bound, "{rate} Hz: light {light:+.3} dB");
    }
}

#[test]
fn a_seed_repeats_and_another_differs() {
    let input = white(1000, 0.1, 4);
    let with =
        |seed| run(DitherSettings { word_length: WordLength::Bits16, seed, ..Default::default() }, &input);
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}
