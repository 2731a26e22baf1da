//! How a format's edge gets at the parameters and the status of the instance that it wraps: the framework keeps its plugin to
//! itself, but makes it on the thread that asks for it.

use crate::handover::Handover;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use std::cell::RefCell;
use std::sync::Arc;

/// What an instance shares with its editor.
#[derive(Clone)]
pub(crate) struct Handles {
    pub params: Arc<LacquerParams>,
    pub status: Arc<Status>,
    pub handover: Arc<Handover>,
}

thread_local! {
    /// Some while this thread is in [`capture`]: nothing is kept alive by instances that nobody captures.
    static CAPTURE: RefCell<Option<Option<Handles>>> = const { RefCell::new(None) };
}

/// Disarms when `make` returns or panics.
struct Armed(Option<Option<Handles>>);

impl Drop for Armed {
    fn drop(&mut self) {
        CAPTURE.set(self.0.take());
    }
}

/// Runs `make`, which makes one instance through the framework, and gives the instance's handles along.
pub(crate) fn capture<T>(make: impl FnOnce() -> T) -> (T, Option<Handles>) {
    let armed = Armed(CAPTURE.replace(Some(None)));
    let made = make();
    let handles = CAPTURE.take().flatten();
    drop(armed);
    (made, handles)
}

/// Called by every new instance.
pub(crate) fn leave(params: &Arc<LacquerParams>, status: &Arc<Status>, handover: &Arc<Handover>) {
    CAPTURE.with_borrow_mut(|capture| {
        if let Some(handles) = capture {
            let (params, status, handover) = (params.clone(), status.clone(), handover.clone());
            *handles = Some(Handles { params, status, handover });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LacquerPlugin;

    #[test]
    fn an_instance_is_captured_by_who_asks_and_kept_by_nobody_else() {
        let (plugin, handles) = capture(LacquerPlugin::default);
        let handles = handles.expect("handles");
        assert!(Arc::ptr_eq(&plugin.status, &handles.status));
        let alone = LacquerPlugin::default();
        assert_eq!(
            Arc::strong_count(&alone.params),
            2,
            "the plugin and its handover hold it, and nobody else"
        );
        let ((_, inner), outer) = capture(|| {
            let plugin = LacquerPlugin::default();
            (plugin, capture(LacquerPlugin::default))
        });
        assert!(!Arc::ptr_eq(&inner.1.expect("handles").status, &outer.expect("handles").status));
    }
}
