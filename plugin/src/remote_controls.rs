//! Pages for hardware controllers (CLAP): an overview of what a master is driven by, then a section for each stage in signal order,
//! eight controls a page. Every parameter that can be automated is on one of them.

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
    context.add_section("Overview", |section| {
        section.add_page("Overview", |page| {
            page.add_param(&params.input_trim.gain);
            page.add_param(&params.glue.threshold);
            page.add_param(&params.saturator.drive);
            page.add_param(&params.bass.amount);
            page.add_param(&params.imager.width);
            page.add_param(&params.limiter.drive);
            page.add_param(&params.limiter.ceiling);
            page.add_param(&params.bypass);
        });
    });
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
        page!(section, "Dynamic EQ", params.dynamic_eq, [on]);
        for (index, band) in params.dynamic_eq.bands.iter().enumerate() {
            let name = format!("Band {}", index + 1);
            page!(section, name, band, [on, frequency, q, threshold, range, ratio, attack, release]);
            let name = format!("Band {}, more", index + 1);
            page!(section, name, band, [shape, placement, relative]);
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
        section.add_page("Directions", |page| {
            params.multiband.bands.iter().for_each(|band| page.add_param(&band.direction));
        });
    });
    context.add_section("Glue", |section| {
        page!(section, "Glue", params.glue, [on, threshold, ratio, attack, release, auto, mix, makeup]);
        page!(section, "Glue, more", params.glue, [knee, sidechain_high_pass, link]);
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
        page!(
            section,
            "Imager, more",
            params.imager,
            [crossover_1, crossover_2, mono_slope, guard, guard_correlation, rotation]
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
        page!(section, "Limiter, more", params.limiter, [transient_link, release_link]);
    });
    context.add_section("Dither", |section| {
        page!(section, "Dither", params.dither, [on, word_length, shaping, auto_blank]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use nice_plug::params::internals::ParamPtr;
    use nice_plug::params::{Param, ParamFlags, Params};

    /// Pages as they were added, with their section's name.
    #[derive(Default)]
    struct Pages(Vec<(String, Page)>);
    #[derive(Default)]
    struct Section(Vec<Page>);
    #[derive(Default)]
    struct Page(String, Vec<ParamPtr>);

    impl RemoteControlsContext for Pages {
        type Section = Section;

        fn add_section(&mut self, name: impl Into<String>, add: impl FnOnce(&mut Section)) {
            let (name, mut section) = (name.into(), Section::default());
            add(&mut section);
            self.0.extend(section.0.into_iter().map(|page| (name.clone(), page)));
        }
    }

    impl RemoteControlsSection for Section {
        type Page = Page;

        fn add_page(&mut self, name: impl Into<String>, add: impl FnOnce(&mut Page)) {
            let mut page = Page(name.into(), Vec::new());
            add(&mut page);
            self.0.push(page);
        }
    }

    impl RemoteControlsPage for Page {
        fn add_param(&mut self, parameter: &impl Param) {
            self.1.push(parameter.as_ptr());
        }

        fn add_spacer(&mut self) {}
    }

    #[test]
    fn every_parameter_that_can_be_automated_is_on_a_page() {
        let params = LacquerParams::default();
        let mut pages = Pages::default();
        add(&params, &mut pages);
        assert_eq!(pages.0[0].0, "Overview");
        for (section, Page(name, controls)) in &pages.0 {
            assert!((1..=8).contains(&controls.len()), "{section}, {name}: {} controls", controls.len());
        }
        let missing: Vec<_> = params
            .param_map()
            .into_iter()
            // SAFETY: `params` is alive.
            .filter(|(_, pointer, _)| !unsafe { pointer.flags() }.contains(ParamFlags::NON_AUTOMATABLE))
            .filter(|(_, pointer, _)| !pages.0.iter().any(|(_, page)| page.1.contains(pointer)))
            .map(|(id, ..)| id)
            .collect();
        assert!(missing.is_empty(), "on no page: {missing:?}");
    }
}
