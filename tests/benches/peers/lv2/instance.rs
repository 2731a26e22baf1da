//! A plugin that runs.

use super::interface::*;
use super::world::World;
use super::{Message, Slot};
use anyhow::{Context, bail};
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};

/// Bytes of an atom port's buffer.
const ATOM_BYTES: usize = 256 * 1024;

const ATOM: &str = "http://lv2plug.in/ns/ext/atom#";
const BUFFER: &str = "http://lv2plug.in/ns/ext/buf-size#";
const CORE: &str = "http://lv2plug.in/ns/lv2core#";

/// An atom port's memory, aligned as LV2 asks.
pub(super) struct Atom {
    pub(super) words: Vec<u64>,
    pub(super) is_input: bool,
}

/// A plugin that runs. Everything that it points to lives as long as it does.
pub(super) struct Instance {
    pub(super) instance: *mut LilvInstance,
    pub(super) free: unsafe extern "C" fn(*mut LilvInstance),
    pub(super) work: Box<Work>,
    pub(super) worker: *const WorkerInterface,
    pub(super) controls: Box<[f32]>,
    pub(super) latency_port: Option<usize>,
    pub(super) atoms: Vec<Atom>,
    pub(super) inputs: Vec<u32>,
    pub(super) outputs: Vec<u32>,
    /// Features, options and spare buffers.
    pub(super) _keeps: Vec<Box<dyn std::any::Any>>,
}

impl Instance {
    pub(super) fn new(world: &World, slot: &Slot, rate: f64, block: usize) -> anyhow::Result<Self> {
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

    pub(super) fn descriptor(&self) -> &Descriptor {
        // SAFETY: lilv keeps the descriptor as long as the instance.
        unsafe { &*(*self.instance).descriptor }
    }

    pub(super) fn handle(&self) -> *mut c_void {
        // SAFETY: the instance is alive.
        unsafe { (*self.instance).handle }
    }

    pub(super) fn connect_port(&self, port: u32, data: *mut c_void) {
        // SAFETY: the port exists and what it is given outlives the instance's last run.
        unsafe { (self.descriptor().connect_port)(self.handle(), port, data) };
    }

    pub(super) fn connect(
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
    pub(super) fn prepare_atoms(&mut self, messages: &[Message]) -> anyhow::Result<()> {
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

    pub(super) fn run(&mut self, frames: usize) {
        // SAFETY: activated, every port connected to memory of a block or more.
        unsafe { (self.descriptor().run)(self.handle(), frames as u32) };
    }

    /// Does what the plugin asked for and gives it the answers.
    pub(super) fn work(&mut self) {
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
