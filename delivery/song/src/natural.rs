//! The order in which people number things: "Track 2" before "Track 10".

use std::cmp::Ordering;

/// Compares names run by run: digits by their number, letters whatever their capitals. Names that are equal so far are told apart by their
/// bytes.
pub fn compare(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        match (split(left), split(right)) {
            (Some((run, rest)), Some((other_run, other_rest))) => {
                let order = match (run.starts_with(is_digit), other_run.starts_with(is_digit)) {
                    (true, true) => by_number(run, other_run),
                    _ => run.to_lowercase().cmp(&other_run.to_lowercase()),
                };
                if order.is_ne() {
                    return order;
                }
                (left, right) = (rest, other_rest);
            }
            (None, None) => return one.cmp(other),
            (left, right) => return left.is_some().cmp(&right.is_some()),
        }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The first run of digits or of anything else, and what follows.
fn split(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next().map(is_digit)?;
    let end = text.find(|c| is_digit(c) != first).unwrap_or(text.len());
    Some(text.split_at(end))
}

/// Runs of digits of any length: without the zeros before them, the longer one is the larger number.
fn by_number(one: &str, other: &str) -> Ordering {
    let [one, other] = [one, other].map(|run| run.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_and_capitals_do_not() {
        let order = [
            "1",
            "02",
            "2b",
            "10",
            "a",
            "B",
            "b",
            "c 2.wav",
            "c 10.wav",
            "c 10a.wav",
            "d",
            "d99999999999999999999998",
            "d99999999999999999999999",
            "\u{e4}",
        ];
        let mut names: Vec<&str> = order.iter().rev().copied().collect();
        names.sort_by(|one, other| compare(one, other));
        assert_eq!(names, order);
        assert_ne!(compare("01", "1"), Ordering::Equal, "no two names are one");
    }
}
