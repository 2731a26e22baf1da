//! The equalizer against its analogue prototypes, computed here from their formulae.

use ebur128::{EbuR128, Mode};
use lacquer_dsp::chain::Equalizer;
use lacquer_dsp::chain::equalizer::{EqualizerBand, EqualizerSettings, EqualizerShape, PassSlope, Placement};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Block, Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::signals::white;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

fn prepared(settings: EqualizerSettings, spec: ProcessSpec) -> Equalizer {
    let mut stage = Equalizer::default();
    stage.prepare(&spec);
    stage.set(&EqualizerSettings { on: true, ..settings });
    stage
}

fn with_band(band: EqualizerBand) -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    settings.bands[3] = EqualizerBand { on: true, ..band };
    settings
}

/// Below this a response has died away: the rest, however slow, is 0.0001 dB at the lowest frequencies and less above.
const DIED_AWAY: f64 = 1e-10;

/// Response to an impulse in both channels, until it has died away.
fn impulse_response(settings: EqualizerSettings, spec: ProcessSpec) -> Vec<Frame> {
    let mut stage = prepared(settings, spec);
    let mut frames = vec![[0.0; 2]; 1 << 18];
    frames[0] = [1.0; 2];
    for_each_block(&mut frames, 0, |block| stage.process(block));
    let last = frames.iter().rposition(|frame| frame.iter().any(|x| x.abs() > DIED_AWAY));
    frames.truncate(last.map_or(1, |last| last + 1));
    frames
}

fn magnitude_db(response: &[Frame], channel: usize, hz: f64, rate: f64) -> f64 {
    let w = TAU * hz / rate;
    let (mut re, mut im) = (0.0, 0.0);
    // Goertzel would lose digits; a rotating phasor, put right now and then, does not.
    let (cos, sin) = (w.cos(), w.sin());
    let (mut c, mut s) = (1.0, 0.0);
    for (n, frame) in response.iter().enumerate() {
        if n % 1024 == 0 {
            (c, s) = ((w * n as f64).cos(), (w * n as f64).sin());
        }
        re += frame[channel] * c;
        im -= frame[channel] * s;
        (c, s) = (c * cos - s * sin, s * cos + c * sin);
    }
    10.0 * (re * re + im * im).log10()
}

/// |H| in dB of the analogue prototype (R. Bristow-Johnson's cookbook; Butterworth for the pass filters).
fn prototype_db(band: &EqualizerBand, hz: f64) -> f64 {
    let x = hz / band.frequency_hz;
    let a = 10f64.powf(band.gain_db / 40.0);
    let q = band.q;
    let ratio = |n: [f64; 3], d: [f64; 3]| {
        let at = |p: [f64; 3]| (p[0] - p[2] * x * x).powi(2) + (p[1] * x).powi(2);
        10.0 * (at(n) / at(d)).log10()
    };
    let root = a.sqrt() / q;
    match band.shape {
        EqualizerShape::Bell => ratio([1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0]),
        EqualizerShape::LowShelf => ratio([a * a, a * root, a], [1.0, root, a]),
        EqualizerShape::HighShelf => ratio([a, a * root, a * a], [a, root, 1.0]),
        EqualizerShape::Tilt => ratio([1.0, 2.0 * root, a], [a, 2.0 * root, 1.0]),
        EqualizerShape::Notch => ratio([1.0, 0.0, 1.0], [1.0, 1.0 / q, 1.0]),
        EqualizerShape::BandPass => ratio([0.0, 1.0 / q, 0.0], [1.0, 1.0 / q, 1.0]),
        EqualizerShape::HighPass => -10.0 * (1.0 + x.powi(-2 * i32::from(band.slope.order()))).log10(),
        EqualizerShape::LowPass => -10.0 * (1.0 + x.powi(2 * i32::from(band.slope.order()))).log10(),
    }
}

#[test]
fn bands_match_their_analogue_prototypes_to_20_khz() {
    use EqualizerShape::*;
    let mut cases = Vec::new();
    let band = |shape, frequency_hz, q, gain_db| EqualizerBand {
        shape,
        frequency_hz,
        q,
        gain_db,
        ..Default::default()
    };
    for (hz, q, gain) in [
        (30.0, 1.0, 6.0),
        (1000.0, 0.5, -12.0),
        (10_000.0, 1.0, 6.0),
        (10_000.0, 0.5, 12.0),
        (16_000.0, 1.0, 6.0),
        (16_000.0, 4.0, -18.0),
        (18_000.0, 1.0, 12.0),
        (18_000.0, 10.0, 18.0),
        (20_000.0, 0.3, -6.0),
        (21_000.0, 2.0, 18.0),
        (8000.0, 30.0, 18.0),
    ] {
        cases.push(band(Bell, hz, q, gain));
    }
    for (hz, q, gain) in [
        (100.0, FRAC_1_SQRT_2, 6.0),
        (8000.0, 0.5, -12.0),
        (16_000.0, FRAC_1_SQRT_2, 12.0),
        (20_000.0, 1.0, 18.0),
    ] {
        cases.push(band(LowShelf, hz, q, gain));
        cases.push(band(HighShelf, hz, q, gain));
    }
    cases.push(band(Tilt, 1000.0, FRAC_1_SQRT_2, 6.0));
    for hz in [30.0, 1000.0, 15_000.0] {
        cases.push(band(BandPass, hz, 2.0, 0.0));
        cases.push(band(Notch, hz, 2.0, 0.0));
        for slope in [PassSlope::Db6, PassSlope::Db12, PassSlope::Db18, PassSlope::Db24, PassSlope::Db48] {
            cases.push(EqualizerBand { slope, ..band(HighPass, hz, FRAC_1_SQRT_2, 0.0) });
            cases.push(EqualizerBand { slope, ..band(LowPass, hz, FRAC_1_SQRT_2, 0.0) });
        }
    }
    let mut failures = Vec::new();
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        println!("{rate} Hz: worst error from 20 Hz to 20 kHz, dB");
        for case in &cases {
            let response = impulse_response(with_band(*case), ProcessSpec::stereo(rate));
            let mut worst = (0.0f64, 0.0);
            for step in 0..=60 {
                let hz = 20.0 * 1000f64.powf(f64::from(step) / 60.0);
                let expected = prototype_db(case, hz);
                // What is 80 dB down is gone; near a notch's zero the figure means nothing.
                if expected > -80.0 {
                    let error = magnitude_db(&response, 0, hz, rate) - expected;
                    if error.abs() > worst.0.abs() {
                        worst = (error, hz);
                    }
                }
            }
            let name = format!(
                "{:?} {} Hz Q {:.2} {:+} dB slope {:?}",
                case.shape, case.frequency_hz, case.q, case.gain_db, case.slope
            );
            println!("  {:+.4} at {:>6.0} Hz  {name}", worst.0, worst.1);
            if worst.0.abs() > 0.03 {
                failures.push(format!("{rate} {name}: {:+.4} dB at {:.0} Hz", worst.0, worst.1));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn eight_bands_together_match_as_well() {
    use EqualizerShape::*;
    let mut settings = EqualizerSettings::default();
    let shapes = [HighPass, Bell, Bell, Bell, Bell, Bell, Bell, HighShelf];
    let hertz = [30.0, 120.0, 400.0, 2500.0, 7000.0, 11_000.0, 15_000.0, 12_000.0];
    for (n, band) in settings.bands.iter_mut().enumerate() {
        *band = EqualizerBand {
            on: true,
            shape: shapes[n],
            frequency_hz: hertz[n],
            gain_db: if n % 2 == 0 { 6.0 } else { -4.0 },
            q: 1.0,
            ..Default::default()
        };
    }
    settings.bands[0].q = FRAC_1_SQRT_2;
    let response = impulse_response(settings, ProcessSpec::stereo(44_100.0));
    for step in 0..=60 {
        let hz = 20.0 * 1000f64.powf(f64::from(step) / 60.0);
        let expected: f64 = settings.bands.iter().map(|band| prototype_db(band, hz)).sum();
        let error = magnitude_db(&response, 0, hz, 44_100.0) - expected;
        assert!(error.abs() < 0.03, "{error:+.4} dB at {hz:.0} Hz");
    }
}

#[test]
fn placement_reaches_its_part_alone() {
    let rate = 48_000.0;
    let band = EqualizerBand { gain_db: 12.0, ..Default::default() };
    let gain = |placement, input: Frame, channel: usize| {
        let mut stage = prepared(with_band(EqualizerBand { placement, ..band }), ProcessSpec::stereo(rate));
        let mut frames: Vec<Frame> = (0..48_000)
            .map(|n| {
                let x = (TAU * 1000.0 * n as f64 / rate).sin();
                [input[0] * x, input[1] * x]
            })
            .collect();
        for_each_block(&mut frames, 0, |block| stage.process(block));
        let peak = frames[24_000..].iter().fold(0.0f64, |peak, frame| peak.max(frame[channel].abs()));
        20.0 * peak.log10()
    };
    for (placement, input, channel, expected) in [
        (Placement::Left, [1.0, 1.0], 0, 12.0),
        (Placement::Left, [1.0, 1.0], 1, 0.0),
        (Placement::Right, [1.0, 1.0], 0, 0.0),
        (Placement::Right, [1.0, 1.0], 1, 12.0),
        (Placement::Mid, [1.0, 1.0], 0, 12.0),
        (Placement::Mid, [1.0, -1.0], 0, 0.0),
        (Placement::Side, [1.0, -1.0], 1, 12.0),
        (Placement::Side, [1.0, 1.0], 1, 0.0),
    ] {
        let found = gain(placement, input, channel);
        // A crest may fall between two samples 7.5 degrees from it: 0.02 dB.
        assert!(
            (found - expected).abs() < 0.03,
            "{placement:?} on {input:?}, channel {channel}: {found:.3} dB"
        );
    }
}

#[test]
fn auto_gain_keeps_the_loudness_of_a_programme() {
    // Pink noise through two shelves of -7 dB at 250 Hz and 3 kHz: about -5 dB per octave, as music.
    let mut state = [0.0; 5];
    let noise: Vec<f64> = white(480_000, 1.0, 8)
        .iter()
        .map(|frame| {
            let white = frame[0];
            state[0] = 0.997_65 * state[0] + white * 0.099_046;
            state[1] = 0.963_00 * state[1] + white * 0.296_516_4;
            state[2] = 0.570_00 * state[2] + white * 1.052_691_3;
            let pink = state[0] + state[1] + state[2] + white * 0.1848;
            state[3] += 0.032 * (pink - state[3]);
            let once = 0.45 * pink + 0.55 * state[3];
            state[4] += 0.33 * (once - state[4]);
            0.02 * (0.45 * once + 0.55 * state[4])
        })
        .collect();
    let loudness = |frames: &[Frame]| {
        let mut meter = EbuR128::new(2, 48_000, Mode::I).expect("a meter");
        meter.add_frames_f64(frames.as_flattened()).expect("frames");
        meter.loudness_global().expect("a loudness")
    };
    let input: Vec<Frame> = noise.iter().map(|x| [*x; 2]).collect();
    let change = |frequency_hz, auto_gain| {
        let mut settings =
            with_band(EqualizerBand { frequency_hz, gain_db: 9.0, q: 0.5, ..Default::default() });
        settings.auto_gain = auto_gain;
        let mut frames = input.clone();
        let mut stage = prepared(settings, ProcessSpec::stereo(48_000.0));
        for_each_block(&mut frames, 0, |block| stage.process(block));
        loudness(&frames) - loudness(&input)
    };
    for hz in [100.0, 1000.0, 4000.0] {
        let (without, with) = (change(hz, false), change(hz, true));
        println!("{hz} Hz: {without:+.2} LU without, {with:+.2} LU with auto gain");
        // No programme is the typical one: within 1 LU is within what the ear notices.
        assert!(without > 1.5 && with.abs() < 1.0, "{hz} Hz: {without:+.2} LU without, {with:+.2} LU with");
    }
}

#[test]
fn listening_hears_the_region_of_its_band() {
    let mut stage = prepared(
        with_band(EqualizerBand { frequency_hz: 2000.0, q: 4.0, ..Default::default() }),
        ProcessSpec::stereo(48_000.0),
    );
    stage.set_listen(Some(3));
    let level = |stage: &mut Equalizer, hz: f64| {
        stage.reset();
        let mut peak = 0.0f64;
        for block in 0..1000u64 {
            let mut frames: Vec<Frame> =
                (0..32).map(|n| [(TAU * hz * (block * 32 + n) as f64 / 48_000.0).sin(); 2]).collect();
            stage.process(&mut Block::new(&mut frames, block * 32));
            if block > 500 {
                let heard = stage.listen_signal().expect("a band is chosen");
                peak = heard.iter().fold(peak, |peak, frame| peak.max(frame[0].abs()));
            }
        }
        20.0 * peak.log10()
    };
    assert!(level(&mut stage, 2000.0).abs() < 0.1);
    assert!(level(&mut stage, 200.0) < -30.0);
}
