//! A folder with songs in it, and the command in it.

use lacquer_files::Audio;
use lacquer_files::encode::{Format, WordLength, encode_as};
use lacquer_files::tags::Tags;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const RATE: u32 = 44_100;

pub struct Scene {
    folder: tempfile::TempDir,
}

/// What a run ended with.
pub struct Said {
    pub code: i32,
    pub out: Vec<u8>,
    pub err: String,
}

impl Said {
    pub fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    /// The JSON of a run that ended well.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_slice(&self.out).unwrap()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let err = String::from_utf8(output.stderr).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: output.stdout, err }
    }
}

impl Scene {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Three seconds of a song with a pulse, of a level and a pitch, as 24 bits.
    pub fn song(&self, name: &str, peak: f64, hz: f64) -> PathBuf {
        self.tagged(name, peak, hz, &Tags::default())
    }

    pub fn tagged(&self, name: &str, peak: f64, hz: f64, tags: &Tags) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let format = if name.ends_with("flac") { Format::Flac(24) } else { Format::Wav(WordLength::Bits24) };
        encode_as(&path, &song(peak, hz), &format, tags).unwrap();
        path
    }

    /// Ten seconds of nothing.
    pub fn silence(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let frames = vec![[0.0; 2]; 10 * RATE as usize];
        let audio = Audio { sample_rate: RATE, channels: 2, frames };
        encode_as(&path, &audio, &Format::Wav(WordLength::Bits24), &Tags::default()).unwrap();
        path
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lacquer"));
        command
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("settings"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("LACQUER_CACHE", self.path("cache"))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.command().args(arguments).output().unwrap().into()
    }

    /// A line for the shell, in which `lacquer` is the command.
    pub fn shell(&self, line: &str) -> Said {
        let program = env!("CARGO_BIN_EXE_lacquer");
        Command::new("bash")
            .args(["-o", "pipefail", "-c", &format!("lacquer() {{ '{program}' \"$@\"; }}\n{line}")])
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("settings"))
            .output()
            .unwrap()
            .into()
    }

    /// Everything below a folder, in order.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let (mut names, mut waiting) = (Vec::new(), vec![root.clone()]);
        while let Some(path) = waiting.pop() {
            for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    waiting.push(entry.path());
                } else {
                    names.push(entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        names.sort();
        names
    }
}

fn song(peak: f64, hz: f64) -> Audio {
    // A little noise, so that nothing of it looks like a synthetic tone or a wrong export.
    let mut state = 1u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    };
    let length = 3 * RATE;
    let frames = (0..length)
        .map(|n| {
            let t = f64::from(n) / f64::from(RATE);
            let fade = (f64::from(n.min(length - 1 - n)) / 4410.0).min(1.0);
            let beat = (-(2.0 * t).fract() * 5.0).exp();
            let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
            let common = 0.6 * beat * tone(hz);
            [0.3 * tone(2.0 * hz) + 0.02 * noise(), 0.3 * tone(3.01 * hz) + 0.02 * noise()]
                .map(|x| (peak * fade * (common + x)) as f32)
        })
        .collect();
    Audio { sample_rate: RATE, channels: 2, frames }
}

pub fn decoded(path: &Path) -> Audio {
    lacquer_files::decode::decode(path, &|_| {}).unwrap()
}
