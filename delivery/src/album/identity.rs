//! What an album and its tracks are known by: the code on the sleeve, and titles where nobody gives one.

use std::path::Path;

/// The check digit of an EAN's twelve: 10 less the sum, weighted 1 and 3 in turn, modulo 10 (GS1 General Specifications, 7.9).
pub fn ean_check_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(n, digit)| u32::from(digit.wrapping_sub(b'0')) * if n % 2 == 0 { 1 } else { 3 })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// A title from the name of a file: without its number, underscores read as spaces.
pub fn title_of(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().replace('_', " ")).unwrap_or_default();
    let digits = stem.chars().take_while(char::is_ascii_digit).count();
    let rest = stem[digits..].trim_start_matches([' ', '-', '.']);
    // "99 Luftballons" keeps its number: only two digits followed by a sign or a leading zero are a track's.
    let numbered =
        digits > 0 && (stem.starts_with('0') || stem[digits..].trim_start().starts_with(['-', '.']));
    let title = if numbered && !rest.is_empty() { rest } else { stem.as_str() };
    if title.trim().is_empty() { "Untitled".to_owned() } else { title.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_known_codes() {
        for code in ["4006381333931", "0012345678905", "9780201379624"] {
            assert_eq!(ean_check_digit(&code.as_bytes()[..12]), code.as_bytes()[12], "{code}");
        }
    }

    #[test]
    fn titles_lose_their_number_and_nothing_else() {
        for (file, title) in [
            ("01 First_Song.wav", "First Song"),
            ("02 - Second.flac", "Second"),
            ("3. Third.wav", "Third"),
            ("99 Luftballons.wav", "99 Luftballons"),
            ("1999.wav", "1999"),
            ("07.wav", "07"),
            ("___.wav", "Untitled"),
            ("a/b/No Number.ogg", "No Number"),
        ] {
            assert_eq!(title_of(Path::new(file)), title, "{file}");
        }
    }
}
