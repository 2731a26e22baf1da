//! Reports as one self-contained file: a page frame, tables and plots, without script and without any request to elsewhere.
//!
//! Everything here gives text that depends on its arguments alone, so that a report of the same files is the same bytes.
//! Text from outside (names, titles, messages) goes through [`escape`]; what is called `markup` is put in as it is and must come
//! from here. Colours, sizes and the dark, light and printed look are in `style.css` alone.

pub mod plot;
pub mod table;

use lacquer_storage::regular_file::open_regular;
use std::io::Read;
use std::path::Path;

/// The style of every report. It has no URL and no import.
const STYLE: &str = include_str!("style.css");

/// How every report begins, by which one is known again.
const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'";

/// Whether a file begins as a report of this module does: then it may be replaced by another.
pub fn is_report(path: &Path) -> bool {
    let mut head = vec![0; HEAD.len()];
    let read = open_regular(path, u64::MAX).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == HEAD.as_bytes()
}

/// What a colour says; each is a class of the style sheet, light and dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text and neutral lines.
    Text,
    /// Minor text and lines.
    Quiet,
    /// A target.
    Accent,
    /// The signal, left.
    Tone,
    /// Reduction, right.
    Dynamics,
    /// What mono loses, side.
    Harmonics,
    /// Correlation, mid.
    Space,
    /// Something is wrong.
    Alarm,
    /// Something needs a decision.
    Caution,
    /// Something is right.
    Good,
}

impl Ink {
    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Text => "ink-text",
            Self::Quiet => "ink-quiet",
            Self::Accent => "ink-accent",
            Self::Tone => "ink-tone",
            Self::Dynamics => "ink-dynamics",
            Self::Harmonics => "ink-harmonics",
            Self::Space => "ink-space",
            Self::Alarm => "ink-alarm",
            Self::Caution => "ink-caution",
            Self::Good => "ink-good",
        }
    }
}

/// Text with nothing in it that a terminal or a browser would act on: control characters become their pictures (U+2400 on),
/// those without one and the marks that turn the direction of text become U+FFFD.
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            '\u{80}'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fffe}'
            | '\u{ffff}' => '\u{fffd}',
            _ => c,
        })
        .collect()
}

/// Text as markup that shows exactly it, in elements as in quoted attributes; control characters as in [`visible`].
pub fn escape(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => markup += "&amp;",
            '<' => markup += "&lt;",
            '>' => markup += "&gt;",
            '"' => markup += "&quot;",
            '\'' => markup += "&#39;",
            _ => markup.push(c),
        }
    }
    markup
}

/// A whole page: `title` in the window's bar, `body` as markup. Its policy forbids scripts and requests even if some text escaped
/// escaping.
pub fn page(title: &str, body: &str) -> String {
    framed("", title, body)
}

/// As [`page`], with sound that lies in the page itself.
pub fn page_with_sound(title: &str, body: &str) -> String {
    framed("; media-src data:", title, body)
}

fn framed(policy: &str, title: &str, body: &str) -> String {
    format!(
        "{HEAD}{policy}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escape(title)
    )
}

/// What a chip says at a glance: a shape and a colour, so that neither stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A filled triangle: it cannot stay so.
    Fail,
    /// A filled diamond: it needs a decision.
    Warn,
    /// A ring: worth knowing.
    Note,
    /// A tick: it is right.
    Good,
}

impl Mark {
    /// Its colour.
    pub fn ink(self) -> Ink {
        match self {
            Self::Fail => Ink::Alarm,
            Self::Warn => Ink::Caution,
            Self::Note => Ink::Quiet,
            Self::Good => Ink::Good,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Note => "note",
            Self::Good => "good",
        }
    }
}

/// A word or two behind a mark.
pub fn chip(mark: Mark, text: &str) -> String {
    format!("<span class=\"chip {} {}\">{}</span>", mark.class(), mark.ink().class(), escape(text))
}

/// The head of a page: what it is, and all of it in one line.
pub fn masthead(title: &str, summary: &str) -> String {
    format!("<header class=\"masthead\"><h1>{}</h1><p>{}</p></header>\n", escape(title), escape(summary))
}

/// An element with a class around markup.
pub fn element(name: &str, class: &str, markup: &str) -> String {
    format!("<{name} class=\"{class}\">{markup}</{name}>\n")
}

/// A headed part of a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Panel<'a> {
    /// What it is.
    pub title: &'a str,
    /// What is to be known to read it; may be empty.
    pub about: &'a str,
    /// What its colours stand for, as markup (see [`legend`]); may be empty.
    pub key: &'a str,
    /// Whether it may go on over a page's end when printed, as long tables must.
    pub may_break: bool,
}

impl Panel<'_> {
    /// The head and, below it, a picture or table.
    pub fn around(&self, markup: &str) -> String {
        let class = if self.may_break { "panel long" } else { "panel" };
        let (title, key) = (escape(self.title), self.key);
        let about = match self.about {
            "" => String::new(),
            about => format!("<p class=\"about\">{}</p>\n", escape(about)),
        };
        format!(
            "<div class=\"{class}\">\n<div class=\"panel-head\"><h3>{title}</h3>{about}{key}</div>\n{markup}</div>\n"
        )
    }
}

/// Names and values side by side, each a small label over a figure; values with their units.
pub fn figures(pairs: &[(&str, String)]) -> String {
    let cells: String = pairs
        .iter()
        .map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value)))
        .collect();
    format!("<dl class=\"figures\">\n{cells}</dl>\n")
}

/// A key to a plot: what each colour stands for.
pub fn legend(entries: &[(Ink, &str)]) -> String {
    let entries: String = entries
        .iter()
        .map(|(ink, name)| format!("<li class=\"{}\"><span>{}</span></li>", ink.class(), escape(name)))
        .collect();
    format!("<ul class=\"legend\">{entries}</ul>\n")
}

/// A number with a true minus, fixed decimals and, if `signed`, always a sign; "–" where there is none.
pub fn number(value: f64, decimals: usize, signed: bool) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    // Adding zero keeps a rounded -0.0 from showing a sign.
    let scale = 10f64.powi(decimals as i32);
    let rounded = (value * scale).round() / scale + 0.0;
    let text = format!("{:.decimals$}", rounded.abs());
    match (rounded < 0.0, signed) {
        (true, _) => format!("\u{2212}{text}"),
        (false, true) => format!("+{text}"),
        (false, false) => text,
    }
}

/// Text with true minus signs: a hyphen that stands before a digit and after no letter or digit is one.
pub fn typeset(text: &str) -> String {
    let mut before = ' ';
    let mut after = text.chars().skip(1).chain([' ']);
    let mut set = String::with_capacity(text.len());
    for c in text.chars() {
        let is_minus =
            after.next().is_some_and(|next| next.is_ascii_digit()) && c == '-' && !before.is_alphanumeric();
        set.push(if is_minus { '\u{2212}' } else { c });
        before = c;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_signs_are_told_from_hyphens() {
        assert_eq!(
            typeset("-3 dB, 24-bit, 3-6 dB, (-1) pre-master -"),
            "\u{2212}3 dB, 24-bit, 3-6 dB, (\u{2212}1) pre-master -"
        );
    }

    #[test]
    fn no_text_becomes_markup() {
        let text = "<script>alert('x')</script> \"&\" \u{1b}[31m \u{202e}\0";
        let markup = escape(text);
        assert!(!markup.contains(['<', '>', '"', '\'', '\u{1b}', '\0', '\u{202e}']), "{markup}");
        assert!(markup.starts_with("&lt;script&gt;alert(&#39;x&#39;)") && markup.contains("\u{241b}[31m"));
        assert_eq!(escape("Plain – naïve ♪"), "Plain – naïve ♪");
        let page = page("</title><script>", "");
        assert_eq!(page.matches("<script").count(), 0);
    }

    #[test]
    fn the_style_asks_for_nothing_from_elsewhere() {
        for asked in ["url(", "@import", "http", "</style"] {
            assert!(!STYLE.contains(asked), "{asked}");
        }
    }

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(number(-1.25, 1, true), "\u{2212}1.3");
        assert_eq!(number(0.04, 1, true), "+0.0");
        assert_eq!(number(-0.04, 1, false), "0.0");
        assert_eq!(number(f64::NEG_INFINITY, 1, true), "–");
    }
}
