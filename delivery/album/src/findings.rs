//! What of a release needs a person before it is sent out: what was asked for and is not so. A warning is worth a look; a finding makes
//! the command end with 1, unless the album file accepts it.

use super::file::{Album, Mode};
use super::plan::Reason;
use super::report::TrackReport;
use lacquer_dsp::detect::Check;
use serde::Serialize;

/// A miss of a level that is a finding, LU: twice what a readout shows.
pub const MISSED_LU: f64 = 0.2;
/// A peak over the ceiling that is a finding, dB: what the meter and the last look may differ by.
const OVER_DB: f64 = 0.05;

/// What can be found in a release, beside what the check finds in a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A track misses its loudness.
    Loudness,
    /// A true peak is over the ceiling.
    TruePeak,
    /// A track has no sound.
    Silence,
    /// A lossy file decodes over full scale.
    CodecOvers,
    /// An output was not made.
    Output,
    /// The cover is not what shops take.
    Cover,
    /// A mix is sent back.
    Mix,
}

impl Kind {
    /// Every kind that an album file may accept by its name.
    const NAMED: [Self; 6] =
        [Self::Loudness, Self::TruePeak, Self::Silence, Self::CodecOvers, Self::Output, Self::Cover];

    /// Its id in reports and in `accept`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Loudness => "loudness",
            Self::TruePeak => "true_peak",
            Self::Silence => "silence",
            Self::CodecOvers => "codec_overs",
            Self::Output => "output",
            Self::Cover => "cover",
            Self::Mix => "mix",
        }
    }
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The track's number, from 1; none where it is the whole release's.
    pub track: Option<usize>,
    /// What was found, and what stands in the way.
    pub text: String,
    /// Whether somebody has accepted it.
    pub is_accepted: bool,
}

impl Finding {
    /// A finding that nobody has accepted yet.
    pub fn new(kind: Kind, track: Option<usize>, text: String) -> Self {
        Self { kind, track, text, is_accepted: false }
    }
}

/// Every id that may be accepted: those of the check, and those of a release.
pub fn known() -> impl Iterator<Item = &'static str> {
    Check::ALL.iter().map(|check| check.id()).chain(Kind::NAMED.iter().map(|kind| kind.id()))
}

/// The id that somebody means: itself, or a word that one id alone has in it, as `delay`.
pub fn id_of(text: &str) -> Option<&'static str> {
    let wanted = text.trim().to_lowercase().replace([' ', '-'], "_");
    if let Some(id) = known().find(|id| *id == wanted) {
        return Some(id);
    }
    let mut having = known().filter(|id| !wanted.is_empty() && id.split('_').any(|word| word == wanted));
    having.next().filter(|_| having.next().is_none())
}

/// Marks what the album file accepts.
pub fn accept(album: &Album, anyway: bool, findings: &mut [Finding]) {
    for finding in findings {
        let id = finding.kind.id();
        let of_track = finding.track.and_then(|number| album.tracks.get(number.wrapping_sub(1)));
        finding.is_accepted |=
            anyway || album.accept.contains(id) || of_track.is_some_and(|track| track.accept.contains(id));
    }
}

/// What misses its level, and what is over the ceiling. `shares_run` says of each track whether something else sounds in it.
pub fn levels(album: &Album, tracks: &[TrackReport], shares_run: &[bool]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (n, track) in tracks.iter().enumerate() {
        let add = |kind, text| Finding::new(kind, Some(track.number), text);
        let Some(found) = track.after.integrated_lufs else {
            findings
                .push(add(Kind::Silence, "Silent, or shorter than 0.4 s: it has no loudness.".to_owned()));
            continue;
        };
        let ceiling = album.aim.ceiling_dbtp;
        if let Some(peak) = track.after.true_peak_dbtp.filter(|peak| *peak > ceiling + OVER_DB) {
            let text = format!(
                "Its true peak is {peak:.2} dBTP, over the ceiling of {ceiling:.2}; lower loudness.target."
            );
            findings.push(add(Kind::TruePeak, text));
        }
        let Some(wanted) = track.drive.wanted_lufs.filter(|wanted| (found - wanted).abs() > MISSED_LU) else {
            continue;
        };
        let why = match track.drive.reason {
            Reason::Cap | Reason::Ceiling => track.drive.sentence.clone(),
            Reason::Neighbour if album.aim.mode == Mode::Equal => {
                format!("{} Give it a gap, or loudness.mode = \"album\".", track.drive.sentence)
            }
            _ if shares_run.get(n).copied().unwrap_or(false) => {
                "What it is crossfaded or joined with sounds in it as well; a gain_db of its own moves it."
                    .to_owned()
            }
            _ => "The search for its drive ended there; give another loudness.target.".to_owned(),
        };
        findings.push(add(Kind::Loudness, format!("{found:.1} LUFS instead of {wanted:.1}. {why}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_may_be_named_by_a_word_of_its_own() {
        assert_eq!(id_of("delay"), Some("channel_delay"));
        assert_eq!(id_of("Channel delay"), Some("channel_delay"));
        assert_eq!(id_of("clipping"), Some("clipping"), "not hidden_clipping");
        assert_eq!(id_of("overs"), None, "three ids have it");
        assert_eq!(id_of("loudness"), Some("loudness"));
        assert_eq!((id_of("everything"), id_of("")), (None, None));
        for id in known() {
            assert_eq!(id_of(id), Some(id));
        }
    }
}
