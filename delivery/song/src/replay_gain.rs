//! Measures songs and albums for ReplayGain and R128 tags ([`lacquer_files::replay_gain`]). An album is gated as one programme, at whatever
//! rates its songs are.

use lacquer_dsp::Frame;
use lacquer_dsp::metering::Meter;
use lacquer_dsp::metering::histogram::Histograms;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_files::audio::widen;
use lacquer_files::decode::{Limits, Reader};
use lacquer_files::error::Error;
use lacquer_files::replay_gain::Level;
use std::path::Path;
use std::sync::Arc;

/// An album whose songs are measured one after the other or side by side.
#[derive(Debug, Default)]
pub struct Album {
    histograms: Arc<Histograms>,
}

impl Album {
    /// Its level, with the highest peak of its songs; none of silence.
    pub fn level(&self, songs: impl IntoIterator<Item = Level>) -> Option<Level> {
        let integrated_lufs = self.histograms.integrated_lufs();
        let peak = songs.into_iter().map(|song| song.peak).fold(0.0, f64::max);
        integrated_lufs.is_finite().then_some(Level { integrated_lufs, peak })
    }
}

/// Measures a file, for itself and as a part of an album. None of silence, and of what is shorter than 0.4 s.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next_block`], and if the file is not whole.
pub fn measure(
    path: &Path,
    limits: &Limits,
    album: &Album,
    progress: &dyn Fn(f64),
) -> Result<Option<Level>, Error> {
    let mut reader = Reader::open(path, limits)?;
    let (rate, channels) = (f64::from(reader.sample_rate()), reader.channels());
    let mut own = Meter::new(rate, channels);
    let mut shared = Loudness::over(rate, channels, album.histograms.clone());
    let mut block = Vec::new();
    let mut frames: Vec<Frame> = Vec::new();
    while reader.next_block(&mut block)? {
        frames.clear();
        frames.extend(block.iter().map(widen));
        own.push(&frames);
        shared.push(&frames);
        progress(reader.progress());
    }
    reader.require_whole()?;
    let found = own.finish();
    let peak = 10f64.powf(found.true_peak_dbtp / 20.0);
    let integrated_lufs = found.integrated_lufs;
    Ok(integrated_lufs.is_finite().then_some(Level { integrated_lufs, peak }))
}
