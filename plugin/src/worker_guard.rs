//! Keeps the framework's background worker away from its own tasks, which crash hosts on Linux with VST3 (nice-plug 0.4.2).
//!
//! ```text
//! audio thread -- parameter changed --> [ bounded queue ] --> worker --> looks into the editor's slot, while the
//!                                                                        GUI thread opens or closes it: panic
//! ```
//! The dead worker aborts the host when the last instance goes. Worker and queue are shared by all instances in a process, so
//! one *keeper*, a wrapper instance that no host knows, parks the worker in a task of ours and fills the queue with tasks that
//! do nothing. An audio thread's post is then refused at once. The last real instance to go opens the gate; what is queued is
//! drained while the keeper is still alive, because the worker stops for good on a task whose instance is gone; then the
//! keeper goes too.
//!
//! Consequences: nothing of ours may run through the framework's worker; what `process` posts is lost while no editor is open.

use nice_plug::prelude::{AsyncExecutor, Plugin, Vst3Plugin};
use nice_plug::wrapper::vst3::Wrapper;
use std::any::Any;
use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for the worker to arrive or to drain: it needs microseconds; a host that is stuck must not be held for ever.
const PATIENCE: Duration = Duration::from_secs(2);

/// Pause between two looks at a queue that drains.
const DRAIN_POLL: Duration = Duration::from_micros(200);

/// More tasks than the framework's queue holds (4096): where filling gives up.
const FILL_LIMIT: usize = 1 << 16;

/// A task for the framework's worker. The tickets count the tasks that are queued or running: one that is refused is
/// dropped by the framework, and its ticket with it.
pub enum GuardTask {
    /// Waits at the gate.
    Wait(Ticket),
    /// Takes up room.
    Nothing(Ticket),
}

/// Lives as long as its task.
pub struct Ticket(#[expect(dead_code, reason = "held, never read")] Arc<()>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// Nobody has come yet.
    Closed,
    /// The worker stands before it.
    Occupied,
    /// The worker may go on.
    Open,
}

static GATE: Mutex<Gate> = Mutex::new(Gate::Closed);
static GATE_MOVED: Condvar = Condvar::new();

/// What the instances of this process share; there is one as long as there is one of them.
struct Watch {
    instances: usize,
    tickets: Arc<()>,
    /// The hidden instance, kept for its drop.
    _keeper: Box<dyn Any + Send>,
}

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

type Post = Box<dyn Fn(GuardTask)>;

thread_local! {
    /// Set while this thread makes the keeper: where the keeper leaves its way to post tasks.
    static MAKING_KEEPER: RefCell<Option<Option<Post>>> = const { RefCell::new(None) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is whole after every statement: a panic elsewhere has spoilt nothing.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// [worker thread] What `Plugin::task_executor` does with a task.
pub fn run(task: GuardTask) {
    match task {
        GuardTask::Nothing(_) => {}
        GuardTask::Wait(_ticket) => {
            let mut gate = locked(&GATE);
            if *gate == Gate::Closed {
                *gate = Gate::Occupied;
                GATE_MOVED.notify_all();
            }
            while *gate != Gate::Open {
                gate = GATE_MOVED.wait(gate).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// Asked first in `Plugin::editor`: whether it is the keeper that is being made, which needs no editor.
pub fn is_hidden_instance<P>(executor: &AsyncExecutor<P>) -> bool
where
    P: Plugin,
    P::BackgroundTask: From<GuardTask>,
{
    MAKING_KEEPER.with_borrow_mut(|making| {
        let Some(post) = making else { return false };
        let executor = executor.clone();
        *post = Some(Box::new(move |task: GuardTask| executor.execute_background(task.into())));
        true
    })
}

/// Held by each instance from its first VST3 activation to its end.
pub struct WorkerGuard(());

impl WorkerGuard {
    /// [main thread] Parks the worker, if this is the first instance.
    pub fn acquire<P>() -> Self
    where
        P: Vst3Plugin,
        P::BackgroundTask: From<GuardTask>,
        Wrapper<P>: Send + 'static,
    {
        let mut watch = locked(&WATCH);
        match watch.as_mut() {
            Some(watch) => watch.instances += 1,
            None => *watch = Some(Watch::begin::<P>()),
        }
        Self(())
    }
}

impl Drop for WorkerGuard {
    fn drop(&mut self) {
        let mut watch = locked(&WATCH);
        let last = match watch.as_mut() {
            Some(watch) => {
                watch.instances -= 1;
                watch.instances == 0
            }
            None => false,
        };
        if last && let Some(watch) = watch.take() {
            watch.end();
        }
    }
}

impl Watch {
    fn begin<P>() -> Self
    where
        P: Vst3Plugin,
        P::BackgroundTask: From<GuardTask>,
        Wrapper<P>: Send + 'static,
    {
        MAKING_KEEPER.set(Some(None));
        let keeper: Box<dyn Any + Send> = Box::new(Wrapper::<P>::new());
        let post = MAKING_KEEPER.take().flatten();
        let tickets = Arc::new(());
        if let Some(post) = post {
            *locked(&GATE) = Gate::Closed;
            post(GuardTask::Wait(Ticket(tickets.clone())));
            // Filled before the worker stands at the gate, the queue would be emptied again.
            let waited = GATE_MOVED.wait_timeout_while(locked(&GATE), PATIENCE, |gate| *gate == Gate::Closed);
            drop(waited);
            fill(&post, &tickets);
        }
        Self { instances: 1, tickets, _keeper: keeper }
    }

    fn end(self) {
        *locked(&GATE) = Gate::Open;
        GATE_MOVED.notify_all();
        let start = Instant::now();
        while Arc::strong_count(&self.tickets) > 1 && start.elapsed() < PATIENCE {
            std::thread::sleep(DRAIN_POLL);
        }
    }
}

/// Posts until a post is refused.
fn fill(post: &Post, tickets: &Arc<()>) {
    for _ in 0..FILL_LIMIT {
        let queued = Arc::strong_count(tickets);
        post(GuardTask::Nothing(Ticket(tickets.clone())));
        if Arc::strong_count(tickets) <= queued {
            break;
        }
    }
}
