//! 10,000 calls in any order that a host may choose, windows among them, on up to six instances; values, times and states wrong as
//! often as right.

use super::Noise;
use crate::raw_clap_host::child::isolated;
use crate::raw_clap_host::events::Event;
use crate::raw_clap_host::{Host, Module, Plugin, Reader};
use crate::{DEADLINE, ext};
use clap_sys::ext::audio_ports_config::{CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::ext::state_context::{CLAP_EXT_STATE_CONTEXT, clap_plugin_state_context};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use std::ffi::c_char;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

/// Calls of a seed where nobody says for how many seconds (`LACQUER_HOSTILE_SECONDS`).
const CALLS: usize = 10_000;
const INSTANCES: usize = 6;
/// Under which the process that does the work finds its seed.
const SEED: &str = "LACQUER_HOSTILE_SEED";

/// What is done, and how often of a thousand.
const SHARES: [(Call, usize); 16] = [
    (Call::Process, 560),
    (Call::Activate, 12),
    (Call::Deactivate, 8),
    (Call::Start, 40),
    (Call::Stop, 8),
    (Call::Reset, 30),
    (Call::Flush, 80),
    (Call::Save, 10),
    (Call::Load, 14),
    (Call::Ask, 120),
    (Call::OnMain, 50),
    (Call::Config, 14),
    (Call::Window, 30),
    (Call::Open, 8),
    (Call::Close, 12),
    (Call::Replace, 4),
];

#[derive(Debug, Clone, Copy)]
enum Call {
    Process,
    Activate,
    Deactivate,
    Start,
    Stop,
    Reset,
    Flush,
    Save,
    Load,
    Ask,
    OnMain,
    Config,
    Window,
    Open,
    Close,
    Replace,
}

struct Work<'a> {
    module: &'a Module,
    noise: Noise,
    plugins: Vec<Plugin>,
    state: Vec<u8>,
    opened: usize,
    blocks: usize,
}

impl Work<'_> {
    fn events(&mut self, plugin: usize, frames: usize) -> Vec<Event> {
        let count = self.noise.pick(&[0, 0, 1, 3, 50]);
        let noise = &mut self.noise;
        let parameters = &self.plugins[plugin].parameters;
        (0..count)
            .map(|_| {
                let any = noise.below(parameters.len());
                let id = parameters[any].id;
                let time = [0, 5, 31, 32, frames as u32, u32::MAX, noise.below(1000) as u32][noise.below(7)];
                let value = [0.0, 1.0, noise.next(), noise.next(), f64::NAN, -1e9, 1e300][noise.below(7)];
                if noise.next() < 0.2 {
                    Event::modulation(time, id, value)
                } else {
                    Event::value(time, id, value)
                }
            })
            .collect()
    }

    fn process(&mut self, plugin: usize) {
        let frames = self.noise.pick(&[0, 1, 31, 32, 33, 64, 480, 512, 700]);
        let channels = self.noise.pick(&[1, 2, 2, 2, 2]);
        let level = self.noise.pick(&[0.0, 0.1, 1.0, 1e6]);
        let noise = &mut self.noise;
        let mut ins: Vec<Vec<f32>> = (0..channels)
            .map(|_| (0..frames.max(1)).map(|_| ((noise.next() * 2.0 - 1.0) * level) as f32).collect())
            .collect();
        if noise.next() < 0.05 {
            ins[0].fill(f32::NAN);
        }
        let mut outs = vec![vec![7.0_f32; frames.max(1)]; channels];
        let mut in_rows: Vec<_> = ins.iter_mut().map(|row| row.as_mut_ptr()).collect();
        let mut out_rows: Vec<_> = outs.iter_mut().map(|row| row.as_mut_ptr()).collect();
        if noise.next() < 0.1 {
            // In place, and crossed.
            in_rows = out_rows.iter().rev().copied().collect();
        }
        for row in in_rows.iter_mut().chain(&mut out_rows) {
            if noise.next() < 0.1 {
                *row = null_mut();
            }
        }
        let events = self.events(plugin, frames);
        let (_, mask) = self.plugins[plugin].process_rows(frames, &mut in_rows, &mut out_rows, &events);
        for (channel, (row, given)) in outs.iter().zip(&out_rows).enumerate() {
            let row = &row[..frames];
            if frames == 0 || given.is_null() {
                continue;
            }
            assert!(row.iter().all(|x| x.is_finite()), "not finite");
            let is_constant = row.iter().all(|x| x.to_bits() == row[0].to_bits());
            assert_eq!(mask >> channel & 1 == 1, is_constant, "the mask says what is so");
        }
        self.blocks += 1;
    }

    fn ask(&mut self, plugin: usize) {
        let noise = &mut self.noise;
        let plugin = &self.plugins[plugin];
        let count = plugin.parameters.len() as u32;
        let index = noise.pick(&[0, 5, count - 1, count, 1 << 31]);
        plugin.info(index);
        let any = plugin.parameters[noise.below(count as usize)].id;
        let id = noise.pick(&[any, 12345]);
        let mut text = [0 as c_char; 64];
        let size = noise.pick(&[0, 1, 2, 5, 64]);
        let value = noise.pick(&[0.0, 1.0, 0.3, f64::NAN, 1e30, -5.0]);
        ext!(plugin, clap_plugin_params, CLAP_EXT_PARAMS, value_to_text(id, value, text.as_mut_ptr(), size));
        plugin.value(id);
        plugin.latency();
        ext!(plugin, clap_plugin_tail, CLAP_EXT_TAIL, get());
        assert!(plugin.table::<u8>(noise.pick(&[c"x", c"clap.voice-info", c"clap.note-ports"])).is_none());
    }

    fn window(&mut self, plugin: usize) {
        let noise = &mut self.noise;
        let plugin = &self.plugins[plugin];
        let (gui, raw) = (plugin.gui(), plugin.raw());
        let (mut width, mut height) = (noise.pick(&[0, 1, 1200, 1 << 31]), noise.pick(&[0, 700, 1 << 31]));
        unsafe {
            match noise.below(6) {
                0 => {
                    _ = gui.set_scale.unwrap()(
                        raw,
                        noise.pick(&[0.0, -1.0, f64::NAN, f64::INFINITY, 1.0, 1.5]),
                    )
                }
                1 => _ = gui.set_size.unwrap()(raw, width, height),
                2 => _ = gui.adjust_size.unwrap()(raw, &mut width, &mut height),
                3 => _ = gui.get_size.unwrap()(raw, &mut width, &mut height),
                4 => _ = gui.show.unwrap()(raw),
                _ => _ = gui.hide.unwrap()(raw),
            }
        }
    }

    fn call(&mut self, call: Call) {
        let plugin = self.noise.below(self.plugins.len());
        match call {
            Call::Process => self.process(plugin),
            Call::Activate => {
                let rate =
                    self.noise.pick(&[44_100.0, 48_000.0, 96_000.0, 192_000.0, 1_000.0, 0.0, f64::NAN]);
                let (least, most) = (self.noise.pick(&[1, 600]), self.noise.pick(&[512, 64, 700, 0]));
                self.plugins[plugin].activate(rate, least, most);
            }
            Call::Deactivate => self.plugins[plugin].deactivate(),
            Call::Start => _ = self.plugins[plugin].start(),
            Call::Stop => self.plugins[plugin].stop(),
            Call::Reset => self.plugins[plugin].reset(),
            Call::Flush => {
                let events = self.events(plugin, 0);
                self.plugins[plugin].flush(&events);
            }
            Call::Save => self.state = self.plugins[plugin].save(),
            Call::Load => {
                let junk: Vec<u8> = (0..200).map(|_| (self.noise.next() * 256.0) as u8).collect();
                let cut = self.state[..self.state.len().min(50)].to_vec();
                let bytes = [self.state.clone(), Vec::new(), cut, junk][self.noise.below(4)].clone();
                let context = self.noise.pick(&[0, 1, 2, 3, 99]);
                if self.noise.next() < 0.5 {
                    self.plugins[plugin].load(&bytes);
                } else {
                    let mut reader = Reader(&bytes);
                    let plugin = &self.plugins[plugin];
                    ext!(
                        plugin,
                        clap_plugin_state_context,
                        CLAP_EXT_STATE_CONTEXT,
                        load(&reader.stream(), context)
                    );
                }
            }
            Call::Ask => self.ask(plugin),
            Call::OnMain => self.plugins[plugin].on_main_thread(),
            Call::Config => {
                let id = self.noise.pick(&[0, 1, 2, 99]);
                let plugin = &self.plugins[plugin];
                ext!(plugin, clap_plugin_audio_ports_config, CLAP_EXT_AUDIO_PORTS_CONFIG, select(id));
            }
            Call::Window => self.window(plugin),
            Call::Open => self.opened += usize::from(self.plugins[plugin].open()),
            Call::Close => self.plugins[plugin].close(),
            Call::Replace => {
                if self.plugins.len() > 1 && self.noise.next() < 0.5 {
                    self.plugins.swap_remove(plugin).destroy();
                } else if self.plugins.len() < INSTANCES {
                    let has_extensions = self.noise.next() < 0.8;
                    self.plugins.push(Plugin::new(self.module, Host::new(has_extensions)));
                }
            }
        }
    }
}

/// How long to go on, if somebody says so.
fn seconds() -> Option<f64> {
    std::env::var("LACQUER_HOSTILE_SECONDS").ok().map(|text| text.parse().unwrap())
}

fn work(module: &Module) {
    let seed = std::env::var(SEED).unwrap().parse().unwrap();
    let plugin = Plugin::new(module, Host::new(true));
    let state = plugin.save();
    let (plugins, noise) = (vec![plugin], Noise(seed));
    let mut work = Work { module, noise, plugins, state, opened: 0, blocks: 0 };
    let whole: usize = SHARES.iter().map(|(_, share)| share).sum();
    let (since, seconds, mut calls) = (Instant::now(), seconds(), 0);
    while seconds.map_or(calls < CALLS, |seconds| since.elapsed().as_secs_f64() < seconds) {
        calls += 1;
        let mut drawn = work.noise.below(whole);
        let call = SHARES.iter().find(|(_, share)| {
            let is_it = drawn < *share;
            drawn = drawn.saturating_sub(*share);
            is_it
        });
        work.call(call.unwrap().0);
    }
    let took = since.elapsed().as_secs_f64();
    println!(
        "figures: seed {seed}, {calls} calls, {} blocks, {} windows in {took:.0} s",
        work.blocks, work.opened
    );
    work.plugins.into_iter().for_each(Plugin::destroy);
}

/// One test a seed, so that they run beside each other.
macro_rules! seeds {
    ($($name:ident = $seed:literal;)*) => {$(
        #[test]
        fn $name() {
            let test = concat!("random::", stringify!($name));
            let deadline = DEADLINE + Duration::from_secs_f64(seconds().unwrap_or_default());
            isolated(test, deadline, &[(SEED, $seed)], work);
        }
    )*};
}

seeds! {
    ten_thousand_calls_break_nothing_seed_1 = "1";
    ten_thousand_calls_break_nothing_seed_2 = "2";
    ten_thousand_calls_break_nothing_seed_3 = "3";
}
