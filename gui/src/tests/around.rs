//! What the window says of what stands around it: the sound devices, a chain that has failed, the host's marks and the host's menu.
//! `LACQUER_PICTURES=FOLDER` keeps what was drawn, to be looked at.

use super::*;
use crate::host_menu::{Call, Item};
use crate::indication::{Automation, Mapping};
use crate::song::{SongPlayer, SongState};
use crate::sound::{SoundChoice, SoundDevices, SoundState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

fn keep(bench: &mut Bench, name: &str) {
    bench.steps(3);
    if let Some(folder) = std::env::var_os("LACQUER_PICTURES") {
        let picture = bench.harness.render().expect("a picture");
        picture.save(std::path::Path::new(&folder).join(name)).expect("a file");
    }
}

/// Plays nothing.
struct Deck;

impl SongPlayer for Deck {
    fn open(&self, _: &std::path::Path) {}
    fn play(&self, _: bool) {}
    fn seek(&self, _: f64) {}
    fn state(&self) -> SongState {
        SongState::default()
    }
}

/// Keeps what it is asked for.
struct Rack(Mutex<SoundState>, AtomicU32);

impl SoundDevices for Rack {
    fn state(&self) -> SoundState {
        self.0.lock().expect("a lock").clone()
    }
    fn list(&self) {
        self.1.fetch_add(1, Relaxed);
    }
    fn choose(&self, choice: SoundChoice) {
        self.0.lock().expect("a lock").choice = choice;
    }
}

#[test]
fn devices_are_chosen_where_no_host_plays() {
    assert!(Bench::new().harness.query_by_role_and_label(Role::Button, "ALSA 48 kHz").is_none());
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let choice = SoundChoice { backend: Some("ALSA".to_owned()), rate_hz: 48_000, ..Default::default() };
    let state = SoundState {
        choice: choice.clone(),
        backends: names(&["JACK", "ALSA"]),
        outputs: names(&["Speakers", "Headphones"]),
        inputs: names(&["Line in"]),
        ..Default::default()
    };
    let rack = Arc::new(Rack(Mutex::new(state), AtomicU32::new(0)));
    let status = Arc::new(Status::default());
    status.set_song(Arc::new(Deck));
    status.set_sound(rack.clone());
    let mut bench = Bench::with(theme::WINDOW_SIZE, 1.0, status);
    bench.click(bench.place(Role::Button, "ALSA 48 kHz"));
    assert_eq!(rack.1.load(Relaxed), 1, "devices are looked for when the list opens");
    keep(&mut bench, "devices.png");
    bench.click(bench.harness.get_by_label("Headphones").rect().center());
    bench.click(bench.harness.get_by_label("Line in").rect().center());
    bench.click(bench.harness.get_by_label("96 kHz").rect().center());
    let chosen = SoundChoice {
        output: Some("Headphones".to_owned()),
        input: Some("Line in".to_owned()),
        rate_hz: 96_000,
        ..choice
    };
    assert_eq!(rack.state().choice, chosen, "and the list stays open");
    bench.click(bench.harness.get_by_label("JACK").rect().center());
    let of_jack = SoundChoice { backend: Some("JACK".to_owned()), rate_hz: 96_000, ..Default::default() };
    assert_eq!(rack.state().choice, of_jack, "without the other's devices");
    rack.0.lock().expect("a lock").problem = Some("JACK does not run".to_owned());
    keep(&mut bench, "no_device.png");
    assert!(bench.harness.query_by_label("JACK does not run").is_some());
    assert!(bench.harness.query_by_role_and_label(Role::Button, "No sound").is_some());
}

#[test]
fn a_chain_that_has_failed_is_restarted_by_a_button() {
    let (status, rebuilt) = (Arc::new(Status::default()), Arc::new(AtomicU32::new(0)));
    let count = rebuilt.clone();
    status.set_rebuild(move || _ = count.fetch_add(1, Relaxed));
    let mut bench = Bench::with(theme::WINDOW_SIZE, 1.0, status);
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Restart").is_none());
    bench.status.set_failed(true);
    keep(&mut bench, "failed.png");
    bench.click(bench.place(Role::Button, "Restart"));
    assert_eq!(rebuilt.load(Relaxed), 1);
    bench.status.set_failed(false);
    bench.steps(2);
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Restart").is_none());
}

#[test]
fn the_hosts_marks_and_entries_are_in_a_parameters_menu() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let status = Arc::new(Status::default());
    let (log, host) = (asked.clone(), Arc::downgrade(&status));
    status.menu.connect(move |call| {
        if let (Call::Ask { id }, Some(status)) = (&call, host.upgrade()) {
            let entry = |label: &str, is_enabled, action| Item::Entry {
                label: label.to_owned(),
                is_enabled,
                is_checked: None,
                action,
            };
            // A host answers later, on its own thread.
            let items = vec![
                Item::Title("Host".to_owned()),
                entry("MIDI learn", true, 7),
                entry("Remove automation", false, 8),
            ];
            let id = id.clone();
            std::thread::spawn(move || status.menu.set_items(&id, items)).join().expect("a thread");
        }
        log.lock().expect("a lock").push(call);
    });
    status.indications.set_automation("limiter_drive", Automation::Playing, Some([120, 220, 120]));
    let mapping = Mapping { color: Some([90, 160, 255]), label: "Knob 3".to_owned() };
    status.indications.set_mapping("limiter_ceiling", Some(mapping));
    let mut bench = Bench::with(theme::WINDOW_SIZE, 1.0, status);
    let drive = bench.place(Role::Slider, "Limiter Drive");
    bench.move_to(drive);
    for pressed in [true, false] {
        bench.harness.event(Event::PointerButton {
            pos: drive,
            button: PointerButton::Secondary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        bench.steps(1);
    }
    keep(&mut bench, "menu.png");
    assert!(bench.harness.query_by_label("Automation plays").is_some());
    bench.click(bench.harness.get_by_label("MIDI learn").rect().center());
    let id = "limiter_drive".to_owned();
    let expected = [Call::Ask { id: id.clone() }, Call::Perform { id, action: 7 }];
    assert_eq!(*asked.lock().expect("a lock"), expected);
}
