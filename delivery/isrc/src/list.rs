//! Lists of codes: a code a line, or a table with commas, semicolons or tabs (RFC 4180: fields in double quotes, a double quote
//! in them doubled).
//!
//! A first line that names its columns (ISRC, title, artist in any order) says what is where; without it the columns after the code
//! are title and artist.
//!
//! ```
//! let listed = lacquer_isrc::list::read("title;ISRC\n\"Song; or not\";AA-6Q7-26-00000\n")?;
//! assert_eq!((listed[0].title.as_str(), listed[0].isrc.as_str()), ("Song; or not", "AA6Q72600000"));
//! # Ok::<(), lacquer_isrc::list::ListError>(())
//! ```

use super::Isrc;

/// A list's size beyond which it is no list, bytes.
pub const MOST_BYTES: u64 = 16 << 20;

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its number, from 1.
    pub line: usize,
    /// The code.
    pub isrc: Isrc,
    /// The title, or nothing.
    pub title: String,
    /// The artist, or nothing.
    pub artist: String,
}

/// A line that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}; give a code a line, or a table with a column named ISRC")]
pub struct ListError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Which column holds what.
#[derive(Clone, Copy)]
struct Columns {
    isrc: usize,
    title: Option<usize>,
    artist: Option<usize>,
}

/// Reads a list. Empty lines and lines that begin with # are left out.
///
/// # Errors
/// The first line without a valid code.
pub fn read(text: &str) -> Result<Vec<Listed>, ListError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut named: Option<Columns> = None;
    let mut listed = Vec::new();
    let mut is_first = true;
    for (line, fields) in rows(text)? {
        let is_empty = fields.iter().all(|field| field.trim().is_empty());
        if is_empty || fields.first().is_some_and(|field| field.trim_start().starts_with('#')) {
            continue;
        }
        if std::mem::take(&mut is_first) {
            named = headings(&fields);
            if named.is_some() {
                continue;
            }
        }
        let columns = named.unwrap_or_else(|| guess(&fields));
        let field = |place: Option<usize>| {
            place
                .and_then(|place| fields.get(place))
                .map_or_else(String::new, |field| field.trim().to_owned())
        };
        let isrc = field(Some(columns.isrc)).parse().map_err(|error: super::IsrcError| ListError {
            line,
            reason: format!("{:?} is no ISRC ({})", error.text, error.reason),
        })?;
        listed.push(Listed { line, isrc, title: field(columns.title), artist: field(columns.artist) });
    }
    Ok(listed)
}

/// The columns that a first line names, if it does.
fn headings(fields: &[String]) -> Option<Columns> {
    let names: Vec<String> = fields.iter().map(|field| field.trim().to_lowercase()).collect();
    let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    Some(Columns {
        isrc: find(&["isrc", "isrc code", "code"])?,
        title: find(&["title", "track", "track title", "name", "recording title"]),
        artist: find(&["artist", "performer", "main artist", "artist name", "track artist"]),
    })
}

/// The columns of a line without headings: the code is the first field that is one.
fn guess(fields: &[String]) -> Columns {
    let isrc = fields.iter().position(|field| field.parse::<Isrc>().is_ok()).unwrap_or(0);
    let mut others = (0..fields.len()).filter(|place| *place != isrc);
    Columns { isrc, title: others.next(), artist: others.next() }
}

/// The rows with the numbers of the lines they begin on. The separator is the first of tab, semicolon and comma that the text's first
/// line has.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, ListError> {
    let first = text.lines().next().unwrap_or_default();
    let separator = ['\t', ';', ','].into_iter().find(|sign| first.contains(*sign)).unwrap_or(',');
    let (mut rows, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began) = (1, 1);
    let mut quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted = true;
            }
            '\r' if !quoted => {}
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field));
                rows.push((began, std::mem::take(&mut fields)));
                line += 1;
                began = line;
            }
            sign if sign == separator && !quoted => fields.push(std::mem::take(&mut field)),
            sign => {
                line += usize::from(sign == '\n');
                field.push(sign);
            }
        }
    }
    if quoted {
        return Err(ListError { line: began, reason: "a double quote is opened and never closed".into() });
    }
    fields.push(field);
    rows.push((began, fields));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(String, String, String)> {
        let listed = read(text).unwrap().into_iter();
        listed.map(|row| (row.isrc.as_str().to_owned(), row.title, row.artist)).collect()
    }

    #[test]
    fn tables_and_plain_lists_are_read() {
        let row = |code: &str, title: &str, artist: &str| (code.into(), title.into(), artist.into());
        assert_eq!(
            codes("AA6Q72000047\n\n# done\naa-6q7-20-00048\n"),
            [row("AA6Q72000047", "", ""), row("AA6Q72000048", "", "")]
        );
        assert_eq!(
            codes("\u{feff}Artist;Title;ISRC\r\n\"Me; you\";\"A \"\"B\"\"\";AA6Q72000047\r\n"),
            [row("AA6Q72000047", "A \"B\"", "Me; you")]
        );
        assert_eq!(codes("AA6Q72000047\tOne\tMe"), [row("AA6Q72000047", "One", "Me")]);
        assert_eq!(codes("One, Me, AA6Q72000047"), [row("AA6Q72000047", "One", "Me")]);
    }

    #[test]
    fn a_line_without_a_code_is_named() {
        assert_eq!(read("ISRC,title\nAA6Q72000047,One\nAA6Q7200004,Two\n").unwrap_err().line, 3);
        assert_eq!(read("ISRC,title\n\"AA6Q72000047,One\n").unwrap_err().line, 2);
    }
}
