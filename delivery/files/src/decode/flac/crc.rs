//! Checksums of FLAC frames (RFC 9639, sections 9.1.8 and 9.3).

const CRC8: [u8; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut crc = n as u8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x80 != 0 { crc << 1 ^ 0x07 } else { crc << 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
};

/// Entry `[k][n]`: the checksum of byte `n` followed by `k` zeros, so that eight bytes are one step.
const CRC16: [[u16; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut n = 0;
    while n < 256 {
        let mut crc = (n as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
            bit += 1;
        }
        tables[0][n] = crc;
        n += 1;
    }
    let mut k = 1;
    while k < 8 {
        let mut n = 0;
        while n < 256 {
            let before = tables[k - 1][n];
            tables[k][n] = before << 8 ^ tables[0][(before >> 8) as usize];
            n += 1;
        }
        k += 1;
    }
    tables
};

/// Polynomial x^8 + x^2 + x + 1: 0 for a header with its own checksum at the end.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| CRC8[usize::from(crc ^ byte)])
}

/// Polynomial x^16 + x^15 + x^2 + 1: 0 for a frame with its own checksum at the end.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut crc = 0u16;
    for [a, b, c, d, e, f, g, h] in eights {
        let [high, low] = crc.to_be_bytes();
        crc = CRC16[7][usize::from(a ^ high)]
            ^ CRC16[6][usize::from(b ^ low)]
            ^ CRC16[5][usize::from(*c)]
            ^ CRC16[4][usize::from(*d)]
            ^ CRC16[3][usize::from(*e)]
            ^ CRC16[2][usize::from(*f)]
            ^ CRC16[1][usize::from(*g)]
            ^ CRC16[0][usize::from(*h)];
    }
    rest.iter().fold(crc, |crc, byte| crc << 8 ^ CRC16[0][usize::from((crc >> 8) as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_catalogue() {
        // CRC-8/SMBUS and CRC-16/UMTS of "123456789".
        assert_eq!(crc8(b"123456789"), 0xf4);
        assert_eq!(crc16(b"123456789"), 0xfee8);
        assert_eq!(
            crc16(b"12345678"),
            b"12345678"
                .iter()
                .fold(0, |crc: u16, byte| { crc << 8 ^ CRC16[0][usize::from((crc >> 8) as u8 ^ byte)] })
        );
    }
}
