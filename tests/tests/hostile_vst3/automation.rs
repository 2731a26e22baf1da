//! Random automation of all parameters, quality and phase among them, at the rates that hosts run at: no panic is caught, nothing is
//! not a number. Ten seconds a rate; `LACQUER_AUTOMATION_SECONDS` says otherwise.

use crate::vst3_host::Module;
use crate::vst3_host::child::Noise;
use crate::vst3_host::raw::{Call, Queues, REALTIME, Raw};
use vst3::Steinberg::kResultOk;

const BLOCK: usize = 480;
/// Seconds where nobody says how many.
const SECONDS: f64 = 10.0;
/// Queues in each block, of up to three points each.
const MOVES: usize = 8;
/// How much of them goes to an end: where settings are least alike.
const ENDS: f64 = 0.3;

/// Moves everything at `rate`, in Hz.
pub fn everything(module: &Module, rate: f64) {
    let seconds = std::env::var("LACQUER_AUTOMATION_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let raw = Raw::new(module);
    assert_eq!(raw.set_up(rate, BLOCK as i32, REALTIME), kResultOk);
    assert_eq!(raw.set_active(true), kResultOk);
    let infos = raw.infos();
    let mut noise = Noise(rate as u64);
    let switches: Vec<_> = infos.iter().filter(|info| info.stepCount == 1).collect();
    assert!(switches.len() > 10);
    let on: Vec<_> = switches.iter().map(|info| (info.id, vec![(0, 1.0)])).collect();
    let mut moved = vec![0_u32; infos.len()];
    for n in 0..(rate * seconds) as usize / BLOCK {
        let mut moves: Vec<_> = (0..MOVES)
            .map(|_| {
                let any = noise.below(infos.len());
                moved[any] += 1;
                let mut points: Vec<_> = (0..1 + noise.below(3))
                    .map(|_| {
                        let value = if noise.next() < ENDS { noise.pick(&[0.0, 1.0]) } else { noise.next() };
                        (noise.below(BLOCK) as i32, value)
                    })
                    .collect();
                points.sort_by_key(|point| point.0);
                (infos[any].id, points)
            })
            .collect();
        if n == 0 {
            moves.clone_from(&on);
        }
        moves.sort_by_key(|(id, _)| *id);
        moves.dedup_by_key(|(id, _)| *id);
        let changes = Queues::new(&moves);
        let mut block = [0, 1].map(|_| (0..BLOCK).map(|_| (noise.next() as f32 - 0.5) * 0.8).collect());
        raw.play(&mut block, &Call { changes: Some(&changes), ..Call::of(BLOCK) });
        assert!(block.iter().flatten().all(|x| x.is_finite()), "{rate} Hz, block {n}");
    }
    let (moves, least) = (moved.iter().sum::<u32>(), moved.iter().min().copied().unwrap_or_default());
    eprintln!(
        "figures: {rate} Hz, {seconds} s, {moves} moves of {} parameters, {least} at least",
        infos.len()
    );
    assert!(least > 0, "each is moved");
    raw.end();
}
