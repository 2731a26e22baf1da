//! RIFF, RF64 and BW64 files, chunk by chunk (IBM and Microsoft, Multimedia Programming Interface, 1991; EBU Tech 3306).
//!
//! ```text
//! RIFF size WAVE [ds64] bext ... fmt data ... LIST axml "id3 "
//! ```

use super::{Place, TagError, Tags, axml, bext, id3, info};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Chunks of a file; a good one has ten.
const MOST_CHUNKS: usize = 4096;
/// Bytes of a chunk of tags.
const MOST_BYTES: u64 = 16 << 20;
/// A size that stands in `ds64` instead.
const ELSEWHERE: u32 = u32::MAX;

/// A chunk's place in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its name.
    pub id: [u8; 4],
    /// Where its contents begin, bytes from the start of the file.
    pub start: u64,
    /// Bytes of its contents.
    pub length: u64,
}

/// A file's form and its chunks.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `RIFF`, `RF64` or `BW64`.
    pub form: [u8; 4],
    /// The chunks in their order.
    pub chunks: Vec<Chunk>,
}

impl Layout {
    /// Reads the names and sizes. The last chunk of a file that breaks off is as long as what is there.
    pub fn read(file: &mut (impl Read + Seek)) -> io::Result<Self> {
        let end = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut head = [0; 12];
        file.read_exact(&mut head)?;
        let form = [head[0], head[1], head[2], head[3]];
        let (mut chunks, mut at) = (Vec::new(), 12);
        let mut data_length = None;
        while at + 8 <= end && chunks.len() < MOST_CHUNKS {
            file.seek(SeekFrom::Start(at))?;
            let mut head = [0; 8];
            file.read_exact(&mut head)?;
            let id = [head[0], head[1], head[2], head[3]];
            let said = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
            let start = at + 8;
            let length = match (&id, said, data_length) {
                (b"data", ELSEWHERE, Some(length)) => length,
                _ => u64::from(said),
            };
            let length = length.min(end - start);
            if &id == b"ds64" && length >= 16 {
                let mut sizes = [0; 16];
                file.read_exact(&mut sizes)?;
                data_length = sizes[8..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
            }
            chunks.push(Chunk { id, start, length });
            at = start + length + length % 2;
        }
        Ok(Self { form, chunks })
    }

    /// The contents of the first chunk with one of the names, if there is one of a sane size.
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

impl Chunk {
    fn contents(&self, file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(self.start))?;
        let mut bytes = Vec::new();
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes)
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
    let layout = Layout::read(&mut source).map_err(&reading)?;
    let format = |reason: &str| TagError::Format { path: path.to_owned(), reason: reason.to_owned() };
    if layout.chunks.len() >= MOST_CHUNKS {
        return Err(format("more than 4096 chunks"));
    }
    let mut contents = |ids: &[&[u8; 4]]| layout.contents(&mut source, ids).map_err(&reading);
    let earlier_bext = contents(&[b"bext"])?;
    let earlier_xml = contents(&[b"axml"])?;
    let earlier_id3 = contents(&ID3)?;
    let sizes = contents(&[b"ds64"])?;
    let earlier_info = layout.info(&mut source).map_err(&reading)?;

    let has_texts = !Tags { loudness: None, ..tags.clone() }.is_empty();
    let bext = (!tags.is_empty()).then(|| bext::with(earlier_bext.as_deref(), tags)).or(earlier_bext);
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
    let layout = Layout::read(file).map_err(&reading)?;
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

/// The codes as they stand in the chunks.
pub(super) fn codes(path: &Path, file: &mut (impl Read + Seek)) -> Result<Vec<(Place, String)>, TagError> {
    let reading = TagError::reading(path);
    let layout = Layout::read(file).map_err(&reading)?;
    let mut contents = |ids: &[&[u8; 4]]| layout.contents(file, ids).map_err(&reading);
    let xml = contents(&[b"axml"])?.unwrap_or_default();
    let mut codes: Vec<(Place, String)> = Vec::new();
    codes.extend(axml::codes(&String::from_utf8_lossy(&xml)).into_iter().map(|code| (Place::Axml, code)));
    if let Some(tag) = contents(&ID3)?.as_deref().and_then(id3::from_bytes) {
        codes.extend(id3::codes(&tag).into_iter().map(|code| (Place::Id3, code)));
    }
    if let Some((_, list)) = layout.info(file).map_err(&reading)? {
        let code = info::entries(&list).and_then(|entries| info::text(&entries, b"ISRC"));
        codes.extend(code.map(|code| (Place::InfoList, code)));
    }
    Ok(codes)
}
