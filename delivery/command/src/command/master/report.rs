//! What is said of a master: a table, JSON, a page.

use super::asked::Asked;
use super::places::Song;
use crate::command::output::Lines;
use lacquer_album::mix_checks::MixCheck;
use lacquer_dsp::metering::true_peak::COVERED;
use lacquer_dsp::targets::{Form, Rate, Target};
use lacquer_dsp::{Chain, ProcessSpec, Quality};
use lacquer_files::Error;
use lacquer_files::audio::Programme;
use lacquer_params::Preset;
use lacquer_song::master::page::{MasterPage, master_page};
use lacquer_song::master::stages::{self, StageReading};
use lacquer_song::master::{Job, LimiterMode, Master};
use lacquer_song::measure::Readings;
use lacquer_storage::atomic_file::write_beside;
use serde::Serialize;
use std::io;
use std::path::Path;

/// A change of the loudness range that is heard, LU: less is the gate's own play.
const HEARD_RANGE_LU: f64 = 1.0;

/// What was made, in JSON.
#[derive(Serialize)]
pub struct Report<'a> {
    input: String,
    status: &'static str,
    output: String,
    /// The master before its dither.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<String>,
    preset: Option<&'a str>,
    check: MixCheck,
    target: Option<&'static str>,
    target_says: Option<String>,
    target_lufs: Option<f64>,
    mix_sample_rate_hz: u32,
    sample_rate_hz: u32,
    channels: usize,
    duration_s: f64,
    word_length: String,
    before: Readings,
    after: Readings,
    remarks: Vec<String>,
    verified_true_peak_dbtp: Option<f64>,
    ceiling_dbtp: Option<f64>,
    input_trim_db: f64,
    limiter_drive_db: Option<f64>,
    limiter_mode: Option<&'static str>,
    limiter_distortion_db: Option<f64>,
    limiter_pumping_db: Option<f64>,
    retries: usize,
    latency_samples: usize,
    latency_ms: f64,
    elapsed_s: f64,
    times_real_time: f64,
}

impl Report<'_> {
    /// Loudness of the mix and of the master, LUFS, and the master's true peak, dBTP, as texts.
    pub fn levels(&self) -> [String; 3] {
        [(self.before.integrated_lufs, 1), (self.after.integrated_lufs, 1), (self.after.true_peak_dbtp, 2)]
            .map(|(level, decimals)| {
                level.map_or_else(|| "-".to_owned(), |level| format!("{level:.decimals$}"))
            })
    }
}

/// Writes the page.
pub(super) fn write_page(
    html: &Path,
    song: &Song,
    job: &Job,
    report: &Report,
    programme: &dyn Programme,
    made: &Master,
) -> Result<(), Error> {
    let behind = behind(job, programme, made).map_err(Error::Spill)?;
    let page = master_page(&MasterPage {
        names: [&song.input, &song.output],
        audio: [programme, &made.audio],
        readings: [report.before, report.after],
        stages: &behind,
        facts: &facts(report),
        remarks: &report.remarks,
    })
    .map_err(Error::Spill)?;
    write_beside(html, page.into_string().as_bytes())
        .map_err(|error| Error::Write { path: html.to_owned(), reason: error.to_string() })
}

/// The readings of the mix, behind each stage and of the master.
fn behind(job: &Job, programme: &dyn Programme, made: &Master) -> io::Result<Vec<StageReading>> {
    let spec = ProcessSpec {
        sample_rate: f64::from(programme.sample_rate()),
        channels: programme.channels(),
        ..job.spec
    };
    let mut behind = vec![stages::reading("Mix", programme)?];
    behind.extend(stages::stages(&spec, &made.settings, programme)?);
    behind.push(stages::reading("Master", &made.audio)?);
    Ok(behind)
}

/// What a master lost that its figures alone hardly say.
fn remarks(before: &Readings, after: &Readings) -> Vec<String> {
    let mut remarks = Vec::new();
    if let (Some(was), Some(is)) = (before.loudness_range_lu, after.loudness_range_lu)
        && is < was - HEARD_RANGE_LU
    {
        remarks.push(format!(
            "The loudness range went from {was:.1} to {is:.1} LU: the song's parts lie nearer to each other; a lower target or a lower drive keeps more."
        ));
    }
    remarks
}

/// What is said beside the readings, by the text and by the page.
fn facts(report: &Report) -> Vec<[String; 2]> {
    let mut facts: Vec<[String; 2]> = Vec::new();
    let mut fact = |name: &str, text: String| facts.push([name.to_owned(), text]);
    fact("Check of the mix", report.check.line());
    if let Some(preset) = report.preset {
        fact("Preset", preset.to_owned());
    }
    if let Some(says) = &report.target_says {
        fact("Target", says.clone());
    }
    if report.input_trim_db != 0.0 {
        fact("Input trim", format!("{:+.2} dB", report.input_trim_db));
    }
    if let (Some(drive_db), Some(ceiling_dbtp)) = (report.limiter_drive_db, report.ceiling_dbtp) {
        let mode = report.limiter_mode.unwrap_or_default();
        fact("Limiter", format!("{mode}, {drive_db:+.2} dB into {ceiling_dbtp:.2} dBTP"));
    }
    if let (Some(distortion_db), Some(pumping_db)) = (report.limiter_distortion_db, report.limiter_pumping_db)
    {
        let text =
            format!("distortion {distortion_db:.1} dB over what is masked, pumping {pumping_db:.2} dB");
        fact("What it costs", text);
    }
    if let Some(peak_dbtp) = report.verified_true_peak_dbtp {
        // What lies above is no part of the promise: no two converters' filters pass it alike.
        let covered_khz = 0.001 * COVERED * f64::from(report.sample_rate_hz);
        fact("True peak at 32x", format!("{peak_dbtp:.2} dBTP, to {covered_khz:.1} kHz"));
    }
    let rate = if report.sample_rate_hz == report.mix_sample_rate_hz {
        format!("{} Hz", report.sample_rate_hz)
    } else {
        format!("{} Hz, from {}", report.sample_rate_hz, report.mix_sample_rate_hz)
    };
    fact("Sample rate", rate);
    fact("Word length", report.word_length.clone());
    fact("Latency taken out", format!("{} samples ({:.1} ms)", report.latency_samples, report.latency_ms));
    if let Some(archive) = &report.archive {
        fact("Before the dither", archive.clone());
    }
    fact("Speed", format!("{:.0} times real time", report.times_real_time));
    facts
}

/// What a target says of a master, and what it leaves as it is.
fn target_says(row: &Target, job: &Job, preset: Option<&Preset>) -> String {
    let loudness = match (row.integrated_lufs, job.target_lufs) {
        (Some(lufs), _) => format!("{lufs:.1} LUFS"),
        (None, Some(lufs)) => format!("loudness as it is: the preset's {lufs:.1} LUFS"),
        (None, None) => {
            let whose = if preset.is_some() { "the preset's" } else { "the" };
            format!("loudness as it is, with {whose} drive of {:+.1} dB", job.settings.limiter.drive_db)
        }
    };
    format!("{}: {loudness}, {:.1} dBTP, {}", row.name, job.settings.limiter.ceiling_dbtp, form(row.form))
}

/// The file that a target takes, in words.
fn form(form: Form) -> String {
    let rate = match form.rate {
        Rate::Fixed(hz) => format!("{hz} Hz"),
        Rate::UpTo(hz) => format!("the mix's rate up to {hz} Hz"),
    };
    format!("{rate}, {} bit", form.bits)
}

/// What is said of a master.
pub(super) fn report<'a>(
    song: &Song,
    asked: &'a Asked,
    check: MixCheck,
    job: &Job,
    programme: &dyn Programme,
    made: &Master,
    elapsed_s: f64,
) -> Report<'a> {
    let (preset, row) = (asked.preset.as_ref(), asked.row);
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec {
        sample_rate: f64::from(programme.sample_rate()),
        channels: programme.channels(),
        ..job.spec
    });
    let latency_samples = chain.latency_samples();
    let thousandths = |value: f64| (value * 1000.0).round() / 1000.0;
    let limiter = made.settings.limiter.on.then_some(&made.settings.limiter);
    Report {
        input: song.input.display().to_string(),
        status: "mastered",
        output: song.output.display().to_string(),
        archive: made.archive.is_some().then(|| song.archive().display().to_string()),
        preset: preset.map(|preset| preset.name.as_str()),
        check,
        target: row.map(|row| row.id),
        target_says: row.map(|row| target_says(row, job, preset)),
        target_lufs: job.target_lufs,
        mix_sample_rate_hz: programme.sample_rate(),
        sample_rate_hz: made.audio.sample_rate,
        channels: programme.channels(),
        duration_s: thousandths(programme.duration_s()),
        word_length: job.word_length.to_string(),
        before: Readings::from(&made.before),
        after: Readings::from(&made.after),
        remarks: remarks(&Readings::from(&made.before), &Readings::from(&made.after)),
        verified_true_peak_dbtp: made
            .verified_peak_dbtp
            .is_finite()
            .then(|| thousandths(made.verified_peak_dbtp)),
        ceiling_dbtp: limiter.map(|limiter| limiter.ceiling_dbtp),
        input_trim_db: if made.settings.input_trim.on {
            thousandths(made.settings.input_trim.gain_db)
        } else {
            0.0
        },
        limiter_drive_db: limiter.map(|limiter| thousandths(limiter.drive_db)),
        limiter_mode: limiter.map(|_| match job.limiter {
            LimiterMode::Best => "best",
            LimiterMode::High if job.spec.quality == Quality::Live => "low latency",
            LimiterMode::High => "high",
        }),
        limiter_distortion_db: made.cost.map(|cost| thousandths(cost.distortion_db)),
        limiter_pumping_db: made.cost.map(|cost| thousandths(cost.pumping_db)),
        retries: made.retries,
        latency_samples,
        latency_ms: thousandths(latency_samples as f64 * 1000.0 / f64::from(programme.sample_rate())),
        elapsed_s: thousandths(elapsed_s),
        times_real_time: (programme.duration_s() / elapsed_s.max(1e-9)).round(),
    }
}

pub(super) fn describe(report: &Report) -> Lines {
    let rows: Vec<Vec<String>> = report
        .before
        .rows()
        .into_iter()
        .zip(report.after.rows())
        .map(|((name, before, unit), (_, after, _))| vec![name.to_owned(), before, after, unit.to_owned()])
        .collect();
    let mut lines = Lines::default();
    lines.line(format_args!("{} -> {}", report.input, report.output));
    lines.table(&["", "before", "after", ""], &rows);
    lines.gap();
    for [name, text] in facts(report) {
        lines.line(format_args!("{name:<21}{text}"));
    }
    for remark in &report.remarks {
        lines.line(format_args!("{:<21}{remark}", "Look at"));
    }
    lines
}
