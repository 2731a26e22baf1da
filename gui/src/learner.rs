//! The limiter's drive for a loudness, from what was heard: listen, try drives on a thread of its own, answer.
//!
//! What is tried is what plays: the chain itself over the frames that came in ([`Rehearsal`]). The thread looks often whether it is still
//! wanted, and is joined before its owner goes.

use crossbeam_channel::Receiver;
use lacquer_dsp::drive::{DRIVES_DB, NoDrive, search};
use lacquer_dsp::metering::cost::Cost;
use lacquer_dsp::rehearsal::{Outcome, Rehearsal};
use lacquer_dsp::{ChainSettings, ProcessSpec};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;

/// Least that has to be heard, s: one short-term loudness.
pub(crate) const LEAST_S: f64 = 3.0;
/// A limiter that stands lower than this, or peaks nearer to the loudness than that, cost more than they should, dB (Pro practice: a
/// peak-to-short-term ratio under 8 dB is heard as flat).
pub(crate) const MOST_STANDING_DB: f64 = 6.0;
pub(crate) const LEAST_PSR_DB: f64 = 8.0;
/// Drives beyond the answer that are tried to tell what louder costs, and before it to find what does not cost too much, dB.
const LOUDER_DB: [f64; 4] = [1.2, 2.6, 4.2, 6.5];
const GENTLER_DB: [f64; 6] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
/// Halvings between a drive that costs too much and one that does not: to within an eighth of the step.
const HALVINGS: usize = 3;

/// What is to be found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub target_lufs: f64,
    /// The preset that promises it, if it was not asked for by hand: its drive is set as soon as it is known.
    pub preset: Option<String>,
}

/// A preset's request, with the settings that it makes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Promise {
    pub request: Request,
    pub settings: ChainSettings,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub request: Request,
    /// What the target takes, or the nearest that can be had.
    pub found: Outcome,
    pub is_reached: bool,
    /// The loudest that does not cost more than it should, where the target does.
    pub advice: Option<Outcome>,
    /// Every drive that was tried, by loudness.
    pub tried: Vec<Outcome>,
}

impl Answer {
    /// Whether the target costs more than it should.
    pub fn costs_too_much(&self) -> bool {
        is_dear(&self.found)
    }

    /// What a loudness in LUFS costs, between the drives that were tried; `None` beyond them.
    pub fn at(&self, lufs: f64) -> Option<Outcome> {
        let pair = self.tried.windows(2).find(|pair| pair[0].lufs <= lufs && lufs <= pair[1].lufs)?;
        Some(between(&pair[0], &pair[1], (lufs - pair[0].lufs) / (pair[1].lufs - pair[0].lufs).max(1e-9)))
    }
}

fn is_dear(outcome: &Outcome) -> bool {
    outcome.psr_db < LEAST_PSR_DB || outcome.standing_db > MOST_STANDING_DB
}

fn between(a: &Outcome, b: &Outcome, share: f64) -> Outcome {
    let mix = |a: f64, b: f64| a + (b - a) * share;
    Outcome {
        drive_db: mix(a.drive_db, b.drive_db),
        lufs: mix(a.lufs, b.lufs),
        psr_db: mix(a.psr_db, b.psr_db),
        standing_db: mix(a.standing_db, b.standing_db),
        cost: Cost {
            distortion_db: mix(a.cost.distortion_db, b.cost.distortion_db),
            pumping_db: mix(a.cost.pumping_db, b.cost.pumping_db),
        },
    }
}

/// Where it stands.
#[derive(Default)]
pub(crate) enum State {
    #[default]
    Idle,
    Listening {
        request: Request,
    },
    Working {
        work: Work,
    },
    Ready {
        answer: Answer,
    },
}

/// See the module.
#[derive(Default)]
pub(crate) struct Learner {
    pub state: State,
}

impl Learner {
    /// Listens from here on.
    pub fn listen(&mut self, request: Request) {
        self.state = State::Listening { request };
    }

    /// Forgets the question.
    pub fn stop(&mut self) {
        self.state = State::Idle;
    }

    /// Tries drives on the frames that come.
    pub fn work(
        &mut self,
        request: Request,
        spec: ProcessSpec,
        settings: ChainSettings,
        frames: Receiver<Vec<[f32; 2]>>,
    ) {
        self.state = State::Working { work: Work::start(request, spec, settings, frames) };
    }

    /// Takes the answer, once it is there.
    pub fn poll(&mut self) {
        if let State::Working { work } = &mut self.state
            && work.is_done()
        {
            self.state = match work.take() {
                Some(answer) => State::Ready { answer },
                None => State::Idle,
            };
        }
    }

    /// Whether the picture changes by itself.
    pub fn is_moving(&self) -> bool {
        matches!(self.state, State::Working { .. })
    }

    /// Takes an answer that a preset waits for.
    pub fn take_presets_answer(&mut self) -> Option<Answer> {
        match &self.state {
            State::Ready { answer } if answer.request.preset.is_some() => {
                match std::mem::replace(&mut self.state, State::Idle) {
                    State::Ready { answer } => Some(answer),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The thread that tries drives.
pub(crate) struct Work {
    wanted: Arc<AtomicBool>,
    tried: Arc<AtomicUsize>,
    thread: Option<JoinHandle<Option<Answer>>>,
}

impl Work {
    fn start(
        request: Request,
        spec: ProcessSpec,
        settings: ChainSettings,
        frames: Receiver<Vec<[f32; 2]>>,
    ) -> Self {
        let (wanted, tried) = (Arc::new(AtomicBool::new(true)), Arc::<AtomicUsize>::default());
        let (still_wanted, count) = (wanted.clone(), tried.clone());
        let name = std::thread::Builder::new().name("lacquer drive search".to_owned());
        // A system that gives no thread gives no answer.
        let thread = name
            .spawn(move || {
                let frames = frames.recv().ok()?;
                answer(request, &spec, &settings, &frames, &|| still_wanted.load(Relaxed), &count)
            })
            .ok();
        Self { wanted, tried, thread }
    }

    /// Drives tried so far.
    pub fn tried(&self) -> usize {
        self.tried.load(Relaxed)
    }

    fn is_done(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn take(&mut self) -> Option<Answer> {
        self.thread.take().and_then(|thread| thread.join().ok().flatten())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.wanted.store(false, Relaxed);
        // A host that unloads the plugin next must not find the thread running; it ends within a chunk.
        self.take();
    }
}

/// Finds it; `None` where it is no longer wanted.
fn answer(
    request: Request,
    spec: &ProcessSpec,
    settings: &ChainSettings,
    frames: &[[f32; 2]],
    wanted: &(dyn Fn() -> bool + Sync),
    count: &AtomicUsize,
) -> Option<Answer> {
    let rehearsal = Rehearsal::new(spec, settings, frames, wanted)?;
    let tried = RefCell::new(Vec::new());
    let at = |drive_db: f64| {
        let outcome = rehearsal.at(drive_db, wanted)?;
        count.fetch_add(1, Relaxed);
        tried.borrow_mut().push(outcome);
        Some(outcome)
    };
    let start_db = request.target_lufs - rehearsal.driven_lufs();
    let found = search(request.target_lufs, start_db, |drive_db| Ok(at(drive_db).ok_or(())?.lufs));
    let (drive_db, is_reached) = match found {
        Ok(drive_db) => (drive_db, true),
        Err(NoDrive::Unreachable { nearest, .. }) => (nearest.drive_db, false),
        Err(NoDrive::Failed(())) => return None,
    };
    let known = tried.borrow().iter().find(|outcome| outcome.drive_db == drive_db).copied();
    let found = known.or_else(|| at(drive_db))?;
    let mut advice = None;
    // A preset has its promise, and nobody waits for more.
    if request.preset.is_none() {
        if is_dear(&found) {
            advice = advise(drive_db, &at)?;
        }
        for more_db in LOUDER_DB {
            let more_db = drive_db + more_db;
            if is_reached && more_db <= DRIVES_DB[1] {
                at(more_db)?;
            }
        }
    }
    let mut tried = tried.into_inner();
    tried.sort_by(|a, b| a.lufs.total_cmp(&b.lufs));
    Some(Answer { request, found, is_reached, advice, tried })
}

/// The loudest below a drive that costs too much that does not, if there is one; the outer `None` where it is no longer wanted.
fn advise(dear_db: f64, at: &dyn Fn(f64) -> Option<Outcome>) -> Option<Option<Outcome>> {
    let mut dear_db = dear_db;
    for less_db in GENTLER_DB {
        let mut gentle = at((dear_db - less_db).max(DRIVES_DB[0]))?;
        if is_dear(&gentle) {
            dear_db = gentle.drive_db;
            continue;
        }
        for _ in 0..HALVINGS {
            let middle = at(0.5 * (gentle.drive_db + dear_db))?;
            if is_dear(&middle) {
                dear_db = middle.drive_db;
            } else {
                gentle = middle;
            }
        }
        return Some(Some(gentle));
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    const RATE: f64 = 48_000.0;

    /// Six seconds of hits over a chord.
    fn song() -> Vec<[f32; 2]> {
        let frame = |n: u32| {
            let t = f64::from(n) / RATE;
            let hit = (-(2.0 * t).fract() * 8.0).exp();
            let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
            let x = 0.4 * hit * tone(70.0) + 0.08 * (tone(220.0) + tone(277.2) + tone(1661.0));
            [x as f32, 0.8 * x as f32]
        };
        (0..6 * RATE as u32).map(frame).collect()
    }

    fn searching(target_lufs: f64) -> Learner {
        let mut learner = Learner::default();
        let request = Request { target_lufs, preset: None };
        learner.listen(request.clone());
        let (give, frames) = crossbeam_channel::bounded(1);
        learner.work(request, ProcessSpec::stereo(RATE), ChainSettings::default(), frames);
        give.send(song()).expect("the search waits for it");
        learner
    }

    fn learned(target_lufs: f64) -> Answer {
        let mut learner = searching(target_lufs);
        let since = Instant::now();
        while learner.is_moving() && since.elapsed() < Duration::from_secs(120) {
            learner.poll();
            std::thread::sleep(Duration::from_millis(5));
        }
        match std::mem::replace(&mut learner.state, State::Idle) {
            State::Ready { answer } => answer,
            _ => panic!("no answer"),
        }
    }

    #[test]
    fn a_target_is_met_and_louder_ones_are_priced() {
        let answer = learned(-14.0);
        assert!(answer.is_reached && (answer.found.lufs + 14.0).abs() <= 0.05, "{:?}", answer.found);
        let louder = answer.at(-9.0).expect("a price");
        let found = answer.found;
        assert!(louder.drive_db > found.drive_db + 0.5, "{found:?} {louder:?}");
        assert!(louder.psr_db < found.psr_db, "{found:?} {louder:?}");
        assert_eq!(answer.at(-60.0), None);
    }

    #[test]
    fn a_target_that_costs_too_much_comes_with_one_that_does_not() {
        let answer = learned(-6.0);
        assert!(answer.costs_too_much(), "{:?}", answer.found);
        let advice = answer.advice.expect("an advice");
        assert!(advice.psr_db >= LEAST_PSR_DB && advice.standing_db <= MOST_STANDING_DB, "{advice:?}");
        assert!(advice.lufs < answer.found.lufs);
    }

    #[test]
    fn a_search_that_is_dropped_ends() {
        let learner = searching(-9.0);
        let since = Instant::now();
        drop(learner);
        assert!(since.elapsed() < Duration::from_secs(5), "the thread ran on for {:?}", since.elapsed());
    }
}
