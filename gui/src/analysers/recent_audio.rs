//! What came in lately: half a minute at any time, and all of it, up to a bound, while somebody listens for a song.

use lacquer_dsp::Frame;

/// Length that is kept at any time, s: a loud part, for a preset that is chosen after it has played.
const KEPT_S: f64 = 30.0;
/// Frames that are kept of a song that is listened to: four minutes at 48 kHz, 92 MB. The newest count.
const MOST_FRAMES: usize = 240 * 48_000;

/// See the module.
pub(super) struct RecentAudio {
    frames: Vec<[f32; 2]>,
    kept: usize,
    listens: bool,
}

impl RecentAudio {
    pub fn new(sample_rate: f64) -> Self {
        Self { frames: Vec::new(), kept: (KEPT_S * sample_rate) as usize, listens: false }
    }

    /// What was heard, oldest first.
    pub fn frames(&self) -> &[[f32; 2]] {
        let most = if self.listens { MOST_FRAMES } else { self.kept };
        &self.frames[self.frames.len().saturating_sub(most)..]
    }

    /// Begins a song.
    pub fn begin(&mut self) {
        self.frames.clear();
        self.listens = true;
    }

    /// What comes next is of another song, or of another measurement; who listens goes on.
    pub fn forget(&mut self) {
        if !self.listens {
            self.frames.clear();
        }
    }

    /// Goes back to the last half minute.
    pub fn end(&mut self) {
        self.listens = false;
        self.frames.drain(..self.frames.len().saturating_sub(self.kept));
        self.frames.shrink_to(2 * self.kept);
    }

    pub fn push(&mut self, frames: &[Frame]) {
        // Silence between takes is no part of a song.
        if frames.as_flattened().iter().all(|x| *x == 0.0) {
            return;
        }
        if self.frames.capacity() == 0 {
            self.frames.reserve_exact(self.kept + self.kept / 2 + frames.len());
        }
        self.frames.extend(frames.iter().map(|frame| frame.map(|x| x as f32)));
        let most = if self.listens { MOST_FRAMES } else { self.kept };
        // Seldom, so that it costs nothing.
        if self.frames.len() > most + most / 2 {
            self.frames.drain(..self.frames.len() - most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_is_kept_whole_and_the_rest_for_half_a_minute() {
        let mut heard = RecentAudio::new(1000.0);
        let second = vec![[0.5, -0.5]; 1000];
        (0..100).for_each(|_| heard.push(&second));
        assert_eq!(heard.frames().len(), 30_000);
        heard.begin();
        (0..100).for_each(|_| heard.push(&second));
        heard.push(&[[0.0; 2]; 1000]);
        assert_eq!(heard.frames().len(), 100_000);
        heard.forget();
        assert_eq!(heard.frames().len(), 100_000, "who listens goes on");
        heard.end();
        assert_eq!(heard.frames().len(), 30_000);
        heard.forget();
        assert_eq!(heard.frames().len(), 0, "another song");
    }
}
