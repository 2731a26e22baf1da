//! Blocks, with whatever rows and ports.

use super::Plugin;
use super::events::{Event, Events, discarding};
use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::clap_event_transport;
use clap_sys::process::clap_process;
use std::ptr::{null, null_mut};

impl Plugin {
    /// One call with whatever rows and ports.
    pub fn process_ports(
        &self,
        frames: u32,
        inputs: &[clap_audio_buffer],
        outputs: &mut [clap_audio_buffer],
        events: &[Event],
        transport: Option<&clap_event_transport>,
    ) -> i32 {
        let (list, out) = (Events::new(events), discarding());
        let process = clap_process {
            steady_time: -1,
            frames_count: frames,
            transport: transport.map_or(null(), |transport| transport),
            audio_inputs: inputs.as_ptr(),
            audio_outputs: outputs.as_mut_ptr(),
            audio_inputs_count: inputs.len() as u32,
            audio_outputs_count: outputs.len() as u32,
            in_events: list.raw(),
            out_events: &out,
        };
        unsafe { (*self.raw()).process.unwrap()(self.raw(), &process) }
    }

    /// One call with one port of these rows on each side; the output's mask is set before, and given back.
    pub fn process_rows(
        &self,
        frames: usize,
        ins: &mut [*mut f32],
        outs: &mut [*mut f32],
        events: &[Event],
    ) -> (i32, u64) {
        let input = port(ins);
        let mut outputs = [clap_audio_buffer { constant_mask: u64::MAX, ..port(outs) }];
        let status = self.process_ports(frames as u32, &[input], &mut outputs, events, None);
        (status, outputs[0].constant_mask)
    }

    /// One block of two channels, not in place.
    pub fn process(&self, input: &[[f32; 2]], events: &[Event]) -> (Vec<[f32; 2]>, i32, u64) {
        let mut ins = [0, 1].map(|c| input.iter().map(|frame| frame[c]).collect::<Vec<_>>());
        // What a host forgot in its buffers is not to be heard.
        let mut outs = [vec![7.0_f32; input.len()], vec![7.0_f32; input.len()]];
        let (status, mask) = self.process_rows(
            input.len(),
            &mut ins.each_mut().map(|row| row.as_mut_ptr()),
            &mut outs.each_mut().map(|row| row.as_mut_ptr()),
            events,
        );
        let frames = outs[0].iter().zip(&outs[1]).map(|(left, right)| [*left, *right]).collect();
        (frames, status, mask)
    }
}

/// A port of some rows.
pub fn port(rows: &mut [*mut f32]) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: rows.as_mut_ptr(),
        data64: null_mut(),
        channel_count: rows.len() as u32,
        latency: 0,
        constant_mask: 0,
    }
}
