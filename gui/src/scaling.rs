//! How large the window is drawn. Another scale asks whoever owns the window for its size times the scale; what is not given is taken
//! back and greyed, so that no scale leaves less of the window than its panels need.

use crate::theme;
use egui::{Context, Vec2, ViewportCommand, vec2};

/// Scales that are offered, per cent.
pub(crate) const SCALES: [u32; 6] = [100, 110, 125, 150, 175, 200];
/// Time in which a host has answered a request for another size, s: several of its frames, and less than a user waits.
const ANSWER_S: f64 = 0.4;

/// A scale that the window's owner has not given the room for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Refusal {
    percent: u32,
    /// What the window was left at, in points at 100 %.
    window: Vec2,
}

/// A size that was asked for.
#[derive(Debug, Clone, Copy)]
struct Request {
    /// In points at the new scale.
    size: Vec2,
    /// Whether the window's owner has heard of it.
    is_sent: bool,
    /// When its answer is judged; none before it was sent.
    due_s: Option<f64>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Scaling {
    /// The scale that is drawn, per cent; 0 before the first window.
    percent: u32,
    request: Option<Request>,
    refusal: Option<Refusal>,
    /// The largest monitor in pixels, where it is known: no window is larger, whoever owns it.
    pub screen: Option<Vec2>,
}

impl Scaling {
    /// A window opens that is to have `size` points at a scale, if it is to have any.
    pub fn open(&mut self, context: &Context, percent: u32, size: Option<Vec2>) {
        let request = size.map(|size| Request { size, is_sent: false, due_s: None });
        *self = Self { percent, request, refusal: None, screen: self.screen };
        context.set_zoom_factor(factor(percent));
    }

    /// The screen in points at 100 %.
    fn unscaled_screen(&self, context: &Context) -> Option<Vec2> {
        let pixels_per_point = context.pixels_per_point() / context.zoom_factor();
        self.screen.map(|pixels| pixels / pixels_per_point)
    }

    /// Draws at `wanted` per cent, once a frame, before anything is drawn; `extra` is the height in points that the window has above
    /// what panels need. The scale to keep if `wanted` was refused.
    pub fn frame(&mut self, context: &Context, wanted: u32, extra: f32) -> Option<u32> {
        let now = context.input(|input| input.time);
        let points = context.content_rect().size();
        if wanted != self.percent {
            self.percent = wanted;
            self.request = Some(Request { size: points, is_sent: false, due_s: None });
            context.set_zoom_factor(factor(wanted));
            context.request_repaint();
            // What stands in this frame still has the old scale.
            return None;
        }
        let zoom = context.zoom_factor();
        if (zoom - factor(wanted)).abs() > 1e-3 {
            context.set_zoom_factor(factor(wanted));
            context.request_repaint();
            return None;
        }
        let unscaled = points * zoom;
        let screen = self.unscaled_screen(context).map_or(Vec2::INFINITY, |screen| screen / zoom);
        match &mut self.request {
            Some(request) if !request.is_sent => {
                // In the first frame of the new scale: a size in points is one of that scale.
                request.is_sent = true;
                request.due_s = Some(now + ANSWER_S);
                context.send_viewport_cmd(ViewportCommand::InnerSize(request.size.min(screen)));
                context.request_repaint_after_secs(ANSWER_S as f32);
                return None;
            }
            Some(Request { due_s: Some(due_s), .. }) if now < *due_s => {
                context.request_repaint_after_secs((*due_s - now) as f32);
                return None;
            }
            _ => self.request = None,
        }
        if fits(unscaled, wanted, extra) {
            return None;
        }
        let shown =
            SCALES.into_iter().rev().find(|percent| *percent < wanted && fits(unscaled, *percent, extra));
        let shown = shown.unwrap_or(SCALES[0]);
        if shown == wanted {
            return None;
        }
        self.refusal = Some(Refusal { percent: wanted, window: unscaled });
        self.percent = shown;
        // The window stays as it is.
        self.request = Some(Request { size: unscaled / factor(shown), is_sent: false, due_s: None });
        context.set_zoom_factor(factor(shown));
        context.request_repaint();
        Some(shown)
    }

    /// Why a scale cannot be chosen now, if it cannot.
    pub fn reason(&self, context: &Context, percent: u32, extra: f32) -> Option<String> {
        let least = least(percent, extra);
        if let Some(screen) = self.unscaled_screen(context).filter(|screen| !fits(*screen, percent, extra)) {
            return Some(format!(
                "The screen has {:.0} x {:.0}: {percent} % needs {:.0} x {:.0}.",
                screen.x, screen.y, least.x, least.y
            ));
        }
        let Refusal { percent: refused, window } = self.refusal?;
        let now = context.content_rect().size() * context.zoom_factor();
        // A window that was made larger since is asked again.
        let is_larger = now.x > window.x + 1.0 || now.y > window.y + 1.0;
        (percent >= refused && !is_larger).then(|| {
            format!(
                "The window's owner gives {:.0} x {:.0}: {percent} % needs {:.0} x {:.0}. Make the window larger first.",
                window.x, window.y, least.x, least.y
            )
        })
    }
}

fn factor(percent: u32) -> f32 {
    percent as f32 / 100.0
}

/// What everything needs at a scale, in points at 100 %; `extra` is the height that the window has above what panels need.
fn least(percent: u32, extra: f32) -> Vec2 {
    let [width, height] = theme::LEAST_WINDOW_SIZE;
    vec2(width, height + extra) * factor(percent)
}

/// Whether everything has room in a window of `unscaled` points at 100 % that is drawn at a scale.
fn fits(unscaled: Vec2, percent: u32, extra: f32) -> bool {
    let least = least(percent, extra);
    // Half a point is rounded away on the way through pixels.
    unscaled.x + 1.0 >= least.x && unscaled.y + 1.0 >= least.y
}
