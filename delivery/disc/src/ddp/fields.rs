//! Packets of fixed width: where each field stands. Text is ASCII from the left, filled with spaces; numbers stand to the right,
//! filled with zeros; what is not set is spaces.

/// A field of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the standard.
    pub name: &'static str,
    /// Its first byte.
    pub offset: usize,
    /// Its bytes.
    pub width: usize,
}

impl Field {
    /// A field of the name at the bytes.
    pub const fn new(name: &'static str, offset: usize, width: usize) -> Self {
        Self { name, offset, width }
    }

    /// Writes text, cut at the field's width; what is not ASCII becomes a question mark.
    pub fn put(self, packet: &mut [u8], text: &str) {
        let Some(place) = packet.get_mut(self.offset..self.offset + self.width) else { return };
        place.fill(b' ');
        for (byte, character) in place.iter_mut().zip(text.chars()) {
            *byte = if matches!(character, ' '..='~') { u32::from(character) as u8 } else { b'?' };
        }
    }

    /// Writes a number. One that is wider than the field leaves nines, which no reader takes for it.
    pub fn put_number(self, packet: &mut [u8], number: u64) {
        let digits = format!("{number:0width$}", width = self.width);
        self.put(
            packet,
            if digits.len() > self.width { &"9999999999999999"[..self.width.min(16)] } else { &digits },
        );
    }

    /// Its bytes; empty beyond a packet's end.
    pub fn bytes(self, packet: &[u8]) -> &[u8] {
        packet.get(self.offset..self.offset + self.width).unwrap_or_default()
    }

    /// Its text without the spaces at its ends; control characters and bytes above ASCII as escapes.
    pub fn text(self, packet: &[u8]) -> String {
        self.bytes(packet).escape_ascii().to_string().trim().to_owned()
    }

    /// Whether nothing is set.
    pub fn is_blank(self, packet: &[u8]) -> bool {
        self.bytes(packet).iter().all(|byte| *byte == b' ')
    }

    /// Whether every byte is a digit, as numbers are written.
    pub fn is_filled(self, packet: &[u8]) -> bool {
        self.bytes(packet).iter().all(u8::is_ascii_digit)
    }

    /// Its number, filled with zeros or with spaces; none where it is no number.
    pub fn number(self, packet: &[u8]) -> Option<u64> {
        let text = std::str::from_utf8(self.bytes(packet)).ok()?.trim_start_matches(' ');
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().ok() } else { None }
    }
}
