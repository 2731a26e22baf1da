//! What is drawn, compared with pictures that were looked at; `UPDATE_SNAPSHOTS=1` takes new ones over.

use super::*;
use egui_kittest::{SnapshotOptions, try_image_snapshot_options};
use image::RgbaImage;
use lacquer_dsp::chain::StageId;
use lacquer_params::{Preset, Theme};

/// Pixels of a picture that may differ: less than any figure or control has. The demo mix, the picture's clock and the rasteriser are the same
/// everywhere; what is left are last bits of arithmetic that round a line's edge to the pixel beside it.
const TOLERATED_PIXELS: usize = 10;

/// A window in which a mix plays through a chain with everything on.
fn playing(theme: Theme, pixels_per_point: f32) -> Bench {
    playing_in(theme::WINDOW_SIZE, theme, pixels_per_point)
}

fn playing_in(size: [f32; 2], theme: Theme, pixels_per_point: f32) -> Bench {
    let mut bench = Bench::sized(size, pixels_per_point);
    Preset::find("Club").expect("a preset").apply(&bench.tree).expect("values");
    for (id, text) in [
        ("dynamic_eq_on", "on"),
        ("dynamic_eq_band_on_2", "on"),
        ("dynamic_eq_band_on_3", "on"),
        ("dynamic_eq_threshold_3", "-50"),
        ("equalizer_band_on_4", "on"),
        ("equalizer_gain_4", "-2.1"),
        ("equalizer_placement_4", "mid"),
        ("equalizer_band_on_7", "on"),
        ("equalizer_shape_7", "high shelf"),
        ("equalizer_gain_7", "2"),
        ("equalizer_placement_7", "side"),
        ("multiband_on", "on"),
        ("multiband_threshold_1", "-30"),
        ("multiband_threshold_2", "-34"),
        ("multiband_threshold_3", "-40"),
        ("glue_on", "on"),
        ("glue_threshold", "-20"),
        ("saturator_on", "on"),
        ("saturator_character", "tube"),
        ("bass_on", "on"),
        ("imager_on", "on"),
        ("imager_band_width_3", "130"),
        ("clipper_on", "on"),
        ("clipper_threshold", "-3"),
        ("dither_on", "on"),
        ("dither_shaping", "strong"),
    ] {
        bench.tree.set_from_text(id, text).expect("a value");
    }
    bench.tree.params().session.write().expect("a lock").theme = theme;
    bench.play(7.0);
    bench
}

fn shows(bench: &mut Bench, name: &str, area: Option<[f32; 4]>) -> Result<(), String> {
    bench.steps(2);
    let image = bench.harness.render()?;
    let scale = image.width() as f32 / theme::WINDOW_SIZE[0];
    let image = match area.map(|area| area.map(|x| (x * scale) as u32)) {
        Some([x, y, width, height]) => image::imageops::crop_imm(&image, x, y, width, height).to_image(),
        None => image,
    };
    compare(&image, name)
}

fn compare(image: &RgbaImage, name: &str) -> Result<(), String> {
    let options = SnapshotOptions::new().max_failed_pixels(TOLERATED_PIXELS);
    try_image_snapshot_options(image, name, &options).map_err(|error| error.to_string())
}

/// Where the panel is at the designed size.
const PANEL: [f32; 4] = [8.0, 104.0, 948.0, 448.0];
/// Where the analysis is when it has the panel's place.
const ANALYSIS: [f32; 4] = [8.0, 104.0, 948.0, 624.0];

#[test]
fn a_scale_that_is_refused_leaves_a_whole_window() {
    let mut bench = playing(Theme::Dark, 1.0);
    scaling::choose_in_a_fixed_window(&mut bench, "150 %");
    let shown = shows(&mut bench, "least/refused_150", None);
    assert!(shown.is_ok(), "{shown:?}");
}

fn panels_are(theme: Theme, theme_name: &str, pixels_per_point: f32) {
    let mut bench = playing(theme, pixels_per_point);
    let mut problems = Vec::new();
    let scale = (100.0 * pixels_per_point) as u32;
    for stage in StageId::ALL {
        bench.harness.state_mut().view.stage = *stage;
        let name = format!("{theme_name}-{scale}/{}", stage.stem());
        problems.extend(shows(&mut bench, &name, Some(PANEL)).err());
    }
    problems.extend(shows(&mut bench, &format!("{theme_name}-{scale}/window"), None).err());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn panels_are_as_they_were_dark() {
    panels_are(Theme::Dark, "dark", 1.0);
}

#[test]
fn panels_are_as_they_were_dark_at_150() {
    panels_are(Theme::Dark, "dark", 1.5);
}

#[test]
fn panels_are_as_they_were_light() {
    panels_are(Theme::Light, "light", 1.0);
}

#[test]
fn panels_are_as_they_were_light_at_150() {
    panels_are(Theme::Light, "light", 1.5);
}

#[test]
fn the_analysis_is_as_it_was() {
    let mut bench = playing(Theme::Dark, 1.0);
    bench.harness.state_mut().view.expanded = true;
    // The tabs have to be where they are looked for.
    bench.steps(2);
    let mut problems = Vec::new();
    for tab in crate::analysis::Tab::NAMES {
        bench.click(bench.place(Role::Tab, tab));
        let name = format!("analysis/{}", tab.to_lowercase().replace(' ', "_"));
        problems.extend(shows(&mut bench, &name, Some(ANALYSIS)).err());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn nothing_is_cut_off_where_all_has_its_place() {
    let mut bench = playing_in(theme::WHOLE_WINDOW_SIZE, Theme::Dark, 1.0);
    let mut problems = Vec::new();
    for stage in [StageId::Equalizer, StageId::DynamicEq, StageId::Multiband, StageId::Limiter] {
        bench.harness.state_mut().view.stage = stage;
        problems.extend(shows(&mut bench, &format!("whole/{}", stage.stem()), None).err());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_least_window_folds_and_cuts_nothing_off() {
    let mut bench = playing_in(theme::LEAST_WINDOW_SIZE, Theme::Dark, 1.0);
    let mut problems = Vec::new();
    for stage in StageId::ALL {
        bench.harness.state_mut().view.stage = *stage;
        problems.extend(shows(&mut bench, &format!("least/{}", stage.stem()), None).err());
    }
    for tab in crate::analysis::Tab::NAMES {
        // Swapped panels take no clicks for a moment.
        bench.steps(30);
        bench.click(bench.place(Role::Tab, tab));
        let name = format!("least/analysis_{}", tab.to_lowercase().replace(' ', "_"));
        problems.extend(shows(&mut bench, &name, None).err());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn silence_is_drawn_with_care() {
    let mut bench = Bench::new();
    let mut problems = Vec::new();
    problems.extend(shows(&mut bench, "silence/window", None).err());
    bench.harness.state_mut().view.expanded = true;
    for tab in ["History", "Vinyl", "Mix check"] {
        bench.click(bench.place(Role::Tab, tab));
        problems.extend(
            shows(&mut bench, &format!("silence/{}", tab.to_lowercase().replace(' ', "_")), Some(ANALYSIS))
                .err(),
        );
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_lost_knob_is_seen() {
    let mut bench = playing(Theme::Dark, 1.0);
    bench.harness.state_mut().view.stage = StageId::Glue;
    bench.steps(2);
    let whole = bench.harness.render().expect("a picture");
    let knob = bench.harness.get_by_role_and_label(Role::Slider, "Glue Attack").rect();
    let mut without = whole.clone();
    let ground = *whole.get_pixel(knob.left() as u32, knob.top() as u32);
    for (x, y) in (knob.left() as u32..knob.right() as u32)
        .flat_map(|x| (knob.top() as u32..knob.bottom() as u32).map(move |y| (x, y)))
    {
        without.put_pixel(x, y, ground);
    }
    // What two pictures may differ by without it: nothing, on the same machine.
    let differing = |one: &RgbaImage, other: &RgbaImage| {
        one.pixels()
            .zip(other.pixels())
            .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 64))
            .count()
    };
    let lost = differing(&whole, &without);
    assert!(lost > 5 * TOLERATED_PIXELS, "a knob has {lost} pixels that are seen");
}
