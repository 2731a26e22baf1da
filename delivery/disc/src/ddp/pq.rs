//! `PQDESCR`: a packet of 64 bytes for the lead-in, for each index of each track, and two for the lead-out.

use super::fields::Field;
use crate::time::Time;
use crate::{Disc, DiscTrack};

/// Bytes of a packet.
pub const BYTES: usize = 64;
/// What each packet begins with.
pub const SIGNATURE: &str = "VVVS";
/// Most packets that any disc needs: 99 tracks of 100 indexes, lead-in and lead-out.
pub const MAX_PACKETS: usize = 99 * 100 + 3;
/// Subcode packet valid.
pub const SPV: Field = Field::new("SPV", 0, 4);
/// Track: `00` lead-in, `01` to `99`, `AA` lead-out.
pub const TRK: Field = Field::new("TRK", 4, 2);
/// Index.
pub const IDX: Field = Field::new("IDX", 6, 2);
/// Time from the image's start, MMSSFF to the right.
pub const TIME: Field = Field::new("TIME", 8, 8);
/// Control: a hexadecimal digit (1 pre-emphasis, 2 copy permitted, 4 data, 8 four channels), then the mode of Q, 1, or S for a copy
/// of a copy.
pub const CONTROL: Field = Field::new("CTRL", 16, 2);
/// Nothing.
pub const RESERVED: Field = Field::new("reserved", 18, 2);
/// ISRC, in the first packet of a track.
pub const ISRC: Field = Field::new("ISRC", 20, 12);
/// UPC or EAN, in the lead-in.
pub const UPC: Field = Field::new("UPC", 32, 13);
/// The user's text.
pub const TEXT: Field = Field::new("TXT", 45, 19);
/// Track of the lead-out.
pub const LEAD_OUT: &str = "AA";

/// The packets of a disc: PQDESCR.
pub fn encode(disc: &Disc) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Lead-in and lead-out have the control of the track beside them.
    let beside = |track: Option<&DiscTrack>| control(track.unwrap_or(&DiscTrack::default()));
    let mut lead_in = packet("00", 0, 0, &beside(disc.tracks.first()));
    UPC.put(&mut lead_in, disc.upc.as_deref().unwrap_or_default());
    bytes.extend_from_slice(&lead_in);
    for (track, number) in disc.tracks.iter().zip(1..) {
        for (order, (index, frame)) in track.indexes().enumerate() {
            let mut packet = packet(&format!("{number:02}"), index, frame, &control(track));
            if let (0, Some(isrc)) = (order, track.isrc) {
                ISRC.put(&mut packet, isrc.as_str());
            }
            bytes.extend_from_slice(&packet);
        }
    }
    // The lead-out is said twice.
    let lead_out = packet(LEAD_OUT, 1, disc.lead_out_frame, &beside(disc.tracks.last()));
    bytes.extend_from_slice(&lead_out);
    bytes.extend_from_slice(&lead_out);
    bytes
}

fn control(track: &DiscTrack) -> String {
    let nibble = u32::from(track.pre_emphasis) | u32::from(track.copy_permitted) << 1;
    format!("{nibble:X}1")
}

fn packet(track: &str, index: u32, frame: u32, control: &str) -> [u8; BYTES] {
    let mut packet = [b' '; BYTES];
    SPV.put(&mut packet, SIGNATURE);
    TRK.put(&mut packet, track);
    IDX.put_number(&mut packet, u64::from(index));
    TIME.put(&mut packet, &format!("{:>8}", Time(frame).digits()));
    CONTROL.put(&mut packet, control);
    packet
}
