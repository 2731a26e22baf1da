//! Who goes along with the chain: the meters, the monitor, and a clock for what each stage costs.

use crate::blocks::math;
use crate::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use crate::chain::limiter::Reductions;
use crate::chain::multiband::MULTIBAND_BANDS;
use crate::chain::{ChainListener, StageId};
use crate::metering::live::LiveMeters;
use crate::monitor::Monitor;
use crate::processor::{Frame, ProcessSpec};
use crate::shared::meter_bank::MeterBank;
use crate::shared::meter_bank::STAGES;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time constant of the loads that are shown, s.
const LOAD_S: f64 = 0.5;

/// Who goes along with the chain: meters, monitor, and a clock while somebody looks.
pub(super) struct Listeners {
    pub meters: LiveMeters,
    pub monitor: Monitor,
    /// When the stage that runs began; none while nobody looks.
    clock: Option<Instant>,
    spent: [Duration; STAGES],
    loads: [f64; STAGES],
    load: f64,
}

impl Listeners {
    /// For an engine of `spec`, whose meters are written to `bank`. Allocates.
    pub fn new(spec: &ProcessSpec, bank: Arc<MeterBank>) -> Self {
        Self {
            meters: LiveMeters::new(spec.sample_rate, spec.channels, bank),
            monitor: Monitor::new(spec.sample_rate),
            clock: None,
            spent: [Duration::ZERO; STAGES],
            loads: [0.0; STAGES],
            load: 0.0,
        }
    }

    /// [audio-thread] A block begins, at the time that is returned.
    pub fn start_clock(&mut self) -> Instant {
        let now = Instant::now();
        self.clock = self.meters.bank().controls.is_watched().then_some(now);
        now
    }

    /// [audio-thread] A block of `length_s` seconds that began at `started` has ended: publishes what was spent on it.
    pub fn stop_clock(&mut self, started: Instant, length_s: f64) {
        if length_s > 0.0 {
            self.publish_loads(started.elapsed(), length_s);
        }
    }

    fn publish_loads(&mut self, whole: Duration, length_s: f64) {
        let bank = self.meters.bank();
        let share = 1.0 - math::exp(-length_s / LOAD_S);
        self.load += share * (whole.as_secs_f64() / length_s - self.load);
        bank.load.set(self.load as f32);
        for ((load, spent), shown) in self.loads.iter_mut().zip(&mut self.spent).zip(&bank.loads) {
            *load += share * (spent.as_secs_f64() / length_s - *load);
            shown.set(*load as f32);
            *spent = Duration::ZERO;
        }
    }
}

impl ChainListener for Listeners {
    fn before_stages(&mut self, frames: &[Frame], delays: &[usize]) {
        self.meters.before_stages(frames, delays);
    }

    fn after_stage(&mut self, stage: StageId, frames: &[Frame], reduction_db: f64) {
        if let Some(clock) = &mut self.clock {
            let now = Instant::now();
            self.spent[stage as usize] += now.duration_since(std::mem::replace(clock, now));
        }
        self.meters.after_stage(stage, frames, reduction_db);
    }

    fn after_limiter(&mut self, reductions: Reductions) {
        self.meters.after_limiter(reductions);
    }

    fn after_bands(&mut self, dynamic_eq: [f64; DYNAMIC_EQ_BANDS], multiband: [f64; MULTIBAND_BANDS]) {
        self.meters.after_bands(dynamic_eq, multiband);
    }

    fn after_detectors(&mut self, dynamic_eq: [f64; DYNAMIC_EQ_BANDS], multiband: [f64; MULTIBAND_BANDS]) {
        self.meters.after_detectors(dynamic_eq, multiband);
    }

    fn after_chain(&mut self, dry: &[Frame], frames: &mut [Frame]) {
        self.meters.after_chain(dry, frames);
        let (hops, energies) = self.meters.hop_energies();
        self.monitor.follow(hops, energies, self.meters.short_term_lufs());
        self.monitor.process(dry, frames);
        if let Some(clock) = &mut self.clock {
            *clock = Instant::now();
        }
    }
}
