//! The user's own presets: one file each in a folder of theirs.

use crate::file_name::file_name;
use crate::preset::{Preset, PresetError};
use etcetera::BaseStrategy;
use lacquer_storage::atomic_file;
use std::io;
use std::path::{Path, PathBuf};

/// Why the folder of presets could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A name of nothing but spaces.
    #[error("a preset needs a name")]
    NoName,
    /// Another preset has the name.
    #[error("there is a preset \"{name}\" already; give another name, or replace it")]
    Taken {
        /// The name.
        name: String,
    },
    /// The system has no folder for what belongs to a user.
    #[error("this system names no folder for a user's files")]
    NoFolder,
    /// The system refused.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A preset and its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Owned {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub preset: Preset,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Library {
    folder: Option<PathBuf>,
}

impl Default for Library {
    /// The folder in which this system keeps a user's files: `~/.local/share/lacquer/presets` on Linux.
    fn default() -> Self {
        let home = etcetera::base_strategy::choose_native_strategy();
        Self { folder: home.ok().map(|home| home.data_dir().join("lacquer").join("presets")) }
    }
}

impl Library {
    /// Presets in a folder, which need not exist.
    pub fn at(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()) }
    }

    /// The folder, if the system names one; it need not exist.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Every preset by name, and what is wrong with the files that are none.
    pub fn read(&self) -> (Vec<Owned>, Vec<PresetError>) {
        let (mut presets, mut problems) = (Vec::new(), Vec::new());
        let entries = self.folder.as_ref().and_then(|folder| std::fs::read_dir(folder).ok());
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                match Preset::read(&path) {
                    Ok(preset) => presets.push(Owned { path, preset }),
                    Err(error) => problems.push(error),
                }
            }
        }
        presets.sort_by_key(|owned| owned.preset.name.to_lowercase());
        (presets, problems)
    }

    /// Writes a preset under its name; in place of one of that name only if `replace`.
    pub fn save(&self, preset: &Preset, replace: bool) -> Result<PathBuf, LibraryError> {
        let name = preset.name.trim();
        if name.is_empty() {
            return Err(LibraryError::NoName);
        }
        let folder = self.folder.as_ref().ok_or(LibraryError::NoFolder)?;
        let found = self.read().0.into_iter().find(|owned| same(&owned.preset.name, name));
        if found.is_some() && !replace {
            return Err(LibraryError::Taken { name: name.to_owned() });
        }
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| LibraryError::Io { path, source }
        };
        std::fs::create_dir_all(folder).map_err(io(folder))?;
        let path = found.map_or_else(|| free_path(folder, name), |owned| owned.path);
        atomic_file::write_owned(&path, preset.to_text().as_bytes()).map_err(io(&path))?;
        Ok(path)
    }

    /// Gives a preset another name.
    pub fn rename(&self, owned: &Owned, name: &str) -> Result<(), LibraryError> {
        let mut renamed = owned.preset.clone();
        name.trim().clone_into(&mut renamed.name);
        if renamed.name == owned.preset.name {
            return Ok(());
        }
        if same(&renamed.name, &owned.preset.name) {
            // Other capitals only: the file is the same.
            self.save(&renamed, true)?;
            return Ok(());
        }
        self.save(&renamed, false)?;
        self.delete(owned)
    }

    /// Removes a preset's file.
    pub fn delete(&self, owned: &Owned) -> Result<(), LibraryError> {
        std::fs::remove_file(&owned.path)
            .map_err(|source| LibraryError::Io { path: owned.path.clone(), source })
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// A free path for a preset of that name.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let stem = file_name(name);
    let path = |suffix: &str| folder.join(format!("{}{suffix}.toml", stem));
    let mut free = path("");
    let mut number = 2;
    // A link that leads nowhere is there as well.
    while std::fs::symlink_metadata(&free).is_ok() {
        free = path(&format!(" {number}"));
        number += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    /// A folder of this test's own, removed with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("lacquer-library-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn names(library: &Library) -> Vec<String> {
        library.read().0.into_iter().map(|owned| owned.preset.name).collect()
    }

    #[test]
    fn presets_are_saved_renamed_and_deleted() {
        let folder = Folder::new("life");
        let library = Library::at(&folder.0);
        assert!(library.read().0.is_empty(), "no folder, no presets");
        let tree = Tree::new();
        tree.set_plain("limiter_drive", 4.0).unwrap();
        library.save(&Preset::of(&tree, "Mine", ""), false).unwrap();
        let taken = library.save(&Preset::of(&tree, "mine", ""), false).unwrap_err();
        assert!(taken.to_string().contains("already"), "{taken}");
        tree.set_plain("limiter_drive", 5.0).unwrap();
        library.save(&Preset::of(&tree, "Mine", ""), true).unwrap();
        let owned = library.read().0.remove(0);
        let other = Tree::new();
        owned.preset.apply(&other).unwrap();
        assert_eq!(other.plain("limiter_drive"), Ok(5.0));
        library.rename(&owned, "Yours").unwrap();
        assert_eq!(names(&library), ["Yours"]);
        library.delete(&library.read().0[0]).unwrap();
        assert!(names(&library).is_empty());
    }

    #[test]
    fn no_name_leaves_the_folder() {
        let folder = Folder::new("names");
        let library = Library::at(&folder.0);
        let devices = ["nul", "CON", "com1"];
        let traps = ["../../evil", "a/b\\c", "C:\\x", "...", "\u{202e}x", &"long".repeat(100)];
        for name in devices.into_iter().chain(traps) {
            let path = library.save(&Preset::of(&Tree::new(), name, ""), false).unwrap();
            assert_eq!(path.parent(), Some(folder.0.as_path()), "{name:?} became {}", path.display());
            // Windows finds its devices in every folder, with any ending.
            let stem = path.file_stem().unwrap();
            assert!(devices.iter().all(|device| stem != *device), "{name:?} became {}", path.display());
        }
        assert_eq!(names(&library).len(), devices.len() + traps.len());
        assert!(matches!(
            library.save(&Preset::of(&Tree::new(), "  ", ""), false),
            Err(LibraryError::NoName)
        ));
    }

    #[cfg(unix)]
    #[test]
    fn links_in_the_folder_are_not_written_through() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new("links");
        let library = Library::at(&folder.0);
        std::fs::create_dir_all(&folder.0).unwrap();
        let letter = folder.0.join("letter");
        std::fs::write(&letter, "Dear reader").unwrap();
        symlink(&letter, folder.0.join("Mine.toml.part")).unwrap();
        symlink(folder.0.join("nowhere"), folder.0.join("Yours.toml")).unwrap();
        symlink("/dev/zero", folder.0.join("zero.toml")).unwrap();
        for name in ["Mine", "Yours"] {
            library.save(&Preset::of(&Tree::new(), name, ""), false).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear reader");
        assert!(!folder.0.join("nowhere").exists());
        assert_eq!(names(&library), ["Mine", "Yours"]);
    }

    #[test]
    fn a_damaged_file_is_named_and_harms_nobody() {
        let folder = Folder::new("damage");
        let library = Library::at(&folder.0);
        library.save(&Preset::of(&Tree::new(), "Good", ""), false).unwrap();
        std::fs::write(folder.0.join("bad.toml"), "name = ").unwrap();
        let (presets, problems) = library.read();
        assert_eq!((presets.len(), problems.len()), (1, 1));
        assert!(problems[0].to_string().contains("bad.toml"), "{}", problems[0]);
    }
}
