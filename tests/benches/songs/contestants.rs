//! Who limits: Lacquer in its styles, the peers at the settings that their makers mean for mastering, and a hard clip as the worst.

#[cfg(target_os = "linux")]
use crate::lv2;
use crate::matching::loudness_lufs;
use crate::{CEILING_DBTP, Candidate};
use anyhow::{Context, ensure};
use lacquer_dsp::chain::limiter::best::{Best, Limited};
use lacquer_dsp::chain::limiter::{LimiterSettings, LimiterStyle};
use lacquer_dsp::programme::{Memory, Source, piece};
use lacquer_dsp::{Chain, ChainSettings, Frame, ProcessSpec, Quality};
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

/// Frames a plugin is given at a time.
#[cfg(target_os = "linux")]
const BLOCK: usize = 512;
/// What a contestant makes of driven frames at a rate.
pub type Render<'a> = Box<dyn Fn(&[Frame], f64) -> anyhow::Result<Vec<Frame>> + 'a>;
/// How a contestant brings frames at a rate to a loudness by itself.
pub type Reach<'a> = Box<dyn Fn(&[Frame], f64, f64) -> io::Result<Limited> + 'a>;

/// How a contestant is run.
pub enum Way<'a> {
    /// It limits what it is given; may be late.
    Driven(Render<'a>),
    /// It finds the drive itself.
    Reaching(Reach<'a>),
}

/// A limiter in the contest.
pub struct Contestant<'a> {
    /// Its name and settings.
    pub name: &'static str,
    /// Whether Lacquer is compared against it.
    pub is_peer: bool,
    /// How it limits.
    pub way: Way<'a>,
}

fn contestant<'a>(
    name: &'static str,
    is_peer: bool,
    render: impl Fn(&[Frame], f64) -> anyhow::Result<Vec<Frame>> + 'a,
) -> Contestant<'a> {
    Contestant { name, is_peer, way: Way::Driven(Box::new(render)) }
}

/// The offline limiter in `style`.
fn best<'a>(name: &'static str, style: LimiterStyle) -> Contestant<'a> {
    let reach = move |frames: &[Frame], rate: f64, target_lufs: f64| {
        let settings = LimiterSettings { style, ceiling_dbtp: CEILING_DBTP, ..Default::default() };
        let loudness = |frames: &dyn Source| Ok(loudness_lufs(&piece(frames, 0..frames.length())?, rate));
        Best::new(&frames, &Memory, rate, &settings)?.render_to(target_lufs, loudness)
    };
    Contestant { name, is_peer: false, way: Way::Reaching(Box::new(reach)) }
}

/// The chain with the limiter in `style`, after a clipper where `clip_db` says how far it stands over the ceiling.
fn chain(
    frames: &[Frame],
    rate: f64,
    quality: Quality,
    style: LimiterStyle,
    clip_db: Option<f64>,
) -> Vec<Frame> {
    let mut settings = ChainSettings::default();
    settings.limiter.style = style;
    settings.limiter.ceiling_dbtp = CEILING_DBTP;
    if let Some(clip_db) = clip_db {
        settings.clipper.on = true;
        settings.clipper.threshold_db = CEILING_DBTP;
        settings.limiter.drive_db = clip_db;
        settings.limiter.auto_release = false;
        settings.limiter.release_ms = 5.0;
    }
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(rate) });
    chain.set(&settings);
    let latency = chain.latency_samples();
    let mut output: Vec<Frame> = frames.to_vec();
    output.resize(frames.len() + latency, [0.0; 2]);
    chain.process(&mut output);
    output.drain(..latency);
    output
}

fn hard_clip(frames: &[Frame], ceiling: f64) -> Vec<Frame> {
    frames.iter().map(|frame| frame.map(|x| x.clamp(-ceiling, ceiling))).collect()
}

/// A filter of ffmpeg's over frames.
fn ffmpeg(frames: &[Frame], rate: f64, filter: &str) -> anyhow::Result<Vec<Frame>> {
    let rate = rate.to_string();
    let format = ["-f", "f32le", "-ar", &rate, "-ac", "2"];
    let mut child = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error"])
        .args(format)
        .args(["-i", "pipe:0", "-af", filter])
        .args(format)
        .arg("pipe:1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("ffmpeg cannot be started")?;
    let input: Vec<u8> = frames.as_flattened().iter().flat_map(|x| (*x as f32).to_le_bytes()).collect();
    let mut stdin = child.stdin.take().context("no input")?;
    // Another thread writes, as ffmpeg writes before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let mut output = Vec::new();
    child.stdout.take().context("no output")?.read_to_end(&mut output)?;
    ensure!(child.wait()?.success() && writer.join().is_ok_and(|written| written.is_ok()), "ffmpeg failed");
    let sample = |bytes: &[u8]| f64::from(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    Ok(output.chunks_exact(8).map(|bytes| [sample(&bytes[..4]), sample(&bytes[4..])]).collect())
}

/// An LV2 plugin over frames; silence follows for what it is late.
#[cfg(target_os = "linux")]
fn plugin(world: &lv2::World, slot: &lv2::Slot, frames: &[Frame], rate: f64) -> anyhow::Result<Vec<Frame>> {
    let mut rack = lv2::Rack::new(world, std::slice::from_ref(slot), rate, BLOCK)?;
    let mut output = frames.to_vec();
    output.resize((frames.len() + (0.05 * rate) as usize).next_multiple_of(BLOCK), [0.0; 2]);
    let (mut left, mut right) = (vec![0f32; BLOCK], vec![0f32; BLOCK]);
    for block in output.chunks_exact_mut(BLOCK) {
        for (n, frame) in block.iter().enumerate() {
            (left[n], right[n]) = (frame[0] as f32, frame[1] as f32);
        }
        rack.before()?;
        rack.process([&mut left, &mut right]);
        for (n, frame) in block.iter_mut().enumerate() {
            *frame = [f64::from(left[n]), f64::from(right[n])];
        }
    }
    Ok(output)
}

/// The limiter that plays in a quality.
fn played<'a>(
    name: &'static str,
    quality: Quality,
    style: LimiterStyle,
    clip_db: Option<f64>,
) -> Contestant<'a> {
    contestant(name, false, move |x, rate| Ok(chain(x, rate, quality, style, clip_db)))
}

/// Lacquer's.
fn ours<'a>() -> Vec<Contestant<'a>> {
    vec![
        best("Best transparent", LimiterStyle::Transparent),
        best("Best punch", LimiterStyle::Punch),
        best("Best smooth", LimiterStyle::Smooth),
        played("High transparent", Quality::Standard, LimiterStyle::Transparent, None),
        played("High punch", Quality::Standard, LimiterStyle::Punch, None),
        played("High bass", Quality::Standard, LimiterStyle::Bass, None),
        played("High smooth", Quality::Standard, LimiterStyle::Smooth, None),
        played("High finest", Quality::Finest, LimiterStyle::Transparent, None),
        played("Low latency transparent", Quality::Live, LimiterStyle::Transparent, None),
        played("Low latency punch", Quality::Live, LimiterStyle::Punch, None),
        played("Low latency clip + limit", Quality::Live, LimiterStyle::Punch, Some(1.5)),
    ]
}

/// Everybody; peers that are not installed are left out and named.
#[cfg(target_os = "linux")]
pub fn contestants(world: Option<&lv2::World>) -> Vec<Contestant<'_>> {
    use crate::cases;
    let ceiling = 10f64.powf(CEILING_DBTP / 20.0);
    let mut all = ours();
    if let Some(world) = world {
        let peers = [
            ("LSP half x4", cases::lsp_limiter(6.0)),
            ("LSP full x4", cases::lsp_limiter(16.0)),
            ("x42 dpl 10 ms", cases::x42_limiter(0.0)),
            ("Calf x4", cases::calf_limiter()),
            ("ZaMaximX2", zam_maximizer()),
        ];
        for (name, slot) in peers {
            // What cannot be made now cannot be made later.
            match lv2::Rack::new(world, std::slice::from_ref(&slot), 48_000.0, BLOCK) {
                Ok(_) => all.push(contestant(name, true, move |x, rate| plugin(world, &slot, x, rate))),
                Err(error) => println!("{name} is left out: {error:#}"),
            }
        }
    }
    if Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        all.push(contestant("ffmpeg alimiter x4", true, move |x, rate| {
            let high = 4.0 * rate;
            let limiter = format!("alimiter=limit={ceiling}:attack=5:release=50:level=0");
            ffmpeg(
                x,
                rate,
                &format!("aresample={high}:filter_size=64,{limiter},aresample={rate}:filter_size=64"),
            )
        }));
        all.push(contestant("ffmpeg apsyclip", true, move |x, rate| {
            ffmpeg(x, rate, &format!("apsyclip=clip={ceiling}"))
        }));
    } else {
        println!("ffmpeg is left out: it is not installed");
    }
    all.push(contestant("hard clip", false, move |x, _| Ok(hard_clip(x, ceiling))));
    all
}

/// Lacquer alone: the peers are LV2 plugins from Debian.
#[cfg(not(target_os = "linux"))]
pub fn contestants<'a>() -> Vec<Contestant<'a>> {
    ours()
}

/// A maximizer on sample peaks.
#[cfg(target_os = "linux")]
fn zam_maximizer() -> lv2::Slot {
    crate::cases::slot("urn:zamaudio:ZaMaximX2".into(), &[("rel", 25.0), ("ceil", -1.0), ("thresh", -1.0)])
}
