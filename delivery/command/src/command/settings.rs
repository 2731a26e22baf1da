//! `lacquer.toml`: what the options are where the command line does not say.
//!
//! ```toml
//! jobs = 2
//!
//! [master]
//! target = "spotify"
//! suffix = " (master)"
//! set = { limiter_style = "punch" }
//!
//! [check]
//! skip = ["head_and_tail"]
//! threshold = { noise_floor = -50 }
//! ```
//!
//! A key is an option's name. The file in the working folder goes before the user's own, and the command line before both. No key names a
//! place that is written to, none forces anything and none silences anything: the working folder may be a stranger's, and that its file
//! holds is told.

use super::{Command, check};
use anyhow::{Context, anyhow, bail};
use clap::{ArgAction, CommandFactory};
use lacquer_album::toml_places::{Places, Step, Wrong};
use lacquer_files::error::SAMPLE_RATES;
use lacquer_params::{Preset, Tree};
use lacquer_storage::regular_file::read_regular_text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file's name.
pub const NAME: &str = "lacquer.toml";
/// Largest file that is read, bytes.
const LARGEST_BYTES: u64 = 1 << 16;

/// The options that may be given, by subcommand; those of the first are everybody's.
const KEYS: [(&str, &[&str]); 5] = [
    ("", &["jobs", "longest", "verbose"]),
    ("check", &["master", "target", "skip", "only", "threshold"]),
    (
        "master",
        &[
            "preset",
            "set",
            "target",
            "ceiling",
            "word-length",
            "rate",
            "fix",
            "limiter",
            "suffix",
            "flac",
            "archive",
            "replay-gain",
            "skip",
            "only",
            "threshold",
        ],
    ),
    ("codec", &["codec", "ceiling", "word-length"]),
    ("album", &["limiter"]),
];

/// Values by subcommand and option.
type Defaults = BTreeMap<(&'static str, &'static str), Vec<String>>;

/// The command with the defaults of these files, the first of which goes before the second.
///
/// # Errors
/// With file and line, what is wrong with one of them, and what to give.
pub fn with_defaults(files: &[PathBuf]) -> anyhow::Result<clap::Command> {
    let mut defaults = Defaults::new();
    for file in files {
        for (key, values) in read(file)? {
            defaults.entry(key).or_insert(values);
        }
    }
    let mut command = Command::command();
    for ((section, option), values) in defaults {
        let set = |command: clap::Command| {
            command.mut_args(|arg| {
                if arg.get_long() == Some(option) { arg.default_values(values.clone()) } else { arg }
            })
        };
        command = if section.is_empty() { set(command) } else { command.mut_subcommand(section, set) };
    }
    Ok(command)
}

/// The files that are there: the working folder's and the user's.
pub fn usual() -> Vec<PathBuf> {
    let own = etcetera::base_strategy::choose_native_strategy().ok().map(|home| {
        use etcetera::BaseStrategy;
        home.config_dir().join("lacquer").join(NAME)
    });
    [Some(PathBuf::from(NAME)), own].into_iter().flatten().filter(|file| file.exists()).collect()
}

/// Reads a file.
fn read(file: &Path) -> anyhow::Result<Defaults> {
    let text = read_regular_text(file, LARGEST_BYTES)
        .map_err(|error| anyhow!("{}: cannot be read: {error}", file.display()))?;
    parse(&text).map_err(|Wrong { line, reason }| anyhow!("{}, line {line}: {reason}", file.display()))
}

fn parse(text: &str) -> Result<Defaults, Wrong> {
    let places = Places::read(text)?;
    let table: toml::Table = toml::from_str(text).map_err(|error| Wrong::new(text, &error))?;
    let mut defaults = Defaults::new();
    for (name, value) in &table {
        let section = KEYS.into_iter().skip(1).find(|(section, _)| *section == name);
        if let (Some((section, options)), toml::Value::Table(table)) = (section, value) {
            for (key, value) in table {
                let steps = [Step::Key(name), Step::Key(key)];
                let (option, values) = option(&places, &steps, (section, options), key, value)?;
                defaults.insert((section, option), values);
            }
        } else {
            let (section, options) = KEYS[0];
            let (option, values) = option(&places, &[Step::Key(name)], (section, options), name, value)?;
            defaults.insert((section, option), values);
        }
    }
    Ok(defaults)
}

/// An option and its values; each is held against what the option takes.
fn option<'a>(
    places: &Places,
    steps: &[Step<'a>],
    (section, options): (&'static str, &[&'static str]),
    key: &'a str,
    value: &'a toml::Value,
) -> Result<(&'static str, Vec<String>), Wrong> {
    let wrong = |steps: &[Step], reason: String| {
        let place = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        Wrong { line: places.line(steps), reason: format!("{place}: {reason}") }
    };
    let wanted = key.replace('_', "-");
    let Some(option) = options.iter().copied().find(|option| *option == wanted) else {
        let sections: Vec<String> = KEYS.iter().skip(1).map(|(name, _)| format!("[{name}]")).collect();
        let tables =
            if section.is_empty() { format!(", or a table: {}", sections.join(", ")) } else { String::new() };
        let reason = format!("there is no such key; give some of: {}{tables}", options.join(", "));
        return Err(wrong(steps, reason));
    };
    let mut values = Vec::new();
    for (step, value) in entries(value) {
        let steps: Vec<Step> = steps.iter().copied().chain(step).collect();
        let value = value.map_err(|reason| wrong(&steps, reason))?;
        check_value(section, option, &value).map_err(|reason| wrong(&steps, reason))?;
        values.push(value);
    }
    Ok((option, values))
}

/// The values of a key as the command line has them, each with where it stands: those of a list, or of a table as id=value.
fn entries(value: &toml::Value) -> Vec<(Option<Step<'_>>, Result<String, String>)> {
    match value {
        toml::Value::Array(values) => {
            values.iter().enumerate().map(|(n, value)| (Some(Step::Entry(n)), text(value))).collect()
        }
        toml::Value::Table(table) => {
            let of = |(key, value): (&String, &toml::Value)| match value {
                toml::Value::Boolean(on) => Ok(format!("{key}={}", if *on { "on" } else { "off" })),
                value => text(value).map(|value| format!("{key}={value}")),
            };
            table.iter().map(|entry| (Some(Step::Key(entry.0)), of(entry))).collect()
        }
        value => vec![(None, text(value))],
    }
}

/// Holds a value against what its option takes.
fn check_value(section: &str, option: &str, value: &str) -> Result<(), String> {
    let command = Command::command();
    let owner = if section.is_empty() { Some(&command) } else { command.find_subcommand(section) };
    let arg = owner.and_then(|owner| owner.get_arguments().find(|arg| arg.get_long() == Some(option)));
    let arg = arg.ok_or("there is no such option")?;
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return if matches!(value, "true" | "false") { Ok(()) } else { Err("give true or false".to_owned()) };
    }
    // An option of its own: what it needs or excludes beside it is the command line's matter.
    let alone = clap::Arg::new("value")
        .long("value")
        .action(arg.get_action().clone())
        .value_parser(arg.get_value_parser().clone());
    let given = [format!("--value={value}")];
    let parsed = clap::Command::new("lacquer").no_binary_name(true).arg(alone).try_get_matches_from(given);
    if let Err(error) = parsed {
        let said = error.to_string();
        let said =
            said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("For more"));
        let said = said.collect::<Vec<_>>().join(" ");
        return Err(said.trim_start_matches("error: ").replace(" for '--value <value>'", ""));
    }
    check_meaning(option, value).map_err(|error| error.to_string())
}

/// A value as the command line has it.
fn text(value: &toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) => Ok(number.to_string()),
        toml::Value::Boolean(on) => Ok(on.to_string()),
        other => Err(format!("give a text, a number, true or false, not {}", other.type_str())),
    }
}

/// What is only found out when the work begins is found out here, where the line is known.
fn check_meaning(option: &str, value: &str) -> anyhow::Result<()> {
    match option {
        "target" => drop(check::target(value)?),
        "preset" => drop(Preset::find(value)?),
        "set" => {
            let (id, value) = value.split_once('=').context("give it as id=value")?;
            Tree::new().set_from_text(id, value)?;
        }
        "rate" if !SAMPLE_RATES.iter().any(|hz| hz.to_string() == value) => {
            bail!("{value}: give one of {SAMPLE_RATES:?}")
        }
        "ceiling" if !value.parse::<f64>().is_ok_and(|dbtp| (-12.0..=0.0).contains(&dbtp)) => {
            bail!("{value}: give a level between -12 and 0 dBTP")
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_an_option_of_its_subcommand() {
        let command = Command::command();
        for (section, options) in KEYS {
            let owner = if section.is_empty() { Some(&command) } else { command.find_subcommand(section) };
            for option in options {
                let found = owner.and_then(|owner| {
                    owner.get_arguments().find(|arg| arg.get_long() == Some(option) && !arg.is_required_set())
                });
                assert!(found.is_some(), "{section} --{option}");
            }
        }
    }

    #[test]
    fn the_manual_of_the_file_has_every_key() {
        let manual = include_str!("../../../../docs/settings.md");
        for (section, options) in KEYS {
            let row = manual.lines().find(|line| {
                line.starts_with(&if section.is_empty() {
                    "| (none)".to_owned()
                } else {
                    format!("| `[{section}]`")
                })
            });
            let keys: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
            assert!(row.is_some_and(|row| row.ends_with(&format!("| {} |", keys.join(", ")))), "[{section}]");
        }
    }

    #[test]
    fn no_key_writes_anywhere_or_forces_anything() {
        let dangerous =
            ["quiet", "output", "html", "cache", "ledger", "force", "anyway", "replace", "config"];
        for (section, options) in KEYS {
            assert!(options.iter().all(|option| !dangerous.contains(option)), "{section}");
        }
    }

    #[test]
    fn slips_are_told_with_their_line() {
        for (text, line, says) in [
            ("jobs = 0", 1, "jobs"),
            ("\njobs = \"two\"", 2, "jobs"),
            ("[master]\n\ntaget = \"cd\"", 3, "word-length"),
            ("note = \"\"\"\n[master]\nrate = 1\n\"\"\"", 1, "[master]"),
            ("[master]\nrate = 12", 2, "44100"),
            ("[master]\nceiling = 3", 2, "-12 and 0"),
            ("[master]\ntarget = \"myspace\"", 2, "spotify"),
            ("[master]\npreset = \"shiny\"", 2, "Warm tape"),
            ("[master.set]\nlimiter_drive = 3\nlimiter_drvie = 3", 3, "limiter_drive"),
            ("[master]\nlimiter = \"louder\"", 2, "best"),
            ("[master]\nflac = \"yes\"", 2, "true or false"),
            ("[check]\nskip = [\n\"clicks\",\n\"clocks\"]", 4, "noise_floor"),
            ("[check.threshold]\nfile = 3", 2, "--skip"),
            ("[check]\nhtml = \"x.html\"", 2, "no such key"),
            ("jobs = ", 1, ""),
        ] {
            let wrong = parse(text).expect_err(text);
            assert!(wrong.line == line && wrong.reason.contains(says), "{text}: {wrong:?}");
            assert_eq!(wrong.reason.lines().count(), 1, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_given_is_what_the_command_line_would_say() {
        let text = "jobs = 2\n[master]\nword_length = 16\ntarget = -11.5\nset = { glue_on = true, limiter_drive = 3 }\nfix = [\"dc\"]\n";
        let defaults = parse(text).expect("good");
        let of = |section, option| defaults.get(&(section, option)).map(|values| values.join(" "));
        assert_eq!(of("", "jobs").as_deref(), Some("2"));
        assert_eq!(of("master", "word-length").as_deref(), Some("16"));
        assert_eq!(of("master", "target").as_deref(), Some("-11.5"));
        assert_eq!(of("master", "set").as_deref(), Some("glue_on=on limiter_drive=3"));
        assert_eq!(of("master", "fix").as_deref(), Some("dc"));
    }
}
