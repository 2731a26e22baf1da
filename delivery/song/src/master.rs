//! A master: the chain over a programme, the drive that reaches a loudness, and the last look at its peaks.
//!
//! What comes before the limiter does not depend on its drive: it is rendered once, and each trial runs the limiter and the dither
//! alone. Another sample rate is converted to before the limiter, so that what the conversion adds to peaks is held. Stages that are off are bit-exact delays, so that both halves give the same bits as the whole chain in one. The limiter is
//! the best one, which sees the whole programme and exists away from a host only, or the plugin's, bit for bit.

pub mod best;
pub mod drive;
pub mod page;
pub mod stages;

use crate::ceiling::{Held, held};
use crate::error::MasterError;
use crate::measure::measure_programme;
use crate::render::render;
use drive::solve;
use lacquer_dsp::metering::Measurement;
use lacquer_dsp::metering::cost::{Cost, CostMeter};
use lacquer_dsp::programme::{CHUNK_FRAMES, Louder, Source, Store, visit};
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec};
use lacquer_files::audio::{Programme, SpilledAudio, Widened};
use lacquer_files::encode::WordLength;
use lacquer_files::resample::Converter;
use lacquer_files::spill::{Scratch, Spill};
use lacquer_params::Preset;
use std::io;
use std::path::Path;

/// Which limiter makes a master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LimiterMode {
    /// The one that sees the whole programme at once: the cleanest, offline only.
    #[default]
    Best,
    /// The plugin's at the quality that is set: the same bits as in a host.
    #[value(alias = "plugin")]
    High,
}

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Job {
    /// The chain's settings.
    pub settings: ChainSettings,
    /// Quality and phase; rate and channels are the programme's.
    pub spec: ProcessSpec,
    /// Loudness to reach, LUFS.
    pub target_lufs: Option<f64>,
    /// The preset that trims the mix to the loudness that it was made for.
    pub trimmed_by: Option<Preset>,
    /// Word length of the file.
    pub word_length: WordLength,
    /// Sample rate of the file, hertz; without it the programme's.
    pub sample_rate: Option<u32>,
    /// The limiter, if one is on.
    pub limiter: LimiterMode,
    /// Whether the master is kept as it is before the dither, too.
    pub keeps_archive: bool,
}

/// Where the work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The stages before the limiter.
    Processing,
    /// Looking for the drive.
    Solving,
    /// Looking for peaks over the ceiling.
    Verifying,
}

/// A finished master.
#[derive(Debug)]
pub struct Master {
    /// The audio as it goes to the file.
    pub audio: SpilledAudio,
    /// It before the dither, where that was asked for.
    pub archive: Option<SpilledAudio>,
    /// The programme as it was.
    pub before: Measurement,
    /// The master.
    pub after: Measurement,
    /// The settings that made it.
    pub settings: ChainSettings,
    /// Its true peak at 32 points a frame, dBTP, of what lies below 0.48 of the sample rate.
    pub verified_peak_dbtp: f64,
    /// How often it was rendered again because a peak was over the ceiling.
    pub retries: usize,
    /// What the limiter did to the sound, if it was on.
    pub cost: Option<Cost>,
}

/// Called with the step and how much of it is done, 0 to 1.
pub type Progress<'a> = &'a (dyn Fn(Step, f64) + Sync);

/// Makes a master. `path` names the programme in messages; what is worked on lies in `scratch`.
pub fn master(
    path: &Path,
    programme: &dyn Programme,
    job: &Job,
    scratch: &Scratch,
    progress: Progress,
) -> Result<Master, MasterError> {
    let channels = programme.channels();
    let spec = ProcessSpec { sample_rate: f64::from(programme.sample_rate()), channels, ..job.spec };
    let mut settings = job.settings.clone();
    settings.bypass = false;
    settings.listen = None;
    match job.word_length.dither() {
        Some(word_length) => {
            settings.dither.on = true;
            settings.dither.word_length = word_length;
        }
        None => settings.dither.on = false,
    }
    // The unmastered programme is measured on another core meanwhile, unless what comes first depends on it.
    let measured = job.trimmed_by.as_ref().map(|_| measure_programme(programme)).transpose()?;
    let trim_db = measured.as_ref().zip(job.trimmed_by.as_ref());
    if let Some(trim_db) = trim_db.and_then(|(before, preset)| preset.trim_db(before.integrated_lufs)) {
        settings.input_trim.on = true;
        settings.input_trim.gain_db = trim_db;
    }
    let sample_rate = job.sample_rate.unwrap_or(programme.sample_rate());
    let (before, driven) = std::thread::scope(|scope| {
        let measurement = scope.spawn(|| measured.map_or_else(|| measure_programme(programme), Ok));
        let driven = driven(&spec, &settings, programme, sample_rate, scratch, progress);
        (measurement.join(), driven)
    });
    let before = before.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let driven = driven?;
    let spec = ProcessSpec { sample_rate: f64::from(sample_rate), ..spec };
    let empty = || SpilledAudio::new(sample_rate, channels, scratch);
    let rendered = |settings: &ChainSettings| -> Result<SpilledAudio, MasterError> {
        let mut audio = empty();
        render(&spec, settings, &driven, |frames| audio.push(frames), &|_| {})?;
        Ok(audio)
    };
    if job.target_lufs.is_some() {
        if before.integrated_lufs == f64::NEG_INFINITY {
            return Err(MasterError::Silent { path: path.to_owned() });
        }
        settings.limiter.on = true;
        settings.limiter.unity_gain = false;
    }
    let holds_peaks = settings.limiter.on && settings.limiter.true_peak;
    let ceiling_dbtp = if holds_peaks { settings.limiter.ceiling_dbtp } else { f64::INFINITY };
    let own_reserve = settings.limiter.output_reserve;
    let is_best = settings.limiter.on && job.limiter == LimiterMode::Best;
    // What made each render, and it before its dither: the one that is kept need not be the last.
    let mut renders: Vec<(ChainSettings, Option<SpilledAudio>)> = Vec::new();
    // The drive that was found with the last reserve.
    let mut drive_db: Option<f64> = None;
    let Held { frames: audio, peak, retries } = held(ceiling_dbtp, sample_rate, |reserve| {
        settings.limiter.output_reserve = own_reserve + reserve;
        if is_best {
            let loudness = |frames: &dyn Source| best::loudness_lufs(frames, &spec);
            let limited = match job.target_lufs {
                Some(target_lufs) => {
                    best::limit_to(&spec, &driven, &mut settings, target_lufs, scratch, &loudness, progress)?
                }
                None => best::at_its_drive(&spec, &driven, &settings, scratch)?,
            };
            let archive = if job.keeps_archive {
                let mut archive = empty();
                visit(&limited, 0..limited.length(), |frames| archive.push(frames))?;
                Some(archive)
            } else {
                None
            };
            renders.push((settings.clone(), archive));
            progress(Step::Verifying, 0.0);
            let mut audio = empty();
            best::dithered(&spec, &settings, &limited, |frames| audio.push(frames))?;
            return Ok(audio);
        }
        let mut tried = None;
        if let Some(target_lufs) = job.target_lufs {
            let start_db = match drive_db {
                // Another reserve moves it little.
                Some(drive_db) => drive_db,
                None => target_lufs - best::loudness_lufs(&driven, &spec).map_err(MasterError::Spill)?,
            };
            let found_db = solve(target_lufs, start_db, progress, |drive_db| {
                settings.limiter.drive_db = drive_db;
                let audio = rendered(&from_limiter(&settings))?;
                let lufs = best::loudness_lufs(&Widened(&audio), &spec).map_err(MasterError::Spill)?;
                tried = Some(audio);
                Ok(lufs)
            })?;
            (settings.limiter.drive_db, drive_db) = (found_db, Some(found_db));
        }
        progress(Step::Verifying, 0.0);
        renders.push((settings.clone(), None));
        tried.map_or_else(|| rendered(&from_limiter(&settings)), Ok)
    })?;
    let (settings, mut archive) = renders.swap_remove(retries);
    if job.keeps_archive && archive.is_none() {
        // The same limiter, with the same room for the dither.
        let mut before_dither = from_limiter(&settings);
        before_dither.limiter = best::with_reserve(&spec, &settings);
        before_dither.dither.on = false;
        archive = Some(rendered(&before_dither)?);
    }
    let cost = settings.limiter.on.then(|| cost(&driven, &settings, &audio, scratch)).transpose()?;
    let verified_peak_dbtp = 20.0 * peak.level.log10();
    let mut after = measure_programme(&audio)?;
    // The closer look has the last word.
    after.true_peak_dbtp = after.true_peak_dbtp.max(verified_peak_dbtp);
    after.plr_db = after.true_peak_dbtp - after.integrated_lufs;
    Ok(Master { audio, archive, before, after, settings, verified_peak_dbtp, retries, cost })
}

/// A programme behind the stages before the limiter, at `sample_rate` hertz.
fn driven(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    programme: &dyn Programme,
    sample_rate: u32,
    scratch: &Scratch,
    progress: Progress,
) -> Result<Spill<Frame>, MasterError> {
    let mut driven = scratch.spill();
    let mut converter = match programme.sample_rate() {
        same if same == sample_rate => None,
        own => Some(Converter::new(own, sample_rate)?),
    };
    render(
        spec,
        &before_limiter(settings),
        &Widened(programme),
        |frames| match &mut converter {
            Some(converter) => converter.push(frames, |frames| Ok(driven.push(frames)?)),
            None => Ok::<_, MasterError>(driven.push(frames)?),
        },
        &|done| progress(Step::Processing, done),
    )?;
    if let Some(converter) = converter {
        converter.finish(|frames| Ok::<_, MasterError>(driven.push(frames)?))?;
    }
    Ok(driven)
}

/// What the limiter did to what came before it.
fn cost(
    driven: &dyn Source,
    settings: &ChainSettings,
    made: &dyn Programme,
    scratch: &Scratch,
) -> io::Result<Cost> {
    let mut meter = CostMeter::new(f64::from(made.sample_rate()), scratch.tape());
    let limiter = &settings.limiter;
    let gain = if limiter.unity_gain { 1.0 } else { 10f64.powf(limiter.drive_db / 20.0) };
    let (made, mut made_frames, mut position) = (Widened(made), vec![[0.0; 2]; CHUNK_FRAMES], 0);
    visit(&Louder { of: driven, gain }, 0..driven.length(), |frames| {
        let made_frames = &mut made_frames[..frames.len()];
        made.read(position, made_frames)?;
        position += frames.len();
        meter.push(frames, made_frames)
    })?;
    meter.cost()
}

/// The stages before the limiter.
pub fn before_limiter(settings: &ChainSettings) -> ChainSettings {
    let mut before = settings.clone();
    before.limiter.on = false;
    before.dither.on = false;
    before
}

/// The limiter and the dither.
pub fn from_limiter(settings: &ChainSettings) -> ChainSettings {
    let mut after =
        ChainSettings { limiter: settings.limiter, dither: settings.dither, ..Default::default() };
    after.input_trim.on = false;
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::measure;
    use lacquer_dsp::drive::LOUDNESS_TOLERANCE_LU;
    use lacquer_dsp::programme::piece;
    use lacquer_files::Audio;

    /// Two seconds of decaying hits over a chord, peaks near 0.9.
    fn mix() -> Audio {
        let frame = |n: u32| {
            let t = f64::from(n) / 48_000.0;
            let hit = (-(4.0 * t).fract() * 8.0).exp();
            let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
            let x =
                0.5 * hit * tone(70.0 + 300.0 * hit) + 0.1 * (tone(220.0) + tone(277.2) + 0.5 * tone(3300.0));
            [x as f32, (0.8 * x) as f32]
        };
        Audio { sample_rate: 48_000, channels: 2, frames: (0..96_000).map(frame).collect() }
    }

    fn job(limiter: LimiterMode, target_lufs: Option<f64>) -> Job {
        let mut settings = ChainSettings::default();
        settings.limiter.drive_db = 9.0;
        let spec = ProcessSpec::stereo(48_000.0);
        Job {
            settings,
            spec,
            target_lufs,
            trimmed_by: None,
            word_length: WordLength::Float32,
            sample_rate: None,
            limiter,
            keeps_archive: false,
        }
    }

    fn made(mix: &Audio, job: &Job) -> Result<Master, MasterError> {
        let folder = tempfile::tempdir().expect("a folder");
        master(Path::new("mix"), mix, job, &Scratch::within(folder.path()), &|_, _| {})
    }

    #[test]
    fn the_plugins_limiter_gives_the_chains_bits_and_the_best_one_its_own() {
        let mix = mix();
        let made = |limiter| {
            let made = made(&mix, &job(limiter, None)).expect("a master").audio;
            piece(&made, 0..made.length()).expect("its frames")
        };
        let settings = job(LimiterMode::High, None).settings;
        let spec = ProcessSpec::stereo(48_000.0);
        let mut played: Vec<[f32; 2]> = Vec::new();
        let keep = |frames: &[Frame]| -> io::Result<()> {
            played.extend(frames.iter().map(|frame| frame.map(|x| x as f32)));
            Ok(())
        };
        render(&spec, &settings, &Widened(&mix), keep, &|_| {}).expect("a render");
        assert!(made(LimiterMode::High) == played);
        assert!(made(LimiterMode::Best) != played);
    }

    #[test]
    fn the_best_limiter_meets_its_target_and_ceiling() {
        let mix = mix();
        let loudest = measure(&mix).integrated_lufs;
        for more_lu in [3.0, 8.0] {
            let job = job(LimiterMode::Best, Some(loudest + more_lu));
            let made = made(&mix, &job).expect("a master");
            let miss = made.after.integrated_lufs - loudest - more_lu;
            assert!(miss.abs() <= LOUDNESS_TOLERANCE_LU, "{more_lu}: {miss:+.3} LU");
            assert!(made.verified_peak_dbtp <= -1.0, "{} dBTP", made.verified_peak_dbtp);
        }
        let beyond = made(&mix, &job(LimiterMode::Best, Some(1.0)));
        assert!(matches!(beyond, Err(MasterError::Unreachable { .. })));
    }
}
