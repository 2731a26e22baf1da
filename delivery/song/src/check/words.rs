//! What reports say in the same words, whether on a terminal, in HTML or in JSON.

use super::{Judged, Report};
use lacquer_dsp::detect::{Channels, Finding, Place, Severity, StoredWords, Verdict};

/// A time as m:ss.mmm; minutes go on past an hour.
pub fn time(seconds: f64) -> String {
    // Rounded first, so that 59.9996 s is 1:00.000.
    let ms = if seconds.is_finite() { (seconds.max(0.0) * 1000.0).round() as u64 } else { 0 };
    format!("{}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
}

/// Places as short as this are a moment, s; longer ones have an end.
const MOMENT_S: f64 = 0.1;

/// When and in which channel: "0:12.345 left", "1:00.000 to 1:04.000".
pub fn place(place: &Place, sample_rate_hz: f64) -> String {
    let start_s = place.start_frame as f64 / sample_rate_hz;
    let length_s = place.frames as f64 / sample_rate_hz;
    let mut text = time(start_s);
    if length_s > MOMENT_S {
        text += &format!(" to {}", time(start_s + length_s));
    }
    match place.channels {
        Channels::Left => text + " left",
        Channels::Right => text + " right",
        Channels::Both => text,
    }
}

/// Places that follow each other without a gap, told as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// From the first one's start to the last one's end, with the first one's figure.
    pub place: Place,
    /// How many places it stands for.
    pub count: u64,
}

/// A finding's places with those joined that touch, so that what lasts is not told second by second.
pub fn spans(places: &[Place]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for place in places {
        let end_frame = place.start_frame.saturating_add(place.frames);
        if let Some(Span { place: last, count }) = spans.last_mut() {
            let last_end_frame = last.start_frame.saturating_add(last.frames);
            if last.channels == place.channels
                && (last.start_frame..=last_end_frame).contains(&place.start_frame)
            {
                last.frames = end_frame.max(last_end_frame) - last.start_frame;
                *count += 1;
                continue;
            }
        }
        spans.push(Span { place: *place, count: 1 });
    }
    spans
}

/// Id of channels in JSON.
pub fn channels_id(channels: Channels) -> &'static str {
    match channels {
        Channels::Left => "left",
        Channels::Right => "right",
        Channels::Both => "both",
    }
}

/// The verdict as a headline.
pub fn verdict(verdict: Verdict, judged: Judged) -> &'static str {
    match (verdict, judged) {
        (Verdict::Fit, Judged::Mix) => "Fit to master",
        (Verdict::FitWithRemarks, Judged::Mix) => "Fit to master, with remarks",
        (Verdict::Fit, Judged::Master) => "Fit to deliver",
        (Verdict::FitWithRemarks, Judged::Master) => "Fit to deliver, with remarks",
        (Verdict::SendBack, _) => "SEND BACK",
    }
}

/// What is to be done with a file, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It goes back.
    SendBack,
    /// It misses what its target asks for.
    Misses,
    /// There is something to decide on.
    Remarks,
    /// Nothing.
    Fit,
}

/// The rank of a file among many.
pub fn rank(report: &Report) -> Rank {
    match report.verdict() {
        Verdict::SendBack => Rank::SendBack,
        _ if report.misses_its_target() => Rank::Misses,
        Verdict::FitWithRemarks => Rank::Remarks,
        Verdict::Fit => Rank::Fit,
    }
}

/// The headline of a file: its verdict, or that it misses what its target asks for.
pub fn headline(report: &Report) -> &'static str {
    match rank(report) {
        Rank::Misses => "MISSES ITS TARGET",
        _ => verdict(report.verdict(), report.judged),
    }
}

/// What the verdict means, in one sentence.
pub fn verdict_sentence(verdict: Verdict, judged: Judged, remarks: usize) -> String {
    if judged == Judged::Master {
        return match verdict {
            Verdict::Fit => "Nothing was found that keeps this from being delivered.".into(),
            Verdict::FitWithRemarks if remarks == 1 => {
                "One remark to decide on before it is delivered.".into()
            }
            Verdict::FitWithRemarks => format!("{remarks} remarks to decide on before it is delivered."),
            Verdict::SendBack => "This is not to be delivered. Make it again:".into(),
        };
    }
    match verdict {
        Verdict::Fit => "Nothing was found that keeps this from being mastered.".into(),
        Verdict::FitWithRemarks if remarks == 1 => {
            "One remark to decide on before mastering; a better export would make a better master.".into()
        }
        Verdict::FitWithRemarks => {
            format!(
                "{remarks} remarks to decide on before mastering; a better export would make a better master."
            )
        }
        Verdict::SendBack => "Mastering cannot repair this. Ask for a new mix:".into(),
    }
}

/// A severity as a tag of four letters.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Fail => "FAIL",
        Severity::Warn => "WARN",
        Severity::Note => "note",
    }
}

/// A sentence with its full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

/// A finding's figure against its threshold, with its unit.
pub fn figure(finding: &Finding) -> String {
    let unit = if finding.unit.is_empty() { String::new() } else { format!(" {}", finding.unit) };
    let value = |value: f64| {
        // Counts are whole; everything else is known to a hundredth at best.
        let decimals = if value.fract() == 0.0 { 0 } else { 2 };
        lacquer_report::number(value, decimals, false)
    };
    format!("{}{unit} against {}{unit}", value(finding.figure), value(finding.threshold))
}

/// The words of a file: "24 bit", "32 bit float", "lossy"; with the true bits where they are fewer.
pub fn stored_words(words: StoredWords, true_bits: Option<u32>) -> String {
    match (words, true_bits) {
        (StoredWords::Integer(bits), Some(true_bits)) if true_bits < bits => {
            format!("{true_bits} bit in words of {bits}")
        }
        (StoredWords::Integer(bits), _) => format!("{bits} bit"),
        (StoredWords::Float(bits), Some(true_bits)) => format!("{true_bits} bit in {bits} bit float"),
        (StoredWords::Float(bits), None) => format!("{bits} bit float"),
        (StoredWords::Lossy, _) => "lossy".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_before_they_are_cut() {
        assert_eq!(time(59.9996), "1:00.000");
        assert_eq!(time(12.3454), "0:12.345");
        assert_eq!(time(3723.5), "62:03.500");
        assert_eq!(time(f64::NAN), "0:00.000");
    }

    #[test]
    fn places_have_an_end_where_they_last() {
        let at = |start_frame, frames, channels| {
            place(&Place { start_frame, frames, channels, figure: 0.0 }, 48_000.0)
        };
        assert_eq!(at(48_000, 9, Channels::Left), "0:01.000 left");
        assert_eq!(at(48_000, 96_000, Channels::Both), "0:01.000 to 0:03.000");
    }

    #[test]
    fn places_that_touch_are_told_as_one() {
        let at = |start_frame, frames, channels| Place { start_frame, frames, channels, figure: 1.0 };
        let (left, right) = (Channels::Left, Channels::Right);
        let told =
            spans(&[at(0, 10, left), at(10, 10, left), at(21, 4, left), at(25, 5, right), at(28, 9, right)]);
        let ends: Vec<_> =
            told.iter().map(|span| (span.place.start_frame, span.place.frames, span.count)).collect();
        assert_eq!(ends, [(0, 20, 2), (21, 4, 1), (25, 12, 2)]);
        assert_eq!(spans(&[at(u64::MAX, 9, left), at(u64::MAX, 9, left)]).len(), 1);
    }

    #[test]
    fn padded_words_say_so() {
        assert_eq!(stored_words(StoredWords::Integer(24), Some(16)), "16 bit in words of 24");
        assert_eq!(stored_words(StoredWords::Integer(24), Some(24)), "24 bit");
        assert_eq!(stored_words(StoredWords::Float(32), None), "32 bit float");
    }
}
