//! Parameters, the host's handler and the editor's view.

use super::changes::SAME;
use super::component::{Component, Inner};
use super::handler::VALUES_CHANGED;
use super::view::View;
use super::{caught, forward};
use nice_plug::wrapper::vst3::vst3::ComPtr;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IComponentHandler, IEditControllerTrait, ParamID, ParamValue, ParameterInfo, ParameterInfo_, String128,
    TChar, ViewType,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, IBStream, IPlugView, int32, kInternalError, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::Acquire;

/// What hosts show as a list.
const IS_LIST: int32 = ParameterInfo_::ParameterFlags_::kIsList as int32;
/// The units of a text that a host gives, with the end.
const TEXT: usize = 128;

/// A host's share of a travel from 0 to 1; none if it is no number.
fn share(value: ParamValue) -> Option<f64> {
    value.is_finite().then(|| value.clamp(0.0, 1.0))
}

forward! { IEditControllerTrait for Component by Inner {
    fn setComponentState(state: *mut IBStream) -> tresult, kInternalError;
    fn setState(state: *mut IBStream) -> tresult, kInternalError;
    fn getState(state: *mut IBStream) -> tresult, kInternalError;
    fn getParameterCount() -> int32, 0;
}
    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        let Some(entry) = usize::try_from(index).ok().and_then(|index| self.instance.table.at(index)) else {
            return kInvalidArgument;
        };
        // SAFETY: as in `forward`; the index is one that there is.
        let result = caught(kInternalError, || unsafe { self.inner.getParameterInfo(index, info) });
        // SAFETY: a valid pointer of the host's if the framework has written to it.
        if let Some(info) = unsafe { info.as_mut() }.filter(|_| result == kResultOk) {
            debug_assert_eq!(info.id, entry.id, "the table is in the framework's order");
            write_text(&mut info.shortTitle, &entry.short_title);
            if entry.steps > 1 {
                info.flags |= IS_LIST;
            }
        }
        result
    }

    unsafe fn getParamStringByValue(&self, id: ParamID, value: ParamValue, text: *mut String128) -> tresult {
        let Some(value) = share(value) else { return kInvalidArgument };
        // SAFETY: as in `forward`.
        caught(kInternalError, || unsafe { self.inner.getParamStringByValue(id, value, text) })
    }

    unsafe fn getParamValueByString(&self, id: ParamID, text: *mut TChar, value: *mut ParamValue) -> tresult {
        // SAFETY: the host's pointers, or null. A text ends within its 128 units, or there.
        let (Some(value), Some(text)) = (unsafe { (value.as_mut(), bounded(text)) }) else { return kInvalidArgument };
        let Some(entry) = self.instance.table.find(id) else { return kInvalidArgument };
        // Not by the framework, whose choices know one spelling of each name.
        let read = String::from_utf16(&text).ok().and_then(|text| self.instance.table.read(entry, &text));
        let Some(read) = read else { return kResultFalse };
        *value = read;
        kResultOk
    }

    unsafe fn normalizedParamToPlain(&self, id: ParamID, value: ParamValue) -> ParamValue {
        let (Some(entry), Some(value)) = (self.instance.table.find(id), share(value)) else { return 0.0 };
        if entry.steps > 0 {
            return (entry.snapped(value) * f64::from(entry.steps)).round();
        }
        // SAFETY: as in `forward`.
        caught(0.0, || unsafe { self.inner.normalizedParamToPlain(id, value) })
    }

    unsafe fn plainParamToNormalized(&self, id: ParamID, plain: ParamValue) -> ParamValue {
        let Some(entry) = self.instance.table.find(id).filter(|_| plain.is_finite()) else { return 0.0 };
        if entry.steps > 0 {
            return (plain.round() / f64::from(entry.steps)).clamp(0.0, 1.0);
        }
        // SAFETY: as in `forward`.
        let value = caught(0.0, || unsafe { self.inner.plainParamToNormalized(id, plain) });
        share(value).unwrap_or(0.0)
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        let table = &self.instance.table;
        table.find(id).map_or(0.0, |entry| table.value(entry))
    }

    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        let table = &self.instance.table;
        let (Some(entry), Some(value)) = (table.find(id), share(value)) else { return kInvalidArgument };
        let snapped = entry.snapped(value);
        let is_between = (snapped - value).abs() > SAME;
        if entry.is_fixed || is_between || !self.is_active.load(Acquire) || self.instance.is_paused() {
            // No automation has a time for what is fixed, so it need not wait for the host's blocks; what is between two steps comes
            // from no host that plays automation, since those know the steps; and where no block comes none will bring it.
            table.set(entry, snapped);
        } else {
            table.tell(entry, snapped);
        }
        // No block may come that wakes the editor.
        self.instance.status.wake();
        if is_between {
            // The host's own copy would stay between them.
            self.restart(VALUES_CHANGED);
        }
        if entry.is_fixed {
            self.settle();
            return kResultOk;
        }
        // SAFETY: as in `forward`.
        caught(kInternalError, || unsafe { self.inner.setParamNormalized(id, snapped) })
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        // SAFETY: the host's, or null.
        unsafe { self.take_handler(handler) }
    }

    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        // SAFETY: a text of the host's, or null, which some hosts give for the one view that there is.
        if !name.is_null() && unsafe { CStr::from_ptr(name) != CStr::from_ptr(ViewType::kEditor) } {
            return null_mut();
        }
        // SAFETY: as in `forward`; what comes is null or counted for us.
        let view = caught(None, || unsafe { ComPtr::from_raw(self.inner.createView(ViewType::kEditor)) });
        view.and_then(|view| View::around(view, &self.views)).map_or(null_mut(), ComPtr::into_raw)
    }
}

/// A text of at most [`TEXT`] units, ended.
///
/// # Safety
/// `text` is null or a text that ends or has [`TEXT`] units.
unsafe fn bounded(text: *const TChar) -> Option<Vec<TChar>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: no unit before one that is read was the end.
    Some((0..TEXT).map(|n| unsafe { *text.add(n) }).take_while(|unit| *unit != 0).collect())
}

fn write_text(to: &mut String128, text: &str) {
    to.fill(0);
    to.iter_mut().zip(text.encode_utf16().take(TEXT - 1)).for_each(|(to, unit)| *to = unit);
}
