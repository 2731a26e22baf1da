//! A song in the input's place: read and resampled on a thread of its own, played and looped on the audio thread.
//!
//! ```text
//! editor -- open --> reader: decode, resample -- [ring] --> audio thread: plays, loops
//!                        ^------- frees the one before --------- [ring] -------+
//! editor -- play, seek --> atomics --> audio thread -- position --> atomics --> editor
//! ```
//! The audio thread takes and gives whole songs: it neither allocates nor frees, nor waits.

use lacquer_files::decode::decode;
use lacquer_files::resample::convert;
use lacquer_gui::{SongPlayer, SongState, Status};
use rtrb::{Consumer, Producer, RingBuffer};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// Songs on their way at a time.
const RING: usize = 2;
/// How often the reader looks for songs that the audio thread has done with.
const RETIRE_PERIOD: Duration = Duration::from_millis(500);
/// Length of the fade between the input and the song, s: no click, and no gap.
const FADE_S: f32 = 0.01;
/// No place to go to.
const NO_SEEK: u64 = u64::MAX;

/// A song at the chain's rate.
type Song = Vec<[f32; 2]>;

/// What both threads look at. Relaxed: each word stands for itself.
struct Shared {
    playing: AtomicBool,
    /// Frames.
    position: AtomicU64,
    /// Frame to go to, or [`NO_SEEK`].
    seek: AtomicU64,
    /// Frames; 0 while there is no song.
    length: AtomicU64,
    /// Hertz.
    rate: AtomicU64,
}

/// What the editor shows besides.
#[derive(Default)]
struct Shown {
    name: String,
    is_loading: bool,
    problem: Option<String>,
}

/// The editor's end.
pub(crate) struct Player {
    shared: Arc<Shared>,
    shown: Arc<Mutex<Shown>>,
    requests: Mutex<Sender<PathBuf>>,
    /// What was opened last.
    path: Mutex<Option<PathBuf>>,
    status: Arc<OnceLock<Arc<Status>>>,
}

/// The audio thread's end.
pub(crate) struct SongFeed {
    shared: Arc<Shared>,
    coming: Consumer<Song>,
    gone: Producer<Song>,
    song: Song,
    position: usize,
    /// 0 the input, 1 the song.
    share: f32,
    /// Whether what was asked for is taken for the next block already.
    followed: bool,
}

/// Where a song is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SongPlace {
    /// The next frame.
    pub position: usize,
    /// Frames before it begins anew.
    pub left: usize,
    pub is_playing: bool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is whole after every statement.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Both ends of a player, with its thread.
pub(crate) fn pair() -> (SongFeed, Arc<Player>) {
    let shared = Arc::new(Shared {
        playing: AtomicBool::new(false),
        position: AtomicU64::new(0),
        seek: AtomicU64::new(NO_SEEK),
        length: AtomicU64::new(0),
        rate: AtomicU64::new(0),
    });
    let (to_audio, coming) = RingBuffer::new(RING);
    let (gone, from_audio) = RingBuffer::new(RING);
    let (requests, requested) = mpsc::channel();
    let player = Player {
        shared: shared.clone(),
        shown: Arc::default(),
        requests: Mutex::new(requests),
        path: Mutex::default(),
        status: Arc::default(),
    };
    let reader = Reader {
        shared: shared.clone(),
        shown: player.shown.clone(),
        status: player.status.clone(),
        to_audio,
        from_audio,
    };
    std::thread::spawn(move || reader.run(&requested));
    let feed = SongFeed { shared, coming, gone, song: Vec::new(), position: 0, share: 0.0, followed: false };
    (feed, Arc::new(player))
}

impl Player {
    /// [main-thread] Whose chain it plays into.
    pub fn set_status(&self, status: Arc<Status>) {
        // One plugin stands alone in a process.
        let _ = self.status.set(status);
    }

    /// [any thread] The chain runs at another rate: what plays is read again for it.
    pub fn read_again(&self) {
        let path = locked(&self.path).clone();
        if let Some(path) = path {
            self.open(&path);
        }
    }
}

impl SongPlayer for Player {
    fn open(&self, path: &Path) {
        {
            let mut shown = locked(&self.shown);
            shown.name =
                path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            (shown.is_loading, shown.problem) = (true, None);
        }
        *locked(&self.path) = Some(path.to_owned());
        // The reader lives as long as the process.
        let _ = locked(&self.requests).send(path.to_owned());
    }

    fn play(&self, playing: bool) {
        self.shared.playing.store(playing, Relaxed);
    }

    fn seek(&self, share: f64) {
        let length = self.shared.length.load(Relaxed) as f64;
        self.shared.seek.store((share.clamp(0.0, 1.0) * length) as u64, Relaxed);
    }

    fn state(&self) -> SongState {
        let shown = locked(&self.shown);
        let seconds =
            |frames: &AtomicU64| frames.load(Relaxed) as f64 / self.shared.rate.load(Relaxed).max(1) as f64;
        SongState {
            name: shown.name.clone(),
            is_loading: shown.is_loading,
            is_playing: self.shared.playing.load(Relaxed) && self.shared.length.load(Relaxed) > 0,
            position_s: seconds(&self.shared.position),
            length_s: seconds(&self.shared.length),
            problem: shown.problem.clone(),
        }
    }
}

/// The thread that reads files.
struct Reader {
    shared: Arc<Shared>,
    shown: Arc<Mutex<Shown>>,
    status: Arc<OnceLock<Arc<Status>>>,
    to_audio: Producer<Song>,
    from_audio: Consumer<Song>,
}

impl Reader {
    fn run(mut self, requested: &Receiver<PathBuf>) {
        loop {
            // What comes back is freed here.
            while self.from_audio.pop().is_ok() {}
            let path = match requested.recv_timeout(RETIRE_PERIOD) {
                Ok(path) => requested.try_iter().last().unwrap_or(path),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let rate_hz = self.rate_hz();
            let read = decode(&path, &|_| {}).map_err(|error| error.to_string()).and_then(|audio| {
                Ok(convert(&audio, rate_hz).map_err(|error| error.to_string())?.into_owned())
            });
            let problem = match read {
                Ok(audio) => {
                    self.shared.rate.store(u64::from(rate_hz), Relaxed);
                    self.hand_over(audio.frames)
                }
                Err(problem) => Some(problem),
            };
            let mut shown = locked(&self.shown);
            (shown.is_loading, shown.problem) = (false, problem);
        }
    }

    /// The chain's rate, once it runs.
    fn rate_hz(&self) -> u32 {
        loop {
            if let Some((rate, _)) = self.status.get().and_then(|status| status.running()) {
                return rate as u32;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Gives a song to the audio thread and plays it.
    fn hand_over(&mut self, song: Song) -> Option<String> {
        self.shared.playing.store(true, Relaxed);
        if let Some(status) = self.status.get() {
            // What was measured was another song's.
            status.meters().controls.reset();
        }
        match self.to_audio.push(song) {
            Ok(()) => None,
            Err(_) => Some("the sound is not running".to_owned()),
        }
    }
}

impl SongFeed {
    /// [audio-thread] Takes a song or a place that was asked for; where the next block begins, if there is a song.
    pub fn follow(&mut self) -> Option<SongPlace> {
        self.exchange();
        let seek = self.shared.seek.swap(NO_SEEK, Relaxed);
        if seek != NO_SEEK && !self.song.is_empty() {
            self.position = seek as usize % self.song.len();
        }
        self.followed = true;
        let is_playing = self.shared.playing.load(Relaxed);
        let left = self.song.len().checked_sub(self.position).filter(|left| *left > 0)?;
        Some(SongPlace { position: self.position, left, is_playing })
    }

    /// [audio-thread] Puts the song in the input's place while it plays. `sample_rate` in hertz.
    pub fn fill(&mut self, channels: &mut [&mut [f32]], sample_rate: f32) {
        if !std::mem::take(&mut self.followed) {
            self.follow();
            self.followed = false;
        }
        let shared = &self.shared;
        let plays = shared.playing.load(Relaxed) && !self.song.is_empty();
        let target = if plays { 1.0 } else { 0.0 };
        if !plays && self.share == 0.0 {
            shared.position.store(self.position as u64, Relaxed);
            return;
        }
        let step = 1.0 / (FADE_S * sample_rate).max(1.0);
        let length = channels.first().map_or(0, |channel| channel.len());
        let is_mono = channels.len() == 1;
        for n in 0..length {
            let Some(frame) = self.song.get(self.position) else { break };
            self.position = if self.position + 1 < self.song.len() { self.position + 1 } else { 0 };
            self.share += (target - self.share).clamp(-step, step);
            let lanes = if is_mono { [0.5 * (frame[0] + frame[1]); 2] } else { *frame };
            for (channel, played) in channels.iter_mut().zip(lanes) {
                if let Some(sample) = channel.get_mut(n) {
                    *sample += self.share * (played - *sample);
                }
            }
        }
        self.shared.position.store(self.position as u64, Relaxed);
    }

    /// [audio-thread] Takes a new song and gives the old one back; only if there is room for it, for it cannot be freed here.
    fn exchange(&mut self) {
        if self.gone.slots() == 0 {
            return;
        }
        if let Ok(song) = self.coming.pop() {
            self.shared.length.store(song.len() as u64, Relaxed);
            let before = std::mem::replace(&mut self.song, song);
            self.position = 0;
            // There is room: it was looked for, and nobody else fills it.
            if let Err(rtrb::PushError::Full(before)) = self.gone.push(before) {
                std::mem::forget(before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_files::Audio;
    use lacquer_files::encode::{WordLength, encode};

    /// Plays `frames` frames of silence through the feed.
    fn played(feed: &mut SongFeed, frames: usize) -> [Vec<f32>; 2] {
        let [mut left, mut right] = [vec![0.0; frames], vec![0.0; frames]];
        for (left, right) in left.chunks_mut(480).zip(right.chunks_mut(480)) {
            feed.fill(&mut [left, right], 48_000.0);
        }
        [left, right]
    }

    fn wait_for(player: &Player, what: impl Fn(&SongState) -> bool) -> SongState {
        for _ in 0..500 {
            let state = player.state();
            if what(&state) {
                return state;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        player.state()
    }

    #[test]
    fn a_song_is_read_played_looped_and_left() {
        let folder = std::env::temp_dir().join(format!("lacquer-song-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("song.wav");
        let frames: Vec<[f32; 2]> = (0..2400).map(|n| [n as f32 / 4096.0, -0.25]).collect();
        encode(&path, &Audio { sample_rate: 48_000, channels: 2, frames }, WordLength::Bits24)
            .expect("a file");
        let (mut feed, player) = pair();
        let status = Arc::new(Status::default());
        status.publish(0, 48_000.0);
        player.set_status(status);
        assert_eq!(played(&mut feed, 480)[1], vec![0.0; 480], "no song, no change");
        player.open(&path);
        let state = wait_for(&player, |state| !state.is_loading);
        assert_eq!((state.name.as_str(), state.problem), ("song.wav", None));
        let [left, right] = played(&mut feed, 4800);
        // After the fade of 480 frames it is the song itself, twice over.
        assert_eq!(left[1000], 1000.0 / 4096.0);
        assert_eq!(left[2400 + 1000], 1000.0 / 4096.0);
        assert_eq!(right[600..], vec![-0.25; 4200]);
        let state = player.state();
        assert!(
            state.is_playing && (state.length_s - 0.05).abs() < 1e-9 && state.position_s == 0.0,
            "{state:?}"
        );
        player.seek(0.5);
        assert_eq!(played(&mut feed, 480)[0][0], 1200.0 / 4096.0);
        player.play(false);
        played(&mut feed, 960);
        assert_eq!(played(&mut feed, 480), [vec![0.0; 480], vec![0.0; 480]], "the input again");
        player.open(&folder.join("none.wav"));
        let state = wait_for(&player, |state| !state.is_loading);
        assert!(state.problem.is_some_and(|problem| problem.contains("none.wav")));
        let _ = std::fs::remove_dir_all(&folder);
    }

    #[test]
    fn nothing_jumps_when_a_song_starts_or_stops() {
        let (mut feed, player) = pair();
        feed.song = vec![[0.5, 0.5]; 1000];
        let mut heard = Vec::new();
        for playing in [true, false, true, false] {
            player.play(playing);
            heard.extend(played(&mut feed, 300)[0].iter().copied());
        }
        // Half in 480 frames.
        let largest = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest <= 0.5 / 480.0 + 1e-6, "{largest}");
    }
}
