//! Everything that a host and an engineer may ask of an engine, block after block: for the tests that prove the real-time law.

use crate::settings;
use crate::signals::programme;
use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::engine::{ComingBlock, Engine};
use lacquer_dsp::metering::live::Transport;
use lacquer_dsp::monitor::device::Device;
use lacquer_dsp::monitor::{Compare, MonitorSettings, PlatformPlayback, Solo};
use lacquer_dsp::shared::monitor_controller::MonitorRequest;
use lacquer_dsp::{ChainSettings, EqualizerPhase, ProcessSpec, Quality};
use std::time::{Duration, Instant};

/// Blocks of 10 ms, the first third of them before the monitor may be heard.
const BLOCKS: usize = 150;

/// Every quality and phase at the rates and layouts of hosts.
pub fn specs() -> Vec<ProcessSpec> {
    let mut specs = Vec::new();
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        for equalizer_phase in [EqualizerPhase::Minimum, EqualizerPhase::Linear] {
            for (sample_rate, channels) in [(44_100.0, 2), (48_000.0, 1), (96_000.0, 2), (192_000.0, 2)] {
                specs.push(ProcessSpec { sample_rate, channels, quality, equalizer_phase });
            }
        }
    }
    specs
}

/// One block, with what is asked for before it.
pub struct Turn {
    settings: ChainSettings,
    coming: ComingBlock,
    audio: [Vec<f32>; 2],
    resets: bool,
}

/// A second and a half in which everything moves.
pub fn turns(spec: &ProcessSpec) -> Vec<Turn> {
    let frames = (spec.sample_rate / 100.0) as usize;
    let began = Instant::now();
    let turn = |n: usize| {
        let mut settings = settings::random(n as u64);
        settings.bypass = n.is_multiple_of(9);
        let audio = programme(frames, spec.sample_rate, 0.9);
        Turn {
            settings,
            coming: coming(n, frames, began + n as u32 * Duration::from_millis(10)),
            audio: [0, 1].map(|channel| audio.iter().map(|frame| frame[channel] as f32).collect()),
            resets: n.is_multiple_of(10),
        }
    };
    (0..BLOCKS).map(turn).collect()
}

impl Turn {
    /// [audio-thread] Plays it.
    pub fn play(&mut self, engine: &mut Engine) {
        if self.resets {
            engine.bank().controls.reset();
        }
        engine.set(&self.settings);
        engine.begin_block(&self.coming);
        let [left, right] = &mut self.audio;
        if engine.spec().channels == 1 {
            engine.process(&mut [left]);
        } else {
            engine.process(&mut [left, right]);
        }
    }
}

/// What a host and an engineer do before block `n`: somebody looks half of the time and asks to hear everything there is.
fn coming(n: usize, frames: usize, now: Instant) -> ComingBlock {
    let settings = MonitorSettings {
        compare: [Compare::Off, Compare::Mix, Compare::Master][n % 3],
        delta: n.is_multiple_of(7),
        platform: n.is_multiple_of(5).then_some(PlatformPlayback { gain_db: -3.0, limits: true }),
        device: Device::ALL.get(n % 8).copied(),
        solo: Solo::ALL[n % 5],
        swap: n.is_multiple_of(2),
        dim: n.is_multiple_of(11),
    };
    let listen = n.is_multiple_of(4).then(|| Listen {
        stage: StageId::ALL[n % StageId::ALL.len()],
        source: if n.is_multiple_of(8) { ListenSource::Delta } else { ListenSource::Part(1) },
    });
    ComingBlock {
        transport: Transport { playing: true, position: Some(n as i64 * 480) },
        frames,
        watched: n % 20 < 10,
        offline: n.is_multiple_of(50),
        now,
        monitor: MonitorRequest { settings, listen, known_lu: n.is_multiple_of(3).then_some(1.5) },
    }
}
