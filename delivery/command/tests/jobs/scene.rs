//! Excerpts of real songs at the levels of different sessions, and the command over them.

use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_files::Audio;
use lacquer_files::decode::decode;
use lacquer_song::measure::measure;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Songs of Debian's frozen-bubble-data and lincity-ng-data, and where an excerpt begins, s.
pub const SONGS: [(&str, f64); 5] = [
    ("/usr/share/games/frozen-bubble/snd/introzik.ogg", 40.0),
    ("/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg", 30.0),
    ("/usr/share/games/lincity-ng/music/default/01 - pronobozo - lincity.ogg", 50.0),
    ("/usr/share/games/lincity-ng/music/default/02 - Robert van Herk - City Blues.ogg", 60.0),
    (
        "/usr/share/games/lincity-ng/music/default/03 - Robert van Herk - Architectural Contemplations.ogg",
        45.0,
    ),
];
/// Titles of the mixes.
pub const TITLES: [&str; 5] = ["Intro", "Ice", "City", "Blues", "Plans"];
/// What the mixes were exported at: five sessions, LUFS. None of the songs goes over full scale at its level.
pub const SESSIONS_LUFS: [f64; 5] = [-13.0, -17.5, -14.5, -26.0, -21.0];
/// Length of an excerpt, s: long enough for every check, short enough for many.
pub const SECONDS: f64 = 8.0;

/// A folder with mixes in it.
pub struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    /// An empty one; none where the songs are not installed.
    pub fn new() -> Option<Self> {
        let are_there = SONGS.iter().all(|(song, _)| lacquer_left_out::has_file(song));
        are_there.then(|| Self { folder: tempfile::tempdir().unwrap() })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An excerpt at a loudness, with something done to it, as 24 bits.
    pub fn mix(&self, name: &str, song: usize, lufs: f64, change: impl Fn(&mut Vec<[f32; 2]>)) {
        let (mut audio, own_lufs) = excerpt(song).clone();
        let gain = 10f64.powf((lufs - own_lufs) / 20.0) as f32;
        audio.frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x * gain));
        change(&mut audio.frames);
        write(&self.path(name), audio.sample_rate, &audio.frames);
    }

    /// The five mixes, each `shift_db` away from its session's level.
    pub fn sessions(&self, shifts_db: [f64; 5]) {
        for (n, title) in TITLES.iter().enumerate() {
            self.mix(&format!("{title}.wav"), n, SESSIONS_LUFS[n] + shifts_db[n], |_| {});
        }
    }

    /// `ALBUM.toml` with these lines below `[album]` and every mix as a track.
    pub fn album(&self, lines: &str) {
        let tracks: String = TITLES
            .iter()
            .map(|title| {
                format!("[[track]]\nfile = \"{title}.wav\"\nisrc = \"new\"\nperformer = [\"Ada\", \"Ben\"]\n")
            })
            .collect();
        let accept = if lines.contains("accept") { "" } else { "accept = [\"lossy_trace\"]\n" };
        let text = format!(
            "[album]\ntitle = \"Five\"\nartist = \"Somebody\"\nupc = \"0012345678905\"\nisrc_prefix = \"AA6Q7\"\nisrc_range = [0, 99]\n{accept}{lines}\n{tracks}"
        );
        std::fs::write(self.path("ALBUM.toml"), text).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args(arguments)
            .env("LACQUER_CACHE", self.path("cache"))
            .env("XDG_DATA_HOME", self.path("data"))
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Exit code, standard output and standard error.
    pub fn said(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.run(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// The JSON of a command that ends with `code`.
    pub fn json(&self, code: i32, arguments: &[&str]) -> serde_json::Value {
        let (found, out, err) = self.said(&[arguments, &["--json"]].concat());
        assert_eq!(found, code, "{arguments:?}: {err}\n{out}");
        serde_json::from_str(&out).unwrap()
    }
}

/// An excerpt of a song as it is, and its loudness; songs are decoded once for all tests.
fn excerpt(song: usize) -> &'static (Audio, f64) {
    static EXCERPTS: [OnceLock<(Audio, f64)>; 5] = [const { OnceLock::new() }; 5];
    EXCERPTS[song].get_or_init(|| {
        let (file, start_s) = SONGS[song];
        let mut audio = decode(Path::new(file), &|_| {}).unwrap();
        let rate = f64::from(audio.sample_rate);
        let start = (start_s * rate) as usize;
        audio.frames = audio.frames[start..start + (SECONDS * rate) as usize].to_vec();
        fade(&mut audio.frames, audio.sample_rate as usize / 20);
        let lufs = measure(&audio).integrated_lufs;
        (audio, lufs)
    })
}

/// Both ends faded: an excerpt would begin and end in full swing.
fn fade(frames: &mut [[f32; 2]], length: usize) {
    let last = frames.len() - 1;
    for n in 0..length {
        let gain = n as f32 / length as f32;
        frames[n] = frames[n].map(|x| x * gain);
        frames[last - n] = frames[last - n].map(|x| x * gain);
    }
}

pub fn write(path: &Path, sample_rate: u32, frames: &[[f32; 2]]) {
    let spec = WavSpec { channels: 2, sample_rate, bits_per_sample: 24, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).unwrap();
    for x in frames.as_flattened() {
        writer
            .write_sample((f64::from(*x) * 8_388_607.0).round().clamp(-8_388_608.0, 8_388_607.0) as i32)
            .unwrap();
    }
    writer.finalize().unwrap();
}

/// Loudness of a file by another implementation, LUFS, and its length in frames.
pub fn oracle(path: &Path) -> (f64, usize) {
    let audio = decode(path, &|_| {}).unwrap();
    let mut oracle = ebur128::EbuR128::new(2, audio.sample_rate, ebur128::Mode::I).unwrap();
    oracle.add_frames_f32(audio.frames.as_flattened()).unwrap();
    (oracle.loudness_global().unwrap(), audio.frames.len())
}

/// Everything below a folder, with `/`.
pub fn names_below(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
            } else {
                names.push(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}
