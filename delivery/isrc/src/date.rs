//! Today's date, in UTC.
//!
//! Days since 1970-01-01 to the Gregorian calendar by counting from 1 March of the year 0, so that leap days end a year:
//! Edward M. Reingold and Nachum Dershowitz, Calendrical Calculations, chapter 2.
//!
//! ```
//! use lacquer_isrc::date::Date;
//!
//! let day = Date::after_epoch(20_454);
//! assert_eq!((day.year, day.month, day.day), (2026, 1, 1));
//! assert!(!Date::after_epoch(0).is_credible(), "a clock that stands at 1970");
//! ```

use std::time::{SystemTime, UNIX_EPOCH};

/// Days of 400 years, after which the calendar repeats.
const ERA_DAYS: u64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: u64 = 719_468;

/// The year that this version belongs to; moved on with each release. A clock that is far from it is not believed.
const RELEASE_YEAR: u32 = 2026;
/// How many years a version is expected to be in use.
const YEARS_IN_USE: u32 = 4;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Year, for instance 2026.
    pub year: u32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day, 1 to 31.
    pub day: u32,
}

impl Date {
    /// The day it is, by the system's clock; a clock set before 1970 reads as 1970-01-01.
    pub fn today() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::after_epoch(since.as_secs() / 86_400)
    }

    /// Whether a clock that says this day may be right: not before this version was made, nor years after it. A battery that ran
    /// empty sets clocks to 1970.
    pub fn is_credible(self) -> bool {
        (RELEASE_YEAR..=RELEASE_YEAR + YEARS_IN_USE).contains(&self.year)
    }

    /// The day that is so many days after 1970-01-01.
    pub fn after_epoch(days: u64) -> Self {
        let days = days.saturating_add(EPOCH_DAYS);
        let (era, of_era) = (days / ERA_DAYS, days % ERA_DAYS);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Months from March: five of them have 153 days.
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self { year: year.try_into().unwrap_or(u32::MAX), month: month as u32, day: day as u32 }
    }
}

impl std::fmt::Display for Date {
    /// As ISO 8601 has it: 2026-11-25.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years_and_centuries() {
        for (days, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_782, "2026-11-25"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(Date::after_epoch(days).to_string(), text);
        }
    }
}
