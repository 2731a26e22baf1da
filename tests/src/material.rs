//! Music-like programme for the detectors: drums, bass, chords and a lead through a room, panned, different for each seed.
//!
//! It is clean: no level above 0.7, no offset, no wall, quiet at its ends, and no two bars alike.

use crate::signals::Noise;
use lacquer_dsp::Frame;
use std::f64::consts::TAU;

/// What a song is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Drums, bass, chords and lead.
    Band,
    /// An 808 and hats over a soft pad: bass that is long, low and loud.
    Trap,
    /// A slow piece of plucked notes without drums and without highs.
    Quiet,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 3] = [Self::Band, Self::Trap, Self::Quiet];
}

/// Level of the highest peak.
const PEAK: f64 = 0.7;
/// Silence before and decay after, s.
const HEAD_S: f64 = 0.2;
const TAIL_S: f64 = 2.5;

/// A note that decays.
struct Voice<'a> {
    hz: f64,
    level: f64,
    attack_s: f64,
    decay_s: f64,
    harmonics: &'a [f64],
    pan: f64,
}

struct Studio {
    rate: f64,
    dry: Vec<Frame>,
    wet: Vec<f64>,
    noise: Noise,
}

impl Studio {
    fn voice(&mut self, at_s: f64, voice: &Voice, send: f64) {
        let (start, rate) = ((at_s * self.rate) as usize, self.rate);
        let frames = (8.0 * voice.decay_s * rate) as usize;
        let (left, right) = ((1.0 - voice.pan).sqrt(), (1.0 + voice.pan).sqrt());
        let detune = 1.0 + 0.002 * self.noise.bipolar();
        let end = (start + frames).min(self.dry.len());
        // Each harmonic is a rotation: no sine a frame.
        let mut partials: Vec<([f64; 2], [f64; 2], f64)> = voice
            .harmonics
            .iter()
            .enumerate()
            .map(|(n, level)| (voice.hz * detune * (n + 1) as f64, *level))
            .filter(|(hz, _)| *hz < 0.45 * rate)
            .map(|(hz, level)| {
                let (sin, cos) = (TAU * hz / rate).sin_cos();
                ([1.0, 0.0], [cos, sin], level)
            })
            .collect();
        for n in start.min(end)..end {
            let t = (n - start) as f64 / rate;
            let envelope = voice.level * (1.0 - (-t / voice.attack_s).exp()) * (-t / voice.decay_s).exp();
            let mut x = 0.0;
            for (state, step, level) in &mut partials {
                *state = [state[0] * step[0] - state[1] * step[1], state[0] * step[1] + state[1] * step[0]];
                x += state[1] * *level;
            }
            let x = x * envelope;
            self.dry[n][0] += left * x;
            self.dry[n][1] += right * x;
            self.wet[n] += send * x;
        }
    }

    fn kick(&mut self, at_s: f64, level: f64, low_hz: f64, decay_s: f64) {
        let (start, rate) = ((at_s * self.rate) as usize, self.rate);
        let end = (start + (8.0 * decay_s * rate) as usize).min(self.dry.len());
        let mut phase = 0.0;
        for n in start.min(end)..end {
            let t = (n - start) as f64 / rate;
            phase += TAU * (low_hz + 130.0 * (-t * 35.0).exp()) / rate;
            let x = level
                * (-t / decay_s).exp()
                * (phase.sin() + 0.25 * (2.0 * phase).sin() + 0.1 * (3.0 * phase).sin());
            self.dry[n][0] += x;
            self.dry[n][1] += x;
        }
    }

    fn burst(&mut self, at_s: f64, level: f64, decay_s: f64, brightness: f64, pan: f64, send: f64) {
        let (start, rate) = ((at_s * self.rate) as usize, self.rate);
        let end = (start + (8.0 * decay_s * rate) as usize).min(self.dry.len());
        let mut low = 0.0;
        for n in start.min(end)..end {
            let t = (n - start) as f64 / rate;
            let white = self.noise.bipolar();
            low += brightness * (white - low);
            let x = level * (1.0 - (-t * 3000.0).exp()) * (-t / decay_s).exp() * (white - low);
            self.dry[n][0] += (1.0 - pan).sqrt() * x;
            self.dry[n][1] += (1.0 + pan).sqrt() * x;
            self.wet[n] += send * x;
        }
    }

    /// A room of a few feedback combs on each side (M. R. Schroeder, 1962).
    fn room(&mut self) {
        for (c, delays) in
            [[0.0297, 0.0371, 0.0411, 0.0437], [0.0307, 0.0359, 0.0423, 0.0449]].iter().enumerate()
        {
            for delay_s in delays {
                let length = (delay_s * self.rate) as usize;
                let mut line = vec![0.0; length];
                let mut damped = 0.0;
                for (n, (frame, send)) in self.dry.iter_mut().zip(&self.wet).enumerate() {
                    let back = line[n % length];
                    damped += 0.6 * (back - damped);
                    line[n % length] = send + 0.78 * damped;
                    frame[c] += 0.22 * back;
                }
            }
        }
    }
}

/// A song of about `seconds` at `sample_rate` hertz.
pub fn song(style: Style, seed: u64, sample_rate: f64, seconds: f64) -> Vec<Frame> {
    let length = ((seconds.max(TAIL_S + 2.0)) * sample_rate) as usize;
    let mut studio = Studio {
        rate: sample_rate,
        dry: vec![[0.0; 2]; length],
        wet: vec![0.0; length],
        noise: Noise::new(seed.wrapping_mul(77) + 5),
    };
    let mut chance = Noise::new(seed.wrapping_add(1000));
    let tonic_hz = 41.2 * 2f64.powf((chance.uniform() * 9.0).floor() / 12.0);
    let beat_s = match style {
        Style::Band => 60.0 / (88.0 + 50.0 * chance.uniform()),
        Style::Trap => 60.0 / (66.0 + 12.0 * chance.uniform()),
        Style::Quiet => 60.0 / (60.0 + 15.0 * chance.uniform()),
    };
    let soft: Vec<f64> = (1..12).map(|n| 0.6 / f64::from(n).powf(1.7)).collect();
    let bright: Vec<f64> = (1..30).map(|n| 0.5 / f64::from(n).powf(1.1)).collect();
    let scale = [0, 3, 5, 7, 10, 12, 15];
    let semitones = |n: i32| 2f64.powf(f64::from(n) / 12.0);
    let steps = ((seconds - HEAD_S - TAIL_S) / (0.5 * beat_s)) as usize;
    for step in 0..steps {
        let at = HEAD_S + 0.5 * beat_s * step as f64 + 0.004 * chance.uniform();
        let root = tonic_hz * semitones([0, 0, 5, 3, 7, 5, 10, 3][step / 8 % 8]);
        let note = scale[(chance.uniform() * 7.0) as usize % 7];
        let velocity = 0.75 + 0.25 * chance.uniform();
        if style != Style::Quiet {
            studio.burst(at, 0.16 * velocity, 0.03 + 0.05 * chance.uniform(), 0.35, 0.3, 0.1);
        }
        match style {
            Style::Band => {
                if step % 4 == 0 {
                    studio.kick(at, 0.8 * velocity, 47.0, 0.12);
                }
                if step % 4 == 2 {
                    studio.burst(at, 0.4 * velocity, 0.07, 0.05, -0.05, 0.3);
                }
                let bass = Voice {
                    hz: root,
                    level: 0.4 * velocity,
                    attack_s: 0.004,
                    decay_s: 0.25,
                    harmonics: &soft,
                    pan: 0.0,
                };
                studio.voice(at, &bass, 0.0);
            }
            Style::Trap => {
                if step % 8 == 0 || step % 8 == 5 {
                    studio.kick(at, 0.9 * velocity, root.max(45.0), 0.5);
                }
                if step % 8 == 4 {
                    studio.burst(at, 0.5 * velocity, 0.06, 0.05, 0.05, 0.3);
                }
            }
            Style::Quiet => {}
        }
        if style == Style::Quiet || step % 2 == 1 {
            let pan = 0.6 * chance.uniform() * if step / 2 % 2 == 0 { 1.0 } else { -1.0 };
            let decay_s = if style == Style::Quiet { 0.5 } else { 0.25 };
            let harmonics = if style == Style::Band { &bright } else { &soft };
            let hz = 8.0 * root * semitones(note);
            studio.voice(
                at,
                &Voice { hz, level: 0.12 * velocity, attack_s: 0.003, decay_s, harmonics, pan },
                0.5,
            );
        }
        if step % 8 == 0 {
            // Both sides of a chord in like measure, so that the song leans nowhere.
            for (n, pan) in [(12, -0.9), (15, 0.9), (19, -0.6), (24, 0.6), (27, 0.0)] {
                let hz = 2.0 * root * semitones(n);
                let voice =
                    Voice { hz, level: 0.14, attack_s: 0.08, decay_s: 1.0, harmonics: &bright[..12], pan };
                studio.voice(at, &voice, 0.4);
            }
        }
    }
    studio.room();
    finish(studio.dry, sample_rate)
}

/// What leaves a mix: nothing below 20 Hz, a fade over the last of the room, room for the master.
fn finish(mut song: Vec<Frame>, sample_rate: f64) -> Vec<Frame> {
    let pole = (-TAU * 12.0 / sample_rate).exp();
    for c in 0..2 {
        for _ in 0..2 {
            let (mut before, mut y) = (0.0, 0.0);
            for frame in &mut song {
                y = frame[c] - before + pole * y;
                before = frame[c];
                frame[c] = y;
            }
        }
    }
    // It leans nowhere, whatever was played.
    let energy = |c: usize| song.iter().map(|frame| frame[c] * frame[c]).sum::<f64>().max(1e-20);
    let lean = (energy(0) / energy(1)).sqrt();
    song.iter_mut().for_each(|frame| frame[1] *= lean);
    let peak = song.as_flattened().iter().fold(1e-9f64, |peak, x| peak.max(x.abs()));
    let fade = (1.5 * sample_rate) as usize;
    let length = song.len();
    for (n, frame) in song.iter_mut().enumerate() {
        let gain = ((length - n) as f64 / fade as f64).min(1.0) * PEAK / peak;
        *frame = frame.map(|x| x * gain);
    }
    song
}

/// In words of `bits` with triangular dither.
pub fn quantized(frames: &[Frame], bits: u32, seed: u64) -> Vec<Frame> {
    let mut noise = Noise::new(seed);
    let scale = 2f64.powi(bits as i32 - 1);
    let mut word = |x: f64| {
        let dither = noise.uniform() - noise.uniform();
        (x * scale + dither).round().clamp(-scale, scale - 1.0) / scale
    };
    frames.iter().map(|frame| [word(frame[0]), word(frame[1])]).collect()
}
