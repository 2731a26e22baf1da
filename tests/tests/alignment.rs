//! Every setting is heard with the frame at which it was set: at that frame and the chain's latency, to a control period.
//!
//! For each parameter of each stage, the stage alone is at work on noise and tones; the parameter is set to another value before frame
//! E, and the output is compared with that of a chain in which nothing was set. The difference begins where the setting is heard. It is
//! late where it exceeds [`BEGUN`] of what it grows to in 30 ms, and early where it exceeds [`HEARD`]. What steers a detector is heard when
//! the sound next moves it, within [`DETECTED`]. A limiter foresees the sound that a setting makes: what decides about its
//! gain may be heard as far before as its last parts look ahead, no further, and far below the change itself.

use lacquer_dsp::{Chain, EqualizerPhase, Frame, ProcessSpec, Quality};
use lacquer_params::Tree;
use lacquer_tests::signals::Noise;
use std::collections::HashMap;
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;
/// Share of the difference at which it has begun: the slowest beginning, a filter that fades in, reaches it in 10 frames.
const BEGUN: f64 = 1e-7;
/// Share at which it would be heard early: the oversamplers' linear-phase filters ring before, below it.
const HEARD: f64 = 2e-4;
/// Frames in which a detector is moved: a cycle of the lowest tone, and a slow attack.
const DETECTED: i64 = 960;
/// What steers a detector, or waits for one to come up.
const DETECTORS: [&str; 10] = [
    "dynamic_eq_",
    "multiband_",
    "glue_",
    "bass_on",
    "clipper_on",
    "limiter_release",
    "limiter_auto_release",
    "limiter_on",
    "limiter_style",
    // The high limiter's envelope alone is linked, and waits for a peak that is its own.
    "limiter_transient_link",
];
/// What acts at once in the stages of those detectors.
const DIRECT: [&str; 7] = [
    "multiband_makeup",
    "multiband_mix",
    "multiband_mode",
    "multiband_crossover",
    "glue_makeup",
    "glue_mix",
    "dynamic_eq_frequency",
];
/// What a limiter foresees. The high one takes each setting with its frames; its clip solves the hops that are still free with the
/// sound that comes, as it will be.
const FORESEEN: [&str; 7] = [
    "limiter_drive",
    "limiter_ceiling",
    "limiter_transient_link",
    "limiter_true_peak",
    "limiter_style",
    "limiter_auto_release",
    "limiter_release_link",
];
/// Most that is heard before the tolerance of what is foreseen, dB against the change: -36 was measured.
const FORESEEN_DB: f64 = -30.0;
/// The same for what says which peaks count: some are there in the free hops and some are not; -19 was measured.
const PEAKS_FORESEEN_DB: f64 = -15.0;
/// What changes nothing as long as something sounds.
const SILENT: &str = "dither_auto_blank";
/// Frames by which a setting may be early or late: a control period.
const TOLERANCE: i64 = 32;
/// The frame before which the setting is made: off the grid, as hosts send events.
const EVENT: usize = 9613;
/// Frames after the event that are compared.
const LENGTH: usize = 1440;

fn signal(frames: usize) -> Vec<Frame> {
    let mut noise = Noise::new(4);
    (0..frames)
        .map(|n| {
            let t = n as f64 / RATE;
            let tones = 0.2 * (TAU * 61.0 * t).sin() + 0.2 * (TAU * 450.0 * t).sin() + 0.02;
            [tones + 0.3 * noise.bipolar(), tones + 0.2 * noise.bipolar()]
        })
        .collect()
}

/// The stage whose parameter this is; empty for the chain's own.
fn stage_of(tree: &Tree, id: &str) -> String {
    let group = &tree.info(id).expect("a parameter").group;
    let name = group.split('/').next().unwrap_or("");
    name.to_lowercase().replace([' ', '-'], "_")
}

/// A tree in which everything is off but `stage`, and that so much at work that every parameter matters.
fn at_work(stage: &str) -> Tree {
    let tree = Tree::new();
    for info in tree.infos() {
        let id = info.id.as_str();
        let set = |plain: f64| tree.set_plain(id, plain).expect("a value in its range");
        if let Some(owner) = id.strip_suffix("_on") {
            set(if owner == stage { 1.0 } else { 0.0 });
        } else if id.contains("_band_on_") {
            set(1.0);
        } else if id.starts_with("equalizer_gain") {
            set(6.0);
        } else if id.contains("threshold") && !id.starts_with("clipper") {
            set(-40.0);
        } else if id.starts_with("dynamic_eq_ratio") {
            set(1.5);
        }
    }
    let also = [
        ("glue_auto", 0.0),
        ("glue_link", 50.0),
        ("multiband_link", 50.0),
        ("saturator_drive", 12.0),
        ("imager_width", 130.0),
        ("imager_mono_bass", 1.0),
        ("imager_guard", 1.0),
        ("clipper_threshold", -9.0),
        ("limiter_drive", 12.0),
        ("limiter_transient_link", 50.0),
        ("limiter_release_link", 50.0),
        ("dither_word_length", 2.0),
    ];
    also.iter().for_each(|(id, plain)| tree.set_plain(id, *plain).expect("a value in its range"));
    tree
}

fn spec(quality: Quality, equalizer_phase: EqualizerPhase) -> ProcessSpec {
    ProcessSpec { quality, equalizer_phase, ..ProcessSpec::stereo(RATE) }
}

/// The output from the event's frame on; `change` is made before that frame.
fn rendered(
    tree: &Tree,
    spec: &ProcessSpec,
    event: usize,
    change: impl FnOnce(&Tree),
) -> (Vec<Frame>, usize) {
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(&tree.to_settings());
    let latency = chain.latency_samples();
    let mut frames = signal(event + latency + LENGTH);
    chain.process(&mut frames[..event]);
    change(tree);
    chain.set(&tree.to_settings());
    chain.process(&mut frames[event..]);
    (frames, latency)
}

/// Where a setting is heard.
#[derive(Debug, Clone, Copy)]
struct Onset {
    /// Frames from the event and the latency to where the outputs begin to part, and to where that is heard.
    begun: i64,
    audible: i64,
    /// What is heard before the event's frame, less the tolerance, against the most that is heard, dB.
    before_db: f64,
}

/// None where nothing changes.
fn onset(before: &[Frame], after: &[Frame], start: usize) -> Option<Onset> {
    let apart: Vec<f64> =
        before.iter().zip(after).map(|(a, b)| (a[0] - b[0]).abs().max((a[1] - b[1]).abs())).collect();
    let most = apart.iter().fold(0.0f64, |most, x| most.max(*x));
    if most == 0.0 {
        return None;
    }
    let first = |share: f64| apart.iter().position(|x| *x > share * most).unwrap_or(0) as i64 - start as i64;
    let foreseen = apart[..start - TOLERANCE as usize].iter().fold(1e-20f64, |most, x| most.max(*x));
    Some(Onset { begun: first(BEGUN), audible: first(HEARD), before_db: 20.0 * (foreseen / most).log10() })
}

/// What another value of a parameter is: across a switch, on to the next choice, a third of the travel away.
fn other(tree: &Tree, id: &str) -> f64 {
    let info = tree.info(id).expect("a parameter");
    let now = tree.plain(id).expect("a value");
    if !info.choices.is_empty() {
        return (now + 1.0) % (info.max + 1.0);
    }
    let normalized = tree.normalized(id).expect("a value");
    tree.denormalize(id, if normalized > 0.5 { normalized - 0.3 } else { normalized + 0.3 }).expect("a value")
}

/// What one parameter hides from another, and what is done about it before both renders.
fn uncover(tree: &Tree, id: &str) {
    let set = |id: &str, plain: f64| tree.set_plain(id, plain).expect("a value in its range");
    if let Some(band) = id.strip_prefix("equalizer_slope_") {
        set(&format!("equalizer_shape_{band}"), 4.0);
    }
    if let Some(band) = id.strip_prefix("multiband_knee_") {
        set(&format!("multiband_threshold_{band}"), -18.0);
    }
    if id.starts_with("imager_crossover") {
        (1..=3).for_each(|band| set(&format!("imager_band_width_{band}"), 50.0 * f64::from(band)));
    }
    match id {
        "glue_knee" => set("glue_threshold", -8.0),
        "limiter_unity_gain" => set("limiter_drive", 18.0),
        "limiter_release" => set("limiter_auto_release", 0.0),
        "imager_guard_correlation" => set("imager_width", 200.0),
        _ => {}
    }
}

/// Where each parameter is heard, in frames after its event and the latency.
fn table(spec: &ProcessSpec, event: usize) -> Vec<(String, Option<Onset>)> {
    let ids: Vec<_> = Tree::new().infos().into_iter().filter(|info| info.automatable).collect();
    let mut plain: HashMap<String, (Vec<Frame>, usize)> = HashMap::new();
    let mut rows = Vec::new();
    for info in ids {
        let id = info.id.as_str();
        let mut stage = stage_of(&Tree::new(), id);
        if stage.is_empty() {
            stage = "input_trim".to_owned();
        }
        let make = || {
            let tree = at_work(&stage);
            if stage == "input_trim" {
                tree.set_plain("input_trim_gain", 6.0).expect("a value in its range");
            }
            uncover(&tree, id);
            tree
        };
        let key = format!("{:?}", make().to_settings());
        let (before, latency) =
            plain.entry(key).or_insert_with(|| rendered(&make(), spec, event, |_| {})).clone();
        let (after, _) = rendered(&make(), spec, event, |tree| {
            let plain = other(tree, id);
            tree.set_plain(id, plain).expect("a value in its range");
        });
        rows.push((id.to_owned(), onset(&before, &after, event + latency)));
        // A switch is heard in time both ways.
        if info.choices.len() == 2 {
            let flipped = || {
                let tree = make();
                let plain = other(&tree, id);
                tree.set_plain(id, plain).expect("a value in its range");
                tree
            };
            let (before, _) = rendered(&flipped(), spec, event, |_| {});
            let (after, _) = rendered(&flipped(), spec, event, |tree| {
                let plain = other(tree, id);
                tree.set_plain(id, plain).expect("a value in its range");
            });
            rows.push((format!("{id}, back"), onset(&before, &after, event + latency)));
        }
    }
    rows
}

#[test]
fn every_setting_is_heard_with_its_frame() {
    let mut wrong = Vec::new();
    // The free hops of the clip and the look-ahead of the low-latency limiter, which comes last.
    for (quality, look_ahead_ms) in [(Quality::Live, 1.5), (Quality::Standard, 12.5), (Quality::Finest, 18.0)]
    {
        for phase in [EqualizerPhase::Minimum, EqualizerPhase::Linear] {
            let spec = spec(quality, phase);
            let (mut worst, mut heard) = ([0, 0], 0);
            for (id, onset) in table(&spec, EVENT) {
                if id.starts_with(SILENT) {
                    continue;
                }
                match onset {
                    Some(Onset { begun, audible, before_db }) => {
                        heard += 1;
                        let is_foreseen = FORESEEN.iter().any(|foreseen| id.starts_with(foreseen));
                        let look_ahead =
                            if is_foreseen { spec.frames_of_ms(look_ahead_ms) as i64 } else { 0 };
                        if is_foreseen {
                            println!(
                                "{quality:?} {phase:?} {id}: {begun} to {audible}, before it {before_db:.0} dB"
                            );
                        }
                        let is = |list: &[&str]| list.iter().any(|prefix| id.starts_with(prefix));
                        let waits = is(&DETECTORS) && !is(&DIRECT);
                        if !is_foreseen && !waits {
                            worst = [worst[0].min(audible), worst[1].max(begun)];
                        }
                        let latest = if waits { DETECTED } else { TOLERANCE };
                        let is_peaks = id.starts_with("limiter_true_peak");
                        let most_db = if is_peaks { PEAKS_FORESEEN_DB } else { FORESEEN_DB };
                        let is_loud = is_foreseen && before_db > most_db;
                        if audible < -TOLERANCE - look_ahead || begun > latest || is_loud {
                            wrong.push(format!("{quality:?} {phase:?} {id}: {begun} to {audible}, before it {before_db:.0} dB"));
                        }
                    }
                    None => wrong.push(format!("{quality:?} {phase:?} {id}: changes nothing")),
                }
            }
            println!("{quality:?} {phase:?}: {heard} changes, {} to {:+} frames", worst[0], worst[1]);
        }
    }
    assert!(wrong.is_empty(), "{} are not heard in time:\n{}", wrong.len(), wrong.join("\n"));
}
