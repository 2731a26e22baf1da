//! The row of the song that plays through the chain where no host does: in the program that stands alone.

use crate::axes::text_ui;
use crate::scale::clock;
use crate::sound;
use crate::status::Status;
use crate::theme;
use crate::view::View;
use crate::widgets::small_button_ui;
use egui::{Align, Align2, Key, Layout, Rect, RichText, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use std::path::Path;

/// Width of the field for the file's name, and in a narrow window.
const NAME_WIDTH: f32 = 420.0;
const NARROW_NAME_WIDTH: f32 = 200.0;
/// Width of the text at the right: what plays, and where.
const TIME_WIDTH: f32 = 250.0;
/// Thickness of the line that shows how far the song is.
const LINE: f32 = 4.0;

/// Where a song stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SongState {
    /// The file's name; empty before the first.
    pub name: String,
    /// Whether it is being read.
    pub is_loading: bool,
    /// Whether it plays.
    pub is_playing: bool,
    /// Where it is, s.
    pub position_s: f64,
    /// How long it is, s; 0 while there is none.
    pub length_s: f64,
    /// Why the last one cannot be played.
    pub problem: Option<String>,
}

/// Whoever plays a song in the input's place, over and over. Nothing here waits for a file or for the audio thread.
pub trait SongPlayer: Send + Sync {
    /// [gui-thread] Reads a file and plays it once it is there.
    fn open(&self, path: &Path);
    /// [gui-thread] Plays it, or lets the input through again.
    fn play(&self, playing: bool);
    /// [gui-thread] Goes to a place, as a share of the song's length, 0 to 1.
    fn seek(&self, share: f64);
    /// [gui-thread] Where it stands.
    fn state(&self) -> SongState;
}

/// The row, if anybody plays songs here.
pub(crate) fn song_ui(ui: &mut Ui, status: &Status, view: &mut View) {
    let Some(player) = status.song() else { return };
    let state = player.state();
    if state.problem != view.song_problem {
        // The row has no room for all of it.
        view.song_problem.clone_from(&state.problem);
        view.problem.clone_from(&state.problem);
    }
    let rect = ui.max_rect();
    let colors = theme::colors();
    ui.painter().rect_filled(rect, 0.0, colors.bar);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme::line(colors.seam));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(theme::PADDING);
        ui.label(RichText::new("Song").font(theme::label_font()).color(colors.text_third));
        ui.add_space(theme::MARGIN);
        name_ui(ui, player, view);
        ui.add_space(theme::MARGIN);
        let (label, hint) = if state.is_playing {
            ("Stop", "Lets the input through again.")
        } else {
            ("Play", "Plays the song through the chain in the input's place, over and over.")
        };
        if small_button_ui(ui, 56.0, label, state.is_playing, hint, view).clicked() {
            player.play(!state.is_playing);
        }
        ui.add_space(theme::MARGIN);
        let sound_width = status.sound().map_or(0.0, |_| sound::BUTTON_WIDTH + theme::MARGIN);
        let line_width = ui.available_width() - TIME_WIDTH - theme::PADDING - sound_width;
        line_ui(ui, vec2(line_width, theme::CONTROL_HEIGHT), player, &state, view);
        let right = rect.right() - sound_width;
        let area = Rect::from_min_max(
            pos2(right - TIME_WIDTH + theme::GAP, rect.top()),
            pos2(right - theme::MARGIN, rect.bottom()),
        );
        told_ui(ui, area, &state, view);
        if sound_width > 0.0 {
            ui.add_space(ui.available_width() - sound_width - theme::GAP);
            sound::sound_ui(ui, status, view);
        }
    });
    if state.is_loading || state.is_playing {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    }
}

/// What plays and where it is, or why nothing does; what has no room is whole in the hint bar.
fn told_ui(ui: &Ui, area: Rect, state: &SongState, view: &mut View) {
    let colors = theme::colors();
    let (text, color) = match (&state.problem, state.is_loading) {
        (_, true) => (format!("reading {}\u{2026}", state.name), colors.text_second),
        (Some(problem), _) => (problem.clone(), colors.alarm),
        _ if state.length_s == 0.0 => {
            ("WAV, AIFF, FLAC, MP3, Opus, AAC and more".to_owned(), colors.text_third)
        }
        _ => (state.name.clone(), colors.text_second),
    };
    let mut room = area;
    if state.length_s > 0.0 && state.problem.is_none() && !state.is_loading {
        let times = format!("{} / {}", clock(state.position_s), clock(state.length_s));
        let at = area.right_center() - vec2(theme::GAP, 0.0);
        let told = ui.painter().text(at, Align2::RIGHT_CENTER, times, theme::body_font(), color);
        room = area.with_max_x(told.left() - theme::MARGIN);
    }
    if text_ui(ui, room, &text, theme::body_font(), color) && ui.rect_contains_pointer(area) {
        view.hint = text;
    }
}

/// The field for the file: Enter opens it.
fn name_ui(ui: &mut Ui, player: &dyn SongPlayer, view: &mut View) {
    let field = TextEdit::singleline(&mut view.song_path)
        .hint_text("Path of a song, then Enter")
        .font(theme::body_font())
        .align(Align2::LEFT_CENTER)
        .desired_width(if view.room.is_narrow { NARROW_NAME_WIDTH } else { NAME_WIDTH });
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::TextInput, true, "Song file"));
    if response.hovered() {
        view.hint = "A file to play through the chain; it can be given on the command line too.".to_owned();
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        let path = view.song_path.trim().trim_matches('"');
        if !path.is_empty() {
            player.open(Path::new(path.strip_prefix("file://").unwrap_or(path)));
        }
    }
}

/// How far the song is; a click goes there.
fn line_ui(ui: &mut Ui, size: egui::Vec2, player: &dyn SongPlayer, state: &SongState, view: &mut View) {
    let (rect, response) = ui.allocate_exact_size(size.max(vec2(1.0, 1.0)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::ProgressIndicator, true, "Position"));
    let colors = theme::colors();
    let line = Rect::from_center_size(rect.center(), vec2(rect.width(), LINE));
    ui.painter().rect_filled(line, theme::RADIUS, colors.well);
    if state.length_s > 0.0 {
        let share = (state.position_s / state.length_s).clamp(0.0, 1.0) as f32;
        let played = Rect::from_min_size(line.min, vec2(line.width() * share, LINE));
        ui.painter().rect_filled(played, theme::RADIUS, colors.accent);
        if response.hovered() {
            view.hint = "Goes to a place in the song.".to_owned();
        }
        if let Some(at) = response.interact_pointer_pos() {
            player.seek(f64::from(((at.x - line.left()) / line.width()).clamp(0.0, 1.0)));
        }
    }
}
