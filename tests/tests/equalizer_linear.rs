//! The linear-phase equalizer: the prototypes' magnitude, a symmetric response, and kernels that change without a click.

use lacquer_dsp::blocks::matched::AnalogSection;
use lacquer_dsp::chain::Equalizer;
use lacquer_dsp::chain::equalizer::{EqualizerBand, EqualizerSettings, EqualizerShape, PassSlope, Placement};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::settings;
use lacquer_tests::signals::{programme, sine};
use lacquer_tests::spectrum::magnitudes_db;
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;

fn spec(rate: f64) -> ProcessSpec {
    ProcessSpec { equalizer_phase: EqualizerPhase::Linear, ..ProcessSpec::stereo(rate) }
}

fn prepared(settings: &EqualizerSettings, spec: ProcessSpec) -> Equalizer {
    let mut stage = Equalizer::default();
    stage.prepare(&spec);
    stage.set(settings);
    stage
}

fn run(stage: &mut Equalizer, input: &[Frame]) -> Vec<Frame> {
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

fn with_band(band: EqualizerBand) -> EqualizerSettings {
    let mut settings = EqualizerSettings { on: true, ..Default::default() };
    settings.bands[2] = EqualizerBand { on: true, ..band };
    settings
}

fn response_db(response: &[f64], hz: f64, rate: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in response.iter().enumerate() {
        let phase = TAU * hz * n as f64 / rate;
        re += x * phase.cos();
        im -= x * phase.sin();
    }
    20.0 * f64::hypot(re, im).log10()
}

#[test]
fn bands_match_their_analogue_prototypes_with_a_symmetric_response() {
    use EqualizerShape::{Bell, HighShelf, LowShelf};
    let mut worst = 0.0f64;
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for (shape, frequency_hz, q, gain_db) in [
            (Bell, 30.0, 1.0, 6.0),
            (Bell, 60.0, 1.0, 6.0),
            (LowShelf, 100.0, 0.707, -6.0),
            (Bell, 1000.0, 3.0, -6.0),
            (Bell, 16_000.0, 1.0, 6.0),
            (HighShelf, 12_000.0, 0.707, 6.0),
        ] {
            let band = EqualizerBand { shape, frequency_hz, q, gain_db, ..Default::default() };
            let mut stage = prepared(&with_band(band), spec(rate));
            let latency = stage.latency_samples();
            let mut input = vec![[0.0; 2]; 2 * latency];
            input[0] = [1.0; 2];
            let output = run(&mut stage, &input);
            let left: Vec<f64> = output.iter().map(|frame| frame[0]).collect();
            for n in 1..latency - 1 {
                let (before, after) = (left[latency - n], left[latency + n]);
                // Rounding in the transforms.
                assert!(
                    (before - after).abs() < 1e-13,
                    "{shape:?} at {rate}: {before:e} and {after:e} at +-{n}"
                );
            }
            let (w, a) = (TAU * frequency_hz / rate, 10f64.powf(gain_db / 40.0));
            let section = match shape {
                LowShelf => AnalogSection::low_shelf(w, q, a),
                HighShelf => AnalogSection::high_shelf(w, q, a),
                _ => AnalogSection::bell(w, q, a),
            };
            for hz in [20.0, 40.0, 60.0, 100.0, 300.0, 1000.0, 5000.0, 10_000.0, 16_000.0, 20_000.0] {
                let expected = 10.0 * section.power(TAU * hz / rate).log10();
                let error = (response_db(&left, hz, rate) - expected).abs();
                worst = worst.max(error);
                assert!(error < 0.03, "{shape:?} {frequency_hz} Hz at {rate}: {error:.4} dB off at {hz} Hz");
            }
        }
    }
    println!("worst error {worst:.5} dB");
}

/// The stage's response to an impulse at a rate, left.
fn impulse_response(band: EqualizerBand, rate: f64, latencies: usize) -> Vec<f64> {
    let mut stage = prepared(&with_band(band), spec(rate));
    let mut input = vec![[0.0; 2]; latencies * stage.latency_samples()];
    input[0] = [1.0; 2];
    run(&mut stage, &input).iter().map(|frame| frame[0]).collect()
}

#[test]
fn narrow_lows_are_as_deep_as_they_are_drawn() {
    use EqualizerShape::{Bell, HighPass, Notch};
    let mut worst = 0.0f64;
    for rate in [44_100.0, 48_000.0, 192_000.0] {
        for (shape, frequency_hz, q, gain_db, slope) in [
            (Notch, 60.0, 10.0, 0.0, PassSlope::Db12),
            (Notch, 60.0, 2.0, 0.0, PassSlope::Db12),
            (Notch, 1000.0, 10.0, 0.0, PassSlope::Db12),
            (Notch, 1000.0, 2.0, 0.0, PassSlope::Db12),
            (Bell, 30.0, 20.0, 6.0, PassSlope::Db12),
            (Bell, 30.0, 20.0, -12.0, PassSlope::Db12),
            (Bell, 60.0, 4.0, 6.0, PassSlope::Db12),
            (Bell, 45.0, 2.0, 6.0, PassSlope::Db12),
            (HighPass, 30.0, 0.707, 0.0, PassSlope::Db48),
        ] {
            let band = EqualizerBand { shape, frequency_hz, q, gain_db, slope, ..Default::default() };
            let left = impulse_response(band, rate, if q > 15.0 { 12 } else { 6 });
            for n in -40..=40 {
                let hz = frequency_hz * (f64::from(n) / 40.0).exp2();
                let expected = band.response_db(hz, rate, EqualizerPhase::Linear);
                if expected < -30.0 {
                    continue;
                }
                let error = (response_db(&left, hz, rate) - expected).abs();
                worst = worst.max(error);
                // Cut-short kernels were 4 dB (30 Hz bell) and 23 dB (60 Hz notch) off. What is left is the wide notch at 1 kHz, at -30 dB.
                assert!(
                    error < 0.5,
                    "{shape:?} {frequency_hz} Hz Q {q} at {rate}: {error:.3} dB off at {hz:.2} Hz"
                );
            }
        }
    }
    println!("worst error {worst:.4} dB");
}

#[test]
fn centres_above_nyquist_keep_their_skirts() {
    use EqualizerShape::{Bell, HighShelf, LowPass};
    let rate = 44_100.0;
    for (shape, frequency_hz, gain_db) in [
        (Bell, 25_000.0, 10.0),
        (Bell, 40_000.0, 18.0),
        (HighShelf, 30_000.0, -12.0),
        (LowPass, 25_000.0, 0.0),
    ] {
        let band = EqualizerBand { shape, frequency_hz, gain_db, q: 1.0, ..Default::default() };
        let left = impulse_response(band, rate, 2);
        let (w, a) = (TAU * frequency_hz / rate, 10f64.powf(gain_db / 40.0));
        let section = match shape {
            HighShelf => AnalogSection::high_shelf(w, 1.0, a),
            LowPass => AnalogSection { numerator: [w * w, 0.0, 0.0], denominator: [w * w, w, 1.0] },
            _ => AnalogSection::bell(w, 1.0, a),
        };
        for hz in [1000.0, 5000.0, 10_000.0, 15_000.0, 18_000.0, 20_000.0, 21_500.0, 22_000.0] {
            let expected = 10.0 * section.power(TAU * hz / rate).log10();
            let error = (response_db(&left, hz, rate) - expected).abs();
            // 1.4 dB when the centre was brought down to the Nyquist frequency.
            assert!(error < 0.1, "{shape:?} {frequency_hz} Hz: {error:.3} dB off at {hz} Hz");
            let drawn = (band.response_db(hz, rate, EqualizerPhase::Linear) - expected).abs();
            assert!(drawn < 1e-6, "{shape:?} {frequency_hz} Hz is drawn {drawn:.3} dB off at {hz} Hz");
        }
    }
}

#[test]
fn kernels_that_come_one_after_the_other_keep_their_routes() {
    // What a band works on changes in each cycle: stereo, mid, left. The last kernel is that of the last settings.
    let input = programme(60_000, RATE, 0.5);
    let placed = |placement| with_band(EqualizerBand { gain_db: 9.0, placement, ..Default::default() });
    for rate in [48_000.0, 96_000.0, 192_000.0] {
        let expected = run(&mut prepared(&placed(Placement::Left), spec(rate)), &input);
        let mut stage = prepared(&placed(Placement::Stereo), spec(rate));
        let latency = stage.latency_samples();
        let mut output = input.clone();
        for_each_block(&mut output, 0, |block| {
            match block.position() {
                640 => stage.apply(&placed(Placement::Mid)),
                1280 => stage.apply(&placed(Placement::Stereo)),
                2048 => stage.apply(&placed(Placement::Left)),
                _ => {}
            }
            stage.process(block);
        });
        // Three changes of four cycles each at most, of 2048 frames.
        for n in latency + 2048 + 12 * 2048..input.len() {
            assert_eq!(output[n], expected[n], "{rate} Hz, frame {n}");
        }
    }
}

#[test]
fn latency_lasts_as_long_at_any_rate() {
    for (rate, expected) in
        [(44_100.0, 5120), (48_000.0, 5120), (88_200.0, 10_240), (96_000.0, 10_240), (192_000.0, 20_480)]
    {
        assert_eq!(prepared(&EqualizerSettings::default(), spec(rate)).latency_samples(), expected);
    }
}

#[test]
fn placement_reaches_its_part_alone() {
    let input = programme(48_000, RATE, 0.5);
    for placement in [Placement::Mid, Placement::Side, Placement::Left, Placement::Right] {
        let band = EqualizerBand { gain_db: 9.0, placement, ..Default::default() };
        let mut stage = prepared(&with_band(band), spec(RATE));
        let latency = stage.latency_samples();
        let output = run(&mut stage, &input);
        let kept = |frame: &Frame| match placement {
            Placement::Mid => frame[0] - frame[1],
            Placement::Side => frame[0] + frame[1],
            Placement::Left => frame[1],
            _ => frame[0],
        };
        let mut changed = 0.0f64;
        for (y, x) in output[latency..].iter().zip(&input) {
            assert!((kept(y) - kept(x)).abs() < 1e-12, "{placement:?} touches what is not its own");
            changed = changed.max((y[0] - x[0]).abs()).max((y[1] - x[1]).abs());
        }
        assert!(changed > 0.05, "{placement:?} changes its own by {changed}");
    }
}

#[test]
fn a_design_in_slices_is_one_in_place() {
    // Bands of every kind; the change comes at any period of the convolver's cycle, and what it leads to has the bits of a stage
    // that began with it.
    let input = programme(40_000, RATE, 0.5);
    let mut after = settings::working().equalizer;
    after.auto_gain = true;
    after.bands[4].placement = Placement::Left;
    let in_place = run(&mut prepared(&after, spec(RATE)), &input);
    for change in [0usize, 32, 480, 512, 544, 7104] {
        let mut stage =
            prepared(&with_band(EqualizerBand { gain_db: 6.0, ..Default::default() }), spec(RATE));
        let mut output = input.clone();
        for_each_block(&mut output, 0, |block| {
            if block.position() == change as u64 {
                stage.apply(&after);
            }
            stage.process(block);
        });
        // The change lasts two cycles.
        let settled = if change == 0 { 0 } else { change + stage.latency_samples() + 2 * 512 };
        for (n, (found, expected)) in output.iter().zip(&in_place).enumerate().skip(settled) {
            assert_eq!(found, expected, "change at {change}, frame {n}");
        }
    }
}

#[test]
fn kernels_follow_from_frames_alone() {
    // A sweep with a step and a switch in it, as a host automates: the blocks and the pace of the calls make no difference, and neither
    // does where the convolver's cycles lie.
    let input = programme(36_000, RATE, 0.5);
    let rendered = |sizes: &[usize], lead: usize, pause: bool| {
        let mut chain = Chain::new();
        chain.prepare(&spec(RATE));
        let equalizer = with_band(EqualizerBand { gain_db: 3.0, ..Default::default() });
        let mut settings = ChainSettings { equalizer, ..Default::default() };
        chain.set(&settings);
        chain.process(&mut vec![[0.0; 2]; lead]);
        let mut output = input.clone();
        let (mut at, mut turn) = (0, 0);
        for event in 0..50 {
            let band = &mut settings.equalizer.bands[2];
            band.gain_db = 9.0 * (0.2 * f64::from(event)).sin() + if event > 20 { 3.0 } else { 0.0 };
            settings.equalizer.on = !(30..34).contains(&event);
            chain.set(&settings);
            let next = at + 480 + 7 * event as usize;
            while at < next.min(output.len()) {
                let end = (at + sizes[turn % sizes.len()]).min(next).min(output.len());
                chain.process(&mut output[at..end]);
                (at, turn) = (end, turn + 1);
            }
            if pause && event % 10 == 0 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        chain.process(&mut output[at..]);
        output
    };
    let whole = rendered(&[36_000], 32, false);
    for sizes in [&[64][..], &[1], &[333], &[17, 480, 3]] {
        assert!(rendered(sizes, 32, true) == whole, "blocks of {sizes:?} differ");
    }
    for (n, (found, expected)) in rendered(&[64], 32 * 6, false).iter().zip(&whole).enumerate() {
        assert!((found[0] - expected[0]).abs() < 1e-9, "frame {n}: {} for {}", found[0], expected[0]);
    }
}

#[test]
fn a_swept_band_leaves_no_zipper() {
    // As in `automation`: lines more than 200 Hz from the tone are no part of a swing of 2.5 Hz.
    for sweep in ["gain", "frequency"] {
        let mut stage = prepared(&with_band(EqualizerBand::default()), spec(RATE));
        let length = 32_768;
        let mut audio = sine(length + 24_000, RATE, 1000.0, 0.1);
        for (n, block) in audio.chunks_mut(64).enumerate() {
            let swing = (TAU * 2.5 * (64 * n) as f64 / RATE).sin();
            let band = match sweep {
                "gain" => EqualizerBand { gain_db: 18.0 * swing, frequency_hz: 1100.0, ..Default::default() },
                _ => EqualizerBand {
                    gain_db: 12.0,
                    frequency_hz: 1000.0 * (1.5 * swing).exp2(),
                    ..Default::default()
                },
            };
            stage.set(&with_band(band));
            for_each_block(block, 64 * n as u64, |block| stage.process(block));
        }
        let left: Vec<f64> = audio[24_000..].iter().map(|frame| frame[0]).collect();
        let lines = magnitudes_db(&left);
        let tone = lines.iter().fold(-400.0f64, |peak, line| peak.max(*line));
        let bin_hz = RATE / length as f64;
        let worst = lines
            .iter()
            .enumerate()
            .filter(|(k, _)| (*k as f64 * bin_hz - 1000.0).abs() > 200.0)
            .fold((0.0, -400.0), |worst, (k, line)| {
                if line - tone > worst.1 { (k as f64 * bin_hz, line - tone) } else { worst }
            });
        assert!(worst.1 < -90.0, "{sweep}: a line of {:.1} dBc at {:.0} Hz", worst.1, worst.0);
    }
}
