//! Vorbis (Xiph.Org, Vorbis I specification), packet by packet, by Symphonia's decoder.

use super::link::Codec;
use crate::decode::stream::Refusal;
use lacquer_dsp::detect::StoredWords;
use symphonia::core::audio::{Audio as _, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

/// What the three headers begin with.
const IDENTIFICATION: &[u8] = b"\x01vorbis";
const COMMENT: &[u8] = b"\x03vorbis";
const SETUP: &[u8] = b"\x05vorbis";

/// A stream's decoder.
pub(in crate::decode) struct Vorbis {
    identification: Vec<u8>,
    sample_rate: u32,
    channels: usize,
    decoder: Option<Box<dyn AudioDecoder>>,
}

impl Codec for Vorbis {
    fn begin(head: &[u8]) -> Option<Result<Self, Refusal>> {
        let bare = head.strip_prefix(IDENTIFICATION)?;
        let &[_, _, _, _, channels, a, b, c, d, ..] = bare else {
            return Some(Err("its first header is too short".into()));
        };
        Some(Ok(Self {
            identification: head.to_vec(),
            sample_rate: u32::from_le_bytes([a, b, c, d]),
            channels: usize::from(channels),
            decoder: None,
        }))
    }

    fn header(&mut self, packet: &[u8]) -> Result<bool, Refusal> {
        if packet.starts_with(COMMENT) {
            return Ok(false);
        }
        if !packet.starts_with(SETUP) {
            return Err("its third header is not there".into());
        }
        let mut parameters = AudioCodecParameters::new();
        let both = [&self.identification, packet].concat();
        parameters.for_codec(CODEC_ID_VORBIS).with_extra_data(both.into_boxed_slice());
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
            .map_err(|error| Refusal::NotAudio(error.to_string()))?;
        self.decoder = Some(decoder);
        Ok(true)
    }

    fn spec(&self) -> (&'static str, u32, usize, StoredWords) {
        ("Ogg Vorbis", self.sample_rate, self.channels, StoredWords::Lossy)
    }

    fn trims_by_first_page(&self) -> bool {
        true
    }

    fn decode(&mut self, packet: &[u8], into: &mut Vec<[f32; 2]>) -> bool {
        // Vorbis I specification, section 4.3: an empty packet, or one that is no sound, is passed over.
        if packet.first().is_none_or(|first| first & 1 == 1) {
            return packet.is_empty();
        }
        let Some(decoder) = &mut self.decoder else { return false };
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
        match decoder.decode_ref(&packet) {
            Ok(GenericAudioBufferRef::F32(buffer)) => {
                match (buffer.plane(0), buffer.plane(1)) {
                    (Some(left), Some(right)) => {
                        into.extend(left.iter().zip(right).map(|(left, right)| [*left, *right]));
                    }
                    (Some(mono), None) => into.extend(mono.iter().map(|x| [*x; 2])),
                    _ => {}
                }
                true
            }
            _ => false,
        }
    }

    fn reset(&mut self) {
        if let Some(decoder) = &mut self.decoder {
            decoder.reset();
        }
    }
}
