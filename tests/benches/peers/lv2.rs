//! As much of an LV2 host as it takes to time a chain of plugins. `liblilv` is loaded at run time: nothing is linked.

// The C interfaces' own names.
#![allow(non_snake_case)]

use anyhow::{Context, bail};
use libloading::Library;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

/// Bytes of an atom port's buffer.
const ATOM_BYTES: usize = 256 * 1024;

const ATOM: &str = "http://lv2plug.in/ns/ext/atom#";
const BUFFER: &str = "http://lv2plug.in/ns/ext/buf-size#";
const CORE: &str = "http://lv2plug.in/ns/lv2core#";

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

type Node = c_void;
type Plugin = c_void;
type Port = c_void;

#[repr(C)]
struct Feature {
    uri: *const c_char,
    data: *const c_void,
}

#[repr(C)]
struct Descriptor {
    uri: *const c_char,
    instantiate: *const c_void,
    connect_port: unsafe extern "C" fn(*mut c_void, u32, *mut c_void),
    activate: Option<unsafe extern "C" fn(*mut c_void)>,
    run: unsafe extern "C" fn(*mut c_void, u32),
    deactivate: Option<unsafe extern "C" fn(*mut c_void)>,
    cleanup: unsafe extern "C" fn(*mut c_void),
    extension_data: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}

#[repr(C)]
struct LilvInstance {
    descriptor: *const Descriptor,
    handle: *mut c_void,
    implementation: *mut c_void,
}

#[repr(C)]
struct UridMap {
    handle: *mut c_void,
    map: unsafe extern "C" fn(*mut c_void, *const c_char) -> u32,
}

#[repr(C)]
struct UridUnmap {
    handle: *mut c_void,
    unmap: unsafe extern "C" fn(*mut c_void, u32) -> *const c_char,
}

#[repr(C)]
struct HostOption {
    context: u32,
    subject: u32,
    key: u32,
    size: u32,
    kind: u32,
    value: *const c_void,
}

type Respond = unsafe extern "C" fn(*mut c_void, u32, *const c_void) -> i32;

#[repr(C)]
struct WorkerSchedule {
    handle: *mut c_void,
    schedule_work: Respond,
}

#[repr(C)]
struct WorkerInterface {
    work: Option<unsafe extern "C" fn(*mut c_void, Respond, *mut c_void, u32, *const c_void) -> i32>,
    work_response: Option<unsafe extern "C" fn(*mut c_void, u32, *const c_void) -> i32>,
    end_run: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
}

/// The URIs that have a number, in the order of their numbers from 1.
static URIS: Mutex<Vec<CString>> = Mutex::new(Vec::new());

unsafe extern "C" fn map(_: *mut c_void, uri: *const c_char) -> u32 {
    // SAFETY: LV2 passes a terminated string.
    let uri = unsafe { CStr::from_ptr(uri) };
    let mut uris = URIS.lock().unwrap_or_else(|poison| poison.into_inner());
    let place = uris.iter().position(|known| known.as_c_str() == uri).unwrap_or_else(|| {
        uris.push(uri.to_owned());
        uris.len() - 1
    });
    place as u32 + 1
}

unsafe extern "C" fn unmap(_: *mut c_void, number: u32) -> *const c_char {
    let uris = URIS.lock().unwrap_or_else(|poison| poison.into_inner());
    // A string stays where it is when the list grows: only its handle moves.
    uris.get((number as usize).wrapping_sub(1)).map_or(null(), |uri| uri.as_ptr())
}

fn number_of(uri: &str) -> anyhow::Result<u32> {
    let uri = CString::new(uri)?;
    // SAFETY: a terminated string.
    Ok(unsafe { map(null_mut(), uri.as_ptr()) })
}

/// What a plugin asked to be done outside its audio thread, and the answers.
#[derive(Default)]
struct Work {
    jobs: Vec<Vec<u8>>,
    replies: Vec<Vec<u8>>,
}

fn bytes(size: u32, data: *const c_void) -> Vec<u8> {
    if size == 0 || data.is_null() {
        return Vec::new();
    }
    // SAFETY: the plugin gives `size` readable bytes.
    unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size as usize) }.to_vec()
}

unsafe extern "C" fn schedule(work: *mut c_void, size: u32, data: *const c_void) -> i32 {
    // SAFETY: the handle is the instance's own `Work`, which outlives it.
    unsafe { (*work.cast::<Work>()).jobs.push(bytes(size, data)) };
    0
}

unsafe extern "C" fn respond(work: *mut c_void, size: u32, data: *const c_void) -> i32 {
    // SAFETY: as in `schedule`.
    unsafe { (*work.cast::<Work>()).replies.push(bytes(size, data)) };
    0
}

/// lilv, and the plugins that it found.
pub struct World {
    library: Library,
    world: *mut c_void,
}

impl World {
    /// Finds every plugin in the system's LV2 folders.
    pub fn load() -> anyhow::Result<Self> {
        // SAFETY: lilv has no code that runs at loading.
        let library = unsafe { Library::new("liblilv-0.so.0") }
            .context("liblilv-0.so.0 cannot be loaded: install liblilv-0-0")?;
        let mut this = Self { library, world: null_mut() };
        // SAFETY: signatures as in lilv/lilv.h, here and below.
        unsafe {
            this.world = this.function::<unsafe extern "C" fn() -> *mut c_void>("lilv_world_new")?();
            this.function::<unsafe extern "C" fn(*mut c_void)>("lilv_world_load_all")?(this.world);
        }
        Ok(this)
    }

    /// # Safety
    /// `F` has to be the function's type.
    unsafe fn function<F: Copy>(&self, name: &str) -> anyhow::Result<F> {
        // SAFETY: the caller's promise.
        Ok(*unsafe { self.library.get::<F>(name.as_bytes()) }
            .with_context(|| format!("lilv has no {name}"))?)
    }

    fn node(&self, uri: &str) -> anyhow::Result<*mut Node> {
        let uri = CString::new(uri)?;
        // SAFETY: the world is alive; lilv copies the string.
        unsafe {
            let new = self
                .function::<unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut Node>("lilv_new_uri")?;
            Ok(new(self.world, uri.as_ptr()))
        }
    }

    fn plugin(&self, uri: &str) -> anyhow::Result<*const Plugin> {
        let node = self.node(uri)?;
        // SAFETY: world and node are alive.
        let plugin = unsafe {
            let all = self.function::<unsafe extern "C" fn(*mut c_void) -> *const c_void>(
                "lilv_world_get_all_plugins",
            )?(self.world);
            self.function::<unsafe extern "C" fn(*const c_void, *const Node) -> *const Plugin>(
                "lilv_plugins_get_by_uri",
            )?(all, node)
        };
        if plugin.is_null() {
            bail!("{uri} is not installed");
        }
        Ok(plugin)
    }
}

/// An atom port's memory, aligned as LV2 asks.
struct Atom {
    words: Vec<u64>,
    is_input: bool,
}

/// A plugin that runs. Everything that it points to lives as long as it does.
struct Instance {
    instance: *mut LilvInstance,
    free: unsafe extern "C" fn(*mut LilvInstance),
    work: Box<Work>,
    worker: *const WorkerInterface,
    controls: Box<[f32]>,
    latency_port: Option<usize>,
    atoms: Vec<Atom>,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
    /// Features, options and spare buffers.
    _keeps: Vec<Box<dyn std::any::Any>>,
}

impl Instance {
    fn new(world: &World, slot: &Slot, rate: f64, block: usize) -> anyhow::Result<Self> {
        let plugin = world.plugin(&slot.uri)?;
        let mut keeps: Vec<Box<dyn std::any::Any>> = Vec::new();
        let mut work = Box::<Work>::default();
        let map_feature = Box::new(UridMap { handle: null_mut(), map });
        let unmap_feature = Box::new(UridUnmap { handle: null_mut(), unmap });
        let schedule_feature =
            Box::new(WorkerSchedule { handle: (&raw mut *work).cast(), schedule_work: schedule });
        let numbers = Box::new([block as i32, ATOM_BYTES as i32]);
        let sample_rate = Box::new(rate as f32);
        let (whole, real) = (number_of(&format!("{ATOM}Int"))?, number_of(&format!("{ATOM}Float"))?);
        let option = |key: &str, kind: u32, value: *const c_void| {
            Ok::<_, anyhow::Error>(HostOption {
                context: 0,
                subject: 0,
                key: number_of(key)?,
                size: 4,
                kind,
                value,
            })
        };
        let block_length: *const c_void = (&raw const numbers[0]).cast();
        let options = Box::new([
            option(&format!("{BUFFER}minBlockLength"), whole, block_length)?,
            option(&format!("{BUFFER}maxBlockLength"), whole, block_length)?,
            option(&format!("{BUFFER}nominalBlockLength"), whole, block_length)?,
            option(&format!("{BUFFER}sequenceSize"), whole, (&raw const numbers[1]).cast())?,
            option("http://lv2plug.in/ns/ext/parameters#sampleRate", real, (&raw const *sample_rate).cast())?,
            HostOption { context: 0, subject: 0, key: 0, size: 0, kind: 0, value: null() },
        ]);
        let offered: [(String, *const c_void); 7] = [
            ("http://lv2plug.in/ns/ext/urid#map".into(), (&raw const *map_feature).cast()),
            ("http://lv2plug.in/ns/ext/urid#unmap".into(), (&raw const *unmap_feature).cast()),
            ("http://lv2plug.in/ns/ext/options#options".into(), options.as_ptr().cast()),
            ("http://lv2plug.in/ns/ext/worker#schedule".into(), (&raw const *schedule_feature).cast()),
            (format!("{BUFFER}boundedBlockLength"), null()),
            (format!("{BUFFER}fixedBlockLength"), null()),
            (format!("{BUFFER}powerOf2BlockLength"), null()),
        ];
        let names =
            offered.iter().map(|(uri, _)| CString::new(uri.as_str())).collect::<Result<Vec<_>, _>>()?;
        let features: Vec<Feature> = names
            .iter()
            .zip(&offered)
            .map(|(uri, (_, data))| Feature { uri: uri.as_ptr(), data: *data })
            .collect();
        let mut list: Vec<*const Feature> = features.iter().map(std::ptr::from_ref).collect();
        list.push(null());
        // SAFETY: signatures as in lilv/lilv.h; all that is passed lives in `keeps` as long as the instance.
        let (instance, free) = unsafe {
            let new = world.function::<unsafe extern "C" fn(
                *const Plugin,
                f64,
                *const *const Feature,
            ) -> *mut LilvInstance>("lilv_plugin_instantiate")?;
            let free = world.function::<unsafe extern "C" fn(*mut LilvInstance)>("lilv_instance_free")?;
            (new(plugin, rate, list.as_ptr()), free)
        };
        if instance.is_null() {
            bail!("{} cannot be made", slot.uri);
        }
        keeps.extend([
            Box::new((map_feature, unmap_feature, schedule_feature)) as Box<dyn std::any::Any>,
            Box::new((numbers, sample_rate, options, names, features, list)),
        ]);
        let mut this = Self {
            instance,
            free,
            work,
            worker: null(),
            controls: Box::new([]),
            latency_port: None,
            atoms: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            _keeps: keeps,
        };
        if let Some(extension) = this.descriptor().extension_data {
            // SAFETY: the plugin's own function and the worker interface's own name.
            this.worker = unsafe { extension(c"http://lv2plug.in/ns/ext/worker#interface".as_ptr()) }.cast();
        }
        this.connect(world, plugin, slot, block)?;
        if let Some(activate) = this.descriptor().activate {
            // SAFETY: instantiated and connected.
            unsafe { activate(this.handle()) };
        }
        Ok(this)
    }

    fn descriptor(&self) -> &Descriptor {
        // SAFETY: lilv keeps the descriptor as long as the instance.
        unsafe { &*(*self.instance).descriptor }
    }

    fn handle(&self) -> *mut c_void {
        // SAFETY: the instance is alive.
        unsafe { (*self.instance).handle }
    }

    fn connect_port(&self, port: u32, data: *mut c_void) {
        // SAFETY: the port exists and what it is given outlives the instance's last run.
        unsafe { (self.descriptor().connect_port)(self.handle(), port, data) };
    }

    fn connect(
        &mut self,
        world: &World,
        plugin: *const Plugin,
        slot: &Slot,
        block: usize,
    ) -> anyhow::Result<()> {
        let [audio, cv, control, input, atom] = [
            world.node(&format!("{CORE}AudioPort"))?,
            world.node(&format!("{CORE}CVPort"))?,
            world.node(&format!("{CORE}ControlPort"))?,
            world.node(&format!("{CORE}InputPort"))?,
            world.node(&format!("{ATOM}AtomPort"))?,
        ];
        // SAFETY: signatures as in lilv/lilv.h; world and plugin are alive.
        let (count, at, is_a, symbol_of, text) = unsafe {
            (
                world.function::<unsafe extern "C" fn(*const Plugin) -> u32>("lilv_plugin_get_num_ports")?(
                    plugin,
                ) as usize,
                world.function::<unsafe extern "C" fn(*const Plugin, u32) -> *const Port>(
                    "lilv_plugin_get_port_by_index",
                )?,
                world.function::<unsafe extern "C" fn(*const Plugin, *const Port, *const Node) -> bool>(
                    "lilv_port_is_a",
                )?,
                world.function::<unsafe extern "C" fn(*const Plugin, *const Port) -> *const Node>(
                    "lilv_port_get_symbol",
                )?,
                world
                    .function::<unsafe extern "C" fn(*const Node) -> *const c_char>("lilv_node_as_string")?,
            )
        };
        let mut defaults = vec![0f32; count];
        // SAFETY: as above; lilv writes `count` values.
        unsafe {
            world.function::<unsafe extern "C" fn(*const Plugin, *mut f32, *mut f32, *mut f32)>(
                "lilv_plugin_get_port_ranges_float",
            )?(plugin, null_mut(), null_mut(), defaults.as_mut_ptr());
        }
        self.controls = defaults.iter().map(|x| if x.is_nan() { 0.0 } else { *x }).collect();
        let mut symbols = Vec::with_capacity(count);
        for index in 0..count {
            // SAFETY: as above.
            let (port, symbol) = unsafe {
                let port = at(plugin, index as u32);
                (port, CStr::from_ptr(text(symbol_of(plugin, port))).to_string_lossy().into_owned())
            };
            // SAFETY: as above.
            let is = |node: *mut Node| unsafe { is_a(plugin, port, node) };
            let is_input = is(input);
            if is(audio) || is(cv) {
                let mut spare = vec![0f32; block + 16].into_boxed_slice();
                self.connect_port(index as u32, spare.as_mut_ptr().cast());
                self._keeps.push(Box::new(spare));
                if is(audio) {
                    if is_input { &mut self.inputs } else { &mut self.outputs }.push(index as u32);
                }
            } else if is(control) {
                let value = &raw mut self.controls[index];
                self.connect_port(index as u32, value.cast());
                if !is_input && symbol.contains("latency") {
                    self.latency_port = Some(index);
                }
            } else if is(atom) {
                let mut words = vec![0u64; ATOM_BYTES / 8];
                self.connect_port(index as u32, words.as_mut_ptr().cast());
                self.atoms.push(Atom { words, is_input });
            } else {
                self.connect_port(index as u32, null_mut());
            }
            symbols.push(symbol);
        }
        for (symbol, value) in &slot.controls {
            let index = symbols.iter().position(|known| known == symbol);
            self.controls[index.with_context(|| format!("{} has no port {symbol}", slot.uri))?] = *value;
        }
        Ok(())
    }

    /// Empties the atom ports; the inputs get `messages`.
    fn prepare_atoms(&mut self, messages: &[Message]) -> anyhow::Result<()> {
        for atom in &mut self.atoms {
            // A little-endian word: the size, then the type above it.
            let header = |size: usize, kind: u32| size as u64 | u64::from(kind) << 32;
            if !atom.is_input {
                atom.words[0] = header(ATOM_BYTES - 8, number_of(&format!("{ATOM}Chunk"))?);
                continue;
            }
            let mut events: Vec<u64> = Vec::new();
            for message in messages {
                let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
                let object = [
                    pair(0, number_of(&message.kind)?),
                    pair(number_of(&message.whole.0)?, 0),
                    header(4, number_of(&format!("{ATOM}Int"))?),
                    u64::from(message.whole.1 as u32),
                    pair(number_of(&message.real.0)?, 0),
                    header(4, number_of(&format!("{ATOM}Float"))?),
                    u64::from(message.real.1.to_bits()),
                ];
                // At frame 0.
                events.extend([0, header(8 * object.len(), number_of(&format!("{ATOM}Object"))?)]);
                events.extend(object);
            }
            atom.words[0] = header(8 + 8 * events.len(), number_of(&format!("{ATOM}Sequence"))?);
            atom.words[1] = 0;
            atom.words[2..2 + events.len()].copy_from_slice(&events);
        }
        Ok(())
    }

    fn run(&mut self, frames: usize) {
        // SAFETY: activated, every port connected to memory of a block or more.
        unsafe { (self.descriptor().run)(self.handle(), frames as u32) };
    }

    /// Does what the plugin asked for and gives it the answers.
    fn work(&mut self) {
        if self.worker.is_null() {
            return;
        }
        // SAFETY: the plugin's interface, with its own handle and messages.
        unsafe {
            let worker = &*self.worker;
            let work_handle: *mut c_void = (&raw mut *self.work).cast();
            for job in std::mem::take(&mut self.work.jobs) {
                if let Some(work) = worker.work {
                    work(self.handle(), respond, work_handle, job.len() as u32, job.as_ptr().cast());
                }
            }
            for reply in std::mem::take(&mut self.work.replies) {
                if let Some(response) = worker.work_response {
                    response(self.handle(), reply.len() as u32, reply.as_ptr().cast());
                }
            }
            if let Some(end_run) = worker.end_run {
                end_run(self.handle());
            }
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: nothing runs any more; deactivated before it is freed.
        unsafe {
            if let Some(deactivate) = self.descriptor().deactivate {
                deactivate(self.handle());
            }
            (self.free)(self.instance);
        }
    }
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
