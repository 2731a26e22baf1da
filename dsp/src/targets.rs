//! Delivery targets as data: one row a target, with its source and how sure it is.
//!
//! `read` says when the row was last compared with its source; platforms change their rules without notice.

mod table;

pub use table::{DISTRIBUTOR, TARGETS};

use crate::drive::LOUDNESS_TOLERANCE_LU;

/// What a platform does to a master that is quieter than its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quieter {
    /// It stays as it is.
    Kept,
    /// It is turned up as far as its true peaks allow.
    RaisedToPeak,
    /// It is turned up in full, through the platform's own limiter.
    RaisedThroughLimiter,
    /// There is no level, or nothing is published.
    Unspecified,
}

/// What becomes of a master that misses a target's loudness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// It is played all the same, turned or as it is.
    Played,
    /// It is refused: a delivery specification.
    Rejected,
}

/// What is normalised together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// Each track for itself.
    Track,
    /// An album keeps its tracks' differences.
    Album,
    /// Nothing is normalised, or nothing is published.
    Unspecified,
}

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// A published standard.
    Standard,
    /// The platform's own publication.
    Official,
    /// Measured or reported by others.
    Secondary,
    /// What is customary; no rule stands behind it.
    Custom,
}

/// The sample rate that a target takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// This one, hertz.
    Fixed(u32),
    /// The mix's own up to this one, hertz; a half or a quarter of a higher one.
    UpTo(u32),
}

impl Rate {
    /// The rate that a mix of `mix_hz` hertz is delivered at, hertz. Nothing is converted upwards but to a fixed rate.
    pub fn of(self, mix_hz: u32) -> u32 {
        match self {
            Self::Fixed(hz) => hz,
            Self::UpTo(most_hz) => {
                let mut hz = mix_hz;
                while hz > most_hz && hz.is_multiple_of(2) {
                    hz /= 2;
                }
                hz.min(most_hz)
            }
        }
    }
}

/// The file that a target takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Its sample rate.
    pub rate: Rate,
    /// Its word length, bits; shorter words than the chain's are dithered.
    pub bits: u32,
}

/// A loudness of one's own says nothing of the file: whatever rate there is stays.
const OWN: Form = Form { rate: Rate::UpTo(u32::MAX), bits: 24 };

/// A delivery target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Its name in settings and on the command line, for ever.
    pub id: &'static str,
    /// Its name as people know it.
    pub name: &'static str,
    /// Integrated loudness that it plays at, LUFS; none where nothing is normalised.
    pub integrated_lufs: Option<f64>,
    /// Deviation from that loudness that it accepts, LU.
    pub tolerance_lu: f64,
    /// Highest true peak that it asks for, dBTP.
    pub true_peak_dbtp: f64,
    /// The file that it takes.
    pub form: Form,
    /// What it does to quieter masters.
    pub quieter: Quieter,
    /// What becomes of masters beyond its tolerance.
    pub miss: Miss,
    /// What it normalises together.
    pub together: Together,
    /// How sure this is.
    pub confidence: Confidence,
    /// Where it is from.
    pub source: &'static str,
    /// When that was read, year and month.
    pub read: &'static str,
}

/// The ids that may be named, for a message.
pub fn known() -> String {
    let ids: Vec<&str> = TARGETS.iter().chain([&DISTRIBUTOR]).map(|target| target.id).collect();
    ids.join(", ")
}

/// Loudness above which a master is a loud one, LUFS: where Spotify's advice changes. What is as near to it as a search for the drive
/// comes ([`LOUDNESS_TOLERANCE_LU`]) lies on it.
const LOUD_LUFS: f64 = -14.0;

/// Whether a master of this loudness in LUFS is a loud one: lossy encoders get less room from it.
pub fn is_loud(integrated_lufs: f64) -> bool {
    integrated_lufs > LOUD_LUFS + LOUDNESS_TOLERANCE_LU
}

impl Target {
    /// True peaks in dBTP that it asks for: of any master, and of one that [`is_loud`], from which Spotify asks for 1 dB more room. Infinite
    /// where that is the same.
    pub fn asked_dbtp(&self) -> [f64; 2] {
        let of_loud = if self.id.starts_with("spotify") { self.true_peak_dbtp - 1.0 } else { f64::INFINITY };
        [self.true_peak_dbtp, of_loud]
    }

    /// True peak in dBTP that it asks for from a master that is as loud as it plays: the ceiling of one that is made for it.
    pub fn ceiling_dbtp(&self) -> f64 {
        let [of_any_dbtp, of_loud_dbtp] = self.asked_dbtp();
        if self.integrated_lufs.is_some_and(is_loud) { of_any_dbtp.min(of_loud_dbtp) } else { of_any_dbtp }
    }

    /// A target of one's own.
    pub fn custom(integrated_lufs: f64, true_peak_dbtp: f64) -> Self {
        Self {
            id: "custom",
            name: "Custom",
            integrated_lufs: Some(integrated_lufs),
            tolerance_lu: 0.5,
            true_peak_dbtp,
            form: OWN,
            quieter: Quieter::Unspecified,
            miss: Miss::Played,
            together: Together::Unspecified,
            confidence: Confidence::Custom,
            source: "your own",
            read: "",
        }
    }

    /// What it is saved as: its id, and what is its own in a custom one.
    pub fn to_text(&self) -> String {
        match (self.id, self.integrated_lufs) {
            ("custom", Some(lufs)) => format!("custom:{lufs}:{}", self.true_peak_dbtp),
            _ => self.id.to_owned(),
        }
    }

    /// What was saved; none if it cannot be read.
    pub fn from_text(text: &str) -> Option<Self> {
        if let Some(values) = text.strip_prefix("custom:") {
            let (lufs, peak) = values.split_once(':')?;
            let (lufs, peak) = (lufs.parse::<f64>().ok()?, peak.parse::<f64>().ok()?);
            let good = (-60.0..=0.0).contains(&lufs) && (-20.0..=0.0).contains(&peak);
            return good.then(|| Self::custom(lufs, peak));
        }
        find(text).copied()
    }
}

/// The target of an id or a name, whatever its capitals, spaces and dashes.
pub fn find(id_or_name: &str) -> Option<&'static Target> {
    let key = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let wanted = key(id_or_name);
    TARGETS.iter().chain([&DISTRIBUTOR]).find(|target| key(target.id) == wanted || key(target.name) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_says_what_file_it_takes() {
        let of = |id: &str, mix_hz: u32| find(id).map(|row| (row.form.rate.of(mix_hz), row.form.bits));
        assert_eq!(of("cd", 96_000), Some((44_100, 16)));
        assert_eq!(of("ebu_r128", 44_100), Some((48_000, 24)));
        assert_eq!(of("distributor", 192_000), Some((96_000, 24)));
        assert_eq!(of("Distributor", 352_800), Some((88_200, 24)));
        assert_eq!(of("spotify", 44_100), Some((44_100, 24)));
        assert_eq!(Target::custom(-12.0, -1.0).form.rate.of(384_000), 384_000);
        assert!(known().ends_with("vinyl, distributor"));
    }

    #[test]
    fn targets_are_found_by_id_and_name() {
        for target in TARGETS {
            assert_eq!(find(target.id), Some(target));
            assert_eq!(find(&target.name.to_uppercase()), Some(target));
            assert!(target.true_peak_dbtp <= -0.3 && target.integrated_lufs.is_none_or(|lufs| lufs < -5.0));
            assert!(TARGETS.iter().filter(|other| other.id == target.id).count() == 1, "{} twice", target.id);
        }
        let rejecting: Vec<&str> =
            TARGETS.iter().filter(|target| target.miss == Miss::Rejected).map(|target| target.id).collect();
        assert_eq!(rejecting, ["ebu_r128", "atsc_a85", "netflix"], "broadcasters refuse, players turn");
        assert!(find("nowhere").is_none());
        for target in TARGETS.iter().copied().chain([Target::custom(-11.5, -0.8)]) {
            assert_eq!(Target::from_text(&target.to_text()), Some(target));
        }
        for bad in ["custom:", "custom:-12", "custom:12:-1", "custom:nan:-1", "nowhere"] {
            assert_eq!(Target::from_text(bad), None, "{bad}");
        }
    }
}
