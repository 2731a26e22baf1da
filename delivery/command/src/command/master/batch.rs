//! Many mixes into a folder of masters, several at a time.

use super::asked::Asked;
use super::places::{Song, Songs};
use super::report::Report;
use super::song::{Done, Outcome, make};
use super::{MasterArguments, tag};
use crate::command::check::short_name;
use crate::command::exit;
use crate::command::output::{Lines, print_json, remark, say, tell};
use crate::command::progress::{Bar, Bars};
use anyhow::anyhow;
use lacquer_files::decode::Limits;
use lacquer_song::jobs;
use lacquer_storage::atomic_file::folder_of;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Letters of a name beside its bar.
const NAME: usize = 24;

/// Makes every master that can be made; one that cannot keeps no other from being made.
pub fn run(
    arguments: &MasterArguments,
    asked: &Asked,
    found: &Songs,
    limits: Limits,
) -> anyhow::Result<ExitCode> {
    for song in &found.songs {
        let folder = folder_of(&song.output);
        std::fs::create_dir_all(folder)
            .map_err(|error| anyhow!("{}: cannot be made: {error}", folder.display()))?;
    }
    let bars = Bars::new(found.songs.len(), NAME);
    let finished = AtomicUsize::new(0);
    let results = jobs::each(&found.songs, jobs::songs_at_a_time(found.songs.len()), |_, song| {
        bars.aside(|| say(format_args!("{} -> {}", song.input.display(), song.output.display())));
        let bar = bars.begin(short_name(&song.input));
        let done = make(song, asked, arguments, limits, &|message, done| bar.show(message, done));
        drop(bar);
        bars.finished(1 + finished.fetch_add(1, Ordering::Relaxed));
        bars.aside(|| match &done {
            Ok(Done { outcome: Outcome::SentBack(line), .. }) => tell(line),
            Ok(Done { remarks, .. }) => remarks.iter().for_each(remark),
            Err(error) => tell(error),
        });
        done
    });
    drop(bars);
    let mut code = exit::DONE;
    for refused in &found.refused {
        tell(refused);
        code = exit::FAILED;
    }
    let (mut reports, mut made) = (Vec::new(), Vec::new());
    for (song, result) in found.songs.iter().zip(results) {
        match result.map(|done| done.outcome) {
            Ok(Outcome::Made(report)) => {
                reports.push(report);
                made.push(song.clone());
            }
            Ok(Outcome::SentBack(_)) => code = exit::worse(code, exit::PERSON),
            Err(_) => code = exit::worse(code, exit::FAILED),
        }
    }
    if arguments.replay_gain {
        code = exit::worse(code, tag(&made, &limits, &Bar::new("Measuring")));
    }
    if arguments.json {
        let lines = reports.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        print_json(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    } else {
        describe(&reports, &made, found.songs.len() + found.refused.len()).report()?;
    }
    Ok(ExitCode::from(code))
}

/// A line a master, and how many there are.
fn describe(reports: &[Box<Report>], made: &[Song], asked_for: usize) -> Lines {
    let rows: Vec<Vec<String>> = reports
        .iter()
        .zip(made)
        .map(|(report, song)| {
            let [before, after, peak] = report.levels();
            vec![song.output.display().to_string(), before, after, peak]
        })
        .collect();
    let mut lines = Lines::default();
    if !rows.is_empty() {
        lines.table(&["", "mix LUFS", "LUFS", "dBTP"], &rows);
        lines.gap();
    }
    lines.line(format_args!("{} of {asked_for} mastered", made.len()));
    lines
}
