//! A small disc, as the tests of the library and of the command need it.

use lacquer_disc::{Disc, DiscTrack};

/// A track from its gap on, places in frames of the disc.
pub fn track(title: &str, isrc: &str, pregap_frame: u32, start_frame: u32) -> DiscTrack {
    let (title, isrc) = (title.to_owned(), isrc.parse().ok());
    DiscTrack { title, isrc, pregap_frame, start_frame, ..DiscTrack::default() }
}

/// Three tracks: one with a second index and copies permitted, one after a gap, one joined to it.
pub fn disc() -> Disc {
    let mut tracks = vec![
        track("Track One", "AA6Q72000047", 0, 150),
        track("Track Two", "AA6Q72000048", 600, 750),
        track("Track Three", "AA6Q72000049", 1100, 1100),
    ];
    tracks[0].later_index_frames = vec![300];
    tracks[0].copy_permitted = true;
    for track in &mut tracks {
        track.performer = "Artist".into();
    }
    Disc {
        title: "Disc".into(),
        performer: "Artist".into(),
        upc: Some("4006381333931".into()),
        tracks,
        lead_out_frame: 1500,
    }
}
