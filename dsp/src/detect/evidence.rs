//! What is handed to every detector when it is asked: the measurement, the spectrum and more of everything so far, and words for times and counts.

use super::codec_grid::Trace;
use super::detector::Programme;
use super::places::Hits;
use crate::metering::Measurement;
use crate::metering::spectrum::Spectrum;

/// What is known of a programme so far, or of the whole; made by [`super::analysis`].
pub(super) struct Evidence<'a> {
    /// What was known before.
    pub programme: Programme,
    /// Frames so far.
    pub frames: u64,
    /// Whether it is to be cut on vinyl.
    pub is_cut: bool,
    /// Whether the programme has ended, so that its tail is known.
    pub ended: bool,
    /// Of everything so far.
    pub measurement: Measurement,
    /// Mean spectrum of everything so far.
    pub spectrum: &'a Spectrum,
    /// Bits that its words use; none where it uses whatever it has.
    pub true_bits: Option<u32>,
    /// Samples that are no numbers, those in the hop under way among them.
    pub no_numbers: &'a Hits,
    /// Levels of the waveform above full scale, also between the samples, dBTP.
    pub overs: &'a Hits,
    /// Sure flat tops a second, both channels together.
    pub flat_tops_per_s: f64,
    /// The grid of a lossy encoder, which may be a hint; looked for once, at the end.
    pub codec_trace: Option<Trace>,
}

impl Evidence<'_> {
    /// Length of frames in seconds.
    pub fn seconds(&self, frames: u64) -> f64 {
        self.programme.seconds(frames)
    }

    /// A place in time as minutes and seconds.
    pub fn time(&self, frame: u64) -> String {
        let hundredths = (self.seconds(frame) * 100.0).floor() as u64;
        format!("{}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
    }

    /// Whether the spectrum has heard enough to speak for the programme.
    pub fn has_spectrum(&self) -> bool {
        // Sixteen transforms at 75 % overlap: the median of a band is then within a decibel.
        self.frames >= 5 * self.spectrum.length() as u64 && self.measurement.sample_peak_dbfs > -60.0
    }
}

/// A count with its noun, whose plural ends in s.
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Level of a power in dB, -200 at the least.
pub(super) fn power_db(power: f64) -> f64 {
    10.0 * power.max(1e-20).log10()
}

/// A frequency as people write it.
pub(super) fn hertz(hz: f64) -> String {
    if hz < 1000.0 { format!("{hz:.0} Hz") } else { format!("{:.1} kHz", hz / 1000.0) }
}

/// The name of a channel.
pub(super) fn side(c: usize) -> &'static str {
    if c == 0 { "left" } else { "right" }
}
