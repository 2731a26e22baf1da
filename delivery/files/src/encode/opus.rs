//! Opus in Ogg (RFC 7845).
//!
//! ```text
//! page 0: OpusHead | page 1: OpusTags | packets of 20 ms, 50 to a page
//! ```
//!
//! What the encoder delays is skipped at the start (pre-skip), and the last page's position cuts the end, so that as many frames
//! come out as went in.

use super::EncodeError;
use super::finite::Finite;
use super::libopus::{Encoder, PACKET_FRAMES, RATE_HZ};
use crate::audio::Programme;
use crate::resample::{converted, converted_frames};
use ogg::{PacketWriteEndInfo, PacketWriter};
use std::io::Write;

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
pub fn encode(programme: &dyn Programme, kbps: u32, out: impl Write) -> Result<(), EncodeError> {
    let refused = EncodeError::codec("Opus");
    let channels = programme.channels();
    let mut encoder = Encoder::new(channels, kbps).map_err(|error| refused(&error))?;
    let skipped = encoder.lookahead_frames();
    let mut writer = PacketWriter::new(out);
    let head = head(channels, skipped, programme.sample_rate());
    let ends = PacketWriteEndInfo::EndPage;
    writer.write_packet(head, SERIAL, ends, 0).map_err(|error| refused(&error))?;
    writer.write_packet(tags(), SERIAL, ends, 0).map_err(|error| refused(&error))?;
    let total = converted_frames(programme.length(), programme.sample_rate(), RATE_HZ) + skipped;
    let packets = total.div_ceil(PACKET_FRAMES).max(1);
    let packet_samples = PACKET_FRAMES * channels;
    let mut samples = Vec::with_capacity(packet_samples);
    let mut written = 0;
    let mut write = |samples: &mut Vec<f32>| -> Result<usize, EncodeError> {
        let bytes = encoder.encode(samples).map_err(|error| refused(&error))?.to_vec();
        samples.clear();
        written += 1;
        let ends = if written == packets {
            PacketWriteEndInfo::EndStream
        } else if written % PAGE_PACKETS == 0 {
            PacketWriteEndInfo::EndPage
        } else {
            PacketWriteEndInfo::NormalPacket
        };
        let position = (written * PACKET_FRAMES).min(total) as u64;
        writer.write_packet(bytes, SERIAL, ends, position).map_err(|error| refused(&error))?;
        Ok(written)
    };
    let mut so_far = 0;
    converted(&Finite(programme), RATE_HZ, |frames| {
        for frame in frames {
            samples.extend_from_slice(&frame[..channels]);
            if samples.len() == packet_samples {
                so_far = write(&mut samples)?;
            }
        }
        Ok::<_, EncodeError>(())
    })?;
    // What is left, and silence for what the encoder delays.
    while so_far < packets {
        samples.resize(packet_samples, 0.0);
        so_far = write(&mut samples)?;
    }
    writer.into_inner().flush().map_err(|error| refused(&error))
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
