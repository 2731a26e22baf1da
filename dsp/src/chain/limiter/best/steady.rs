//! How steady a spectrum is: a clip on a steady tone is heard, on anything that moves it is masked.
//!
//! One less the share of power that differs between spectra half a window and a whole window apart; the steadier of two lengths.

use super::runs::smooth_step;
use super::scale::Scale;
use crate::blocks::math;
use crate::programme::{Along, Source};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use std::collections::VecDeque;
use std::f64::consts::TAU;
use std::io;

/// Lengths of the windows in transforms of the clip: 0.19 and 0.37 s.
const LENGTHS: [usize; 2] = [8, 16];
/// Steadiness of programme and of tones: of 15 songs the highest was 0.83 in 99 % of the time, tones have 0.99.
const RANGE: [f64; 2] = [0.9, 0.97];
/// Power of a bin that counts as none.
const NOTHING: f64 = 1e-3;
/// Spectra that are compared at a time: a whole window before and after the middle one.
const COMPARED: usize = 5;

/// The steadiness of a programme along it.
pub struct Steadiness {
    /// Of each length of windows, one value for each hop: 2 kB a minute.
    values: [Vec<f64>; 2],
    hops: [usize; 2],
    slow_grid: usize,
}

impl Steadiness {
    /// Looks at a programme.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn of(programme: &dyn Source, scale: &Scale) -> io::Result<Self> {
        let lengths = LENGTHS.map(|length| length * scale.transform);
        let hops = lengths.map(|length| length / 4);
        let values = [of_length(programme, lengths[0], hops[0])?, of_length(programme, lengths[1], hops[1])?];
        Ok(Self { values, hops, slow_grid: scale.slow_grid })
    }

    /// At a point of the slow grid 0 where the spectrum moves, to 1 where it stands.
    pub fn at(&self, point: usize) -> f64 {
        let mut steadiness = 0.0f64;
        for (values, hop) in self.values.iter().zip(self.hops) {
            let at = (point * self.slow_grid) as f64 / hop as f64;
            let first = (at as usize).min(values.len() - 1);
            let second = (first + 1).min(values.len() - 1);
            let fraction = (at - first as f64).min(1.0);
            steadiness = steadiness.max(values[first] + fraction * (values[second] - values[first]));
        }
        let [moving, steady] = RANGE;
        smooth_step((steadiness - moving) / (steady - moving))
    }
}

/// The steadiness around every `hop` frames.
fn of_length(programme: &dyn Source, length: usize, hop: usize) -> io::Result<Vec<f64>> {
    let mut spectra = Spectra::new(length);
    let mut along = Along::new(programme);
    let count = programme.length() / hop + 1;
    let mut ring: VecDeque<Vec<f32>> = VecDeque::with_capacity(COMPARED);
    // The first spectrum stands for what is before it, and the last for what is after it.
    let first = spectra.power(&mut along, programme.length(), 0)?;
    ring.extend([first.clone(), first.clone(), first]);
    for n in [1, 2] {
        ring.push_back(spectra.power(&mut along, programme.length(), n.min(count - 1) * hop)?);
    }
    let mut values = Vec::with_capacity(count);
    for middle in 0..count {
        let pair = |a: usize, b: usize| likeness(&ring[a], &ring[b]);
        values.push(pair(1, 3).min(pair(0, 4)).min(pair(0, 2)).min(pair(2, 4)));
        let newest = if middle + 3 < count {
            spectra.power(&mut along, programme.length(), (middle + 3) * hop)?
        } else {
            ring[COMPARED - 1].clone()
        };
        ring.pop_front();
        ring.push_back(newest);
    }
    Ok(values)
}

/// One less the share of the power that differs.
fn likeness(a: &[f32], b: &[f32]) -> f64 {
    let (mut difference, mut sum) = (0.0f64, NOTHING);
    for (a, b) in a.chunks(256).zip(b.chunks(256)) {
        difference += f64::from(a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>());
        sum += f64::from(a.iter().zip(b).map(|(a, b)| a + b).sum::<f32>());
    }
    1.0 - difference / sum
}

/// Power spectra of both channels together.
struct Spectra {
    transform: std::sync::Arc<dyn realfft::RealToComplex<f32>>,
    window: Vec<f32>,
    buffer: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Spectra {
    fn new(length: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        let window = (0..length)
            .map(|n| (0.5 - 0.5 * math::cos(TAU * (n as f64 + 0.5) / length as f64)) as f32)
            .collect();
        Self {
            window,
            buffer: vec![0.0; length],
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
        }
    }

    /// Around the frame `middle` of a programme of `end` frames.
    fn power(&mut self, along: &mut Along, end: usize, middle: usize) -> io::Result<Vec<f32>> {
        let mut power = vec![0.0; self.bins.len()];
        let half = self.window.len() / 2;
        let (before, from) = (half.saturating_sub(middle), middle.saturating_sub(half));
        let frames = along.stretch(from..(middle + half).min(end))?;
        for channel in 0..2 {
            self.buffer.fill(0.0);
            let (buffer, window) = (&mut self.buffer[before..], &self.window[before..]);
            for ((x, frame), window) in buffer.iter_mut().zip(frames).zip(window) {
                *x = frame[channel] as f32 * window;
            }
            let done =
                self.transform.process_with_scratch(&mut self.buffer, &mut self.bins, &mut self.scratch);
            debug_assert!(done.is_ok());
            power.iter_mut().zip(&self.bins).for_each(|(power, bin)| *power += bin.norm_sqr());
        }
        Ok(power)
    }
}
