//! Fades: one gain a frame, from silence to all or back.

use super::file::Curve;

/// Which end of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its beginning: up.
    In,
    /// Its end: down.
    Out,
}

/// The gain at a share of a fade up, 0 to 1. That of a fade down is the gain at 1 less the share; with [`Curve::EqualPower`] the
/// squares of both are 1 together.
pub fn gain(curve: Curve, share: f64) -> f64 {
    match curve {
        Curve::Linear => share,
        Curve::EqualPower => (share * std::f64::consts::FRAC_PI_2).sin(),
        Curve::Smooth => 0.5 - 0.5 * (share * std::f64::consts::PI).cos(),
    }
}

/// Fades frames from their first to their last.
pub fn fade(frames: &mut [[f32; 2]], curve: Curve, edge: Edge) {
    let length = frames.len() as f64;
    for (n, frame) in frames.iter_mut().enumerate() {
        let share = (n as f64 + 0.5) / length;
        let gain = gain(curve, if edge == Edge::In { share } else { 1.0 - share });
        *frame = frame.map(|x| (f64::from(x) * gain) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_meet_in_the_middle_and_equal_power_keeps_it() {
        for curve in [Curve::Linear, Curve::EqualPower, Curve::Smooth] {
            assert!(gain(curve, 0.0).abs() < 1e-12 && (gain(curve, 1.0) - 1.0).abs() < 1e-12);
            let gains: Vec<f64> = (0..=100).map(|n| gain(curve, f64::from(n) / 100.0)).collect();
            assert!(gains.is_sorted(), "{curve:?} rises");
        }
        for n in 0..=100 {
            let share = f64::from(n) / 100.0;
            let power = gain(Curve::EqualPower, share).powi(2) + gain(Curve::EqualPower, 1.0 - share).powi(2);
            assert!((power - 1.0).abs() < 1e-12);
        }
    }
}
