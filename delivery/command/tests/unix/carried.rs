//! What the tags of a mix hold is in its master, whatever the two formats; mutagen writes the mixes' tags and reads the masters'.

use crate::scene::{Scene, decoded};
use lacquer_left_out::has_program;
use std::path::Path;
use std::process::Command;

/// Puts the tags into a file of any format.
const WRITE: &str = r#"
import base64, mutagen, struct, sys, zlib
from mutagen import id3, mp4
from mutagen.flac import FLAC, Picture
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def png(size):
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80\0\0" * size) * size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
pictures = [(3, "The front", png(16)), (4, "The back", png(24))]
file = mutagen.File(sys.argv[1])
if file.tags is None:
    file.add_tags()
tags = file.tags
lyrics = "First line\nSecond line"
if isinstance(file, mp4.MP4):
    own = "----:com.apple.iTunes:"
    tags.update({"\xa9nam": "Song", "\xa9ART": ["Ada", "Ben"], "\xa9gen": ["Folk", "Pop"], "\xa9day": "2024-05-06", "trkn": [(4, 12)],
        "disk": [(2, 3)], "cprt": "2024 Ada", "\xa9cmt": "A remark", "\xa9lyr": lyrics, "tmpo": [128], own + "My field": b"Own value",
        own + "replaygain_track_gain": b"-9.00 dB", own + "iTunNORM": b" 000", own + "MusicBrainz Album Id": b"abcd"})
    tags["covr"] = [mp4.MP4Cover(data, mp4.MP4Cover.FORMAT_PNG) for _, _, data in pictures]
elif hasattr(tags, "getall"):
    tags.clear()
    text = dict(TIT2="Song", TPE1=["Ada", "Ben"], TCON=["Folk", "Pop"], TDRC="2024-05-06", TRCK="4/12", TPOS="2/3", TCOP="2024 Ada", TBPM="128", TLEN="9", TSSE="Codec")
    for name, value in text.items():
        tags.add(getattr(id3, name)(encoding=3, text=value))
    tags.add(id3.COMM(encoding=3, lang="eng", desc="", text="A remark"))
    tags.add(id3.COMM(encoding=3, lang="eng", desc="iTunNORM", text=" 000"))
    tags.add(id3.USLT(encoding=3, lang="eng", desc="", text=lyrics))
    for name, value in [("My field", "Own value"), ("replaygain_track_gain", "-9.00 dB"), ("MusicBrainz Album Id", "abcd")]:
        tags.add(id3.TXXX(encoding=3, desc=name, text=value))
    tags.add(id3.PRIV(owner="studio", data=b"\1\2"))
    for kind, says, data in pictures:
        tags.add(id3.APIC(encoding=3, mime="image/png", type=kind, desc=says, data=data))
else:
    tags.update({"title": "Song", "artist": ["Ada", "Ben"], "genre": ["Folk", "Pop"], "date": "2024-05-06", "tracknumber": "4", "tracktotal": "12",
        "discnumber": "2", "disctotal": "3", "copyright": "2024 Ada", "comment": "A remark", "lyrics": lyrics, "bpm": "128", "My field": "Own value",
        "replaygain_track_gain": "-9.00 dB", "r128_track_gain": "-900", "encoder": "Codec", "musicbrainz_albumid": "abcd"})
    blocks = []
    for kind, says, data in pictures:
        block = Picture()
        block.type, block.desc, block.data, block.mime = kind, says, data, "image/png"
        blocks.append(block)
    if isinstance(file, FLAC):
        for block in blocks:
            file.add_picture(block)
    else:
        tags["metadata_block_picture"] = [base64.b64encode(block.write()).decode() for block in blocks]
file.save()
"#;

/// Prints the tags of a WAV or FLAC file, a line for each.
const READ: &str = r#"
import mutagen, sys
file = mutagen.File(sys.argv[1])
tags = file.tags
say = lambda name, texts: print(name.lower() + "=" + "|".join(str(text) for text in texts).replace("\n", "/"))
if hasattr(tags, "getall"):
    names = dict(TIT2="title", TPE1="artist", TCON="genre", TDRC="date", TRCK="track", TPOS="disc", TCOP="copyright", TBPM="bpm")
    for frame in tags.values():
        kind = frame.FrameID
        if kind == "APIC":
            print("picture=%d,%s,%d" % (frame.type, frame.desc, len(frame.data)))
        elif kind == "PRIV":
            print("priv=%s" % frame.owner)
        elif kind == "TXXX":
            say({"MusicBrainz Album Id": "musicbrainz_albumid"}.get(frame.desc, frame.desc), frame.text)
        elif kind in ("COMM", "USLT"):
            say(dict(COMM="comment", USLT="lyrics")[kind] + frame.desc, [frame] if kind == "USLT" else frame.text)
        else:
            say(names.get(kind, kind), frame.text)
else:
    for name in tags.keys():
        texts = tags[name]
        for one in ("track", "disc"):
            if name.lower() == one + "number":
                name, texts = one, ["/".join(texts + tags[one + "total"])]
        say(name, texts)
    for block in file.pictures:
        print("picture=%d,%s,%d" % (block.type, block.desc, len(block.data)))
"#;

/// A Python that has mutagen; Debian's has Debian's packages.
fn python() -> Option<&'static str> {
    let has_mutagen = |python: &&str| {
        let asked = Command::new(python).args(["-c", "import mutagen"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_mutagen);
    if found.is_none() {
        lacquer_left_out::left_out("mutagen is not installed");
    }
    found
}

fn run_python(python: &str, script: &str, path: &Path) -> String {
    let output = Command::new(python).args(["-c", script]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What every master of such a mix has to say.
const EVERYTHING: [&str; 12] = [
    "title=Song",
    "artist=Ada|Ben",
    "genre=Folk|Pop",
    "date=2024-05-06",
    "track=4/12",
    "disc=2/3",
    "copyright=2024 Ada",
    "comment=A remark",
    "lyrics=First line/Second line",
    "bpm=128",
    "my field=Own value",
    "musicbrainz_albumid=abcd",
];

/// What describes the mix's own sound and its file.
const ITS_OWN: [&str; 7] = ["replaygain", "r128", "itunnorm", "encoder", "tsse", "tlen", "commentitun"];

#[test]
fn everything_that_a_mix_says_is_in_its_master() {
    let scene = Scene::new();
    scene.song("song.wav", 0.4, 110.0);
    let (true, Some(python)) = (has_program("ffmpeg"), python()) else { return };
    for ending in ["flac", "mp3", "ogg", "opus", "m4a", "aiff", "wav"] {
        let mix = format!("mix.{ending}");
        let coding = if ending == "ogg" { "-c:a libvorbis" } else { "" };
        assert_eq!(scene.shell(&format!("ffmpeg -v error -y -i song.wav {coding} {mix}")).code, 0);
        run_python(python, WRITE, &scene.path(&mix));
        for output in ["flac", "wav"] {
            let master = format!("{ending}.{output}");
            let made = scene.run(&["master", &mix, "-o", &master, "--anyway"]);
            assert_eq!(made.code, 0, "{mix}: {}", made.err);
            let said = run_python(python, READ, &scene.path(&master));
            let has = |line: &str| said.lines().any(|said| said == line);
            // MP4 has covers without a kind and without words: the first is the front.
            let pictures = match ending {
                "m4a" => ["picture=3,", "picture=0,"],
                _ => ["picture=3,The front,", "picture=4,The back,"],
            };
            for line in EVERYTHING {
                assert!(has(line), "{mix} to {output}: no {line} in\n{said}");
            }
            for line in pictures {
                assert!(
                    said.lines().any(|said| said.starts_with(line)),
                    "{mix} to {output}: no {line} in\n{said}"
                );
            }
            for name in ITS_OWN {
                assert!(
                    !said.lines().any(|line| line.starts_with(name)),
                    "{mix} to {output}: {name} in\n{said}"
                );
            }
            // Vorbis comments are text: what a program keeps for itself in ID3v2 has no place there.
            let is_lost = matches!(ending, "mp3" | "aiff" | "wav") && output == "flac";
            assert_eq!(made.err.contains("PRIV"), is_lost, "{mix} to {output}: {}", made.err);
            assert_eq!(
                has("priv=studio"),
                matches!(ending, "mp3" | "aiff" | "wav") && !is_lost,
                "{mix} to {output}"
            );
            assert_eq!(decoded(&scene.path(&master)).channels, 2);
        }
    }
    // Into a folder, as one by one.
    scene.shell("mkdir mixes && cp mix.flac mix.mp3 mixes && mv mixes/mix.mp3 mixes/other.mp3");
    let made = scene.run(&["master", "mixes", "-o", "masters/", "--flac", "--anyway"]);
    assert!(made.code == 0 && made.err.contains("other.mp3") && made.err.contains("PRIV"), "{}", made.err);
    for name in ["mix", "other"] {
        let said = run_python(python, READ, &scene.path(&format!("masters/{name}.flac")));
        let left: Vec<&str> =
            EVERYTHING.into_iter().filter(|line| !said.lines().any(|said| said == *line)).collect();
        assert!(left.is_empty(), "{name}: {left:?} are not in\n{said}");
    }
}
