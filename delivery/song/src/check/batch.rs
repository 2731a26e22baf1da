//! Many files at a time, one a core, with their reports in the order of the files.

use super::{CheckError, CheckOptions, Report, check};
use crate::jobs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress<'a> {
    /// Something of a file is done, 0 to 1.
    Under {
        /// Its place in the batch.
        index: usize,
        /// The file.
        path: &'a Path,
        /// Share of it.
        done: f64,
    },
    /// A file is finished, whether it could be read or not.
    Finished {
        /// Its place in the batch.
        index: usize,
    },
}

/// What workers tell the thread that waits for them.
enum Message {
    Under(usize, f64),
    Finished(usize),
}

/// Steps of progress that are told of a file: more are not seen.
const STEPS: f64 = 200.0;

/// Checks every file, as many at a time as there are cores. An entry that is an error already, and a file that cannot be read, keep
/// their place and keep no other from being checked. `progress` is called on this thread.
pub fn check_all(
    files: Vec<Result<PathBuf, CheckError>>,
    wishes: &CheckOptions,
    progress: &mut dyn FnMut(Progress),
) -> Vec<Result<Report, CheckError>> {
    let at_a_time = jobs::at_a_time(files.len());
    let (sender, receiver) = mpsc::channel();
    let reports = std::thread::scope(|scope| {
        let files = &files;
        let checks = scope.spawn(move || {
            jobs::each(files, at_a_time, |index, file| {
                let path = file.as_ref().ok()?;
                let report = check_one(path, wishes, index, &sender);
                // The receiver outlives every sender.
                let _ = sender.send(Message::Finished(index));
                Some(report)
            })
        });
        for message in &receiver {
            match message {
                Message::Under(index, done) => {
                    if let Ok(path) = &files[index] {
                        progress(Progress::Under { index, path, done });
                    }
                }
                Message::Finished(index) => progress(Progress::Finished { index }),
            }
        }
        checks.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    // What was an error already was not checked.
    let kept = |(file, report): (Result<PathBuf, CheckError>, Option<_>)| {
        file.and_then(|path| report.unwrap_or(Err(CheckError::BrokenOff { path })))
    };
    files.into_iter().zip(reports).map(kept).collect()
}

/// One file. Should the check panic, which it must not, that file alone is lost.
fn check_one(
    path: &Path,
    wishes: &CheckOptions,
    index: usize,
    sender: &mpsc::Sender<Message>,
) -> Result<Report, CheckError> {
    let told = std::cell::Cell::new(0.0);
    let tell = |done: f64| {
        if done - told.get() >= 1.0 / STEPS {
            told.set(done);
            let _ = sender.send(Message::Under(index, done));
        }
    };
    catch_unwind(AssertUnwindSafe(|| check(path, wishes, &tell)))
        .unwrap_or_else(|_| Err(CheckError::BrokenOff { path: path.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::detect::Verdict;

    #[test]
    fn reports_keep_the_order_of_the_files_and_errors_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        // The longest first, so that on several cores it is finished last.
        for (n, seconds) in [3u32, 1, 2].into_iter().enumerate() {
            let path = folder.path().join(format!("{n}.wav"));
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: 48_000,
                bits_per_sample: 16,
                sample_format: hound::SampleFormat::Int,
            };
            let mut writer = hound::WavWriter::create(&path, spec).unwrap();
            for n in 0..seconds * 48_000 {
                writer.write_sample((8000.0 * (n as f64 * 0.05).sin()) as i16).unwrap();
            }
            writer.finalize().unwrap();
            files.push(Ok(path));
        }
        files.insert(1, Ok(folder.path().join("absent.wav")));
        files.push(Err(CheckError::NoAudio { path: "empty".into() }));
        let mut finished = 0;
        let reports = check_all(files, &CheckOptions::new(Vec::new(), false), &mut |progress| {
            finished += usize::from(matches!(progress, Progress::Finished { .. }));
        });
        assert_eq!(finished, 4);
        let seconds: Vec<Option<f64>> =
            reports.iter().map(|report| report.as_ref().ok().map(Report::duration_s)).collect();
        assert_eq!(seconds, [Some(3.0), None, Some(1.0), Some(2.0), None]);
        assert!(matches!(&reports[4], Err(CheckError::NoAudio { .. })));
        assert!(reports[0].as_ref().is_ok_and(|report| report.verdict() <= Verdict::SendBack));
    }
}
