//! `lacquer master`.

use super::check::check_output as check_report;
use super::exit::PERSON;
use super::output::{Lines, print_json, tell};
use super::progress::Bar;
use super::warn;
use clap::Args;
use lacquer_delivery::album::mix_checks::MixCheck;
use lacquer_delivery::atomic_file::write_beside;
use lacquer_delivery::check::{Wishes, check};
use lacquer_delivery::decode::{Limits, Reader};
use lacquer_delivery::encode::{WordLength, check_output, encode};
use lacquer_delivery::error::SAMPLE_RATES;
use lacquer_delivery::master::page::{MasterPage, master_page};
use lacquer_delivery::master::{Job, LimiterMode, Master, Step, master, stages};
use lacquer_delivery::measure::Readings;
use lacquer_delivery::{Audio, Error};
use lacquer_dsp::chain::dither::WordLength as DitherLength;
use lacquer_dsp::metering::true_peak::COVERED;
use lacquer_dsp::targets::{self, Form, Rate, Target};
use lacquer_dsp::{Chain, ProcessSpec, Quality};
use lacquer_params::{Preset, Tree};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Arguments of `lacquer master`.
#[derive(Args)]
#[command(after_help = super::exit::TABLE)]
pub struct MasterArguments {
    /// The mix: WAV, RF64, AIFF, FLAC, Ogg Vorbis, Opus or MP3, mono or stereo
    input: PathBuf,
    /// The master, a WAV file
    #[arg(short, long)]
    output: PathBuf,
    /// A factory preset by name, or a preset file
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// A parameter, for instance limiter_drive=3 or glue_on=on; may be given often
    #[arg(long, value_name = "ID=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// A delivery target by name, or a loudness in LUFS: finds the limiter's drive for it
    #[arg(long, value_name = "NAME|LUFS", allow_hyphen_values = true)]
    target: Option<String>,
    /// Highest true peak in dBTP, -12 to 0
    #[arg(long, value_name = "DBTP", allow_hyphen_values = true)]
    ceiling: Option<f64>,
    /// Word length: 16, 20, 24 or 32f; without it the target's, the preset's dither, or else 24
    #[arg(long, value_name = "BITS")]
    word_length: Option<WordLength>,
    /// Sample rate in hertz; without it the target's, or the mix's
    #[arg(long, value_name = "HZ")]
    rate: Option<u32>,
    /// What is mended on the way in: dc takes an offset out
    #[arg(long, value_enum, value_delimiter = ',')]
    fix: Vec<Fix>,
    /// Master a mix that the check sends back as well
    #[arg(long)]
    anyway: bool,
    /// Write a report with pictures, before and after, one file for a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The limiter: best sees the whole song at once and exists offline only, high gives the bits that the plugin plays
    #[arg(long, value_enum, default_value = "best")]
    limiter: LimiterMode,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What a master can mend of its mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Fix {
    /// An offset, by the DC filter of the input trim.
    Dc,
}

/// Loudnesses in LUFS that may be asked for.
const LOUDNESSES_LUFS: std::ops::RangeInclusive<f64> = -40.0..=-4.0;
/// A change of the loudness range that is heard, LU: less is the gate's own play.
const HEARD_RANGE_LU: f64 = 1.0;
/// Ceilings in dBTP that may be asked for.
const CEILINGS_DBTP: std::ops::RangeInclusive<f64> = -12.0..=0.0;

/// What was made, in JSON.
#[derive(Serialize)]
struct Report<'a> {
    input: String,
    output: String,
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
    lowerings: usize,
    latency_samples: usize,
    latency_ms: f64,
    elapsed_s: f64,
    times_real_time: f64,
}

/// What is aimed at.
struct Aim {
    lufs: Option<f64>,
    row: Option<&'static Target>,
}

/// What the arguments ask for.
struct Asked {
    job: Job,
    preset: Option<Preset>,
    row: Option<&'static Target>,
}

/// Makes the master and says what came of it.
pub fn run(arguments: &MasterArguments, limits: Limits) -> anyhow::Result<ExitCode> {
    // Everything that can be refused is refused before any work is done.
    let Asked { mut job, preset, row } = asked(arguments)?;
    check_output(&arguments.input, &arguments.output)?;
    if let Some(html) = &arguments.html {
        check_report(html, [&arguments.input, &arguments.output].into_iter())?;
    }
    let bar = Bar::new("Checking");
    let (checked, lufs) = checked(arguments, limits, &|done| bar.show("Checking", done))?;
    // What cannot be mastered at all is no question of a verdict.
    let (decoded, reader) =
        Reader::open(&arguments.input, &limits)?.collect(&|done| bar.show("Reading", done))?;
    reader.require_whole()?;
    if job.target_lufs.is_some() && !lufs.is_finite() {
        return Err(Error::Silent { path: arguments.input.clone() }.into());
    }
    if checked.is_sent_back() && !arguments.anyway {
        drop(bar);
        tell(format_args!(
            "{}: {} Nothing was made; ask for a new mix, or give --anyway",
            arguments.input.display(),
            checked.line()
        ));
        return Ok(ExitCode::from(PERSON));
    }
    let programme = decoded.audio;
    let wanted_hz = arguments.rate.or_else(|| row.map(|row| row.form.rate.of(programme.sample_rate)));
    job.sample_rate = wanted_hz.filter(|hz| *hz != programme.sample_rate);
    let started = Instant::now();
    let made = master(&arguments.input, &programme, &job, &|step, done| {
        let message = match step {
            Step::Processing => "Processing",
            Step::Solving => "Finding the drive",
            Step::Verifying => "Verifying the peaks",
        };
        bar.show(message, done);
    })?;
    let elapsed_s = started.elapsed().as_secs_f64();
    bar.show("Writing", 1.0);
    encode(&arguments.output, &made.audio, job.word_length)?;
    drop(bar);
    warn(&reader);
    let report = report(arguments, preset.as_ref(), row, checked, &job, &programme, &made, elapsed_s);
    if let Some(html) = &arguments.html {
        write_page(html, arguments, &job, &report, &programme, &made)?;
    }
    if arguments.json {
        print_json(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        describe(&report).print()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the page.
fn write_page(
    html: &Path,
    arguments: &MasterArguments,
    job: &Job,
    report: &Report,
    programme: &Audio,
    made: &Master,
) -> Result<(), Error> {
    let spec = ProcessSpec {
        sample_rate: f64::from(programme.sample_rate),
        channels: programme.channels,
        ..job.spec
    };
    let mut behind = vec![stages::reading("Mix", programme)];
    behind.extend(stages::stages(&spec, &made.settings, programme));
    behind.push(stages::reading("Master", &made.audio));
    let page = master_page(&MasterPage {
        names: [&arguments.input, &arguments.output],
        audio: [programme, &made.audio],
        readings: [report.before, report.after],
        stages: &behind,
        facts: &facts(report),
        remarks: &report.remarks,
    });
    write_beside(html, page.as_bytes())
        .map_err(|error| Error::Write { path: html.to_owned(), reason: error.to_string() })
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
    fact("Speed", format!("{:.0} times real time", report.times_real_time));
    facts
}

/// What the check says of the mix, and its loudness, LUFS.
fn checked(
    arguments: &MasterArguments,
    limits: Limits,
    progress: &dyn Fn(f64),
) -> anyhow::Result<(MixCheck, f64)> {
    let wishes = Wishes { limits, ..Wishes::new(Vec::new(), false) };
    let report = check(&arguments.input, &wishes, progress)?;
    let mut checked = MixCheck::of(&report);
    checked.is_accepted = checked.is_sent_back() && arguments.anyway;
    Ok((checked, report.measurement.integrated_lufs))
}

/// What the arguments ask for.
fn asked(arguments: &MasterArguments) -> Result<Asked, Error> {
    if let Some(hz) = arguments.rate.filter(|hz| !SAMPLE_RATES.contains(hz)) {
        return Err(Error::Rate { hz });
    }
    let tree = Tree::new();
    let preset = arguments.preset.as_deref().map(Preset::find).transpose()?;
    if let Some(preset) = &preset {
        preset.apply(&tree)?;
    }
    for text in &arguments.set {
        let (id, value) = text.split_once('=').ok_or_else(|| Error::Setting { text: text.clone() })?;
        tree.set_from_text(id.trim(), value.trim())
            .map_err(|source| Error::Parameter { text: text.clone(), source })?;
    }
    let is_set = |id: &str| arguments.set.iter().any(|text| text.trim_start().starts_with(&format!("{id}=")));
    let mut aim = match arguments.target.as_deref() {
        Some(target) => aim(target)?,
        None => Aim { lufs: None, row: None },
    };
    // What a preset promises, unless the drive is given: also where a target asks for no loudness.
    if aim.lufs.is_none() && !is_set("limiter_drive") {
        aim.lufs = preset.as_ref().and_then(|preset| preset.loudness_lufs);
    }
    let mut settings = tree.to_settings();
    if arguments.fix.contains(&Fix::Dc) {
        settings.input_trim.on = true;
        settings.input_trim.dc_filter = true;
    }
    let ceiling_dbtp = match (arguments.ceiling, aim.row) {
        (Some(ceiling_dbtp), _) if !CEILINGS_DBTP.contains(&ceiling_dbtp) => {
            return Err(Error::Ceiling { ceiling_dbtp });
        }
        (Some(ceiling_dbtp), _) => Some(ceiling_dbtp),
        // A ceiling that somebody set is lower for a reason.
        (None, Some(row)) if is_set("limiter_ceiling") => {
            Some(row.true_peak_dbtp.min(settings.limiter.ceiling_dbtp))
        }
        (None, Some(row)) => Some(row.true_peak_dbtp),
        (None, None) => None,
    };
    if let Some(ceiling_dbtp) = ceiling_dbtp {
        settings.limiter.on = true;
        settings.limiter.true_peak = true;
        settings.limiter.ceiling_dbtp = ceiling_dbtp;
    }
    let own = match (settings.dither.on, settings.dither.word_length) {
        (true, DitherLength::Bits16) => WordLength::Bits16,
        (true, DitherLength::Bits20) => WordLength::Bits20,
        _ => WordLength::Bits24,
    };
    let targets =
        aim.row.map(|row| if row.form.bits == 16 { WordLength::Bits16 } else { WordLength::Bits24 });
    let word_length = arguments.word_length.or(targets).unwrap_or(own);
    let spec = tree.to_spec(ProcessSpec::stereo(48_000.0));
    let trims = |preset: &Preset| preset.made_for_lufs.is_some() && !is_set("input_trim_gain");
    let trimmed_by = preset.clone().filter(trims);
    let job = Job {
        settings,
        spec,
        target_lufs: aim.lufs,
        trimmed_by,
        word_length,
        sample_rate: None,
        limiter: arguments.limiter,
    };
    Ok(Asked { job, preset, row: aim.row })
}

/// A target by name or in LUFS.
fn aim(text: &str) -> Result<Aim, Error> {
    if let Some(row) = targets::find(text) {
        return Ok(Aim { lufs: row.integrated_lufs, row: Some(row) });
    }
    let number = text.trim().trim_end_matches("LUFS").trim();
    match number.parse::<f64>() {
        Ok(lufs) if LOUDNESSES_LUFS.contains(&lufs) => Ok(Aim { lufs: Some(lufs), row: None }),
        _ => Err(Error::Target { text: text.to_owned(), known: targets::known() }),
    }
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

#[allow(clippy::too_many_arguments)]
fn report<'a>(
    arguments: &MasterArguments,
    preset: Option<&'a Preset>,
    row: Option<&'static Target>,
    check: MixCheck,
    job: &Job,
    programme: &Audio,
    made: &Master,
    elapsed_s: f64,
) -> Report<'a> {
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec {
        sample_rate: f64::from(programme.sample_rate),
        channels: programme.channels,
        ..job.spec
    });
    let latency_samples = chain.latency_samples();
    let thousandths = |value: f64| (value * 1000.0).round() / 1000.0;
    let limiter = made.settings.limiter.on.then_some(&made.settings.limiter);
    Report {
        input: arguments.input.display().to_string(),
        output: arguments.output.display().to_string(),
        preset: preset.map(|preset| preset.name.as_str()),
        check,
        target: row.map(|row| row.id),
        target_says: row.map(|row| target_says(row, job, preset)),
        target_lufs: job.target_lufs,
        mix_sample_rate_hz: programme.sample_rate,
        sample_rate_hz: made.audio.sample_rate,
        channels: programme.channels,
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
        lowerings: made.lowerings,
        latency_samples,
        latency_ms: thousandths(latency_samples as f64 * 1000.0 / f64::from(programme.sample_rate)),
        elapsed_s: thousandths(elapsed_s),
        times_real_time: (programme.duration_s() / elapsed_s.max(1e-9)).round(),
    }
}

fn describe(report: &Report) -> Lines {
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
