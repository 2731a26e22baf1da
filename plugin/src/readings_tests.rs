//! The readings of the plugin in a host, of the `lacquer` command and of the library are the same.

use lacquer_dsp::metering::Meter;
use lacquer_files::Audio;
use lacquer_gui::Status;
use lacquer_params::{Preset, Tree};
use lacquer_song::measure::measure;
use lacquer_tests::clap_host::{ClapHost, settings_events};
use lacquer_tests::signals::programme;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// What the instances that were made on this thread show in their editors.
    pub(crate) static MADE: RefCell<Vec<Arc<Status>>> = const { RefCell::new(Vec::new()) };
}

const RATE: u32 = 48_000;

#[test]
fn plugin_command_and_library_read_the_same() {
    let tree = Tree::new();
    Preset::find("Loud").unwrap().apply(&tree).unwrap();
    let mut input: Vec<[f32; 2]> = programme(20 * RATE as usize, f64::from(RATE), 0.5)
        .into_iter()
        .map(|frame| frame.map(|x| x as f32))
        .collect();
    // It ends in silence, as a song in a session does: a cut would ring for the meters that know of the end, and the loudness range counts
    // the fade into silence (EBU Tech 3342), which a live meter has to hear.
    input.extend(vec![[0.0; 2]; 4 * RATE as usize]);
    MADE.with_borrow_mut(Vec::clear);
    let mut host = ClapHost::carried(&crate::clap_entry).unwrap();
    let render = host.render(f64::from(RATE), &input, &[512, 64, 1000], &settings_events(&tree)).unwrap();
    let made = MADE.with_borrow(Vec::clone);
    let plugin = &made.last().expect("an instance").meters().output;
    let command = measure(&Audio { sample_rate: RATE, channels: 2, frames: render.frames.clone() });
    let mut meter = Meter::new(f64::from(RATE), 2);
    meter.push(&render.frames.iter().map(|frame| frame.map(f64::from)).collect::<Vec<_>>());
    let library = meter.finish();
    assert_eq!(command, library, "the command measures with the library");
    // The plugin takes its means from histograms and its floats are 32 bits wide: a thousandth.
    for (name, live, file, bound) in [
        ("integrated", plugin.integrated_lufs(), command.integrated_lufs, 1e-3),
        ("range", plugin.range_lu(), command.loudness_range_lu, 1e-3),
        ("momentary", f64::from(plugin.momentary_max_lufs.get()), command.momentary_max_lufs, 1e-3),
        ("short-term", f64::from(plugin.short_term_max_lufs.get()), command.short_term_max_lufs, 1e-3),
        ("true peak", plugin.true_peak_max_dbtp(), command.true_peak_dbtp, 1e-3),
        ("peak to loudness", plugin.plr_db(), command.plr_db, 2e-3),
    ] {
        assert!((live - file).abs() < bound, "{name}: {live} in the plugin, {file} of the file");
    }
}
