//! What is asked of an album over the mixes.

pub use crate::mixes::*;

use lacquer_album::Report;
use lacquer_files::Audio;
use lacquer_files::decode::decode;

impl Scene {
    pub fn build(&self, text: &str) -> Report {
        self.build_in(text, "out")
    }

    pub fn files(&self, report: &Report, out: &str, output: &str) -> Vec<Audio> {
        let is_audio = |path: &str| !path.ends_with(".txt");
        let paths = report.files.iter().filter(|file| file.path.starts_with(output) && is_audio(&file.path));
        paths.map(|file| decode(&self.path(out).join(&file.path), &|_| {}).unwrap()).collect()
    }
}

pub fn end_to_end(files: &[Audio]) -> Vec<[f32; 2]> {
    files.iter().flat_map(|audio| audio.frames.iter().copied()).collect()
}

pub fn db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

/// The album's loudness by the ebur128 crate, over the files set end to end.
pub fn oracle_lufs(frames: &[[f32; 2]], rate: u32) -> f64 {
    let mut oracle = ebur128::EbuR128::new(2, rate, ebur128::Mode::I).unwrap();
    oracle.add_frames_f32(frames.as_flattened()).unwrap();
    oracle.loudness_global().unwrap()
}
