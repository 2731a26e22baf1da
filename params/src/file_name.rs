//! Names of files made of titles: whatever a title holds, its file stays in its folder, on every system.

/// Longest name in bytes, without number and extension: with them it stays below the 255 that file systems allow.
const LONGEST_BYTES: usize = 160;

/// Devices that Windows finds in every folder, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// A title as the name of a file, without an extension. Signs that separate folders or mean something to a shell or a file system
/// become `_`; control signs and those that turn the reading direction are dropped; dots and spaces at the ends as well. Never
/// empty, never `.` or `..`, never a device's name.
pub fn file_name(title: &str) -> String {
    let mut name = String::new();
    for c in title.chars() {
        match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => name.push('_'),
            c if c.is_whitespace() => name.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => name.push(c),
        }
    }
    let mut end = name.len().min(LONGEST_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let trimmed = name[..end].trim_matches(|c| c == ' ' || c == '.');
    if trimmed.is_empty() {
        return "untitled".to_owned();
    }
    let stem = trimmed.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    if is_device(&stem) { format!("_{trimmed}") } else { trimmed.to_owned() }
}

/// Marks of direction, joiners and the like: they are not seen, and can make a name look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

fn is_device(stem: &str) -> bool {
    let is_port = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|number| {
            let mut signs = number.chars();
            let one = matches!(signs.next(), Some('0'..='9' | '\u{B9}' | '\u{B2}' | '\u{B3}'));
            one && signs.next().is_none()
        })
    };
    DEVICES.contains(&stem) || is_port("COM") || is_port("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    fn stays_inside(name: &str) -> bool {
        let mut parts = Path::new(name).components();
        let single = matches!(parts.next(), Some(Component::Normal(part)) if part == name);
        single && parts.next().is_none()
    }

    #[test]
    fn known_traps_become_plain_names() {
        for (title, name) in [
            ("Song", "Song"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..", "untitled"),
            (". . .", "untitled"),
            ("", "untitled"),
            ("/", "_"),
            ("C:\\Windows\\x", "C__Windows_x"),
            ("AC/DC: Live?", "AC_DC_ Live_"),
            ("con", "_con"),
            ("Nul.tar.gz", "_Nul.tar.gz"),
            ("COM1", "_COM1"),
            ("LPT\u{b2}.x", "_LPT\u{b2}.x"),
            ("COM10", "COM10"),
            ("Conrad", "Conrad"),
            ("a\u{0}b\nc\u{7f}", "ab c"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("<script>", "_script_"),
            ("trailing. . ", "trailing"),
            ("Größe \u{1F3B5}", "Größe \u{1F3B5}"),
        ] {
            assert_eq!(file_name(title), name, "{title:?}");
        }
        assert!(file_name(&"ä".repeat(500)).len() <= LONGEST_BYTES);
    }

    proptest! {
        #[test]
        fn no_title_leaves_its_folder(title in any::<String>()) {
            let name = file_name(&title);
            prop_assert!(stays_inside(&name), "{name:?}");
            prop_assert!(!name.starts_with('.') && !name.ends_with('.') && !name.ends_with(' '));
            prop_assert!(!name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | ':')));
            prop_assert!(name.len() <= LONGEST_BYTES + 1);
            // A name that was made is kept.
            prop_assert_eq!(file_name(&name), name);
        }

        #[test]
        fn no_mixture_of_traps_leaves_its_folder(title in "[./\\\\: CONAUXnulcom1\u{202e}\u{0}]{0,40}") {
            prop_assert!(stays_inside(&file_name(&title)));
        }
    }
}
