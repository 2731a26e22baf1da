//! A CUE sheet from text, whoever wrote it: commands in either case, texts with and without quotation marks, any line ends, a
//! byte-order mark, comments and unknown commands.

use super::{Sheet, SheetIndex, SheetTrack};
use crate::rules::{MAX_INDEX, MAX_TRACKS};
use crate::time::Time;

/// A line that has no meaning in a sheet of audio tracks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CUE line {line}: {what}")]
pub struct CueError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// Reads a sheet. `REM` and commands that say nothing of audio tracks are passed over.
///
/// # Errors
/// The first line that cannot be understood, with its number.
pub fn parse(text: &str) -> Result<Sheet, CueError> {
    let mut sheet = Sheet::default();
    let mut last = 0;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    for (line, number) in text.split(['\n', '\r']).zip(1..) {
        last = number;
        let (command, rest) = word(line);
        read_line(&mut sheet, &command.to_ascii_uppercase(), rest)
            .map_err(|what| CueError { line: number, what })?;
    }
    if sheet.tracks.is_empty() {
        let what = "no TRACK is left to read; give a sheet with one TRACK nn AUDIO or more".to_owned();
        return Err(CueError { line: last, what });
    }
    match sheet.tracks.iter().find(|track| !track.indexes.iter().any(|index| index.number == 1)) {
        Some(track) => {
            let what = format!("track {:02} has no INDEX 01; add it", track.number);
            Err(CueError { line: last, what })
        }
        None => Ok(sheet),
    }
}

fn read_line(sheet: &mut Sheet, command: &str, rest: &str) -> Result<(), String> {
    match command {
        "CATALOG" => sheet.catalog = Some(text_of(rest).to_owned()),
        "FILE" => sheet.files.push(file_name(rest)?),
        "TRACK" => start_track(sheet, rest)?,
        "TITLE" | "PERFORMER" | "SONGWRITER" => {
            let text = text_of(rest).to_owned();
            let place = match (sheet.tracks.last_mut(), command) {
                (Some(track), "TITLE") => &mut track.title,
                (Some(track), "PERFORMER") => &mut track.performer,
                (Some(track), _) => &mut track.songwriter,
                (None, "TITLE") => &mut sheet.title,
                (None, "PERFORMER") => &mut sheet.performer,
                (None, _) => &mut sheet.songwriter,
            };
            *place = text;
        }
        "FLAGS" => {
            let track = current(sheet, command)?;
            for flag in rest.split_whitespace() {
                track.copy_permitted |= flag.eq_ignore_ascii_case("DCP");
                track.pre_emphasis |= flag.eq_ignore_ascii_case("PRE");
            }
        }
        "ISRC" => {
            let code = text_of(rest).parse().map_err(|error| format!("{error}"))?;
            current(sheet, command)?.isrc = Some(code);
        }
        "PREGAP" => current(sheet, command)?.pregap_frames = time(rest)?,
        "POSTGAP" => current(sheet, command)?.postgap_frames = time(rest)?,
        "INDEX" => add_index(sheet, rest)?,
        _ => {}
    }
    Ok(())
}

fn start_track(sheet: &mut Sheet, rest: &str) -> Result<(), String> {
    let (number, kind) = word(rest);
    let number =
        small_number(number).ok_or_else(|| format!("TRACK {number:?}: give a number from 01 to 99"))?;
    let kind = kind.trim();
    if !kind.eq_ignore_ascii_case("AUDIO") {
        return Err(format!("TRACK {number:02} is {kind:?}; only AUDIO is read here"));
    }
    if sheet.files.is_empty() {
        return Err(format!("TRACK {number:02} comes before any FILE; name the file first"));
    }
    let expected = sheet.tracks.last().map(|track| track.number + 1);
    let fits = expected.map_or((1..=MAX_TRACKS).contains(&(number as usize)), |expected| expected == number);
    if !fits {
        let expected = expected.unwrap_or(1);
        return Err(format!("TRACK {number:02} stands where {expected:02} is due"));
    }
    sheet.tracks.push(SheetTrack { number, ..SheetTrack::default() });
    Ok(())
}

fn add_index(sheet: &mut Sheet, rest: &str) -> Result<(), String> {
    let (number, at) = word(rest);
    let number = small_number(number)
        .filter(|number| *number as usize <= MAX_INDEX)
        .ok_or_else(|| format!("INDEX {number:?}: give a number from 00 to 99"))?;
    let frame = time(at)?;
    let file = sheet.files.len().saturating_sub(1);
    let track = current(sheet, "INDEX")?;
    if let Some(before) = track.indexes.last() {
        if number != before.number + 1 {
            return Err(format!("INDEX {number:02} stands where {:02} is due", before.number + 1));
        }
        if before.file == file && frame < before.frame {
            let (at, earlier) = (Time(frame), Time(before.frame));
            return Err(format!(
                "INDEX {number:02} at {at} is before INDEX {:02} at {earlier}",
                before.number
            ));
        }
    } else if number > 1 {
        return Err(format!("INDEX {number:02} is a track's first; begin with 00 or 01"));
    }
    track.indexes.push(SheetIndex { number, file, frame });
    Ok(())
}

fn current<'a>(sheet: &'a mut Sheet, command: &str) -> Result<&'a mut SheetTrack, String> {
    sheet.tracks.last_mut().ok_or_else(|| format!("{command} comes before any TRACK; move it into a track"))
}

fn time(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let shown: String = text.chars().take(64).collect();
    Time::parse(text)
        .map(|time| time.0)
        .ok_or_else(|| format!("time {shown:?}: give MM:SS:FF, seconds below 60, frames below 75"))
}

fn small_number(text: &str) -> Option<u32> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The first word and what follows it.
fn word(line: &str) -> (&str, &str) {
    let line = line.trim();
    line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim_start()))
}

/// What stands between quotation marks, or all of it where there are none.
fn text_of(rest: &str) -> &str {
    let rest = rest.trim();
    match rest.strip_prefix('"') {
        // A mark inside is the writer's mistake; the last one ends the text.
        Some(inner) => inner.rsplit_once('"').map_or(inner, |(text, _)| text),
        None => rest,
    }
}

/// The name of a FILE line, without the kind after it.
fn file_name(rest: &str) -> Result<String, String> {
    let rest = rest.trim();
    let name = if rest.starts_with('"') {
        text_of(rest)
    } else {
        rest.rsplit_once(char::is_whitespace).map_or(rest, |(name, _)| name.trim_end())
    };
    if name.chars().all(|c| c.is_control() || c.is_whitespace() || c == '"') {
        // No sheet could be written that names it.
        Err("FILE has no name; give one in quotation marks".into())
    } else {
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_of_signs_that_no_sheet_can_hold_is_none() {
        for name in ["\"\"", "\0\u{1}", "\"\u{7f}\"", "\" \""] {
            let error = parse(&format!("FILE {name} WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n")).unwrap_err();
            assert_eq!(error.line, 1, "{name:?}");
        }
    }

    #[test]
    fn what_others_write_is_understood() {
        let text = "\u{feff}rem GENRE Rock\r\nperformer Someone\rfile my song.wav wave\n\ntrack 1 audio\ntitle \"a \"b\" c\"\nindex 1 0:0:0\n";
        let sheet = parse(text).unwrap();
        assert_eq!((sheet.performer.as_str(), sheet.files[0].as_str()), ("Someone", "my song.wav"));
        assert_eq!(sheet.tracks[0].title, "a \"b\" c");
    }

    #[track_caller]
    fn refuses(text: &str, line: usize, said: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.line == line && error.what.contains(said), "{error}");
    }

    #[test]
    fn errors_name_the_line() {
        refuses("FILE \"a\" WAVE\r\nTRACK 01 AUDIO\r\nINDEX 01 00:61:00\r\n", 3, "MM:SS:FF");
        refuses("FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 03 AUDIO", 4, "where 02 is due");
        refuses("TRACK 01 AUDIO", 1, "before any FILE");
        refuses("\n\nINDEX 01 00:00:00", 3, "before any TRACK");
        refuses("FILE a WAVE\nTRACK 01 MODE1/2352", 2, "only AUDIO");
        refuses("FILE a WAVE\nTRACK 01 AUDIO\nISRC 123", 3, "no ISRC");
        refuses("FILE a WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:10\nINDEX 01 00:00:09", 4, "is before INDEX 00");
        refuses("FILE a WAVE\nTRACK 01 AUDIO\nINDEX 02 00:00:10", 3, "begin with 00 or 01");
        refuses("FILE a WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:10", 3, "no INDEX 01");
        refuses("", 1, "no TRACK");
    }

    proptest! {
        #![proptest_config(crate::fixed_cases())]

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn no_heap_of_commands_makes_it_panic(lines in proptest::collection::vec(
            ("(CATALOG|FILE|TRACK|TITLE|FLAGS|ISRC|PREGAP|POSTGAP|INDEX|rem)", "[ \"0-9:A-Z\u{e9}]{0,12}"), 0..40
        )) {
            let text: String = lines.iter().map(|(command, rest)| format!("{command} {rest}\r\n")).collect();
            if let Ok(sheet) = parse(&text) {
                let _ = sheet.disc(u32::MAX);
                prop_assert!(parse(&sheet.text()).is_ok());
            }
        }
    }
}
