//! Tables: headings, rows of cells, numbers to the right.

use super::escape;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Words, to the left.
    Words,
    /// Numbers, to the right, in figures of one width.
    Number,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, escaped.
    Text(String),
    /// Markup of the report's own.
    Markup(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A table of `rows` under `columns`; `class` names its look. It scrolls by itself where it is wider than the page.
pub fn table(class: &str, columns: &[(&str, Column)], rows: &[Vec<Cell>]) -> String {
    let side = |column: Column| if column == Column::Number { " class=\"number\"" } else { "" };
    let head: String = columns
        .iter()
        .map(|(name, column)| format!("<th scope=\"col\"{}>{}</th>", side(*column), escape(name)))
        .collect();
    let mut body = String::new();
    for row in rows {
        body += "<tr>";
        for ((_, column), cell) in columns.iter().zip(row) {
            let markup = match cell {
                Cell::Text(text) => escape(text),
                Cell::Markup(markup) => markup.clone(),
            };
            body += &format!("<td{}>{markup}</td>", side(*column));
        }
        body += "</tr>\n";
    }
    format!(
        "<div class=\"scroll\"><table class=\"{class}\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_escaped_unless_they_are_markup() {
        let columns = [("a<b", Column::Words), ("n", Column::Number)];
        let made = table("plain", &columns, &[vec!["<i>".into(), Cell::Markup("<b>1</b>".into())]]);
        assert!(made.contains("<th scope=\"col\">a&lt;b</th>") && made.contains("<td>&lt;i&gt;</td>"));
        assert!(made.contains("<td class=\"number\"><b>1</b></td>"), "{made}");
    }
}
