//! Lacquer's editor: a header, the chain as a row of stages, and the parameters of the chosen stage.
//!
//! It lays out and draws; it computes no sound. Values are read from the shared parameters and written as gestures: begin, set,
//! end, each seen by the host. Colours and sizes are in [`theme`] alone.

mod analysis;
mod app;
mod desk;
mod header;
mod history;
mod host;
mod meters;
mod panel;
mod panels;
mod scale;
mod status;
mod strip;
#[cfg(test)]
mod tests;
pub mod theme;
mod widgets;

use lacquer_params::LacquerParams;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::{EguiEditor, EguiEditorState, EguiNiceSettings, RepaintNotifier};
use std::sync::Arc;

pub use app::App;
pub use status::Status;

/// The editor as the framework takes it.
pub type Editor = EguiEditor<App>;

/// Makes the editor of one instance; no window opens before the host asks.
pub fn editor(params: Arc<LacquerParams>, status: Arc<Status>) -> Option<Editor> {
    let [width, height] = theme::WINDOW_SIZE;
    let window = EguiEditorState::from_size(LogicalSize::new(width, height), 1.0);
    status.set_window(window.clone());
    nice_plug_egui::create_egui_editor(
        window,
        RepaintNotifier::new(),
        EguiNiceSettings::new().with_tile("Lacquer"),
        App::new(params, status),
    )
}
