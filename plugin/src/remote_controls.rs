//! Pages for hardware controllers (CLAP): an overview of what a master is driven by, then a section for each stage in signal order,
//! eight controls a page. Every parameter that can be automated is on one of them.

use lacquer_dsp::chain::StageId;
use lacquer_params::LacquerParams;
use nice_plug::params::Params;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

/// Controls on a page.
const ON_A_PAGE: usize = 8;

pub(crate) fn add(params: &LacquerParams, context: &mut impl RemoteControlsContext) {
    context.add_section("Overview", |section| {
        section.add_page("Overview", |page| {
            page.add_param(&params.input_trim.gain_db);
            page.add_param(&params.glue.threshold_db);
            page.add_param(&params.saturator.drive_db);
            page.add_param(&params.bass.amount);
            page.add_param(&params.imager.width);
            page.add_param(&params.limiter.drive_db);
            page.add_param(&params.limiter.ceiling_dbtp);
            page.add_param(&params.bypass);
        });
    });
    let parameters = params.param_map();
    for stage in StageId::ALL {
        context.add_section(stage.name(), |section| {
            let of_stage: Vec<_> = parameters
                .iter()
                .filter(|(_, _, group)| group.split('/').next() == Some(stage.name()))
                .collect();
            for group in of_stage.chunk_by(|(_, _, one), (_, _, other)| one == other) {
                let name = group[0].2.rsplit('/').next().unwrap_or_default();
                for (n, controls) in group.chunks(ON_A_PAGE).enumerate() {
                    let more = if n == 0 { "" } else { ", more" };
                    section.add_page(format!("{name}{more}"), |page| {
                        controls.iter().for_each(|(_, pointer, _)| add_param(page, *pointer));
                    });
                }
            }
        });
    }
}

fn add_param(page: &mut impl RemoteControlsPage, pointer: ParamPtr) {
    // SAFETY: the pointers are those of `add`'s `params`, which outlives the page.
    unsafe {
        match pointer {
            ParamPtr::FloatParam(parameter) => page.add_param(&*parameter),
            ParamPtr::IntParam(parameter) => page.add_param(&*parameter),
            ParamPtr::BoolParam(parameter) => page.add_param(&*parameter),
            ParamPtr::EnumParam(parameter) => page.add_param(&*parameter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nice_plug::params::{Param, ParamFlags};

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
