//! From the command line to the window.

use super::arguments::{Arguments, HELP};
use super::context::EditorContext;
use super::devices::{Devices, JACK};
use super::instance::Instance;
use super::memory::{Keeper, Memory};
use super::song;
use super::sound::{Sound, System};
use crate::LacquerPlugin;
use crate::edge::editor::{GuardedEditor, GuardedHandle};
use lacquer_gui::{SongPlayer, SoundChoice, SoundDevices, Status};
use nice_plug::context::gui::{AsyncExecutor, GuiContext};
use nice_plug::editor::{Editor, EditorHandle, SpawnedEditor};
use nice_plug::prelude::{GuiContextInner, Plugin};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest wait for the window: software rendering on a busy machine takes a second or two.
const WINDOW_PATIENCE: Duration = Duration::from_secs(20);
/// Pause between two looks for it.
const WINDOW_POLL: Duration = Duration::from_millis(50);
/// Sample rate where nobody asked for another, Hz.
const RATE_HZ: u32 = 48_000;
/// What no backend is called.
const NO_SOUND: &str = "dummy";

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
    let devices = Devices::new(arguments.period);
    if arguments.devices {
        list(&devices);
        return ExitCode::SUCCESS;
    }
    let memory = remembered(&arguments);
    let choices = match choices(&arguments, &devices.backends(), memory.sound()) {
        Ok(choices) => choices,
        Err(problem) => {
            eprintln!("lacquer-standalone: {problem}");
            return ExitCode::from(2);
        }
    };
    if let Err(problem) = display() {
        eprintln!(
            "lacquer-standalone: there is no display: {problem}. The window needs one; `lacquer master` works without."
        );
        return ExitCode::FAILURE;
    }
    match open(&arguments, devices, choices, &memory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("lacquer-standalone: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// What the last run was left with, if that is wanted and can be read.
fn remembered(arguments: &Arguments) -> Memory {
    let path = Memory::own_path().filter(|_| !arguments.fresh);
    let read = path.map_or_else(|| Ok(Memory::default()), |path| Memory::read(&path));
    read.unwrap_or_else(|problem| {
        eprintln!(
            "lacquer-standalone: the settings of the last run cannot be read, and are left out: {problem}"
        );
        Memory::default()
    })
}

/// What is tried, the best first: what was asked for, or else what was heard in the last run.
fn choices(
    arguments: &Arguments,
    backends: &[String],
    last: Option<SoundChoice>,
) -> Result<Vec<SoundChoice>, String> {
    let rate_hz = arguments.rate_hz.or(last.as_ref().map(|last| last.rate_hz)).unwrap_or(RATE_HZ);
    let chosen = |backend: &str| SoundChoice {
        backend: Some(backend.to_owned()),
        output: arguments.output.clone(),
        input: arguments.input.clone(),
        rate_hz,
    };
    match arguments.backend.as_deref() {
        Some(NO_SOUND) => Ok(vec![SoundChoice { rate_hz, ..Default::default() }]),
        Some(name) => {
            let known = backends.iter().find(|backend| backend.eq_ignore_ascii_case(name));
            let known = known.ok_or_else(|| {
                format!("there is no backend {name}; there are {} and {NO_SOUND}", backends.join(", "))
            })?;
            Ok(vec![chosen(known)])
        }
        None => {
            // Whoever runs JACK wants it.
            let (mut first, rest): (Vec<_>, Vec<_>) = backends.iter().partition(|backend| *backend == JACK);
            first.extend(rest);
            let others = first.into_iter().map(|backend| chosen(backend));
            // A device that was named is looked for everywhere.
            let is_named = arguments.output.is_some() || arguments.input.is_some();
            let last = last.filter(|_| !is_named).map(|last| SoundChoice { rate_hz, ..last });
            Ok(last.into_iter().chain(others).collect())
        }
    }
}

/// Opens window and sound, and closes them when the window is closed.
fn open(
    arguments: &Arguments,
    devices: Devices,
    choices: Vec<SoundChoice>,
    memory: &Memory,
) -> Result<(), String> {
    let (feed, player) = song::pair();
    let (sound, receiving) = Sound::new(&devices);
    let mut plugin = LacquerPlugin { song: Some(feed), ..LacquerPlugin::default() };
    let status = plugin.status.clone();
    player.set_status(status.clone());
    status.set_song(player.clone());
    status.set_sound(sound.clone());
    if let Some(path) = &arguments.song {
        player.open(path);
    }
    let executor = AsyncExecutor::new(Arc::new(|_| {}), Arc::new(|_| {}));
    let editor = plugin.editor(executor).ok_or("the window cannot be made")?;
    let session = Arc::new(EditorContext::new(&plugin.params, &plugin.handover));
    if let Some(state) = memory.state() {
        session.set_state(state);
    }
    let context = GuiContext::new(session.clone());
    let instance = Box::new(Instance::new(plugin, arguments.channels));
    // Ends when it goes out of scope, after the window.
    let _playing = receiving.run(Box::new(devices), instance, choices, move || player.read_again());
    watch_for_the_window(&status);
    let remembered = memory.sound();
    let left = move || {
        let heard = sound.state();
        let choice = Some(heard.choice).filter(|choice| choice.backend.is_some() && heard.problem.is_none());
        Memory::new(session.get_state(), choice.or(remembered.clone()))
    };
    let keeper = Memory::own_path().map(|path| Keeper::new(path, left));
    show(&editor, arguments.scale, context)?;
    let kept = keeper.map_or(Ok(()), Keeper::end);
    kept.map_err(|problem| format!("the settings were not kept: {problem}"))
}

fn show(editor: &GuardedEditor, scale: Option<f64>, context: GuiContext) -> Result<(), String> {
    let spawned = editor.spawn(None, false, scale, context, None);
    let SpawnedEditor { handle: _handle, window } = spawned.map_err(|error| error.to_string())?;
    GuardedHandle::run_until_closed(window).map_err(|error| error.to_string())
}

/// A window that cannot be drawn may never say so: this does, and ends it.
fn watch_for_the_window(status: &Arc<Status>) {
    let status = status.clone();
    std::thread::spawn(move || {
        let begun = Instant::now();
        while begun.elapsed() < WINDOW_PATIENCE {
            if status.is_editor_open() {
                return;
            }
            std::thread::sleep(WINDOW_POLL);
        }
        eprintln!(
            "lacquer-standalone: no window has opened in {} s. It needs OpenGL, of a graphics driver or of Mesa's software renderer.",
            WINDOW_PATIENCE.as_secs()
        );
        std::process::exit(1);
    });
}

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

/// Lists the sound devices.
fn list(devices: &Devices) {
    for backend in devices.backends() {
        let [outputs, inputs] = devices.devices(&backend);
        for (what, names) in [("plays", outputs), ("records", inputs)] {
            for name in names {
                println!("{backend} {what}: {name}");
            }
        }
    }
}
