//! FLAC in Ogg (Xiph.Org, Ogg FLAC mapping 1.0): a packet is a frame.

use super::{Decoder, INFO_BYTES, Info, MARK};
use crate::decode::ogg::link::Codec;
use crate::decode::remarks::Remarks;
use crate::decode::stream::Refusal;
use lacquer_dsp::detect::StoredWords;

/// What the first packet begins with, and the bytes before the mark: version and number of headers.
const HEAD: &[u8] = b"\x7fFLAC";
const AFTER_HEAD_BYTES: usize = 4;

/// A stream's decoder.
pub(in crate::decode) struct OggFlac {
    decoder: Decoder,
}

impl Codec for OggFlac {
    fn begin(head: &[u8]) -> Option<Result<Self, Refusal>> {
        let bare = head.strip_prefix(HEAD)?.get(AFTER_HEAD_BYTES..)?;
        // The mark, and a block's header of four bytes before STREAMINFO.
        let info = bare.strip_prefix(MARK).and_then(|bare| bare.get(4..4 + INFO_BYTES));
        let info = info.ok_or_else(|| Refusal::from("its STREAMINFO is not there")).and_then(Info::parse);
        Some(info.and_then(Decoder::new).map(|decoder| Self { decoder }))
    }

    fn header(&mut self, packet: &[u8]) -> Result<bool, Refusal> {
        let kind = packet.first().ok_or("an empty header")?;
        Ok(kind & 0x80 != 0)
    }

    fn spec(&self) -> (&'static str, u32, usize, StoredWords) {
        let facts = self.decoder.facts("Ogg FLAC");
        (facts.format, facts.sample_rate, facts.channels, facts.words)
    }

    fn promised(&self) -> Option<u64> {
        self.decoder.facts("Ogg FLAC").promised
    }

    fn decode(&mut self, packet: &[u8], into: &mut Vec<[f32; 2]>) -> bool {
        // Some encoders end a stream by a packet without bytes.
        if packet.is_empty() {
            return true;
        }
        let Some(header) = self.decoder.header(packet) else { return false };
        let is_whole = self.decoder.decode(packet, &header).is_ok();
        // What is missing before it is found by the pages' positions.
        if is_whole {
            self.decoder.take(into);
        }
        is_whole
    }

    fn finish(&mut self, base: u64, is_whole: bool, remarks: &mut Remarks) {
        if is_whole {
            self.decoder.finish(remarks, base);
        }
    }

    fn long_words(&self) -> u32 {
        self.decoder.long
    }
}
