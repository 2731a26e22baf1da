//! The whole window: where its areas lie, and what is chosen in it.

use crate::analysis;
use crate::history::History;
use crate::host::{Gestures, Host};
use crate::meter_reader::MeterReader;
use crate::paced_input::PacedInput;
use crate::room::Room;
use crate::scaling::Scaling;
use crate::status::Status;
use crate::view::View;
use crate::{
    header, hint_bar, keys, meters, panel, panels, presets as preset_menu, screen, song, strip, theme,
};
use egui::{Area, Context, Event, Id, InputState, Modifiers, Order, Rect, Sense, Ui, UiBuilder, pos2, vec2};
use lacquer_params::{LacquerParams, Library, Preset, Session, Tree};
use nice_plug::context::gui::GuiContext;
use nice_plug_egui::{Frame, NiceEguiApp, baseview};
use std::cell::RefCell;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How often the window is drawn anew while nothing is known to have changed. Whatever changes wakes it; this is for what nobody tells of.
pub(crate) const STATUS_PERIOD: Duration = Duration::from_secs(10);

/// Time between two pictures while something moves.
const FRAME_PERIOD: Duration = Duration::from_millis(16);

/// The editor of one instance; lives on while its window is closed.
pub struct App {
    tree: Tree,
    status: Arc<Status>,
    presets: Vec<Preset>,
    library: Library,
    context: Option<GuiContext>,
    /// Made when the window first opens: a scan of plugins does not pay for it.
    pub(crate) meters: Option<MeterReader>,
    history: RefCell<History>,
    pub(crate) scaling: Scaling,
    pub(crate) view: View,
}

impl App {
    /// The editor of one instance.
    pub fn new(params: Arc<LacquerParams>, status: Arc<Status>) -> Self {
        Self::with_library(params, status, Library::default())
    }

    /// As [`App::new`], with the user's presets in a folder of their own.
    pub fn with_library(params: Arc<LacquerParams>, status: Arc<Status>, library: Library) -> Self {
        Self {
            tree: Tree::over(params),
            status,
            presets: Preset::factory(),
            library,
            context: None,
            meters: None,
            history: RefCell::default(),
            scaling: Scaling::default(),
            view: View::default(),
        }
    }

    /// A window opens.
    pub fn open(&mut self, context: &Context) {
        context.set_fonts(theme::fonts());
        context.add_plugin(PacedInput::default());
        context.options_mut(|options| {
            // Ctrl and the wheel are a coarse step of a control; the scale has its menu.
            options.zoom_with_keyboard = false;
            options.input_options.zoom_modifier = Modifiers::COMMAND | Modifiers::ALT | Modifiers::SHIFT;
        });
        // Nothing was fed to it while the window was closed.
        self.meters.get_or_insert_with(|| MeterReader::new(self.status.meters().clone())).inspect_anew();
        let (percent, size) = self.session(|session| (session.scale_percent, session.size));
        self.view.show(&self.session(|session| session.shown.clone()));
        let [width, height] = theme::WINDOW_SIZE;
        let designed = vec2(width, height + self.song_height());
        // A host that opens the window as it was designed, or as it likes, is asked for nothing.
        let wanted = size.map(|size| size.into()).or((percent != 100).then_some(designed));
        self.scaling.open(context, percent, wanted);
    }

    /// The analysis goes to a thread of its own until the window's context is gone: for a real window, not one that a test draws step by step.
    pub fn start_analysis(&self, context: &Context) {
        if let Some(meters) = &self.meters {
            context.add_plugin(meters.start());
        }
    }

    /// Height of the row that plays songs, where there is one.
    fn song_height(&self) -> f32 {
        if self.status.song().is_some() { theme::BAR_HEIGHT } else { 0.0 }
    }

    /// Draws at the session's scale, or at the one that its window has room for.
    fn scale(&mut self, context: &Context) {
        let percent = self.session(|session| session.scale_percent);
        let song_height = self.song_height();
        if let Some(kept) = self.scaling.frame(context, percent, song_height) {
            let size = context.content_rect().size() * context.zoom_factor() * 100.0 / kept as f32;
            let mut session = self.tree.params().session.write().unwrap_or_else(PoisonError::into_inner);
            (session.scale_percent, session.size) = (kept, Some(size.into()));
            drop(session);
            self.view.problem = self.scaling.reason(context, percent, song_height);
        }
        self.view.scale_refusals =
            crate::scaling::SCALES.map(|other| self.scaling.reason(context, other, song_height));
    }

    /// Draws a frame; `gestures` hears of what is changed.
    pub fn show(&mut self, ui: &mut Ui, gestures: &dyn Gestures) {
        let (theme, slot) = self.session(|session| (session.theme, session.slot));
        theme::ensure(ui.ctx(), theme);
        if ui.input(is_anything_done) {
            // A message stands until then.
            self.view.problem = None;
        }
        self.scale(ui.ctx());
        // A state that was loaded may have left another one.
        self.history.borrow_mut().switch(slot);
        if let Some(reason) = self.tree.params().refusal.take() {
            self.view.problem = Some(reason);
        }
        let Some(meters) = &mut self.meters else { return };
        let host = Host {
            gestures,
            tree: &self.tree,
            history: &self.history,
            library: &self.library,
            status: &self.status,
        };
        meters.set_latency(self.status.running().map_or(0, |(_, latency)| u64::from(latency)));
        meters.update(ui.ctx());
        window_ui(ui, &host, meters, &self.status, &self.presets, &mut self.view);
        let shown = self.view.shown();
        if host.session(|session| session.shown != shown) {
            host.edit_session(|session| session.shown = shown);
        }
        // While something sounds the views move. In silence the window sleeps until the audio thread wakes it.
        ui.ctx().request_repaint_after(if meters.is_moving() { FRAME_PERIOD } else { STATUS_PERIOD });
    }

    /// Every step that can be undone or done again; see [`History::steps`].
    #[cfg(test)]
    pub(crate) fn steps(&self) -> Vec<(i32, String)> {
        self.history.borrow().steps()
    }

    fn session<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        look(&self.tree.params().session.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_context: Context,
        context: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), baseview::HandlerError> {
        #[cfg(target_os = "linux")]
        self.status.begin_window();
        self.context = Some(context);
        frame.set_clear_color(egui::Rgba::BLACK);
        self.scaling.screen = screen::largest_monitor();
        self.open(&egui_context);
        self.start_analysis(&egui_context);
        #[cfg(target_os = "linux")]
        if let Some(watch) = crate::redraw::RedrawWatch::begin(frame, &self.status) {
            egui_context.add_plugin(watch);
        }
        #[cfg(target_os = "linux")]
        if let Some(keys) = crate::keys_to_host::KeysToHost::begin(frame) {
            egui_context.add_plugin(keys);
        }
        #[cfg(target_os = "linux")]
        if let Some(reader) = crate::screen_reader::ScreenReader::begin(self.status.repaint_notifier()) {
            egui_context.add_plugin(reader);
        }
        Ok(())
    }

    fn resized(&mut self, size: baseview::WindowSize) {
        let (width, height) = (size.logical.width as f32, size.logical.height as f32);
        let mut session = self.tree.params().session.write().unwrap_or_else(PoisonError::into_inner);
        session.size = Some([width, height]);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame) {
        self.status.count_frame();
        let Some(context) = self.context.clone() else { return };
        if self.status.take_restart_needed() {
            context.request_restart();
        }
        let wanted = keys::Wanted::of(ui.ctx(), self.session(|session| !session.letters_to_host));
        frame.set_key_capture(wanted.capture());
        #[cfg(target_os = "linux")]
        ui.ctx().with_plugin(|keys: &mut crate::keys_to_host::KeysToHost| keys.set(wanted));
        self.show(ui, &context);
    }
}

/// Whether the user does something in this frame: more than to move the pointer.
fn is_anything_done(input: &InputState) -> bool {
    input.events.iter().any(|event| {
        matches!(
            event,
            Event::PointerButton { pressed: true, .. }
                | Event::Key { pressed: true, .. }
                | Event::MouseWheel { .. }
                | Event::AccessKitActionRequest(_)
        )
    })
}

pub(crate) fn window_ui(
    ui: &mut Ui,
    host: &Host,
    meters: &mut MeterReader,
    status: &Status,
    presets: &[Preset],
    view: &mut View,
) {
    let window = ui.ctx().content_rect();
    ui.painter().rect_filled(window, 0.0, theme::colors().window);
    let bar = Rect::from_min_size(window.min, vec2(window.width(), theme::BAR_HEIGHT));
    let hint = Rect::from_min_max(pos2(window.left(), window.bottom() - theme::HINT_HEIGHT), window.max);
    view.sound.follow(ui, host, meters);
    panels::follow_threshold(ui, host, meters, view);
    let song_height = if status.song().is_some() { theme::BAR_HEIGHT } else { 0.0 };
    let song = Rect::from_min_size(bar.left_bottom(), vec2(window.width(), song_height));
    let strip = Rect::from_min_size(
        song.left_bottom() + vec2(theme::MARGIN, theme::MARGIN),
        vec2(window.width() - 2.0 * theme::MARGIN, theme::STRIP_HEIGHT),
    );
    let below = Rect::from_min_max(
        strip.left_bottom() + vec2(0.0, theme::MARGIN),
        pos2(strip.right(), hint.top() - theme::MARGIN),
    );
    view.room = Room::of(window.size(), song_height);
    let column_left = below.right() - view.room.meters_width();
    let column = Rect::from_min_max(pos2(column_left, below.top()), below.max);
    let left = Rect::from_min_max(below.min, pos2(column.left() - theme::MARGIN, below.bottom()));
    let analysis = if view.expanded {
        left
    } else {
        Rect::from_min_max(pos2(left.left(), left.bottom() - view.room.analysis_height()), left.max)
    };
    let panel = Rect::from_min_max(left.min, pos2(left.right(), analysis.top() - theme::MARGIN));
    view.hint.clear();
    area_ui(ui, bar, |ui| header::header_ui(ui, host, meters, presets, view));
    area_ui(ui, song, |ui| song::song_ui(ui, status, view));
    area_ui(ui, strip, |ui| strip::strip_ui(ui, host, meters, view));
    if !view.expanded {
        area_ui(ui, panel, |ui| panel::panel_ui(ui, host, meters, view));
    }
    area_ui(ui, analysis, |ui| analysis::analysis_ui(ui, host, meters, view));
    area_ui(ui, column, |ui| meters::meters_ui(ui, host, meters, view));
    area_ui(ui, hint, |ui| hint_bar::hint_ui(ui, host, meters, view));
    swallow_ui(ui, left, view);
    keys::keys(ui, host, view);
    preset_menu::keep_promise(host, meters, view);
    let mut request = view.monitor;
    if let Some(heard) = view.abx_heard {
        request.settings.compare = heard;
    }
    status.monitor.set(&request);
    host.history.borrow_mut().end_frame(host.tree);
}

/// Takes the clicks that follow a swap of panels and were meant for what stood there before.
fn swallow_ui(ui: &Ui, rect: Rect, view: &View) {
    let left_s = view.swallows_until - ui.input(|input| input.time);
    if left_s <= 0.0 {
        return;
    }
    Area::new(Id::unique("swallowed clicks")).order(Order::Foreground).fixed_pos(rect.min).show(
        ui.ctx(),
        |ui| {
            ui.allocate_exact_size(rect.size(), Sense::click_and_drag());
        },
    );
    ui.ctx().request_repaint_after(Duration::from_secs_f64(left_s));
}

/// A part of the window with its own layout.
pub(crate) fn area_ui(ui: &mut Ui, rect: Rect, contents: impl FnOnce(&mut Ui)) {
    // A child of its own: what is laid out in it moves nothing outside.
    let mut area = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(rect.min.to_string()));
    area.set_clip_rect(rect.intersect(ui.clip_rect()));
    contents(&mut area);
}
