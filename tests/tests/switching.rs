//! Nothing clicks when it is switched on: what has a memory begins without a past, and nothing of that is heard.
//!
//! A 400 Hz tone runs through the chain while a stage, a band or a mode is switched, or an amount leaves zero. Above 5 kHz there is then
//! nothing above -100 dBFS (-90 where a gain moves by its smoothed control) but what the stage itself makes of the tone at rest. And the
//! tone does not drop out: no period of it is softer than both before and after.

use lacquer_dsp::chain::dither::WordLength;
use lacquer_dsp::chain::equalizer::{EqualizerShape, PassSlope, Placement};
use lacquer_dsp::chain::imager::MonoSlope;
use lacquer_dsp::chain::limiter::LimiterStyle;
use lacquer_dsp::chain::multiband::MultibandMode;
use lacquer_dsp::chain::saturator::SaturatorCharacter;
use lacquer_dsp::{Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality};
use lacquer_tests::settings;
use std::f64::consts::{PI, TAU};

const RATE: f64 = 48_000.0;
/// Where the change is made: at a crest of the tone, and off the grid.
const CHANGE: usize = 24_030;
/// Half the taps of the high-pass.
const HALF: usize = 240;

/// -100 dBFS: what is switched on or off.
const SWITCHED: f64 = 1e-5;
/// -90 dBFS: what moves as any control does when it is automated, which holds it to -90 dB too.
const MOVED: f64 = 3.2e-5;
/// Level of the softer channel at the input, root mean square.
const TONE: f64 = 0.2 * std::f64::consts::FRAC_1_SQRT_2;
/// What a crossfade between two sounds a quarter of a turn apart loses half-way, dB; -1.7 was measured, of a low-pass at 1 kHz.
const DEEPEST_DIP_DB: f64 = -3.0;

/// What lies above 5 kHz, by a windowed sinc: 130 dB down at 4 kHz.
fn highs(frames: &[Frame]) -> Vec<f64> {
    let bessel = |x: f64| {
        (1..60)
            .fold((1.0, 1.0), |(sum, term), k| {
                let term: f64 = term * (x / (2.0 * f64::from(k))).powi(2);
                (sum + term, term)
            })
            .0
    };
    let cut = 4500.0 / RATE;
    let taps: Vec<f64> = (0..=2 * HALF)
        .map(|n| {
            let x = n as f64 - HALF as f64;
            let low = if x == 0.0 { 2.0 * cut } else { (TAU * cut * x).sin() / (PI * x) };
            let window = bessel(13.0 * (1.0 - (x / (HALF as f64 + 1.0)).powi(2)).sqrt()) / bessel(13.0);
            (if x == 0.0 { 1.0 } else { 0.0 }) - low * window
        })
        .collect();
    frames
        .windows(taps.len())
        .map(|window| {
            let both = window
                .iter()
                .zip(&taps)
                .fold([0.0; 2], |sum, (x, tap)| [sum[0] + tap * x[0], sum[1] + tap * x[1]]);
            both[0].abs().max(both[1].abs())
        })
        .collect()
}

/// Lowest level of a whole period of the tone, an amplitude: the root mean square of the softer channel.
fn lowest(frames: &[Frame]) -> f64 {
    let period = (RATE / 400.0) as usize;
    frames
        .windows(period)
        .step_by(8)
        .flat_map(|window| {
            let mean = |c: usize| window.iter().map(|frame| frame[c] * frame[c]).sum::<f64>() / period as f64;
            [0.8 * mean(0).sqrt(), mean(1).sqrt()]
        })
        .fold(f64::INFINITY, f64::min)
}

/// What is heard of a change: peak above 5 kHz and lowest level of the tone.
struct Heard {
    /// From the change on, and at rest before it and a second after it.
    highs: [f64; 3],
    levels: [f64; 3],
}

fn heard(spec: &ProcessSpec, before: &ChainSettings, after: &ChainSettings) -> Heard {
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(before);
    let latency = chain.latency_samples();
    let mut audio: Vec<Frame> = (0..CHANGE + latency + 58_000)
        .map(|n| {
            let x = (TAU * 400.0 * n as f64 / RATE).sin();
            [0.25 * x, 0.2 * x]
        })
        .collect();
    chain.process(&mut audio[..CHANGE]);
    chain.set(after);
    chain.process(&mut audio[CHANGE..]);
    let heard = CHANGE + latency;
    let peak = |from: usize, to: usize| {
        highs(&audio[from - HALF..to + HALF]).iter().fold(0.0f64, |most, x| most.max(*x))
    };
    let stretches =
        [(heard - 400, heard + 7000), (heard - 3000, heard - 2000), (heard + 56_000, heard + 57_000)];
    Heard {
        highs: stretches.map(|(from, to)| peak(from, to)),
        levels: stretches.map(|(from, to)| lowest(&audio[from..to])),
    }
}

fn quiet() -> ChainSettings {
    let mut s = ChainSettings::default();
    s.input_trim.on = false;
    s.limiter.on = false;
    s
}

type Change = (String, EqualizerPhase, ChainSettings, ChainSettings);

/// What is switched on, of every stage and every mode.
fn changes() -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    let mut add =
        |name: String, phase: EqualizerPhase, before: &ChainSettings, set: &dyn Fn(&mut ChainSettings)| {
            let mut after = before.clone();
            set(&mut after);
            all.push((name, phase, before.clone(), after));
        };
    let (minimum, linear) = (EqualizerPhase::Minimum, EqualizerPhase::Linear);
    let q = quiet();
    let working = settings::working();
    macro_rules! stages {
        ($($field:ident: $settings:ident, $id:ident, $name:tt;)*) => { $({
            let mut off = q.clone();
            off.$field = working.$field.clone();
            off.$field.on = false;
            add(concat!(stringify!($field), " on").into(), minimum, &off, &|s| s.$field.on = true);
        })* };
    }
    lacquer_dsp::for_each_stage!(stages);
    let mut eq = q.clone();
    eq.equalizer = working.equalizer;
    eq.equalizer.on = false;
    add("equalizer on, linear".into(), linear, &eq, &|s| s.equalizer.on = true);
    let shapes = [
        EqualizerShape::Bell,
        EqualizerShape::LowShelf,
        EqualizerShape::HighShelf,
        EqualizerShape::Tilt,
        EqualizerShape::HighPass,
        EqualizerShape::LowPass,
        EqualizerShape::Notch,
        EqualizerShape::BandPass,
    ];
    for shape in shapes {
        for (hz, quality) in [(60.0, 4.0), (1000.0, 0.7), (12_000.0, 8.0)] {
            let mut off = q.clone();
            off.equalizer.on = true;
            let band = &mut off.equalizer.bands[3];
            (band.shape, band.frequency_hz, band.q, band.gain_db, band.slope) =
                (shape, hz, quality, 12.0, PassSlope::Db48);
            band.placement = Placement::Left;
            for phase in [minimum, linear] {
                add(format!("equalizer {shape:?} at {hz} on, {phase:?}"), phase, &off, &|s| {
                    s.equalizer.bands[3].on = true
                });
            }
        }
    }
    // From each shape to the two after it, so that all kinds of curves meet.
    for (n, shape) in shapes.into_iter().enumerate() {
        for (hz, quality) in [(60.0, 4.0), (1000.0, 0.7), (12_000.0, 8.0)] {
            for step in [1, 2] {
                let mut from = q.clone();
                from.equalizer.on = true;
                let band = &mut from.equalizer.bands[3];
                (band.on, band.shape, band.frequency_hz) = (true, shape, hz);
                (band.q, band.gain_db, band.slope) = (quality, 12.0, PassSlope::Db48);
                let to = shapes[(n + step) % shapes.len()];
                for phase in [minimum, linear] {
                    add(format!("equalizer {shape:?} to {to:?} at {hz} Hz, {phase:?}"), phase, &from, &|s| {
                        s.equalizer.bands[3].shape = to
                    });
                }
            }
        }
    }
    let mut eq = q.clone();
    eq.equalizer.on = true;
    eq.equalizer.bands[6].on = true;
    for phase in [minimum, linear] {
        add(format!("equalizer gain from 0, {phase:?}"), phase, &eq, &|s| {
            s.equalizer.bands[6].gain_db = 12.0
        });
    }
    let mut dynamic = q.clone();
    dynamic.dynamic_eq = working.dynamic_eq;
    dynamic.dynamic_eq.bands.iter_mut().for_each(|band| band.on = false);
    add("dynamic_eq bands on".into(), minimum, &dynamic, &|s| {
        s.dynamic_eq.bands.iter_mut().for_each(|band| band.on = true)
    });
    for (from, to) in [
        (MultibandMode::Transparent, MultibandMode::LinkwitzRiley),
        (MultibandMode::LinkwitzRiley, MultibandMode::Transparent),
    ] {
        let mut bands = q.clone();
        bands.multiband = working.multiband;
        bands.multiband.mode = from;
        add(format!("multiband to {to:?}"), minimum, &bands, &|s| s.multiband.mode = to);
        let mut off = bands.clone();
        (off.multiband.on, off.multiband.mode) = (false, to);
        add(format!("multiband on, {to:?}"), minimum, &off, &|s| s.multiband.on = true);
        off.multiband.on = true;
        off.multiband.mix = 0.0;
        add(format!("multiband mix from 0, {to:?}"), minimum, &off, &|s| s.multiband.mix = 1.0);
    }
    let mut glue = q.clone();
    glue.glue = working.glue;
    glue.glue.mix = 0.0;
    add("glue mix from 0".into(), minimum, &glue, &|s| s.glue.mix = 1.0);
    let characters = [
        SaturatorCharacter::Clean,
        SaturatorCharacter::Tape,
        SaturatorCharacter::Tube,
        SaturatorCharacter::Transformer,
    ];
    for character in characters {
        let mut dry = q.clone();
        dry.saturator = working.saturator;
        dry.saturator.character = character;
        dry.saturator.mix = 0.0;
        add(format!("saturator mix from 0, {character:?}"), minimum, &dry, &|s| s.saturator.mix = 1.0);
        let mut off = dry.clone();
        (off.saturator.mix, off.saturator.on) = (1.0, false);
        add(format!("saturator on, {character:?}"), minimum, &off, &|s| s.saturator.on = true);
        off.saturator.on = true;
        off.saturator.character = SaturatorCharacter::Clean;
        add(format!("saturator to {character:?}"), minimum, &off, &|s| s.saturator.character = character);
    }
    let mut bass = q.clone();
    bass.bass.on = true;
    bass.bass.amount = 0.0;
    add("bass amount from 0".into(), minimum, &bass, &|s| s.bass.amount = 1.0);
    let mut imager = q.clone();
    imager.imager.on = true;
    add("imager stereoize from 0".into(), minimum, &imager, &|s| s.imager.stereoize = 0.4);
    add("imager width".into(), minimum, &imager, &|s| s.imager.width = 1.5);
    add("imager band widths".into(), minimum, &imager, &|s| {
        s.imager = s.imager.with_band_widths([0.0, 1.5, 2.0])
    });
    add("imager guard".into(), minimum, &imager, &|s| s.imager.guard = true);
    add("imager rotation".into(), minimum, &imager, &|s| s.imager.rotation_degrees = 20.0);
    for slope in [MonoSlope::Db6, MonoSlope::Db12, MonoSlope::Db24] {
        let mut off = imager.clone();
        (off.imager.mono_slope, off.imager.mono_below_hz) = (slope, 400.0);
        add(format!("imager mono bass {slope:?}"), minimum, &off, &|s| s.imager.mono_bass = true);
    }
    let mut off = q.clone();
    off.imager.stereoize = 0.4;
    add("imager on with stereoize".into(), minimum, &off, &|s| s.imager.on = true);
    let mut limiter = q.clone();
    limiter.limiter = working.limiter;
    limiter.limiter.drive_db = 16.0;
    for style in [LimiterStyle::Punch, LimiterStyle::Bass, LimiterStyle::Smooth] {
        add(format!("limiter to {style:?}"), minimum, &limiter, &|s| s.limiter.style = style);
    }
    let mut dither = q.clone();
    dither.dither.on = true;
    add("dither word length".into(), minimum, &dither, &|s| s.dither.word_length = WordLength::Bits20);
    add("bypass".into(), minimum, &working, &|s| s.bypass = true);
    all
}

#[test]
fn nothing_clicks_or_drops_out_when_it_is_switched_on_or_off() {
    let mut wrong = Vec::new();
    let db = |x: f64| 20.0 * x.max(1e-12).log10();
    for (name, equalizer_phase, before, after) in changes() {
        let spec = ProcessSpec { equalizer_phase, quality: Quality::Standard, ..ProcessSpec::stereo(RATE) };
        for (way, from, to) in [("", &before, &after), (", back", &after, &before)] {
            let Heard { highs: [change, first, last], levels } = heard(&spec, from, to);
            // Some lead over the untouched tone. What is next to nothing at rest has no level that could be missed.
            let least = levels[1].min(levels[2]).min(TONE);
            let dip_db = db(levels[0] / least);
            if least > 0.01 * TONE && dip_db < DEEPEST_DIP_DB {
                wrong.push(format!("{name}{way}: {dip_db:.1} dB of level at {:.1} dBFS", db(least)));
            }
            let moved = ["from 0", "width", "rotation"].iter().any(|word| name.contains(word));
            // What has a memory besides is held to the lower bound, though it is an amount.
            let remembers = ["stereoize", "saturator", "bass"].iter().any(|word| name.contains(word));
            let bound = if moved && !remembers { MOVED } else { SWITCHED }.max(1.5 * first.max(last));
            if change > bound {
                wrong.push(format!(
                    "{name}{way}: {:.1} dBFS, at rest {:.1} and {:.1}",
                    db(change),
                    db(first),
                    db(last)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are heard:\n{}", wrong.len(), wrong.join("\n"));
}
