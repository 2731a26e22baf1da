//! `lacquer --list`: what may be named.

use super::output::Lines;
use lacquer_dsp::detect::Check;
use lacquer_dsp::targets::{DISTRIBUTOR, Rate, TARGETS, Target};
use lacquer_files::error::SAMPLE_RATES;
use lacquer_params::Tree;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Listed {
    /// What --preset takes.
    Presets,
    /// What --target takes.
    Targets,
    /// What --skip, --only and --threshold take.
    Checks,
    /// What the parameters of style and character take.
    Styles,
}

/// Prints a table.
pub fn run(listed: Listed) -> anyhow::Result<()> {
    let mut lines = Lines::default();
    match listed {
        Listed::Presets => return super::preset::list(false),
        Listed::Targets => {
            let rows: Vec<Vec<String>> = TARGETS.iter().chain([&DISTRIBUTOR]).map(target).collect();
            lines.table(&["target", "LUFS", "dBTP", "Hz", "bits", "name"], &rows);
        }
        Listed::Checks => {
            for check in Check::ALL {
                lines.line(format_args!("{:<20}{}", check.id(), check.name()));
            }
        }
        Listed::Styles => {
            for info in Tree::new().infos() {
                if info.id.ends_with("_style") || info.id.ends_with("_character") {
                    lines.line(format_args!("{:<22}{}", info.id, info.choices.join(", ")));
                }
            }
        }
    }
    lines.print()
}

fn target(target: &Target) -> Vec<String> {
    let lufs = target.integrated_lufs.map_or_else(|| "-".to_owned(), |lufs| format!("{lufs:.1}"));
    let most_hz = SAMPLE_RATES.into_iter().max().unwrap_or(0);
    let rate = match target.form.rate {
        Rate::Fixed(hz) => hz.to_string(),
        Rate::UpTo(hz) => format!("to {}", hz.min(most_hz)),
    };
    vec![
        target.id.to_owned(),
        lufs,
        format!("{:.1}", target.ceiling_dbtp()),
        rate,
        target.form.bits.to_string(),
        target.name.to_owned(),
    ]
}
