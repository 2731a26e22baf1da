//! What each stage of the chain did to a mix: loudness, loudness range and width after it, in one pass.

use lacquer_dsp::chain::{ChainListener, StageId};
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::{Chain, ChainSettings, Frame, ProcessSpec};
use lacquer_files::audio::{Programme, push_all};
use std::io;

/// Readings after a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StageReading {
    /// The stage's name, or what else it is.
    pub name: String,
    /// Loudness, LUFS.
    pub integrated_lufs: f64,
    /// Loudness range, LU.
    pub range_lu: f64,
    /// Level of the side against the middle, dB; -infinity in mono.
    pub width_db: f64,
}

/// Loudness and width of a programme that goes by.
struct Tap {
    loudness: Loudness,
    middle: f64,
    side: f64,
}

impl Tap {
    fn new(sample_rate: f64, channels: usize) -> Self {
        Self { loudness: Loudness::new(sample_rate, channels), middle: 0.0, side: 0.0 }
    }

    fn push(&mut self, frames: &[Frame]) {
        self.loudness.push(frames);
        for [left, right] in frames {
            self.middle += (left + right).powi(2);
            self.side += (left - right).powi(2);
        }
    }

    fn reading(&self, name: &str) -> StageReading {
        StageReading {
            name: name.to_owned(),
            integrated_lufs: self.loudness.integrated_lufs(),
            range_lu: self.loudness.range_lu(),
            width_db: 10.0 * (self.side / self.middle).log10(),
        }
    }
}

/// A tap behind each stage that is on.
struct Taps(Vec<(StageId, Tap)>);

impl ChainListener for Taps {
    fn after_stage(&mut self, stage: StageId, frames: &[Frame], _reduction_db: f64) {
        if let Some((_, tap)) = self.0.iter_mut().find(|(id, _)| *id == stage) {
            tap.push(frames);
        }
    }
}

/// Readings of a whole programme.
///
/// # Errors
/// As [`Source::read`](lacquer_dsp::programme::Source::read).
pub fn reading(name: &str, programme: &dyn Programme) -> io::Result<StageReading> {
    let mut tap = Tap::new(f64::from(programme.sample_rate()), programme.channels());
    push_all(programme, |frames| tap.push(frames))?;
    Ok(tap.reading(name))
}

/// Readings behind each stage before the limiter that is on, in order.
///
/// # Errors
/// As [`reading`].
pub fn stages(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    programme: &dyn Programme,
) -> io::Result<Vec<StageReading>> {
    let before = super::before_limiter(settings);
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(&before);
    let taps = on(&before).into_iter().map(|id| (id, Tap::new(spec.sample_rate, spec.channels)));
    let mut taps = Taps(taps.collect());
    if taps.0.is_empty() {
        return Ok(Vec::new());
    }
    let mut frames: Vec<Frame> = Vec::new();
    push_all(programme, |chunk| {
        frames.clear();
        frames.extend_from_slice(chunk);
        chain.process_with(&mut frames, &mut taps);
    })?;
    Ok(taps.0.iter().map(|(id, tap)| tap.reading(id.name())).collect())
}

/// The stages that are on and do something, in the order of the signal.
fn on(settings: &ChainSettings) -> Vec<StageId> {
    let trims = settings.input_trim != ChainSettings::default().input_trim;
    let does = |stage: &StageId| settings.is_on(*stage) && (trims || *stage != StageId::InputTrim);
    StageId::ALL.iter().copied().filter(does).collect()
}
