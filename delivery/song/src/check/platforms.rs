//! What each delivery target will make of a file as it is: its gain, its limiter, how loud it plays, whether peaks are too high.
//!
//! The rules are [`lacquer_dsp::monitor::platform`]'s. A mix is not a master: its outcomes are notes, whether somebody names a target or
//! not; a master is taken for what is delivered.

use super::{CheckOptions, Judged};
use lacquer_dsp::detect::{Check, Finding, Severity};
use lacquer_dsp::metering::Measurement;
use lacquer_dsp::monitor::platform::{Outcome, Rejection, outcome};
use lacquer_dsp::targets::{Quieter, Target};

/// The id of the target that is judged by its groove.
pub const VINYL: &str = "vinyl";

/// A target and what it makes of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlatformOutcome {
    /// The target.
    pub target: Target,
    /// What it does.
    pub outcome: Outcome,
}

/// What each of `targets` does to what measured this.
pub fn outcomes(targets: &[Target], measured: &Measurement) -> Vec<PlatformOutcome> {
    targets
        .iter()
        .map(|target| PlatformOutcome {
            target: *target,
            outcome: outcome(target, measured.integrated_lufs, measured.true_peak_dbtp),
        })
        .collect()
}

impl PlatformOutcome {
    /// Whether a master that misses the level is refused or changed by somebody, rather than turned up or down.
    fn wants_its_level(&self) -> bool {
        self.target.quieter == Quieter::Unspecified && self.target.integrated_lufs.is_some()
    }

    /// What there is to say beside the figures, for instance "its limiter acts"; empty if nothing.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.outcome.rejection.iter().map(Rejection::to_string).collect();
        if self.outcome.is_over && !matches!(self.outcome.rejection, Some(Rejection::Over(_))) {
            remarks.push("peak too high".into());
        }
        if self.outcome.limits {
            remarks.push("its limiter acts".into());
        }
        match self.outcome.rejection {
            Some(_) => {}
            None if self.wants_its_level() => {
                remarks.push(if self.outcome.is_on_level { "on level" } else { "off its level" }.into());
            }
            None if self.outcome.stays_quiet => remarks.push("stays quiet".into()),
            None => {}
        }
        remarks
    }

    fn severity(&self, judged: Judged) -> Severity {
        if judged == Judged::Mix {
            return Severity::Note;
        }
        let is_refused = self.wants_its_level() && !self.outcome.is_on_level;
        if self.outcome.is_over || self.outcome.limits || is_refused {
            Severity::Warn
        } else {
            Severity::Note
        }
    }

    /// The finding for a target that was named.
    fn finding(&self, measured: &Measurement, judged: Judged) -> Finding {
        let (target, outcome) = (&self.target, &self.outcome);
        let is_silent = !measured.integrated_lufs.is_finite();
        let mut fact = match target.integrated_lufs {
            _ if is_silent => format!("{}: too quiet or too short to have a loudness", target.name),
            None => format!("{} plays it as it is, at {:.1} LUFS", target.name, measured.integrated_lufs),
            Some(level) if self.wants_its_level() => {
                let rejection = outcome.rejection.map_or(String::new(), |rejection| format!(": {rejection}"));
                format!(
                    "{} wants {level:.1} LUFS within {:.1} LU; this has {:.1} LUFS{rejection}",
                    target.name, target.tolerance_lu, measured.integrated_lufs
                )
            }
            Some(level) => {
                let quiet =
                    if outcome.stays_quiet { format!(", below its {level:.1}") } else { String::new() };
                match turned(outcome.gain_db) {
                    Some(turned) => {
                        format!("{} {turned}, to {:.1} LUFS{quiet}", target.name, outcome.integrated_lufs)
                    }
                    None => format!(
                        "{} plays it as it is, at {:.1} LUFS{quiet}",
                        target.name, measured.integrated_lufs
                    ),
                }
            }
        };
        let mut advice: Vec<String> = Vec::new();
        if outcome.is_over {
            fact += &format!(
                "; the true peak of {:.2} dBTP is above the {:.1} it asks for",
                measured.true_peak_dbtp, outcome.asked_dbtp
            );
            advice.push(format!("Set the limiter's ceiling to {:.1} dBTP", outcome.asked_dbtp));
        }
        if outcome.limits {
            fact += "; its own limiter acts";
            advice.push(
                "Limit to its level in the master, or take out peaks, so that its limiter rests".into(),
            );
        }
        if !is_silent && self.wants_its_level() && !outcome.is_on_level {
            let wanted_lufs = target.integrated_lufs.unwrap_or(measured.integrated_lufs);
            let change_db = wanted_lufs - measured.integrated_lufs;
            let way = if change_db < 0.0 { "quieter" } else { "louder" };
            advice.push(format!("Master it {:.1} dB {way}", change_db.abs()));
        } else if !is_silent && outcome.stays_quiet {
            advice.push(
                "It will play quieter than its neighbours: master it louder if that is not meant".into(),
            );
        }
        if advice.is_empty() {
            // What a groove takes is no matter of level: one voice says what has to change for it.
            let fits = if target.id == VINYL {
                "Its peaks fit; what the lathe makes of it is told under Vinyl"
            } else {
                "Nothing need be changed for it"
            };
            advice.push(fits.into());
        }
        // What decided: the peak, the level, or nothing but the gain.
        let (figure, unit, threshold) = match target.integrated_lufs {
            _ if outcome.is_over => (measured.true_peak_dbtp, "dBTP", outcome.asked_dbtp),
            Some(level) if self.wants_its_level() => (measured.integrated_lufs, "LUFS", level),
            _ => (outcome.gain_db, "dB", 0.0),
        };
        Finding {
            check: Check::Platform,
            severity: self.severity(judged),
            figure,
            unit,
            threshold,
            confidence: None,
            fact,
            advice: advice.join(". "),
            places: Vec::new(),
            place_count: 0,
        }
    }
}

/// "turns it down by 4.0 dB"; none if it does not turn it, to the tenth that is shown.
fn turned(gain_db: f64) -> Option<String> {
    let way = if gain_db < 0.0 { "down" } else { "up" };
    (gain_db.abs() >= 0.05).then(|| format!("turns it {way} by {:.1} dB", gain_db.abs()))
}

/// Findings for outcomes: one a target where the targets were named, or else one note on all of them; and for a master that no target
/// was named for what every distributor asks.
pub fn findings(outcomes: &[PlatformOutcome], wishes: &CheckOptions, measured: &Measurement) -> Vec<Finding> {
    if wishes.are_named || wishes.judged == Judged::Master {
        let judged: Vec<Target> = wishes.judges().collect();
        let judged = self::outcomes(&judged, measured);
        let mut findings: Vec<Finding> =
            judged.iter().map(|outcome| outcome.finding(measured, wishes.judged)).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        return findings;
    }
    let count = |wanted: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|of| wanted(&of.outcome)).count();
    let over = count(&|outcome| outcome.is_over);
    let mut parts = Vec::new();
    for (count, what) in [
        (count(&|outcome| outcome.gain_db < -0.05), "turn it down"),
        (count(&|outcome| outcome.gain_db > 0.05), "turn it up"),
        (count(&|outcome| outcome.limits), "limit it themselves"),
        (over, "ask for lower true peaks"),
        (count(&|outcome| outcome.rejection.is_some()), "reject it"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![Finding {
        check: Check::Platform,
        severity: Severity::Note,
        figure: over as f64,
        unit: "",
        threshold: 0.0,
        confidence: None,
        fact: format!("Released as it is, of {} targets {}", outcomes.len(), parts.join(", ")),
        advice: "Loudness and ceiling are the master's work; the table of platforms says what each does"
            .into(),
        places: Vec::new(),
        place_count: 0,
    }]
}

/// Loudness that the same programme has in two equal channels over that in one, LU (ITU-R BS.1770-5: the powers of channels add up).
const TWO_OVER_ONE_LU: f64 = 3.0;

/// A remark for a file of one channel that is held against levels of stereo: every player gives it to both loudspeakers.
pub fn one_channel(targets: &[Target], measured: &Measurement) -> Option<Finding> {
    let lufs = measured.integrated_lufs;
    (lufs.is_finite() && targets.iter().any(|target| target.integrated_lufs.is_some())).then(|| Finding {
        check: Check::Platform,
        severity: Severity::Note,
        figure: lufs + TWO_OVER_ONE_LU,
        unit: "LUFS",
        threshold: lufs,
        confidence: None,
        fact: format!(
            "The file has one channel, of {lufs:.1} LUFS; players and services make two of it, of {:.1} LUFS, and the levels above are theirs",
            lufs + TWO_OVER_ONE_LU
        ),
        advice: "Deliver it in two equal channels where a target is stereo, and hold that file against it".into(),
        places: Vec::new(),
        place_count: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::targets::{TARGETS, find};

    fn measured(integrated_lufs: f64, true_peak_dbtp: f64) -> Measurement {
        Measurement {
            integrated_lufs,
            momentary_max_lufs: integrated_lufs + 3.0,
            short_term_max_lufs: integrated_lufs + 2.0,
            loudness_range_lu: 5.0,
            true_peak_dbtp,
            sample_peak_dbfs: true_peak_dbtp,
            plr_db: true_peak_dbtp - integrated_lufs,
            dynamic_range_db: 8.0,
            correlation: 0.5,
            mono_loss_db: -1.0,
            frames: 48_000,
        }
    }

    fn of(id: &str, lufs: f64, dbtp: f64) -> Finding {
        let measured = measured(lufs, dbtp);
        judged(id, &measured, Judged::Master)
    }

    fn judged(id: &str, measured: &Measurement, judged: Judged) -> Finding {
        let target = *find(id).unwrap();
        let wishes = CheckOptions { judged, ..CheckOptions::new(vec![target], false) };
        findings(&outcomes(&[target], measured), &wishes, measured).remove(0)
    }

    #[test]
    fn a_named_target_judges_and_says_what_to_do() {
        let loud = of("spotify", -9.0, -0.5);
        assert_eq!((loud.severity, loud.figure, loud.threshold), (Severity::Warn, -0.5, -2.0));
        assert!(loud.fact.contains("turns it down by 5.0 dB, to -14.0 LUFS"), "{}", loud.fact);
        assert!(loud.advice.contains("ceiling to -2.0 dBTP"), "{}", loud.advice);
        let limited = of("spotify_loud", -16.0, -2.5);
        assert!(
            limited.severity == Severity::Warn && limited.fact.contains("limiter acts"),
            "{}",
            limited.fact
        );
        let off = of("ebu_r128", -18.0, -4.0);
        assert!(off.severity == Severity::Warn && off.advice.contains("5.0 dB quieter"), "{}", off.advice);
        assert!(off.fact.contains("rejected: 5.0 LU too loud"), "{}", off.fact);
        assert_eq!(of("ebu_r128", -23.1, -4.0).severity, Severity::Note);
        let kept = of("youtube", -20.0, -4.0);
        assert!(
            kept.severity == Severity::Note && kept.fact.contains("as it is, at -20.0 LUFS, below its -14.0")
        );
    }

    #[test]
    fn a_mix_nobody_delivers_yet_gets_one_note() {
        let measured = measured(-9.0, -0.1);
        let outcomes = outcomes(TARGETS, &measured);
        let findings = findings(&outcomes, &CheckOptions::new(Vec::new(), false), &measured);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Note);
        assert!(findings[0].fact.contains("turn it down"), "{}", findings[0].fact);
    }

    #[test]
    fn a_mix_is_told_what_a_target_would_make_of_it_and_not_blamed() {
        for (id, lufs, dbtp) in
            [("spotify", -9.0, -0.1), ("ebu_r128", -18.0, -0.1), ("spotify_loud", -29.5, -6.0)]
        {
            let measured = measured(lufs, dbtp);
            assert_eq!(judged(id, &measured, Judged::Mix).severity, Severity::Note, "{id}");
        }
        let wishes = CheckOptions { judged: Judged::Master, ..CheckOptions::new(Vec::new(), false) };
        let measured = measured(-9.0, -0.1);
        let found = findings(&outcomes(TARGETS, &measured), &wishes, &measured);
        assert!(
            found[0].severity == Severity::Warn && found[0].fact.contains("above the -1.0"),
            "{}",
            found[0].fact
        );
    }

    #[test]
    fn vinyl_is_told_with_one_voice() {
        // What the groove wants is told elsewhere: "nothing need be changed" must not stand beside it.
        let fits = of("vinyl", -14.0, -4.0);
        assert!(!fits.advice.contains("Nothing") && fits.advice.contains("Vinyl"), "{}", fits.advice);
        assert!(of("cd", -14.0, -4.0).advice.contains("Nothing need be changed"));
    }

    #[test]
    fn one_channel_against_targets_of_two_is_told() {
        let measured = measured(-17.0, -4.0);
        let found = one_channel(TARGETS, &measured).expect("a remark");
        assert!(found.fact.contains("-14.0 LUFS") && found.severity == Severity::Note, "{}", found.fact);
        assert!(one_channel(&[*find("cd").unwrap()], &measured).is_none(), "a disc has no level");
    }

    #[test]
    fn silence_has_no_gain_and_no_nonsense() {
        for target in TARGETS {
            let finding = of(target.id, f64::NEG_INFINITY, f64::NEG_INFINITY);
            assert!(!finding.fact.contains("inf") && !finding.advice.contains("inf"), "{}", finding.fact);
        }
    }
}
