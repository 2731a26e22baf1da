//! A host's parameter changes as the framework can bear them: known parameters, finite values from 0 to 1, times inside the block and
//! in order, and no more of them than the framework has room for.

use super::table::{Entry, Table};
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID, ParamValue,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    int32, kInvalidArgument, kNotImplemented, kResultFalse, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComRef, ComWrapper};
use std::cell::{Cell, RefCell};
use std::ptr::null_mut;

/// Points of a block; as many as `Plugin::INPUT_EVENT_CAPACITY`, beyond which the framework would allocate.
const MOST_POINTS: usize = 1024;
/// Queues and points of a queue that are looked at: what a host announces may be no number at all.
const MOST_LOOKS: i32 = 1 << 16;
/// Values nearer than this are the same step: hosts keep them in 32 bits.
pub(super) const SAME: f64 = 1e-6;

#[derive(Clone, Copy)]
struct Point {
    /// When, as the host has it: it may lie outside the block.
    time: int32,
    /// Where it stood: points at one time keep their order.
    order: usize,
    id: ParamID,
    value: f64,
}

/// The changes of one block, a queue of one point for each.
///
/// It is its own queue: the framework asks for a queue and reads it before it asks for the next (nice-plug 0.4.2,
/// `wrapper/vst3/wrapper.rs`, `process`).
pub(super) struct Changes {
    points: RefCell<Vec<Point>>,
    /// The queue that was asked for last.
    chosen: Cell<usize>,
    /// Itself as a queue; not counted.
    queue: Cell<*mut IParamValueQueue>,
    last_frame: Cell<int32>,
    /// By parameter, what there was no room for.
    late: RefCell<Vec<Option<f64>>>,
    any_late: Cell<bool>,
}

impl Class for Changes {
    type Interfaces = (IParameterChanges, IParamValueQueue);
}

impl Changes {
    /// Room for the changes of a block. Allocates.
    pub fn new(table: &Table) -> ComWrapper<Self> {
        let made = ComWrapper::new(Self {
            points: RefCell::new(Vec::with_capacity(MOST_POINTS)),
            chosen: Cell::new(0),
            queue: Cell::new(null_mut()),
            last_frame: Cell::new(0),
            late: RefCell::new(vec![None; table.len()]),
            any_late: Cell::new(false),
        });
        made.queue.set(made.as_com_ref().map_or(null_mut(), |queue| queue.as_ptr()));
        made
    }

    /// [audio-thread] Takes what a host wants changed in a block of `frames`, and tells it through `answers` what a switch or a choice
    /// has become of it.
    ///
    /// # Safety
    /// `changes` and `answers` are null or the host's.
    pub unsafe fn fill(
        &self,
        changes: *mut IParameterChanges,
        answers: *mut IParameterChanges,
        frames: usize,
        table: &Table,
    ) {
        let mut points = self.points.borrow_mut();
        points.clear();
        self.last_frame.set(int32::try_from(frames.saturating_sub(1)).unwrap_or(int32::MAX));
        // SAFETY: as the caller promises.
        let (Some(changes), answers) = (unsafe { (ComRef::from_raw(changes), ComRef::from_raw(answers)) })
        else {
            return;
        };
        // SAFETY: calls of the host's interface, whose results are looked at.
        unsafe {
            for index in 0..changes.getParameterCount().min(MOST_LOOKS) {
                let Some(queue) = ComRef::from_raw(changes.getParameterData(index)) else { continue };
                let id = queue.getParameterId();
                let Some(place) = table.place(id) else { continue };
                let Some(entry) = table.at(place) else { continue };
                table.arrive(entry);
                for n in 0..queue.getPointCount().min(MOST_LOOKS) {
                    let (mut time, mut value) = (0, f64::NAN);
                    if queue.getPoint(n, &mut time, &mut value) != kResultOk || !value.is_finite() {
                        continue;
                    }
                    let wanted = value.clamp(0.0, 1.0);
                    let value = entry.snapped(wanted);
                    if (value - wanted).abs() > SAME {
                        answer(&answers, entry, time.clamp(0, self.last_frame.get()), value);
                    }
                    if points.len() < MOST_POINTS {
                        let order = points.len();
                        points.push(Point { time, order, id, value });
                    } else if let Some(late) = self.late.borrow_mut().get_mut(place) {
                        *late = Some(value);
                        self.any_late.set(true);
                    }
                }
            }
        }
        // By their own times, before they are brought into the block: of two beyond its end the later one is the last.
        points.sort_unstable_by_key(|point| (point.time, point.order));
    }

    /// [audio-thread] Sets what there was no room for, after the block.
    pub fn settle(&self, table: &Table) {
        if !self.any_late.replace(false) {
            return;
        }
        for (place, late) in self.late.borrow_mut().iter_mut().enumerate() {
            if let (Some(value), Some(entry)) = (late.take(), table.at(place)) {
                table.set(entry, value);
            }
        }
    }

    fn point(&self) -> Option<Point> {
        self.points.borrow().get(self.chosen.get()).copied()
    }
}

/// Tells the host what a parameter has become of the value that it gave: its own copy would stay between two steps.
///
/// # Safety
/// `answers` is the host's.
unsafe fn answer(answers: &Option<ComRef<'_, IParameterChanges>>, entry: &Entry, time: int32, value: f64) {
    let Some(answers) = answers else { return };
    let (mut queue_index, mut point_index) = (0, 0);
    // SAFETY: as the caller promises.
    unsafe {
        if let Some(queue) = ComRef::from_raw(answers.addParameterData(&entry.id, &mut queue_index)) {
            queue.addPoint(time, value, &mut point_index);
        }
    }
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.points.borrow().len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let Some(chosen) = usize::try_from(index).ok().filter(|index| *index < self.points.borrow().len())
        else {
            return null_mut();
        };
        self.chosen.set(chosen);
        self.queue.get()
    }

    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        null_mut()
    }
}

impl IParamValueQueueTrait for Changes {
    unsafe fn getParameterId(&self) -> ParamID {
        self.point().map_or(ParamID::MAX, |point| point.id)
    }

    unsafe fn getPointCount(&self) -> int32 {
        int32::from(self.point().is_some())
    }

    unsafe fn getPoint(&self, index: int32, time: *mut int32, value: *mut ParamValue) -> tresult {
        // SAFETY: the framework's pointers are valid.
        let (Some(time), Some(value)) = (unsafe { (time.as_mut(), value.as_mut()) }) else {
            return kInvalidArgument;
        };
        let Some(point) = self.point().filter(|_| index == 0) else { return kResultFalse };
        *time = point.time.clamp(0, self.last_frame.get());
        *value = point.value;
        kResultOk
    }

    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kNotImplemented
    }
}
