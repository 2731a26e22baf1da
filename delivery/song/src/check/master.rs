//! A master, judged as what is delivered: the form of its file against its target's, and what is a fault of a mix alone.

use lacquer_dsp::detect::{Check, Finding, Severity, StoredWords};
use lacquer_dsp::targets::{Rate, Target};

/// What a file is, as targets speak of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileForm {
    /// Sample rate, hertz.
    pub sample_rate_hz: u32,
    /// Its words.
    pub words: StoredWords,
}

/// What of a file's form a target does not take; none where it does.
pub fn form_finding(target: &Target, file: &FileForm) -> Option<Finding> {
    let wanted_hz = target.form.rate.of(file.sample_rate_hz);
    let bits = target.form.bits;
    let mut misses: Vec<String> = Vec::new();
    if wanted_hz != file.sample_rate_hz {
        misses.push(format!("{} Hz", file.sample_rate_hz));
    }
    match file.words {
        StoredWords::Lossy => misses.push("lossy".to_owned()),
        StoredWords::Float(found) => misses.push(format!("{found} bit floating point")),
        StoredWords::Integer(found) if found > bits => misses.push(format!("{found} bit")),
        StoredWords::Integer(_) => {}
    }
    if misses.is_empty() {
        return None;
    }
    let rate = match target.form.rate {
        Rate::Fixed(hz) => format!("{hz} Hz"),
        Rate::UpTo(u32::MAX) => "any rate".to_owned(),
        Rate::UpTo(hz) => format!("up to {hz} Hz"),
    };
    Some(Finding {
        check: Check::Platform,
        severity: Severity::Warn,
        figure: f64::from(file.sample_rate_hz),
        unit: "Hz",
        threshold: f64::from(wanted_hz),
        confidence: None,
        fact: format!("{} takes {rate}, {bits} bit; this file is {}", target.name, misses.join(", ")),
        advice: format!("Make it from the mix with --target {}", target.id),
        places: Vec::new(),
        place_count: 0,
    })
}

/// A master's loudness and dynamics were somebody's decision, and its word length is its target's: what a mix is asked to be exported
/// again for is a note there. Flat tops below full scale are the work of a limiter or a clipper: a remark where a mix would go back for
/// them, else a note.
pub fn judge(findings: &mut [Finding]) {
    for finding in findings {
        if finding.check == Check::HiddenClipping {
            finding.severity = match finding.severity {
                Severity::Fail => Severity::Warn,
                Severity::Warn | Severity::Note => Severity::Note,
            };
        }
        if matches!(finding.check, Check::Dynamics | Check::WordLength | Check::HeadAndTail) {
            finding.severity = Severity::Note;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::targets::find;

    #[test]
    fn a_file_of_another_form_is_told() {
        let of = |id: &str, sample_rate_hz, words| {
            form_finding(find(id).expect("a row"), &FileForm { sample_rate_hz, words })
                .map(|found| found.fact)
        };
        let (bits16, bits24) = (StoredWords::Integer(16), StoredWords::Integer(24));
        assert_eq!(of("cd", 44_100, bits16), None);
        assert_eq!(
            of("cd", 48_000, bits24).as_deref(),
            Some("Compact disc takes 44100 Hz, 16 bit; this file is 48000 Hz, 24 bit")
        );
        assert_eq!(of("spotify", 44_100, bits16), None, "shorter words are taken");
        assert!(of("ebu_r128", 44_100, bits24).is_some_and(|fact| fact.ends_with("is 44100 Hz")));
        assert!(of("distributor", 192_000, bits24).is_some_and(|fact| fact.contains("up to 96000 Hz")));
        assert!(of("distributor", 44_100, StoredWords::Lossy).is_some_and(|fact| fact.contains("lossy")));
    }
}
