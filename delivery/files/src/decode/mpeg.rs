//! MP3: frame after frame to the end of the file, by Symphonia's decoder of layer III.
//!
//! The only length that counts is that of the frames which are there; the only sound that is left out is what LAME's tag declares, at the
//! ends of its recording. Frame count, checksums, and the bytes that frames need of earlier ones are held against what is there.

mod header;
mod info;

use super::remarks::{Kind, Remarks};
use super::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use super::window::Window;
use header::Header;
use info::Info;
use lacquer_dsp::detect::{Severity, StoredWords};
use std::io;
use symphonia::core::audio::{Audio as _, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

/// The first frame lies within so many bytes (after ID3v2, which is passed over): some taggers leave much room.
const MOST_BYTES_BEFORE: u64 = 1 << 20;
/// Bytes that a frame goes back at most (ISO/IEC 11172-3, 2.4.1.7: nine bits).
const MOST_BACK: usize = 511;

/// A recording within the file: what its first frame promised, and what came.
#[derive(Default)]
struct Recording {
    info: Info,
    mpeg_frames: u64,
    /// Frames of the file before it.
    base: u64,
    /// Frames still to be left out at the start.
    skip: u64,
    music_crc: u16,
    is_whole: bool,
}

/// An MP3 file.
pub(super) struct Mpeg<R> {
    window: Window<R>,
    decoder: Box<dyn AudioDecoder>,
    first: Header,
    recording: Recording,
    /// Bytes of earlier frames that may be gone back to.
    back: usize,
    /// Whether `back` was cut short by damage rather than by the file's beginning.
    was_damaged: bool,
    /// Bytes since the last frame that are none.
    foreign: u64,
    foreign_is_empty: bool,
    /// Frames that the tag may want left out at the end.
    held: Vec<[f32; 2]>,
    given: u64,
}

impl<R: Source> Mpeg<R> {
    /// Finds the first frame of a file without tags before it.
    pub fn open(source: R, offset: u64) -> Result<Self, Refusal> {
        let mut window = Window::new(source, offset);
        let (mut foreign, mut is_empty) = (0, true);
        let first = loop {
            if let Some(header) = confirmed(&mut window, None)? {
                break header;
            }
            let step = to_next_mark(window.seen());
            if step == 0 || foreign > MOST_BYTES_BEFORE {
                return Err("no frames of MPEG audio, layer III, are in it".into());
            }
            is_empty &= window.seen()[..step].iter().all(|byte| *byte == 0);
            window.skip(step);
            foreign += step as u64;
        };
        check_spec(first.sample_rate, first.channels)?;
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_MP3);
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
            .map_err(|error| Refusal::NotAudio(error.to_string()))?;
        let mut mpeg = Self {
            window,
            decoder,
            first,
            recording: Recording { is_whole: true, ..Recording::default() },
            back: 0,
            was_damaged: false,
            foreign: if is_empty || foreign < header::MOST_BYTES as u64 { 0 } else { foreign },
            foreign_is_empty: is_empty,
            held: Vec::new(),
            given: 0,
        };
        // The promised length is wanted before the first frame.
        let bytes = mpeg.window.see(first.bytes)?;
        if let Some(info) = bytes.get(..first.bytes).and_then(|frame| Info::parse(frame, &first)) {
            mpeg.begin(info);
            mpeg.window.skip(first.bytes);
        }
        Ok(mpeg)
    }

    /// Begins a recording.
    fn begin(&mut self, info: Info) {
        self.recording = Recording {
            info,
            base: self.given,
            skip: info.trim.map_or(0, |(start, _)| start),
            is_whole: true,
            ..Recording::default()
        };
        self.decoder.reset();
        self.back = 0;
        self.was_damaged = false;
    }

    /// Takes a frame that is whole.
    fn take(&mut self, header: &Header, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) {
        let Some(frame) = self.window.seen().get(..header.bytes) else { return };
        let at = self.given + self.held.len() as u64;
        if self.recording.info.music_crc.is_some() {
            self.recording.music_crc = info::crc16(self.recording.music_crc, frame);
        }
        self.recording.mpeg_frames += 1;
        if !header.keeps_checksum(frame) {
            remarks.add(Kind::Checksums, at, header.frames as u64, 0);
        }
        if header.reaches_back(frame) > self.back {
            let kind = if self.was_damaged { Kind::Damaged } else { Kind::Unsupported };
            remarks.add(kind, at, header.frames as u64, 0);
        }
        self.back = (self.back + header.main_bytes()).min(MOST_BACK);
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, frame);
        let before = self.held.len();
        match self.decoder.decode_ref(&packet) {
            Ok(GenericAudioBufferRef::F32(buffer)) => match (buffer.plane(0), buffer.plane(1)) {
                (Some(left), Some(right)) => {
                    self.held.extend(left.iter().zip(right).map(|(left, right)| [*left, *right]));
                }
                (Some(mono), None) => self.held.extend(mono.iter().map(|x| [*x; 2])),
                _ => {}
            },
            _ => {
                remarks.add(Kind::Damaged, at, header.frames as u64, 0);
                self.recording.is_whole = false;
                self.held.resize(before + header.frames, [0.0; 2]);
            }
        }
        self.window.skip(header.bytes);
        let kept = self.recording.info.trim.map_or(0, |(_, end)| end as usize);
        self.release(kept, into);
    }

    /// Gives all that is held but the last `kept` frames.
    fn release(&mut self, kept: usize, into: &mut Vec<[f32; 2]>) {
        let skip = (self.recording.skip as usize).min(self.held.len());
        self.recording.skip -= skip as u64;
        self.held.drain(..skip);
        let ready = self.held.len().saturating_sub(kept);
        self.given += ready as u64;
        into.extend(self.held.drain(..ready));
    }

    /// The end of a recording: what it promised against what came, and what its tag leaves out.
    fn end_recording(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) {
        let found = self.recording.mpeg_frames;
        let promised = self.recording.info.mpeg_frames;
        if promised.is_none_or(|promised| promised == found) {
            // What the tag leaves out is at the end only if the end is where the tag has it.
            let cut = self.recording.info.trim.map_or(0, |(_, end)| end as usize);
            self.held.truncate(self.held.len().saturating_sub(cut));
        }
        self.release(0, into);
        let counts =
            format!("its header promises {} frames of MPEG audio, {found} are there", promised.unwrap_or(0));
        match promised {
            // What is missing within is told where it is missing.
            Some(promised) if found < promised && !self.recording.is_whole => {
                let fact = format!("Sound is missing: {counts}");
                remarks.say(Severity::Fail, fact, Kind::Missing.advice(), None);
            }
            Some(promised) if found < promised => remarks.breaks_off(self.given, counts, false),
            Some(promised) if found > promised => {
                let fact = format!("In the file, {counts}; all are read");
                remarks.say(Severity::Warn, fact, "Other players may stop early: export it again.", None);
            }
            _ => {
                if let Some(crc) = self.recording.info.music_crc
                    && crc != self.recording.music_crc
                    && self.recording.is_whole
                {
                    remarks.say(
                        Severity::Warn,
                        "The checksum of its sound is not the one that its encoder wrote: it was changed since"
                            .to_owned(),
                        "If no tool has changed its gain on purpose, copy or encode it again.",
                        Some(self.recording.base),
                    );
                }
            }
        }
    }

    /// Passes over what is no frame: tags without a word, the rest as foreign. Gives whether there is more.
    fn pass_over(&mut self) -> io::Result<bool> {
        let bytes = self.window.see(160)?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let tag = match bytes {
            [b'T', b'A', b'G', ..] => Some(128),
            [b'I', b'D', b'3', ..] => super::id3_bytes(bytes),
            [b'A', b'P', b'E', b'T', b'A', b'G', b'E', b'X', _, _, _, _, a, b, c, d, ..] => {
                // A header, items, and a footer that the length counts.
                Some(32 + u64::from(u32::from_le_bytes([*a, *b, *c, *d])))
            }
            _ => None,
        };
        if let Some(tag) = tag {
            self.window.skip_far(tag)?;
            return Ok(true);
        }
        let step = to_next_mark(bytes);
        self.foreign_is_empty &= bytes[..step].iter().all(|byte| *byte == 0);
        self.foreign += step as u64;
        self.window.skip(step);
        Ok(true)
    }
}

impl<R: Source> Stream for Mpeg<R> {
    fn facts(&self) -> Facts {
        let info = self.recording.info;
        let (start, end) = info.trim.unwrap_or((0, 0));
        let frames = info.mpeg_frames.map(|frames| frames.saturating_mul(self.first.frames as u64));
        Facts {
            format: "MP3",
            sample_rate: self.first.sample_rate,
            channels: self.first.channels,
            words: StoredWords::Lossy,
            promised: frames.map(|frames| frames.saturating_sub(start + end)),
        }
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        let at = self.given + self.held.len() as u64;
        let bytes = self.window.see(header::MOST_BYTES + header::BYTES)?;
        let header = Header::parse(bytes).filter(|header| header.follows(&self.first));
        let header = match header {
            // In step with the frame before, its word is believed.
            Some(header) if self.foreign == 0 => Some(header),
            Some(_) => confirmed(&mut self.window, Some(&self.first))?,
            None => None,
        };
        let Some(header) = header else {
            if self.pass_over()? {
                return Ok(Step::Frames);
            }
            self.end_recording(into, remarks);
            if self.foreign > 0 && !self.foreign_is_empty {
                let reason = format!("its last {} bytes hold no whole frame", self.foreign);
                remarks.breaks_off(self.given, reason, false);
            }
            return Ok(Step::End);
        };
        if self.foreign > 0 {
            remarks.add(Kind::Foreign, at, 0, self.foreign);
            self.foreign = 0;
            self.foreign_is_empty = true;
            self.recording.is_whole = false;
            self.decoder.reset();
            self.back = 0;
            self.was_damaged = true;
        }
        let bytes = self.window.see(header.bytes)?;
        let Some(frame) = bytes.get(..header.bytes) else {
            // The last frame is torn.
            let torn = bytes.len();
            self.window.skip(torn);
            self.foreign += torn as u64;
            self.foreign_is_empty = false;
            return Ok(Step::Frames);
        };
        if let Some(info) = Info::parse(frame, &header) {
            self.end_recording(into, remarks);
            remarks.add(Kind::Joined, self.given, 0, 0);
            self.begin(info);
            self.window.skip(header.bytes);
            return Ok(Step::Frames);
        }
        self.take(&header, into, remarks);
        Ok(Step::Frames)
    }

    fn offset(&self) -> u64 {
        self.window.offset()
    }
}

/// The header at hand, if another that may follow it stands where its frame ends, or the file ends there.
fn confirmed<R: Source>(window: &mut Window<R>, like: Option<&Header>) -> io::Result<Option<Header>> {
    let bytes = window.see(2 * header::MOST_BYTES + header::BYTES)?;
    let Some(header) = Header::parse(bytes) else { return Ok(None) };
    let next = bytes.get(header.bytes..).unwrap_or_default();
    let is_next = next.is_empty() && bytes.len() == header.bytes
        || next.starts_with(b"TAG")
        || next.starts_with(b"APETAGEX")
        || Header::parse(next).is_some_and(|next| next.follows(&header));
    Ok((is_next && like.is_none_or(|like| header.follows(like))).then_some(header))
}

/// Bytes up to what may be a frame or a tag; all where there is none.
fn to_next_mark(bytes: &[u8]) -> usize {
    let next = bytes.iter().skip(1).position(|byte| matches!(byte, 0xff | b'I' | b'T' | b'A'));
    next.map_or(bytes.len(), |at| at + 1)
}
