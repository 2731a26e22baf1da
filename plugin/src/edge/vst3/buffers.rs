//! A host's rows of samples as the framework can bear them: as many as the layout has, none null, none crossed with another, and the
//! flags of silence as the output is.

use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0, ProcessData};
use nice_plug::wrapper::vst3::vst3::Steinberg::int32;
use std::ptr::null_mut;

/// The widest layout.
pub(super) const CHANNELS: usize = 2;

/// Rows of ours, for those that the host does not have or has crossed.
#[derive(Default)]
pub(super) struct Scratch {
    ins: [Vec<f32>; CHANNELS],
    outs: [Vec<f32>; CHANNELS],
}

impl Scratch {
    /// For blocks of at most `frames`. Allocates.
    pub fn prepare(&mut self, frames: usize) {
        self.ins.iter_mut().chain(&mut self.outs).for_each(|row| *row = vec![0.0; frames]);
    }
}

/// What the framework is given in the place of the host's buses.
pub(super) struct Rows {
    ins: [*mut f32; CHANNELS],
    outs: [*mut f32; CHANNELS],
    channels: usize,
}

/// The buses that a host gives.
///
/// # Safety
/// `buses` is null or points to `count` buses, which nobody else touches while the result lives.
unsafe fn buses<'a>(buses: *mut AudioBusBuffers, count: int32) -> &'a mut [AudioBusBuffers] {
    match usize::try_from(count) {
        // SAFETY: as the caller promises.
        Ok(count) if count > 0 && !buses.is_null() => unsafe { std::slice::from_raw_parts_mut(buses, count) },
        _ => &mut [],
    }
}

/// A row of a bus; null where the host has none.
///
/// # Safety
/// The bus's rows are null or as many as it says.
unsafe fn row(bus: Option<&AudioBusBuffers>, channel: usize) -> *mut f32 {
    let Some(bus) = bus else { return null_mut() };
    // SAFETY: both members of the union are pointers to rows.
    let rows = unsafe { bus.__field0.channelBuffers32 };
    if rows.is_null() || channel >= usize::try_from(bus.numChannels).unwrap_or(0) {
        return null_mut();
    }
    // SAFETY: the channel is one of those that the bus has.
    unsafe { *rows.add(channel) }
}

fn overlap(a: *mut f32, b: *mut f32, frames: usize) -> bool {
    (a as usize).abs_diff(b as usize) < frames * size_of::<f32>()
}

/// Whether the host gives a bus to write to; a block without one hands over changes.
///
/// # Safety
/// `host` is a host's.
pub(super) unsafe fn has_output(host: &ProcessData) -> bool {
    // SAFETY: as the caller promises.
    unsafe { buses(host.outputs, host.numOutputs).first().is_some_and(|bus| bus.numChannels > 0) }
}

/// [audio-thread] Silence in every row of the output and from there the flags that say so: what a host hears of a call that is refused.
///
/// # Safety
/// `host` is a host's; its rows hold `frames` samples of its own size.
pub(super) unsafe fn silence(host: &ProcessData, frames: usize) {
    // Of 64 bits each where it says so.
    let words = if host.symbolicSampleSize == 0 { frames } else { 2 * frames };
    // SAFETY: as the caller promises.
    unsafe {
        for bus in buses(host.outputs, host.numOutputs) {
            for channel in 0..usize::try_from(bus.numChannels).unwrap_or(0) {
                let out = row(Some(bus), channel);
                if !out.is_null() {
                    std::ptr::write_bytes(out, 0, words);
                }
            }
            bus.silenceFlags = all_channels(bus.numChannels);
        }
    }
}

fn all_channels(count: int32) -> u64 {
    match count {
        ..=0 => 0,
        1..64 => (1 << count) - 1,
        _ => u64::MAX,
    }
}

impl Rows {
    /// [audio-thread] Rows for a layout of `channels`.
    ///
    /// # Safety
    /// `host` is a host's, its rows of 32-bit samples hold `frames` each, and `scratch` was prepared for as many.
    pub unsafe fn new(host: &ProcessData, frames: usize, channels: usize, scratch: &mut Scratch) -> Self {
        let mut this = Self { ins: [null_mut(); CHANNELS], outs: [null_mut(); CHANNELS], channels };
        // SAFETY: as the caller promises, for every row and every call below.
        unsafe {
            let outs = buses(host.outputs, host.numOutputs);
            for channel in 0..channels {
                this.outs[channel] = row(outs.first(), channel);
                if this.outs[channel].is_null()
                    || overlaps_any(this.outs[channel], &this.outs[..channel], frames)
                {
                    this.outs[channel] = scratch.outs[channel].as_mut_ptr();
                }
            }
            for channel in 0..channels {
                // Looked at anew: the buses of input and output may be the same ones.
                let from = row(buses(host.inputs, host.numInputs).first(), channel);
                let mut others =
                    this.outs.iter().enumerate().filter(|(out, to)| *out != channel || **to != from);
                let is_crossed = others.any(|(_, to)| overlap(from, *to, frames));
                this.ins[channel] = from;
                if from.is_null() || is_crossed {
                    let own = scratch.ins[channel].as_mut_ptr();
                    if from.is_null() {
                        std::ptr::write_bytes(own, 0, frames);
                    } else {
                        std::ptr::copy(from, own, frames);
                    }
                    this.ins[channel] = own;
                }
            }
        }
        this
    }

    /// Both buses for the framework, which live as long as this.
    pub fn buses(&mut self) -> [AudioBusBuffers; 2] {
        [&mut self.ins, &mut self.outs].map(|rows| AudioBusBuffers {
            numChannels: self.channels as int32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: rows.as_mut_ptr() },
        })
    }

    /// [audio-thread] After the block: silence in the rows that the layout does not have, and the flags of silence of channels without a
    /// sample other than zero, and of no other.
    ///
    /// # Safety
    /// As [`Rows::new`].
    pub unsafe fn finish(&self, host: &ProcessData, frames: usize) {
        // SAFETY: as the caller promises.
        unsafe {
            for (n, bus) in buses(host.outputs, host.numOutputs).iter_mut().enumerate() {
                let used = if n == 0 { self.channels } else { 0 };
                let mut flags = all_channels(bus.numChannels);
                for channel in 0..usize::try_from(bus.numChannels).unwrap_or(0) {
                    let out = row(Some(bus), channel);
                    if out.is_null() {
                        continue;
                    }
                    if channel >= used {
                        std::ptr::write_bytes(out, 0, frames);
                    } else if std::slice::from_raw_parts(out, frames)
                        .iter()
                        .any(|sample| sample.to_bits() != 0)
                    {
                        flags &= !(1 << channel);
                    }
                }
                bus.silenceFlags = flags;
            }
        }
    }
}

fn overlaps_any(row: *mut f32, others: &[*mut f32], frames: usize) -> bool {
    others.iter().any(|other| overlap(row, *other, frames))
}
