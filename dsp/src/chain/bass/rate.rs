//! Down to the low rate at which harmonics are made, and up again.
//!
//! Both ways with the same kernel, a running mean over one low-rate period taken four times (a cubic B-spline): its
//! zeros lie on every multiple of the low rate, so that what folds onto the lows is 100 dB down, and the images of
//! 750 Hz 68 dB.

use crate::processor::CONTROL_PERIOD;

/// Lowest rate in hertz: the fifth harmonic of 150 Hz and its images fit well below half of it.
const LOW_RATE_HZ: f64 = 5_400.0;
/// Running means in the kernel.
const MEANS: usize = 4;

/// The way down and up; see the module.
#[derive(Debug, Clone, Default)]
pub struct RateChange {
    factor: usize,
    /// The kernel, of unit sum.
    kernel: Vec<f64>,
    /// The kernel as `factor` phases of [`MEANS`] taps each, newest sample first, each of about unit sum.
    phases: Vec<[f64; MEANS]>,
    mids: Vec<f64>,
    lows: [f64; MEANS],
}

impl RateChange {
    /// For frames at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f64) -> Self {
        let mut factor = 1;
        while factor < CONTROL_PERIOD && sample_rate / (2 * factor) as f64 >= LOW_RATE_HZ {
            factor *= 2;
        }
        let mut kernel = vec![1.0];
        for _ in 0..MEANS {
            let mut longer = vec![0.0; kernel.len() + factor - 1];
            for (n, tap) in kernel.iter().enumerate() {
                longer[n..n + factor].iter_mut().for_each(|sum| *sum += tap / factor as f64);
            }
            kernel = longer;
        }
        let tap = |k: usize| kernel.get(k).copied().unwrap_or(0.0) * factor as f64;
        let phases = (0..factor).map(|phase| std::array::from_fn(|n| tap(phase + n * factor))).collect();
        let mids = vec![0.0; kernel.len() - 1 + CONTROL_PERIOD];
        Self { factor, kernel, phases, mids, lows: [0.0; MEANS] }
    }

    /// Frames per sample of the low rate; divides [`CONTROL_PERIOD`].
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.mids.fill(0.0);
        self.lows = [0.0; MEANS];
    }

    /// Takes `mids`, of which the first stands at `position`, down: writes the samples of the low rate that lie at them to the beginning of
    /// `lows`, and returns how many they are.
    #[inline(always)]
    pub fn down(&mut self, mids: &[f64], position: u64, lows: &mut [f64; CONTROL_PERIOD]) -> usize {
        let (history, length) = (self.kernel.len() - 1, mids.len());
        self.mids[history..history + length].copy_from_slice(mids);
        let first = (position.wrapping_neg() % self.factor as u64) as usize;
        let mut count = 0;
        for (low, n) in lows.iter_mut().zip((first..length).step_by(self.factor)) {
            *low = self.kernel.iter().zip(&self.mids[n..]).map(|(tap, mid)| tap * mid).sum();
            count += 1;
        }
        self.mids.copy_within(length..length + history, 0);
        count
    }

    /// The way up of what was made of them, for as many frames as `output` has.
    #[inline(always)]
    pub fn up(&mut self, lows: &[f64], position: u64, output: &mut [f64]) {
        let mut phase = (position % self.factor as u64) as usize;
        let mut lows = lows.iter();
        for output in output {
            if phase == 0 {
                self.lows.copy_within(..MEANS - 1, 1);
                self.lows[0] = lows.next().copied().unwrap_or_default();
            }
            let taps = self.phases[phase];
            *output = taps.iter().zip(self.lows).map(|(tap, low)| tap * low).sum();
            phase = if phase + 1 == self.factor { 0 } else { phase + 1 };
        }
    }
}
