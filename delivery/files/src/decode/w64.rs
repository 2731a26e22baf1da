//! Wave64 (Sonic Foundry, now Sony: the chunks of WAV with names of 16 bytes and sizes of 64 bits, on a grid of 8 bytes).

use super::plain::{Claim, Plain, Words};
use super::stream::{Refusal, Source};
use super::wave::Format;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// What follows the four letters of every name but the first.
const TAIL: [u8; 12] = [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a];
/// What follows the four letters of the first.
const RIFF_TAIL: [u8; 12] = [0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00];
/// Bytes of a chunk's name and size, which the size counts.
const HEAD: u64 = 24;
/// Bytes of the file's name and size, and of its form.
const FORM: u64 = 40;
/// Chunks begin at multiples of so many bytes.
const GRID: u64 = 8;
/// Chunks of a file; a good one has three.
const MOST_CHUNKS: usize = 4096;

/// Reads the chunks of a file that begins at `offset`.
pub(super) fn open<R: Source>(source: R, offset: u64) -> Result<Words<R>, Refusal> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let end = source.seek(SeekFrom::End(0))?;
    let mut head = [0; FORM as usize];
    source.seek(SeekFrom::Start(offset))?;
    source.read_exact(&mut head).map_err(|_| "its header breaks off")?;
    if head[4..16] != RIFF_TAIL || head[24..28] != *b"wave" || head[28..] != TAIL {
        return Err("its form is not that of Wave64".into());
    }
    let (mut format, mut sound) = (None, None);
    let mut has_more = false;
    let mut at = offset + FORM;
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; HEAD as usize];
        source.seek(SeekFrom::Start(at))?;
        if at + HEAD > end || source.read_exact(&mut head).is_err() || head[4..16] != TAIL {
            break;
        }
        let [.., a, b, c, d, e, f, g, h] = head;
        let size = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let there = end - at - HEAD;
        // Less than its own head, or everything there can be: it was never filled in.
        let claimed = (HEAD..1 << 62).contains(&size).then(|| size - HEAD);
        let length = claimed.unwrap_or(there).min(there);
        match &head[..4] {
            b"fmt " => {
                let mut bytes = Vec::new();
                source.by_ref().take(length.min(64)).read_to_end(&mut bytes)?;
                format = Some(Format::parse(&bytes)?);
            }
            b"data" if sound.is_some() => has_more = true,
            b"data" => {
                let format: Format = format.ok_or("its sound comes before its fmt chunk")?;
                // Some writers count what pads the sound to the grid.
                let frame = format.form().frame_bytes();
                let claimed =
                    claimed.map(|bytes| if bytes % frame < GRID { bytes - bytes % frame } else { bytes });
                sound = Some((format, at + HEAD, Claim { claimed, there }));
            }
            _ => {}
        }
        at = (at + HEAD + length).next_multiple_of(GRID);
    }
    let (format, from, claim) = sound.ok_or(Refusal::NoSamples)?;
    let form = format.form();
    let plain = Plain::new(source, form, from, claim.wanted())?;
    let behind = end.saturating_sub(at);
    Ok(Words { format: "W64", plain, form, claim, behind, has_more })
}
