//! Tracks whose master is not as loud as was asked for, or goes over the ceiling.

use super::file::{Album, Mode};
use super::findings::{Finding, Kind};
use super::plan::Reason;
use super::report::TrackReport;

/// A miss of a level that is a finding, LU: twice what a readout shows.
pub const MISSED_LU: f64 = 0.2;
/// A peak over the ceiling that is a finding, dB: what the meter and the last look may differ by.
const OVER_DB: f64 = 0.05;

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
