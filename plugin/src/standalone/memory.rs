//! What the program was left with: the chain and its window, and the way to the devices. Kept from one run to the next, as a session of a
//! host would be.

use etcetera::BaseStrategy;
use lacquer_gui::SoundChoice;
use lacquer_storage::atomic_file;
use lacquer_storage::regular_file::read_regular_text;
use nice_plug::prelude::PluginState;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longer than any session, and than any file of it, bytes.
const MOST_BYTES: u64 = 16 << 20;

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// The chain with its session.
    state: Option<PluginState>,
    /// The way to the devices; none: the system's own choice.
    sound: Option<KnownSound>,
}

fn about(path: &Path, problem: &dyn Display) -> String {
    format!("{}: {problem}", path.display())
}

/// A choice that was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KnownSound {
    backend: String,
    output: Option<String>,
    input: Option<String>,
    rate_hz: u32,
}

impl Memory {
    /// What is to be remembered; a choice of devices that was not heard is not.
    pub fn new(state: PluginState, sound: Option<SoundChoice>) -> Self {
        let known = sound.and_then(|SoundChoice { backend, output, input, rate_hz }| {
            Some(KnownSound { backend: backend?, output, input, rate_hz })
        });
        Self { state: Some(state), sound: known }
    }

    /// Where this system keeps it: `~/.local/share/lacquer/standalone.json` on Linux.
    pub fn own_path() -> Option<PathBuf> {
        let home = etcetera::base_strategy::choose_native_strategy().ok()?;
        Some(home.data_dir().join("lacquer").join("standalone.json"))
    }

    /// Reads it; where there is none, nothing is remembered.
    ///
    /// # Errors
    /// There is a file that cannot be read: which, and why.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = match read_regular_text(path, MOST_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            other => other.map_err(|error| about(path, &error))?,
        };
        serde_json::from_str(&text).map_err(|error| about(path, &error))
    }

    /// As it is written; none if it cannot be.
    fn text(&self) -> Option<String> {
        serde_json::to_string_pretty(self).ok()
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written: where, and why.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| about(path, &error))?;
        let folder = std::fs::create_dir_all(atomic_file::folder_of(path));
        folder.and_then(|()| atomic_file::write_owned(path, &text)).map_err(|error| about(path, &error))
    }

    /// The chain with its session.
    pub fn state(&self) -> Option<PluginState> {
        self.state.clone()
    }

    /// The way to the devices that was heard last.
    pub fn sound(&self) -> Option<SoundChoice> {
        let KnownSound { backend, output, input, rate_hz } = self.sound.clone()?;
        Some(SoundChoice { backend: Some(backend), output, input, rate_hz })
    }
}

/// How often it is looked whether anything is to be kept: what a program that is ended from outside may lose.
const KEEPING: Duration = Duration::from_secs(2);

/// Keeps what there is while the program runs, whenever it has changed, and once more at the end.
pub(super) struct Keeper {
    end: Sender<()>,
    thread: JoinHandle<Result<(), String>>,
}

impl Keeper {
    /// Begins to keep what `left` gives.
    pub fn new(path: PathBuf, left: impl Fn() -> Memory + Send + 'static) -> Self {
        let (end, ended) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            // What was read at the beginning lies there already.
            let mut kept = left().text();
            loop {
                let is_over = ended.recv_timeout(KEEPING) != Err(RecvTimeoutError::Timeout);
                let memory = left();
                let text = memory.text();
                if is_over {
                    return memory.write(&path);
                }
                // At the end it is said if it cannot be written.
                if text != kept && memory.write(&path).is_ok() {
                    kept = text;
                }
            }
        });
        Self { end, thread }
    }

    /// Keeps what there is at the end.
    ///
    /// # Errors
    /// As [`Memory::write`].
    pub fn end(self) -> Result<(), String> {
        drop(self.end);
        self.thread.join().unwrap_or_else(|_| Err("it was not to be read".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("lacquer-memory-{}-{name}", std::process::id())).join("s.json")
    }

    #[test]
    fn what_was_left_is_there_again() {
        let path = path("whole");
        let nothing = Memory::read(&path).expect("no file is nothing to remember");
        assert!(nothing.state().is_none() && nothing.sound().is_none());
        let state = PluginState {
            version: "1".to_owned(),
            params: [("bypass".to_owned(), nice_plug::plugin::ParamValue::Bool(true))].into(),
            fields: Default::default(),
        };
        let choice = SoundChoice { backend: Some("ALSA".to_owned()), rate_hz: 96_000, ..Default::default() };
        Memory::new(state, Some(choice.clone())).write(&path).expect("a file");
        let again = Memory::read(&path).expect("the same");
        assert_eq!(again.sound(), Some(choice));
        assert!(again.state().is_some_and(|state| state.params.contains_key("bypass")));
        let silent = Memory::new(again.state().expect("a state"), Some(SoundChoice::default()));
        silent.write(&path).expect("in its place");
        assert!(Memory::read(&path).expect("the last one").sound().is_none(), "silence is no choice");
        let _ = fs::remove_dir_all(path.parent().expect("a folder"));
    }

    #[test]
    fn what_changes_is_kept_before_the_end() {
        let path = path("kept");
        let rate_hz = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(44_100));
        let now = rate_hz.clone();
        let state =
            PluginState { version: "1".to_owned(), params: Default::default(), fields: Default::default() };
        let left = move || {
            let rate_hz = now.load(std::sync::atomic::Ordering::Relaxed);
            let choice = SoundChoice { backend: Some("ALSA".to_owned()), rate_hz, ..Default::default() };
            Memory::new(state.clone(), Some(choice))
        };
        let keeper = Keeper::new(path.clone(), left);
        std::thread::sleep(KEEPING / 4);
        assert!(!path.exists(), "nothing has changed");
        rate_hz.store(96_000, std::sync::atomic::Ordering::Relaxed);
        let since = std::time::Instant::now();
        let kept_hz =
            || Memory::read(&path).ok().and_then(|memory| memory.sound()).map(|sound| sound.rate_hz);
        while kept_hz() != Some(96_000) && since.elapsed() < 10 * KEEPING {
            std::thread::sleep(KEEPING / 20);
        }
        assert_eq!(kept_hz(), Some(96_000));
        rate_hz.store(48_000, std::sync::atomic::Ordering::Relaxed);
        keeper.end().expect("a file");
        assert_eq!(kept_hz(), Some(48_000), "and at the end at once");
        let _ = fs::remove_dir_all(path.parent().expect("a folder"));
    }

    #[test]
    fn a_damaged_file_is_named() {
        let path = path("damaged");
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, "{\"state\": 3").expect("a file");
        let problem = Memory::read(&path).expect_err("no memory");
        assert!(problem.contains("s.json"), "{problem}");
        let _ = fs::remove_dir_all(path.parent().expect("a folder"));
    }
}
