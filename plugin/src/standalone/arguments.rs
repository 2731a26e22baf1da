//! The command line.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

/// What `--help` prints.
pub(super) const HELP: &str = "\
Lacquer standing alone: the mastering chain with its window.

Usage: lacquer-standalone [OPTIONS] [SONG]

  [SONG]                     plays this file through the chain, over and over (WAV, W64, AIFF, AU, CAF, FLAC,
                             M4A, Ogg Vorbis, Opus, MP3); another can be opened in the window

Sound, which can be changed in the window too:
  -b, --backend NAME         jack, alsa, coreaudio, wasapi, or dummy, which makes no sound
                             [JACK if it runs, else the system's own]
      --devices              lists the devices and ends
      --output-device NAME   plays to this device
      --input-device NAME    takes its input from this device; without it nothing comes in
  -r, --sample-rate HZ       not with JACK [48000]
  -p, --period-size FRAMES   not with JACK [512]
  -l, --audio-layout N       1 stereo, 2 mono [1]

Window:
      --dpi-scale FACTOR     [the display's]

  -V, --version              prints the version
  -h, --help                 prints this
";

/// Rates that the chain runs at, Hz.
const RATES_HZ: RangeInclusive<u32> = 8_000..=768_000;
/// Periods that are asked of a device, frames.
const PERIODS: RangeInclusive<u32> = 16..=16_384;
/// Scales of a display, as in the editor's window.
const SCALES: RangeInclusive<f64> = 0.25..=8.0;

/// What was asked for.
#[derive(Debug, PartialEq)]
pub(super) struct Arguments {
    /// Print the help.
    pub help: bool,
    /// Print the version.
    pub version: bool,
    /// List the sound devices.
    pub devices: bool,
    /// What plays.
    pub song: Option<PathBuf>,
    /// Its way to the devices, by its name in any case; `dummy` is none.
    pub backend: Option<String>,
    /// The device that plays.
    pub output: Option<String>,
    /// The device that is recorded.
    pub input: Option<String>,
    /// Sample rate, Hz.
    pub rate_hz: u32,
    /// Frames that a device asks for at a time.
    pub period: u32,
    /// Channels of the chain: 1 or 2.
    pub channels: usize,
    /// Scale of the display.
    pub scale: Option<f64>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            help: false,
            version: false,
            devices: false,
            song: None,
            backend: None,
            output: None,
            input: None,
            rate_hz: 48_000,
            period: 512,
            channels: 2,
            scale: None,
        }
    }
}

/// A number within a range, or what is wrong with it.
fn number<T: FromStr + PartialOrd + Display>(
    option: &str,
    text: &str,
    range: &RangeInclusive<T>,
) -> Result<T, String> {
    text.parse().ok().filter(|value| range.contains(value)).ok_or_else(|| {
        format!("{option} wants a number from {} to {}, not {text}", range.start(), range.end())
    })
}

impl Arguments {
    /// Sorts a command line, the program's name first.
    ///
    /// # Errors
    /// An option is unknown, has no value or one that makes no sense, or there are two songs: said in words.
    pub fn read(line: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut line = line.into_iter().skip(1);
        let mut this = Self::default();
        let mut only_names = false;
        while let Some(word) = line.next() {
            match word.as_str() {
                "--" if !only_names => only_names = true,
                "-h" | "--help" if !only_names => this.help = true,
                "-V" | "--version" if !only_names => this.version = true,
                "--devices" if !only_names => this.devices = true,
                option if option.starts_with('-') && !only_names => {
                    let (name, value) = split(option);
                    let value = match value {
                        Some(value) => value.to_owned(),
                        None => line.next().ok_or_else(|| format!("{name} needs a value"))?,
                    };
                    this.set(name, value)?;
                }
                _ if this.song.is_some() => return Err(format!("one song is enough; what is {word}?")),
                _ => this.song = Some(PathBuf::from(word)),
            }
        }
        Ok(this)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "-b" | "--backend" => self.backend = Some(value).filter(|name| name != "auto"),
            "--output-device" => self.output = Some(value),
            "--input-device" => self.input = Some(value),
            "-r" | "--sample-rate" => self.rate_hz = number(name, &value, &RATES_HZ)?,
            "-p" | "--period-size" => self.period = number(name, &value, &PERIODS)?,
            "-l" | "--audio-layout" => self.channels = 3 - number(name, &value, &(1..=2))?,
            "--dpi-scale" => self.scale = Some(number(name, &value, &SCALES)?),
            _ => return Err(format!("there is no option {name}")),
        }
        Ok(())
    }
}

/// An option's name and its value, where one word has both: "--backend=jack", "-bjack".
fn split(option: &str) -> (&str, Option<&str>) {
    match option.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None if !option.starts_with("--") && option.is_char_boundary(2) && option.len() > 2 => {
            (&option[..2], Some(&option[2..]))
        }
        None => (option, None),
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
        let line =
            read_well("-b alsa --output-device=hw:0 a.wav -r44100 --period-size 256 -l 2 --dpi-scale=1.5");
        let expected = Arguments {
            song: Some(PathBuf::from("a.wav")),
            backend: Some("alsa".to_owned()),
            output: Some("hw:0".to_owned()),
            rate_hz: 44_100,
            period: 256,
            channels: 1,
            scale: Some(1.5),
            ..Arguments::default()
        };
        assert_eq!(line, expected);
        assert!(read_well("--version").version && read_well("-h").help && read_well("--devices").devices);
        assert_eq!(read_well("-- -b.wav").song, Some(PathBuf::from("-b.wav")));
        assert_eq!(read_well("-b auto"), Arguments::default());
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (line, said) in [
            ("a.wav b.wav", "one song is enough; what is b.wav?"),
            ("--backend", "--backend needs a value"),
            ("-r 12", "-r wants a number from 8000 to 768000, not 12"),
            ("--dpi-scale=nan", "--dpi-scale wants a number from 0.25 to 8, not nan"),
            ("-l 3", "-l wants a number from 1 to 2, not 3"),
            ("--tempo 120", "there is no option --tempo"),
            ("-\u{e9}", "-\u{e9} needs a value"),
        ] {
            assert_eq!(read(line), Err(said.to_owned()), "{line}");
        }
    }
}
