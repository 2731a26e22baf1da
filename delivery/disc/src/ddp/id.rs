//! `DDPID`: a packet of 128 bytes that says which disc the fileset is.

use super::fields::Field;

/// Bytes of the packet.
pub const BYTES: usize = 128;
/// What the packet begins with.
pub const LEVEL: &str = "DDP 2.00";
/// Level of the standard.
pub const DDPID: Field = Field::new("DDPID", 0, 8);
/// UPC or EAN, 13 digits.
pub const UPC: Field = Field::new("UPC", 8, 13);
/// Map stream start; unused.
pub const MSS: Field = Field::new("MSS", 21, 8);
/// Map stream length; unused.
pub const MSL: Field = Field::new("MSL", 29, 8);
/// Media number, where a fileset spans several.
pub const MED: Field = Field::new("MED", 37, 1);
/// The master's name.
pub const MID: Field = Field::new("MID", 38, 48);
/// Book; unused.
pub const BK: Field = Field::new("BK", 86, 1);
/// Kind of disc.
pub const TYPE: Field = Field::new("TYPE", 87, 2);
/// Sides and layers; unused on a CD.
pub const SIDES: Field = Field::new("NSIDE to LAYER", 89, 4);
/// The user's text and its size. Readers disagree where it begins: it is never written.
pub const TEXT: Field = Field::new("SIZ and TXT", 93, 35);

/// The packet of a disc. The master's name is ASCII of at most 48 characters.
pub fn encode(upc: Option<&str>, master_id: &str) -> [u8; BYTES] {
    let mut packet = [b' '; BYTES];
    DDPID.put(&mut packet, LEVEL);
    UPC.put(&mut packet, upc.unwrap_or_default());
    MID.put(&mut packet, master_id);
    TYPE.put(&mut packet, "CD");
    packet
}
