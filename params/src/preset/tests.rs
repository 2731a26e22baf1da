use super::*;

#[test]
fn every_factory_preset_is_found_and_applies() {
    for (file, text) in FACTORY {
        let preset = Preset::parse(file, text).unwrap();
        let tree = Tree::new();
        preset.apply(&tree).unwrap();
        assert!(tree.plain("limiter_ceiling").unwrap() <= -1.0, "{file} passes -1 dBTP");
        let dashed = preset.name.to_uppercase().replace(' ', "-");
        assert_eq!(Preset::find(&dashed).unwrap(), preset);
    }
    assert_eq!(Preset::factory().len(), FACTORY.len());
}

#[test]
fn what_is_written_is_read_again() {
    for preset in Preset::factory() {
        let (tree, other) = (Tree::new(), Tree::new());
        preset.apply(&tree).unwrap();
        let text = Preset::of(&tree, "A \"B\"", "what for").to_text();
        let again = Preset::parse("again.toml", &text).unwrap();
        assert_eq!((again.name.as_str(), again.description.as_str()), ("A \"B\"", "what for"));
        again.apply(&other).unwrap();
        for info in tree.infos() {
            let (before, after) = (tree.plain(&info.id).unwrap(), other.plain(&info.id).unwrap());
            // A value goes through a host's 24 bits of the travel twice.
            let bound = (info.max - info.min) * 2e-7 + before.abs() * 2e-6;
            assert!((before - after).abs() <= bound, "{}, {}", preset.name, info.id);
        }
    }
}

#[test]
fn a_preset_is_the_whole_sound() {
    let tree = Tree::new();
    tree.set_from_text("glue_on", "on").unwrap();
    tree.set_from_text("quality", "finest").unwrap();
    Preset::parse("x.toml", "name = \"X\"\n[parameters]\nlimiter_drive = 3").unwrap().apply(&tree).unwrap();
    assert_eq!(tree.plain("glue_on").unwrap(), 0.0);
    assert_eq!(tree.plain("limiter_drive").unwrap(), 3.0);
    assert_eq!(tree.text("quality").unwrap(), "Finest");
}

#[test]
fn a_preset_is_trimmed_to_the_mix_that_it_was_made_for() {
    let tree = Tree::new();
    let of = |text: &str| Preset::parse("x.toml", &format!("name = \"X\"\n{text}"));
    let trim = |preset: &Preset, lufs| {
        let values = preset.values_for(&tree, lufs).unwrap();
        values.into_iter().find(|(id, _)| id == TRIM).unwrap().1
    };
    let preset = of("made_for_lufs = -18").unwrap();
    for (lufs, gain_db) in [(-24.0, 6.0), (-10.0, -8.0), (-60.0, 24.0), (f64::NEG_INFINITY, 0.0)] {
        assert_eq!(trim(&preset, lufs), gain_db, "{lufs}");
    }
    assert_eq!(trim(&of("").unwrap(), -24.0), 0.0);
    assert!(of("loudness_lufs = 3").is_err() && of("made_for_lufs = nan").is_err());
    assert_eq!(tree.info(TRIM).map(|info| [info.min, info.max]), Some(TRIMS_DB));
}

#[test]
fn a_preset_of_before_may_say_what_was_heard() {
    let tree = Tree::new();
    let text = "name = \"X\"\n[parameters]\ncompare = \"Mix\"\nlimiter_drive = 3";
    Preset::parse("x.toml", text).unwrap().apply(&tree).unwrap();
    assert_eq!(tree.plain("limiter_drive").unwrap(), 3.0);
}

#[test]
fn a_number_in_a_file_is_the_plain_value_and_a_text_what_is_shown() {
    let tree = Tree::new();
    for (written, shown) in [("20.0", "Off"), ("20", "Off"), ("\"20 Hz\"", "20.0 Hz"), ("\"off\"", "Off")] {
        let text = format!("name = \"X\"\n[parameters]\nglue_sidechain_high_pass = {written}");
        Preset::parse("x.toml", &text).unwrap().apply(&tree).unwrap();
        assert_eq!(tree.text("glue_sidechain_high_pass").unwrap(), shown, "{written}");
    }
}

#[test]
fn an_error_says_where_and_nothing_of_what_stands_there() {
    let error = |text: &str| Preset::parse("f", text).unwrap_err().to_string();
    for (text, line) in [
        ("root:$6$secret$hash:19000:0:99999:7:::\n", 1),
        ("\n\npassword = \"secret\"\n", 3),
        ("name = 5\ndescription = \"secret\"\n", 1),
        ("name = \"x\"\ngroup = [\"secret\"]\n", 2),
        ("[secret]\nkey = 1\n", 1),
        ("-----BEGIN PRIVATE KEY-----\nsecret\n", 1),
        ("name = \"x\"\nparameters = \"secret\"\n", 2),
        ("name = secret\n", 1),
    ] {
        let error = error(text);
        assert!(error.starts_with(&format!("preset f: not a preset: line {line}: ")), "{error}");
        for word in ["secret", "root", "password", "PRIVATE", "`5`"] {
            assert!(!error.contains(word), "{error}");
        }
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    assert!(error("nam = 1").contains("unknown field, expected one of `name`"), "{}", error("nam = 1"));
    let long = format!("name = \"{}\"", "x".repeat(50_000));
    assert!(error(&long).len() < 200);
}

#[cfg(unix)]
#[test]
fn a_preset_without_end_is_refused() {
    let error = Preset::read(Path::new("/dev/zero")).unwrap_err().to_string();
    assert!(error.contains("not a file"), "{error}");
}

#[test]
fn errors_name_file_and_key_and_change_nothing() {
    let tree = Tree::new();
    let apply = |parameters: &str| {
        let text = format!("name = \"X\"\n[parameters]\nglue_on = true\n{parameters}");
        Preset::parse("mine.toml", &text).unwrap().apply(&tree).unwrap_err().to_string()
    };
    assert_eq!(
        apply("limiter_drve = 3"),
        "preset mine.toml, parameter limiter_drve: there is no parameter `limiter_drve`; did you mean `limiter_drive`?"
    );
    assert_eq!(
        apply("limiter_drive = 99"),
        "preset mine.toml, parameter limiter_drive: `limiter_drive` cannot be 99: it goes from -24 to 24 dB"
    );
    assert_eq!(tree.plain("glue_on").unwrap(), 0.0);
    assert!(
        Preset::parse("mine.toml", "nam = 1")
            .unwrap_err()
            .to_string()
            .starts_with("preset mine.toml: not a preset")
    );
    assert!(Preset::find("loudest").unwrap_err().to_string().contains("give a file or one of: Transparent"));
}
