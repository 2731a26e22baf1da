//! International Standard Recording Codes (ISO 3901:2019).
//!
#![doc = include_str!("../README.md")]
#![warn(clippy::missing_errors_doc)]

pub mod anchor;
pub mod date;
pub mod history;
pub mod ledger;
pub mod list;
pub mod record;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A code: two letters and three letters or digits of prefix, two digits of year, five of designation. There is no check digit,
/// and the letters are no countries' (QM and QZ are valid).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Isrc([u8; 12]);

/// What a text has that a code must not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no ISRC ({reason}); give two letters, three letters or digits, two digits of year and five digits, for instance AA-6Q7-20-00047"
)]
pub struct IsrcError {
    /// What was given.
    pub text: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl FromStr for Isrc {
    type Err = IsrcError;

    /// With or without hyphens and spaces, in either case, with or without the word ISRC before it.
    fn from_str(text: &str) -> Result<Self, IsrcError> {
        let wrong = |reason| IsrcError { text: text.chars().take(64).collect(), reason };
        let trimmed = text.trim();
        let bare = match trimmed.get(..4) {
            Some(word) if word.eq_ignore_ascii_case("isrc") => {
                trimmed[4..].trim_start_matches([':', ' ', '-'])
            }
            _ => trimmed,
        };
        let mut code = [0; 12];
        let mut length = 0;
        for c in bare.chars().filter(|c| !matches!(c, '-' | ' ')) {
            if !c.is_ascii_alphanumeric() {
                return Err(wrong("it has other signs than letters, digits and hyphens"));
            }
            let Some(place) = code.get_mut(length) else { return Err(wrong("it is longer than 12 signs")) };
            *place = c.to_ascii_uppercase() as u8;
            length += 1;
        }
        if length < 12 {
            return Err(wrong("it is shorter than 12 signs"));
        }
        if !code[..2].iter().all(u8::is_ascii_uppercase) {
            return Err(wrong("the first two signs are letters"));
        }
        if !code[5..].iter().all(u8::is_ascii_digit) {
            return Err(wrong("the last seven signs are digits"));
        }
        Ok(Self(code))
    }
}

impl From<Isrc> for String {
    fn from(code: Isrc) -> Self {
        code.as_str().to_owned()
    }
}

impl TryFrom<String> for Isrc {
    type Error = IsrcError;

    fn try_from(text: String) -> Result<Self, IsrcError> {
        text.parse()
    }
}

impl Isrc {
    /// A code from its parts: a prefix of five signs, a year of 0 to 99 and a designation of 0 to 99999.
    ///
    /// # Errors
    /// [`IsrcError`] where a part has other characters or more of them.
    pub fn new(prefix: &str, year: u32, designation: u32) -> Result<Self, IsrcError> {
        let text = format!("{prefix}{year:02}{designation:05}");
        match text.parse() {
            Ok(code) if year <= 99 && designation <= 99_999 && prefix.len() == 5 => Ok(code),
            Ok(_) => Err(IsrcError { text, reason: "its prefix, year or designation has too many signs" }),
            Err(error) => Err(error),
        }
    }

    /// Every code that stands in `text` without hyphens, in either case: for texts whose form is lost.
    pub fn find_all(text: &str) -> Vec<Self> {
        // Windows of bytes: only ASCII can be a code, whatever stands around it.
        let bytes = text.as_bytes();
        let codes = bytes.windows(12).filter_map(|window| std::str::from_utf8(window).ok()?.parse().ok());
        codes.collect()
    }

    /// As it is stored: 12 signs, upper case, no hyphens.
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever let in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The prefix: five signs.
    pub fn prefix(&self) -> &str {
        &self.as_str()[..5]
    }

    /// The year of assignment, 0 to 99.
    pub fn year(&self) -> u32 {
        self.digits(5, 7)
    }

    /// The designation, 0 to 99999.
    pub fn designation(&self) -> u32 {
        self.digits(7, 12)
    }

    fn digits(&self, from: usize, to: usize) -> u32 {
        self.0[from..to].iter().fold(0, |number, digit| 10 * number + u32::from(digit - b'0'))
    }
}

impl fmt::Display for Isrc {
    /// As it is shown: AA-6Q7-20-00047.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let code = self.as_str();
        write!(f, "{}-{}-{}-{}", &code[..2], &code[2..5], &code[5..7], &code[7..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_every_spelling_and_shown_in_one() {
        for text in [
            "AA6Q72000047",
            "aa-6q7-20-00047",
            "ISRC AA-6Q7-20-00047",
            "isrc:AA6Q72000047",
            " AA 6Q7 20 00047 ",
        ] {
            let code: Isrc = text.parse().expect(text);
            assert_eq!((code.as_str(), code.to_string().as_str()), ("AA6Q72000047", "AA-6Q7-20-00047"));
            assert_eq!((code.prefix(), code.year(), code.designation()), ("AA6Q7", 20, 47));
        }
        for text in [
            "",
            "AA6Q7200004",
            "AA6Q720000478",
            "A16Q72000047",
            "AA6Q7200004X",
            "AA6Q7\u{660}000047",
            "ÄA6Q72000047",
            "isrc",
        ] {
            assert!(text.parse::<Isrc>().is_err(), "{text}");
        }
    }
}
