//! Three jobs as people bring them, over real songs, judged by what a label would look at: an EP of mixes from different sessions, a folder
//! for a label, one song for its targets.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod ep;
mod label;
mod scene;
mod song;
