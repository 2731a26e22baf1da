//! A state that comes while the plugin is active and plays: what it says is what plays from the next block on, whatever it asks for.

use crate::raw_clap_host::{Host, Module, Plugin};
use crate::{Noise, isolated};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 480;
/// Blocks that are compared: a second, longer than any latency.
const BLOCKS: usize = 100;

/// A state with the chain at work and a choice as told, by the share of its travel.
fn state_with(module: &Module, name: &str, share: f64) -> Vec<u8> {
    let plugin = Plugin::new(module, Host::new(true));
    for name in ["Glue On", "Equalizer On", "Equalizer 4 On"] {
        plugin.set(name, 1.0);
    }
    plugin.set("Equalizer 4 Gain", 0.8);
    plugin.set("Limiter Drive", 0.4);
    plugin.set(name, share * plugin.named(name).highest);
    let state = plugin.save();
    plugin.destroy();
    state
}

fn render(plugin: &Plugin) -> Vec<[f32; 2]> {
    let mut noise = Noise(9);
    (0..BLOCKS)
        .flat_map(|_| {
            let (output, status, _) = plugin.process(&noise.frames(BLOCK, 0.5), &[]);
            assert_ne!(status, 0);
            output
        })
        .collect()
}

/// What the whole is to sound like: an instance that had the state before it was activated.
fn prepared(module: &Module, state: &[u8]) -> (Vec<[f32; 2]>, usize) {
    let plugin = Plugin::new(module, Host::new(true));
    assert!(plugin.load(state));
    assert!(plugin.activate(RATE, 1, BLOCK as u32) && plugin.start());
    let prepared = (render(&plugin), plugin.latency());
    plugin.destroy();
    prepared
}

/// One that plays keeps some of its own sound, so it is compared after a reset.
fn compare(module: &Module, name: &str, share: f64, plays: bool) {
    let state = state_with(module, name, share);
    let (expected, latency) = prepared(module, &state);
    let plugin = Plugin::running(module, RATE, BLOCK as u32);
    let before = plugin.latency();
    if plays {
        render(&plugin);
    }
    assert!(plugin.load(&state), "{name} {share}");
    // CLAP lets a latency change within an activation alone: the host hears of it when it restarts as it is asked to.
    assert_eq!(plugin.latency(), before, "{name} {share}");
    let restarts = plugin.host.restarts.load(SeqCst);
    assert_eq!(
        restarts,
        u32::from(before != latency),
        "{name} {share}: a host asks for the latency when it restarts"
    );
    if plays {
        plugin.process(&[[0.0; 2]; BLOCK], &[]);
        plugin.reset();
    }
    assert!(render(&plugin) == expected, "{name} {share}, plays {plays}: another sound than the state's");
    restart(&plugin);
    assert_eq!(plugin.latency(), latency, "{name} {share}");
    assert!(render(&plugin) == expected, "{name} {share}, restarted");
    plugin.destroy();
}

fn restart(plugin: &Plugin) {
    plugin.stop();
    plugin.deactivate();
    assert!(plugin.activate(RATE, 1, BLOCK as u32) && plugin.start());
}

isolated! {
    fn a_state_given_to_one_that_is_active_is_what_plays(module) {
        for (name, share) in [("Quality", 1.0), ("Quality", 0.0), ("Equalizer Phase", 1.0), ("Limiter Drive", 0.7)] {
            for plays in [false, true] {
                compare(module, name, share, plays);
            }
        }
    }
}

isolated! {
    fn states_that_come_while_blocks_are_played_leave_the_last_one_playing(module) {
        let states = [("Quality", 1.0), ("Quality", 0.0), ("Equalizer Phase", 1.0), ("Bypass", 0.0)]
            .map(|(name, share)| state_with(module, name, share));
        let (expected, latency) = prepared(module, &states[2]);
        let plugin = Plugin::running(module, RATE, BLOCK as u32);
        let ends = AtomicBool::new(false);
        std::thread::scope(|scope| {
            // The audio thread beside the one that loads.
            scope.spawn(|| {
                let mut noise = Noise(4);
                while !ends.load(SeqCst) {
                    let (output, status, _) = plugin.process(&noise.frames(BLOCK, 0.5), &[]);
                    assert!(status != 0 && output.iter().flatten().all(|x| x.is_finite()));
                }
            });
            for turn in 0..40 {
                assert!(plugin.load(&states[turn % states.len()]));
                assert!(!plugin.save().is_empty());
            }
            assert!(plugin.load(&states[2]));
            ends.store(true, SeqCst);
        });
        plugin.process(&[[0.0; 2]; BLOCK], &[]);
        plugin.reset();
        assert!(render(&plugin) == expected, "another sound than the last state's");
        restart(&plugin);
        assert_eq!(plugin.latency(), latency);
        plugin.destroy();
    }
}
