//! Measurements of whole programmes, with names for machines and for people.

use crate::audio::{Audio, widen};
use lacquer_dsp::Frame;
use lacquer_dsp::metering::true_peak::{HALF, Reference};
use lacquer_dsp::metering::{Measurement, Meter};
use serde::{Deserialize, Serialize};

/// Frames that are measured at a time; the readings do not depend on it.
const CHUNK_FRAMES: usize = 4096;

/// Measures a programme.
pub fn measure(audio: &Audio) -> Measurement {
    let mut meter = Meter::new(f64::from(audio.sample_rate), audio.channels);
    let mut frames: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
    for chunk in audio.frames.chunks(CHUNK_FRAMES) {
        frames.clear();
        frames.extend(chunk.iter().map(widen));
        meter.push(&frames);
    }
    meter.finish()
}

/// Frames that one thread looks at for [`true_peak`].
const STRETCH_FRAMES: usize = 1 << 18;

/// Highest level of the waveform as an amplitude, looked for at 32 points a frame, on every core that there is. Stretches
/// overlap by as far as the interpolation sees, so that the result is the same on one core.
pub fn true_peak(frames: &[[f32; 2]]) -> f64 {
    let reference = Reference::new();
    let sample_peak = frames.as_flattened().iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    let starts: Vec<usize> = (0..frames.len()).step_by(STRETCH_FRAMES).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let peak_from = |start: usize| {
        let from = start.saturating_sub(HALF);
        let to = (start + STRETCH_FRAMES + HALF).min(frames.len());
        let stretch: Vec<Frame> = frames[from..to].iter().map(widen).collect();
        reference.peak(&stretch, f64::from(sample_peak))
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let (starts, peak_from) = (&starts, &peak_from);
                scope.spawn(move || {
                    starts
                        .iter()
                        .skip(worker)
                        .step_by(threads)
                        .map(|start| peak_from(*start))
                        .fold(0.0, f64::max)
                })
            })
            .collect();
        // A worker that panicked has no peak to give: better none than a wrong one.
        workers.into_iter().map(|worker| worker.join().unwrap_or(f64::INFINITY)).fold(0.0, f64::max)
    })
}

/// A measurement as it is printed: levels that do not exist are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// Gated loudness, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Highest loudness of any 400 ms, LUFS.
    pub momentary_max_lufs: Option<f64>,
    /// Highest loudness of any 3 s, LUFS.
    pub short_term_max_lufs: Option<f64>,
    /// Loudness range, LU.
    pub loudness_range_lu: Option<f64>,
    /// True peak, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Sample peak, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// True peak less integrated loudness, dB.
    pub plr_db: Option<f64>,
    /// TT dynamic range, dB.
    pub dynamic_range_db: Option<f64>,
    /// Correlation, -1 to +1.
    pub correlation: Option<f64>,
    /// What the sum to mono loses, dB.
    pub mono_loss_db: Option<f64>,
}

impl From<&Measurement> for Readings {
    fn from(m: &Measurement) -> Self {
        // A thousandth is more than any of them is exact to.
        let shown = |value: f64| value.is_finite().then(|| (value * 1000.0).round() / 1000.0 + 0.0);
        Self {
            integrated_lufs: shown(m.integrated_lufs),
            momentary_max_lufs: shown(m.momentary_max_lufs),
            short_term_max_lufs: shown(m.short_term_max_lufs),
            loudness_range_lu: shown(m.loudness_range_lu),
            true_peak_dbtp: shown(m.true_peak_dbtp),
            sample_peak_dbfs: shown(m.sample_peak_dbfs),
            plr_db: shown(m.plr_db),
            dynamic_range_db: shown(m.dynamic_range_db),
            correlation: shown(m.correlation),
            mono_loss_db: shown(m.mono_loss_db),
        }
    }
}

impl Readings {
    /// Name, value and unit of each reading, with the decimals that mean something.
    pub fn rows(&self) -> [(&'static str, String, &'static str); 10] {
        let text = |value: Option<f64>, decimals: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
        };
        [
            ("Integrated loudness", text(self.integrated_lufs, 1), "LUFS"),
            ("Momentary maximum", text(self.momentary_max_lufs, 1), "LUFS"),
            ("Short-term maximum", text(self.short_term_max_lufs, 1), "LUFS"),
            ("Loudness range", text(self.loudness_range_lu, 1), "LU"),
            ("True peak", text(self.true_peak_dbtp, 2), "dBTP"),
            ("Sample peak", text(self.sample_peak_dbfs, 2), "dBFS"),
            ("Peak to loudness", text(self.plr_db, 1), "dB"),
            ("Dynamic range", text(self.dynamic_range_db, 1), "dB"),
            ("Correlation", text(self.correlation, 2), ""),
            ("Loss in mono", text(self.mono_loss_db, 1), "dB"),
        ]
    }
}
