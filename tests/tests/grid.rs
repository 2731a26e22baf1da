//! Where a bounce begins does not matter: the control grid is that of the song, as long as somebody says where in the song it begins.
//! Where nobody does, most stages are the same all the same.

use lacquer_dsp::chain::StageId;
use lacquer_dsp::{CONTROL_PERIOD, Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;

const RATE: f64 = 48_000.0;
/// Frame of the song at which the second bounce begins, but for the shift.
const LATER: usize = 48_000;
/// Frames until nothing is left of what came before: the longest release and the slowest filter.
const MEMORY: usize = 110_000;
/// Frames that are compared.
const COMPARED: usize = 24_000;

fn alone(mut settings: ChainSettings, stage: StageId) -> ChainSettings {
    StageId::ALL.iter().for_each(|other| settings.set_on(*other, *other == stage));
    settings
}

/// How a song is bounced.
#[derive(Clone, Copy)]
struct Bounce {
    phase: EqualizerPhase,
    quality: Quality,
    /// Whether the host tells where in the song it begins.
    is_told: bool,
}

const TOLD: Bounce = Bounce { phase: EqualizerPhase::Minimum, quality: Quality::Standard, is_told: true };

/// The song from `start` on.
fn bounced(settings: &ChainSettings, bounce: Bounce, song: &[Frame], start: usize) -> Vec<Frame> {
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec {
        equalizer_phase: bounce.phase,
        quality: bounce.quality,
        ..ProcessSpec::stereo(RATE)
    });
    chain.set(settings);
    if bounce.is_told {
        chain.align(start as i64);
    }
    let mut output = song[start..].to_vec();
    chain.process(&mut output);
    output
}

/// The largest difference in dBFS between the song's end in a bounce of all of it and in those that begin later, for any of the shifts.
fn worst_dbfs(settings: &ChainSettings, bounce: Bounce, shifts: &[usize]) -> f64 {
    let song = programme(LATER + MEMORY + COMPARED + CONTROL_PERIOD, RATE, 0.9);
    let whole = bounced(settings, bounce, &song, 0);
    let mut most = 0.0f64;
    for shift in shifts {
        let start = LATER + shift;
        let later = bounced(settings, bounce, &song, start);
        for (a, b) in whole[start + MEMORY..].iter().zip(&later[MEMORY..]) {
            most = most.max((a[0] - b[0]).abs()).max((a[1] - b[1]).abs());
        }
    }
    20.0 * most.max(1e-20).log10()
}

#[test]
fn a_bounce_that_begins_elsewhere_nulls() {
    for stage in StageId::ALL {
        // The dither's noise begins with the bounce.
        if *stage != StageId::Dither {
            let settings = alone(settings::working(), *stage);
            let worst = worst_dbfs(&settings, TOLD, &[1, 7, 31]);
            println!("{}: {worst:.0} dBFS", stage.stem());
            assert!(worst < -80.0, "{}: {worst:.1} dBFS", stage.stem());
        }
    }
}

#[test]
fn the_whole_chain_nulls_wherever_it_begins() {
    let mut settings = settings::working();
    settings.dither.on = false;
    let odd: Vec<usize> = (1..CONTROL_PERIOD).step_by(5).collect();
    for (phase, shifts) in [(EqualizerPhase::Minimum, odd.as_slice()), (EqualizerPhase::Linear, &[7])] {
        let worst = worst_dbfs(&settings, Bounce { phase, ..TOLD }, shifts);
        println!("{phase:?}: {worst:.0} dBFS");
        assert!(worst < -80.0, "{phase:?}: {worst:.1} dBFS");
    }
}

/// The largest difference in dBFS where no host says where in the song the bounce begins.
fn untold_dbfs(stage: StageId, quality: Quality) -> f64 {
    let settings = alone(settings::working(), stage);
    let worst = worst_dbfs(&settings, Bounce { is_told: false, quality, ..TOLD }, &[1, 16, 31]);
    println!("{} {quality:?}, not told: {worst:.0} dBFS", stage.stem());
    worst
}

#[test]
fn what_looks_at_every_frame_needs_no_position() {
    for stage in StageId::ALL {
        match stage {
            // Their detectors look at hops of a few frames, whose peaks are others where they begin elsewhere: some hundredths of a dB.
            StageId::DynamicEq | StageId::Multiband | StageId::Imager => {
                assert!(untold_dbfs(*stage, Quality::Standard) < -50.0, "{}", stage.stem());
            }
            // Standard's and Finest's limiter solves each hop of 5 ms as a whole: one that begins elsewhere puts its error elsewhere.
            StageId::Limiter => assert!(untold_dbfs(*stage, Quality::Live) < -80.0),
            // Its noise begins with the bounce.
            StageId::Dither => {}
            _ => assert!(untold_dbfs(*stage, Quality::Standard) < -80.0, "{}", stage.stem()),
        }
    }
}
