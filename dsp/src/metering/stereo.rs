//! Correlation of the channels, and what their sum to mono loses.

use crate::blocks::math;
use crate::processor::Frame;

/// Sums over everything pushed.
#[derive(Debug, Clone, Copy, Default)]
pub struct StereoSums {
    left: f64,
    right: f64,
    cross: f64,
}

impl StereoSums {
    /// Takes the next frames, any number.
    pub fn push(&mut self, frames: &[Frame]) {
        for [left, right] in frames {
            self.left += left * left;
            self.right += right * right;
            self.cross += left * right;
        }
    }

    /// sum LR / sqrt(sum LL sum RR); 1 if a channel is silent, as nothing there speaks against mono.
    pub fn correlation(&self) -> f64 {
        let product = self.left * self.right;
        if product > 0.0 { (self.cross / product.sqrt()).clamp(-1.0, 1.0) } else { 1.0 }
    }

    /// 10 log10 of |L + R|^2 / (2 (|L|^2 + |R|^2)): 0 dB for equal channels, -3 dB for independent ones.
    pub fn mono_loss_db(&self) -> f64 {
        let both = self.left + self.right;
        if both > 0.0 { 10.0 * math::log10((both + 2.0 * self.cross).max(0.0) / (2.0 * both)) } else { 0.0 }
    }
}
