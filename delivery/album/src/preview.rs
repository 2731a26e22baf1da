//! What an album would become, without rendering anything: levels, moves, lengths, files and their sizes.
//!
//! The plan is the release's own (`plan.rs`), over the mixes as they came and with a limiter that costs no loudness: stages before the
//! limiter, and its work, move the drives by some tenths of a decibel. What a mix is sent back for is not looked for here.

use super::cache::{self, Cache};
use super::error::AlbumError;
use super::file::{Album, Join, Output};
use super::findings::Finding;
use super::outputs::{available, names, variant};
use super::plan::{Level, Plan, Reason, plan};
use super::segment::{Source, inspect, measured, segments};
use super::timeline::lay_out;
use super::{Progress, discs, main_rate, side_by_side};
use serde::Serialize;
use std::convert::Infallible;
use std::path::Path;

/// Bytes of tags and heads of a file, about.
const HEAD_BYTES: f64 = 2000.0;
/// What FLAC leaves of 24 bits of music, about; what Opus and Vorbis take a second at their settings, bytes.
const FLAC_SHARE: f64 = 0.68;
const OPUS_BYTES_A_SECOND: f64 = 16_000.0;
const VORBIS_BYTES_A_SECOND: f64 = 32_000.0;
const MP3_BYTES_A_SECOND: f64 = 40_000.0;

/// A track as it would be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackPreview {
    /// Its number, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Loudness of the mix, LUFS.
    pub mix_lufs: Option<f64>,
    /// Loudness of its loud parts, LUFS.
    pub loud_part_lufs: Option<f64>,
    /// True peak of the mix, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// The loudness that it would have, LUFS.
    pub wanted_lufs: Option<f64>,
    /// Drive into the limiter, about, dB.
    pub gain_db: f64,
    /// Which rule sets it.
    pub reason: Reason,
    /// The rule in words.
    pub sentence: String,
    /// Length of its file, s.
    pub length_s: f64,
}

/// An output as it would be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutputPreview {
    /// Which one.
    pub output: Output,
    /// Its files, below the release's folder; those of a record's sides are not known yet.
    pub files: Vec<String>,
    /// Their bytes together, about.
    pub about_bytes: u64,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The album's title.
    pub title: String,
    /// Whose album it is.
    pub artist: String,
    /// Sample rate of its files, hertz.
    pub sample_rate_hz: u32,
    /// Length of the programme with its gaps, s.
    pub length_s: f64,
    /// How the levels are found, in words.
    pub levels: String,
    /// The tracks.
    pub tracks: Vec<TrackPreview>,
    /// The outputs.
    pub outputs: Vec<OutputPreview>,
    /// What would not be made.
    pub findings: Vec<Finding>,
}

/// Looks at an album. What is measured of the mixes is kept for the release in `out`, where one is named.
///
/// # Errors
/// [`AlbumError`], as a release has before anything is rendered.
pub fn preview(
    album: &Album,
    out: Option<&Path>,
    cache: Option<&Path>,
    progress: Progress,
) -> Result<Preview, AlbumError> {
    let (album, findings) = available(album)?;
    let kept = out.map(|out| Cache::open(&cache::folder(cache, out)?)).transpose()?;
    let numbered: Vec<usize> = (0..album.tracks.len()).collect();
    let sources = side_by_side(&numbered, "Reading", progress, |n| match &kept {
        Some(kept) => inspect(n + 1, &album.tracks[*n], &album.limits, kept),
        None => Ok(measured(&album.tracks[*n].file, &album.limits)?),
    })?;
    let rate = main_rate(&album, &sources);
    let segments = segments(&album, &sources)?;
    let levels: Vec<Level> = segments
        .iter()
        .map(|segment| {
            let of = |value: fn(&Source) -> Option<f64>| {
                let found = sources[segment.tracks.clone()].iter().filter_map(value);
                found.fold(f64::NEG_INFINITY, f64::max) + segment.trim_db
            };
            let track = &album.tracks[segment.tracks.start];
            let limiter = &track.settings.limiter;
            Level {
                loudness_lufs: of(|source| source.integrated_lufs),
                loud_part_lufs: of(|source| source.loud_part_lufs),
                true_peak_dbtp: of(|source| source.true_peak_dbtp),
                offset_db: track.gain_db,
                drive_db: if limiter.on { limiter.drive_db } else { 0.0 } - segment.trim_db,
                is_quiet: track.is_quiet,
                is_joined: segment.tracks.start > 0 && track.join == Join::Gap(0.0),
            }
        })
        .collect();
    let made = plan(
        &album.aim,
        &levels,
        |n, wanted_lufs| Ok::<_, Infallible>(wanted_lufs - levels[n].loudness_lufs),
        |n, drive_db| Ok(levels[n].loudness_lufs + drive_db),
    );
    let Plan { moves, sentence } = match made {
        Ok(made) => made,
        Err(never) => match never {},
    };
    let timeline = lay_out(&album, &segments, rate, album.has_disc() && rate == discs::RATE_HZ);
    let seconds = |frames: usize| frames as f64 / f64::from(rate);
    let mut tracks = Vec::with_capacity(album.tracks.len());
    for (segment, of) in segments.iter().zip(&moves) {
        for number in segment.tracks.clone() {
            let (track, source) = (&album.tracks[number], &sources[number]);
            let mix_lufs = source.integrated_lufs;
            tracks.push(TrackPreview {
                number: number + 1,
                title: track.title.clone(),
                mix_lufs,
                loud_part_lufs: source.loud_part_lufs,
                true_peak_dbtp: source.true_peak_dbtp,
                wanted_lufs: mix_lufs.map(|lufs| lufs + segment.trim_db + of.gain_db),
                gain_db: of.gain_db,
                reason: of.reason,
                sentence: of.sentence.clone(),
                length_s: seconds(timeline.sound_of(number).len()),
            });
        }
    }
    let names = names(&album);
    let sound_s: f64 = tracks.iter().map(|track| track.length_s).sum();
    let (length_s, count) = (seconds(timeline.length), tracks.len() as f64);
    let outputs = album
        .outputs
        .iter()
        .map(|output| OutputPreview {
            output: *output,
            files: names
                .iter()
                .filter(|name| name.strip_prefix(output.name()).is_some_and(|rest| rest.starts_with('/')))
                .cloned()
                .collect(),
            about_bytes: about_bytes(*output, rate, sound_s, length_s, count),
        })
        .collect();
    Ok(Preview {
        title: album.title.clone(),
        artist: album.artist.clone(),
        sample_rate_hz: rate,
        length_s,
        levels: sentence,
        tracks,
        outputs,
        findings,
    })
}

/// Bytes of an output, about.
fn about_bytes(output: Output, rate: u32, sound_s: f64, length_s: f64, files: f64) -> u64 {
    let pcm = |seconds: f64, rate: u32, bits: f64| seconds * f64::from(rate) * 2.0 * bits / 8.0;
    let heads = files * HEAD_BYTES;
    let rate_of = |output| variant(output, rate).map_or(rate, |(rate, _)| rate);
    let bytes = match output {
        Output::Wav24 => pcm(sound_s, rate, 24.0) + heads,
        Output::Wav16 => pcm(sound_s, rate, 16.0) + heads,
        Output::Flac => FLAC_SHARE * pcm(sound_s, rate, 24.0) + heads,
        Output::Opus128 => OPUS_BYTES_A_SECOND * sound_s + heads,
        Output::Vorbis => VORBIS_BYTES_A_SECOND * sound_s + heads,
        Output::Mp3 => MP3_BYTES_A_SECOND * sound_s + heads,
        Output::Aac => 0.0,
        Output::Cue | Output::Ddp => pcm(length_s, rate_of(output), 16.0) + HEAD_BYTES,
        Output::Vinyl => pcm(length_s, rate, 24.0) + HEAD_BYTES,
        // The page has its type in it, and a row for each track and file.
        Output::Report => 60_000.0 + 10_000.0 * files,
    };
    bytes as u64
}
