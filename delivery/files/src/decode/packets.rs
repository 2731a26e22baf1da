//! Apple's containers: packets of ALAC or AAC whose places and lengths stand in a table, by Symphonia's decoders, one at a time.
//!
//! Every packet of the table is decoded. What is left out at the ends is what the file declares; a packet that cannot be decoded is silence of its
//! length.

use super::remarks::{Kind, Remarks};
use super::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use lacquer_dsp::detect::StoredWords;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use symphonia::core::audio::{Audio as _, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

/// Longest packet that is read, bytes: one of ALAC that is not compressed has 4096 frames of 8 bytes.
const MOST_PACKET_BYTES: u32 = 1 << 20;
/// One over the full scale of a word of 32 bits.
const SCALE: f32 = 1.0 / 2_147_483_648.0;

/// What packets are coded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Apple Lossless, from words of so many bits.
    Alac(u32),
    /// AAC, low complexity.
    Aac,
}

/// A packet's place, and the frames that it is said to decode to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    pub start: u64,
    pub bytes: u32,
    pub frames: u32,
}

/// What a container says of its sound.
pub(super) struct Table {
    /// The format as people call it.
    pub format: &'static str,
    pub coding: Coding,
    pub sample_rate: u32,
    pub channels: usize,
    pub packets: Vec<Packet>,
    /// Frames to be left out at the start.
    pub start: u64,
    /// Frames of the programme; none where nothing is left out at its end.
    pub frames: Option<u64>,
    /// Whether another file follows in this one.
    pub has_more: bool,
}

/// Reads ALAC's magic cookie (Apple, ALAC: "Magic Cookie Description"): rate, channels and word length.
pub(super) fn alac(cookie: &[u8]) -> Result<(u32, usize, Coding), Refusal> {
    // It may stand in boxes of older files.
    let mut bare = cookie;
    while matches!(bare.get(4..8), Some(b"frma" | b"alac")) {
        bare = bare.get(12..).unwrap_or_default();
    }
    let &[_, _, _, _, _, bits, _, _, _, channels, _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..] = bare else {
        return Err("its description of ALAC is too short".into());
    };
    let sample_rate = u32::from_be_bytes([a, b, c, d]);
    Ok((sample_rate, usize::from(channels), Coding::Alac(u32::from(bits))))
}

/// Sample rates by their index (ISO/IEC 14496-3, table 1.18).
const RATES_HZ: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/// Reads AAC's AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): rate and channels of low complexity.
pub(super) fn aac(config: &[u8]) -> Result<(u32, usize, Coding), Refusal> {
    let &[first, second, ..] = config else { return Err("its description of AAC is too short".into()) };
    let object = first >> 3;
    let index = usize::from((first & 7) << 1 | second >> 7);
    let channels = usize::from(second >> 3 & 15);
    match object {
        2 => {}
        5 | 29 => {
            return Err("HE-AAC, of which the decoder here has only the lower half; convert it first".into());
        }
        other => {
            return Err(Refusal::NotAudio(format!(
                "AAC of the object type {other}; only low complexity is read"
            )));
        }
    }
    let sample_rate = *RATES_HZ.get(index).ok_or("AAC at a rate of its own")?;
    Ok((sample_rate, channels, Coding::Aac))
}

/// A file of packets.
pub(super) struct Packets<R> {
    source: BufReader<R>,
    table: Table,
    decoder: Box<dyn AudioDecoder>,
    next: usize,
    end: u64,
    /// Frames still to be left out at the start.
    skip: u64,
    given: u64,
    bytes: Vec<u8>,
    decoded: Vec<[f32; 2]>,
    long: u32,
    offset: u64,
    is_broken: bool,
    /// Frames that the last packet has fewer than the table says: its own word counts.
    short: u64,
}

impl<R: Source> Packets<R> {
    /// Over what a container says; `config` is what the decoder has to know.
    pub fn new(mut source: BufReader<R>, table: Table, config: &[u8]) -> Result<Self, Refusal> {
        check_spec(table.sample_rate, table.channels)?;
        if table.packets.is_empty() {
            return Err(Refusal::NoSamples);
        }
        let codec = match table.coding {
            Coding::Alac(_) => CODEC_ID_ALAC,
            Coding::Aac => CODEC_ID_AAC,
        };
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(codec).with_sample_rate(table.sample_rate).with_extra_data(config.into());
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
            .map_err(|error| Refusal::NotAudio(error.to_string()))?;
        let end = source.seek(SeekFrom::End(0))?;
        let skip = table.start;
        Ok(Self {
            source,
            table,
            decoder,
            next: 0,
            end,
            skip,
            given: 0,
            bytes: Vec::new(),
            decoded: Vec::new(),
            long: 0,
            offset: 0,
            is_broken: false,
            short: 0,
        })
    }

    fn total_frames(&self) -> u64 {
        self.table.packets.iter().map(|packet| u64::from(packet.frames)).sum()
    }

    /// Frames that are promised.
    fn promised(&self) -> u64 {
        let there = self.total_frames().saturating_sub(self.table.start);
        self.table.frames.unwrap_or(there).min(there)
    }

    /// Decodes a packet into `self.decoded`; false if its bytes are none.
    fn decode(&mut self) -> bool {
        self.decoded.clear();
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, &self.bytes);
        let Ok(buffer) = self.decoder.decode_ref(&packet) else { return false };
        match buffer {
            GenericAudioBufferRef::F32(buffer) => match (buffer.plane(0), buffer.plane(1)) {
                (Some(left), Some(right)) => {
                    self.decoded.extend(left.iter().zip(right).map(|(left, right)| [*left, *right]));
                }
                (Some(mono), None) => self.decoded.extend(mono.iter().map(|x| [*x; 2])),
                _ => return false,
            },
            GenericAudioBufferRef::S32(buffer) => {
                let Some(left) = buffer.plane(0) else { return false };
                let right = buffer.plane(1).unwrap_or(left);
                for (left, right) in left.iter().zip(right) {
                    self.long |= (*left | *right) as u32;
                    self.decoded.push([*left as f32 * SCALE, *right as f32 * SCALE]);
                }
            }
            _ => return false,
        }
        true
    }

    /// Appends what was decoded, without what is left out at the ends.
    fn give(&mut self, into: &mut Vec<[f32; 2]>) {
        let skip = self.skip.min(self.decoded.len() as u64);
        self.skip -= skip;
        let left = self.promised() - self.given;
        let rest = &self.decoded[skip as usize..];
        let rest = &rest[..rest.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        into.extend_from_slice(rest);
        self.given += rest.len() as u64;
    }

    /// Where the file ends too early.
    fn break_off(&mut self, remarks: &mut Remarks) {
        let reason = format!("its table promises {} frames, {} are there", self.promised(), self.given);
        let is_lossless = matches!(self.table.coding, Coding::Alac(_));
        remarks.breaks_off(self.given, reason, is_lossless);
        self.is_broken = true;
    }
}

impl<R: Source> Stream for Packets<R> {
    fn facts(&self) -> Facts {
        Facts {
            format: self.table.format,
            sample_rate: self.table.sample_rate,
            channels: self.table.channels,
            words: match self.table.coding {
                Coding::Alac(bits) => StoredWords::Integer(bits),
                Coding::Aac => StoredWords::Lossy,
            },
            promised: Some(self.promised()),
        }
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        let Some(packet) = self.table.packets.get(self.next).copied().filter(|_| !self.is_broken) else {
            if !self.is_broken && self.given + self.short < self.promised() {
                self.break_off(remarks);
            }
            if self.table.has_more {
                remarks.unread(self.given);
            }
            return Ok(Step::End);
        };
        self.next += 1;
        if packet.start.saturating_add(u64::from(packet.bytes)) > self.end {
            self.break_off(remarks);
            return Ok(Step::End);
        }
        self.bytes.clear();
        if self.source.stream_position()? != packet.start {
            self.source.seek(SeekFrom::Start(packet.start))?;
        }
        let bytes = packet.bytes.min(MOST_PACKET_BYTES);
        self.source.by_ref().take(u64::from(bytes)).read_to_end(&mut self.bytes)?;
        self.offset = packet.start + u64::from(bytes);
        let is_sound = packet.bytes <= MOST_PACKET_BYTES && self.decode();
        if !is_sound {
            self.decoded.clear();
            self.decoder.reset();
            remarks.add(Kind::Damaged, self.given, u64::from(packet.frames), 0);
        }
        // Only the last may have fewer frames than the table says; what a damaged one lacks is silence.
        if self.next < self.table.packets.len() || !is_sound {
            self.decoded.resize(packet.frames as usize, [0.0; 2]);
        }
        self.short = u64::from(packet.frames).saturating_sub(self.decoded.len() as u64);
        self.give(into);
        Ok(Step::Frames)
    }

    fn long_words(&self) -> u32 {
        self.long
    }

    fn offset(&self) -> u64 {
        self.offset
    }
}
