//! The live meters and the monitor: the same in any blocks, nothing lost on slow readers, right after transports and resets, and a
//! comparison at equal loudness.

use lacquer_dsp::chain::{ChainListener, StageId};
use lacquer_dsp::metering::Meter;
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::metering::spectrum::{Analyser, Averaging, Part};
use lacquer_dsp::monitor::{Compare, Monitor, MonitorSettings};
use lacquer_dsp::processor::{CONTROL_PERIOD, Frame};
use lacquer_dsp::shared::meter_bank::MeterBank;
use lacquer_dsp::shared::meter_controls::{FollowTransport, Held};
use lacquer_dsp::shared::ring::unpack;
use lacquer_dsp::{Chain, ChainSettings, ProcessSpec};
use lacquer_tests::meters::{live, run};
use lacquer_tests::settings;
use lacquer_tests::signals::{programme, sine, white};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

const RATE: f64 = 48_000.0;

/// Everything that a bank holds of one side, as bits.
fn readings(bank: &MeterBank) -> Vec<u32> {
    let mut bits = Vec::new();
    for side in [&bank.input, &bank.output] {
        let values = [
            &side.momentary_lufs,
            &side.short_term_lufs,
            &side.momentary_max_lufs,
            &side.short_term_max_lufs,
            &side.true_peak_max,
            &side.sample_peak_max,
            &side.true_peak_recent,
            &side.rms[0],
            &side.rms[1],
            &side.mid_side_rms[0],
            &side.mid_side_rms[1],
            &side.correlation,
        ];
        bits.extend(values.map(|value| value.get().to_bits()));
        bits.extend(side.peaks.each_ref().map(|peak| peak.take().to_bits()));
        bits.push((side.integrated_lufs() as f32).to_bits());
        bits.push((side.range_lu() as f32).to_bits());
        bits.extend(side.over_counts.each_ref().map(|count| count.load(Relaxed)));
    }
    bits.extend(bank.history(0).iter().flat_map(|point| {
        [point.momentary_lufs, point.short_term_lufs, point.input_short_term_lufs, point.true_peak]
            .map(f32::to_bits)
    }));
    bits
}

#[test]
fn readings_do_not_depend_on_the_hosts_blocks() {
    let input = programme(5 * 48_000, RATE, 0.6);
    let output: Vec<Frame> =
        input.iter().map(|frame| [frame[0] * 1.7, frame[1] * 1.6 - 0.1 * frame[0]]).collect();
    let of = |blocks: &[usize]| {
        let bank = Arc::<MeterBank>::default();
        bank.controls.over_levels[0].set(0.9);
        bank.controls.over_levels[1].set(0.8);
        run(&mut LiveMeters::new(RATE, 2, bank.clone()), &input, &output, blocks);
        readings(&bank)
    };
    let whole = of(&[input.len()]);
    for blocks in [&[64][..], &[512], &[1, 7, 1500, 33], &[4096]] {
        assert_eq!(of(blocks), whole, "{blocks:?}");
    }
}

#[test]
fn slow_and_fast_readers_lose_nothing() {
    // A peak of one sample and an over of 1 ms, somewhere.
    let mut frames = programme(10 * 48_000, RATE, 0.3);
    frames[123_456] = [0.95, -0.2];
    for (n, frame) in frames[400_000..400_048].iter_mut().enumerate() {
        *frame = [0.1, 1.2 * (0.3 * n as f64).sin()];
    }
    let by_reader = |frames_between: usize| {
        let bank = Arc::<MeterBank>::default();
        let mut meters = LiveMeters::new(RATE, 2, bank.clone());
        let (mut left, mut right, mut points, mut overs, mut next) =
            (0.0f32, 0.0f32, Vec::new(), Vec::new(), 0);
        for part in frames.chunks(frames_between) {
            run(&mut meters, part, part, &[256]);
            left = left.max(bank.output.peaks[0].take());
            right = right.max(bank.output.peaks[1].take());
            points.extend(bank.history(points.len() as u64));
            let mut entries = Vec::new();
            next = bank.output.overs.read(next, &mut entries).next;
            overs.extend(entries.iter().map(|[place, _]| *place));
        }
        (left, right, points.len(), overs)
    };
    let (left, right, points, overs) = by_reader(48_000);
    assert!(left >= 0.95 && right >= 1.19, "{left} {right}");
    assert_eq!(points, 100);
    assert!(!overs.is_empty() && overs.iter().all(|place| (400_000..400_060).contains(place)), "{overs:?}");
    assert_eq!(by_reader(200), (left, right, points, overs));
}

#[test]
fn overs_are_counted_against_what_a_target_asks_of_any_and_of_a_loud_master() {
    // Thirty periods of 1 kHz with silence between them: in turn over both levels, not over any, over the lower one.
    let mut frames = vec![[0.0; 2]; 48_000];
    for n in 0..30 {
        let level = [0.95, 0.5, 0.84][n % 3];
        for (k, frame) in frames[1500 * n + 300..1500 * n + 348].iter_mut().enumerate() {
            *frame = [level * (std::f64::consts::TAU * k as f64 / 48.0).sin(), 0.0];
        }
    }
    let bank = Arc::<MeterBank>::default();
    bank.controls.over_levels[0].set(10f32.powf(-1.0 / 20.0));
    bank.controls.over_levels[1].set(10f32.powf(-2.0 / 20.0));
    run(&mut LiveMeters::new(RATE, 2, bank.clone()), &frames, &frames, &[512]);
    // A period has a crest and a trough.
    assert_eq!(bank.output.over_counts.each_ref().map(|count| count.load(Relaxed)), [20, 40]);
    let mut entries = Vec::new();
    bank.output.overs.read(0, &mut entries);
    let of = |which: f32| entries.iter().filter(|[_, packed]| unpack(*packed).1 == which).count();
    assert_eq!([of(0.0), of(1.0)], [20, 40]);
}

#[test]
fn transport_pauses_restarts_and_resets_do_what_they_say() {
    let loud = sine(48_000, RATE, 997.0, 0.5);
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    let mut position = 0;
    let mut play = |meters: &mut LiveMeters, playing: bool, seconds: usize| {
        for _ in 0..seconds * 100 {
            meters.begin_block(Transport { playing, position: Some(position) }, 480);
            position += if playing { 480 } else { 0 };
            let mut heard = loud[..480].to_vec();
            for (dry, wet) in loud[..480].chunks(CONTROL_PERIOD).zip(heard.chunks_mut(CONTROL_PERIOD)) {
                meters.after_chain(dry, wet);
            }
        }
    };
    let measured_s = || bank.measured_frames.load(Relaxed) as f64 / RATE;
    play(&mut meters, true, 2);
    play(&mut meters, false, 1);
    assert_eq!(measured_s(), 3.0, "ignored");
    bank.controls.set_follow(FollowTransport::Pause);
    play(&mut meters, false, 2);
    play(&mut meters, true, 1);
    assert_eq!(measured_s(), 4.0, "paused");
    bank.controls.set_follow(FollowTransport::Restart);
    play(&mut meters, false, 1);
    play(&mut meters, true, 2);
    assert_eq!(measured_s(), 2.0, "restarted");
    assert!((bank.output.integrated_lufs() + 6.0).abs() < 0.1, "{}", bank.output.integrated_lufs());
    assert_eq!(bank.history(0).len(), 20);
    // A jump while it plays.
    meters.begin_block(Transport { playing: true, position: Some(10_000_000) }, 480);
    assert_eq!(measured_s(), 0.0);
    assert_eq!(bank.output.integrated_lufs(), f64::NEG_INFINITY);
    assert_eq!(bank.history_length(), 0);
    play(&mut meters, true, 1);
    bank.controls.set_running(false);
    let before = measured_s();
    play(&mut meters, true, 1);
    assert_eq!(measured_s(), before, "stopped by hand");
    bank.controls.reset();
    play(&mut meters, true, 1);
    assert_eq!((measured_s(), bank.output.true_peak_max.get()), (0.0, 0.0));
    assert!(bank.output.rms[0].get() > 0.3, "levels go on regardless");
}

#[test]
fn one_maximum_begins_anew_and_the_rest_goes_on() {
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    // Whole hops of 10 ms.
    let mut play = |amplitude: f64, seconds: usize| {
        let tone = sine(4800, RATE, 1000.0, amplitude);
        (0..10 * seconds).for_each(|_| run(&mut meters, &tone, &tone, &[480]));
    };
    let maxima = || {
        let side = &bank.output;
        let [m, s] =
            [&side.momentary_max_lufs, &side.short_term_max_lufs].map(|value| f64::from(value.get()));
        [side.true_peak_max_dbtp(), m, s]
    };
    play(0.5, 5);
    // Long enough for both windows to have the soft tone alone.
    play(0.05, 4);
    let loud = maxima();
    let (integrated, measured) = (bank.output.integrated_lufs(), bank.measured_frames.load(Relaxed));
    assert!(loud.iter().all(|db| (db + 6.0).abs() < 0.1), "a sine's loudness is its peak: {loud:?}");
    for (n, held) in Held::ALL.into_iter().enumerate() {
        bank.controls.release(held);
        play(0.05, 1);
        for (other, now) in maxima().into_iter().enumerate() {
            let expected = if other <= n { -26.0 } else { -6.0 };
            assert!((now - expected).abs() < 0.1, "{held:?} released: {:?}", maxima());
        }
    }
    assert_eq!(bank.measured_frames.load(Relaxed), measured + 3 * 48_000);
    assert!((bank.output.integrated_lufs() - integrated).abs() < 0.5, "and the whole is still the whole");
}

#[test]
fn a_pause_within_a_hop_stops_nothing_for_ever() {
    let tone = sine(500, RATE, 997.0, 0.5);
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    let mut play = |running: bool, blocks: usize| {
        bank.controls.set_running(running);
        for _ in 0..blocks {
            run(&mut meters, &tone, &tone, &[500]);
        }
        bank.output.momentary_lufs.get()
    };
    // Blocks of 500 frames end within the hops of 480.
    assert!((play(true, 100) + 6.0).abs() < 0.1);
    let paused = play(false, 7);
    assert_eq!(play(false, 7), paused);
    let points = bank.history_length();
    assert!((play(true, 100) + 6.0).abs() < 0.1);
    assert!(bank.history_length() >= points + 10, "the history goes on");
    let tone = sine(500, RATE, 997.0, 0.05);
    for _ in 0..100 {
        run(&mut meters, &tone, &tone, &[500]);
    }
    let quieter = bank.output.momentary_lufs.get();
    assert!((quieter + 26.0).abs() < 0.1, "{quieter} LUFS: the loudness goes on");
}

#[test]
fn levels_correlation_and_crest_are_those_of_their_definitions() {
    let bank = live(RATE, &sine(96_000, RATE, 1000.0, 0.5));
    let side = &bank.output;
    assert_eq!(side.correlation.get(), 1.0);
    // The last blocks are silence: 0.01 s of a time constant of 0.3.
    assert!((side.rms[0].get() - 0.3536).abs() < 0.01, "{}", side.rms[0].get());
    assert!(side.mid_side_rms[1].get() < 1e-6);
    let noise = live(RATE, &white(480_000, 0.5, 3));
    assert!(noise.output.correlation.get().abs() < 0.05);
    let opposed: Vec<Frame> =
        sine(96_000, RATE, 1000.0, 0.5).iter().map(|frame| [frame[0], -frame[0]]).collect();
    assert_eq!(live(RATE, &opposed).output.correlation.get(), -1.0);
}

/// Meters and monitor as the plugin has them.
struct MonitorBench {
    meters: LiveMeters,
    monitor: Monitor,
}

impl ChainListener for MonitorBench {
    fn before_stages(&mut self, frames: &[Frame], delays: &[usize]) {
        self.meters.before_stages(frames, delays);
    }

    fn after_stage(&mut self, stage: StageId, frames: &[Frame], reduction_db: f64) {
        self.meters.after_stage(stage, frames, reduction_db);
    }

    fn after_chain(&mut self, dry: &[Frame], frames: &mut [Frame]) {
        self.meters.after_chain(dry, frames);
        let (hops, energies) = self.meters.hop_energies();
        self.monitor.follow(hops, energies, self.meters.short_term_lufs());
        self.monitor.process(dry, frames);
    }
}

#[test]
fn mix_and_master_are_compared_in_time_and_equally_loud() {
    let input = programme(20 * 48_000, RATE, 0.4);
    let mut working = settings::working();
    working.dither.on = false;
    working.limiter.drive_db = 14.0;
    let heard = |compare: Compare| {
        let mut chain = Chain::new();
        chain.prepare(&ProcessSpec::stereo(RATE));
        chain.set(&working);
        let mut booth =
            MonitorBench { meters: LiveMeters::new(RATE, 2, Arc::default()), monitor: Monitor::new(RATE) };
        booth.monitor.set(&MonitorSettings { compare, ..Default::default() });
        let mut frames = input.clone();
        chain.process_with(&mut frames, &mut booth);
        (frames, chain.latency_samples(), booth.monitor.match_lu())
    };
    let loudness = |frames: &[Frame]| {
        let mut meter = Meter::new(RATE, 2);
        // What is levelled out has settled.
        meter.push(&frames[5 * 48_000..]);
        meter.finish().integrated_lufs
    };
    let (mix, latency, match_lu) = heard(Compare::Mix);
    let (master, ..) = heard(Compare::Master);
    let (plain, ..) = heard(Compare::Off);
    println!("the master is {match_lu:.2} LU louder");
    assert!(match_lu > 3.0);
    let difference = loudness(&master) - loudness(&mix);
    assert!(difference.abs() <= 0.1, "{difference:.3} LU between mix and master");
    assert!((loudness(&mix) - loudness(&input)).abs() < 0.01, "the quieter side is left as it is");
    // The mix is heard as it came, delayed by the latency and by nothing else.
    assert_eq!(mix[200_000..210_000], input[200_000 - latency..210_000 - latency]);
    assert_ne!(plain[200_000..210_000], mix[200_000..210_000]);
}

#[test]
fn eyes_get_what_ears_get() {
    let input = programme(3 * 48_000, RATE, 0.5);
    let output: Vec<Frame> = input.iter().map(|frame| frame.map(|x| 0.5 * x)).collect();
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    run(&mut meters, &input, &output, &[512]);
    assert_eq!(bank.feed.written(), 0, "nobody looks: nothing is written for eyes");
    bank.controls.set_watched(true);
    let mut analyser = Analyser::new(RATE, 8192, Averaging::Endless);
    let (mut next, mut entries) = (0, Vec::new());
    for (input, output) in input.chunks(4800).zip(output.chunks(4800)) {
        run(&mut meters, input, output, &[512]);
        next = bank.feed.read(next, &mut entries).next;
        let frames: Vec<Frame> = entries
            .iter()
            .map(|[_, output]| unpack(*output))
            .map(|(l, r)| [f64::from(l), f64::from(r)])
            .collect();
        analyser.push(&frames);
    }
    assert_eq!(next, input.len() as u64);
    let mut direct = Analyser::new(RATE, 8192, Averaging::Endless);
    direct.push(&output);
    let hz = [60.0, 250.0, 1000.0, 4000.0];
    for (fed, direct) in
        analyser.spectrum().levels_db(Part::Mid, &hz).iter().zip(direct.spectrum().levels_db(Part::Mid, &hz))
    {
        assert!((fed - direct).abs() < 0.01, "{fed} {direct}");
    }
    assert!(bank.trace.written() > 500);
}

#[test]
fn what_drives_each_stage_is_seen_while_somebody_looks() {
    let mut settings = ChainSettings::default();
    settings.input_trim.gain_db = 6.0;
    settings.limiter.on = true;
    settings.limiter.ceiling_dbtp = -6.0;
    let played = |watched: bool| {
        let bank = Arc::<MeterBank>::default();
        bank.controls.set_watched(watched);
        let mut meters = LiveMeters::new(RATE, 2, bank.clone());
        let mut chain = Chain::new();
        chain.prepare(&ProcessSpec::stereo(RATE));
        chain.set(&settings);
        let mut frames = sine(48_000, RATE, 997.0, 0.4);
        meters.begin_block(Transport::default(), frames.len());
        chain.process_with(&mut frames, &mut meters);
        bank
    };
    let bank = played(true);
    let level_db = |stage: StageId| 20.0 * f64::from(bank.levels[stage as usize].take()).log10();
    // 0.4 is -7.96 dBFS; a sine's highest sample is within a hundredth of its amplitude.
    for (stage, expected_db) in [
        (StageId::InputTrim, -1.96),
        (StageId::Clipper, -1.96),
        (StageId::Limiter, -6.0),
        (StageId::Dither, -6.0),
    ] {
        let found_db = level_db(stage);
        assert!((found_db - expected_db).abs() < 0.1, "{stage:?}: {found_db}");
    }
    let mut entries = Vec::new();
    bank.trace.read(0, &mut entries);
    let (_, trimmed) = unpack(entries[entries.len() / 2][StageId::InputTrim as usize]);
    assert!((trimmed - 0.798).abs() < 0.02, "{trimmed}");
    let unseen = played(false);
    assert!(StageId::ALL.iter().all(|stage| unseen.levels[*stage as usize].take() == 0.0));
}
