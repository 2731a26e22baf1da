//! What the engineer wants to hear, from the editor to the audio thread: one word, so that no request is seen by halves.

use crate::chain::{Listen, ListenSource, StageId};
use crate::monitor::device::Device;
use crate::monitor::{Compare, MonitorSettings, PlatformPlayback, Solo};
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Everything that an engineer can ask to hear.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MonitorRequest {
    /// What the monitor does.
    pub settings: MonitorSettings,
    /// What of a stage is listened to.
    pub listen: Option<Listen>,
    /// How much louder than the mix the master is known to be with these settings, LU: of a slot that was heard before.
    pub known_lu: Option<f64>,
}

/// Bits of a platform's gain and of a known difference, in hundredths of a decibel, as a signed number.
const GAIN_BITS: u32 = 16;

/// Where fields lie in the word.
mod place {
    pub const COMPARE: u32 = 0;
    pub const DELTA: u32 = 2;
    pub const SOLO: u32 = 3;
    pub const SWAP: u32 = 6;
    pub const DIM: u32 = 7;
    pub const DEVICE: u32 = 8;
    pub const PLATFORM: u32 = 12;
    pub const PLATFORM_LIMITS: u32 = 13;
    pub const STAGE: u32 = 16;
    pub const PART: u32 = 20;
    pub const GAIN: u32 = 32;
    pub const KNOWN: u32 = 48;
}

// Each field holds every choice, and "none" where there is one.
const _: () = assert!(StageId::ALL.len() < 16 && Device::ALL.len() < 16 && Solo::ALL.len() <= 8);

const COMPARES: [Compare; 3] = [Compare::Off, Compare::Mix, Compare::Master];

/// What a known difference of 0 dB is in the word, where 0 is none.
const KNOWN_ZERO: i32 = 1 << 15;

fn known_number(lu: f64) -> u16 {
    (KNOWN_ZERO + i32::from(hundredths(lu))) as u16
}

/// Decibels as the word has them.
fn hundredths(db: f64) -> i16 {
    (db * 100.0).round().clamp(-32_000.0, 32_000.0) as i16
}

fn number_of<T: PartialEq>(all: &[T], one: &T) -> u64 {
    all.iter().position(|other| other == one).unwrap_or(0) as u64
}

impl MonitorRequest {
    fn to_word(self) -> u64 {
        let settings = self.settings;
        let platform = settings.platform.unwrap_or_default();
        let gain = hundredths(platform.gain_db);
        // 0 is none, numbers from 1 are choices.
        let device = settings.device.map_or(0, |device| number_of(&Device::ALL, &device) + 1);
        let (stage, part) = match self.listen {
            None => (0, 0),
            Some(Listen { stage, source: ListenSource::Delta }) => (stage as u64 + 1, 0),
            Some(Listen { stage, source: ListenSource::Part(part) }) => (stage as u64 + 1, part as u64 + 1),
        };
        number_of(&COMPARES, &settings.compare) << place::COMPARE
            | u64::from(settings.delta) << place::DELTA
            | number_of(&Solo::ALL, &settings.solo) << place::SOLO
            | u64::from(settings.swap) << place::SWAP
            | u64::from(settings.dim) << place::DIM
            | device << place::DEVICE
            | u64::from(settings.platform.is_some()) << place::PLATFORM
            | u64::from(platform.limits) << place::PLATFORM_LIMITS
            | stage << place::STAGE
            | part.min(15) << place::PART
            | u64::from(gain as u16) << place::GAIN
            | u64::from(self.known_lu.map_or(0, known_number)) << place::KNOWN
    }

    fn from_word(word: u64) -> Self {
        let field = |at: u32, bits: u32| (word >> at) & ((1 << bits) - 1);
        let is = |at: u32| field(at, 1) == 1;
        let nth = |number: u64| number.checked_sub(1).map(|number| number as usize);
        let gain_db = f64::from(field(place::GAIN, GAIN_BITS) as u16 as i16) / 100.0;
        let known = field(place::KNOWN, GAIN_BITS) as u16;
        let source = nth(field(place::PART, 4)).map_or(ListenSource::Delta, ListenSource::Part);
        Self {
            settings: MonitorSettings {
                compare: COMPARES.get(field(place::COMPARE, 2) as usize).copied().unwrap_or_default(),
                delta: is(place::DELTA),
                platform: is(place::PLATFORM)
                    .then_some(PlatformPlayback { gain_db, limits: is(place::PLATFORM_LIMITS) }),
                device: nth(field(place::DEVICE, 4)).and_then(|n| Device::ALL.get(n).copied()),
                solo: Solo::ALL.get(field(place::SOLO, 3) as usize).copied().unwrap_or_default(),
                swap: is(place::SWAP),
                dim: is(place::DIM),
            },
            listen: nth(field(place::STAGE, 4))
                .and_then(|n| StageId::ALL.get(n).copied())
                .map(|stage| Listen { stage, source }),
            known_lu: (known > 0).then(|| f64::from(i32::from(known) - KNOWN_ZERO) / 100.0),
        }
    }
}

/// See the module. Relaxed: the word stands for itself. It has a cache line of its own, wherever it is kept.
#[derive(Debug, Default)]
pub struct MonitorController(CachePadded<AtomicU64>);

impl MonitorController {
    /// Asks for something to be heard.
    pub fn set(&self, request: &MonitorRequest) {
        self.0.store(request.to_word(), Relaxed);
    }

    /// What is asked for.
    pub fn get(&self) -> MonitorRequest {
        MonitorRequest::from_word(self.0.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wish_comes_through_whole() {
        let controller = MonitorController::default();
        assert_eq!(controller.get(), MonitorRequest::default());
        let mut requests = vec![MonitorRequest {
            settings: MonitorSettings {
                compare: Compare::Master,
                delta: true,
                platform: Some(PlatformPlayback { gain_db: -12.34, limits: true }),
                device: Some(Device::Mono),
                solo: Solo::Side,
                swap: true,
                dim: true,
            },
            listen: Some(Listen { stage: StageId::Dither, source: ListenSource::Part(7) }),
            known_lu: Some(-3.21),
        }];
        for device in Device::ALL {
            requests.push(MonitorRequest {
                settings: MonitorSettings { device: Some(device), ..Default::default() },
                ..Default::default()
            });
        }
        for stage in StageId::ALL {
            requests.push(MonitorRequest {
                listen: Some(Listen { stage: *stage, source: ListenSource::Delta }),
                ..Default::default()
            });
        }
        for solo in Solo::ALL {
            let settings = MonitorSettings { solo, compare: Compare::Mix, ..Default::default() };
            requests.push(MonitorRequest { settings, ..Default::default() });
        }
        for request in requests {
            controller.set(&request);
            assert_eq!(controller.get(), request);
        }
    }
}
