//! Undo and redo: what was done in one go is one step, however many parameters it moved.
//!
//! Only what is done in this editor is a step; what a host automates or another controller moves is theirs. Each slot has a history of its
//! own: to go to another slot is no step, and what was done in one is not taken back in another.

use crate::learner::{Promise, Request};
use crate::scale::as_shown;
use lacquer_params::session::{SLOTS, Slot};
use lacquer_params::{Session, Tree};

/// Steps that are kept.
const MOST_STEPS: usize = 200;
/// What a preset's promise moves.
pub(crate) const DRIVE: &str = "limiter_drive";

/// A parameter that was moved: its places before and after, as fractions of the travel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub id: String,
    pub before: f32,
    pub after: f32,
}

/// What a step comes to: places as fractions of the travel, and the preset if that changes.
pub(crate) type Return = (Vec<(String, f32)>, Option<Taken>);

/// The preset that a sound is of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taken {
    name: String,
    values: Option<Slot>,
    /// What it still promises.
    owed: Option<Promise>,
}

impl Taken {
    /// The session's; what it promises is known to the history.
    pub fn of(session: &Session) -> Self {
        Self { name: session.preset.clone(), values: session.taken.clone(), owed: None }
    }

    /// Gives it back to the session.
    pub fn restore(self, session: &mut Session) {
        (session.preset, session.taken) = (self.name, self.values);
    }
}

/// What was done in one go.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub name: String,
    /// Where a parameter that moved alone went, as it is shown.
    pub value: Option<String>,
    pub changes: Vec<Change>,
    /// Of a step that took another preset: the one on the other side of it, before while it is done, after once it is undone.
    preset: Option<Taken>,
}

/// What a slot has done, what was undone since, and the loudness that its preset promises until the drive for it is found.
#[derive(Debug, Default)]
struct Past {
    done: Vec<Step>,
    undone: Vec<Step>,
    owed: Option<Promise>,
}

/// What was done, and what was undone since.
#[derive(Debug, Default)]
pub(crate) struct History {
    open: usize,
    gathered: Vec<Change>,
    name: Option<String>,
    /// The preset before the step that is being made, if it takes another.
    preset: Option<Taken>,
    /// Whether what is gathered belongs to the last step.
    continues: bool,
    /// The slot that `past` is of, and those of the others.
    slot: usize,
    past: Past,
    others: [Past; SLOTS],
    /// Whether the drive that is owed has been asked for.
    is_asked: bool,
    /// Whether an undo or a redo is under way, which is no step.
    pub replays: bool,
}

impl History {
    /// Goes over to the history of a slot.
    pub fn switch(&mut self, slot: usize) {
        let slot = slot.min(SLOTS - 1);
        if slot == self.slot {
            return;
        }
        let coming = std::mem::take(&mut self.others[slot]);
        let from = std::mem::replace(&mut self.slot, slot);
        self.others[from] = std::mem::replace(&mut self.past, coming);
        self.is_asked = false;
    }

    /// Names the step that is being made.
    pub fn name(&mut self, name: &str) {
        self.name = Some(name.to_owned());
    }

    /// The step that is being made takes another preset than this one.
    pub fn leave_preset(&mut self, before: Taken) {
        self.preset = Some(Taken { owed: self.past.owed.take(), ..before });
    }

    /// What is moved in this frame belongs to the last step, if that is still called `name` and was not undone.
    pub fn continue_step(&mut self, name: &str) {
        self.continues =
            self.past.undone.is_empty() && self.past.done.last().is_some_and(|step| step.name == name);
    }

    /// The preset that is being taken promises this; wherever a step leads back to it before its drive was found, it does so again.
    pub fn owe(&mut self, promise: Option<Promise>) {
        (self.past.owed, self.is_asked) = (promise, false);
    }

    /// What is owed, if nobody was asked for it yet.
    pub fn ask(&mut self) -> Option<Promise> {
        let asks = !std::mem::replace(&mut self.is_asked, true);
        self.past.owed.clone().filter(|_| asks)
    }

    /// Whether this is what is owed, which it is then no more: what is moved in this frame belongs to the preset's step.
    pub fn settle(&mut self, request: &Request) -> bool {
        let is_owed = self.past.owed.take_if(|promise| promise.request == *request).is_some();
        self.continues =
            is_owed && self.past.done.last().is_some_and(|step| Some(&step.name) == request.preset.as_ref());
        is_owed
    }

    /// A gesture begins at a place.
    pub fn begin(&mut self, id: &str, before: f32) {
        if self.replays {
            return;
        }
        self.open += 1;
        if id == DRIVE && !self.continues {
            // Who moves it by hand wants no other.
            self.past.owed = None;
        }
        if !self.gathered.iter().any(|change| change.id == id) {
            self.gathered.push(Change { id: id.to_owned(), before, after: before });
        }
    }

    /// It has moved to a place.
    pub fn moved(&mut self, id: &str, after: f32) {
        if let Some(change) = self.gathered.iter_mut().find(|change| change.id == id) {
            change.after = after;
        }
    }

    /// It is over.
    pub fn end(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// Ends a frame: what was gathered becomes a step once nothing is held any more.
    pub fn end_frame(&mut self, tree: &Tree) {
        if self.open > 0 {
            return;
        }
        if self.gathered.is_empty() {
            // What was to be named has moved nothing.
            (self.name, self.preset, self.continues) = (None, None, false);
            return;
        }
        let mut changes = std::mem::take(&mut self.gathered);
        changes.retain(|change| change.before != change.after);
        if std::mem::take(&mut self.continues)
            && let Some(step) = self.past.done.last_mut()
        {
            self.name = None;
            for change in changes {
                // What was undone began where this step ended.
                let next = self.past.undone.last_mut().map(|step| step.changes.as_mut_slice());
                if let Some(next) = next.unwrap_or_default().iter_mut().find(|next| next.id == change.id) {
                    next.before = change.after;
                }
                match step.changes.iter_mut().find(|earlier| earlier.id == change.id) {
                    Some(earlier) => earlier.after = change.after,
                    None => step.changes.push(change),
                }
            }
            return;
        }
        let (given, preset) = (self.name.take(), self.preset.take());
        let name = match changes.as_slice() {
            [] => return,
            [_, ..] if given.is_some() => given.unwrap_or_default(),
            [change] => tree.info(&change.id).map_or(change.id.clone(), |info| info.name.clone()),
            [first, ..] => {
                let name = tree.info(&first.id).map_or("", |info| info.name.as_str());
                format!("{name} and {} more", changes.len() - 1)
            }
        };
        let value = match changes.as_slice() {
            // What a preset moves is not what it is.
            [change] if preset.is_none() => {
                tree.text_at(&change.id, change.after).ok().map(|text| as_shown(&text))
            }
            _ => None,
        };
        self.past.undone.clear();
        self.past.done.push(Step { name, value, changes, preset });
        let surplus = self.past.done.len().saturating_sub(MOST_STEPS);
        self.past.done.drain(..surplus);
    }

    /// Name of what would be undone, and of what would be redone.
    pub fn names(&self) -> [Option<&str>; 2] {
        [&self.past.done, &self.past.undone].map(|steps| steps.last().map(|step| step.name.as_str()))
    }

    /// Every step with its distance from where the sound is now, oldest first: below 0 to undo, above to redo.
    pub fn steps(&self) -> Vec<(i32, String)> {
        let beginning = (-(self.past.done.len() as i32), "Beginning".to_owned());
        let done = self.past.done.iter().enumerate();
        let said = |step: &Step| match &step.value {
            Some(value) => format!("{}   {value}", step.name),
            None => step.name.clone(),
        };
        let done = done.map(|(n, step)| (n as i32 + 1 - self.past.done.len() as i32, said(step)));
        let undone = self.past.undone.iter().rev().enumerate().map(|(n, step)| (n as i32 + 1, said(step)));
        std::iter::once(beginning).chain(done).chain(undone).collect()
    }

    /// The places to go to for an undo, and the preset if that changes; `now` is the one that is left.
    pub fn undo(&mut self, now: Taken) -> Return {
        let Some(mut step) = self.past.done.pop() else { return Default::default() };
        let places = step.changes.iter().map(|change| (change.id.clone(), change.before)).collect();
        let preset = step.preset.as_mut().map(|preset| self.change_preset(preset, now));
        self.past.undone.push(step);
        (places, preset)
    }

    /// The same for a redo.
    pub fn redo(&mut self, now: Taken) -> Return {
        let Some(mut step) = self.past.undone.pop() else { return Default::default() };
        let places = step.changes.iter().map(|change| (change.id.clone(), change.after)).collect();
        let preset = step.preset.as_mut().map(|preset| self.change_preset(preset, now));
        self.past.done.push(step);
        (places, preset)
    }

    /// Goes over to a step's preset and leaves the one that is left in its place.
    fn change_preset(&mut self, preset: &mut Taken, now: Taken) -> Taken {
        let mut coming = std::mem::replace(preset, Taken { owed: self.past.owed.take(), ..now });
        self.owe(coming.owed.take());
        coming
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Taken {
        Taken { name: String::new(), values: None, owed: None }
    }

    #[test]
    fn what_follows_of_itself_belongs_to_its_step() {
        let tree = Tree::new();
        let mut history = History::default();
        let go = |history: &mut History, from: f32, to: f32| {
            history.begin("limiter_drive", from);
            history.moved("limiter_drive", to);
            history.end();
            history.end_frame(&tree);
        };
        history.name("Loud");
        go(&mut history, 0.5, 0.6);
        history.continue_step("Loud");
        go(&mut history, 0.6, 0.7);
        assert_eq!(history.undo(nothing()).0, [("limiter_drive".to_owned(), 0.5)]);
        // What was undone is not gone on with.
        history.continue_step("Loud");
        go(&mut history, 0.5, 0.8);
        assert_eq!(history.names(), [Some("Limiter Drive"), None]);
    }

    #[test]
    fn what_was_done_in_one_go_is_one_step() {
        let tree = Tree::new();
        let mut history = History::default();
        for id in ["limiter_drive", "limiter_release"] {
            history.begin(id, 0.5);
        }
        for n in 1..=5 {
            history.moved("limiter_drive", 0.5 + 0.01 * n as f32);
            history.end_frame(&tree);
        }
        history.end();
        history.end();
        history.end_frame(&tree);
        // A gesture that moved nothing is none.
        history.begin("glue_ratio", 0.1);
        history.end();
        history.end_frame(&tree);
        assert_eq!(history.names(), [Some("Limiter Drive"), None]);
        assert_eq!(history.undo(nothing()).0, [("limiter_drive".to_owned(), 0.5)]);
        assert_eq!(history.names(), [None, Some("Limiter Drive")]);
        assert_eq!(history.redo(nothing()).0, [("limiter_drive".to_owned(), 0.55)]);
        assert!(history.redo(nothing()).0.is_empty());
        history.undo(nothing());
        history.begin("glue_ratio", 0.1);
        history.moved("glue_ratio", 0.2);
        history.end();
        history.end_frame(&tree);
        assert_eq!(
            history.names(),
            [Some("Glue Ratio"), None],
            "what was undone is gone once something else is done"
        );
    }
}
