//! `lacquer measure`.

use super::output::{Lines, print_json, tell};
use super::progress::Bar;
use clap::Args;
use lacquer_delivery::Error;
use lacquer_delivery::decode::{Limits, Reader};
use lacquer_delivery::measure::{Readings, measure_blocks};
use lacquer_delivery::warnings::warnings;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Arguments of `lacquer measure`.
#[derive(Args)]
pub struct MeasureArguments {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON, one object in a line for each file
    #[arg(long)]
    json: bool,
}

/// A file's readings in JSON.
#[derive(Serialize)]
struct Measured {
    file: String,
    sample_rate_hz: u32,
    channels: usize,
    duration_s: f64,
    #[serde(flatten)]
    readings: Readings,
    /// What is wrong with the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl Measured {
    fn of(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader::open(path, limits)?;
        let measurement = measure_blocks(&mut reader)?;
        reader.require_whole()?;
        let duration_s = reader.frames() as f64 / f64::from(reader.sample_rate());
        Ok(Self {
            file: path.display().to_string(),
            sample_rate_hz: reader.sample_rate(),
            channels: reader.channels(),
            duration_s: (duration_s * 1000.0).round() / 1000.0,
            readings: Readings::from(&measurement),
            warnings: warnings(&reader),
        })
    }
}

/// Measures the files, as many at a time as there are cores, and prints them in the order given. One that cannot be read does not
/// keep the others from being measured.
pub fn run(arguments: &MeasureArguments, limits: Limits) -> anyhow::Result<()> {
    let bar = Bar::new("Measuring");
    let mut results = measure_all(&arguments.files, &limits, &bar);
    drop(bar);
    let mut failed = None;
    let mut measured = Vec::new();
    for result in results.drain(..) {
        match result {
            Ok(file) => {
                for warning in &file.warnings {
                    tell(format_args!("{}: {warning}", file.file));
                }
                measured.push(file);
            }
            Err(error) => {
                if let Some(earlier) = failed.replace(error) {
                    tell(earlier);
                }
            }
        }
    }
    if arguments.json {
        let mut text = String::new();
        for file in &measured {
            text += &(serde_json::to_string(file)? + "\n");
        }
        print_json(&text)?;
    } else {
        let mut lines = Lines::default();
        for (n, file) in measured.iter().enumerate() {
            if n > 0 {
                lines.gap();
            }
            describe(file, &mut lines);
        }
        lines.print()?;
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

fn describe(file: &Measured, lines: &mut Lines) {
    let channels = if file.channels == 1 { "mono" } else { "stereo" };
    let rows: Vec<Vec<String>> = file
        .readings
        .rows()
        .into_iter()
        .map(|(name, value, unit)| vec![name.to_owned(), value, unit.to_owned()])
        .collect();
    lines.line(format_args!(
        "{}  {} Hz, {channels}, {:.1} s",
        file.file, file.sample_rate_hz, file.duration_s
    ));
    lines.table(&["", "", ""], &rows);
}

fn measure_all(files: &[PathBuf], limits: &Limits, bar: &Bar) -> Vec<Result<Measured, Error>> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(files.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                while let Some((index, path)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    files.get(index).map(|path| (index, path))
                } {
                    let result = Measured::of(path, limits);
                    // The receiver outlives every sender.
                    let _ = sender.send((index, result));
                }
            });
        }
        drop(sender);
        let mut results: Vec<_> = Vec::with_capacity(files.len());
        for result in &receiver {
            results.push(result);
            bar.show("Measuring", results.len() as f64 / files.len() as f64);
        }
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    })
}
