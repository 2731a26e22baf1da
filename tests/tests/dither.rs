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

/// Noise that a word of the settings' length holds, the ends of its range among it.
fn on_grid(settings: &DitherSettings, frames: usize, peak: f64, seed: u64) -> Vec<Frame> {
    let lsb = settings.word_length.lsb();
    let mut noise = white(frames, peak, seed);
    noise.as_flattened_mut().iter_mut().for_each(|x| *x = (*x / lsb).round() * lsb);
    if peak == 1.0 {
        noise[frames / 2] = [-1.0, 1.0 - lsb];
    }
    noise
}

#[test]
fn what_lies_on_the_grid_passes_bit_for_bit() {
    for settings in every_setting() {
        let input = on_grid(&settings, 60_000, 1.0, 3);
        assert_eq!(run(settings, &input), input, "{settings:?}");
        let kept = run(DitherSettings { auto_blank: false, ..settings }, &input);
        assert_ne!(kept, input, "without auto-blank it is dithered");
    }
    // A shorter word's grid is part of a longer one's, and not the other way round.
    let [long, short] = [WordLength::Bits24, WordLength::Bits16]
        .map(|word_length| DitherSettings { word_length, ..Default::default() });
    let words = on_grid(&short, 10_000, 0.5, 5);
    assert_eq!(run(long, &words), words);
    assert_ne!(run(short, &on_grid(&long, 10_000, 0.5, 5)), on_grid(&long, 10_000, 0.5, 5));
    // One step over full scale lies on no grid: it is clipped, and dithered.
    assert_ne!(run(short, &[[1.0; 2]; 64]), [[1.0; 2]; 64]);
}

#[test]
fn a_fade_in_a_song_of_words_is_dithered_and_nothing_else_of_it() {
    const FADE: std::ops::Range<usize> = 30_000..90_000;
    let second = RATE as usize;
    for settings in every_setting() {
        let words = on_grid(&settings, 200_000, 0.5, 6);
        let mut input = words.clone();
        for (n, frame) in input[FADE].iter_mut().enumerate() {
            let gain = 1.0 - 0.9 * (n as f64 + 0.5) / FADE.len() as f64;
            *frame = frame.map(|x| x * gain);
        }
        let output = run(settings, &input);
        assert_eq!(output[..FADE.start], input[..FADE.start], "before it, {settings:?}");
        let touched = FADE.end + second;
        assert_eq!(output[touched + 1..], words[touched + 1..], "a second after it, {settings:?}");
        assert_ne!(output[touched - 100..touched], words[touched - 100..touched], "{settings:?}");
        // The errors are those of a dither that never stopped: no correlation with the sound, and no more than it may add, where
        // it starts and stops too.
        let mut stage = Dither::default();
        stage.prepare(&ProcessSpec::stereo(RATE));
        let reserve = stage.peak_reserve(&DitherSettings { on: true, ..settings });
        let lsb = settings.word_length.lsb();
        let errors: Vec<f64> =
            output.iter().flatten().zip(input.iter().flatten()).map(|(y, x)| y - x).collect();
        assert!(errors.iter().all(|e| e.abs() <= reserve + 1e-12), "{settings:?}");
        let inside = &errors[2 * FADE.start..2 * FADE.end];
        let power = inside.iter().map(|e| (e / lsb).powi(2)).sum::<f64>() / inside.len() as f64;
        if settings.shaping == DitherShaping::Flat {
            // A quarter of an LSB squared; 120 000 of them deviate by 0.3 %.
            assert!((power - 0.25).abs() < 0.005, "{settings:?}: {power}");
        }
    }
}

#[test]
fn a_fade_is_the_same_bits_for_any_block() {
    let settings = DitherSettings { on: true, word_length: WordLength::Bits16, ..Default::default() };
    let mut input = on_grid(&settings, 120_000, 0.5, 8);
    input[10_000..10_100].iter_mut().for_each(|frame| *frame = frame.map(|x| 0.3 * x));
    let with = |sizes: &[usize]| {
        let mut stage = Dither::default();
        stage.prepare(&ProcessSpec::stereo(RATE));
        stage.set(&settings);
        let mut output = input.clone();
        let (mut at, mut turn) = (0, 0);
        while at < output.len() {
            let end = (at + sizes[turn % sizes.len()]).min(output.len());
            for_each_block(&mut output[at..end], at as u64, |block| stage.process(block));
            (at, turn) = (end, turn + 1);
        }
        output
    };
    let whole = with(&[input.len()]);
    assert_ne!(whole, input);
    assert_eq!(whole, with(&[1]));
    assert_eq!(whole, with(&[7, 480, 31]));
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

#[test]
fn a_reset_dither_is_silent_until_the_first_sound() {
    let settings = DitherSettings { on: true, auto_blank: false, ..Default::default() };
    let mut stage = Dither::default();
    stage.prepare(&ProcessSpec::stereo(RATE));
    stage.set(&settings);
    let mut sound = white(4800, 0.1, 4);
    for_each_block(&mut sound, 0, |block| stage.process(block));
    stage.reset();
    let mut silence = vec![[0.0; 2]; 4800];
    for_each_block(&mut silence, 0, |block| stage.process(block));
    assert!(silence.iter().all(|frame| *frame == [0.0; 2]));
}

#[test]
fn errors_of_a_longer_word_are_no_errors_of_a_shorter_one() {
    let of = |word_length| DitherSettings {
        on: true,
        word_length,
        shaping: DitherShaping::Strong,
        ..Default::default()
    };
    let (long, short) = (of(WordLength::Bits24), of(WordLength::Bits16));
    let mut most = 0.0f64;
    for seed in 0..100 {
        let mut stage = Dither::default();
        stage.prepare(&ProcessSpec::stereo(RATE));
        stage.set(&DitherSettings { seed, ..long });
        let input = white(96, 0.1, seed);
        let mut output = input.clone();
        for_each_block(&mut output[..64], 0, |block| stage.process(block));
        stage.set(&DitherSettings { seed, ..short });
        for_each_block(&mut output[64..], 64, |block| stage.process(block));
        for c in 0..2 {
            most = most.max((output[64][c] - input[64][c]).abs());
        }
    }
    let mut stage = Dither::default();
    stage.prepare(&ProcessSpec::stereo(RATE));
    // Rounding and dither of the first shorter word, 1.5 of its LSB, and what the shaper may still have of the longer ones.
    let bound = 1.5 * WordLength::Bits16.lsb() + stage.peak_reserve(&long);
    assert!(most <= bound, "{most} over {bound}");
    // A bound that is not reached says nothing: half an LSB of rounding and the dither's own half.
    assert!(most > WordLength::Bits16.lsb(), "{most}");
}
