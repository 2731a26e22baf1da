//! What of a release needs a person before it is sent out: what was asked for and is not so. A warning is worth a look; a finding makes
//! the command end with 1, unless the album file accepts it.

use super::file::Album;
use lacquer_dsp::detect::Check;
use serde::Serialize;

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
