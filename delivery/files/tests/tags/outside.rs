//! What readers that others wrote find in what is written here.

use super::*;
use lacquer_files::tags::cover::{self, Cover};
use lacquer_left_out::{has_program, left_out};

/// A Python that has mutagen, if there is one: Debian's has Debian's packages, whatever comes first on the path.
fn python() -> Option<&'static str> {
    let has_mutagen = |python: &&str| {
        Command::new(python)
            .args(["-c", "import mutagen"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    ["python3", "/usr/bin/python3"].into_iter().find(has_mutagen)
}

/// Prints title, artist and code as mutagen reads them, a line each.
const MUTAGEN: &str = r#"
import mutagen, sys
from mutagen.wave import WAVE
file = mutagen.File(sys.argv[1])
tags = file.tags
if isinstance(file, WAVE) or hasattr(tags, "getall"):
    for frame in ("TIT2", "TPE1", "TALB", "TRCK", "TDRC", "TSRC"):
        print(str(tags[frame]))
    print(str(tags["TXXX:BARCODE"]))
else:
    for key in ("title", "artist", "album", "tracknumber", "date", "isrc", "barcode"):
        print(tags[key][0])
"#;

#[test]
fn mutagen_reads_the_same() {
    let Some(python) = python() else {
        return left_out("python3-mutagen is not installed");
    };
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        encode_as(&path, &song(), &format, &every_tag()).unwrap();
        let output = Command::new(python)
            .args(["-c", MUTAGEN])
            .arg(&path)
            .env("PYTHONIOENCODING", "utf-8")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let track = if matches!(format, Format::Wav(_) | Format::Mp3 { .. }) { "3/12" } else { "3" };
        assert_eq!(
            said.lines().collect::<Vec<_>>(),
            [
                "Müsli & <Märchen> \u{1F3B5}",
                "Ensemble \"Q\"",
                "Alles / Nichts",
                track,
                "2026",
                "AA6Q72600047",
                "4006381333931"
            ],
            "{format}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn ffprobe_reads_the_same() {
    if !has_program("ffprobe") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        encode_as(&path, &song(), &format, &every_tag()).unwrap();
        let probe = Command::new("ffprobe")
            .args(["-v", "error", "-print_format", "json", "-show_format", "-show_streams"])
            .arg(&path)
            .output();
        let output = probe.unwrap();
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.stderr.is_empty(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let mut found = serde_json::Map::new();
        for place in [&said["format"]["tags"], &said["streams"][0]["tags"]] {
            if let Some(tags) = place.as_object() {
                found.extend(tags.iter().map(|(key, value)| (key.to_lowercase(), value.clone())));
            }
        }
        let title = found.get("title").unwrap_or_else(|| panic!("{format}: {found:?}"));
        assert_eq!(title, "Müsli & <Märchen> \u{1F3B5}", "{format}");
        assert_eq!(found["artist"], "Ensemble \"Q\"", "{format}");
        // ffmpeg leaves an id3 chunk out where bext says anything; the reference there is the code.
        let code = ["isrc", "tsrc", "originator_reference"].iter().find_map(|key| found.get(*key));
        assert_eq!(code.unwrap(), "AA6Q72600047", "{format}: {found:?}");
        assert_eq!(said["streams"][0]["sample_rate"], "48000");
        let duration_s: f64 = said["streams"][0]["duration"].as_str().unwrap().parse().unwrap();
        // An MP3 frame of 1152 and a packet of Opus are the longest that a container may add or hide.
        assert!((duration_s - 96_001.0 / 48_000.0).abs() < 0.03, "{format}: {duration_s} s");
    }
}

/// A red PNG of so many pixels.
fn png(pixels: u32) -> Vec<u8> {
    let frames = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", &format!("color=c=red:s={pixels}x{pixels}")])
        .args(["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "image2pipe", "-c:v", "png", "-"])
        .output()
        .unwrap();
    assert!(frames.status.success(), "{}", String::from_utf8_lossy(&frames.stderr));
    frames.stdout
}

#[test]
fn a_cover_and_several_artists_are_read_by_others_and_take_the_place_of_earlier_ones() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = [16, 24].map(|pixels| Cover::parse(png(pixels)).unwrap());
    assert!(second.remarks().iter().any(|remark| remark.contains("3000 x 3000")));
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        let performer = Some("Ada; Ben".to_owned());
        let with =
            |cover: &Cover| Tags { performer: performer.clone(), cover: Some(cover.clone()), ..every_tag() };
        encode_as(&path, &song(), &format, &with(&first)).unwrap();
        tags::write(&path, &with(&second)).unwrap();
        assert_eq!(tags::read(&path).unwrap().performer, performer, "{format}");
        let probe = Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-select_streams",
                "v",
                "-show_entries",
                "stream=codec_name,width",
                "-of",
                "csv=p=0",
            ])
            .arg(&path)
            .output()
            .unwrap();
        let seen = String::from_utf8(probe.stdout).unwrap();
        if matches!(format, Format::Wav(_)) {
            assert_eq!(seen.trim(), "", "{format}: a distributor's WAV has no picture");
        } else {
            assert_eq!(seen.trim(), "png,24", "{format}: one cover, the later one");
            assert_eq!(cover::of_file(&path).as_ref(), Some(&second), "{format}");
        }
        let asked = "import mutagen,sys; t=mutagen.File(sys.argv[1]).tags; print('|'.join(t.get('artist') or t['TPE1'].text))";
        let Some(python) = python() else { continue };
        let output = Command::new(python).args(["-c", asked]).arg(&path).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "Ada|Ben", "{format}");
    }
}
