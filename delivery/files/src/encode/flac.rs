//! FLAC (RFC 9639), by flacenc: some blocks at a time, on every core that there is.

use super::{EncodeError, word};
use crate::audio::Programme;
use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Frame, Stream, StreamInfo};
use flacenc::config::Encoder;
use flacenc::encode_fixed_size_frame;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};
use lacquer_dsp::programme::piece;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

/// Blocks that a core has at a time: threads cost nothing beside them.
const BLOCKS: usize = 8;

/// A block and its samples.
type Numbered = (usize, FrameBuf);

/// Writes the file, at 16 or 24 bits, to the start of `file`. Samples are multiples of the word's last bit already (the dither's work).
/// `path` is what errors name.
///
/// # Errors
/// [`EncodeError::Codec`] and [`EncodeError::Write`].
pub fn write(
    path: &Path,
    file: &mut (impl Write + Seek),
    programme: &dyn Programme,
    bits: u32,
) -> Result<(), EncodeError> {
    let refused = EncodeError::codec("FLAC");
    let writing = EncodeError::writing(path);
    let config = Encoder::default().into_verified().map_err(|(_, error)| refused(&error))?;
    let (channels, block) = (programme.channels(), config.block_size);
    let mut info = StreamInfo::new(programme.sample_rate() as usize, channels, bits as usize)
        .map_err(|error| refused(&error))?;
    let mut context = Context::new(bits as usize, channels);
    // Its place is kept: what it says is known at the end.
    file.write_all(&head(&info)?).map_err(&writing)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let starts: Vec<usize> = (0..programme.length()).step_by(block).collect();
    for (batch, starts) in starts.chunks(cores * BLOCKS).enumerate() {
        let mut blocks: Vec<Numbered> = Vec::with_capacity(starts.len());
        for (n, start) in starts.iter().enumerate() {
            let frames = piece(programme, *start..(start + block).min(programme.length()))?;
            let samples: Vec<i32> =
                frames.iter().flat_map(|frame| &frame[..channels]).map(|x| word(*x, bits)).collect();
            context.fill_interleaved(&samples).map_err(|error| refused(&error))?;
            let mut buffer = FrameBuf::with_size(channels, block).map_err(|error| refused(&error))?;
            buffer.fill_interleaved(&samples).map_err(|error| refused(&error))?;
            blocks.push((batch * cores * BLOCKS + n, buffer));
        }
        let each = blocks.len().div_ceil(cores);
        let encoded: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> =
                blocks.chunks(each).map(|blocks| scope.spawn(|| encoded(&config, blocks, &info))).collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        for part in encoded {
            let (bytes, frames) = part?;
            file.write_all(&bytes).map_err(&writing)?;
            frames.iter().for_each(|frame| info.update_frame_info(frame));
        }
    }
    info.set_md5_digest(&context.md5_digest());
    info.set_total_samples(programme.length());
    // RFC 9639, section 8.2: the last block does not count; flacenc counts it, and readers refuse one below 16.
    info.set_block_sizes(block, block).map_err(|error| refused(&error))?;
    file.seek(SeekFrom::Start(0)).map_err(&writing)?;
    file.write_all(&head(&info)?).map_err(&writing)?;
    file.seek(SeekFrom::End(0)).map_err(&writing)?;
    Ok(())
}

/// The bytes of blocks, and what the head has to know of each.
fn encoded(
    config: &Verified<Encoder>,
    blocks: &[Numbered],
    info: &StreamInfo,
) -> Result<(Vec<u8>, Vec<Frame>), EncodeError> {
    let refused = EncodeError::codec("FLAC");
    let mut sink = ByteSink::new();
    let mut frames = Vec::with_capacity(blocks.len());
    for (number, samples) in blocks {
        let frame =
            encode_fixed_size_frame(config, samples, *number, info).map_err(|error| refused(&error))?;
        frame.write(&mut sink).map_err(|error| refused(&error))?;
        frames.push(frame);
    }
    Ok((sink.into_inner(), frames))
}

/// Everything before the first block.
fn head(info: &StreamInfo) -> Result<Vec<u8>, EncodeError> {
    let mut sink = ByteSink::new();
    Stream::with_stream_info(info.clone())
        .write(&mut sink)
        .map_err(|error| EncodeError::codec("FLAC")(&error))?;
    Ok(sink.into_inner())
}
