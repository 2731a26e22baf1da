//! Whether a few samples are all that is wrong: what is left of a residual when they are replaced by what fits best.
//!
//! A click adds to one or a few samples, and the residual of a linear prediction then carries the prediction's own answer to them: new values for these
//! samples take all of it away (A. J. E. M. Janssen, R. N. J. Veldhuis, L. B. Vries, "Adaptive Interpolation of Discrete-Time Signals That Can Be Modeled as
//! Autoregressive Processes", IEEE ASSP 34(2), 1986). The stroke of a drum, the start of a note or the pulse of a synthesizer goes on, and no few
//! samples mend it.

/// Samples that are replaced.
const SAMPLES: usize = 4;
/// How far around the highest residual its energy is looked at, samples before and after.
const AROUND: [usize; 2] = [8, 20];

/// The share of the residual's energy around `at`, its highest sample, that is left when the [`SAMPLES`] that explain most of it are replaced; 0 to 1.
/// `filter` makes the residual of the samples: e[n] = sum h[d] x[n - d].
pub(super) fn left(residual: &[f64], at: usize, filter: &[f64]) -> f64 {
    let end = (at + AROUND[1]).min(residual.len());
    let energy: f64 = residual[at.saturating_sub(AROUND[0])..end].iter().map(|error| error * error).sum();
    let first = at.saturating_sub(SAMPLES + 1);
    let mended = (first..=at).map(|start| explained(&residual[..end], start, filter)).fold(0.0, f64::max);
    if energy > 0.0 { (1.0 - mended / energy).clamp(0.0, 1.0) } else { 1.0 }
}

/// Energy that new values for the samples from `start` on take out of the residual: c' R^-1 c, where R are the products of the filter's answers to each of
/// them and c those with the residual.
fn explained(residual: &[f64], start: usize, filter: &[f64]) -> f64 {
    let answer = |sample: usize, n: usize| {
        n.checked_sub(start + sample).and_then(|d| filter.get(d)).copied().unwrap_or_default()
    };
    let rows = start..(start + SAMPLES + filter.len() - 1).min(residual.len());
    let product =
        |one: usize, other: usize| rows.clone().map(|n| answer(one, n) * answer(other, n)).sum::<f64>();
    // Cholesky's decomposition R = L L', row by row, and with it y = L^-1 c: the energy is y' y.
    let mut lower = [[0.0; SAMPLES]; SAMPLES];
    let mut solved = [0.0; SAMPLES];
    for n in 0..SAMPLES {
        for k in 0..n {
            let known: f64 = (0..k).map(|m| lower[n][m] * lower[k][m]).sum();
            lower[n][k] = (product(n, k) - known) / lower[k][k];
        }
        let rest = product(n, n) - lower[n].iter().map(|x| x * x).sum::<f64>();
        if rest <= 1e-9 {
            // Past the end of what is known.
            break;
        }
        lower[n][n] = rest.sqrt();
        let c: f64 = rows.clone().map(|at| answer(n, at) * residual[at]).sum();
        let known: f64 = (0..n).map(|k| lower[n][k] * solved[k]).sum();
        solved[n] = (c - known) / lower[n][n];
    }
    solved.iter().map(|y| y * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_explained_by_its_samples_and_a_step_is_not() {
        // A filter that foretells a low-passed sound.
        let filter = [1.0, -0.95];
        let residual = |added: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..64usize)
                .map(|n| {
                    let hiss = 0.01 * (n as f64 * 12.9898).sin();
                    hiss + (0..filter.len())
                        .filter(|d| *d <= n)
                        .map(|d| filter[d] * added(n - d))
                        .sum::<f64>()
                })
                .collect()
        };
        let click = residual(&|n| [0.3, 1.0, -0.5].get(n.wrapping_sub(30)).copied().unwrap_or_default());
        let step = residual(&|n| f64::from(u8::from(n >= 30)));
        let [click, step] = [click, step].map(|residual| left(&residual, 31, &filter));
        assert!(click < 0.01 && step > 0.1, "{click} of a click is left and {step} of a step");
        assert!(left(&residual(&|_| 0.0)[..31], 30, &filter) <= 1.0, "at the end of what is known");
    }
}
