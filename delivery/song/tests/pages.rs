//! What comes from outside stands as text on the pages of a check and of a master.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use lacquer_files::Audio;
use lacquer_files::encode::{WordLength, encode};
use lacquer_song::check::page::report_page;
use lacquer_song::check::{CheckError, CheckOptions, check};
use lacquer_song::master::page::{MasterPage, master_page};
use lacquer_song::master::stages::reading;
use lacquer_song::measure::{Readings, measure};
use std::path::Path;

const SCRIPT: &str = "<script>alert(1)</script>.wav";
const SCRIPT_SHOWN: &str = "&lt;script&gt;alert(1)&lt;/script&gt;.wav";
const ARTIST: &str = "A & B \"C\"";
const ARTIST_SHOWN: &str = "A &amp; B &quot;C&quot;";

/// Three seconds of two tones: enough for a loudness.
fn programme() -> Audio {
    let sine = |n: usize, hz: f64| (0.2 * (std::f64::consts::TAU * hz * n as f64 / 48_000.0).sin()) as f32;
    let frames = (0..144_000).map(|n| [sine(n, 220.0), sine(n, 331.0)]).collect();
    Audio { sample_rate: 48_000, channels: 2, frames }
}

#[test]
fn a_check_shows_names_and_errors_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mix.wav");
    encode(&file, &programme(), WordLength::Bits24).unwrap();
    let wishes = CheckOptions::new(Vec::new(), true);
    let named = |name: &str| {
        let mut report = check(&file, &wishes, &|_| {}).unwrap();
        report.path = name.into();
        report
    };
    let reports = [
        // The name in the list, at the section's head and in the path below it.
        Ok(named(&format!("{ARTIST}.wav"))),
        // The file's own name begins behind the stroke; the path has all of it.
        Ok(named(SCRIPT)),
        Err(CheckError::NoAudio { path: format!("{SCRIPT} {ARTIST}").into() }),
    ];
    let page = report_page(&reports, &wishes).into_string();
    assert_eq!(page.matches(ARTIST_SHOWN).count(), 3 + 1, "names, and the path in the error");
    assert_eq!(page.matches(SCRIPT_SHOWN).count(), 1 + 1, "the path, and the path in the error");
    assert!(!page.contains("<script") && !page.contains(ARTIST));
    let [first, ..] = reports;
    let page = report_page(&[first], &wishes).into_string();
    assert!(page.contains(&format!("<title>{ARTIST_SHOWN}.wav – quality control</title>")));
}

#[test]
fn a_master_shows_names_stages_facts_and_remarks_as_text() {
    let audio = programme();
    let readings = Readings::from(&measure(&audio));
    let page = master_page(&MasterPage {
        names: [Path::new("<script>.wav"), Path::new("A & B \"C\".wav")],
        audio: [&audio, &audio],
        readings: [readings, readings],
        stages: &[reading(SCRIPT, &audio).unwrap()],
        facts: &[[SCRIPT.to_owned(), ARTIST.to_owned()]],
        remarks: &[SCRIPT.to_owned()],
    });
    let page = page.unwrap().into_string();
    assert_eq!(page.matches(SCRIPT_SHOWN).count(), 3, "a stage, a fact's name, a remark");
    assert_eq!(page.matches(ARTIST_SHOWN).count(), 4, "the window's bar, both heads, a fact");
    assert_eq!(page.matches("&lt;script&gt;.wav").count(), 2, "both heads");
    assert!(!page.contains("<script") && !page.contains(ARTIST));
    assert_eq!(page.matches("<audio controls").count(), 2);
}
