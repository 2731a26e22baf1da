//! Limiters on songs at equal loudness: `cargo xtask bench --songs [FOLDER] [--quick] [--seconds S] [--only NAME,NAME]
//! [--targets LUFS,LUFS] [--each]`.
//!
//! Each contestant limits the loudest stretch of each song, of 13 s if nothing else is asked for, to each loudness, its drive solved to
//! 0.03 LU, at a ceiling of -1 dBTP. What it did is measured by figures of different make, none of which any of Lacquer's limiters sees;
//! median and worst are printed, and the lead over the best peer of each column; the gain over time of the worst song is drawn
//! (`target/limiter-gain*.svg`). A song is left out of a loudness that it has, or nearly, without a limiter.

#[cfg(target_os = "linux")]
#[path = "../peers/candidate.rs"]
#[allow(dead_code)] // Latencies are found, not asked for.
mod candidate;
#[cfg(target_os = "linux")]
#[path = "../peers/cases.rs"]
#[allow(dead_code)] // Most of the other bench's peers are no limiters.
mod cases;
mod contestants;
mod corpus;
mod figures;
mod in_band;
#[cfg(target_os = "linux")]
#[path = "../peers/lv2.rs"]
#[allow(dead_code)] // Latencies are reported to the other bench.
mod lv2;
mod masking;
mod matching;
mod movement;
mod plot;
mod spectra;
mod table;

#[cfg(target_os = "linux")]
use anyhow::Context;
use candidate::Candidate;
use contestants::Contestant;
use corpus::{Song, songs};
use figures::figures;
use matching::{loudness_lufs, matched};
use plot::gain_over_time_db;
use std::path::PathBuf;
use table::Row;

/// Ceiling of every contestant, dBTP.
const CEILING_DBTP: f64 = -1.0;
/// Loudnesses that are compared, LUFS.
const TARGETS_LUFS: [f64; 4] = [-14.0, -11.0, -9.0, -7.0];
/// How far a song has to be below a loudness to take part, with its peaks at the ceiling, LU.
const LEAST_LIMITING_LU: f64 = 1.0;

/// What was asked for.
struct Arguments {
    folder: Option<PathBuf>,
    quick: bool,
    /// Length of the stretches, s.
    seconds: Option<f64>,
    /// Whether each song's figures are printed too.
    each: bool,
    /// Loudnesses, LUFS.
    targets: Option<Vec<f64>>,
    /// Part of the names of the contestants that take part.
    only: Option<String>,
}

/// Reads them; what is no number is no reason to measure everything.
fn arguments() -> anyhow::Result<Arguments> {
    let mut arguments =
        Arguments { folder: None, quick: false, seconds: None, each: false, targets: None, only: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => arguments.quick = true,
            "--each" => arguments.each = true,
            "--seconds" | "--targets" => {
                let list = words.next().unwrap_or_default();
                let numbers: Result<Vec<f64>, _> = list.split(',').map(str::parse).collect();
                let numbers = numbers.with_context(|| format!("{word} {list}: give numbers"))?;
                match word.as_str() {
                    "--seconds" => arguments.seconds = numbers.first().copied(),
                    _ => arguments.targets = Some(numbers),
                }
            }
            "--only" => arguments.only = words.next(),
            // Cargo's own.
            "--bench" => {}
            folder => arguments.folder = Some(PathBuf::from(folder)),
        }
    }
    Ok(arguments)
}

fn rows(contestants: &[Contestant], songs: &[&Song], target_lufs: f64) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for contestant in contestants {
        let mut row = Row {
            name: contestant.name,
            is_peer: contestant.is_peer,
            songs: Vec::new(),
            gains_db: Vec::new(),
        };
        for song in songs {
            let found = matched(contestant, song, target_lufs)?;
            row.gains_db.push(
                found
                    .as_ref()
                    .map_or_else(Vec::new, |found| gain_over_time_db(&found.input, &found.output, song.rate)),
            );
            row.songs.push(found.map(|found| figures(&found, song.rate)));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn main() -> anyhow::Result<()> {
    let arguments = arguments()?;
    let seconds = arguments.seconds.unwrap_or(if arguments.quick { 8.0 } else { 13.0 });
    let songs = songs(arguments.folder.as_deref(), seconds)?;
    #[cfg(target_os = "linux")]
    let world = lv2::World::load().inspect_err(|error| println!("LV2 peers are left out: {error:#}")).ok();
    #[cfg(target_os = "linux")]
    let mut contestants = contestants::contestants(world.as_ref());
    #[cfg(not(target_os = "linux"))]
    let mut contestants = contestants::contestants();
    if let Some(only) = &arguments.only {
        contestants.retain(|contestant| only.split(',').any(|part| contestant.name.contains(part)));
    }
    let usual = if arguments.quick { &TARGETS_LUFS[1..3] } else { &TARGETS_LUFS };
    let targets = arguments.targets.as_deref().unwrap_or(usual);
    for target_lufs in targets {
        let open: Vec<&Song> = songs
            .iter()
            .filter(|song| {
                let unlimited = loudness_lufs(&song.frames, song.rate) + CEILING_DBTP;
                unlimited + LEAST_LIMITING_LU <= *target_lufs
            })
            .take(if arguments.quick { 3 } else { usize::MAX })
            .collect();
        if open.is_empty() {
            println!("\n{target_lufs} LUFS: every song has it without a limiter");
            continue;
        }
        let names: Vec<&str> = open.iter().map(|song| song.name.as_str()).collect();
        let rows = rows(&contestants, &open, *target_lufs)?;
        table::print(*target_lufs, &names, &rows);
        if arguments.each {
            table::print_each(&names, &rows);
        }
        if let Some(song) = table::worst_song(&rows) {
            plot::write(*target_lufs, names[song], song, &rows)?;
        }
    }
    Ok(())
}
