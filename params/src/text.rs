//! Numbers as people write them: "1.2k", "1.2 kHz", "3k1", "-6 dB", "50 %", "4 : 1", "0.2 s", "off".

use lacquer_dsp::parameters::Unit;

/// Factor of a unit as typed (lower case, no spaces) to `unit`; `None` if it is another quantity's.
fn factor(unit: Unit, typed: &str) -> Option<f64> {
    let known: &[(&str, f64)] = match unit {
        Unit::None => &[("", 1.0)],
        Unit::Decibel => &[("", 1.0), ("db", 1.0)],
        Unit::DecibelFullScale => &[("", 1.0), ("db", 1.0), ("dbfs", 1.0)],
        Unit::DecibelTruePeak => &[("", 1.0), ("db", 1.0), ("dbtp", 1.0), ("dbfs", 1.0)],
        Unit::Hertz => &[("", 1.0), ("hz", 1.0), ("k", 1e3), ("khz", 1e3)],
        Unit::Millisecond => &[("", 1.0), ("ms", 1.0), ("s", 1e3), ("us", 1e-3), ("\u{b5}s", 1e-3)],
        Unit::Percent => &[("", 1.0), ("%", 1.0)],
        Unit::Ratio => &[("", 1.0), (":1", 1.0), (":", 1.0), ("x", 1.0)],
        Unit::Degree => &[("", 1.0), ("\u{b0}", 1.0), ("deg", 1.0), ("degrees", 1.0)],
    };
    known.iter().find(|(name, _)| *name == typed).map(|(_, factor)| *factor)
}

/// Reads a number in `unit`, however its units and digits are written: "3k1" for 3.1 k, a true minus, a comma as `number` takes it.
pub fn parse(text: &str, unit: Unit) -> Option<f64> {
    let typed: String = text
        .trim()
        .chars()
        .map(|letter| if letter == '\u{2212}' { '-' } else { letter.to_ascii_lowercase() })
        .collect();
    let is_of_digits =
        |letter: char| is_group_mark(letter) || matches!(letter, '0'..='9' | '.' | ',' | '+' | '-');
    let end = typed.find(|letter| !is_of_digits(letter)).unwrap_or(typed.len());
    let (digits, rest) = typed.split_at(end);
    let digits = digits.trim_end();
    let rest: String = rest.chars().filter(|letter| !letter.is_whitespace()).collect();
    let after_k = rest.strip_prefix('k').map(|decimals| decimals.trim_end_matches("hz"));
    if let (Unit::Hertz, Some(decimals)) = (unit, after_k)
        && !decimals.is_empty()
        && decimals.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.contains(['.', ','])
    {
        return number(&format!("{digits}.{decimals}")).map(|value| value * 1e3);
    }
    let value = number(digits)? * factor(unit, &rest)?;
    value.is_finite().then_some(value)
}

/// What stands between groups of three digits and nowhere else: spaces of every width and the apostrophe.
fn is_group_mark(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\'' | '\u{2019}')
}

/// Reads digits with their sign and marks: "1200", "1,200" and "1 200" are twelve hundred, "1,5" and "1.5" one and a half.
///
/// A point is a decimal point. A comma before exactly three digits parts thousands, as in "1,200", unless a nought stands before it
/// ("0,707"); any other comma is a decimal one. Where both stand, the last is the decimal mark. What is neither is refused.
fn number(digits: &str) -> Option<f64> {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let digits = digits.trim_start();
    let count = |mark: char| digits.matches(mark).count();
    let is_grouped = |mark: char| !digits.starts_with('0') && whole(digits, mark).is_some();
    let decimal = match (count('.'), count(',')) {
        (1, commas) if commas == 0 || digits.find('.') > digits.rfind(',') => Some('.'),
        (0, 1) if !is_grouped(',') => Some(','),
        (_, 1) if digits.find(',') > digits.rfind('.') && count('.') > 0 => Some(','),
        (0, _) => None,
        _ => return None,
    };
    let (before, after) = decimal.and_then(|mark| digits.split_once(mark)).unwrap_or((digits, ""));
    let group = if decimal == Some(',') { '.' } else { ',' };
    let before = if before.is_empty() && !after.is_empty() { "0".to_owned() } else { whole(before, group)? };
    if !after.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{before}.{after}0").parse::<f64>().ok().map(|value| sign * value)
}

/// The digits of a whole number without the marks between its groups of three; none if they stand anywhere else.
fn whole(digits: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = digits.split(|letter| letter == mark || is_group_mark(letter)).collect();
    let (first, rest) = groups.split_first()?;
    let is_of_digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    (groups.iter().all(is_of_digits) && is_grouped).then(|| groups.concat())
}

/// Shows a number without its unit, with as many decimals as the quantity can be heard or set to.
pub fn format(value: f32, unit: Unit) -> String {
    /// Below these more decimals are shown, one for each.
    const STEPS: [f64; 2] = [1000.0, 10.0];
    let decimals = match unit {
        Unit::Decibel | Unit::DecibelFullScale | Unit::DecibelTruePeak | Unit::None | Unit::Ratio => 2,
        // As the number is shown, not as it is: 999.97 with one decimal would be 1000.0, which is read as a number that shows none.
        Unit::Hertz | Unit::Millisecond => STEPS
            .iter()
            .zip(0..)
            .filter(|(step, decimals)| {
                let scale = 10f64.powi(decimals + 1);
                (f64::from(value.abs()) * scale).round() / scale < **step
            })
            .count(),
        Unit::Percent | Unit::Degree => 1,
    };
    let shown = std::format!("{value:.decimals$}");
    // "-0.00" is what rounding leaves of a tiny negative number.
    if shown.trim_start_matches('-').bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        shown.trim_start_matches('-').to_owned()
    } else {
        shown
    }
}

/// Reads a switch.
pub fn parse_switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Letters and digits alone, in lower case: what names are compared by.
pub fn key(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Widens a parameter's value to the shortest decimal number it stands for, to six significant digits.
///
/// A host hands a value over as a fraction of the travel in single precision; 1000 Hz comes back as 1000.0003 Hz and
/// -0.3 dB as -0.30000001 dB. Rounded, the same setting is the same number on every way into the chain. No allocation.
pub fn tidy(value: f32) -> f64 {
    let value = f64::from(value);
    let magnitude = value.abs();
    if magnitude == 0.0 || !magnitude.is_finite() {
        return value;
    }
    // Digits after the point that make six significant ones, at most eight: below 0.01 nothing has a meaning here.
    let mut scale = 1e8;
    let mut limit = 1e-2;
    while magnitude >= limit && scale > 1.0 {
        scale *= 0.1;
        limit *= 10.0;
    }
    let scale = f64::round(scale);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("1.2k", Unit::Hertz, 1200.0),
            ("1.2 kHz", Unit::Hertz, 1200.0),
            ("3k1", Unit::Hertz, 3100.0),
            ("1,2 khz", Unit::Hertz, 1200.0),
            ("80", Unit::Hertz, 80.0),
            ("-6 dB", Unit::Decibel, -6.0),
            ("\u{2212}6", Unit::Decibel, -6.0),
            ("+1.5dB", Unit::Decibel, 1.5),
            ("-1 dBTP", Unit::DecibelTruePeak, -1.0),
            ("50 %", Unit::Percent, 50.0),
            ("50", Unit::Percent, 50.0),
            ("4:1", Unit::Ratio, 4.0),
            ("4 : 1", Unit::Ratio, 4.0),
            ("0.2 s", Unit::Millisecond, 200.0),
            ("30ms", Unit::Millisecond, 30.0),
            ("1,200 Hz", Unit::Hertz, 1200.0),
            ("1,200", Unit::Hertz, 1200.0),
            ("12,345.5", Unit::Hertz, 12_345.5),
            ("12.345,5", Unit::Hertz, 12_345.5),
            ("1 200 Hz", Unit::Hertz, 1200.0),
            ("1\u{202f}200", Unit::Hertz, 1200.0),
            ("1'200", Unit::Hertz, 1200.0),
            ("1,234,567", Unit::Hertz, 1_234_567.0),
            ("1,5", Unit::Hertz, 1.5),
            ("1,25", Unit::Millisecond, 1.25),
            ("0,707", Unit::None, 0.707),
            ("-0,125 dB", Unit::Decibel, -0.125),
            ("1.250", Unit::None, 1.25),
            (".5", Unit::None, 0.5),
            ("5.", Unit::None, 5.0),
            ("- 6", Unit::Decibel, -6.0),
            ("0.2 S", Unit::Millisecond, 200.0),
            ("1.2 KHZ", Unit::Hertz, 1200.0),
        ];
        for (text, unit, expected) in cases {
            let value = parse(text, unit);
            assert!(
                value.is_some_and(|value| (value - expected).abs() < 1e-9),
                "{text}: {value:?}, not {expected}"
            );
        }
        for (text, unit) in [
            ("", Unit::Decibel),
            ("loud", Unit::Decibel),
            ("5 ms", Unit::Hertz),
            ("nan", Unit::None),
            ("1.2.3", Unit::None),
            ("1,2,3", Unit::None),
            ("1,2345,678", Unit::None),
            ("1,234,56", Unit::None),
            ("1.234,567,8", Unit::None),
            ("1,234.5.6", Unit::None),
            ("3 5", Unit::Hertz),
            ("1 2 00", Unit::Hertz),
            (",", Unit::None),
            (".", Unit::None),
            ("-", Unit::None),
            ("+-5", Unit::None),
            ("5-", Unit::None),
            ("5 -", Unit::None),
            ("1,5k2", Unit::Hertz),
            ("'5", Unit::None),
        ] {
            assert_eq!(parse(text, unit), None, "{text}");
        }
    }

    #[test]
    fn tidy_gives_the_decimal_that_was_meant() {
        for value in [-0.3_f64, 0.1, 1000.0, 12_345.6, 39_999.0, -18.01, 0.707, 30.5, 1e-3, 0.0] {
            assert_eq!(tidy(value as f32), value);
        }
        assert_eq!(tidy(1000.0004), 1000.0);
    }

    #[test]
    fn decimals_are_those_of_the_number_that_is_shown() {
        for (value, shown) in
            [(9.994, "9.99"), (9.996, "10.0"), (999.94, "999.9"), (999.96, "1000"), (-999.96, "-1000")]
        {
            assert_eq!(format(value, Unit::Hertz), shown);
        }
    }

    #[test]
    fn nothing_is_shown_as_minus_zero() {
        assert_eq!(format(-0.001, Unit::Decibel), "0.00");
        assert_eq!(format(-0.01, Unit::Decibel), "-0.01");
    }
}
