//! What turning a parameter up does, in one sentence each.

/// A parameter's name and value, what it does, and its id. `id` with or without the number of a band.
pub(crate) fn of_parameter(id: &str, name: &str, value: &str) -> String {
    let text = of(id).unwrap_or_default();
    // What hosts know by its first name is called as its field is.
    let name = name.replace("Placement", "Channel");
    format!("{name}  {value}    {text}")
}

/// An id without the number of its band.
fn family(id: &str) -> &str {
    let stem = id.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if stem.len() < id.len() { stem.trim_end_matches('_') } else { id }
}

/// The sentence of a parameter.
fn of(id: &str) -> Option<&'static str> {
    let family = family(id);
    TEXTS.iter().find(|(id, _)| *id == family).map(|(_, text)| *text)
}

const TEXTS: &[(&str, &str)] = &[
    ("bypass", "Passes the mix untouched, in time with the master. Goes into a bounce."),
    ("quality", "More oversampling and look-ahead: cleaner, later, dearer."),
    (
        "equalizer_phase",
        "Minimum: no delay, phase turns. Linear: phase stays, with delay and pre-ringing; narrow lows and notches turn.",
    ),
    ("input_trim_on", "Level, polarity and balance of the mix before everything else."),
    ("input_trim_gain", "Up: drives all stages harder."),
    ("input_trim_invert_left", "Turns the left channel's polarity round."),
    ("input_trim_invert_right", "Turns the right channel's polarity round."),
    ("input_trim_balance", "Up: softens the left channel."),
    ("input_trim_swap_channels", "Left becomes right."),
    ("input_trim_dc_filter", "Takes a constant offset out, which only costs headroom."),
    ("equalizer_on", "The tone of the master."),
    ("equalizer_auto_gain", "Keeps the loudness as it was, so that you judge tone and not level."),
    ("equalizer_band_on", "Switches this band."),
    ("equalizer_shape", "Bell lifts one region, shelves everything beyond, passes cut it off."),
    ("equalizer_frequency", "Up: acts on higher tones."),
    ("equalizer_gain", "Up: more of this region; down: less."),
    ("equalizer_q", "Up: narrower."),
    ("equalizer_slope", "Up: cuts more steeply."),
    ("equalizer_placement", "Which part of the stereo the band changes."),
    ("dynamic_eq_on", "Equalizes only while a region is too loud."),
    ("dynamic_eq_band_on", "Switches this band."),
    ("dynamic_eq_shape", "Bell acts on one region, shelves on everything beyond."),
    ("dynamic_eq_frequency", "Up: listens to and changes higher tones."),
    ("dynamic_eq_q", "Up: narrower."),
    ("dynamic_eq_threshold", "Up: acts less often."),
    ("dynamic_eq_range", "How far the band may go: below zero it cuts, above it lifts."),
    ("dynamic_eq_ratio", "Up: reaches its range sooner above the threshold."),
    ("dynamic_eq_attack", "Up: lets more of an onset pass."),
    ("dynamic_eq_release", "Up: recovers more slowly."),
    ("dynamic_eq_placement", "Which part of the stereo the band changes."),
    (
        "dynamic_eq_relative",
        "Measures the region against the whole: level changes no longer matter, as in a de-esser.",
    ),
    ("multiband_on", "Compresses four regions, each on its own."),
    (
        "multiband_mode",
        "Transparent: no phase shift at rest. Linkwitz-Riley: steep bands, phase turns at the crossovers.",
    ),
    ("multiband_crossover", "Up: moves the border between two bands higher."),
    ("multiband_link", "Up: left and right are turned down together, so that the image stands."),
    ("multiband_mix", "Down: more of the uncompressed signal."),
    ("multiband_band_on", "Switches this band's compressor."),
    ("multiband_direction", "Downward tames what is loud, upward lifts what is soft."),
    ("multiband_threshold", "Down: compresses more of the band."),
    ("multiband_ratio", "Up: compresses harder."),
    ("multiband_knee", "Up: begins more gently."),
    ("multiband_attack", "Up: lets more of an onset pass."),
    ("multiband_release", "Up: recovers more slowly."),
    ("multiband_range", "The most that the gain moves."),
    ("multiband_makeup", "Up: the band louder after compression."),
    ("glue_on", "A bus compressor that holds the mix together."),
    ("glue_threshold", "Down: compresses more of the programme."),
    ("glue_ratio", "Up: compresses harder."),
    ("glue_knee", "Up: begins more gently."),
    ("glue_attack", "Up: lets more of an onset pass: punch."),
    ("glue_release", "Up: recovers more slowly; too fast distorts bass."),
    ("glue_auto", "Attack and release follow the crest factor of the programme."),
    ("glue_sidechain_high_pass", "Up: the bass no longer pumps the rest."),
    ("glue_link", "Up: left and right are turned down together, so that the image stands."),
    ("glue_mix", "Down: more of the uncompressed signal (parallel compression)."),
    ("glue_makeup", "Up: louder after compression."),
    ("saturator_on", "Harmonics: warmth and density."),
    (
        "saturator_character",
        "Clean: odd, soft. Tape: highs give way first. Tube: even. Transformer: lows first.",
    ),
    ("saturator_drive", "Up: more harmonics, at the same loudness."),
    ("saturator_mix", "Down: less of them."),
    ("saturator_emphasis", "Up: highs are bent more than lows; down: less."),
    ("saturator_mid_side", "Up: works on the side more than on the mid; down: the other way."),
    ("bass_on", "Harmonics by which a phone tells the bass that it cannot play."),
    ("bass_amount", "Up: more of the harmonics."),
    ("bass_device_corner", "Up: for a smaller loudspeaker."),
    ("imager_on", "Width."),
    ("imager_width", "Up: wider; 0 is mono."),
    ("imager_band_width", "Up: this region wider; 0 makes it mono."),
    ("imager_crossover", "Up: moves the border between two regions higher."),
    ("imager_mono_bass", "Makes the lows mono: firm, and safe for vinyl and clubs."),
    ("imager_mono_below", "Up: makes more of the lows mono."),
    ("imager_mono_slope", "Up: changes to mono more steeply."),
    ("imager_stereoize", "Up: makes sides from the middle; the mono sum stays as it is."),
    ("imager_guard", "Narrows a region while its correlation is too low."),
    ("imager_guard_correlation", "Up: guards mono more strictly."),
    ("imager_rotation", "Up: turns the image to the right."),
    ("clipper_on", "Cuts short peaks off, so that the limiter need not duck."),
    ("clipper_threshold", "Down: cuts more."),
    ("clipper_knee", "Up: rounder and sooner: softer sound, more harmonics."),
    ("limiter_on", "Holds true peaks under the ceiling."),
    ("limiter_drive", "Up: louder, with more limiting."),
    ("limiter_ceiling", "The level that no true peak passes."),
    (
        "limiter_style",
        "Transparent: the least of both. Punch: the gain stands still. Bass: long peaks are turned down. Smooth: the least distortion.",
    ),
    ("limiter_release", "Up: calmer; down: louder, and sooner distorted."),
    ("limiter_auto_release", "The release follows the programme; the knob sets its shortest."),
    ("limiter_transient_link", "Up: onsets are turned down in both channels alike."),
    ("limiter_release_link", "Up: longer reductions are shared by both channels."),
    ("limiter_true_peak", "Watches the waveform between the samples too."),
    (
        "limiter_unity_gain",
        "Takes the drive back after limiting: hear what limiting does, not that it is louder. Turn it off for the master.",
    ),
    ("dither_on", "The last step before a shorter word length."),
    ("dither_word_length", "Bits of the file that is delivered."),
    ("dither_shaping", "Up: moves the noise to where the ear is least keen. Only for the very last step."),
    ("dither_auto_blank", "What lies on the word's grid already, silence too, passes untouched."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_params::Tree;

    #[test]
    fn every_parameter_is_explained_and_nothing_else() {
        let tree = Tree::new();
        for info in tree.infos() {
            assert!(of(&info.id).is_some(), "{}", info.id);
        }
        for (id, _) in TEXTS {
            assert!(tree.infos().iter().any(|info| family(&info.id) == *id), "{id} explains nothing");
        }
    }
}
