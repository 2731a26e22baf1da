//! What Lacquer reads of strangers', one function a kind: given any bytes it must come back, in bounded time and memory, and keep the
//! promises that are asserted here.
//!
//! Called by cargo-fuzz (`fuzz_targets/`) and by the mutation loop of the test command (`tests/tests/fuzz/`).

use lacquer_album as album;
use lacquer_disc::{cd_text, cue, ddp};
use lacquer_files::{decode as decoder, tags as tagger};
use lacquer_isrc::history::{History, Range};
use lacquer_isrc::record::Record;
use lacquer_isrc::{Isrc, list};
use lacquer_params::migrate::{Params, PluginState, filter};
use lacquer_params::saved::SavedParams;
use lacquer_params::{LacquerParams, Preset, Tree};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest input of a kind that is read from a file, bytes: what matters to a reader stands in its first pages.
const LONGEST_FILE: usize = 1 << 16;

/// Longest state that a state makes: four slots of every parameter, and one that is carried along.
const LONGEST_STATE: usize = 3 << 20;

thread_local! {
    /// A folder of this thread's own; in memory where there is such a place.
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// A path in a folder of this thread's own.
fn scratch(name: &str) -> PathBuf {
    FOLDER.with_borrow_mut(|folder| {
        let made = folder.get_or_insert_with(|| {
            let memory = Path::new("/dev/shm");
            let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
            made.expect("a folder for what is read")
        });
        made.path().join(name)
    })
}

/// A host loads a project and saves it again.
pub fn state(data: &[u8]) {
    let Ok(mut state) = serde_json::from_slice::<PluginState>(data) else { return };
    let _ = filter(&mut state);
    let params = Arc::new(LacquerParams::default());
    let saved = SavedParams::new(params.clone());
    saved.deserialize_fields(&state.fields);
    let fields = saved.serialize_fields();
    assert!(fields.values().map(String::len).sum::<usize>() < LONGEST_STATE);
    let session = params.session.read().expect("nobody panicked");
    assert!((100..=200).contains(&session.scale_percent) && session.slot < 4);
    let scale = session.scale_percent as f32 / 100.0;
    let fits =
        |[width, height]: [f32; 2]| width * scale <= 7680.5 && height * scale <= 4320.5 && width >= 320.0;
    assert!(session.size.is_none_or(fits), "{:?}", session.size);
    assert!(session.preset.chars().count() <= 200 && !session.preset.contains(char::is_control));
}

/// Somebody's preset is taken.
pub fn preset(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Preset::parse("a stranger's.toml", text) {
        Ok(preset) => {
            let tree = Tree::new();
            let _ = preset.apply(&tree);
            let _ = Preset::parse("again.toml", &Preset::of(&tree, &preset.name, "").to_text());
        }
        Err(error) => {
            assert!(error.to_string().len() < 1000, "an error of {} bytes", error.to_string().len())
        }
    }
}

/// Somebody's album file is read.
pub fn album(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let folder = Path::new("/nonexistent/album");
    if let Ok(album) = album::parse(&folder.join("ALBUM.toml"), text) {
        assert!(
            album.ledger.starts_with(folder)
                && !album.ledger.components().any(|part| part.as_os_str() == "..")
        );
        assert!(album.ledger.extension().is_some_and(|end| end == "ledger"));
        assert!(!album.outputs.is_empty() && album.aim.target_lufs.is_finite());
        for track in &album.tracks {
            let name = lacquer_params::file_name::file_name(&track.title);
            assert!(!name.contains('/') && name != ".." && !name.is_empty());
        }
    }
}

/// A ledger is read and asked for a code; a list is taken in.
pub fn ledger(data: &[u8]) {
    let history = History::read(data, 2);
    if let Ok(codes) = history.next("AA6Q7", 26, Range { first: 0, last: 99 }, 2, None) {
        for code in codes {
            assert!(history.find(code).is_none());
            let text = String::from_utf8_lossy(data);
            assert!(!Isrc::find_all(&text).contains(&code), "{code} stands in the file");
        }
    }
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(record) = Record::from_line(line) {
            let again = record.to_line();
            assert_eq!(Record::from_line(again.trim_end_matches('\n').as_bytes()).as_ref(), Ok(&record));
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = list::read(text);
        let _ = text.parse::<Isrc>();
    }
}

/// Reads a file of any kind from what it is told to be by its first byte.
fn with_file(data: &[u8], read: impl FnOnce(&Path)) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let endings = ["wav", "flac", "ogg", "opus", "mp3", "aiff"];
    let path = scratch("file").with_extension(endings[usize::from(*kind) % endings.len()]);
    if std::fs::write(&path, &bytes[..bytes.len().min(LONGEST_FILE)]).is_ok() {
        read(&path);
    }
}

/// The tags and codes of somebody's audio file.
pub fn tags(data: &[u8]) {
    with_file(data, |path| {
        let _ = tagger::read(path);
        let _ = tagger::codes(path);
        let _ = tagger::carried::of_mix(path);
    });
}

/// Somebody's audio file.
pub fn decode(data: &[u8]) {
    with_file(data, |path| {
        if let Ok(audio) = decoder::decode(path, &|_| {}) {
            assert!((1..=2).contains(&audio.channels) && !audio.frames.is_empty());
        }
    });
}

/// Somebody's cue sheet.
pub fn cue(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(sheet) = cue::parse(text) {
        let again = sheet.text();
        assert!(cue::parse(&again).is_ok(), "what is written can be read: {again}");
    }
}

/// A fileset from elsewhere: its files one after the other, each with the number of its name and its length in two bytes.
pub fn ddp(data: &[u8]) {
    let folder = scratch("ddp");
    let _ = std::fs::remove_dir_all(&folder);
    if std::fs::create_dir(&folder).is_err() {
        return;
    }
    let mut rest = data;
    while let [file, low, high, bytes @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(bytes.len());
        let name = ddp::FILES[usize::from(*file) % ddp::FILES.len()];
        let _ = std::fs::write(folder.join(name), &bytes[..length]);
        rest = &bytes[length..];
    }
    if let Ok(report) = ddp::verify(&folder) {
        assert!(report.findings.len() <= 1001 && report.tracks.len() <= 99);
    }
}

/// CD-Text from elsewhere.
pub fn cd_text(data: &[u8]) {
    let _ = cd_text::decode(data);
}
