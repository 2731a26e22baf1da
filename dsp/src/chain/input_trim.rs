//! Input trim: gain, polarity, balance, channel swap and DC filter, before anything else.
//!
//! All but the filter is one 2 x 2 matrix from (left, right) to (left, right) whose entries are smoothed, so that a change of
//! polarity passes through zero and a swap is a crossfade. The DC filter takes a first-order low-pass at 5 Hz away from
//! the signal: -0.26 dB at 20 Hz. No latency. A mono stream knows gain, left polarity and filter only.

use crate::blocks::decibel::db_to_gain;
use crate::blocks::math;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::parameters::parameters;
use crate::processor::{Block, Frame, ProcessSpec, Processor, Stage};
use std::f64::consts::TAU;

/// Corner of the DC filter in hertz: two octaves below the lowest note.
const DC_CORNER_HZ: f64 = 5.0;

parameters! {
    /// Settings of the [`InputTrim`].
    pub struct InputTrimSettings, input_trim {
        /// Level, polarity and balance of the mix before everything else.
        on: switch() = true, "input_trim_on", "On";
        /// Up: drives all stages harder.
        gain_db: decibels(-24.0, 24.0) = 0.0, "input_trim_gain", "Gain";
        /// Turns the left channel's polarity round.
        invert_left: switch() = false, "input_trim_invert_left", "Invert Left";
        /// Turns the right channel's polarity round.
        invert_right: switch() = false, "input_trim_invert_right", "Invert Right";
        /// Up: softens the left channel.
        balance: fraction(-1.0, 1.0) = 0.0, "input_trim_balance", "Balance";
        /// Left becomes right.
        swap_channels: switch() = false, "input_trim_swap_channels", "Swap Channels";
        /// Takes a constant offset out, which only costs headroom.
        dc_filter: switch() = false, "input_trim_dc_filter", "DC Filter";
    }
}

impl InputTrimSettings {
    /// Gains from left to left, right to left, left to right and right to right.
    fn matrix(&self, mono: bool) -> [f64; 4] {
        let gain = db_to_gain(self.gain_db);
        let sign = |invert: bool| if invert { -1.0 } else { 1.0 };
        if mono {
            return [gain * sign(self.invert_left), 0.0, 0.0, gain * sign(self.invert_left)];
        }
        let balance = self.balance;
        // Polarity belongs to the input's channels, balance to the output's.
        let left = gain * sign(self.invert_left);
        let right = gain * sign(self.invert_right);
        let (to_left, to_right) = ((1.0 - balance).min(1.0), (1.0 + balance).min(1.0));
        if self.swap_channels {
            [0.0, to_left * right, to_right * left, 0.0]
        } else {
            [to_left * left, 0.0, 0.0, to_right * right]
        }
    }
}

/// The first stage; see the module.
#[derive(Default)]
pub struct InputTrim {
    matrix: [Smoother; 4],
    dc_amount: Smoother,
    dc_level: Frame,
    dc_coefficient: f64,
    mono: bool,
    started: bool,
    /// Neither the matrix nor the filter changes a bit.
    neutral: bool,
}

impl Processor for InputTrim {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.mono = spec.channels == 1;
        self.dc_coefficient = 1.0 - math::exp(-TAU * DC_CORNER_HZ / spec.sample_rate);
        for smoother in self.matrix.iter_mut().chain([&mut self.dc_amount]) {
            smoother.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.dc_level = [0.0; 2];
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        if self.neutral {
            return;
        }
        // Copies stay in registers.
        let (mut matrix, mut dc_amount, mut dc_level) = (self.matrix, self.dc_amount, self.dc_level);
        let moves = matrix.iter().chain([&dc_amount]).any(Smoother::is_moving);
        let mut trim = |frame: &mut Frame, [a, b, c, d]: [f64; 4], amount: f64| {
            let [left, right] = *frame;
            *frame = [a * left + b * right, c * left + d * right];
            for (sample, level) in frame.iter_mut().zip(&mut dc_level) {
                *level += self.dc_coefficient * (*sample - *level);
                *sample -= amount * *level;
            }
        };
        if moves {
            for frame in block.frames.iter_mut() {
                trim(frame, matrix.each_mut().map(Smoother::next), dc_amount.next());
            }
            (self.matrix, self.dc_amount) = (matrix, dc_amount);
        } else {
            let (matrix, amount) = (matrix.map(|value| value.end_of_period()), dc_amount.end_of_period());
            block.frames.iter_mut().for_each(|frame| trim(frame, matrix, amount));
        }
        self.dc_level = dc_level;
    }
}

impl InputTrim {
    fn begin_period(&mut self) {
        if !self.started {
            self.started = true;
            self.matrix.iter_mut().for_each(Smoother::snap);
            self.dc_amount.snap();
        }
        let mut neutral = true;
        for (smoother, unity) in self.matrix.iter_mut().zip([1.0, 0.0, 0.0, 1.0]) {
            neutral &= !smoother.begin_period() && smoother.end_of_period() == unity;
        }
        neutral &= !self.dc_amount.begin_period() && self.dc_amount.end_of_period() == 0.0;
        if neutral {
            self.dc_level = [0.0; 2];
        }
        self.neutral = neutral;
    }
}

impl Stage for InputTrim {
    type Settings = InputTrimSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        for (smoother, target) in self.matrix.iter_mut().zip(settings.matrix(self.mono)) {
            smoother.set_target(target);
        }
        self.dc_amount.set_target(if settings.dc_filter { 1.0 } else { 0.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::for_each_block;

    fn run(settings: InputTrimSettings, channels: usize, input: &[Frame]) -> Vec<Frame> {
        let mut stage = InputTrim::default();
        stage.prepare(&ProcessSpec { channels, ..ProcessSpec::stereo(48_000.0) });
        stage.set(&settings);
        let mut output = input.to_vec();
        for_each_block(&mut output, 0, |block| stage.process(block));
        output
    }

    #[test]
    fn routes_gain_polarity_balance_and_swap() {
        let input = vec![[0.5, -0.25]; 100];
        let base = InputTrimSettings::default();
        let cases = [
            (InputTrimSettings { invert_right: true, ..base }, [0.5, 0.25]),
            (InputTrimSettings { swap_channels: true, ..base }, [-0.25, 0.5]),
            (InputTrimSettings { balance: 0.5, ..base }, [0.25, -0.25]),
            (InputTrimSettings { balance: -1.0, swap_channels: true, ..base }, [-0.25, 0.0]),
            (InputTrimSettings { invert_left: true, swap_channels: true, ..base }, [-0.25, -0.5]),
        ];
        for (settings, expected) in cases {
            assert_eq!(run(settings, 2, &input)[50], expected, "{settings:?}");
        }
        let loud = run(InputTrimSettings { gain_db: 6.0, ..base }, 2, &input);
        assert!((loud[50][0] - 0.5 * db_to_gain(6.0)).abs() < 1e-15);
    }

    #[test]
    fn mono_stays_mono() {
        let settings = InputTrimSettings {
            balance: 0.7,
            swap_channels: true,
            invert_right: true,
            ..InputTrimSettings::default()
        };
        assert_eq!(run(settings, 1, &[[0.5; 2]; 64])[40], [0.5; 2]);
    }

    #[test]
    fn dc_is_gone_after_a_second_and_lows_remain() {
        let settings = InputTrimSettings { dc_filter: true, ..InputTrimSettings::default() };
        let dc = run(settings, 2, &vec![[0.1; 2]; 96_000]);
        // Five time constants of 32 ms fit six times into a second: e^-31.
        assert!(dc[48_000][0].abs() < 1e-12, "{}", dc[48_000][0]);
        let tone: Vec<Frame> =
            (0..96_000).map(|n| [math::sin(TAU * 20.0 * n as f64 / 48_000.0); 2]).collect();
        let peak = run(settings, 2, &tone)[48_000..].iter().map(|frame| frame[0].abs()).fold(0.0, f64::max);
        // First order at a quarter of the frequency: 1 / sqrt(1 + 1/16) = -0.263 dB.
        assert!((20.0 * math::log10(peak) + 0.263).abs() < 0.01, "{} dB at 20 Hz", 20.0 * math::log10(peak));
    }
}
