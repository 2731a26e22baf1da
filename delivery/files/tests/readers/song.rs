//! The song that others make files of, and WAV files by hand.

use lacquer_left_out::has_program;
use std::path::PathBuf;
use std::process::Command;

/// What the tests call.
const TOOLS: [&str; 8] = ["ffmpeg", "sox", "lame", "flac", "oggenc", "opusenc", "opusdec", "sndfile-convert"];

/// Whether the tools are there; where all of it is tested they have to be.
pub fn are_there() -> bool {
    TOOLS.into_iter().all(has_program)
}

/// A folder with a song in it as a WAV file: [`frames`] at 44.1 kHz in 16 bits.
pub struct Scene {
    pub folder: tempfile::TempDir,
}

impl Scene {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("song.wav"), wave(&fmt(1, 2, 44_100, 4, 16), &data16(&frames())))
            .unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a tool in the folder; its words are separated by spaces.
    pub fn run(&self, line: &str) {
        let mut words = line.split(' ');
        let output =
            Command::new(words.next().unwrap()).args(words).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The bytes of a file that a tool makes.
    pub fn made(&self, line: &str, name: &str) -> Vec<u8> {
        self.run(line);
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Seconds of the song.
pub const SECONDS: usize = 3;

/// The song: tones that differ on each side, and noise, so that nothing in it repeats.
pub fn frames() -> Vec<[i16; 2]> {
    let mut state = 7u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    };
    (0..SECONDS * 44_100)
        .map(|n| {
            let t = n as f64 / 44_100.0;
            let tone = |hz: f64| 0.2 * (std::f64::consts::TAU * hz * t).sin();
            [220.0 + 40.0 * t, 331.0].map(|hz| ((tone(hz) + 0.05 * noise()) * 32_768.0) as i16)
        })
        .collect()
}

/// A `fmt ` chunk's contents.
pub fn fmt(tag: u16, channels: u16, rate: u32, align: u16, bits: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(align)).to_le_bytes());
    bytes.extend(align.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes
}

/// Frames as words of 16 bits.
pub fn data16(frames: &[[i16; 2]]) -> Vec<u8> {
    frames.as_flattened().iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// A chunk.
pub fn chunk(id: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    let mut chunk = id.to_vec();
    chunk.extend((bytes.len() as u32).to_le_bytes());
    chunk.extend(bytes);
    chunk.extend(std::iter::repeat_n(0, bytes.len() % 2));
    chunk
}

/// A file of chunks.
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[b"WAVE".to_vec(), chunks.concat()].concat())
}

/// A WAV file.
pub fn wave(fmt: &[u8], data: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", fmt), chunk(b"data", data)])
}
