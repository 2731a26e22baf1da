//! Levels of songs whose mixes share none: their loud parts alike, and quiet songs below.
//!
//! What a mix was exported at says nothing here, so that nothing in this file depends on it: a song is quiet where its loud parts stand
//! further below its own peaks than the album's middle does, as a voice with a guitar does beside a band. The album file's `quiet` has
//! the last word. A quiet song is kept [`LEAST_BELOW_LU`] to [`MOST_BELOW_LU`] below the others: as loud as them it would sound
//! enlarged, and further below somebody would reach for the knob.

use lacquer_dsp::Frame;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_files::audio::{Programme, push_all};
use std::io;

/// How far a quiet song is kept below, LU.
pub const LEAST_BELOW_LU: f64 = 2.0;
/// The same, at most.
pub const MOST_BELOW_LU: f64 = 4.0;
/// How far a song is kept below that the album file calls quiet and nothing else does, LU.
const NAMED_BELOW_LU: f64 = 3.0;
/// How much further below its peaks a song's loud parts stand than the album's middle, from where on it is quiet, dB. Songs of one style
/// differ by less; half of what is more is kept.
const QUIET_DB: f64 = 4.0;
/// Share of a song's seconds that are its loud parts: the upper end of the loudness range (EBU Tech 3342, 95th percentile), so that a
/// single hit is none.
const LOUD_SHARE: f64 = 0.95;
/// What lies further below the loudest 3 s is no part of the song's body, LU (the relative gate of EBU Tech 3342).
const GATE_LU: f64 = 20.0;

/// What is known of a song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Loudness of its loud parts, LUFS.
    pub loud_part_lufs: f64,
    /// Its true peak, dBTP.
    pub true_peak_dbtp: f64,
    /// Whether it is quiet, where somebody says so.
    pub is_quiet: Option<bool>,
}

impl Part {
    fn density_db(&self) -> f64 {
        self.true_peak_dbtp - self.loud_part_lufs
    }
}

/// How far a song's loud parts are kept below the others'.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// So far, LU; 0 for one that is not quiet.
    pub below_lu: f64,
    /// Why.
    pub sentence: String,
}

/// What becomes of each song's loud parts.
pub fn kept_below(parts: &[Part]) -> Vec<Kept> {
    let mut densities: Vec<f64> = parts.iter().map(Part::density_db).filter(|db| db.is_finite()).collect();
    densities.sort_by(f64::total_cmp);
    // With an even number the lower middle: one dense and one quiet song are told apart.
    let middle_db = densities.get((densities.len().max(1) - 1) / 2).copied().unwrap_or(f64::NAN);
    parts
        .iter()
        .map(|part| {
            let more_db = part.density_db() - middle_db;
            let is_sparse = more_db >= QUIET_DB;
            let below_lu = match part.is_quiet {
                Some(false) => 0.0,
                None if !is_sparse => 0.0,
                Some(true) if !is_sparse => NAMED_BELOW_LU,
                _ => (0.5 * more_db).clamp(LEAST_BELOW_LU, MOST_BELOW_LU),
            };
            let sentence = if below_lu == 0.0 {
                "The loud parts: as loud as the others'.".to_owned()
            } else if is_sparse {
                format!(
                    "A quiet song: its loud parts stand {:.1} dB under its peaks, {more_db:.1} dB more than the album's middle, and are kept {below_lu:.1} LU below the others'.",
                    part.density_db()
                )
            } else {
                format!("A quiet song, as the album file says: its loud parts are kept {below_lu:.1} LU below the others'.")
            };
            Kept { below_lu, sentence }
        })
        .collect()
}

/// Measures the loudness of a programme's loud parts: of its 3 s, a second apart, the 95th percentile of those that are no silence. That of
/// the whole where it is too short for that.
pub struct LoudPartMeter {
    meter: Loudness,
    second: usize,
    /// Frames until the next second is full.
    left: usize,
    seconds: usize,
    levels: Vec<f64>,
}

impl LoudPartMeter {
    /// For `channels` (1 or 2) at `sample_rate` hertz.
    pub fn new(sample_rate: u32, channels: usize) -> Self {
        let second = (sample_rate as usize).max(1);
        let meter = Loudness::new(f64::from(sample_rate), channels);
        Self { meter, second, left: second, seconds: 0, levels: Vec::new() }
    }

    /// Takes the next frames, any number.
    pub fn push(&mut self, mut frames: &[Frame]) {
        while !frames.is_empty() {
            let (now, rest) = frames.split_at(self.left.min(frames.len()));
            self.meter.push(now);
            self.left -= now.len();
            frames = rest;
            if self.left == 0 {
                self.left = self.second;
                self.seconds += 1;
                if self.seconds >= 3 {
                    self.levels.push(self.meter.short_term_lufs());
                }
            }
        }
    }

    /// Gated loudness of the whole, LUFS.
    pub fn integrated_lufs(&self) -> f64 {
        self.meter.integrated_lufs()
    }

    /// Loudness of the loud parts, LUFS; none of silence.
    pub fn loud_part_lufs(&self) -> Option<f64> {
        let highest = self.levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut levels: Vec<f64> =
            self.levels.iter().copied().filter(|lufs| *lufs > highest - GATE_LU).collect();
        levels.sort_by(f64::total_cmp);
        let found = match levels.len() {
            0 => self.meter.integrated_lufs(),
            count => levels[((count - 1) as f64 * LOUD_SHARE).round() as usize],
        };
        found.is_finite().then(|| (found * 1000.0).round() / 1000.0)
    }
}

/// As [`LoudPartMeter`], of a whole programme.
///
/// # Errors
/// As [`Source::read`](lacquer_dsp::programme::Source::read).
pub fn loud_part_lufs(programme: &dyn Programme) -> io::Result<Option<f64>> {
    let mut meter = LoudPartMeter::new(programme.sample_rate(), 2);
    push_all(programme, |frames| meter.push(frames))?;
    Ok(meter.loud_part_lufs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_files::Audio;

    fn part(loud_part_lufs: f64, true_peak_dbtp: f64) -> Part {
        Part { loud_part_lufs, true_peak_dbtp, is_quiet: None }
    }

    #[test]
    fn a_quiet_song_is_told_by_itself_and_not_by_its_level() {
        // A band three times, and a voice with a guitar, each at any level.
        for shift_db in [0.0, -14.0] {
            let parts = [
                part(-12.0, -1.0),
                part(-18.0, -6.5),
                part(-26.0 + shift_db, -9.0 + shift_db),
                part(-9.0, 1.0),
            ];
            let kept = kept_below(&parts);
            let below: Vec<f64> = kept.iter().map(|kept| kept.below_lu).collect();
            assert_eq!(below, [0.0, 0.0, 3.0, 0.0]);
            assert!(
                kept[2].sentence.contains("17.0 dB under its peaks, 6.0 dB more"),
                "{}",
                kept[2].sentence
            );
        }
        let most = kept_below(&[part(-12.0, -1.0), part(-12.0, -1.0), part(-30.0, 0.0)]);
        assert_eq!(most[2].below_lu, MOST_BELOW_LU);
    }

    #[test]
    fn whoever_names_a_quiet_song_has_it() {
        let mut parts = [part(-12.0, -1.0), part(-12.0, -1.0), part(-26.0, -9.0)];
        parts[2].is_quiet = Some(false);
        parts[1].is_quiet = Some(true);
        let below: Vec<f64> = kept_below(&parts).iter().map(|kept| kept.below_lu).collect();
        assert_eq!(below, [0.0, NAMED_BELOW_LU, 0.0]);
        assert!(kept_below(&[]).is_empty());
    }

    #[test]
    fn loud_parts_are_those_of_the_chorus() {
        // 40 s at one level, 40 s 10 dB louder, one hit of 0.1 s, which is in three of the 3 s.
        let rate = 8000u32;
        let tone = |n: u32| {
            let level = if n / rate < 40 { 0.05 } else { 0.158 };
            let hit = if (100_000..100_800).contains(&n) { 0.9 } else { level };
            [(hit * (f64::from(n) * 0.3).sin()) as f32; 2]
        };
        let frames: Vec<[f32; 2]> = (0..80 * rate).map(tone).collect();
        let loud_part_lufs = |frames: &[[f32; 2]]| {
            let audio = Audio { sample_rate: rate, channels: 2, frames: frames.to_vec() };
            super::loud_part_lufs(&audio).unwrap()
        };
        let chorus = loud_part_lufs(&frames[60 * rate as usize..]).unwrap();
        let found = loud_part_lufs(&frames).unwrap();
        assert!((found - chorus).abs() < 0.1, "{found} LUFS, the chorus has {chorus}");
        assert_eq!(loud_part_lufs(&frames[..0]), None);
        assert_eq!(loud_part_lufs(&vec![[0.0; 2]; 40_000]), None);
    }
}
