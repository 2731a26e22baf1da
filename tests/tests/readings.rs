//! What the live meters' figures are of: of their own tenth of a second, of three seconds, of no silence, and of nothing before a reset.

use lacquer_dsp::chain::limiter::Reductions;
use lacquer_dsp::chain::{ChainListener, StageId};
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::processor::{CONTROL_PERIOD, Frame};
use lacquer_dsp::shared::meter_bank::{MeterBank, TRACE_WORDS};
use lacquer_dsp::shared::ring::unpack;
use lacquer_tests::meters::{live, run};
use lacquer_tests::signals::sine;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

const RATE: f64 = 48_000.0;

/// A tenth of a second of 1 kHz at a level, through meters that are watched, with what the stages and the limiter turned down.
fn play_reduced(meters: &mut LiveMeters, level: f64, reduction_db: f64) {
    meters.begin_block(Transport::default(), 4800);
    for frames in sine(4800, RATE, 1000.0, level).chunks_mut(CONTROL_PERIOD) {
        let dry: Vec<Frame> = frames.iter().map(|frame| frame.map(|x| 0.5 * x)).collect();
        meters.after_stage(StageId::Glue, frames, reduction_db);
        meters.after_stage(StageId::Limiter, frames, 3.0 * reduction_db);
        meters.after_limiter(Reductions {
            slow_db: reduction_db,
            envelope_db: reduction_db,
            clip_db: 0.5 * reduction_db,
        });
        meters.after_chain(&dry, frames);
    }
}

#[test]
fn a_point_of_history_or_trace_tells_of_its_own_time() {
    let bank = Arc::<MeterBank>::default();
    bank.controls.set_watched(true);
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    // The first 35 frames of the second tenth are still read as the loud one's.
    for (level, reduction_db) in [(0.5, 6.0), (0.05, 1.0), (0.05, 1.0)] {
        play_reduced(&mut meters, level, reduction_db);
    }
    let points = bank.history(0);
    let mut entries = Vec::new();
    bank.trace.read(0, &mut entries);
    let traced = [entries[10], entries[entries.len() - 1]];
    for ((point, entry), (level, reduction_db)) in
        [points[0], points[2]].into_iter().zip(traced).zip([(0.5f32, 6.0f32), (0.05, 1.0)])
    {
        let near = |found: f32, expected: f32| (found / expected - 1.0).abs() < 0.01;
        assert!(near(point.true_peak, level), "{point:?}");
        assert_eq!((point.limiter_db, point.dynamics_db), (3.0 * reduction_db, reduction_db));
        for (stage, expected_db) in [(StageId::Glue, reduction_db), (StageId::Limiter, 3.0 * reduction_db)] {
            let (found_db, highest) = unpack(entry[stage as usize]);
            assert!(found_db == expected_db && near(highest, level), "{stage:?}: {found_db} dB, {highest}");
        }
        assert_eq!(unpack(entry[TRACE_WORDS - 2]), (2.0 * reduction_db, 0.5 * reduction_db));
        let (input, output) = unpack(entry[TRACE_WORDS - 1]);
        assert!(near(input, 0.5 * level) && near(output, level), "{input} {output}");
    }
}

#[test]
fn the_newest_three_seconds_are_three_seconds() {
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    let mut play = |amplitude: f64, hundredths: usize| {
        let tone = sine(480, RATE, 1000.0, amplitude);
        (0..hundredths).for_each(|_| run(&mut meters, &tone, &tone, &[480]));
    };
    let side = &bank.output;
    play(0.5, 300);
    play(0.005, 290);
    // A thirtieth of the three seconds is loud: the peak is still theirs, the loudness 10 log 30 lower.
    let near = |found: f64, expected: f64| (found - expected).abs() < 0.1;
    assert!(near(f64::from(side.short_term_lufs.get()), -6.0 - 14.77), "{} LUFS", side.short_term_lufs.get());
    assert!((side.true_peak_recent.get() - 0.5).abs() < 0.005, "{}", side.true_peak_recent.get());
    assert!(near(side.psr_db(), 14.77), "PSR {} dB", side.psr_db());
    // The detector reads a frame less than a hop later.
    play(0.005, 11);
    assert!((side.true_peak_recent.get() - 0.005).abs() < 5e-5, "{}", side.true_peak_recent.get());
    play(0.005, 100);
    // A sine's peak is its loudness, and 3 dB over its level.
    assert!(side.psr_db().abs() < 0.1, "PSR {} dB", side.psr_db());
    assert!(near(side.crest_db(), 3.01), "crest {} dB", side.crest_db());
}

#[test]
fn correlation_is_held_in_silence_and_goes_on_with_the_sound() {
    let bank = Arc::<MeterBank>::default();
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    let mut play = |left: f64, right: f64, seconds: usize| {
        let tone: Vec<Frame> =
            sine(4800, RATE, 1000.0, 1.0).iter().map(|[x, _]| [left * x, right * x]).collect();
        (0..10 * seconds).for_each(|_| run(&mut meters, &tone, &tone, &[480]));
        bank.output.correlation.get()
    };
    assert_eq!(play(0.5, 0.5, 2), 1.0);
    // Noise of a converter at -90 dBFS, opposed: at -70, where the reading is held, it has a hundredth of the power.
    let held = play(3e-5, -3e-5, 10);
    assert!(held > 0.95, "{held} in silence");
    assert!(play(0.5, -0.5, 3) < -0.99);
    let one: Vec<Frame> = sine(96_000, RATE, 1000.0, 0.5).iter().map(|[x, _]| [*x, 0.0]).collect();
    let lone = live(RATE, &one).output.correlation.get();
    assert_eq!(lone, 0.0, "one silent channel speaks neither for nor against mono");
}

#[test]
fn balance_is_that_of_left_over_right() {
    let tone: Vec<Frame> = sine(96_000, RATE, 1000.0, 1.0).iter().map(|[x, _]| [0.5 * x, 0.25 * x]).collect();
    // A factor of 2.
    let found = live(RATE, &tone).output.balance_db();
    assert!((found - 6.02).abs() < 0.01, "{found} dB");
}

#[test]
fn a_reset_leaves_nothing_of_what_was_before() {
    let bank = Arc::<MeterBank>::default();
    bank.controls.set_watched(true);
    bank.controls.over_levels.iter().for_each(|level| level.set(0.9));
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    play_reduced(&mut meters, 1.05, 6.0);
    // What the detector has on its way when the reset comes is soft.
    play_reduced(&mut meters, 0.05, 1.0);
    // Half a tenth more is on its way to the next point of the history.
    meters.after_stage(StageId::Glue, &[[0.5; 2]; CONTROL_PERIOD], 9.0);
    let counts = || bank.output.over_counts.each_ref().map(|count| count.load(Relaxed));
    let clipped = || bank.clipped[StageId::Glue as usize].load(Relaxed);
    assert!(counts()[0] > 100 && clipped() > 100, "{:?} {}", counts(), clipped());
    bank.controls.reset();
    for _ in 0..2 {
        play_reduced(&mut meters, 0.05, 1.0);
    }
    assert_eq!((counts(), clipped(), bank.history_length()), ([0; 2], 0, 2));
    assert_eq!(bank.history(0)[0].dynamics_db, 1.0);
    assert!((bank.history(0)[1].true_peak - 0.05).abs() < 5e-4);
    assert!((bank.output.true_peak_recent.get() - 0.05).abs() < 5e-4);
}
