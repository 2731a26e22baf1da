//! Files and folders to the list of files that are checked.

use super::CheckError;
use crate::natural;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Endings of files that are taken from a folder; a file that is named is tried whatever its ending.
const ENDINGS: [&str; 19] = [
    "wav", "wave", "bwf", "rf64", "bw64", "w64", "aif", "aiff", "aifc", "au", "snd", "caf", "flac", "ogg",
    "oga", "opus", "mp3", "m4a", "mp4",
];

/// What is behind the stem of a master in the name of its archive, the master before its dither.
const ARCHIVE: &str = "archive";

/// What was found.
pub struct Inputs {
    /// Each file, or what is not followed or cannot be listed, in its place.
    pub files: Vec<Result<PathBuf, CheckError>>,
    /// Archives of masters that lie beside them in a folder, and are no files of it: the song would be there twice.
    pub archives: Vec<PathBuf>,
}

/// The files of `paths` in their order: a file for itself, a folder for every audio file below it, sorted by name, each folder
/// once even where links lead back into it. No link is followed out of a folder that was named: folders may be a stranger's. What is
/// not followed or cannot be listed stands as an error in its place. Archives of masters are left out of a folder.
pub fn expand(paths: &[PathBuf]) -> Inputs {
    let (mut files, mut archives) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, &mut found);
            if found.is_empty() {
                found.push(Err(CheckError::NoAudio { path: path.clone() }));
            }
            let masters: HashSet<PathBuf> =
                found.iter().flatten().map(|file| file.with_extension("")).collect();
            for file in found {
                match file {
                    Ok(file) if master_of(&file).is_some_and(|master| masters.contains(&master)) => {
                        archives.push(file);
                    }
                    file => files.push(file),
                }
            }
        } else {
            files.push(Ok(path.clone()));
        }
    }
    Inputs { files, archives }
}

/// The master whose archive has this name, without its ending.
fn master_of(archive: &Path) -> Option<PathBuf> {
    let stem = archive.extension().filter(|ending| *ending == "wav").map(|_| archive.with_extension(""))?;
    (stem.extension()? == ARCHIVE).then(|| stem.with_extension(""))
}

/// Everything below a folder, depth first, names in order. Folders wait on a list rather than on the stack, which a deep tree
/// would overflow.
fn walk(folder: &Path, files: &mut Vec<Result<PathBuf, CheckError>>) {
    let mut seen = HashSet::new();
    let mut waiting = vec![folder.to_owned()];
    let root = folder.canonicalize();
    let leaves = |path: &Path| {
        let is_link = path.symlink_metadata().is_ok_and(|about| about.is_symlink());
        is_link && !matches!((path.canonicalize(), &root), (Ok(path), Ok(root)) if path.starts_with(root))
    };
    while let Some(path) = waiting.pop() {
        // The folder itself may be a link: somebody named it.
        let is_outside = path != folder && leaves(&path);
        if is_outside && (is_audio(&path) || path.is_dir()) {
            files.push(Err(CheckError::Outside { path }));
            continue;
        }
        if !path.is_dir() {
            if is_audio(&path) {
                files.push(Ok(path));
            }
            continue;
        }
        let listed = path
            .canonicalize()
            .and_then(|real| if seen.insert(real) { names(&path) } else { Ok(Vec::new()) });
        match listed {
            // The last one waiting is taken first.
            Ok(names) => waiting.extend(names.into_iter().rev().map(|name| path.join(name))),
            Err(source) => files.push(Err(CheckError::Folder { path, source })),
        }
    }
}

/// Names in a folder, in the order in which people number things, but those that begin with a dot, which are nobody's music.
fn names(folder: &Path) -> std::io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") {
            names.push(name);
        }
    }
    names.sort_by(|one, other| {
        natural::compare(&one.to_string_lossy(), &other.to_string_lossy()).then_with(|| one.cmp(other))
    });
    Ok(names)
}

fn is_audio(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_loops_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["b/2.WAV", "b/10.flac", "a.mp3", "c.txt", ".hidden.wav", "b/deep/x.ogg"] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("b/deep/again")).unwrap();
        let files: Vec<PathBuf> = expand(&[root.to_owned()]).files.into_iter().map(Result::unwrap).collect();
        let name = |path: &PathBuf| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let names: Vec<_> = files.iter().map(name).collect();
        assert_eq!(names, ["a.mp3", "b/2.WAV", "b/10.flac", "b/deep/x.ogg"]);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_of_the_folder() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("inside"), folder.path().join("outside"));
        std::fs::create_dir_all(inside.join("deep")).unwrap();
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("private.wav"), b"x").unwrap();
        std::fs::write(inside.join("deep/own.wav"), b"x").unwrap();
        symlink(outside.join("private.wav"), inside.join("a.wav")).unwrap();
        symlink(&outside, inside.join("b")).unwrap();
        symlink(inside.join("deep/own.wav"), inside.join("c.wav")).unwrap();
        symlink(outside.join("nothing"), inside.join("d.wav")).unwrap();
        symlink(outside.join("letter.txt"), inside.join("letter.txt")).unwrap();
        // The folder's own name may be a link.
        symlink(&inside, folder.path().join("named")).unwrap();
        let files = expand(&[folder.path().join("named")]).files;
        let read: Vec<_> = files.iter().flatten().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(read, ["c.wav", "own.wav"]);
        let refused: Vec<_> =
            files.iter().filter_map(|file| file.as_ref().err()?.path().file_name()).collect();
        assert_eq!(refused, ["a.wav", "b", "d.wav"]);
    }

    #[test]
    fn archives_beside_their_masters_are_left_out_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["1. a.flac", "1. a.archive.wav", "b.archive.wav", "c.wav", "c.archive.flac"] {
            std::fs::write(root.join(name), b"x").unwrap();
        }
        let found = expand(&[root.to_owned(), root.join("1. a.archive.wav")]);
        let names = |paths: Vec<&PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(found.archives.iter().collect()), ["1. a.archive.wav"]);
        let files = names(found.files.iter().flatten().collect());
        assert_eq!(files, ["1. a.flac", "b.archive.wav", "c.archive.flac", "c.wav", "1. a.archive.wav"]);
    }

    #[test]
    fn a_folder_without_audio_is_an_error_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let named = PathBuf::from("any.name");
        let files = expand(&[folder.path().to_owned(), named.clone()]).files;
        assert!(matches!(&files[0], Err(CheckError::NoAudio { .. })));
        assert_eq!(files[1].as_ref().unwrap(), &named);
    }
}
