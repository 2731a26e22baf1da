//! A song where no host plays.

use super::*;
use crate::song::{SongPlayer, SongState};

/// Keeps what it is asked for.
#[derive(Default)]
pub(super) struct Deck(std::sync::Mutex<(Vec<String>, SongState)>);

impl SongPlayer for Deck {
    fn open(&self, path: &std::path::Path) {
        let mut deck = self.0.lock().expect("a lock");
        deck.0.push(format!("open {}", path.display()));
        deck.1 =
            SongState { name: "song.wav".to_owned(), length_s: 100.0, is_playing: true, ..deck.1.clone() };
    }

    fn play(&self, playing: bool) {
        let mut deck = self.0.lock().expect("a lock");
        deck.0.push(format!("play {playing}"));
        deck.1.is_playing = playing;
    }

    fn seek(&self, share: f64) {
        self.0.lock().expect("a lock").0.push(format!("seek {share:.2}"));
    }

    fn state(&self) -> SongState {
        self.0.lock().expect("a lock").1.clone()
    }
}

#[test]
fn a_song_is_opened_stopped_and_wound_where_no_host_plays() {
    assert!(Bench::new().harness.query_by_role_and_label(Role::TextInput, "Song file").is_none());
    let (status, deck) = (Arc::new(Status::default()), Arc::new(Deck::default()));
    status.set_song(deck.clone());
    let mut bench = Bench::with(theme::WINDOW_SIZE, 1.0, status);
    let asked = || std::mem::take(&mut deck.0.lock().expect("a lock").0);
    bench.click(bench.place(Role::TextInput, "Song file"));
    bench.type_text("/a b/m.wav");
    bench.key(Key::Enter, Modifiers::NONE);
    assert_eq!(asked(), ["open /a b/m.wav"]);
    assert_eq!(bench.heard(), Compare::Off, "what is typed is no key of the window");
    bench.click(bench.place(Role::Button, "Stop"));
    bench.click(bench.place(Role::Button, "Play"));
    assert_eq!(asked(), ["play false", "play true"]);
    bench.click(bench.place(Role::ProgressIndicator, "Position"));
    assert!(asked().iter().all(|line| line == "seek 0.50"));
}
