//! From one correction to another.

use super::CorrectionCoefficients;
use super::filter::Correction;
use crate::blocks::entry::Entry;
use crate::processor::{CONTROL_PERIOD, Frame};

/// Length of the fade from one correction to another where a band comes or goes, in ms: that of the band.
const EXCHANGE_MS: f64 = 10.0;

/// A correction that is exchanged for another where a band comes or goes: both run while the new one fades in. The filters delay the
/// lows by a sample or two, so that one that sets in within a period is heard.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    now: Correction,
    next: Correction,
    /// 0 the old one to 1 the new one, and its step per frame.
    fade: f64,
    step: f64,
    fading: bool,
    entry: Entry,
}

impl Exchange {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.step = 1000.0 / (EXCHANGE_MS * sample_rate);
        self.entry = Entry::new(sample_rate);
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        if std::mem::take(&mut self.fading) {
            self.now = self.next;
        }
        self.now.reset();
    }

    /// Puts the filter on its coefficients at once.
    pub fn snap(&mut self, end: [CorrectionCoefficients; 2]) {
        self.fading = false;
        self.now.snap(end);
    }

    /// Starts a control period that ends at these coefficients, or with `anew` a fade to them.
    pub fn begin_period(&mut self, end: [CorrectionCoefficients; 2], anew: bool) {
        if anew && !self.fading && end != self.now.end {
            self.next = Correction::default();
            self.next.snap(end);
            self.entry.begin();
            (self.fading, self.fade) = (true, 0.0);
        }
        if self.fading {
            self.now.begin_period(self.now.end);
            self.next.begin_period(end);
        } else {
            self.now.begin_period(end);
        }
    }

    /// Starts a control period without a change.
    pub fn hold(&mut self) {
        self.begin_period(if self.fading { self.next.end } else { self.now.end }, false);
    }

    /// Whether anything is changed.
    pub fn is_active(&self) -> bool {
        self.fading || self.now.is_active()
    }

    /// Corrects frames in place.
    pub fn process(&mut self, frames: &mut [Frame]) {
        if !self.fading {
            self.now.process(frames);
            return;
        }
        let mut entered = [[0.0; 2]; CONTROL_PERIOD];
        let mut gains = [1.0; CONTROL_PERIOD];
        for ((next, gain), frame) in entered.iter_mut().zip(&mut gains).zip(frames.iter()) {
            *gain = self.entry.next_gain();
            *next = [*gain * frame[0], *gain * frame[1]];
        }
        self.now.process(frames);
        self.next.process(&mut entered[..frames.len()]);
        for ((frame, next), gain) in frames.iter_mut().zip(entered).zip(gains) {
            self.fade = (self.fade + self.step).min(1.0);
            let share = self.fade * self.fade * (3.0 - 2.0 * self.fade);
            *frame = [0, 1].map(|c| frame[c] + share * (next[c] - gain * frame[c]));
        }
        if self.fade == 1.0 {
            self.fading = false;
            self.now = self.next;
        }
    }
}
