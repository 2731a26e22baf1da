//! Everything that can be moved is moved, everywhere: no panic is caught, nothing is not a number.
//!
//! A minute of random automation is played in full at 44.1 kHz; at the other rates ten seconds, because the same code runs there with
//! other coefficients and CI's time is bounded. `LACQUER_AUTOMATION_SECONDS` says otherwise for all of them.

use crate::raw_clap_host::events::Event;
use crate::raw_clap_host::{Module, Plugin, child};
use crate::{DEADLINE, Noise, isolated};
use clap_sys::ext::params::CLAP_PARAM_IS_STEPPED;

const BLOCK: usize = 512;
/// Values from which a parameter goes to its ends.
const STARTS: usize = 40;
/// Parameters that move together: every so many-th, so that none moves with one of the same stage that could silence it. Each for
/// itself would be 20 minutes of audio.
const GROUPS: usize = 4;
/// Blocks for which a parameter is on its way: it nears its end by a time constant of 8 ms until 32 bits know no difference, and the
/// last step of that is the one that may go too far. Twenty-five time constants.
const WAY: usize = 18;
/// Where the others stand meanwhile.
const REST: f64 = 0.4;

/// Everything switched on, every band among it, and no bypass.
fn switch_on(plugin: &Plugin) {
    let on: Vec<_> = plugin
        .parameters
        .iter()
        .filter(|parameter| parameter.name.ends_with(" On"))
        .map(|parameter| Event::value(0, parameter.id, 1.0))
        .collect();
    assert!(on.len() > 10);
    plugin.flush(&on);
}

/// Plays a block and sees that it is one.
fn play(plugin: &Plugin, noise: &mut Noise, frames: usize, events: &[Event]) {
    let (output, status, _) = plugin.process(&noise.frames(frames, 0.4), events);
    assert_ne!(status, 0);
    assert!(output.iter().flatten().all(|x| x.is_finite()));
}

isolated! {
    fn every_number_goes_to_both_ends_from_anywhere(module) {
        let plugin = Plugin::running(module, 44_100.0, BLOCK as u32);
        switch_on(&plugin);
        let mut noise = Noise(11);
        let numbers: Vec<_> =
            plugin.parameters.iter().filter(|parameter| parameter.flags & CLAP_PARAM_IS_STEPPED == 0).collect();
        // Every stage at work: at its ends a parameter's neighbours would leave some of them idle.
        let rest: Vec<_> = numbers.iter().map(|parameter| Event::value(0, parameter.id, REST)).collect();
        for _ in 0..STARTS {
            for end in [0.0, 1.0] {
                for group in 0..GROUPS {
                    let from = noise.next();
                    let at = |value: f64| -> Vec<_> {
                        let moved = numbers.iter().skip(group).step_by(GROUPS);
                        moved.map(|parameter| Event::value(0, parameter.id, value)).collect()
                    };
                    let mut begin = rest.clone();
                    begin.extend(at(from));
                    play(&plugin, &mut noise, BLOCK, &begin);
                    play(&plugin, &mut noise, BLOCK, &at(end));
                    (0..WAY).for_each(|_| play(&plugin, &mut noise, BLOCK, &[]));
                }
            }
        }
        plugin.destroy();
    }
}

/// Seconds of random automation where nobody says how many, at 44.1 kHz and at the other rates.
const SECONDS: [f64; 2] = [60.0, 10.0];
/// Moves in each block, of a parameter each.
const MOVES: usize = 8;
/// How much of them goes to an end: where settings are least alike.
const ENDS: f64 = 0.3;

/// Random values for all parameters, a few in each block.
fn automate(module: &Module, rate: f64, seconds: f64) {
    let seconds = std::env::var("LACQUER_AUTOMATION_SECONDS").map_or(seconds, |text| text.parse().unwrap());
    let plugin = Plugin::running(module, rate, BLOCK as u32);
    switch_on(&plugin);
    let mut noise = Noise(rate as u64);
    let mut moved = vec![0_u32; plugin.parameters.len()];
    for _ in 0..(rate * seconds) as usize / BLOCK {
        let events: Vec<_> = (0..MOVES)
            .map(|_| {
                let any = noise.below(plugin.parameters.len());
                moved[any] += 1;
                let parameter = &plugin.parameters[any];
                let value = if noise.next() < ENDS { noise.pick(&[0.0, 1.0]) } else { noise.next() };
                Event::value(noise.below(BLOCK) as u32, parameter.id, value * parameter.highest)
            })
            .collect();
        play(&plugin, &mut noise, BLOCK, &events);
    }
    let (moves, least) = (moved.iter().sum::<u32>(), moved.iter().min().unwrap());
    println!(
        "figures: {rate} Hz, {seconds} s, {moves} moves of {} parameters, {least} at least",
        moved.len()
    );
    assert!(*least > 0, "each is moved");
    plugin.destroy();
}

/// A test a rate, so that they run beside each other.
macro_rules! rates {
    ($($name:ident = $rate:literal, $seconds:expr;)*) => {$(
        #[test]
        fn $name() {
            let test = concat!("automation::", stringify!($name));
            // A minute at the highest rate takes longer than any other case.
            child::isolated(test, 4 * DEADLINE, &[], |module| automate(module, $rate, $seconds));
        }
    )*};
}

rates! {
    automation_of_everything_at_44_1_khz = 44_100.0, SECONDS[0];
    automation_of_everything_at_48_khz = 48_000.0, SECONDS[1];
    automation_of_everything_at_96_khz = 96_000.0, SECONDS[1];
    automation_of_everything_at_192_khz = 192_000.0, SECONDS[1];
}
