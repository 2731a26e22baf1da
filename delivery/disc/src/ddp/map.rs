//! `DDPMS`: a packet of 128 bytes for each stream: what it is, how long, in which file.

use super::fields::Field;

/// Bytes of a packet.
pub const BYTES: usize = 128;
/// What each packet begins with.
pub const SIGNATURE: &str = "VVVM";
/// Map packet valid.
pub const MPV: Field = Field::new("MPV", 0, 4);
/// Kind of stream: `D0` audio, `S0` subcode.
pub const DST: Field = Field::new("DST", 4, 2);
/// Where the stream begins in its file; unused.
pub const DSP: Field = Field::new("DSP", 6, 8);
/// Its length: sectors of audio, bytes of subcode.
pub const DSL: Field = Field::new("DSL", 14, 8);
/// Its first sector on the disc.
pub const DSS: Field = Field::new("DSS", 22, 8);
/// What the subcode is.
pub const SUB: Field = Field::new("SUB", 30, 8);
/// Mode of the disc: `DA` digital audio.
pub const CDM: Field = Field::new("CDM", 38, 2);
/// How sectors are stored: 7, all 2352 bytes.
pub const SSM: Field = Field::new("SSM", 40, 1);
/// Whether they are scrambled: 0.
pub const SCR: Field = Field::new("SCR", 41, 1);
/// First part of the pregap, of data tracks.
pub const PRE1: Field = Field::new("PRE1", 42, 4);
/// Pregap of the first track in the stream, sectors.
pub const PRE2: Field = Field::new("PRE2", 46, 4);
/// Postgap, of data tracks.
pub const PST: Field = Field::new("PST", 50, 4);
/// Media number.
pub const MED: Field = Field::new("MED", 54, 1);
/// Track, where a stream is one.
pub const TRK: Field = Field::new("TRK", 55, 2);
/// Index, where a stream is one.
pub const IDX: Field = Field::new("IDX", 57, 2);
/// ISRC, where a stream is a track.
pub const ISRC: Field = Field::new("ISRC", 59, 12);
/// Width of the file's name.
pub const SIZ: Field = Field::new("SIZ", 71, 3);
/// The file's name.
pub const DSI: Field = Field::new("DSI", 74, 17);
/// Whether a new order begins; unused.
pub const NEW: Field = Field::new("NEW", 91, 1);
/// Pregap of the next track, of data tracks.
pub const PRE1NXT: Field = Field::new("PRE1NXT", 92, 4);
/// Pause to be added.
pub const PAUSEADD: Field = Field::new("PAUSEADD", 96, 8);
/// Offset in the file.
pub const OFS: Field = Field::new("OFS", 104, 9);
/// Nothing.
pub const PAD: Field = Field::new("PAD", 113, 15);

/// Fields that audio discs of one stream leave blank.
pub const BLANK: [Field; 12] = [DSP, PRE1, PST, MED, TRK, IDX, ISRC, NEW, PRE1NXT, PAUSEADD, OFS, PAD];

/// Subcode of PQ codes.
pub const PQ: &str = "PQ DESCR";
/// Subcode of CD-Text.
pub const CD_TEXT: &str = "CDTEXT";

/// The packet of a subcode stream: `subcode` is [`PQ`] or [`CD_TEXT`].
pub fn subcode(subcode: &str, bytes: u64, file: &str) -> [u8; BYTES] {
    let mut packet = stream("S0", bytes, file);
    SUB.put(&mut packet, subcode);
    packet
}

/// The packet of the audio: its length and the first track's pregap in sectors.
pub fn audio(sectors: u32, pregap_frames: u32, file: &str) -> [u8; BYTES] {
    let mut packet = stream("D0", u64::from(sectors), file);
    DSS.put_number(&mut packet, 0);
    CDM.put(&mut packet, "DA");
    SSM.put(&mut packet, "7");
    SCR.put(&mut packet, "0");
    PRE2.put_number(&mut packet, u64::from(pregap_frames));
    packet
}

fn stream(kind: &str, length: u64, file: &str) -> [u8; BYTES] {
    let mut packet = [b' '; BYTES];
    MPV.put(&mut packet, SIGNATURE);
    DST.put(&mut packet, kind);
    DSL.put_number(&mut packet, length);
    SIZ.put_number(&mut packet, DSI.width as u64);
    DSI.put(&mut packet, file);
    packet
}
