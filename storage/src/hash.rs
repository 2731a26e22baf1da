//! SHA-256 of files (FIPS 180-4).

use crate::regular_file::open_regular;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 1 << 18;

/// The hash of a file's bytes: 64 hexadecimal digits in lower case.
///
/// # Errors
/// If it cannot be read, or is a folder, a device or a pipe.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    // A mix that is a pipe or a device has no end.
    let mut file = open_regular(path, u64::MAX)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(read) => hash.update(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The hash of bytes, as [`sha256_of_file`] gives it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether a text has the form of such a hash.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standards_example_hashes_as_it_says() {
        // FIPS 180-4, example "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::sha256(b"abc"), expected);
        assert!(super::is_sha256(expected) && !super::is_sha256(&expected[1..]));
    }
}
