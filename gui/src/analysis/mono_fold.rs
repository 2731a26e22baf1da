//! What mono takes, a third of an octave each.

use crate::axes::{plot, well_ui};
use crate::desk::Desk;
use crate::scale::{Graph, difference};
use crate::theme;
use crate::view::View;
use egui::{Align2, Rect, Ui, pos2, vec2};
use lacquer_dsp::metering::spectrum::mono_fold;

pub(super) fn mono_fold_ui(ui: &mut Ui, body: Rect, desk: &Desk, view: &mut View) {
    let graph = Graph { rect: plot(body), x: [17.8, 22_400.0], y: [-12.0, 0.0], logarithmic: true };
    well_ui(ui, &graph, &[-12.0, -6.0, -3.0, 0.0]);
    let folds = mono_fold(&desk.long);
    let half = 2f64.powf(1.0 / 6.0);
    let mut alarms = Vec::new();
    for fold in &folds {
        let [left, right] = [fold.centre_hz / half, fold.centre_hz * half].map(|hz| graph.x(hz));
        let bar = Rect::from_min_max(
            pos2(left + 1.0, graph.rect.top()),
            pos2(right - 1.0, graph.y(fold.loss_db).max(graph.rect.top() + 1.0)),
        );
        let color = if fold.alarm { theme::colors().alarm } else { theme::colors().side };
        // What is too soft to be heard is shown faintly.
        let share = ((fold.level_db + 90.0) / 60.0).clamp(0.15, 1.0) as f32;
        ui.painter().rect_filled(bar, 1.0, color.gamma_multiply(share));
        if fold.alarm {
            alarms.push(fold.centre_hz);
            ui.painter().text(
                pos2(bar.center().x, bar.bottom() + 2.0),
                Align2::CENTER_TOP,
                format!("! {}", difference(fold.loss_db)),
                theme::axis_font(),
                theme::colors().alarm,
            );
        }
    }
    if let (Some(lowest), Some(highest)) = (alarms.first(), alarms.last()) {
        let text = format!(
            "Mono takes much between {lowest:.0} and {highest:.0} Hz: look for polarity or delay there."
        );
        ui.painter().text(
            graph.rect.left_bottom() + vec2(8.0, -8.0),
            Align2::LEFT_BOTTOM,
            &text,
            theme::body_font(),
            theme::colors().alarm,
        );
    } else if ui.rect_contains_pointer(body) {
        view.hint = "Bars hang down by what the sum to mono loses. Independent sides lose 3 dB.".to_owned();
    }
}
