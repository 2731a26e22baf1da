//! Opus in Ogg (RFC 7845), packet by packet, by libopus.

use super::link::Codec;
use crate::decode::stream::Refusal;
use crate::encode::libopus::{Decoder, RATE_HZ};
use lacquer_dsp::detect::StoredWords;

/// What the headers begin with.
const HEAD: &[u8] = b"OpusHead";
const TAGS: &[u8] = b"OpusTags";

/// A stream's decoder.
pub(in crate::decode) struct Opus {
    channels: usize,
    pre_skip: u64,
    gain: f32,
    decoder: Decoder,
}

impl Codec for Opus {
    fn begin(head: &[u8]) -> Option<Result<Self, Refusal>> {
        let bare = head.strip_prefix(HEAD)?;
        // RFC 7845, section 5.1. Families 0 and 1 are the same for one and two channels.
        Some(match *bare {
            [version, _, _, _, _, _, _, _, _, _, family, ..] if version >= 16 || family > 1 => {
                Err("its Opus is of a version or with a channel mapping that is not known".into())
            }
            [_, channels @ 1..=2, skip0, skip1, _, _, _, _, gain0, gain1, ..] => {
                let channels = usize::from(channels);
                // The gain is in 256ths of a decibel.
                let gain_db = f32::from(i16::from_le_bytes([gain0, gain1])) / 256.0;
                Decoder::new(channels)
                    .map(|decoder| Self {
                        channels,
                        pre_skip: u64::from(u16::from_le_bytes([skip0, skip1])),
                        gain: 10f32.powf(gain_db / 20.0),
                        decoder,
                    })
                    .map_err(|error| Refusal::NotAudio(error.to_string()))
            }
            [_, channels, ..] => Err(Refusal::Channels(usize::from(channels))),
            [_] | [] => Err("its first header is too short".into()),
        })
    }

    fn header(&mut self, packet: &[u8]) -> Result<bool, Refusal> {
        if packet.starts_with(TAGS) { Ok(true) } else { Err("its second packet has no tags".into()) }
    }

    fn spec(&self) -> (&'static str, u32, usize, StoredWords) {
        ("Opus", RATE_HZ, self.channels, StoredWords::Lossy)
    }

    fn pre_skip(&self) -> u64 {
        self.pre_skip
    }

    fn decode(&mut self, packet: &[u8], into: &mut Vec<[f32; 2]>) -> bool {
        let gain = self.gain;
        let Ok(samples) = self.decoder.decode(packet) else { return false };
        if self.channels == 1 {
            into.extend(samples.iter().map(|x| [*x * gain; 2]));
        } else {
            into.extend(samples.as_chunks::<2>().0.iter().map(|frame| frame.map(|x| x * gain)));
        }
        true
    }
}
