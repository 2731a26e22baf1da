//! What the bends of a curve cost, for the curves that are the smoothest under an obstacle: half of
//! `lambda sum (c_(i-1) - 2 c_i + c_(i+1))^2`, its gradient, its matrix of five diagonals, and the solution of such a matrix.

/// The main diagonal and the two beside it, of which the last one and the last two elements are not used.
pub type Diagonals<'a> = [&'a mut [f64]; 3];

/// Adds the gradient at `curve` to `gradient`.
#[inline(always)]
pub fn add_gradient(curve: &[f64], lambda: f64, gradient: &mut [f64]) {
    for i in 1..curve.len() - 1 {
        let bend = lambda * (curve[i - 1] - 2.0 * curve[i] + curve[i + 1]);
        gradient[i - 1] += bend;
        gradient[i] -= 2.0 * bend;
        gradient[i + 1] += bend;
    }
}

/// Adds the matrix to `diagonals`.
#[inline(always)]
pub fn add_matrix(lambda: f64, [d0, d1, d2]: Diagonals) {
    for i in 1..d0.len() - 1 {
        d0[i - 1] += lambda;
        d0[i] += 4.0 * lambda;
        d0[i + 1] += lambda;
        d1[i - 1] -= 2.0 * lambda;
        d1[i] -= 2.0 * lambda;
        d2[i - 1] += lambda;
    }
}

/// Solves for `r` in place, by factors L D L^T; the matrix is lost.
#[inline(always)]
pub fn solve([d0, d1, d2]: Diagonals, r: &mut [f64]) {
    let length = r.len();
    for i in 0..length {
        let pivot = 1.0 / d0[i];
        let (a, b) = (d1[i] * pivot, d2[i] * pivot);
        if i + 1 < length {
            d0[i + 1] -= a * d1[i];
            r[i + 1] -= a * r[i];
        }
        if i + 2 < length {
            d1[i + 1] -= a * d2[i];
            d0[i + 2] -= b * d2[i];
            r[i + 2] -= b * r[i];
        }
        (d1[i], d2[i]) = (a, b);
        r[i] *= pivot;
    }
    for i in (0..length).rev() {
        if i + 1 < length {
            r[i] -= d1[i] * r[i + 1];
        }
        if i + 2 < length {
            r[i] -= d2[i] * r[i + 2];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    #[test]
    fn the_solution_solves() {
        const LENGTH: usize = 9;
        let lambda = 30.0;
        let matrix = || {
            let mut diagonals = [[1.0; LENGTH], [0.0; LENGTH], [0.0; LENGTH]];
            let [d0, d1, d2] = &mut diagonals;
            add_matrix(lambda, [d0, d1, d2]);
            diagonals
        };
        let wanted: [f64; LENGTH] = std::array::from_fn(|i| math::sin(i as f64 * 1.7));
        // Its product with the matrix is the gradient, of the bends and of the squares.
        let mut r = wanted;
        add_gradient(&wanted, lambda, &mut r);
        let [d0, d1, d2] = &mut matrix();
        solve([d0, d1, d2], &mut r);
        for (found, wanted) in r.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-12, "{found}, {wanted}");
        }
    }
}
