//! CUE sheets and TOC files: back through Lacquer's own parser, and through cdrdao and cuetools where they are installed
//! (`apt-get install -y --no-install-recommends cdrdao cuetools`).

use super::scene::{disc, track};
use super::{cases, image};
use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_disc::files::{Files, FilesError};
use lacquer_disc::{Disc, cue, toc};
use lacquer_left_out::has_program;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Output of a program, both streams; none where it is not installed.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    if !has_program(program) {
        return None;
    }
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    Some(text)
}

fn wav(path: &Path, samples: impl Iterator<Item = [i16; 2]>) {
    let spec =
        WavSpec { channels: 2, sample_rate: 44_100, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).unwrap();
    for sample in samples.flatten() {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
}

/// The disc's audio as one file and as files a track, with and without gaps.
fn audio(folder: &Path, disc: &Disc) -> [Vec<String>; 2] {
    wav(&folder.join("image.wav"), image(disc).skip(150 * 588));
    let mut names = [Vec::new(), Vec::new()];
    for (index, track) in disc.tracks.iter().enumerate() {
        let next = disc.tracks.get(index + 1).map_or(disc.lead_out_frame, |next| next.start_frame);
        for (kind, end) in [next, disc.end_frame(index)].into_iter().enumerate() {
            let name = format!("{kind}-{index}.wav");
            let (from, count) = (track.start_frame as usize * 588, (end - track.start_frame) as usize * 588);
            wav(&folder.join(&name), image(disc).skip(from).take(count));
            names[kind].push(name);
        }
    }
    names
}

/// What cdrdao says of a track: ISRC, whether copies are permitted, and pregap, start, indexes and end in CD frames.
#[derive(Debug, Default, PartialEq)]
struct Said {
    isrc: String,
    copy: bool,
    pregap: Option<u32>,
    start: u32,
    indexes: Vec<u32>,
    end: u32,
}

fn said(text: &str) -> Vec<Said> {
    let mut tracks: Vec<Said> = Vec::new();
    // 00:12:00(   900)
    let frames = |line: &str| {
        line.rsplit_once('(').and_then(|(_, rest)| rest.trim_end_matches(')').trim().parse().ok())
    };
    for line in text.lines().map(str::trim) {
        if line.starts_with("TRACK ") {
            tracks.push(Said::default());
        }
        let Some(track) = tracks.last_mut() else { continue };
        match line.split_whitespace().next() {
            Some("ISRC") => track.isrc = line[4..].replace(' ', ""),
            Some("COPY") => track.copy = line == "COPY PERMITTED",
            // cdrdao shows the pregap's length.
            Some("PREGAP") => track.pregap = frames(line),
            Some("START") => track.start = frames(line).unwrap(),
            Some("INDEX") => track.indexes.extend(frames(line)),
            // A star marks a last frame that cdrdao fills.
            Some("END" | "END*") => track.end = frames(line).unwrap(),
            _ => {}
        }
    }
    tracks
}

/// What it has to say of a disc; its times have no first pregap.
fn expected(disc: &Disc) -> Vec<Said> {
    let said = |(index, track): (usize, &lacquer_disc::DiscTrack)| {
        let pregap = track.pregap_length_frames() - if index == 0 { 150 } else { 0 };
        Said {
            isrc: track.isrc.map_or_else(String::new, |isrc| isrc.as_str().to_owned()),
            copy: track.copy_permitted,
            pregap: (pregap > 0).then_some(pregap),
            start: track.start_frame - 150,
            indexes: track.later_index_frames.iter().map(|frame| frame - 150).collect(),
            end: disc.end_frame(index) - 150,
        }
    };
    disc.tracks.iter().enumerate().map(said).collect()
}

/// The disc a second later, so that the first pregap is longer than what every burner writes.
fn later(mut disc: Disc) -> Disc {
    for (index, track) in disc.tracks.iter_mut().enumerate() {
        track.pregap_frame += if index == 0 { 0 } else { 75 };
        track.start_frame += 75;
        track.later_index_frames.iter_mut().for_each(|frame| *frame += 75);
    }
    disc.lead_out_frame += 75;
    disc
}

#[test]
fn cdrdao_reads_every_kind_of_toc_as_it_is_meant() {
    for disc in [disc(), later(disc())] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let disc = Disc { title: "Di\"sc\\ é".into(), ..disc };
        let [with_gaps, without_gaps] = audio(path, &disc);
        let blocks = disc.lead_out_frame - 150;
        let kinds =
            [Files::Image("image.wav"), Files::TracksWithGaps(&with_gaps), Files::Tracks(&without_gaps)];
        for (number, files) in kinds.iter().enumerate() {
            let name = format!("{number}.toc");
            fs::write(path.join(&name), toc::write(&disc, files).unwrap()).unwrap();
            let Some(text) = run(path, "cdrdao", &["show-toc", &name]) else { return };
            assert!(text.contains("CATALOG NUMBER: 4006381333931"), "{text}");
            assert!(
                !text.to_lowercase().contains("error") && !text.to_lowercase().contains("warning"),
                "{text}"
            );
            assert_eq!(said(&text), expected(&disc), "{files:?}: {text}");
            let text = run(path, "cdrdao", &["toc-info", &name]).unwrap();
            assert!(text.contains("3 tracks") && text.contains(&format!(" {blocks} blocks")), "{text}");
            let text = run(path, "cdrdao", &["read-test", &name]).unwrap();
            assert!(text.contains(&format!("Read {blocks} blocks.")), "{text}");
        }
    }
}

#[test]
fn cdrdao_reads_the_image_through_the_toc_sample_by_sample() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // Short: cdrdao prints every sample as a line.
    let disc = Disc {
        tracks: vec![track("One", "", 0, 150), track("Two", "", 450, 460)],
        lead_out_frame: 780,
        ..Disc::default()
    };
    audio(path, &disc);
    fs::write(path.join("a.toc"), toc::write(&disc, &Files::Image("image.wav")).unwrap()).unwrap();
    let Some(text) = run(path, "cdrdao", &["show-data", "a.toc"]) else { return };
    let shown: Vec<[i16; 2]> = text
        .lines()
        .filter_map(|line| {
            let mut numbers = line.rsplit_once(':').map_or(line, |(_, rest)| rest).split_whitespace();
            let sample = [numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?];
            numbers.next().is_none().then_some(sample)
        })
        .collect();
    let mut source: Vec<[i16; 2]> = image(&disc).skip(150 * 588).collect();
    source.resize(630 * 588, [0, 0]);
    assert_eq!(shown.len(), source.len(), "{}", text.chars().take(600).collect::<String>());
    assert!(shown == source);
}

#[test]
fn cdrdao_reads_the_cue_as_it_is_meant() {
    // cdrdao 1.2.4 counts a sheet's later indexes from a pregap's start and adds the pregap again.
    let mut with_pregap = later(disc());
    with_pregap.tracks[0].later_index_frames.clear();
    for disc in [disc(), with_pregap] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("image.cue"), cue::write(&disc, &Files::Image("image.wav")).unwrap()).unwrap();
        audio(path, &disc);
        let Some(text) = run(path, "cdrdao", &["show-toc", "image.cue"]) else { return };
        assert!(text.contains("CATALOG NUMBER: 4006381333931"), "{text}");
        assert_eq!(said(&text), expected(&disc), "{text}");
    }
}

#[test]
fn cuetools_read_the_texts_and_codes_of_cue_and_toc() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let disc = disc();
    fs::write(path.join("image.cue"), cue::write(&disc, &Files::Image("image.wav")).unwrap()).unwrap();
    let toc = toc::write(&disc, &Files::Image("image.wav")).unwrap();
    fs::write(path.join("image.toc"), toc).unwrap();
    for name in ["image.cue", "image.toc"] {
        let Some(text) = run(path, "cueprint", &["-d", "%T|%P|%N\n", "-t", "%n|%t|%p|%i\n", name]) else {
            return;
        };
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "Disc|Artist|3",
                "1|Track One|Artist|AA6Q72000047",
                "2|Track Two|Artist|AA6Q72000048",
                "3|Track Three|Artist|AA6Q72000049"
            ],
            "{name}"
        );
    }
    let points = run(path, "cuebreakpoints", &["image.cue"]).unwrap();
    // Tracks 2 and 3 begin at 8 s and at 12 s 50 frames of the file.
    assert_eq!(points.lines().collect::<Vec<_>>(), ["0:08.00", "0:12.50"]);
}

#[test]
fn a_sheet_of_files_a_track_says_which_file_holds_each_index() {
    let names = ["1.wav", "2.wav", "3.wav"].map(str::to_owned);
    let text = cue::write(&disc(), &Files::TracksWithGaps(&names)).unwrap();
    let kept = |text: &str| -> Vec<String> {
        text.lines()
            .map(str::trim)
            .filter(|line| ["FILE", "INDE", "PREG"].contains(&&line[..4]))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        kept(&text),
        [
            "FILE \"1.wav\" WAVE",
            "INDEX 01 00:00:00",
            "INDEX 02 00:02:00",
            "INDEX 00 00:06:00",
            "FILE \"2.wav\" WAVE",
            "INDEX 01 00:00:00",
            "FILE \"3.wav\" WAVE",
            "INDEX 01 00:00:00"
        ]
    );
    let text = cue::write(&disc(), &Files::Tracks(&names)).unwrap();
    assert!(
        text.contains("  TRACK 02 AUDIO\r\n")
            && text.contains("    PREGAP 00:02:00\r\n    INDEX 01 00:00:00\r\n"),
        "{text}"
    );
    for files in [Files::TracksWithGaps(&names), Files::Tracks(&names)] {
        let sheet = cue::Sheet::new(&disc(), &files).unwrap();
        assert_eq!(cue::parse(&sheet.text()), Ok(sheet));
    }
    assert_eq!(
        cue::write(&disc(), &Files::Tracks(&names[..2])),
        Err(FilesError::Count { files: 2, tracks: 3 })
    );
    let error = toc::write(&disc(), &Files::Image("a\"b.wav")).unwrap_err();
    assert!(matches!(error, FilesError::Name { sign: '"', .. }));
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_disc_comes_back_from_its_sheet(
        title in "[^\"\\p{C}\\p{Z}]{0,20}",
        titles in proptest::collection::vec("[a-zäß日()]{0,12}", 1..20),
        lengths in proptest::collection::vec((300u32..2000, 0u32..400, any::<bool>(), any::<bool>()), 20),
        extra in 0u32..200,
    ) {
        let mut at = 0;
        let mut tracks = Vec::new();
        for (index, (title, (length, gap, copy_permitted, pre_emphasis))) in titles.iter().zip(&lengths).enumerate() {
            let gap = if index == 0 { 150 + extra } else { *gap };
            let isrc = format!("AA6Q720{index:05}");
            let mut track = track(title, &isrc, at, at + gap);
            track.composer = title.clone();
            (track.copy_permitted, track.pre_emphasis) = (*copy_permitted, *pre_emphasis);
            if copy_permitted != pre_emphasis {
                track.later_index_frames = vec![at + gap + 10, at + gap + 20];
            }
            at += gap + length;
            tracks.push(track);
        }
        let disc = Disc { title, performer: "P".into(), upc: Some("4006381333931".into()), tracks, lead_out_frame: at };
        let text = cue::write(&disc, &Files::Image("a b.wav")).unwrap();
        prop_assert_eq!(cue::parse(&text).unwrap().disc(at - 150), Some(disc.clone()));
        prop_assert!(toc::write(&disc, &Files::Image("a b.wav")).unwrap().is_ascii());
    }

    #[test]
    fn no_text_breaks_out_of_a_sheet(text in any::<String>()) {
        let mut disc = disc();
        disc.title = text.clone();
        disc.tracks[1].title = text.clone();
        disc.tracks[2].performer = text;
        let sheet = cue::write(&disc, &Files::Image("a.wav")).unwrap();
        let parsed = cue::parse(&sheet).unwrap();
        prop_assert_eq!(parsed.text(), sheet);
        let count = |start: &str, text: &str| text.lines().filter(|line| line.trim_start().starts_with(start)).count();
        let toc = toc::write(&disc, &Files::Image("a.wav")).unwrap();
        prop_assert_eq!(count("TRACK AUDIO", &toc), 3);
        prop_assert!(toc.is_ascii());
    }
}
