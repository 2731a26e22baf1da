//! The album's number: UPC (12 digits) or EAN (13) of the GS1 General Specifications, with its check digit.
//!
//! ```
//! use lacquer_disc::upc::{check_digit, parse};
//!
//! assert_eq!(parse("4006381333931").as_deref(), Ok("4006381333931"));
//! assert!(parse("4006381333932").is_err(), "its check digit is wrong");
//! assert_eq!(check_digit(&[4, 0, 0, 6, 3, 8, 1, 3, 3, 3, 9, 3]), 1);
//! ```

/// What a text has that a UPC or EAN must not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpcError {
    /// Not 12 or 13 digits.
    #[error("{text:?} is no UPC or EAN: it has {digits} digits; give 12 or 13 digits")]
    Length {
        /// What was given.
        text: String,
        /// Digits in it.
        digits: usize,
    },
    /// Something else than digits.
    #[error("{text:?} is no UPC or EAN: it has the sign {sign:?}; give 12 or 13 digits")]
    Sign {
        /// What was given.
        text: String,
        /// The first sign that is no digit.
        sign: char,
    },
    /// The last digit does not fit the others.
    #[error(
        "{text:?}: the check digit is {found}, the digits before it give {expected}; compare the number with the label's"
    )]
    Check {
        /// What was given.
        text: String,
        /// The last digit.
        found: u8,
        /// What it would have to be.
        expected: u8,
    },
}

/// Check digit of the first twelve digits of an EAN: weights 1 and 3 in turn from the left. Values above 9 have no meaning.
pub fn check_digit(first_twelve: &[u8; 12]) -> u8 {
    let sum: u32 = first_twelve
        .iter()
        .zip([1, 3].iter().cycle())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// Reads a UPC or EAN, with or without spaces and hyphens. A UPC of 12 digits gets the leading 0 that makes it an EAN.
///
/// # Errors
/// Where it is not 12 or 13 digits, or the check digit does not fit.
pub fn parse(text: &str) -> Result<String, UpcError> {
    let shown = || text.chars().take(64).collect::<String>();
    let mut digits = Vec::with_capacity(13);
    for sign in text.trim().chars().filter(|c| !matches!(c, ' ' | '-')) {
        let digit = sign.to_digit(10).ok_or_else(|| UpcError::Sign { text: shown(), sign })?;
        digits.push(digit as u8);
    }
    if digits.len() == 12 {
        digits.insert(0, 0);
    }
    let (Some(first_twelve), 13) = (digits.first_chunk::<12>(), digits.len()) else {
        return Err(UpcError::Length { text: shown(), digits: digits.len() });
    };
    let (found, expected) = (digits[12], check_digit(first_twelve));
    if found != expected {
        return Err(UpcError::Check { text: shown(), found, expected });
    }
    Ok(digits.iter().map(|digit| char::from(b'0' + digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_digit_is_found_and_a_upc_becomes_an_ean() {
        // 4006381333931 is the number that GS1's own explanation of the check digit uses.
        assert_eq!(parse("4006381333931").as_deref(), Ok("4006381333931"));
        assert_eq!(parse(" 0-36000-29145-2").as_deref(), Ok("0036000291452"));
        for place in 0..13 {
            for add in 1..10 {
                let mut wrong = *b"4006381333931";
                wrong[place] = b'0' + (wrong[place] - b'0' + add) % 10;
                let text = String::from_utf8_lossy(&wrong).into_owned();
                assert!(matches!(parse(&text), Err(UpcError::Check { .. })), "{text}");
            }
        }
        assert!(matches!(parse("40063813339"), Err(UpcError::Length { digits: 11, .. })));
        assert!(matches!(parse("400638133393X"), Err(UpcError::Sign { sign: 'X', .. })));
        assert!(matches!(parse(""), Err(UpcError::Length { digits: 0, .. })));
    }
}
