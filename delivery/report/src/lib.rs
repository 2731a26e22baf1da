//! Reports as one self-contained file: a page frame, tables and plots, without script and without any request to elsewhere.
//!
//! Everything here depends on its arguments alone, so that a report of the same files is the same bytes. Text is a `str` and is
//! escaped where it is put in; markup is a [`Markup`], which `maud` alone makes. [`page`] makes control characters visible.
//! Colours, sizes and the dark, light and printed look are in `style.css` alone.

pub mod plot;
pub mod table;

use lacquer_storage::regular_file::open_regular;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io::Read;
use std::path::Path;

/// The style of every report. It has no URL and no import.
const STYLE: &str = include_str!("style.css");

/// How every report begins but for line ends, by which one is known again.
const HEAD: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'";

/// Whether a file begins as a report of this module does: then it may be replaced by another.
pub fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let most = 2 * HEAD.len() as u64;
    let read = open_regular(path, u64::MAX).and_then(|file| file.take(most).read_to_end(&mut head));
    head.retain(|byte| *byte != b'\n');
    read.is_ok() && head.starts_with(HEAD.as_bytes())
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

/// A whole page: `title` in the window's bar. Its policy forbids scripts and requests even if some text escaped escaping.
pub fn page(title: &str, body: Markup) -> Markup {
    framed("", title, body)
}

/// As [`page`], with sound that lies in the page itself.
pub fn page_with_sound(title: &str, body: Markup) -> Markup {
    framed("; media-src data:", title, body)
}

fn framed(policy: &str, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy"
                    content={ "default-src 'none'; style-src 'unsafe-inline'" (policy) };
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(title)) }
                style { (PreEscaped(STYLE)) }
            }
            // Markup has no control characters of its own: what becomes visible is text, which stays escaped.
            body { main { (PreEscaped(visible(&body.0))) } }
        }
    }
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
pub fn chip(mark: Mark, text: &str) -> Markup {
    html! { span.chip.(mark.class()).(mark.ink().class()) { (text) } }
}

/// The head of a page: what it is, and all of it in one line.
pub fn masthead(title: &str, summary: &str) -> Markup {
    html! { header.masthead { h1 { (title) } p { (summary) } } }
}

/// A headed part of a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Panel<'a> {
    /// What it is.
    pub title: &'a str,
    /// What is to be known to read it; may be empty.
    pub about: &'a str,
    /// What its colours stand for; may be empty.
    pub key: &'a [(Ink, &'a str)],
    /// Whether it may go on over a page's end when printed, as long tables must.
    pub may_break: bool,
}

impl Panel<'_> {
    /// The head and, below it, a picture or table.
    pub fn around(&self, inside: Markup) -> Markup {
        html! {
            div.panel.long[self.may_break] {
                div.panel-head {
                    h3 { (self.title) }
                    @if !self.about.is_empty() { p.about { (self.about) } }
                    @if !self.key.is_empty() {
                        ul.legend { @for (ink, name) in self.key { li.(ink.class()) { span { (name) } } } }
                    }
                }
                (inside)
            }
        }
    }
}

/// Names and values side by side, each a small label over a figure; values with their units.
pub fn figures(pairs: &[(&str, String)]) -> Markup {
    html! { dl.figures { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
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
        let text = "<script>alert(1)</script> A & B \"C\" \u{1b}[31m \u{202e}\0\n";
        let shown = "&lt;script&gt;alert(1)&lt;/script&gt; A &amp; B &quot;C&quot; \u{241b}[31m \u{fffd}\u{2400}\u{240a}";
        let panel = Panel { title: text, about: text, key: &[(Ink::Tone, text)], may_break: false };
        let parts = [
            masthead(text, text),
            chip(Mark::Note, text),
            figures(&[(text, text.to_owned())]),
            panel.around(html! {}),
        ];
        let page = page(text, html! { @for part in &parts { (part) } }).into_string();
        assert_eq!(page.matches(shown).count(), 9, "{page}");
        for never in ["<script", "\u{1b}", "\u{202e}", "\0"] {
            assert!(!page.contains(never), "{never:?}");
        }
        assert_eq!(masthead("Plain – naïve 'x' ♪", "").0.matches("Plain – naïve 'x' ♪").count(), 1);
    }

    #[test]
    fn a_report_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.html");
        let page = page_with_sound("t", html! { p { "x" } }).into_string();
        let earlier = page.replace("><", ">\n<");
        for (text, is_known) in [(&page, true), (&earlier, true), (&page.replace("'none'", "*"), false)] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(is_report(&file), is_known, "{text:.200}");
        }
        assert!(!is_report(folder.path()));
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
