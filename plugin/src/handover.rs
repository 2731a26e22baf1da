//! Engines for what has changed while the plugin runs: built on the thread that asked, and handed to the audio thread without a lock.
//!
//! ```text
//! state, host's value, editor ──► settle: build ──► [ coming ] ──► audio thread: swap ──► [ spent ] ──► dropped by whoever settles next
//! ```
//! Quality and the equalizer's phase are what an engine is built for, so a host that restores a state into an active plugin, or sets
//! one of them before the first block, or a user who does it in the editor, needs another engine at once: the next block has it.
//! Hosts learn of the new latency in their format's way. In a block that nobody waits for, the audio thread builds it itself
//! ([`Handover::settle_offline`]). An engine that has panicked is replaced in the same way ([`Handover::rebuild`]).
//!
//! Both cells hold at most one engine. `settle` is alone in filling `coming` and empties `spent` before it does, so the audio thread
//! finds `spent` empty when it has taken something: it neither waits nor frees.

use crate::edge::net::Net;
use crate::engine::HostedEngine;
use crossbeam_utils::atomic::AtomicCell;
use lacquer_dsp::processor::ProcessSpec;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// See the module. One for each instance.
pub(crate) struct Handover {
    params: Arc<LacquerParams>,
    status: Weak<Status>,
    /// What the newest engine was built for; none while nothing is active. Never locked on the audio thread of a host that plays.
    prepared: Mutex<Option<Prepared>>,
    coming: AtomicCell<Option<Box<Successor>>>,
    /// Set after `coming`: what the audio thread looks at in every block.
    is_coming: AtomicBool,
    spent: AtomicCell<Option<Box<Successor>>>,
    latency_samples: AtomicU32,
    is_offline: AtomicBool,
    is_block_offline: AtomicBool,
}

#[derive(Clone, Copy)]
struct Prepared {
    spec: ProcessSpec,
    max_block: usize,
}

// The audio thread must not find a lock in them.
const _: () = assert!(AtomicCell::<Option<Box<Successor>>>::is_lock_free());

/// An engine with what is caught under it.
struct Successor {
    engine: Box<HostedEngine>,
    net: Net,
    /// Whether it is a spare one, which takes over the meters of the one before; one that has panicked leaves nothing.
    is_spare: bool,
    /// Whether it is for what the one before was built for.
    is_repair: bool,
}

impl Handover {
    pub(crate) fn new(params: &Arc<LacquerParams>, status: &Arc<Status>) -> Arc<Self> {
        let this = Arc::new(Self {
            params: params.clone(),
            // Engines hold the status, and the status the way to here.
            status: Arc::downgrade(status),
            prepared: Mutex::new(None),
            coming: AtomicCell::new(None),
            is_coming: AtomicBool::new(false),
            spent: AtomicCell::new(None),
            latency_samples: AtomicU32::new(0),
            is_offline: AtomicBool::new(false),
            is_block_offline: AtomicBool::new(false),
        });
        let asked = Arc::downgrade(&this);
        status.set_rebuild(move || {
            if let Some(this) = asked.upgrade() {
                this.rebuild();
            }
        });
        this
    }

    /// [main-thread] `engine` is the one that plays from now on, in blocks of at most `max_block` frames.
    pub(crate) fn activate(&self, engine: &HostedEngine, max_block: usize, is_offline: bool) {
        let mut prepared = self.lock();
        self.empty();
        *prepared = Some(Prepared { spec: engine.spec(), max_block });
        self.is_offline.store(is_offline, Relaxed);
        self.latency_samples.store(engine.latency_samples() as u32, Relaxed);
    }

    /// [main-thread] Nothing plays any more.
    pub(crate) fn deactivate(&self) {
        let mut prepared = self.lock();
        self.empty();
        *prepared = None;
    }

    /// [any thread] Latency in samples of the newest engine: of the next block.
    pub(crate) fn latency_samples(&self) -> u32 {
        self.latency_samples.load(Relaxed)
    }

    /// [audio-thread] What the host says of the block that comes: some say it nowhere else.
    pub(crate) fn set_block_offline(&self, is_offline: bool) {
        self.is_block_offline.store(is_offline, Relaxed);
    }

    /// [any thread] Whether nobody waits for the block that comes.
    pub(crate) fn is_offline(&self) -> bool {
        self.is_offline.load(Relaxed) || self.is_block_offline.load(Relaxed)
    }

    /// [any thread but the audio thread] Builds the engine that the parameters ask for, if the newest one is another, and leaves it for
    /// the next block; whether it has another latency. Takes as long as building an engine: milliseconds, tens of them for linear phase.
    pub(crate) fn settle(&self) -> bool {
        let mut prepared = self.lock();
        self.spent.take();
        let Some(before) = *prepared else { return false };
        let spec = self.wanted(&before.spec);
        if spec == before.spec {
            return false;
        }
        self.offer(&mut prepared, Prepared { spec, ..before }, false)
    }

    /// [gui-thread] Builds an engine in the place of one that has panicked.
    pub(crate) fn rebuild(&self) {
        let mut prepared = self.lock();
        if let Some(before) = *prepared {
            let spec = self.wanted(&before.spec);
            self.offer(&mut prepared, Prepared { spec, ..before }, spec == before.spec);
        }
    }

    fn wanted(&self, spec: &ProcessSpec) -> ProcessSpec {
        ProcessSpec {
            quality: self.params.quality(),
            equalizer_phase: self.params.equalizer_phase(),
            ..*spec
        }
    }

    fn offer(&self, prepared: &mut Option<Prepared>, next: Prepared, is_repair: bool) -> bool {
        let Some(status) = self.status.upgrade() else { return false };
        // One that cannot even be built leaves everything as it is.
        let is_spare = !status.has_failed();
        let built = catch_unwind(AssertUnwindSafe(|| {
            let engine = Box::new(if is_spare {
                HostedEngine::spare(&next.spec, &self.params)
            } else {
                HostedEngine::new(&next.spec, &self.params, &status)
            });
            let net = Net::new(engine.latency_samples(), next.max_block);
            Box::new(Successor { engine, net, is_spare, is_repair })
        }));
        let Ok(successor) = built else { return false };
        let latency = successor.engine.latency_samples() as u32;
        *prepared = Some(next);
        // In this order: with nothing to take, nothing more can be spent.
        self.empty();
        self.coming.store(Some(successor));
        self.is_coming.store(true, Release);
        status.publish_latency(latency);
        self.latency_samples.swap(latency, Relaxed) != latency
    }

    /// Drops what was not taken, and what was given back.
    fn empty(&self) {
        self.is_coming.store(false, Relaxed);
        self.coming.take();
        self.spent.take();
    }

    /// [audio-thread] Exchanges `engine` and `net` for those that have come; whether any have.
    pub(crate) fn take(&self, engine: &mut Box<HostedEngine>, net: &mut Net) -> bool {
        if !self.is_coming.load(Relaxed) || !self.is_coming.swap(false, Acquire) {
            return false;
        }
        let Some(mut successor) = self.coming.take() else { return false };
        successor.exchange(&self.params, engine, net);
        // Empty until now (see the module), so nothing is dropped here.
        self.spent.store(Some(successor));
        true
    }

    /// [audio-thread, offline] Builds what the parameters ask for and takes it at once, in a block that nobody waits for.
    pub(crate) fn settle_offline(&self, engine: &mut Box<HostedEngine>, net: &mut Net) -> bool {
        self.settle();
        self.take(engine, net)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Prepared>> {
        // Every change of it is whole.
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Successor {
    /// [audio-thread] Puts itself in the place of an engine, and that one in its own.
    fn exchange(&mut self, params: &LacquerParams, engine: &mut Box<HostedEngine>, net: &mut Net) {
        if self.is_spare {
            self.engine.succeed(engine, params);
        } else {
            self.engine.set_all(params);
        }
        std::mem::swap(&mut self.engine, engine);
        if self.is_repair {
            net.mend();
        } else {
            std::mem::swap(&mut self.net, net);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::engine::ComingBlock;
    use lacquer_dsp::processor::Quality;
    use lacquer_params::Tree;

    const BLOCK: usize = 128;

    struct Player {
        tree: Tree,
        status: Arc<Status>,
        handover: Arc<Handover>,
        engine: Box<HostedEngine>,
        net: Net,
        position: usize,
    }

    impl Player {
        fn new(settings: &[(&str, &str)]) -> Self {
            let (tree, status) = (Tree::new(), Arc::<Status>::default());
            settings.iter().for_each(|(id, text)| tree.set_from_text(id, text).unwrap());
            let spec = tree.to_spec(ProcessSpec::stereo(48_000.0));
            let engine = Box::new(HostedEngine::new(&spec, tree.params(), &status));
            let handover = Handover::new(tree.params(), &status);
            handover.activate(&engine, BLOCK, false);
            let net = Net::new(engine.latency_samples(), BLOCK);
            Self { tree, status, handover, engine, net, position: 0 }
        }

        /// As the plugin's `process` does it.
        fn play(&mut self, blocks: usize) -> Vec<f32> {
            let mut output = Vec::new();
            for _ in 0..blocks {
                self.handover.take(&mut self.engine, &mut self.net);
                let mut left: Vec<f32> =
                    (0..BLOCK).map(|n| ((self.position + n) as f32 * 0.05).sin() * 0.6).collect();
                let mut right = left.clone();
                self.engine.update(self.tree.params(), &ComingBlock::heard_now(BLOCK));
                self.engine.process(&mut [&mut left, &mut right]);
                self.position += BLOCK;
                output.extend(left);
            }
            output
        }
    }

    const LOUD: [(&str, &str); 3] = [("limiter_drive", "9 dB"), ("glue_on", "on"), ("equalizer_on", "on")];

    #[test]
    fn what_is_set_before_the_first_block_sounds_as_if_it_had_been_set_before_the_activation() {
        for set in [("quality", "Finest"), ("quality", "Live"), ("equalizer_phase", "Linear")] {
            let mut first = Player::new(&LOUD);
            first.tree.set_from_text(set.0, set.1).unwrap();
            assert!(first.handover.settle(), "{set:?} has another latency");
            let settings = [LOUD.as_slice(), &[set]].concat();
            let mut prepared = Player::new(&settings);
            assert_eq!(first.handover.latency_samples(), prepared.handover.latency_samples());
            assert_eq!(first.play(40), prepared.play(40), "{set:?}");
        }
    }

    #[test]
    fn offline_the_block_itself_has_the_engine() {
        let mut player = Player::new(&LOUD);
        player.tree.set_from_text("quality", "Finest").unwrap();
        assert!(player.handover.settle_offline(&mut player.engine, &mut player.net));
        assert_eq!(player.engine.spec().quality, Quality::Finest);
        assert!(!player.handover.settle_offline(&mut player.engine, &mut player.net), "once");
    }

    #[test]
    fn what_changed_while_the_engine_was_built_is_not_lost() {
        let mut player = Player::new(&LOUD);
        player.tree.set_from_text("quality", "Finest").unwrap();
        player.handover.settle();
        player.tree.set_from_text("limiter_drive", "0 dB").unwrap();
        // The running engine has taken note of the change, and the new one has not.
        player.engine.update(player.tree.params(), &ComingBlock::heard_now(0));
        let mut settings = LOUD.to_vec();
        settings[0] = ("limiter_drive", "0 dB");
        settings.push(("quality", "Finest"));
        assert_eq!(player.play(40), Player::new(&settings).play(40));
    }

    #[test]
    fn the_last_setting_counts_and_nothing_is_freed_by_the_audio_thread() {
        let mut player = Player::new(&[]);
        for quality in ["Finest", "Live", "Finest", "Standard", "Live"] {
            player.tree.set_from_text("quality", quality).unwrap();
            player.handover.settle();
        }
        player.play(2);
        assert_eq!(player.engine.spec().quality, Quality::Live);
        assert!(player.handover.spent.take().is_some(), "the old one waits to be dropped");
        assert!(!player.handover.settle(), "nothing has changed since");
        player.handover.deactivate();
        player.tree.set_from_text("quality", "Finest").unwrap();
        assert!(!player.handover.settle(), "nothing plays");
    }

    #[test]
    fn measurements_go_on() {
        let mut player = Player::new(&[]);
        player.play(200);
        let before = player.status.meters().measured_frames.load(Relaxed);
        assert!(before > 0);
        player.tree.set_from_text("quality", "Finest").unwrap();
        player.handover.settle();
        assert_eq!(
            player.status.meters().measured_frames.load(Relaxed),
            before,
            "building one does not touch them"
        );
        player.play(200);
        assert!(player.status.meters().measured_frames.load(Relaxed) > before);
    }

    #[test]
    fn engines_change_hands_while_blocks_are_played() {
        let mut player = Player::new(&[]);
        let (params, handover) = (player.tree.params().clone(), player.handover.clone());
        let asker = std::thread::spawn(move || {
            let tree = Tree::over(params);
            for turn in 0..30 {
                tree.set_from_text("quality", ["Live", "Standard", "Finest"][turn % 3]).unwrap();
                handover.settle();
            }
        });
        while !asker.is_finished() {
            assert!(player.play(1).iter().all(|x| x.is_finite()));
        }
        asker.join().unwrap();
        player.play(1);
        assert_eq!(player.engine.spec().quality, Quality::Finest);
        assert_eq!(player.engine.latency_samples() as u32, player.handover.latency_samples());
    }
}
