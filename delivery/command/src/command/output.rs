//! What goes to standard output and standard error: text, plain tables, JSON, errors.
//!
//! Names, titles, tags and messages come from strangers. They are cleaned here and nowhere else: a line holds nothing that a terminal
//! would act on, and no text of a stranger's begins a line of its own.

use lacquer_report::visible;
use std::fmt::{Display, Write as _};
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicU8, Ordering};

/// How much is told beside what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// Errors alone.
    Quiet,
    /// What came of it, and what is wrong with the files.
    Usual,
    /// What is done on the way, too.
    Verbose,
}

static VOLUME: AtomicU8 = AtomicU8::new(Volume::Usual as u8);

/// Sets how much is told, once, at the start.
pub fn set_volume(volume: Volume) {
    VOLUME.store(volume as u8, Ordering::Relaxed);
}

/// Whether at least so much is told.
pub fn is_told(volume: Volume) -> bool {
    VOLUME.load(Ordering::Relaxed) >= volume as u8
}

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

    /// Prints what came of some work, unless only errors are told.
    pub fn report(&self) -> anyhow::Result<()> {
        if is_told(Volume::Usual) { self.print() } else { Ok(()) }
    }

    /// As [`Lines::report`] on standard error, where standard output is a file's.
    pub fn report_aside(&self) {
        if is_told(Volume::Usual) {
            write_error(&self.0);
        }
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

/// Says on standard error what went wrong, on one line.
pub fn tell(text: impl Display) {
    write_error(&format!("lacquer: {}\n", visible(&text.to_string())));
}

/// Says on standard error what has to be known, unless only errors are told.
pub fn remark(text: impl Display) {
    if is_told(Volume::Usual) {
        tell(text);
    }
}

/// Says on standard error what is done, where that is asked for.
pub fn say(text: impl Display) {
    if is_told(Volume::Verbose) {
        tell(text);
    }
}

/// Where nobody reads errors there is nobody to tell of it.
fn write_error(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A reader who has seen enough (`| head`) is no error.
fn write_out(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
