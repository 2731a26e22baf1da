//! Comma-separated values (RFC 4180), for spreadsheets.

use super::output::print_csv;

/// Signs that make a spreadsheet take a cell for a formula; titles and names come from strangers.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A table that grows by rows.
pub struct Csv {
    text: String,
}

impl Csv {
    /// With these names of columns.
    pub fn new(names: &[&str]) -> Self {
        let mut csv = Self { text: String::new() };
        csv.row(names.iter().map(|name| (*name).to_owned()));
        csv
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
        self.text += &cells.join(",");
        // RFC 4180 ends lines so; every reader takes it.
        self.text += "\r\n";
    }

    /// Prints it.
    pub fn print(&self) -> anyhow::Result<()> {
        print_csv(&self.text)
    }
}

/// A cell: a number as it is, any other text in quotes where it needs them, and never a formula.
fn quoted(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    let shown = if !is_number && cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() };
    if shown.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", shown.replace('"', "\"\"")) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula() {
        for (cell, written) in [
            ("-14.0", "-14.0"),
            ("One, \"two\"", "\"One, \"\"two\"\"\""),
            ("=cmd()", "'=cmd()"),
            ("-in", "'-in"),
            ("", ""),
            ("plain", "plain"),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
