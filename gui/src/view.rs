//! What is chosen and shown in the window.

use crate::analysis::Tab;
use crate::analysis::spectrum::SpectrumView;
use crate::learner::Promise;
use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::monitor::Compare;
use lacquer_dsp::monitor::abx::Abx;
use lacquer_dsp::shared::monitor_desk::MonitorWish;

/// What the equalizer's graphs show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurveView {
    /// Gain at the edges, dB.
    pub range_db: f64,
    /// Notes in place of hertz.
    pub piano: bool,
}

/// See the module.
pub(crate) struct View {
    pub stage: StageId,
    /// What the hint bar says; written anew in each frame by what is under the pointer.
    pub hint: String,
    /// What went wrong last, until something else is done.
    pub problem: Option<String>,
    /// What of the analysis is shown, and whether in the panel's place.
    pub tab: Tab,
    pub expanded: bool,
    pub spectrum: SpectrumView,
    pub curve: CurveView,
    /// The chosen band of the equalizer, of the dynamic equalizer and of the multiband compressor, from 0.
    pub band: usize,
    pub dynamic_band: usize,
    pub multiband_band: usize,
    /// What is to be heard.
    pub wish: MonitorWish,
    /// The target through which the master is heard.
    pub platform: Option<&'static str>,
    /// The blind test under way, what of it is heard, and whether that is its X.
    pub abx: Option<Abx>,
    pub abx_heard: Option<Compare>,
    pub abx_on_x: bool,
    /// The name that is typed for a preset, and whether it is to replace the one that was taken.
    pub preset_name: Option<PresetName>,
    /// The loudness that a preset promises, until the learner has been asked for its drive.
    pub promise: Option<Promise>,
    /// The path that is typed for a song.
    pub song_path: String,
    /// Whether the keys are explained.
    pub help: bool,
}

/// A preset's name while it is typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct PresetName {
    pub text: String,
    pub renames: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            stage: StageId::Limiter,
            hint: String::new(),
            problem: None,
            tab: Tab::default(),
            expanded: false,
            spectrum: SpectrumView::default(),
            curve: CurveView { range_db: 12.0, piano: false },
            band: 0,
            dynamic_band: 0,
            multiband_band: 0,
            wish: MonitorWish::default(),
            platform: None,
            abx: None,
            abx_heard: None,
            abx_on_x: false,
            preset_name: None,
            promise: None,
            song_path: String::new(),
            help: false,
        }
    }
}

impl View {
    /// Hears the master as it is.
    pub fn stop_monitoring(&mut self) {
        self.wish = MonitorWish::default();
        (self.platform, self.abx, self.abx_heard, self.abx_on_x) = (None, None, None, false);
    }

    /// Hears one of mix and master, or the master as it is if that one is heard.
    pub fn toggle_compare(&mut self, compare: Compare) {
        let heard = &mut self.wish.settings.compare;
        *heard = if *heard == compare { Compare::Off } else { compare };
    }

    /// Hears the other of mix and master, at equal loudness; the mix first.
    pub fn flip_compare(&mut self) {
        let heard = &mut self.wish.settings.compare;
        *heard = if *heard == Compare::Mix { Compare::Master } else { Compare::Mix };
    }

    /// Listens to a part of a stage, or no longer if it is listened to.
    pub fn toggle_listen(&mut self, stage: StageId, source: ListenSource) {
        let listen = Listen { stage, source };
        self.wish.listen = (!self.listens(stage, source)).then_some(listen);
    }

    /// Whether a part of a stage is listened to.
    pub fn listens(&self, stage: StageId, source: ListenSource) -> bool {
        self.wish.listen == Some(Listen { stage, source })
    }
}
