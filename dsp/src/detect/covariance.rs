//! How two channels vary together: a Hermitian matrix of two by two.

use realfft::num_complex::Complex;

/// Left and right of one bin.
pub(super) type Pair = [Complex<f64>; 2];

/// The matrix [[left, cross], [conj(cross), right]].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Covariance {
    pub left: f64,
    pub right: f64,
    pub cross: Complex<f64>,
}

impl Covariance {
    /// x x^H.
    pub fn of([left, right]: Pair) -> Self {
        Self { left: left.norm_sqr(), right: right.norm_sqr(), cross: left * right.conj() }
    }

    /// Its own plus `share` of the other's.
    pub fn plus(self, other: Self, share: f64) -> Self {
        Self {
            left: self.left + share * other.left,
            right: self.right + share * other.right,
            cross: self.cross + other.cross * share,
        }
    }

    /// More of what is in neither channel with the other.
    pub fn raised(self, power: f64) -> Self {
        Self { left: self.left + power, right: self.right + power, ..self }
    }

    /// Power of both channels.
    pub fn trace(self) -> f64 {
        self.left + self.right
    }

    /// The inverse; zero of what has none.
    pub fn inverse(self) -> Self {
        let determinant = self.left * self.right - self.cross.norm_sqr();
        if determinant <= 0.0 {
            return Self::default();
        }
        Self {
            left: self.right / determinant,
            right: self.left / determinant,
            cross: -self.cross / determinant,
        }
    }

    /// The matrix times a vector.
    pub fn times(self, [left, right]: Pair) -> Pair {
        [left * self.left + self.cross * right, self.cross.conj() * left + right * self.right]
    }

    /// y^H M y.
    pub fn form(self, y: Pair) -> f64 {
        let [left, right] = self.times(y);
        (y[0].conj() * left + y[1].conj() * right).re
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_undoes_its_matrix_and_weighs_a_vector_by_itself() {
        let x = [Complex::new(0.3, -0.2), Complex::new(-1.0, 0.5)];
        let matrix = Covariance::of([Complex::new(1.0, 2.0), Complex::new(0.5, -0.1)]).raised(0.2);
        let back = matrix.inverse().times(matrix.times(x));
        let error = (back[0] - x[0]).norm() + (back[1] - x[1]).norm();
        assert!(error < 1e-12, "{back:?} of {x:?}");
        // x^H (x x^H + p)^-1 x = |x|^2 / (|x|^2 + p).
        let power = Covariance::of(x).trace();
        let form = Covariance::of(x).raised(0.1).inverse().form(x);
        assert!((form - power / (power + 0.1)).abs() < 1e-12, "{form}");
        assert_eq!(Covariance::default().inverse(), Covariance::default());
    }
}
