//! `lacquer params`.

use super::output::{Lines, print_json};
use clap::Args;
use lacquer_params::Tree;
use serde::Serialize;

/// Arguments of `lacquer params`.
#[derive(Args)]
pub struct ParamsArguments {
    /// Print JSON, an array
    #[arg(long)]
    json: bool,
}

/// A parameter in JSON.
#[derive(Serialize)]
struct Parameter<'a> {
    id: &'a str,
    name: &'a str,
    group: &'a str,
    unit: &'a str,
    minimum: f64,
    maximum: f64,
    default: f64,
    default_text: &'a str,
    choices: &'a [String],
    automatable: bool,
    description: &'a str,
}

/// Lists every parameter.
pub fn run(arguments: &ParamsArguments) -> anyhow::Result<()> {
    let infos = Tree::new().infos();
    if arguments.json {
        let list: Vec<Parameter> = infos
            .iter()
            .map(|info| Parameter {
                id: &info.id,
                name: &info.name,
                group: &info.group,
                unit: &info.unit,
                minimum: info.min,
                maximum: info.max,
                default: info.default,
                default_text: &info.default_text,
                choices: &info.choices,
                automatable: info.automatable,
                description: info.description,
            })
            .collect();
        return print_json(&(serde_json::to_string_pretty(&list)? + "\n"));
    }
    let rows: Vec<Vec<String>> = infos
        .iter()
        .map(|info| {
            let range = if info.choices.is_empty() {
                format!("{} to {} {}", info.min, info.max, info.unit).trim_end().to_owned()
            } else {
                info.choices.join(", ")
            };
            vec![info.id.clone(), info.name.clone(), info.default_text.clone(), range]
        })
        .collect();
    let mut lines = Lines::default();
    lines.table(&["id", "name", "default", "range"], &rows);
    lines.print()
}
