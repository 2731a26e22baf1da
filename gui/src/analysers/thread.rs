//! Where the analysers run: on a thread of their own while a window is open, on the caller's while there is none.

use super::{Analysers, Readings};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use crossbeam_queue::ArrayQueue;
use egui::Plugin;
use lacquer_dsp::shared::meter_bank::MeterBank;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The thread's name, as the system shows it.
const NAME: &str = "lacquer analysis";

/// Time between two looks while frames come, and while none do: the feed holds 0.34 s at 192 kHz.
const PERIOD: Duration = Duration::from_millis(15);
const PERIOD_IN_SILENCE: Duration = Duration::from_millis(100);

/// What is done with the analysers between two looks.
type Request = Box<dyn FnOnce(&mut Analysers) + Send>;

/// The analysers, wherever they run; whoever has this asks them and reads what they found.
pub(crate) struct Analysis {
    home: Arc<Mutex<Home>>,
    /// The newest readings that nobody has taken yet, with the requests that had been granted before them.
    newest: Arc<ArrayQueue<(u64, Readings)>>,
    /// Requests so far: what was read before the last one would show what is no longer wanted.
    asked: u64,
}

enum Home {
    Here(Box<Analysers>),
    Thread {
        requests: Sender<Request>,
        handle: JoinHandle<Box<Analysers>>,
    },
    /// After a thread that has panicked.
    Nowhere,
}

impl Home {
    /// Goes to a thread of its own; where the system gives none, new ones stay here.
    fn start(&mut self, newest: Arc<ArrayQueue<(u64, Readings)>>, asked: u64) {
        let analysers = match std::mem::replace(self, Self::Nowhere) {
            Self::Here(analysers) => analysers,
            other => {
                *self = other;
                return;
            }
        };
        let bank = analysers.bank.clone();
        let (requests, waiting) = crossbeam_channel::unbounded();
        let builder = std::thread::Builder::new().name(NAME.to_owned());
        *self = match builder.spawn(move || run(analysers, &waiting, asked, &newest)) {
            Ok(handle) => Self::Thread { requests, handle },
            Err(_) => Self::Here(Box::new(Analysers::new(bank))),
        };
    }

    /// Comes back; the thread has ended then.
    fn stop(&mut self) {
        match std::mem::replace(self, Self::Nowhere) {
            Self::Thread { requests, handle } => {
                drop(requests);
                if let Ok(analysers) = handle.join() {
                    *self = Self::Here(analysers);
                }
            }
            other => *self = other,
        }
    }
}

/// For as long as this is there the analysis has a thread of its own. A window's context keeps it: the framework tells nobody that a window
/// closes, and a host that unloads the plugin next must not find the thread running.
pub(crate) struct Running {
    home: Arc<Mutex<Home>>,
    newest: Arc<ArrayQueue<(u64, Readings)>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        locked(&self.home).stop();
        // What the thread left is read anew where it came back to.
        self.newest.pop();
    }
}

impl Plugin for Running {
    fn debug_name(&self) -> &'static str {
        NAME
    }
}

/// Nobody waits for it but while a window opens or closes.
fn locked(home: &Mutex<Home>) -> MutexGuard<'_, Home> {
    home.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Analysis {
    /// On the caller's thread, with what there is to read before anything was heard.
    pub fn new(bank: Arc<MeterBank>) -> (Self, Readings) {
        let analysers = Box::new(Analysers::new(bank));
        let readings = analysers.readings();
        let home = Arc::new(Mutex::new(Home::Here(analysers)));
        (Self { home, newest: Arc::new(ArrayQueue::new(1)), asked: 0 }, readings)
    }

    /// Goes to a thread of its own.
    #[must_use]
    pub fn start(&self) -> Running {
        locked(&self.home).start(self.newest.clone(), self.asked);
        Running { home: self.home.clone(), newest: self.newest.clone() }
    }

    /// Asks for something; done before the next frame is looked at.
    pub fn ask(&mut self, request: impl FnOnce(&mut Analysers) + Send + 'static) {
        self.asked += 1;
        match &mut *locked(&self.home) {
            Home::Here(analysers) => request(analysers),
            // It ends with its owner alone, or by a panic, after which nothing is found any more.
            Home::Thread { requests, .. } => drop(requests.send(Box::new(request))),
            Home::Nowhere => (),
        }
    }

    /// What was found since it was last asked for, if there is anything new.
    pub fn take(&mut self) -> Option<Readings> {
        if let Home::Here(analysers) = &mut *locked(&self.home) {
            analysers.read();
            return Some(analysers.readings());
        }
        let (granted, readings) = self.newest.pop()?;
        (granted == self.asked).then_some(readings)
    }
}

fn run(
    mut analysers: Box<Analysers>,
    waiting: &Receiver<Request>,
    mut granted: u64,
    newest: &ArrayQueue<(u64, Readings)>,
) -> Box<Analysers> {
    loop {
        let is_new = analysers.read();
        if is_new {
            newest.force_push((granted, analysers.readings()));
        }
        match waiting.recv_timeout(if is_new { PERIOD } else { PERIOD_IN_SILENCE }) {
            Ok(request) => {
                for request in std::iter::once(request).chain(waiting.try_iter()) {
                    request(&mut analysers);
                    granted += 1;
                }
                newest.force_push((granted, analysers.readings()));
            }
            Err(RecvTimeoutError::Timeout) => (),
            Err(RecvTimeoutError::Disconnected) => return analysers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::ChainSettings;
    use lacquer_tests::player::{Player, RATE_HZ};
    use std::time::Instant;

    /// Seconds that are played while nobody draws, and how many times faster than time.
    const PLAYED_S: usize = 6;
    const FASTER: u32 = 3;

    #[test]
    fn nothing_is_missed_while_nobody_draws() {
        let bank = Arc::<MeterBank>::default();
        bank.controls.set_watched(true);
        let mut player = Player::new(bank.clone());
        let (mut analysis, _) = Analysis::new(bank);
        let running = analysis.start();
        // Blocks of 20 ms.
        for _ in 0..PLAYED_S * 50 {
            let since = Instant::now();
            player.play(&ChainSettings::default(), RATE_HZ as usize / 50);
            std::thread::sleep((Duration::from_millis(20) / FASTER).saturating_sub(since.elapsed()));
        }
        std::thread::sleep(4 * PERIOD_IN_SILENCE);
        let readings = analysis.take().expect("something was found");
        let heard_s = PLAYED_S as f64 - 0.2;
        assert!(readings.inspected_s > heard_s, "{} s of {PLAYED_S}", readings.inspected_s);
        assert!(readings.heard_s > heard_s, "{} s of {PLAYED_S}", readings.heard_s);
        let since = Instant::now();
        drop(running);
        assert!(since.elapsed() < Duration::from_millis(500), "it ends at once: {:?}", since.elapsed());
        let kept = analysis.take().expect("the analysers are here again");
        assert!(kept.inspected_s >= readings.inspected_s, "what was found is kept");
    }
}
