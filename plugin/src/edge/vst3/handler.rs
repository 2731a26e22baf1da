//! The host's handler as the framework sees it: edits of parameters that the host may not list hold at once, and a latency that the
//! host knows is no news.
//!
//! The framework does not set a parameter that its editor changes while the host processes: it waits for the host to send the change
//! back. Some hosts leave out of their lists what cannot be automated and never do (Ardour 7), and some do not process for a while
//! (a bypassed effect).

use super::instance::Instance;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandlerTrait, ParamID, ParamValue, RestartFlags_,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};
use nice_plug::wrapper::vst3::vst3::{Class, ComPtr};
use std::sync::Arc;

/// The flag of a changed latency.
pub(super) const LATENCY_CHANGED: int32 = RestartFlags_::kLatencyChanged as int32;
/// The flag of values that the host should read again.
pub(super) const VALUES_CHANGED: int32 = RestartFlags_::kParamValuesChanged as int32;

pub(super) struct Handler {
    pub host: ComPtr<IComponentHandler>,
    pub instance: Arc<Instance>,
}

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        // SAFETY: the host's handler is held.
        unsafe { self.host.beginEdit(id) }
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        if !value.is_finite() {
            return kInvalidArgument;
        }
        let value = value.clamp(0.0, 1.0);
        if let Some(entry) = self.instance.table.find(id) {
            self.instance.table.arrive(entry);
            if entry.is_fixed || self.instance.is_paused() {
                self.instance.table.set(entry, value);
            }
            if entry.is_fixed && self.instance.handover.settle() {
                // The editor asks for the restart from the host's own loop: this is the editor's thread.
                self.instance.status.set_restart_needed(true);
            }
        }
        // SAFETY: as above.
        unsafe { self.host.performEdit(id, value) }
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        // SAFETY: as above.
        unsafe { self.host.endEdit(id) }
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        let mut flags = flags;
        if flags & LATENCY_CHANGED != 0 {
            self.instance.handover.settle();
            if !self.instance.is_latency_news() {
                // A host would stop and start for nothing, some of them in the middle of being started.
                flags &= !LATENCY_CHANGED;
            }
        }
        if flags == 0 {
            return kResultOk;
        }
        // SAFETY: as above.
        unsafe { self.host.restartComponent(flags) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::capture::Handles;
    use crate::engine::HostedEngine;
    use crate::handover::Handover;
    use lacquer_dsp::processor::{ProcessSpec, Quality};
    use lacquer_gui::Status;
    use lacquer_params::LacquerParams;
    use nice_plug::wrapper::vst3::vst3::ComWrapper;
    use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};

    /// A host that lists nothing: it hears of an edit and sends nothing back.
    #[derive(Default)]
    struct Deaf {
        edits: AtomicU32,
        restarts: AtomicI32,
    }

    impl Class for Deaf {
        type Interfaces = (IComponentHandler,);
    }

    impl IComponentHandlerTrait for Deaf {
        unsafe fn beginEdit(&self, _: ParamID) -> tresult {
            kResultOk
        }
        unsafe fn performEdit(&self, _: ParamID, _: ParamValue) -> tresult {
            self.edits.fetch_add(1, Relaxed);
            kResultOk
        }
        unsafe fn endEdit(&self, _: ParamID) -> tresult {
            kResultOk
        }
        unsafe fn restartComponent(&self, flags: int32) -> tresult {
            self.restarts.fetch_or(flags, Relaxed);
            kResultOk
        }
    }

    struct Bench {
        host: ComWrapper<Deaf>,
        handler: Handler,
        params: Arc<LacquerParams>,
        status: Arc<Status>,
    }

    /// An instance that is active and plays.
    fn bench() -> Bench {
        let (params, status) = (Arc::<LacquerParams>::default(), Arc::<Status>::default());
        let handover = Handover::new(&params, &status);
        handover.activate(&HostedEngine::new(&ProcessSpec::stereo(48_000.0), &params, &status), 64, false);
        let handles = Handles { params: params.clone(), status: status.clone(), handover };
        let host = ComWrapper::new(Deaf::default());
        let handler = Handler {
            host: host.to_com_ptr().expect("a handler"),
            instance: Arc::new(Instance::new(&handles)),
        };
        handler.instance.note_block();
        Bench { host, handler, params, status }
    }

    fn id(bench: &Bench, title: &str) -> ParamID {
        (0..bench.handler.instance.table.len())
            .filter_map(|place| bench.handler.instance.table.at(place))
            .find(|entry| entry.short_title == title)
            .map_or(0, |entry| entry.id)
    }

    #[test]
    fn what_a_host_does_not_list_holds_at_once() {
        let bench = bench();
        let before = bench.handler.instance.tell_latency();
        let quality = id(&bench, "Quality");
        // SAFETY: calls without pointers.
        unsafe {
            bench.handler.performEdit(quality, 1.0);
            assert_eq!(bench.handler.performEdit(quality, f64::NAN), kInvalidArgument);
        }
        assert_eq!(bench.params.quality(), Quality::Finest);
        assert_eq!(bench.host.edits.load(Relaxed), 1, "the host hears of it");
        assert_ne!(
            bench.handler.instance.handover.latency_samples(),
            before,
            "the next block has another engine"
        );
        assert!(bench.status.take_restart_needed(), "the editor asks for the restart");
        // SAFETY: as above.
        unsafe { bench.handler.restartComponent(LATENCY_CHANGED) };
        assert_eq!(bench.host.restarts.swap(0, Relaxed), LATENCY_CHANGED);
        bench.handler.instance.tell_latency();
        // SAFETY: as above.
        unsafe { bench.handler.restartComponent(LATENCY_CHANGED) };
        assert_eq!(bench.host.restarts.load(Relaxed), 0, "no news");
    }

    #[test]
    fn what_is_automated_comes_back_from_a_host_that_plays_and_holds_in_one_that_does_not() {
        let bench = bench();
        let drive = id(&bench, "LiDrive");
        let value = || bench.params.limiter.drive_db.value();
        let before = value();
        // SAFETY: a call without pointers.
        unsafe { bench.handler.performEdit(drive, 1.0) };
        assert_eq!(value(), before, "at its frame, by the host");
        std::thread::sleep(std::time::Duration::from_millis(350));
        // SAFETY: as above.
        unsafe { bench.handler.performEdit(drive, 1.0) };
        assert_ne!(value(), before, "no block comes that would bring it");
    }
}
