//! The system's sound devices, by cpal: JACK, ALSA, CoreAudio or WASAPI.

use super::instance::{Incoming, Lent, MOST_FRAMES};
use super::sound::System;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Device, ErrorKind, FromSample, Host, I24, Sample, SampleFormat, SizedSample, Stream,
    StreamConfig, SupportedBufferSize, SupportedStreamConfigRange,
};
use lacquer_gui::SoundChoice;
use rtrb::{Producer, RingBuffer};
use std::any::Any;
use std::sync::Arc;

/// What is recorded and not yet played, s: more than the instance lets lie.
const INPUT_RING_S: f64 = 0.5;

/// JACK's name.
pub(super) const JACK: &str = "JACK";

/// A device and how it runs.
struct Way {
    device: Device,
    config: StreamConfig,
    format: SampleFormat,
}

/// What was prepared.
struct Prepared {
    output: Way,
    input: Option<(Way, Producer<[f32; 2]>)>,
}

/// See the module.
pub(super) struct Devices {
    /// Frames that a device is asked to take at a time.
    period: u32,
    prepared: Option<Prepared>,
}

impl Devices {
    /// Devices that are asked for periods of so many frames.
    pub fn new(period: u32) -> Self {
        Self { period, prepared: None }
    }
}

fn host(backend: &str) -> Result<Host, String> {
    let id = cpal::available_hosts().into_iter().find(|id| id.name().eq_ignore_ascii_case(backend));
    let id = id.ok_or_else(|| format!("{backend} is not there"))?;
    cpal::host_from_id(id).map_err(|error| format!("{backend}: {error}"))
}

fn name(device: &Device) -> Option<String> {
    device.description().ok().map(|description| description.name().to_owned())
}

/// The device of a name, or the system's own choice.
fn find(
    devices: Result<impl Iterator<Item = Device>, cpal::Error>,
    own: impl FnOnce() -> Option<Device>,
    wanted: Option<&str>,
) -> Result<Device, String> {
    match wanted {
        None => own().ok_or_else(|| "there is no sound device".to_owned()),
        Some(wanted) => devices
            .map_err(|error| error.to_string())?
            .find(|device| name(device).as_deref() == Some(wanted))
            .ok_or_else(|| format!("there is no device {wanted}")),
    }
}

/// How good a format is for us: 32 bits of float as they are, then whole numbers by their length. None of those that cannot be written.
fn rank(format: SampleFormat) -> Option<u32> {
    let formats = [
        SampleFormat::U8,
        SampleFormat::I8,
        SampleFormat::U16,
        SampleFormat::I16,
        SampleFormat::I24,
        SampleFormat::I32,
        SampleFormat::F64,
        SampleFormat::F32,
    ];
    formats.iter().position(|known| *known == format).map(|rank| rank as u32)
}

/// The best of what a device can do at a rate: two channels before more before one, then the best format.
fn best(
    ranges: impl Iterator<Item = SupportedStreamConfigRange>,
    rate_hz: u32,
    period: u32,
) -> Option<(StreamConfig, SampleFormat)> {
    let value = |range: &SupportedStreamConfigRange| {
        let channels = match range.channels() {
            2 => 2,
            0 | 1 => 0,
            _ => 1,
        };
        rank(range.sample_format()).map(|format| (channels, format))
    };
    let best = ranges
        .filter(|range| range.contains_rate(rate_hz))
        .filter(|r| value(r).is_some())
        .max_by_key(value)?;
    let buffer_size = match *best.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => BufferSize::Fixed(period.clamp(min, max)),
        _ => BufferSize::Default,
    };
    let config = StreamConfig { channels: best.channels(), sample_rate: rate_hz, buffer_size };
    Some((config, best.sample_format()))
}

impl System for Devices {
    fn backends(&self) -> Vec<String> {
        cpal::available_hosts().iter().map(|id| id.name().to_owned()).collect()
    }

    fn devices(&self, backend: &str) -> [Vec<String>; 2] {
        let Ok(host) = host(backend) else { return Default::default() };
        let names = |devices: Option<Vec<Device>>| {
            let mut names: Vec<String> = devices.unwrap_or_default().iter().filter_map(name).collect();
            names.dedup();
            names
        };
        let outputs = host.output_devices().ok().map(Iterator::collect);
        let inputs = host.input_devices().ok().map(Iterator::collect);
        let [mut outputs, mut inputs] = [names(outputs), names(inputs)];
        if backend == JACK {
            // Each of its two devices is given as able to do both, and named for what it does.
            outputs.retain(|name| !name.ends_with("Input"));
            inputs.retain(|name| !name.ends_with("Output"));
        }
        [outputs, inputs]
    }

    fn prepare(&mut self, choice: &SoundChoice) -> Result<(u32, Option<Incoming>), String> {
        self.prepared = None;
        let backend = choice.backend.as_deref().unwrap_or_default();
        let host = host(backend)?;
        let said = |error: cpal::Error| format!("{backend}: {error}");
        let device = find(host.output_devices(), || host.default_output_device(), choice.output.as_deref())?;
        let ranges: Vec<_> = device.supported_output_configs().map_err(said)?.collect();
        let rate_hz = if ranges.iter().any(|range| range.contains_rate(choice.rate_hz)) {
            choice.rate_hz
        } else {
            device.default_output_config().map_err(said)?.sample_rate()
        };
        let unable = || format!("{backend}: the device plays nothing that can be sent to it");
        let (config, format) = best(ranges.into_iter(), rate_hz, self.period).ok_or_else(unable)?;
        let output = Way { device, config, format };
        let mut incoming = None;
        let mut input = None;
        if let Some(wanted) = &choice.input {
            let device = find(host.input_devices(), || None, Some(wanted))?;
            let ranges = device.supported_input_configs().map_err(said)?;
            let unable = || format!("{wanted} does not record at {rate_hz} Hz");
            let (config, format) = best(ranges, rate_hz, self.period).ok_or_else(unable)?;
            let (to_audio, ring) = RingBuffer::new((INPUT_RING_S * f64::from(rate_hz)) as usize);
            incoming = Some(Incoming::new(ring, rate_hz));
            input = Some((Way { device, config, format }, to_audio));
        }
        self.prepared = Some(Prepared { output, input });
        Ok((rate_hz, incoming))
    }

    fn start(&mut self, lent: Lent, lost: Box<dyn Fn(String) + Send + Sync>) -> Result<Box<dyn Any>, String> {
        let Prepared { output, input } = self.prepared.take().ok_or("nothing was prepared")?;
        let lost: Lost = Arc::from(lost);
        let mut streams = Vec::new();
        if let Some((way, to_audio)) = input {
            streams.push(with_format!(way.format, record(&way, to_audio, &lost))?);
        }
        streams.push(with_format!(output.format, play(&output, lent, &lost))?);
        for stream in &streams {
            match stream.play() {
                // Louder than a warning would be wrong: it plays, and may drop out on a busy machine.
                Err(error) if error.kind() == ErrorKind::RealtimeDenied => {}
                other => other.map_err(|error| error.to_string())?,
            }
        }
        Ok(Box::new(streams))
    }
}

/// Calls a generic function for the samples of a format.
macro_rules! with_format {
    ($format:expr, $function:ident($($argument:expr),*)) => {
        match $format {
            SampleFormat::F32 => $function::<f32>($($argument),*),
            SampleFormat::F64 => $function::<f64>($($argument),*),
            SampleFormat::I32 => $function::<i32>($($argument),*),
            SampleFormat::I24 => $function::<I24>($($argument),*),
            SampleFormat::I16 => $function::<i16>($($argument),*),
            SampleFormat::U16 => $function::<u16>($($argument),*),
            SampleFormat::I8 => $function::<i8>($($argument),*),
            SampleFormat::U8 => $function::<u8>($($argument),*),
            other => Err(format!("samples of the kind {other} are not known")),
        }
    };
}
use with_format;

type Lost = Arc<dyn Fn(String) + Send + Sync>;

/// What a device says while it runs: a dropout is over when it is told, and what ends the stream is passed on.
fn listen(lost: &Lost) -> impl FnMut(cpal::Error) + Send + 'static {
    let lost = lost.clone();
    move |error| match error.kind() {
        ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => lost(error.to_string()),
    }
}

/// Opens the output: the instance plays on the device's thread.
fn play<T: SizedSample + FromSample<f32> + 'static>(
    way: &Way,
    mut lent: Lent,
    lost: &Lost,
) -> Result<Stream, String> {
    let channels = usize::from(way.config.channels).max(1);
    let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
        for block in data.chunks_mut(MOST_FRAMES * channels) {
            let Some([left, right]) = lent.play(block.len() / channels) else { return };
            for ((frame, left), right) in block.chunks_exact_mut(channels).zip(left).zip(right) {
                match frame {
                    // A device of one channel plays both.
                    [mono] => *mono = T::from_sample(0.5 * (left + right)),
                    [first, second, rest @ ..] => {
                        (*first, *second) = (T::from_sample(*left), T::from_sample(*right));
                        rest.fill(T::EQUILIBRIUM);
                    }
                    [] => {}
                }
            }
        }
    };
    let opened = way.device.build_output_stream(way.config, fill, listen(lost), None);
    opened.map_err(|error| error.to_string())
}

/// Opens the input: what comes goes to the instance, and is dropped while it takes nothing.
fn record<T: SizedSample + 'static>(
    way: &Way,
    mut to_audio: Producer<[f32; 2]>,
    lost: &Lost,
) -> Result<Stream, String>
where
    f32: FromSample<T>,
{
    let channels = usize::from(way.config.channels).max(1);
    let take = move |data: &[T], _: &cpal::InputCallbackInfo| {
        for frame in data.chunks_exact(channels) {
            let left = f32::from_sample(frame[0]);
            let right = frame.get(1).map_or(left, |right| f32::from_sample(*right));
            // Full: nobody plays.
            let _ = to_audio.push([left, right]);
        }
    };
    let opened = way.device.build_input_stream(way.config, take, listen(lost), None);
    opened.map_err(|error| error.to_string())
}
