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
