//! Projects of strangers and of later versions, loaded and saved by a host.

use lacquer_tests::clap_host::ClapHost;

/// A state as the framework stores it: its length, then JSON.
fn stored(json: &str) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat()
}

fn json_of(state: &[u8]) -> String {
    String::from_utf8(state[8..].to_vec()).unwrap()
}

#[test]
fn a_later_versions_project_is_saved_again_as_it_came() {
    let mut host = ClapHost::carried(&crate::clap_entry).unwrap();
    let own = json_of(&host.state().unwrap());
    let later = own.replace("\"state_version\":\"1\"", "\"state_version\":\"2\"");
    let later = later.replace("\"limiter_drive\":{\"f32\":0.0}", "\"limiter_drive\":{\"f32\":6.5}");
    assert!(later.contains("6.5") && later.contains("\"2\""), "{own}");
    host.set_state(&stored(&later)).unwrap();
    let saved = host.state().unwrap();
    let carried = "\\\"limiter_drive\\\":{\\\"f32\\\":6.5}";
    assert!(json_of(&saved).contains("kept_state") && json_of(&saved).contains(carried));
    // Through another session of this version it goes untouched.
    let mut other = ClapHost::carried(&crate::clap_entry).unwrap();
    other.set_state(&saved).unwrap();
    assert_eq!(other.state().unwrap(), saved);
    // The version that knows it, which is this one for a state of version 1, finds what was saved.
    let known = json_of(&saved).replace("\\\"state_version\\\":\\\"2\\\"", "\\\"state_version\\\":\\\"1\\\"");
    other.set_state(&stored(&known)).unwrap();
    let found = json_of(&other.state().unwrap());
    assert_eq!(found, own.replace("\"limiter_drive\":{\"f32\":0.0}", "\"limiter_drive\":{\"f32\":6.5}"));
}

#[test]
fn whoever_wrote_the_project_its_window_can_be_opened() {
    let mut host = ClapHost::carried(&crate::clap_entry).unwrap();
    let own = json_of(&host.state().unwrap());
    for (scale, size, kept) in [("0", "[1e9,1e9]", "[7680.0,4320.0]"), ("1", "[-1,0]", "[320.0,240.0]")] {
        let hostile = own
            .replace("\\\"scale_percent\\\":100", &format!("\\\"scale_percent\\\":{scale}"))
            .replace("\\\"size\\\":null", &format!("\\\"size\\\":{size}"))
            .replace("\\\"slot\\\":0", "\\\"slot\\\":99");
        assert_ne!(hostile, own);
        host.set_state(&stored(&hostile)).unwrap();
        let saved = json_of(&host.state().unwrap());
        for part in ["\\\"scale_percent\\\":100", &format!("\\\"size\\\":{kept}"), "\\\"slot\\\":3"] {
            assert!(saved.contains(part), "{part} is not in {saved}");
        }
    }
}
