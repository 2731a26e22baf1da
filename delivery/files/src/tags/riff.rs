//! The tags of RIFF, RF64 and BW64 files, chunk by chunk (IBM and Microsoft, Multimedia Programming Interface, 1991; EBU Tech 3306).
//!
//! ```text
//! RIFF size WAVE [ds64] bext ... fmt data ... LIST axml "id3 "
//! ```

use super::carried::{Fields, name_of_info};
use super::{Field, TagError, Tags, axml, bext, id3, info};
use crate::riff::{Chunk, ELSEWHERE, Layout};
use lofty::id3::v2::Id3v2Tag;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of a chunk of tags that is read: more than any has but for pictures of the size of posters.
const MOST_BYTES: u64 = 64 << 20;

impl Layout {
    /// The contents of the first chunk with one of the names, if there is one that is not too large.
    fn contents(&self, file: &mut (impl Read + Seek), ids: &[&[u8; 4]]) -> io::Result<Option<Vec<u8>>> {
        let found = self.chunks.iter().find(|chunk| ids.contains(&&chunk.id));
        found.filter(|chunk| chunk.length <= MOST_BYTES).map(|chunk| chunk.contents(file)).transpose()
    }

    /// The first `INFO` list: its place and its contents.
    fn info(&self, file: &mut (impl Read + Seek)) -> io::Result<Option<(Chunk, Vec<u8>)>> {
        for chunk in self.chunks.iter().filter(|chunk| &chunk.id == b"LIST" && chunk.length <= MOST_BYTES) {
            let bytes = chunk.contents(file)?;
            if info::entries(&bytes).is_some() {
                return Ok(Some((*chunk, bytes)));
            }
        }
        Ok(None)
    }
}

/// The names of the ID3v2 chunk that are in use.
const ID3: [&[u8; 4]; 2] = [b"id3 ", b"ID3 "];

/// Copies a file with tags.
pub(super) fn copy_with(
    path: &Path,
    source: &mut File,
    target: &mut File,
    tags: &Tags,
) -> Result<(), TagError> {
    let reading = TagError::reading(path);
    let mut source = BufReader::with_capacity(1 << 20, source);
    let layout = Layout::read(&mut source, 0).map_err(&reading)?;
    let format = |reason: &str| TagError::Format { path: path.to_owned(), reason: reason.to_owned() };
    if layout.is_cut {
        return Err(format("more than 4096 chunks"));
    }
    if layout.next.is_some() {
        return Err(format("another file follows the first one in it"));
    }
    let mut contents = |ids: &[&[u8; 4]]| layout.contents(&mut source, ids).map_err(&reading);
    let earlier_bext = contents(&[b"bext"])?;
    let earlier_xml = contents(&[b"axml"])?;
    let earlier_id3 = contents(&ID3)?;
    let sizes = contents(&[b"ds64"])?;
    let coding = contents(&[b"fmt "])?.as_deref().and_then(bext::coding);
    let earlier_info = layout.info(&mut source).map_err(&reading)?;

    let has_texts = !Tags { loudness: None, ..tags.clone() }.is_empty();
    let bext = (!tags.is_empty())
        .then(|| bext::with(earlier_bext.as_deref(), tags, coding.as_deref()))
        .or(earlier_bext);
    let earlier_text = earlier_xml.as_deref().map(String::from_utf8_lossy);
    let xml = match (tags.isrc, earlier_text) {
        (Some(isrc), Some(text)) => Some(axml::with(&text, isrc).into_bytes()),
        (Some(isrc), None) => Some(axml::new(isrc).into_bytes()),
        (None, _) => earlier_xml,
    };
    let id3 = if has_texts {
        let mut tag = earlier_id3.as_deref().and_then(id3::from_bytes).unwrap_or_default();
        id3::apply(&mut tag, tags);
        Some(id3::to_bytes(&tag).map_err(|reason| format(&reason))?)
    } else {
        earlier_id3
    };
    let info_place = earlier_info.as_ref().map(|(chunk, _)| *chunk);
    let earlier_info = earlier_info.map(|(_, bytes)| bytes);
    let info = has_texts.then(|| info::with(earlier_info.as_deref(), tags)).or(earlier_info);
    let replaced = |chunk: &Chunk| {
        // Chunks too large to be read stay where they are.
        chunk.length <= MOST_BYTES
            && (matches!(&chunk.id, b"bext" | b"axml" | b"ds64")
                || ID3.contains(&&chunk.id)
                || info_place == Some(*chunk))
    };
    let kept: Vec<Chunk> = layout.chunks.iter().filter(|chunk| !replaced(chunk)).copied().collect();
    let own = [(b"ds64", &sizes), (b"bext", &bext), (b"LIST", &info), (b"axml", &xml), (b"id3 ", &id3)];
    let padded = |length: u64| 8 + length + length % 2;
    let own_bytes: u64 = own.iter().filter_map(|(_, bytes)| Some(padded(bytes.as_ref()?.len() as u64))).sum();
    let riff_length = 4 + own_bytes + kept.iter().map(|chunk| padded(chunk.length)).sum::<u64>();
    let is_riff = &layout.form == b"RIFF";
    if is_riff && riff_length > u64::from(u32::MAX) {
        return Err(TagError::TooLong { path: path.to_owned() });
    }
    let writing = TagError::writing(path);
    let mut out = BufWriter::with_capacity(1 << 20, target);
    let mut write = || -> io::Result<()> {
        let said = if is_riff { riff_length as u32 } else { ELSEWHERE };
        out.write_all(&layout.form)?;
        out.write_all(&said.to_le_bytes())?;
        out.write_all(b"WAVE")?;
        if let Some(mut sizes) = sizes.clone() {
            if let Some(first) = sizes.first_chunk_mut() {
                *first = riff_length.to_le_bytes();
            }
            write_chunk(&mut out, b"ds64", &sizes)?;
        }
        if let Some(bext) = &bext {
            write_chunk(&mut out, b"bext", bext)?;
        }
        for chunk in &kept {
            let said = u32::try_from(chunk.length).unwrap_or(ELSEWHERE);
            let said = if !is_riff && &chunk.id == b"data" { ELSEWHERE } else { said };
            out.write_all(&chunk.id)?;
            out.write_all(&said.to_le_bytes())?;
            source.seek(SeekFrom::Start(chunk.start))?;
            io::copy(&mut source.by_ref().take(chunk.length), &mut out)?;
            if chunk.length % 2 == 1 {
                out.write_all(&[0])?;
            }
        }
        for (id, bytes) in [(b"LIST", &info), (b"axml", &xml), (b"id3 ", &id3)] {
            if let Some(bytes) = bytes {
                write_chunk(&mut out, id, bytes)?;
            }
        }
        // What belongs to no chunk stays behind them all.
        let after = layout.end + layout.chunks.last().map_or(0, |last| last.length % 2);
        source.seek(SeekFrom::Start(after))?;
        io::copy(&mut source.by_ref().take(layout.foreign_bytes), &mut out)?;
        out.flush()
    };
    write().map_err(writing)
}

fn write_chunk(out: &mut impl Write, id: &[u8; 4], bytes: &[u8]) -> io::Result<()> {
    out.write_all(id)?;
    out.write_all(&(bytes.len() as u32).to_le_bytes())?;
    out.write_all(bytes)?;
    if bytes.len() % 2 == 1 { out.write_all(&[0]) } else { Ok(()) }
}

/// What a file's chunks say: the code of `axml` goes before that of `id3 `, and the list counts where there is no `id3 `.
pub(super) fn read(path: &Path, file: &mut (impl Read + Seek)) -> Result<Tags, TagError> {
    let reading = TagError::reading(path);
    let layout = Layout::read(file, 0).map_err(&reading)?;
    let list = layout.info(file).map_err(&reading)?.map(|(_, bytes)| bytes);
    let mut contents = |ids: &[&[u8; 4]]| layout.contents(file, ids).map_err(&reading);
    let mut tags = match contents(&ID3)?.as_deref().and_then(id3::from_bytes) {
        Some(tag) => id3::read(&tag),
        None => list.as_deref().and_then(info::entries).map(|list| info::read(&list)).unwrap_or_default(),
    };
    tags.loudness = contents(&[b"bext"])?.as_deref().and_then(bext::loudness);
    let xml = contents(&[b"axml"])?.unwrap_or_default();
    let code = axml::codes(&String::from_utf8_lossy(&xml)).iter().find_map(|code| code.parse().ok());
    tags.isrc = code.or(tags.isrc);
    Ok(tags)
}

/// The tag in the `id3 ` chunk, and the entries of the list as fields.
pub(super) fn carried(
    path: &Path,
    file: &mut (impl Read + Seek),
) -> Result<(Option<Id3v2Tag>, Fields), TagError> {
    let reading = TagError::reading(path);
    let layout = Layout::read(file, 0).map_err(&reading)?;
    let tag = layout.contents(file, &ID3).map_err(&reading)?.as_deref().and_then(id3::from_bytes);
    let list = layout.info(file).map_err(&reading)?.map(|(_, bytes)| bytes);
    let entries = list.as_deref().and_then(info::entries).unwrap_or_default();
    let field = |(id, _): &([u8; 4], &[u8])| Some((name_of_info(id), info::text(&entries, id)?));
    Ok((tag, entries.iter().filter_map(field).collect()))
}

/// The codes as they stand in the chunks.
pub(super) fn codes(path: &Path, file: &mut (impl Read + Seek)) -> Result<Vec<(Field, String)>, TagError> {
    let reading = TagError::reading(path);
    let layout = Layout::read(file, 0).map_err(&reading)?;
    let mut contents = |ids: &[&[u8; 4]]| layout.contents(file, ids).map_err(&reading);
    let xml = contents(&[b"axml"])?.unwrap_or_default();
    let mut codes: Vec<(Field, String)> = Vec::new();
    codes.extend(axml::codes(&String::from_utf8_lossy(&xml)).into_iter().map(|code| (Field::Axml, code)));
    if let Some(tag) = contents(&ID3)?.as_deref().and_then(id3::from_bytes) {
        codes.extend(id3::codes(&tag).into_iter().map(|code| (Field::Id3, code)));
    }
    if let Some((_, list)) = layout.info(file).map_err(&reading)? {
        let code = info::entries(&list).and_then(|entries| info::text(&entries, b"ISRC"));
        codes.extend(code.map(|code| (Field::InfoList, code)));
    }
    Ok(codes)
}

/// What in the file may hold tags and cannot be read, in words.
pub(super) fn unread(path: &Path, file: &mut (impl Read + Seek)) -> Result<Vec<String>, TagError> {
    let reading = TagError::reading(path);
    let layout = Layout::read(file, 0).map_err(&reading)?;
    let mut unread = Vec::new();
    for chunk in &layout.chunks {
        let name = String::from_utf8_lossy(&chunk.id).into_owned();
        let has_tags = matches!(&chunk.id, b"axml" | b"bext" | b"LIST") || ID3.contains(&&chunk.id);
        if has_tags && chunk.length > MOST_BYTES {
            unread.push(format!("its {name:?} chunk has {} MiB, more than is read", chunk.length >> 20));
        } else if has_tags
            && chunk.claimed.is_some_and(|claimed| claimed > chunk.length && &chunk.id != b"LIST")
        {
            unread.push(format!("its {name:?} chunk breaks off"));
        } else if ID3.contains(&&chunk.id)
            && id3::from_bytes(&chunk.contents(file).map_err(&reading)?).is_none()
        {
            unread.push(format!("its {name:?} chunk is damaged"));
        }
    }
    if layout.foreign_bytes > 0 {
        unread.push(format!("its last {} bytes are in no chunk", layout.foreign_bytes));
    }
    if layout.is_cut || layout.next.is_some() {
        unread.push("it goes on behind what is read".to_owned());
    }
    Ok(unread)
}
