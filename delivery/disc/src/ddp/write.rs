//! Writes a fileset: streamed, digests made on the way, in a folder beside that takes the final name as a whole.

use super::checksum::{Digest, encode as checksum_lines, hexadecimal};
use super::replace::{exchange, recover, replace};
use super::{
    CD_TEXT_FILE, CHECKSUM_FILE, DdpError, FILES, ID_FILE, IMAGE_FILE, MAP_FILE, PQ_FILE, id, map, pq,
};
use crate::latin::{Replaced, ascii, one_line, replacements};
use crate::rules::check;
use crate::{BYTES_PER_FRAME, Disc, SAMPLES_PER_FRAME, cd_text};
use lacquer_storage::parts;
use md5::{Digest as _, Md5};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// What may be wished of a fileset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The master's name in DDPID, at most 48 characters of ASCII; none: the disc's title.
    pub master_id: Option<String>,
}

/// A fileset that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its files, as CHECKSUM.MD5 lists them.
    pub digests: Vec<Digest>,
    /// What plants or players may not take, in words.
    pub warnings: Vec<String>,
    /// What CD-Text could not say.
    pub replaced: Vec<Replaced>,
}

/// Writes the fileset of a disc into a new folder. `samples` is its image from the start of the first pregap, at 44.1 kHz; the last CD
/// frame is filled with zeros. A fileset that stands there already is replaced once the new one is whole; a folder with anything else in
/// it is not touched. Needs the same memory for any length. What an interruption leaves is a hidden folder beside, `.lacquer-*.part`.
///
/// # Errors
/// Where the disc breaks a rule, its texts or its audio do not fit, or a file cannot be written.
pub fn write(
    folder: &Path,
    disc: &Disc,
    samples: impl IntoIterator<Item = [i16; 2]>,
    options: &Options,
) -> Result<Written, DdpError> {
    write_fallible(folder, disc, samples.into_iter().map(Ok), options)
}

/// [`write()`] from samples that are read while it writes; their first error ends it.
///
/// # Errors
/// As [`write()`].
pub fn write_fallible(
    folder: &Path,
    disc: &Disc,
    samples: impl IntoIterator<Item = io::Result<[i16; 2]>>,
    options: &Options,
) -> Result<Written, DdpError> {
    let checked = check(disc);
    if !checked.errors.is_empty() {
        return Err(DdpError::Rules { breaches: checked.errors });
    }
    let cd_text = cd_text::encode(disc)?;
    recover(folder)?;
    check_replaceable(folder)?;
    let parent = parent_of(folder);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DdpError::Write { path, source }
    };
    parts::remove_stale_once(parent);
    let part = tempfile::Builder::new()
        .prefix(parts::PREFIX)
        .suffix(parts::SUFFIX)
        .tempdir_in(parent)
        .map_err(failed(parent))?;
    // Held while it is written. Where folders cannot be opened, none is taken for stale before its time.
    let lock = File::open(part.path()).ok();
    if lock.as_ref().is_some_and(|lock| !parts::hold(lock)) {
        let source = io::Error::other("another process removes what is being written there; start again");
        return Err(DdpError::Write { path: parent.to_owned(), source });
    }
    let mut digests = Vec::new();
    let put = |name: &str, bytes: &[u8]| {
        let path = part.path().join(name);
        let mut file = File::create(&path).map_err(failed(&path))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(&path))?;
        Ok::<_, DdpError>(Digest { name: name.to_owned(), md5: hexadecimal(&Md5::digest(bytes)) })
    };
    digests.push(put(ID_FILE, &id::encode(disc.upc.as_deref(), &master_id(disc, options)))?);
    let codes = pq::encode(disc);
    digests.push(put(MAP_FILE, &map_of(disc, cd_text.len() as u64, codes.len() as u64))?);
    if !cd_text.is_empty() {
        digests.push(put(CD_TEXT_FILE, &cd_text)?);
    }
    digests.push(put(PQ_FILE, &codes)?);
    let image = part.path().join(IMAGE_FILE);
    let md5 = write_image(&image, disc.lead_out_frame, samples)?;
    digests.push(Digest { name: IMAGE_FILE.to_owned(), md5 });
    put(CHECKSUM_FILE, checksum_lines(&digests).as_bytes())?;
    allow_reading(part.path());
    replace(part, folder, exchange)?;
    drop(lock);
    let mut warnings: Vec<String> = checked.warnings.iter().map(ToString::to_string).collect();
    warnings.extend(cd_text::long_texts(disc));
    Ok(Written { digests, warnings, replaced: replacements(disc) })
}

fn master_id(disc: &Disc, options: &Options) -> String {
    let wished = options.master_id.as_deref().unwrap_or(&disc.title);
    ascii(&one_line(wished))
}

/// The packets of DDPMS: CD-Text, PQ codes, audio.
fn map_of(disc: &Disc, cd_text_bytes: u64, pq_bytes: u64) -> Vec<u8> {
    let pregap_frames = disc.tracks.first().map_or(0, |track| track.start_frame);
    let mut packets = Vec::new();
    if cd_text_bytes > 0 {
        packets.extend_from_slice(&map::subcode(map::CD_TEXT, cd_text_bytes, CD_TEXT_FILE));
    }
    packets.extend_from_slice(&map::subcode(map::PQ, pq_bytes, PQ_FILE));
    packets.extend_from_slice(&map::audio(disc.lead_out_frame, pregap_frames, IMAGE_FILE));
    packets
}

/// Writes the audio sector by sector; gives its digest.
fn write_image(
    path: &Path,
    sectors: u32,
    samples: impl IntoIterator<Item = io::Result<[i16; 2]>>,
) -> Result<String, DdpError> {
    let failed = |source| DdpError::Write { path: path.to_owned(), source };
    let most = u64::from(sectors) * SAMPLES_PER_FRAME as u64;
    let least = most.saturating_sub(SAMPLES_PER_FRAME as u64 - 1);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
    let mut md5 = Md5::new();
    let mut sector = Vec::with_capacity(BYTES_PER_FRAME);
    let mut found = 0u64;
    for sample in samples {
        let at_s = found as f64 / 44_100.0;
        let [left, right] = sample.map_err(|source| DdpError::Audio { at_s, source })?;
        found += 1;
        if found > most {
            return Err(DdpError::Length { found, least, most });
        }
        sector.extend_from_slice(&left.to_le_bytes());
        sector.extend_from_slice(&right.to_le_bytes());
        if sector.len() == BYTES_PER_FRAME {
            md5.update(&sector);
            file.write_all(&sector).map_err(failed)?;
            sector.clear();
        }
    }
    if found < least {
        return Err(DdpError::Length { found, least, most });
    }
    if !sector.is_empty() {
        sector.resize(BYTES_PER_FRAME, 0);
        md5.update(&sector);
        file.write_all(&sector).map_err(failed)?;
    }
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    Ok(hexadecimal(&md5.finalize()))
}

pub(super) fn parent_of(folder: &Path) -> &Path {
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Refuses a name under which something else than a fileset of this writer stands.
fn check_replaceable(folder: &Path) -> Result<(), DdpError> {
    let refuse = |reason: String| Err(DdpError::NotReplaced { path: folder.to_owned(), reason });
    if folder.file_name().is_none() {
        return refuse("it has no name of its own".into());
    }
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(DdpError::Read { path: folder.to_owned(), source }),
        Ok(metadata) if !metadata.is_dir() => return refuse("it is no folder".into()),
        Ok(_) => {}
    }
    let read = |source| DdpError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name();
        let is_file = entry.file_type().map_err(read)?.is_file();
        if !is_file || !FILES.iter().any(|file| name.eq_ignore_ascii_case(file)) {
            return refuse(format!("it holds {name:?}, which is no file of a DDP fileset"));
        }
    }
    Ok(())
}

/// A temporary folder is its owner's alone; a fileset is as readable as any new folder.
#[cfg(unix)]
fn allow_reading(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // Where this is refused the fileset is still the owner's.
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn allow_reading(_folder: &Path) {}
