//! The editor without a plugin: a chain plays a demo mix, or a song, in a thread, and the window works on it.
//!
//! `cargo run --release -p lacquer-gui --example desk [SONG]`

use eframe::egui::{Ui, ViewportBuilder};
use lacquer_files::audio::widen;
use lacquer_files::decode::decode;
use lacquer_gui::{App, Gestures, Status, theme};
use lacquer_params::{LacquerParams, Preset, Tree};
use lacquer_tests::player::{Player, RATE_HZ};
use nice_plug::prelude::ParamPtr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time that the chain plays at once.
const BLOCK: Duration = Duration::from_millis(10);

/// Takes every change over at once: there is no host to hear of it.
struct Unhosted {
    tree: Tree,
}

impl Gestures for Unhosted {
    fn begin(&self, _: &str, _: ParamPtr) {}

    fn set_normalized(&self, id: &str, _: ParamPtr, normalized: f32) {
        let set = self.tree.denormalize(id, normalized).and_then(|plain| self.tree.set_plain(id, plain));
        if let Err(error) = set {
            eprintln!("desk: {error}");
        }
    }

    fn end(&self, _: &str, _: ParamPtr) {}
}

struct Desk {
    app: App,
    gestures: Unhosted,
}

impl eframe::App for Desk {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.app.show(ui, &self.gestures);
    }
}

/// Plays for ever, as fast as a sound card would.
fn play(mut player: Player, sample_rate: f64, params: &LacquerParams, status: &Status) {
    let frames = (sample_rate * BLOCK.as_secs_f64()) as usize;
    let mut due = Instant::now();
    loop {
        let started = Instant::now();
        player.play(&params.to_settings(), frames);
        status.meters().load.set(started.elapsed().as_secs_f32() / BLOCK.as_secs_f32());
        due += BLOCK;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let params = Arc::new(LacquerParams::default());
    let tree = Tree::over(params.clone());
    Preset::find("Streaming")?.apply(&tree)?;
    let status = Arc::new(Status::default());
    let bank = status.meters().clone();
    let (player, sample_rate) = match std::env::args_os().nth(1) {
        Some(song) => {
            let song = decode(Path::new(&song), &|_| {})?;
            let (rate, mix) = (f64::from(song.sample_rate), song.frames.iter().map(widen).collect());
            (Player::of(mix, rate, bank), rate)
        }
        None => (Player::new(bank), RATE_HZ),
    };
    status.publish(player.latency_samples() as u32, sample_rate as f32);
    let (played, shown) = (params.clone(), status.clone());
    std::thread::spawn(move || play(player, sample_rate, &played, &shown));
    let [width, height] = theme::WINDOW_SIZE;
    let viewport = ViewportBuilder::default().with_inner_size([width, height]).with_title("Lacquer");
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    eframe::run_native(
        "Lacquer",
        options,
        Box::new(|context| {
            let mut app = App::new(params, status);
            app.open(&context.egui_ctx);
            app.start_analysis(&context.egui_ctx);
            Ok(Box::new(Desk { app, gestures: Unhosted { tree } }))
        }),
    )?;
    Ok(())
}
