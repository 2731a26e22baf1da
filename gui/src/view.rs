//! What is chosen and shown in the window.

use crate::analysis::Tab;
use crate::analysis::spectrum::SpectrumView;
use crate::panels::ThresholdSearch;
use crate::room::Room;
use crate::scaling::SCALES;
use crate::sound_changes::SoundChanges;
use egui::Ui;
use lacquer_dsp::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::monitor::abx::Abx;
use lacquer_dsp::monitor::{Compare, Solo};
use lacquer_dsp::shared::monitor_controller::MonitorRequest;
use lacquer_params::session::SLOTS;

/// How long after a swap of panels clicks are nobody's, s: the second click of a double-click comes within it.
const SWALLOW_S: f64 = 0.3;

/// What the equalizer's graphs show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurveView {
    /// Gain at the edges, dB.
    pub range_db: f64,
    /// Notes in place of hertz.
    pub piano: bool,
}

/// The stage that is shown first.
const FIRST_STAGE: StageId = StageId::Limiter;

/// See the module.
pub(crate) struct View {
    /// What the window has too little room for.
    pub room: Room,
    pub stage: StageId,
    /// What the hint bar says; written anew in each frame by what is under the pointer.
    pub hint: String,
    /// What went wrong last, until something else is done.
    pub problem: Option<String>,
    /// Why the last song cannot be played.
    pub song_problem: Option<String>,
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
    pub monitor: MonitorRequest,
    /// Whether slots are heard equally loud, and how much louder than the mix each was when it was left, LU.
    pub matches_slots: bool,
    pub slot_lu: [Option<f64>; SLOTS],
    /// What is listened to while it is held, and what was before.
    pub held: Option<(Option<Listen>, Option<Listen>)>,
    /// The target through which the master is heard.
    pub platform: Option<&'static str>,
    /// The blind test under way, what of it is heard, and whether that is its X.
    pub abx: Option<Abx>,
    pub abx_heard: Option<Compare>,
    pub abx_on_x: bool,
    /// The name that is typed for a preset, and whether it is to replace the one that was taken.
    pub preset_name: Option<PresetName>,
    /// Whether the preset that was taken is about to be deleted.
    pub deletes_preset: bool,
    /// The path that is typed for a song.
    pub song_path: String,
    /// Whether the keys are explained.
    pub help: bool,
    /// Why each scale of the window cannot be chosen, where it cannot.
    pub scale_refusals: [Option<String>; SCALES.len()],
    /// Until when clicks on the panels are nobody's, s of egui's clock; see [`View::expand`].
    pub swallows_until: f64,
    /// Whether the sound is still the preset's, and since when it is what it is.
    pub sound: SoundChanges,
    /// The threshold of a dynamic band that is being set from what is heard.
    pub threshold_search: Option<ThresholdSearch>,
    /// Whether the drive for the target was asked for in the meters, where its answer is then.
    pub reaches_target: bool,
    /// What was last sent to the window of what is heard: whether its keyboard is wanted.
    pub was_monitored: bool,
    /// Whether a text was typed in the picture before this one.
    pub typed: bool,
    /// Whether a menu was open in it.
    pub had_popup: bool,
    /// Overs that were cleared by a click.
    pub overs_before: [u32; 2],
    /// What is searched for among the presets.
    pub preset_search: String,
    /// Whether the presets' menu was open in the last picture.
    pub presets_are_open: bool,
    /// The band of the equalizer whose node was made last and takes the keys.
    pub new_node: Option<usize>,
    /// The same of the dynamic equalizer.
    pub new_dynamic_node: Option<usize>,
    /// Trials of a blind test.
    pub abx_trials: u32,
    /// Whether each dynamic band was relative in the picture before this one.
    pub was_relative: [Option<bool>; DYNAMIC_EQ_BANDS],
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
            room: Room::default(),
            stage: FIRST_STAGE,
            hint: String::new(),
            problem: None,
            song_problem: None,
            tab: Tab::default(),
            expanded: false,
            spectrum: SpectrumView::default(),
            curve: CurveView { range_db: 12.0, piano: false },
            band: 0,
            dynamic_band: 0,
            multiband_band: 0,
            monitor: MonitorRequest::default(),
            matches_slots: false,
            slot_lu: [None; SLOTS],
            held: None,
            platform: None,
            abx: None,
            abx_heard: None,
            abx_on_x: false,
            preset_name: None,
            deletes_preset: false,
            song_path: String::new(),
            help: false,
            scale_refusals: Default::default(),
            swallows_until: 0.0,
            sound: SoundChanges::default(),
            threshold_search: None,
            reaches_target: false,
            was_monitored: false,
            typed: false,
            had_popup: false,
            overs_before: [0; 2],
            preset_search: String::new(),
            presets_are_open: false,
            new_node: None,
            new_dynamic_node: None,
            abx_trials: 12,
            was_relative: [None; DYNAMIC_EQ_BANDS],
        }
    }
}

impl View {
    /// Shows the stage and the part of the analysis that have these names; what has none stays.
    pub fn show(&mut self, [stage, tab]: &[String; 2]) {
        let named = StageId::ALL.iter().find(|other| other.stem() == stage);
        self.stage = named.copied().unwrap_or(self.stage);
        self.tab = Tab::named(tab).unwrap_or(self.tab);
    }

    /// Their names; none of what is shown as designed, so that to open an editor changes no session.
    pub fn shown(&self) -> [String; 2] {
        let stage = if self.stage == FIRST_STAGE { "" } else { self.stage.stem() };
        let tab = if self.tab == Tab::default() { "" } else { self.tab.name() };
        [stage, tab].map(str::to_owned)
    }

    /// Hears the master as it is. A blind test rests, with what was answered so far.
    pub fn stop_monitoring(&mut self) {
        self.monitor = MonitorRequest::default();
        (self.platform, self.abx_heard, self.abx_on_x) = (None, None, false);
        (self.held, self.matches_slots) = (None, false);
    }

    /// Hears every slot no louder than the mix, and so all of them equally loud; or the master as it is.
    pub fn match_slots(&mut self, matches: bool) {
        self.matches_slots = matches;
        self.monitor.settings.compare = if matches { Compare::Master } else { Compare::Off };
        self.monitor.known_lu = None;
    }

    /// A slot is left for another: remembers how loud it was against the mix, if that is known, and levels the other one out at once if it
    /// was heard before.
    pub fn change_slot(&mut self, from: usize, to: usize, louder_lu: Option<f64>) {
        self.slot_lu[from] = louder_lu;
        self.monitor.known_lu = self.slot_lu[to].filter(|_| self.matches_slots);
    }

    /// Shows the analysis in the panel's place, or below it. The second half of a double-click is not for what comes there.
    pub fn expand(&mut self, ui: &Ui, expanded: bool) {
        if std::mem::replace(&mut self.expanded, expanded) != expanded {
            self.swallows_until = ui.input(|input| input.time) + SWALLOW_S;
        }
    }

    /// Hears one of mix and master, or the master as it is if that one is heard.
    pub fn toggle_compare(&mut self, compare: Compare) {
        let heard = &mut self.monitor.settings.compare;
        *heard = if *heard == compare { Compare::Off } else { compare };
        self.matches_slots &= *heard == Compare::Master;
    }

    /// Hears a part of the stereo, or all of it if that part is heard.
    pub fn toggle_solo(&mut self, solo: Solo) {
        let heard = &mut self.monitor.settings.solo;
        *heard = if *heard == solo { Solo::Off } else { solo };
    }

    /// Hears the other of mix and master, at equal loudness; the mix first.
    pub fn flip_compare(&mut self) {
        let heard = &mut self.monitor.settings.compare;
        *heard = if *heard == Compare::Mix { Compare::Master } else { Compare::Mix };
        self.matches_slots &= *heard == Compare::Master;
    }

    /// Listens to a part of a stage, or no longer if it is listened to.
    pub fn toggle_listen(&mut self, stage: StageId, source: ListenSource) {
        let listen = Listen { stage, source };
        self.monitor.listen = (!self.listens(stage, source)).then_some(listen);
    }

    /// Listens to a part of a stage for as long as it is `held`; then to what was heard before.
    pub fn listen_while(&mut self, held: bool, stage: StageId, source: ListenSource) {
        let listen = Some(Listen { stage, source });
        match self.held {
            None if held => self.held = Some((listen, std::mem::replace(&mut self.monitor.listen, listen))),
            Some((ours, before)) if ours == listen && !held => {
                self.held = None;
                if self.monitor.listen == listen {
                    self.monitor.listen = before;
                }
            }
            _ => {}
        }
    }

    /// Whether a part of a stage is listened to.
    pub fn listens(&self, stage: StageId, source: ListenSource) -> bool {
        self.monitor.listen == Some(Listen { stage, source })
    }
}
