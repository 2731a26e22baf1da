//! Names and texts that would move a terminal's cursor, change its title, or begin lines of their own.

use crate::scene::*;
use std::os::unix::ffi::OsStrExt;
use std::process::Output;

/// Escape sequences, a line feed, C1 controls, and marks that turn the direction of text.
const EVIL: &str = "a\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m\r\n0 problems\u{202e}gpj\u{7f}";

/// Whether nothing in it acts on a terminal, and every line begins as this command's lines do.
fn assert_plain(output: &Output, what: &str) {
    for text in [&output.stdout, &output.stderr] {
        let text = String::from_utf8(text.clone()).unwrap();
        let bad = text.chars().find(|c| {
            (c.is_control() && *c != '\n') || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        });
        assert_eq!(bad, None, "{what}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("0 problems")), "{what}: {text}");
    }
}

#[test]
fn nothing_that_is_printed_acts_on_a_terminal() {
    let scene = Scene::new();
    let toml = EVIL.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect::<String>();
    let evil_file = format!("{EVIL}.wav");
    std::fs::copy(scene.path("album/mixes/one.wav"), scene.path("album").join(&evil_file)).unwrap();
    std::fs::create_dir(scene.path("album").join(EVIL)).unwrap();
    std::fs::write(scene.path("album").join(format!("{EVIL}.txt")), format!("ISRC\n{EVIL}\n")).unwrap();
    std::fs::write(scene.path("album").join(format!("{EVIL}.toml")), format!("{EVIL} = 1\n")).unwrap();
    std::fs::write(
        scene.path("album/ALBUM.toml"),
        format!(
            "[album]\ntitle = \"{toml}\"\nartist = \"{toml}\"\nisrc_prefix = \"AA6Q7\"\nisrc_range = [0, 9]\nloudness = {{ mode = \"as_is\" }}\n[[track]]\nfile = \"{toml}.wav\"\ntitle = \"{toml}\"\nisrc = \"new\"\n"
        ),
    )
    .unwrap();
    for (name, text) in [
        ("key.toml", format!("[album]\n\"{toml}\" = 1\n")),
        ("preset.toml", format!("[album]\npreset = \"{toml}\"\n[[track]]\nfile = \"a\"\n")),
        ("id.toml", format!("[album]\n[[track]]\nfile = \"a\"\nsettings = {{ \"{toml}\" = 1 }}\n")),
        ("outputs.toml", format!("[album]\noutputs = [\"{toml}\"]\n[[track]]\nfile = \"a\"\n")),
        ("code.toml", format!("[[track]]\nfile = \"a\"\nisrc = \"{toml}\"\n")),
        ("gone.toml", format!("[[track]]\nfile = \"{toml}\"\n")),
    ] {
        std::fs::write(scene.path("album").join(name), text).unwrap();
    }
    let list = format!("{EVIL}.txt");
    let preset = format!("{EVIL}.toml");
    let gone = format!("{EVIL}.gone");
    let out = format!("{EVIL}out.wav");
    let evil = |name: &'static str| vec!["album", name, "-o", "release"];
    let mut tried = 0;
    for arguments in [
        evil("ALBUM.toml"),
        evil("key.toml"),
        evil("preset.toml"),
        evil("id.toml"),
        evil("outputs.toml"),
        evil("code.toml"),
        evil("gone.toml"),
        vec!["album", "ALBUM.toml", "-o", EVIL],
        vec!["album", &gone, "-o", "release"],
        vec!["album", "init", &evil_file, "-o", &out],
        vec!["master", &evil_file, "-o", &out],
        vec!["master", &evil_file, "-o", &out, "--preset", &preset],
        vec!["master", &evil_file, "-o", &out, "--preset", EVIL],
        vec!["master", &evil_file, "-o", &out, "--set", EVIL],
        vec!["master", &evil_file, "-o", &out, "--target", EVIL],
        vec!["master", &gone, "-o", &out],
        vec!["measure", &evil_file, &gone, &list],
        vec!["measure", &gone],
        vec!["check", &evil_file, &gone, EVIL],
        vec!["codec", &evil_file, "--codec", "opus128"],
        vec!["codec", &gone],
        vec!["isrc", "list", "--ledger", "isrc.ledger"],
        vec!["isrc", "list", "--ledger", &gone],
        vec!["isrc", "import", "--ledger", "isrc.ledger", &list],
        vec!["isrc", "import", "--ledger", "isrc.ledger", &evil_file],
        vec!["isrc", "verify", &evil_file],
        vec!["isrc", "verify", "--ledger", "isrc.ledger", "release/wav24", &gone],
        vec!["ddp", "verify", EVIL],
        vec!["ddp", "verify", &gone],
    ] {
        for json in [false, true] {
            let mut arguments = arguments.clone();
            if json && arguments[1] != "init" {
                arguments.push("--json");
            }
            let output = scene.lacquer(&arguments);
            assert_plain(&output, &format!("{arguments:?}"));
            if json && output.status.success() {
                for line in String::from_utf8(output.stdout).unwrap().split("\n{") {
                    assert!(!line.is_empty());
                }
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 58);
}

#[test]
fn json_says_the_name_itself() {
    let scene = Scene::new();
    let name = format!("{EVIL}.wav");
    std::fs::copy(scene.path("album/mixes/one.wav"), scene.path("album").join(&name)).unwrap();
    let output = scene.lacquer(&["measure", "--json", &name]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["file"].as_str(), Some(name.as_str()));
    // A name that is no text.
    let bytes = std::ffi::OsStr::from_bytes(b"\xff\x1b[2J.wav");
    std::fs::copy(scene.path("album/mixes/one.wav"), scene.path("album").join(bytes)).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lacquer"))
        .arg("measure")
        .arg(bytes)
        .current_dir(scene.path("album"))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_plain(&output, "a name that is no text");
}
