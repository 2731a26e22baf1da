//! A folder with a release in the making and things of other people beside it.

use hound::{SampleFormat, WavSpec, WavWriter};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Two tones, so many seconds long.
pub fn mix(path: &Path, hz: f64, seconds: f64) {
    let spec =
        WavSpec { channels: 2, sample_rate: 44_100, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).unwrap();
    for n in 0..(44_100.0 * seconds) as u32 {
        for side in [1.0, 1.5] {
            let phase = std::f64::consts::TAU * hz * side * f64::from(n) / 44_100.0;
            writer.write_sample((9000.0 * phase.sin()) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// See the module.
pub struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    /// `album/` with `mixes/one.wav` and `mixes/two.wav`; beside it `other/` with a letter, settings and a song of other people.
    pub fn new() -> Self {
        Self::with_mixes(1.0)
    }

    /// The same with mixes of another length.
    pub fn with_mixes(seconds: f64) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["album/mixes", "other"] {
            std::fs::create_dir_all(scene.path(folder)).unwrap();
        }
        mix(&scene.path("album/mixes/one.wav"), 220.0, seconds);
        mix(&scene.path("album/mixes/two.wav"), 330.0, seconds);
        mix(&scene.path("other/01 One.wav"), 440.0, 1.0);
        std::fs::write(scene.path("other/letter.txt"), "Dear reader").unwrap();
        std::fs::write(scene.path("other/settings.json"), "{}").unwrap();
        scene
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Two tones are at every distance from each other, which a check takes for a delay.
    ///
    /// Writes `album/<name>`: these lines below `[album]`, and both tracks, with these lines in each.
    pub fn album(&self, name: &str, album: &str, track: &str) -> PathBuf {
        let path = self.path("album").join(name);
        let text = format!(
            "[album]\nloudness = {{ mode = \"as_is\" }}\n{album}\naccept = [\"channel_delay\"]\n[[track]]\nfile = \"mixes/one.wav\"\ntitle = \"One\"\n{track}\n[[track]]\nfile = \"mixes/two.wav\"\ntitle = \"Two\"\n{track}\n"
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The command, run in `album/`.
    pub fn lacquer(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args(arguments)
            .env("LACQUER_CACHE", self.path("cache"))
            .current_dir(self.path("album"))
            .output()
            .unwrap()
    }

    /// Standard output of a command that succeeds.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.lacquer(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that is refused says, on one line.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.lacquer(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        said
    }
}

/// Everything below a folder with its bytes; links by what they lead to. Not below links.
pub fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.insert(path.clone(), b"a folder".to_vec());
            found.extend(everything(&path));
        } else if kind.is_symlink() {
            let to = std::fs::read_link(&path).unwrap();
            found.insert(path, to.as_os_str().as_encoded_bytes().to_vec());
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

/// What an album made in `album/<out>` without what says when: all but the cache, the report and the sums; folders are left out.
pub fn audio_of(scene: &Scene, out: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = scene.path("album").join(out);
    let files = everything(&folder).into_iter().filter(|(path, bytes)| {
        let path = path.to_string_lossy();
        !path.contains(".lacquer")
            && !path.contains("/report")
            && !path.contains("SHA256SUMS")
            && bytes != b"a folder"
    });
    files.map(|(path, bytes)| (path.strip_prefix(&folder).unwrap().to_owned(), bytes)).collect()
}
