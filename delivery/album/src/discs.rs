//! An album as a disc: the image with its cue sheet and TOC, the DDP fileset, and the PQ sheet.
//!
//! Everything is read from the joined programme a second at a time, so that a disc needs no more memory than a song.

use super::cache::key;
use super::error::AlbumError;
use super::file::Output;
use super::outputs::{PQ_SHEET, Writer};
use super::variant::Variant;
use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_disc::ddp::{self, CHECKSUM_FILE, DdpError, Options, checksum::Digest};
use lacquer_disc::files::Files;
use lacquer_disc::{Disc, FIRST_PREGAP_FRAMES, SAMPLES_PER_FRAME, cue, pq_sheet, rules, toc};
use lacquer_dsp::programme::{Source, piece};
use lacquer_params::file_name::file_name;
use lacquer_storage::atomic_file::Part;
use lacquer_storage::hash::sha256_of_file;
use std::io::BufWriter;
use std::path::Path;

/// A disc's sample rate, hertz.
pub const RATE_HZ: u32 = 44_100;
/// Frames that are read at a time: a second.
const CHUNK_FRAMES: usize = RATE_HZ as usize;
/// Full scale of 16 bits.
const FULL_SCALE: f32 = 32_768.0;

/// Refuses what no disc can be, before any work is done. What some plants do not take is given back.
pub fn check(disc: &Disc) -> Result<Vec<String>, AlbumError> {
    let checked = rules::check(disc);
    if checked.errors.is_empty() {
        Ok(checked.warnings.iter().map(ToString::to_string).collect())
    } else {
        Err(AlbumError::Ddp(DdpError::Rules { breaches: checked.errors }))
    }
}

/// The programme in 16 bits, filled up to a whole CD frame.
fn words(joined: &Variant) -> impl Iterator<Item = Result<[i16; 2], AlbumError>> {
    let length = joined.timeline.length;
    let filled = length.next_multiple_of(SAMPLES_PER_FRAME) - length;
    (0..length)
        .step_by(CHUNK_FRAMES)
        .flat_map(move |start| {
            let cut = joined.cut(start..(start + CHUNK_FRAMES).min(length));
            let (frames, error) = match cut.and_then(|cut| Ok(piece(&cut, 0..cut.length())?)) {
                Ok(frames) => (frames, None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            // The dither has left whole steps of 16 bits.
            let words = frames.into_iter().map(|frame| Ok(frame.map(|x| (x * FULL_SCALE).round() as i16)));
            words.chain(error)
        })
        .chain(std::iter::repeat_n([0, 0], filled).map(Ok))
}

/// Writes the image as WAV, and the sheets that cut it into tracks.
pub fn write_cue(writer: &mut Writer, joined: &Variant, disc: &Disc) -> Result<(), AlbumError> {
    let title = file_name(&disc.title);
    let image = format!("{title}.wav");
    let content = key(&["image", &joined.key_of(&(0..joined.timeline.length))]);
    writer.file(Output::Cue, None, &image, &content, |path| write_image(path, joined))?;
    let files = Files::Image(&image);
    for (ending, sheet) in [("cue", cue::write(disc, &files)?), ("toc", toc::write(disc, &files)?)] {
        let content = key(&["sheet", &sheet]);
        writer.file(Output::Cue, None, &format!("{title}.{ending}"), &content, |path| {
            lacquer_storage::atomic_file::write_owned(path, sheet.as_bytes())
                .map_err(|error| failed(path, &error))
        })?;
    }
    Ok(())
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> AlbumError {
    AlbumError::Write { path: path.to_owned(), reason: error.to_string() }
}

fn write_image(path: &Path, joined: &Variant) -> Result<(), AlbumError> {
    let failed = |error: &dyn std::fmt::Display| failed(path, error);
    let mut part = Part::owned(path).map_err(|error| failed(&error))?;
    let spec =
        WavSpec { channels: 2, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let buffered = BufWriter::with_capacity(1 << 20, part.file());
    let mut wave = WavWriter::new(buffered, spec).map_err(|error| failed(&error))?;
    for frame in words(joined) {
        for word in frame? {
            wave.write_sample(word).map_err(|error| failed(&error))?;
        }
    }
    wave.finalize().map_err(|error| failed(&error))?;
    part.finish().map_err(|error| failed(&error))
}

/// Writes the DDP fileset, unless it stands there as it was written. The digests of its files, and what a plant may not take.
pub fn write_ddp(
    writer: &mut Writer,
    joined: &Variant,
    disc: &Disc,
) -> Result<(Vec<Digest>, Vec<String>), AlbumError> {
    let folder = writer.out.join(Output::Ddp.name());
    let known = key(&["ddp", &joined.key_of(&(0..joined.timeline.length)), &format!("{disc:?}")]);
    // The digests of every file are in the last one.
    let standing = sha256_of_file(&folder.join(CHECKSUM_FILE)).ok();
    let kept: Option<(String, Vec<[String; 2]>, Vec<String>)> = writer.cache.value(&known);
    if let (Some(standing), Some((sha256, digests, warnings))) = (standing, kept)
        && standing == sha256
        && ddp::verify(&folder).is_ok_and(|report| report.consistent)
    {
        for [name, _] in &digests {
            writer.add(Output::Ddp, name, false)?;
        }
        writer.add(Output::Ddp, CHECKSUM_FILE, false)?;
        let digests = digests.into_iter().map(|[name, md5]| Digest { name, md5 }).collect();
        return Ok((digests, warnings));
    }
    let pregap = FIRST_PREGAP_FRAMES as usize * SAMPLES_PER_FRAME;
    let samples = std::iter::repeat_with(|| Ok([0, 0]))
        .take(pregap)
        .chain(words(joined).map(|word| word.map_err(std::io::Error::other)));
    let written = ddp::write_fallible(&folder, disc, samples, &Options::default())?;
    let mut warnings = written.warnings;
    warnings.extend(written.replaced.iter().map(ToString::to_string));
    let sha256 = sha256_of_file(&folder.join(CHECKSUM_FILE)).map_err(|error| failed(&folder, &error))?;
    let names: Vec<[String; 2]> =
        written.digests.iter().map(|digest| [digest.name.clone(), digest.md5.clone()]).collect();
    writer.cache.keep_value(&known, &(sha256, names, &warnings))?;
    for digest in &written.digests {
        writer.add(Output::Ddp, &digest.name, true)?;
    }
    writer.add(Output::Ddp, CHECKSUM_FILE, true)?;
    Ok((written.digests, warnings))
}

/// Writes the PQ sheet that goes to the plant with the master.
pub fn write_pq_sheet(writer: &mut Writer, disc: &Disc, digests: &[Digest]) -> Result<(), AlbumError> {
    writer.text(PQ_SHEET, &pq_sheet::text(disc, digests))
}
