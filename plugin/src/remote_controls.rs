//! Pages for hardware controllers (CLAP): a section for each stage in signal order, eight controls a page.

use lacquer_params::LacquerParams;
use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

/// Adds a page with the named parameters to a section.
macro_rules! page {
    ($section:expr, $name:expr, $params:expr, [$($field:ident),* $(,)?]) => {
        $section.add_page($name, |page| {
            $(page.add_param(&$params.$field);)*
        })
    };
}

pub(crate) fn add(params: &LacquerParams, context: &mut impl RemoteControlsContext) {
    context.add_section("Input Trim", |section| {
        page!(
            section,
            "Input Trim",
            params.input_trim,
            [on, gain, balance, invert_left, invert_right, swap_channels, dc_filter]
        );
    });
    context.add_section("Equalizer", |section| {
        page!(section, "Equalizer", params.equalizer, [on, auto_gain]);
        for (index, band) in params.equalizer.bands.iter().enumerate() {
            let name = format!("Band {}", index + 1);
            page!(section, name, band, [on, frequency, gain, q, shape, slope, placement]);
        }
    });
    context.add_section("Dynamic EQ", |section| {
        for (index, band) in params.dynamic_eq.bands.iter().enumerate() {
            let name = format!("Band {}", index + 1);
            page!(section, name, band, [on, frequency, q, threshold, range, ratio, attack, release]);
        }
    });
    context.add_section("Multiband", |section| {
        page!(
            section,
            "Multiband",
            params.multiband,
            [on, mode, crossover_1, crossover_2, crossover_3, link, mix]
        );
        for (index, band) in params.multiband.bands.iter().enumerate() {
            let name = format!("Band {}", index + 1);
            page!(section, name, band, [on, threshold, ratio, knee, attack, release, range, makeup]);
        }
    });
    context.add_section("Glue", |section| {
        page!(section, "Glue", params.glue, [on, threshold, ratio, attack, release, auto, mix, makeup]);
    });
    context.add_section("Saturator", |section| {
        page!(section, "Saturator", params.saturator, [on, character, drive, mix, emphasis, mid_side]);
    });
    context.add_section("Bass", |section| {
        page!(section, "Bass", params.bass, [on, amount, device_corner]);
    });
    context.add_section("Imager", |section| {
        page!(
            section,
            "Imager",
            params.imager,
            [on, width, band_width_1, band_width_2, band_width_3, mono_bass, mono_below, stereoize]
        );
    });
    context.add_section("Clipper", |section| {
        page!(section, "Clipper", params.clipper, [on, threshold, knee]);
    });
    context.add_section("Limiter", |section| {
        page!(
            section,
            "Limiter",
            params.limiter,
            [on, drive, ceiling, style, release, auto_release, true_peak, unity_gain]
        );
    });
    context.add_section("Dither", |section| {
        page!(section, "Dither", params.dither, [on, word_length, shaping, auto_blank]);
    });
}
