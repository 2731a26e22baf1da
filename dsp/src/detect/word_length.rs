//! How many bits the samples truly need.
//!
//! The OR of all sample words ([`super::true_bits`]) shows padding: bits that are never set. A 16-bit file that was turned up or down in 24 bits uses all of
//! them, but only every so many values: near zero, where music passes most often, the values that occur lie on a lattice. Values
//! that occur by chance lie one step apart now and then; those of a lattice never do.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::true_bits::read_in;
use super::{Check, Finding, Severity, StoredWords};

/// Words of a lattice are looked at in this many bits.
const LATTICE_BITS: u32 = 24;
/// Values below this many steps of 24 bits, -42 dBFS: enough for the coarsest lattice, few enough that music meets all of them.
const LATTICE_RANGE: i64 = 1 << 16;
/// A lattice of fewer values than this proves nothing.
const LEAST_VALUES: usize = 24;
/// A lattice of 20 bits or more in 24 is no loss to speak of.
const LEAST_STEP: u64 = 16;
/// Bits that a mix should come in.
const WANTED_BITS: u32 = 24;

/// See the module.
pub(super) struct WordLength {
    /// One bit for each value from -range to range, in words of 24 bits; empty where no lattice can be.
    seen: Vec<u64>,
}

impl Detector for WordLength {
    fn new(programme: &Programme) -> Self {
        let seen =
            if read_in(programme.words) > 16 { vec![0; 2 * LATTICE_RANGE as usize / 64] } else { Vec::new() };
        Self { seen }
    }

    fn push(&mut self, hop: &Hop) {
        if self.seen.is_empty() {
            return;
        }
        const STEPS: f64 = (1u64 << (LATTICE_BITS - 1)) as f64;
        for x in hop.frames.as_flattened() {
            let steps = x * STEPS;
            if steps.abs() < LATTICE_RANGE as f64 - 0.5 {
                // Rounded to the nearest, without a call: this is asked of every sample.
                let at = ((steps + 0.5f64.copysign(steps)) as i64 + LATTICE_RANGE) as usize;
                self.seen[at / 64] |= 1 << (at % 64);
            }
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let finding = |severity, bits: f64, fact: String, advice: &str| {
            Some(Finding {
                check: Check::WordLength,
                severity,
                figure: bits,
                unit: "bit",
                threshold: f64::from(WANTED_BITS),
                confidence: None,
                fact,
                advice: advice.to_owned(),
                places: Vec::new(),
                place_count: 0,
            })
        };
        let words = evidence.programme.words;
        let container = match words {
            StoredWords::Integer(bits) => format!("{bits}-bit"),
            StoredWords::Float(bits) => format!("{bits}-bit float"),
            StoredWords::Lossy => return None,
        };
        let padded = "Export the mix again as 24 bit or float straight from the session: this file was reduced to fewer bits on \
                      its way, and what they held is gone.";
        let true_bits = evidence.true_bits;
        if let Some(bits) = true_bits.filter(|bits| *bits <= 16 && *bits < read_in(words)) {
            let fact =
                format!("The {container} file holds {bits}-bit samples; the other bits are always zero.");
            return finding(Severity::Warn, f64::from(bits), fact, padded);
        }
        if let Some(step) = self.lattice_step() {
            let bits = f64::from(LATTICE_BITS) - (step as f64).log2();
            let fact = format!(
                "The {container} file holds about {bits:.0} bits that were turned up or down afterwards: samples occur only every {step} \
                 steps of 24 bits."
            );
            return finding(Severity::Warn, bits, fact, padded);
        }
        match (words, true_bits) {
            (StoredWords::Integer(stored), Some(bits)) if bits < stored && bits < WANTED_BITS => {
                let fact = format!("The {container} file uses {bits} of its bits.");
                finding(
                    Severity::Note,
                    f64::from(bits),
                    fact,
                    "Export as 24 bit or float if the session has more.",
                )
            }
            (StoredWords::Integer(stored), _) if stored <= 16 => {
                let fact = format!("The file stores {stored} bits.");
                let advice = "Master from a 24-bit or float export if there is one: every later step then adds less noise.";
                finding(Severity::Note, f64::from(stored), fact, advice)
            }
            _ => None,
        }
    }
}

impl WordLength {
    /// Steps of 24 bits from one value to the next, if all lie on a lattice.
    fn lattice_step(&self) -> Option<u64> {
        let mut gaps = Vec::new();
        let mut last = None;
        for (n, word) in self.seen.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                let at = 64 * n as u64 + u64::from(rest.trailing_zeros());
                rest &= rest - 1;
                if let Some(last) = last {
                    gaps.push(at - last);
                }
                last = Some(at);
            }
        }
        if gaps.len() < LEAST_VALUES {
            return None;
        }
        gaps.sort_unstable();
        let (low, middle) = (gaps[gaps.len() / 50], gaps[gaps.len() / 2]);
        // Rounding moves a value by one step; chance would have put one gap in fifty far below the middle one.
        (middle >= LEAST_STEP && 10 * low >= 9 * middle).then_some(middle)
    }
}
