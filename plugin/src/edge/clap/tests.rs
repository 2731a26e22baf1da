//! The carried plugin through its own entry, block by block.

use super::clap_entry;
use crate::readings_tests::MADE;
use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_TRANSPORT, CLAP_TRANSPORT_HAS_BEATS_TIMELINE,
    CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO, CLAP_TRANSPORT_IS_PLAYING,
    clap_event_header, clap_event_transport,
};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::clap_process;
use clap_sys::version::CLAP_VERSION;
use lacquer_dsp::shared::meter_controls::FollowTransport;
use lacquer_gui::Status;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 256;

/// An instance in a host that offers nothing.
struct Carried {
    plugin: *const clap_plugin,
    status: Arc<Status>,
    _host: Box<clap_host>,
}

impl Carried {
    fn new() -> Self {
        let host = Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: null_mut(),
            name: c"Lacquer's tests".as_ptr(),
            vendor: null(),
            url: null(),
            version: null(),
            get_extension: None,
            request_restart: None,
            request_process: None,
            request_callback: None,
        });
        // SAFETY: the entry's rules are kept; the host lives as long as the plugin.
        let plugin = unsafe {
            let factory = clap_entry.get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr())
                .cast::<clap_plugin_factory>();
            let plugin =
                (*factory).create_plugin.unwrap()(factory, &*host, c"audio.lacquer.lacquer".as_ptr());
            assert!((*plugin).init.unwrap()(plugin));
            plugin
        };
        let status = MADE.with_borrow(|made| made.last().cloned()).unwrap();
        let this = Self { plugin, status, _host: host };
        this.activate();
        this
    }

    fn activate(&self) {
        // SAFETY: it is initialised and not active.
        unsafe {
            assert!((*self.plugin).activate.unwrap()(self.plugin, RATE, 1, BLOCK as u32));
            assert!((*self.plugin).start_processing.unwrap()(self.plugin));
        }
    }

    fn deactivate(&self) {
        // SAFETY: it is active.
        unsafe { (*self.plugin).deactivate.unwrap()(self.plugin) };
    }

    fn latency(&self) -> usize {
        self.status.running().unwrap().1 as usize
    }

    /// One block of the same row in both channels; the left one that comes out.
    fn play(&self, input: &[f32], transport: Option<&clap_event_transport>) -> Vec<f32> {
        let (mut ins, mut outs) = ([input.to_vec(), input.to_vec()], [input.to_vec(), input.to_vec()]);
        let mut rows = ins.each_mut().map(|row| row.as_mut_ptr());
        let mut out_rows = outs.each_mut().map(|row| row.as_mut_ptr());
        let port = |rows: &mut [*mut f32; 2]| clap_audio_buffer {
            data32: rows.as_mut_ptr(),
            data64: null_mut(),
            channel_count: 2,
            latency: 0,
            constant_mask: 0,
        };
        let (input_port, mut output_port) = (port(&mut rows), port(&mut out_rows));
        let call = clap_process {
            steady_time: -1,
            frames_count: input.len() as u32,
            transport: transport.map_or(null(), |transport| transport),
            audio_inputs: &input_port,
            audio_outputs: &mut output_port,
            audio_inputs_count: 1,
            audio_outputs_count: 1,
            in_events: null(),
            out_events: null(),
        };
        // SAFETY: every pointer is valid during the call.
        assert_ne!(unsafe { (*self.plugin).process.unwrap()(self.plugin, &call) }, 0);
        let [left, _] = outs;
        left
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        // SAFETY: once, and last.
        unsafe { (*self.plugin).destroy.unwrap()(self.plugin) };
    }
}

/// A signal that has no sample twice, quiet enough to pass every ceiling.
fn ramp(from: usize, count: usize) -> Vec<f32> {
    (from..from + count).map(|n| (n as f32 * 1e-5).sin() * 0.25 + 0.01).collect()
}

#[test]
#[cfg(not(debug_assertions))]
fn a_panic_passes_the_input_bit_for_bit_until_the_chain_is_restarted() {
    use crate::edge::net::SABOTAGE;
    let carried = Carried::new();
    let latency = carried.latency();
    assert!(latency > BLOCK, "more than a block is on its way");
    let (mut input, mut output) = (Vec::new(), Vec::new());
    let mut play = |blocks: usize| {
        for _ in 0..blocks {
            let block = ramp(input.len(), BLOCK);
            output.extend(carried.play(&block, None));
            input.extend(block);
        }
        (input.clone(), output.clone())
    };
    play(4);
    assert!(!carried.status.has_failed());
    // The fourth thing that is caught from here on: the second block's process.
    SABOTAGE.set(4);
    let (input_then, output_then) = play(6);
    assert!(carried.status.has_failed());
    assert_eq!(output_then[latency..], input_then[..input_then.len() - latency], "in time, before and after");
    // The chain that takes over has the input in it already.
    carried.status.rebuild();
    let (input_then, output_then) = play(8);
    assert!(!carried.status.has_failed());
    assert_eq!(output_then[latency..], input_then[..input_then.len() - latency], "and beyond the restart");
    // What plays now is a chain: it can be spoilt again.
    SABOTAGE.set(1);
    play(1);
    assert!(carried.status.has_failed());
    // A new activation has a new chain, too.
    carried.deactivate();
    carried.activate();
    assert!(!carried.status.has_failed());
    SABOTAGE.set(0);
    let block = ramp(0, BLOCK);
    assert!(carried.play(&block, None).iter().all(|x| *x == 0.0), "its delays are empty");
    carried.status.rebuild();
    carried.play(&block, None);
    assert!(!carried.status.has_failed(), "nothing to mend");
}

/// A transport that says where it is in seconds, or in beats.
fn transport(frame: usize, playing: bool, in_beats: bool) -> clap_event_transport {
    // SAFETY: made of numbers alone.
    let mut transport: clap_event_transport = unsafe { std::mem::zeroed() };
    transport.header = clap_event_header {
        size: size_of::<clap_event_transport>() as u32,
        time: 0,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_: CLAP_EVENT_TRANSPORT,
        flags: 0,
    };
    let seconds = frame as f64 / RATE;
    transport.tempo = 132.0;
    if in_beats {
        transport.flags = CLAP_TRANSPORT_HAS_BEATS_TIMELINE | CLAP_TRANSPORT_HAS_TEMPO;
        transport.song_pos_beats = (seconds * 132.0 / 60.0 * CLAP_BEATTIME_FACTOR as f64).round() as i64;
    } else {
        transport.flags = CLAP_TRANSPORT_HAS_SECONDS_TIMELINE;
        transport.song_pos_seconds = (seconds * CLAP_SECTIME_FACTOR as f64).round() as i64;
    }
    if playing {
        transport.flags |= CLAP_TRANSPORT_IS_PLAYING;
    }
    transport
}

#[test]
fn pause_restart_and_loops_of_the_transport_are_seen() {
    for in_beats in [false, true] {
        let carried = Carried::new();
        let bank = carried.status.meters().clone();
        let measured = || bank.measured_frames.load(Relaxed);
        let jumps = || bank.jumps.load(Relaxed);
        let play = |from: usize, blocks: usize, playing: bool| {
            for n in 0..blocks {
                let frame = if playing { from + n * BLOCK } else { from };
                carried.play(&ramp(n, BLOCK), Some(&transport(frame, playing, in_beats)));
            }
        };
        bank.controls.set_follow(FollowTransport::Pause);
        play(0, 200, true);
        let whole = measured();
        assert!(whole >= 199 * BLOCK as u64 - RATE as u64 / 100, "{whole}");
        let before = jumps();
        play(200 * BLOCK, 200, false);
        assert!(measured() <= whole + RATE as u64 / 100, "paused: {} after {whole}", measured());
        play(200 * BLOCK, 200, true);
        assert!(measured() > whole + 190 * BLOCK as u64, "goes on");
        assert_eq!(jumps(), before + 1, "it has started once");
        bank.controls.set_follow(FollowTransport::Restart);
        play(400 * BLOCK, 50, true);
        assert!(measured() > whole + 200 * BLOCK as u64, "nothing jumps: nothing restarts");
        // Back to a loop's beginning.
        play(48_000, 10, true);
        assert!(measured() <= 11 * BLOCK as u64, "a loop begins anew: {}", measured());
        assert_eq!(jumps(), before + 2);
    }
}
