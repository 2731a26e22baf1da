//! A CLAP host that others wrote (clack), around the built `Lacquer.clap`: renders offline with parameter events at exact samples.

use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::entry::EntryDescriptor;
use clack_host::events::Pckn;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;
use clack_host::utils::ClapId;
use std::path::{Path, PathBuf};

/// Anything that a host can fail with.
pub type Failure = Box<dyn std::error::Error>;

struct Shared;

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();
}

/// A parameter of the plugin as the host sees it.
#[derive(Debug, Clone)]
pub struct HostParameter {
    id: ClapId,
    /// Its name.
    pub name: String,
    /// Its highest value: 1 for numbers, which go from 0 to 1; the last choice's number for choices.
    pub highest: f64,
}

/// A value for a parameter at a sample.
#[derive(Debug, Clone)]
pub struct Event {
    /// Frame from the start of the render.
    pub frame: usize,
    /// The parameter's name.
    pub name: String,
    /// Its value as a share of its travel, 0 to 1.
    pub normalized: f64,
}

/// A loaded instance.
pub struct ClapHost {
    instance: PluginInstance<Handlers>,
    /// Every parameter.
    pub parameters: Vec<HostParameter>,
    _entry: PluginEntry,
}

/// What came out of a render.
pub struct Render {
    /// As many frames as went in, the latency still in them.
    pub frames: Vec<[f32; 2]>,
    /// The latency that the plugin reports, in frames.
    pub latency_samples: usize,
}

/// `Lacquer.clap` in `LACQUER_BUNDLES`, else in `bundled` beside the build that runs.
pub fn bundle() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LACQUER_BUNDLES") {
        return Some(Path::new(&folder).join("Lacquer.clap")).filter(|path| path.exists());
    }
    let exe = std::env::current_exe().ok()?;
    exe.ancestors().map(|folder| folder.join("bundled/Lacquer.clap")).find(|path| path.exists())
}

impl ClapHost {
    /// Loads the plugin and makes an instance that renders offline.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        // SAFETY: the file is Lacquer's own build, whose entry keeps CLAP's rules.
        Self::over(unsafe { PluginEntry::load(path)? })
    }

    /// As [`ClapHost::load`], of a plugin that this program carries itself. Its `entry` has to be valid as long as the program runs.
    pub fn carried(entry: &'static EntryDescriptor) -> Result<Self, Failure> {
        // SAFETY: an entry of the framework's keeps CLAP's rules.
        Self::over(unsafe { PluginEntry::load_from_raw(entry, c"/nonexistent/Lacquer.clap")? })
    }

    fn over(entry: PluginEntry) -> Result<Self, Failure> {
        let factory = entry.get_plugin_factory().ok_or("the file has no plugin factory")?;
        let descriptor = factory.plugin_descriptors().next().ok_or("the file has no plugin")?;
        let id = descriptor.id().ok_or("the plugin has no id")?;
        let host = HostInfo::new("Lacquer's tests", "Lacquer", "", env!("CARGO_PKG_VERSION"))?;
        let mut instance = PluginInstance::<Handlers>::new(|_| Shared, |_| (), &entry, id, &host)?;
        let mut handle = instance.plugin_handle();
        if let Some(render) = handle.get_extension::<PluginRender>() {
            render.set(&handle, RenderMode::Offline)?;
        }
        let params = handle.get_extension::<PluginParams>().ok_or("the plugin has no parameters")?;
        let mut parameters = Vec::new();
        for index in 0..params.count(&handle) {
            let mut buffer = ParamInfoBuffer::new();
            if let Some(info) = params.get_info(&handle, index, &mut buffer) {
                let name = String::from_utf8_lossy(info.name).into_owned();
                parameters.push(HostParameter { id: info.id, name, highest: info.max_value });
            }
        }
        let _ = &mut handle;
        Ok(Self { instance, parameters, _entry: entry })
    }

    /// The state, as a host saves it.
    pub fn state(&mut self) -> Result<Vec<u8>, Failure> {
        let handle = self.instance.plugin_handle();
        let state = handle.get_extension::<PluginState>().ok_or("the plugin has no state")?;
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes)?;
        Ok(bytes)
    }

    /// Gives a state back.
    pub fn set_state(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let handle = self.instance.plugin_handle();
        let state = handle.get_extension::<PluginState>().ok_or("the plugin has no state")?;
        Ok(state.load(&handle, &mut &bytes[..])?)
    }

    /// Runs `input` through the plugin in blocks of `sizes`, over and over, at `sample_rate` hertz. Events at frame 0 are sent
    /// before the first block, as a host's session would; the others at their sample.
    pub fn render(
        &mut self,
        sample_rate: f64,
        input: &[[f32; 2]],
        sizes: &[usize],
        events: &[Event],
    ) -> Result<Render, Failure> {
        let most = sizes.iter().copied().max().unwrap_or(512).max(1);
        self.flush(events.iter().filter(|event| event.frame == 0))?;
        let configuration =
            PluginAudioConfiguration { sample_rate, min_frames_count: 1, max_frames_count: most as u32 };
        let processor = self.instance.activate(|_, ()| (), configuration)?;
        let handle = self.instance.plugin_handle();
        let latency_samples =
            handle.get_extension::<PluginLatency>().map_or(0, |latency| latency.get(&handle)) as usize;
        let mut processor = processor.start_processing().map_err(|_| "the plugin does not start")?;
        let mut ports = (AudioPorts::with_capacity(2, 1), AudioPorts::with_capacity(2, 1));
        let mut channels = [[vec![0f32; most], vec![0f32; most]], [vec![0f32; most], vec![0f32; most]]];
        let mut frames = Vec::with_capacity(input.len());
        let mut turn = 0;
        while frames.len() < input.len() {
            let start = frames.len();
            let length = sizes[turn % sizes.len()].min(input.len() - start);
            turn += 1;
            let [ins, outs] = &mut channels;
            for (n, frame) in input[start..start + length].iter().enumerate() {
                (ins[0][n], ins[1][n]) = (frame[0], frame[1]);
            }
            let within = events
                .iter()
                .filter(|event| event.frame > 0 && (start..start + length).contains(&event.frame));
            let list: Vec<ParamValueEvent> =
                within.map(|event| self.event(event, start)).collect::<Result<_, Failure>>()?;
            let input_audio = ports.0.with_input_buffers([AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_input_only(
                    ins.iter_mut().map(|channel| InputChannel::variable(&mut channel[..length])),
                ),
            }]);
            let mut output_audio = ports.1.with_output_buffers([AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_output_only(
                    outs.iter_mut().map(|channel| &mut channel[..length]),
                ),
            }]);
            processor.process(
                &input_audio,
                &mut output_audio,
                &InputEvents::from_buffer(&list),
                &mut OutputEvents::void(),
                Some(start as u64),
                None,
            )?;
            let [left, right] = outs;
            frames.extend(left.iter().zip(right.iter()).take(length).map(|(left, right)| [*left, *right]));
        }
        self.instance.deactivate(processor.stop_processing());
        Ok(Render { frames, latency_samples })
    }

    fn event(&self, event: &Event, start: usize) -> Result<ParamValueEvent, Failure> {
        let parameter = self
            .parameters
            .iter()
            .find(|parameter| parameter.name == event.name)
            .ok_or_else(|| format!("the plugin has no parameter \"{}\"", event.name))?;
        let value = event.normalized * parameter.highest;
        let value = if parameter.highest > 1.0 { value.round() } else { value };
        Ok(ParamValueEvent::new((event.frame - start) as u32, parameter.id, Pckn::match_all(), value))
    }

    fn flush<'a>(&mut self, events: impl Iterator<Item = &'a Event>) -> Result<(), Failure> {
        let list: Vec<ParamValueEvent> =
            events.map(|event| self.event(event, 0)).collect::<Result<_, Failure>>()?;
        let Some(mut handle) = self.instance.inactive_plugin_handle() else { return Ok(()) };
        let params = handle.get_extension::<PluginParams>().ok_or("the plugin has no parameters")?;
        params.flush(&mut handle, &InputEvents::from_buffer(&list), &mut OutputEvents::void());
        Ok(())
    }
}

/// The values of a tree that differ from the defaults, as events before the first block.
pub fn settings_events(tree: &lacquer_params::Tree) -> Vec<Event> {
    let defaults = lacquer_params::Tree::new();
    let mut events = Vec::new();
    for info in tree.infos() {
        let (Ok(value), Ok(default)) = (tree.normalized(&info.id), defaults.normalized(&info.id)) else {
            continue;
        };
        if value != default {
            events.push(Event { frame: 0, name: info.name, normalized: f64::from(value) });
        }
    }
    events
}
