//! Tables: headings, rows of cells, numbers to the right. A cell is markup; text becomes it by `maud::Render`.

use maud::{Markup, html};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Words, to the left.
    Words,
    /// Numbers, to the right, in figures of one width.
    Number,
}

/// A table of `rows` under `columns`; `class` names its look. It scrolls by itself where it is wider than the page.
pub fn table<Row: IntoIterator<Item = Markup>>(
    class: &str,
    columns: &[(&str, Column)],
    rows: impl IntoIterator<Item = Row>,
) -> Markup {
    let side = |column: Column| (column == Column::Number).then_some("number");
    html! {
        div.scroll {
            table.(class) {
                thead {
                    tr { @for (name, column) in columns { th scope="col" class=[side(*column)] { (name) } } }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for ((_, column), cell) in columns.iter().zip(row) {
                                td class=[side(*column)] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::Render;

    #[test]
    fn cells_are_escaped_unless_they_are_markup() {
        let columns = [("a<b", Column::Words), ("n", Column::Number)];
        let made = table("plain", &columns, [["<i>".render(), html! { b { (1) } }]]).into_string();
        assert!(made.contains("<th scope=\"col\">a&lt;b</th>") && made.contains("<td>&lt;i&gt;</td>"));
        assert!(made.contains("<td class=\"number\"><b>1</b></td>"), "{made}");
    }
}
