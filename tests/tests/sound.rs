//! The version of the sound rises when renders change: one programme through every stage, each quality, the plain limiter and the best one.

use lacquer_dsp::chain::limiter::LimiterSettings;
use lacquer_dsp::chain::limiter::best::Best;
use lacquer_dsp::programme::{Memory, piece};
use lacquer_dsp::sound::SOUND;
use lacquer_dsp::{Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality};
use lacquer_tests::settings::working;
use lacquer_tests::signals::programme;
use std::fmt::Write as _;
use std::path::Path;

const RATE: f64 = 48_000.0;
/// Frames of the programme: two seconds, in which every stage works.
const FRAMES: usize = 96_000;
/// Frames that a line of the table is of.
const STRETCH: usize = 4800;
/// Two renders are one sound within this, dB: libraries of mathematics differ by 1e-10, what is heard by more.
const SAME_DB: f64 = 0.002;

fn through(settings: &ChainSettings, quality: Quality, phase: EqualizerPhase) -> Vec<Frame> {
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec { quality, equalizer_phase: phase, ..ProcessSpec::stereo(RATE) });
    chain.set(settings);
    let mut frames = programme(FRAMES, RATE, 0.7);
    chain.process(&mut frames);
    frames
}

fn best() -> Vec<Frame> {
    let input = programme(FRAMES, RATE, 0.7);
    let mut best = Best::new(&input, &Memory, RATE, &LimiterSettings::default()).expect("it is in memory");
    best.find_slow_gain(6.0).expect("it is in memory");
    piece(&best.render(6.0).expect("it is in memory"), 0..FRAMES).expect("it is in memory")
}

/// A line for each tenth of a second of each render: root mean square and peak of both sides, dB.
fn table() -> String {
    let mut loud = ChainSettings::default();
    loud.limiter.drive_db = 9.0;
    let mut table = format!("sound {SOUND}\nrender,tenth,rms left,rms right,peak left,peak right\n");
    for (name, frames) in [
        ("live", through(&working(), Quality::Live, EqualizerPhase::Minimum)),
        ("standard", through(&working(), Quality::Standard, EqualizerPhase::Minimum)),
        ("finest", through(&working(), Quality::Finest, EqualizerPhase::Minimum)),
        ("linear", through(&working(), Quality::Standard, EqualizerPhase::Linear)),
        ("limiter", through(&loud, Quality::Standard, EqualizerPhase::Minimum)),
        ("best", best()),
    ] {
        for (tenth, stretch) in frames.chunks(STRETCH).enumerate() {
            let db = |x: f64| 20.0 * x.max(1e-9).log10();
            let rms = [0, 1].map(|side| {
                db((stretch.iter().map(|frame| frame[side].powi(2)).sum::<f64>() / stretch.len() as f64)
                    .sqrt())
            });
            let peak =
                [0, 1].map(|side| db(stretch.iter().map(|frame| frame[side].abs()).fold(0.0, f64::max)));
            let [rms_left, rms_right] = rms;
            let [peak_left, peak_right] = peak;
            // Writing to a string cannot fail.
            let _ =
                writeln!(table, "{name},{tenth},{rms_left:.4},{rms_right:.4},{peak_left:.4},{peak_right:.4}");
        }
    }
    table
}

/// Lines of which a figure differs by more than [`SAME_DB`], or that one table has alone.
fn changes(golden: &str, table: &str) -> Vec<String> {
    let rows = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let (golden, table) = (rows(golden), rows(table));
    let figures = |line: &str| line.split(',').skip(2).map(|x| x.parse::<f64>().ok()).collect::<Vec<_>>();
    let mut changes: Vec<String> = golden
        .iter()
        .zip(&table)
        .filter(|(old, new)| {
            let differs = |(old, new): (Option<f64>, Option<f64>)| match (old, new) {
                (Some(old), Some(new)) => (old - new).abs() > SAME_DB,
                (old, new) => old != new,
            };
            figures(old).into_iter().zip(figures(new)).any(differs)
        })
        .map(|(old, new)| format!("- {old}\n+ {new}"))
        .collect();
    if golden.len() != table.len() {
        changes.push(format!("{} lines before, {} now", golden.len(), table.len()));
    }
    changes
}

/// With `LACQUER_UPDATE_GOLDEN=1` the table is renewed, but only under a version of its own.
#[test]
fn a_change_of_sound_raises_its_version() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sound.csv");
    let table = table();
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let version_of = |text: &str| text.lines().next().map(str::to_owned);
    let changes = changes(&golden, &table);
    let is_raised = version_of(&golden) != version_of(&table);
    assert!(
        changes.is_empty() || is_raised,
        "the sound changed: raise SOUND in dsp/src/sound.rs, then renew the table with LACQUER_UPDATE_GOLDEN=1\n{}",
        changes.join("\n")
    );
    if std::env::var_os("LACQUER_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).unwrap();
    } else {
        assert!(!is_raised, "the version was raised: renew the table with LACQUER_UPDATE_GOLDEN=1");
    }
}
