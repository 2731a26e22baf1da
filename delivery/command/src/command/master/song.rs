//! One mix to its master: checked, read, rendered, written with its tags.

use super::MasterArguments;
use super::asked::Asked;
use super::not_made::NotMade;
use super::places::Song;
use super::report::{Report, report, write_page};
use crate::command::carried::carried;
use crate::command::scratch::scratch;
use anyhow::bail;
use lacquer_album::mix_checks::MixCheck;
use lacquer_files::decode::{Limits, Reader};
use lacquer_files::encode::{Format, WordLength, encode_as, encode_out};
use lacquer_song::check::{CheckOptions, check};
use lacquer_song::master::{Step, master};
use lacquer_song::warnings::warnings;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What came of a mix, and what there is to say of its file.
pub struct Done<'a> {
    /// Its master was written, or why none was.
    pub outcome: Result<Box<Report<'a>>, NotMade>,
    /// Lines with the file's name before them.
    pub remarks: Vec<String>,
}

/// Shows a message and how much is done, 0 to 1.
pub type Show<'a> = &'a (dyn Fn(&str, f64) + Sync);

/// Makes the master of a mix, or says why there is none.
pub fn make<'a>(
    song: &Song,
    asked: &'a Asked,
    arguments: &MasterArguments,
    limits: Limits,
    show: Show,
) -> Done<'a> {
    try_make(song, asked, arguments, limits, show).unwrap_or_else(|error| Done {
        outcome: Err(NotMade::failed(&song.input, &error)),
        remarks: Vec::new(),
    })
}

fn try_make<'a>(
    song: &Song,
    asked: &'a Asked,
    arguments: &MasterArguments,
    limits: Limits,
    show: Show,
) -> anyhow::Result<Done<'a>> {
    show("Checking", 0.0);
    let (checked, lufs) = checked(&song.input, arguments, limits, &|done| show("Checking", done))?;
    // What cannot be mastered at all is no question of a verdict.
    let scratch = scratch(Some(&song.output).filter(|_| !song.is_written_into()).map(PathBuf::as_path));
    let mut reader = Reader::open(&song.input, &limits)?;
    let programme = reader.spill(&scratch, &|done| show("Reading", done))?;
    reader.require_whole()?;
    let mut job = asked.job.clone();
    let name = song.input.display();
    if checked.is_sent_back() && !arguments.anyway {
        return Ok(Done { outcome: Err(NotMade::sent_back(&song.input, checked)), remarks: Vec::new() });
    }
    if let Some(target_lufs) = job.target_lufs.filter(|_| !lufs.is_finite()) {
        let advice = silence_advice(asked, arguments);
        bail!(
            "{name}: no loudness that could be brought to {target_lufs} LUFS: the programme is silent or shorter than 0.4 s; {advice}"
        );
    }
    let mut remarks: Vec<String> =
        warnings(&reader).into_iter().map(|warning| format!("{name}: {warning}")).collect();
    let wanted_hz = arguments.rate.or_else(|| asked.row.map(|row| row.form.rate.of(programme.sample_rate)));
    job.sample_rate = wanted_hz.filter(|hz| *hz != programme.sample_rate);
    let started = Instant::now();
    let made = master(&song.input, &programme, &job, &scratch, &|step, done| {
        let message = match step {
            Step::Processing => "Processing",
            Step::Solving => "Finding the drive",
            Step::Verifying => "Verifying the peaks",
        };
        show(message, done);
    })?;
    let elapsed_s = started.elapsed().as_secs_f64();
    show("Writing", 1.0);
    let format = format(song, job.word_length, arguments);
    let tags = carried(&song.input, &format, &mut remarks);
    if song.is_streamed() {
        encode_out(&made.audio, &format, &tags)?;
    } else {
        encode_as(&song.output, &made.audio, &format, &tags)?;
    }
    if let Some(archive) = &made.archive {
        encode_as(&song.archive(), archive, &Format::Wav(WordLength::Float32), &tags)?;
    }
    let report = report(song, asked, checked, &job, &programme, &made, elapsed_s);
    if let Some(html) = &arguments.html {
        write_page(html, song, &job, &report, &programme, &made)?;
    }
    Ok(Done { outcome: Ok(Box::new(report)), remarks })
}

/// What makes a master of a mix without a loudness: where a preset promises one, it is without its target that it does.
fn silence_advice(asked: &Asked, arguments: &MasterArguments) -> &'static str {
    let preset_promises = asked.preset.as_ref().is_some_and(|preset| preset.loudness_lufs.is_some());
    match (&arguments.target, preset_promises) {
        (Some(_), false) => "leave --target out",
        (Some(_), true) => "leave --target out, and give the preset a drive with --set limiter_drive=0",
        (None, _) => "give the preset a drive with --set limiter_drive=0",
    }
}

/// What the check says of the mix, and its loudness, LUFS.
fn checked(
    input: &Path,
    arguments: &MasterArguments,
    limits: Limits,
    progress: &dyn Fn(f64),
) -> anyhow::Result<(MixCheck, f64)> {
    let wishes = CheckOptions { limits, ..CheckOptions::new(Vec::new(), false) };
    let mut report = check(input, &wishes, progress)?;
    arguments.switches.apply(&mut report);
    let mut checked = MixCheck::of(&report);
    checked.is_accepted = checked.is_sent_back() && arguments.anyway;
    Ok((checked, report.measurement.integrated_lufs))
}

/// What the master is written as.
fn format(song: &Song, word_length: WordLength, arguments: &MasterArguments) -> Format {
    let is_flac = song.is_flac(arguments);
    match word_length {
        WordLength::Bits16 if is_flac => Format::Flac(16),
        _ if is_flac => Format::Flac(24),
        word_length => Format::Wav(word_length),
    }
}
