//! Lists, jobs, volume, colours, defaults from files, switches of checks, and what the umask leaves.

use crate::scene::Scene;

#[test]
fn what_may_be_named_is_listed() {
    let scene = Scene::new();
    for (what, names) in [
        ("presets", ["Streaming", "Warm tape"]),
        ("targets", ["spotify", "distributor"]),
        ("checks", ["noise_floor", "dc_offset"]),
        ("styles", ["limiter_style", "Punch"]),
    ] {
        let said = scene.run(&["--list", what]);
        assert_eq!(said.code, 0, "{what}: {}", said.err);
        assert!(names.iter().all(|name| said.text().contains(name)), "{what}: {}", said.text());
    }
    assert_eq!(scene.run(&["--list", "everything"]).code, 2);
    let help = scene.run(&[]);
    assert!(help.code == 2 && help.err.contains("Usage"), "{}", help.err);
}

#[test]
fn the_number_of_jobs_changes_nothing_but_the_pace() {
    let scene = Scene::new();
    for n in 1..4 {
        scene.song(&format!("mixes/{n}.wav"), 0.2 * f64::from(n), 100.0);
    }
    let one = scene.run(&["measure", "mixes", "--csv", "--jobs", "1"]);
    let many = scene.run(&["measure", "mixes", "--csv", "-j", "8"]);
    assert_eq!(one.code, 0, "{}", one.err);
    assert_eq!(one.text(), many.text());
    assert_eq!(scene.run(&["measure", "mixes", "--jobs", "0"]).code, 2);
}

#[test]
fn quiet_tells_errors_alone_and_verbose_what_is_done() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let quiet = scene.run(&["measure", "a.wav", "-q"]);
    assert_eq!((quiet.code, quiet.text().as_str(), quiet.err.as_str()), (0, "", ""));
    let checked = scene.run(&["check", "a.wav", "--quiet"]);
    assert_eq!((checked.text().as_str(), checked.err.as_str()), ("", ""));
    let master = scene.run(&["master", "a.wav", "-o", "m.wav", "--anyway", "--quiet"]);
    assert_eq!((master.code, master.text().as_str(), master.err.as_str()), (0, "", ""));
    let failed = scene.run(&["measure", "gone.wav", "--quiet"]);
    assert!(failed.code == 2 && failed.err.contains("gone.wav"), "{}", failed.err);
    // What was asked for is printed all the same.
    assert_eq!(scene.run(&["measure", "a.wav", "-q", "--json"]).json()["status"], "measured");
    // The folder's defaults are told, for it may be a stranger's; one's own only where that is asked for.
    std::fs::write(scene.path("lacquer.toml"), "jobs = 1\n").unwrap();
    assert!(scene.run(&["measure", "a.wav"]).err.contains("defaults from lacquer.toml"));
    std::fs::rename(scene.path("lacquer.toml"), scene.path("own.toml")).unwrap();
    let own = |more: &[&str]| scene.run(&[&["measure", "a.wav", "--config", "own.toml"], more].concat()).err;
    assert_eq!(own(&[]), "");
    assert!(own(&["--verbose"]).contains("defaults from own.toml"));
    assert_eq!(scene.run(&["measure", "a.wav", "-q", "-v"]).code, 2);
}

#[test]
fn quiet_keeps_no_answer_back() {
    let scene = Scene::new();
    let song = scene.song("a.wav", 0.4, 110.0);
    let quiet = |arguments: &[&str]| {
        let said = scene.run(&[arguments, &["--quiet"]].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
        said.text()
    };
    let new = [
        "isrc", "new", "--ledger", "l", "--prefix", "AA6Q7", "--range", "0-9", "--year", "26", "--artist",
        "Me",
    ];
    let new = |more: &[&str]| quiet(&[&new[..], more].concat());
    assert_eq!(new(&["--title", "One", "--file", song.to_str().unwrap()]), "AA-6Q7-26-00000\n");
    // A file that has a code gets it, with a remark; here with the code alone.
    assert_eq!(new(&["--title", "One", "--file", song.to_str().unwrap()]), "AA-6Q7-26-00000\n");
    assert_eq!(new(&["--title", "Two"]), "AA-6Q7-26-00001\n");
    // What came of some work is no answer.
    std::fs::write(scene.path("codes.txt"), "AA6Q72600005\n").unwrap();
    assert_eq!(quiet(&["isrc", "import", "--ledger", "l", "codes.txt"]), "");
    assert_eq!(quiet(&["preset", "save", "Mine"]), "");
    for asked in [
        &["isrc", "list", "--ledger", "l"][..],
        &["preset", "list"],
        &["preset", "show", "Mine"],
        &["params"],
        &["completions", "bash"],
        &["--list", "targets"],
    ] {
        let answer = quiet(asked);
        assert!(!answer.is_empty() && answer == scene.run(asked).text(), "{asked:?}: {answer}");
    }
    // A file without a code needs a person: which one is the answer, and that one does is told.
    let verified = scene.run(&["isrc", "verify", "a.wav", "-q"]);
    assert!(verified.code == 1 && verified.text().starts_with("a.wav: no code"), "{}", verified.text());
}

#[test]
fn no_color_means_no_colour_even_on_a_terminal() {
    let scene = Scene::new();
    let script = |prefix: &str| {
        let line = format!("script -qec \"{prefix} '{}' --help\" /dev/null", env!("CARGO_BIN_EXE_lacquer"));
        scene.shell(&line).text()
    };
    if scene.shell("command -v script").code != 0 {
        return println!("left out: script is not installed");
    }
    assert!(script("env -u NO_COLOR TERM=xterm-256color").contains("\u{1b}["), "a terminal has colours");
    assert!(!script("env NO_COLOR=1 TERM=xterm-256color").contains("\u{1b}["));
}

#[test]
fn defaults_come_from_the_folder_then_the_user_and_the_command_line_goes_before_both() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let word_length = |more: &[&str]| {
        let arguments = [&["master", "a.wav", "-o", "m.wav", "--force", "--anyway", "--json"], more].concat();
        scene.run(&arguments).json()["word_length"].as_str().unwrap().to_owned()
    };
    assert_eq!(word_length(&[]), "24 bit");
    std::fs::create_dir_all(scene.path("settings/lacquer")).unwrap();
    std::fs::write(
        scene.path("settings/lacquer/lacquer.toml"),
        "[master]\nword_length = 16\nset = { limiter_on = true }\n",
    )
    .unwrap();
    assert_eq!(word_length(&[]), "16 bit", "the user's");
    std::fs::write(scene.path("lacquer.toml"), "[master]\nword-length = 20\n").unwrap();
    assert_eq!(word_length(&[]), "20 bit", "the folder's");
    assert_eq!(word_length(&["--word-length", "24"]), "24 bit", "the command line's");
    assert_eq!(word_length(&["--no-config"]), "24 bit");
    std::fs::write(scene.path("other.toml"), "[master]\nword_length = \"32f\"\n").unwrap();
    assert_eq!(word_length(&["--config", "other.toml"]), "32 bit float");
    // No key of a file's is louder than --quiet, and that the folder's holds is told all the same.
    std::fs::write(scene.path("lacquer.toml"), "verbose = true\n").unwrap();
    let quiet = scene.run(&["check", "a.wav", "-q"]);
    assert_eq!((quiet.text().as_str(), quiet.err.as_str()), ("", "lacquer: defaults from lacquer.toml\n"));
    // A slip stops everything, with its place.
    std::fs::write(scene.path("lacquer.toml"), "[master]\n# a remark\nword_lenght = 16\n").unwrap();
    let slip = scene.run(&["measure", "a.wav"]);
    assert_eq!(slip.code, 2);
    assert!(
        slip.err.starts_with("lacquer: lacquer.toml, line 3: master.word_lenght: there is no such key"),
        "{}",
        slip.err
    );
    assert_eq!(slip.err.trim_end().lines().count(), 1);
    assert_eq!(scene.run(&["measure", "a.wav", "--no-config"]).code, 0);
    let gone = scene.run(&["measure", "a.wav", "--config", "gone.toml"]);
    assert!(gone.code == 2 && gone.err.contains("gone.toml: cannot be read"), "{}", gone.err);
}

#[test]
fn a_target_and_a_setting_that_leaves_it_no_drive_contradict_each_other() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    for (given, told) in [
        ("limiter_drive=3", "limiter_drive"),
        ("limiter_on=off", "limiter_on=off"),
        ("bypass=on", "bypass=on"),
    ] {
        let master = |more: &[&str]| {
            scene.run(&[&["master", "a.wav", "-o", "m.wav", "--force", "--set", given], more].concat())
        };
        let refused = master(&["--target", "-14"]);
        assert_eq!(refused.code, 2, "{given}");
        assert!(refused.err.contains(&format!("--set {told} and --target -14")), "{}", refused.err);
        // What asks for no loudness goes with all of them, and a preset's promise gives way.
        assert_eq!(master(&["--target", "vinyl", "--anyway"]).code, 0, "{given}");
        assert_eq!(master(&["--preset", "Loud", "--anyway"]).code, 0, "{given}");
    }
}

#[test]
fn checks_are_switched_off_and_their_thresholds_moved() {
    let scene = Scene::new();
    let path = scene.path("offset.wav");
    scene.song("a.wav", 0.4, 110.0);
    let mut audio = crate::scene::decoded(&scene.path("a.wav"));
    audio.frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x + 0.01));
    lacquer_files::encode::encode(&path, &audio, lacquer_files::encode::WordLength::Bits24).unwrap();
    let findings = |more: &[&str]| -> Vec<(String, String, Option<f64>)> {
        let arguments = [&["check", "offset.wav", "--json"], more].concat();
        let report: serde_json::Value = serde_json::from_slice(&scene.run(&arguments).out).unwrap();
        report["files"][0]["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| {
                let text = |key: &str| of[key].as_str().unwrap().to_owned();
                (text("check"), text("severity"), of["figure"].as_f64())
            })
            .collect()
    };
    let all = findings(&[]);
    let offset = all.iter().find(|of| of.0 == "dc_offset").expect("an offset").clone();
    assert!(all.len() > 1, "{all:?}");
    assert!(findings(&["--skip", "dc-offset"]).iter().all(|of| of.0 != "dc_offset"));
    assert!(findings(&["--only", "dc_offset"]).iter().all(|of| of.0 == "dc_offset"));
    let figure = offset.2.unwrap();
    // Beyond the threshold it is a remark, within it a note.
    let moved = |by: f64| {
        let threshold = format!("dc_offset={}", figure + by);
        findings(&["--threshold", &threshold]).into_iter().find(|of| of.0 == "dc_offset").unwrap().1
    };
    assert_eq!((moved(-figure.abs() / 2.0).as_str(), moved(figure.abs() / 2.0).as_str()), ("warn", "note"));
    let slip = scene.run(&["check", "offset.wav", "--skip", "dc"]);
    assert!(slip.code == 2 && slip.err.contains("noise_floor"), "{}", slip.err);
    // The master's check has them too.
    let inverted = scene.path("inverted.wav");
    audio.frames.iter_mut().for_each(|frame| frame[1] = -frame[0]);
    lacquer_files::encode::encode(&inverted, &audio, lacquer_files::encode::WordLength::Bits24).unwrap();
    assert_eq!(scene.run(&["master", "inverted.wav", "-o", "m.wav"]).code, 1);
    let made = scene.run(&["master", "inverted.wav", "-o", "m.wav", "--only", "file"]);
    assert_eq!(made.code, 0, "{}", made.err);
}

/// Modes of what the command makes under a umask, in octal.
#[cfg(unix)]
#[test]
fn every_file_keeps_to_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    for (umask, file, folder) in [("077", 0o600, 0o700), ("027", 0o640, 0o750)] {
        let made = scene.shell(&format!(
            "umask {umask}; mkdir out && cd out && lacquer check ../a.wav --html check.html -q; \
             lacquer master ../a.wav -o m.wav --html m.html --archive --replay-gain --anyway -q && \
             lacquer master ../a.wav -o masters/ --flac --anyway -q && \
             lacquer codec m.wav --codec opus128 --fix -o safe.wav -q; \
             lacquer isrc new --ledger l.ledger --prefix AA6Q7 --range 0-9 --title a --artist b && \
             lacquer album init ../a.wav && LACQUER_CACHE=\"$PWD/cache\" lacquer album ALBUM.toml -o release --anyway -q && \
             XDG_DATA_HOME=\"$PWD/data\" lacquer preset save Mine && lacquer manual man"
        ));
        assert_eq!(made.code, 0, "{}", made.err);
        let names = scene.names("out");
        for name in
            ["check.html", "m.wav", "m.html", "m.archive.wav", "masters/a.flac", "safe.wav", "l.ledger"]
        {
            assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
        }
        for name in names {
            let path = scene.path("out").join(&name);
            let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), file, "{umask}: {name} is {:o}", mode(&path));
            let above = path.parent().unwrap();
            assert_eq!(mode(above), folder, "{umask}: the folder of {name} is {:o}", mode(above));
        }
        std::fs::remove_dir_all(scene.path("out")).unwrap();
    }
}
