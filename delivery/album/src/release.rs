//! The files of a release: each rate and word length is joined once, and written as whatever wants it.

use super::AlbumError;
use super::cache::{Cache, reading_key};
use super::codecs::{CodecOutcome, codec_of, examine};
use super::file::{Album, Output};
use super::outputs::{Facts, Writer, variant};
use super::segment::Segment;
use super::summary::Places;
use super::timeline::Passage;
use super::variant::{Material, Variant, VariantReport};
use super::{Progress, discs};
use lacquer_disc::pq_sheet::{self, PqRow};
use lacquer_dsp::metering::Meter;
use lacquer_dsp::programme::Source;
use lacquer_files::audio::Widened;
use lacquer_files::encode::WordLength;
use lacquer_files::tags::Cover;
use lacquer_isrc::Isrc;
use lacquer_song::measure::{Readings, measure_programme};
use serde::{Deserialize, Serialize};

/// What is softer is silence (ITU-R BS.1770-5), LUFS.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;

/// What was written, and what was measured on the way.
#[derive(Debug, Default)]
pub struct Release {
    /// Readings of each track.
    pub readings: Vec<Readings>,
    /// Of all of them set end to end.
    pub whole: Whole,
    /// Where the tracks' files lie.
    pub places: Places,
    /// What is reported of each rate and word length.
    pub variants: Vec<VariantReport>,
    /// What lossy encoding does to the peaks.
    pub codecs: Vec<CodecOutcome>,
    /// The indexes of the disc.
    pub pq: Vec<PqRow>,
    /// What some plants or players do not take.
    pub disc_warnings: Vec<String>,
}

/// The album as one programme.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Whole {
    /// Its readings.
    pub readings: Readings,
    /// Loudness of the last 3 s at the end of each second, LUFS; none in silence.
    pub short_term_lufs: Vec<Option<f64>>,
}

/// The rates and word lengths that are wanted, each once. The main one comes first: its readings are every file's.
fn variants(album: &Album, main: (u32, WordLength)) -> Vec<(u32, WordLength)> {
    let mut variants = vec![main];
    for wanted in album.outputs.iter().filter_map(|output| variant(*output, main.0)) {
        if !variants.contains(&wanted) {
            variants.push(wanted);
        }
    }
    variants
}

/// Writes every output that is made of tracks; `rate` is the album's. With `fix`, lossy files get the gain that clears their peaks.
pub fn release(
    material: &Material,
    rate: u32,
    (codes, covers): (&[Option<Isrc>], &[Option<Cover>]),
    fix: bool,
    writer: &mut Writer,
    progress: Progress,
) -> Result<Release, AlbumError> {
    let Material { album, cache, .. } = *material;
    let main = (rate, WordLength::Bits24);
    let disc = (discs::RATE_HZ, WordLength::Bits16);
    let mut made = Release::default();
    for variant_of in variants(album, main) {
        let (rate, word_length) = variant_of;
        let on_disc = album.has_disc() && rate == discs::RATE_HZ;
        let joined = Variant::make(material, rate, word_length, on_disc, &|done| progress("Limiting", done))?;
        if variant_of == main {
            (made.readings, made.whole) = measured(&joined, cache, progress)?;
            made.places = places(&joined, material.segments);
        }
        for output in album.outputs.iter().filter(|output| variant(**output, main.0) == Some(variant_of)) {
            let mut gain_db = 0.0;
            if let Some(codec) = codec_of(*output) {
                let examined =
                    examine(*output, codec, &joined, cache, fix, &|done| progress("Trying codecs", done))?;
                gain_db = examined.applied_db;
                made.codecs.push(examined);
            }
            let facts = Facts { readings: &made.readings, whole: &made.whole.readings, codes, covers };
            writer.tracks(*output, &joined, &facts, gain_db, &|done| progress("Writing", done))?;
        }
        if album.has_disc() && variant_of == disc {
            progress("Writing discs", 0.0);
            write_discs(album, &joined, codes, writer, &mut made)?;
        }
        made.variants.push(joined.report());
    }
    Ok(made)
}

fn write_discs(
    album: &Album,
    joined: &Variant,
    codes: &[Option<Isrc>],
    writer: &mut Writer,
    made: &mut Release,
) -> Result<(), AlbumError> {
    let disc = joined.timeline.disc(album, codes);
    made.disc_warnings = discs::check(&disc)?;
    let mut digests = Vec::new();
    if album.outputs.contains(&Output::Cue) {
        discs::write_cue(writer, joined, &disc)?;
    }
    if album.outputs.contains(&Output::Ddp) {
        // Every rule's warning is among them.
        (digests, made.disc_warnings) = discs::write_ddp(writer, joined, &disc)?;
    }
    discs::write_pq_sheet(writer, &disc, &digests)?;
    made.pq = pq_sheet::rows(&disc);
    Ok(())
}

fn places(joined: &Variant, segments: &[Segment]) -> Places {
    let timeline = &joined.timeline;
    let shared = |passage: &Passage| {
        passage.segments.len() > 1
            || segments[passage.segments.clone()].iter().any(|segment| segment.tracks.len() > 1)
    };
    let seconds = |frames: usize| frames as f64 / f64::from(timeline.sample_rate);
    Places {
        starts_s: timeline.marks.iter().map(|mark| seconds(*mark)).collect(),
        lengths_s: (0..timeline.marks.len()).map(|track| seconds(timeline.sound_of(track).len())).collect(),
        shares_run: timeline
            .passages
            .iter()
            .flat_map(|passage| {
                let tracks: usize =
                    segments[passage.segments.clone()].iter().map(|segment| segment.tracks.len()).sum();
                std::iter::repeat_n(shared(passage), tracks)
            })
            .collect(),
    }
}

/// Readings of each track and of all of them set end to end.
fn measured(
    joined: &Variant,
    cache: &Cache,
    progress: Progress,
) -> Result<(Vec<Readings>, Whole), AlbumError> {
    let timeline = &joined.timeline;
    let tracks = timeline.marks.len();
    let mut readings = Vec::with_capacity(tracks);
    for track in 0..tracks {
        progress("Measuring", track as f64 / tracks as f64);
        let sound = timeline.sound_of(track);
        let key = reading_key(&["readings", &joined.key_of(&sound)]);
        readings.push(cache.value_or(&key, || Ok(Readings::from(&measure_programme(&joined.cut(sound)?)?)))?);
    }
    let whole = cache.value_or(&reading_key(&["whole", &joined.key_of(&(0..timeline.length))]), || {
        let mut meter = Meter::new(f64::from(timeline.sample_rate), 2);
        let mut short_term_lufs = Vec::new();
        let second = timeline.sample_rate as usize;
        let mut frames = vec![[0.0; 2]; second];
        for start in (0..timeline.length).step_by(second) {
            let part = joined.cut(start..(start + second).min(timeline.length))?;
            let frames = &mut frames[..part.length()];
            Widened(&part).read(0, frames)?;
            meter.push(frames);
            let (_, lufs) = meter.momentary_and_short_term_lufs();
            short_term_lufs.push((lufs > ABSOLUTE_GATE_LUFS).then(|| (lufs * 100.0).round() / 100.0));
        }
        Ok(Whole { readings: Readings::from(&meter.finish()), short_term_lufs })
    })?;
    Ok((readings, whole))
}
