//! What goes from a mix's tags to what is made of it.

use lacquer_files::encode::Format;
use lacquer_files::tags::{TagError, Tags, carried};
use std::path::Path;

/// The mix's tags, as they hold of a file of this format, and what is said of those that it cannot hold.
pub fn carried(input: &Path, format: &Format, remarks: &mut Vec<String>) -> Tags {
    let tags = match carried::of_mix(input) {
        Ok(tags) => tags,
        // Formats without tags have none to carry.
        Err(TagError::Kind { .. }) => Tags::default(),
        Err(error) => {
            remarks.push(format!("{error}; the master has none"));
            Tags::default()
        }
    };
    let lost = tags.carried.lost_in(format);
    if !lost.is_empty() {
        let (name, lost) = (input.display(), lost.join(", "));
        remarks.push(format!("{name}: of its tags the master cannot hold {lost}"));
    }
    tags
}
