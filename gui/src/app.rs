//! The whole window: where its areas lie, and what is chosen in it.

use crate::analysis::spectrum::SpectrumView;
use crate::analysis::{self, Tab};
use crate::desk::Desk;
use crate::history::History;
use crate::host::Host;
use crate::status::Status;
use crate::{header, meters, panel, strip, theme};
use egui::{Key, Modifiers, Rect, Ui, UiBuilder, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::monitor::Compare;
use lacquer_dsp::monitor::abx::Abx;
use lacquer_dsp::shared::monitor_desk::MonitorWish;
use lacquer_params::{LacquerParams, Preset, Tree};
use nice_plug::context::gui::GuiContext;
use nice_plug_egui::{Frame, NiceEguiApp, baseview};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// How often rate and latency are looked at when nothing else causes a repaint.
const STATUS_PERIOD: Duration = Duration::from_millis(250);

/// Time between two pictures while something moves.
const FRAME_PERIOD: Duration = Duration::from_millis(16);
/// Amplitude below which nothing is seen to move: -120 dBFS.
const STILL: f64 = 1e-6;

/// The editor of one instance; lives on while its window is closed.
pub struct App {
    tree: Tree,
    status: Arc<Status>,
    presets: Vec<Preset>,
    context: Option<GuiContext>,
    /// Made when the window first opens: a scan of plugins does not pay for it.
    desk: Option<Desk>,
    history: RefCell<History>,
    pub(crate) view: View,
}

/// What is chosen and shown.
pub(crate) struct View {
    pub stage: StageId,
    /// Number of the factory preset that was chosen last.
    pub preset: Option<usize>,
    /// What the hint bar says; written anew in each frame by what is under the pointer.
    pub hint: String,
    /// What went wrong last, until something else is done.
    pub problem: Option<String>,
    /// What of the analysis is shown, and whether in the panel's place.
    pub tab: Tab,
    pub expanded: bool,
    pub spectrum: SpectrumView,
    /// The equalizer's chosen band, from 0.
    pub band: usize,
    /// What is to be heard.
    pub wish: MonitorWish,
    /// The target through which the master is heard.
    pub platform: Option<&'static str>,
    /// The blind test under way, what of it is heard, and whether that is its X.
    pub abx: Option<Abx>,
    pub abx_heard: Option<Compare>,
    pub abx_on_x: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            stage: StageId::Limiter,
            preset: None,
            hint: String::new(),
            problem: None,
            tab: Tab::default(),
            expanded: false,
            spectrum: SpectrumView::default(),
            band: 0,
            wish: MonitorWish::default(),
            platform: None,
            abx: None,
            abx_heard: None,
            abx_on_x: false,
        }
    }
}

impl View {
    /// Hears the master as it is.
    pub fn stop_monitoring(&mut self, host: &Host) {
        self.wish = MonitorWish::default();
        (self.platform, self.abx, self.abx_heard, self.abx_on_x) = (None, None, None, false);
        if host.tree.plain("compare") != Ok(0.0) {
            host.set_plain("compare", 0.0);
        }
    }
}

impl App {
    pub(crate) fn new(params: Arc<LacquerParams>, status: Arc<Status>) -> Self {
        Self {
            tree: Tree::over(params),
            status,
            presets: Preset::factory(),
            context: None,
            desk: None,
            history: RefCell::default(),
            view: View::default(),
        }
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_context: egui::Context,
        context: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), baseview::HandlerError> {
        theme::apply(&egui_context);
        self.context = Some(context);
        self.desk.get_or_insert_with(|| Desk::new(self.status.meters().clone()));
        Ok(())
    }

    fn editor_closed(&mut self) {
        self.context = None;
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let (Some(context), Some(desk)) = (&self.context, &mut self.desk) else { return };
        if self.status.take_restart_needed() {
            context.request_restart();
        }
        let host = Host { gestures: context, tree: &self.tree, history: &self.history };
        desk.update(ui.ctx());
        window_ui(ui, &host, desk, &self.status, &self.presets, &mut self.view);
        // While something sounds the views move; in silence they are looked at now and then.
        let moves = desk.is_live && desk.scope.iter().flatten().any(|x| x.abs() > STILL);
        ui.ctx().request_repaint_after(if moves { FRAME_PERIOD } else { STATUS_PERIOD });
    }
}

pub(crate) fn window_ui(
    ui: &mut Ui,
    host: &Host,
    desk: &mut Desk,
    status: &Status,
    presets: &[Preset],
    view: &mut View,
) {
    let window = ui.max_rect();
    ui.painter().rect_filled(window, 0.0, theme::colors().window);
    let bar = Rect::from_min_size(window.min, vec2(window.width(), theme::BAR_HEIGHT));
    let hint = Rect::from_min_max(pos2(window.left(), window.bottom() - theme::HINT_HEIGHT), window.max);
    let strip = Rect::from_min_size(
        bar.left_bottom() + vec2(theme::MARGIN, theme::MARGIN),
        vec2(window.width() - 2.0 * theme::MARGIN, theme::STRIP_HEIGHT),
    );
    let below = Rect::from_min_max(
        strip.left_bottom() + vec2(0.0, theme::MARGIN),
        pos2(strip.right(), hint.top() - theme::MARGIN),
    );
    let meters = Rect::from_min_max(pos2(below.right() - theme::METERS_WIDTH, below.top()), below.max);
    let left = Rect::from_min_max(below.min, pos2(meters.left() - theme::MARGIN, below.bottom()));
    let analysis = if view.expanded {
        left
    } else {
        Rect::from_min_max(pos2(left.left(), left.bottom() - theme::ANALYSIS_HEIGHT), left.max)
    };
    let panel = Rect::from_min_max(left.min, pos2(left.right(), analysis.top() - theme::MARGIN));
    view.hint.clear();
    area_ui(ui, bar, |ui| header::header_ui(ui, host, presets, view));
    area_ui(ui, strip, |ui| strip::strip_ui(ui, host, desk, view));
    if !view.expanded {
        area_ui(ui, panel, |ui| panel::panel_ui(ui, host, desk, view));
    }
    area_ui(ui, analysis, |ui| analysis::analysis_ui(ui, host, desk, view));
    area_ui(ui, meters, |ui| meters::meters_ui(ui, host, desk, view));
    area_ui(ui, hint, |ui| hint_ui(ui, host, desk, status, view));
    keys(ui, host, view);
    let mut wish = view.wish;
    if let Some(heard) = view.abx_heard {
        wish.settings.compare = heard;
    }
    status.monitor.set(&wish);
    host.history.borrow_mut().end_frame(host.tree);
}

/// Escape ends everything that is only heard; Ctrl-Z undoes, with Shift it does again; [ and ] step through the stages, P switches the
/// chosen one. What is typed into a field is the field's.
fn keys(ui: &Ui, host: &Host, view: &mut View) {
    if ui.ctx().egui_wants_keyboard_input() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        view.stop_monitoring(host);
    }
    // With Shift first: a key that is asked for without it is found with it too.
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)) {
        host.redo();
    } else if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Z)) {
        host.undo();
    }
    let place = StageId::ALL.iter().position(|stage| *stage == view.stage).unwrap_or(0);
    let last = StageId::ALL.len() - 1;
    if pressed(Key::OpenBracket) {
        view.stage = StageId::ALL[place.saturating_sub(1)];
    }
    if pressed(Key::CloseBracket) {
        view.stage = StageId::ALL[(place + 1).min(last)];
    }
    if pressed(Key::P) {
        let on = strip::is_on(host, view.stage);
        host.set_plain(&format!("{}_on", view.stage.stem()), f64::from(!on));
    }
}

/// A part of the window with its own layout.
pub(crate) fn area_ui(ui: &mut Ui, rect: Rect, contents: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt(rect.min.to_string()), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        contents(ui);
    });
}

/// What is heard instead of the master, in words; none if nothing is.
fn monitored(host: &Host, view: &View) -> Option<String> {
    let settings = view.wish.settings;
    let mut heard = Vec::new();
    if view.abx.is_some() {
        heard.push("the blind test".to_owned());
    } else if host.tree.plain("compare") == Ok(1.0) {
        heard.push("the mix, no louder than the master".to_owned());
    } else if host.tree.plain("compare") == Ok(2.0) {
        heard.push("the master, no louder than the mix".to_owned());
    }
    if settings.delta {
        heard.push("what the chain changes".to_owned());
    }
    if let Some(listen) = view.wish.listen {
        heard.push(format!("what {} changes", strip::title(listen.stage)));
    }
    if let Some(platform) = view.platform {
        heard.push(format!("as {platform} plays it"));
    }
    if let Some(device) = settings.device {
        heard.push(format!("through a model of: {}", device.name()));
    }
    if settings.solo != Default::default() {
        heard.push(format!("{:?} alone", settings.solo));
    }
    if settings.swap {
        heard.push("left and right exchanged".to_owned());
    }
    if settings.dim {
        heard.push("dimmed".to_owned());
    }
    (!heard.is_empty()).then(|| heard.join("; "))
}

fn hint_ui(ui: &mut Ui, host: &Host, desk: &Desk, status: &Status, view: &mut View) {
    let rect = ui.max_rect();
    let monitored = monitored(host, view);
    let is_heard = desk.bank.monitoring.load(std::sync::atomic::Ordering::Relaxed);
    let painter = ui.painter();
    painter.rect_filled(
        rect,
        0.0,
        if monitored.is_some() { theme::colors().accent } else { theme::colors().bar },
    );
    let (text, color) = match (&monitored, &view.problem) {
        (Some(heard), _) => {
            let waits = if is_heard { "" } else { "   (waits for playback at the pace of ears)" };
            (format!("You hear {heard}: never in a bounce.   Esc stops.{waits}"), theme::colors().on_accent)
        }
        (None, Some(problem)) => (problem.clone(), theme::colors().alarm),
        (None, None) => (view.hint.clone(), theme::colors().text_second),
    };
    let left = rect.left_center() + vec2(theme::PADDING, 0.0);
    painter.text(left, egui::Align2::LEFT_CENTER, text, theme::body_font(), color);
    let running = match status.running() {
        Some((rate, latency)) => {
            let ms = latency as f32 * 1000.0 / rate;
            let load = 100.0 * desk.bank.load.get();
            format!("{} kHz   latency {latency} samples, {ms:.1} ms   CPU {load:.1} %", rate / 1000.0)
        }
        None => "not running".to_owned(),
    };
    let color = if monitored.is_some() { theme::colors().on_accent } else { theme::colors().text_third };
    let right = rect.right_center() - vec2(theme::PADDING, 0.0);
    painter.text(right, egui::Align2::RIGHT_CENTER, running, theme::body_font(), color);
}
