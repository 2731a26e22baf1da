//! What lies before and behind the curve: drive, emphasis, head bump, and the way back.

use super::Saturator;
use crate::blocks::simd::in_lanes;
use crate::blocks::smoothing::Ramp;
use crate::processor::Frame;

in_lanes! {
    /// Writes what drives the curve to `input`, and adds the head bump to the frames.
    pub(super) fn drive_in(saturator: &mut Saturator, frames: &mut [Frame]) = Saturator::drive_in
}

in_lanes! {
    /// Mixes the residual, undriven and de-emphasised, into the delayed frames.
    pub(super) fn mix_out(saturator: &mut Saturator, frames: &mut [Frame]) = Saturator::mix_out
}

impl Saturator {
    #[inline(always)]
    fn drive_in(&mut self, frames: &mut [Frame]) {
        let controls = self.mid_side.is_moving() || self.mix.is_moving();
        if controls || self.drive.is_moving() || self.tilt_before.is_moving() {
            self.drive_in_as::<true>(frames);
        } else {
            self.drive_in_as::<false>(frames);
        }
    }

    #[inline(always)]
    fn drive_in_as<const MOVES: bool>(&mut self, frames: &mut [Frame]) {
        let colour = self.character.colour();
        let (mut drive, mut mid_side) = (self.drive, self.mid_side);
        let mut tilt = self.tilt_before;
        let [mut shelf_state, _] = self.shelf;
        let [mut tilt_state, _] = self.tilt;
        let (shelf, shelved) = (self.shelf_before, colour.low_db != colour.high_db);
        let tilted = self.tilt_before.is_active();
        let entering = !self.entry.is_complete();
        for (input, frame) in self.input.iter_mut().zip(frames.iter()) {
            let mut x = place(*frame, if MOVES { mid_side.next() } else { mid_side.end_of_period() });
            if entering {
                let gain = self.entry.next_gain();
                x = [gain * x[0], gain * x[1]];
            }
            if shelved {
                x = shelf_state.tick(&shelf, x);
            }
            if tilted {
                x = tilt_state.tick(&tilt.value::<MOVES>(), x);
            }
            let drive = drive.value::<MOVES>();
            *input = [(drive * x[0]) as f32, (drive * x[1]) as f32];
        }
        self.drive = drive;
        self.mid_side = mid_side;
        self.shelf[0] = shelf_state;
        self.tilt[0] = tilt_state;
        self.tilt_before = tilt;
        if colour.bump > 0.0 {
            let (mut mix, mut bump) = (self.mix, self.bump);
            let (filter, a1) = (self.bump_filter, self.bump_filter.a1());
            for frame in frames {
                let (band, _) = bump.tick(filter.g, a1, *frame);
                let mix = if MOVES { mix.next() } else { mix.end_of_period() };
                let amount = colour.bump * mix * filter.m1;
                *frame = [frame[0] + amount * band[0], frame[1] + amount * band[1]];
            }
            (self.mix, self.bump) = (mix, bump);
        }
    }

    #[inline(always)]
    fn mix_out(&mut self, frames: &mut [Frame]) {
        let ramps = [&self.undrive, &self.wet_mid_side, &self.wet, &self.makeup];
        if ramps.into_iter().any(Ramp::is_moving) || self.tilt_after.is_moving() {
            self.mix_out_as::<true>(frames);
        } else {
            self.mix_out_as::<false>(frames);
        }
    }

    #[inline(always)]
    fn mix_out_as<const MOVES: bool>(&mut self, frames: &mut [Frame]) {
        let colour = self.character.colour();
        // Copies stay in registers.
        let (mut undrive, mut mid_side) = (self.undrive, self.wet_mid_side);
        let (mut wet, mut makeup, mut dc_level) = (self.wet, self.makeup, self.dc_level);
        let [_, mut shelf_state] = self.shelf;
        let [_, mut tilt_state] = self.tilt;
        let mut tilt = self.tilt_after;
        let (shelf, shelved) = (self.shelf_after, colour.low_db != colour.high_db);
        let tilted = self.tilt_after.is_active();
        let block_dc = if colour.bias != 0.0 { self.dc_coefficient } else { 0.0 };
        for (frame, residual) in frames.iter_mut().zip(&self.residual) {
            let undrive = 1.0 / undrive.value::<MOVES>();
            let mut r = [undrive * f64::from(residual[0]), undrive * f64::from(residual[1])];
            if tilted {
                r = tilt_state.tick(&tilt.value::<MOVES>(), r);
            }
            if shelved {
                r = shelf_state.tick(&shelf, r);
            }
            let r = place(r, mid_side.value::<MOVES>());
            let (mix, makeup) = (wet.value::<MOVES>(), makeup.value::<MOVES>());
            for c in 0..2 {
                let added = (makeup - 1.0) * frame[c] + makeup * r[c];
                dc_level[c] += block_dc * (added - dc_level[c]);
                frame[c] += mix * (added - dc_level[c]);
            }
        }
        (self.undrive, self.wet_mid_side) = (undrive, mid_side);
        (self.wet, self.makeup, self.dc_level) = (wet, makeup, dc_level);
        self.shelf[1] = shelf_state;
        self.tilt[1] = tilt_state;
        self.tilt_after = tilt;
        if self.mono {
            frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
        }
    }
}

/// Turns the side down for a negative and the mid down for a positive amount.
#[inline(always)]
fn place(frame: Frame, mid_side: f64) -> Frame {
    let mid = 0.5 * (frame[0] + frame[1]) * (1.0 - mid_side.max(0.0));
    let side = 0.5 * (frame[0] - frame[1]) * (1.0 + mid_side.min(0.0));
    [mid + side, mid - side]
}
