//! Many mixes into a folder of masters, several at a time.

use super::asked::Asked;
use super::not_made::NotMade;
use super::places::{Song, Songs};
use super::report::Report;
use super::song::{Done, make};
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
    let bars = Bars::new(found.songs.len(), NAME);
    let finished = AtomicUsize::new(0);
    let make = |song: &Song| {
        make_folder(song)?;
        bars.aside(|| say(format_args!("{} -> {}", song.input.display(), song.output.display())));
        let bar = bars.begin(short_name(&song.input));
        let Done { outcome, remarks } =
            make(song, asked, arguments, limits, &|message, done| bar.show(message, done));
        bars.aside(|| remarks.iter().for_each(remark));
        outcome
    };
    let results = jobs::each(&found.songs, jobs::songs_at_a_time(found.songs.len()), |_, song| {
        let made = match song {
            Ok(song) => make(song).map(|report| (song, report)),
            Err(not_made) => Err(not_made.clone()),
        };
        bars.finished(1 + finished.fetch_add(1, Ordering::Relaxed));
        if let Err(not_made) = &made {
            bars.aside(|| tell(not_made));
        }
        made
    });
    drop(bars);
    let mut code = exit::DONE;
    let (mut json, mut made) = (String::new(), Vec::new());
    for result in results {
        let line = match result {
            Ok((song, report)) => {
                let line = serde_json::to_string(&report)?;
                made.push((song, report));
                line
            }
            Err(not_made) => {
                code = exit::worse(code, not_made.code());
                serde_json::to_string(&not_made)?
            }
        };
        json += &(line + "\n");
    }
    if arguments.replay_gain {
        code = exit::worse(code, tag(made.iter().map(|(song, _)| *song), &limits, &Bar::new("Measuring")));
    }
    if arguments.json {
        print_json(&json)?;
    } else {
        describe(&made, found.songs.len()).report()?;
    }
    Ok(ExitCode::from(code))
}

/// Makes the folder of a master.
fn make_folder(song: &Song) -> Result<(), NotMade> {
    let folder = folder_of(&song.output);
    std::fs::create_dir_all(folder).map_err(|error| {
        NotMade::failed(&song.input, &anyhow!("{}: cannot be made: {error}", folder.display()))
    })
}

/// A line a master, and how many there are.
fn describe(made: &[(&Song, Box<Report>)], asked_for: usize) -> Lines {
    let rows: Vec<Vec<String>> = made
        .iter()
        .map(|(song, report)| {
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
