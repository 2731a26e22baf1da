//! A host's events, checked: known parameters, finite values within their ranges, switches and choices on their steps, in the order
//! of their times, at times within the block.
//!
//! The framework subtracts times without looking and cuts the block where an event says so: one at a time past the block makes it
//! read past the block. Events are sorted by their own times first and clamped then: what lies past the block keeps its order.

use super::params::Table;
use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT,
    clap_event_header, clap_event_param_mod, clap_event_param_value, clap_event_transport, clap_input_events,
};
use std::ptr::{addr_of, copy_nonoverlapping, null};

/// Events that are sorted into a block: one every second frame of a long block. What is more takes effect after the block.
const CAPACITY: usize = 1024;
/// Events of one call that are looked at at all: a second's worth at one a frame. A call has to end.
pub(super) const MOST: u32 = 1 << 16;

/// One of the three kinds that the plugin takes.
#[derive(Clone, Copy)]
#[repr(C)]
union Event {
    header: clap_event_header,
    value: clap_event_param_value,
    amount: clap_event_param_mod,
    transport: clap_event_transport,
}

#[derive(Clone, Copy)]
struct Entry {
    event: Event,
    time: u32,
    /// Place among those that came.
    arrival: u32,
}

/// A bounded list of checked events, kept between blocks.
pub(super) struct Events {
    entries: Vec<Entry>,
}

impl Default for Events {
    fn default() -> Self {
        Self { entries: Vec::with_capacity(CAPACITY) }
    }
}

impl Events {
    /// [audio-thread] Takes the host's events from the `start`th on, for a block of `frames`; the number of the first that was not
    /// taken, which is `start` if there are none.
    ///
    /// # Safety
    ///
    /// `from` is null or a host's list, valid during the call.
    pub(super) unsafe fn take(
        &mut self,
        table: &Table,
        from: *const clap_input_events,
        start: u32,
        frames: u32,
    ) -> u32 {
        self.entries.clear();
        // SAFETY: the caller's promise.
        let Some(list) = (unsafe { from.as_ref() }) else { return start };
        let (Some(size), Some(get)) = (list.size, list.get) else { return start };
        // SAFETY: the list's own function with the list.
        let count = unsafe { size(from) }.min(MOST);
        let mut index = start;
        while index < count && self.entries.len() < CAPACITY {
            // SAFETY: an index below the list's size; what comes back is an event or null.
            if let Some(event) = unsafe { checked(table, get(from, index)) } {
                // SAFETY: every event begins with its header.
                let time = unsafe { event.header.time };
                self.entries.push(Entry { event, time, arrival: index });
            }
            index += 1;
        }
        if !self.entries.is_sorted_by_key(|entry| entry.time) {
            // Unstable, with the arrival as the second key: nothing is allocated.
            self.entries.sort_unstable_by_key(|entry| (entry.time, entry.arrival));
        }
        for entry in &mut self.entries {
            entry.event.header.time = entry.time.min(frames.saturating_sub(1));
        }
        index
    }

    /// The events as the framework takes them, as long as they are borrowed.
    pub(super) fn list(&self) -> clap_input_events {
        clap_input_events { ctx: (&raw const *self).cast_mut().cast(), size: Some(size), get: Some(get) }
    }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: `Events::list` made it, and the events are borrowed while the framework has it.
    unsafe { (*(*list).ctx.cast::<Events>()).entries.len() as u32 }
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as above; every event begins with its header.
    unsafe {
        let events = &*(*list).ctx.cast::<Events>();
        events.entries.get(index as usize).map_or(null(), |entry| addr_of!(entry.event.header))
    }
}

/// A copy of an event that may pass.
///
/// # Safety
///
/// `event` is null or an event that is as long as it says.
unsafe fn checked(table: &Table, event: *const clap_event_header) -> Option<Event> {
    // SAFETY: the caller's promise.
    let header = *unsafe { event.as_ref() }?;
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return None;
    }
    let size = match header.type_ {
        CLAP_EVENT_PARAM_VALUE => size_of::<clap_event_param_value>(),
        CLAP_EVENT_PARAM_MOD => size_of::<clap_event_param_mod>(),
        CLAP_EVENT_TRANSPORT => size_of::<clap_event_transport>(),
        _ => return None,
    };
    if (header.size as usize) < size {
        return None;
    }
    // SAFETY: all of the union's kinds are made of numbers and a pointer that nobody follows: zeros are one.
    let mut copy: Event = unsafe { std::mem::zeroed() };
    // SAFETY: the event is at least `size` bytes long, and so is the copy.
    unsafe { copy_nonoverlapping(event.cast::<u8>(), (&raw mut copy).cast::<u8>(), size) };
    match header.type_ {
        CLAP_EVENT_PARAM_VALUE => {
            // SAFETY: it is of this kind.
            let value = unsafe { &mut copy.value };
            value.value = table.by_id(value.param_id)?.checked(value.value)?;
        }
        CLAP_EVENT_PARAM_MOD => {
            // SAFETY: it is of this kind.
            let amount = unsafe { &mut copy.amount };
            amount.amount = table.by_id(amount.param_id)?.checked_amount(amount.amount)?;
        }
        _ => {}
    }
    Some(copy)
}
