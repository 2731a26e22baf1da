//! What writes, to be killed and to run into a full disk: the library's writers that no command has, and the commands.

use crate::scene::*;
use lacquer_disc::{Disc, DiscTrack, ddp};
use lacquer_files::decode::decode;
use lacquer_files::tags::{self, Tags};
use lacquer_isrc::date::Date;
use lacquer_isrc::ledger::{Ledger, Request};
use lacquer_params::{Library, Preset, Tree};
use std::path::Path;

const DAY: Date = Date { year: 2026, month: 11, day: 28 };

/// How often what is repeated is: `normal` times, or as many times more as `LACQUER_SAFETY_TIMES` says.
pub fn times(normal: u32) -> u32 {
    let more = std::env::var("LACQUER_SAFETY_TIMES").ok().and_then(|times| times.parse::<u32>().ok());
    normal * more.unwrap_or(1)
}

fn disc() -> Disc {
    let start_frame = 150;
    let track = |n: u32| {
        let start_frame = start_frame + n * 300;
        DiscTrack { start_frame, pregap_frame: if n == 0 { 0 } else { start_frame }, ..DiscTrack::default() }
    };
    Disc { tracks: vec![track(0), track(1)], lead_out_frame: start_frame + 600, ..Disc::default() }
}

/// What writers of the library that no command has write over and over, and whether what stands there is whole.
#[derive(Clone, Copy)]
pub enum Kind {
    Fileset,
    Tags,
    Preset,
    Ledger,
}

pub const KINDS: [(&str, Kind); 4] =
    [("ddp", Kind::Fileset), ("tags.wav", Kind::Tags), ("presets", Kind::Preset), ("a.ledger", Kind::Ledger)];

fn write_once(kind: Kind, path: &Path, n: i16) {
    match kind {
        Kind::Fileset => {
            let samples = std::iter::repeat_n([n, -n], 750 * 588);
            drop(ddp::write(path, &disc(), samples, &ddp::Options::default()).unwrap());
        }
        Kind::Tags => {
            let tags = Tags { title: Some(format!("Title {n}")), ..Tags::default() };
            tags::write(path, &tags).unwrap();
        }
        Kind::Preset => {
            let preset = Preset::of(&Tree::new(), "Mine", &format!("Take {n}"));
            Library::at(path).save(&preset, true).unwrap();
        }
        Kind::Ledger => {
            let code = Ledger::new(path)
                .on(DAY)
                .allocate(&Request {
                    prefix: Some("AA6Q7".into()),
                    range: Some((0, 99_999)),
                    title: "T".into(),
                    artist: "A".into(),
                    ..Request::default()
                })
                .unwrap();
            println!("{code}");
        }
    }
}

pub fn is_whole(kind: Kind, path: &Path) -> bool {
    match kind {
        Kind::Fileset => ddp::verify(path).is_ok_and(|report| report.consistent),
        Kind::Tags => {
            let audio = decode(path, &|_| {}).unwrap();
            audio.frames.len() == 44_100
                && tags::read(path)
                    .is_ok_and(|tags| tags.title.is_some_and(|title| title.starts_with("Title ")))
        }
        Kind::Preset => {
            let (presets, problems) = Library::at(path).read();
            presets.len() == 1 && problems.is_empty() && presets[0].preset.description.starts_with("Take ")
        }
        Kind::Ledger => Ledger::new(path).read().is_ok_and(|history| history.open_damages().count() == 0),
    }
}

/// Not a test of its own: what those below kill, and let run into a full disk.
#[test]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os("LACQUER_WRITES_TO") else { return };
    let path = Path::new(&path);
    let kind = KINDS.iter().find(|(name, _)| path.ends_with(name)).unwrap().1;
    println!("begun");
    (1..i16::MAX).for_each(|n| write_once(kind, path, n));
}

/// This test's program, as [`writes_until_it_is_killed`] alone.
pub fn child(path: &Path) -> Vec<String> {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    assert!(path.is_absolute());
    [&program, "--exact", "writers::writes_until_it_is_killed", "--nocapture"].map(str::to_owned).to_vec()
}

pub fn prepared(scene: &Scene, kind: Kind, name: &str) -> std::path::PathBuf {
    let path = scene.path("album").join(name);
    if matches!(kind, Kind::Tags) {
        std::fs::copy(scene.path("album/mixes/one.wav"), &path).unwrap();
    }
    write_once(kind, &path, 0);
    path
}

/// The lines of commands that write one file, with its name.
pub fn writers() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("out.wav", vec!["master", "mixes/one.wav", "-o", "out.wav", "--force"]),
        (
            "out.wav",
            vec!["codec", "mixes/one.wav", "--codec", "opus128", "--fix", "-o", "out.wav", "--force"],
        ),
        ("out.html", vec!["check", "mixes/one.wav", "--html", "out.html"]),
        ("out.toml", vec!["album", "init", "mixes/one.wav", "mixes/two.wav", "-o", "out.toml", "--force"]),
    ]
}

/// What stands where a command writes: a report is replaced only by another.
pub fn old(new: &[u8], name: &str) -> Vec<u8> {
    if name.ends_with("html") { new[..new.len() / 2].to_vec() } else { b"old".to_vec() }
}
