//! What the engineer hears and the record never holds: comparison, delta, platforms, devices, solo.
//!
//! ```text
//! dry --+                          +- platform - device - solo, swap, dim -+
//!       +- mix or master, matched -+                                       +- crossfade -- heard
//! wet --+   or their difference    +- the same as it was before a change --+
//! ```
//!
//! A change of settings fades in 15 ms from the old path to a new one. With everything off the output passes bit for bit. Who may
//! hear a monitor at all, and when, is the plugin's to say: see [`Monitor::cut`].

pub mod abx;
pub mod device;
pub mod guard;
pub mod matching;
pub mod platform;

use crate::blocks::decibel::db_to_gain;
use crate::processor::Frame;
use device::{Device, DeviceFilter};
use matching::Matching;
use platform::PlatformLimiter;

/// Length of a crossfade, ms.
const FADE_MS: f64 = 15.0;
/// What dimming takes, dB.
const DIM_DB: f64 = -20.0;

/// Which of the two is heard, at equal loudness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// The master as it is.
    #[default]
    Off,
    /// The unmastered mix, no louder than the master.
    Mix,
    /// The master, no louder than the mix.
    Master,
}

/// What part of the stereo is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Solo {
    /// All of it.
    #[default]
    Off,
    /// Left, on both sides.
    Left,
    /// Right, on both sides.
    Right,
    /// Mid, on both sides: the sum to mono.
    Mid,
    /// Side, on both sides.
    Side,
}

impl Solo {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Off, Self::Left, Self::Right, Self::Mid, Self::Side];
}

/// What a platform does to the master.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PlatformPlayback {
    /// Its gain, dB.
    pub gain_db: f64,
    /// Whether its own limiter follows, at -1 dBFS.
    pub limits: bool,
}

/// What is heard.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MonitorSettings {
    /// Mix or master.
    pub compare: Compare,
    /// What the chain does apart from its gain: the master, as loud as the mix, less the mix.
    pub delta: bool,
    /// As a platform plays it.
    pub platform: Option<PlatformPlayback>,
    /// As a device plays it.
    pub device: Option<Device>,
    /// A part of the stereo.
    pub solo: Solo,
    /// Left and right exchanged.
    pub swap: bool,
    /// Quieter by 20 dB.
    pub dim: bool,
}

impl MonitorSettings {
    /// Whether the output is heard as it is.
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }
}

/// One way from dry and wet to the ear.
#[derive(Clone)]
struct Path {
    settings: MonitorSettings,
    limiter: PlatformLimiter,
    device: Option<DeviceFilter>,
}

impl Path {
    fn new(settings: MonitorSettings, sample_rate: f64) -> Self {
        Self {
            settings,
            limiter: PlatformLimiter::new(sample_rate),
            device: settings.device.map(|device| DeviceFilter::new(device, sample_rate)),
        }
    }

    /// `match_lu`: loudness of the master over the mix.
    fn tick(&mut self, dry: Frame, wet: Frame, [mix_gain, master_gain, delta_gain]: [f64; 3]) -> Frame {
        let settings = &self.settings;
        let mut x = match settings.compare {
            _ if settings.delta => [0, 1].map(|c| wet[c] * delta_gain - dry[c]),
            Compare::Off => wet,
            Compare::Mix => dry.map(|x| x * mix_gain),
            Compare::Master => wet.map(|x| x * master_gain),
        };
        if let Some(platform) = settings.platform {
            let gain = db_to_gain(platform.gain_db);
            x = x.map(|x| x * gain);
            if platform.limits {
                x = self.limiter.tick(x);
            }
        }
        if let Some(device) = &mut self.device {
            x = device.tick(x);
        }
        x = match settings.solo {
            Solo::Off => x,
            Solo::Left => [x[0]; 2],
            Solo::Right => [x[1]; 2],
            Solo::Mid => [0.5 * (x[0] + x[1]); 2],
            Solo::Side => [0.5 * (x[0] - x[1]); 2],
        };
        if settings.swap {
            x.swap(0, 1);
        }
        if settings.dim {
            let gain = db_to_gain(DIM_DB);
            x = x.map(|x| x * gain);
        }
        x
    }
}

/// See the module.
pub struct Monitor {
    sample_rate: f64,
    wanted: MonitorSettings,
    now: Path,
    /// What is faded to, and how far.
    next: Option<Path>,
    fade: f64,
    step: f64,
    matching: Matching,
    /// What the difference was last known to be.
    known_lu: Option<f64>,
}

impl Monitor {
    /// A monitor at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            wanted: MonitorSettings::default(),
            now: Path::new(MonitorSettings::default(), sample_rate),
            next: None,
            fade: 0.0,
            step: 1000.0 / (FADE_MS * sample_rate),
            matching: Matching::default(),
            known_lu: None,
        }
    }

    /// [audio-thread] How much louder than the mix, in LU, the master is known to be with the settings that are in force; heeded where it
    /// is news.
    pub fn know(&mut self, known_lu: Option<f64>) {
        if std::mem::replace(&mut self.known_lu, known_lu) != known_lu
            && let Some(difference_lu) = known_lu
        {
            self.matching.know(difference_lu);
        }
    }

    /// [audio-thread] Asks for settings; they are faded to.
    pub fn set(&mut self, settings: &MonitorSettings) {
        self.wanted = *settings;
    }

    /// [audio-thread] Off at once, without a fade: what comes next is to be recorded.
    pub fn cut(&mut self) {
        self.wanted = MonitorSettings::default();
        self.now = Path::new(self.wanted, self.sample_rate);
        self.next = None;
    }

    /// Whether anything but the output is heard.
    pub fn is_heard(&self) -> bool {
        self.next.is_some() || !self.now.settings.is_off()
    }

    /// Loudness of the master over the mix as it is levelled out, LU.
    pub fn match_lu(&self) -> f64 {
        self.matching.difference_lu()
    }

    /// [audio-thread] Takes the newest hop of the K-weighted mix and master: number and energies per frame, and their loudness over
    /// the last 3 s. To be called for each block; hops that it knows are passed over.
    pub fn follow(&mut self, hops: u64, energies: [f64; 2], short_term_lufs: [f64; 2]) {
        self.matching.follow(hops, energies, short_term_lufs);
    }

    /// [audio-thread] Puts what is to be heard in the place of `wet`; `dry` is the mix in time with it.
    pub fn process(&mut self, dry: &[Frame], wet: &mut [Frame]) {
        if self.next.is_none() && self.wanted != self.now.settings {
            self.next = Some(Path::new(self.wanted, self.sample_rate));
            self.fade = 0.0;
        }
        if !self.is_heard() {
            return;
        }
        let match_lu = self.matching.difference_lu();
        let gains = [match_lu.min(0.0), (-match_lu).min(0.0), -match_lu].map(db_to_gain);
        for (dry, wet) in dry.iter().zip(wet) {
            let heard = self.now.tick(*dry, *wet, gains);
            let Some(next) = &mut self.next else {
                *wet = heard;
                continue;
            };
            let new = next.tick(*dry, *wet, gains);
            self.fade += self.step;
            let share = self.fade.min(1.0);
            *wet = [0, 1].map(|c| heard[c] + share * (new[c] - heard[c]));
            if self.fade >= 1.0 {
                self.now = self.next.take().unwrap_or_else(|| self.now.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    const RATE: f64 = 48_000.0;

    fn tone(length: usize, gain: f64) -> Vec<Frame> {
        (0..length).map(|n| [gain * math::sin(0.1 * n as f64), gain * math::cos(0.07 * n as f64)]).collect()
    }

    #[test]
    fn off_is_the_output_itself_and_a_cut_is_at_once() {
        let mut monitor = Monitor::new(RATE);
        let (dry, wet) = (tone(4800, 0.2), tone(4800, 0.5));
        let mut heard = wet.clone();
        monitor.process(&dry, &mut heard);
        assert_eq!(heard, wet);
        monitor.set(&MonitorSettings { dim: true, device: Some(Device::Phone), ..Default::default() });
        monitor.process(&dry, &mut heard);
        assert_ne!(heard, wet);
        assert!(monitor.is_heard());
        monitor.cut();
        let mut heard = wet.clone();
        monitor.process(&dry, &mut heard);
        assert_eq!(heard, wet);
    }

    #[test]
    fn changes_do_not_click() {
        let mut monitor = Monitor::new(RATE);
        let (dry, wet) = (tone(48_000, 0.2), tone(48_000, 0.5));
        let mut heard = wet.clone();
        let settings = [
            MonitorSettings { compare: Compare::Mix, ..Default::default() },
            MonitorSettings { solo: Solo::Side, swap: true, ..Default::default() },
            MonitorSettings { delta: true, ..Default::default() },
            MonitorSettings {
                platform: Some(PlatformPlayback { gain_db: -6.0, limits: true }),
                ..Default::default()
            },
            MonitorSettings::default(),
        ];
        for (n, frames) in heard.chunks_mut(4800).enumerate() {
            monitor.set(&settings[n / 2]);
            monitor.process(&dry[n * 4800..][..4800], frames);
        }
        // The tones' own largest step between frames is 0.05; a switch without a fade would be ten times that.
        let largest = heard.windows(2).map(|pair| (pair[1][0] - pair[0][0]).abs()).fold(0.0, f64::max);
        assert!(largest < 0.07, "{largest}");
    }

    #[test]
    fn parts_of_the_stereo_are_heard_alone() {
        for (solo, expected) in [
            (Solo::Left, [0.5, 0.5]),
            (Solo::Right, [-0.25, -0.25]),
            (Solo::Mid, [0.125, 0.125]),
            (Solo::Side, [0.375, 0.375]),
        ] {
            let mut monitor = Monitor::new(RATE);
            monitor.set(&MonitorSettings { solo, ..Default::default() });
            let mut heard = vec![[0.5, -0.25]; 2000];
            monitor.process(&vec![[0.0; 2]; 2000], &mut heard);
            assert_eq!(heard[1999], expected, "{solo:?}");
        }
    }

    /// The last frame that is heard of `dry` and `wet`, long after the fade, with the master known to be so much louder.
    fn settled(settings: MonitorSettings, known_lu: f64, dry: Frame, wet: Frame) -> Frame {
        let mut monitor = Monitor::new(RATE);
        monitor.know(Some(known_lu));
        monitor.set(&settings);
        let mut heard = vec![wet; 2000];
        monitor.process(&vec![dry; 2000], &mut heard);
        heard[1999]
    }

    #[test]
    fn gains_are_those_that_are_said() {
        let twice_lu = 20.0 * math::log10(2.0);
        let (dry, wet) = ([0.25, -0.125], [0.5, 0.375]);
        let compare = |compare| MonitorSettings { compare, ..Default::default() };
        let platform = |gain_db| MonitorSettings {
            platform: Some(PlatformPlayback { gain_db, limits: false }),
            ..Default::default()
        };
        let half = |frame: Frame| frame.map(|x| 0.5 * x);
        for (name, settings, known_lu, expected) in [
            ("a mix that is softer", compare(Compare::Mix), twice_lu, dry),
            ("a mix that is louder", compare(Compare::Mix), -twice_lu, half(dry)),
            ("a master that is louder", compare(Compare::Master), twice_lu, half(wet)),
            ("a master that is softer", compare(Compare::Master), -twice_lu, wet),
            // As loud as the mix, less the mix.
            ("delta", MonitorSettings { delta: true, ..Default::default() }, twice_lu, [0.0, 0.3125]),
            ("a platform", platform(-twice_lu), 0.0, half(wet)),
            ("dim", MonitorSettings { dim: true, ..Default::default() }, 0.0, wet.map(|x| 0.1 * x)),
        ] {
            let heard = settled(settings, known_lu, dry, wet);
            // dB there and back.
            let is_near =
                heard.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
            assert!(is_near, "{name}: {heard:?}, not {expected:?}");
        }
    }
}
