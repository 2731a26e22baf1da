//! Songs, and a folder with mixes of them and an album file over these, as the tests of the library and of the command need it.

use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_album::{Album, AlbumError, Options, Progress, Report, build_with, read};
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

/// Noise of a fixed seed, -1 to 1.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// Beats and chords with some noise, different on each side.
pub fn song(rate: u32, seconds: f64, peak: f64, root_hz: f64, seed: u64) -> Vec<[f64; 2]> {
    let mut noise = Noise(seed);
    (0..(seconds * f64::from(rate)) as usize)
        .map(|n| {
            let t = n as f64 / f64::from(rate);
            let beat = (-(t * 2.0).fract() * 6.0).exp();
            let tone = |hz: f64| (TAU * hz * t).sin();
            let both = 0.4 * beat * tone(root_hz * 0.5) + 0.05 * noise.next();
            [
                peak * (both + 0.3 * tone(root_hz * 2.0) + 0.1 * beat * noise.next()),
                peak * (both + 0.3 * tone(root_hz * 2.5) + 0.1 * beat * noise.next()),
            ]
        })
        .collect()
}

pub fn write(path: &Path, rate: u32, frames: &[[f64; 2]]) {
    let spec =
        WavSpec { channels: 2, sample_rate: rate, bits_per_sample: 24, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).unwrap();
    for x in frames.as_flattened() {
        writer.write_sample((x * 8_388_607.0).round() as i32).unwrap();
    }
    writer.finalize().unwrap();
}

/// Makes a release whose renders are kept beside it. Songs of tones are no mixes that a check passes: what it says of them is accepted,
/// unless a test is about that.
pub fn build(album: &Album, out: &Path, fix: bool, progress: Progress) -> Result<Report, AlbumError> {
    let cache = Some(out.parent().unwrap().join("cache"));
    let options = Options { fix, anyway: true, cache, ..Options::default() };
    build_with(album, out, &options, progress)
}

/// A folder with mixes and an album file over them.
pub struct Scene {
    pub folder: tempfile::TempDir,
}

impl Scene {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn mix(&self, name: &str, rate: u32, frames: &[[f64; 2]]) {
        write(&self.path(name), rate, frames);
    }

    pub fn album(&self, text: &str) -> PathBuf {
        let path = self.path("ALBUM.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn build_in(&self, text: &str, out: &str) -> Report {
        build(&read(&self.album(text)).unwrap(), &self.path(out), false, &|_, _| {}).unwrap()
    }
}
