//! What the program was left with: the chain and its window, and the way to the devices. Kept from one run to the next, as a session of a
//! host would be.

use etcetera::BaseStrategy;
use lacquer_gui::SoundChoice;
use nice_plug::prelude::PluginState;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// The chain with its session.
    state: Option<PluginState>,
    /// The way to the devices; none: the system's own choice.
    sound: Option<KnownSound>,
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
        let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        match fs::read(path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| problem(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(problem(&error)),
        }
    }

    /// Writes it beside, then in its place: whatever happens, one of the two is whole.
    ///
    /// # Errors
    /// It cannot be written: where, and why.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let part = path.with_extension("json.part");
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            // What a crash left under that name goes; a link there is not followed.
            let _ = fs::remove_file(&part);
            let mut file = fs::File::create_new(&part)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            fs::rename(&part, path)
        });
        written.map_err(|error| {
            // What is left of it is of no use; that it cannot be removed either is no news.
            let _ = fs::remove_file(&part);
            format!("{}: {error}", path.display())
        })
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
