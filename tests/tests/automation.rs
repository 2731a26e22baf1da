//! Every continuous parameter can be swept during playback without zipper noise.
//!
//! How it is measured: `lacquer_tests::sweeps`. The limiter's own are in `limiter.rs`.

use lacquer_dsp::chain::equalizer::EqualizerShape;
use lacquer_dsp::{ChainSettings, Quality};
use lacquer_tests::sweeps::{quiet, tone, worst_line_dbc};

fn logarithmic(x: f64, low: f64, high: f64) -> f64 {
    low * (high / low).powf(x)
}

fn linear(x: f64, low: f64, high: f64) -> f64 {
    low + (high - low) * x
}

macro_rules! sweeps {
    ($($name:ident: $peak:expr, $prepare:expr, $set:expr;)*) => {
        $(#[test]
        fn $name() {
            let mut start = quiet();
            let prepare: fn(&mut ChainSettings) = $prepare;
            prepare(&mut start);
            let set: fn(&mut ChainSettings, f64) = $set;
            let (hz, dbc) = worst_line_dbc(Quality::Standard, tone(1.0, 0.0, [$peak; 2]), &start, set);
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
    }, |s, x| s.multiband.crossover_2_hz = logarithmic(x, 400.0, 4000.0);
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
}
