//! ReplayGain and R128 tags: what a player turns a file by, so that songs, or albums, are equally loud (ReplayGain 2.0, 2014; RFC 7845, section
//! 5.2.1, for Opus).
//!
//! ```text
//! gain = -18 LUFS - integrated loudness (Opus: -23 LUFS, in 256ths of a dB)
//! ```

/// The loudness that ReplayGain 2.0 brings a song to, LUFS.
pub const REFERENCE_LUFS: f64 = -18.0;
/// The loudness that R128 tags bring a song to, LUFS.
pub const R128_LUFS: f64 = -23.0;

/// What is written of a song, or of an album.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Integrated loudness, LUFS; finite.
    pub integrated_lufs: f64,
    /// Highest true peak as an amplitude.
    pub peak: f64,
}

impl Level {
    /// What a player turns it by, dB.
    pub fn gain_db(&self) -> f64 {
        REFERENCE_LUFS - self.integrated_lufs
    }

    /// The gain as ReplayGain writes it: "-3.20 dB".
    pub fn gain_text(&self) -> String {
        format!("{:.2} dB", self.gain_db())
    }

    /// The peak as ReplayGain writes it: "0.988553".
    pub fn peak_text(&self) -> String {
        format!("{:.6}", self.peak)
    }

    /// What a player of Opus turns it by, dB.
    pub fn r128_db(&self) -> f64 {
        R128_LUFS - self.integrated_lufs
    }

    /// The gain as Opus has it, in 256ths of a dB.
    pub fn r128_text(&self) -> String {
        let steps = (self.r128_db() * 256.0).round();
        format!("{}", steps.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16)
    }
}

/// Which gains a file's tags have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Kind {
    /// Gains and peaks of ReplayGain 2.0.
    ReplayGain,
    /// Gains of RFC 7845 without peaks, in Opus.
    R128,
}

impl Kind {
    /// What people call them.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReplayGain => "ReplayGain",
            Self::R128 => "R128",
        }
    }

    /// What a player turns a level by, dB.
    pub fn gain_db(self, level: &Level) -> f64 {
        match self {
            Self::ReplayGain => level.gain_db(),
            Self::R128 => level.r128_db(),
        }
    }

    /// The peak that is written, as an amplitude.
    pub fn peak(self, level: &Level) -> Option<f64> {
        (self == Self::ReplayGain).then_some(level.peak)
    }
}

/// What a file's tags say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplayGain {
    /// Of the song.
    pub track: Level,
    /// Of its album.
    pub album: Option<Level>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_specifications() {
        let level = Level { integrated_lufs: -14.8, peak: 0.9885531 };
        assert_eq!((level.gain_text().as_str(), level.peak_text().as_str()), ("-3.20 dB", "0.988553"));
        assert_eq!(level.r128_text(), "-2099");
        let quiet = Level { integrated_lufs: -40.0, peak: 0.1 };
        assert_eq!((quiet.gain_text().as_str(), quiet.r128_text().as_str()), ("22.00 dB", "4352"));
    }
}
