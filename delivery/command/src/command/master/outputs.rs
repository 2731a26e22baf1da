//! What a run writes, by the files that it is and not by their spelling: no two outputs are one file.

use super::places::{STANDARD_OUTPUT, Song};
use lacquer_storage::atomic_file::followed;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Master,
    Archive,
    Page,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Master => "master",
            Self::Archive => "archive",
            Self::Page => "page",
        })
    }
}

/// What is written of a song, and where.
struct Output<'a> {
    song: usize,
    kind: Kind,
    path: &'a Path,
}

/// Beside the masters, what is written of each song.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Whether each has an archive.
    pub archive: bool,
    /// The page, of one song.
    pub page: Option<&'a Path>,
}

/// For each song, why it is not made: another output is the same file, or standard output is. Neither of two is made, for nobody said which.
pub fn clashes(songs: &[Song], beside: Beside) -> Vec<Option<String>> {
    let archives: Vec<PathBuf> = songs.iter().map(Song::archive).collect();
    let mut outputs = Vec::new();
    for (n, song) in songs.iter().enumerate() {
        let mut add = |kind, path| outputs.push(Output { song: n, kind, path });
        if !song.is_streamed() {
            add(Kind::Master, song.output.as_path());
        }
        if beside.archive {
            add(Kind::Archive, &archives[n]);
        }
        if let Some(page) = beside.page {
            add(Kind::Page, page);
        }
    }
    let mut by_file: HashMap<PathBuf, Vec<&Output>> = HashMap::new();
    for output in &outputs {
        by_file.entry(file_of(output.path)).or_default().push(output);
    }
    let printed = standard_output();
    let mut reasons = vec![None; songs.len()];
    for (file, outputs) in by_file {
        if printed.as_ref() == Some(&file) {
            for output in &outputs {
                let reason =
                    "standard output goes into it as well; lead that elsewhere, or give another name";
                reasons[output.song] = Some(format!("{}: {reason}", output.path.display()));
            }
        }
        // Any other that it meets is enough to find them all.
        for (n, output) in outputs.iter().enumerate().filter(|_| outputs.len() > 1) {
            reasons[output.song] = Some(reason(output.path, outputs[0], outputs[n.max(1)], songs));
        }
    }
    reasons
}

fn reason(path: &Path, first: &Output, second: &Output, songs: &[Song]) -> String {
    let [one, other] = [first, second].map(|output| songs[output.song].input.display());
    if first.kind == Kind::Master && second.kind == Kind::Master {
        let advice = "master them into folders of their own";
        return format!("{}: would be the master of both {one} and {other}; {advice}", path.display());
    }
    let (kind, other_kind) = (first.kind, second.kind);
    let advice = "give one of them another name";
    format!("{}: would be both the {kind} of {one} and the {other_kind} of {other}; {advice}", path.display())
}

/// The file that a name means, whether it is there yet or not: links lead where writing will follow them.
pub fn file_of(path: &Path) -> PathBuf {
    if path == Path::new(STANDARD_OUTPUT) {
        return path.to_owned();
    }
    let path = followed(path);
    let path = std::path::absolute(&path).unwrap_or(path);
    // What is not there yet lies below something that is.
    let real =
        path.ancestors().find_map(|there| Some((there.canonicalize().ok()?, path.strip_prefix(there).ok()?)));
    let file = real.map_or_else(|| path.clone(), |(there, rest)| there.join(rest));
    // These systems keep one file under names that differ in capitals alone.
    match file.to_str() {
        Some(name) if cfg!(any(windows, target_os = "macos")) => PathBuf::from(name.to_lowercase()),
        _ => file,
    }
}

/// The file that the shell leads standard output into, if it is one.
fn standard_output() -> Option<PathBuf> {
    let name = Path::new("/dev/stdout");
    name.is_file().then(|| name.canonicalize().ok()).flatten()
}
