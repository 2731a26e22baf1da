//! Discrete Fourier transforms of a power of two, of the same bits on every processor.
//!
//! ```text
//! X[k] = sum over n of x[n] e^(-2 pi i k n / N)          the inverse: e^(+2 pi i k n / N), unscaled
//! ```
//! Stockham's form, which sorts as it goes (W. T. Cochran et al., "What is the Fast Fourier Transform?", Proc. IEEE 55(10), 1967), by
//! fours, the last pass by two where the length asks for it. Libraries that are faster by the widest instructions of a processor add in
//! another order on each, and take their angles from the system: a master would not be the same on the machine next door. Here the order
//! is fixed, angles come from [`math`], and four numbers at a time are what every processor has ([`super::lanes`]).
//!
//! Spectra, meters and detectors, which nothing that sounds depends on, use `rustfft`.

mod real;

use super::lanes::{Lanes, Number};
use super::math;
pub use real::RealTransform;
use rustfft::num_complex::Complex;
use std::f64::consts::TAU;

/// Shortest length: all passes by lanes.
pub const SHORTEST: usize = 16;

/// Real and imaginary parts of as many numbers as there are lanes.
#[derive(Clone, Copy)]
struct Parts<L> {
    re: L,
    im: L,
}

impl<L: Lanes> Parts<L> {
    #[inline(always)]
    fn splat([re, im]: [L::Number; 2]) -> Self {
        Self { re: L::splat(re), im: L::splat(im) }
    }

    #[inline(always)]
    fn load(re: &L::Array, im: &L::Array) -> Self {
        Self { re: L::load(re), im: L::load(im) }
    }

    #[inline(always)]
    fn store(self, re: &mut L::Array, im: &mut L::Array) {
        self.re.store(re);
        self.im.store(im);
    }

    /// From complex numbers in memory, with the parts exchanged where it is `FLIPPED`.
    #[inline(always)]
    fn load_pairs<const FLIPPED: bool>([first, second]: &[L::Array; 2]) -> Self {
        let [re, im] = L::apart(L::load(first), L::load(second));
        if FLIPPED { Self { re: im, im: re } } else { Self { re, im } }
    }

    /// See [`Parts::load_pairs`].
    #[inline(always)]
    fn store_pairs<const FLIPPED: bool>(self, [first, second]: &mut [L::Array; 2]) {
        let (re, im) = if FLIPPED { (self.im, self.re) } else { (self.re, self.im) };
        let pairs = L::together(re, im);
        pairs[0].store(first);
        pairs[1].store(second);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { re: self.re.add(other.re), im: self.im.add(other.im) }
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { re: self.re.sub(other.re), im: self.im.sub(other.im) }
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let re = self.re.mul(other.re).sub(self.im.mul(other.im));
        Self { re, im: self.re.mul(other.im).add(self.im.mul(other.re)) }
    }
}

/// The transform of four numbers.
#[inline(always)]
fn four<L: Lanes>([a, b, c, d]: [Parts<L>; 4]) -> [Parts<L>; 4] {
    let (even, even_difference) = (a.add(c), a.sub(c));
    let (odd, odd_difference) = (b.add(d), b.sub(d));
    // -i times that of the odd ones is added and taken away: its parts exchanged, one of them the other way round.
    let (re, im) = (odd_difference.im, odd_difference.re);
    [
        even.add(odd),
        Parts { re: even_difference.re.add(re), im: even_difference.im.sub(im) },
        even.sub(odd),
        Parts { re: even_difference.re.sub(re), im: even_difference.im.add(im) },
    ]
}

/// Real and imaginary part of e^(-2 pi i n / of).
fn turn(n: usize, of: usize) -> [f64; 2] {
    let angle = -TAU * (n % of) as f64 / of as f64;
    [math::cos(angle), math::sin(angle)]
}

/// A pass between the first and the last.
#[derive(Debug, Clone)]
struct Pass<T> {
    /// Numbers side by side that have the same turns.
    stride: usize,
    /// Turns of the second to the fourth number of each butterfly.
    turns: Vec<[[T; 2]; 3]>,
}

/// The transform of complex numbers; see the module.
#[derive(Debug, Clone)]
pub struct Transform<L: Lanes> {
    length: usize,
    /// Turns of the first pass, number by number: real and imaginary parts of those of the second to the fourth.
    first: [Vec<L::Number>; 6],
    middle: Vec<Pass<L::Number>>,
    is_last_by_two: bool,
}

/// Parts of numbers by lanes.
type Side<'a, L> = (&'a [<L as Lanes>::Array], &'a [<L as Lanes>::Array]);
/// See [`Side`].
type SideMut<'a, L> = (&'a mut [<L as Lanes>::Array], &'a mut [<L as Lanes>::Array]);

impl<L: Lanes> Transform<L> {
    /// Of `length` numbers, a power of two from [`SHORTEST`] on. Allocates.
    pub fn new(length: usize) -> Self {
        debug_assert!(length.is_power_of_two() && length >= SHORTEST, "{length}");
        let number = L::Number::from_f64;
        let first = std::array::from_fn(|part| {
            (0..length / 4).map(|n| number(turn(n * (part / 2 + 1), length)[part % 2])).collect()
        });
        let (mut rest, mut stride) = (length / 4, 4);
        let mut middle = Vec::new();
        while rest > 4 {
            let turns = |n: usize| std::array::from_fn(|k| turn(n * (k + 1), rest).map(number));
            middle.push(Pass { stride, turns: (0..rest / 4).map(turns).collect() });
            (rest, stride) = (rest / 4, stride * 4);
        }
        Self { length, first, middle, is_last_by_two: rest == 2 }
    }

    /// Numbers of `scratch`, whose content does not matter.
    pub fn scratch(&self) -> Vec<L::Number> {
        vec![L::Number::default(); 4 * self.length]
    }

    /// [audio-thread] In place, of as many numbers as were told; `scratch` is one of [`Transform::scratch`].
    pub fn forward(&self, data: &mut [Complex<L::Number>], scratch: &mut [L::Number]) {
        self.run::<false>(data, scratch);
    }

    /// [audio-thread] In place, unscaled: after [`Transform::forward`] the numbers are there again, times the length.
    pub fn inverse(&self, data: &mut [Complex<L::Number>], scratch: &mut [L::Number]) {
        // With real and imaginary parts exchanged before and after, the forward one is the inverse.
        self.run::<true>(data, scratch);
    }

    fn run<const FLIPPED: bool>(&self, data: &mut [Complex<L::Number>], scratch: &mut [L::Number]) {
        let length = self.length;
        debug_assert_eq!((data.len(), scratch.len()), (length, 4 * length));
        // SAFETY: `Complex` is `repr(C)` and holds two numbers.
        let data = unsafe { std::slice::from_raw_parts_mut(data.as_mut_ptr().cast(), 2 * data.len()) };
        let (data, _) = L::arrays_mut(data).as_chunks_mut::<2>();
        let (one, other) = scratch.split_at_mut(2 * length);
        let [(re, im), (other_re, other_im)] = [one, other].map(|half| {
            let (re, im) = half.split_at_mut(length);
            (L::arrays_mut(re), L::arrays_mut(im))
        });
        self.first_pass::<FLIPPED>(data, (re, im));
        let (mut from, mut to) = ((re, im), (other_re, other_im));
        for pass in &self.middle {
            middle_pass::<L>(pass, self.length, (from.0, from.1), (to.0, to.1));
            std::mem::swap(&mut from, &mut to);
        }
        if self.is_last_by_two {
            last_by_two::<L, FLIPPED>((from.0, from.1), data);
        } else {
            last_by_four::<L, FLIPPED>((from.0, from.1), data);
        }
    }

    fn first_pass<const FLIPPED: bool>(&self, x: &[[L::Array; 2]], (re, im): SideMut<L>) {
        let [a, b, c, d] = quarters(x);
        let turns = self.first.each_ref().map(|turns| &L::arrays(turns)[..a.len()]);
        let (re, im) = (&mut re.as_chunks_mut::<4>().0[..a.len()], &mut im.as_chunks_mut::<4>().0[..a.len()]);
        for n in 0..a.len() {
            let pairs = Parts::<L>::load_pairs::<FLIPPED>;
            let [a, b, c, d] = four([pairs(&a[n]), pairs(&b[n]), pairs(&c[n]), pairs(&d[n])]);
            let b = b.mul(Parts::load(&turns[0][n], &turns[1][n]));
            let c = c.mul(Parts::load(&turns[2][n], &turns[3][n]));
            let d = d.mul(Parts::load(&turns[4][n], &turns[5][n]));
            store_all(L::columns([a.re, b.re, c.re, d.re]), &mut re[n]);
            store_all(L::columns([a.im, b.im, c.im, d.im]), &mut im[n]);
        }
    }
}

#[inline(always)]
fn store_all<L: Lanes>(rows: [L; 4], to: &mut [L::Array; 4]) {
    rows[0].store(&mut to[0]);
    rows[1].store(&mut to[1]);
    rows[2].store(&mut to[2]);
    rows[3].store(&mut to[3]);
}

#[inline(always)]
fn quarters<T>(x: &[T]) -> [&[T]; 4] {
    let quarter = x.len() / 4;
    let (first, second) = x.split_at(2 * quarter);
    let ([a, b], [c, d]) = (first.split_at(quarter).into(), second.split_at(quarter).into());
    [a, b, c, &d[..quarter]]
}

#[inline(always)]
fn quarters_mut<T>(x: &mut [T]) -> [&mut [T]; 4] {
    let quarter = x.len() / 4;
    let (first, second) = x.split_at_mut(2 * quarter);
    let ([a, b], [c, d]) = (first.split_at_mut(quarter).into(), second.split_at_mut(quarter).into());
    [a, b, c, &mut d[..quarter]]
}

fn middle_pass<L: Lanes>(pass: &Pass<L::Number>, length: usize, from: Side<L>, to: SideMut<L>) {
    // By lanes: `width` of them have the same turns.
    let width = pass.stride * from.0.len() / length;
    let (x_re, x_im) = (quarters(from.0), quarters(from.1));
    let outs = to.0.chunks_exact_mut(4 * width).zip(to.1.chunks_exact_mut(4 * width));
    for ((n, turns), (re, im)) in pass.turns.iter().enumerate().zip(outs) {
        let [first, second, third] = [turns[0], turns[1], turns[2]];
        let [first, second, third] = [Parts::<L>::splat(first), Parts::splat(second), Parts::splat(third)];
        let at = n * width..(n + 1) * width;
        let [a_re, b_re, c_re, d_re] =
            [&x_re[0][at.clone()], &x_re[1][at.clone()], &x_re[2][at.clone()], &x_re[3][at.clone()]];
        let [a_im, b_im, c_im, d_im] =
            [&x_im[0][at.clone()], &x_im[1][at.clone()], &x_im[2][at.clone()], &x_im[3][at]];
        let [re_a, re_b, re_c, re_d] = quarters_mut(re);
        let [im_a, im_b, im_c, im_d] = quarters_mut(im);
        for q in 0..width {
            let [a, b, c, d] = four([
                Parts::<L>::load(&a_re[q], &a_im[q]),
                Parts::load(&b_re[q], &b_im[q]),
                Parts::load(&c_re[q], &c_im[q]),
                Parts::load(&d_re[q], &d_im[q]),
            ]);
            a.store(&mut re_a[q], &mut im_a[q]);
            b.mul(first).store(&mut re_b[q], &mut im_b[q]);
            c.mul(second).store(&mut re_c[q], &mut im_c[q]);
            d.mul(third).store(&mut re_d[q], &mut im_d[q]);
        }
    }
}

fn last_by_four<L: Lanes, const FLIPPED: bool>(from: Side<L>, to: &mut [[L::Array; 2]]) {
    let (re, im) = (quarters(from.0), quarters(from.1));
    let [y_a, y_b, y_c, y_d] = quarters_mut(to);
    for q in 0..y_d.len() {
        let [a, b, c, d] = four([
            Parts::<L>::load(&re[0][q], &im[0][q]),
            Parts::load(&re[1][q], &im[1][q]),
            Parts::load(&re[2][q], &im[2][q]),
            Parts::load(&re[3][q], &im[3][q]),
        ]);
        a.store_pairs::<FLIPPED>(&mut y_a[q]);
        b.store_pairs::<FLIPPED>(&mut y_b[q]);
        c.store_pairs::<FLIPPED>(&mut y_c[q]);
        d.store_pairs::<FLIPPED>(&mut y_d[q]);
    }
}

fn last_by_two<L: Lanes, const FLIPPED: bool>(from: Side<L>, to: &mut [[L::Array; 2]]) {
    let half = to.len() / 2;
    let (y_a, y_b) = to.split_at_mut(half);
    let ((re_a, re_b), (im_a, im_b)) = (from.0.split_at(half), from.1.split_at(half));
    let halves = re_a.iter().zip(im_a).zip(re_b.iter().zip(im_b));
    for (((re_a, im_a), (re_b, im_b)), (y_a, y_b)) in halves.zip(y_a.iter_mut().zip(y_b)) {
        let (a, b) = (Parts::<L>::load(re_a, im_a), Parts::load(re_b, im_b));
        a.add(b).store_pairs::<FLIPPED>(y_a);
        a.sub(b).store_pairs::<FLIPPED>(y_b);
    }
}

#[cfg(test)]
mod tests;
