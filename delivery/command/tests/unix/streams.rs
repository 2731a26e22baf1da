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
