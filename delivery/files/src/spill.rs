//! Programmes that lie in temporary files: memory does not grow with a song.
//!
//! A [`Spill`] is appended to and then read from anywhere. Its newest megabyte is held in memory, so that what is short never touches the
//! disk; the rest lies in a file without a name in the folder that [`Scratch`] stands for: beside what is made, or among the renders of an
//! album, but not among the system's temporary files, which may be memory themselves. The file is gone with the spill, and with the process.

use bytemuck::Pod;
use lacquer_dsp::Frame;
use lacquer_dsp::programme::{Source, Store, Tape};
use lacquer_storage::positioned::{read_at, write_at};
use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that are held in memory before they are written.
const HELD_BYTES: usize = 1 << 20;

/// A folder for temporary files.
#[derive(Debug, Clone)]
pub struct Scratch {
    folder: Arc<PathBuf>,
}

impl Scratch {
    /// In this folder.
    pub fn within(folder: &Path) -> Self {
        Self { folder: Arc::new(folder.to_owned()) }
    }

    /// An empty file.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn file(&self) -> io::Result<ScratchFile> {
        Ok(ScratchFile { file: self.create()?, folder: self.folder.clone() })
    }

    fn create(&self) -> io::Result<File> {
        tempfile::tempfile_in(self.folder.as_path()).map_err(|error| failed(&self.folder, "made", error))
    }

    /// An empty spill.
    pub fn spill<F>(&self) -> Spill<F> {
        Spill { scratch: self.clone(), file: None, written: 0, held: Vec::new() }
    }
}

impl Store for Scratch {
    fn tape(&self) -> Box<dyn Tape> {
        Box::new(self.spill::<Frame>())
    }
}

/// Frames in a temporary file; see the module.
#[derive(Debug)]
pub struct Spill<F> {
    scratch: Scratch,
    /// None until there is more than is held.
    file: Option<File>,
    /// Frames in the file; the held ones follow.
    written: usize,
    held: Vec<F>,
}

impl<F: Pod> Spill<F> {
    /// Appends frames.
    ///
    /// # Errors
    /// If the file cannot be made, or the disk is full.
    pub fn push(&mut self, frames: &[F]) -> io::Result<()> {
        self.held.extend_from_slice(frames);
        if size_of_val(self.held.as_slice()) >= HELD_BYTES {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(self.scratch.create()?),
        };
        let offset = Self::offset(self.written);
        write_at(file, bytemuck::cast_slice(&self.held), offset)
            .map_err(|error| failed(&self.scratch.folder, "written", error))?;
        self.written += self.held.len();
        self.held.clear();
        Ok(())
    }

    fn offset(frame: usize) -> u64 {
        frame as u64 * size_of::<F>() as u64
    }
}

/// What could not be done with a temporary file, where, and what helps.
fn failed(folder: &Path, what: &str, error: io::Error) -> io::Error {
    let help = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "; it holds a programme while it is worked on: free several times its size there, or work on another disk"
        }
        _ => "",
    };
    let reason = format!("{}: a temporary file cannot be {what}: {error}{help}", folder.display());
    io::Error::new(error.kind(), reason)
}

/// A temporary file whose errors say where it lies.
#[derive(Debug)]
pub struct ScratchFile {
    file: File,
    folder: Arc<PathBuf>,
}

impl ScratchFile {
    /// It as any other file, at its start.
    ///
    /// # Errors
    /// If it cannot be rewound.
    pub fn rewound(mut self) -> io::Result<File> {
        self.file.rewind()?;
        Ok(self.file)
    }
}

impl Write for ScratchFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| failed(&self.folder, "written", error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for ScratchFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl<F: Pod + Sync> Source<F> for Spill<F> {
    fn length(&self) -> usize {
        self.written + self.held.len()
    }

    fn read(&self, start: usize, frames: &mut [F]) -> io::Result<()> {
        let in_file = self.written.saturating_sub(start).min(frames.len());
        let (stored, held) = frames.split_at_mut(in_file);
        if let Some(file) = self.file.as_ref().filter(|_| !stored.is_empty()) {
            let offset = Self::offset(start);
            read_at(file, bytemuck::cast_slice_mut(stored), offset)
                .map_err(|error| failed(&self.scratch.folder, "read", error))?;
        }
        self.held.read((start + in_file).saturating_sub(self.written), held)
    }
}

impl Tape for Spill<Frame> {
    fn push(&mut self, frames: &[Frame]) -> io::Result<()> {
        Self::push(self, frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(n: usize) -> [f32; 2] {
        [n as f32, -(n as f32)]
    }

    #[test]
    fn what_was_pushed_is_read_from_anywhere_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let most = HELD_BYTES / size_of::<[f32; 2]>();
        for length in [0, 1, most - 1, most, 3 * most + 5] {
            let mut spill = Scratch::within(folder.path()).spill();
            let frames: Vec<[f32; 2]> = (0..length).map(frame).collect();
            frames.chunks(777).for_each(|chunk| spill.push(chunk).unwrap());
            assert_eq!((spill.length(), spill.file.is_some()), (length, length >= most));
            for (start, count) in
                [(0, length), (length / 2, length / 3), (length - length.min(9), length.min(9))]
            {
                let mut read = vec![[0.0; 2]; count];
                spill.read(start, &mut read).unwrap();
                assert!(read == frames[start..start + count], "{count} frames from {start} of {length}");
            }
            assert!(spill.read(length, &mut [[0.0; 2]]).is_err(), "there is nothing behind the end");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_short_programmes_need_is_no_folder() {
        let mut spill = Scratch::within(Path::new("/no/such/folder")).spill();
        spill.push(&[[1.0f64; 2]; 100]).unwrap();
        let error = spill.push(&[[0.0; 2]; HELD_BYTES / 16]).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/folder: a temporary file cannot be made"), "{error}");
    }
}
