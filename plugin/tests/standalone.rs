//! The program of its own: where there is nothing to draw on it says so and ends; in front of a screen it is clicked as a person clicks, and
//! comes back as it was left.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longer than a busy machine takes to start a program, and far shorter than anybody waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the program says with these arguments and this display.
fn said(arguments: &[&str], display: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacquer-standalone"));
    command.args(arguments).env_remove("DISPLAY").env_remove("XAUTHORITY");
    command.envs(display.map(|display| ("DISPLAY", display)));
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let started = Instant::now();
    while child.try_wait().expect("a child of ours").is_none() {
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{arguments:?} with display {display:?}: it blocks");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("what it said")
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_it_says_so_and_ends() {
    for (display, words) in [(None, "DISPLAY is not set"), (Some(":987"), ":987 cannot be reached")] {
        for arguments in [&[][..], &["--backend", "dummy"], &["song.wav"]] {
            let output = said(arguments, display);
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
            assert!(text.contains("there is no display") && text.contains(words), "{text}");
        }
    }
}

#[test]
fn what_needs_no_window_is_answered_without_one() {
    let version = said(&["--version"], None);
    assert!(version.status.success());
    let expected = format!("lacquer-standalone {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&version.stdout), expected);
    for arguments in ["--help", "--devices"] {
        assert!(said(&[arguments], None).status.success(), "{arguments}");
    }
    let wrong = said(&["--backend", "telepathy"], None);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("there is no backend telepathy"));
}

/// Somebody at the program in front of a screen.
#[cfg(target_os = "linux")]
mod clicked {
    use super::PATIENCE;
    use lacquer_tests::person::{Person, RETURN, differing};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command};
    use std::time::Duration;

    /// Places at 1200 x 800: the song's row lies under the bar.
    const SIZE: [u32; 2] = [1200, 800];
    const NEXT_PRESET: [i16; 2] = [289, 20];
    const SONG_FILE: [i16; 2] = [220, 60];
    const SOUND: [i16; 2] = [1120, 60];
    /// What shows the preset's name, what plays, and what is far from the pointer.
    const BAR: ([i16; 2], [u16; 2]) = ([0, 0], [480, 40]);
    const METERS: ([i16; 2], [u16; 2]) = ([964, 250], [228, 160]);
    const BELOW_SOUND: ([i16; 2], [u16; 2]) = ([700, 80], [480, 60]);
    const RIGHT_EDGE: ([i16; 2], [u16; 2]) = ([1180, 10], [10, 10]);
    /// Pixels that a menu, a name or a meter changes at least.
    const SEEN: usize = 60;

    /// The program with a home of its own; it ends with this.
    struct Program(Child);

    impl Program {
        fn start(home: &Path) -> Self {
            let mut command = Command::new(env!("CARGO_BIN_EXE_lacquer-standalone"));
            command.args(["--backend", "dummy"]).env("HOME", home).env("XDG_DATA_HOME", home.join("data"));
            Self(command.spawn().expect("the program starts"))
        }

        /// Whether it ended by itself, and well.
        fn has_ended_well(&mut self) -> bool {
            self.0.try_wait().expect("a child of ours").is_some_and(|status| status.success())
        }
    }

    impl Drop for Program {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// Two seconds of a chord, 16 bit.
    fn song(folder: &Path) -> PathBuf {
        let frames = 88_200u32;
        let mut bytes = b"RIFF".to_vec();
        bytes.extend((36 + 4 * frames).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
        bytes.extend(44_100u32.to_le_bytes());
        bytes.extend((4 * 44_100u32).to_le_bytes());
        bytes.extend(b"\x04\0\x10\0data");
        bytes.extend((4 * frames).to_le_bytes());
        for n in 0..frames {
            let tone = |hz: f64| (std::f64::consts::TAU * hz * f64::from(n) / 44_100.0).sin();
            let sample = (6000.0 * (tone(220.0) + tone(331.0))) as i16;
            bytes.extend([sample.to_le_bytes(), sample.to_le_bytes()].concat());
        }
        let path = folder.join("chord.wav");
        std::fs::write(&path, bytes).expect("a song");
        path
    }

    #[test]
    fn it_is_resized_plays_a_song_offers_devices_and_comes_back_as_it_was_left() {
        let wait = |time| std::thread::sleep(time);
        let Some(person) = Person::at_the_screen(&wait) else {
            return lacquer_left_out::left_out("there is no screen");
        };
        let home = std::env::temp_dir().join(format!("lacquer-standalone-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a folder");
        let song = song(&home);
        let look = |(at, size): ([i16; 2], [u16; 2])| person.look(at, size);
        let is_drawn = |part| look(part).iter().any(|pixel| pixel.iter().any(|value| *value > 16));

        let mut program = Program::start(&home);
        let window = person.find("Lacquer", PATIENCE).expect("its window");
        person.resize(window, SIZE);
        person.focus(window);
        assert!(person.until(|| is_drawn(RIGHT_EDGE)), "it is drawn up to the edge of its new size");

        let silent = look(METERS);
        person.click(SONG_FILE);
        person.type_text(song.to_str().expect("a path"));
        person.key(RETURN, &[]);
        assert!(person.until(|| differing(&silent, &look(METERS)) > SEEN), "the song moves the meters");

        let closed = look(BELOW_SOUND);
        person.click(SOUND);
        assert!(person.until(|| differing(&closed, &look(BELOW_SOUND)) > SEEN), "the devices are offered");
        person.click([600, 780]);
        assert!(person.until(|| differing(&closed, &look(BELOW_SOUND)) < SEEN), "a click beside closes them");

        let unnamed = look(BAR);
        person.click(NEXT_PRESET);
        person.point([600, 780]);
        assert!(person.until(|| differing(&unnamed, &look(BAR)) > SEEN), "a preset is taken");
        std::thread::sleep(Duration::from_millis(500));
        let named = look(BAR);
        person.ask_to_close(window);
        assert!(person.until(|| program.has_ended_well()), "it ends when its window is closed");

        let _again = Program::start(&home);
        let window = person.find("Lacquer", PATIENCE).expect("its window");
        person.resize(window, SIZE);
        person.focus(window);
        person.point([600, 780]);
        // The history of changes is of one run.
        let name = |bar: &[[u8; 3]]| bar.chunks(480).flat_map(|row| row[..300].to_vec()).collect::<Vec<_>>();
        assert!(
            person.until(|| differing(&name(&named), &name(&look(BAR))) < SEEN / 4),
            "the preset is there again"
        );
        let _ = std::fs::remove_dir_all(&home);
    }
}
