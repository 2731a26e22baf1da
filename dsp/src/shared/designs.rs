//! Design work off the audio thread: wishes go one way, designs the other, and what has served comes back to be freed.
//!
//! ```text
//! audio thread    -- wishes --> worker
//!                 <-- designs --
//!                 -- retired -->
//! ```
//!
//! Three rings with one writer and one reader each. A ring publishes a slot with a release store of its index and takes it with
//! an acquire load, so that a design is seen whole or not at all. Nobody waits: a full ring refuses, and is tried again later.

use rtrb::{Consumer, Producer, RingBuffer};

/// Slots of each ring: wishes come once in a block of some ms, and the worker takes all that there are.
const SLOTS: usize = 16;

/// The audio thread's end.
pub struct Designs<Wish, Design> {
    wishes: Producer<Wish>,
    designs: Consumer<Box<Design>>,
    retired: Producer<Box<Design>>,
}

/// The worker's end.
pub struct DesignDesk<Wish, Design> {
    wishes: Consumer<Wish>,
    designs: Producer<Box<Design>>,
    retired: Consumer<Box<Design>>,
}

/// Both ends. Allocates.
pub fn designs<Wish, Design>() -> (Designs<Wish, Design>, DesignDesk<Wish, Design>) {
    let (wishes, wishes_out) = RingBuffer::new(SLOTS);
    let (designs_in, designs) = RingBuffer::new(SLOTS);
    let (retired, retired_out) = RingBuffer::new(SLOTS);
    (
        Designs { wishes, designs, retired },
        DesignDesk { wishes: wishes_out, designs: designs_in, retired: retired_out },
    )
}

impl<Wish, Design> Designs<Wish, Design> {
    /// [audio-thread] Asks for a design; false if the ring is full.
    pub fn ask(&mut self, wish: Wish) -> bool {
        self.wishes.push(wish).is_ok()
    }

    /// [audio-thread] The oldest design that is ready.
    pub fn take(&mut self) -> Option<Box<Design>> {
        self.designs.pop().ok()
    }

    /// [audio-thread] Whether a design can be given back.
    pub fn can_retire(&self) -> bool {
        !self.retired.is_full()
    }

    /// [audio-thread] Gives a design back to be freed. Where [`Designs::can_retire`] is false it would be freed here.
    pub fn retire(&mut self, design: Box<Design>) {
        let refused = self.retired.push(design).is_err();
        debug_assert!(!refused, "ask can_retire first");
    }
}

impl<Wish, Design> DesignDesk<Wish, Design> {
    /// [worker] Frees what came back, and hands over the design of the newest wish. Whether there was one.
    pub fn work(&mut self, design: impl FnOnce(Wish) -> Design) -> bool {
        while self.retired.pop().is_ok() {}
        if self.designs.is_full() {
            return false;
        }
        let mut newest = None;
        while let Ok(wish) = self.wishes.pop() {
            newest = Some(wish);
        }
        match newest {
            Some(wish) => self.designs.push(Box::new(design(wish))).is_ok(),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_wish_is_served_and_retired_designs_are_freed_by_the_worker() {
        let (mut audio, mut worker) = designs::<u32, String>();
        assert!(audio.take().is_none());
        assert!(!worker.work(|wish| wish.to_string()), "nothing to do");
        (0..3).for_each(|wish| assert!(audio.ask(wish)));
        assert!(worker.work(|wish| wish.to_string()));
        let design = audio.take().expect("a design");
        assert_eq!(*design, "2");
        assert!(audio.take().is_none());
        assert!(audio.can_retire());
        audio.retire(design);
        assert!(!worker.work(|wish| wish.to_string()));
        (0..SLOTS as u32).for_each(|wish| assert!(audio.ask(wish)));
        assert!(!audio.ask(99), "a full ring refuses");
    }
}
