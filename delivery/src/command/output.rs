//! What goes to standard output and standard error: text, plain tables, JSON, errors.
//!
//! Names, titles, tags and messages come from strangers. They are cleaned here and nowhere else: a line holds nothing that a terminal
//! would act on, and no text of a stranger's begins a line of its own.

use lacquer_delivery::html::visible;
use std::fmt::{Display, Write as _};
use std::io::{ErrorKind, Write};

/// Lines for standard output.
#[derive(Default)]
pub struct Lines(String);

impl Lines {
    /// Adds a line: whatever of the text would end it or move a cursor is shown instead of done.
    pub fn line(&mut self, text: impl Display) {
        self.0 += &visible(&text.to_string());
        self.0.push('\n');
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.0.push('\n');
    }

    /// Adds rows under headings, if there are any; the first column to the left, the others to the right.
    pub fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
        let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        if headings.iter().any(|heading| !heading.is_empty()) {
            self.row(&mut headings.iter().copied(), &widths);
        }
        for row in &rows {
            self.row(&mut row.iter().map(String::as_str), &widths);
        }
    }

    fn row(&mut self, cells: &mut dyn Iterator<Item = &str>, widths: &[usize]) {
        let mut text = String::new();
        for (column, (cell, width)) in cells.zip(widths).enumerate() {
            // Writing to a string cannot fail.
            let _ =
                if column == 0 { write!(text, "{cell:<width$}") } else { write!(text, "  {cell:>width$}") };
        }
        self.0 += text.trim_end();
        self.0.push('\n');
    }

    /// Prints what was added.
    pub fn print(&self) -> anyhow::Result<()> {
        write_out(&self.0)
    }
}

/// Prints text that the library has made of cleaned lines; should one have been missed, it is cleaned but for its line feeds.
pub fn print(text: &str) -> anyhow::Result<()> {
    write_out(&text.split('\n').map(visible).collect::<Vec<_>>().join("\n"))
}

/// Prints what was made from the command's own words alone, as it is.
pub fn print_own(text: &str) -> anyhow::Result<()> {
    write_out(text)
}

/// Prints JSON. What a terminal would act on is escaped, which only strings can hold, so that it reads as the same JSON.
pub fn print_json(json: &str) -> anyhow::Result<()> {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || (' '..='~').contains(&c) || visible(c.encode_utf8(&mut [0; 4])).starts_with(c) {
            text.push(c);
        } else {
            // None of them is beyond 16 bits.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        }
    }
    write_out(&text)
}

/// Prints comma-separated values. What a terminal would act on is shown, but for the ends of lines.
pub fn print_csv(csv: &str) -> anyhow::Result<()> {
    write_out(&csv.split("\r\n").map(visible).collect::<Vec<_>>().join("\r\n"))
}

/// Says on standard error what went wrong or has to be known, on one line.
pub fn tell(text: impl Display) {
    eprintln!("lacquer: {}", visible(&text.to_string()));
}

/// A reader who has seen enough (`| head`) is no error.
fn write_out(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
