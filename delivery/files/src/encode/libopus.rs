//! libopus (RFC 6716, BSD) behind a safe interface: one encoder, one decoder, at 48 kHz.
//!
//! The library is the reference implementation translated to Rust; its functions take the pointers that the C ones do.

use std::ptr::NonNull;
use unsafe_libopus as unsafe_sys;

/// The rate of everything here, hertz.
pub const RATE_HZ: u32 = 48_000;
/// Frames of a packet that is encoded: 20 ms, the codec's usual length.
pub const PACKET_FRAMES: usize = 960;
/// Frames of the longest packet that is decoded: 120 ms.
const MOST_FRAMES: usize = 5760;
/// Bytes of the longest packet of one frame (RFC 6716, section 3.2.1, rounded up as the library's manual advises).
const MOST_BYTES: usize = 4000;

/// An error number of the library, with what was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("libopus refuses to {doing} (error {code})")]
pub struct OpusError {
    /// What was tried.
    pub doing: &'static str,
    /// The library's error number, negative.
    pub code: i32,
}

/// An encoder for music.
pub struct Encoder {
    state: NonNull<unsafe_sys::OpusEncoder>,
    channels: usize,
    packet: Vec<u8>,
}

// SAFETY: the state is plain memory that only this value points to, and every call takes the value alone.
unsafe impl Send for Encoder {}

impl Encoder {
    /// An encoder of one or two channels at a variable bit rate of `kbps` on average, with every effort (complexity 10).
    pub fn new(channels: usize, kbps: u32) -> Result<Self, OpusError> {
        let mut code = 0;
        // SAFETY: the library checks its arguments and sets `code`, which outlives the call.
        let state = unsafe {
            unsafe_sys::opus_encoder_create(
                RATE_HZ as i32,
                channels as i32,
                unsafe_sys::OPUS_APPLICATION_AUDIO,
                &mut code,
            )
        };
        let state = NonNull::new(state).ok_or(OpusError { doing: "create an encoder", code })?;
        let encoder = Self { state, channels, packet: vec![0; MOST_BYTES] };
        let bits = (kbps as i32).saturating_mul(1000);
        // SAFETY: the state is valid until `drop`, and each request is given the one number that it takes.
        let codes = unsafe {
            [
                unsafe_sys::opus_encoder_ctl!(state.as_ptr(), unsafe_sys::OPUS_SET_BITRATE_REQUEST, bits),
                unsafe_sys::opus_encoder_ctl!(state.as_ptr(), unsafe_sys::OPUS_SET_COMPLEXITY_REQUEST, 10i32),
                unsafe_sys::opus_encoder_ctl!(
                    state.as_ptr(),
                    unsafe_sys::OPUS_SET_SIGNAL_REQUEST,
                    unsafe_sys::OPUS_SIGNAL_MUSIC
                ),
            ]
        };
        match codes.into_iter().find(|code| *code != unsafe_sys::OPUS_OK) {
            Some(code) => Err(OpusError { doing: "set the bit rate", code }),
            None => Ok(encoder),
        }
    }

    /// Frames by which what is decoded lags behind.
    pub fn lookahead_frames(&mut self) -> usize {
        let mut frames = 0i32;
        // SAFETY: the state is valid, and the request is given the one place that it writes to.
        unsafe {
            unsafe_sys::opus_encoder_ctl!(
                self.state.as_ptr(),
                unsafe_sys::OPUS_GET_LOOKAHEAD_REQUEST,
                &mut frames
            )
        };
        usize::try_from(frames).unwrap_or(0)
    }

    /// Encodes [`PACKET_FRAMES`] frames, interleaved.
    pub fn encode(&mut self, samples: &[f32]) -> Result<&[u8], OpusError> {
        let doing = "encode a packet";
        if samples.len() != PACKET_FRAMES * self.channels {
            return Err(OpusError { doing, code: unsafe_sys::OPUS_BAD_ARG });
        }
        // SAFETY: the library reads PACKET_FRAMES frames of the channels, which `samples` has, and writes at most the packet's bytes.
        let length = unsafe {
            unsafe_sys::opus_encode_float(
                self.state.as_ptr(),
                samples.as_ptr(),
                PACKET_FRAMES as i32,
                self.packet.as_mut_ptr(),
                MOST_BYTES as i32,
            )
        };
        let bytes = usize::try_from(length).ok().and_then(|length| self.packet.get(..length));
        bytes.ok_or(OpusError { doing, code: length })
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: the library made the state, and nothing uses it afterwards.
        unsafe { unsafe_sys::opus_encoder_destroy(self.state.as_ptr()) };
    }
}

/// A decoder.
pub struct Decoder {
    state: NonNull<unsafe_sys::OpusDecoder>,
    channels: usize,
    samples: Vec<f32>,
}

// SAFETY: as for the encoder.
unsafe impl Send for Decoder {}

impl Decoder {
    /// A decoder to one or two channels.
    pub fn new(channels: usize) -> Result<Self, OpusError> {
        let mut code = 0;
        // SAFETY: the library checks its arguments and sets `code`, which outlives the call.
        let state = unsafe { unsafe_sys::opus_decoder_create(RATE_HZ as i32, channels as i32, &mut code) };
        let state = NonNull::new(state).ok_or(OpusError { doing: "create a decoder", code })?;
        Ok(Self { state, channels, samples: vec![0.0; MOST_FRAMES * channels] })
    }

    /// Decodes a packet to interleaved samples.
    pub fn decode(&mut self, packet: &[u8]) -> Result<&[f32], OpusError> {
        let doing = "decode a packet";
        // No packet is lost here; an empty one would be taken for that.
        let length = i32::try_from(packet.len()).ok().filter(|length| *length > 0);
        let length = length.ok_or(OpusError { doing, code: unsafe_sys::OPUS_INVALID_PACKET })?;
        // SAFETY: the library reads the packet's bytes and writes at most MOST_FRAMES frames of the channels.
        let frames = unsafe {
            unsafe_sys::opus_decode_float(
                self.state.as_ptr(),
                packet.as_ptr(),
                length,
                self.samples.as_mut_ptr(),
                MOST_FRAMES as i32,
                0,
            )
        };
        let found =
            usize::try_from(frames).ok().and_then(|frames| self.samples.get(..frames * self.channels));
        found.ok_or(OpusError { doing, code: frames })
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the library made the state, and nothing uses it afterwards.
        unsafe { unsafe_sys::opus_decoder_destroy(self.state.as_ptr()) };
    }
}
