//! The one instance of the plugin, as whoever plays it has it: blocks in, blocks out. It goes from one device to the next and back.

use super::context::{Building, Playing};
use super::song::{SongFeed, SongPlace};
use crate::LacquerPlugin;
use nice_plug::prelude::{AuxiliaryBuffers, Buffer, BufferConfig, Plugin, ProcessMode, Transport};
use rtrb::Consumer;
use std::ops::Range;
use std::sync::mpsc::Sender;

/// Frames of a block at most: what a device asks for at a time is cut into such blocks.
pub(super) const MOST_FRAMES: usize = 1024;
/// How late what is recorded is against what plays, s: two devices have two clocks, and each comes in lumps of some milliseconds.
const INPUT_LAG_S: f32 = 0.05;

/// What comes in, from a device's own thread.
pub(super) struct Incoming {
    ring: Consumer<[f32; 2]>,
    lag: usize,
    /// Whether the lag has been gathered since the last time that nothing was there.
    is_running: bool,
}

impl Incoming {
    /// The audio thread's end of a ring that is filled at `rate_hz`.
    pub fn new(ring: Consumer<[f32; 2]>, rate_hz: u32) -> Self {
        Self { ring, lag: (INPUT_LAG_S * rate_hz as f32) as usize, is_running: false }
    }

    /// [audio-thread] The next frames, or silence until enough of them are there.
    fn read(&mut self, rows: &mut [Vec<f32>; 2], frames: usize) {
        let there = self.ring.slots();
        self.is_running = if self.is_running { there >= frames } else { there >= self.lag + frames };
        // The other device's clock is faster: a jump now and then, in the place of a delay that grows.
        let surplus = if there > 3 * self.lag + frames { there - self.lag - frames } else { 0 };
        for _ in 0..surplus {
            let _ = self.ring.pop();
        }
        let [left, right] = rows;
        for (left, right) in left.iter_mut().zip(right).take(frames) {
            [*left, *right] = if self.is_running { self.ring.pop().unwrap_or_default() } else { [0.0; 2] };
        }
    }
}

/// See the module.
pub(super) struct Instance {
    plugin: LacquerPlugin,
    channels: usize,
    rows: [Vec<f32>; 2],
    buffer: Buffer<'static>,
    incoming: Option<Incoming>,
    rate_hz: u32,
    /// Frames played since the beginning.
    position: i64,
}

impl Instance {
    /// For one channel or two.
    pub fn new(plugin: LacquerPlugin, channels: usize) -> Self {
        let mut buffer = Buffer::default();
        // SAFETY: no rows, no frames.
        unsafe { buffer.set_slices(0, |rows| rows.reserve(2)) };
        Self {
            plugin,
            channels: channels.clamp(1, 2),
            rows: [vec![0.0; MOST_FRAMES], vec![0.0; MOST_FRAMES]],
            buffer,
            incoming: None,
            rate_hz: 0,
            position: 0,
        }
    }

    /// Builds the chain for a rate in Hz; whether it could.
    pub fn activate(&mut self, rate_hz: u32, incoming: Option<Incoming>) -> bool {
        self.deactivate();
        let config = BufferConfig {
            sample_rate: rate_hz as f32,
            min_buffer_size: None,
            max_buffer_size: MOST_FRAMES as u32,
            process_mode: ProcessMode::Realtime,
        };
        // The layouts of the plugin: two channels, and one.
        let Some(layout) = LacquerPlugin::AUDIO_IO_LAYOUTS.get(2 - self.channels) else { return false };
        if !self.plugin.activate(layout, &config, &mut Building) {
            return false;
        }
        self.plugin.reset();
        (self.rate_hz, self.incoming) = (rate_hz, incoming);
        true
    }

    /// Ends what [`Instance::activate`] began.
    pub fn deactivate(&mut self) {
        if self.rate_hz > 0 {
            self.plugin.deactivate();
            (self.rate_hz, self.incoming) = (0, None);
        }
    }

    /// [audio-thread] Plays up to [`MOST_FRAMES`] frames; with one channel both rows are the same.
    pub fn play(&mut self, frames: usize) -> [&[f32]; 2] {
        let frames = frames.min(MOST_FRAMES);
        match &mut self.incoming {
            Some(incoming) => incoming.read(&mut self.rows, frames),
            None => self.rows.iter_mut().for_each(|row| row[..frames].fill(0.0)),
        }
        let mut played = 0;
        while played < frames {
            // A song that begins anew begins with a block of its own: its place in the song is a block's.
            let place = self.plugin.song.as_mut().and_then(SongFeed::follow);
            let rest = frames - played;
            let length = place.filter(|place| place.is_playing).map_or(rest, |place| rest.min(place.left));
            self.play_part(played..played + length, place);
            self.position += length as i64;
            played += length;
        }
        let [left, right] = &self.rows;
        [&left[..frames], if self.channels == 1 { &left[..frames] } else { &right[..frames] }]
    }

    /// [audio-thread] Plays a part of the rows. The transport is the song's; without one it runs as long as the sound does.
    fn play_part(&mut self, part: Range<usize>, place: Option<SongPlace>) {
        let mut transport = Transport::new(self.rate_hz as f32);
        (transport.playing, transport.pos_samples) = match place {
            Some(place) => (place.is_playing, Some(place.position as i64)),
            None => (true, Some(self.position)),
        };
        let frames = part.len();
        let pointers = self.rows.each_mut().map(|row| row[part.clone()].as_mut_ptr());
        // SAFETY: the parts hold `frames` samples each and are touched by nobody else until the buffer has let go of them below; there
        // is room for two of them since `new`, so that nothing is allocated.
        unsafe {
            self.buffer.set_slices(frames, |rows| {
                rows.clear();
                let own = pointers.iter().take(self.channels);
                rows.extend(own.map(|row| std::slice::from_raw_parts_mut(*row, frames)));
            });
        }
        let mut none = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
        let status = self.plugin.process(&mut self.buffer, &mut none, &mut Playing(transport));
        // SAFETY: no rows, no frames.
        unsafe { self.buffer.set_slices(0, Vec::clear) };
        if let nice_plug::prelude::ProcessStatus::Error(_) = status {
            self.rows.iter_mut().for_each(|row| row[part.clone()].fill(0.0));
        }
    }
}

/// An instance in the hands of a device: it comes back when the device is done with it, whatever way that ends.
pub(super) struct Lent {
    instance: Option<Box<Instance>>,
    back: Sender<Box<Instance>>,
}

impl Lent {
    /// Lends one.
    pub fn new(instance: Box<Instance>, back: Sender<Box<Instance>>) -> Self {
        Self { instance: Some(instance), back }
    }

    /// [audio-thread] See [`Instance::play`].
    pub fn play(&mut self, frames: usize) -> Option<[&[f32]; 2]> {
        self.instance.as_mut().map(|instance| instance.play(frames))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(instance) = self.instance.take() {
            // Nobody waits for it any more when the program ends.
            let _ = self.back.send(instance);
        }
    }
}
