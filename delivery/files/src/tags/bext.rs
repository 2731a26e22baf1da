//! The `bext` chunk, version 2 (EBU Tech 3285, 2011): a programme's title and loudness.
//!
//! Numbers are little-endian. Dates are left empty where none were: the same master has the same bytes whenever it is made. The coding
//! history (EBU R 98) gets a line for what was written here.

use super::{Loudness, Tags};

/// Bytes of the fixed part.
pub const LENGTH: usize = 602;
/// A loudness field that says nothing.
pub const UNUSED: i16 = 0x7fff;

/// Places and lengths of the fields that are written.
const DESCRIPTION: std::ops::Range<usize> = 0..256;
const ORIGINATOR: std::ops::Range<usize> = 256..288;
const REFERENCE: std::ops::Range<usize> = 288..320;
const VERSION: std::ops::Range<usize> = 346..348;
const LOUDNESS: usize = 412;

/// The chunk's bytes. What `earlier`, the file's own chunk, says besides stays there. `coding` is a line of the coding history that a
/// chunk which is new gets.
pub fn with(earlier: Option<&[u8]>, tags: &Tags, coding: Option<&str>) -> Vec<u8> {
    let mut bytes = earlier.unwrap_or_default().to_vec();
    let had_loudness = bytes.len() >= LENGTH && bytes[VERSION] >= [2, 0][..];
    bytes.resize(bytes.len().max(LENGTH), 0);
    if !had_loudness {
        // Before version 2 the fields were reserved.
        set_loudness(&mut bytes, None);
    }
    bytes[VERSION].copy_from_slice(&2u16.to_le_bytes());
    if let Some(title) = &tags.title {
        set_text(&mut bytes[DESCRIPTION], title);
    }
    if let Some(name) = tags.label.as_ref().or(tags.performer.as_ref()) {
        set_text(&mut bytes[ORIGINATOR], name);
    }
    if let Some(isrc) = tags.isrc {
        set_text(&mut bytes[REFERENCE], isrc.as_str());
    }
    if tags.loudness.is_some() {
        set_loudness(&mut bytes, tags.loudness);
    }
    if earlier.is_none() {
        bytes.extend_from_slice(coding.unwrap_or_default().as_bytes());
        // Some readers do not know that a byte follows a chunk of odd length, and find no sound behind this one.
        bytes.resize(bytes.len().next_multiple_of(2), 0);
    }
    bytes
}

/// The line of the coding history for samples as a `fmt ` chunk has them: EBU R 98, with the frequency, the word length, the channels
/// and what wrote it.
pub fn coding(fmt: &[u8]) -> Option<String> {
    let &[tag, _, channels, _, a, b, c, d, _, _, _, _, _, _, bits, _, ..] = fmt else { return None };
    let mode = match channels {
        1 => "mono",
        2 => "stereo",
        _ => return None,
    };
    let rate = u32::from_le_bytes([a, b, c, d]);
    // R 98 has no word for floating point, and leaves the text free.
    let kind = if tag == 3 { ", floating point" } else { "" };
    let version = env!("CARGO_PKG_VERSION");
    Some(format!("A=PCM,F={rate},W={bits},M={mode},T=Lacquer {version}{kind}\r\n"))
}

/// The loudness that a chunk of version 2 has; a field that says nothing reads as NaN.
pub fn loudness(bytes: &[u8]) -> Option<Loudness> {
    if bytes.len() < LENGTH || bytes[VERSION] < [2, 0][..] {
        return None;
    }
    let field = |place: usize| {
        let at = LOUDNESS + 2 * place;
        match i16::from_le_bytes([bytes[at], bytes[at + 1]]) {
            UNUSED => f64::NAN,
            hundredths => f64::from(hundredths) / 100.0,
        }
    };
    let loudness = Loudness {
        integrated_lufs: field(0),
        range_lu: field(1),
        true_peak_dbtp: field(2),
        momentary_max_lufs: field(3),
        short_term_max_lufs: field(4),
    };
    (0..5).any(|place| !field(place).is_nan()).then_some(loudness)
}

fn set_loudness(bytes: &mut [u8], loudness: Option<Loudness>) {
    let values = loudness.map_or([f64::NAN; 5], |loudness| {
        [
            loudness.integrated_lufs,
            loudness.range_lu,
            loudness.true_peak_dbtp,
            loudness.momentary_max_lufs,
            loudness.short_term_max_lufs,
        ]
    });
    for (place, value) in values.into_iter().enumerate() {
        // The standard's range is -99.99 to 99.99; silence has no level.
        let hundredths =
            if value.is_finite() { (value * 100.0).round().clamp(-9999.0, 9999.0) as i16 } else { UNUSED };
        let at = LOUDNESS + 2 * place;
        bytes[at..at + 2].copy_from_slice(&hundredths.to_le_bytes());
    }
}

/// Text in ASCII, as the standard wants it; other signs become question marks. What is too long is cut.
fn set_text(field: &mut [u8], text: &str) {
    field.fill(0);
    let ascii =
        text.chars().map(|sign| if sign.is_ascii() && !sign.is_ascii_control() { sign as u8 } else { b'?' });
    for (place, byte) in field.iter_mut().zip(ascii) {
        *place = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_is_stored_in_hundredths_at_the_standards_places() {
        let loudness = Loudness {
            integrated_lufs: -14.004,
            range_lu: 6.126,
            true_peak_dbtp: -1.0,
            momentary_max_lufs: f64::NEG_INFINITY,
            short_term_max_lufs: -300.0,
        };
        let bytes = with(None, &Tags { loudness: Some(loudness), ..Tags::default() }, None);
        assert_eq!(bytes.len(), 602);
        assert_eq!(bytes[346..348], [2, 0]);
        let fields: Vec<u8> =
            [-1400i16, 613, -100, 0x7fff, -9999].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(bytes[412..422], fields);
        let read = super::loudness(&bytes).unwrap();
        assert_eq!((read.integrated_lufs, read.range_lu, read.true_peak_dbtp), (-14.0, 6.13, -1.0));
        assert!(read.momentary_max_lufs.is_nan());
    }

    #[test]
    fn a_new_chunk_says_what_was_coded() {
        let fmt = [1, 0, 2, 0, 0x44, 0xac, 0, 0, 0, 0, 0, 0, 6, 0, 24, 0];
        let line = coding(&fmt).unwrap();
        assert!(
            line.starts_with("A=PCM,F=44100,W=24,M=stereo,T=Lacquer ") && line.ends_with("\r\n"),
            "{line}"
        );
        for line in [line.as_str(), "odd"] {
            let bytes = with(None, &Tags::default(), Some(line));
            assert!(bytes[LENGTH..].starts_with(line.as_bytes()) && bytes.len().is_multiple_of(2), "{line}");
        }
    }

    #[test]
    fn an_earlier_chunk_keeps_its_fields_and_its_history() {
        let mut earlier = vec![0; LENGTH];
        earlier[320..330].copy_from_slice(b"2026-11-25");
        earlier[346] = 1;
        earlier[420] = 0x55;
        earlier.extend(b"A=PCM,F=48000\r\n");
        let tags = Tags { title: Some("M\u{fc}sli".into()), ..Tags::default() };
        let bytes = with(Some(&earlier), &tags, Some("A=PCM\r\n"));
        assert_eq!(&bytes[..6], b"M?sli\0");
        assert_eq!(&bytes[320..330], b"2026-11-25");
        assert_eq!(&bytes[602..], b"A=PCM,F=48000\r\n");
        assert_eq!(super::loudness(&bytes), None, "reserved bytes of version 1 are no loudness");
    }
}
