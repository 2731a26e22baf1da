//! The album's report as a page.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use lacquer_album::Report;
use lacquer_album::character::Distance;
use lacquer_album::codecs::CodecOutcome;
use lacquer_album::file::{Aim, Mode, Output, Papers};
use lacquer_album::findings::{Finding, Kind};
use lacquer_album::mix_checks::{MixCheck, Remark};
use lacquer_album::page;
use lacquer_album::plan::{Move, Reason};
use lacquer_album::renders::RenderCounts;
use lacquer_album::report::{CharacterReport, FileReport, TrackReport};
use lacquer_album::segment::Source;
use lacquer_album::variant::VariantReport;
use lacquer_album::vinyl::Side;
use lacquer_disc::pq_sheet::PqRow;
use lacquer_song::codec::overs::{CodecReport, Over};
use lacquer_song::measure::Readings;

/// Title, length in seconds and loudness of the mix in LUFS.
const TRACKS: [(&str, f64, f64); 5] = [
    ("Harbour Lights", 214.0, -17.2),
    ("The Long Way Round", 251.5, -15.9),
    ("Interlude (Rain on a Tin Roof, Late in the Evening)", 48.0, -24.6),
    ("Ember", 187.2, -16.4),
    ("What the River Kept", 362.9, -18.8),
];

const HOSTILE: &str = "</title><script>alert(1)</script>.wav A & B \"C\" \u{1b}[31m \u{202e}\0";
const HOSTILE_SHOWN: &str = "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;.wav A &amp; B &quot;C&quot; \u{241b}[31m \u{fffd}\u{2400}";

fn page(report: &Report) -> String {
    page::page(report).into_string()
}

fn readings(lufs: f64, peak_dbtp: f64) -> Readings {
    Readings {
        integrated_lufs: Some(lufs),
        momentary_max_lufs: Some(lufs + 5.2),
        short_term_max_lufs: Some(lufs + 3.1),
        loudness_range_lu: Some(6.4),
        true_peak_dbtp: Some(peak_dbtp),
        sample_peak_dbfs: Some(peak_dbtp - 0.2),
        plr_db: Some(peak_dbtp - lufs),
        dynamic_range_db: Some(9.0),
        correlation: Some(0.62),
        mono_loss_db: Some(0.8),
    }
}

fn distance(seed: f64, share: f64) -> Distance {
    let centres_hz: Vec<f64> = (-17..=13).map(|n| 1000.0 * f64::from(n).exp2().cbrt()).collect();
    let curve = |offset: f64| {
        centres_hz.iter().map(|hz| Some(share * 4.0 * (hz.log10() * (seed + 1.0) + offset).sin())).collect()
    };
    let (mid_db, side_db) = (curve(seed), curve(seed + 1.0));
    Distance { centres_hz, mid_db, side_db, tone_db: 2.8 * share, width_db: 1.5 * (seed - 2.0) }
}

fn track(n: usize, start_s: f64) -> TrackReport {
    let (title, length_s, lufs) = TRACKS[n];
    let gain_db = -14.0 - (-15.9);
    let reason = [Reason::Neighbour, Reason::Target, Reason::Cap, Reason::Ceiling, Reason::Neighbour][n];
    TrackReport {
        number: n + 1,
        title: title.to_owned(),
        performer: if n == 3 { "Vesper & the Tides feat. Ida Lund" } else { "Vesper & the Tides" }.to_owned(),
        isrc: (n != 2).then(|| format!("SE-A1B-26-0000{}", n + 1)),
        file: format!("mixes/{:02}.wav", n + 1),
        source: Source {
            sha256: format!("{n:064x}"),
            sample_rate: 96_000,
            channels: 2,
            frames: (length_s * 96_000.0) as usize,
            integrated_lufs: Some(lufs),
            loud_part_lufs: Some(lufs + 2.5),
            true_peak_dbtp: Some(-3.4),
            warnings: Vec::new(),
        },
        check: MixCheck {
            verdict: ["fit", "fit_with_remarks", "fit", "send_back", "fit"][n].to_owned(),
            remarks: if n == 3 {
                vec![Remark {
                    check: "channel_delay".to_owned(),
                    name: "Delay between channels".to_owned(),
                    sends_back: true,
                    fact: "The right channel is 2.0 ms late.".to_owned(),
                }]
            } else {
                Vec::new()
            },
            is_accepted: n == 3,
        },
        preset: (n == 1).then(|| "Open".to_owned()),
        start_s,
        length_s,
        before: readings(lufs, -3.4 - n as f64 * 0.3),
        after: readings(lufs + gain_db, -1.0),
        drive: Move {
            track: n + 1,
            gain_db,
            against_others_db: 0.25 * (n as f64 - 2.0),
            wanted_lufs: Some(lufs + gain_db),
            reason,
            sentence:
                "The loudest track comes to -14.0 LUFS; this one keeps its distance of -2.6 LU from it."
                    .to_owned(),
        },
        character: CharacterReport {
            before: distance(n as f64, 1.0),
            after: (n != 2).then(|| distance(n as f64, 0.6)),
            bands: if n == 2 { Vec::new() } else { vec![(80.0, -1.2), (9000.0, 0.85)] },
            sentence: "40 % of its distance, at most 2 dB anywhere: 2.80 dB before, 1.68 dB after."
                .to_owned(),
        },
    }
}

fn codec(n: usize) -> CodecReport {
    let over_count = [3, 0, 0, 12, 1][n];
    let over = |k: usize| Over { time_s: 11.0 * k as f64 + 0.25, samples: 2, peak_dbfs: 0.05 * k as f64 };
    let trim_db = -0.03 * over_count as f64;
    CodecReport {
        codec: "opus128".to_owned(),
        ceiling_dbtp: 0.0,
        true_peak_before_dbtp: Some(-1.0),
        true_peak_after_dbtp: Some(-0.4 - trim_db * 2.0),
        over_samples: 2 * over_count,
        over_count,
        overs: (1..=over_count).map(over).collect(),
        trim_db,
        true_peak_trimmed_dbtp: Some(-0.01),
        is_cleared: true,
    }
}

fn pq_row(track: u32, index: u32) -> PqRow {
    let first = |text: &str| (index == 1).then(|| text.to_owned());
    PqRow {
        track,
        index,
        start: format!("{:02}:{:02}:00", 4 * (track - 1), 2 * index),
        disc_start: if track == 1 && index == 0 { "-00:02:00".to_owned() } else { "00:00:00".to_owned() },
        length: "03:58:37".to_owned(),
        track_length: first("03:58:37"),
        gap: first("00:02:00"),
        isrc: first("SE-A1B-26-00001"),
        title: first(TRACKS[track as usize - 1].0),
        performer: first("Vesper & the Tides"),
        flags: "DCP".to_owned(),
    }
}

fn side(name: &str, tracks: [usize; 2], length_s: f64, advice: &[&str]) -> Side {
    let advice = advice.iter().map(|text| (*text).to_owned()).collect();
    Side {
        name: name.to_owned(),
        tracks,
        length_s,
        level_db: 0.0,
        lateral_db: -6.2,
        vertical_db: -19.8,
        sibilance_db: -11.4,
        advice,
    }
}

fn report() -> Report {
    let mut start_s = 0.0;
    let tracks: Vec<TrackReport> = (0..TRACKS.len())
        .map(|n| {
            let made = track(n, start_s);
            start_s += made.length_s;
            made
        })
        .collect();
    let short_term_lufs = (0..start_s as usize)
        .map(|second| {
            let at = second as f64;
            let of = tracks.iter().rfind(|track| track.start_s <= at)?;
            let inside = (at - of.start_s) / of.length_s;
            let level = of.after.integrated_lufs? + 2.5 * (at / 17.0).sin() + (at * 1.7).sin();
            (inside < 0.985).then_some(level - if inside < 0.03 { 12.0 } else { 0.0 })
        })
        .collect();
    let file = |output: Output, n: usize| FileReport {
        path: format!("{}/{:02} {}.wav", output.name(), n + 1, TRACKS[n].0),
        output,
        track: Some(n + 1),
        sha256: format!("{:064x}", 977 * n + 13),
        bytes: (TRACKS[n].1 * 288_000.0) as u64,
        written: true,
    };
    let length_advice = "\"Ember\" is the inner track and 2.9 LU louder than \"Harbour Lights\" at the outside: the other way about cuts cleaner.";
    Report {
        version: 2,
        title: "Tidewater".to_owned(),
        artist: "Vesper & the Tides".to_owned(),
        upc: Some("0731453463226".to_owned()),
        aim: Aim { mode: Mode::Album, target_lufs: -14.0, ceiling_dbtp: -1.0, most_move_lu: Some(3.0) },
        levels: "Album: the mixes lie 3.9 LU apart, as songs of one session do, which is kept.".to_owned(),
        release: Papers { engineer: Some("Ida Lund".to_owned()), ..Papers::default() },
        findings: vec![Finding::new(
            Kind::Loudness,
            Some(4),
            "-15.1 LUFS instead of -14.5. The ceiling.".to_owned(),
        )],
        character: 0.4,
        outputs: [Output::Wav24, Output::Opus128, Output::Ddp, Output::Vinyl].into_iter().collect(),
        album: readings(-15.3, -1.0),
        short_term_lufs,
        tracks,
        codecs: vec![CodecOutcome {
            output: Output::Opus128,
            applied_db: -0.38,
            is_cleared: true,
            tracks: (0..TRACKS.len()).map(codec).collect(),
        }],
        pq: (1..=5).flat_map(|track| [pq_row(track, 0), pq_row(track, 1)]).collect(),
        variants: [(96_000, "24 bit", false), (44_100, "16 bit", true)]
            .map(|(sample_rate, word_length, on_disc)| VariantReport {
                sample_rate,
                word_length: word_length.to_owned(),
                on_disc,
                marks: vec![0, 1],
                verified_peaks_dbtp: vec![Some(-1.0), None, Some(-1.02)],
                retries: 1,
            })
            .into(),
        sides: vec![side("A", [1, 3], 513.5, &[]), side("B", [4, 5], 550.1, &[length_advice])],
        renders: RenderCounts { chains: 5, finals: 4, trials: 31 },
        files: (0..TRACKS.len()).map(|n| file(Output::Wav24, n)).collect(),
        removed: Vec::new(),
        warnings: vec![
            "Track 3: -22.7 LUFS instead of -20.0: what is joined with it sounds in it as well.".to_owned(),
            format!("Side B: {length_advice}"),
        ],
    }
}

/// The headings of the page's panels, in order.
fn panels(markup: &str) -> Vec<&str> {
    markup.split("<h3>").skip(1).filter_map(|rest| rest.split("</h3>").next()).collect()
}

#[test]
fn a_whole_report_tells_everything_in_order() {
    let markup = page(&report());
    // Kept, to be looked at.
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/album_page.html"), &markup).unwrap();
    let wanted = [
        "Tracks",
        "Flow",
        "Moves",
        "Mixes",
        "Character",
        "Peaks after opus128",
        "Disc",
        "Vinyl",
        "Files",
        "Renders",
    ];
    assert_eq!(panels(&markup), wanted);
    assert!(markup.find("2 things to look at").unwrap() < markup.find("<h3>Tracks").unwrap());
    for (title, ..) in TRACKS {
        assert!(markup.contains(title), "{title}");
    }
    for told in [
        "UPC 0731453463226",
        "the loudest track comes to \u{2212}14.0 LUFS",
        "SE-A1B-26-00004",
        "feat. Ida Lund",
        "mastered by Ida Lund",
        "Not to be sent out: 1 thing needs a person",
        "Track 4: \u{2212}15.1 LUFS instead of \u{2212}14.5",
        "Delay between channels: The right channel is 2.0 ms late.",
        "written at \u{2212}0.38 dB",
        // The highest of twelve overs first.
        "2:12.250, 2:01.250, 1:50.250",
        "\u{2212}00:02:00",
        "\u{2212}1.20 dB at 80 Hz, +0.85 dB at 9.0 kHz",
        "<summary>5 files, 306.3 MB</summary>",
        &format!("{:064x}", 977 * 4 + 13),
        "on the disc's frames",
    ] {
        assert!(markup.contains(told), "{told}");
    }
    // Another run of the same album finds everything rendered, and its page is the same.
    let mut again = report();
    again.renders = RenderCounts { chains: 0, finals: 0, trials: 0 };
    again.files.iter_mut().for_each(|file| file.written = false);
    assert!(page(&again) == markup);
    assert_eq!(markup.matches("<figure>").count(), TRACKS.len());
}

#[test]
fn what_has_nothing_to_say_is_left_out() {
    let mut bare = report();
    bare.warnings.clear();
    bare.short_term_lufs = vec![None; 20];
    bare.codecs.clear();
    bare.pq.clear();
    bare.sides.clear();
    bare.files.clear();
    bare.upc = None;
    bare.tracks.truncate(1);
    bare.tracks[0].isrc = None;
    bare.aim.mode = Mode::AsIs;
    let markup = page(&bare);
    assert_eq!(panels(&markup), ["Tracks", "Moves", "Mixes", "Files", "Renders"]);
    for absent in ["to look at", "ISRC", "UPC", "LUFS and the others", "<figure>", "corrected"] {
        assert!(!markup.contains(absent), "{absent}");
    }
    bare.tracks.clear();
    assert_eq!(panels(&page(&bare)), ["Renders"]);
}

#[test]
fn no_text_from_outside_becomes_markup() {
    let mut hostile = report();
    let text = || HOSTILE.to_owned();
    hostile.title = text();
    hostile.artist = text();
    hostile.upc = Some(text());
    hostile.warnings = vec![text()];
    hostile.levels = text();
    hostile.findings[0].text = text();
    (hostile.release.client, hostile.release.notes) = (Some(text()), Some(text()));
    (hostile.release.engineer, hostile.release.date) = (Some(text()), Some(text()));
    for track in &mut hostile.tracks {
        (track.title, track.performer, track.file) = (text(), text(), text());
        (track.isrc, track.preset) = (Some(text()), Some(text()));
        (track.drive.sentence, track.character.sentence) = (text(), text());
        for remark in &mut track.check.remarks {
            (remark.name, remark.fact) = (text(), text());
        }
        track.source.sha256 = text();
    }
    for row in &mut hostile.pq {
        (row.title, row.isrc, row.performer) = (Some(text()), Some(text()), Some(text()));
        (row.start, row.disc_start, row.length, row.flags) = (text(), text(), text(), text());
    }
    for side in &mut hostile.sides {
        (side.name, side.advice) = (text(), vec![text()]);
    }
    for file in &mut hostile.files {
        (file.path, file.sha256) = (text(), text());
    }
    for variant in &mut hostile.variants {
        variant.word_length = text();
    }
    let markup = page(&hostile);
    for head in [format!("<h1>{HOSTILE_SHOWN}</h1>"), format!("<h2>{HOSTILE_SHOWN}</h2>")] {
        assert!(markup.contains(&head), "{head}");
    }
    for raw in ["<script", "</script", "\u{1b}", "\u{202e}", "\0", "A & B", "\"C\""] {
        assert!(!markup.contains(raw), "{raw:?}");
    }
    assert_eq!(markup.matches("</title>").count(), page(&report()).matches("</title>").count());
}

#[test]
fn the_page_asks_for_nothing_and_does_not_change() {
    let markup = page(&report());
    for asked in ["http:", "https", "<script", "<link", "<img", "url(", "@import", " src=", "NaN", "inf\""] {
        assert!(!markup.contains(asked), "{asked}");
    }
    assert_eq!(markup, page(&report()));
}

#[test]
fn readings_that_are_no_numbers_are_dashes() {
    let mut odd = report();
    odd.aim.target_lufs = f64::NAN;
    odd.album.integrated_lufs = None;
    odd.short_term_lufs = vec![Some(f64::NAN), Some(f64::INFINITY), Some(-12.0), None];
    for track in &mut odd.tracks {
        (track.start_s, track.length_s) = (f64::NAN, f64::INFINITY);
        track.after.integrated_lufs = None;
        track.before.plr_db = None;
        track.character.before.mid_db.iter_mut().for_each(|db| *db = Some(f64::NAN));
        track.character.before.tone_db = f64::NAN;
    }
    let markup = page(&odd);
    for written in ["NaN", "inf"] {
        assert!(!markup.contains(written), "{}", &markup[markup.find(written).unwrap_or(0)..][..80]);
    }
    assert_eq!(panels(&markup).len(), 10);
}
