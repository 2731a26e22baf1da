//! Writes the factory presets as VST3 hosts list them: `vst-presets FOLDER`.

use lacquer_params::Preset;
use lacquer_params::vst_preset::vst_preset;
use std::path::PathBuf;
use std::process::ExitCode;

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: vst-presets FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    for preset in Preset::factory() {
        std::fs::write(folder.join(format!("{}.vstpreset", preset.name)), vst_preset(&preset)?)?;
    }
    println!("Installed the presets in {}", folder.display());
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vst-presets: {error}");
            ExitCode::FAILURE
        }
    }
}
