//! What of a release's folder is Lacquer's: the album that it was made of, and every name that was written into it.
//!
//! What is not claimed is somebody else's and is not replaced, and a folder that holds another album is not taken over, unless that is
//! forced. Names are claimed before they are written, so that an interrupted run knows its own files again. The list lies in a folder of
//! its own in the release, [`FOLDER`], of some kilobytes; what was rendered lies elsewhere (`cache.rs`). Earlier versions had both in
//! [`EARLIER_FOLDER`]: its list is read, and it goes when the new one is written.

use super::cache::{self, key, write_whole};
use super::error::AlbumError;
use super::file::Album;
use super::outputs::{CHECKSUMS, REPORT};
use crate::confined::{self, FileId};
use crate::hash::sha256;
use crate::parts::remove_stale;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Name of the folder in that of the release.
pub const FOLDER: &str = ".lacquer";
/// Where earlier versions had it, with all that was rendered.
pub const EARLIER_FOLDER: &str = ".lacquer-cache";
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
        let is_own = about.is_file() && self.files.contains_key(name);
        if is_own || force && !about.is_dir() { Ok(()) } else { Err(AlbumError::Foreign { path }) }
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

    /// What earlier runs finished under names that are not among `names`.
    pub fn left_over<'a>(&'a self, names: &'a BTreeSet<String>) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self.files.iter().filter(move |(name, _)| !names.contains(*name));
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
