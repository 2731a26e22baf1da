//! Opus in Ogg (RFC 7845).
//!
//! ```text
//! page 0: OpusHead | page 1: OpusTags | packets of 20 ms, 50 to a page
//! ```
//!
//! What the encoder delays is skipped at the start (pre-skip), and the last page's position cuts the end, so that as many frames
//! come out as went in.

use super::EncodeError;
use super::finite::finite;
use super::libopus::{Encoder, PACKET_FRAMES, RATE_HZ};
use crate::audio::Audio;
use crate::decode::decode_bytes;
use crate::resample::convert;
use ogg::{PacketWriteEndInfo, PacketWriter};
use std::io::{Read, Write};

/// Serial number of the only stream: the same master has the same bytes whenever it is made.
const SERIAL: u32 = 1;
/// Packets of a page: a second, as RFC 7845 advises at most.
const PAGE_PACKETS: usize = 50;
/// Bytes of `OpusHead` for one or two channels.
const HEAD_BYTES: usize = 19;

/// Writes a file. A rate other than 48 kHz is converted. `kbps` is 16 to 510.
///
/// # Errors
/// [`EncodeError::Codec`].
pub fn encode(audio: &Audio, kbps: u32, out: impl Write) -> Result<(), EncodeError> {
    let refused = EncodeError::codec("Opus");
    let audio = finite(audio);
    let converted = convert(&audio, RATE_HZ)?;
    let (channels, frames) = (converted.channels, &converted.frames);
    let mut encoder = Encoder::new(channels, kbps).map_err(|error| refused(&error))?;
    let skipped = encoder.lookahead_frames();
    let mut writer = PacketWriter::new(out);
    let head = head(channels, skipped, audio.sample_rate);
    let ends = PacketWriteEndInfo::EndPage;
    writer.write_packet(head, SERIAL, ends, 0).map_err(|error| refused(&error))?;
    writer.write_packet(tags(), SERIAL, ends, 0).map_err(|error| refused(&error))?;
    let total = frames.len() + skipped;
    let packets = total.div_ceil(PACKET_FRAMES).max(1);
    let mut samples = Vec::with_capacity(PACKET_FRAMES * channels);
    for packet in 0..packets {
        let from = (packet * PACKET_FRAMES).min(frames.len());
        let to = (from + PACKET_FRAMES).min(frames.len());
        samples.clear();
        samples.extend(frames[from..to].iter().flat_map(|frame| &frame[..channels]));
        samples.resize(PACKET_FRAMES * channels, 0.0);
        let bytes = encoder.encode(&samples).map_err(|error| refused(&error))?.to_vec();
        let is_last = packet + 1 == packets;
        let ends = if is_last {
            PacketWriteEndInfo::EndStream
        } else if (packet + 1) % PAGE_PACKETS == 0 {
            PacketWriteEndInfo::EndPage
        } else {
            PacketWriteEndInfo::NormalPacket
        };
        let position = ((packet + 1) * PACKET_FRAMES).min(total);
        writer.write_packet(bytes, SERIAL, ends, position as u64).map_err(|error| refused(&error))?;
    }
    writer.into_inner().flush().map_err(|error| refused(&error))
}

/// Reads a file of one or two channels; it has 48 kHz.
///
/// # Errors
/// [`EncodeError::Wave`] if it is not Opus or has more channels.
pub fn decode(mut source: impl Read) -> Result<Audio, EncodeError> {
    let refused = EncodeError::codec("Opus");
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(|error| refused(&error))?;
    Ok(decode_bytes("Opus", bytes)?)
}

/// The first packet: RFC 7845, section 5.1, channel mapping family 0.
fn head(channels: usize, skipped: usize, rate_hz: u32) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend(b"OpusHead\x01");
    head.push(channels as u8);
    head.extend(u16::try_from(skipped).unwrap_or(u16::MAX).to_le_bytes());
    head.extend(rate_hz.to_le_bytes());
    // No gain, and one stream.
    head.extend([0, 0, 0]);
    head
}

/// The second packet, without comments: RFC 7845, section 5.2. Tags are put into the file afterwards, as into any other.
fn tags() -> Vec<u8> {
    let vendor = concat!("Lacquer ", env!("CARGO_PKG_VERSION"), ", libopus 1.3.1");
    let mut tags = Vec::with_capacity(64);
    tags.extend(b"OpusTags");
    tags.extend((vendor.len() as u32).to_le_bytes());
    tags.extend(vendor.as_bytes());
    tags.extend(0u32.to_le_bytes());
    tags
}
