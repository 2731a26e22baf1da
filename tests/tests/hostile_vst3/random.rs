//! Legal calls in any order, on several instances, with audio threads beside them.

use super::windows::Window;
use crate::vst3_host::child::Noise;
use crate::vst3_host::raw::{Answers, Call, OFFLINE, Queues, REALTIME, Raw};
use crate::vst3_host::{Module, Screen};
use std::ptr::null_mut;
use std::time::Instant;
use vst3::ComWrapper;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

/// Calls of a seed where nobody says for how many seconds (`LACQUER_HOSTILE_SECONDS`).
const CALLS: usize = 10_000;
/// Instances at a time.
const INSTANCES: usize = 4;
/// Rates that hosts run at, Hz.
const RATES: [f64; 5] = [1_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0];
/// Longest block.
const MOST_FRAMES: usize = 256;

/// An instance with what its host has done with it.
struct Held {
    raw: Raw,
    set_up: Option<usize>,
    active: bool,
    channels: usize,
    view: Option<Window>,
    state: Vec<u8>,
    ids: Vec<ParamID>,
}

impl Held {
    fn new(module: &Module) -> Self {
        let raw = Raw::new(module);
        let ids = raw.infos().iter().map(|info| info.id).collect();
        let state = raw.state();
        Self { raw, set_up: None, active: false, channels: 2, view: None, state, ids }
    }

    /// What the audio thread has of it.
    fn player(&self) -> Player<'_> {
        Player { raw: &self.raw, most: self.set_up.unwrap_or(0), channels: self.channels, ids: &self.ids }
    }

    fn end(mut self) {
        if let Some(window) = self.view.take().filter(|window| window.attached) {
            // SAFETY: it was attached.
            unsafe { window.view.removed() };
        }
        self.raw.end();
    }
}

/// An instance that is active, as its audio thread has it.
struct Player<'a> {
    raw: &'a Raw,
    most: usize,
    channels: usize,
    ids: &'a [ParamID],
}

impl Player<'_> {
    /// A block of noise, in place or not, with some parameters moving; on another thread now and then, as hosts play.
    fn process(&self, noise: &mut Noise) {
        let frames =
            if noise.next() < 0.1 { noise.below(2) } else { 1 + noise.below(self.most) }.min(self.most);
        let changes: Vec<_> = (0..noise.below(6))
            .map(|_| {
                let mut points: Vec<_> =
                    (0..noise.below(4)).map(|_| (noise.below(frames.max(1)) as i32, noise.next())).collect();
                points.sort_by_key(|point| point.0);
                (noise.pick(self.ids), points)
            })
            .collect();
        let (changes, answers) = (Queues::new(&changes), ComWrapper::new(Answers::default()));
        let level = noise.pick(&[0.0, 1e-30, 0.1, 1.0, 30.0]);
        let mut input = vec![vec![0.0_f32; frames]; self.channels];
        input.iter_mut().flatten().for_each(|x| *x = ((noise.next() - 0.5) * level) as f32);
        let mut output = vec![vec![f32::NAN; frames]; self.channels];
        let mut ins: Vec<_> = input.iter_mut().map(|row| row.as_mut_ptr()).collect();
        let mut outs = ins.clone();
        let in_place = noise.next() < 0.5;
        if !in_place {
            outs = output.iter_mut().map(|row| row.as_mut_ptr()).collect();
        }
        let call = Call {
            mode: noise.pick(&[REALTIME, OFFLINE]),
            flags: noise.pick(&[0, 3]),
            changes: Some(&changes),
            answers: Some(&answers),
            ..Call::of(frames)
        };
        let (result, flags) = self.raw.call(&mut ins, &mut outs, &call);
        assert_eq!(result, kResultOk);
        for (channel, row) in if in_place { &input } else { &output }.iter().enumerate() {
            assert!(row.iter().all(|x| x.is_finite()), "not finite");
            if flags >> channel & 1 != 0 {
                assert!(row.iter().all(|x| *x == 0.0), "said to be silent");
            }
        }
    }
}

/// One random call that a host may make in the state that it has brought the instance into.
fn step(held: &mut Held, screen: Option<&Screen>, noise: &mut Noise) {
    match noise.below(20) {
        0 if !held.active => {
            let most = 1 + noise.below(MOST_FRAMES);
            assert_eq!(
                held.raw.set_up(noise.pick(&RATES), most as i32, noise.pick(&[REALTIME, OFFLINE])),
                kResultOk
            );
            held.set_up = Some(most);
        }
        1 if !held.active => {
            held.channels = noise.pick(&[1, 2]);
            assert_eq!(held.raw.set_channels(held.channels), kResultOk);
        }
        2 | 3 if held.set_up.is_some() && !held.active => {
            assert_eq!(held.raw.set_active(true), kResultOk);
            held.active = true;
        }
        4 if held.active && noise.next() < 0.3 => {
            assert_eq!(held.raw.set_active(false), kResultOk);
            held.active = false;
        }
        5 => held.state = held.raw.state(),
        6 => assert_eq!(held.raw.set_state(&held.state), kResultOk),
        7 => {
            let id = noise.pick(&held.ids);
            assert_eq!(held.raw.set_value(id, noise.next()), kResultOk);
            assert!((0.0..=1.0).contains(&held.raw.value(id)));
        }
        8 => texts(&held.raw, noise.pick(&held.ids), noise.next()),
        9 => {
            held.raw.latency();
            // SAFETY: calls without pointers.
            unsafe {
                held.raw.processor.getTailSamples();
                if held.active {
                    held.raw.processor.setProcessing(0);
                    held.raw.processor.setProcessing(1);
                }
            }
        }
        10 if held.view.is_none() => held.view = Window::new(&held.raw, noise.next() < 0.5),
        // An editor takes longer than everything else together.
        11 if noise.next() < 0.2 => {
            if let (Some(window), Some(screen)) = (&mut held.view, screen)
                && !window.attached
            {
                assert!(window.attach(screen), "the editor opens");
            }
        }
        12 | 13 => {
            if let Some(window) = &mut held.view {
                window_call(window, noise);
            }
        }
        14 if noise.next() < 0.5 => {
            if let Some(window) = held.view.take() {
                if window.attached {
                    // SAFETY: it was attached.
                    assert_eq!(unsafe { window.view.removed() }, kResultOk);
                }
                if noise.next() < 0.5 {
                    // SAFETY: no frame is one.
                    unsafe { window.view.setFrame(null_mut()) };
                }
            }
        }
        _ if held.active => {
            if noise.next() < 0.3 {
                // The next call comes while this one is on its way.
                let mut other = Noise((noise.next() * 1e15) as u64);
                let player = held.player();
                std::thread::scope(|scope| {
                    scope.spawn(|| (0..4).for_each(|_| player.process(&mut other)));
                    let id = noise.pick(&held.ids);
                    held.raw.set_value(id, noise.next());
                    held.raw.state();
                    held.raw.set_state(&held.state);
                    texts(&held.raw, id, noise.next());
                    if let Some(run_loop) = held.view.as_ref().and_then(|window| window.run_loop.as_ref()) {
                        run_loop.turn();
                    }
                });
            } else {
                held.player().process(noise);
            }
        }
        _ => {}
    }
}

fn texts(raw: &Raw, id: ParamID, value: f64) {
    let mut text: String128 = [0; 128];
    let mut back = 0.0;
    // SAFETY: valid pointers.
    unsafe {
        assert_eq!(raw.controller.getParamStringByValue(id, value, &mut text), kResultOk);
        raw.controller.getParamValueByString(id, text.as_mut_ptr(), &mut back);
        let plain = raw.controller.normalizedParamToPlain(id, value);
        let normalized = raw.controller.plainParamToNormalized(id, plain);
        assert!((0.0..=1.0).contains(&back) && (0.0..=1.0).contains(&normalized) && plain.is_finite());
    }
}

fn window_call(window: &mut Window, noise: &mut Noise) {
    let side = |noise: &mut Noise| 1 + noise.below(2000) as i32;
    let mut rect = ViewRect { left: 0, top: 0, right: side(noise), bottom: side(noise) };
    // SAFETY: valid pointers.
    unsafe {
        match noise.below(6) {
            0 => assert_eq!(window.view.getSize(&mut rect), kResultOk),
            1 => drop(window.view.onSize(&mut rect)),
            2 => drop(window.view.checkSizeConstraint(&mut rect)),
            3 => {
                if let Some(scale) = window.view.cast::<IPlugViewContentScaleSupport>() {
                    scale.setContentScaleFactor(noise.pick(&[1.0, 1.5, 2.0]));
                }
            }
            4 => drop(window.view.onFocus(1)),
            _ => {
                if let Some(run_loop) = &window.run_loop {
                    run_loop.turn();
                }
            }
        }
    }
}

pub fn random_calls(module: &Module, seed: u64) {
    let screen = Screen::open();
    let mut noise = Noise(seed);
    let mut instances: Vec<Held> = Vec::new();
    let seconds = std::env::var("LACQUER_HOSTILE_SECONDS").ok().map(|text| text.parse::<f64>().unwrap());
    let (since, mut calls) = (Instant::now(), 0);
    while seconds.map_or(calls < CALLS, |seconds| since.elapsed().as_secs_f64() < seconds) {
        calls += 1;
        if instances.len() < INSTANCES && noise.next() < 0.005 || instances.is_empty() {
            instances.push(Held::new(module));
        }
        let chosen = noise.below(instances.len());
        if noise.next() < 0.002 {
            instances.swap_remove(chosen).end();
        } else {
            step(&mut instances[chosen], screen.as_ref(), &mut noise);
        }
    }
    instances.drain(..).for_each(Held::end);
    eprintln!("figures: seed {seed}, {calls} calls in {:.0} s", since.elapsed().as_secs_f64());
}
