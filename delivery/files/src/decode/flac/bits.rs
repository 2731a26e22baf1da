//! Bits of a FLAC frame, most significant first (RFC 9639, section 5).

/// Bits that are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Short;

/// Reads bits from a frame's bytes.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to load.
    next: usize,
    /// Loaded bits at the top; the rest is zeros.
    cache: u64,
    /// How many of them count.
    cached: u32,
}

impl<'a> Bits<'a> {
    /// The bits of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, cache: 0, cached: 0 }
    }

    fn fill(&mut self) {
        if let Some(eight) = self.bytes.get(self.next..).and_then(<[u8]>::first_chunk) {
            // As many whole bytes as there is room for, in one step.
            let count = (64 - self.cached) / 8;
            if count > 0 {
                let loaded = u64::from_be_bytes(*eight) & u64::MAX << (64 - 8 * count);
                self.cache |= loaded >> self.cached;
                self.cached += 8 * count;
                self.next += count as usize;
            }
            return;
        }
        while self.cached <= 56 {
            let Some(byte) = self.bytes.get(self.next) else { return };
            self.cache |= u64::from(*byte) << (56 - self.cached);
            self.cached += 8;
            self.next += 1;
        }
    }

    /// The next `count` bits, 0 to 33.
    pub fn take(&mut self, count: u32) -> Result<u64, Short> {
        if count == 0 {
            return Ok(0);
        }
        if self.cached < count {
            self.fill();
            if self.cached < count {
                return Err(Short);
            }
        }
        let bits = self.cache >> (64 - count);
        self.cache <<= count;
        self.cached -= count;
        Ok(bits)
    }

    /// The next `count` bits, 0 to 33, as a number in two's complement.
    pub fn take_signed(&mut self, count: u32) -> Result<i64, Short> {
        if count == 0 {
            return Ok(0);
        }
        let shift = 64 - count;
        self.take(count).map(|bits| (bits << shift) as i64 >> shift)
    }

    /// Zeros before the next one, which is taken too.
    pub fn unary(&mut self) -> Result<u64, Short> {
        let mut zeros = 0;
        loop {
            if self.cached == 0 {
                self.fill();
                if self.cached == 0 {
                    return Err(Short);
                }
            }
            let run = self.cache.leading_zeros().min(self.cached);
            zeros += u64::from(run);
            if run < self.cached {
                // Two shifts: a run may take all 64.
                self.cache = self.cache << run << 1;
                self.cached -= run + 1;
                return Ok(zeros);
            }
            self.cache = 0;
            self.cached = 0;
        }
    }

    /// A Rice code of `parameter` bits, 0 to 30, after its unary part, if all of it is at hand; nothing is taken if not.
    #[inline(always)]
    pub fn rice(&mut self, parameter: u32) -> Option<u64> {
        if self.cached < 40 {
            self.fill();
        }
        let zeros = self.cache.leading_zeros();
        let bits = zeros + 1 + parameter;
        if bits > self.cached {
            return None;
        }
        let rest = self.cache << zeros << 1;
        // Two shifts: the parameter may be 0.
        let low = rest >> 1 >> (63 - parameter);
        self.cache = rest << parameter;
        self.cached -= bits;
        Some(u64::from(zeros) << parameter | low)
    }

    /// Bytes that were begun.
    pub fn bytes_taken(&self) -> usize {
        self.next - (self.cached / 8) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_order_and_end() {
        let mut bits = Bits::new(&[0b1010_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0b0000_1101, 0xff]);
        assert_eq!((bits.take(3), bits.bytes_taken()), (Ok(5), 1));
        // 5 + 64 zeros + 4 zeros.
        assert_eq!(bits.unary(), Ok(73));
        assert_eq!((bits.take_signed(3), bits.bytes_taken()), (Ok(-3), 10));
        assert_eq!((bits.take(8), bits.take(1), bits.unary()), (Ok(255), Err(Short), Err(Short)));
    }

    #[test]
    fn a_rice_code_is_what_its_parts_are() {
        let bytes: Vec<u8> = (0..997u32).map(|n| ((n * n % 251) >> (n % 7)) as u8).collect();
        for parameter in [0, 1, 5, 14, 30] {
            let (mut whole, mut parts) = (Bits::new(&bytes), Bits::new(&bytes));
            let mut codes = 0;
            while let Some(code) = whole.rice(parameter) {
                let high = parts.unary().unwrap();
                assert_eq!(code, high << parameter | parts.take(parameter).unwrap());
                assert_eq!(whole.bytes_taken(), parts.bytes_taken());
                codes += 1;
            }
            assert!(codes > 100, "{codes} codes of {parameter} bits");
        }
    }
}
