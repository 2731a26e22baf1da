//! Events as a host sends them, right and wrong.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, clap_event_header,
    clap_event_param_mod, clap_event_param_value, clap_input_events, clap_output_events,
};
use std::ptr::{null, null_mut};

/// One event.
#[derive(Clone, Copy)]
#[repr(C)]
pub union Event {
    header: clap_event_header,
    value: clap_event_param_value,
    amount: clap_event_param_mod,
}

fn header(size: usize, time: u32, kind: u16) -> clap_event_header {
    clap_event_header { size: size as u32, time, space_id: CLAP_CORE_EVENT_SPACE_ID, type_: kind, flags: 0 }
}

impl Event {
    /// A parameter's value.
    pub fn value(time: u32, id: u32, value: f64) -> Self {
        let header = header(size_of::<clap_event_param_value>(), time, CLAP_EVENT_PARAM_VALUE);
        let (note_id, port_index, channel, key) = (-1, -1, -1, -1);
        let cookie = null_mut();
        Self {
            value: clap_event_param_value {
                header,
                param_id: id,
                cookie,
                note_id,
                port_index,
                channel,
                key,
                value,
            },
        }
    }

    /// What is added to it.
    pub fn modulation(time: u32, id: u32, amount: f64) -> Self {
        let header = header(size_of::<clap_event_param_mod>(), time, CLAP_EVENT_PARAM_MOD);
        let (note_id, port_index, channel, key) = (-1, -1, -1, -1);
        let cookie = null_mut();
        Self {
            amount: clap_event_param_mod {
                header,
                param_id: id,
                cookie,
                note_id,
                port_index,
                channel,
                key,
                amount,
            },
        }
    }

    /// Of a kind, a space and a length that nobody knows.
    pub fn unknown(time: u32, space_id: u16, kind: u16, size: u32) -> Self {
        let mut this = Self::value(time, 0, 0.0);
        this.header = clap_event_header { size, time, space_id, type_: kind, flags: u32::MAX };
        this
    }
}

/// A host's list of them.
pub struct Events<'a> {
    raw: Box<clap_input_events>,
    /// What `raw` points to: a slice is two words, and the list has room for one.
    #[allow(clippy::redundant_allocation, reason = "its place must not move")]
    _events: Box<&'a [Event]>,
}

impl<'a> Events<'a> {
    /// A list.
    pub fn new(events: &'a [Event]) -> Self {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            unsafe { *(*list).ctx.cast::<&[Event]>() }.len() as u32
        }
        unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
            let events = unsafe { *(*list).ctx.cast::<&[Event]>() };
            events.get(index as usize).map_or(null(), |event| (&raw const *event).cast())
        }
        let events = Box::new(events);
        let raw = clap_input_events {
            ctx: (&raw const *events).cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        };
        Self { raw: Box::new(raw), _events: events }
    }

    /// Its pointer.
    pub fn raw(&self) -> *const clap_input_events {
        &*self.raw
    }
}

/// Where a plugin's own events go: nowhere.
pub fn discarding() -> clap_output_events {
    unsafe extern "C" fn try_push(_: *const clap_output_events, _: *const clap_event_header) -> bool {
        true
    }
    clap_output_events { ctx: null_mut(), try_push: Some(try_push) }
}
