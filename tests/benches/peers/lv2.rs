//! As much of an LV2 host as it takes to time a chain of plugins. `liblilv` is loaded at run time: nothing is linked.

// The C interfaces' own names.
#![allow(non_snake_case)]

// This file is read by two benches, from two folders.
#[path = "lv2/instance.rs"]
mod instance;
#[path = "lv2/interface.rs"]
mod interface;
#[path = "lv2/world.rs"]
mod world;

pub use world::World;

use instance::Instance;

/// A plugin and what is set on it.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The plugin's URI.
    pub uri: String,
    /// Control ports by symbol.
    pub controls: Vec<(String, f32)>,
    /// Objects sent to the plugin's atom inputs in the first block.
    pub messages: Vec<Message>,
}

/// An object of one whole number and one real one.
#[derive(Debug, Clone)]
pub struct Message {
    /// The object's type.
    pub kind: String,
    /// Its whole number: property and value.
    pub whole: (String, i32),
    /// Its real number: property and value.
    pub real: (String, f32),
}

/// Plugins one after another over blocks of fixed length, stereo. A mono plugin runs twice; a plugin without outputs hears what
/// goes past it.
pub struct Rack {
    stages: Vec<Vec<Instance>>,
    messages: Vec<Vec<Message>>,
    /// Where the audio goes in and where it comes out, of two pairs of buffers.
    buffers: [[Box<[f32]>; 2]; 2],
    last: usize,
    block: usize,
    is_first: bool,
}

impl Rack {
    /// Makes the plugins ready.
    pub fn new(world: &World, slots: &[Slot], rate: f64, block: usize) -> anyhow::Result<Self> {
        let silence = || vec![0f32; block + 16].into_boxed_slice();
        let mut buffers = [[silence(), silence()], [silence(), silence()]];
        let mut stages = Vec::new();
        let mut current = 0;
        for slot in slots {
            let first = Instance::new(world, slot, rate, block)?;
            let is_mono = first.inputs.len() == 1;
            let mut instances = vec![first];
            if is_mono {
                instances.push(Instance::new(world, slot, rate, block)?);
            }
            let has_outputs = !instances[0].outputs.is_empty();
            let next = if has_outputs { 1 - current } else { current };
            for (n, instance) in instances.iter().enumerate() {
                // The one channel of a mono plugin's instance, or the two of a stereo one's.
                let channels = if is_mono { n..n + 1 } else { 0..2 };
                for (port, channel) in channels.enumerate() {
                    if let Some(index) = instance.inputs.get(port) {
                        instance.connect_port(*index, buffers[current][channel].as_mut_ptr().cast());
                    }
                    if let Some(index) = instance.outputs.get(port) {
                        instance.connect_port(*index, buffers[next][channel].as_mut_ptr().cast());
                    }
                }
            }
            current = next;
            stages.push(instances);
        }
        let messages = slots.iter().map(|slot| slot.messages.clone()).collect();
        Ok(Self { stages, messages, buffers, last: current, block, is_first: true })
    }

    /// What the plugins say their latencies are together, in frames.
    pub fn latency_samples(&self) -> usize {
        let reported = |stage: &Vec<Instance>| {
            stage[0].latency_port.map_or(0.0, |port| stage[0].controls[port].max(0.0)) as usize
        };
        self.stages.iter().map(reported).sum()
    }
}

impl crate::Candidate for Rack {
    fn before(&mut self) -> anyhow::Result<()> {
        for (stage, messages) in self.stages.iter_mut().zip(&self.messages) {
            for instance in stage {
                instance.work();
                instance.prepare_atoms(if self.is_first { messages } else { &[] })?;
            }
        }
        self.is_first = false;
        Ok(())
    }

    fn process(&mut self, channels: [&mut [f32]; 2]) {
        for (buffer, channel) in self.buffers[0].iter_mut().zip(&channels) {
            buffer[..self.block].copy_from_slice(channel);
        }
        for instance in self.stages.iter_mut().flatten() {
            instance.run(self.block);
        }
        for (buffer, channel) in self.buffers[self.last].iter().zip(channels) {
            channel.copy_from_slice(&buffer[..self.block]);
        }
    }

    fn latency_samples(&self) -> usize {
        Rack::latency_samples(self)
    }
}
