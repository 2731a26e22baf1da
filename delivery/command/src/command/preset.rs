//! `lacquer preset`: those that come with Lacquer, and the user's own, which the editor saves in the same folder.

use super::asked::tree_of;
use super::output::{Lines, print, print_json};
use anyhow::bail;
use clap::{Args, Subcommand};
use lacquer_params::Preset;
use lacquer_params::library::Library;
use serde::Serialize;

/// Arguments of `lacquer preset`.
#[derive(Args)]
pub struct PresetArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List every preset that may be named
    List {
        /// Print JSON, an array
        #[arg(long)]
        json: bool,
    },
    /// Print a preset's file: docs/presets.md says what it holds
    Show {
        /// Its name, or a preset file
        preset: String,
    },
    /// Save settings as a preset of your own, where the editor has them as well
    Save(SaveArguments),
}

#[derive(Args)]
struct SaveArguments {
    /// Its name
    name: String,
    /// The preset that it begins with; without it every stage at rest
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// A parameter, for instance limiter_drive=3 or glue_on=on; may be given often
    #[arg(long, value_name = "ID=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
    /// Replace one of your own of that name
    #[arg(long)]
    replace: bool,
}

/// A preset in JSON.
#[derive(Serialize)]
struct Row {
    name: String,
    whose: &'static str,
    group: String,
    loudness_lufs: Option<f64>,
    made_for_lufs: Option<f64>,
    description: String,
    file: Option<String>,
}

impl Row {
    fn new(preset: &Preset, whose: &'static str, file: Option<String>) -> Self {
        Self {
            name: preset.name.clone(),
            whose,
            group: preset.group.clone(),
            loudness_lufs: preset.loudness_lufs,
            made_for_lufs: preset.made_for_lufs,
            description: preset.description.clone(),
            file,
        }
    }
}

/// Does what was asked for.
pub fn run(arguments: &PresetArguments) -> anyhow::Result<()> {
    match &arguments.action {
        Action::List { json } => list(*json),
        Action::Show { preset } => print(&Preset::find(preset)?.to_text()),
        Action::Save(arguments) => save(arguments),
    }
}

/// Lists the presets.
pub fn list(json: bool) -> anyhow::Result<()> {
    let mut rows: Vec<Row> =
        Preset::factory().iter().map(|preset| Row::new(preset, "lacquer", None)).collect();
    let (own, problems) = Library::default().read();
    rows.extend(
        own.iter().map(|owned| Row::new(&owned.preset, "own", Some(owned.path.display().to_string()))),
    );
    for problem in problems {
        super::output::tell(problem);
    }
    if json {
        return print_json(&(serde_json::to_string_pretty(&rows)? + "\n"));
    }
    let shown: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let lufs = row.loudness_lufs.map_or_else(|| "-".to_owned(), |lufs| format!("{lufs:.1}"));
            vec![row.name.clone(), lufs, row.whose.to_owned()]
        })
        .collect();
    let mut lines = Lines::default();
    lines.table(&["name", "LUFS", "whose"], &shown);
    if let Some(folder) = Library::default().folder() {
        lines.line(format_args!("Your own lie in {}", folder.display()));
    }
    lines.print()
}

fn save(arguments: &SaveArguments) -> anyhow::Result<()> {
    let (tree, base) = tree_of(arguments.preset.as_deref(), &arguments.set)?;
    let is_own = Preset::factory()
        .iter()
        .all(|preset| lacquer_params::text::key(&preset.name) != lacquer_params::text::key(&arguments.name));
    if !is_own {
        bail!("\"{}\" is a preset that comes with Lacquer; give yours another name", arguments.name);
    }
    let mut preset = Preset::of(&tree, arguments.name.trim(), arguments.description.trim());
    if let Some(base) = &base {
        // What its thresholds were set for, and what it promises unless the drive was given.
        let is_set =
            |id: &str| arguments.set.iter().any(|text| text.trim_start().starts_with(&format!("{id}=")));
        preset.made_for_lufs = base.made_for_lufs.filter(|_| !is_set("input_trim_gain"));
        preset.loudness_lufs = base.loudness_lufs.filter(|_| !is_set("limiter_drive"));
        preset.group.clone_from(&base.group);
    }
    let path = Library::default().save(&preset, arguments.replace)?;
    let mut lines = Lines::default();
    lines.line(format_args!("{}: saved; --preset \"{}\" finds it", path.display(), preset.name));
    lines.report()
}
