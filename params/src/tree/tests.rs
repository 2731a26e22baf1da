use super::*;

#[test]
fn values_are_set_by_text() {
    let tree = Tree::new();
    let cases = [
        ("equalizer_frequency_1", "1.2k", 1200.0),
        ("equalizer_slope_1", "24 dB/oct", 3.0),
        ("equalizer_slope_1", "24", 3.0),
        ("equalizer_shape_1", "high shelf", 2.0),
        ("equalizer_shape_1", "high_pass", 4.0),
        ("limiter_ceiling", "-0.3 dB", -0.3),
        ("limiter_style", "BASS", 2.0),
        ("limiter_style", "AGGRESSIVE", 1.0),
        ("glue_mix", "50 %", 50.0),
        ("glue_sidechain_high_pass", "off", 20.0),
        ("glue_sidechain_high_pass", "120 Hz", 120.0),
        ("clipper_on", "on", 1.0),
        ("dither_word_length", "16", 2.0),
        ("multiband_mode", "linkwitz", 1.0),
    ];
    for (id, text, plain) in cases {
        tree.set_from_text(id, text).unwrap();
        assert_eq!(tree.plain(id).unwrap(), plain, "{id} = {text}");
    }
    assert_eq!(tree.text("glue_sidechain_high_pass").unwrap(), "120.0 Hz");
    assert_eq!(tree.text("limiter_ceiling").unwrap(), "-0.30 dBTP");
}

#[test]
fn errors_say_what_to_do() {
    let tree = Tree::new();
    let message = |id: &str, text: &str| tree.set_from_text(id, text).unwrap_err().to_string();
    assert_eq!(
        message("limiter_celing", "0"),
        "there is no parameter `limiter_celing`; did you mean `limiter_ceiling`?"
    );
    assert_eq!(message("xyz", "0"), "there is no parameter `xyz`");
    assert_eq!(message("limiter_ceiling", "3"), "`limiter_ceiling` cannot be 3: it goes from -12 to 0 dBTP");
    assert_eq!(
        message("limiter_style", "loud"),
        "`limiter_style` cannot be \"loud\": give one of Transparent, Punch, Bass, Smooth"
    );
}

#[test]
fn a_value_is_the_same_by_every_way_in() {
    let tree = Tree::new();
    for info in tree.infos().iter().filter(|info| info.choices.is_empty()) {
        for step in 0..=100 {
            let plain = text::tidy((info.min + (info.max - info.min) * f64::from(step) / 100.0) as f32);
            let plain = (plain * 1000.0).round() / 1000.0;
            tree.set_plain(&info.id, plain).unwrap();
            let by_plain = tree.plain(&info.id).unwrap();
            let pointer = tree.pointer(&info.id).unwrap();
            // SAFETY: the tree holds the parameter.
            let by_host = text::tidy(unsafe { pointer.preview_plain(tree.normalized(&info.id).unwrap()) });
            // A host's fraction has 24 bits: of a wide range six digits may be lost in the last.
            let bound = (info.max - info.min) * 2e-7 + by_plain.abs() * 2e-6;
            assert!(
                (by_plain - by_host).abs() <= bound,
                "{}: {by_plain} by value, {by_host} by host",
                info.id
            );
        }
    }
}
