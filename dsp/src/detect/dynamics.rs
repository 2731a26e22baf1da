//! Dynamics, and whether there are any left: peak to loudness ratio, peak to short-term loudness ratio, range.
//!
//! Below a PLR of 8 dB a programme is over-limited (AES e-Brief 373); a mix that arrives so leaves a master nothing to do.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::{Check, Finding, Severity};

/// PLR, dB.
const WARN_DB: f64 = 8.0;
const FAIL_DB: f64 = 6.0;
/// PSR, dB: where loud parts have as little left, a quiet part makes up for nothing.
const WARN_PSR_DB: f64 = 7.0;
const FAIL_PSR_DB: f64 = 5.0;
/// Sure flat tops a second that tell a limiter from an organ.
const FLAT_PER_S: f64 = 1.0;
/// Hops of 10 ms in 3 s.
const HOPS: usize = 300;
/// PSR is counted in steps of 0.1 dB up to 40 dB, while the short-term loudness is above this, LUFS.
const PSR_BINS: usize = 400;
const PSR_STEP_DB: f64 = 0.1;
const PLAYS_LUFS: f64 = -50.0;
/// Too little programme for a figure, s.
const LEAST_S: f64 = 3.0;

/// See the module.
pub(super) struct Dynamics {
    peaks: [f64; HOPS],
    hops: usize,
    psr: [u64; PSR_BINS],
    energy: f64,
}

impl Detector for Dynamics {
    fn new(_programme: &Programme) -> Self {
        Self { peaks: [0.0; HOPS], hops: 0, psr: [0; PSR_BINS], energy: 0.0 }
    }

    fn push(&mut self, hop: &Hop) {
        self.peaks[self.hops % HOPS] = hop.peak[0].max(hop.peak[1]);
        self.hops += 1;
        self.energy += hop.energy[0].max(hop.energy[1]);
        // Ten times a second is as often as the range is read.
        if self.hops.is_multiple_of(10) && hop.short_term_lufs > PLAYS_LUFS {
            let peak = self.peaks.iter().copied().fold(0.0, f64::max);
            let psr_db = 20.0 * peak.max(1e-10).log10() - hop.short_term_lufs;
            self.psr[((psr_db / PSR_STEP_DB).max(0.0) as usize).min(PSR_BINS - 1)] += 1;
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let measured = evidence.measurement;
        if !measured.plr_db.is_finite() || evidence.seconds(evidence.frames) < LEAST_S {
            return None;
        }
        let crest_db =
            measured.sample_peak_dbfs - 10.0 * (self.energy / evidence.frames as f64).max(1e-20).log10();
        let psr_db = self.median_psr_db().unwrap_or(f64::INFINITY);
        let (is_flat, is_flatter) = (
            measured.plr_db < WARN_DB || psr_db < WARN_PSR_DB,
            measured.plr_db < FAIL_DB || psr_db < FAIL_PSR_DB,
        );
        let severity = if is_flatter && evidence.flat_tops_per_s >= FLAT_PER_S {
            Severity::Fail
        } else if is_flat {
            Severity::Warn
        } else {
            Severity::Note
        };
        let psr = if psr_db.is_finite() { format!(", PSR {psr_db:.1} dB") } else { String::new() };
        Some(Finding {
            check: Check::Dynamics,
            severity,
            figure: measured.plr_db,
            unit: "dB",
            threshold: WARN_DB,
            confidence: None,
            fact: format!(
                "PLR {:.1} dB{psr}, crest factor {crest_db:.1} dB, loudness range {:.1} LU, dynamic range {:.0} dB at {:.1} LUFS.",
                measured.plr_db, measured.loudness_range_lu, measured.dynamic_range_db, measured.integrated_lufs
            ),
            advice: match severity {
                Severity::Note => "Nothing to do.",
                Severity::Warn => {
                    "The mix is limited already: send it without the limiter and the loudness plugins on the mix bus, and this one along as a \
                     reference."
                }
                Severity::Fail => {
                    "The mix is limited until it clips: take the limiter, the clipper and the loudness plugins off the mix bus, leave 6 dB of \
                     headroom, and export again; this version can go along as a reference."
                }
            }
            .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

impl Dynamics {
    /// The PSR that half of the time lies below, dB.
    fn median_psr_db(&self) -> Option<f64> {
        let half = self.psr.iter().sum::<u64>().div_ceil(2);
        let mut seen = 0;
        let found = self.psr.iter().position(|count| {
            seen += count;
            half > 0 && seen >= half
        });
        found.map(|bin| (bin as f64 + 0.5) * PSR_STEP_DB)
    }
}
