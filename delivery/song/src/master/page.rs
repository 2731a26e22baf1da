//! A master's report as a page: before and after, what each stage did, and an excerpt of both at one loudness to listen to.
//!
//! The page depends on its arguments alone: no clock, no random name.

use super::stages::StageReading;
use crate::check::curves::{Curves, Drawing};
use crate::measure::{Readings, measure};
use lacquer_dsp::programme::visit;
use lacquer_files::audio::{Audio, Programme};
use lacquer_files::encode::opus;
use lacquer_report::plot::{Axis, FULL_WIDTH, Plot, frequency_ticks, level_ticks, time_ticks};
use lacquer_report::table::{Column, table};
use lacquer_report::{Ink, Panel, masthead, number, page_with_sound, typeset};
use maud::{Markup, Render, html};
use std::io;
use std::path::Path;

/// Length of an excerpt, s, and how much of it lies before the loudest place.
const EXCERPT_S: f64 = 12.0;
const LEAD_S: f64 = 8.0;
/// Its bit rate, kbit/s: nobody tells it from the file, and a page stays below a megabyte.
const EXCERPT_KBPS: u32 = 160;
/// What is drawn in which colour.
const KEY: [(Ink, &str); 2] = [(Ink::Quiet, "mix"), (Ink::Tone, "master")];

/// What a page tells.
pub struct MasterPage<'a> {
    /// The mix's file and the master's.
    pub names: [&'a Path; 2],
    /// The mix and the master.
    pub audio: [&'a dyn Programme; 2],
    /// Their readings.
    pub readings: [Readings; 2],
    /// Behind each stage, from the mix to the master.
    pub stages: &'a [StageReading],
    /// What else there is to say: a name and a text.
    pub facts: &'a [[String; 2]],
    /// What to look at.
    pub remarks: &'a [String],
}

/// The page. Both excerpts are left out where they cannot be encoded.
///
/// # Errors
/// As [`Source::read`](lacquer_dsp::programme::Source::read).
pub fn master_page(of: &MasterPage) -> io::Result<Markup> {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let [mix, master] = of.names.map(name);
    let curves = [curves(of.audio[0])?, curves(of.audio[1])?];
    let facts = of.facts.iter().map(|[name, text]| [name.render(), typeset(text).render()]);
    let columns = [("", Column::Words), ("", Column::Words)];
    let body = html! {
        (masthead("Master", &format!("{mix} to {master}")))
        section.file.only {
            div.file-head { div { h2 { (master) } p.origin { "from " (mix) } } }
            @if !of.remarks.is_empty() {
                div.verdict.ink-caution.spaced { ol { @for text in of.remarks { li { (typeset(text)) } } } }
            }
            (readings(of))
            (Panel { title: "How it was made", ..Panel::default() }
                .around(table("platforms", &columns, facts)))
            (stages(of.stages))
            (excerpts(of, &curves)?)
            (loudness(of, &curves))
            (spectrum(&curves))
            (peaks(of, &curves))
        }
        p.foot { "lacquer " (env!("CARGO_PKG_VERSION")) " master" }
    };
    Ok(page_with_sound(&format!("{master} – master"), body))
}

fn curves(programme: &dyn Programme) -> io::Result<Curves> {
    let length = programme.length();
    let mut drawing = Drawing::new(programme.sample_rate(), programme.channels(), length);
    visit(programme, 0..length, |chunk| {
        drawing.push(chunk);
        Ok::<_, io::Error>(())
    })?;
    Ok(drawing.finish())
}

fn readings(of: &MasterPage) -> Markup {
    let channels = of.audio[0].channels();
    let [before, after] = of.readings.map(|readings| readings.rows_of(channels));
    let shown = |text: &str| if text == "-" { "–".to_owned() } else { typeset(text) };
    let rows = before.iter().zip(&after).map(|((name, before, unit), (_, after, _))| {
        let change = match (before.parse::<f64>(), after.parse::<f64>()) {
            (Ok(before), Ok(after)) => number(after - before, 1, true),
            _ => "–".to_owned(),
        };
        [name.render(), shown(before).render(), shown(after).render(), change.render(), unit.render()]
    });
    let columns = [
        ("", Column::Words),
        ("Mix", Column::Number),
        ("Master", Column::Number),
        ("Change", Column::Number),
        ("", Column::Words),
    ];
    Panel { title: "Before and after", ..Panel::default() }.around(table("platforms", &columns, rows))
}

/// What each stage did.
fn stages(stages: &[StageReading]) -> Markup {
    let rows = stages.iter().enumerate().map(|(n, stage)| {
        let earlier = n.checked_sub(1).and_then(|n| stages.get(n));
        let change = |of: fn(&StageReading) -> f64| {
            number(earlier.map_or(f64::NAN, |earlier| of(stage) - of(earlier)), 1, true).render()
        };
        [
            stage.name.render(),
            number(stage.integrated_lufs, 1, false).render(),
            change(|stage| stage.integrated_lufs),
            number(stage.range_lu, 1, false).render(),
            change(|stage| stage.range_lu),
            number(stage.width_db, 1, false).render(),
            change(|stage| stage.width_db),
        ]
    });
    let columns = [
        ("After", Column::Words),
        ("LUFS", Column::Number),
        ("", Column::Number),
        ("Range LU", Column::Number),
        ("", Column::Number),
        ("Side to middle dB", Column::Number),
        ("", Column::Number),
    ];
    let about = "Loudness, loudness range and width behind each stage that is on, and what it changed.";
    Panel { title: "Stages", about, ..Panel::default() }.around(table("platforms", &columns, rows))
}

/// Both at one loudness, around the master's loudest place.
fn excerpts(of: &MasterPage, curves: &[Curves; 2]) -> io::Result<Markup> {
    let loudest = curves[1].loudness.iter().filter(|point| point.short_term_lufs.is_finite());
    let Some(loudest) = loudest.max_by(|a, b| a.short_term_lufs.total_cmp(&b.short_term_lufs)) else {
        return Ok(html! {});
    };
    let cuts = [excerpt(of.audio[0], loudest.time_s)?, excerpt(of.audio[1], loudest.time_s)?];
    let lufs = [&cuts[0], &cuts[1]].map(|cut| measure(cut).integrated_lufs);
    if !lufs.iter().all(|lufs| lufs.is_finite()) {
        return Ok(html! {});
    }
    // The louder one is turned down: nothing can clip.
    let level = lufs[0].min(lufs[1]);
    let mut sounds = Vec::new();
    for (cut, (lufs, name)) in cuts.into_iter().zip(lufs.into_iter().zip(["Mix", "Master"])) {
        let gain = 10f64.powf((level - lufs) / 20.0) as f32;
        let frames = cut.frames.iter().map(|frame| frame.map(|x| (x * gain).clamp(-1.0, 1.0))).collect();
        let mut bytes = Vec::new();
        if opus::encode(&Audio { frames, ..cut }, EXCERPT_KBPS, &mut bytes).is_err() {
            return Ok(html! {});
        }
        sounds.push((name, base64(&bytes)));
    }
    let about =
        format!("{EXCERPT_S:.0} s around the loudest place, both at {} LUFS.", number(level, 1, false));
    Ok(Panel { title: "Listen", about: &about, ..Panel::default() }.around(html! {
        @for (name, sound) in &sounds {
            p { (name) }
            audio controls preload="none" src={ "data:audio/ogg;base64," (sound) } {}
        }
    }))
}

fn excerpt(programme: &dyn Programme, around_s: f64) -> io::Result<Audio> {
    let rate = f64::from(programme.sample_rate());
    let length = ((EXCERPT_S * rate) as usize).min(programme.length());
    let start = (((around_s - LEAD_S).max(0.0) * rate) as usize).min(programme.length() - length);
    Audio::of(programme, start..start + length)
}

/// Length, s.
fn duration_s(of: &MasterPage) -> f64 {
    of.audio[0].duration_s().max(of.audio[1].duration_s())
}

fn loudness(of: &MasterPage, curves: &[Curves; 2]) -> Markup {
    let levels = || curves.iter().flat_map(|curves| &curves.loudness).map(|point| point.short_term_lufs);
    let highest = levels().filter(|lufs| lufs.is_finite()).fold(-30.0, f64::max);
    let high = ((highest + 1.0) / 6.0).ceil() * 6.0;
    let low = high - 36.0;
    let x = Axis::linear(0.0, duration_s(of));
    let mut plot =
        Plot::new("Short-term loudness of mix and master", FULL_WIDTH, 168.0, x, Axis::linear(low, high));
    plot.x_ticks(&time_ticks(duration_s(of)));
    plot.y_ticks(&level_ticks(low, high, 6.0, 0, false));
    for (curves, (ink, _)) in curves.iter().zip(KEY) {
        plot.line(curves.loudness.iter().map(|point| (point.time_s, point.short_term_lufs)), ink, "strong");
    }
    Panel { title: "Loudness", about: "LUFS, short-term.", key: &KEY, may_break: false }.around(plot.finish())
}

fn spectrum(curves: &[Curves; 2]) -> Markup {
    let top = curves.iter().flat_map(|curves| &curves.spectrum).map(|(_, db)| *db).fold(-90.0, f64::max);
    let high = ((top + 3.0) / 12.0).ceil() * 12.0;
    let low = high - 96.0;
    let x = Axis::logarithmic(20.0, 20_000.0);
    let mut plot =
        Plot::new("Long-term spectrum of mix and master", FULL_WIDTH, 200.0, x, Axis::linear(low, high));
    plot.x_ticks(&frequency_ticks());
    plot.y_ticks(&level_ticks(low, high, 24.0, 0, false));
    for (curves, (ink, _)) in curves.iter().zip(KEY) {
        plot.line(curves.spectrum.iter().copied(), ink, "");
    }
    Panel { title: "Spectrum", about: "dB, mean of the whole.", key: &KEY, may_break: false }
        .around(plot.finish())
}

/// Peaks over time: how near to full scale, and how much of them the master holds.
fn peaks(of: &MasterPage, curves: &[Curves; 2]) -> Markup {
    let level = |column: &crate::check::curves::Column| {
        let peak = column.low.iter().chain(&column.high).fold(0.0f64, |peak, x| peak.max(x.abs()));
        20.0 * peak.max(1e-6).log10()
    };
    let (low, high) = (-36.0, 6.0);
    let x = Axis::linear(0.0, duration_s(of));
    let mut plot = Plot::new("Sample peaks of mix and master", FULL_WIDTH, 132.0, x, Axis::linear(low, high));
    plot.x_ticks(&time_ticks(duration_s(of)));
    plot.y_ticks(&level_ticks(low, high, 6.0, 0, false));
    for (curves, (ink, _)) in curves.iter().zip(KEY) {
        plot.line(curves.columns.iter().map(|column| (column.time_s, level(column).max(low))), ink, "");
    }
    Panel { title: "Peaks", about: "dBFS.", key: &KEY, may_break: false }.around(plot.finish())
}

/// Bytes in base 64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word =
            three.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let sign = SIGNS[(word >> (18 - 6 * n) & 63) as usize];
            text.push(if n <= three.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base_64_is_that_of_the_standard() {
        // RFC 4648, section 10.
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
