//! Lacquer standing alone: JACK if it runs, else the system's sound card, else no sound but the same editor.

fn main() {
    if !nice_plug::prelude::nice_export_standalone::<lacquer::LacquerPlugin>() {
        std::process::exit(1);
    }
}
