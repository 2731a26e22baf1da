//! Every continuous parameter can be swept during playback without zipper noise.
//!
//! A 1 kHz sine runs through one stage while one parameter swings over its range two and a half times a second, set anew
//! every 64 frames as a host would. The swing's own side bands stay within 200 Hz of the tone and of its harmonics; steps
//! would show at multiples of the host's 750 Hz and the control grid's 1500 Hz, which fall between them.

use lacquer_dsp::chain::equalizer::EqualizerShape;
use lacquer_dsp::{Chain, ChainSettings, ProcessSpec, Quality};
use lacquer_tests::signals::sine;
use lacquer_tests::spectrum::magnitudes_db;
use std::f64::consts::TAU;

const SAMPLE_RATE: f64 = 48_000.0;
const TONE_HZ: f64 = 1000.0;
const HOST_BLOCK: usize = 64;
const LENGTH: usize = 32_768;

/// Worst line between the harmonics, in dB below the tone, while `set` moves a parameter with its argument in 0..1.
fn worst_line_dbc(peak: f64, start: &ChainSettings, set: impl Fn(&mut ChainSettings, f64)) -> (f64, f64) {
    worst_line_dbc_at(Quality::Standard, peak, start, set)
}

fn worst_line_dbc_at(
    quality: Quality,
    peak: f64,
    start: &ChainSettings,
    set: impl Fn(&mut ChainSettings, f64),
) -> (f64, f64) {
    let mut settings = start.clone();
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(SAMPLE_RATE) });
    let mut audio = sine(LENGTH + 24_000, SAMPLE_RATE, TONE_HZ, peak);
    for (n, block) in audio.chunks_mut(HOST_BLOCK).enumerate() {
        let t = (n * HOST_BLOCK) as f64 / SAMPLE_RATE;
        set(&mut settings, 0.5 + 0.5 * (TAU * 2.5 * t).sin());
        chain.set(&settings);
        chain.process(block);
    }
    let left: Vec<f64> = audio[audio.len() - LENGTH..].iter().map(|frame| frame[0]).collect();
    let lines = magnitudes_db(&left);
    let bin_hz = SAMPLE_RATE / LENGTH as f64;
    let tone = lines.iter().fold(-400.0f64, |peak, line| peak.max(*line));
    lines
        .iter()
        .enumerate()
        .map(|(k, line)| (k as f64 * bin_hz, line - tone))
        .filter(|(hz, _)| (hz / TONE_HZ - (hz / TONE_HZ).round()).abs() * TONE_HZ > 200.0)
        .fold((0.0, -400.0), |worst, line| if line.1 > worst.1 { line } else { worst })
}

fn logarithmic(x: f64, low: f64, high: f64) -> f64 {
    low * (high / low).powf(x)
}

fn linear(x: f64, low: f64, high: f64) -> f64 {
    low + (high - low) * x
}

/// Everything off.
fn quiet() -> ChainSettings {
    let mut s = ChainSettings::default();
    s.input_trim.on = false;
    s.limiter.on = false;
    s
}

macro_rules! sweeps {
    ($($name:ident: $peak:expr, $prepare:expr, $set:expr;)*) => {
        $(#[test]
        fn $name() {
            let mut start = quiet();
            let prepare: fn(&mut ChainSettings) = $prepare;
            prepare(&mut start);
            let set: fn(&mut ChainSettings, f64) = $set;
            let (hz, dbc) = worst_line_dbc($peak, &start, set);
            assert!(dbc < -90.0, "{}: a line of {dbc:.1} dBc at {hz:.0} Hz", stringify!($name));
        })*
    };
}

fn bell(s: &mut ChainSettings) {
    s.equalizer.on = true;
    s.equalizer.bands[2].on = true;
    s.equalizer.bands[2].gain_db = 12.0;
    s.equalizer.bands[2].frequency_hz = 1100.0;
}

fn multiband(s: &mut ChainSettings) {
    s.multiband.on = true;
    s.multiband.bands.iter_mut().for_each(|band| band.threshold_db = -40.0);
}

fn glue(s: &mut ChainSettings) {
    s.glue.on = true;
    s.glue.threshold_db = -30.0;
}

fn dynamic_bell(s: &mut ChainSettings) {
    s.dynamic_eq.on = true;
    s.dynamic_eq.bands[2].on = true;
    s.dynamic_eq.bands[2].threshold_db = -40.0;
    s.dynamic_eq.bands[2].frequency_hz = 1200.0;
}

sweeps! {
    input_trim_gain: 0.1, |s| s.input_trim.on = true, |s, x| s.input_trim.gain_db = linear(x, -24.0, 12.0);
    input_trim_balance: 0.1, |s| s.input_trim.on = true, |s, x| s.input_trim.balance = linear(x, -1.0, 1.0);
    equalizer_gain: 0.1, bell, |s, x| s.equalizer.bands[2].gain_db = linear(x, -18.0, 18.0);
    equalizer_frequency: 0.1, bell, |s, x| s.equalizer.bands[2].frequency_hz = logarithmic(x, 300.0, 3000.0);
    equalizer_q: 0.1, bell, |s, x| s.equalizer.bands[2].q = logarithmic(x, 0.3, 6.0);
    equalizer_high_pass: 0.1, |s| {
        bell(s);
        s.equalizer.bands[2].shape = EqualizerShape::HighPass;
    }, |s, x| s.equalizer.bands[2].frequency_hz = logarithmic(x, 20.0, 2000.0);
    dynamic_eq_threshold: 0.1, dynamic_bell, |s, x| s.dynamic_eq.bands[2].threshold_db = linear(x, -60.0, -10.0);
    dynamic_eq_range: 0.1, dynamic_bell, |s, x| s.dynamic_eq.bands[2].range_db = linear(x, -12.0, 12.0);
    dynamic_eq_frequency: 0.1, dynamic_bell, |s, x| s.dynamic_eq.bands[2].frequency_hz = logarithmic(x, 400.0, 3000.0);
    dynamic_eq_q: 0.1, dynamic_bell, |s, x| s.dynamic_eq.bands[2].q = logarithmic(x, 0.3, 5.0);
    multiband_threshold: 0.1, multiband, |s, x| s.multiband.bands[1].threshold_db = linear(x, -60.0, -10.0);
    multiband_makeup: 0.1, multiband, |s, x| s.multiband.bands[1].makeup_db = linear(x, -12.0, 12.0);
    multiband_crossover: 0.1, |s| {
        multiband(s);
        s.multiband.bands[1].makeup_db = 6.0;
    }, |s, x| s.multiband.crossovers_hz[1] = logarithmic(x, 400.0, 4000.0);
    multiband_mix: 0.1, multiband, |s, x| s.multiband.mix = x;
    glue_threshold: 0.1, glue, |s, x| s.glue.threshold_db = linear(x, -50.0, -10.0);
    glue_ratio: 0.1, glue, |s, x| s.glue.ratio = logarithmic(x, 1.0, 20.0);
    glue_knee: 0.1, glue, |s, x| s.glue.knee_db = linear(x, 0.0, 24.0);
    glue_makeup: 0.1, glue, |s, x| s.glue.makeup_db = linear(x, -12.0, 12.0);
    glue_mix: 0.1, glue, |s, x| s.glue.mix = x;
    glue_sidechain: 0.1, glue, |s, x| s.glue.sidechain_high_pass_hz = linear(x, 20.0, 300.0);
    saturator_drive: 0.1, |s| s.saturator.on = true, |s, x| s.saturator.drive_db = linear(x, 0.0, 24.0);
    saturator_mix: 0.1, |s| s.saturator.on = true, |s, x| s.saturator.mix = x;
    saturator_emphasis: 0.1, |s| s.saturator.on = true, |s, x| s.saturator.emphasis_db = linear(x, -6.0, 6.0);
    saturator_mid_side: 0.1, |s| s.saturator.on = true, |s, x| s.saturator.mid_side = linear(x, -1.0, 1.0);
    bass_amount: 0.1, |s| s.bass.on = true, |s, x| s.bass.amount = x;
    bass_corner: 0.1, |s| s.bass.on = true, |s, x| s.bass.device_corner_hz = linear(x, 60.0, 200.0);
    imager_width: 0.1, |s| s.imager.on = true, |s, x| s.imager.width = linear(x, 0.0, 2.0);
    imager_stereoize: 0.1, |s| s.imager.on = true, |s, x| s.imager.stereoize = x;
    imager_rotation: 0.1, |s| s.imager.on = true, |s, x| s.imager.rotation_degrees = linear(x, -45.0, 45.0);
    clipper_threshold: 0.4, |s| s.clipper.on = true, |s, x| s.clipper.threshold_db = linear(x, -12.0, 0.0);
    clipper_knee: 0.4, |s| {
        s.clipper.on = true;
        s.clipper.threshold_db = -10.0;
    }, |s, x| s.clipper.knee = x;
    // Always limiting: where limiting begins the gain has a corner, which is the limiter's and not the parameter's.
    limiter_ceiling: 0.4, |s| s.limiter.on = true, |s, x| s.limiter.ceiling_dbtp = linear(x, -12.0, 0.0);
    limiter_release: 0.4, |s| {
        s.limiter.on = true;
        s.limiter.drive_db = 12.0;
    }, |s, x| s.limiter.release_ms = logarithmic(x, 10.0, 1000.0);
}

#[test]
fn limiter_drive() {
    let mut start = quiet();
    start.limiter.on = true;
    // A tone is steady whatever the drive does: before the drive it is judged, and none of it is clipped.
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        let (hz, dbc) =
            worst_line_dbc_at(quality, 0.4, &start, |s, x| s.limiter.drive_db = linear(x, 9.0, 18.0));
        println!("{quality:?}: {dbc:.1} dBc at {hz:.0} Hz");
        assert!(dbc < -90.0, "{quality:?}: a line of {dbc:.1} dBc at {hz:.0} Hz");
    }
}
