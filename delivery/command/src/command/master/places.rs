//! Which mixes are mastered, and where each master goes.

use super::MasterArguments;
use anyhow::bail;
use lacquer_files::Error;
use lacquer_files::standard_input;
use lacquer_song::check::inputs;
use lacquer_storage::atomic_file::folder_of;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What stands for standard output; a file of this name is `./-`.
pub const STANDARD_OUTPUT: &str = "-";

/// A mix and its master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Song {
    /// The mix.
    pub input: PathBuf,
    /// The master.
    pub output: PathBuf,
}

impl Song {
    /// Whether the master goes to standard output.
    pub fn is_streamed(&self) -> bool {
        is_standard_output(&self.output)
    }

    /// Whether the master goes into standard output, a device or a pipe, where nothing can stand beside it.
    pub fn is_written_into(&self) -> bool {
        is_written_into(&self.output)
    }

    /// Whether the master is FLAC: as its name says, and where that says nothing as the arguments do.
    pub fn is_flac(&self, arguments: &MasterArguments) -> bool {
        named_flac(&self.output).unwrap_or_else(|| arguments.is_flac())
    }

    /// Where the master before its dither goes: beside it.
    pub fn archive(&self) -> PathBuf {
        let stem = self.output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        self.output.with_file_name(format!("{stem}.archive.wav"))
    }
}

/// Whether a name is one of standard output's.
fn is_standard_output(output: &Path) -> bool {
    let names = [STANDARD_OUTPUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    names.iter().any(|name| output == Path::new(name))
}

fn is_written_into(output: &Path) -> bool {
    let is_node = |about: std::fs::Metadata| !about.is_file() && !about.is_dir();
    is_standard_output(output) || output.metadata().is_ok_and(is_node)
}

/// Whether a name's ending is FLAC's or WAV's, if it is either.
fn named_flac(output: &Path) -> Option<bool> {
    let ending = output.extension()?;
    let is = |known: &str| ending.eq_ignore_ascii_case(known);
    (is("flac") || is("wav")).then(|| is("flac"))
}

/// The mixes, and what of the arguments cannot be read as one.
pub struct Songs {
    /// Each mix with its master.
    pub songs: Vec<Song>,
    /// Why others are none, in words.
    pub refused: Vec<String>,
    /// The folder that the masters go to, if it is one.
    pub folder: Option<PathBuf>,
}

/// Finds the mixes and names their masters. Refuses, before anything is made, whatever would replace something.
pub fn songs(arguments: &MasterArguments) -> anyhow::Result<Songs> {
    let output = &arguments.output;
    let ends_as_folder =
        output.as_os_str().as_encoded_bytes().last().is_some_and(|c| matches!(c, b'/' | b'\\'));
    let is_one = matches!(arguments.inputs.as_slice(), [input] if !input.is_dir());
    let songs = if is_one && !ends_as_folder && !output.is_dir() {
        let input = arguments.inputs[0].clone();
        Songs { songs: vec![Song { input, output: output.clone() }], refused: Vec::new(), folder: None }
    } else {
        into_folder(arguments)?
    };
    let inputs: HashSet<PathBuf> =
        songs.songs.iter().filter_map(|song| song.input.canonicalize().ok()).collect();
    for song in &songs.songs {
        check(&song.output, &inputs, arguments, songs.folder.is_some())?;
        if arguments.archive {
            check(&song.archive(), &inputs, arguments, songs.folder.is_some())?;
        }
    }
    Ok(songs)
}

/// Every mix under its own name in the folder of the masters; what lies in folders keeps its place in them.
fn into_folder(arguments: &MasterArguments) -> anyhow::Result<Songs> {
    let folder = &arguments.output;
    if folder.is_file() || folder == Path::new(STANDARD_OUTPUT) {
        bail!("{}: several mixes need a folder; give one with -o", folder.display());
    }
    let suffix = arguments.suffix.as_deref().unwrap_or_default();
    if suffix.contains(['/', '\\', '\0']) {
        bail!("--suffix {suffix}: it is put behind a name and leads into no folder; leave the stroke out");
    }
    let ending = if arguments.is_flac() { "flac" } else { "wav" };
    let own = folder.canonicalize().ok();
    let (mut songs, mut refused) = (Vec::new(), Vec::new());
    let mut taken: HashMap<PathBuf, PathBuf> = HashMap::new();
    for root in &arguments.inputs {
        if root == Path::new(standard_input::NAME) {
            bail!("-: standard input has no name of its own; give the master one with -o NAME.wav");
        }
        for file in inputs::expand(std::slice::from_ref(root)) {
            let input = match file {
                Ok(input) => input,
                Err(error) => {
                    refused.push(error.to_string());
                    continue;
                }
            };
            // Masters of an earlier run, in a folder among the mixes, are no mixes.
            let is_master =
                matches!((input.canonicalize(), &own), (Ok(file), Some(own)) if file.starts_with(own));
            if is_master && root.is_dir() {
                continue;
            }
            let name = input.strip_prefix(root).ok().filter(|name| !name.as_os_str().is_empty());
            let name =
                name.map(Path::to_owned).or_else(|| input.file_name().map(PathBuf::from)).unwrap_or_default();
            let stem = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let output = folder.join(name.with_file_name(format!("{stem}{suffix}.{ending}")));
            if let Some(other) = taken.insert(output.clone(), input.clone()) {
                bail!(
                    "{}: would be the master of both {} and {}; master them into folders of their own",
                    output.display(),
                    other.display(),
                    input.display()
                );
            }
            songs.push(Song { input, output });
        }
    }
    if songs.is_empty() && refused.is_empty() {
        bail!("there is no mix beside the masters in {}", folder.display());
    }
    Ok(Songs { songs, refused, folder: Some(folder.clone()) })
}

/// Refuses a name that cannot be written, or where something stands that would be lost.
fn check(
    output: &Path,
    inputs: &HashSet<PathBuf>,
    arguments: &MasterArguments,
    is_made: bool,
) -> Result<(), Error> {
    // A device or a pipe may have any name.
    if is_written_into(output) {
        return Ok(());
    }
    if named_flac(output).is_none() {
        return Err(Error::OutputKind { path: output.to_owned() });
    }
    if output.canonicalize().is_ok_and(|output| inputs.contains(&output)) {
        return Err(Error::OutputIsInput { path: output.to_owned() });
    }
    // A folder of masters is made; any other has to be there.
    if !is_made && !folder_of(output).is_dir() {
        let reason = format!("the folder {} does not exist; make it first", folder_of(output).display());
        return Err(Error::Write { path: output.to_owned(), reason });
    }
    // What a link leads to counts.
    if output.is_file() && !arguments.force {
        return Err(Error::Exists { path: output.to_owned() });
    }
    Ok(())
}
