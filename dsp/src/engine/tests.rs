//! The engine for itself: blocks, layouts, and the monitor that never reaches a bounce.

use super::*;
use crate::blocks::math;
use crate::chain::dither::{DitherSettings, WordLength};
use crate::chain::{Listen, ListenSource, StageId};
use crate::monitor::device::Device;
use crate::monitor::{Compare, MonitorSettings, PlatformPlayback, Solo};

/// A decaying pair of tones, different on each side.
fn programme(length: usize) -> [Vec<f32>; 2] {
    let tone = |step: f64| (0..length).map(|n| math::sin(n as f64 * step) as f32 * 0.6).collect();
    [tone(0.05), tone(0.031)]
}

#[test]
fn output_does_not_depend_on_the_blocks() {
    let mut settings = ChainSettings::default();
    settings.glue.on = true;
    let render = |sizes: &[usize]| {
        let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), &settings, Arc::default());
        let [mut left, mut right] = programme(5000);
        let (mut start, mut turn) = (0, 0);
        while start < left.len() {
            let end = (start + sizes[turn % sizes.len()]).min(left.len());
            engine.process(&mut [&mut left[start..end], &mut right[start..end]]);
            (start, turn) = (end, turn + 1);
        }
        [left, right]
    };
    let whole = render(&[5000]);
    assert_eq!(whole, render(&[64]));
    assert_eq!(whole, render(&[1, 7, 1500, 33]));
}

#[test]
fn mono_is_processed_as_two_equal_channels() {
    let spec = ProcessSpec { channels: 1, ..ProcessSpec::stereo(48_000.0) };
    let mut engine = Engine::new(&spec, &ChainSettings::default(), Arc::default());
    let [mut mono, _] = programme(3000);
    let input = mono.clone();
    engine.process(&mut [&mut mono]);
    let latency = engine.latency_samples();
    // The defaults are neutral below the ceiling: a delay and nothing else.
    assert_eq!(mono[latency..], input[..input.len() - latency]);
}

#[test]
fn words_on_the_dithers_grid_pass_bit_for_bit() {
    let mut settings = ChainSettings::default();
    settings.dither = DitherSettings { on: true, word_length: WordLength::Bits16, ..settings.dither };
    let words = programme(60_000)
        .map(|channel| channel.iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect::<Vec<f32>>());
    let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), &settings, Arc::default());
    let [mut left, mut right] = words.clone();
    engine.process(&mut [&mut left, &mut right]);
    let latency = engine.latency_samples();
    assert!(left[latency..] == words[0][..words[0].len() - latency]);
    assert!(right[latency..] == words[1][..words[1].len() - latency]);
}

/// Every monitor function for itself, and as many as go together.
fn wishes() -> Vec<MonitorRequest> {
    let platform = Some(PlatformPlayback { gain_db: -6.0, limits: true });
    let all = MonitorSettings {
        compare: Compare::Mix,
        delta: true,
        platform,
        device: Some(Device::Phone),
        solo: Solo::Side,
        swap: true,
        dim: true,
    };
    let mut settings = vec![
        all,
        MonitorSettings { compare: Compare::Mix, ..Default::default() },
        MonitorSettings { compare: Compare::Master, ..Default::default() },
        MonitorSettings { delta: true, ..Default::default() },
        MonitorSettings { platform, ..Default::default() },
        MonitorSettings { swap: true, ..Default::default() },
        MonitorSettings { dim: true, ..Default::default() },
    ];
    for device in Device::ALL {
        settings.push(MonitorSettings { device: Some(device), ..Default::default() });
    }
    for solo in Solo::ALL.into_iter().filter(|solo| *solo != Solo::Off) {
        settings.push(MonitorSettings { solo, ..Default::default() });
    }
    let listen = Some(Listen { stage: StageId::Limiter, source: ListenSource::Delta });
    let mut wishes: Vec<MonitorRequest> =
        settings.into_iter().map(|settings| MonitorRequest { settings, ..Default::default() }).collect();
    wishes.push(MonitorRequest { listen, ..Default::default() });
    wishes.push(MonitorRequest { settings: all, listen, known_lu: Some(3.0) });
    wishes
}

/// Two seconds at 48 kHz, with the editor open if it is `watched`, in blocks that come at `pace` times real time.
fn rendered(offline: bool, watched: bool, wish: &MonitorRequest, pace: f64) -> [Vec<f32>; 2] {
    const BLOCK: usize = 480;
    let mut settings = ChainSettings::default();
    settings.limiter.drive_db = 9.0;
    let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), &settings, Arc::default());
    let [mut left, mut right] = programme(200 * BLOCK);
    let mut now = Instant::now();
    for (n, (left, right)) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)).enumerate() {
        let transport = Transport { playing: true, position: Some((n * BLOCK) as i64) };
        let coming = ComingBlock { transport, frames: BLOCK, watched, offline, now, monitor: *wish };
        engine.begin_block(&coming);
        engine.process(&mut [left, right]);
        now += Duration::from_millis(10).div_f64(pace);
    }
    [left, right]
}

#[test]
fn no_monitor_function_reaches_a_bounce() {
    let off = MonitorRequest::default();
    let plain = rendered(false, true, &off, 1.0);
    for wish in wishes() {
        // A host that says that it renders offline, at any pace, one that does not and renders faster than it plays, and one that renders
        // as fast as it plays, with the editor closed.
        for (offline, watched, pace) in
            [(true, true, 1.0), (true, true, 30.0), (false, true, 2.0), (false, false, 1.0)]
        {
            let found = rendered(offline, watched, &wish, pace);
            assert_eq!(found, plain, "offline {offline}, watched {watched}, {pace}, {wish:?}");
        }
    }
}

#[test]
fn every_monitor_function_is_heard_at_the_pace_of_ears() {
    let plain = rendered(false, true, &MonitorRequest::default(), 1.0);
    for wish in wishes() {
        let heard = rendered(false, true, &wish, 1.0);
        // Hi-fi loudspeakers are modelled as those that change nothing.
        let is_neutral = wish.settings.device == Some(Device::HiFi);
        assert_eq!(heard == plain, is_neutral, "{wish:?}");
    }
}
