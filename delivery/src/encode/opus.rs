//! Opus in Ogg (RFC 7845).
//!
//! ```text
//! page 0: OpusHead | page 1: OpusTags | packets of 20 ms, 50 to a page
//! ```
//!
//! What the encoder delays is skipped at the start (pre-skip), and the last page's position cuts the end, so that as many frames
//! come out as went in.

use super::EncodeError;
use super::libopus::{Decoder, Encoder, PACKET_FRAMES, RATE_HZ};
use super::sane::sane;
use crate::audio::Audio;
use crate::resample::convert;
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};
use std::io::{Read, Seek, Write};

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
    let audio = sane(audio);
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
/// [`EncodeError::Codec`] if it is damaged, not Opus or has more channels.
pub fn decode(source: impl Read + Seek) -> Result<Audio, EncodeError> {
    let refused = EncodeError::codec("Opus");
    let mut reader = PacketReader::new(source);
    let head = reader.read_packet_expected().map_err(|error| refused(&error))?;
    let (channels, skipped, gain) = read_head(&head.data).map_err(|reason| refused(&reason))?;
    let serial = head.stream_serial();
    let tags = reader.read_packet_expected().map_err(|error| refused(&error))?;
    if !tags.data.starts_with(b"OpusTags") {
        return Err(refused(&"its second packet has no tags"));
    }
    let mut decoder = Decoder::new(channels).map_err(|error| refused(&error))?;
    let mut frames: Vec<[f32; 2]> = Vec::new();
    let mut position = 0;
    while let Some(packet) = reader.read_packet().map_err(|error| refused(&error))? {
        if packet.stream_serial() != serial {
            continue;
        }
        let samples = decoder.decode(&packet.data).map_err(|error| refused(&error))?;
        if channels == 1 {
            frames.extend(samples.iter().map(|x| [*x * gain; 2]));
        } else {
            frames.extend(samples.as_chunks::<2>().0.iter().map(|frame| frame.map(|x| x * gain)));
        }
        position = packet.absgp_page();
        if packet.last_in_stream() {
            break;
        }
    }
    // The last page says where the programme ends; a file that breaks off before says nothing more than it has.
    frames.truncate(usize::try_from(position).unwrap_or(usize::MAX).min(frames.len()));
    frames.drain(..skipped.min(frames.len()));
    Ok(Audio { sample_rate: RATE_HZ, channels, frames })
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

/// Channels, frames to skip and gain of a first packet.
fn read_head(head: &[u8]) -> Result<(usize, usize, f32), &'static str> {
    let bare = head.strip_prefix(b"OpusHead").ok_or("its first packet is none of Opus")?;
    match *bare {
        [version, channels @ 1..=2, skip0, skip1, _, _, _, _, gain0, gain1, 0, ..] if version < 16 => {
            // The gain is in 256ths of a decibel.
            let gain_db = f32::from(i16::from_le_bytes([gain0, gain1])) / 256.0;
            let skipped = usize::from(u16::from_le_bytes([skip0, skip1]));
            Ok((usize::from(channels), skipped, 10f32.powf(gain_db / 20.0)))
        }
        _ => Err("its head is damaged or has more than two channels"),
    }
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
