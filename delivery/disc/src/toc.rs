//! The TOC file of cdrdao (its manual, "TOC FILES"): codes, CD-Text and pregaps of a disc for one image or for files a track.
//!
//! Texts are ISO 8859-1, whatever is above ASCII as octal escapes; [`latin::replacements`](super::latin::replacements) says what they
//! cannot say.
//!
//! ```
//! use lacquer_disc::files::Files;
//! use lacquer_disc::toc;
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! let text = toc::write(&disc, &Files::Image("album.wav")).expect("a name that can be quoted");
//! assert_eq!(text.matches("TRACK AUDIO").count(), 2);
//! ```

use super::cd_text::{Kind, fields};
use super::files::{Files, FilesError};
use super::latin::latin_1;
use super::time::Time;
use super::{Disc, DiscTrack, FIRST_PREGAP_FRAMES};
use std::fmt::Write;

/// Writes a disc's TOC file.
///
/// # Errors
/// Where the files are not one a track, or a name cannot be quoted.
pub fn write(disc: &Disc, files: &Files) -> Result<String, FilesError> {
    files.check(disc)?;
    let fields = fields(disc);
    let mut lines = vec!["CD_DA".to_owned(), String::new()];
    if let Some(upc) = &disc.upc {
        lines.push(format!("CATALOG \"{}\"", escaped(upc)));
    }
    if !fields.is_empty() {
        // 9 is English, the one language whose name cdrdao knows; other readers know its number alone.
        lines.push("CD_TEXT {\n  LANGUAGE_MAP {\n    0 : 9\n  }".into());
        lines.push(language(&fields.iter().map(|(kind, texts)| (*kind, texts[0])).collect::<Vec<_>>()));
    }
    for (index, track) in disc.tracks.iter().enumerate() {
        lines.push(format!("\n// Track {:02}\nTRACK AUDIO", index + 1));
        lines.push(if track.copy_permitted { "COPY" } else { "NO COPY" }.into());
        lines.push(if track.pre_emphasis { "PRE_EMPHASIS" } else { "NO PRE_EMPHASIS" }.into());
        lines.push("TWO_CHANNEL_AUDIO".into());
        if let Some(isrc) = track.isrc {
            lines.push(format!("ISRC \"{}\"", isrc.as_str()));
        }
        if !fields.is_empty() {
            lines.push("CD_TEXT {".into());
            lines.push(language(
                &fields.iter().map(|(kind, texts)| (*kind, texts[index + 1])).collect::<Vec<_>>(),
            ));
        }
        place(&mut lines, disc, files, index, track);
        for frame in &track.later_index_frames {
            lines.push(format!("INDEX {}", Time(frame.saturating_sub(track.start_frame))));
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// The audio of a track, its pregap first.
fn place(lines: &mut Vec<String>, disc: &Disc, files: &Files, index: usize, track: &DiscTrack) {
    // The burner itself writes the first two seconds.
    let shift = |frame: u32| frame.saturating_sub(FIRST_PREGAP_FRAMES);
    let first = if index == 0 { FIRST_PREGAP_FRAMES } else { 0 };
    let gap = track.pregap_length_frames().saturating_sub(first);
    match files {
        Files::Image(name) => {
            let from = shift(track.pregap_frame);
            let last = index + 1 == disc.tracks.len();
            let length = shift(disc.end_frame(index)).saturating_sub(from);
            // The last track goes to the file's end, whose last frame need not be whole.
            let length = if last { String::new() } else { format!(" {}", Time(length)) };
            lines.push(format!("FILE \"{}\" {}{length}", escaped_name(name), Time(from)));
            if gap > 0 {
                lines.push(format!("START {}", Time(gap)));
            }
        }
        Files::TracksWithGaps(names) => {
            let before =
                index.checked_sub(1).and_then(|index| Some((disc.tracks.get(index)?, names.get(index)?)));
            match before {
                Some((before, name)) if gap > 0 => {
                    let from = Time(track.pregap_frame.saturating_sub(before.start_frame));
                    lines.push(format!("FILE \"{}\" {from} {}\nSTART", escaped_name(name), Time(gap)));
                }
                _ if gap > 0 => lines.push(format!("PREGAP {}", Time(gap))),
                _ => {}
            }
            let length = Time(disc.end_frame(index).saturating_sub(track.start_frame));
            let gap_follows = disc.tracks.get(index + 1).is_some_and(|next| next.pregap_length_frames() > 0);
            let length = if gap_follows { format!(" {length}") } else { String::new() };
            lines.extend(names.get(index).map(|name| format!("FILE \"{}\" 0{length}", escaped_name(name))));
        }
        Files::Tracks(names) => {
            if gap > 0 {
                lines.push(format!("PREGAP {}", Time(gap)));
            }
            lines.extend(names.get(index).map(|name| format!("FILE \"{}\" 0", escaped_name(name))));
        }
    }
}

fn language(texts: &[(Kind, &str)]) -> String {
    let mut block = "  LANGUAGE 0 {\n".to_owned();
    for (kind, text) in texts {
        // Writing to a string cannot fail.
        let _ = writeln!(block, "    {} \"{}\"", kind.toc_name(), escaped(text));
    }
    block + "  }\n}"
}

/// ISO 8859-1 between quotation marks.
fn escaped(text: &str) -> String {
    escape(&latin_1(text).bytes)
}

/// A file's name, whose bytes are as the file system has them.
fn escaped_name(name: &str) -> String {
    escape(name.as_bytes())
}

fn escape(bytes: &[u8]) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'"' => escaped.push_str("\\\""),
            // cdrdao 1.2.4 takes a doubled backslash for two.
            b' '..=b'~' if *byte != b'\\' => escaped.push(char::from(*byte)),
            _ => {
                let _ = write!(escaped, "\\{byte:03o}");
            }
        }
    }
    escaped
}
