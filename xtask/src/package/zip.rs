//! A `.zip` as Windows opens it, whose bytes follow from its files alone: sorted, with one time.

use super::archive::sorted;
use anyhow::Context;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Packs the tree `root` as `<name>.zip` into `folder`; in it everything lies below `<name>`.
pub fn make(root: &Path, folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("{name}.zip"));
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    let mut zip = ZipWriter::new(file);
    add(&mut zip, root, name)?;
    zip.finish()?;
    Ok(path)
}

fn add(zip: &mut ZipWriter<File>, folder: &Path, name: &str) -> anyhow::Result<()> {
    // The format's first day: a file's own time would make each package another.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for path in sorted(folder)? {
        let inner = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            add(zip, &path, &inner)?;
        } else {
            zip.start_file(inner, options)?;
            zip.write_all(&fs::read(&path).with_context(|| path.display().to_string())?)?;
        }
    }
    Ok(())
}
