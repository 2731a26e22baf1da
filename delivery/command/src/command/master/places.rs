//! Which mixes are mastered, and where each master goes.

use super::MasterArguments;
use super::not_made::NotMade;
use super::outputs::{Beside, clashes, file_of};
use crate::command::expand;
use anyhow::bail;
use lacquer_files::Error;
use lacquer_files::standard_input;
use lacquer_storage::atomic_file::folder_of;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
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
        named(&self.output, ".archive.wav")
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

/// A file's name with something else behind its stem. It is kept to the byte: it need not be text.
fn named(path: &Path, behind: &str) -> PathBuf {
    let mut name: OsString = path.file_stem().unwrap_or_default().to_owned();
    name.push(behind);
    path.with_file_name(name)
}

/// The mixes, and what there is to say of the files beside them.
pub struct Songs {
    /// Each mix with its master, or why it has none, in the order given.
    pub songs: Vec<Result<Song, NotMade>>,
    /// The folder that the masters go to, if it is one.
    pub folder: Option<PathBuf>,
    /// What is left out.
    pub remarks: Vec<String>,
}

impl Songs {
    /// Those that have a place.
    pub fn placed(&self) -> impl Iterator<Item = &Song> {
        self.songs.iter().flatten()
    }
}

/// Finds the mixes and names their masters. Refuses, before anything is made, each that would replace something.
pub fn songs(arguments: &MasterArguments) -> anyhow::Result<Songs> {
    let output = &arguments.output;
    let ends_as_folder =
        output.as_os_str().as_encoded_bytes().last().is_some_and(|c| matches!(c, b'/' | b'\\'));
    let is_one = matches!(arguments.inputs.as_slice(), [input] if !input.is_dir());
    let mut found = if is_one && !ends_as_folder && !output.is_dir() {
        let input = arguments.inputs[0].clone();
        let songs = vec![Ok(Song { input, output: output.clone() })];
        Songs { songs, folder: None, remarks: Vec::new() }
    } else {
        into_folder(arguments)?
    };
    let suffix = arguments.suffix.as_deref().unwrap_or_default();
    let earlier = leave_out_masters(&mut found, suffix);
    let inputs: HashSet<PathBuf> = found.placed().map(|song| file_of(&song.input)).collect();
    let placed: Vec<Song> = found.placed().cloned().collect();
    let page = arguments.html.as_deref().filter(|_| found.folder.is_none());
    let mut clashes = clashes(&placed, Beside { archive: arguments.archive, page }).into_iter();
    let is_made = found.folder.is_some();
    let check = |output: &Path| -> Result<(), String> {
        // A name says no more than that: what stands beside its mix may be one itself, and is not replaced at all.
        if earlier.contains(&file_of(output)) {
            let advice = "it may be a mix: give another --suffix or folder, or take it away";
            return Err(format!("{}: is there already, among the mixes; {advice}", output.display()));
        }
        check(output, &inputs, arguments, is_made).map_err(|error| error.to_string())
    };
    for entry in &mut found.songs {
        let Ok(song) = entry else { continue };
        let mut reason = check(&song.output).err();
        if reason.is_none() && arguments.archive {
            reason = check(&song.archive()).err();
        }
        if let Some(reason) = clashes.next().flatten().or(reason) {
            *entry = Err(NotMade::refused(&song.input, reason));
        }
    }
    Ok(found)
}

/// Leaves out what is the master of another mix, from an earlier run into the folder of the mixes; a suffix tells one in another format, too.
/// Gives these files.
fn leave_out_masters(found: &mut Songs, suffix: &str) -> HashSet<PathBuf> {
    let name_of = |file: PathBuf| if suffix.is_empty() { file } else { file.with_extension("") };
    let mut mixes: HashMap<PathBuf, PathBuf> = HashMap::new();
    for song in found.placed() {
        let [input, output] = [&song.input, &song.output].map(|path| name_of(file_of(path)));
        if input != output {
            mixes.insert(output, song.input.clone());
        }
    }
    let mut left_out = HashSet::new();
    let (songs, remarks) = (&mut found.songs, &mut found.remarks);
    songs.retain(|song| {
        let Ok(song) = song else { return true };
        let file = file_of(&song.input);
        let Some(mix) = mixes.get(&name_of(file.clone())) else { return true };
        let (name, mix) = (song.input.display(), mix.display());
        remarks.push(format!("{name}: taken for the master of {mix} from an earlier run, and left out"));
        left_out.insert(file);
        false
    });
    left_out
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
    let behind = format!("{suffix}.{}", if arguments.is_flac() { "flac" } else { "wav" });
    let own = folder.canonicalize().ok();
    let mut songs = Vec::new();
    let mut seen = HashSet::new();
    for root in &arguments.inputs {
        if root == Path::new(standard_input::NAME) {
            bail!("-: standard input has no name of its own; give the master one with -o NAME.wav");
        }
        // Masters of an earlier run, in a folder among the mixes, are no mixes.
        let masters = own.as_ref().filter(|own| {
            root.canonicalize().is_ok_and(|root| root.is_dir() && own.starts_with(&root) && **own != root)
        });
        for file in expand(std::slice::from_ref(root)) {
            let input = match file {
                Ok(input) => input,
                Err(error) => {
                    let path = error.path().to_owned();
                    songs.push(Err(NotMade::failed(&path, &error.into())));
                    continue;
                }
            };
            let is_master = |own: &PathBuf| input.canonicalize().is_ok_and(|file| file.starts_with(own));
            if masters.is_some_and(is_master) {
                continue;
            }
            let name = input.strip_prefix(root).ok().filter(|name| !name.as_os_str().is_empty());
            let name =
                name.map(Path::to_owned).or_else(|| input.file_name().map(PathBuf::from)).unwrap_or_default();
            let output = folder.join(named(&name, &behind));
            // One mix that is named twice is one mix.
            if seen.insert((file_of(&input), output.clone())) {
                songs.push(Ok(Song { input, output }));
            }
        }
    }
    if songs.is_empty() {
        bail!("there is no mix beside the masters in {}", folder.display());
    }
    Ok(Songs { songs, folder: Some(folder.clone()), remarks: Vec::new() })
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
    if inputs.contains(&file_of(output)) {
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
