//! The convolution by its definition, and kernels that take over from any frame on.

use super::*;
use crate::blocks::math;
use crate::processor::for_each_block;

fn write(convolver: &mut Convolver, responses: &[Vec<f64>], routes: &[Route]) {
    let mut writer = KernelWriter::new(responses[0].len());
    let kernel = convolver.spare();
    kernel.set_routes(routes);
    for (r, response) in responses.iter().enumerate() {
        (0..PARTITIONS).for_each(|partition| writer.write(kernel, r, partition, |n| response[n]));
    }
}

#[test]
fn convolves_as_by_definition_through_both_routes() {
    let taps = LEAST_TAPS;
    let response =
        |seed: usize| (0..taps).map(|n| math::sin((n * seed) as f64) / (1 + n) as f64).collect::<Vec<_>>();
    let responses = [response(3), response(7)];
    let routes = [
        Route { from: 0, to: 0, response: 0 },
        Route { from: 1, to: 0, response: 1 },
        Route { from: 1, to: 1, response: 0 },
    ];
    let mut convolver = Convolver::new(taps, 1);
    write(&mut convolver, &responses, &routes);
    convolver.snap();
    let input: Vec<Frame> =
        (0..12_000).map(|n| [math::sin(n as f64 * 0.7), math::cos(n as f64 * n as f64 * 0.01)]).collect();
    let (mut frames, mut output) = (input.clone(), Vec::new());
    for_each_block(&mut frames, 0, |block| {
        let mut y = [[0.0; 2]; CONTROL_PERIOD];
        convolver.process(block, &mut y[..block.frames.len()]);
        output.extend_from_slice(&y[..block.frames.len()]);
    });
    let latency = convolver.latency_samples();
    for n in (0..12_000 - latency).step_by(97) {
        let by_definition = |channel: usize, response: &[f64]| -> f64 {
            (0..taps.min(n + 1)).map(|k| response[k] * input[n - k][channel]).sum()
        };
        let left = by_definition(0, &responses[0]) + by_definition(1, &responses[1]);
        let right = by_definition(1, &responses[0]);
        let found = output[n + latency];
        assert!((found[0] - left).abs() < 1e-12 && (found[1] - right).abs() < 1e-12, "frame {n}");
    }
}

/// Gains that take over at given frames, as kernels of one tap on a constant: the output is the mixture itself.
fn mixture(changes: &[(u64, f64)], length: usize) -> Vec<f64> {
    let taps = LEAST_TAPS;
    let mut convolver = Convolver::new(taps, 1);
    let cycle = convolver.cycle_frames() as u64;
    let gain = |gain: f64| {
        let mut response = vec![0.0; taps];
        response[0] = gain;
        [response]
    };
    let routes = [Route::default()];
    write(&mut convolver, &gain(1.0), &routes);
    convolver.snap();
    let (mut output, mut next) = (Vec::new(), 0);
    for_each_block(&mut vec![[1.0; 2]; length], 0, |block| {
        if convolver.begins_cycle() && next < changes.len() && changes[next].0 < block.position() + 2 * cycle
        {
            write(&mut convolver, &gain(changes[next].1), &routes);
            convolver.start(changes[next].0);
            next += 1;
        }
        let mut y = [[0.0; 2]; CONTROL_PERIOD];
        convolver.process(block, &mut y[..block.frames.len()]);
        output.extend(y[..block.frames.len()].iter().map(|frame| frame[0]));
    });
    output
}

#[test]
fn a_kernel_takes_over_from_any_frame_on() {
    let cycle = (LEAST_TAPS / PARTITIONS) as u64;
    for start in (10 * cycle..11 * cycle).step_by(CONTROL_PERIOD) {
        // Alone, and followed by others as soon as can be.
        for changes in [vec![(start, 3.0)], (0..6).map(|n| (start + n * cycle, (n % 4) as f64)).collect()] {
            let output = mixture(&changes, 30 * cycle as usize);
            for (t, found) in output.iter().enumerate().skip(3 * cycle as usize) {
                let mut expected = 1.0;
                let mut before = 1.0;
                for (start, gain) in &changes {
                    let u = (t as f64 + 0.5 - *start as f64) / cycle as f64;
                    expected += share(u) * (gain - before);
                    before = *gain;
                }
                assert!((found - expected).abs() < 1e-9, "{changes:?} at {t}: {found} for {expected}");
            }
        }
    }
}
