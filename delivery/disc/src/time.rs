//! Times on a disc: MM:SS:FF, minutes, seconds and CD frames (75 a second).
//!
//! ```
//! use lacquer_disc::time::Time;
//!
//! let time = Time::parse("03:25:74").expect("a time");
//! assert_eq!((time.parts(), time.digits().as_str()), ((3, 25, 74), "032574"));
//! assert_eq!(Time::parse("03:25:75"), None, "a second has 75 frames");
//! ```

use super::FRAMES_PER_SECOND;
use std::fmt;

/// A time in CD frames, shown as MM:SS:FF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(
    /// CD frames.
    pub u32,
);

impl Time {
    /// Minutes, seconds (below 60) and frames (below 75).
    pub fn parts(self) -> (u32, u32, u32) {
        let seconds = self.0 / FRAMES_PER_SECOND;
        (seconds / 60, seconds % 60, self.0 % FRAMES_PER_SECOND)
    }

    /// From minutes, seconds and frames; none where seconds reach 60, frames 75 or minutes 1000.
    pub fn from_parts(minutes: u32, seconds: u32, frames: u32) -> Option<Self> {
        (minutes < 1000 && seconds < 60 && frames < FRAMES_PER_SECOND)
            .then(|| Self((minutes * 60 + seconds) * FRAMES_PER_SECOND + frames))
    }

    /// Reads MM:SS:FF; each part has one to three digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':').map(|part| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if digits { part.parse::<u32>().ok() } else { None }
        });
        let (minutes, seconds, frames) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() { None } else { Self::from_parts(minutes, seconds, frames) }
    }

    /// Reads the six digits MMSSFF.
    pub fn parse_digits(text: &str) -> Option<Self> {
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part = |from: usize| text.get(from..from + 2).and_then(|part| part.parse().ok());
        Self::from_parts(part(0)?, part(2)?, part(4)?)
    }

    /// The six digits MMSSFF.
    pub fn digits(self) -> String {
        let (minutes, seconds, frames) = self.parts();
        format!("{minutes:02}{seconds:02}{frames:02}")
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (minutes, seconds, frames) = self.parts();
        write!(f, "{minutes:02}:{seconds:02}:{frames:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_shown() {
        for frames in [0, 1, 74, 75, 4499, 4500, 359_849, 449_999] {
            assert_eq!(Time::parse(&Time(frames).to_string()), Some(Time(frames)));
            assert_eq!(Time::parse_digits(&Time(frames).digits()), Some(Time(frames)));
        }
        assert_eq!(Time(359_849).to_string(), "79:57:74");
        for text in ["", "1:2", "1:2:3:4", "00:60:00", "00:00:75", "+1:00:00", "0000:00:00", "\u{660}0:00:00"]
        {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        for text in ["", "00000", "006000", "000075", "00 000", "0000000", "\u{660}0000"] {
            assert_eq!(Time::parse_digits(text), None, "{text}");
        }
    }
}
