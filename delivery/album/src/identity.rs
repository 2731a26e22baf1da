//! Titles of tracks where nobody gives one.

use std::path::Path;

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
