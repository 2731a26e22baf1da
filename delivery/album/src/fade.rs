//! Fades: one gain a frame, from silence to all or back.

use super::cache::CachedAudio;
use super::file::Curve;
use lacquer_dsp::programme::Source;
use lacquer_files::audio::Programme;
use std::io;
use std::ops::Range;

/// Which end of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its beginning: up.
    In,
    /// Its end: down.
    Out,
}

/// The gain at a share of a fade up, 0 to 1. That of a fade down is the gain at 1 less the share; with [`Curve::EqualPower`] the
/// squares of both are 1 together.
pub fn gain(curve: Curve, share: f64) -> f64 {
    match curve {
        Curve::Linear => share,
        Curve::EqualPower => (share * std::f64::consts::FRAC_PI_2).sin(),
        Curve::Smooth => 0.5 - 0.5 * (share * std::f64::consts::PI).cos(),
    }
}

/// A fade over a stretch of a programme.
#[derive(Debug, Clone)]
pub struct FadeOf {
    /// The stretch, from its first to its last frame.
    pub frames: Range<usize>,
    /// Its shape.
    pub curve: Curve,
    /// Up or down.
    pub edge: Edge,
}

impl FadeOf {
    /// Fades those of `frames`, which begin at `start` of the programme, that lie in the stretch.
    fn apply(&self, start: usize, frames: &mut [[f32; 2]]) {
        let length = self.frames.len() as f64;
        let from = self.frames.start.clamp(start, start + frames.len());
        let to = self.frames.end.clamp(from, start + frames.len());
        for (n, frame) in (from..to).zip(&mut frames[from - start..to - start]) {
            let share = ((n - self.frames.start) as f64 + 0.5) / length;
            let gain = gain(self.curve, if self.edge == Edge::In { share } else { 1.0 - share });
            *frame = frame.map(|x| (f64::from(x) * gain) as f32);
        }
    }
}

/// A render with fades.
pub struct Faded {
    /// What it is without.
    pub audio: CachedAudio,
    /// They act one after the other.
    pub fades: Vec<FadeOf>,
    /// From here on it is silent, frames.
    pub ends: usize,
}

impl Source<[f32; 2]> for Faded {
    fn length(&self) -> usize {
        self.audio.length()
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        self.audio.read(start, frames)?;
        self.fades.iter().for_each(|fade| fade.apply(start, frames));
        let sounding = self.ends.saturating_sub(start).min(frames.len());
        frames[sounding..].fill([0.0; 2]);
        Ok(())
    }
}

impl Programme for Faded {
    fn sample_rate(&self) -> u32 {
        self.audio.sample_rate()
    }

    fn channels(&self) -> usize {
        self.audio.channels()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fade_is_the_same_in_any_pieces() {
        let fade = FadeOf { frames: 100..350, curve: Curve::Smooth, edge: Edge::Out };
        let mut whole = vec![[0.5, -0.25]; 500];
        let mut pieces = whole.clone();
        fade.apply(0, &mut whole);
        for (n, piece) in pieces.chunks_mut(77).enumerate() {
            fade.apply(77 * n, piece);
        }
        assert_eq!(pieces, whole);
        assert_eq!((whole[99], whole[350]), ([0.5, -0.25], [0.5, -0.25]));
        assert!(whole[349][0] < 1e-4 && whole[100][0] > 0.49);
    }

    #[test]
    fn fades_meet_in_the_middle_and_equal_power_keeps_it() {
        for curve in [Curve::Linear, Curve::EqualPower, Curve::Smooth] {
            assert!(gain(curve, 0.0).abs() < 1e-12 && (gain(curve, 1.0) - 1.0).abs() < 1e-12);
            let gains: Vec<f64> = (0..=100).map(|n| gain(curve, f64::from(n) / 100.0)).collect();
            assert!(gains.is_sorted(), "{curve:?} rises");
        }
        for n in 0..=100 {
            let share = f64::from(n) / 100.0;
            let power = gain(Curve::EqualPower, share).powi(2) + gain(Curve::EqualPower, 1.0 - share).powi(2);
            assert!((power - 1.0).abs() < 1e-12);
        }
    }
}
