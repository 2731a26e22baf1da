//! Real songs of Debian's frozen-bubble-data and lincity-ng-data. They are Ogg Vorbis: lossy, some over full scale when decoded.

use super::*;
use lacquer_files::decode::decode;
use std::path::Path;

/// Songs, and the checks that warn with the reason why they are right.
const SONGS: [(&str, &[(Check, &str)]); 6] = [
    (
        "/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg",
        &[
            (Check::LossyTrace, "a lossy file with nothing above 14 kHz"),
            (Check::Imbalance, "the right channel is 1.7 dB louder"),
        ],
    ),
    (
        "/usr/share/games/frozen-bubble/snd/frozen-mainzik-2p.ogg",
        &[
            (Check::SampleOvers, "100 samples beyond full scale"),
            (Check::InterSampleOvers, "+0.57 dBTP"),
            (Check::LossyTrace, "a lossy file with nothing above 18.2 kHz"),
            (Check::HeadAndTail, "ends in full swing, to be looped"),
        ],
    ),
    (
        "/usr/share/games/frozen-bubble/snd/introzik.ogg",
        &[
            // At 3:13.24 a pulse of 0.1 ms and 0.035 in a fade is missed: it takes more than four samples to mend it, and so do strokes of drums.
            (Check::SampleOvers, "2 samples beyond full scale"),
            (Check::LossyTrace, "a lossy file with nothing above 15.7 kHz"),
        ],
    ),
    (
        "/usr/share/games/lincity-ng/music/default/01 - pronobozo - lincity.ogg",
        &[
            (Check::SampleOvers, "10 849 samples beyond full scale"),
            (Check::InterSampleOvers, "+1.9 dBTP"),
            (
                Check::LossyTrace,
                "a lossy file without a wall, 32 % tiny coefficients on its grid and 13 % beside it",
            ),
            (Check::HeadAndTail, "ends at -15 dBFS, to be looped"),
        ],
    ),
    (
        "/usr/share/games/lincity-ng/music/default/02 - Robert van Herk - City Blues.ogg",
        &[
            // Two edits are missed. At 0:24.470 and 0:35.987 both channels step by 0.08 and 0.12 within two samples, and what follows is
            // not what went before: hard joins. Each step is but five times as high as those of the 2 ms beside it, as strokes of drums are.
            (Check::LossyTrace, "a lossy file with nothing above 18.1 kHz"),
            (Check::Imbalance, "the left channel is 1.1 dB louder"),
        ],
    ),
    (
        "/usr/share/games/lincity-ng/music/default/03 - Robert van Herk - Architectural Contemplations.ogg",
        &[],
    ),
];

/// A song's frames and its rate; none where it is not installed, which is an error where all of it has to run.
fn song_of(path: &str) -> Option<(Vec<Frame>, f64)> {
    let path = Path::new(path);
    if !lacquer_left_out::has_file(path) {
        return None;
    }
    let song = decode(path, &|_| {}).expect("a song");
    Some((song.frames.iter().map(|frame| frame.map(f64::from)).collect(), f64::from(song.sample_rate)))
}

#[test]
fn real_songs_alarm_only_where_there_is_a_reason() {
    for (path, reasons) in SONGS {
        let Some((frames, rate_hz)) = song_of(path) else { continue };
        // As if the decoded file had been sent as floating point, with nothing to tell that it was lossy.
        let inspection = inspected(rate_hz, StoredWords::Float(32), &frames);
        let alarms: Vec<Check> = inspection
            .findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Warn)
            .map(|finding| finding.check)
            .collect();
        let expected: Vec<Check> = reasons.iter().map(|(check, _)| *check).collect();
        assert_eq!(alarms, expected, "{path}: {:#?}", facts(&inspection));
    }
}

#[test]
fn a_song_that_begins_in_the_middle_of_sound_is_told_so_once() {
    for (path, _) in SONGS {
        let Some((frames, rate_hz)) = song_of(path) else { continue };
        let (mut cuts, mut told) = (0, 0);
        for from in (20..60).step_by(4).map(|second| second * rate_hz as usize) {
            let Some(loud) = frames[from..].iter().position(|frame| frame[0].abs() > 0.1) else { continue };
            let cut = &frames[from + loud..][..6 * rate_hz as usize];
            let inspection = inspected(rate_hz, StoredWords::Float(32), cut);
            let is_at_start = |found: &Finding| found.places.iter().any(|place| place.start_frame < 64);
            cuts += 1;
            told += usize::from(finding(&inspection, Check::HeadAndTail).is_some_and(is_at_start));
            let click = finding(&inspection, Check::Clicks).filter(|found| is_at_start(found));
            assert!(click.is_none(), "{path} from frame {}: {click:?}", from + loud);
        }
        assert_eq!(told, cuts, "{path}");
    }
}
