//! Places of a finding: all counted, the worst kept, neighbours made one.

use super::{Channels, MOST_PLACES, Place};

/// The channels of a place in channel `c`, 0 or 1.
pub(super) fn channel(c: usize) -> Channels {
    if c == 0 { Channels::Left } else { Channels::Right }
}

/// Hits closer together than this are one place, s.
const APART_S: f64 = 0.01;

/// Counts places and keeps the worst [`MOST_PLACES`]: a programme that is clipped throughout needs no more memory than one that is not.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    kept: Vec<Place>,
    count: u64,
    frames: u64,
    longest_frames: u64,
    worst: f64,
}

impl Places {
    /// Takes a place. The larger its figure the worse it is.
    pub fn add(&mut self, place: Place) {
        self.worst = if self.count == 0 { place.figure } else { self.worst.max(place.figure) };
        self.count += 1;
        self.frames += place.frames;
        self.longest_frames = self.longest_frames.max(place.frames);
        if self.kept.len() < MOST_PLACES {
            self.kept.push(place);
            return;
        }
        if let Some(least) = self.kept.iter_mut().min_by(|a, b| a.figure.total_cmp(&b.figure))
            && least.figure < place.figure
        {
            *least = place;
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.kept.clear();
        (self.count, self.frames, self.longest_frames, self.worst) = (0, 0, 0, 0.0);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Frames of all of them.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Frames of the longest.
    pub fn longest_frames(&self) -> u64 {
        self.longest_frames
    }

    /// Figure of the worst.
    pub fn worst(&self) -> f64 {
        self.worst
    }

    /// Those kept, in order of time.
    pub fn in_time(&self) -> Vec<Place> {
        let mut places = self.kept.clone();
        places.sort_by_key(|place| place.start_frame);
        places
    }

    /// The first of those kept.
    pub fn first_frame(&self) -> u64 {
        self.kept.iter().map(|place| place.start_frame).min().unwrap_or(0)
    }
}

/// Hits of single frames, channel by channel; those that lie close together are one place.
#[derive(Debug, Clone)]
pub(super) struct Hits {
    apart_frames: u64,
    open: [Option<Place>; 2],
    closed: Places,
    hits: [u64; 2],
}

impl Hits {
    /// At `sample_rate_hz`.
    pub fn new(sample_rate_hz: f64) -> Self {
        let apart_frames = (APART_S * sample_rate_hz) as u64;
        Self { apart_frames, open: [None; 2], closed: Places::default(), hits: [0; 2] }
    }

    /// A hit, later than those before it.
    pub fn add(&mut self, c: usize, frame: u64, figure: f64) {
        self.hits[c] += 1;
        if let Some(place) = &mut self.open[c] {
            if frame < place.start_frame + place.frames + self.apart_frames {
                place.frames = frame + 1 - place.start_frame;
                place.figure = place.figure.max(figure);
                return;
            }
            self.closed.add(*place);
        }
        let channels = channel(c);
        self.open[c] = Some(Place { start_frame: frame, frames: 1, channels, figure });
    }

    /// Frames that were hit in each channel.
    pub fn hits(&self) -> [u64; 2] {
        self.hits
    }

    /// All places so far.
    pub fn places(&self) -> Places {
        let mut places = self.closed.clone();
        self.open.iter().flatten().for_each(|place| places.add(*place));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_in_order_of_time_and_all_are_counted() {
        let mut places = Places::default();
        for n in 0..1000u64 {
            let figure = ((n * 37) % 1000) as f64;
            places.add(Place { start_frame: n, frames: 2, channels: Channels::Both, figure });
        }
        let kept = places.in_time();
        assert_eq!((places.count(), places.frames(), kept.len()), (1000, 2000, MOST_PLACES));
        assert!(kept.iter().all(|place| place.figure >= (1000 - MOST_PLACES) as f64));
        assert!(kept.is_sorted_by_key(|place| place.start_frame));
    }

    #[test]
    fn close_hits_are_one_place() {
        let mut hits = Hits::new(10_000.0);
        for frame in [10, 50, 120, 500] {
            hits.add(1, frame, frame as f64);
        }
        let places = hits.places().in_time();
        assert_eq!(places.len(), 2);
        assert_eq!((places[0].start_frame, places[0].frames, places[0].figure), (10, 111, 120.0));
        assert_eq!(places[0].channels, Channels::Right);
    }
}
