//! The peers that stand beside Lacquer's stages, each at the settings that do the like work. Debian's packages: lsp-plugins-lv2,
//! calf-plugins, x42-plugins, zam-plugins.

use crate::lv2::{Message, Slot};
use lacquer_dsp::chain::equalizer::{EqualizerBand, EqualizerSettings, EqualizerShape};

const LSP: &str = "http://lsp-plug.in/plugins/lv2/";
const CALF: &str = "http://calf.sourceforge.net/plugins/";
const X42: &str = "http://gareus.org/oss/lv2/";
/// -1 dBFS, the ceiling of every limiter here.
const CEILING: f32 = 0.891_250_9;
/// Centres of the eight bells.
const BELLS_HZ: [f32; 8] = [60.0, 150.0, 400.0, 1000.0, 2500.0, 5000.0, 9000.0, 15000.0];

/// A plugin with its controls set.
pub fn slot(plugin: String, controls: &[(&str, f32)]) -> Slot {
    let controls = controls.iter().map(|(symbol, value)| (symbol.to_string(), *value)).collect();
    Slot { uri: plugin, controls, messages: Vec::new() }
}

/// Eight bells of +-3 dB, Lacquer's.
pub fn bells() -> EqualizerSettings {
    let mut settings = EqualizerSettings { on: true, ..EqualizerSettings::default() };
    for (n, (band, hz)) in settings.bands.iter_mut().zip(BELLS_HZ).enumerate() {
        let gain_db = if n % 2 == 0 { 3.0 } else { -3.0 };
        *band = EqualizerBand {
            on: true,
            shape: EqualizerShape::Bell,
            frequency_hz: f64::from(hz),
            gain_db,
            q: 1.0,
            ..EqualizerBand::default()
        };
    }
    settings
}

/// The same of LSP's; `mode` 0 is recursive, 2 linear phase by FFT.
pub fn lsp_equalizer(mode: f32) -> Slot {
    let mut slot = slot(format!("{LSP}para_equalizer_x16_stereo"), &[("mode", mode)]);
    for (n, hz) in BELLS_HZ.into_iter().enumerate() {
        let gain = 10f32.powf(if n % 2 == 0 { 3.0 } else { -3.0 } / 20.0);
        for (symbol, value) in [("ft", 1.0), ("fm", 0.0), ("s", 0.0), ("f", hz), ("g", gain), ("q", 1.0)] {
            slot.controls.push((format!("{symbol}_{n}"), value));
        }
    }
    slot
}

/// Four bands at 3:1 from -20 dB; `mode` 0 is classic, 1 modern.
pub fn lsp_multiband(mode: f32) -> Slot {
    let mut slot = slot(
        format!("{LSP}mb_compressor_stereo"),
        &[
            ("mode", mode),
            ("ife_l", 0.0),
            ("ofe_l", 0.0),
            ("ife_r", 0.0),
            ("ofe_r", 0.0),
            ("cbe_1", 1.0),
            ("cbe_2", 0.0),
            ("cbe_3", 1.0),
            ("cbe_4", 0.0),
            ("cbe_5", 1.0),
            ("cbe_6", 0.0),
            ("cbe_7", 0.0),
            ("sf_1", 120.0),
            ("sf_3", 1000.0),
            ("sf_5", 6000.0),
        ],
    );
    for n in 0..8 {
        for (symbol, value) in [("al", 0.1), ("cr", 3.0), ("at", 10.0), ("rt", 120.0), ("sla", 0.0)] {
            slot.controls.push((format!("{symbol}_{n}"), value));
        }
    }
    slot
}

/// A stereo compressor at 3:1 from -20 dB.
pub fn lsp_compressor() -> Slot {
    slot(format!("{LSP}compressor_stereo"), &[("al", 0.1), ("cr", 3.0), ("at", 10.0), ("rt", 120.0)])
}

/// A limiter with 5 ms of look-ahead; `oversampling` 16 is four times with long filters.
pub fn lsp_limiter(oversampling: f32) -> Slot {
    slot(
        format!("{LSP}limiter_stereo"),
        &[
            ("ovs", oversampling),
            ("lk", 5.0),
            ("mode", 0.0),
            ("at", 5.0),
            ("rt", 5.0),
            ("th", CEILING),
            ("boost", 0.0),
            ("alr", 0.0),
        ],
    )
}

/// A spectrum of both channels.
pub fn lsp_analyser() -> Slot {
    slot(format!("{LSP}spectrum_analyzer_x2"), &[("on_0", 1.0), ("on_1", 1.0), ("tol", 2.0), ("mode", 1.0)])
}

/// A saturator without oversampling.
pub fn calf_saturator() -> Slot {
    slot(format!("{CALF}Saturator"), &[("drive", 2.0), ("blend", 0.0), ("pre", 1.0), ("post", 1.0)])
}

/// Width and base.
pub fn calf_stereo() -> Slot {
    slot(format!("{CALF}StereoTools"), &[("slev", 1.2), ("stereo_base", 0.2)])
}

/// Eight bells.
pub fn calf_equalizer() -> Slot {
    let mut slot = slot(format!("{CALF}Equalizer12Band"), &[]);
    for (n, hz) in BELLS_HZ.into_iter().enumerate() {
        let level = if n % 2 == 0 { 1.41 } else { 0.708 };
        for (symbol, value) in [("active", 1.0), ("level", level), ("freq", hz), ("q", 1.0)] {
            slot.controls.push((format!("p{}_{symbol}", n + 1), value));
        }
    }
    slot
}

/// Four bands at 3:1 from -20 dB, split eighth order.
pub fn calf_multiband() -> Slot {
    let mut slot = slot(format!("{CALF}MultibandCompressor"), &[("mode", 1.0)]);
    for n in 0..4 {
        for (symbol, value) in
            [("threshold", 0.1), ("ratio", 3.0), ("attack", 10.0), ("release", 120.0), ("bypass", 0.0)]
        {
            slot.controls.push((format!("{symbol}{n}"), value));
        }
    }
    slot
}

/// A limiter in four times the rate.
pub fn calf_limiter() -> Slot {
    slot(
        format!("{CALF}Limiter"),
        &[
            ("limit", CEILING),
            ("attack", 5.0),
            ("release", 50.0),
            ("oversampling", 4.0),
            ("auto_level", 0.0),
            ("level_in", 1.0),
        ],
    )
}

/// A true-peak limiter, driven by `drive_db`.
pub fn x42_limiter(drive_db: f32) -> Slot {
    slot(
        format!("{X42}dpl#stereo"),
        &[("gain", drive_db), ("threshold", -1.0), ("release", 0.01), ("truepeak", 1.0)],
    )
}

/// EBU R 128 with true peak: it starts, and measures peaks, on a message.
pub fn x42_loudness() -> Slot {
    let meters = format!("{X42}meters#");
    let message = |key: i32, value: f32| Message {
        kind: format!("{meters}metercfg"),
        whole: (format!("{meters}controlkey"), key),
        real: (format!("{meters}controlval"), value),
    };
    Slot { messages: vec![message(1, 1.0), message(7, 72.0)], ..slot(format!("{meters}EBUr128"), &[]) }
}

/// LSP's equaliser, multiband compressor, limiter and analyser with Calf's saturator and stereo tools and x42's meter: the best
/// that Debian has for the whole of a master bus.
pub fn chain_lsp() -> Vec<Slot> {
    vec![
        lsp_equalizer(0.0),
        lsp_multiband(1.0),
        calf_saturator(),
        calf_stereo(),
        lsp_limiter(16.0),
        x42_loudness(),
        lsp_analyser(),
    ]
}

/// The same of Calf's.
pub fn chain_calf() -> Vec<Slot> {
    vec![
        calf_equalizer(),
        calf_multiband(),
        calf_saturator(),
        calf_stereo(),
        calf_limiter(),
        x42_loudness(),
        lsp_analyser(),
    ]
}
