//! Indices, values, texts, states and classes that there are not.

use crate::vst3_host::raw::Raw;
use crate::vst3_host::{Module, Stream};
use std::ffi::c_void;
use std::ptr::null_mut;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComWrapper, Interface};

pub fn bad_values(module: &Module) {
    let raw = Raw::started(module, 512);
    let count = raw.infos().len() as i32;
    let drive = raw.id("Limiter Drive");
    // SAFETY: the calls under test; what is null is meant to be.
    unsafe {
        let controller = &raw.controller;
        let mut info: ParameterInfo = std::mem::zeroed();
        for index in [count, count + 1, -1, i32::MAX, i32::MIN] {
            assert_ne!(controller.getParameterInfo(index, &mut info), kResultOk, "{index}");
        }
        assert_ne!(controller.getParameterInfo(0, null_mut()), kResultOk);
        let mut text: String128 = [65; 128];
        let mut value = 0.25;
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_ne!(controller.setParamNormalized(drive, bad), kResultOk);
            assert_ne!(controller.getParamStringByValue(drive, bad, &mut text), kResultOk);
            assert!(controller.normalizedParamToPlain(drive, bad).is_finite());
            assert!(controller.plainParamToNormalized(drive, bad).is_finite());
        }
        for far in [-3.0, 7.0, 1e300] {
            controller.setParamNormalized(drive, far);
            assert_eq!(controller.getParamStringByValue(drive, far, &mut text), kResultOk);
            assert!((0.0..=1.0).contains(&controller.plainParamToNormalized(drive, far)));
        }
        assert!((0.0..=1.0).contains(&raw.value(drive)));
        // A text without an end, none, and one that says nothing.
        text = [u16::from(b'9') as TChar; 128];
        controller.getParamValueByString(drive, text.as_mut_ptr(), &mut value);
        text = [0xD800_u16 as TChar; 128];
        text[127] = 0;
        assert_ne!(controller.getParamValueByString(drive, text.as_mut_ptr(), &mut value), kResultOk);
        assert_ne!(controller.getParamValueByString(drive, null_mut(), &mut value), kResultOk);
        assert_ne!(controller.getParamValueByString(drive, text.as_mut_ptr(), null_mut()), kResultOk);
        assert_ne!(controller.getParamStringByValue(drive, 0.5, null_mut()), kResultOk);
        // Capitals and ids are understood; what is out of range is not made to fit.
        for (title, typed, is_read) in [
            ("Quality", "finest", true),
            ("Equalizer 1 Shape", "bell", true),
            ("Dither Word Length", "16", true),
            ("Limiter Drive", "300 dB", false),
        ] {
            text.fill(0);
            text.iter_mut().zip(typed.encode_utf16()).for_each(|(to, unit)| *to = unit as TChar);
            let result = controller.getParamValueByString(raw.id(title), text.as_mut_ptr(), &mut value);
            assert_eq!(result == kResultOk, is_read, "{title}: {typed}");
        }
        assert_ne!(controller.setParamNormalized(12345, 0.5), kResultOk);
        assert_ne!(controller.getParamStringByValue(12345, 0.5, &mut text), kResultOk);
        assert_eq!(controller.getParamNormalized(12345), 0.0);
        assert!((0.0..=1.0).contains(&value));
        let units = raw.component.cast::<IUnitInfo>().unwrap();
        let mut unit: UnitInfo = std::mem::zeroed();
        for index in [units.getUnitCount(), -1, i32::MAX] {
            assert_ne!(units.getUnitInfo(index, &mut unit), kResultOk);
        }
        assert_ne!(units.getUnitInfo(0, null_mut()), kResultOk);
        let mut bus: BusInfo = std::mem::zeroed();
        for (kind, direction, index) in [(0, 0, 1), (0, 0, -1), (0, 7, 0), (9, 0, 0), (1, 0, 0)] {
            assert_ne!(raw.component.getBusInfo(kind, direction, index, &mut bus), kResultOk);
            assert_ne!(raw.component.activateBus(kind, direction, index, 1), kResultOk);
        }
        assert_ne!(raw.component.getRoutingInfo(null_mut(), null_mut()), kResultOk);
        assert_eq!(controller.setComponentHandler(null_mut()), kResultOk);
    }
    raw.end();
}

pub fn bad_states(module: &Module) {
    let raw = Raw::started(module, 512);
    let state = raw.state();
    // SAFETY: the calls under test.
    unsafe {
        assert_ne!(raw.component.setState(null_mut()), kResultOk);
        assert_ne!(raw.component.getState(null_mut()), kResultOk);
    }
    for bad in [&b""[..], b"{", &state[..state.len() / 3], &[0xFF; 4096], &vec![b'['; 1 << 20]] {
        raw.set_state(bad);
        assert!(raw.state() == state, "the state stays");
    }
    // Streams that lie about what they gave, and one that never ends.
    for lie in [Lie::MoreThanAsked, Lie::Negative, Lie::Endless, Lie::Refuses] {
        let stream = ComWrapper::new(Liar(lie)).to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the calls.
        unsafe {
            assert_ne!(raw.component.setState(stream.as_ptr()), kResultOk);
            if !matches!(lie, Lie::Endless) {
                assert_ne!(raw.component.getState(stream.as_ptr()), kResultOk);
            }
        }
        assert!(raw.state() == state, "the state stays");
    }
    // A state behind something else in its stream, as presets have it.
    let stream = ComWrapper::new(Stream::new(&[b"header".as_slice(), &state].concat()));
    let pointer = stream.to_com_ptr::<IBStream>().unwrap();
    // SAFETY: the stream outlives the calls.
    unsafe {
        pointer.seek(6, 0, null_mut());
        assert_eq!(raw.component.setState(pointer.as_ptr()), kResultOk);
    }
    raw.end();
}

#[derive(Clone, Copy)]
enum Lie {
    MoreThanAsked,
    Negative,
    Endless,
    Refuses,
}

/// A stream that is none.
struct Liar(Lie);

impl Liar {
    fn answer(&self, wanted: int32, count: *mut int32) -> tresult {
        let said = match self.0 {
            Lie::MoreThanAsked => i32::MAX,
            Lie::Negative => -5,
            Lie::Endless => wanted,
            Lie::Refuses => 0,
        };
        if !count.is_null() {
            // SAFETY: not null.
            unsafe { *count = said };
        }
        if matches!(self.0, Lie::Refuses) { kResultFalse } else { kResultOk }
    }
}

impl vst3::Class for Liar {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Liar {
    unsafe fn read(&self, _: *mut c_void, wanted: int32, count: *mut int32) -> tresult {
        self.answer(wanted, count)
    }
    unsafe fn write(&self, _: *mut c_void, wanted: int32, count: *mut int32) -> tresult {
        self.answer(wanted, count)
    }
    unsafe fn seek(&self, _: int64, _: int32, _: *mut int64) -> tresult {
        kNotImplemented
    }
    unsafe fn tell(&self, _: *mut int64) -> tresult {
        kNotImplemented
    }
}

pub fn bad_factory_calls(module: &Module) {
    // SAFETY: the calls under test.
    unsafe {
        let mut class: PClassInfo = std::mem::zeroed();
        assert_ne!(module.factory.getClassInfo(1, &mut class), kResultOk);
        assert_ne!(module.factory.getClassInfo(-1, &mut class), kResultOk);
        assert_ne!(module.factory.getClassInfo(0, null_mut()), kResultOk);
        assert_eq!(module.factory.getClassInfo(0, &mut class), kResultOk);
        let (cid, iid) = (class.cid.as_ptr(), IComponent::IID);
        let iid = iid.as_ptr().cast();
        let mut object = null_mut();
        let create = |cid, iid, object| module.factory.createInstance(cid, iid, object);
        assert_ne!(create(std::ptr::null(), iid, &mut object), kResultOk);
        assert_ne!(create(cid, std::ptr::null(), &mut object), kResultOk);
        assert_ne!(create(cid, iid, null_mut()), kResultOk);
        assert_ne!(create(iid, iid, &mut object), kResultOk, "no class of ours");
        assert_ne!(create(cid, cid, &mut object), kResultOk, "no interface");
        assert!(object.is_null());
    }
    // Made and let go without a call, and ended twice.
    for _ in 0..5 {
        let raw = Raw::new(module);
        // SAFETY: the calls under test.
        unsafe {
            assert_eq!(raw.component.terminate(), kResultOk);
            raw.component.terminate();
        }
    }
}
