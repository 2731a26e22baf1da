//! The whole window: where its areas lie, and what is chosen in it.

use crate::host::Host;
use crate::status::Status;
use crate::{header, panel, strip, theme};
use egui::{Rect, Ui, UiBuilder, pos2, vec2};
use lacquer_dsp::chain::StageId;
use lacquer_params::{LacquerParams, Preset, Tree};
use nice_plug::context::gui::GuiContext;
use nice_plug_egui::{Frame, NiceEguiApp, baseview};
use std::sync::Arc;
use std::time::Duration;

/// How often rate and latency are looked at when nothing else causes a repaint.
const STATUS_PERIOD: Duration = Duration::from_millis(250);

/// The editor of one instance; lives on while its window is closed.
pub struct App {
    tree: Tree,
    status: Arc<Status>,
    presets: Vec<Preset>,
    context: Option<GuiContext>,
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
}

impl App {
    pub(crate) fn new(params: Arc<LacquerParams>, status: Arc<Status>) -> Self {
        let view = View { stage: StageId::Limiter, preset: None, hint: String::new(), problem: None };
        Self { tree: Tree::over(params), status, presets: Preset::factory(), context: None, view }
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
        Ok(())
    }

    fn editor_closed(&mut self) {
        self.context = None;
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let Some(context) = &self.context else { return };
        if self.status.take_restart_needed() {
            context.request_restart();
        }
        let host = Host { context, tree: &self.tree };
        window_ui(ui, &host, &self.status, &self.presets, &mut self.view);
        ui.ctx().request_repaint_after(STATUS_PERIOD);
    }
}

fn window_ui(ui: &mut Ui, host: &Host, status: &Status, presets: &[Preset], view: &mut View) {
    let window = ui.max_rect();
    ui.painter().rect_filled(window, 0.0, theme::WINDOW);
    let bar = Rect::from_min_size(window.min, vec2(window.width(), theme::BAR_HEIGHT));
    let hint = Rect::from_min_max(pos2(window.left(), window.bottom() - theme::HINT_HEIGHT), window.max);
    let strip = Rect::from_min_size(
        bar.left_bottom() + vec2(theme::MARGIN, theme::MARGIN),
        vec2(window.width() - 2.0 * theme::MARGIN, theme::STRIP_HEIGHT),
    );
    let panel = Rect::from_min_max(
        strip.left_bottom() + vec2(0.0, theme::MARGIN),
        pos2(strip.right(), hint.top() - theme::MARGIN),
    );
    view.hint.clear();
    area_ui(ui, bar, |ui| header::header_ui(ui, host, presets, view));
    area_ui(ui, strip, |ui| strip::strip_ui(ui, host, view));
    area_ui(ui, panel, |ui| panel::panel_ui(ui, host, view));
    area_ui(ui, hint, |ui| hint_ui(ui, status, view));
}

/// A part of the window with its own layout.
pub(crate) fn area_ui(ui: &mut Ui, rect: Rect, contents: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt(rect.min.to_string()), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        contents(ui);
    });
}

fn hint_ui(ui: &mut Ui, status: &Status, view: &View) {
    let rect = ui.max_rect();
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, theme::BAR);
    let (text, color) = match &view.problem {
        Some(problem) => (problem.as_str(), theme::ALARM),
        None => (view.hint.as_str(), theme::TEXT_SECOND),
    };
    let left = rect.left_center() + vec2(theme::PADDING, 0.0);
    painter.text(left, egui::Align2::LEFT_CENTER, text, theme::body_font(), color);
    let running = match status.running() {
        Some((rate, latency)) => {
            let ms = latency as f32 * 1000.0 / rate;
            format!("{} kHz   latency {latency} samples, {ms:.1} ms", rate / 1000.0)
        }
        None => "not running".to_owned(),
    };
    let right = rect.right_center() - vec2(theme::PADDING, 0.0);
    painter.text(right, egui::Align2::RIGHT_CENTER, running, theme::body_font(), theme::TEXT_THIRD);
}
