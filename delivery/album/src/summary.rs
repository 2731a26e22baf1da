//! What is said of the tracks when everything is made, and what to look at.

use super::file::{Album, Join, Mode, Track};
use super::levels::MISSED_LU;
use super::mix_checks::MixCheck;
use super::outputs::Facts;
use super::plan::{Move, Reason, SegmentMove};
use super::report::{CharacterReport, TrackReport};
use super::segment::{Segment, Source};
use super::track_levels::Look;
use super::vinyl::Side;
use std::collections::BTreeSet;

/// Where the tracks' files lie.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Where each begins, s.
    pub starts_s: Vec<f64>,
    /// How long each is, s.
    pub lengths_s: Vec<f64>,
    /// Whether something else sounds in it: what it is crossfaded or joined with.
    pub shares_run: Vec<bool>,
}

/// The tracks' reports, in order.
#[allow(clippy::too_many_arguments)]
pub fn track_reports(
    album: &Album,
    sources: &[Source],
    segments: &[Segment],
    looks: &[Vec<Look>],
    moves: &[SegmentMove],
    characters: Vec<CharacterReport>,
    checks: Vec<MixCheck>,
    facts: &Facts,
    places: &Places,
) -> Vec<TrackReport> {
    let is_equal = album.aim.mode == Mode::Equal;
    let drives: Vec<Move> = segments
        .iter()
        .zip(moves)
        .zip(looks)
        .flat_map(|((segment, of), looks)| drives(segment, of, looks, is_equal))
        .collect();
    let looks: Vec<&Look> = looks.iter().flatten().collect();
    album
        .tracks
        .iter()
        .zip(characters)
        .zip(drives)
        .zip(checks)
        .enumerate()
        .map(|(n, (((track, character), drive), check))| TrackReport {
            number: n + 1,
            title: track.title.clone(),
            performer: track.performer.clone(),
            isrc: facts.codes[n].map(|code| code.to_string()),
            file: track.file.display().to_string(),
            source: sources[n].clone(),
            check,
            preset: track.preset.clone(),
            start_s: places.starts_s[n],
            length_s: places.lengths_s[n],
            before: looks[n].readings,
            after: facts.readings[n],
            drive,
            character,
        })
        .collect()
}

/// The move of a segment for each of its tracks: the rule was the loudest one's, the others go with it.
fn drives(segment: &Segment, of: &SegmentMove, looks: &[Look], is_equal: bool) -> Vec<Move> {
    let lufs =
        |n: usize| looks.get(n).and_then(|look| look.readings.integrated_lufs).unwrap_or(f64::NEG_INFINITY);
    let loudest = (0..looks.len()).max_by(|a, b| lufs(*a).total_cmp(&lufs(*b))).unwrap_or(0);
    segment
        .tracks
        .clone()
        .enumerate()
        .map(|(n, track)| {
            // Where all are to be equal, those that go with the loudest are to be so as well.
            let wanted_lufs = of.wanted_lufs.filter(|_| n == loudest || is_equal);
            let is_met = wanted_lufs
                .is_some_and(|wanted| (lufs(n) - lufs(loudest)).abs() <= MISSED_LU && wanted.is_finite());
            let (reason, sentence) =
                if n == loudest || is_met || matches!(of.reason, Reason::AsIs | Reason::Silent) {
                    (of.reason, of.sentence.clone())
                } else {
                    let leader = segment.tracks.start + loudest + 1;
                    (
                        Reason::Neighbour,
                        format!("The others: no gap lies between, so it moves with track {leader}."),
                    )
                };
            let (gain_db, against_others_db) = (of.gain_db, of.against_others_db);
            Move { track: track + 1, gain_db, against_others_db, wanted_lufs, reason, sentence }
        })
        .collect()
}

/// Tracks that are made of the same bytes: a slip more often than a wish, unless they take different parts.
fn repeated(album: &Album, reports: &[TrackReport]) -> Vec<String> {
    let mut said = Vec::new();
    for (n, (report, track)) in reports.iter().zip(&album.tracks).enumerate() {
        let same = (0..n).find(|earlier| {
            let other = &album.tracks[*earlier];
            let apart = |one: &Track, two: &Track| one.end_s.is_some_and(|end_s| end_s <= two.start_s);
            reports[*earlier].source.sha256 == report.source.sha256
                && !apart(track, other)
                && !apart(other, track)
        });
        if let Some(earlier) = same {
            said.push(format!(
                "Tracks {} and {} are made of the same part of the same file: is one of them another song?",
                earlier + 1,
                n + 1
            ));
        }
    }
    said
}

/// What to look at.
pub fn warnings(album: &Album, segments: &[Segment], tracks: &[TrackReport], sides: &[Side]) -> Vec<String> {
    let mut warnings = Vec::new();
    let rates: BTreeSet<u32> = segments.iter().map(|segment| segment.sample_rate).collect();
    if rates.len() > 1 && album.sample_rate.is_none() {
        let rates: Vec<String> = rates.iter().map(u32::to_string).collect();
        warnings.push(format!(
            "The mixes have different sample rates ({} Hz): ask for one with sample_rate.",
            rates.join(" and ")
        ));
    }
    warnings.extend(repeated(album, tracks));
    for pair in segments.windows(2) {
        if album.tracks[pair[1].tracks.start].join == Join::Gap(0.0) {
            warnings.push(format!(
                "Tracks {} and {} follow without a gap but have different settings, gains or rates: each is processed for itself. Listen to the join.",
                pair[1].tracks.start,
                pair[1].tracks.start + 1
            ));
        }
    }
    warnings.extend(
        sides.iter().flat_map(|side| side.advice.iter().map(|text| format!("Side {}: {text}", side.name))),
    );
    warnings
}
