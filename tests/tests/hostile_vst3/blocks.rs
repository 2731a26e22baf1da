//! Blocks as no host should give them.

use crate::vst3_host::Module;
use crate::vst3_host::child::Noise;
use crate::vst3_host::raw::{Call, OFFLINE, Queues, REALTIME, Raw};
use std::ptr::null_mut;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

/// Noise of two channels.
fn noise_block(frames: usize) -> [Vec<f32>; 2] {
    let mut noise = Noise(7);
    [(); 2].map(|()| (0..frames).map(|_| (noise.next() - 0.5) as f32).collect())
}

/// Makes the chain audible: full of what came before.
fn warm(raw: &Raw) {
    for _ in 0..20 {
        raw.play(&mut noise_block(480), &Call::of(480));
    }
}

fn rows(channels: &mut [Vec<f32>; 2]) -> [*mut f32; 2] {
    channels.each_mut().map(|row| row.as_mut_ptr())
}

pub fn bad_rows(module: &Module) {
    let raw = Raw::started(module, 512);
    warm(&raw);
    let (mut input, mut output) = (noise_block(480), noise_block(480));
    let mut none = [null_mut::<f32>(); 2];
    let call = Call { flags: 3, ..Call::of(480) };
    let (result, flags) = raw.call(&mut none, &mut rows(&mut output), &call);
    assert_eq!((result, flags), (kResultOk, 0), "the latency's tail is no silence");
    assert!(output.iter().flatten().all(|x| x.is_finite()));
    for _ in 0..40 {
        raw.call(&mut none, &mut rows(&mut output), &call);
    }
    assert!(output.iter().flatten().all(|x| *x == 0.0), "no rows are silence");
    assert_eq!(raw.call(&mut none, &mut rows(&mut output), &call).1, 3, "and are said to be");
    assert_eq!(raw.call(&mut rows(&mut input), &mut none, &call).0, kResultOk);
    let mut half = [null_mut(), output[1].as_mut_ptr()];
    assert_eq!(raw.call(&mut rows(&mut input), &mut half, &call).0, kResultOk);
    let mut both = none;
    assert_eq!(raw.call(&mut none, &mut both, &call).0, kResultOk);
    // No rows at all, buses that are said to be there, none.
    let mut bus = AudioBusBuffers {
        numChannels: 2,
        silenceFlags: 3,
        __field0: AudioBusBuffers__type0 { channelBuffers32: null_mut() },
    };
    let mut other = bus;
    assert_eq!(raw.call_buses(Some(&mut bus), Some(&mut other), &call), kResultOk);
    assert_eq!(raw.call_buses(None, None, &call), kResultOk);
    assert_eq!(raw.call_buses(None, Some(&mut bus), &call), kResultOk);
    (bus.numChannels, other.numChannels) = (-1, i32::MIN);
    assert_eq!(raw.call_buses(Some(&mut bus), Some(&mut other), &call), kResultOk);
    // One channel where two were agreed on, and more than that.
    assert_eq!(raw.call(&mut rows(&mut input)[..1], &mut rows(&mut output)[..1], &call).0, kResultOk);
    // Sound has come out by then: two rows of it, and the third is silence.
    for _ in 0..40 {
        raw.call(&mut rows(&mut input), &mut rows(&mut output), &call);
    }
    let mut third = vec![1.0_f32; 480];
    let [left, right] = rows(&mut output);
    let (result, flags) = raw.call(&mut rows(&mut input), &mut [left, right, third.as_mut_ptr()], &call);
    assert!(result == kResultOk && flags == 4 && third.iter().all(|x| *x == 0.0));
    raw.end();
}

/// In place with the channels crossed, and shifted by a frame.
pub fn crossed_rows(module: &Module) {
    let [one, other, third] = [(); 3].map(|()| Raw::started(module, 512));
    for _ in 0..20 {
        let (mut input, mut output) = (noise_block(480), noise_block(480));
        assert_eq!(one.call(&mut rows(&mut input), &mut rows(&mut output), &Call::of(480)).0, kResultOk);
        let mut crossed = noise_block(480);
        let [left, right] = rows(&mut crossed);
        assert_eq!(other.call(&mut [left, right], &mut [right, left], &Call::of(480)).0, kResultOk);
        assert_eq!([&crossed[1], &crossed[0]], output.each_ref(), "crossed");
        let mut shifted = input.each_ref().map(|row| [row.as_slice(), &[0.0]].concat());
        let mut outs = shifted.each_mut().map(|row| row[1..].as_mut_ptr());
        assert_eq!(third.call(&mut rows(&mut shifted), &mut outs, &Call::of(480)).0, kResultOk);
        assert_eq!(shifted.each_ref().map(|row| &row[1..]), output.each_ref().map(Vec::as_slice), "shifted");
    }
    [one, other, third].into_iter().for_each(Raw::end);
}

pub fn bad_lengths(module: &Module) {
    let raw = Raw::new(module);
    let mut block = noise_block(960);
    let refused = |raw: &Raw, block: &mut [Vec<f32>; 2], call: &Call, frames: usize| {
        block.iter_mut().flatten().for_each(|x| *x = 0.5);
        let mut outs = rows(block);
        assert_ne!(raw.call(&mut rows(block), &mut outs, call).0, kResultOk);
        assert!(block.iter().all(|row| row[..frames].iter().all(|x| *x == 0.0)), "the output is silence");
    };
    let call = Call { flags: 3, ..Call::of(480) };
    refused(&raw, &mut block, &call, 480);
    for (rate, frames) in [
        (0.0, 512),
        (-1.0, 512),
        (f64::NAN, 512),
        (f64::INFINITY, 512),
        (1e9, 512),
        (48e3, 0),
        (48e3, -1),
        (48e3, i32::MAX),
    ] {
        assert_ne!(raw.set_up(rate, frames, REALTIME), kResultOk, "{rate} {frames}");
        assert_ne!(raw.set_active(true), kResultOk);
    }
    assert_eq!(raw.set_up(48_000.0, 480, REALTIME), kResultOk);
    refused(&raw, &mut block, &call, 480);
    assert_eq!(raw.set_active(true), kResultOk);
    // What comes out while the sound is on its way is silence still.
    for _ in 0..8 {
        raw.play(&mut noise_block(480), &Call { flags: 3, ..Call::of(480) });
    }
    assert_eq!(raw.play(&mut noise_block(480), &Call { flags: 3, ..Call::of(480) }), 0);
    refused(&raw, &mut block, &Call::of(481), 481);
    refused(&raw, &mut block, &Call { frames: -1, ..Call::of(0) }, 0);
    refused(&raw, &mut block, &Call { sample_size: 1, ..Call::of(240) }, 480);
    refused(&raw, &mut block, &Call { sample_size: 7, ..Call::of(240) }, 240);
    raw.play(&mut block, &Call::of(0));
    // What was set up stays while it is active.
    assert_ne!(raw.set_up(96_000.0, 480, REALTIME), kResultOk);
    assert_ne!(raw.set_up(48_000.0, 4800, REALTIME), kResultOk);
    assert_eq!(raw.set_up(48_000.0, 480, OFFLINE), kResultOk);
    assert_ne!(raw.set_channels(1), kResultOk);
    // SAFETY: no setup and no block are ones.
    unsafe {
        assert_ne!(raw.processor.setupProcessing(null_mut()), kResultOk);
        assert_ne!(raw.processor.process(null_mut()), kResultOk);
        assert_ne!(raw.processor.setBusArrangements(null_mut(), 1, null_mut(), 1), kResultOk);
        assert_ne!(raw.processor.getBusArrangement(0, 7, null_mut()), kResultOk);
    }
    assert_eq!(raw.set_active(true), kResultOk, "twice");
    raw.play(&mut block, &Call::of(480));
    // Ended while it is active.
    // SAFETY: the last call.
    assert_eq!(unsafe { raw.component.terminate() }, kResultOk);
}

pub fn bad_changes(module: &Module) {
    let raw = Raw::started(module, 512);
    let ids: Vec<ParamID> = raw.infos().iter().map(|info| info.id).collect();
    let drive = raw.id("Limiter Drive");
    let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0, 1e300, -0.0];
    let mut queues = Vec::new();
    for id in &ids {
        queues.push((
            *id,
            bad.iter().zip([481, -7, i32::MAX, i32::MIN, 3, 0, 100]).map(|(v, t)| (t, *v)).collect(),
        ));
    }
    queues.push((12345, vec![(0, 0.5)]));
    queues.push((ParamID::MAX, vec![(0, 0.5)]));
    queues.push((drive, Vec::new()));
    let (many, promises) = (Queues::new(&queues), Queues::empty_promises(5000));
    for changes in [&many, &promises, &many] {
        let mut block = noise_block(480);
        raw.play(&mut block, &Call { changes: Some(changes), ..Call::of(480) });
        assert!(block.iter().flatten().all(|x| x.is_finite()));
        raw.play(&mut block, &Call { changes: Some(changes), ..Call::of(0) });
    }
    ids.iter().for_each(|id| assert!((0.0..=1.0).contains(&raw.value(*id))));
    // The latest counts, wherever it stands in its queue, and beyond the block too.
    let unsorted = Queues::new(&[(drive, vec![(479, 0.25), (100, 0.75), (0, 0.5)])]);
    raw.play(&mut noise_block(480), &Call { changes: Some(&unsorted), ..Call::of(480) });
    assert!((raw.value(drive) - 0.25).abs() < 1e-6, "{}", raw.value(drive));
    let beyond = Queues::new(&[(drive, vec![(i32::MAX, 0.125), (480, 0.75)])]);
    raw.play(&mut noise_block(480), &Call { changes: Some(&beyond), ..Call::of(480) });
    assert!((raw.value(drive) - 0.125).abs() < 1e-6, "{}", raw.value(drive));
    // More points than there is room for: the last one is where the parameter stays.
    let points = (0..5000).map(|n| (n * 479 / 4999, f64::from(n % 100) / 100.0)).collect();
    raw.play(
        &mut noise_block(480),
        &Call { changes: Some(&Queues::new(&[(drive, points)])), ..Call::of(480) },
    );
    assert!((raw.value(drive) - 0.99).abs() < 1e-6, "{}", raw.value(drive));
    raw.end();
}
