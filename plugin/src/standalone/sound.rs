//! Which device the chain plays to: chosen on the command line and in the window, changed while it runs.
//!
//! ```text
//! window -- choose --> this thread: close, build the chain for the rate, open --> device's thread: the instance
//!                           ^---------------------- the instance comes back ------------+
//! ```
//! Devices are opened, closed and listed on a thread of their own: a sound system may take seconds for each. Where none can be opened
//! the chain runs in silence, and the window says why.

use super::instance::{Incoming, Instance, Lent};
use super::silence::Silence;
use lacquer_gui::{SoundChoice, SoundDevices, SoundState};
use std::any::Any;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time for a device's thread to come back from having said that it goes: JACK's server ends on the client's own thread, and closing
/// the client cancels that thread wherever it is, which ends the process if it is still in ours.
const FAREWELL: Duration = Duration::from_millis(500);

/// The system's devices.
pub(super) trait System: Send {
    /// Names of the ways to them.
    fn backends(&self) -> Vec<String>;
    /// Names of a backend's devices: those that play, and those that record.
    fn devices(&self, backend: &str) -> [Vec<String>; 2];
    /// Looks for a way to play what was chosen; the rate in Hz that it comes to, and what comes in. [`System::start`] is next.
    fn prepare(&mut self, choice: &SoundChoice) -> Result<(u32, Option<Incoming>), String>;
    /// Plays what was prepared until what is returned is dropped. `lost` is called from any thread when a device goes away.
    fn start(&mut self, lent: Lent, lost: Box<dyn Fn(String) + Send + Sync>) -> Result<Box<dyn Any>, String>;
}

/// What the thread is asked for.
enum Request {
    List,
    Choose(SoundChoice),
    /// The device of the opening of this number has gone.
    Lost(u64, String),
    End,
}

/// The window's end. See the module.
pub(super) struct Sound {
    shown: Arc<Mutex<SoundState>>,
    requests: Mutex<Sender<Request>>,
}

/// The thread of a [`Sound`].
pub(super) struct SoundThread(Sender<Request>, Option<JoinHandle<()>>);

impl Drop for SoundThread {
    fn drop(&mut self) {
        let _ = self.0.send(Request::End);
        if let Some(thread) = self.1.take() {
            let _ = thread.join();
        }
    }
}

fn locked(shown: &Mutex<SoundState>) -> MutexGuard<'_, SoundState> {
    // What is guarded is whole after every statement.
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sound {
    /// Nothing plays before [`Sound::run`].
    pub fn new(system: &dyn System) -> (Arc<Self>, Receiving) {
        let (requests, requested) = mpsc::channel();
        let shown = Arc::new(Mutex::new(SoundState { backends: system.backends(), ..Default::default() }));
        let receiving = Receiving { requested, requests: requests.clone(), shown: shown.clone() };
        (Arc::new(Self { shown, requests: Mutex::new(requests) }), receiving)
    }

    fn ask(&self, request: Request) {
        locked(&self.shown).is_busy = true;
        // The thread lives as long as the window.
        let _ = self.requests.lock().unwrap_or_else(PoisonError::into_inner).send(request);
    }
}

impl SoundDevices for Sound {
    fn state(&self) -> SoundState {
        locked(&self.shown).clone()
    }

    fn list(&self) {
        self.ask(Request::List);
    }

    fn choose(&self, choice: SoundChoice) {
        self.ask(Request::Choose(choice));
    }
}

/// The thread's end of a [`Sound`] before it runs.
pub(super) struct Receiving {
    requested: Receiver<Request>,
    requests: Sender<Request>,
    shown: Arc<Mutex<SoundState>>,
}

impl Receiving {
    /// Plays `instance` to the first of `choices` that can be opened; `rate_changed` is called whenever the rate is another one.
    pub fn run(
        self,
        system: Box<dyn System>,
        instance: Box<Instance>,
        choices: Vec<SoundChoice>,
        rate_changed: impl Fn() + Send + 'static,
    ) -> SoundThread {
        let requests = self.requests.clone();
        let (lend, back) = mpsc::channel();
        let mut player = Player {
            receiving: self,
            system,
            lend,
            back,
            openings: 0,
            rate_hz: 0,
            lost: None,
            rate_changed: Box::new(rate_changed),
        };
        let thread = std::thread::spawn(move || player.run(instance, choices));
        SoundThread(requests, Some(thread))
    }
}

/// The thread.
struct Player {
    receiving: Receiving,
    system: Box<dyn System>,
    lend: Sender<Box<Instance>>,
    back: Receiver<Box<Instance>>,
    openings: u64,
    rate_hz: u32,
    /// Why the last device went away.
    lost: Option<String>,
    rate_changed: Box<dyn Fn() + Send>,
}

impl Player {
    fn run(&mut self, mut instance: Box<Instance>, mut choices: Vec<SoundChoice>) {
        loop {
            let Some(stream) = self.open(instance, &choices) else { return };
            let next = self.wait();
            drop(stream);
            let Ok(returned) = self.back.recv() else { return };
            instance = returned;
            match next {
                Some(next) => choices = next,
                None => return instance.deactivate(),
            }
        }
    }

    /// Plays to the first choice that can be opened, else to nobody. None if not even the chain can be built.
    fn open(&mut self, mut instance: Box<Instance>, choices: &[SoundChoice]) -> Option<Box<dyn Any>> {
        locked(&self.receiving.shown).is_busy = true;
        self.openings += 1;
        let mut problem = self.lost.take();
        for choice in choices.iter().filter(|choice| choice.backend.is_some()) {
            match self.try_one(instance, choice) {
                Ok((stream, rate_hz)) => {
                    self.show(SoundChoice { rate_hz, ..choice.clone() }, None);
                    return Some(stream);
                }
                Err((returned, why)) => (instance, problem) = (returned?, Some(why)),
            }
        }
        let rate_hz = choices.last().map_or(48_000, |choice| choice.rate_hz);
        if !instance.activate(rate_hz, None) {
            return None;
        }
        let silence = Silence::new(Lent::new(instance, self.lend.clone()), rate_hz);
        self.show(SoundChoice { rate_hz, ..Default::default() }, problem);
        Some(Box::new(silence))
    }

    /// What plays and at which rate, or the instance and why it does not.
    #[allow(clippy::type_complexity, reason = "said above")]
    fn try_one(
        &mut self,
        mut instance: Box<Instance>,
        choice: &SoundChoice,
    ) -> Result<(Box<dyn Any>, u32), (Option<Box<Instance>>, String)> {
        let (rate_hz, incoming) = match self.system.prepare(choice) {
            Ok(prepared) => prepared,
            Err(why) => return Err((Some(instance), why)),
        };
        if !instance.activate(rate_hz, incoming) {
            return Err((Some(instance), format!("the chain does not run at {rate_hz} Hz")));
        }
        let (requests, opening) = (self.receiving.requests.clone(), self.openings);
        let lost = Box::new(move |why| {
            let _ = requests.send(Request::Lost(opening, why));
        });
        match self.system.start(Lent::new(instance, self.lend.clone()), lost) {
            Ok(stream) => Ok((stream, rate_hz)),
            Err(why) => Err((self.back.recv().ok(), why)),
        }
    }

    fn show(&mut self, choice: SoundChoice, problem: Option<String>) {
        let rate_hz = choice.rate_hz;
        {
            let mut shown = locked(&self.receiving.shown);
            (shown.choice, shown.problem, shown.is_busy) = (choice, problem, false);
        }
        if std::mem::replace(&mut self.rate_hz, rate_hz) != rate_hz {
            (self.rate_changed)();
        }
        self.list();
    }

    fn list(&self) {
        let backend = locked(&self.receiving.shown).choice.backend.clone();
        let [outputs, inputs] = backend.map_or_else(Default::default, |name| self.system.devices(&name));
        let mut shown = locked(&self.receiving.shown);
        (shown.outputs, shown.inputs, shown.is_busy) = (outputs, inputs, false);
    }

    /// Serves what leaves the stream as it is; what is to be opened next, or none at the end.
    fn wait(&mut self) -> Option<Vec<SoundChoice>> {
        loop {
            match self.receiving.requested.recv() {
                Ok(Request::List) => self.list(),
                Ok(Request::Choose(choice)) => return Some(vec![choice]),
                Ok(Request::Lost(opening, why)) if opening == self.openings => {
                    let rate_hz = self.rate_hz;
                    self.lost = Some(why);
                    std::thread::sleep(FAREWELL);
                    return Some(vec![SoundChoice { rate_hz, ..Default::default() }]);
                }
                Ok(Request::Lost(..)) => {}
                Ok(Request::End) | Err(_) => return None,
            }
        }
    }
}
