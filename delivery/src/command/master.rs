//! `lacquer master`.

mod report;

use super::check::check_output as check_report;
use super::exit::PERSON;
use super::output::{print_json, tell};
use super::progress::Bar;
use super::warn;
use clap::Args;
use lacquer_delivery::Error;
use lacquer_delivery::album::mix_checks::MixCheck;
use lacquer_delivery::check::{Wishes, check};
use lacquer_delivery::decode::{Limits, Reader};
use lacquer_delivery::encode::{WordLength, check_output, encode};
use lacquer_delivery::error::SAMPLE_RATES;
use lacquer_delivery::master::{Job, LimiterMode, Step, master};
use lacquer_dsp::ProcessSpec;
use lacquer_dsp::chain::dither::WordLength as DitherLength;
use lacquer_dsp::targets::{self, Target};
use lacquer_params::{Preset, Tree};
use report::{describe, report, write_page};
use std::path::PathBuf;
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
/// Ceilings in dBTP that may be asked for.
const CEILINGS_DBTP: std::ops::RangeInclusive<f64> = -12.0..=0.0;

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
