//! The bits that samples use: the OR of all their words.

use super::StoredWords;
use crate::processor::Frame;

/// Bits that words of floating point are read in.
const FLOAT_BITS: u32 = 24;
/// 3/2 of 2^52: where a step of doubles is 1, with room for words of either sign below 2^51.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// Bits that `words` are read in; none for lossy files, which have no words.
pub(super) fn read_in(words: StoredWords) -> u32 {
    match words {
        StoredWords::Integer(bits) => bits.clamp(1, 32),
        StoredWords::Float(_) => FLOAT_BITS,
        StoredWords::Lossy => 0,
    }
}

/// See the module.
pub(super) struct TrueBits {
    words: StoredWords,
    bits: u32,
    /// 2 to one bit less.
    scale: f64,
    used: u64,
    is_integral: bool,
}

impl TrueBits {
    /// For samples stored so.
    pub fn new(words: StoredWords) -> Self {
        let bits = read_in(words);
        Self { words, bits, scale: 2f64.powi(bits as i32 - 1), used: 0, is_integral: true }
    }

    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        if self.bits == 0 {
            return;
        }
        let (mut is_integral, mut used) = (true, 0);
        for x in frames.as_flattened() {
            let scaled = x * self.scale;
            // Rounded to a whole number, which the lowest bits of this sum are, in two's complement: several samples at a time.
            let whole = scaled + WHOLE;
            is_integral &= whole - WHOLE == scaled;
            used |= whole.to_bits();
        }
        self.is_integral &= is_integral;
        self.used |= used & (u64::MAX >> 13);
    }

    /// Bits that are used; none where the file uses whatever it has.
    pub fn count(&self) -> Option<u32> {
        if self.used == 0 || self.bits == 0 {
            return None;
        }
        match self.words {
            StoredWords::Float(_) if !self.is_integral => None,
            _ => Some(self.bits.saturating_sub(self.used.trailing_zeros()).max(1)),
        }
    }
}
