//! Mutations of the corpora in `fuzz/`, for some seconds each, through the entry functions that cargo-fuzz uses. `cargo xtask fuzz`
//! runs them for as long as one likes.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod mutate;
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use mutate::Mutator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Seconds of each target where nobody says how many (`LACQUER_FUZZ_SECONDS`). Each target is a test of its own, and tests run on as
/// many threads as there are cores: nine targets are a minute and a half on two.
const SECONDS: f64 = 20.0;
/// How long an input takes that is kept for whoever runs this by hand, s.
const REMARKABLE_S: f64 = 1.0;
/// Longest that an input may take, s: inputs have some kilobytes, and a machine that is shared gives a test a tenth of a core.
const SLOW_S: f64 = 60.0;

fn run(name: &str, target: fn(&[u8]), words: &[&'static str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(!corpus.is_empty(), "{}: no corpus", folder.display());
    let said = |variable: &str| std::env::var(variable).ok();
    let seconds = said("LACQUER_FUZZ_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    // Fixed where nobody says otherwise: continuous integration is not to fail at random.
    let seed = said("LACQUER_FUZZ_SEED").map_or(20_261_128, |text| text.parse().unwrap());
    let mut mutator = Mutator::new(seed, corpus.clone(), words.to_vec());
    let (started, mut inputs, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    let mut try_one = |input: &[u8]| {
        let begun = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| target(input)));
        let took = begun.elapsed();
        inputs += 1;
        let path = std::env::temp_dir().join(format!("lacquer-fuzz-{name}-{}", std::process::id()));
        if took > slowest && took.as_secs_f64() > REMARKABLE_S {
            // Worth looking at, and no failure.
            std::fs::write(&path, input).unwrap();
            println!("{name}: input {inputs} took {took:?}; it is kept in {}", path.display());
        }
        slowest = slowest.max(took);
        if done.is_err() || took.as_secs_f64() > SLOW_S {
            std::fs::write(&path, input).unwrap();
            panic!("{name}: input {inputs} of seed {seed}, {took:?}; it is kept in {}", path.display());
        }
    };
    corpus.iter().for_each(|input| try_one(input));
    while started.elapsed().as_secs_f64() < seconds {
        try_one(&mutator.input());
    }
    println!("{name}: {inputs} inputs in {:.1} s, the slowest {slowest:?}", started.elapsed().as_secs_f64());
}

#[test]
fn state() {
    run(
        "state",
        targets::state,
        &["\"state_version\":\"1\"", "\"kept_state\":", "{\"f32\":1e39}", "null", "\\\"size\\\":[1e9,-1]"],
    );
}

#[test]
fn preset() {
    run(
        "preset",
        targets::preset,
        &["[parameters]\n", "name = \"", "limiter_drive = ", "nan", "1e999", "\"\"\"", "glue_on = true\n"],
    );
}

#[test]
fn album() {
    run(
        "album",
        targets::album,
        &[
            "[[track]]\n",
            "ledger = \"../x.ledger\"\n",
            "outputs = []\n",
            "isrc = \"new\"\n",
            "nan",
            "1e308",
            "file = \"\"\n",
        ],
    );
}

#[test]
fn ledger() {
    run(
        "ledger",
        targets::ledger,
        &["AA6Q72600000", "\t{\"record\":\"code\"", "~\n", "\n", "\"\"", "ISRC;title\n"],
    );
}

#[test]
fn tags() {
    run(
        "tags",
        targets::tags,
        &["ID3", "TSRC", "fLaC", "OggS", "RIFF", "axml", "bext", "LIST", "INFO", "ISRC="],
    );
}

#[test]
fn decode() {
    run(
        "decode",
        targets::decode,
        &[
            "RIFF", "WAVE", "fmt ", "data", "ds64", "FORM", "AIFC", "SSND", "fLaC", "OggS", "OpusHead",
            "Xing", "ID3",
        ],
    );
}

#[test]
fn cue() {
    run(
        "cue",
        targets::cue,
        &[
            "FILE \"a\" WAVE\n",
            "TRACK 01 AUDIO\n",
            "INDEX 01 99:59:74\n",
            "PREGAP ",
            "CATALOG ",
            "ISRC AA6Q72600000\n",
            "TITLE \"\n",
        ],
    );
}

#[test]
fn ddp() {
    run(
        "ddp",
        targets::ddp,
        &["DDP 2.00", "VVVM", "VVVS", "D0", "S0", "PQ DESCR", "CDTEXT  ", "AA", "000000", "IMAGE.DAT"],
    );
}

#[test]
fn cd_text() {
    run("cd_text", targets::cd_text, &["\u{0}", "Track", "\t\t"]);
}
