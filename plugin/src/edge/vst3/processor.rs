//! Audio: what is set up, and what a block may be.

use super::buffers::{Rows, has_output, silence};
use super::component::{Component, Inner};
use super::{caught, forward};
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    BusDirection, IAudioProcessorTrait, IParameterChanges, IProcessContextRequirementsTrait, ProcessData,
    ProcessModes_, ProcessSetup, SpeakerArrangement, SymbolicSampleSizes_,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    TBool, int32, kInternalError, kInvalidArgument, kNotInitialized, kResultFalse, tresult, uint32,
};
use std::ops::RangeInclusive;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Sample rates that are taken, Hz: what the formats' own validators go through, and twice what any converter does.
const RATES: RangeInclusive<f64> = 1_000.0..=768_000.0;
/// Frames of a block that a host may ask for: beyond 22 s at 48 kHz it is a mistake, and memory is taken for it.
const BLOCKS: RangeInclusive<int32> = 1..=1 << 20;
/// Samples of 32 bits, the one size that is offered.
const SAMPLES_32: int32 = SymbolicSampleSizes_::kSample32 as int32;
/// What a host says of a block that nobody waits for.
const OFFLINE: int32 = ProcessModes_::kOffline as int32;

forward! { IAudioProcessorTrait for Component by Inner {
    fn getBusArrangement(direction: BusDirection, index: int32, arrangement: *mut SpeakerArrangement) -> tresult, kInternalError;
    fn canProcessSampleSize(size: int32) -> tresult, kResultFalse;
    fn setProcessing(state: TBool) -> tresult, kInternalError;
    fn getTailSamples() -> uint32, 0;
}
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        // A layout is taken at the activation: an active chain keeps its own.
        if self.is_active.load(Acquire) {
            return kResultFalse;
        }
        // SAFETY: as in `forward`.
        caught(kInternalError, || unsafe { self.inner.setBusArrangements(inputs, input_count, outputs, output_count) })
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        self.instance.tell_latency()
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // SAFETY: the host's, or null.
        let Some(asked) = (unsafe { setup.as_ref() }) else { return kInvalidArgument };
        let is_fit = RATES.contains(&asked.sampleRate)
            && BLOCKS.contains(&asked.maxSamplesPerBlock)
            && asked.symbolicSampleSize == SAMPLES_32;
        if !is_fit {
            return kInvalidArgument;
        }
        if self.is_active.load(Acquire) {
            // Nothing that is built for the activation may change; the mode may.
            let is_same = asked.sampleRate == self.sample_rate.load()
                && asked.maxSamplesPerBlock as usize <= self.max_frames.load(Relaxed);
            if !is_same {
                return kInvalidArgument;
            }
        } else {
            self.sample_rate.store(asked.sampleRate);
            self.max_frames.store(asked.maxSamplesPerBlock as usize, Relaxed);
        }
        self.is_set_up.store(true, Release);
        // SAFETY: the setup is valid. Twice: the framework stores the mode of the setup before (nice-plug 0.4.2, `setupProcessing`).
        caught(kInternalError, || unsafe {
            self.inner.setupProcessing(setup);
            self.inner.setupProcessing(setup)
        })
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: the host's, or null.
        let Some(host) = (unsafe { data.as_ref() }) else { return kInvalidArgument };
        let frames = usize::try_from(host.numSamples).unwrap_or(0);
        if !self.enter() {
            return kResultFalse;
        }
        // SAFETY: the host's buses, and buffers that `enter` has made ours.
        let result = unsafe {
            if !self.is_active.load(Acquire) {
                silence(host, frames);
                kNotInitialized
            } else if host.symbolicSampleSize != SAMPLES_32
                || host.numSamples < 0
                || frames > self.max_frames.load(Relaxed)
            {
                silence(host, frames);
                kInvalidArgument
            } else {
                self.process_checked(host, frames)
            }
        };
        self.leave();
        result
    }
}

impl Component {
    /// [audio-thread] A block of a length that was agreed on.
    ///
    /// # Safety
    /// `host` is a host's, whose rows hold `frames` samples of 32 bits; `enter` was called.
    unsafe fn process_checked(&self, host: &ProcessData, frames: usize) -> tresult {
        self.instance.note_block();
        // SAFETY: as the caller promises.
        let is_flush = frames == 0 || !unsafe { has_output(host) };
        self.instance.handover.set_block_offline(host.processMode == OFFLINE);
        let changes =
            self.changes.as_com_ref::<IParameterChanges>().map_or(null_mut(), |changes| changes.as_ptr());
        let given = ProcessData {
            inputParameterChanges: changes,
            // The framework takes no notes for Lacquer and sends none.
            inputEvents: null_mut(),
            outputEvents: null_mut(),
            ..*host
        };
        // SAFETY: as the caller promises; what is given to the framework outlives its call.
        unsafe {
            let length = if is_flush { 0 } else { frames };
            self.changes.fill(
                host.inputParameterChanges,
                host.outputParameterChanges,
                length,
                &self.instance.table,
            );
            let result = if is_flush {
                // A host's way to hand over changes without audio.
                let mut flush = ProcessData { numSamples: 0, numInputs: 0, numOutputs: 0, ..given };
                let result = caught(kInternalError, || self.inner.process(&mut flush));
                silence(host, frames);
                result
            } else {
                let scratch = &mut *self.scratch.get();
                let mut rows = Rows::new(host, frames, self.channels.load(Relaxed), scratch);
                let [mut input, mut output] = rows.buses();
                let mut block = ProcessData {
                    numInputs: 1,
                    numOutputs: 1,
                    inputs: &mut input,
                    outputs: &mut output,
                    ..given
                };
                let result = caught(kInternalError, || self.inner.process(&mut block));
                rows.finish(host, frames);
                result
            };
            if result == kInternalError {
                silence(host, frames);
            }
            self.changes.settle(&self.instance.table);
            result
        }
    }
}

forward! { IProcessContextRequirementsTrait for Component by Inner {
    fn getProcessContextRequirements() -> uint32, 0;
} }
