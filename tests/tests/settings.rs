//! Settings from anywhere: from any value to any other, off the control grid, and what is no value at all.

use lacquer_dsp::chain::StageId;
use lacquer_dsp::{CONTROL_PERIOD, Chain, ChainSettings, Frame, ProcessSpec};
use lacquer_params::Tree;
use lacquer_tests::settings;
use lacquer_tests::signals::programme;

/// How many numbers there are in the settings.
fn count_of_numbers() -> usize {
    let mut count = 0;
    ChainSettings::default().for_each_number(&mut |_, _, _| count += 1);
    count
}

/// The settings with another value as the `n`th number.
fn spoiled(settings: &ChainSettings, n: usize, bad: f64) -> ChainSettings {
    let (mut spoiled, mut place) = (settings.clone(), 0);
    spoiled.for_each_number(&mut |value, _, _| {
        if place == n {
            *value = bad;
        }
        place += 1;
    });
    spoiled
}

#[test]
fn what_is_no_number_is_never_heard_and_leaves_no_trace() {
    let spec = ProcessSpec::stereo(48_000.0);
    let good = settings::working();
    let input = programme(2000, 48_000.0, 0.9);
    let mut chain = Chain::new();
    chain.prepare(&spec);
    chain.set(&good);
    let mut expected = input.clone();
    chain.process(&mut expected);
    let count = count_of_numbers();
    assert!(count > 110, "{count} numbers");
    for n in 0..count {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
            chain.set(&spoiled(&good, n, bad));
            let mut output = input.clone();
            chain.process(&mut output);
            chain.process(&mut output);
            assert!(output.as_flattened().iter().all(|x| x.is_finite()), "number {n} as {bad}");
            chain.set(&good);
            chain.reset();
            let mut output = input.clone();
            chain.process(&mut output);
            assert!(output == expected, "number {n} as {bad} is heard after a reset");
        }
    }
    // From the beginning too.
    for n in 0..count {
        let mut chain = Chain::new();
        chain.set(&spoiled(&good, n, f64::NAN));
        chain.prepare(&spec);
        let mut output = input[..640].to_vec();
        chain.process(&mut output);
        assert!(output.as_flattened().iter().all(|x| x.is_finite()), "number {n} from the beginning");
    }
}

#[test]
fn every_parameter_goes_from_anywhere_to_both_ends() {
    const STARTS: u32 = 40;
    for rate in [44_100.0, 192_000.0] {
        let tree = Tree::new();
        for info in tree.infos().into_iter().filter(|info| info.id.contains("_on")) {
            tree.set_plain(&info.id, 1.0).expect("a value in its range");
        }
        let continuous: Vec<String> = tree
            .infos()
            .into_iter()
            .filter(|info| info.choices.is_empty() && info.automatable)
            .map(|info| info.id)
            .collect();
        let put = |normalized: f32| {
            for id in &continuous {
                let plain = tree.denormalize(id, normalized).expect("a parameter");
                tree.set_plain(id, plain).expect("a value in its range");
            }
            tree.to_settings()
        };
        let mut chain = Chain::new();
        chain.prepare(&ProcessSpec::stereo(rate));
        // Within 200 ms every smoother has landed on its target.
        let mut audio = vec![[0.0; 2]; (0.2 * rate) as usize];
        let tone = programme(4800, rate, 0.5);
        for n in 0..STARTS {
            for end in [0.0, 1.0] {
                chain.set(&put(n as f32 / (STARTS - 1) as f32));
                chain.reset();
                for (frame, tone) in audio.iter_mut().zip(tone.iter().cycle()) {
                    *frame = *tone;
                }
                chain.process(&mut audio[..320]);
                chain.set(&put(end));
                audio[320..].chunks_mut(512).for_each(|block| chain.process(block));
                let finite = audio.as_flattened().iter().all(|x| x.is_finite());
                assert!(finite, "from {n} to {end} at {rate} Hz");
            }
        }
    }
}

/// Everything off but one stage.
fn alone(mut settings: ChainSettings, stage: StageId) -> ChainSettings {
    StageId::ALL.iter().for_each(|other| settings.set_on(*other, *other == stage));
    settings
}

#[test]
fn settings_are_taken_on_the_grid_whenever_they_are_made() {
    const CHANGE: usize = 6400;
    let spec = ProcessSpec::stereo(48_000.0);
    let input = programme(8000, 48_000.0, 0.9);
    for stage in StageId::ALL {
        for seed in 0..4 {
            let (before, after) =
                (alone(settings::random(seed), *stage), alone(settings::random(seed + 100), *stage));
            let rendered = |frame: usize| -> Vec<Frame> {
                let mut chain = Chain::new();
                chain.prepare(&spec);
                chain.set(&before);
                let mut output = input.clone();
                chain.process(&mut output[..frame]);
                chain.set(&after);
                chain.process(&mut output[frame..]);
                output
            };
            let ends = [rendered(CHANGE), rendered(CHANGE + CONTROL_PERIOD)];
            for frame in CHANGE + 1..CHANGE + CONTROL_PERIOD {
                let output = rendered(frame);
                assert!(
                    ends.contains(&output),
                    "{}, seed {seed}: a change at frame {frame} acts off the grid",
                    stage.stem()
                );
            }
        }
    }
}
