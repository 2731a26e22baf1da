//! From the command line to the window.

use super::arguments::{Arguments, HELP};
use super::song::{self, Player, SongFeed};
use lacquer_gui::Status;
use nice_plug::prelude::nice_export_standalone_with_args;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for the window: software rendering on a busy machine takes a second or two.
const WINDOW_PATIENCE: Duration = Duration::from_secs(20);
/// Pause between two looks for it.
const WINDOW_POLL: Duration = Duration::from_millis(50);

/// What [`run`] leaves for the plugin that the framework makes.
static FEED: Mutex<Option<(SongFeed, Arc<Player>)>> = Mutex::new(None);
/// What the plugin leaves for [`run`]: whether its window is open.
static STATUS: OnceLock<Arc<Status>> = OnceLock::new();

/// [main-thread] Called by the plugin that is made: gives it the song's end in the audio thread, if it stands alone.
pub(crate) fn join(status: &Arc<Status>) -> Option<SongFeed> {
    let (feed, player) = FEED.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    player.set_status(status.clone());
    status.set_song(player);
    // One plugin stands alone in a process.
    let _ = STATUS.set(status.clone());
    Some(feed)
}

/// Runs until the window is closed. Says on standard error why it cannot.
pub fn run(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let arguments = match Arguments::read(arguments) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("lacquer-standalone: {problem}\nTry lacquer-standalone --help.");
            return ExitCode::from(2);
        }
    };
    if arguments.help {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    if arguments.version {
        println!("lacquer-standalone {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    if arguments.devices {
        return list_devices(&arguments.program);
    }
    if let Err(problem) = display() {
        eprintln!(
            "lacquer-standalone: there is no display: {problem}. The window needs one; `lacquer master` works without."
        );
        return ExitCode::FAILURE;
    }
    let (feed, player) = song::pair();
    if let Some(path) = &arguments.song {
        lacquer_gui::SongPlayer::open(&*player, path);
    }
    *FEED.lock().unwrap_or_else(PoisonError::into_inner) = Some((feed, player));
    std::thread::spawn(watch_for_the_window);
    if nice_export_standalone_with_args::<crate::LacquerPlugin, _>(arguments.passed_on) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The framework waits for ever if its window cannot open: it says why, and this ends it.
fn watch_for_the_window() {
    let begun = Instant::now();
    while begun.elapsed() < WINDOW_PATIENCE {
        if STATUS.get().is_some_and(|status| status.is_editor_open()) {
            end_on_interrupt();
            return;
        }
        std::thread::sleep(WINDOW_POLL);
    }
    eprintln!(
        "lacquer-standalone: no window has opened in {} s. It needs OpenGL, of a graphics driver or of Mesa's software renderer.",
        WINDOW_PATIENCE.as_secs()
    );
    std::process::exit(1);
}

/// Ctrl-C ends the program: the framework's own handler sets a flag that nothing reads while a window is open.
#[cfg(unix)]
fn end_on_interrupt() {
    // SAFETY: the default action needs nothing of the program's.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
}

/// Ctrl-C ends the program: the system does it.
#[cfg(not(unix))]
fn end_on_interrupt() {}

/// Whether a window can be asked for.
#[cfg(target_os = "linux")]
fn display() -> Result<(), String> {
    match x11rb::connect(None) {
        Ok(_) => Ok(()),
        Err(error) => Err(match std::env::var("DISPLAY") {
            Ok(name) if !name.is_empty() => format!("the X server {name} cannot be reached ({error})"),
            _ => "DISPLAY is not set".to_owned(),
        }),
    }
}

/// Whether a window can be asked for: elsewhere the system has one always.
#[cfg(not(target_os = "linux"))]
fn display() -> Result<(), String> {
    Ok(())
}

/// Lists the sound devices: the framework does, if it is given a name that none has.
fn list_devices(program: &str) -> ExitCode {
    let backend = if cfg!(target_os = "macos") {
        "core-audio"
    } else if cfg!(target_os = "windows") {
        "wasapi"
    } else {
        "alsa"
    };
    for option in ["--input-device", "--output-device"] {
        let line = [program, "--backend", backend, option, ""].map(str::to_owned);
        nice_export_standalone_with_args::<crate::LacquerPlugin, _>(line);
    }
    ExitCode::SUCCESS
}
