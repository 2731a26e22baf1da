//! What of a release's folder is Lacquer's: the album that it was made of, and every name that was written into it.
//!
//! What is not claimed is somebody else's and is not replaced, and a folder that holds another album is not taken over, unless that is
//! forced. Names are claimed before they are written, so that an interrupted run knows its own files again. The list lies in a folder of
//! its own in the release, [`FOLDER`], of some kilobytes; what was rendered lies elsewhere (`cache.rs`). Earlier versions had both in
//! [`EARLIER_FOLDER`]: its list is read, and it goes when the new one is written.

use super::cache::{self, key, write_whole};
use super::error::AlbumError;
use super::file::Album;
use lacquer_storage::confined::{self, FileId};
use lacquer_storage::hash::sha256;
use lacquer_storage::parts::remove_stale;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Name of the folder in that of the release.
pub const FOLDER: &str = ".lacquer";
/// Where earlier versions had it, with all that was rendered.
pub const EARLIER_FOLDER: &str = ".lacquer-cache";
/// Name of the report for machines.
pub const REPORT: &str = "report.json";
/// Name of the checksums.
pub const CHECKSUMS: &str = "SHA256SUMS";
/// Name of the list in it.
const FILE: &str = "claims.json";
/// Longest list that is read, bytes: 999 tracks in every output have a tenth of it.
const MOST_BYTES: u64 = 16 << 20;
/// Form of the list.
const VERSION: u32 = 1;

/// Which album a folder holds. Paths are kept as hashes: releases are sent to strangers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Identity {
    title: String,
    artist: String,
    upc: Option<String>,
    /// The album file.
    file: String,
    /// The mixes.
    mixes: BTreeSet<String>,
}

impl Identity {
    fn of(album: &Album) -> Self {
        let hashed = |path: &Path| {
            let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            sha256(path.as_os_str().as_encoded_bytes())
        };
        Self {
            title: album.title.clone(),
            artist: album.artist.clone(),
            upc: album.upc.clone(),
            file: hashed(&album.path),
            mixes: album.tracks.iter().map(|track| hashed(&track.file)).collect(),
        }
    }

    /// Whether two are one album: the same file over some of the same mixes, whatever was retitled, or the same name or UPC, wherever its
    /// files were moved. A name that nobody gave is none.
    fn is_same(&self, other: &Self) -> bool {
        let is_named = !self.title.eq_ignore_ascii_case("Untitled album");
        let same_name = is_named && self.title == other.title && self.artist == other.artist;
        let same_file = self.file == other.file && !self.mixes.is_disjoint(&other.mixes);
        same_name || same_file || self.upc.is_some() && self.upc == other.upc
    }
}

/// See the module.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Claims {
    version: u32,
    album: Option<Identity>,
    /// Each name, `<output>/<name>`, and the SHA-256 that its file was given; none where that is not known to be finished.
    files: BTreeMap<String, Option<String>>,
}

/// A file of an earlier run, as lists before this one had it.
#[derive(Deserialize)]
struct Written {
    path: String,
    sha256: String,
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let mut bytes = Vec::new();
    confined::open(path, MOST_BYTES).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl Claims {
    /// What is known of a folder; nothing where there is no list or a damaged one.
    pub fn read(out: &Path) -> Self {
        let is_folder = |folder: &Path| confined::check_folder(folder).is_ok();
        let listed = |folder: &Path| -> Option<Self> {
            let known: Option<Self> = is_folder(folder).then(|| read_json(&folder.join(FILE))).flatten();
            known.filter(|claims| claims.version == VERSION)
        };
        let folder = out.join(EARLIER_FOLDER);
        listed(&out.join(FOLDER)).or_else(|| listed(&folder)).unwrap_or_else(|| {
            if !is_folder(&folder) {
                return Self::default();
            }
            let earlier: Option<Vec<Written>> =
                read_json(&folder.join(format!("{}.json", key(&["manifest"]))));
            let Some(earlier) = earlier else { return Self::default() };
            let files = earlier.into_iter().map(|file| (file.path, Some(file.sha256)));
            // The list of earlier versions left out what it went with.
            let with_it = [REPORT, CHECKSUMS].map(|name| (name.to_owned(), None));
            Self { files: files.chain(with_it).collect(), ..Self::default() }
        })
    }

    /// Refuses to work in a folder that holds another album, or where something that Lacquer did not write, a link or an input stands
    /// under one of `names`. With `force` only an input is refused.
    ///
    /// # Errors
    /// [`AlbumError::OtherAlbum`], [`AlbumError::Foreign`], [`AlbumError::InputReplaced`].
    pub fn check(&self, album: &Album, out: &Path, names: &[String], force: bool) -> Result<(), AlbumError> {
        let holds_some = || self.files.keys().any(|name| fs::symlink_metadata(out.join(name)).is_ok());
        if let Some(there) = &self.album
            && !force
            && !there.is_same(&Identity::of(album))
            && holds_some()
        {
            return Err(AlbumError::OtherAlbum {
                path: out.to_owned(),
                title: there.title.clone(),
                artist: there.artist.clone(),
            });
        }
        let inputs = album.tracks.iter().map(|track| &track.file).chain([&album.path, &album.ledger]);
        let inputs: HashMap<FileId, &PathBuf> =
            inputs.filter_map(|input| Some((FileId::of(input)?, input))).collect();
        for name in names {
            let path = out.join(name);
            if let Some(input) = FileId::of(&path).and_then(|id| inputs.get(&id)) {
                return Err(AlbumError::InputReplaced { path, input: (*input).clone() });
            }
            self.check_standing(out, name, force)?;
        }
        Ok(())
    }

    fn check_standing(&self, out: &Path, name: &str, force: bool) -> Result<(), AlbumError> {
        let path = out.join(name);
        let Ok(about) = fs::symlink_metadata(&path) else { return Ok(()) };
        let is_own = about.is_file() && self.is_claimed(out, name);
        if is_own || force && !about.is_dir() { Ok(()) } else { Err(AlbumError::Foreign { path }) }
    }

    /// Whether a name is Lacquer's, or is another spelling of one where the file system takes capitals for small letters.
    fn is_claimed(&self, out: &Path, name: &str) -> bool {
        let is_spelling = |claimed: &String| {
            claimed.to_lowercase() == name.to_lowercase()
                && confined::is_one_file(&out.join(claimed), &out.join(name))
        };
        self.files.contains_key(name) || self.files.keys().any(is_spelling)
    }

    /// [`Claims::check`] and [`Claims::claim`] for a name that comes to be written.
    ///
    /// # Errors
    /// As they have.
    pub fn admit(&mut self, album: &Album, out: &Path, name: &str, force: bool) -> Result<(), AlbumError> {
        let names = [name.to_owned()];
        if self.files.contains_key(name) {
            // It was held against the inputs when it was claimed.
            self.check_standing(out, name, force)?;
        } else {
            self.check(album, out, &names, force)?;
        }
        self.claim(album, out, &names)
    }

    /// Claims names that passed [`Claims::check`] for an album, on the disk before any of them is written. What stands under them and
    /// is no file of Lacquer's, which only a forced run comes to, makes way: nothing is written through a link.
    ///
    /// # Errors
    /// [`AlbumError::Write`].
    pub fn claim(&mut self, album: &Album, out: &Path, names: &[String]) -> Result<(), AlbumError> {
        for name in names {
            let path = out.join(name);
            if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
                fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
            }
        }
        let identity = Some(Identity::of(album));
        let is_new = |name: &String| !self.files.contains_key(name);
        if self.version == VERSION && self.album == identity && !names.iter().any(is_new) {
            return Ok(());
        }
        (self.version, self.album) = (VERSION, identity);
        for name in names {
            self.files.entry(name.clone()).or_default();
        }
        self.keep(out)
    }

    /// What earlier runs finished in `out` under names that are not among `names`, nor lead to a file that is: a title that changed its
    /// capitals alone is the same file on Windows and macOS.
    pub fn left_over<'a>(
        &'a self,
        out: &'a Path,
        names: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let written: HashSet<FileId> = names.iter().filter_map(|name| FileId::of(&out.join(name))).collect();
        let is_left = move |name: &str| {
            !names.contains(name) && FileId::of(&out.join(name)).is_none_or(|id| !written.contains(&id))
        };
        let files = self.files.iter().filter(move |(name, _)| is_left(name));
        files.filter_map(|(name, sha256)| Some((name.as_str(), sha256.as_deref()?)))
    }

    /// Keeps what a finished run wrote: these files and no other.
    ///
    /// # Errors
    /// [`AlbumError::Write`].
    pub fn finish(
        &mut self,
        out: &Path,
        files: impl Iterator<Item = (String, String)>,
    ) -> Result<(), AlbumError> {
        self.files = files.map(|(name, sha256)| (name, Some(sha256))).collect();
        self.keep(out)
    }

    fn keep(&self, out: &Path) -> Result<(), AlbumError> {
        let path: PathBuf = out.join(FOLDER).join(FILE);
        let bytes = serde_json::to_vec(self).map_err(|error| failed(&path, &error))?;
        write_whole(&path, |file| file.write_all(&bytes))?;
        remove_earlier_folder(out);
        Ok(())
    }
}

/// Removes what an earlier version kept in a release: gigabytes that people would zip and send.
fn remove_earlier_folder(out: &Path) {
    let folder = out.join(EARLIER_FOLDER);
    if confined::check_folder(&folder).is_ok() {
        cache::remove_entries(&folder);
        for name in [FILE, "lock"] {
            let _ = fs::remove_file(folder.join(name));
        }
        // Stays if somebody has put something else there.
        let _ = fs::remove_dir(&folder);
    }
}

/// Keeps other processes out of a release as long as the file is held; makes its folder where it is missing.
///
/// # Errors
/// [`AlbumError::Busy`] if another process is at work there; [`AlbumError::Write`] if something else stands in the folder's place (a link
/// would lead out of it), or it cannot be written.
pub fn lock(out: &Path) -> Result<File, AlbumError> {
    let folder = out.join(FOLDER);
    fs::create_dir_all(out).map_err(|error| failed(out, &error))?;
    confined::make_folder(&folder).map_err(|error| failed(&folder, &error))?;
    let path = folder.join("lock");
    let lock = confined::open_lock(&path).map_err(|error| failed(&path, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(AlbumError::Busy { path: out.to_owned() }),
        // A file system without locks: nobody can be kept out.
        Err(TryLockError::Error(_)) => {}
    }
    remove_stale(&folder);
    Ok(lock)
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> AlbumError {
    AlbumError::Write { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second link to a file, as a file system that takes capitals for small letters finds it by either name.
    #[test]
    fn another_spelling_of_a_name_is_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        fs::create_dir(out.join("cue")).unwrap();
        let (before, now, gone) = ("cue/My Album.wav", "cue/My album.wav", "cue/Other.wav");
        for name in [before, gone] {
            fs::write(out.join(name), name).unwrap();
        }
        let files = [before, gone].map(|name| (name.to_owned(), Some(String::new())));
        let claims = Claims { files: files.into(), ..Claims::default() };
        let written: BTreeSet<String> = [now.to_owned()].into();
        let left = || claims.left_over(out, &written).map(|(name, _)| name).collect::<Vec<_>>();

        // Two files, where capitals tell names apart: the earlier one goes, and the new name was nobody's.
        if !out.join(now).exists() {
            fs::write(out.join(now), now).unwrap();
            assert_eq!(left(), [before, gone]);
            assert!(claims.check_standing(out, now, false).is_err());
            fs::remove_file(out.join(now)).unwrap();
            fs::hard_link(out.join(before), out.join(now)).unwrap();
        }
        assert_eq!(left(), [gone]);
        assert!(claims.check_standing(out, now, false).is_ok());
    }
}
