//! What the host says of its parameters: which are mapped to hardware, and what their automation does. Shown as a dot on the control,
//! in the colour that the host gives.

use crate::theme;
use egui::{Painter, Rect, vec2};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Radius of the dot, in points, and its place from the control's upper left corner.
const DOT: f32 = 2.5;
const INSET: f32 = 4.0;

/// What a parameter's automation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Automation {
    /// There is none.
    #[default]
    None,
    /// There is some, and it does not play.
    Present,
    /// It moves the parameter.
    Playing,
    /// It is being written.
    Recording,
    /// The engineer holds the parameter against it.
    Overriding,
}

impl Automation {
    fn text(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Present => Some("Automated"),
            Self::Playing => Some("Automation plays"),
            Self::Recording => Some("Automation is being recorded"),
            Self::Overriding => Some("Automation is overridden"),
        }
    }
}

/// A control of the host's hardware that moves a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Red, green and blue, if the host gives a colour.
    pub color: Option<[u8; 3]>,
    /// What the control is called; may be empty.
    pub label: String,
}

#[derive(Debug, Clone, Default)]
struct Indication {
    mapping: Option<Mapping>,
    automation: Automation,
    automation_color: Option<[u8; 3]>,
}

impl Indication {
    fn is_empty(&self) -> bool {
        self.mapping.is_none() && self.automation == Automation::None
    }

    /// Red, green and blue of the dot, if the host gives a colour: automation goes first, for it moves the sound.
    fn color(&self) -> Option<[u8; 3]> {
        let automation = self.automation_color.filter(|_| self.automation != Automation::None);
        automation.or_else(|| self.mapping.as_ref().and_then(|mapping| mapping.color))
    }
}

/// Every parameter's indication, by id. Written on the host's main thread, read by the editor's.
#[derive(Debug, Default)]
pub struct Indications(Mutex<HashMap<String, Indication>>);

impl Indications {
    /// [main-thread] What moves a parameter, or that nothing does.
    pub fn set_mapping(&self, id: &str, mapping: Option<Mapping>) {
        self.change(id, |indication| indication.mapping = mapping);
    }

    /// [main-thread] What a parameter's automation does, with the host's colour for it.
    pub fn set_automation(&self, id: &str, automation: Automation, color: Option<[u8; 3]>) {
        self.change(id, |indication| {
            indication.automation = automation;
            indication.automation_color = color;
        });
    }

    /// [gui-thread] What there is to say of a parameter, in words.
    pub fn texts(&self, id: &str) -> Vec<String> {
        let all = self.lock();
        let Some(indication) = all.get(id) else { return Vec::new() };
        let mapped = indication.mapping.as_ref().map(|mapping| match mapping.label.as_str() {
            "" => "Mapped".to_owned(),
            label => format!("Mapped to {label}"),
        });
        mapped.into_iter().chain(indication.automation.text().map(str::to_owned)).collect()
    }

    /// [gui-thread] Draws a parameter's dot, if it has one, on the control in `rect`.
    pub(crate) fn paint(&self, painter: &Painter, rect: Rect, id: &str) {
        let all = self.lock();
        let Some(indication) = all.get(id) else { return };
        let color = indication.color().map_or(theme::colors().accent, theme::given);
        painter.circle_filled(rect.left_top() + vec2(INSET, INSET), DOT, color);
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Indication)) {
        let mut all = self.lock();
        let indication = all.entry(id.to_owned()).or_default();
        change(indication);
        if indication.is_empty() {
            all.remove(id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Indication>> {
        // Every change of it is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_says_is_said_and_taken_back() {
        let all = Indications::default();
        all.set_mapping("glue_on", Some(Mapping { color: Some([1, 2, 3]), label: "Knob 3".into() }));
        all.set_automation("glue_on", Automation::Playing, Some([9, 9, 9]));
        assert_eq!(all.texts("glue_on"), ["Mapped to Knob 3", "Automation plays"]);
        assert_eq!(all.lock()["glue_on"].color(), Some([9, 9, 9]));
        all.set_automation("glue_on", Automation::None, None);
        assert_eq!(all.lock()["glue_on"].color(), Some([1, 2, 3]));
        all.set_mapping("glue_on", None);
        assert!(all.texts("glue_on").is_empty() && all.lock().is_empty());
    }
}
