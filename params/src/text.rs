//! Numbers as people write them: "1.2k", "1.2 kHz", "3k1", "-6 dB", "50 %", "4 : 1", "0.2 s", "off".

/// What a number counts; settles which units may follow it and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    None,
    /// dB.
    Decibel,
    /// dB against full scale.
    DecibelFullScale,
    /// dB true peak.
    DecibelTruePeak,
    /// Hz.
    Hertz,
    /// ms.
    Millisecond,
    /// %.
    Percent,
    /// "x : 1".
    Ratio,
    /// Degrees of angle.
    Degree,
}

impl Unit {
    /// The unit's symbol, empty for a plain number.
    pub fn symbol(self) -> &'static str {
        self.suffix().trim_start()
    }

    /// The symbol as it follows a number, with its space.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Decibel => " dB",
            Self::DecibelFullScale => " dBFS",
            Self::DecibelTruePeak => " dBTP",
            Self::Hertz => " Hz",
            Self::Millisecond => " ms",
            Self::Percent => " %",
            Self::Ratio => " : 1",
            Self::Degree => "\u{b0}",
        }
    }

    /// Factor of a unit as typed (lower case, no spaces) to this one; `None` if it is another quantity's.
    fn factor(self, typed: &str) -> Option<f64> {
        let known: &[(&str, f64)] = match self {
            Self::None => &[("", 1.0)],
            Self::Decibel => &[("", 1.0), ("db", 1.0)],
            Self::DecibelFullScale => &[("", 1.0), ("db", 1.0), ("dbfs", 1.0)],
            Self::DecibelTruePeak => &[("", 1.0), ("db", 1.0), ("dbtp", 1.0), ("dbfs", 1.0)],
            Self::Hertz => &[("", 1.0), ("hz", 1.0), ("k", 1e3), ("khz", 1e3)],
            Self::Millisecond => &[("", 1.0), ("ms", 1.0), ("s", 1e3), ("us", 1e-3), ("\u{b5}s", 1e-3)],
            Self::Percent => &[("", 1.0), ("%", 1.0)],
            Self::Ratio => &[("", 1.0), (":1", 1.0), (":", 1.0), ("x", 1.0)],
            Self::Degree => &[("", 1.0), ("\u{b0}", 1.0), ("deg", 1.0), ("degrees", 1.0)],
        };
        known.iter().find(|(name, _)| *name == typed).map(|(_, factor)| *factor)
    }
}

/// Reads a number in `unit`. Decimal comma and true minus are understood, and "3k1" for 3.1 k.
pub fn parse(text: &str, unit: Unit) -> Option<f64> {
    let typed: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '\u{2212}' => '-',
            ',' => '.',
            other => other.to_ascii_lowercase(),
        })
        .collect();
    let end =
        typed.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '+' | '-')).unwrap_or(typed.len());
    let (digits, rest) = typed.split_at(end);
    let after_k = rest.strip_prefix('k').map(|decimals| decimals.trim_end_matches("hz"));
    if let (Unit::Hertz, Some(decimals)) = (unit, after_k)
        && !decimals.is_empty()
        && decimals.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.contains('.')
    {
        return format!("{digits}.{decimals}").parse::<f64>().ok().map(|value| value * 1e3);
    }
    let number: f64 = digits.parse().ok()?;
    let value = number * unit.factor(rest)?;
    value.is_finite().then_some(value)
}

/// Shows a number without its unit, with as many decimals as the quantity can be heard or set to.
pub fn format(value: f32, unit: Unit) -> String {
    let magnitude = value.abs();
    let decimals = match unit {
        Unit::Decibel | Unit::DecibelFullScale | Unit::DecibelTruePeak | Unit::None | Unit::Ratio => 2,
        Unit::Hertz | Unit::Millisecond if magnitude >= 1000.0 => 0,
        Unit::Hertz | Unit::Millisecond if magnitude >= 10.0 => 1,
        Unit::Hertz | Unit::Millisecond => 2,
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
    fn nothing_is_shown_as_minus_zero() {
        assert_eq!(format(-0.001, Unit::Decibel), "0.00");
        assert_eq!(format(-0.01, Unit::Decibel), "-0.01");
    }
}
