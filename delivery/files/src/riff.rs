//! The chunks of RIFF, RF64 and BW64 files (IBM and Microsoft, Multimedia Programming Interface, 1991; EBU Tech 3306).
//!
//! Sizes are claims. Where one leads to no chunk, the chunk that should be there is looked for nearby; a length of sound that is unknown,
//! has wrapped past 4 GiB or runs past the file's end is found out by what closes the file.

use std::io::{self, Read, Seek, SeekFrom};

/// Chunks of a file; a good one has ten.
const MOST_CHUNKS: usize = 4096;
/// A size that stands in `ds64` instead, or is not known.
pub const ELSEWHERE: u32 = u32::MAX;
/// From here on a size that the file does not have is a placeholder: what recorders and pipes write, who cannot go back.
const PLACEHOLDER: u32 = 0x7fff_0000;
/// Bytes beside a wrong size in which the next chunk is looked for.
const NEARBY: u64 = 1 << 16;
/// Bytes before the end of a file in which what closes it is looked for: more than tags with pictures have.
const CLOSING: u64 = 1 << 24;
/// Names of chunks: a wrong size is mended only where one of them follows.
const KNOWN: [&[u8; 4]; 27] = [
    b"fmt ", b"data", b"fact", b"LIST", b"bext", b"iXML", b"axml", b"chna", b"id3 ", b"ID3 ", b"JUNK",
    b"junk", b"PAD ", b"FLLR", b"cue ", b"smpl", b"inst", b"PEAK", b"cart", b"_PMX", b"acid", b"strc",
    b"umid", b"DISP", b"afsp", b"minf", b"RIFF",
];

/// A chunk's place in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its name.
    pub id: [u8; 4],
    /// Where its contents begin, bytes from the start of the file.
    pub start: u64,
    /// Bytes of its contents that are there.
    pub length: u64,
    /// Bytes that it claims, where that is a claim.
    pub claimed: Option<u64>,
}

impl Chunk {
    /// Its bytes.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn contents(&self, file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(self.start))?;
        let mut bytes = Vec::new();
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A file's form and its chunks.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `RIFF`, `RF64` or `BW64`.
    pub form: [u8; 4],
    /// The chunks in their order.
    pub chunks: Vec<Chunk>,
    /// Where the last of them ends.
    pub end: u64,
    /// Where another file of this kind begins behind it.
    pub next: Option<u64>,
    /// Whether there are more chunks than are looked at.
    pub is_cut: bool,
    /// Bytes at the end that are no chunk.
    pub foreign_bytes: u64,
}

/// What is at a place.
enum At {
    Chunk([u8; 4], u32),
    File,
    Nothing,
}

impl Layout {
    /// Reads the names and sizes of the file that begins at `from`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(file: &mut (impl Read + Seek), from: u64) -> io::Result<Self> {
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(from))?;
        let mut head = [0; 12];
        file.read_exact(&mut head)?;
        let form = [head[0], head[1], head[2], head[3]];
        let mut layout = Self { form, chunks: Vec::new(), end, next: None, is_cut: false, foreign_bytes: 0 };
        let mut data_bytes = None;
        let mut at = from + 12;
        loop {
            if layout.chunks.len() == MOST_CHUNKS {
                layout.is_cut = true;
                break;
            }
            let has_sound = layout.chunks.iter().any(|chunk| &chunk.id == b"data");
            let found = match chunk_at(file, at, end)? {
                At::Chunk(id, said) => Some((at, id, said)),
                At::File => {
                    layout.next = Some(at);
                    break;
                }
                // A size that leads past the end leads past the sound.
                At::Nothing if at + 8 > end && !has_sound => layout.sound_within(file, end)?,
                At::Nothing if at + 8 > end => break,
                At::Nothing => layout.mended(file, at, end)?,
            };
            let Some((place, id, said)) = found else { break };
            let start = place + 8;
            let mut chunk = Chunk { id, start, length: u64::from(said), claimed: Some(u64::from(said)) };
            if &id == b"data" {
                measure(&mut chunk, said, data_bytes, file, end)?;
            } else {
                chunk.length = chunk.length.min(end - start);
            }
            if &id == b"ds64" && chunk.length >= 16 {
                let mut sizes = [0; 16];
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(&mut sizes)?;
                data_bytes = sizes[8..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
            }
            layout.chunks.push(chunk);
            at = start + chunk.length + chunk.length % 2;
        }
        layout.end = layout.chunks.last().map_or(from + 12, |last| last.start + last.length);
        if layout.next.is_none() && !layout.is_cut {
            let pad = layout.chunks.last().map_or(0, |last| last.length % 2);
            layout.foreign_bytes = end.saturating_sub(layout.end + pad);
        }
        Ok(layout)
    }

    /// The sound within the last chunk, which claims to go on to the end of the file; that chunk gets its true length.
    fn sound_within(
        &mut self,
        file: &mut (impl Read + Seek),
        end: u64,
    ) -> io::Result<Option<(u64, [u8; 4], u32)>> {
        let Some(last) = self.chunks.last_mut() else { return Ok(None) };
        let mut within = Vec::new();
        file.seek(SeekFrom::Start(last.start))?;
        file.by_ref().take(NEARBY.min(end - last.start)).read_to_end(&mut within)?;
        let found = within.windows(8).enumerate().find_map(|(n, window)| {
            let &[b'd', b'a', b't', b'a', e, f, g, h] = window else { return None };
            Some((last.start + n as u64, *b"data", u32::from_le_bytes([e, f, g, h])))
        });
        if let Some((place, ..)) = found {
            last.length = place - last.start;
        }
        Ok(found)
    }

    /// The chunk that should be at `at`, from where the one before it is or is not as long as it says; that one gets its true length.
    fn mended(
        &mut self,
        file: &mut (impl Read + Seek),
        at: u64,
        end: u64,
    ) -> io::Result<Option<(u64, [u8; 4], u32)>> {
        let Some(last) = self.chunks.last_mut() else { return Ok(None) };
        // Sound may have anything in it: only the missing pad byte is thought of.
        let from = if &last.id == b"data" {
            at.saturating_sub(1)
        } else {
            last.start.max(at.saturating_sub(NEARBY))
        };
        let to = if &last.id == b"data" { at } else { at.saturating_add(NEARBY).min(end) };
        let from = from.max(last.start);
        let mut nearby = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.by_ref().take(to.saturating_sub(from) + 8).read_to_end(&mut nearby)?;
        let mut best: Option<(u64, [u8; 4], u32)> = None;
        for (n, window) in nearby.windows(8).enumerate() {
            let &[a, b, c, d, e, f, g, h] = window else { continue };
            let (id, said) = ([a, b, c, d], u32::from_le_bytes([e, f, g, h]));
            let place = from + n as u64;
            let fits = u64::from(said) <= end - place || &id == b"data";
            let nearer = best.is_none_or(|(other, ..)| place.abs_diff(at) < other.abs_diff(at));
            if KNOWN.contains(&&id) && fits && nearer {
                best = Some((place, id, said));
            }
        }
        if let Some((place, ..)) = best {
            last.length = place - last.start;
        }
        Ok(best)
    }
}

/// What stands at `at`.
fn chunk_at(file: &mut (impl Read + Seek), at: u64, end: u64) -> io::Result<At> {
    if at + 8 > end {
        return Ok(At::Nothing);
    }
    let mut head = [0; 12];
    file.seek(SeekFrom::Start(at))?;
    let there = if at + 12 <= end { 12 } else { 8 };
    file.read_exact(&mut head[..there])?;
    let &[a, b, c, d, e, f, g, h, ref form @ ..] = &head;
    let id = [a, b, c, d];
    if matches!(&id, b"RIFF" | b"RF64" | b"BW64") && form == b"WAVE" {
        return Ok(At::File);
    }
    let said = u32::from_le_bytes([e, f, g, h]);
    let is_name = id.iter().all(|byte| matches!(byte, b' '..=b'~')) && id[0] != b' ';
    // A name that is not known and a size that leads out of the file are no chunk.
    let leads_on = u64::from(said) <= end - at - 8 || KNOWN.contains(&&id) || &id == b"ds64";
    Ok(if is_name && leads_on { At::Chunk(id, said) } else { At::Nothing })
}

/// Whether chunks lead from `at` to the end of the file, or to another file.
fn leads_to_end(file: &mut (impl Read + Seek), mut at: u64, end: u64) -> io::Result<bool> {
    for _ in 0..MOST_CHUNKS {
        // A pad byte may be left out at the very end.
        if at == end || at == end + 1 {
            return Ok(true);
        }
        match chunk_at(file, at, end)? {
            At::Chunk(_, said) => {
                let said = u64::from(said);
                at = at + 8 + said + said % 2;
            }
            At::File => return Ok(true),
            At::Nothing => return Ok(false),
        }
    }
    Ok(false)
}

/// Finds how long the sound is that begins at `chunk.start` and claims `said` bytes, or `elsewhere`.
fn measure(
    chunk: &mut Chunk,
    said: u32,
    elsewhere: Option<u64>,
    file: &mut (impl Read + Seek),
    end: u64,
) -> io::Result<()> {
    let rest = end - chunk.start;
    let claimed = match (said, elsewhere) {
        (ELSEWHERE, Some(bytes)) => Some(bytes).filter(|bytes| *bytes > 0 && *bytes < u64::MAX),
        (said, _) if said >= PLACEHOLDER && u64::from(said) > rest => None,
        (0, _) if rest > 0 && !leads_to_end(file, chunk.start, end)? => None,
        (said, _) => Some(u64::from(said)),
    };
    chunk.claimed = claimed;
    let Some(claimed) = claimed else {
        chunk.length = closing(file, chunk.start, end)? - chunk.start;
        return Ok(());
    };
    chunk.length = claimed.min(rest);
    let wraps = (rest - chunk.length) >> 32;
    if wraps > 0 && said != ELSEWHERE {
        let after = chunk.start + claimed + claimed % 2;
        if !leads_to_end(file, after, end)? && !matches!(chunk_at(file, after, end)?, At::File) {
            // Sizes of 32 bits have wrapped.
            chunk.length = claimed + (wraps << 32);
            chunk.claimed = None;
        }
    }
    Ok(())
}

/// Where the chunks begin that close a file whose sound begins at `start`; its end where there are none.
fn closing(file: &mut (impl Read + Seek), start: u64, end: u64) -> io::Result<u64> {
    let from = start.max(end.saturating_sub(CLOSING));
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.by_ref().take(end - from).read_to_end(&mut bytes)?;
    for (n, window) in bytes.windows(8).enumerate() {
        let at = from + n as u64;
        if KNOWN.iter().any(|known| window.starts_with(*known)) && leads_to_end(file, at, end)? {
            return Ok(at);
        }
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn chunk(id: &[u8; 4], said: u32, bytes: &[u8]) -> Vec<u8> {
        [&id[..], &said.to_le_bytes(), bytes].concat()
    }

    fn layout(chunks: &[Vec<u8>]) -> Layout {
        let bytes = [b"RIFF\0\0\0\0WAVE".to_vec(), chunks.concat()].concat();
        Layout::read(&mut Cursor::new(bytes), 0).unwrap()
    }

    fn names(layout: &Layout) -> Vec<(&str, u64)> {
        layout.chunks.iter().map(|chunk| (std::str::from_utf8(&chunk.id).unwrap(), chunk.length)).collect()
    }

    #[test]
    fn sizes_that_are_slightly_off_are_mended() {
        let fmt = || chunk(b"fmt ", 16, &[0; 16]);
        let data = || chunk(b"data", 4, &[1; 4]);
        for said in [4, 5, 7, 8, 20] {
            let found = layout(&[fmt(), chunk(b"LIST", said, b"INFO12"), data()]);
            // A size of 5 leads to the same place as one of 6.
            let length = if said == 5 { 5 } else { 6 };
            assert_eq!(names(&found), [("fmt ", 16), ("LIST", length), ("data", 4)], "LIST of 6 says {said}");
        }
        // An odd chunk without its pad byte, before and after the sound.
        let odd = layout(&[
            fmt(),
            chunk(b"LIST", 5, b"INFO1"),
            chunk(b"data", 3, &[1; 3]),
            chunk(b"id3 ", 2, b"xy"),
        ]);
        assert_eq!(names(&odd), [("fmt ", 16), ("LIST", 5), ("data", 3), ("id3 ", 2)]);
    }

    #[test]
    fn sound_of_unknown_length_ends_where_chunks_close_the_file() {
        for said in [0, ELSEWHERE, 0x7fff_ffff] {
            let sound = chunk(b"data", said, &[7; 100]);
            assert_eq!(names(&layout(std::slice::from_ref(&sound))), [("data", 100)], "{said}");
            let tagged = layout(&[sound, chunk(b"LIST", 4, b"INFO"), chunk(b"id3 ", 3, b"ID3")]);
            assert_eq!(names(&tagged), [("data", 100), ("LIST", 4), ("id3 ", 3)], "{said}");
            assert_eq!(tagged.chunks[0].claimed, None);
        }
        let cut = layout(&[chunk(b"data", 200, &[7; 100])]);
        assert_eq!((cut.chunks[0].length, cut.chunks[0].claimed), (100, Some(200)));
    }

    #[test]
    fn another_file_behind_the_first_is_seen() {
        let one = [b"RIFF\x10\0\0\0WAVE".to_vec(), chunk(b"data", 4, &[1; 4])].concat();
        let both = [one.clone(), one.clone()].concat();
        let found = Layout::read(&mut Cursor::new(both), 0).unwrap();
        assert_eq!((names(&found), found.next), (vec![("data", 4)], Some(one.len() as u64)));
        assert_eq!(found.foreign_bytes, 0);
    }

    #[test]
    fn lengths_that_have_wrapped_go_on_to_the_end() {
        // A file of a bit over 4 GiB, all holes.
        let mut file = tempfile::tempfile().unwrap();
        let head = [b"RIFF\xff\0\0\0WAVE".to_vec(), chunk(b"data", 1000, &[])].concat();
        io::Write::write_all(&mut file, &head).unwrap();
        file.set_len(head.len() as u64 + 1000 + (1 << 32)).unwrap();
        let found = Layout::read(&mut file, 0).unwrap();
        assert_eq!((found.chunks[0].length, found.chunks[0].claimed), (1000 + (1 << 32), None));
    }
}
