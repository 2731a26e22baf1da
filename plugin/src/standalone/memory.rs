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
    fn a_damaged_file_is_named() {
        let path = path("damaged");
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, "{\"state\": 3").expect("a file");
        let problem = Memory::read(&path).expect_err("no memory");
        assert!(problem.contains("s.json"), "{problem}");
        let _ = fs::remove_dir_all(path.parent().expect("a folder"));
    }
}
