//! Where caches lie, and how they go.

use super::super::error::AlbumError;
use super::{Cache, remove_entries, size};
use etcetera::BaseStrategy;
use lacquer_storage::confined;
use std::fs;
use std::path::{Path, PathBuf};

/// Environment variable that names the folder of all caches.
pub const VARIABLE: &str = "LACQUER_CACHE";
/// Name of Lacquer's folder below the user's caches, and of that of albums in it.
const BELOW_CACHES: [&str; 2] = ["lacquer", "albums"];
/// Digits of the hash of a release's place that its folder has for a name.
const NAME_DIGITS: usize = 32;

/// The folder that a release's renders are kept in: one of its own, named by where the release lies, below `given`, the folder that
/// [`VARIABLE`] names, or the user's caches.
///
/// # Errors
/// [`AlbumError::NoCache`] if the system names no folder for caches.
pub fn folder(given: Option<&Path>, out: &Path) -> Result<PathBuf, AlbumError> {
    let place = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let place = place.canonicalize().unwrap_or(place);
    let name = lacquer_storage::hash::sha256(place.as_os_str().as_encoded_bytes());
    Ok(all(given)?.join(&name[..NAME_DIGITS.min(name.len())]))
}

/// Whether a folder has a name that [`folder`] gives.
pub fn is_cache(folder: &Path) -> bool {
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.len() == NAME_DIGITS && name.chars().all(is_digit) && confined::check_folder(folder).is_ok()
}

/// The folder of all caches; see [`folder`].
///
/// # Errors
/// As [`folder`].
pub fn all(given: Option<&Path>) -> Result<PathBuf, AlbumError> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if let Some(named) = std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    let home = etcetera::base_strategy::choose_native_strategy().map_err(|_| AlbumError::NoCache)?;
    Ok(BELOW_CACHES.iter().fold(home.cache_dir(), |path, name| path.join(name)))
}

/// Removes a release's renders, and its folder with them. Gives the bytes.
///
/// # Errors
/// [`AlbumError::Busy`] while it is in use, and what [`Cache::open`] has.
pub fn clean(folder: &Path) -> Result<u64, AlbumError> {
    if confined::check_folder(folder).is_err() {
        return Ok(0);
    }
    let cache = Cache::open(folder)?;
    let (bytes, _) = size(folder);
    remove_entries(folder);
    drop(cache);
    let _ = fs::remove_file(folder.join("lock"));
    let _ = fs::remove_dir(folder);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::key;
    use super::super::tests::audio;
    use super::*;

    #[test]
    fn a_cache_that_is_cleaned_is_gone_with_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (out, other) = (folder.path().join("release"), folder.path().join("other"));
        let place = super::folder(Some(folder.path()), &out).unwrap();
        assert_ne!(place, super::folder(Some(folder.path()), &other).unwrap());
        assert_eq!(clean(&place).unwrap(), 0);
        let cache = Cache::open(&place).unwrap();
        assert!(is_cache(&place) && !is_cache(folder.path()), "nothing else is cleaned with all caches");
        cache.keep_audio(&key(&["a"]), &audio()).unwrap();
        assert!(matches!(clean(&place), Err(AlbumError::Busy { .. })));
        drop(cache);
        assert!(clean(&place).unwrap() > 500_000);
        assert!(!place.exists());
        let cache = Cache::open(&place).unwrap();
        fs::write(place.join("letter.txt"), "mine").unwrap();
        drop(cache);
        clean(&place).unwrap();
        assert!(place.join("letter.txt").exists());
    }
}
