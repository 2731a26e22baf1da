//! The report as a page.

use super::report::Report;

/// The page.
pub fn page(report: &Report) -> String {
    report.title.clone()
}
