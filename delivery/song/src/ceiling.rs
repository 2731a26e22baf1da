//! The last look at a render's peaks: rendered again with more room under the ceiling until its true peak holds it.
//!
//! ```text
//! reserve -> render -> true peak -> over the ceiling: more reserve -+
//!    ^                     +------> lowered too far: less ----------+
//!    +--------------------------------------------------------------+
//! ```
//!
//! The limiter aims 0.03 dB below the ceiling and its detector reads at most as much too low, so that the first render nearly always holds.

use crate::error::MasterError;
use crate::measure::{HighestPeak, highest_peak};
use lacquer_dsp::programme::Source;

/// Renders after the first at most; the second is rarely needed.
const MOST_RENDERS: usize = 6;
/// Amplitude by which the ceiling is lowered beyond what was over: 0.0001 dB.
const MARGIN: f64 = 1e-5;
/// A reserve is taken to lower the peak by at least this share of itself.
const LEAST_FALL: f64 = 0.2;
/// A render that was lowered is raised again where it ends further below the ceiling than this, dB: what a master may give away.
const LOWEST_DB: f64 = -0.05;

/// A render that holds its ceiling.
#[derive(Debug, Clone)]
pub struct Held<S> {
    /// The frames.
    pub frames: S,
    /// Their true peak.
    pub peak: HighestPeak,
    /// How often it was rendered again.
    pub retries: usize,
}

/// Renders with a reserve under the ceiling, an amplitude from 0 up, until the true peak is at most `ceiling_dbtp` (no bound is
/// [`f64::INFINITY`]), and no more than 0.05 dB below it if it had to be lowered.
///
/// # Errors
/// What `render` says, [`MasterError::OverCeiling`] if no render holds, or [`MasterError::Spill`].
pub fn held<S: Source<[f32; 2]>, E: From<MasterError>>(
    ceiling_dbtp: f64,
    sample_rate_hz: u32,
    mut render: impl FnMut(f64) -> Result<S, E>,
) -> Result<Held<S>, E> {
    let ceiling = 10f64.powf(ceiling_dbtp / 20.0);
    let lowest = 10f64.powf((ceiling_dbtp + LOWEST_DB) / 20.0);
    // The largest reserve that was too small, and the smallest that held.
    let (mut too_small, mut enough) = (0.0, None);
    let mut reserve = 0.0;
    let mut best: Option<Held<S>> = None;
    let mut over = HighestPeak::default();
    for retries in 0..=MOST_RENDERS {
        let frames = render(reserve)?;
        let peak = highest_peak(&frames).map_err(MasterError::Spill)?;
        if peak.level > ceiling {
            // What a reserve gives back, from the last two renders that were over: not always as much as it takes.
            let fallen =
                if retries > 0 { (over.level - peak.level) / (reserve - too_small).max(MARGIN) } else { 1.0 };
            over = peak;
            too_small = reserve;
            reserve += (peak.level - ceiling) / fallen.clamp(LEAST_FALL, 1.0) + MARGIN;
        } else {
            let is_high_enough = retries == 0 || peak.level >= lowest;
            if best.as_ref().is_none_or(|best| peak.level > best.peak.level) {
                best = Some(Held { frames, peak, retries });
            }
            if is_high_enough {
                break;
            }
            enough = Some(reserve);
            reserve = too_small;
        }
        if let Some(enough) = enough.filter(|enough| !(too_small + MARGIN..*enough).contains(&reserve)) {
            reserve = 0.5 * (too_small + enough);
        }
    }
    best.ok_or_else(|| {
        E::from(MasterError::OverCeiling {
            ceiling_dbtp,
            over_db: 20.0 * (over.level / ceiling).log10(),
            at_s: over.frame as f64 / f64::from(sample_rate_hz),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A render of one loud frame in silence, whose level each reserve gives.
    fn rendered(level: f64) -> Result<Vec<[f32; 2]>, MasterError> {
        let mut frames = vec![[0.0; 2]; 4000];
        frames[3000] = [level as f32, 0.0];
        Ok(frames)
    }

    #[test]
    fn what_holds_is_rendered_once() {
        for level in [0.5, 0.89] {
            let held = held(-1.0, 48_000, |_| rendered(level)).expect("it holds");
            assert_eq!((held.retries, held.peak.frame), (0, 3000));
        }
    }

    #[test]
    fn what_is_over_is_lowered_to_just_below_the_ceiling() {
        // The limiter gives its reserve back once, twice or three times over: it is lowered too far and has to come up again.
        for slope in [0.5, 1.0, 2.0, 3.0] {
            let held = held(-1.0, 48_000, |reserve| rendered(0.93 - slope * reserve)).expect("it holds");
            let dbtp = 20.0 * held.peak.level.log10();
            assert!((-1.05..=-1.0).contains(&dbtp) && held.retries > 0, "slope {slope}: {dbtp:.4} dBTP");
        }
    }

    #[test]
    fn what_never_holds_is_an_error_that_says_by_how_much_and_where() {
        let found: Result<Held<Vec<[f32; 2]>>, MasterError> = held(-1.0, 1000, |_| rendered(1.0));
        let Err(MasterError::OverCeiling { ceiling_dbtp, over_db, at_s }) = found else {
            panic!("{found:?}")
        };
        assert!(
            ceiling_dbtp == -1.0 && (over_db - 1.0).abs() < 1e-3 && at_s == 3.0,
            "{over_db} dB at {at_s} s"
        );
        let unbounded: Result<Held<Vec<[f32; 2]>>, MasterError> =
            held(f64::INFINITY, 1000, |_| rendered(1.5));
        assert!(unbounded.is_ok_and(|held| held.retries == 0));
    }
}
