//! The report as a page: it runs nothing, asks for nothing, and a browser opens it.

use crate::material::{INT16, INT24, code, lacquer, text, write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a clipped and a clean mix whose names would be markup if they were not escaped, and their report.
fn report(folder: &Path) -> (PathBuf, String) {
    let mixes = folder.join("mixes");
    std::fs::create_dir_all(&mixes).unwrap();
    let clipped = "1 <script>document.title='run'<&\"\u{7}.wav";
    write(&mixes.join(clipped), INT16(2), |frame| frame.map(|x| 8.0 * x));
    write(&mixes.join("2 <img src=x onerror=alert(1)>.wav"), INT24(2), |frame| frame);
    write(&mixes.join("3 mono.wav"), INT24(1), |frame| frame);
    let path = folder.join("report.html");
    let output = lacquer(&[text(&mixes), "--html", text(&path)]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.contains(&7), "a name rings the terminal's bell");
    let html = std::fs::read_to_string(&path).unwrap();
    (path, html)
}

#[test]
fn the_report_is_one_file_that_asks_for_nothing_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, html) = report(folder.path());
    for never in ["<script", "<img", "http:", "https:", "url(", "@import", "\u{7}", "NaN", "<link", "<iframe"]
    {
        assert!(!html.contains(never), "{never}");
    }
    assert!(html.contains("1 &lt;script&gt;document.title='run'&lt;&amp;&quot;\u{2407}.wav"));
    assert_eq!(html.matches("<section class=\"file\"").count(), 3);
    // Of a stereo file waveform, loudness, correlation, spectrum and loss in mono; of a mono file three of them.
    assert_eq!(html.matches("<svg ").count(), 5 + 5 + 3);
    assert!(html.contains("SEND BACK") && html.contains("Fit to master"));
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing but the mixes and the report: {left:?}");
    // The same files give the same bytes, however the threads ran.
    let (_, again) = report(folder.path());
    assert!(html == again, "{} differs from its twin", path.display());
}

#[test]
fn a_report_never_takes_the_place_of_a_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mix.wav");
    write(&path, INT16(2), |frame| frame);
    let before = std::fs::read(&path).unwrap();
    let absent = folder.path().join("no/report.html");
    for html in [&path, &absent, folder.path()] {
        let output = lacquer(&[text(&path), "--html", text(html)]);
        assert_eq!(code(&output), 2, "{}", html.display());
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.lines().count() == 1 && line.starts_with("lacquer: "), "{line}");
    }
    assert!(std::fs::read(&path).unwrap() == before);
}

/// A Chromium, under any of its names.
fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
}

#[test]
fn a_browser_opens_the_report_and_nothing_in_it_runs() {
    let Some(browser) = browser() else {
        eprintln!("no Chromium here: the report was not opened");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = report(folder.path());
    let profile = folder.path().join("profile");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(
        dom.contains("<title>3 files – quality control</title>"),
        "a script changed the title:\n{dom:.2000}"
    );
    assert_eq!(dom.matches("<svg ").count(), 13);
    assert_eq!(dom.matches("<script").count() + dom.matches("<img").count(), 0);
    // Parsed as meant: every section is closed where it should be, so that main holds all three and ends the body.
    assert_eq!(dom.matches("<section class=\"file\" id=\"file-").count(), 3);
    assert!(dom.contains("</section><p class=\"foot\">"), "sections do not nest");
}
