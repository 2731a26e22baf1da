//! The files of a fileset as the folder lists them. Names are compared without regard to case, as the systems that filesets come from do.

use super::super::report::Findings;
use super::super::{DdpError, ID_FILE, MAP_FILE};
use lacquer_storage::confined;
use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most entries of a folder that are looked at; a fileset has half a dozen.
const MAX_ENTRIES: usize = 4096;

/// A file of the folder.
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Its size; none where it is no file. A link is none: it may lead out of the folder.
    pub bytes: Option<u64>,
    /// Whether it is a link.
    pub is_link: bool,
}

impl Entry {
    /// What it is where it is no file.
    pub fn other(&self) -> &'static str {
        if self.is_link { "a link, which is not followed" } else { "no file" }
    }
}

/// The folder.
pub struct Folder {
    entries: Vec<Entry>,
    more: bool,
}

impl Folder {
    pub fn read(path: &Path) -> Result<Self, DdpError> {
        let failed = |source| DdpError::Read { path: path.to_owned(), source };
        let mut entries = Vec::new();
        let mut listed = fs::read_dir(path).map_err(failed)?;
        for entry in listed.by_ref().take(MAX_ENTRIES) {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Only a file is ever opened: a pipe could keep a reader for ever.
            let about = fs::symlink_metadata(entry.path()).ok();
            let is_link = about.as_ref().is_some_and(fs::Metadata::is_symlink);
            let bytes = about.filter(fs::Metadata::is_file).map(|about| about.len());
            entries.push(Entry { name, path: entry.path(), bytes, is_link });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let folder = Self { entries, more: listed.next().is_some() };
        if folder.find(ID_FILE).is_none() && folder.find(MAP_FILE).is_none() {
            return Err(DdpError::NoFileset { path: path.to_owned() });
        }
        Ok(folder)
    }

    /// Reports names that other systems would take for the same, and folders of countless files.
    pub fn check_names(&self, findings: &mut Findings) {
        if self.more {
            findings.error(
                "folder",
                "",
                format!("more than {MAX_ENTRIES} files"),
                "those of the fileset alone",
            );
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for entry in &self.entries {
            if let Some(other) = seen.insert(entry.name.to_ascii_uppercase(), &entry.name) {
                let found = format!("{other} and {}", entry.name);
                findings.error(&entry.name, "name", found, "names that differ in more than case");
            }
        }
    }

    /// Which entry has the name, in any case; the exact one first.
    pub fn find(&self, name: &str) -> Option<usize> {
        let exact = self.entries.iter().position(|entry| entry.name == name);
        exact.or_else(|| self.entries.iter().position(|entry| entry.name.eq_ignore_ascii_case(name)))
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn entry(&self, index: usize) -> &Entry {
        &self.entries[index]
    }

    /// All of a small file; what cannot be read is reported.
    pub fn small(&self, index: usize, most_bytes: usize, findings: &mut Findings) -> Option<Vec<u8>> {
        let entry = self.entry(index);
        let Some(size) = entry.bytes else {
            findings.error(&entry.name, "", entry.other(), "a file");
            return None;
        };
        if size > most_bytes as u64 {
            findings.error(&entry.name, "", format!("{size} bytes"), format!("at most {most_bytes} bytes"));
        }
        let mut bytes = Vec::new();
        match confined::open(&entry.path, u64::MAX)
            .and_then(|file| file.take(most_bytes as u64).read_to_end(&mut bytes))
        {
            Ok(_) => Some(bytes),
            Err(error) => {
                findings.error(&entry.name, "", format!("cannot be read: {error}"), "");
                None
            }
        }
    }
}
