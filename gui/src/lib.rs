//! Lacquer's editor: a header, the chain as a row of stages, and the parameters of the chosen stage.
//!
//! It lays out and draws; it computes no sound. Values are read from the shared parameters and written as gestures: begin, set,
//! end, each seen by the host. Colours and sizes are in [`theme`] alone.

mod analysers;
mod analysis;
mod app;
mod axes;
mod header;
mod hint_bar;
mod hints;
mod history;
mod host;
pub mod host_menu;
pub mod indication;
mod keys;
#[cfg(target_os = "linux")]
mod keys_to_host;
mod learner;
mod meter_reader;
mod meters;
mod paced_input;
mod panel;
mod panels;
mod pictures;
mod presets;
#[cfg(target_os = "linux")]
mod redraw;
mod room;
mod scale;
mod scaling;
mod screen;
#[cfg(target_os = "linux")]
mod screen_reader;
mod song;
mod sound;
mod sound_changes;
mod status;
mod strip;
#[cfg(test)]
mod tests;
pub mod theme;
#[cfg(target_os = "linux")]
mod thread_name;
mod view;
mod widgets;

use lacquer_params::LacquerParams;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::{EguiEditor, EguiEditorState, EguiNiceSettings};
use std::sync::Arc;

pub use app::App;
pub use host::Gestures;
pub use song::{SongPlayer, SongState};
pub use sound::{SoundChoice, SoundDevices, SoundState};
pub use status::Status;

/// The editor as the framework takes it.
pub type Editor = EguiEditor<App>;

/// The host, or the standalone's window, may make the editor larger and, down to a point, smaller.
fn resize_hint(song_height: f32) -> ResizeHint {
    let [width, height] = theme::LEAST_WINDOW_SIZE;
    let least = LogicalSize::new(width, height + song_height);
    ResizeHint {
        can_resize: true,
        size_constraints: SizeConstraints::Logical { min_size: Some(least), max_size: None },
        ..ResizeHint::default()
    }
}

/// Makes the editor of one instance; no window opens before the host asks.
pub fn editor(params: Arc<LacquerParams>, status: Arc<Status>) -> Option<Editor> {
    let [width, height] = theme::WINDOW_SIZE;
    let song_height = if status.song().is_some() { theme::BAR_HEIGHT } else { 0.0 };
    let window = EguiEditorState::from_size(LogicalSize::new(width, height + song_height), 1.0);
    status.set_window(window.clone());
    nice_plug_egui::create_egui_editor(
        window,
        status.repaint_notifier(),
        EguiNiceSettings::new().with_tile("Lacquer").with_resize_hint(resize_hint(song_height)),
        App::new(params, status),
    )
}
