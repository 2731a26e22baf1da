//! Writes an album file for files in the order given, with every key explained, what each mix measures, and the mode that follows from it.

use super::cache::write_whole;
use super::error::AlbumError;
use super::identity::title_of;
use super::loud_parts::{Part, kept_below};
use super::plan::SHARED_LEVEL_LU;
use super::segment::{Source, measured};
use lacquer_files::decode::Limits;
use lacquer_song::jobs;
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
# loudness.mode: "album" (the loudest track to the target; mixes within 4 LU of each other keep their distances, others have their loud
# parts made alike and quiet songs 2 to 4 LU below), "distances" (always kept), "equal" (every track to the target), "as_is"
# loudness.target: LUFS, or a name as "spotify"; loudness.ceiling: dBTP
@MODE@
loudness = { mode = "album", target = -14.0, ceiling = -1.0 }
# max_move_lu = 2.0              # caps how far a track is moved against the others; what that misses is told
# accept = ["delay"]             # what of `lacquer check` and of the release's findings is accepted
# replay_gain = true             # ReplayGain tags, of each track and of the album; R128 tags in Opus
# character = 0                  # % of the tonal distance to the others that is corrected; 30 to 50 is usual
# wav24, wav16, flac, opus128, vorbis, mp3-320, aac, cue, ddp, vinyl, report
outputs = ["wav24", "report"]
# cover = "front.jpg"            # square, 3000 pixels or more, RGB; without it what the mixes carry is kept
# sample_rate = 44100            # without it the tracks' own, or the lowest of them
# preset = "Transparent"         # for tracks without one; a name or a file
# settings = { glue_on = true }  # over the preset; `lacquer params` lists what can be set
"##;

const TRACK: &str = r##"
# What goes on the papers: date, client, engineer and what is to be said with the files.
# [release]
# date = "2026-11-28"
# client = "A label"
# engineer = "Somebody"
# notes = "Track 3 is mono."

# Of a track, besides: performer and composer (a list where they are several), isrc ("AA-6Q7-20-00047" or "new"), preset, settings = { id = value }, gap_s (2; silence before it, 0 is
# gapless) or crossfade_s, fade_in_s, fade_out_s, fade_in_curve and fade_out_curve ("linear", "equal_power", "smooth"), gain_db (over
# the plan), quiet = true or false (kept below the others, or not), accept, start_s and end_s (what is taken of the file).
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
            .filter(|code| code.parse::<lacquer_isrc::Isrc>().is_ok()),
    }
}

/// What each file measures, or why it has no measure.
fn measured_all(files: &[PathBuf]) -> Vec<Result<Source, String>> {
    jobs::each(files, jobs::at_a_time(files.len()), |_, file| {
        measured(file, &Limits::default()).map_err(|error| error.to_string())
    })
}

/// A mix's level in a comment.
fn level(measured: &Result<Source, String>) -> String {
    let source = match measured {
        Ok(source) => source,
        Err(reason) => {
            let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            return format!("Not measured: {reason}");
        }
    };
    let seconds = (source.frames as f64 / f64::from(source.sample_rate.max(1))).round() as u64;
    match (source.integrated_lufs, source.loud_part_lufs, source.true_peak_dbtp) {
        (Some(lufs), Some(loud), Some(peak)) => format!(
            "The mix: {lufs:.1} LUFS, its loud parts {loud:.1}, peaks {peak:.1} dBTP, {}:{:02}",
            seconds / 60,
            seconds % 60
        ),
        _ => "The mix: silent, or shorter than 0.4 s".to_owned(),
    }
}

/// How far the mixes lie apart, LU; none without two of them that sound.
fn spread_lu(measured: &[Result<Source, String>]) -> Option<f64> {
    let lufs: Vec<f64> = measured.iter().flatten().filter_map(|source| source.integrated_lufs).collect();
    let highest = lufs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = lufs.iter().copied().fold(f64::INFINITY, f64::min);
    (lufs.len() > 1).then_some(highest - lowest)
}

/// Which mode follows from the mixes, and why, in a comment.
fn proposal(measured: &[Result<Source, String>]) -> String {
    match spread_lu(measured) {
        Some(spread) if spread > SHARED_LEVEL_LU => format!(
            "# These mixes lie {spread:.1} LU apart, which no session's do: \"album\" makes their loud parts alike; \"equal\" makes the whole\n# songs so; \"distances\" would keep levels that mean nothing."
        ),
        Some(spread) => format!(
            "# These mixes lie {spread:.1} LU apart, as songs of one session do: \"album\" keeps their distances."
        ),
        None => "# One mix alone comes to the target.".to_owned(),
    }
}

/// How far each song would be kept below the others, LU, where it would.
fn kept(measured: &[Result<Source, String>]) -> Vec<Option<f64>> {
    if spread_lu(measured).is_none_or(|spread| spread <= SHARED_LEVEL_LU) {
        return vec![None; measured.len()];
    }
    let part = |source: &Result<Source, String>| Part {
        loud_part_lufs: source.as_ref().ok().and_then(|source| source.loud_part_lufs).unwrap_or(f64::NAN),
        true_peak_dbtp: source.as_ref().ok().and_then(|source| source.true_peak_dbtp).unwrap_or(f64::NAN),
        is_quiet: None,
    };
    let parts: Vec<Part> = measured.iter().map(part).collect();
    kept_below(&parts).iter().map(|kept| (kept.below_lu > 0.0).then_some(kept.below_lu)).collect()
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
    let measured = measured_all(files);
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
    text += &ALBUM.replace("@MODE@", &proposal(&measured));
    text += TRACK;
    let kept = kept(&measured);
    for (((file, found), measured), kept) in tracks.iter().zip(&measured).zip(kept) {
        let path = relative(file, folder);
        let path = path.to_str().ok_or_else(|| AlbumError::Read {
            path: (*file).clone(),
            source: std::io::Error::other("its name is no Unicode, which an album file is; rename it"),
        })?;
        let path = if cfg!(windows) { with_slashes(path) } else { path.to_owned() };
        text += &format!("\n[[track]]\nfile = {}\n", quoted(&path));
        text += &format!("# {}\n", level(measured));
        if let Some(below_lu) = kept {
            text += &format!(
                "# A quiet song, kept {below_lu:.1} LU below the others; quiet = false brings it up.\n"
            );
        }
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

/// A path of Windows as every system reads it: with `/`, and without the prefix that only Windows knows (`\\?\`, `\\?\UNC\`).
fn with_slashes(path: &str) -> String {
    let path = path.replace('\\', "/");
    match path.strip_prefix("//?/") {
        Some(plain) => plain.strip_prefix("UNC/").map_or(plain.to_owned(), |share| format!("//{share}")),
        None => path,
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

#[cfg(test)]
mod tests {
    use super::with_slashes;

    #[test]
    fn paths_of_windows_are_written_as_every_system_reads_them() {
        for (path, written) in [
            (r"mixes\a.wav", "mixes/a.wav"),
            (r"\\?\Z:\songs\b.wav", "Z:/songs/b.wav"),
            (r"\\?\UNC\server\songs\c.wav", "//server/songs/c.wav"),
            (r"C:\d.wav", "C:/d.wav"),
        ] {
            assert_eq!(with_slashes(path), written);
        }
    }
}
