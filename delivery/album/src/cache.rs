//! What was rendered, kept under the hash of everything that it depends on, in a folder of its own for each release: below the user's
//! caches, or the folder that was given. It never lies in the release, which people zip and send.
//!
//! An entry is written beside its name, synced and renamed: it is whole or not there. Audio carries its own SHA-256, so that a
//! damaged entry is rendered again rather than released. What an album no longer uses is removed when it is finished.

mod audio;
mod place;

pub use audio::CachedAudio;
pub use place::{VARIABLE, all, clean, folder, is_cache};

use super::error::AlbumError;
use lacquer_dsp::sound::SOUND;
use lacquer_files::audio::Programme;
use lacquer_files::spill::Scratch;
use lacquer_storage::atomic_file::Part;
use lacquer_storage::confined;
use lacquer_storage::hash::is_sha256;
use lacquer_storage::parts::remove_stale;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Goes into every key beside the version of the sound: entries made in another way are not found.
const FORM: &str = "lacquer album cache 4";
/// Endings of entries.
const KINDS: [&str; 2] = ["audio", "json"];
/// Longest entry of a value that is read, bytes: readings and curves have some thousands.
const MOST_VALUE_BYTES: u64 = 64 << 20;

/// See the module.
pub struct Cache {
    folder: PathBuf,
    used: Mutex<HashSet<String>>,
    /// Held as long as the cache is open.
    _lock: File,
}

/// Bytes of the entries in a folder, and their number.
pub fn size(folder: &Path) -> (u64, usize) {
    entries(folder).fold((0, 0), |(bytes, count), path| {
        (bytes + fs::symlink_metadata(&path).map_or(0, |about| about.len()), count + 1)
    })
}

/// Removes every entry in a folder, and nothing else.
pub fn remove_entries(folder: &Path) {
    for path in entries(folder) {
        // What cannot be removed costs space and nothing else.
        let _ = fs::remove_file(path);
    }
}

/// What has a name that the cache gives.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (key, kind) = name.split_once('.')?;
        (is_sha256(key) && KINDS.contains(&kind)).then(|| entry.path())
    })
}

/// A key of everything that a render depends on, the version of the sound among it: what sounds the same in a later version is kept. Parts
/// are told apart by their lengths.
pub fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [FORM, &format!("sound {SOUND}")].iter().chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// A key of what is read of a programme, not heard: meters and checks learn with every version of Lacquer, and are asked again.
pub fn reading_key(parts: &[&str]) -> String {
    key(&[&["read by", env!("CARGO_PKG_VERSION")], parts].concat())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file beside its name, syncs it and renames it.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), AlbumError> {
    let failed =
        |error: std::io::Error| AlbumError::Write { path: path.to_owned(), reason: error.to_string() };
    let mut part = Part::owned(path).map_err(failed)?;
    let mut buffered = BufWriter::with_capacity(1 << 18, part.file());
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    part.finish().map_err(failed)
}

impl Cache {
    /// Opens a cache, makes its folder where it is missing, and keeps others out.
    ///
    /// # Errors
    /// If another process has it, something else stands in its place (a link would lead elsewhere), or it cannot be written.
    pub fn open(folder: &Path) -> Result<Self, AlbumError> {
        let failed = |path: &Path, error: std::io::Error| AlbumError::Write {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        if let Some(above) = folder.parent() {
            fs::create_dir_all(above).map_err(|error| failed(above, error))?;
        }
        confined::make_folder(folder).map_err(|error| failed(folder, error))?;
        let lock_path = folder.join("lock");
        let lock = confined::open_lock(&lock_path).map_err(|error| failed(&lock_path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(AlbumError::Busy { path: folder.to_owned() }),
            // A file system without locks: nobody can be kept out.
            Err(TryLockError::Error(_)) => {}
        }
        remove_stale(folder);
        Ok(Self { folder: folder.to_owned(), used: Mutex::default(), _lock: lock })
    }

    fn path(&self, key: &str, kind: &str) -> PathBuf {
        let name = format!("{key}.{kind}");
        let path = self.folder.join(&name);
        self.used.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(name);
        path
    }

    /// Audio that was kept; none if it is not there or damaged. All of it is read once to know that.
    pub fn audio(&self, key: &str) -> Option<CachedAudio> {
        CachedAudio::open(&self.path(key, "audio"))
    }

    /// Audio that is in use, though nobody may need to read it: pruning leaves it.
    pub fn hold_audio(&self, key: &str) {
        self.path(key, "audio");
    }

    /// Keeps audio, and gives it back from where it lies now.
    pub fn keep_audio(&self, key: &str, audio: &dyn Programme) -> Result<CachedAudio, AlbumError> {
        let path = self.path(key, "audio");
        write_whole(&path, |file| audio::write(file, audio))?;
        self.kept_audio(key)
    }

    /// Audio that was kept by this run.
    ///
    /// # Errors
    /// If somebody has removed or damaged it.
    pub fn kept_audio(&self, key: &str) -> Result<CachedAudio, AlbumError> {
        self.audio(key).ok_or_else(|| AlbumError::Write {
            path: "the cache".into(),
            reason: "a render was removed or damaged meanwhile; start again".to_owned(),
        })
    }

    /// Where what is worked on lies meanwhile.
    pub fn scratch(&self) -> Scratch {
        Scratch::within(&self.folder)
    }

    /// A value that was kept; none if it is not there or cannot be read.
    pub fn value<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let mut bytes = Vec::new();
        let file = confined::open(&self.path(key, "json"), MOST_VALUE_BYTES).ok()?;
        file.take(MOST_VALUE_BYTES).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps a value. Numbers that JSON does not have (infinities) have to be left out by the value's type.
    pub fn keep_value<T: Serialize>(&self, key: &str, value: &T) -> Result<(), AlbumError> {
        let path = self.path(key, "json");
        let text = serde_json::to_vec(value)
            .map_err(|error| AlbumError::Write { path: path.clone(), reason: error.to_string() })?;
        write_whole(&path, |file| file.write_all(&text))
    }

    /// A value from the cache, or made and kept.
    pub fn value_or<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<T, AlbumError>,
    ) -> Result<T, AlbumError> {
        if let Some(value) = self.value(key) {
            return Ok(value);
        }
        let value = make()?;
        self.keep_value(key, &value)?;
        Ok(value)
    }

    /// Removes every entry that was not asked for since the cache was opened. Only what has a name that the cache gives is one.
    pub fn prune(&self) {
        let used = self.used.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for path in entries(&self.folder) {
            let is_used = path.file_name().is_some_and(|name| used.contains(name.to_string_lossy().as_ref()));
            if !is_used {
                // What cannot be removed costs space and nothing else.
                let _ = fs::remove_file(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::programme::Source;
    use lacquer_files::Audio;

    pub(super) fn audio() -> Audio {
        let frames = (0..70_000).map(|n| [n as f32 * 1e-5, -(n as f32)]).collect();
        Audio { sample_rate: 48_000, channels: 2, frames }
    }

    #[test]
    fn what_is_kept_comes_back_and_damage_is_not_let_through() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let (audio, key) = (audio(), key(&["a", "b"]));
        assert!(cache.audio(&key).is_none());
        cache.keep_audio(&key, &audio).unwrap();
        let kept = cache.audio(&key).unwrap();
        assert_eq!(Audio::of(&kept, 0..kept.length()).unwrap(), audio);
        let path = folder.path().join(format!("{key}.audio"));
        let whole = fs::read(&path).unwrap();
        for place in [0, 9, 13, 17, 23, 24, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x40;
            fs::write(&path, damaged).unwrap();
            assert!(cache.audio(&key).is_none(), "byte {place} turned");
        }
        for length in [0, 1, 24, 25, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(cache.audio(&key).is_none(), "cut to {length} bytes");
        }
    }

    #[test]
    fn two_runs_do_not_share_a_folder_and_stale_parts_go() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join(".lacquer-x.part");
        fs::write(&part, b"half").unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        assert!(!part.exists());
        assert!(matches!(Cache::open(folder.path()), Err(AlbumError::Busy { .. })));
        drop(cache);
        assert!(Cache::open(folder.path()).is_ok());
    }

    #[test]
    fn keys_tell_parts_apart_and_pruning_keeps_what_was_used() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["a"]), reading_key(&["a"]), "readings go with the version, renders with the sound");
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let (old, new) = (key(&["old"]), key(&["new"]));
        cache.keep_value(&old, &1).unwrap();
        drop(cache);
        let cache = Cache::open(folder.path()).unwrap();
        cache.keep_value(&new, &2).unwrap();
        let own = folder.path().join("letter.json");
        fs::write(&own, b"{}").unwrap();
        cache.prune();
        assert_eq!((cache.value::<i32>(&new), cache.value::<i32>(&old)), (Some(2), None));
        assert!(own.exists(), "only what has a key for a name is an entry");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_caches_place_is_refused_and_its_target_untouched() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (out, other) = (folder.path().join("release"), folder.path().join("other"));
        fs::create_dir_all(&out).unwrap();
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join("settings.json"), b"{}").unwrap();
        let place = out.join("cache");
        symlink(&other, &place).unwrap();
        assert!(matches!(Cache::open(&place), Err(AlbumError::Write { .. })));
        assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        symlink(other.join("settings.json"), place.join("lock")).unwrap();
        assert!(matches!(Cache::open(&place), Err(AlbumError::Write { .. })));
        assert_eq!(fs::read(other.join("settings.json")).unwrap(), b"{}");
    }

    #[cfg(unix)]
    #[test]
    fn an_entry_of_holes_or_without_end_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let (hole, endless) = (key(&["hole"]), key(&["endless"]));
        let mut head = Vec::from(*audio::MAGIC);
        head.extend_from_slice(&44_100u32.to_le_bytes());
        head.extend_from_slice(&2u32.to_le_bytes());
        let frames = 1u64 << 40;
        head.extend_from_slice(&frames.to_le_bytes());
        let path = folder.path().join(format!("{hole}.audio"));
        fs::write(&path, &head).unwrap();
        let length = frames * 8 + (audio::HEAD_BYTES + audio::HASH_BYTES) as u64;
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        assert!(cache.audio(&hole).is_none());
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(format!("{endless}.json"))).unwrap();
        assert_eq!(cache.value::<String>(&endless), None);
    }
}
