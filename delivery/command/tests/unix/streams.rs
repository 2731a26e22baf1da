//! `-`: standard input of any format, standard output of WAV and FLAC, pipes that end early.

use crate::scene::{Scene, decoded};

#[test]
fn standard_input_is_told_by_its_first_bytes_and_measures_as_the_file_does() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    scene.song("a.flac", 0.4, 110.0);
    let of = |line: &str| -> serde_json::Value { scene.shell(line).json() };
    let file = of("lacquer measure --json a.wav");
    for name in ["a.wav", "a.flac"] {
        let piped = of(&format!("cat {name} | lacquer measure --json -"));
        assert_eq!(piped["file"], "-");
        assert_eq!(piped["integrated_lufs"], file["integrated_lufs"], "{name}");
        let checked = of(&format!("cat {name} | lacquer check --json -"));
        assert_eq!(checked["files"][0]["format"], if name == "a.wav" { "WAV" } else { "FLAC" });
    }
    // A page reads it twice.
    assert_eq!(scene.shell("lacquer check - --html page.html < a.wav").code, 0);
    let nothing = scene.shell("lacquer measure - < /dev/null");
    assert!(nothing.code == 2 && nothing.err.contains("-: the file is empty"), "{}", nothing.err);
    let text = scene.shell("echo words, and no sound at all | lacquer measure -");
    assert!(text.code == 2 && text.err.contains("-: not audio"), "{}", text.err);
}

#[test]
fn a_master_through_pipes_is_the_master_of_files() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let options = "--anyway --target -16 --word-length 16";
    let made = scene.shell(&format!("lacquer master a.wav -o file.wav {options}"));
    assert_eq!(made.code, 0, "{}", made.err);
    let piped = scene.shell(&format!("cat a.wav | lacquer master - -o - {options} > piped.wav"));
    assert_eq!((piped.code, piped.out.len()), (0, 0), "{}", piped.err);
    assert!(piped.err.contains("Integrated loudness"), "the table goes to standard error: {}", piped.err);
    let read = |name: &str| std::fs::read(scene.path(name)).unwrap();
    assert!(read("file.wav") == read("piped.wav"));
    let flac = scene.shell(&format!("lacquer master - -o - --flac {options} < a.wav > piped.flac"));
    assert_eq!(flac.code, 0, "{}", flac.err);
    assert!(read("piped.flac").starts_with(b"fLaC"));
    assert!(decoded(&scene.path("piped.flac")) == decoded(&scene.path("file.wav")));
    // Appended to what is there, as the shell was asked.
    scene.shell(&format!("printf before > both; lacquer master a.wav -o - {options} >> both"));
    assert!(read("both") == [&b"before"[..], &read("file.wav")].concat());
    let json = scene.shell("lacquer master a.wav -o - --json | cat");
    assert!(json.code == 2 && json.err.contains("--json"), "{}", json.err);
}

#[test]
fn a_reader_that_goes_is_no_panic() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let params = scene.shell("lacquer params | head -1");
    assert!(params.code == 0 && params.err.is_empty(), "{}", params.err);
    let listed = scene.shell("lacquer --list checks | head -c 1");
    assert!(listed.code == 0 && listed.err.is_empty(), "{}", listed.err);
    // Half a master is none, which the exit code says.
    let half = scene.shell("lacquer master a.wav -o - --anyway --quiet | head -c 100 > /dev/null");
    assert!(half.code == 2 && !half.err.contains("panic"), "{}: {}", half.code, half.err);
    // Nobody who reads errors.
    let silent = scene.shell("lacquer measure missing.wav 2>&-");
    assert_eq!(silent.code, 2);
}

#[test]
fn an_album_never_waits_for_standard_input() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    std::fs::write(scene.path("ALBUM.toml"), "[album]\n[[track]]\nfile = \"-\"\n").unwrap();
    let said = scene.shell("lacquer album ALBUM.toml --plan < a.wav");
    assert!(said.code == 2 && said.err.contains("-: cannot be read"), "{}: {}", said.code, said.err);
}

#[test]
fn what_others_pipe_is_read_to_its_end() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let file = scene.shell("lacquer measure --json a.wav").json();
    for (program, line) in [
        ("sox", "sox a.wav -t aiff -"),
        ("sox", "sox a.wav -t caf -"),
        ("sox", "sox a.wav -t au -"),
        ("ffmpeg", "ffmpeg -v error -i a.wav -c:a pcm_s24be -f aiff -"),
        ("ffmpeg", "ffmpeg -v error -i a.wav -c:a pcm_s24be -f caf -"),
    ] {
        if lacquer_left_out::has_program(program) {
            let said = scene.shell(&format!("{line} 2> /dev/null | lacquer measure --json -")).json();
            assert_eq!(
                (&said["duration_s"], &said["true_peak_dbtp"]),
                (&file["duration_s"], &file["true_peak_dbtp"]),
                "{line}"
            );
        }
    }
}

/// A pipe has no ending in its name: what is written into it is what is asked for, or WAV.
#[test]
fn pipes_and_devices_are_written_into_whatever_their_names() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let made = scene.shell("lacquer master a.wav -o file.wav --anyway");
    assert_eq!(made.code, 0, "{}", made.err);
    let read = |name: &str| std::fs::read(scene.path(name)).unwrap();
    let null = scene.shell("lacquer master a.wav -o /dev/null --anyway");
    assert!(null.code == 0 && null.err.is_empty(), "{}", null.err);
    let piped =
        scene.shell("mkfifo ff && { cat ff > piped.wav & lacquer master a.wav -o ff --anyway && wait; }");
    assert_eq!(piped.code, 0, "{}", piped.err);
    assert!(read("piped.wav") == read("file.wav"));
    let flac = scene.shell("cat ff > piped.flac & lacquer master a.wav -o ff --flac --anyway && wait");
    assert_eq!(flac.code, 0, "{}", flac.err);
    assert!(read("piped.flac").starts_with(b"fLaC"));
    assert!(decoded(&scene.path("piped.flac")) == decoded(&scene.path("file.wav")));
    // The shell does not wait for what reads there: five seconds for it.
    let waiting = "for n in {1..100}; do cmp -s other.wav file.wav && break; sleep 0.05; done";
    let line = format!("lacquer master a.wav -o >(cat > other.wav) --anyway && {waiting}");
    let substituted = scene.shell(&line);
    assert_eq!(substituted.code, 0, "{}", substituted.err);
    assert!(read("other.wav") == read("file.wav"));
    // What goes to standard output keeps the table out of it, and holds no other file.
    let out = scene.shell("lacquer master a.wav -o /dev/stdout --anyway | cat > out.wav");
    assert!(out.code == 0 && out.err.contains("Integrated loudness"), "{}", out.err);
    assert!(read("out.wav") == read("file.wav"));
    for option in ["--archive", "--replay-gain"] {
        let said = scene.shell(&format!("lacquer master a.wav -o /dev/null {option} --anyway"));
        assert!(said.code == 2 && said.err.contains(option), "{}", said.err);
    }
    let long = scene.shell("lacquer master a.wav -o /dev/null --flac --word-length 32f --anyway");
    assert!(long.code == 2 && long.err.contains("no floating point"), "{}", long.err);
}

#[test]
fn a_pipe_of_the_shell_is_read_as_standard_input_is() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    let file = scene.shell("lacquer measure --json a.wav").json();
    for line in ["lacquer measure --json <(cat a.wav)", "cat a.wav | lacquer measure --json /dev/stdin"] {
        let said = scene.shell(line).json();
        assert_eq!(said["integrated_lufs"], file["integrated_lufs"], "{line}");
    }
    let checked = scene.shell("lacquer check --json <(cat a.wav)").json();
    assert_eq!(checked["files"][0]["format"], "WAV");
    let made = scene.shell(
        "lacquer master <(cat a.wav) -o piped.wav --anyway && lacquer master a.wav -o file.wav --anyway",
    );
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(
        std::fs::read(scene.path("piped.wav")).unwrap() == std::fs::read(scene.path("file.wav")).unwrap()
    );
    // Nobody waits for a pipe with a name, which may be a stranger's and have no writer.
    let named = scene.shell("mkfifo f; lacquer measure f");
    assert!(named.code == 2 && named.err.contains("give - and pipe it in"), "{}", named.err);
    let folder = scene.shell("mkdir d; mkfifo d/x.wav; lacquer measure d");
    assert!(folder.code == 2 && folder.err.contains("a device or a pipe"), "{}", folder.err);
    let device = scene.shell("lacquer measure /dev/zero");
    assert!(device.code == 2 && device.err.contains("a device"), "{}", device.err);
}
