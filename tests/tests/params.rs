//! Parameters are for ever: what a song's project or automation refers to never changes its meaning.

use lacquer_dsp::chain::StageId;
use lacquer_params::Tree;
use std::path::Path;

fn table() -> String {
    let mut table = String::from("id,name,group,unit,min,max,default,choices,automatable\n");
    for info in Tree::new().infos() {
        table += &format!(
            "{},{},{},{},{},{},{},{},{}\n",
            info.id,
            info.name,
            info.group,
            info.unit,
            info.min,
            info.max,
            info.default_text,
            info.choices.join("|"),
            info.automatable
        );
    }
    table
}

/// A parameter may be added. One that is there keeps id, name, unit, range and default: projects and automation hold them.
/// To take new ones into the golden file run with `LACQUER_UPDATE_GOLDEN=1` and say in the commit what was added.
#[test]
fn parameters_are_frozen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parameters.csv");
    let table = table();
    if std::env::var_os("LACQUER_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    let differences: Vec<String> = golden
        .lines()
        .filter(|line| !table.lines().any(|other| other == *line))
        .map(|line| format!("- {line}"))
        .chain(
            table
                .lines()
                .filter(|line| !golden.lines().any(|other| other == *line))
                .map(|line| format!("+ {line}")),
        )
        .collect();
    assert!(differences.is_empty(), "parameters changed:\n{}", differences.join("\n"));
    assert_eq!(golden, table, "the order of parameters changed");
}

#[test]
fn ids_are_spelled_out_and_begin_with_their_stage() {
    let stems: Vec<&str> = StageId::ALL.iter().map(|stage| stage.stem()).collect();
    for info in Tree::new().infos() {
        let plain = info.id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        assert!(plain, "{} is not of a-z, 0-9 and _", info.id);
        if info.group.is_empty() {
            assert!(
                ["bypass", "quality", "equalizer_phase"].contains(&info.id.as_str()),
                "{} has no group",
                info.id
            );
            continue;
        }
        let stage = info.group.split('/').next().unwrap().to_lowercase().replace(' ', "_");
        assert!(stems.contains(&stage.as_str()), "{}: group {} is no stage", info.id, info.group);
        assert!(info.id.starts_with(&format!("{stage}_")), "{} does not begin with {stage}_", info.id);
        if let Some(band) = info.group.split_once("/Band ") {
            assert!(info.id.ends_with(&format!("_{}", band.1)), "{} does not end with its band", info.id);
        }
    }
}

#[test]
fn only_latency_cannot_be_automated() {
    let fixed: Vec<String> =
        Tree::new().infos().into_iter().filter(|info| !info.automatable).map(|info| info.id).collect();
    assert_eq!(fixed, ["quality", "equalizer_phase"]);
}

#[test]
fn every_parameter_reaches_the_settings() {
    for info in Tree::new().infos() {
        let tree = Tree::new();
        let state = || {
            let params = tree.params();
            (tree.to_settings(), params.quality(), params.equalizer_phase())
        };
        let before = state();
        let other = if info.default == info.max { info.min } else { info.max };
        tree.set_plain(&info.id, other).unwrap();
        let after = state();
        assert!(before != after, "{} changes nothing", info.id);
    }
}

#[test]
fn what_a_parameter_shows_it_also_reads() {
    for info in Tree::new().infos() {
        let tree = Tree::new();
        for plain in [info.min, info.default, info.max] {
            tree.set_plain(&info.id, plain).unwrap();
            let text = tree.text(&info.id).unwrap();
            tree.set_from_text(&info.id, &text).unwrap();
            assert_eq!(tree.text(&info.id).unwrap(), text, "{} shows {text}", info.id);
        }
    }
}

/// A number as it is typed in full and as it is shown comes to that number, at a parameter's ends and in between.
#[test]
fn a_value_that_is_typed_is_the_value() {
    const BETWEEN: u32 = 50;
    let mut wrong = Vec::new();
    for info in Tree::new().infos() {
        let tree = Tree::new();
        for n in 0..=BETWEEN + 1 {
            let normalized = f64::from(n) / f64::from(BETWEEN + 1);
            let plain = tree.denormalize(&info.id, normalized as f32).unwrap();
            tree.set_plain(&info.id, plain).unwrap();
            let (plain, shown) = (tree.plain(&info.id).unwrap(), tree.text(&info.id).unwrap());
            tree.set_from_text(&info.id, &shown).unwrap();
            // Half of the last digit that is shown, as a decimal number.
            let digits = shown.split([' ', '\u{b0}']).next().unwrap();
            let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let half = if info.choices.is_empty() { 0.5001 * 0.1f64.powi(decimals as i32) } else { 0.0 };
            let off = (tree.plain(&info.id).unwrap() - plain).abs();
            if off > half {
                wrong.push(format!("{}: {shown:?}, shown of {plain}, comes to {off:.2e} beside it", info.id));
            }
            if !info.choices.is_empty() || shown == "Off" {
                continue;
            }
            // A choice of units that no number has is left out; Off is a word of its own.
            let typed = format!("{plain} {}", info.unit);
            tree.set_from_text(&info.id, &typed).unwrap();
            let read = tree.plain(&info.id).unwrap();
            // Six digits are what any way into the chain keeps.
            if (read - plain).abs() > 1e-6 * plain.abs() {
                wrong.push(format!("{}: {typed:?} comes to {read}", info.id));
            }
        }
    }
    // The lowest value of what can be off, with its unit: on, and as near as six digits are.
    let tree = Tree::new();
    for typed in ["20 Hz", "20.0 Hz", "20hz"] {
        tree.set_from_text("glue_sidechain_high_pass", typed).unwrap();
        let read = tree.plain("glue_sidechain_high_pass").unwrap();
        if (read - 20.0).abs() > 5e-4 || read == 20.0 {
            wrong.push(format!("{typed:?} comes to {read}"));
        }
    }
    assert!(wrong.is_empty(), "{} are not what was typed:\n{}", wrong.len(), wrong.join("\n"));
}
