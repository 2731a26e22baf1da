//! The command line: what is ours, and what is the framework's.

use std::path::PathBuf;

/// What `--help` prints.
pub(super) const HELP: &str = "\
Lacquer standing alone: the mastering chain with its window.

Usage: lacquer-standalone [OPTIONS] [SONG]

  [SONG]                     plays this file through the chain, over and over (WAV, AIFF, FLAC, Ogg, Opus, MP3);
                             another can be opened in the window

Sound:
  -b, --backend NAME         auto, jack, alsa, core-audio, wasapi or dummy, which makes no sound [auto]
      --devices              lists the devices and ends
      --output-device NAME   plays to this device
      --input-device NAME    takes its input from this device; without it nothing comes in
  -r, --sample-rate HZ       not with JACK [48000]
  -p, --period-size FRAMES   not with JACK [512]
      --connect-jack-inputs PORTS
                             connects the inputs to JACK's ports, by commas
  -l, --audio-layout N       1 stereo, 2 mono [1]

Window:
      --dpi-scale FACTOR     [1.0]

  -V, --version              prints the version
  -h, --help                 prints this

Devices are chosen when it starts: they cannot be changed while it runs.
";

/// What was asked for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Arguments {
    /// The program's name.
    pub program: String,
    /// Print the help.
    pub help: bool,
    /// Print the version.
    pub version: bool,
    /// List the sound devices.
    pub devices: bool,
    /// What plays.
    pub song: Option<PathBuf>,
    /// The framework's line, the program's name first.
    pub passed_on: Vec<String>,
}

impl Arguments {
    /// Sorts a command line, the program's name first. Every option of the framework's has a value.
    pub fn read(line: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut line = line.into_iter();
        let program = line.next().unwrap_or_else(|| "lacquer-standalone".to_owned());
        let mut this = Self { passed_on: vec![program.clone()], program, ..Self::default() };
        let mut only_names = false;
        while let Some(word) = line.next() {
            match word.as_str() {
                "--" if !only_names => only_names = true,
                "-h" | "--help" if !only_names => this.help = true,
                "-V" | "--version" if !only_names => this.version = true,
                "--devices" if !only_names => this.devices = true,
                option if option.starts_with('-') && !only_names => {
                    // "--backend=jack" and "-bjack" carry their values.
                    let is_whole =
                        option.contains('=') || (!option.starts_with("--") && option.chars().count() > 2);
                    this.passed_on.push(word.clone());
                    if !is_whole {
                        this.passed_on.push(line.next().ok_or_else(|| format!("{word} needs a value"))?);
                    }
                }
                _ if this.song.is_some() => return Err(format!("one song is enough; what is {word}?")),
                _ => this.song = Some(PathBuf::from(word)),
            }
        }
        Ok(this)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        Arguments::read(format!("lacquer-standalone {line}").split_whitespace().map(str::to_owned))
    }

    #[test]
    fn songs_and_options_are_told_apart() {
        let read_well = |line: &str| read(line).expect("a line");
        let line = read_well("-b alsa --output-device=hw:0 a.wav -r48000 --period-size 256");
        assert_eq!(line.song, Some(PathBuf::from("a.wav")));
        let passed =
            ["lacquer-standalone", "-b", "alsa", "--output-device=hw:0", "-r48000", "--period-size", "256"];
        assert_eq!(line.passed_on, passed);
        assert!(read_well("--version").version && read_well("-h").help && read_well("--devices").devices);
        assert_eq!(read_well("-- -b.wav").song, Some(PathBuf::from("-b.wav")));
        assert_eq!(read_well("").passed_on, ["lacquer-standalone"]);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        assert_eq!(read("a.wav b.wav"), Err("one song is enough; what is b.wav?".to_owned()));
        assert_eq!(read("--backend"), Err("--backend needs a value".to_owned()));
    }
}
