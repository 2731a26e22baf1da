//! The sound is frozen: every stage alone and the whole chain over the same signals, as they were when the golden file was made, on
//! every platform.
//!
//! What has no transform in it gives the same bits everywhere (`dsp/src/blocks/math.rs`): its hash is compared. The transforms of
//! `rustfft` add in another order on each kind of processor and take their angles from the system: what passes through one (the
//! equalizer's linear phase, the limiter above Live) is compared by its levels.

use lacquer_dsp::blocks::math;
use lacquer_dsp::chain::StageId;
use lacquer_dsp::{Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality};
use settings::{neutral, random, working};
use signals::{impulse, programme, sine, white};
use std::path::{Path, PathBuf};

// The tests' own crate stands on everything; this test has to be built for every platform, and on `dsp` alone.
#[path = "../../tests/src/settings.rs"]
mod settings;
#[path = "../../tests/src/signals.rs"]
mod signals;

/// Frames a second.
const RATE: f64 = 48_000.0;
/// Frames that are processed at once: not a multiple of the control grid's.
const BLOCK: usize = 500;
/// Stretches of a render whose levels are kept, each a second long.
const STRETCHES: usize = 4;
/// How far the level of a stretch may lie from the golden one where a transform is in the way, dB: far above the rounding of single
/// precision, 1e-6 dB, far below what is heard. 64-bit ARM is within it.
const NEAR_DB: f64 = 1e-4;

/// Names a folder that is there, in which the renders are kept: `cargo xtask cross` compares those of two platforms sample by sample.
const KEPT: &str = "LACQUER_RENDERS";

/// What is played.
#[derive(Clone, Copy)]
enum Signal {
    Programme,
    White,
    Sine,
    Impulse,
}

impl Signal {
    fn frames(self) -> Vec<Frame> {
        let frames = STRETCHES * RATE as usize;
        match self {
            Self::Programme => programme(frames, RATE, 0.9),
            Self::White => white(frames, 0.5, 11),
            Self::Sine => sine(frames, RATE, 997.0, 0.5),
            Self::Impulse => impulse(frames, 100, 0.9),
        }
    }
}

/// A render: the settings, and how the chain is built for them.
struct Case {
    name: String,
    input: Signal,
    settings: ChainSettings,
    quality: Quality,
    phase: EqualizerPhase,
    /// Whether a transform is in the way.
    is_transformed: bool,
}

/// The working settings with one stage on.
fn alone(stage: StageId) -> ChainSettings {
    let mut s = working();
    StageId::ALL.iter().for_each(|other| s.set_on(*other, *other == stage));
    s
}

fn cases() -> Vec<Case> {
    use Quality::{Finest, Live, Standard};
    let case = |name: &str, settings: ChainSettings, quality: Quality| {
        // What the chain's limiter shapes its clipping with above Live is a transform.
        let is_transformed = quality != Live && settings.is_on(StageId::Limiter);
        let (name, input, phase) = (name.to_owned(), Signal::Programme, EqualizerPhase::Minimum);
        Case { name, input, settings, quality, phase, is_transformed }
    };
    let mut cases: Vec<Case> =
        StageId::ALL.iter().map(|stage| case(stage.stem(), alone(*stage), Live)).collect();
    for (word, quality) in [("standard", Standard), ("finest", Finest)] {
        for stage in [StageId::Saturator, StageId::Clipper, StageId::Limiter] {
            cases.push(case(&format!("{} {word}", stage.stem()), alone(stage), quality));
        }
        cases.push(case(&format!("chain {word}"), working(), quality));
    }
    cases.push(case("chain live", working(), Live));
    cases.push(Case { input: Signal::Sine, ..case("chain neutral", neutral(), Live) });
    cases.push(Case { input: Signal::Impulse, ..case("equalizer impulse", alone(StageId::Equalizer), Live) });
    for seed in 1..=4 {
        cases
            .push(Case { input: Signal::White, ..case(&format!("chain random {seed}"), random(seed), Live) });
    }
    let linear = case("equalizer linear", alone(StageId::Equalizer), Live);
    cases.push(Case { phase: EqualizerPhase::Linear, is_transformed: true, ..linear });
    cases
}

fn render(case: &Case) -> Vec<Frame> {
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec {
        quality: case.quality,
        equalizer_phase: case.phase,
        ..ProcessSpec::stereo(RATE)
    });
    chain.set(&case.settings);
    let mut audio = case.input.frames();
    audio.chunks_mut(BLOCK).for_each(|block| chain.process(block));
    audio
}

/// FNV-1a over the bits of all samples (G. Fowler, L. C. Noll, K.-P. Vo, 1991).
fn hash(audio: &[Frame]) -> u64 {
    audio
        .as_flattened()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, sample| (hash ^ sample.to_bits()).wrapping_mul(0x0100_0000_01b3))
}

fn level_db(audio: &[Frame]) -> f64 {
    let power: f64 = audio.as_flattened().iter().map(|x| x * x).sum();
    10.0 * math::log10((power / audio.len() as f64).max(1e-30))
}

/// Keeps a render in a folder as 64-bit floats, little-endian, under its case's name.
fn keep(folder: &Path, case: &Case, audio: &[Frame]) {
    let bytes: Vec<u8> = audio.as_flattened().iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(folder.join(format!("{}.f64", case.name)), bytes).expect("room for the renders");
}

/// The lines of the golden file.
fn table() -> String {
    let mut table = String::from("case,bits,level_1_db,level_2_db,level_3_db,level_4_db\n");
    let kept = std::env::var_os(KEPT).map(PathBuf::from);
    for case in cases() {
        let audio = render(&case);
        kept.iter().for_each(|folder| keep(folder, &case, &audio));
        let bits =
            if case.is_transformed { "transformed".to_owned() } else { format!("{:016x}", hash(&audio)) };
        table += &format!("{},{bits}", case.name);
        for stretch in audio.chunks(RATE as usize) {
            table += &format!(",{:.5}", level_db(stretch));
        }
        table.push('\n');
    }
    table
}

/// What the lines of two tables differ in; none where nothing does.
fn difference(golden: &str, found: &str) -> Option<String> {
    let apart = || Some(format!("- {golden}\n+ {found}"));
    let (mut was, mut is) = (golden.split(','), found.split(','));
    if (was.next(), was.next()) != (is.next(), is.next()) {
        return apart();
    }
    for (was, is) in was.zip(is) {
        let [was, is] = [was, is].map(|text| text.parse::<f64>().unwrap_or(f64::NAN));
        if (was - is).abs() > NEAR_DB || (was - is).is_nan() {
            return apart();
        }
    }
    None
}

/// A change of the sound is taken into the golden file with `LACQUER_UPDATE_GOLDEN=1`, and told in the commit.
#[test]
fn the_sound_is_the_same_on_every_platform() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/renders.csv");
    let table = table();
    if std::env::var_os("LACQUER_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    let (was, is): (Vec<&str>, Vec<&str>) =
        (golden.lines().skip(1).collect(), table.lines().skip(1).collect());
    assert_eq!(was.len(), is.len(), "cases of the golden file and of the test");
    let apart: Vec<String> = was.iter().zip(&is).filter_map(|(was, is)| difference(was, is)).collect();
    assert!(apart.is_empty(), "{} of {} renders differ:\n{}", apart.len(), was.len(), apart.join("\n"));
}
