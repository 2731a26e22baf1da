//! Writes an album file for files in the order given, with every key explained.

use super::cache::write_whole;
use super::error::AlbumError;
use super::identity::title_of;
use lofty::file::TaggedFileExt;
use lofty::tag::{Accessor, ItemKey, Tag};
use std::path::{Path, PathBuf};

const HEAD: &str = "\
# An album for `lacquer album`. Paths are relative to this file. What is commented out shows what holds without it, or what can be
# given.
";

const ALBUM: &str = r##"# upc = "0012345678905"          # 12 or 13 digits, with their check digit
# year = 2026
# genre = "Electronic"
# label = "My Label"
# isrc_prefix = "AA-6Q7"         # for tracks with isrc = "new"
# isrc_range = [0, 999]          # the numbers that may be given; needed once for a prefix and a year
# ledger = "isrc.ledger"         # where their codes are kept, below this folder; elsewhere: --ledger
# loudness.mode: "album" (the loudest track to the target, the others keep their distance), "equal", "as_is"
# loudness.target: LUFS, or a name as "spotify"; loudness.ceiling: dBTP
loudness = { mode = "album", target = -14.0, ceiling = -1.0 }
# max_move_lu = 2.0              # how far a track is moved against the others
# character = 0                  # % of the tonal distance to the others that is corrected; 30 to 50 is usual
# wav24, wav16, flac, opus128, vorbis, mp3-320, cue, ddp, vinyl, report
outputs = ["wav24", "report"]
# sample_rate = 44100            # without it the tracks' own, or the lowest of them
# preset = "Transparent"         # for tracks without one; a name or a file
# settings = { glue_on = true }  # over the preset; `lacquer params` lists what can be set
"##;

const TRACK: &str = r##"
# Of a track, besides: composer, isrc ("AA-6Q7-20-00047" or "new"), preset, settings = { id = value }, gap_s (2; silence before it, 0 is
# gapless) or crossfade_s, fade_in_s, fade_out_s, fade_in_curve and fade_out_curve ("linear", "equal_power", "smooth"), gain_db (over
# the plan), start_s and end_s (what is taken of the file).
"##;

/// What a file says of itself.
#[derive(Debug, Default)]
struct Found {
    title: Option<String>,
    performer: Option<String>,
    composer: Option<String>,
    album: Option<String>,
    isrc: Option<String>,
}

fn found(path: &Path) -> Found {
    // A file without tags, or with damaged ones, has a name.
    let Ok(file) = lofty::read_from_path(path) else { return Found::default() };
    let text = |read: &dyn Fn(&Tag) -> Option<String>| {
        file.tags().iter().filter_map(read).find(|text| !text.trim().is_empty())
    };
    Found {
        title: text(&|tag| tag.title().map(|text| text.into_owned())),
        performer: text(&|tag| tag.artist().map(|text| text.into_owned())),
        composer: text(&|tag| tag.get_string(ItemKey::Composer).map(str::to_owned)),
        album: text(&|tag| tag.album().map(|text| text.into_owned())),
        // What is no code is left out: it would make the file one that cannot be read.
        isrc: text(&|tag| tag.get_string(ItemKey::Isrc).map(str::to_owned))
            .filter(|code| code.parse::<crate::isrc::Isrc>().is_ok()),
    }
}

/// A string in TOML's quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// The text of an album file that lies in `folder`.
pub fn text(files: &[PathBuf], folder: &Path) -> Result<String, AlbumError> {
    let mut tracks = Vec::new();
    for file in files {
        let unreadable = |source| AlbumError::Read { path: file.clone(), source };
        if !std::fs::metadata(file).map_err(unreadable)?.is_file() {
            return Err(unreadable(std::io::Error::other("it is no file; give the mixes in their order")));
        }
        tracks.push((file, found(file)));
    }
    let common = |of: fn(&Found) -> &Option<String>| {
        let first = tracks.first().and_then(|(_, found)| of(found).clone());
        first.filter(|first| tracks.iter().all(|(_, found)| of(found).as_ref() == Some(first)))
    };
    let title = common(|found| &found.album).unwrap_or_else(|| "Untitled album".to_owned());
    let artist = common(|found| &found.performer);
    let mut text = format!("{HEAD}\n[album]\ntitle = {}\n", quoted(&title));
    text += &format!("artist = {}\n", quoted(artist.as_deref().unwrap_or("Unknown artist")));
    text += ALBUM;
    text += TRACK;
    for (file, found) in &tracks {
        let path = relative(file, folder);
        let path = path.to_str().ok_or_else(|| AlbumError::Read {
            path: (*file).clone(),
            source: std::io::Error::other("its name is no Unicode, which an album file is; rename it"),
        })?;
        text += &format!("\n[[track]]\nfile = {}\n", quoted(path));
        text += &format!("title = {}\n", quoted(&found.title.clone().unwrap_or_else(|| title_of(file))));
        for (key, value) in
            [("performer", &found.performer), ("composer", &found.composer), ("isrc", &found.isrc)]
        {
            if let Some(value) =
                value.as_ref().filter(|value| key != "performer" || Some(*value) != artist.as_ref())
            {
                text += &format!("{key} = {}\n", quoted(value));
            }
        }
    }
    Ok(text)
}

/// A path as it is from a folder: relative where it lies inside, else whole.
fn relative(file: &Path, folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match (file.canonicalize(), folder.canonicalize()) {
        (Ok(file), Ok(folder)) => file.strip_prefix(&folder).map(Path::to_path_buf).unwrap_or(file),
        _ => file.to_path_buf(),
    }
}

/// Writes an album file. One that is there is replaced only with `force`.
pub fn write(files: &[PathBuf], path: &Path, force: bool) -> Result<(), AlbumError> {
    // A link that leads nowhere is there as well.
    if std::fs::symlink_metadata(path).is_ok() && !force {
        return Err(AlbumError::Exists { path: path.to_owned() });
    }
    let text = text(files, path.parent().unwrap_or(Path::new("")))?;
    write_whole(path, |file| file.write_all(text.as_bytes()))
}
