//! A block: the host's rows, whatever they are, as rows that the framework bears.
//!
//! | what a host gives | what is processed |
//! |---|---|
//! | no row, no port, no 32-bit data | silence in, nowhere out |
//! | an input row that is another channel's output | a copy of it |
//! | two output rows that share memory | the first; the second goes nowhere |
//! | rows and ports beyond the layout's | silence out |
//! | a call before `activate`, or a longer block than was agreed on | silence out, and an error |
//!
//! `constant_mask` of the outputs is written in every case: a row's bit is set if all its samples are the same.

use super::events::Events;
use super::framework;
use super::instance::{Edge, Entered, Stage, plugin};
use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use std::ptr::null_mut;
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::atomic::Ordering::Relaxed;

/// Most channels of a layout.
const CHANNELS: usize = 2;
/// Bits of a mask.
const MASK_BITS: usize = 64;

/// What a block needs, made in `activate`.
#[derive(Default)]
pub(super) struct Audio {
    max_frames: usize,
    inputs: [Vec<f32>; CHANNELS],
    outputs: [Vec<f32>; CHANNELS],
    pub events: Events,
}

impl Audio {
    /// [main-thread] Makes room for blocks of up to `max_frames`.
    pub(super) fn prepare(&mut self, max_frames: usize) {
        self.max_frames = max_frames;
        for row in self.inputs.iter_mut().chain(&mut self.outputs) {
            *row = vec![0.0; max_frames];
        }
    }
}

/// Whether two rows share anything.
fn overlap(one: *mut f32, other: *mut f32, frames: usize) -> bool {
    one.addr().abs_diff(other.addr()) < frames * size_of::<f32>()
}

/// A channel's row of a port; null if there is none.
///
/// # Safety
///
/// A port that has 32-bit data has as many pointers there as it has channels.
unsafe fn row(port: Option<&clap_audio_buffer>, channel: usize) -> *mut f32 {
    match port {
        // SAFETY: the caller's promise.
        Some(port) if channel < port.channel_count as usize && !port.data32.is_null() => unsafe {
            *port.data32.add(channel)
        },
        _ => null_mut(),
    }
}

/// Silences a port's rows from `first` on, but for what lies in `kept` rows.
///
/// # Safety
///
/// As [`row`]; every row that is not null has `frames` samples.
unsafe fn silence(port: &clap_audio_buffer, first: usize, frames: usize, kept: &[*mut f32]) {
    for channel in first..port.channel_count as usize {
        // SAFETY: the caller's promise.
        let samples = unsafe { row(Some(port), channel) };
        if !samples.is_null() && !kept.iter().any(|kept| overlap(samples, *kept, frames)) {
            // SAFETY: as above; zeros are a float's.
            unsafe { samples.write_bytes(0, frames) };
        }
    }
}

/// The mask of a port whose rows are written.
///
/// # Safety
///
/// As [`silence`].
unsafe fn mask(port: &clap_audio_buffer, frames: usize) -> u64 {
    let mut mask = 0;
    for channel in 0..(port.channel_count as usize).min(MASK_BITS) {
        // SAFETY: the caller's promise.
        let samples = unsafe { row(Some(port), channel) };
        if samples.is_null() || frames == 0 {
            continue;
        }
        // SAFETY: as above.
        let samples = unsafe { from_raw_parts(samples, frames) };
        // Ends at the first that differs, which is at once wherever anything sounds.
        if samples.iter().all(|sample| sample.to_bits() == samples[0].to_bits()) {
            mask |= 1 << channel;
        }
    }
    mask
}

/// [audio-thread] One call.
///
/// # Safety
///
/// What `call` points to is valid while it lasts, in the lengths that it names.
pub(super) unsafe fn process(
    edge: &Edge,
    entered: Option<Entered>,
    call: &clap_process,
) -> clap_process_status {
    let frames = call.frames_count as usize;
    let outputs: &mut [clap_audio_buffer] = if call.audio_outputs.is_null() {
        &mut []
    } else {
        // SAFETY: the caller's promise.
        unsafe { from_raw_parts_mut(call.audio_outputs, call.audio_outputs_count as usize) }
    };
    let inputs: &[clap_audio_buffer] = if call.audio_inputs.is_null() {
        &[]
    } else {
        // SAFETY: the caller's promise.
        unsafe { from_raw_parts(call.audio_inputs, call.audio_inputs_count as usize) }
    };
    let mut entered = entered.filter(|_| edge.stage() >= Stage::Active);
    let audio = entered.as_mut().map(Entered::audio).filter(|audio| frames <= audio.max_frames);
    let status = match audio {
        // SAFETY: the caller's promise.
        Some(audio) => unsafe { run(edge, audio, call, inputs, outputs) },
        None => CLAP_PROCESS_ERROR,
    };
    for port in outputs {
        if status == CLAP_PROCESS_ERROR {
            // SAFETY: the caller's promise.
            unsafe { silence(port, 0, frames, &[]) };
        }
        // SAFETY: the caller's promise.
        port.constant_mask = unsafe { mask(port, frames) };
    }
    status
}

/// The framework's process, between rows and events that it bears.
///
/// # Safety
///
/// As [`process`]; the block is no longer than the buffers of `audio`.
unsafe fn run(
    edge: &Edge,
    audio: &mut Audio,
    call: &clap_process,
    inputs: &[clap_audio_buffer],
    outputs: &[clap_audio_buffer],
) -> clap_process_status {
    let frames = call.frames_count as usize;
    let channels = (edge.channels.load(Relaxed) as usize).min(CHANNELS);
    let (mut ins, mut outs) = ([null_mut::<f32>(); CHANNELS], [null_mut::<f32>(); CHANNELS]);
    for channel in 0..channels {
        // SAFETY: the caller's promise.
        let to = unsafe { row(outputs.first(), channel) };
        let is_taken = outs[..channel].iter().any(|taken| overlap(to, *taken, frames));
        outs[channel] = if to.is_null() || is_taken { audio.outputs[channel].as_mut_ptr() } else { to };
    }
    for channel in 0..channels {
        // SAFETY: the caller's promise.
        let from = unsafe { row(inputs.first(), channel) };
        // In place is in its own place. The framework copies one row after the other: any other sharing is overwritten before it
        // is read.
        let is_crossed =
            outs[..channels].iter().any(|to| overlap(from, *to, frames)) && from != outs[channel];
        ins[channel] = from;
        if from.is_null() || is_crossed {
            ins[channel] = audio.inputs[channel].as_mut_ptr();
            if from.is_null() {
                audio.inputs[channel][..frames].fill(0.0);
            } else {
                // SAFETY: both have `frames` samples; the scratch row is ours alone.
                unsafe { from.copy_to_nonoverlapping(ins[channel], frames) };
            }
        }
    }
    let input = clap_audio_buffer {
        data32: ins.as_mut_ptr(),
        data64: null_mut(),
        channel_count: channels as u32,
        latency: 0,
        constant_mask: 0,
    };
    let mut output = clap_audio_buffer { data32: outs.as_mut_ptr(), ..input };
    // SAFETY: the caller's promise.
    let mut next = unsafe { audio.events.take(&edge.table, call.in_events, 0, call.frames_count) };
    let events = audio.events.list();
    let status = if frames == 0 {
        framework!(edge, params, flush(&events, call.out_events), ());
        CLAP_PROCESS_CONTINUE
    } else {
        let call = clap_process {
            audio_inputs: &input,
            audio_outputs: &mut output,
            audio_inputs_count: 1,
            audio_outputs_count: 1,
            in_events: &events,
            ..*call
        };
        plugin!(edge, process(&call), CLAP_PROCESS_ERROR)
    };
    // After: what lies beyond the layout may share memory with what was read.
    for (number, port) in outputs.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { silence(port, if number == 0 { channels } else { 0 }, frames, &outs[..channels]) };
    }
    // What did not fit.
    while next > 0 {
        // SAFETY: the caller's promise.
        let after = unsafe { audio.events.take(&edge.table, call.in_events, next, 1) };
        if after == next {
            break;
        }
        next = after;
        let events = audio.events.list();
        framework!(edge, params, flush(&events, std::ptr::null()), ());
    }
    status
}
