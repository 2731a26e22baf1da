//! Which checks count, and from where on: `--skip`, `--only` and `--threshold` of `check` and `master`.

use clap::Args;
use lacquer_dsp::detect::{Check, Finding, Severity};
use lacquer_song::check::Report;
use std::cmp::Reverse;

/// The switches of checks.
#[derive(Args, Default)]
pub struct Switches {
    /// Leave checks out, separated by commas; `lacquer --list checks` has their names
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', value_parser = named)]
    skip: Vec<Check>,
    /// Count these checks alone, separated by commas
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', value_parser = named, conflicts_with = "skip")]
    only: Vec<Check>,
    /// Move a check's threshold, in the unit of its figure, for instance noise_floor=-50: what stays within it is a note, what
    /// goes beyond it a remark at least; may be given often
    #[arg(long, value_name = "CHECK=VALUE", value_parser = threshold, allow_hyphen_values = true)]
    threshold: Vec<(Check, f64)>,
}

/// A check by its id, with dashes or underscores.
pub fn named(text: &str) -> Result<Check, String> {
    let id = text.trim().to_ascii_lowercase().replace('-', "_");
    Check::ALL.iter().copied().find(|check| check.id() == id).ok_or_else(|| {
        let known = Check::ALL.iter().map(|check| check.id()).collect::<Vec<_>>().join(", ");
        format!("there is no check of this name; give some of: {known}")
    })
}

fn threshold(text: &str) -> Result<(Check, f64), String> {
    let (id, value) = text.split_once('=').ok_or("give it as check=value, for instance noise_floor=-50")?;
    let check = named(id)?;
    if matches!(check, Check::File | Check::Platform) {
        return Err(format!("{} has figures of many kinds; leave it out with --skip", check.id()));
    }
    let value = value.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    Ok((check, value.ok_or("give a number behind the equals sign")?))
}

impl Switches {
    /// Leaves out and moves what was asked for. The verdict follows from what remains.
    pub fn apply(&self, report: &mut Report) {
        report.findings.retain(|finding| {
            !self.skip.contains(&finding.check)
                && (self.only.is_empty() || self.only.contains(&finding.check))
        });
        for (check, threshold) in &self.threshold {
            for finding in report.findings.iter_mut().filter(|finding| finding.check == *check) {
                hold(finding, *threshold);
            }
        }
        report.findings.sort_by_key(|finding| (Reverse(finding.severity), finding.check));
    }
}

/// Holds a finding against another threshold than its own. What has no figure cannot be, and what it is told for beside its figure stays.
fn hold(finding: &mut Finding, threshold: f64) {
    if !finding.figure.is_finite() || !finding.threshold.is_finite() {
        return;
    }
    let is_worse_below = finding.is_worse_below();
    let is_beyond = |threshold: f64| {
        if is_worse_below { finding.figure <= threshold } else { finding.figure >= threshold }
    };
    let severity = match (is_beyond(finding.threshold), is_beyond(threshold)) {
        (_, true) => finding.severity.max(Severity::Warn),
        (true, false) => Severity::Note,
        (false, false) => finding.severity,
    };
    if severity == Severity::Warn && finding.severity == Severity::Note {
        // A note's advice is to do nothing.
        "Beyond the threshold that was set for it: decide before it is mastered."
            .clone_into(&mut finding.advice);
    }
    (finding.severity, finding.threshold) = (severity, threshold);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(check: Check, severity: Severity, figure: f64, own: f64) -> Finding {
        Finding {
            check,
            severity,
            figure,
            unit: "dB",
            threshold: own,
            confidence: None,
            fact: String::new(),
            advice: String::new(),
            places: Vec::new(),
            place_count: 0,
        }
    }

    #[test]
    fn a_threshold_works_the_way_its_figure_goes() {
        use Severity::{Fail, Note, Warn};
        let (noise, dynamics, mono) = (Check::NoiseFloor, Check::Dynamics, Check::MonoCompatibility);
        for (check, severity, figure, own, asked, found) in [
            (noise, Fail, -52.0, -60.0, -50.0, Note),
            (noise, Warn, -52.0, -60.0, -55.0, Warn),
            (noise, Fail, -52.0, -60.0, -55.0, Fail),
            (noise, Note, -52.0, -60.0, -55.0, Warn),
            // Within its own threshold, too.
            (Check::Vinyl, Note, -27.6, -10.0, 0.0, Note),
            (Check::Vinyl, Note, -27.6, -10.0, -40.0, Warn),
            // Less is worse: dynamics, and what mono loses.
            (dynamics, Note, 12.1, 8.0, 6.0, Note),
            (dynamics, Note, 12.1, 8.0, 14.0, Warn),
            (dynamics, Warn, 7.0, 8.0, 6.0, Note),
            (mono, Note, -0.4, -6.0, -12.0, Note),
            (mono, Note, -0.4, -6.0, -0.1, Warn),
            (mono, Warn, f64::NAN, -6.0, -12.0, Warn),
            // A remark for something else than its figure: the bass that a device loses.
            (Check::Translation, Warn, -1.3, -6.0, -12.0, Warn),
        ] {
            let mut of = finding(check, severity, figure, own);
            hold(&mut of, asked);
            assert_eq!(
                of.severity, found,
                "{check}: {severity:?}, {figure} against {own}, asked for {asked}"
            );
        }
    }

    #[test]
    fn names_have_dashes_or_underscores_and_slips_are_told_what_there_is() {
        assert_eq!(named("Noise-Floor"), Ok(Check::NoiseFloor));
        assert!(named("noise").is_err_and(|said| said.contains("noise_floor")));
        assert_eq!(threshold("dc_offset=-40"), Ok((Check::DcOffset, -40.0)));
        for wrong in ["dc_offset", "dc_offset=", "dc_offset=nan", "file=1", "nothing=1"] {
            assert!(threshold(wrong).is_err(), "{wrong}");
        }
    }
}
