//! Rows, ports and masks.

use crate::raw_clap_host::events::Event;
use crate::raw_clap_host::{Host, Plugin, port};
use crate::{Noise, isolated};
use std::ptr::null_mut;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 480;

/// Switches on what makes left and right different.
fn busy(plugin: &Plugin) {
    plugin.set("Glue On", 1.0);
    plugin.set("Saturator On", 1.0);
    plugin.set("Input Trim Balance", 0.3);
}

isolated! {
    fn events_at_any_time_and_of_any_value_are_borne(module) {
        let plugin = Plugin::running(module, RATE, BLOCK as u32);
        let id = plugin.named("Input Trim Gain").id;
        let mut noise = Noise(1);
        let wrong = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, -0.0, 0.5];
        let mut lists = vec![
            // One past the block, far past it, and not in order.
            vec![Event::value(BLOCK as u32, id, 0.5)],
            vec![Event::value(BLOCK as u32 + 1, id, 0.5), Event::value(u32::MAX, id, 0.2), Event::value(0, id, 0.1)],
            vec![Event::value(300, id, 0.9), Event::value(10, id, 0.1), Event::value(479, id, 0.4)],
            wrong.iter().enumerate().map(|(n, value)| Event::value(n as u32 * 7, id, *value)).collect(),
            wrong.iter().map(|value| Event::modulation(3, id, *value)).collect(),
            vec![Event::value(0, 12345, 0.5), Event::modulation(0, 0, 0.5)],
            vec![Event::unknown(5, 0, 99, 16), Event::unknown(5, 7, 5, 16), Event::unknown(5, 0, 5, 0), Event::unknown(5, 0, 9, 20)],
        ];
        // Thousands in a block, each at another time and back again.
        lists.push((0..5000).map(|n| Event::value((5000 - n) % 480, id, f64::from(n) / 5000.0)).collect());
        lists.push((0..20_000).map(|_| {
            let parameter = &plugin.parameters[noise.below(plugin.parameters.len())];
            Event::value(noise.below(1000) as u32, parameter.id, noise.next())
        }).collect());
        for events in &lists {
            let (frames, status, _) = plugin.process(&noise.frames(BLOCK, 0.5), events);
            assert_ne!(status, 0);
            assert!(frames.iter().flatten().all(|x| x.is_finite()));
            plugin.flush(events);
        }
        assert!(plugin.parameters.iter().all(|p| (0.0..=p.highest).contains(&plugin.value(p.id).unwrap())));
        // The last of those past the block counts, whatever the order in which they came.
        plugin.process(&noise.frames(BLOCK, 0.5), &[
            Event::value(u32::MAX, id, 0.75), Event::value(700, id, 0.25), Event::value(3, id, 0.5),
        ]);
        assert_eq!(plugin.value(id), Some(0.75));
        // And of 5,000, those that did not fit into the block, too.
        let many: Vec<_> = (0..5000).map(|n| Event::value(n / 11, id, if n == 4999 { 0.125 } else { 0.5 })).collect();
        plugin.process(&noise.frames(BLOCK, 0.5), &many);
        assert_eq!(plugin.value(id), Some(0.125));
        plugin.destroy();
    }
}

isolated! {
    fn what_is_missing_is_silence(module) {
        let plugin = Plugin::running(module, RATE, BLOCK as u32);
        let mut noise = Noise(2);
        let (mut left, mut right) = (vec![0.0_f32; BLOCK], vec![0.0_f32; BLOCK]);
        let (mut out_left, mut out_right) = (vec![7.0_f32; BLOCK], vec![7.0_f32; BLOCK]);
        for _ in 0..4 {
            left.iter_mut().chain(&mut right).for_each(|x| *x = noise.next() as f32 - 0.5);
            // Nothing comes in on the left: nothing goes out there.
            let rows = [&mut [null_mut(), right.as_mut_ptr()][..], &mut [out_left.as_mut_ptr(), out_right.as_mut_ptr()]];
            let [ins, outs] = rows;
            assert_ne!(plugin.process_rows(BLOCK, ins, outs, &[]).0, 0);
            assert!(out_left.iter().all(|x| *x == 0.0), "silence for a row that is not there");
        }
        assert!(out_right.iter().any(|x| *x != 0.0));
        let mut ins = [left.as_mut_ptr(), right.as_mut_ptr()];
        for mut outs in [[null_mut(), out_right.as_mut_ptr()], [out_left.as_mut_ptr(), null_mut()], [null_mut(); 2]] {
            plugin.process_rows(BLOCK, &mut ins, &mut outs, &[]);
        }
        plugin.process_rows(BLOCK, &mut [null_mut(), null_mut()], &mut [null_mut(), null_mut()], &[]);
        // Both channels into one row.
        plugin.process_rows(BLOCK, &mut ins, &mut [out_left.as_mut_ptr(), out_left.as_mut_ptr()], &[]);
        // One channel, three, none; no 32-bit data; no ports; no events.
        let (mut third, mut outs) = (vec![7.0_f32; BLOCK], [out_left.as_mut_ptr(), out_right.as_mut_ptr()]);
        plugin.process_rows(BLOCK, &mut ins[..1], &mut outs[..1], &[]);
        let mut three = [out_left.as_mut_ptr(), out_right.as_mut_ptr(), third.as_mut_ptr()];
        let (_, mask) = plugin.process_rows(BLOCK, &mut ins, &mut three, &[]);
        assert!(third.iter().all(|x| *x == 0.0) && mask == 4, "a row beyond the layout is silent: {mask}");
        plugin.process_rows(BLOCK, &mut [], &mut [], &[]);
        let mut empty = port(&mut ins);
        empty.data32 = null_mut();
        let mut nothing = [empty];
        plugin.process_ports(BLOCK as u32, &[empty], &mut nothing, &[], None);
        assert_eq!(nothing[0].constant_mask, 0);
        plugin.process_ports(BLOCK as u32, &[], &mut [], &[], None);
        plugin.process_ports(0, &[], &mut [], &[], None);
        plugin.destroy();
    }
}

isolated! {
    fn crossed_rows_in_place_sound_as_rows_apart(module) {
        let (apart, crossed, mixed) = (
            Plugin::running(module, RATE, BLOCK as u32),
            Plugin::running(module, RATE, BLOCK as u32),
            Plugin::running(module, RATE, BLOCK as u32),
        );
        [&apart, &crossed, &mixed].into_iter().for_each(busy);
        let mut noise = Noise(3);
        for _ in 0..20 {
            let input = noise.frames(BLOCK, 0.5);
            let (expected, ..) = apart.process(&input, &[]);
            let mut rows = [0, 1].map(|c| input.iter().map(|frame| frame[c]).collect::<Vec<_>>());
            let [left, right] = rows.each_mut().map(|row| row.as_mut_ptr());
            // The left goes out where the right came in.
            crossed.process_rows(BLOCK, &mut [left, right], &mut [right, left], &[]);
            assert!(expected.iter().enumerate().all(|(n, frame)| *frame == [rows[1][n], rows[0][n]]));
            // The right comes in where the left goes out, and goes elsewhere.
            let mut rows = [0, 1].map(|c| input.iter().map(|frame| frame[c]).collect::<Vec<_>>());
            let mut other = vec![0.0_f32; BLOCK];
            let [left, right] = rows.each_mut().map(|row| row.as_mut_ptr());
            mixed.process_rows(BLOCK, &mut [left, right], &mut [right, other.as_mut_ptr()], &[]);
            assert!(expected.iter().enumerate().all(|(n, frame)| *frame == [rows[1][n], other[n]]));
        }
        [apart, crossed, mixed].into_iter().for_each(Plugin::destroy);
    }
}

isolated! {
    fn constant_mask_says_what_is_so(module) {
        let plugin = Plugin::running(module, RATE, BLOCK as u32);
        let latency = plugin.latency();
        let mut noise = Noise(4);
        let silence = vec![[0.0; 2]; BLOCK];
        assert_eq!(plugin.process(&silence, &[]).2, 3, "silence is constant");
        // What comes out while it is on its way is silence still.
        for _ in 0..latency / BLOCK {
            plugin.process(&noise.frames(BLOCK, 0.5), &[]);
        }
        assert_eq!(plugin.process(&noise.frames(BLOCK, 0.5), &[]).2, 0, "sound is not");
        // The latency's tail, after the input has ended.
        let blocks = (latency + 2 * BLOCK) / BLOCK;
        for _ in 0..blocks {
            let (frames, _, mask) = plugin.process(&silence, &[]);
            for (channel, bit) in [(0, 1), (1, 2)] {
                let is_constant = frames.iter().all(|frame| frame[channel] == frames[0][channel]);
                assert_eq!(mask & bit != 0, is_constant);
            }
        }
        assert_eq!(plugin.process(&silence, &[]).2, 3);
        let left_only: Vec<_> = noise.frames(BLOCK, 0.5).iter().map(|frame| [frame[0], 0.0]).collect();
        for _ in 0..=latency / BLOCK {
            plugin.process(&left_only, &[]);
        }
        assert_eq!(plugin.process(&left_only, &[]).2, 2, "the right channel is silent");
        plugin.destroy();
    }
}

isolated! {
    fn a_block_at_the_wrong_time_or_too_long_is_an_error_and_silence(module) {
        let mut noise = Noise(5);
        let plugin = Plugin::new(module, Host::new(true));
        let is_silent = |(frames, status, mask): (Vec<[f32; 2]>, i32, u64)| {
            status == 0 && mask == 3 && frames.iter().flatten().all(|x| *x == 0.0)
        };
        assert!(is_silent(plugin.process(&noise.frames(BLOCK, 0.5), &[])), "before `activate`");
        assert!(!plugin.start(), "nothing is active");
        plugin.stop();
        plugin.reset();
        plugin.deactivate();
        assert!(plugin.activate(RATE, 1, BLOCK as u32));
        assert!(!plugin.activate(RATE, 1, BLOCK as u32), "it is active");
        plugin.process(&noise.frames(BLOCK, 0.5), &[]);
        assert!(plugin.start() && !plugin.start());
        assert!(is_silent(plugin.process(&noise.frames(BLOCK + 1, 0.5), &[])), "longer than was agreed on");
        assert!(is_silent(plugin.process(&noise.frames(100_000, 0.5), &[])));
        assert_ne!(plugin.process(&noise.frames(BLOCK, 0.5), &[]).1, 0);
        plugin.deactivate();
        assert!(is_silent(plugin.process(&noise.frames(BLOCK, 0.5), &[])), "after `deactivate`");
        plugin.destroy();
    }
}
