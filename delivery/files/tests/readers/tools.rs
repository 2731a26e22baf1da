//! Files that others make and read: sox, ffmpeg, LAME, flac, vorbis-tools, opus-tools, libsndfile.

pub use crate::song::*;

use lacquer_dsp::detect::Severity;
use lacquer_files::Error;
use lacquer_files::decode::{Decoded, Limits, Reader};
use std::path::Path;
use std::process::{Command, Stdio};

impl Scene {
    /// What Lacquer reads of such bytes.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Read {
        Read::of(&self.write(name, bytes))
    }
}

/// What was read, and what was said.
pub struct Read {
    pub outcome: Result<Decoded, Error>,
}

impl Read {
    pub fn of(path: &Path) -> Self {
        let outcome = Reader::open(path, &Limits::default())
            .and_then(|reader| reader.collect(&|_| {}))
            .map(|(decoded, _)| decoded);
        Self { outcome }
    }

    pub fn decoded(&self) -> &Decoded {
        self.outcome.as_ref().unwrap()
    }

    pub fn frames(&self) -> usize {
        self.decoded().audio.frames.len()
    }

    /// Everything that is said of it, one finding a line: severity, fact and the first time.
    pub fn said(&self) -> String {
        match &self.outcome {
            Ok(decoded) => decoded
                .findings
                .iter()
                .map(|finding| {
                    let at = finding.places.first().map_or(0, |place| place.start_frame);
                    let at_s = at as f64 / f64::from(decoded.audio.sample_rate);
                    format!("{}: {} @{at_s:.3}\n", finding.severity.id(), finding.fact)
                })
                .collect(),
            Err(error) => format!("refused: {error}\n"),
        }
    }

    /// Whether it is refused or said with more than a note.
    pub fn is_named(&self) -> bool {
        match &self.outcome {
            Ok(decoded) => decoded.findings.iter().any(|finding| finding.severity > Severity::Note),
            Err(_) => true,
        }
    }

    /// Whether the mix goes back.
    pub fn is_sent_back(&self) -> bool {
        match &self.outcome {
            Ok(decoded) => decoded.findings.iter().any(|finding| finding.severity == Severity::Fail),
            Err(_) => true,
        }
    }

    /// Whether the samples are the song's, all of them, and nothing is said.
    pub fn is_the_song(&self) -> bool {
        let song = frames();
        let of = |x: i16| f32::from(x) / 32_768.0;
        self.said().is_empty()
            && self.frames() == song.len()
            && self.decoded().audio.frames.iter().zip(&song).all(|(read, made)| *read == made.map(of))
    }
}

/// What ffmpeg reads, as interleaved samples of two channels; none where it reads nothing.
pub fn by_ffmpeg(path: &Path) -> Vec<[f32; 2]> {
    let output = Command::new("ffmpeg")
        .args(["-v", "quiet", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-ac", "2", "-f", "f32le", "-"])
        .output()
        .unwrap();
    samples(&output.stdout)
}

/// What another tool than ffmpeg reads of a file, by its ending.
pub fn by_another(path: &Path) -> Vec<[f32; 2]> {
    let raw = path.with_extension("raw32");
    let wav = path.with_extension("by_another.wav");
    let _ = std::fs::remove_file(&raw);
    let _ = std::fs::remove_file(&wav);
    let run = |tool: &str, before: &[&str], after: &[&str], input: &Path, output: &Path| {
        let mut command = Command::new(tool);
        command.args(before).arg(input).args(after).arg(output).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = command.status().unwrap();
    };
    let input = match path.extension().and_then(|ending| ending.to_str()) {
        Some("mp3") => {
            run("lame", &["--quiet", "--decode"], &[], path, &wav);
            &wav
        }
        Some("opus") => {
            run("opusdec", &["--quiet", "--float"], &[], path, &wav);
            &wav
        }
        Some("flac") => {
            run("flac", &["-s", "-d", "-f", "-F", "-o"], &[], &wav, path);
            &wav
        }
        _ => path,
    };
    run("sox", &["-V0", "-D"], &["-t", "f32", "-c", "2"], input, &raw);
    samples(&std::fs::read(raw).unwrap_or_default())
}

fn samples(bytes: &[u8]) -> Vec<[f32; 2]> {
    let words = bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect::<Vec<_>>();
    words.as_chunks::<2>().0.to_vec()
}

/// Changes the pages of an Ogg file, whose checksums are made anew: number of the page, its position, its bytes. A page that `change`
/// gives none for is left out.
pub fn change_pages(bytes: &[u8], change: impl Fn(usize, i64) -> Option<i64>) -> Vec<u8> {
    let mut rest = bytes;
    let mut out = Vec::new();
    let mut number = 0;
    while rest.len() > 27 {
        let table = &rest[27..27 + usize::from(rest[26])];
        let length = 27 + table.len() + table.iter().map(|length| usize::from(*length)).sum::<usize>();
        let mut page = rest[..length].to_vec();
        let position = i64::from_le_bytes(page[6..14].try_into().unwrap());
        if let Some(position) = change(number, position) {
            page[6..14].copy_from_slice(&position.to_le_bytes());
            page[22..26].fill(0);
            let mut crc = 0u32;
            for byte in &page {
                crc ^= u32::from(*byte) << 24;
                for _ in 0..8 {
                    crc = if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
                }
            }
            page[22..26].copy_from_slice(&crc.to_le_bytes());
            out.extend(page);
        }
        rest = &rest[length..];
        number += 1;
    }
    out
}
