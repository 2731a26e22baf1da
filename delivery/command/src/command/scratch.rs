//! Where temporary files of a command lie.

use lacquer_album::cache;
use lacquer_files::spill::Scratch;
use lacquer_storage::atomic_file::folder_of;
use std::path::Path;

/// Beside what is made; where nothing is made, or into a device or a pipe, below the folder of all caches, and among the system's temporary
/// files if there is none.
pub fn scratch(output: Option<&Path>) -> Scratch {
    let is_file = |output: &&Path| output.metadata().is_ok_and(|about| about.is_file()) || !output.exists();
    if let Some(output) = output.filter(is_file) {
        return Scratch::within(folder_of(output));
    }
    let caches = cache::all(None).ok().filter(|folder| std::fs::create_dir_all(folder).is_ok());
    Scratch::within(&caches.unwrap_or_else(std::env::temp_dir))
}
