//! The same music rendered here and on another platform, compared sample by sample.
//!
//! What has no transform in it is the same to the last bit: the test of the golden renders compares hashes. Where a transform stands in
//! the way (the equalizer's linear phase, the limiter above Live) each kind of processor adds in an order of its own: how far apart the
//! renders lie is told, and held to a bound.

use crate::{product, run};
use anyhow::{Context, ensure};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the CLAP makes of a demo mix in a host (`clap-render`), and what the command makes of that.
pub const MADE: [&str; 2] = ["lacquer-demo-master.wav", "master.wav"];
/// The command's line.
pub const MASTER: [&str; 6] = ["master", MADE[0], "--target", "spotify", "-o", MADE[1]];

/// How far apart two samples may lie, dBFS: below a step of 16 bits. Dither of 24 bits that once falls on the other side moves what comes
/// after by some steps of -138 dBFS. Measured: -319 under Wine on the same processor, -101 on ARM.
const NEAR_DBFS: f64 = -100.0;
/// The same of renders in words of 16 bits, whose steps are -90 dBFS: one that falls on the other side is scattered by the noise shaper
/// over what comes after. Measured on ARM: four steps at most, in one sample of 200; twice that is allowed.
const NEAR_IN_WORDS_DBFS: f64 = -72.0;
/// A step of words of 16 bits, full scale as 1.
const STEP: f64 = 1.0 / 32_768.0;

/// Makes the files here, by the programs of this machine, and compares them with those in `there`.
///
/// # Errors
/// They differ by more than the bound, or a program fails.
pub fn files(there: &Path) -> anyhow::Result<()> {
    product::build()?;
    let here = run::target().join("cross/here");
    product::fresh_folder(&here)?;
    let clap = run::target().join("bundled/Lacquer.clap");
    run::command(Command::new(product::program("clap-render")).arg(clap).current_dir(&here))?;
    run::command(Command::new(product::program("lacquer")).args(MASTER).current_dir(&here))?;
    MADE.iter().try_for_each(|name| compare(&here, there, name, &wave))
}

/// Makes the golden renders here, and compares all of them with those in `there`.
///
/// # Errors
/// As [`files`].
pub fn renders(there: &Path) -> anyhow::Result<()> {
    let here = run::target().join("cross/renders");
    product::fresh_folder(&here)?;
    let line = ["test", "--release", "--locked", "-p", "lacquer-dsp", "--test", "golden"];
    run::command(Command::new("cargo").args(line).env(KEPT, &here).current_dir(run::workspace()))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(&here)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    ensure!(!names.is_empty(), "the test of the golden renders kept none");
    names.iter().try_for_each(|name| compare(&here, there, name, &plain))
}

/// Names the folder in which `dsp/tests/golden.rs` keeps its renders.
pub const KEPT: &str = "LACQUER_RENDERS";

/// Tells how far apart the files of a name lie in two folders.
fn compare(
    here: &Path,
    there: &Path,
    name: &str,
    samples: &dyn Fn(&Path) -> anyhow::Result<Vec<f64>>,
) -> anyhow::Result<()> {
    let [ours, theirs] = [here, there]
        .map(|folder| folder.join(name))
        .map(|path| samples(&path).with_context(|| path.display().to_string()));
    let (ours, theirs) = (ours?, theirs?);
    let distance = Distance::between(&ours, &theirs).with_context(|| name.to_owned())?;
    println!("{name}: {distance}");
    let near_dbfs = near_dbfs(&ours);
    ensure!(distance.largest_dbfs() <= near_dbfs, "{name}: {distance}; {near_dbfs:.0} dBFS are allowed");
    Ok(())
}

/// How far from a render another one of it may lie, dBFS.
fn near_dbfs(samples: &[f64]) -> f64 {
    let is_in_words = samples.iter().all(|x| (x / STEP).fract() == 0.0);
    if is_in_words { NEAR_IN_WORDS_DBFS } else { NEAR_DBFS }
}

/// The samples of a WAV, full scale as 1.
fn wave(path: &Path) -> anyhow::Result<Vec<f64>> {
    let mut reader = hound::WavReader::open(path)?;
    let spec = reader.spec();
    Ok(match spec.sample_format {
        hound::SampleFormat::Float => {
            reader.samples::<f32>().map(|sample| sample.map(f64::from)).collect::<Result<_, _>>()?
        }
        hound::SampleFormat::Int => {
            let full = f64::from(spec.bits_per_sample - 1).exp2();
            reader
                .samples::<i32>()
                .map(|sample| sample.map(|x| f64::from(x) / full))
                .collect::<Result<_, _>>()?
        }
    })
}

/// The samples of a golden render.
fn plain(path: &Path) -> anyhow::Result<Vec<f64>> {
    let bytes = fs::read(path)?;
    let (samples, rest) = bytes.as_chunks();
    ensure!(rest.is_empty(), "cut off");
    Ok(samples.iter().map(|sample| f64::from_le_bytes(*sample)).collect())
}

/// How far apart two renders lie.
struct Distance {
    /// Samples that differ in any bit, and all of them.
    differ: usize,
    of: usize,
    /// The largest difference.
    largest: f64,
}

impl Distance {
    fn between(ours: &[f64], theirs: &[f64]) -> anyhow::Result<Self> {
        ensure!(ours.len() == theirs.len(), "{} samples here and {} there", ours.len(), theirs.len());
        let mut distance = Self { differ: 0, of: ours.len(), largest: 0.0 };
        for (ours, theirs) in ours.iter().zip(theirs) {
            if ours.to_bits() != theirs.to_bits() {
                distance.differ += 1;
                let apart = (ours - theirs).abs();
                // What is no number is as far as can be.
                distance.largest = distance.largest.max(if apart.is_nan() { f64::INFINITY } else { apart });
            }
        }
        Ok(distance)
    }

    fn largest_dbfs(&self) -> f64 {
        20.0 * self.largest.log10()
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.differ == 0 {
            return write!(f, "the same {} samples", self.of);
        }
        let largest = self.largest_dbfs();
        write!(f, "{} of {} samples differ, by {largest:.1} dBFS at most", self.differ, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_counted_and_what_is_no_number_is_never_near() {
        let same = Distance::between(&[0.5, -0.25], &[0.5, -0.25]).unwrap();
        assert_eq!((same.differ, same.largest_dbfs()), (0, f64::NEG_INFINITY));
        let apart = Distance::between(&[0.5, -0.25, 0.0], &[0.501, -0.25, -0.0]).unwrap();
        assert_eq!((apart.differ, apart.of), (2, 3));
        assert!((apart.largest_dbfs() + 60.0).abs() < 1e-9, "{apart}");
        assert!(Distance::between(&[0.5], &[f64::NAN]).unwrap().largest_dbfs() > NEAR_DBFS);
        assert!(Distance::between(&[0.5], &[]).is_err());
        let near = [near_dbfs(&[0.5, -3.0 * STEP]), near_dbfs(&[0.5, 0.3 * STEP])];
        assert_eq!(near, [NEAR_IN_WORDS_DBFS, NEAR_DBFS]);
    }
}
