//! A FLAC frame to integers (RFC 9639, section 9.2): exactly as long as its bits say, so that the next frame is where it ends.

use super::bits::{Bits, Short};
use super::crc::crc16;
use super::header::{Header, Layout};

/// What a frame is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its bytes end first.
    Short,
    /// It breaks the format's rules or its checksum.
    Wrong,
}

impl From<Short> for Fault {
    fn from(_: Short) -> Self {
        Self::Short
    }
}

/// Orders of prediction at most.
const MOST_ORDER: usize = 32;

/// Decodes the frame at the start of `bytes`, whose header is parsed and whose samples have `bits` bits, one vector a channel. Gives
/// the frame's bytes.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    bits: u32,
    channels: &mut Vec<Vec<i64>>,
) -> Result<usize, Fault> {
    let body = bytes.get(header.bytes..).ok_or(Fault::Short)?;
    let mut reader = Bits::new(body);
    let count = header.layout.channels();
    channels.resize(count, Vec::new());
    for (n, channel) in channels.iter_mut().enumerate() {
        // A difference needs a bit more.
        let is_side = match header.layout {
            Layout::Independent(_) => false,
            Layout::LeftSide | Layout::MidSide => n == 1,
            Layout::SideRight => n == 0,
        };
        channel.clear();
        subframe(&mut reader, bits + u32::from(is_side), header.frames, channel)?;
    }
    let length = header.bytes + reader.bytes_taken() + 2;
    let frame = bytes.get(..length).ok_or(Fault::Short)?;
    if crc16(frame) != 0 {
        return Err(Fault::Wrong);
    }
    if let [first, second] = &mut channels[..] {
        join(header.layout, first, second);
    }
    Ok(length)
}

/// Turns sums and differences into left and right: RFC 9639, section 4.2.
fn join(layout: Layout, first: &mut [i64], second: &mut [i64]) {
    for (first, second) in first.iter_mut().zip(second) {
        match layout {
            Layout::Independent(_) => return,
            Layout::LeftSide => *second = first.wrapping_sub(*second),
            Layout::SideRight => *first = first.wrapping_add(*second),
            Layout::MidSide => {
                let mid = first.wrapping_shl(1) | *second & 1;
                let side = *second;
                *first = mid.wrapping_add(side) >> 1;
                *second = mid.wrapping_sub(side) >> 1;
            }
        }
    }
}

fn subframe(reader: &mut Bits, bits: u32, frames: usize, into: &mut Vec<i64>) -> Result<(), Fault> {
    if reader.take(1)? != 0 {
        return Err(Fault::Wrong);
    }
    let kind = reader.take(6)? as usize;
    let wasted = if reader.take(1)? == 1 { reader.unary()? as u32 + 1 } else { 0 };
    let bits = bits.checked_sub(wasted).filter(|bits| *bits > 0).ok_or(Fault::Wrong)?;
    match kind {
        0 => {
            let value = reader.take_signed(bits)?;
            into.resize(frames, value);
        }
        1 => {
            for _ in 0..frames {
                into.push(reader.take_signed(bits)?);
            }
        }
        8..=12 => {
            warm_up(reader, bits, kind - 8, frames, into)?;
            residual(reader, frames, kind - 8, into)?;
            fixed(kind - 8, into);
        }
        32..=63 => {
            let order = kind - 31;
            warm_up(reader, bits, order, frames, into)?;
            let precision = reader.take(4)? as u32 + 1;
            if precision == 16 {
                return Err(Fault::Wrong);
            }
            let shift = reader.take_signed(5)?;
            let shift = u32::try_from(shift).map_err(|_| Fault::Wrong)?;
            let mut factors = [0; MOST_ORDER];
            for factor in &mut factors[..order] {
                *factor = reader.take_signed(precision)?;
            }
            residual(reader, frames, order, into)?;
            linear(&factors[..order], shift, into);
        }
        _ => return Err(Fault::Wrong),
    }
    if wasted > 0 {
        into.iter_mut().for_each(|x| *x <<= wasted);
    }
    Ok(())
}

fn warm_up(
    reader: &mut Bits,
    bits: u32,
    order: usize,
    frames: usize,
    into: &mut Vec<i64>,
) -> Result<(), Fault> {
    if order > frames {
        return Err(Fault::Wrong);
    }
    for _ in 0..order {
        into.push(reader.take_signed(bits)?);
    }
    Ok(())
}

/// The coded residual: RFC 9639, section 9.2.7.
fn residual(reader: &mut Bits, frames: usize, order: usize, into: &mut Vec<i64>) -> Result<(), Fault> {
    let width = match reader.take(2)? {
        0 => 4,
        1 => 5,
        _ => return Err(Fault::Wrong),
    };
    let escape = (1u64 << width) - 1;
    let partitions = 1usize << reader.take(4)?;
    if !frames.is_multiple_of(partitions) || frames / partitions < order {
        return Err(Fault::Wrong);
    }
    for partition in 0..partitions {
        let count = frames / partitions - if partition == 0 { order } else { 0 };
        let parameter = reader.take(width)?;
        if parameter == escape {
            let bits = reader.take(5)? as u32;
            for _ in 0..count {
                into.push(reader.take_signed(bits)?);
            }
        } else {
            let parameter = parameter as u32;
            for _ in 0..count {
                let folded = match reader.rice(parameter) {
                    Some(folded) => folded,
                    None => {
                        let high = reader.unary()?;
                        // A residual has 32 bits; what is longer is damage, and must not overflow.
                        if high >> 33 != 0 {
                            return Err(Fault::Wrong);
                        }
                        high << parameter | reader.take(parameter)?
                    }
                };
                into.push((folded >> 1) as i64 ^ -((folded & 1) as i64));
            }
        }
    }
    Ok(())
}

/// The fixed predictors: RFC 9639, section 9.2.5. Damaged frames may overflow; their checksum is wrong then.
fn fixed(order: usize, x: &mut [i64]) {
    let at = |x: &[i64], n: usize, back: usize| x[n - back];
    for n in order..x.len() {
        let guess = match order {
            0 => 0,
            1 => at(x, n, 1),
            2 => at(x, n, 1).wrapping_mul(2).wrapping_sub(at(x, n, 2)),
            3 => (at(x, n, 1).wrapping_sub(at(x, n, 2))).wrapping_mul(3).wrapping_add(at(x, n, 3)),
            _ => (at(x, n, 1).wrapping_add(at(x, n, 3)))
                .wrapping_mul(4)
                .wrapping_sub(at(x, n, 2).wrapping_mul(6))
                .wrapping_sub(at(x, n, 4)),
        };
        x[n] = x[n].wrapping_add(guess);
    }
}

/// Linear prediction: RFC 9639, section 9.2.6. Orders that encoders use have loops of their own length.
fn linear(factors: &[i64], shift: u32, x: &mut [i64]) {
    // In the order of the samples: a product of two slices.
    let mut turned = [0; MOST_ORDER];
    for (turned, factor) in turned.iter_mut().zip(factors.iter().rev()) {
        *turned = *factor;
    }
    match factors.len() {
        1..=4 => padded::<4>(factors.len(), &turned, shift, x),
        5..=8 => padded::<8>(factors.len(), &turned, shift, x),
        9..=12 => padded::<12>(factors.len(), &turned, shift, x),
        order => predict(&turned[..order], order, shift, x),
    }
}

/// A prediction of `order` at most `N`, with factors of 0 for the samples before.
fn padded<const N: usize>(order: usize, turned: &[i64; MOST_ORDER], shift: u32, x: &mut [i64]) {
    let mut factors = [0; N];
    factors[N - order..].copy_from_slice(&turned[..order]);
    // The first samples have no `N` before them.
    let first = N.min(x.len());
    predict(&turned[..order], order, shift, &mut x[..first]);
    for n in N..x.len() {
        let (before, rest) = x.split_at_mut(n);
        let Some(before) = before.last_chunk::<N>() else { return };
        let mut sum = 0i64;
        for (x, factor) in before.iter().zip(&factors) {
            sum = sum.wrapping_add(x.wrapping_mul(*factor));
        }
        rest[0] = rest[0].wrapping_add(sum >> shift);
    }
}

fn predict(turned: &[i64], order: usize, shift: u32, x: &mut [i64]) {
    for n in order..x.len() {
        let (before, rest) = x.split_at_mut(n);
        let sum = before[n - order..]
            .iter()
            .zip(turned)
            .fold(0i64, |sum, (x, factor)| sum.wrapping_add(x.wrapping_mul(*factor)));
        rest[0] = rest[0].wrapping_add(sum >> shift);
    }
}
