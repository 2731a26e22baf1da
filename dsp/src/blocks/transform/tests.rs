use super::*;
use crate::blocks::lanes::{F32s, F64s, plain};

/// Even numbers in -1..1; the seed is fixed.
fn noise(count: usize) -> Vec<f64> {
    let mut state = 7u64;
    (0..count)
        .map(|_| {
            // D. Knuth, "The Art of Computer Programming" 2, MMIX.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

fn complex<T: Number>(length: usize) -> Vec<Complex<T>> {
    let number = T::from_f64;
    noise(2 * length)
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[re, im]| Complex { re: number(*re), im: number(*im) })
        .collect()
}

/// By its definition.
fn naive(x: &[Complex<f64>]) -> Vec<Complex<f64>> {
    let length = x.len();
    let turned = |k: usize| {
        let bin = |(n, x): (usize, &Complex<f64>)| {
            let [re, im] = turn(n * k % length, length);
            x * Complex::new(re, im)
        };
        x.iter().enumerate().map(bin).sum::<Complex<f64>>()
    };
    (0..length).map(turned).collect()
}

/// Largest error: that of the definition, whose sums round `length` times by 1.1e-16 at most, like noise.
fn bound(length: usize) -> f64 {
    1.5e-16 * (length as f64).sqrt()
}

/// The root mean square of the error against that of what is expected.
fn error(found: &[Complex<f64>], expected: &[Complex<f64>]) -> f64 {
    let power = |x: Complex<f64>| x.norm_sqr();
    let wrong: f64 = found.iter().zip(expected).map(|(found, expected)| power(found - expected)).sum();
    (wrong / expected.iter().map(|x| power(*x)).sum::<f64>()).sqrt()
}

#[test]
fn transforms_are_what_they_are_by_definition() {
    for length in [16, 32, 64, 128, 512, 2048] {
        let (single, double) = (Transform::<F32s>::new(length), Transform::<F64s>::new(length));
        let expected = naive(&complex(length));
        let mut found = complex(length);
        double.forward(&mut found, &mut double.scratch());
        assert!(error(&found, &expected) < bound(length), "{length}: {:e}", error(&found, &expected));
        double.inverse(&mut found, &mut double.scratch());
        let back: Vec<_> = found.iter().map(|x| x / length as f64).collect();
        // Eleven passes of roundings.
        assert!(error(&back, &complex(length)) < 1e-15, "{length}: {:e}", error(&back, &complex(length)));
        let mut found = complex(length);
        single.forward(&mut found, &mut single.scratch());
        let found: Vec<_> = found.iter().map(|x| Complex::new(f64::from(x.re), f64::from(x.im))).collect();
        // As above, of 6e-8.
        assert!(error(&found, &expected) < 5e-7, "{length}: {:e}", error(&found, &expected));
    }
}

#[test]
fn real_transforms_are_those_of_numbers_without_an_imaginary_part() {
    for length in [32, 64, 256, 2048] {
        let transform = RealTransform::<F64s>::new(length);
        let x = noise(length);
        let expected = naive(&x.iter().map(|x| Complex::new(*x, 0.0)).collect::<Vec<_>>());
        let (mut bins, mut scratch) = (transform.spectrum(), transform.scratch());
        transform.forward(&x, &mut bins, &mut scratch);
        assert!(
            error(&bins, &expected[..=length / 2]) < bound(length),
            "{length}: {:e}",
            error(&bins, &expected[..=length / 2])
        );
        assert_eq!((bins[0].im, bins[length / 2].im), (0.0, 0.0));
        let mut back = transform.signal();
        transform.inverse(&mut bins, &mut back, &mut scratch);
        for (back, x) in back.iter().zip(&x) {
            assert!((back / length as f64 - x).abs() < 1e-14, "{length}: {back} for {x}");
        }
    }
}

#[test]
fn lanes_give_the_bits_of_numbers_one_by_one() {
    for length in [16, 32, 512, 1024] {
        let (lanes, plain) = (Transform::<F32s>::new(length), Transform::<plain::F32s>::new(length));
        let (mut a, mut b) = (complex::<f32>(length), complex::<f32>(length));
        lanes.forward(&mut a, &mut lanes.scratch());
        plain.forward(&mut b, &mut plain.scratch());
        assert!(a == b, "{length}");
        let (lanes, plain) = (Transform::<F64s>::new(length), Transform::<plain::F64s>::new(length));
        let (mut a, mut b) = (complex::<f64>(length), complex::<f64>(length));
        lanes.inverse(&mut a, &mut lanes.scratch());
        plain.inverse(&mut b, &mut plain.scratch());
        assert!(a == b, "{length}");
    }
}
