//! The level of the waveform around each frame of a whole programme.

use crate::blocks::fir::Frame32;
use crate::blocks::true_peak::TruePeakDetector;
use crate::processor::CONTROL_PERIOD;

/// Calls `visit` with the number of each frame around which a channel's level may reach `floor`, and with the levels there.
pub fn visit_levels(
    frames: impl ExactSizeIterator<Item = Frame32>,
    true_peak: bool,
    floor: f32,
    mut visit: impl FnMut(usize, Frame32),
) {
    let mut detector = TruePeakDetector::new();
    let length = frames.len();
    let mut source = frames.chain(std::iter::repeat_n([0.0; 2], detector.delay()));
    let mut levels = [[0.0; 2]; CONTROL_PERIOD];
    let mut block = [[0.0f32; 2]; CONTROL_PERIOD];
    let mut position = 0;
    loop {
        let mut filled = 0;
        for (place, frame) in block.iter_mut().zip(source.by_ref()) {
            *place = frame;
            filled += 1;
        }
        if filled == 0 {
            return;
        }
        if detector.process(&block[..filled], true_peak, floor, &mut levels) {
            for (n, level) in levels[..filled].iter().enumerate() {
                if let Some(frame) =
                    (position + n).checked_sub(detector.delay()).filter(|frame| *frame < length)
                {
                    visit(frame, *level);
                }
            }
        }
        position += filled;
    }
}
